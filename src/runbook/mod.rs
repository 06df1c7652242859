//! Text to [`Runbook`]: files as a person wrote them, with the place of every word, and every mistake that can be
//! seen without looking at other files. Pure: files come in as text.
//!
//! ```text
//! bytes ─ text ─▶ str ─ yaml ─▶ Node ─ grammar::check ─▶ Node ─ decode ─▶ Runbook ─ sense ─▶ Runbook
//!                                         │                                           │
//!                    grammar::schema ◀─ tables                problems ─ render ─▶ what a person reads
//! ```
//!
//! `grammar` is the language as data; `check` reports everything that does not fit it, so that `decode` need not;
//! `sense` reports what fits and yet makes none.

mod decode;
pub mod grammar;
pub mod layout;
pub mod model;
pub mod problem;
pub mod render;
mod sense;
pub mod text;
pub mod yaml;

pub use grammar::{Kind, schema};
pub use model::{Runbook, Step, Verb};
pub use problem::{FileId, Problem, Severity, Sources, Span, Spanned};
pub use render::{problems_json, render_problems};
pub use text::take_file;

use crate::time::Month;
use model::{MonthFile, Roster, Settings};
use yaml::Node;

/// Of so many problems a file has, more are only counted.
const MOST_PROBLEMS: usize = 1_000;

/// The runbook in `file`. What is wrong goes to `problems`: only when no error is among them may it be relied on;
/// otherwise it holds what could be read, so that more can be checked. `None` when nothing could be.
pub fn read_runbook(sources: &Sources, file: FileId, problems: &mut Vec<Problem>) -> Option<Runbook> {
    counted(sources, file, problems, |problems| {
        let tree = tree(sources, file, Kind::Runbook, problems)?;
        let runbook = decode::runbook(&tree);
        sense::runbook(&runbook, &tree, problems);
        Some(runbook)
    })
}

/// The settings in `file`, with those in `overlay` merged over them; otherwise like [`read_runbook`].
pub fn read_settings(
    sources: &Sources,
    file: FileId,
    overlay: Option<FileId>,
    problems: &mut Vec<Problem>,
) -> Option<Settings> {
    counted(sources, file, problems, |problems| {
        let base = yaml::parse(sources, file, problems);
        let over = overlay.and_then(|overlay| yaml::parse(sources, overlay, problems));
        let tree = match over {
            Some(over) => grammar::merge(base?, over, Kind::Project.shape()),
            None => base?,
        };
        let settings = decode::settings(&checked(tree, Kind::Project, problems)?);
        sense::settings(&settings, problems);
        Some(settings)
    })
}

/// The roster in `file`; otherwise like [`read_runbook`].
pub fn read_roster(sources: &Sources, file: FileId, problems: &mut Vec<Problem>) -> Option<Roster> {
    counted(sources, file, problems, |problems| {
        let roster = decode::roster(&tree(sources, file, Kind::Roster, problems)?);
        sense::roster(&roster, problems);
        Some(roster)
    })
}

/// What is different in `month`, from `file`; otherwise like [`read_runbook`].
pub fn read_month(
    sources: &Sources,
    file: FileId,
    month: Month,
    problems: &mut Vec<Problem>,
) -> Option<MonthFile> {
    counted(sources, file, problems, |problems| {
        let month = decode::month(&tree(sources, file, Kind::Month, problems)?, month);
        sense::month(&month, problems);
        Some(month)
    })
}

/// The tree of a file of this kind.
fn tree(sources: &Sources, file: FileId, kind: Kind, problems: &mut Vec<Problem>) -> Option<Node> {
    checked(yaml::parse(sources, file, problems)?, kind, problems)
}

/// The tree, checked against the grammar, if it is a map at all.
fn checked(tree: Node, kind: Kind, problems: &mut Vec<Problem>) -> Option<Node> {
    grammar::check(&tree, kind.shape(), problems);
    matches!(tree.value, yaml::Value::Map(_)).then_some(tree)
}

/// Adds what `read` finds wrong to `problems`, at most [`MOST_PROBLEMS`] and the number of the others.
fn counted<T>(
    sources: &Sources,
    file: FileId,
    problems: &mut Vec<Problem>,
    read: impl FnOnce(&mut Vec<Problem>) -> T,
) -> T {
    let mut found = Vec::new();
    let result = read(&mut found);
    let others = found.len().saturating_sub(MOST_PROBLEMS);
    problems.extend(found.into_iter().take(MOST_PROBLEMS));
    if others > 0 {
        let path = text::visible(&sources.path(file).to_string_lossy(), 300);
        problems.push(Problem::unplaced(crate::msg!("problem-more", path = path, count = others)));
    }
    result
}
