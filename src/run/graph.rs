//! Who waits for whom in a plan, seen from what is waited for.

use std::collections::{BTreeSet, HashMap};

use super::state::{Life, RunState};
use crate::plan::{NodeId, PhaseId, Plan};

/// Who waits for whom, backwards; made once for a plan.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) dependents: Vec<Vec<NodeId>>,
    pub(super) phases_after: Vec<Vec<PhaseId>>,
    pub(super) guards: HashMap<NodeId, NodeId>,
}

impl Graph {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut dependents = vec![Vec::new(); plan.nodes.len()];
        let mut guards = HashMap::new();
        for (id, node) in plan.iter() {
            for need in &node.needs {
                dependents[need.index()].push(id);
                let guard = plan.node(*need);
                if guard.name.strip_suffix("#confirm") == Some(&node.name) && guard.stage == node.stage {
                    guards.insert(id, *need);
                }
            }
        }
        let mut phases_after = vec![Vec::new(); plan.phases.len()];
        for (index, phase) in plan.phases.iter().enumerate() {
            for before in &phase.after {
                phases_after[before.index()].push(PhaseId::from(index));
            }
        }
        Graph { dependents, phases_after, guards }
    }
}

impl RunState {
    /// Everything that a node waits for, directly or not.
    pub(super) fn rests_on(&self, id: NodeId) -> BTreeSet<NodeId> {
        let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut left = vec![id];
        while let Some(id) = left.pop() {
            let node = self.plan.node(id);
            let mut before = node.needs.clone();
            let mut phases = vec![node.phase];
            while let Some(phase) = phases.pop() {
                for earlier in &self.plan.phase(phase).after {
                    if seen.insert(*earlier) {
                        before.extend(&self.plan.phase(*earlier).nodes);
                        phases.push(*earlier);
                    }
                }
            }
            left.extend(before.into_iter().filter(|id| found.insert(*id)));
        }
        found
    }

    /// Is the step that this `#confirm` gate guards in flight or done?
    pub(super) fn is_begun_after(&self, guard: NodeId) -> bool {
        let guarded = self.graph.dependents[guard.index()].iter();
        let mut lives = guarded
            .filter(|id| self.graph.guards.get(*id) == Some(&guard))
            .map(|id| &self.steps[id.index()].life);
        lives.any(|life| life.is_done() || matches!(life, Life::Running { .. }))
    }
}
