//! What people may ask of a run, and what is answered: decided against the state at the moment of recording.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{By, Event, StepPath, Verdict};
use super::redo::{Anew, redo, tried_again};
use super::refusal::Refusal;
use super::renew::{Renewal, renew};
use super::state::{Life, Mark, RunState};
use super::status::{RunStatus, StepStatus};
use super::verdict::decide_answer;
pub use super::verdict::{asked_words, may_answer, may_answer_in_advance};
use crate::plan::NodeId;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// The person, and whose hand it was.
    pub by: By,
    /// Their roles.
    pub roles: BTreeSet<String>,
    /// May they decide anything at all? Without a roster everyone may.
    pub operator: bool,
    /// Are they in the roster (or is there none)?
    pub known: bool,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// An answer to a gate or a notice.
    Answer(Answer),
    /// Failed, lost or rejected steps again.
    Retry {
        /// Which.
        steps: Vec<NodeId>,
        /// Why, where they say so.
        reason: Option<String>,
    },
    /// Do not run them.
    Skip {
        /// Which.
        steps: Vec<NodeId>,
        /// Why.
        reason: String,
    },
    /// Count them as done.
    Force {
        /// Which.
        steps: Vec<NodeId>,
        /// Why.
        reason: String,
    },
    /// Done steps anew.
    Redo {
        /// Which.
        steps: Vec<NodeId>,
        /// Of gates among them only the answer for this value of `each`.
        value: Option<String>,
        /// With everything that depends on them.
        downstream: bool,
        /// Why.
        reason: String,
    },
    /// Keep them from starting; everything, where none is named.
    Hold {
        /// Which.
        steps: Vec<NodeId>,
        /// Why, where they say so.
        reason: Option<String>,
    },
    /// Let them go; everything, where none is named.
    Release {
        /// Which.
        steps: Vec<NodeId>,
    },
    /// What a lost step really did.
    Settle {
        /// Which.
        step: NodeId,
        /// It was done (or it failed).
        done: bool,
        /// On what evidence.
        reason: String,
    },
    /// Go on by another plan of the same runbook and month.
    Renew(Box<Renewal>),
    /// Stop for good.
    Cancel {
        /// Why.
        reason: String,
    },
}

/// An answer to a gate.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The gate.
    pub step: NodeId,
    /// Yes or no.
    pub verdict: Verdict,
    /// For one value of `each`.
    pub value: Option<String>,
    /// What they add.
    pub note: Option<String>,
    /// What they fill in, as typed.
    pub form: BTreeMap<String, String>,
    /// Given by `--yes`.
    pub in_advance: bool,
}

/// The events that grant `request`; none at all where it is granted already.
pub fn decide(state: &RunState, asker: &Asker, request: &Request) -> Result<Vec<Event>, Refusal> {
    if !asker.known {
        return Err(Refusal::MayNotDecide { person: asker.by.by.to_string() });
    }
    let by = || asker.by.clone();
    match request {
        Request::Answer(answer) => decide_answer(state, asker, answer),
        Request::Cancel { reason } => {
            operator(asker)?;
            match state.run_status() {
                RunStatus::Succeeded => Err(Refusal::RunIsOver { status: RunStatus::Succeeded }),
                _ if state
                    .cancelled()
                    .is_some_and(|mark| mark.by.as_ref().is_some_and(|by| by.by == asker.by.by)) =>
                {
                    Ok(Vec::new())
                }
                _ if state.cancelled().is_some() => Err(Refusal::RunIsOver { status: RunStatus::Cancelled }),
                _ => Ok(vec![Event::RunCancelled { by: by(), reason: reason.clone() }]),
            }
        }
        Request::Retry { steps, reason } => decide_each(state, asker, steps, "retry", |life, _| {
            matches!(life, Life::Failed { .. } | Life::Lost { .. } | Life::Retrying { .. })
        })
        .map(|paths| {
            let event = |step| Event::StepRetried { step, by: by(), reason: reason.clone() };
            let void = tried_again(state, &asker.by, steps, reason.as_deref().unwrap_or_default());
            paths.into_iter().map(event).chain(void).collect()
        }),
        Request::Skip { steps, reason } => decide_mark(state, asker, steps, "skip").map(|paths| {
            let skipped = |step| Event::StepSkipped {
                step,
                by: Some(by()),
                reason: reason.clone(),
                cause: super::SkipCause::Person,
            };
            paths.into_iter().map(skipped).collect()
        }),
        Request::Force { steps, reason } => decide_mark(state, asker, steps, "force").map(|paths| {
            let event = |step| Event::StepForced { step, by: by(), reason: reason.clone() };
            paths.into_iter().map(event).collect()
        }),
        Request::Redo { steps, value, downstream, reason } => {
            operator(asker)?;
            open_run(state)?;
            let value = value.as_deref();
            redo(state, &asker.by, &Anew { steps, value, downstream: *downstream, reason })
        }
        Request::Renew(renewal) => renew(state, asker, renewal),
        Request::Hold { steps, reason } => decide_hold(state, asker, steps, reason.as_ref()),
        Request::Release { steps } => decide_release(state, asker, steps),
        Request::Settle { step, done, reason } => {
            if is_settled(state, asker, *step, *done) {
                return Ok(Vec::new());
            }
            let lost = |life: &Life, _| matches!(life, Life::Lost { .. });
            let paths = decide_each(state, asker, std::slice::from_ref(step), "settle", lost)?;
            let event = |step| Event::StepSettled { step, done: *done, by: by(), reason: reason.clone() };
            Ok(paths.into_iter().map(event).collect())
        }
    }
}

