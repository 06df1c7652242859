//! What a renewal comes to, step by step: for those who have to know before it is done.

use super::super::event::StepPath;
use super::super::state::{Life, Mark, RunState};
use crate::plan::diff::Redefined;
use crate::plan::{NodeId, Plan, StageId};

/// What stays done though it is defined otherwise now.
#[derive(Debug, Clone, PartialEq)]
pub struct Stays {
    /// The step.
    pub step: StepPath,
    /// When it was done.
    pub done_at: Option<jiff::Timestamp>,
}

/// What becomes of a run's steps.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outlook {
    /// Nothing of them is different.
    pub kept: usize,
    /// Done, and defined otherwise now.
    pub stays: Vec<Stays>,
    /// Done, and to be done again by a person's word.
    pub again: Vec<StepPath>,
    /// In flight, and defined otherwise: they go on as they were begun.
    pub goes_on: Vec<StepPath>,
    /// Not begun or failed, and defined otherwise.
    pub changed: Vec<StepPath>,
    /// New, and their turn has come already.
    pub runs: Vec<StepPath>,
    /// New, and their turn comes.
    pub added: Vec<StepPath>,
    /// No longer in the runbook.
    pub removed: Vec<StepPath>,
    /// Answers that count no more: the gate, whose they are, because of which step.
    pub void: Vec<(StepPath, Vec<String>, Mark)>,
    /// Stages that were finished and are not any more.
    pub reopened: Vec<String>,
}

impl Outlook {
    /// From where the run stands to where it would stand by `wanted`, in which what is in flight may be defined otherwise.
    pub fn of(before: &RunState, after: &RunState, wanted: &Plan) -> Outlook {
        let mut outlook = Outlook::default();
        let compared = Redefined::of(before.plan(), wanted);
        for (id, _) in after.plan().iter() {
            let path = StepPath(after.plan().path(id));
            match before.find(&path) {
                None => outlook.new_step(after, id, path),
                Some(old) => {
                    outlook.void.extend(void(before, after, (old, id), &path));
                    let otherwise = compared.does_otherwise(old, id);
                    outlook.known_step((before, old), (after, id), path, otherwise);
                }
            }
        }
        let gone = before.plan().iter().map(|(id, _)| StepPath(before.plan().path(id)));
        outlook.removed = gone.filter(|path| after.find(path).is_none()).collect();
        let stages = (0..after.plan().stages.len()).map(StageId::from);
        let open = stages.filter(|id| after.stage_finished_at(*id).is_none());
        let names = open.map(|id| after.plan().stage(id).name.clone());
        outlook.reopened = names.filter(|name| was_finished(before, name)).collect();
        outlook
    }

    fn new_step(&mut self, after: &RunState, id: NodeId, path: StepPath) {
        match after.startable().contains(&id) {
            true => self.runs.push(path),
            false => self.added.push(path),
        }
    }

    fn known_step(
        &mut self,
        (before, old): (&RunState, NodeId),
        (after, new): (&RunState, NodeId),
        path: StepPath,
        otherwise: bool,
    ) {
        let (was, is) = (before.step(old), after.step(new));
        let is_step = after.plan().node(new).gate().is_none();
        if was.life.is_done() && !is.life.is_done() && is_step {
            self.again.push(path);
        } else if otherwise && matches!(was.life, Life::Running { .. }) {
            self.goes_on.push(path);
        } else if is.life.is_done() && is.outdated && otherwise {
            self.stays.push(Stays { step: path, done_at: is.finished_at });
        } else if otherwise && is_step {
            self.changed.push(path);
        } else {
            self.kept += 1;
        }
    }
}

fn void(
    before: &RunState,
    after: &RunState,
    (old, new): (NodeId, NodeId),
    path: &StepPath,
) -> Option<(StepPath, Vec<String>, Mark)> {
    let known = before.step(old).voided.len();
    let gone = &after.step(new).voided[known.min(after.step(new).voided.len())..];
    let asked = after.plan().node(new).gate().is_some()
        && matches!(before.step(old).life, Life::Open { .. } | Life::Succeeded { .. })
        && matches!(after.step(new).life, Life::Pending);
    let who = gone.iter().map(|voided| {
        let decision = &voided.decided.decision;
        decision.value.iter().cloned().chain([decision.by.by.to_string()]).collect::<Vec<_>>().join(" ")
    });
    let mark = gone.first().map(|voided| voided.mark.clone()).or_else(|| {
        asked.then(|| Mark { by: None, reason: String::new(), at: after.at().unwrap_or_default() })
    })?;
    Some((path.clone(), who.collect(), mark))
}

fn was_finished(before: &RunState, name: &str) -> bool {
    let stage = before.plan().stages.iter().position(|stage| stage.name == name).map(StageId::from);
    stage.is_some_and(|id| before.stage_finished_at(id).is_some())
}
