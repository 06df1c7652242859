//! `run` and `resume`: everything that a run needs is put together here, driven, and brought to its end.

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use super::args::{Driving, What};
use super::deciding::here;
use super::desk::{Desk, Look};
use super::exit::{Exit, Failed};
use super::looking::mail_rows;
use super::post::{Postman, Rest, tools};
use super::session::Session;
use super::{latest, pick, project, seat};
use crate::engine::{Choice, Driver, End, Journal, Told, Wish, skip_this_month};
use crate::exec::Exec;
use crate::id::RunId;
use crate::msg;
use crate::plan::project::Project;
use crate::run::{Asker, By, EngineId, Event, RunState, RunStatus};
use crate::store::{Patience, Seat, StoreError};
use crate::words::Msg;

/// A run that this process is about to drive.
pub(super) struct Ready {
    /// Its project.
    pub project: Arc<Project>,
    /// Its journal.
    pub journal: Journal,
    /// The right to drive it.
    pub seat: Seat,
    /// Who drives it.
    pub asker: Asker,
    /// Set when it was begun by another process.
    pub resumed: Option<(By, EngineId)>,
    /// What `--latest` found to be different, for scripts.
    pub renewed: Option<serde_json::Value>,
}

/// `run`.
pub(super) async fn run(
    session: &Session,
    what: &What,
    shadow: bool,
    driving: &Driving,
) -> Result<Exit, Failed> {
    let planned = project::plan(session, &what.runbook, what, shadow)?;
    let asker = session.asker(&planned.project)?;
    let ready = begin(session, planned, asker).await?;
    drive(session, ready, driving, None).await
}

/// May this person start and resume runs?
pub(super) fn may_drive(asker: &Asker) -> Result<(), Failed> {
    let person = asker.by.by.to_string();
    if !asker.known {
        return Err(Failed::new(Exit::Refused, msg!("run-stranger", person = person)));
    }
    if !asker.operator {
        return Err(Failed::new(Exit::Refused, msg!("run-needs-operator", person = person)));
    }
    Ok(())
}

/// A new run, recorded as started. One for a runbook and month.
pub(super) async fn begin(
    session: &Session,
    planned: project::Planned,
    asker: Asker,
) -> Result<Ready, Failed> {
    let project::Planned { project, plan, origin } = planned;
    may_drive(&asker)?;
    let mut store = session.make_store(&project).await?;
    let run = plan.run.clone();
    if let Some(row) = store.runs().await?.into_iter().find(|row| row.id == run) {
        return Err(exists(&run, row.status));
    }
    let (seat, engine) = seat::only(session, &project, &mut store, &run).await?;
    let fresh = RunState::new(Arc::new(plan.clone()));
    let mut events = vec![Event::RunStarted { by: asker.by.clone(), engine, origin: Some(origin) }];
    events.extend(plan.iter().filter_map(|(id, _)| skip_this_month(&fresh, id)));
    let journal = match Journal::begin(store, plan, events, tools(session, &project)).await {
        Ok(journal) => journal,
        Err(error) => {
            seat.leave().await;
            return Err(match error {
                StoreError::RunExists(run) => exists(&run, RunStatus::Running),
                error => error.into(),
            });
        }
    };
    Ok(Ready { project: Arc::new(project), journal, seat, asker, resumed: None, renewed: None })
}

fn exists(run: &RunId, status: RunStatus) -> Failed {
    let run = run.to_string();
    let msg = match status {
        RunStatus::Succeeded | RunStatus::Cancelled => {
            msg!("run-exists-done", run = run, status = Msg::word("run-status", status.word()))
        }
        _ => msg!("run-exists-open", run = run),
    };
    Failed::new(Exit::Refused, msg)
}

/// How a run is taken up again.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Resuming {
    /// By its runbook as it is on disk now.
    pub latest: bool,
    /// As soon as nobody drives it any more.
    pub stand_by: bool,
}

/// `resume`.
pub(super) async fn resume(
    session: &Session,
    named: Option<&str>,
    how: Resuming,
    driving: &Driving,
) -> Result<Exit, Failed> {
    let project = here(session)?;
    let asker = session.asker(&project)?;
    may_drive(&asker)?;
    let mut store = session.open_store(&project).await?.ok_or_else(pick::no_run)?;
    let run = pick::run(session, &mut store, named, pick::Purpose::Decide).await?;
    if how.stand_by {
        store.wait_with(Patience::of_a_stand_by());
    }
    let taken = if how.stand_by {
        seat::stand_by(session, &project, &mut store, &run).await?
    } else {
        let seat = seat::only(session, &project, &mut store, &run).await;
        Some(if how.latest { seat.map_err(|failed| latest::is_driven(failed, &run))? } else { seat? })
    };
    let mut journal = Journal::open(store, &run, tools(session, &project)).await?;
    let Some((seat, engine)) = taken else { return Ok(over(session, journal).await) };
    let status = journal.state().run_status();
    let renewed = match (how.latest, status) {
        (true, status) if status != RunStatus::Cancelled => {
            let asks = latest::asks(session) && !driving.yes;
            match latest::take_in(session, &project, &mut journal, &asker, asks).await {
                Ok(renewed) => Some(renewed),
                Err(failed) => {
                    seat.leave().await;
                    return Err(failed);
                }
            }
        }
        _ => None,
    };
    if matches!(journal.state().run_status(), RunStatus::Succeeded | RunStatus::Cancelled) {
        seat.leave().await;
        return ended_before(session, &project, journal, renewed).await;
    }
    let resumed = Some((asker.by.clone(), engine));
    let ready = Ready { project: Arc::new(project), journal, seat, asker, resumed, renewed };
    drive(session, ready, driving, None).await
}

