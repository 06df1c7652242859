//! Deadlines that pass while somebody watches: no event tells of them, so that the clock has to. Each is told once.

use std::collections::BTreeSet;

use super::line::{Line, Tone};
use super::page::Page;
use super::remarks;
use crate::msg;
use crate::plan::{NodeId, StageId};
use crate::run::RunState;

/// What has been told.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    stages: BTreeSet<StageId>,
    steps: BTreeSet<NodeId>,
    /// The steps that have a deadline; the clock is looked at far more often than plans are made.
    watched: Option<Vec<NodeId>>,
}

impl Deadlines {
    /// A line for everything that is late now, not done, and not told yet.
    pub(super) fn passed(&mut self, state: &RunState, page: &Page) -> Vec<Line> {
        if state.finished_at().is_some() {
            return Vec::new();
        }
        let plan = state.plan();
        let stages = (0..plan.stages.len()).map(StageId::from);
        let is_new = |id: &StageId| state.stage_finished_at(*id).is_none() && !self.stages.contains(id);
        let stages: Vec<(StageId, String)> = stages
            .filter(is_new)
            .filter_map(|id| Some((id, remarks::stage_late(state, id, page)?)))
            .collect();
        let with_deadline =
            || plan.iter().map(|(id, _)| id).filter(|id| state.deadline(*id).is_some()).collect();
        let watched: &Vec<NodeId> = self.watched.get_or_insert_with(with_deadline);
        let is_new = |id: &NodeId| !state.step(*id).life.is_done() && !self.steps.contains(id);
        let new = watched.iter().copied().filter(is_new);
        let steps: Vec<(NodeId, String)> =
            new.filter_map(|id| Some((id, remarks::step_late(state, id, page)?))).collect();
        self.stages.extend(stages.iter().map(|(id, _)| *id));
        self.steps.extend(steps.iter().map(|(id, _)| *id));
        let stages = stages.into_iter().map(|(id, late)| {
            let stage = msg!("term-stage-named", title = plan.stage(id).title.clone());
            line(&page.say(&stage), &late, page)
        });
        let steps = steps.into_iter().map(|(id, late)| line(&plan.path(id), &late, page));
        stages.chain(steps).collect()
    }
}

fn line(what: &str, late: &str, page: &Page) -> Line {
    Line::new()
        .add(Tone::Dim, &format!("{}  ", page.clock(page.now)))
        .column(Tone::Bad, &page.say(&msg!("term-late")), 9)
        .add(Tone::Plain, &format!("  {what}"))
        .add(Tone::Bad, &format!("  {late}"))
}
