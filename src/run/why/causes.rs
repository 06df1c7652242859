//! The final causes of a whole run: each once, with how much it holds up, worst first.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::{Late, Reason, Scene, Who};
use crate::plan::NodeId;
use crate::run::Life;

/// Something that waits for nothing else, and holds up what comes after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause<'a> {
    /// Why.
    pub reason: Reason<'a>,
    /// Its step; all the steps that it keeps from starting where it is the whole run's.
    pub steps: Vec<NodeId>,
    /// How many steps after these are not done.
    pub holds: usize,
    /// The worst severity among its steps.
    pub severity: u8,
    /// How late the latest of its steps is.
    pub late: Option<Late>,
}

impl<'a> Scene<'a> {
    /// The final causes, worst first: what the whole run waits for, what a person must do, what goes on by itself; among
    /// these by severity and by how much they hold up.
    pub fn causes(&self) -> Vec<Cause<'a>> {
        let mut causes: Vec<Cause<'a>> = Vec::new();
        for id in self.candidates() {
            let reason = self.reason(id);
            if self.who(&reason).is_none() || self.is_settled_by_the_end(&reason) {
                continue;
            }
            match causes.iter_mut().find(|cause| cause.reason == reason && reason.is_common()) {
                Some(cause) => cause.steps.push(id),
                None => causes.push(Cause { reason, steps: vec![id], holds: 0, severity: 4, late: None }),
            }
        }
        causes.extend(self.hold_to_come(&causes));
        for cause in &mut causes {
            self.weigh(cause);
        }
        causes.sort_by_cached_key(|cause| {
            let rank = match (cause.reason.is_common(), self.who(&cause.reason)) {
                (true, Some(Who::Operators | Who::Nobody)) => 0,
                (_, Some(Who::Operators | Who::Asked)) => 1,
                _ => 2,
            };
            (rank, cause.severity, Reverse(cause.holds), cause.steps.first().copied())
        });
        causes
    }

    /// What of a step's chain waits for nothing else.
    pub fn causes_of(&self, id: NodeId) -> Vec<NodeId> {
        let mut found = Vec::new();
        let mut left = self.waits(id);
        if left.is_empty() {
            return vec![id];
        }
        while let Some(wait) = left.pop() {
            found.extend(wait.causes);
            left.extend(wait.waits);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Everything that is not done and waits for nothing before it.
    fn candidates(&self) -> BTreeSet<NodeId> {
        let state = self.state;
        let retrying = state.retrying().iter().map(|(_, id)| id);
        let sets = state.startable().iter().chain(state.in_flight()).chain(state.open());
        sets.chain(state.troubled()).chain(retrying).copied().collect()
    }

    /// The hold of a whole run in which nothing is ready to start yet: it will stop what comes.
    fn hold_to_come(&self, causes: &[Cause<'a>]) -> Option<Cause<'a>> {
        let reason = Reason::RunHeld(self.state.held()?);
        let is_told = causes.iter().any(|cause| cause.reason == reason);
        let pending = |id: &NodeId| matches!(self.state.step(*id).life, Life::Pending);
        let steps: Vec<NodeId> = self.state.plan().iter().map(|(id, _)| id).filter(pending).collect();
        (!is_told && !steps.is_empty() && !self.is_settled_by_the_end(&reason)).then_some(Cause {
            reason,
            steps,
            holds: 0,
            severity: 4,
            late: None,
        })
    }

    /// Nobody decides about the failures of a run that was cancelled.
    fn is_settled_by_the_end(&self, reason: &Reason<'_>) -> bool {
        let goes_on = matches!(reason, Reason::Cancelled(_) | Reason::Running { .. });
        self.state.cancelled().is_some() && !goes_on
    }

    fn weigh(&self, cause: &mut Cause<'a>) {
        let plan = self.state.plan();
        cause.holds = self.held_up_by(&cause.steps);
        cause.severity = cause.steps.iter().map(|id| plan.node(*id).severity).min().unwrap_or(4);
        let late = cause.steps.iter().filter_map(|id| self.late(*id));
        cause.late = late.max_by_key(|late| late.by);
    }

    /// How many steps after these are not done.
    pub fn held_up_by(&self, steps: &[NodeId]) -> usize {
        let (plan, graph) = (self.state.plan(), &self.state.graph);
        let mut seen = vec![false; plan.nodes.len()];
        let mut phases = vec![false; plan.phases.len()];
        // What may fail and be gone on from holds nothing up.
        let mut left: Vec<NodeId> = steps.iter().copied().filter(|id| !self.state.is_passed(*id)).collect();
        for id in steps {
            seen[id.index()] = true;
        }
        let mut count = 0;
        while let Some(id) = left.pop() {
            let mut reached: Vec<NodeId> = graph.dependents[id.index()].clone();
            let phase = plan.node(id).phase;
            if !std::mem::replace(&mut phases[phase.index()], true) {
                for after in &graph.phases_after[phase.index()] {
                    reached.extend(&plan.phase(*after).nodes);
                }
            }
            for next in reached {
                if !std::mem::replace(&mut seen[next.index()], true) {
                    count += usize::from(!self.state.step(next).life.is_done());
                    left.push(next);
                }
            }
        }
        count
    }
}
