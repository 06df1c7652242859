//! What other runbooks of the project have, by name.

use super::expand::group_name;
use crate::runbook::model::{Runbook, Stage, Step, Verb};

/// The project's other runbooks as they are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Others<'a>(pub(super) &'a [&'a Runbook]);

impl<'a> Others<'a> {
    /// Does one of them have `step` or `stage/step`?
    pub(super) fn have(self, path: &str) -> bool {
        let (stage, name) = path.split_once('/').map_or((None, path), |(stage, name)| (Some(stage), name));
        self.stages()
            .filter(|known| stage.is_none_or(|stage| known.name.value == stage))
            .flat_map(steps)
            .filter_map(written)
            .any(|written| becomes(written, name))
    }

    /// Their stages' names.
    pub(super) fn stage_names(self) -> impl Iterator<Item = &'a str> {
        self.stages().map(|stage| stage.name.value.as_str())
    }

    /// Their steps' names as they are written.
    pub(super) fn step_names(self) -> impl Iterator<Item = &'a str> {
        self.stages().flat_map(steps).filter_map(written)
    }

    fn stages(self) -> impl Iterator<Item = &'a Stage> {
        self.0.iter().flat_map(|book| &book.stages)
    }
}

fn steps(stage: &Stage) -> impl Iterator<Item = &Step> {
    stage.ready.iter().chain(stage.levels.iter().flat_map(|(_, steps)| steps)).chain(&stage.verify)
}

fn written(step: &Step) -> Option<&str> {
    match (&step.name, &step.verb.value) {
        (Some(name), _) => Some(name),
        (None, Verb::Flow { flow, .. } | Verb::Follow(flow) | Verb::ForcePass(flow)) => Some(flow),
        (None, _) => None,
    }
}

/// May the name that is written become `name`? A template may become anything that begins as it does; the steps of a
/// `for_each` have a name together too.
fn becomes(written: &str, name: &str) -> bool {
    match written.split_once("{{") {
        Some((before, _)) => name.starts_with(before) || name == group_name(written),
        None => name == written,
    }
}
