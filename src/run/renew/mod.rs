//! A run goes on by another plan of the same runbook and month: what that does to what is done, in flight and decided.
//!
//! Steps are known again by their paths. What is done stays done, also where it is defined otherwise now; only a person
//! has it done again. What is new runs, and answers that would have rested on it count no more.

mod carry;
mod fold;
mod outlook;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use self::outlook::{Outlook, Stays};

use super::event::{By, Carried, Event, Origin, Record, SkipCause, StepPath};
use super::life::is_passed;
use super::redo::{Anew, redo};
use super::refusal::Refusal;
use super::request::{Asker, may_answer, open_run, operator, path};
use super::state::{Decided, Life, RunState};
use crate::plan::diff::Redefined;
use crate::plan::{Gate, GateKind, NodeId, Plan};

/// What a run is to go on by.
#[derive(Debug, Clone, PartialEq)]
pub struct Renewal {
    /// The plan.
    pub plan: Arc<Plan>,
    /// What it was made from.
    pub origin: Option<Origin>,
    /// Done steps that a person wants again.
    pub again: Vec<StepPath>,
    /// With everything that depends on these.
    pub downstream: bool,
    /// What is said of answers that count no more, and of steps that run again.
    pub reason: String,
}

/// The events by which the run goes on by the renewal's plan; none, where that is the plan that it has.
pub(super) fn renew(state: &RunState, asker: &Asker, renewal: &Renewal) -> Result<Vec<Event>, Refusal> {
    operator(asker)?;
    open_run(state)?;
    if renewal.plan.run != state.plan().run {
        return Err(Refusal::OtherRun { run: renewal.plan.run.to_string() });
    }
    keep_hold(state, &renewal.plan)?;
    let plan = Arc::new(carry::in_flight(state, &renewal.plan)?);
    let known = |path: &StepPath| state.find(path).is_some_and(|id| state.step(id).life.is_done());
    if plan == *state.plan() && !renewal.again.iter().any(known) {
        return Ok(Vec::new());
    }
    let by = asker.by.clone();
    let mut after = state.clone();
    let mut events = Vec::new();
    let mut happen = |after: &mut RunState, happened: Vec<Event>| {
        for event in happened {
            let at = state.at().unwrap_or_default();
            after.apply(&Record { seq: after.seq() + 1, at, event: event.clone() });
            events.push(event);
        }
    };
    if plan != *state.plan() {
        happen(&mut after, vec![renewed(state, &plan, renewal, &by)]);
    }
    let skipped = newly_skipped(&after);
    happen(&mut after, skipped);
    let again: Vec<NodeId> = renewal.again.iter().filter_map(|path| after.find(path)).collect();
    if !again.is_empty() {
        let (downstream, reason) = (renewal.downstream, renewal.reason.as_str());
        let redone = redo(&after, &by, &Anew { steps: &again, value: None, downstream, reason })?;
        happen(&mut after, redone);
    }
    let void = void(state, &after, &renewal.reason, &by);
    happen(&mut after, void);
    Ok(events)
}

fn renewed(state: &RunState, plan: &Arc<Plan>, renewal: &Renewal, by: &By) -> Event {
    let is = |id: NodeId| StepPath(plan.path(id));
    let there: BTreeSet<StepPath> = plan.iter().map(|(id, _)| is(id)).collect();
    let before = state.plan();
    let compared = Redefined::of(before, plan);
    let both = plan.iter().filter_map(|(new, _)| Some((state.find(&is(new))?, new)));
    let otherwise = |(old, new): &(NodeId, NodeId)| {
        let by_itself =
            matches!(state.step(*old).life, Life::Skipped { cause: SkipCause::When | SkipCause::Month, .. });
        compared.does_otherwise(*old, *new) || (by_itself && compared.is_kept_otherwise(*old, *new))
    };
    Event::PlanRenewed {
        by: by.clone(),
        origin: renewal.origin.clone(),
        added: plan.iter().map(|(id, _)| is(id)).filter(|path| state.find(path).is_none()).collect(),
        removed: before.iter().map(|(id, _)| path(state, id)).filter(|path| !there.contains(path)).collect(),
        changed: both.filter(otherwise).map(|(_, new)| is(new)).collect(),
        plan: Carried(Arc::clone(plan)),
    }
}

