//! The verbs by which people decide: confirm, reject, retry, redo, skip, force, settle, hold, release,
//! cancel. Each is answered when it is
//! recorded, whether an engine drives the run or nobody does.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc::unbounded_channel;

use super::args::{Saying, Verb};
use super::drive::alone;
use super::exit::{Exit, Failed};
use super::looking::driver;
use super::post::tools;
use super::preview::preview;
use super::project::{find_root, open, read_pair, show_problems};
use super::session::Session;
use super::{pick, seat};
use crate::engine::{Granted, Journal};
use crate::msg;
use crate::plan::NodeId;
use crate::plan::project::Project;
use crate::run::{Answer, Asker, Request, RunState, Verdict};
use crate::store::Taken;
use crate::words::Msg;

/// Carries out one of these verbs.
pub(super) async fn decide(session: &Session, verb: Verb) -> Result<Exit, Failed> {
    check_words(&verb)?;
    let project = here(session)?;
    let named = match &verb {
        Verb::Cancel { run, .. } => run.as_deref(),
        _ => None,
    };
    let mut journal =
        pick::journal(session, &project, named, pick::Purpose::Decide, tools(session, &project)).await?;
    let asker = session.asker(&project)?;
    let request = read(journal.state(), &verb)?;
    if is_preview(&verb) {
        return preview(session, journal.state(), &asker, &request);
    }
    let (_, answer) = journal.request(&asker, &request).await?;
    let said = match (answer.map_err(Failed::from)?, &request) {
        (Granted::Already, Request::Hold { .. } | Request::Release { .. }) => msg!("recorded-already"),
        _ => recorded(journal.state(), &request, &asker),
    };
    let run = journal.state().plan().run.clone();
    session.output.diagnostic(&session.say(&said));
    let driven = driver(session, &project, journal.store(), &run).await?.is_some();
    if !driven && matches!(request, Request::Cancel { .. } | Request::Force { .. }) {
        bring_down(session, project, &mut journal).await?;
    }
    if !driven && !journal.state().is_green() && journal.state().cancelled().is_none() {
        session.output.diagnostic(&session.say(&msg!("nobody-drives", run = run.to_string())));
    }
    journal.close().await;
    Ok(Exit::Done)
}

fn is_preview(verb: &Verb) -> bool {
    match verb {
        Verb::Skip(marking) | Verb::Force(marking) => marking.preview.plan,
        Verb::Confirm(saying) | Verb::Reject(saying) => saying.preview.plan,
        Verb::Retry { preview, .. }
        | Verb::Redo { preview, .. }
        | Verb::Hold { preview, .. }
        | Verb::Release { preview, .. }
        | Verb::Settle { preview, .. }
        | Verb::Cancel { preview, .. } => preview.plan,
        _ => false,
    }
}

/// The project that the command stands in; its settings must be right, or nobody knows who may decide.
pub(super) fn here(session: &Session) -> Result<Project, Failed> {
    let opened = open(session, &find_root(&session.directory));
    show_problems(session, &opened.shelf)?;
    opened.project.ok_or_else(|| Failed::silent(Exit::Invalid))
}

/// Reasons and notes that say nothing are no reasons.
fn check_words(verb: &Verb) -> Result<(), Failed> {
    let (reason, option) = match verb {
        Verb::Skip(marking) | Verb::Force(marking) => (marking.reason.as_ref(), "--reason"),
        Verb::Settle { reason, .. }
        | Verb::Cancel { reason, .. }
        | Verb::Redo { reason, .. }
        | Verb::Hold { reason, .. }
        | Verb::Retry { reason, .. } => (reason.as_ref(), "--reason"),
        Verb::Confirm(saying) | Verb::Reject(saying) => (saying.note.as_ref(), "--note"),
        _ => (None, ""),
    };
    let empty = reason.is_some_and(|text| text.trim().is_empty());
    let missing = matches!(verb, Verb::Reject(saying) if saying.note.is_none());
    if empty || missing {
        return Err(Failed::usage(msg!("usage-reason", option = option)));
    }
    Ok(())
}

