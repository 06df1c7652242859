//! Plans by hand, a phase at a time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use monthstart::plan::{
    Approver, Gate, GateKind, Handover, Node, NodeId, OnFailure, Part, Phase, PhaseId, Plan, Policy, Retry,
    Stage, StageId, Template, Votes, Work,
};

/// Makes a plan a phase at a time.
#[derive(Default)]
pub(crate) struct PlanMaker {
    stages: Vec<Stage>,
    phases: Vec<Phase>,
    nodes: Vec<Node>,
}

impl PlanMaker {
    /// Begins a stage.
    pub(crate) fn stage(&mut self, name: &str, title: &str, after: &[StageId]) -> StageId {
        self.stages.push(Stage {
            name: name.to_owned(),
            title: title.to_owned(),
            owner: None,
            deadline: Some("2026-11-02T04:00:00Z".parse().unwrap()),
            limit: None,
            handover: Handover::NextShift,
            after: after.to_vec(),
            phases: Vec::new(),
        });
        StageId::from(self.stages.len() - 1)
    }

    /// Adds a phase to the last stage.
    pub(crate) fn phase(&mut self, part: Part, nodes: Vec<Node>) -> &mut Self {
        let id = PhaseId::from(self.phases.len());
        let stage = StageId::from(self.stages.len() - 1);
        let before = self.stages[stage.index()].phases.last().copied();
        let earlier = self.stages[stage.index()].after.clone();
        let after = match before {
            Some(phase) => vec![phase],
            None => earlier.iter().filter_map(|s| self.stages[s.index()].phases.last().copied()).collect(),
        };
        let first = self.nodes.len();
        self.nodes.extend(nodes.into_iter().map(|node| Node { stage, phase: id, ..node }));
        let nodes = (first..self.nodes.len()).map(NodeId::from).collect();
        self.phases.push(Phase { stage, part, nodes, after });
        self.stages[stage.index()].phases.push(id);
        self
    }

    /// The plan.
    pub(crate) fn plan(self, title: &str) -> Arc<Plan> {
        Arc::new(Plan {
            run: "month-start/2026-10".parse().unwrap(),
            title: title.to_owned(),
            params: BTreeMap::new(),
            shadow: false,
            limit: 16,
            stages: self.stages,
            phases: self.phases,
            nodes: self.nodes,
        })
    }
}

/// A flow that is tried three times.
pub(crate) fn flow(name: &str) -> Node {
    let retry =
        Retry { times: 2, delay: Duration::from_mins(5), backoff: 2.0, max_delay: None, on_exit: Vec::new() };
    Node {
        stage: StageId(0),
        phase: PhaseId(0),
        name: name.to_owned(),
        title: None,
        work: Work::Flow {
            flow: Template(name.to_owned()),
            platform: "yt".to_owned(),
            downstream: false,
            findable: false,
        },
        needs: Vec::new(),
        refs: Vec::new(),
        vars: BTreeMap::new(),
        when: None,
        batch: Template("202610".to_owned()),
        policy: Policy { retry: Some(retry), timeout: None, on_failure: OnFailure::Hold, idempotent: false },
        outputs: BTreeMap::new(),
        skip: None,
        severity: 2,
        owner: None,
        deadline: None,
    }
}

/// A check.
pub(crate) fn check(name: &str) -> Node {
    Node { work: Work::Check { items: Vec::new(), poll: None }, ..flow(name) }
}

/// A gate.
pub(crate) fn gate(kind: GateKind, name: &str, ask: &str, approvers: &[&str], votes: u32) -> Node {
    let approvers = approvers.iter().map(|role| Approver::Role((*role).to_owned())).collect();
    let gate = Gate {
        kind,
        ask: Template(ask.to_owned()),
        show: Vec::new(),
        form: Vec::new(),
        approvers,
        votes: Votes::Count(votes),
        except: Vec::new(),
        each: Vec::new(),
        deadline: None,
        fails_on_timeout: false,
        on_reject: Vec::new(),
    };
    Node { work: Work::Gate(gate), ..flow(name) }
}
