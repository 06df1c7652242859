//! Plans for tests, in a line a step.

use std::collections::BTreeMap;

use monthstart::plan::{
    Command, Gate, GateKind, Handover, Node, NodeId, OnFailure, Part, Phase, PhaseId, Plan, Policy, Retry,
    Stage, StageId, Template, Votes, Work,
};

/// A plan being drawn.
pub(crate) struct Sketch {
    plan: Plan,
}

impl Sketch {
    /// An empty plan of `book/2026-10` for `limit` steps side by side.
    pub(crate) fn new(limit: u32) -> Self {
        let plan = Plan {
            run: "book/2026-10".parse().unwrap(),
            title: "A book".to_owned(),
            params: BTreeMap::new(),
            shadow: false,
            limit,
            stages: Vec::new(),
            phases: Vec::new(),
            nodes: Vec::new(),
        };
        Sketch { plan }
    }

    /// A stage after others (by their numbers).
    pub(crate) fn stage(mut self, name: &str, after: &[u32]) -> Self {
        self.plan.stages.push(Stage {
            name: name.to_owned(),
            title: name.to_owned(),
            owner: None,
            deadline: None,
            limit: None,
            handover: Handover::NextShift,
            after: after.iter().map(|n| StageId(*n)).collect(),
            phases: Vec::new(),
        });
        self
    }

    /// The next phase of the latest stage, with these nodes.
    pub(crate) fn phase(mut self, part: Part, nodes: Vec<Node>) -> Self {
        let stage = StageId::from(self.plan.stages.len() - 1);
        let id = PhaseId::from(self.plan.phases.len());
        let before = if let Some(last) = self.plan.stages[stage.index()].phases.last() {
            vec![*last]
        } else {
            let last_of = |id: &StageId| *self.plan.stages[id.index()].phases.last().unwrap();
            self.plan.stages[stage.index()].after.iter().map(last_of).collect()
        };
        let first = self.plan.nodes.len();
        for mut node in nodes {
            node.stage = stage;
            node.phase = id;
            self.plan.nodes.push(node);
        }
        let nodes = (first..self.plan.nodes.len()).map(NodeId::from).collect();
        self.plan.phases.push(Phase { stage, part, nodes, after: before });
        self.plan.stages[stage.index()].phases.push(id);
        self
    }

    /// A level of the latest stage.
    pub(crate) fn level(self, number: u32, nodes: Vec<Node>) -> Self {
        self.phase(Part::Level(number), nodes)
    }

    /// The plan.
    pub(crate) fn done(self) -> Plan {
        self.plan
    }
}

/// A shell step.
pub(crate) fn step(name: &str) -> Node {
    node(name, Work::Run { command: Command::Shell("true".to_owned()), env: BTreeMap::new() })
}

/// A gate that any operator may answer.
pub(crate) fn gate(name: &str) -> Node {
    let gate = Gate {
        kind: GateKind::Gate,
        ask: Template("well?".to_owned()),
        show: Vec::new(),
        form: Vec::new(),
        approvers: Vec::new(),
        votes: Votes::Count(1),
        except: Vec::new(),
        each: Vec::new(),
        deadline: None,
        fails_on_timeout: false,
        on_reject: Vec::new(),
    };
    node(name, Work::Gate(gate))
}

fn node(name: &str, work: Work) -> Node {
    Node {
        stage: StageId(0),
        phase: PhaseId(0),
        name: name.to_owned(),
        title: None,
        work,
        needs: Vec::new(),
        refs: Vec::new(),
        vars: BTreeMap::new(),
        when: None,
        batch: Template("202610".to_owned()),
        policy: Policy { retry: None, timeout: None, on_failure: OnFailure::Hold, idempotent: false },
        outputs: BTreeMap::new(),
        skip: None,
        severity: 3,
        owner: None,
        deadline: None,
    }
}

/// What tests change in a node.
pub(crate) trait Tweak: Sized {
    /// With needs, by their numbers.
    fn needs(self, needs: &[u32]) -> Self;
    /// With retries at once.
    fn retries(self, times: u32) -> Self;
    /// With what a failure does.
    fn on_failure(self, what: OnFailure) -> Self;
    /// That may run again blindly.
    fn idempotent(self) -> Self;
    /// With a changed gate.
    fn asking(self, change: impl FnOnce(&mut Gate)) -> Self;
}

impl Tweak for Node {
    fn needs(mut self, needs: &[u32]) -> Self {
        self.needs = needs.iter().map(|n| NodeId(*n)).collect();
        self
    }

    fn retries(mut self, times: u32) -> Self {
        let delay = std::time::Duration::ZERO;
        self.policy.retry = Some(Retry { times, delay, backoff: 1.0, max_delay: None, on_exit: Vec::new() });
        self
    }

    fn idempotent(mut self) -> Self {
        self.policy.idempotent = true;
        self
    }

    fn on_failure(mut self, what: OnFailure) -> Self {
        self.policy.on_failure = what;
        self
    }

    fn asking(mut self, change: impl FnOnce(&mut Gate)) -> Self {
        if let Work::Gate(gate) = &mut self.work {
            change(gate);
        }
        self
    }
}
