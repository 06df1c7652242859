//! What is late: people and steps are late, not failed.

use jiff::Timestamp;

use super::state::RunState;
use crate::plan::{NodeId, StageId};

impl RunState {
    /// When a step or a gate is to be done.
    pub fn deadline(&self, id: NodeId) -> Option<Timestamp> {
        let node = self.plan().node(id);
        node.gate().and_then(|gate| gate.deadline).or(node.deadline)
    }

    /// Is it past its deadline: not done at `now`, or done too late?
    pub fn is_late(&self, id: NodeId, now: Timestamp) -> bool {
        let step = self.step(id);
        let done = step.finished_at.filter(|_| step.life.is_done());
        self.deadline(id).is_some_and(|deadline| done.unwrap_or(now) > deadline)
    }

    /// Is a stage past its deadline: not finished at `now`, or finished too late?
    pub fn is_stage_late(&self, stage: StageId, now: Timestamp) -> bool {
        let finished = self.stage_finished_at(stage);
        self.plan().stage(stage).deadline.is_some_and(|deadline| finished.unwrap_or(now) > deadline)
    }

    /// The values of `each` that a gate still wants an answer for.
    pub fn unanswered(&self, id: NodeId) -> Vec<&str> {
        let each = self.plan().node(id).gate().map_or(&[][..], |gate| gate.each.as_slice());
        let decisions = &self.step(id).decisions;
        let answered =
            |value: &&String| decisions.iter().any(|d| d.decision.value.as_deref() == Some(value.as_str()));
        each.iter().filter(|value| !answered(value)).map(String::as_str).collect()
    }
}
