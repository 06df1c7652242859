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

/// The runbook in `file`. What is wrong goes to `problems`: only when no error is among them may it be relied on;
/// otherwise it holds what could be read, so that more can be checked. `None` when nothing could be.
pub fn read_runbook(sources: &Sources, file: FileId, problems: &mut Vec<Problem>) -> Option<Runbook> {
    let tree = read(sources, file, Kind::Runbook, problems)?;
    let runbook = decode::runbook(&tree);
    sense::runbook(&runbook, &tree, problems);
    Some(runbook)
}

/// The settings in `file`, with those in `overlay` merged over them; otherwise like [`read_runbook`].
pub fn read_settings(
    sources: &Sources,
    file: FileId,
    overlay: Option<FileId>,
    problems: &mut Vec<Problem>,
) -> Option<Settings> {
    let base = yaml::parse(sources, file, problems);
    let over = overlay.map(|overlay| yaml::parse(sources, overlay, problems));
    let shape = Kind::Project.shape();
    let tree = match over {
        Some(over) => grammar::merge(base?, over?, shape),
        None => base?,
    };
    grammar::check(&tree, shape, problems);
    let settings = decode::settings(&tree);
    sense::settings(&settings, problems);
    Some(settings)
}

/// The roster in `file`; otherwise like [`read_runbook`].
pub fn read_roster(sources: &Sources, file: FileId, problems: &mut Vec<Problem>) -> Option<Roster> {
    let roster = decode::roster(&read(sources, file, Kind::Roster, problems)?);
    sense::roster(&roster, problems);
    Some(roster)
}

/// What is different in `month`, from `file`; otherwise like [`read_runbook`].
pub fn read_month(
    sources: &Sources,
    file: FileId,
    month: Month,
    problems: &mut Vec<Problem>,
) -> Option<MonthFile> {
    let month = decode::month(&read(sources, file, Kind::Month, problems)?, month);
    sense::month(&month, problems);
    Some(month)
}

/// The tree of a file of this kind, checked against the grammar.
fn read(sources: &Sources, file: FileId, kind: Kind, problems: &mut Vec<Problem>) -> Option<Node> {
    let tree = yaml::parse(sources, file, problems)?;
    grammar::check(&tree, kind.shape(), problems);
    matches!(tree.value, yaml::Value::Map(_)).then_some(tree)
}
