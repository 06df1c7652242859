//! Where a run stands: the fold of its events over its plan, the same live, at resume and in a report.
//!
//! [`life_after`] is the whole life of a step. Everything else here is bookkeeping that follows from lives: what still
//! blocks whom is kept as counts, so that an event costs as much as what it changes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::event::{By, EngineId, Event, Origin, Record, StepPath};
use super::graph::Graph;
use super::life::life_after;
pub use super::step::{Decided, FormerMark, Life, Mark, Removed, StepState, Voided};
use crate::plan::{NodeId, OnFailure, PhaseId, Plan, StageId};

/// What an event brought about beyond its own step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consequences {
    /// Stages that finished with it.
    pub finished: Vec<StageId>,
}

/// The fold of a run's events.
#[derive(Debug, Clone)]
pub struct RunState {
    pub(super) plan: Arc<Plan>,
    pub(super) index: HashMap<StepPath, NodeId>,
    pub(super) graph: Arc<Graph>,
    pub(super) steps: Vec<StepState>,
    /// Phases before a phase that are not passed.
    pub(super) phase_blockers: Vec<u32>,
    /// Nodes of a phase that are not passed.
    pub(super) phase_left: Vec<u32>,
    /// Needs of a node that are not passed.
    pub(super) node_blockers: Vec<u32>,
    /// Nodes of a stage that are not done.
    pub(super) stage_left: Vec<u32>,
    pub(super) stage_finished_at: Vec<Option<Timestamp>>,
    pub(super) startable: BTreeSet<NodeId>,
    pub(super) in_flight: BTreeSet<NodeId>,
    pub(super) retrying: BTreeSet<(Timestamp, NodeId)>,
    pub(super) open: BTreeSet<NodeId>,
    pub(super) troubled: BTreeSet<NodeId>,
    pub(super) started: Option<(Timestamp, By)>,
    pub(super) engine: Option<Arc<EngineId>>,
    pub(super) origin: Option<Origin>,
    /// What was there before the plan was renewed, and is not in it any more.
    pub(super) removed: BTreeMap<StepPath, Removed>,
    pub(super) cancelled: Option<Mark>,
    /// Who keeps the whole run from starting anything.
    pub(super) held: Option<Mark>,
    /// 1, and one more for every time that a finished run was reopened.
    pub(super) round: u32,
    pub(super) seq: u64,
    pub(super) at: Option<Timestamp>,
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl RunState {
    /// A run of `plan` to which nothing has happened yet.
    pub fn new(plan: Arc<Plan>) -> Self {
        let fresh = StepState::default();
        let mut state = RunState {
            index: plan.iter().map(|(id, _)| (StepPath(plan.path(id)), id)).collect(),
            graph: Arc::new(Graph::of(&plan)),
            steps: vec![fresh; plan.nodes.len()],
            phase_blockers: plan.phases.iter().map(|phase| count(phase.after.len())).collect(),
            phase_left: plan.phases.iter().map(|phase| count(phase.nodes.len())).collect(),
            node_blockers: plan.nodes.iter().map(|node| count(node.needs.len())).collect(),
            stage_left: vec![0; plan.stages.len()],
            stage_finished_at: vec![None; plan.stages.len()],
            startable: BTreeSet::new(),
            in_flight: BTreeSet::new(),
            retrying: BTreeSet::new(),
            open: BTreeSet::new(),
            troubled: BTreeSet::new(),
            started: None,
            engine: None,
            origin: None,
            removed: BTreeMap::new(),
            cancelled: None,
            held: None,
            round: 1,
            seq: 0,
            at: None,
            plan,
        };
        for node in &state.plan.nodes {
            state.stage_left[node.stage.index()] += 1;
        }
        for index in 0..state.steps.len() {
            state.offer(NodeId::from(index));
        }
        state
    }

    /// The state after `records`, from the first on.
    pub fn replay<'a>(plan: Arc<Plan>, records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut state = RunState::new(plan);
        for record in records {
            state.apply(record);
        }
        state
    }

    /// Takes one event in. Events about steps that the plan does not have change nothing but the number.
    pub fn apply(&mut self, record: &Record) -> Consequences {
        self.seq = record.seq;
        self.at = Some(record.at);
        match &record.event {
            Event::RunStarted { by, engine, origin } => {
                self.started = Some((record.at, by.clone()));
                self.engine = Some(Arc::new(engine.clone()));
                self.origin.clone_from(origin);
            }
            Event::PlanRenewed { by, origin, changed, plan, .. } => {
                if origin.is_some() {
                    self.origin.clone_from(origin);
                }
                let mark = Mark { by: Some(by.clone()), reason: String::new(), at: record.at };
                return Consequences { finished: self.go_on_by(&plan.0, changed, &mark) };
            }
            Event::RunResumed { engine, .. } => self.engine = Some(Arc::new(engine.clone())),
            Event::RunCancelled { by, reason } => {
                self.cancelled = Some(Mark { by: Some(by.clone()), reason: reason.clone(), at: record.at });
            }
            Event::RunHeld { by, reason } => {
                let reason = reason.clone().unwrap_or_default();
                self.held = Some(Mark { by: Some(by.clone()), reason, at: record.at });
            }
            Event::RunReleased { .. } => self.held = None,
            about_a_step => {
                let reopens = matches!(about_a_step, Event::StepRedone { .. } | Event::GateVoided { .. });
                if reopens && self.is_green() {
                    self.round += 1;
                }
                return self.apply_to_step(about_a_step, record.at);
            }
        }
        Consequences::default()
    }

