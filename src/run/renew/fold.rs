//! The fold of a renewed plan: every step that is still there keeps its life, and what waits for what is counted anew.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::plan::{NodeId, PhaseId, Plan, StageId};
use crate::run::event::StepPath;
use crate::run::state::{Life, Mark, Removed, RunState, StepState};

impl RunState {
    /// Goes on by `plan`. Returns the stages that are finished by that, because what was left of them is gone.
    pub(in crate::run) fn go_on_by(
        &mut self,
        plan: &Arc<Plan>,
        changed: &[StepPath],
        mark: &Mark,
    ) -> Vec<StageId> {
        let was_green = self.is_green();
        let old = std::mem::replace(self, RunState::new(Arc::clone(plan)));
        let finished: HashMap<String, Option<Timestamp>> = old
            .plan
            .stages
            .iter()
            .zip(&old.stage_finished_at)
            .map(|(stage, at)| (stage.name.clone(), *at))
            .collect();
        self.hand_over(old, mark);
        for path in changed {
            let Some(step) = self.index.get(path).map(|id| &mut self.steps[id.index()]) else { continue };
            step.outdated |= step.life.is_done();
        }
        let ended = self.count_anew(&finished, mark.at);
        if was_green && !self.is_green() {
            self.round += 1;
        }
        ended
    }

    /// Takes over what is known of the run and of each step, by its path.
    fn hand_over(&mut self, old: RunState, mark: &Mark) {
        let gone = old.plan.iter().map(|(id, _)| id).filter_map(|id| {
            let path = StepPath(old.plan.path(id));
            let was = (!self.index.contains_key(&path) && has_a_past(old.step(id)))
                .then(|| removed(&old, id, mark))?;
            Some((path, was))
        });
        let gone: Vec<(StepPath, Removed)> = gone.collect();
        self.removed = old.removed;
        self.removed.extend(gone);
        for ((_, path), step) in
            old.plan.iter().map(|(id, _)| (id, StepPath(old.plan.path(id)))).zip(old.steps)
        {
            if let Some(id) = self.index.get(&path) {
                self.steps[id.index()] = step;
            }
        }
        // What comes back is what it was.
        for (path, id) in &self.index {
            if let Some(was) = self.removed.remove(path) {
                let step = &mut self.steps[id.index()];
                *step = was.step;
                step.outdated |= step.life.is_done();
            }
        }
        (self.started, self.engine, self.origin) = (old.started, old.engine, old.origin);
        (self.cancelled, self.held, self.round) = (old.cancelled, old.held, old.round);
        (self.seq, self.at) = (old.seq, old.at);
    }

    fn count_anew(&mut self, finished: &HashMap<String, Option<Timestamp>>, at: Timestamp) -> Vec<StageId> {
        let plan = Arc::clone(&self.plan);
        for left in &mut self.stage_left {
            *left = 0;
        }
        for (id, node) in plan.iter() {
            if !self.steps[id.index()].life.is_done() {
                self.stage_left[node.stage.index()] += 1;
            }
            if self.is_passed(id) {
                self.phase_left[node.phase.index()] -= 1;
            }
            let open = node.needs.iter().filter(|need| !self.is_passed(**need)).count();
            self.node_blockers[id.index()] = u32::try_from(open).unwrap_or(u32::MAX);
        }
        let first = (0..plan.phases.len()).map(PhaseId::from).filter(|phase| self.is_phase_passed(*phase));
        let first: Vec<PhaseId> = first.collect();
        for phase in first {
            self.open_after(phase);
        }
        self.startable.clear();
        for index in 0..self.steps.len() {
            self.offer(NodeId::from(index));
        }
        self.finish_stages(finished, at)
    }

    /// A stage that was finished stays so while nothing of it is left.
    fn finish_stages(&mut self, before: &HashMap<String, Option<Timestamp>>, at: Timestamp) -> Vec<StageId> {
        let mut ended = Vec::new();
        for index in 0..self.plan.stages.len() {
            let known = before.get(&self.plan.stages[index].name).copied().flatten();
            self.stage_finished_at[index] = match (self.stage_left[index], known) {
                (0, None) => {
                    ended.push(StageId::from(index));
                    Some(at)
                }
                (0, known) => known,
                _ => None,
            };
        }
        ended
    }
}

/// Is there anything to be told of it?
fn has_a_past(step: &StepState) -> bool {
    *step != StepState::default()
}

fn removed(old: &RunState, id: NodeId, mark: &Mark) -> Removed {
    let node = old.plan.node(id);
    let mut step = old.step(id).clone();
    if matches!(step.life, Life::Open { .. }) {
        step.life = Life::Pending;
    }
    Removed {
        kind: node.kind(),
        stage: old.plan.stage(node.stage).name.clone(),
        status: old.step_status(id),
        step,
        mark: mark.clone(),
    }
}
