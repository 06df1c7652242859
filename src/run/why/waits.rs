//! What a step waits for, and what that waits for in its turn, down to what waits for nothing.

use std::collections::BTreeSet;

use super::{Reason, Scene};
use crate::plan::{NodeId, PhaseId};

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// A step that `needs:` (or a gate before it, or a value) names.
    Need(NodeId),
    /// A part of a stage: the one before, or the last one of a stage before.
    Phase(PhaseId),
}

/// Something that is waited for and is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// What.
    pub on: On,
    /// What of it is not done and waits for nothing else.
    pub causes: Vec<NodeId>,
    /// What of it is not done because something before it is not.
    pub waiting: Vec<NodeId>,
    /// What that waits for. What was told already is not told again.
    pub waits: Vec<Wait>,
}

impl Scene<'_> {
    /// What a step waits for; nothing where its reason is another one.
    pub fn waits(&self, id: NodeId) -> Vec<Wait> {
        match self.reason(id) {
            Reason::Waits => self.all(self.before(id), &mut BTreeSet::new()),
            _ => Vec::new(),
        }
    }

    fn all(&self, on: Vec<On>, told: &mut BTreeSet<On>) -> Vec<Wait> {
        let new: Vec<On> = on.into_iter().filter(|on| told.insert(*on)).collect();
        new.into_iter().map(|on| self.wait(on, told)).collect()
    }

    fn wait(&self, on: On, told: &mut BTreeSet<On>) -> Wait {
        let of: Vec<NodeId> = match on {
            On::Need(id) => vec![id],
            On::Phase(phase) => self.state.plan().phase(phase).nodes.clone(),
        };
        let open = of.into_iter().filter(|id| !self.state.is_passed(*id));
        let (waiting, causes): (Vec<NodeId>, Vec<NodeId>) =
            open.partition(|id| self.reason(*id) == Reason::Waits);
        let mut before: BTreeSet<On> = waiting.iter().flat_map(|id| self.before(*id)).collect();
        // A part that was skipped as a whole still waits for its turn.
        if let (On::Phase(phase), true, true) = (on, waiting.is_empty(), causes.is_empty()) {
            before.extend(self.phases_before(phase));
        }
        Wait { on, causes, waiting, waits: self.all(before.into_iter().collect(), told) }
    }

    /// What a step waits for directly.
    fn before(&self, id: NodeId) -> Vec<On> {
        let (state, node) = (self.state, self.state.plan().node(id));
        let phases = self.phases_before(node.phase);
        let of_these = |need: &NodeId| phases.contains(&On::Phase(state.plan().node(*need).phase));
        let needs = node.needs.iter().filter(|need| !state.is_passed(**need) && !of_these(need));
        needs.map(|need| On::Need(*need)).chain(phases.iter().copied()).collect()
    }

    fn phases_before(&self, phase: PhaseId) -> Vec<On> {
        let before = self.state.plan().phase(phase).after.iter().copied();
        before.filter(|phase| !self.state.is_phase_passed(*phase)).map(On::Phase).collect()
    }
}
