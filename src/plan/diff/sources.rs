//! Files that steps use: SQL, and programs of the project.

use std::collections::{BTreeMap, BTreeSet};

use super::Change;
use super::text::first_difference;
use crate::plan::project::{Means, Project};
use crate::plan::template::{Scope, render};
use crate::plan::{Check, Command, Evidence, Node, Plan, SqlText, Subject, Template, Wait, Work};

/// A plan with its project and the way to its files.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The project.
    pub project: &'a Project,
    /// The text of a file of the project, if there is one.
    pub read: &'a dyn Fn(&str) -> Option<String>,
}

/// Files that both sides use and that say something else now. A file that only one side uses is told by its step.
pub fn sources(before: Side<'_>, after: Side<'_>) -> Vec<Change> {
    let (was, is) = (used(before), used(after));
    let mut changes = Vec::new();
    for (path, steps) in is.into_iter().filter(|(path, _)| was.contains_key(path)) {
        let (Some(old), Some(new)) = ((before.read)(&path), (after.read)(&path)) else { continue };
        if old != new {
            let (line, _, _) = first_difference(&old, &new);
            changes.push(Change::File { path, line, steps: steps.into_iter().collect() });
        }
    }
    changes
}

/// The files that steps name, and which steps.
fn used(side: Side<'_>) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (id, node) in side.plan.iter() {
        for path in files_of(side, node) {
            found.entry(path).or_default().insert(side.plan.path(id));
        }
    }
    found
}

fn files_of(side: Side<'_>, node: &Node) -> Vec<String> {
    let mut scope = Scope::of(side.plan, node, side.plan.month().next().first());
    scope.batch = render(&node.batch, &scope).ok();
    let mut names: Vec<&Template> = Vec::new();
    match &node.work {
        Work::Flow { flow, platform, .. }
        | Work::Follow { flow, platform }
        | Work::ForcePass { flow, platform } => {
            let Ok(name) = render(flow, &scope) else { return Vec::new() };
            scope = scope.with("flow", name);
            let actions = side.project.platforms.get(platform).map(|platform| platform.actions.values());
            for action in actions.into_iter().flatten() {
                match &action.means {
                    Means::Sql { text, .. } => names.extend(file(text)),
                    Means::Run(command) => names.extend(words(command)),
                    Means::Http(_) => {}
                }
            }
        }
        Work::Run { command, .. } => names.extend(words(command)),
        Work::Sql { text, .. } | Work::Wait { what: Wait::Sql { text, .. }, .. } => names.extend(file(text)),
        Work::Check { items, .. } => names.extend(items.iter().filter_map(checked)),
        Work::Gate(gate) => names.extend(gate.show.iter().filter_map(shown)),
        Work::Load(_) | Work::Wait { .. } | Work::Mail(_) | Work::Http(_) | Work::Later { .. } => {}
    }
    // A path that is only known while it runs names no file yet.
    names.into_iter().filter_map(|name| render(name, &scope).ok()).collect()
}

fn file(text: &SqlText) -> Option<&Template> {
    match text {
        SqlText::File(path) => Some(path),
        SqlText::Text(_) => None,
    }
}

/// Any word of a program may be a file of the project; which are shows when they are read.
fn words(command: &Command) -> &[Template] {
    match command {
        Command::Program(words) => words,
        Command::Shell(_) => &[],
    }
}

fn checked(check: &Check) -> Option<&Template> {
    match &check.subject {
        Subject::Value { text, .. } => file(text),
        Subject::Table { .. } | Subject::Exists(_) => None,
    }
}

fn shown(evidence: &Evidence) -> Option<&Template> {
    match evidence {
        Evidence::Sql { text, .. } => file(text),
        Evidence::File(_) | Evidence::Run(_) | Evidence::Step(_) => None,
    }
}
