//! Doing done steps anew: what runs again with them, and whose answers count no more because they rested on it.

use std::collections::BTreeSet;

use super::event::{By, Event, StepPath};
use super::refusal::Refusal;
use super::state::{Life, RunState};
use crate::plan::{GateKind, NodeId, PhaseId};
use crate::run::SkipCause;

/// What is asked for.
pub(super) struct Anew<'a> {
    /// Which steps.
    pub(super) steps: &'a [NodeId],
    /// Of gates among them only the answer for this value of `each`.
    pub(super) value: Option<&'a str>,
    /// With everything that depends on them.
    pub(super) downstream: bool,
    /// Why.
    pub(super) reason: &'a str,
}

/// The events by which steps are done anew. Marks of skip and force further down stay as they are; somebody's word from
/// outside does too, unless it is asked for by name. Steps of another value of the same `for_each` are not touched: one
/// locality of thirteen is done again, and only its answer is void.
pub(super) fn redo(state: &RunState, by: &By, asked: &Anew<'_>) -> Result<Vec<Event>, Refusal> {
    let (reason, downstream) = (asked.reason, asked.downstream);
    let roots: BTreeSet<NodeId> = asked.steps.iter().copied().collect();
    let may_go = |id: NodeId| state.step(id).life.is_done() || has_answer_for(state, id, asked.value);
    if let Some(id) = roots.iter().find(|id| !may_go(**id)) {
        let (step, status) = (path(state, *id), state.step_status(*id));
        return Err(Refusal::WrongState { step, status, verb: "redo" });
    }
    if let Some(id) = roots.iter().find(|id| state.plan().node(**id).skip.is_some()) {
        return Err(Refusal::SkippedThisMonth { step: path(state, *id) });
    }
    let mut below = below(state, &roots);
    below.retain(|id| !is_other_part(state, &roots, *id));
    let mut anew = roots.clone();
    if downstream {
        anew.extend(below.iter().copied().filter(|id| runs_again(state, *id)));
    }
    let first = roots.iter().next().map(|id| path(state, *id)).unwrap_or_default();
    let because = |id: &NodeId| (!roots.contains(id)).then(|| first.clone());
    let is_gate = |id: &&NodeId| state.plan().node(**id).gate().is_some();
    let redone = anew.iter().filter(|id| !is_gate(id)).map(|id| Event::StepRedone {
        step: path(state, *id),
        by: by.clone(),
        reason: reason.to_owned(),
        because: because(id),
    });
    let mut events: Vec<Event> = redone.collect();
    events.extend(voided(state, by, asked, &anew, &below));
    Ok(events)
}

/// The events by which answers count no more when steps are tried again that others have gone on from though they had
/// failed: what was shown then is not what is there.
pub(super) fn tried_again(state: &RunState, by: &By, steps: &[NodeId], reason: &str) -> Vec<Event> {
    let roots: BTreeSet<NodeId> = steps.iter().copied().filter(|id| state.is_passed(*id)).collect();
    if roots.is_empty() {
        return Vec::new();
    }
    let steps: Vec<NodeId> = roots.iter().copied().collect();
    let below = below(state, &roots);
    voided(state, by, &Anew { steps: &steps, value: None, downstream: false, reason }, &roots, &below)
}

/// The events by which answers count no more that rested on what is done `anew`.
fn voided(
    state: &RunState,
    by: &By,
    asked: &Anew<'_>,
    anew: &BTreeSet<NodeId>,
    below: &BTreeSet<NodeId>,
) -> Vec<Event> {
    let first = asked.steps.iter().min().map(|id| path(state, *id)).unwrap_or_default();
    let gates = state.plan().iter().filter(|(_, node)| node.gate().is_some()).map(|(id, _)| id);
    let gone = gates.flat_map(|gate| {
        let values = match asked.steps.contains(&gate) {
            true => vec![asked.value.map(str::to_owned)],
            false => answers_gone(state, gate, anew, below),
        };
        values.into_iter().map(move |value| (gate, value))
    });
    let void = |(gate, value)| Event::GateVoided {
        step: path(state, gate),
        value,
        by: by.clone(),
        reason: asked.reason.to_owned(),
        because: first.clone(),
    };
    gone.map(void).collect()
}

/// Is it a gate that still asks others and has an answer for `value` of `each`?
fn has_answer_for(state: &RunState, id: NodeId, value: Option<&str>) -> bool {
    let decisions = &state.step(id).decisions;
    value.is_some() && decisions.iter().any(|decided| decided.decision.value.as_deref() == value)
}

fn path(state: &RunState, id: NodeId) -> StepPath {
    StepPath(state.plan().path(id))
}

