//! The right to drive a run, as the command line asks for it: at once, or standing by until it is free.

use super::environment::host;
use super::exit::{Exit, Failed};
use super::session::Session;
use crate::id::RunId;
use crate::msg;
use crate::plan::project::Project;
use crate::run::{EngineId, RunStatus};
use crate::store::{Seat, Store, StoreError, Taken, Terms};
use crate::time::parse_duration;
use crate::words::printable;

/// Tries to take the right to drive `run`, and says who we are.
pub(super) async fn take(
    session: &Session,
    project: &Project,
    store: &mut Store,
    run: &RunId,
) -> Result<(Taken, EngineId), Failed> {
    let folder = session.state(&project.dir);
    folder.prepare()?;
    let me = EngineId { host: host(), pid: std::process::id(), home: Some(folder.home()?) };
    let taken = Seat::take(store, &folder, run, &me, terms(session)?).await?;
    Ok((taken, me))
}

/// The right to drive `run`, which nobody else may have now.
pub(super) async fn only(
    session: &Session,
    project: &Project,
    store: &mut Store,
    run: &RunId,
) -> Result<(Seat, EngineId), Failed> {
    match take(session, project, store, run).await? {
        (Taken::Ours(seat), me) => Ok((seat, me)),
        (Taken::Held(holder), _) => {
            let (host, pid) = named(holder);
            let msg = msg!("run-is-driven", run = run.to_string(), host = host, pid = pid);
            Err(Failed::new(Exit::Refused, msg))
        }
    }
}

/// The right to drive `run`, as soon as nobody has it any more; `None`: the run came to its end meanwhile.
pub(super) async fn stand_by(
    session: &Session,
    project: &Project,
    store: &mut Store,
    run: &RunId,
) -> Result<Option<(Seat, EngineId)>, Failed> {
    let (folder, look, mut told) = (session.state(&project.dir), terms(session)?.look(), None);
    loop {
        // Only looked at: taking is tried when there is something to take.
        let mut holder = Seat::holder(store, &folder, run).await?;
        if holder.is_none() {
            match take(session, project, store, run).await? {
                (Taken::Ours(seat), _) if is_over(store, run).await? => {
                    seat.leave().await;
                    return Ok(None);
                }
                (Taken::Ours(seat), me) => {
                    session.output.diagnostic(&session.say(&msg!("stand-by-takes", run = run.to_string())));
                    return Ok(Some((seat, me)));
                }
                (Taken::Held(by), _) => holder = by,
            }
        }
        if holder.is_some() && told != holder {
            let (host, pid) = named(holder.clone());
            let msg = msg!("stand-by-waits", run = run.to_string(), host = host, pid = pid);
            session.output.diagnostic(&session.say(&msg));
            told = holder;
        }
        tokio::time::sleep(look).await;
    }
}

async fn is_over(store: &mut Store, run: &RunId) -> Result<bool, StoreError> {
    let row = store.runs().await?.into_iter().find(|row| row.id == *run);
    Ok(row.is_some_and(|row| matches!(row.status, RunStatus::Succeeded | RunStatus::Cancelled)))
}

fn named(holder: Option<EngineId>) -> (String, String) {
    holder.map_or_else(
        || ("?".to_owned(), "?".to_owned()),
        |engine| (printable(&engine.host), engine.pid.to_string()),
    )
}

/// How long the right lasts on a server, unless it is renewed.
fn terms(session: &Session) -> Result<Terms, Failed> {
    let Some(text) = session.environment.get("MONTHSTART_LEASE") else { return Ok(Terms::default()) };
    let lease = parse_duration(text);
    lease.map(Terms::of).ok_or_else(|| {
        let value = crate::words::one_line(text, 40);
        Failed::usage(msg!("lease-bad", value = value))
    })
}