fn read(state: &RunState, verb: &Verb) -> Result<Request, Failed> {
    let steps = |names: &[String]| -> Result<Vec<NodeId>, Failed> {
        names.iter().map(|name| pick::step(state, name)).collect()
    };
    Ok(match verb {
        Verb::Confirm(saying) => answer(state, saying, Verdict::Confirmed)?,
        Verb::Reject(saying) => answer(state, saying, Verdict::Rejected)?,
        Verb::Retry { steps: names, reason, .. } => {
            Request::Retry { steps: steps(names)?, reason: reason.as_deref().map(clean) }
        }
        Verb::Skip(marking) => {
            Request::Skip { steps: steps(&marking.steps)?, reason: why(marking.reason.as_ref()) }
        }
        Verb::Force(marking) => {
            Request::Force { steps: steps(&marking.steps)?, reason: why(marking.reason.as_ref()) }
        }
        Verb::Redo { steps: names, value, downstream, reason, .. } => Request::Redo {
            steps: pick::parts(state, names, value.as_deref())?,
            value: value.clone(),
            downstream: *downstream,
            reason: why(reason.as_ref()),
        },
        Verb::Hold { steps: names, reason, .. } => {
            Request::Hold { steps: steps(names)?, reason: reason.as_deref().map(clean) }
        }
        Verb::Release { steps: names, .. } => Request::Release { steps: steps(names)? },
        Verb::Settle { step, as_done, reason, .. } => {
            Request::Settle { step: pick::step(state, step)?, done: *as_done, reason: why(reason.as_ref()) }
        }
        Verb::Cancel { reason, .. } => Request::Cancel { reason: why(reason.as_ref()) },
        _ => return Err(Failed::silent(Exit::Unexpected)),
    })
}

/// What people type is kept as they typed it; it is made harmless wherever it is shown.
fn clean(text: &str) -> String {
    text.trim().to_owned()
}

/// The reason; a preview may do without.
fn why(reason: Option<&String>) -> String {
    reason.map(|text| clean(text)).unwrap_or_default()
}

fn answer(state: &RunState, saying: &Saying, verdict: Verdict) -> Result<Request, Failed> {
    let mut form = BTreeMap::new();
    for pair in &saying.set {
        let (field, value) = read_pair(pair)?;
        if form.insert(field.clone(), value).is_some() {
            return Err(Failed::usage(msg!("usage-set-twice", field = crate::words::one_line(&field, 80))));
        }
    }
    Ok(Request::Answer(Answer {
        step: pick::step(state, &saying.step)?,
        verdict,
        value: saying.value.clone(),
        note: saying.note.as_deref().map(clean),
        form,
        in_advance: false,
    }))
}

/// Nobody drives the run: what runs for what was decided over just now is stopped from here, and what a cancelled run
/// still has in flight.
async fn bring_down(session: &Session, project: Project, journal: &mut Journal) -> Result<(), Failed> {
    let run = journal.state().plan().run.clone();
    // Whoever takes it up in this very moment sees the decision and does this itself.
    let (seat, me) = match seat::take(session, &project, journal.store(), &run).await? {
        (Taken::Ours(seat), me) => (Arc::new(seat), me),
        (Taken::Held(_), _) => return Ok(()),
    };
    let (told, _nobody) = unbounded_channel();
    alone(session, &Arc::new(project), &seat, told).bring_down(journal, &me).await?;
    if let Ok(seat) = Arc::try_unwrap(seat) {
        seat.leave().await;
    }
    Ok(())
}

fn recorded(state: &RunState, request: &Request, asker: &Asker) -> Msg {
    let path = |id: NodeId| state.plan().path(id);
    let paths = |ids: &[NodeId]| ids.iter().map(|id| path(*id)).collect::<Vec<_>>().join(", ");
    let by = asker.by.by.to_string();
    match request {
        Request::Answer(answer) => {
            let status = Msg::word("gate-status", state.gate_status(answer.step).word());
            let verdict = crate::run::refusal::verdict_msg(answer.verdict);
            msg!("recorded-answer", step = path(answer.step), verdict = verdict, by = by, status = status)
        }
        Request::Retry { steps, .. } => msg!("recorded-retry", steps = paths(steps), by = by),
        Request::Skip { steps, .. } => msg!("recorded-skip", steps = paths(steps), by = by),
        Request::Force { steps, .. } => msg!("recorded-force", steps = paths(steps), by = by),
        Request::Redo { steps, .. } => msg!("recorded-redo", steps = paths(steps), by = by),
        Request::Hold { steps, .. } if steps.is_empty() => {
            msg!("recorded-hold-run", run = state.plan().run.to_string(), by = by)
        }
        Request::Hold { steps, .. } => msg!("recorded-hold", steps = paths(steps), by = by),
        Request::Release { steps } if steps.is_empty() => {
            msg!("recorded-release-run", run = state.plan().run.to_string(), by = by)
        }
        Request::Release { steps } => msg!("recorded-release", steps = paths(steps), by = by),
        Request::Settle { step, done: true, .. } => msg!("recorded-settle-done", step = path(*step), by = by),
        Request::Settle { step, .. } => msg!("recorded-settle-failed", step = path(*step), by = by),
        Request::Renew(_) => msg!("recorded-renewed", run = state.plan().run.to_string(), by = by),
        Request::Cancel { .. } => msg!("recorded-cancel", run = state.plan().run.to_string(), by = by),
    }
}
