//! The sandbox's scheduler `dacp`: a table of tasks, events, and a command. Nothing works in the background: whoever
//! asks moves the world on to the present first, in one transaction, so that any number may ask at once.

mod effect;
mod programs;
mod task;
mod turn;
mod words;

use std::path::Path;

use jiff::Timestamp;
use sqlx::{Connection, SqliteConnection};

use self::task::{New, State, Task};
use super::files::{self, Access, run};
use super::{Sandbox, SandboxError};

/// What somebody wants of the scheduler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Is it there?
    Find(Dispatch),
    /// Dispatch it, once for every token.
    Submit(Dispatch, String),
    /// How is it?
    State(i64),
    /// Run it again; with `downstream` also all that depends on it.
    Redo {
        /// Which task.
        id: i64,
        /// What depends on it too?
        downstream: bool,
    },
    /// Let the waiting task count as done.
    Pass(Dispatch),
    /// End it.
    Kill(i64),
    /// What did it do?
    Log(i64),
}

/// A program and the period it is dispatched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatch {
    /// The program.
    pub flow: String,
    /// `202610`, or `20261031`.
    pub batch: String,
}

/// What the scheduler says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// This.
    Said(String),
    /// There is no such task.
    Nothing,
    /// It will not.
    Refused(String),
}

/// Where the scheduler stands.
#[derive(Debug, Clone, Copy)]
pub struct Office<'a> {
    /// The sandbox's folder.
    pub dir: &'a Path,
    /// The project, whose `flows/` are the programs.
    pub project: &'a Path,
    /// The present.
    pub now: Timestamp,
}

/// Asks the scheduler.
pub async fn ask(office: Office<'_>, order: &Order) -> Result<Reply, SandboxError> {
    let mut conn = files::dacp(office.dir, Access::Shared).await?;
    run(&mut conn, "begin immediate".to_owned()).await?;
    let now = office.now.as_millisecond();
    turn::to_present(&mut conn, office.dir, office.project, now).await?;
    let reply = answer(&mut conn, office.project, now, order).await?;
    run(&mut conn, "commit".to_owned()).await?;
    conn.close().await?;
    Ok(reply)
}

async fn answer(
    conn: &mut SqliteConnection,
    project: &Path,
    now: i64,
    order: &Order,
) -> Result<Reply, SandboxError> {
    match order {
        Order::Find(Dispatch { flow, batch }) => {
            let found = task::latest(conn, flow, batch).await?;
            Ok(found.map_or(Reply::Nothing, |task| Reply::Said(words::brief(&task))))
        }
        Order::Submit(what, token) => submit(conn, project, now, what, token).await,
        Order::Pass(what) => pass(conn, now, what).await,
        Order::State(id) => about(conn, *id, |task| words::state(&task)).await,
        Order::Log(id) => about(conn, *id, |task| task.log).await,
        Order::Redo { id, downstream } => redo(conn, now, *id, *downstream).await,
        Order::Kill(id) => kill(conn, now, *id).await,
    }
}

async fn about(
    conn: &mut SqliteConnection,
    id: i64,
    say: impl Fn(Task) -> String,
) -> Result<Reply, SandboxError> {
    Ok(task::of_id(conn, id).await?.map_or_else(|| unknown(id), |task| Reply::Said(say(task))))
}

fn unknown(id: i64) -> Reply {
    Reply::Refused(format!("没有任务 {id}"))
}

async fn brief(conn: &mut SqliteConnection, id: i64) -> Result<Reply, SandboxError> {
    about(conn, id, |task| words::brief(&task)).await
}

