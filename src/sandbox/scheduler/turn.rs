//! The world moves on: what has worked long enough ends, and what waited for it starts.

use std::path::Path;

use sqlx::SqliteConnection;

use super::super::SandboxError;
use super::task::{self, New, State, Task};
use super::{effect, programs};

/// Ends everything whose time came before `now`, in the order in which it ended, and starts what waited for it.
pub(super) async fn to_present(
    conn: &mut SqliteConnection,
    dir: &Path,
    project: &Path,
    now: i64,
) -> Result<(), SandboxError> {
    while let Some(due) = task::due(conn, now).await? {
        let at = due.ends.unwrap_or(now);
        match effect::apply(dir, project, &due).await? {
            Ok(rows) => {
                task::put(conn, due.id, State::Success, at, &format!("成功,影响{rows}行")).await?;
                start_followers(conn, &due, at).await?;
            }
            Err(reason) => task::put(conn, due.id, State::Failed, at, &reason).await?,
        }
    }
    Ok(())
}

/// It works from now on.
pub(super) async fn start(
    conn: &mut SqliteConnection,
    id: i64,
    flow: &str,
    at: i64,
) -> Result<(), SandboxError> {
    let lasts = i64::try_from(programs::lasts(flow).as_millis()).unwrap_or(0);
    task::start(conn, id, at, at + lasts).await
}

/// The event of `done`: what waited for it, and for nothing else that is still to come, starts.
pub(super) async fn start_followers(
    conn: &mut SqliteConnection,
    done: &Task,
    at: i64,
) -> Result<(), SandboxError> {
    for flow in programs::followers(&done.flow) {
        let Some(waiting) = task::latest(conn, flow, &done.batch).await? else { continue };
        if waiting.state == State::Wait && all_done(conn, flow, &done.batch).await? {
            start(conn, waiting.id, flow, at).await?;
        }
    }
    Ok(())
}

async fn all_done(conn: &mut SqliteConnection, flow: &str, batch: &str) -> Result<bool, SandboxError> {
    for upstream in programs::upstream(flow) {
        let found = task::latest(conn, upstream, batch).await?;
        if !found.is_some_and(|task| task.state.is_done()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// All that depends on `flow` waits; what was there already only `anew`.
pub(super) async fn let_followers_wait(
    conn: &mut SqliteConnection,
    flow: &str,
    batch: &str,
    anew: Option<i64>,
) -> Result<(), SandboxError> {
    for follower in programs::downstream(flow) {
        match (task::latest(conn, follower, batch).await?, anew) {
            (None, _) => drop(task::add(conn, New { flow: follower, batch, token: "" }).await?),
            (Some(there), Some(at)) => {
                task::put(conn, there.id, State::Wait, at, &format!("{flow} 重做后续,重新等待")).await?;
            }
            (Some(_), None) => {}
        }
    }
    Ok(())
}