/// Stood by until the run came to its end elsewhere.
async fn over(session: &Session, journal: Journal) -> Exit {
    let end = if journal.state().cancelled().is_some() { End::Cancelled } else { End::Succeeded };
    let (exit, msg) = ended(journal.state(), end);
    session.output.diagnostic(&session.say(&msg));
    journal.close().await;
    exit
}

/// There is nothing to drive any more.
async fn ended_before(
    session: &Session,
    project: &Project,
    journal: Journal,
    renewed: Option<serde_json::Value>,
) -> Result<Exit, Failed> {
    let (run, status) = (journal.state().plan().run.clone(), journal.state().run_status());
    if status == RunStatus::Cancelled {
        let status = Msg::word("run-status", status.word());
        return Err(Failed::new(Exit::Refused, msg!("run-is-over", run = run.to_string(), status = status)));
    }
    only_letters(session, project, journal, renewed).await
}

/// A run that people have brought to its end while nobody drove it: what is left are its letters.
async fn only_letters(
    session: &Session,
    project: &Project,
    mut journal: Journal,
    renewed: Option<serde_json::Value>,
) -> Result<Exit, Failed> {
    let rest = match session.open_store(project).await? {
        Some(store) => Postman::start(session, project, store).finish().await,
        None => Rest::Tried,
    };
    let said = farewell(session, &mut journal, Ok(End::Succeeded), &rest, renewed).await;
    journal.close().await;
    said
}

/// Drives a run that is ready, and says how it ended. As long as a played world goes on, failures may still be repaired.
pub(super) async fn drive(
    session: &Session,
    ready: Ready,
    driving: &Driving,
    world: Option<tokio::task::JoinHandle<()>>,
) -> Result<Exit, Failed> {
    let Ready { project, mut journal, seat, asker, resumed, renewed } = ready;
    let seat = Arc::new(seat);
    let (told, tidings) = unbounded_channel();
    let driver = alone(session, &project, &seat, told.clone());
    // A run that begins here is told from its first event on, one that is resumed from where it stands.
    let begun = resumed.is_none();
    if begun {
        // While all else is made ready here.
        let (executor, plan) = (Arc::clone(&driver.executor), Arc::clone(journal.state().plan()));
        tokio::spawn(async move { executor.ready(&plan).await });
    }
    let outbox = session.open_store(&project).await?;
    let (leave, left) = watch::channel(false);
    let postman = outbox.map(|mut store| {
        store.wait_with(Patience::beside_an_engine(left.clone()));
        Postman::start(session, &project, store)
    });
    let (wish, wishes) = unbounded_channel();
    let shown =
        if begun { RunState::new(Arc::clone(journal.state().plan())) } else { journal.state().clone() };
    let look = Look::of(session, driving.progress);
    let desk = Desk::open(session, &project, &shown, &asker, look);
    if begun {
        let run = shown.plan().run.clone();
        let _ = told.send(Told::Events(journal.store().events(&run, 0).await?));
    }
    drop(told);
    let attended = desk.attended || world.is_some();
    let world = world.filter(|_| !desk.attended).map(|world| {
        let wish = wish.clone();
        tokio::spawn(async move {
            let _ = world.await;
            // A receiver that is gone needs no news.
            let _ = wish.send(Wish::Unattended);
        })
    });
    let screen = tokio::spawn(desk.run(tidings, wish.clone()));
    let signals = tokio::spawn(listen(wish));
    let driver =
        Driver { no_wait: driving.no_wait, yes: driving.yes.then(|| asker.clone()), attended, ..driver };
    let wishes = heard(wishes, leave, attended);
    journal.store().wait_with(patience(&driver.told, left));
    let end = driver.drive(&mut journal, wishes, resumed).await;
    signals.abort();
    world.inspect(tokio::task::JoinHandle::abort);
    // The driver is gone, and with it the last sender of tidings: the screen closes by itself.
    let _ = screen.await;
    let rest = match postman {
        Some(postman) => postman.finish().await,
        None => Rest::Tried,
    };
    let said = farewell(session, &mut journal, end, &rest, renewed).await;
    journal.close().await;
    if let Ok(seat) = Arc::try_unwrap(seat) {
        seat.leave().await;
    }
    said
}

