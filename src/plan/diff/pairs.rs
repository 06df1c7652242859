//! Which stage and which step of one plan is which of the other.

use std::collections::{BTreeMap, BTreeSet};

use super::work;
use crate::plan::{NodeId, Plan, StageId};

/// Pairs of stages and steps. What stands in none was added or removed.
pub(super) struct Pairs {
    stages: BTreeMap<StageId, StageId>,
    stages_back: BTreeMap<StageId, StageId>,
    steps: BTreeMap<NodeId, NodeId>,
    steps_back: BTreeMap<NodeId, NodeId>,
}

impl Pairs {
    pub(super) fn of(before: &Plan, after: &Plan) -> Self {
        let mut pairs = Pairs {
            stages: BTreeMap::new(),
            stages_back: BTreeMap::new(),
            steps: BTreeMap::new(),
            steps_back: BTreeMap::new(),
        };
        pairs.stages(before, after);
        pairs.same_names(before, after);
        pairs.other_stages(before, after);
        pairs.other_names(before, after);
        pairs.own_gates(before, after);
        pairs
    }

    pub(super) fn stage_after(&self, before: StageId) -> Option<StageId> {
        self.stages.get(&before).copied()
    }

    pub(super) fn stage_before(&self, after: StageId) -> Option<StageId> {
        self.stages_back.get(&after).copied()
    }

    pub(super) fn after(&self, before: NodeId) -> Option<NodeId> {
        self.steps.get(&before).copied()
    }

    pub(super) fn before(&self, after: NodeId) -> Option<NodeId> {
        self.steps_back.get(&after).copied()
    }

    fn join(&mut self, before: NodeId, after: NodeId) {
        self.steps.insert(before, after);
        self.steps_back.insert(after, before);
    }

    /// By their names; else by the names of all their steps, where only one has them.
    fn stages(&mut self, before: &Plan, after: &Plan) {
        let mut join = |old: StageId, new: StageId| {
            self.stages.insert(old, new);
            self.stages_back.insert(new, old);
        };
        let numbers = |plan: &Plan| (0..plan.stages.len()).map(StageId::from).collect::<Vec<_>>();
        let named: BTreeMap<&str, StageId> =
            numbers(after).into_iter().map(|id| (after.stage(id).name.as_str(), id)).collect();
        let mut lone = Vec::new();
        for old in numbers(before) {
            match named.get(before.stage(old).name.as_str()) {
                Some(new) => join(old, *new),
                None => lone.push(old),
            }
        }
        let known: BTreeSet<&str> = before.stages.iter().map(|stage| stage.name.as_str()).collect();
        let new: Vec<StageId> =
            numbers(after).into_iter().filter(|id| !known.contains(after.stage(*id).name.as_str())).collect();
        let names = |plan: &Plan, id: StageId| -> BTreeSet<String> {
            plan.nodes_of(id).map(|node| plan.node(node).name.clone()).collect()
        };
        for old in &lone {
            let steps = names(before, *old);
            let alike = |plan: &Plan, ids: &[StageId]| -> Vec<StageId> {
                ids.iter().copied().filter(|id| names(plan, *id) == steps).collect()
            };
            if let ([_], [now]) = (alike(before, &lone).as_slice(), alike(after, &new).as_slice()) {
                join(*old, *now);
            }
        }
    }

    fn same_names(&mut self, before: &Plan, after: &Plan) {
        let there: BTreeMap<(StageId, &str), NodeId> =
            after.iter().map(|(id, node)| ((node.stage, node.name.as_str()), id)).collect();
        for (old, node) in before.iter() {
            let stage = self.stage_after(node.stage);
            if let Some(new) = stage.and_then(|stage| there.get(&(stage, node.name.as_str()))) {
                self.join(old, *new);
            }
        }
    }

    /// The steps of a plan that have no partner; not the gates of other steps.
    fn lone<'p>(&self, plan: &'p Plan, old: bool) -> Vec<(NodeId, &'p str)> {
        let joined = |id: NodeId| if old { self.after(id) } else { self.before(id) }.is_some();
        plan.iter()
            .filter(|(id, node)| !joined(*id) && !node.name.contains('#'))
            .map(|(id, node)| (id, node.name.as_str()))
            .collect()
    }

    /// Between stages that both are there: a name that only one step had and only one has.
    fn other_stages(&mut self, before: &Plan, after: &Plan) {
        let (old, new) = (self.lone(before, true), self.lone(after, false));
        for (id, name) in &old {
            let alike = |ids: &[(NodeId, &str)]| -> Vec<NodeId> {
                ids.iter().filter(|(_, other)| other == name).map(|(id, _)| *id).collect()
            };
            if let ([_], [now]) = (alike(&old).as_slice(), alike(&new).as_slice()) {
                self.join(*id, *now);
            }
        }
    }

    /// In one stage and part of it: what does the same under another name.
    fn other_names(&mut self, before: &Plan, after: &Plan) {
        let new = self.lone(after, false);
        for (old, _) in self.lone(before, true) {
            let was = before.node(old);
            let (stage, part) = (self.stage_after(was.stage), before.phase(was.phase).part);
            let same = new.iter().map(|(id, _)| *id).find(|id| {
                let is = after.node(*id);
                self.before(*id).is_none()
                    && stage == Some(is.stage)
                    && part == after.phase(is.phase).part
                    && was.vars == is.vars
                    && work::same(before, was, after, is)
            });
            if let Some(new) = same {
                self.join(old, new);
            }
        }
    }

    /// `X#confirm` is with `X`.
    fn own_gates(&mut self, before: &Plan, after: &Plan) {
        let find = |plan: &Plan, stage: StageId, name: &str| {
            plan.nodes_of(stage).find(|id| plan.node(*id).name == name)
        };
        for (old, node) in before.iter() {
            let Some((base, gate)) = node.name.split_once('#') else { continue };
            if self.after(old).is_some() {
                continue;
            }
            let now = find(before, node.stage, base).and_then(|base| self.after(base));
            let Some(base) = now.map(|id| after.node(id)) else { continue };
            let new = find(after, base.stage, &format!("{}#{gate}", base.name));
            if let Some(new) = new.filter(|new| self.before(*new).is_none()) {
                self.join(old, new);
            }
        }
    }
}
