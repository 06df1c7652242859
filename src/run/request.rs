//! What people may ask of a run, and what is answered: decided against the state at the moment of recording.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{By, Decision, Event, StepPath, Verdict};
use super::form::fill_in;
use super::redo::{Anew, redo};
use super::refusal::Refusal;
use super::state::{Decided, Life, RunState};
use super::status::{RunStatus, StepStatus};
use crate::plan::{Approver, Excluded, Gate, NodeId};

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
                _ if state.cancelled().is_some() => Ok(Vec::new()),
                _ => Ok(vec![Event::RunCancelled { by: by(), reason: reason.clone() }]),
            }
        }
        Request::Retry { steps, reason } => decide_each(state, asker, steps, "retry", |life, _| {
            matches!(life, Life::Failed { .. } | Life::Lost | Life::Retrying { .. })
        })
        .map(|paths| {
            let event = |step| Event::StepRetried { step, by: by(), reason: reason.clone() };
            paths.into_iter().map(event).collect()
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
        Request::Hold { steps, reason } => decide_hold(state, asker, steps, reason.as_ref()),
        Request::Release { steps } => decide_release(state, asker, steps),
        Request::Settle { step, done, reason } => {
            let lost = |life: &Life, _| matches!(life, Life::Lost);
            let paths = decide_each(state, asker, std::slice::from_ref(step), "settle", lost)?;
            let event = |step| Event::StepSettled { step, done: *done, by: by(), reason: reason.clone() };
            Ok(paths.into_iter().map(event).collect())
        }
    }
}

fn operator(asker: &Asker) -> Result<(), Refusal> {
    match asker.operator {
        true => Ok(()),
        false => Err(Refusal::MayNotDecide { person: asker.by.by.to_string() }),
    }
}

/// Was the run not stopped for good?
fn open_run(state: &RunState) -> Result<(), Refusal> {
    match state.cancelled() {
        None => Ok(()),
        Some(_) => Err(Refusal::RunIsOver { status: RunStatus::Cancelled }),
    }
}

/// What has not begun, or will begin again, can be held. What is held already is granted already.
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
            (false, Some(_)) => Ok(Vec::new()),
            (false, None) => Ok(vec![Event::RunHeld { by, reason }]),
        };
    }
    let free: Vec<NodeId> = steps.iter().filter(|id| state.step(**id).held.is_none()).copied().collect();
    let may_begin = |life: &Life, _| {
        matches!(life, Life::Pending | Life::Retrying { .. } | Life::Failed { .. } | Life::Lost)
    };
    let paths = decide_each(state, asker, &free, "hold", may_begin)?;
    let event = |step| Event::StepHeld { step, by: by.clone(), reason: reason.clone() };
    Ok(paths.into_iter().map(event).collect())
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

