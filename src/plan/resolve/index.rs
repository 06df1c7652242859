//! Steps by name.

use std::collections::HashMap;

/// Stages, steps and groups of steps by their names.
#[derive(Debug, Default)]
pub(super) struct Index {
    stages: HashMap<String, usize>,
    names: HashMap<String, Vec<(usize, usize)>>,
    groups: HashMap<String, Vec<(usize, Vec<usize>)>>,
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// One step, or all of a group.
    Steps(Vec<usize>),
    /// Nothing.
    Unknown,
    /// Steps of several stages.
    Ambiguous(Vec<usize>),
}

impl Index {
    /// A stage; the first of two with the same name stays.
    pub(super) fn add_stage(&mut self, name: &str, stage: usize) {
        self.stages.entry(name.to_owned()).or_insert(stage);
    }

    /// A step; answers the one that has the name in this stage already.
    pub(super) fn add(&mut self, stage: usize, name: &str, step: usize) -> Option<usize> {
        let entry = self.names.entry(name.to_owned()).or_default();
        let first = entry.iter().find(|(of, _)| *of == stage).map(|(_, step)| *step);
        if first.is_none() {
            entry.push((stage, step));
        }
        first
    }

    /// One step more of a group.
    pub(super) fn add_to_group(&mut self, stage: usize, group: &str, step: usize) {
        let entry = self.groups.entry(group.to_owned()).or_default();
        match entry.iter_mut().find(|(of, _)| *of == stage) {
            Some((_, steps)) => steps.push(step),
            None => entry.push((stage, vec![step])),
        }
    }

    /// What `name` or `stage/name` stands for, seen from `stage` (its own steps go first).
    pub(super) fn find(&self, from: Option<usize>, name: &str) -> Found {
        if let Some((stage, step)) = name.split_once('/') {
            return match self.stages.get(stage) {
                Some(stage) => self.within(*stage, step).map_or(Found::Unknown, Found::Steps),
                None => Found::Unknown,
            };
        }
        if let Some(own) = from.and_then(|stage| self.within(stage, name)) {
            return Found::Steps(own);
        }
        let single = self.names.get(name).into_iter().flatten().map(|(stage, _)| *stage);
        let grouped = self.groups.get(name).into_iter().flatten().map(|(stage, _)| *stage);
        let mut stages: Vec<usize> = single.chain(grouped).collect();
        stages.sort_unstable();
        stages.dedup();
        match stages.as_slice() {
            [] => Found::Unknown,
            [only] => self.within(*only, name).map_or(Found::Unknown, Found::Steps),
            _ => Found::Ambiguous(stages),
        }
    }

    fn within(&self, stage: usize, name: &str) -> Option<Vec<usize>> {
        let single = self.names.get(name).into_iter().flatten();
        if let Some((_, step)) = single.into_iter().find(|(of, _)| *of == stage) {
            return Some(vec![*step]);
        }
        let mut groups = self.groups.get(name).into_iter().flatten();
        groups.find(|(of, _)| *of == stage).map(|(_, steps)| steps.clone())
    }

    /// All names that could have been meant.
    pub(super) fn known(&self) -> impl Iterator<Item = &str> {
        self.names.keys().chain(self.groups.keys()).map(String::as_str)
    }

    /// The stage of that name.
    pub(super) fn stage(&self, name: &str) -> Option<usize> {
        self.stages.get(name).copied()
    }

    /// All stage names.
    pub(super) fn known_stages(&self) -> impl Iterator<Item = &str> {
        self.stages.keys().map(String::as_str)
    }
}
