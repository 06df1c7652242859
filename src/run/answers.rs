//! What a run's state answers to those who ask.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::event::{By, EngineId, Event, Json, Origin, Outcome, StepPath};
use super::state::{Life, Mark, Removed, RunState, StepState};
use crate::plan::{Evidence, NodeId, OnFailure, Plan, StageId, Work};

impl RunState {
    /// Its plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The number of the last event taken in.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// When the last event was recorded.
    pub fn at(&self) -> Option<Timestamp> {
        self.at
    }

    /// When it started and who started it.
    pub fn started(&self) -> Option<&(Timestamp, By)> {
        self.started.as_ref()
    }

    /// The last engine that drove it; whether it still does, its lock says.
    pub fn engine(&self) -> Option<&EngineId> {
        self.engine.as_deref()
    }

    /// What its plan was made from, where that was kept.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// What was there before the plan was renewed, and is not in it any more.
    pub fn removed(&self) -> &BTreeMap<StepPath, Removed> {
        &self.removed
    }

    /// Who cancelled it.
    pub fn cancelled(&self) -> Option<&Mark> {
        self.cancelled.as_ref()
    }

    /// Who keeps the whole run from starting anything.
    pub fn held(&self) -> Option<&Mark> {
        self.held.as_ref()
    }

    /// Is the step kept from starting, by itself or with the whole run?
    pub fn is_held(&self, id: NodeId) -> bool {
        self.held.is_some() || self.step(id).held.is_some()
    }

    /// 1, and one more for every time that the finished run was reopened.
    pub fn round(&self) -> u32 {
        self.round
    }

    /// A step.
    pub fn step(&self, id: NodeId) -> &StepState {
        &self.steps[id.index()]
    }

    /// A step by its path.
    pub fn find(&self, path: &StepPath) -> Option<NodeId> {
        self.index.get(path).copied()
    }

    /// Pending steps whose turn has come, in the plan's order.
    pub fn startable(&self) -> &BTreeSet<NodeId> {
        &self.startable
    }

    /// May something start now, places apart?
    pub fn may_start(&self) -> bool {
        !self.is_stopped() && self.startable.iter().any(|id| !self.is_held(*id))
    }

    /// Does something wait only for a person to let it go?
    pub fn is_held_back(&self) -> bool {
        let retrying = self.retrying.iter().map(|(_, id)| id);
        self.startable.iter().chain(retrying).any(|id| self.is_held(*id))
    }

    /// Is everything that a step waits for passed?
    pub fn is_unblocked(&self, id: NodeId) -> bool {
        let phase = self.plan.node(id).phase;
        self.node_blockers[id.index()] == 0 && self.phase_blockers[phase.index()] == 0
    }

    /// Steps with an attempt in flight.
    pub fn in_flight(&self) -> &BTreeSet<NodeId> {
        &self.in_flight
    }

    /// Steps that will be tried again, by time.
    pub fn retrying(&self) -> &BTreeSet<(Timestamp, NodeId)> {
        &self.retrying
    }

    /// Gates that ask.
    pub fn open(&self) -> &BTreeSet<NodeId> {
        &self.open
    }

    /// Failed and lost steps.
    pub fn troubled(&self) -> &BTreeSet<NodeId> {
        &self.troubled
    }

    /// Has a step with `on_failure: abort` failed, or was the run cancelled? Then nothing more starts.
    pub fn is_stopped(&self) -> bool {
        self.cancelled.is_some()
            || self.troubled.iter().any(|id| {
                self.plan.node(*id).policy.on_failure == OnFailure::Abort
                    && matches!(self.steps[id.index()].life, Life::Failed { .. })
            })
    }

    /// When a stage finished.
    pub fn stage_finished_at(&self, stage: StageId) -> Option<Timestamp> {
        self.stage_finished_at[stage.index()]
    }

    /// Is every step done?
    pub fn is_green(&self) -> bool {
        self.stage_left.iter().all(|left| *left == 0)
    }

    /// Does the step take one of the places that limits count?
    pub fn takes_a_place(&self, id: NodeId) -> bool {
        self.plan.node(id).work.takes_a_place()
    }

    /// What a gate asks: as it was last rendered, else as it is written; empty for what is no gate.
    pub fn asked(&self, id: NodeId) -> &str {
        let written = || self.plan.node(id).gate().map_or("", |gate| gate.ask.0.as_str());
        self.step(id).asked.as_deref().unwrap_or_else(written)
    }

    /// The id under which a platform knows the attempt in flight.
    pub fn submitted(&self, id: NodeId) -> Option<&str> {
        match &self.step(id).life {
            Life::Running { submitted } => submitted.as_deref(),
            _ => None,
        }
    }

    /// The `mail:` step whose letter is called for when `event` is taken in: it did what it should. A shadow run sends
    /// nothing.
    pub fn letter_of(&self, event: &Event) -> Option<NodeId> {
        let Event::StepEnded { step, attempt, outcome: Outcome::Succeeded { .. }, .. } = event else {
            return None;
        };
        let id = self.find(step)?;
        let state = self.step(id);
        let counts = matches!(state.life, Life::Running { .. }) && state.attempt == *attempt;
        let mails = matches!(self.plan.node(id).work, Work::Mail(_));
        (counts && mails && !self.plan.shadow).then_some(id)
    }

    /// What the steps that a node refers to put out, by the names that it uses for them.
    pub fn outputs_for(&self, id: NodeId) -> BTreeMap<String, BTreeMap<String, Json>> {
        let refs = self.plan.node(id).refs.iter();
        let mut outputs: BTreeMap<String, BTreeMap<String, Json>> =
            refs.map(|(name, step)| (name.clone(), self.outputs(*step))).collect();
        for shown in self.plan.node(id).gate().iter().flat_map(|gate| &gate.show) {
            if let Evidence::Step(step) = shown {
                outputs.insert(self.plan.path(*step), self.outcome(*step));
            }
        }
        outputs
    }

    /// A step's outcome as evidence: its status, what people should know of it, and what it put out.
    fn outcome(&self, id: NodeId) -> BTreeMap<String, Json> {
        let mut outcome = BTreeMap::from([("status".to_owned(), Json::from(self.step_status(id).word()))]);
        if let Life::Succeeded { remarks, .. } = &self.step(id).life
            && !remarks.is_empty()
        {
            outcome.insert("remarks".to_owned(), Json::from(remarks.join("; ")));
        }
        outcome.extend(self.outputs(id));
        outcome
    }

    /// What a step put out; a gate's form among it.
    pub fn outputs(&self, id: NodeId) -> BTreeMap<String, Json> {
        match &self.step(id).life {
            Life::Succeeded { outputs, .. } => outputs.clone(),
            _ => BTreeMap::new(),
        }
    }

    /// The `#confirm` gate before a step.
    pub fn guard_of(&self, id: NodeId) -> Option<NodeId> {
        self.graph.guards.get(&id).copied()
    }
}
