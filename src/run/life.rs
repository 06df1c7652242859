//! The life of a step, as one table: what it was, what happened, what it is then.

use jiff::Timestamp;

use super::event::{By, Decision, Event, Failure, Json, Outcome, Verdict};
use super::recovery::Loss;
use super::state::{Decided, FormerMark, Life, Mark, StepState, Voided};
use super::status::StepStatus;
use crate::plan::{Gate, Node, Retry, Votes};

/// The step after `event`; `None` where the event says nothing to it (a late report of an attempt that a person has
/// decided over, an answer to a gate that is closed).
pub fn life_after(node: &Node, step: &StepState, event: &Event, at: Timestamp) -> Option<StepState> {
    let current = |attempt: &u32| *attempt == step.attempt;
    match (&step.life, event) {
        (Life::Pending | Life::Retrying { .. }, Event::StepStarted { attempt, .. }) => {
            Some(begun(step, *attempt, at))
        }
        (Life::Running { .. }, Event::StepSubmitted { attempt, id, .. }) if current(attempt) => {
            Some(StepState { life: Life::Running { submitted: Some(id.clone()) }, ..step.clone() })
        }
        (Life::Running { .. }, Event::StepNotAtomic { attempt, why, .. }) if current(attempt) => {
            Some(StepState { not_atomic: Some(why.clone()), ..step.clone() })
        }
        (Life::Running { .. }, Event::StepEnded { attempt, outcome, .. }) if current(attempt) => {
            Some(after_outcome(node, step, outcome, at))
        }
        (Life::Running { .. }, Event::StepLost { attempt, again, cause, .. }) if current(attempt) => {
            Some(lost(step, *again, cause, at))
        }
        (
            Life::Failed { failure: Some(Failure::InDoubt { marked: true, .. }), .. },
            Event::StepLost { attempt, again: true, cause, .. },
        ) if current(attempt) => Some(lost(step, true, cause, at)),
        (Life::Lost { .. }, Event::StepSettled { done, by, reason, .. }) => {
            Some(settled(step, *done, mark(Some(by), reason, at), at))
        }
        (
            Life::Failed { .. } | Life::Lost { .. } | Life::Retrying { .. },
            Event::StepRetried { by, reason, .. },
        ) => Some(again(node, step, mark(Some(by), reason.as_deref().unwrap_or(""), at))),
        (life, Event::StepSkipped { by, reason, cause, .. }) if !life.is_done() => {
            let life = Life::Skipped { cause: *cause, mark: mark(by.as_ref(), reason, at) };
            Some(ended(step, life, at))
        }
        (life, Event::StepForced { by, reason, .. }) if !life.is_done() => {
            Some(ended(step, Life::Forced { mark: mark(Some(by), reason, at) }, at))
        }
        (Life::Pending, Event::StepRedone { .. }) => None,
        (_, Event::StepRedone { by, reason, .. }) => Some(anew(node, step, mark(Some(by), reason, at))),
        (_, Event::GateVoided { value, by, reason, .. }) => {
            voided(node, step, value.as_deref(), &mark(Some(by), reason, at))
        }
        (life, Event::StepHeld { by, reason, .. }) if !life.is_done() => {
            let held = Some(mark(Some(by), reason.as_deref().unwrap_or(""), at));
            Some(StepState { held, ..step.clone() })
        }
        (_, Event::StepReleased { .. }) => Some(StepState { held: None, ..step.clone() }),
        (Life::Pending, Event::GateOpened { ask, evidence, .. }) => Some(StepState {
            life: Life::Open { ask: ask.clone(), evidence: evidence.clone() },
            asked: Some(ask.clone()),
            ..begun(step, step.attempt + 1, at)
        }),
        (Life::Open { .. }, Event::GateDecided { decision, .. }) => {
            node.gate().map(|gate| after_decision(gate, step, decision, at))
        }
        (Life::Open { .. }, Event::GateTimedOut { .. }) => {
            Some(ended(step, Life::Failed { failure: None, by: None }, at))
        }
        _ => None,
    }
}

fn mark(by: Option<&By>, reason: &str, at: Timestamp) -> Mark {
    Mark { by: by.cloned(), reason: reason.to_owned(), at }
}

fn begun(step: &StepState, attempt: u32, at: Timestamp) -> StepState {
    StepState {
        life: Life::Running { submitted: None },
        attempt,
        token: if step.in_doubt { step.token } else { attempt },
        waiting_since: step.waiting_since.filter(|_| step.in_doubt).or(Some(at)),
        in_doubt: false,
        not_atomic: None,
        outdated: false,
        tries: step.tries + 1,
        held: None,
        started_at: Some(at),
        finished_at: None,
        ..step.clone()
    }
}

