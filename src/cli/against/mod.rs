//! `validate --against`: what changed since a revision, in words.

mod git;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use self::git::Revision;
use super::exit::{Exit, Failed};
use super::files::{months, one_project, runbooks};
use super::neighbours::Neighbours;
use super::planning::pretty;
use super::project::{Book, Opened, includes, open, open_shelf, read_book, read_month, resolve_book};
use super::session::Session;
use super::shelf::Shelf;
use super::validate::{Tell, validate_named};
use crate::msg;
use crate::plan::Plan;
use crate::plan::diff::{self, Change, Side};
use crate::plan::resolve::{Files, Request, accounting_month};
use crate::runbook::Severity;
use crate::time::Month;
use crate::words::{Explain, Msg};

/// What changed in one runbook; in the project around all of them, when it has no name.
struct Part {
    runbook: Option<String>,
    /// Only in this month.
    month: Option<Month>,
    changes: Vec<Change>,
}

/// A state of the project.
struct State {
    opened: Opened,
    /// Its name for people.
    name: String,
}

/// Tells what changed in these runbooks, in all when none is named, since `revision`.
pub(super) fn against(session: &Session, files: &[PathBuf], revision: &str) -> Result<Exit, Failed> {
    let (root, named) = one_project(session, files)?;
    let tree = Revision::open(&root, revision).map_err(|why| Failed::usage(why.explain()))?;
    validate_named(session, &root, &named, Tell::Nothing)?;
    let name = crate::words::one_line(revision, 80);
    let was = open_shelf(session, &root, Shelf::of(Box::new(tree)));
    let mut was = State { opened: was, name };
    let mut now = State { opened: open(session, &root), name: String::new() };
    sound(session, &was, None)?;
    let mut parts = Vec::new();
    if let (Some(before), Some(after)) = (&was.opened.project, &now.opened.project) {
        parts.push(Part { runbook: None, month: None, changes: diff::projects(before, after) });
    }
    let mut lines = Vec::new();
    for path in paths(&mut was, &mut now, &named) {
        match (was.opened.shelf.has(&path), now.opened.shelf.has(&path)) {
            (true, true) => parts.extend(compare(session, &mut was, &mut now, &path)?),
            (false, _) => {
                lines.push(("runbook_added", path.clone(), msg!("diff-runbook-added", path = path)));
            }
            (true, false) => {
                lines.push(("runbook_removed", path.clone(), msg!("diff-runbook-removed", path = path)));
            }
        }
    }
    parts.retain(|part| !part.changes.is_empty());
    let text =
        if session.json { json(session, &parts, &lines) } else { words(session, &parts, &lines, &was.name) };
    session.output.result(&text);
    Ok(Exit::Done)
}

/// The runbooks that either state has, without those that others include: their changes are told there.
fn paths(was: &mut State, now: &mut State, named: &[String]) -> Vec<String> {
    if !named.is_empty() {
        return runbooks(&now.opened, named);
    }
    let mut all = BTreeSet::new();
    let mut inner = BTreeSet::new();
    for state in [was, now] {
        for path in runbooks(&state.opened, &[]) {
            let before = state.opened.shelf.problems.len();
            if let Some(book) = read_book(&mut state.opened.shelf, &path) {
                inner.extend(includes(&book.runbook, &path).into_iter().filter(|other| *other != path));
            }
            // They are told when it comes to this runbook.
            state.opened.shelf.problems.truncate(before);
            all.insert(path);
        }
    }
    all.into_iter().filter(|path| !inner.contains(path)).collect()
}

/// Of a state with mistakes nothing can be told.
fn sound(session: &Session, state: &State, runbook: Option<&str>) -> Result<(), Failed> {
    let shelf = &state.opened.shelf;
    let Some(first) = shelf.problems.iter().find(|problem| problem.severity == Severity::Error) else {
        return Ok(());
    };
    let place = first.span.map(|span| {
        let (line, _) = shelf.sources.position(span);
        format!("{}:{line}: ", shelf.sources.path(span.file).display())
    });
    let problem = format!("{}{}", place.unwrap_or_default(), session.say(&first.message));
    let path = runbook.unwrap_or(super::project::SETTINGS);
    let message = msg!("diff-was-invalid", path = path, revision = &state.name, problem = problem);
    Err(Failed::new(Exit::Invalid, message))
}