/// Everything that depends on `roots`, they themselves left out: what needs them, and the phases after theirs.
fn below(state: &RunState, roots: &BTreeSet<NodeId>) -> BTreeSet<NodeId> {
    let mut found = BTreeSet::new();
    let mut phases: BTreeSet<PhaseId> = BTreeSet::new();
    let mut left: Vec<NodeId> = roots.iter().copied().collect();
    while let Some(id) = left.pop() {
        let mut next: Vec<NodeId> = state.graph.dependents[id.index()].clone();
        let mut after: Vec<PhaseId> = vec![state.plan().node(id).phase];
        while let Some(phase) = after.pop() {
            for later in &state.graph.phases_after[phase.index()] {
                if phases.insert(*later) {
                    next.extend(&state.plan().phase(*later).nodes);
                    after.push(*later);
                }
            }
        }
        left.extend(next.into_iter().filter(|id| found.insert(*id)));
    }
    found.retain(|id| !roots.contains(id));
    found
}

/// Is it the part of another value than those of `roots`, which are all parts of the same `for_each`?
fn is_other_part(state: &RunState, roots: &BTreeSet<NodeId>, id: NodeId) -> bool {
    state.plan().node(id).vars.iter().any(|(name, value)| {
        let mut values = roots.iter().map(|root| state.plan().node(*root).vars.get(name));
        values.all(|other| other.is_some_and(|other| other != value))
    })
}

/// Does a step further down run again? What has not begun will run anyway; marks stay.
fn runs_again(state: &RunState, id: NodeId) -> bool {
    match &state.step(id).life {
        Life::Pending | Life::Open { .. } | Life::Forced { .. } => false,
        Life::Skipped { cause, .. } => *cause == SkipCause::When,
        Life::Succeeded { .. }
        | Life::Failed { .. }
        | Life::Lost { .. }
        | Life::Retrying { .. }
        | Life::Running { .. } => true,
    }
}

/// Which answers of a gate count no more: `None` for all of them, else those for some values of `each`.
fn answers_gone(
    state: &RunState,
    gate: NodeId,
    anew: &BTreeSet<NodeId>,
    below: &BTreeSet<NodeId>,
) -> Vec<Option<String>> {
    let node = state.plan().node(gate);
    let Some(asks) = node.gate() else { return Vec::new() };
    let own = |id: &NodeId| {
        let step = state.plan().node(*id);
        step.stage == node.stage && is_gate_of(&node.name, &step.name)
    };
    let step = state.step(gate);
    match &step.life {
        Life::Open { .. } | Life::Succeeded { .. } | Life::Failed { .. } => {}
        // Some of its answers have gone already, and it will ask for these.
        Life::Pending if !step.decisions.is_empty() => {}
        // It went with its step, which comes again now: nobody walks round it.
        Life::Skipped { .. } | Life::Forced { .. } if anew.iter().any(own) => return vec![None],
        _ => return Vec::new(),
    }
    match asks.kind {
        // Somebody's word from outside does not rest on what we do; the word about a part goes with that part.
        GateKind::Notice if below.contains(&gate) => values_of(state, &asks.each, anew),
        // Whether a step may begin is asked again as long as it has not.
        GateKind::Confirm if below.contains(&gate) && !state.is_begun_after(gate) => vec![None],
        GateKind::Confirm | GateKind::Review if anew.iter().any(own) => vec![None],
        GateKind::Gate if below.contains(&gate) && asks.each.is_empty() => vec![None],
        GateKind::Gate if below.contains(&gate) => values_gone(state, gate, &asks.each, anew),
        GateKind::Notice | GateKind::Confirm | GateKind::Review | GateKind::Gate => Vec::new(),
    }
}

/// `name#confirm` and `name#review` are gates of `name`.
fn is_gate_of(gate: &str, step: &str) -> bool {
    gate.strip_prefix(step).is_some_and(|rest| rest.starts_with('#'))
}

/// Of a gate that wants an answer for every value: those for the values whose own steps are done anew; all, where
/// something common to them is.
fn values_gone(
    state: &RunState,
    gate: NodeId,
    each: &[String],
    anew: &BTreeSet<NodeId>,
) -> Vec<Option<String>> {
    let is_common = |id: &NodeId| *id != gate && value_of(state, each, *id).is_none();
    let common: BTreeSet<NodeId> = anew.iter().copied().filter(is_common).collect();
    match below(state, &common).contains(&gate) {
        true => vec![None],
        false => values_of(state, each, anew),
    }
}

/// The values of `each` whose own steps are done anew.
fn values_of(state: &RunState, each: &[String], anew: &BTreeSet<NodeId>) -> Vec<Option<String>> {
    let values: BTreeSet<String> = anew.iter().filter_map(|id| value_of(state, each, *id)).collect();
    values.into_iter().map(Some).collect()
}

/// The value of `each` that a step is the part of.
fn value_of(state: &RunState, each: &[String], id: NodeId) -> Option<String> {
    state.plan().node(id).vars.values().find(|value| each.contains(value)).cloned()
}