/// What is in flight, and answers that are given to an open question, cannot be taken away.
fn keep_hold(state: &RunState, plan: &Plan) -> Result<(), Refusal> {
    let there: BTreeSet<String> = plan.iter().map(|(id, _)| plan.path(id)).collect();
    let gone = |id: &NodeId| !there.contains(&state.plan().path(*id));
    let flying: Vec<StepPath> =
        state.in_flight().iter().filter(|id| gone(id)).map(|id| path(state, *id)).collect();
    if !flying.is_empty() {
        return Err(Refusal::InFlight { steps: flying });
    }
    let voted = |id: &&NodeId| !state.step(**id).decisions.is_empty();
    match state.open().iter().filter(|id| gone(id)).find(voted) {
        Some(gate) => Err(Refusal::HasVotes { step: path(state, *gate) }),
        None => Ok(()),
    }
}

/// What the month file keeps from running now, as far as nothing is known to have been done.
fn newly_skipped(after: &RunState) -> Vec<Event> {
    let waits = |id: NodeId| {
        matches!(after.step(id).life, Life::Pending | Life::Failed { .. } | Life::Retrying { .. })
    };
    let skipped = after.plan().iter().filter(|(id, node)| node.skip.is_some() && waits(*id));
    let skipped = skipped.filter(|(_, node)| node.gate().is_none());
    skipped.filter_map(|(id, _)| super::scheduler::skip_this_month(after, id)).collect()
}

/// Answers that count no more: the question is another one, or rests on what was not there.
fn void(before: &RunState, after: &RunState, reason: &str, by: &By) -> Vec<Event> {
    let asked = after.plan().iter().filter_map(|(id, node)| Some((id, node.gate()?)));
    let asked = asked.filter(|(id, _)| {
        matches!(after.step(*id).life, Life::Open { .. } | Life::Succeeded { .. } | Life::Failed { .. })
    });
    let gone = asked.flat_map(|(id, gate)| {
        let (values, because) = match new_ground(before, after, id, gate) {
            Some(because) => (vec![None], because),
            None => (unsettled(before, after, id, gate), path(after, id)),
        };
        values.into_iter().map(move |value| (id, value, because.clone()))
    });
    let event = |(id, value, because)| Event::GateVoided {
        step: path(after, id),
        value,
        by: by.clone(),
        reason: reason.to_owned(),
        because,
    };
    gone.map(event).collect()
}

/// Something that the gate rests on now and did not rest on when it was asked.
fn new_ground(before: &RunState, after: &RunState, id: NodeId, gate: &Gate) -> Option<StepPath> {
    let rests = match gate.kind {
        GateKind::Gate => true,
        GateKind::Notice | GateKind::Review => false,
        // Whether a step may begin is asked again as long as it has not.
        GateKind::Confirm => !after.is_begun_after(id),
    };
    let old = before.find(&path(after, id)).filter(|_| rests)?;
    let known: BTreeSet<StepPath> = before.rests_on(old).into_iter().map(|id| path(before, id)).collect();
    let fresh = after.rests_on(id).into_iter().filter(|id| !known.contains(&path(after, *id)));
    let counts = |id: &NodeId| !matches!(after.step(*id).life, Life::Skipped { cause: SkipCause::Month, .. });
    fresh.filter(counts).map(|id| path(after, id)).next()
}

/// Of a gate that asks something else now: all answers, while it is open; once it is passed those that would not do now.
fn unsettled(before: &RunState, after: &RunState, id: NodeId, gate: &Gate) -> Vec<Option<String>> {
    let Some(old) = before.find(&path(after, id)) else { return Vec::new() };
    let otherwise = || Redefined::of(before.plan(), after.plan()).does_otherwise(old, id);
    let decisions = &after.step(id).decisions;
    match &after.step(id).life {
        Life::Open { .. } if otherwise() => vec![None],
        Life::Succeeded { settled: None, .. } => {
            let allowed: Vec<Decided> =
                decisions.iter().filter(|decided| may_still(after, gate, decided)).cloned().collect();
            if is_passed(gate, &allowed) {
                return Vec::new();
            }
            let open = |value: &&String| !super::life::has_votes_for(gate, &allowed, Some(value));
            match gate.each.is_empty() {
                true => vec![None],
                false => gate.each.iter().filter(open).cloned().map(Some).collect(),
            }
        }
        _ => Vec::new(),
    }
}

/// Would the one who answered be allowed to now, with the roles of then?
fn may_still(after: &RunState, gate: &Gate, decided: &Decided) -> bool {
    let decision = &decided.decision;
    let asker = Asker {
        by: decision.by.clone(),
        roles: decision.roles.iter().cloned().collect(),
        operator: true,
        known: true,
    };
    may_answer(after, gate, &asker).is_ok()
}
