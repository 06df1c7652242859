//! The status words of a run: what its lives come to for steps, gates, stages and the whole.

use super::event::Verdict;
use super::state::{Life, RunState, Voided};
use super::status::{GateStatus, RunStatus, StageStatus, StepStatus};
use crate::plan::{NodeId, StageId};

impl RunState {
    /// Where a step stands.
    pub fn step_status(&self, id: NodeId) -> StepStatus {
        let held = self.step(id).held.is_some() || (self.held().is_some() && self.startable().contains(&id));
        match &self.step(id).life {
            Life::Pending | Life::Retrying { .. } if held => StepStatus::Held,
            Life::Pending => StepStatus::Pending,
            Life::Running { .. } if self.only_watches(id) => StepStatus::Waiting,
            Life::Running { .. } => StepStatus::Running,
            Life::Retrying { .. } => StepStatus::Retrying,
            Life::Open { .. } => StepStatus::Waiting,
            Life::Succeeded { .. } => StepStatus::Succeeded,
            Life::Failed { .. } => StepStatus::Failed,
            Life::Lost { .. } => StepStatus::Lost,
            Life::Skipped { .. } => StepStatus::Skipped,
            Life::Forced { .. } => StepStatus::Forced,
        }
    }

    fn only_watches(&self, id: NodeId) -> bool {
        self.plan().node(id).work.only_watches()
    }

    /// Where a gate stands.
    pub fn gate_status(&self, id: NodeId) -> GateStatus {
        let step = self.step(id);
        match &step.life {
            Life::Open { .. } => GateStatus::Open,
            Life::Succeeded { .. } => GateStatus::Confirmed,
            Life::Failed { .. } if self.was_rejected(id) => GateStatus::Rejected,
            Life::Failed { .. } => GateStatus::TimedOut,
            Life::Skipped { .. } | Life::Forced { .. } => GateStatus::Void,
            Life::Pending if step.voided.iter().any(Voided::was_a_yes) => GateStatus::Void,
            Life::Pending | Life::Running { .. } | Life::Retrying { .. } | Life::Lost { .. } => {
                GateStatus::Pending
            }
        }
    }

    fn was_rejected(&self, id: NodeId) -> bool {
        let last = self.step(id).decisions.last();
        last.is_some_and(|decided| decided.decision.decision == Verdict::Rejected)
    }

    /// Where a stage stands.
    pub fn stage_status(&self, stage: StageId) -> StageStatus {
        if self.stage_finished_at(stage).is_some() {
            return StageStatus::Succeeded;
        }
        let tally = Tally::of(self, self.plan().nodes_of(stage));
        match (self.cancelled().is_some(), &tally) {
            (true, Tally { running: 0, waiting: 0, .. }) => StageStatus::Cancelled,
            (_, Tally { running: 1.., .. }) => StageStatus::Running,
            (_, Tally { troubled: 1.., .. }) => StageStatus::Halted,
            (_, Tally { retrying: 1.., .. }) => StageStatus::Running,
            (_, Tally { waiting: 1.., .. }) => StageStatus::Waiting,
            (_, Tally { begun: 0, .. }) => StageStatus::Pending,
            _ => StageStatus::Running,
        }
    }

    /// When a stage's first step began.
    pub fn stage_started_at(&self, stage: StageId) -> Option<jiff::Timestamp> {
        self.plan().nodes_of(stage).filter_map(|id| self.step(id).started_at).min()
    }

    /// Where the run stands.
    pub fn run_status(&self) -> RunStatus {
        let steps_in_flight = self.in_flight().iter().any(|id| self.step_status(*id) == StepStatus::Running);
        let retrying = !self.is_stopped() && self.retrying().iter().any(|(_, id)| !self.is_held(*id));
        let held_back = !self.is_stopped() && self.is_held_back();
        let waiting = held_back || !self.open().is_empty() || !self.in_flight().is_empty();
        // What was acknowledged counts: a run whose last step ends well after it was cancelled is cancelled.
        if self.cancelled().is_some() && self.in_flight().is_empty() {
            RunStatus::Cancelled
        } else if self.is_green() {
            RunStatus::Succeeded
        } else if steps_in_flight || self.may_start() || retrying {
            RunStatus::Running
        } else if waiting {
            RunStatus::Waiting
        } else {
            RunStatus::Halted
        }
    }

    /// When the run came to its end: green or cancelled.
    pub fn finished_at(&self) -> Option<jiff::Timestamp> {
        matches!(self.run_status(), RunStatus::Succeeded | RunStatus::Cancelled).then(|| self.at()).flatten()
    }
}

#[derive(Debug, Default)]
struct Tally {
    begun: usize,
    running: usize,
    retrying: usize,
    waiting: usize,
    troubled: usize,
}

impl Tally {
    fn of(state: &RunState, nodes: impl Iterator<Item = NodeId>) -> Self {
        let mut tally = Tally::default();
        for id in nodes {
            let status = state.step_status(id);
            let held_back = status == StepStatus::Held && state.startable().contains(&id);
            tally.begun += usize::from(!matches!(status, StepStatus::Pending | StepStatus::Held));
            tally.running += usize::from(status == StepStatus::Running);
            tally.retrying += usize::from(status == StepStatus::Retrying);
            tally.waiting += usize::from(status == StepStatus::Waiting || held_back);
            tally.troubled += usize::from(matches!(status, StepStatus::Failed | StepStatus::Lost));
        }
        tally
    }
}
