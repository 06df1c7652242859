//! Who waits for whom in a plan, seen from what is waited for.

use std::collections::HashMap;

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