/// What changed in the runbook at `path`: in this month, and what other months' own files say otherwise now.
fn compare(session: &Session, was: &mut State, now: &mut State, path: &str) -> Result<Vec<Part>, Failed> {
    let (before, after) = (read_book(&mut was.opened.shelf, path), read_book(&mut now.opened.shelf, path));
    sound(session, was, Some(path))?;
    let (Some(before), Some(after)) = (before, after) else { return Ok(Vec::new()) };
    let request = Request::check(session.today(now.opened.project.as_ref()));
    let present = accounting_month(&after.runbook, &after.included, &request)
        .map_err(|mistake| Failed::usage(mistake.explain()))?;
    let mut parts = Vec::new();
    for month in [present].into_iter().chain(other_months(was, now, present)) {
        // The file of a month to come is read as in that month.
        let today = request.today.max(month.first());
        let request = Request { month: Some(month), today, ..request.clone() };
        let old = resolved(session, was, &before, &request)?;
        sound(session, was, Some(path))?;
        let new = resolved(session, now, &after, &request)?;
        let (Some(old), Some(new)) = (old, new) else { continue };
        let mut changes = all_changes(was, now, &old, &new);
        if month != present {
            changes.retain(Change::is_of_the_month);
        }
        let month = (month != present).then_some(month);
        parts.push(Part { runbook: Some(new.run.runbook.clone()), month, changes });
    }
    Ok(parts)
}

/// Months beside the present one whose own file says something else now.
fn other_months(was: &State, now: &State, present: Month) -> Vec<Month> {
    let (was, now) = (&was.opened.shelf, &now.opened.shelf);
    let mut all: Vec<Month> = months(was).into_iter().chain(months(now)).collect();
    all.sort();
    all.dedup();
    let text = |shelf: &Shelf, month: Month| Files::read(shelf, &format!("months/{month}.yaml"));
    all.retain(|month| *month != present && text(was, *month) != text(now, *month));
    all
}

fn resolved(
    session: &Session,
    state: &mut State,
    book: &Book,
    request: &Request,
) -> Result<Option<Plan>, Failed> {
    let opened = &mut state.opened;
    let Some(project) = &opened.project else { return Ok(None) };
    let month = request.month.and_then(|month| read_month(&mut opened.shelf, month));
    let month = month.as_ref();
    let others = Neighbours::read(&mut opened.shelf, opened.roster_path.as_ref(), month);
    resolve_book(&mut opened.shelf, project, book, month, others.as_ref(), request).map_err(|mistakes| {
        let why: Vec<String> = mistakes.iter().map(|mistake| session.say(&mistake.explain())).collect();
        Failed::usage(msg!("diff-request", why = why.join(" ")))
    })
}

fn all_changes(was: &State, now: &State, old: &Plan, new: &Plan) -> Vec<Change> {
    let (Some(before), Some(after)) = (&was.opened.project, &now.opened.project) else { return Vec::new() };
    let mut changes = diff::plans(old, new, &after.zone);
    changes.extend(diff::sources(
        Side { plan: old, project: before, read: &|path| Files::read(&was.opened.shelf, path) },
        Side { plan: new, project: after, read: &|path| Files::read(&now.opened.shelf, path) },
    ));
    changes
}

/// One line a change; below the runbook's name where several have changed.
fn words(session: &Session, parts: &[Part], lines: &[(&str, String, Msg)], revision: &str) -> String {
    let mut text: Vec<String> = lines.iter().map(|(_, _, line)| session.say(line)).collect();
    let runbooks: BTreeSet<&String> = parts.iter().filter_map(|part| part.runbook.as_ref()).collect();
    let mut heading = None;
    for part in parts {
        let named = part.runbook.as_ref().filter(|_| runbooks.len() > 1);
        if named.is_some() && named != heading {
            text.extend(named.map(|name| format!("{name}:")));
        }
        heading = named;
        let margin = if named.is_some() { "  " } else { "" };
        for line in diff::tell(&part.changes) {
            let line = match part.month {
                Some(month) => msg!("diff-month", month = month.to_string(), change = line),
                None => line,
            };
            text.push(format!("{margin}{}", crate::words::printable(&session.say(&line))));
        }
    }
    if text.is_empty() {
        return session.say(&msg!("diff-nothing", revision = revision));
    }
    text.join("\n")
}

/// Every change as an object: what it is, in which runbook and month, and its sentence.
fn json(session: &Session, parts: &[Part], lines: &[(&str, String, Msg)]) -> String {
    let whole = lines.iter().map(
        |(change, path, line)| serde_json::json!({"change": change, "path": path, "text": session.say(line)}),
    );
    let each = parts.iter().flat_map(|part| {
        part.changes.iter().map(move |change| {
            let mut value = serde_json::to_value(change).unwrap_or_default();
            if let Value::Object(fields) = &mut value {
                fields.insert("runbook".to_owned(), part.runbook.clone().into());
                fields.insert("month".to_owned(), part.month.map(|month| month.to_string()).into());
                fields.insert("text".to_owned(), session.say(&change.explain()).into());
            }
            value
        })
    });
    pretty(&Value::Array(whole.chain(each).collect()))
}