    fn apply_to_step(&mut self, event: &Event, at: Timestamp) -> Consequences {
        let mut consequences = Consequences::default();
        let Some(id) = event.step().and_then(|path| self.index.get(path)).copied() else {
            return consequences;
        };
        self.change(id, event, at, &mut consequences);
        // A question about a step that is not run any more is gone with it.
        if matches!(event, Event::StepSkipped { .. } | Event::StepForced { .. })
            && let Some(guard) = self.graph.guards.get(&id).copied()
            && !self.steps[guard.index()].life.is_done()
        {
            self.change(guard, event, at, &mut consequences);
        }
        consequences
    }

    fn change(&mut self, id: NodeId, event: &Event, at: Timestamp, consequences: &mut Consequences) {
        let node = &self.plan.nodes[id.index()];
        let Some(mut after) = life_after(node, &self.steps[id.index()], event, at) else { return };
        if matches!(event, Event::StepStarted { .. }) {
            after.under.clone_from(&self.engine);
        }
        let passed_before = self.is_passed(id);
        let done_before = self.steps[id.index()].life.is_done();
        self.withdraw(id);
        self.steps[id.index()] = after;
        self.offer(id);
        match (passed_before, self.is_passed(id)) {
            (false, true) => self.pass(id),
            (true, false) => self.unpass(id),
            _ => {}
        }
        let stage = self.plan.nodes[id.index()].stage;
        match (done_before, self.steps[id.index()].life.is_done()) {
            (false, true) => {
                self.stage_left[stage.index()] -= 1;
                if self.stage_left[stage.index()] == 0 {
                    self.stage_finished_at[stage.index()] = Some(at);
                    consequences.finished.push(stage);
                }
            }
            (true, false) => {
                self.stage_left[stage.index()] += 1;
                self.stage_finished_at[stage.index()] = None;
            }
            _ => {}
        }
    }

    /// May what depends on it go on? Done, or failed with `on_failure: continue`.
    pub(super) fn is_passed(&self, id: NodeId) -> bool {
        let life = &self.steps[id.index()].life;
        life.is_done()
            || (matches!(life, Life::Failed { .. })
                && self.plan.node(id).policy.on_failure == OnFailure::Continue)
    }

    fn pass(&mut self, id: NodeId) {
        let graph = Arc::clone(&self.graph);
        for dependent in &graph.dependents[id.index()] {
            self.node_blockers[dependent.index()] -= 1;
            self.offer(*dependent);
        }
        let phase = self.plan.node(id).phase;
        self.phase_left[phase.index()] -= 1;
        if self.is_phase_passed(phase) {
            self.open_after(phase);
        }
    }

    /// Is everything of a phase passed, and everything before it? A level that was skipped as a whole opens nothing
    /// before its own turn has come.
    pub(super) fn is_phase_passed(&self, phase: PhaseId) -> bool {
        self.phase_left[phase.index()] == 0 && self.phase_blockers[phase.index()] == 0
    }

    pub(super) fn open_after(&mut self, phase: PhaseId) {
        let graph = Arc::clone(&self.graph);
        let mut passed = vec![phase];
        while let Some(phase) = passed.pop() {
            for after in &graph.phases_after[phase.index()] {
                self.phase_blockers[after.index()] -= 1;
                self.offer_phase(*after);
                if self.is_phase_passed(*after) {
                    passed.push(*after);
                }
            }
        }
    }

    fn close_after(&mut self, phase: PhaseId) {
        let graph = Arc::clone(&self.graph);
        let mut reopened = vec![phase];
        while let Some(phase) = reopened.pop() {
            for after in &graph.phases_after[phase.index()] {
                if self.is_phase_passed(*after) {
                    reopened.push(*after);
                }
                self.phase_blockers[after.index()] += 1;
                for node in &self.plan.phases[after.index()].nodes {
                    self.startable.remove(node);
                }
            }
        }
    }

    fn unpass(&mut self, id: NodeId) {
        let graph = Arc::clone(&self.graph);
        for dependent in &graph.dependents[id.index()] {
            self.node_blockers[dependent.index()] += 1;
            self.startable.remove(dependent);
        }
        let phase = self.plan.node(id).phase;
        if self.is_phase_passed(phase) {
            self.close_after(phase);
        }
        self.phase_left[phase.index()] += 1;
    }

    fn offer_phase(&mut self, phase: PhaseId) {
        if self.phase_blockers[phase.index()] == 0 {
            let plan = Arc::clone(&self.plan);
            for node in &plan.phase(phase).nodes {
                self.offer(*node);
            }
        }
    }

    /// Puts a step into the sets that its life belongs to.
    pub(super) fn offer(&mut self, id: NodeId) {
        match &self.steps[id.index()].life {
            Life::Pending => {
                if self.is_unblocked(id) {
                    self.startable.insert(id);
                }
            }
            Life::Running { .. } => {
                self.in_flight.insert(id);
            }
            Life::Retrying { due, .. } => {
                self.retrying.insert((*due, id));
            }
            Life::Open { .. } => {
                self.open.insert(id);
            }
            Life::Failed { .. } | Life::Lost { .. } => {
                self.troubled.insert(id);
            }
            Life::Succeeded { .. } | Life::Skipped { .. } | Life::Forced { .. } => {}
        }
    }

    fn withdraw(&mut self, id: NodeId) {
        self.startable.remove(&id);
        self.in_flight.remove(&id);
        self.open.remove(&id);
        self.troubled.remove(&id);
        if let Life::Retrying { due, .. } = &self.steps[id.index()].life {
            self.retrying.remove(&(*due, id));
        }
    }
}
