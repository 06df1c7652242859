//! Where a run stands: the fold of its events over its plan, the same live, at resume and in a report.
//!
//! [`life_after`] is the whole life of a step. Everything else here is bookkeeping that follows from lives: what still
//! blocks whom is kept as counts, so that an event costs as much as what it changes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::event::{By, Decision, EngineId, Event, Failure, Json, Record, Shown, SkipCause, StepPath};
use super::life::life_after;
use crate::plan::{NodeId, OnFailure, PhaseId, Plan, StageId, Work};

/// Who set a mark, when, why. It stays through everything that follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Who; `None` where it was no person.
    pub by: Option<By>,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// The life of a step: exactly one of these, with what that one can have.
#[derive(Debug, Clone, PartialEq)]
pub enum Life {
    /// Its turn has not come.
    Pending,
    /// An attempt is in flight.
    Running {
        /// The platform's id of the flow, once it is known.
        submitted: Option<String>,
    },
    /// An attempt failed; the next comes by itself.
    Retrying {
        /// When.
        due: Timestamp,
        /// Why the last one failed.
        failure: Failure,
    },
    /// A gate that asks.
    Open {
        /// What it asks, rendered.
        ask: String,
        /// What it shows.
        evidence: Vec<Shown>,
    },
    /// Done.
    Succeeded {
        /// What later steps may use.
        outputs: BTreeMap<String, Json>,
        /// What people should know.
        remarks: Vec<String>,
        /// Who said so, where a lost attempt was settled.
        settled: Option<Mark>,
    },
    /// Failed for good.
    Failed {
        /// Why; `None` for a rejected or timed-out gate.
        failure: Option<Failure>,
        /// Who said so, where a person rejected or settled it.
        by: Option<Mark>,
    },
    /// In flight at a crash.
    Lost,
    /// Does not run.
    Skipped {
        /// By what.
        cause: SkipCause,
        /// Who, when, why.
        mark: Mark,
    },
    /// Counts as done.
    Forced {
        /// Who, when, why.
        mark: Mark,
    },
}

impl Life {
    /// Succeeded, skipped or forced: what depends on it may go on, and a run of only these is green.
    pub fn is_done(&self) -> bool {
        matches!(self, Life::Succeeded { .. } | Life::Skipped { .. } | Life::Forced { .. })
    }

    /// Failed or lost: a person decides.
    pub fn needs_a_person(&self) -> bool {
        matches!(self, Life::Failed { .. } | Life::Lost)
    }
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct StepState {
    /// Where it is in its life.
    pub life: Life,
    /// Attempts begun; a gate's: times that it was asked.
    pub attempt: u32,
    /// Attempts since a person last asked for one: what automatic retries are counted by.
    pub tries: u32,
    /// When the latest attempt began.
    pub started_at: Option<Timestamp>,
    /// When it came to its present end.
    pub finished_at: Option<Timestamp>,
    /// A gate's question as it was last asked, rendered.
    pub asked: Option<String>,
    /// Answers to a gate that count now.
    pub decisions: Vec<Decided>,
    /// Failures before the present attempt, for the handover.
    pub failures: u32,
    /// People who had it retried, and why.
    pub repairs: Vec<Mark>,
}

/// An answer with its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// When.
    pub at: Timestamp,
    /// What.
    pub decision: Decision,
}

/// What an event brought about beyond its own step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consequences {
    /// Stages that finished with it.
    pub finished: Vec<StageId>,
}

/// The fold of a run's events.
#[derive(Debug, Clone)]
pub struct RunState {
    plan: Arc<Plan>,
    index: HashMap<StepPath, NodeId>,
    graph: Arc<Graph>,
    steps: Vec<StepState>,
    /// Phases before a phase that are not passed.
    phase_blockers: Vec<u32>,
    /// Nodes of a phase that are not passed.
    phase_left: Vec<u32>,
    /// Needs of a node that are not passed.
    node_blockers: Vec<u32>,
    /// Nodes of a stage that are not done.
    stage_left: Vec<u32>,
    stage_finished_at: Vec<Option<Timestamp>>,
    startable: BTreeSet<NodeId>,
    in_flight: BTreeSet<NodeId>,
    retrying: BTreeSet<(Timestamp, NodeId)>,
    open: BTreeSet<NodeId>,
    troubled: BTreeSet<NodeId>,
    started: Option<(Timestamp, By)>,
    engine: Option<EngineId>,
    cancelled: Option<Mark>,
    seq: u64,
    at: Option<Timestamp>,
}

/// Who waits for whom, backwards; made once for a plan.
#[derive(Debug)]
struct Graph {
    dependents: Vec<Vec<NodeId>>,
    phases_after: Vec<Vec<PhaseId>>,
    guards: HashMap<NodeId, NodeId>,
}

impl Graph {
    fn of(plan: &Plan) -> Self {
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

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl RunState {
    /// A run of `plan` to which nothing has happened yet.
    pub fn new(plan: Arc<Plan>) -> Self {
        let fresh = StepState {
            life: Life::Pending,
            attempt: 0,
            tries: 0,
            started_at: None,
            finished_at: None,
            asked: None,
            decisions: Vec::new(),
            failures: 0,
            repairs: Vec::new(),
        };
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
            cancelled: None,
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
            Event::RunStarted { by, engine } => {
                self.started = Some((record.at, by.clone()));
                self.engine = Some(engine.clone());
            }
            Event::RunResumed { engine, .. } => self.engine = Some(engine.clone()),
            Event::RunCancelled { by, reason } => {
                self.cancelled = Some(Mark { by: Some(by.clone()), reason: reason.clone(), at: record.at });
            }
            about_a_step => return self.apply_to_step(about_a_step, record.at),
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
        let Some(after) = life_after(node, &self.steps[id.index()], event, at) else { return };
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
    fn is_passed(&self, id: NodeId) -> bool {
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
        if self.phase_left[phase.index()] == 0 {
            for after in &graph.phases_after[phase.index()] {
                self.phase_blockers[after.index()] -= 1;
                self.offer_phase(*after);
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
        if self.phase_left[phase.index()] == 0 {
            for after in &graph.phases_after[phase.index()] {
                self.phase_blockers[after.index()] += 1;
                for node in &self.plan.phases[after.index()].nodes {
                    self.startable.remove(node);
                }
            }
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
    fn offer(&mut self, id: NodeId) {
        let phase = self.plan.nodes[id.index()].phase;
        match &self.steps[id.index()].life {
            Life::Pending => {
                if self.node_blockers[id.index()] == 0 && self.phase_blockers[phase.index()] == 0 {
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
            Life::Failed { .. } | Life::Lost => {
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

/// What the state answers.
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
        self.engine.as_ref()
    }

    /// Who cancelled it.
    pub fn cancelled(&self) -> Option<&Mark> {
        self.cancelled.as_ref()
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

    /// Does the step take one of the places that limits count? People's and polls' waiting does not.
    pub fn takes_a_place(&self, id: NodeId) -> bool {
        !matches!(self.plan.node(id).work, Work::Gate(_) | Work::Check { poll: Some(_), .. })
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

    /// What the steps that a node refers to put out, by the names that it uses for them.
    pub fn outputs_for(&self, id: NodeId) -> BTreeMap<String, BTreeMap<String, Json>> {
        self.plan.node(id).refs.iter().map(|(name, step)| (name.clone(), self.outputs(*step))).collect()
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