/// Skip and force: anything that is not done yet, and no gate. What already has the very mark is granted already.
fn decide_mark(
    state: &RunState,
    asker: &Asker,
    steps: &[NodeId],
    verb: &'static str,
) -> Result<Vec<StepPath>, Refusal> {
    if let Some(gate) = steps.iter().find(|id| state.plan().node(**id).gate().is_some()) {
        return Err(Refusal::IsAGate { step: path(state, *gate) });
    }
    let has_it = |id: &NodeId| match &state.step(*id).life {
        Life::Skipped { .. } => verb == "skip",
        Life::Forced { .. } => verb == "force",
        _ => false,
    };
    let others: Vec<NodeId> = steps.iter().filter(|id| !has_it(id)).copied().collect();
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

fn path(state: &RunState, id: NodeId) -> StepPath {
    StepPath(state.plan().path(id))
}

fn decide_answer(state: &RunState, asker: &Asker, answer: &Answer) -> Result<Vec<Event>, Refusal> {
    let step = path(state, answer.step);
    let Some(gate) = state.plan().node(answer.step).gate() else {
        return Err(Refusal::NotAGate { step });
    };
    if let Some(refusal) = already(state, asker, answer, &step) {
        return refusal;
    }
    open_run(state)?;
    if !matches!(state.step(answer.step).life, Life::Open { .. }) {
        let verb = match answer.verdict {
            Verdict::Confirmed => "confirm",
            Verdict::Rejected => "reject",
        };
        return Err(Refusal::WrongState { step, status: state.step_status(answer.step), verb });
    }
    may_answer(state, gate, asker)?;
    let form = fill_in(gate, answer).map_err(Refusal::Form)?;
    let decision = Decision {
        by: asker.by.clone(),
        decision: answer.verdict,
        value: answer.value.clone(),
        note: answer.note.clone(),
        form,
        roles: asker.roles.iter().cloned().collect(),
        in_advance: answer.in_advance,
    };
    let mut events = vec![Event::GateDecided { step, decision }];
    if answer.verdict == Verdict::Rejected && !gate.on_reject.is_empty() {
        let reason = answer.note.clone().unwrap_or_default();
        let asked = Anew { steps: &gate.on_reject, value: None, downstream: true, reason: &reason };
        events.extend(redo(state, &asker.by, &asked)?);
    }
    Ok(events)
}

/// The same answer by the same person again is no error; another answer is told who was first.
fn already(
    state: &RunState,
    asker: &Asker,
    answer: &Answer,
    step: &StepPath,
) -> Option<Result<Vec<Event>, Refusal>> {
    let state_of = state.step(answer.step);
    let same_value = |decided: &&Decided| decided.decision.value == answer.value;
    let mine = state_of.decisions.iter().filter(same_value).find(|d| d.decision.by.by == asker.by.by);
    if let Some(mine) = mine {
        return Some(match mine.decision.decision == answer.verdict {
            true => Ok(Vec::new()),
            false => Err(decided(step, mine)),
        });
    }
    let closed = matches!(state_of.life, Life::Succeeded { .. } | Life::Failed { .. });
    let others = state_of.decisions.iter().rev().find(same_value).or(state_of.decisions.last());
    others.filter(|_| closed).map(|first| Err(decided(step, first)))
}

fn decided(step: &StepPath, first: &Decided) -> Refusal {
    Refusal::Decided {
        step: step.clone(),
        by: first.decision.by.by.to_string(),
        verdict: first.decision.decision,
    }
}

/// May this person answer this gate?
pub fn may_answer(state: &RunState, gate: &Gate, asker: &Asker) -> Result<(), Refusal> {
    let person = asker.by.by.to_string();
    let is_starter = state.started().is_some_and(|(_, by)| by.by == asker.by.by);
    let excluded = gate.except.iter().any(|excluded| match excluded {
        Excluded::Starter => is_starter,
        Excluded::Role(role) => asker.roles.contains(role),
        Excluded::Person(id) => *id == asker.by.by,
    });
    if !asker.known {
        return Err(Refusal::MayNotDecide { person });
    }
    if excluded {
        return Err(Refusal::Excluded { person });
    }
    let asked = match gate.approvers.as_slice() {
        [] => asker.operator,
        approvers => approvers.iter().any(|approver| match approver {
            Approver::Role(role) => asker.roles.contains(role),
            Approver::Person(id) => *id == asker.by.by,
        }),
    };
    match (asked, gate.approvers.is_empty()) {
        (true, _) => Ok(()),
        (false, true) => Err(Refusal::MayNotDecide { person }),
        (false, false) => Err(Refusal::NotAsked { person, asked: asked_words(gate) }),
    }
}

/// Whom a gate asks, in words: roles and people; empty: any operator.
pub fn asked_words(gate: &Gate) -> String {
    let word = |approver: &Approver| match approver {
        Approver::Role(role) => role.clone(),
        Approver::Person(id) => id.to_string(),
    };
    gate.approvers.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// May `--yes` answer it for this person: alone, with nothing to fill in?
pub fn may_answer_in_advance(state: &RunState, gate: &Gate, asker: &Asker) -> bool {
    let filled = gate.form.iter().all(|field| field.default.is_some() || field.optional);
    gate.votes.total() == 1 && filled && may_answer(state, gate, asker).is_ok()
}
