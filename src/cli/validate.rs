//! `validate`: every problem of runbooks, settings, roster and months, all at once.

use std::path::{Path, PathBuf};

use super::exit::{Exit, Failed};
use super::files::{months, one_project, runbooks, strange_months};
use super::neighbours::Neighbours;
use super::project::{Book, open, read_book, read_month, resolve_book, show_problems};
use super::session::Session;
use super::shelf::Shelf;
use crate::msg;
use crate::plan::project::Project;
use crate::plan::resolve::Request;
use crate::runbook::model::MonthFile;
use crate::runbook::{Problem, problems_json};

/// Validates these files, or the whole project that the command stands in.
pub(super) fn validate(session: &Session, files: &[PathBuf]) -> Result<Exit, Failed> {
    let (root, named) = one_project(session, files)?;
    validate_named(session, &root, &named, Tell::Order)
}

/// What is said when nothing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tell {
    /// That everything is in order.
    Order,
    /// Nothing: it was only a condition.
    Nothing,
}

/// Validates these files of the project at `root`; all when none is named.
pub(super) fn validate_named(
    session: &Session,
    root: &Path,
    named: &[String],
    tell: Tell,
) -> Result<Exit, Failed> {
    let mut opened = open(session, root);
    let runbooks = runbooks(&opened, named);
    let books: Vec<Book> = runbooks.iter().filter_map(|path| read_book(&mut opened.shelf, path)).collect();
    for name in strange_months(&opened.shelf) {
        opened.shelf.problems.push(Problem::unplaced(msg!("month-file-name", name = name)));
    }
    let months: Vec<MonthFile> =
        months(&opened.shelf).into_iter().filter_map(|month| read_month(&mut opened.shelf, month)).collect();
    if let Some(project) = &opened.project {
        let request = Request::check(session.today(Some(project)));
        let leaves_out = months.iter().find(|month| !month.skip.is_empty());
        let others = Neighbours::read(&mut opened.shelf, opened.roster_path.as_ref(), leaves_out);
        resolve_all(&mut opened.shelf, project, &books, &months, others.as_ref(), &request);
    }
    finish(session, &mut opened.shelf, runbooks.len(), tell)
}

fn finish(session: &Session, shelf: &mut Shelf, count: usize, tell: Tell) -> Result<Exit, Failed> {
    let mut seen: Vec<Problem> = Vec::new();
    for problem in std::mem::take(&mut shelf.problems) {
        if !seen.contains(&problem) {
            seen.push(problem);
        }
    }
    shelf.problems = seen;
    if tell == Tell::Order
        && session.json
        && shelf.problems.iter().all(|p| p.severity == crate::runbook::Severity::Warning)
    {
        session.output.result(&problems_json(&shelf.problems, &shelf.sources, session.lang).to_string());
    }
    show_problems(session, shelf)?;
    if tell == Tell::Order && !session.json {
        session.output.result(&session.say(&msg!("validated", count = count)));
    }
    Ok(Exit::Done)
}

/// Each runbook as it stands, and with what every month file says.
fn resolve_all(
    shelf: &mut Shelf,
    project: &Project,
    books: &[Book],
    months: &[MonthFile],
    neighbours: Option<&Neighbours>,
    request: &Request,
) {
    // Mistakes of a request are not the files' mistakes: nothing was asked for here.
    for book in books {
        let _ = resolve_book(shelf, project, book, None, None, request);
    }
    for month in months {
        let asked = Request { month: Some(month.month), ..request.clone() };
        for book in books {
            let _ = resolve_book(shelf, project, book, Some(month), neighbours, &asked);
        }
    }
}
