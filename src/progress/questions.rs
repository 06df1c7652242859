//! What waits for a person, most urgent first, and what the one at the terminal may do about it. Derived from the
//! state every time; nothing here is kept.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::plan::{Gate, NodeId};
use crate::run::request::may_answer;
use crate::run::{Asker, Life, Refusal, RunState, Verdict};

/// What is asked. A gate that asks again, or a step that failed again, asks something else than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// After Ctrl-C: what of the steps that run?
    Interrupt,
    /// An open gate.
    Gate(NodeId, u32),
    /// A failed step, or a rejected or timed-out gate.
    Failed(NodeId, u32),
    /// A step that was in flight at a crash.
    Lost(NodeId, u32),
}

impl Subject {
    /// The step that it is about.
    pub fn node(self) -> Option<NodeId> {
        match self {
            Subject::Interrupt => None,
            Subject::Gate(node, _) | Subject::Failed(node, _) | Subject::Lost(node, _) => Some(node),
        }
    }
}

/// What is asked at one moment, of whom.
#[derive(Debug, Clone, Copy)]
pub struct Questions<'a> {
    /// Where the run stands.
    pub state: &'a RunState,
    /// Who sits at the terminal.
    pub asker: &'a Asker,
    /// Was the run interrupted, and has nobody said yet what of the steps that run?
    pub interrupted: bool,
    /// The present instant.
    pub now: Timestamp,
}

impl<'a> Questions<'a> {
    /// All of them, most urgent first.
    pub fn list(&self) -> Vec<Subject> {
        let mut list = waiting(self.state, self.now);
        if self.interrupted {
            list.insert(0, Subject::Interrupt);
        }
        list
    }

    /// The gate that a subject asks.
    pub fn gate(&self, node: NodeId) -> Option<&'a Gate> {
        self.state.plan().node(node).gate()
    }

    /// May the one at the terminal answer this gate?
    pub fn may(&self, gate: &Gate) -> Result<(), Refusal> {
        may_answer(self.state, gate, self.asker)
    }

    /// May they repair steps?
    pub fn may_repair(&self) -> bool {
        self.asker.known && self.asker.operator
    }

    /// Has this person answered the whole of this gate, so that only others can move it?
    pub fn has_answered(&self, node: NodeId) -> bool {
        match self.gate(node) {
            Some(gate) if gate.each.is_empty() => self.mine(node).contains(&None),
            Some(_) => self.values(node).is_empty(),
            None => false,
        }
    }

    /// Is it the one at the terminal who can move this?
    pub fn is_theirs(&self, subject: Subject) -> bool {
        match subject {
            Subject::Interrupt => true,
            Subject::Gate(node, _) => {
                self.gate(node).is_some_and(|gate| self.may(gate).is_ok()) && !self.has_answered(node)
            }
            Subject::Failed(..) | Subject::Lost(..) => self.may_repair(),
        }
    }

    /// Values of `each` that this person can still answer for, in their order.
    pub fn values(&self, node: NodeId) -> Vec<&'a str> {
        let Some(gate) = self.gate(node) else { return Vec::new() };
        let mine = self.mine(node);
        let open = |value: &&str| {
            !mine.contains(&Some(*value)) && self.votes(node, Some(value)) < gate.votes.total() as usize
        };
        gate.each.iter().map(String::as_str).filter(open).collect()
    }

    /// Confirmations so far (of one value, where answers are by value).
    pub fn votes(&self, node: NodeId, value: Option<&str>) -> usize {
        let decisions = self.state.step(node).decisions.iter().map(|decided| &decided.decision);
        decisions.filter(|d| d.decision == Verdict::Confirmed && d.value.as_deref() == value).count()
    }

    fn mine(&self, node: NodeId) -> BTreeSet<Option<&'a str>> {
        let decisions = self.state.step(node).decisions.iter().map(|decided| &decided.decision);
        decisions.filter(|d| d.by.by == self.asker.by.by).map(|d| d.value.as_deref()).collect()
    }
}

/// What of a run waits for a person, most urgent first: what is overdue, then by severity, then lost and failed steps
/// before gates, then what has waited longest.
pub fn waiting(state: &RunState, now: Timestamp) -> Vec<Subject> {
    if state.cancelled().is_some() {
        return Vec::new();
    }
    let gates = state.open().iter().map(|id| Subject::Gate(*id, state.step(*id).attempt));
    let trouble = state.troubled().iter().map(|id| {
        let attempt = state.step(*id).attempt;
        match state.step(*id).life {
            Life::Lost { .. } => Subject::Lost(*id, attempt),
            _ => Subject::Failed(*id, attempt),
        }
    });
    let mut list: Vec<Subject> = trouble.chain(gates).collect();
    list.sort_by_cached_key(|subject| {
        let Some(id) = subject.node() else { return (Reverse(true), 0, 0, None, NodeId(0)) };
        let node = state.plan().node(id);
        let step = state.step(id);
        let kind = match subject {
            Subject::Interrupt | Subject::Lost(..) => 0,
            Subject::Failed(..) => 1,
            Subject::Gate(..) => 2,
        };
        let since = step.finished_at.or(step.started_at);
        (Reverse(is_overdue(state, id, now)), node.severity, kind, since, id)
    });
    list
}

/// Has the deadline of a step or gate passed?
pub fn is_overdue(state: &RunState, id: NodeId, now: Timestamp) -> bool {
    state.is_late(id, now)
}
