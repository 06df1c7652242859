//! Answers to gates: who may give them, what they must hold, and which answer counts.

use std::collections::BTreeMap;

use super::event::{Decision, Event, Json, StepPath, Verdict};
use super::form::{fill_in, read_field};
use super::life::has_votes_for;
use super::redo::{Anew, redo};
use super::refusal::{FormError, Refusal};
use super::request::{Answer, Asker, open_run, path};
use super::state::{Decided, Life, RunState};
use crate::plan::{Approver, Excluded, Gate};

/// The events that an answer comes to; none at all where it is given already.
pub(super) fn decide_answer(state: &RunState, asker: &Asker, answer: &Answer) -> Result<Vec<Event>, Refusal> {
    let step = path(state, answer.step);
    let Some(gate) = state.plan().node(answer.step).gate() else {
        return Err(Refusal::NotAGate { step });
    };
    if let Some(refusal) = already(state, gate, asker, answer, &step) {
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
    agrees(state, answer, &form)?;
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

/// Several people who vouch for a figure vouch for the same one.
fn agrees(state: &RunState, answer: &Answer, form: &BTreeMap<String, Json>) -> Result<(), Refusal> {
    let others = state.step(answer.step).decisions.iter().filter(|other| {
        other.decision.value == answer.value && other.decision.decision == Verdict::Confirmed
    });
    for other in others.filter(|_| answer.verdict == Verdict::Confirmed) {
        let said = &other.decision.form;
        if let Some((field, value)) = form.iter().find(|(field, value)| said.get(*field) != Some(*value)) {
            return Err(Refusal::Disagrees {
                field: field.clone(),
                by: other.decision.by.by.to_string(),
                said: said.get(field).map(plain).unwrap_or_default(),
                value: plain(value),
            });
        }
    }
    Ok(())
}

/// A value as it is read aloud.
fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The same answer by the same person again is no error; another answer is told who was first.
fn already(
    state: &RunState,
    gate: &Gate,
    asker: &Asker,
    answer: &Answer,
    step: &StepPath,
) -> Option<Result<Vec<Event>, Refusal>> {
    let state_of = state.step(answer.step);
    let same_value = |decided: &&Decided| decided.decision.value == answer.value;
    let mine = state_of.decisions.iter().filter(same_value).find(|d| d.decision.by.by == asker.by.by);
    if let Some(mine) = mine {
        return Some(match is_same(gate, &mine.decision, answer) {
            Ok(true) => Ok(Vec::new()),
            Ok(false) => Err(decided(step, mine)),
            Err(wrong) => Err(Refusal::Form(wrong)),
        });
    }
    let closed = matches!(state_of.life, Life::Succeeded { .. } | Life::Failed { .. })
        || (answer.value.is_some() && has_votes_for(gate, &state_of.decisions, answer.value.as_deref()));
    let others = state_of.decisions.iter().rev().find(same_value).or(state_of.decisions.last());
    others.filter(|_| closed).map(|first| Err(decided(step, first)))
}

/// Does it say nothing else than what was said? What is not typed again is not said otherwise.
fn is_same(gate: &Gate, said: &Decision, answer: &Answer) -> Result<bool, FormError> {
    if said.decision != answer.verdict {
        return Ok(false);
    }
    for (name, text) in &answer.form {
        let Some(field) = gate.form.iter().find(|field| field.name == *name) else {
            return fill_in(gate, answer).map(|_| false);
        };
        if said.form.get(name) != Some(&read_field(field, text)?) {
            return Ok(false);
        }
    }
    let same_note = answer.note.is_none() || answer.note == said.note;
    Ok(same_note)
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