/// Its engine is gone: it runs again, or a person has to look.
fn lost(step: &StepState, again: bool, cause: &Loss, at: Timestamp) -> StepState {
    let life = if again { Life::Pending } else { Life::Lost { cause: cause.clone() } };
    let losses = step.losses + u32::from(cause.is_a_death());
    StepState {
        life,
        in_doubt: cause.may_be_told_later(),
        losses,
        finished_at: (!again).then_some(at),
        ..step.clone()
    }
}

fn ended(step: &StepState, life: Life, at: Timestamp) -> StepState {
    StepState { life, finished_at: Some(at), held: None, ..step.clone() }
}

fn after_outcome(node: &Node, step: &StepState, outcome: &Outcome, at: Timestamp) -> StepState {
    let step = &StepState { losses: 0, ..step.clone() };
    match outcome {
        Outcome::Succeeded { outputs, remarks } => {
            let life = Life::Succeeded { outputs: outputs.clone(), remarks: remarks.clone(), settled: None };
            StepState { anew: false, ..ended(step, life, at) }
        }
        Outcome::Failed { failure } => {
            let retry =
                node.policy.retry.as_ref().filter(|retry| tries_again(node, retry, step.tries, failure));
            let life = match retry {
                Some(retry) => Life::Retrying { due: due(retry, step.tries, at), failure: failure.clone() },
                None => Life::Failed { failure: Some(failure.clone()), by: None },
            };
            let in_doubt = stays_in_doubt(step, failure);
            StepState { failures: step.failures + 1, in_doubt, ..ended(step, life, at) }
        }
    }
}

/// An attempt that did not even begin, or was cut short, says nothing of the one before it that was in doubt.
fn stays_in_doubt(step: &StepState, failure: &Failure) -> bool {
    match failure {
        Failure::InDoubt { marked, .. } => *marked,
        Failure::NotStarted { .. }
        | Failure::Denied { .. }
        | Failure::Cancelled
        | Failure::TimedOut { .. } => step.token != step.attempt,
        _ => false,
    }
}

/// Does attempt `tries` have a successor? An unmet check is polled, not retried; a file that is wrong stays so until
/// somebody mends it; what a person stopped stays stopped; a wrong password locks accounts when it is repeated; what may have
/// been done is not done twice, unless its marker tells.
fn tries_again(node: &Node, retry: &Retry, tries: u32, failure: &Failure) -> bool {
    let listed = match failure {
        Failure::Unmet { .. }
        | Failure::Rejected { .. }
        | Failure::Cancelled
        | Failure::Denied { .. }
        | Failure::InDoubt { marked: false, .. } => false,
        Failure::NoAnswer { .. } => retry.on_exit.is_empty() && node.may_run_again(),
        Failure::Exit { code, .. } => retry.on_exit.is_empty() || retry.on_exit.contains(code),
        _ => retry.on_exit.is_empty(),
    };
    listed && tries <= retry.times
}

fn due(retry: &Retry, tries: u32, at: Timestamp) -> Timestamp {
    at.checked_add(retry.delay_before(tries)).unwrap_or(Timestamp::MAX)
}

fn settled(step: &StepState, done: bool, mark: Mark, at: Timestamp) -> StepState {
    let life = if done {
        Life::Succeeded {
            outputs: std::collections::BTreeMap::new(),
            remarks: Vec::new(),
            settled: Some(mark),
        }
    } else {
        Life::Failed { failure: None, by: Some(mark) }
    };
    StepState { in_doubt: false, losses: 0, ..ended(step, life, at) }
}

/// Once more after a failure. Of a gate that wants one answer for every value, the others' confirmations still count.
fn again(node: &Node, step: &StepState, mark: Mark) -> StepState {
    let by_value = node.gate().is_some_and(|gate| !gate.each.is_empty());
    let counts = |decided: &Decided| by_value && decided.decision.decision == Verdict::Confirmed;
    let (decisions, gone): (Vec<Decided>, Vec<Decided>) = step.decisions.iter().cloned().partition(counts);
    let (mut marks, mut repairs, mut voided) =
        (step.marks.clone(), step.repairs.clone(), step.voided.clone());
    marks.extend(former(node, &step.life));
    voided.extend(gone.into_iter().map(|decided| Voided { decided, mark: mark.clone() }));
    repairs.push(mark);
    StepState {
        life: Life::Pending,
        tries: 0,
        losses: 0,
        finished_at: None,
        decisions,
        marks,
        repairs,
        voided,
        ..step.clone()
    }
}

/// What people have said of a step in place of its own end; what they have said at a gate are its answers.
fn former(node: &Node, life: &Life) -> Option<FormerMark> {
    let (status, mark) = match life {
        Life::Skipped { mark, .. } => (StepStatus::Skipped, mark),
        Life::Forced { mark } => (StepStatus::Forced, mark),
        Life::Succeeded { settled: Some(mark), .. } => (StepStatus::Succeeded, mark),
        Life::Failed { by: Some(mark), .. } if node.gate().is_none() => (StepStatus::Failed, mark),
        _ => return None,
    };
    Some(FormerMark { status, mark: mark.clone() })
}

