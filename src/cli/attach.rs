//! `attach`: watches, and answers, a run that another process drives. The journal is all that they share.

use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{MissedTickBehavior, interval};

use super::args::Style;
use super::deciding::here;
use super::desk::{Desk, Look};
use super::drive::ended;
use super::exit::{Exit, Failed};
use super::looking::{driver, page};
use super::pick;
use super::post::tools;
use super::session::Session;
use crate::engine::{Choice, End, Journal, Told, Wish};
use crate::msg;
use crate::plan::project::Project;
use crate::progress::plain;
use crate::run::{EngineId, Event, Record, RunState, RunStatus};
use crate::store::StoreError;
use crate::words::Msg;

/// How often the journal and the engine are looked at.
const LOOK: Duration = Duration::from_millis(200);
/// So often in a row nobody must be seen to drive the run before it counts as left: another engine may just be taking it up.
const GONE: u32 = 3;

/// How watching came to its end.
enum Watched {
    /// The run has come to its end.
    Finished,
    /// Nobody drives it any more.
    EngineGone,
    /// It goes on by another plan than the one that is watched.
    Renewed,
    /// Whoever watched has left.
    Left,
}

/// Watches the run that is meant until it ends, its engine goes away, or the watcher does.
pub(super) async fn attach(session: &Session, named: Option<&str>, style: Style) -> Result<Exit, Failed> {
    let project = Arc::new(here(session)?);
    let asker = session.asker(&project)?;
    let mut journal =
        pick::journal(session, &project, named, pick::Purpose::Look, tools(session, &project)).await?;
    let run = journal.state().plan().run.clone();
    let Some(engine) = driver(session, &project, journal.store(), &run).await? else {
        return Err(not_driven(journal.state()));
    };
    session.output.diagnostic(&session.say(&watching(journal.state(), &engine)));
    let look = if session.json { Look::events() } else { Look::of(session, style) };
    let desk = Desk::open(session, &project, journal.state(), &asker, look);
    if !desk.tells_all {
        for line in plain::farewell(journal.state(), &page(session, &project)) {
            session.output.diagnostic(&line.text());
        }
    }
    let (told, tidings) = unbounded_channel();
    let (wish, wishes) = unbounded_channel();
    let screen = tokio::spawn(desk.run(tidings, wish.clone()));
    let signals = tokio::spawn(listen(wish));
    let watched = watch(&mut journal, (session, &project), told, wishes).await;
    signals.abort();
    // The last sender of tidings is gone: the screen closes by itself.
    let _ = screen.await;
    let (exit, msg) = said(journal.state(), watched?);
    session.output.diagnostic(&session.say(&msg));
    journal.close().await;
    Ok(exit)
}

fn watching(state: &RunState, engine: &EngineId) -> Msg {
    let run = state.plan().run.to_string();
    msg!(
        "attach-watching",
        run = run,
        host = crate::words::printable(&engine.host),
        pid = engine.pid.to_string()
    )
}

fn not_driven(state: &RunState) -> Failed {
    let run = state.plan().run.to_string();
    let msg = match state.run_status() {
        status @ (RunStatus::Succeeded | RunStatus::Cancelled) => {
            msg!("attach-over", run = run, status = Msg::word("run-status", status.word()))
        }
        _ => msg!("attach-not-driven", run = run),
    };
    Failed::new(Exit::Refused, msg)
}

/// What is said at the end, with the exit code. A run that nobody drives any more has not ended.
fn said(state: &RunState, watched: Watched) -> (Exit, Msg) {
    let run = || state.plan().run.to_string();
    match (watched, state.run_status()) {
        (Watched::Renewed, _) => (Exit::Unexpected, msg!("attach-renewed", run = run())),
        (Watched::Left, _) => (Exit::Interrupted, msg!("attach-left", run = run())),
        (_, RunStatus::Succeeded) => ended(state, End::Succeeded),
        (_, RunStatus::Cancelled) => ended(state, End::Cancelled),
        (_, RunStatus::Halted) => ended(state, End::Halted),
        (_, RunStatus::Waiting) => ended(state, End::Waiting),
        (_, RunStatus::Running) => (Exit::Unexpected, msg!("attach-engine-gone", run = run())),
    }
}

/// Tells what others record, records what the one at the terminal decides.
async fn watch(
    journal: &mut Journal,
    (session, project): (&Session, &Project),
    told: UnboundedSender<Told>,
    mut wishes: UnboundedReceiver<Wish>,
) -> Result<Watched, StoreError> {
    let tell = |records: Vec<Record>| {
        if !records.is_empty() {
            // A screen that has closed needs no news.
            let _ = told.send(Told::Events(records));
        }
    };
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (mut unseen, run) = (0, journal.state().plan().run.clone());
    loop {
        let wish = tokio::select! {
            biased;
            Some(wish) = wishes.recv() => Some(wish),
            _ = look.tick() => None,
        };
        match wish {
            Some(Wish::Request(asked)) => {
                let (records, answer) = journal.request(&asked.0, &asked.1).await?;
                if is_renewed(&records) {
                    return Ok(Watched::Renewed);
                }
                tell(records);
                if let Err(refusal) = answer {
                    let _ = told.send(Told::Refused(refusal));
                }
            }
            Some(Wish::Interrupt | Wish::Choice(_)) => return Ok(Watched::Left),
            // Nobody answers here any more; it is watched on.
            Some(Wish::Unattended) => {}
            None => {
                let driver = driver(session, project, journal.store(), &run).await?;
                unseen = if driver.is_some() { 0 } else { unseen + 1 };
            }
        }
        let records = journal.catch_up().await?;
        if is_renewed(&records) {
            return Ok(Watched::Renewed);
        }
        tell(records);
        if journal.state().finished_at().is_some() {
            return Ok(Watched::Finished);
        }
        if unseen >= GONE {
            return Ok(Watched::EngineGone);
        }
    }
}

/// Has somebody taken another plan in? What is on the screen are the steps of the former one.
fn is_renewed(records: &[Record]) -> bool {
    records.iter().any(|record| matches!(record.event, Event::PlanRenewed { .. }))
}

/// Whatever ends this process ends only the watching.
async fn listen(wishes: UnboundedSender<Wish>) {
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup(), SignalKind::quit()];
    let [Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup), Ok(mut quit)] = kinds.map(signal) else {
        return;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
        _ = quit.recv() => {}
    }
    let _ = wishes.send(Wish::Choice(Choice::Leave));
}