async fn submit(
    conn: &mut SqliteConnection,
    project: &Path,
    now: i64,
    what: &Dispatch,
    token: &str,
) -> Result<Reply, SandboxError> {
    let Dispatch { flow, batch } = what;
    if let Some(same) = task::of_token(conn, token).await? {
        return Ok(Reply::Said(words::brief(&same)));
    }
    if effect::month_of(batch).is_none() {
        return Ok(Reply::Refused(format!("批次不对: {batch}")));
    }
    if !effect::is_name(flow) || effect::sql(project, flow).await?.is_none() {
        return Ok(Reply::Refused(format!("没有程序 {flow}")));
    }
    if let Some(there) = task::latest(conn, flow, batch).await?
        && there.state.is_alive()
    {
        return Ok(Reply::Refused(format!("{flow} {batch} 已有任务 {}: {}", there.id, there.state.word())));
    }
    let id = task::add(conn, New { flow, batch, token }).await?;
    turn::let_followers_wait(conn, flow, batch, None).await?;
    turn::start(conn, id, flow, now).await?;
    brief(conn, id).await
}

async fn pass(conn: &mut SqliteConnection, now: i64, what: &Dispatch) -> Result<Reply, SandboxError> {
    let Dispatch { flow, batch } = what;
    let Some(waiting) = task::latest(conn, flow, batch).await? else {
        return Ok(Reply::Refused(format!("{flow} {batch} 没有任务")));
    };
    match waiting.state {
        State::Wait => {
            task::put(conn, waiting.id, State::Passed, now, "强制通过").await?;
            turn::start_followers(conn, &waiting, now).await?;
        }
        State::Passed => {}
        other => {
            let why = format!("{flow} {batch} 不在等待: {}", other.word());
            return Ok(Reply::Refused(why));
        }
    }
    brief(conn, waiting.id).await
}

async fn redo(
    conn: &mut SqliteConnection,
    now: i64,
    id: i64,
    downstream: bool,
) -> Result<Reply, SandboxError> {
    let Some(task) = task::of_id(conn, id).await? else { return Ok(unknown(id)) };
    if task.state == State::Wait {
        return Ok(Reply::Refused(format!("任务 {id} 还在等待 {}", task.waits_for)));
    }
    let anew = downstream.then_some(now);
    turn::let_followers_wait(conn, &task.flow, &task.batch, anew).await?;
    turn::start(conn, id, &task.flow, now).await?;
    brief(conn, id).await
}

async fn kill(conn: &mut SqliteConnection, now: i64, id: i64) -> Result<Reply, SandboxError> {
    let Some(task) = task::of_id(conn, id).await? else { return Ok(unknown(id)) };
    if task.state.is_alive() {
        task::put(conn, id, State::Killed, now, "被人工终止").await?;
    }
    brief(conn, id).await
}

/// The scheduler of a new sandbox. It has run the bill items' programs for the month by itself already, when the month
/// began: on last month's table, in vain. What belongs to the localised table waits.
pub(super) async fn make(sandbox: &Sandbox) -> Result<(), SandboxError> {
    let mut conn = files::dacp(&sandbox.dir, Access::Making).await?;
    run(&mut conn, format!("begin;\n{}", include_str!("../schema/dacp.sql"))).await?;
    let batch = sandbox.month.compact();
    let at = sandbox.month.next().first().at(0, 30, 0, 0);
    let at = at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::Offset::constant(8)));
    let mut at = at.map_or(0, |at| at.timestamp().as_millisecond());
    for flow in [programs::BILL_ITEMS].into_iter().chain(programs::downstream(programs::BILL_ITEMS)) {
        let id = task::add(&mut conn, New { flow, batch: &batch, token: "" }).await?;
        turn::start(&mut conn, id, flow, at).await?;
        at += i64::try_from(programs::lasts(flow).as_millis()).unwrap_or(0);
        task::put(&mut conn, id, State::Success, at, "成功,影响0行").await?;
    }
    task::add(&mut conn, New { flow: programs::WAITS_OUTSIDE, batch: &batch, token: "" }).await?;
    turn::let_followers_wait(&mut conn, programs::WAITS_OUTSIDE, &batch, None).await?;
    run(&mut conn, "commit".to_owned()).await?;
    conn.close().await?;
    Ok(())
}