/// Done anew: what people have said of it stays in its history.
fn anew(node: &Node, step: &StepState, mark: Mark) -> StepState {
    let (mut marks, mut redone) = (step.marks.clone(), step.redone.clone());
    marks.extend(former(node, &step.life));
    redone.push(mark);
    let life = Life::Pending;
    StepState {
        life,
        tries: 0,
        in_doubt: false,
        finished_at: None,
        marks,
        redone,
        anew: true,
        ..step.clone()
    }
}

/// Answers that count no more: all of them, or the one for a value of `each`. What is asked then is asked with new
/// evidence; `None` where there was no such answer and nothing was asked.
fn voided(node: &Node, step: &StepState, value: Option<&str>, mark: &Mark) -> Option<StepState> {
    let goes = |decided: &Decided| value.is_none() || decided.decision.value.as_deref() == value;
    let (gone, decisions): (Vec<Decided>, Vec<Decided>) = step.decisions.iter().cloned().partition(goes);
    // A passed gate that wants an answer for one more value now is asked for that one.
    let wants_more = || {
        matches!(step.life, Life::Succeeded { .. })
            && node.gate().is_some_and(|gate| !is_passed(gate, &decisions))
    };
    let was_asked = !matches!(step.life, Life::Pending);
    if gone.is_empty() && (!was_asked || (value.is_some() && !wants_more())) {
        return None;
    }
    let mut voided = step.voided.clone();
    voided.extend(gone.into_iter().map(|decided| Voided { decided, mark: mark.clone() }));
    Some(StepState { life: Life::Pending, finished_at: None, decisions, voided, ..step.clone() })
}

fn after_decision(gate: &Gate, step: &StepState, decision: &Decision, at: Timestamp) -> StepState {
    let mut decisions = step.decisions.clone();
    decisions.push(Decided { at, decision: decision.clone() });
    let step = StepState { decisions, ..step.clone() };
    if decision.decision == Verdict::Rejected {
        let by = mark(Some(&decision.by), decision.note.as_deref().unwrap_or(""), at);
        return ended(&step, Life::Failed { failure: None, by: Some(by) }, at);
    }
    if !is_passed(gate, &step.decisions) {
        return step;
    }
    let outputs = form_of(&step.decisions);
    ended(&step, Life::Succeeded { outputs, remarks: Vec::new(), settled: None }, at)
}

/// What people filled in, as the gate's outputs: each field, and `form` with all of them.
fn form_of(decisions: &[Decided]) -> std::collections::BTreeMap<String, Json> {
    let form: serde_json::Map<String, Json> =
        decisions.iter().flat_map(|decided| decided.decision.form.clone()).collect();
    let mut outputs: std::collections::BTreeMap<String, Json> =
        form.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    outputs.insert("form".to_owned(), Json::Object(form));
    outputs
}

/// Are there enough confirmations: for every value of `each`, as many people as `votes` wants?
pub fn is_passed(gate: &Gate, decisions: &[Decided]) -> bool {
    if gate.each.is_empty() {
        return has_votes(&gate.votes, &votes_for(decisions, None));
    }
    gate.each.iter().all(|value| has_votes_for(gate, decisions, Some(value)))
}

/// Are there enough confirmations for this value of `each`?
pub(super) fn has_votes_for(gate: &Gate, decisions: &[Decided], value: Option<&str>) -> bool {
    has_votes(&gate.votes, &votes_for(decisions, value))
}

fn votes_for<'a>(decisions: &'a [Decided], value: Option<&str>) -> Vec<&'a Decision> {
    decisions
        .iter()
        .map(|decided| &decided.decision)
        .filter(|decision| decision.decision == Verdict::Confirmed && decision.value.as_deref() == value)
        .collect()
}

/// One person counts for one role. Roles are few, so people are dealt out by trying.
fn has_votes(votes: &Votes, given: &[&Decision]) -> bool {
    match votes {
        Votes::Count(wanted) => given.len() >= *wanted as usize,
        Votes::ByRole(roles) => {
            let seats: Vec<&str> =
                roles.iter().flat_map(|(role, n)| std::iter::repeat_n(role.as_str(), *n as usize)).collect();
            can_seat(&seats, given, &mut vec![false; given.len()])
        }
    }
}

fn can_seat(seats: &[&str], given: &[&Decision], seated: &mut Vec<bool>) -> bool {
    let Some((role, rest)) = seats.split_first() else { return true };
    for index in 0..given.len() {
        if !seated[index] && given[index].roles.iter().any(|has| has == role) {
            seated[index] = true;
            if can_seat(rest, given, seated) {
                return true;
            }
            seated[index] = false;
        }
    }
    false
}