/// Drives a run of `project` with nobody who watches or answers.
pub(super) fn alone(
    session: &Session,
    project: &Arc<Project>,
    seat: &Arc<Seat>,
    told: UnboundedSender<Told>,
) -> Driver {
    let folder = session.state(&project.dir);
    let environment = session.environment.for_steps();
    let executor = Exec::new(Arc::clone(project), folder.path().to_owned(), environment, session.lang);
    let platforms = project.platforms.iter();
    Driver {
        executor: Arc::new(executor),
        limits: platforms.filter_map(|(name, platform)| Some((name.clone(), platform.limit?))).collect(),
        seat: Arc::clone(seat),
        zone: project.zone.clone(),
        no_wait: false,
        yes: None,
        attended: false,
        told,
    }
}

/// How a run ended, or was left, with its exit code.
pub(super) fn ended(state: &RunState, end: End) -> (Exit, Msg) {
    let name = state.plan().run.to_string();
    let troubled: Vec<String> = state.troubled().iter().map(|id| state.plan().path(*id)).collect();
    match end {
        End::Succeeded => (Exit::Done, msg!("end-succeeded", run = name)),
        End::Halted => {
            let count = troubled.len();
            (Exit::Halted, msg!("end-halted", run = name, steps = troubled.join(", "), count = count))
        }
        End::Cancelled => (Exit::Halted, msg!("end-cancelled", run = name)),
        End::Waiting => (Exit::Waiting, msg!("end-waiting", run = name)),
        End::Interrupted => (Exit::Interrupted, msg!("end-interrupted", run = name)),
    }
}

async fn farewell(
    session: &Session,
    journal: &mut Journal,
    end: Result<End, StoreError>,
    rest: &Rest,
    renewed: Option<serde_json::Value>,
) -> Result<Exit, Failed> {
    let (exit, msg) = ended(journal.state(), end?);
    let run = journal.state().plan().run.clone();
    session.output.diagnostic(&session.say(&msg));
    let mails = mail_rows(journal.store(), Some(&run)).await?;
    for said in rest.told(&mails) {
        session.output.diagnostic(&session.say(&said));
    }
    if session.json {
        let mut said = serde_json::json!({"run": run.to_string(), "status": journal.state().run_status()});
        if let (Some(renewed), Some(fields)) = (renewed, said.as_object_mut()) {
            fields.insert("renewed".to_owned(), renewed);
        }
        session.output.result(&said.to_string());
    }
    Ok(exit)
}

/// A server that is away is waited for, and that is told to those who watch.
fn patience(told: &UnboundedSender<Told>, left: watch::Receiver<bool>) -> Patience {
    // Nobody is kept watching by a store that could still have something to say.
    let told = told.downgrade();
    let teller = move |msg| {
        if let Some(told) = told.upgrade() {
            // A screen that has closed needs no news.
            let _ = told.send(Told::Journal(msg));
        }
    };
    Patience::of_an_engine(Arc::new(teller), left)
}

/// The wishes, as they come; one to leave at once is heard also while the engine waits for its journal.
fn heard(
    mut wishes: UnboundedReceiver<Wish>,
    leave: watch::Sender<bool>,
    attended: bool,
) -> UnboundedReceiver<Wish> {
    let (pass, passed) = unbounded_channel();
    tokio::spawn(async move {
        while let Some(wish) = wishes.recv().await {
            let leaves = match wish {
                Wish::Choice(Choice::Leave) => true,
                Wish::Interrupt => !attended,
                _ => false,
            };
            if leaves {
                leave.send_replace(true);
            }
            if pass.send(wish).is_err() {
                return;
            }
        }
    });
    passed
}

/// Signals become wishes. A terminal that goes away stops nothing.
async fn listen(wishes: UnboundedSender<Wish>) {
    let streams = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
        signal(SignalKind::hangup()),
        signal(SignalKind::quit()),
    );
    let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup), Ok(mut quit)) = streams else { return };
    let mut pressed = false;
    loop {
        let wish = tokio::select! {
            Some(()) = interrupt.recv() => {
                let again = std::mem::replace(&mut pressed, true);
                if again { Wish::Choice(Choice::Leave) } else { Wish::Interrupt }
            }
            Some(()) = terminate.recv() => Wish::Choice(Choice::Leave),
            Some(()) = quit.recv() => Wish::Choice(Choice::Leave),
            Some(()) = hangup.recv() => Wish::Unattended,
            else => return,
        };
        if wishes.send(wish).is_err() {
            return;
        }
    }
}