/// Has this person said that very thing of the step already?
fn is_settled(state: &RunState, asker: &Asker, step: NodeId, done: bool) -> bool {
    let mark = match &state.step(step).life {
        Life::Succeeded { settled, .. } if done => settled.as_ref(),
        Life::Failed { failure: None, by } if !done => by.as_ref(),
        _ => None,
    };
    mark.and_then(|mark| mark.by.as_ref()).is_some_and(|by| by.by == asker.by.by)
}

pub(super) fn operator(asker: &Asker) -> Result<(), Refusal> {
    match asker.operator {
        true => Ok(()),
        false => Err(Refusal::MayNotDecide { person: asker.by.by.to_string() }),
    }
}

/// Was the run not stopped for good?
pub(super) fn open_run(state: &RunState) -> Result<(), Refusal> {
    match state.cancelled() {
        None => Ok(()),
        Some(_) => Err(Refusal::RunIsOver { status: RunStatus::Cancelled }),
    }
}

/// What has not begun, or will begin again, can be held. Who has held it already in that very way is granted it again.
fn decide_hold(
    state: &RunState,
    asker: &Asker,
    steps: &[NodeId],
    reason: Option<&String>,
) -> Result<Vec<Event>, Refusal> {
    let (by, reason) = (asker.by.clone(), reason.cloned());
    if steps.is_empty() {
        operator(asker)?;
        open_run(state)?;
        return match (state.is_green(), state.held()) {
            (true, _) => Err(Refusal::RunIsOver { status: RunStatus::Succeeded }),
            (false, Some(mark)) => marked(asker, None, StepStatus::Held, mark).map(|()| Vec::new()),
            (false, None) => Ok(vec![Event::RunHeld { by, reason }]),
        };
    }
    let mut free = Vec::new();
    for id in steps {
        match &state.step(*id).held {
            Some(mark) => marked(asker, Some(path(state, *id)), StepStatus::Held, mark)?,
            None => free.push(*id),
        }
    }
    let may_begin = |life: &Life, _| {
        matches!(life, Life::Pending | Life::Retrying { .. } | Life::Failed { .. } | Life::Lost { .. })
    };
    let paths = decide_each(state, asker, &free, "hold", may_begin)?;
    let event = |step| Event::StepHeld { step, by: by.clone(), reason: reason.clone() };
    Ok(paths.into_iter().map(event).collect())
}

/// What has the very mark already is granted again to whoever gave it; another one is told who was first.
fn marked(asker: &Asker, step: Option<StepPath>, status: StepStatus, mark: &Mark) -> Result<(), Refusal> {
    match &mark.by {
        Some(by) if by.by != asker.by.by => Err(Refusal::Marked { step, status, by: by.by.to_string() }),
        _ => Ok(()),
    }
}

/// What is not held is let go already.
fn decide_release(state: &RunState, asker: &Asker, steps: &[NodeId]) -> Result<Vec<Event>, Refusal> {
    operator(asker)?;
    open_run(state)?;
    let by = || asker.by.clone();
    let everything = steps.is_empty();
    let held = state.plan().iter().map(|(id, _)| id).filter(|id| state.step(*id).held.is_some());
    let held = held.filter(|id| everything || steps.contains(id));
    let mut events: Vec<Event> =
        held.map(|id| Event::StepReleased { step: path(state, id), by: by() }).collect();
    if everything && state.held().is_some() {
        events.push(Event::RunReleased { by: by() });
    }
    Ok(events)
}

/// Skip and force: anything that is not done yet, and no gate.
fn decide_mark(
    state: &RunState,
    asker: &Asker,
    steps: &[NodeId],
    verb: &'static str,
) -> Result<Vec<StepPath>, Refusal> {
    if let Some(gate) = steps.iter().find(|id| state.plan().node(**id).gate().is_some()) {
        return Err(Refusal::IsAGate { step: path(state, *gate) });
    }
    let mut others = Vec::new();
    for id in steps {
        match &state.step(*id).life {
            Life::Skipped { mark, .. } if verb == "skip" => {
                marked(asker, Some(path(state, *id)), StepStatus::Skipped, mark)?;
            }
            Life::Forced { mark } if verb == "force" => {
                marked(asker, Some(path(state, *id)), StepStatus::Forced, mark)?;
            }
            _ => others.push(*id),
        }
    }
    decide_each(state, asker, &others, verb, |life, poll| match life {
        Life::Running { .. } => poll || verb == "force",
        _ => !life.is_done(),
    })
}

fn decide_each(
    state: &RunState,
    asker: &Asker,
    steps: &[NodeId],
    verb: &'static str,
    fits: impl Fn(&Life, bool) -> bool,
) -> Result<Vec<StepPath>, Refusal> {
    operator(asker)?;
    open_run(state)?;
    let mut paths = Vec::new();
    for id in steps {
        let status = state.step_status(*id);
        if !fits(&state.step(*id).life, status == StepStatus::Waiting) {
            return Err(Refusal::WrongState { step: path(state, *id), status, verb });
        }
        if !paths.contains(&path(state, *id)) {
            paths.push(path(state, *id));
        }
    }
    Ok(paths)
}

pub(super) fn path(state: &RunState, id: NodeId) -> StepPath {
    StepPath(state.plan().path(id))
}
