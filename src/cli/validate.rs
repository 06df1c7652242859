//! `validate`: every problem of runbooks, settings, roster and months, all at once.

use std::path::{Path, PathBuf};

use super::exit::{Exit, Failed};
use super::project::{
    Book, SETTINGS, find_root, locate, open, read_book, read_month, resolve_book, show_problems,
};
use super::session::Session;
use super::shelf::Shelf;
use crate::msg;
use crate::plan::project::Project;
use crate::plan::resolve::Request;
use crate::runbook::model::MonthFile;
use crate::runbook::{Problem, problems_json};
use crate::time::Month;

/// Validates these files, or the whole project that the command stands in.
pub(super) fn validate(session: &Session, files: &[PathBuf]) -> Result<Exit, Failed> {
    let located = files.iter().map(|file| locate(session, file)).collect::<Result<Vec<_>, _>>()?;
    let root = match located.first() {
        Some((root, _)) => root.clone(),
        None => find_root(&session.directory),
    };
    if let Some((other, path)) = located.iter().find(|(other, _)| *other != root) {
        let path = other.join(path).display().to_string();
        return Err(Failed::usage(msg!("usage-two-projects", path = path)));
    }
    let mut opened = open(session, &root);
    let named: Vec<String> = located.into_iter().map(|(_, path)| path).collect();
    let runbooks = if named.is_empty() { all_runbooks(&root) } else { named };
    let roster = opened.roster_path.clone();
    let runbooks: Vec<String> =
        runbooks.into_iter().filter(|path| is_runbook(path) && Some(path) != roster.as_ref()).collect();
    let books: Vec<Book> = runbooks.iter().filter_map(|path| read_book(&mut opened.shelf, path)).collect();
    for name in strange_months(&root) {
        opened.shelf.problems.push(Problem::unplaced(msg!("month-file-name", name = name)));
    }
    let months: Vec<MonthFile> =
        months(&root).into_iter().filter_map(|month| read_month(&mut opened.shelf, month)).collect();
    if let Some(project) = &opened.project {
        let request = Request::check(session.today(Some(project)));
        resolve_all(&mut opened.shelf, project, &books, &months, &request);
    }
    finish(session, &mut opened.shelf, runbooks.len())
}

fn finish(session: &Session, shelf: &mut Shelf, count: usize) -> Result<Exit, Failed> {
    let mut seen: Vec<Problem> = Vec::new();
    for problem in std::mem::take(&mut shelf.problems) {
        if !seen.contains(&problem) {
            seen.push(problem);
        }
    }
    shelf.problems = seen;
    if session.json && shelf.problems.iter().all(|p| p.severity == crate::runbook::Severity::Warning) {
        session.output.result(&problems_json(&shelf.problems, &shelf.sources, session.lang).to_string());
    }
    show_problems(session, shelf)?;
    if !session.json {
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
    request: &Request,
) {
    // Mistakes of a request are not the files' mistakes: nothing was asked for here.
    for book in books {
        let _ = resolve_book(shelf, project, book, None, request);
    }
    for month in months {
        let asked = Request { month: Some(month.month), ..request.clone() };
        let mut unknown_everywhere: Option<Vec<Problem>> = None;
        for book in books {
            let before = std::mem::take(&mut shelf.problems);
            let _ = resolve_book(shelf, project, book, Some(month), &asked);
            let (unknown, others) = std::mem::replace(&mut shelf.problems, before)
                .into_iter()
                .partition::<Vec<_>, _>(|problem| problem.message.id == "plan-month-step-unknown");
            shelf.problems.extend(others);
            // A month file speaks of all runbooks: a step is unknown when none of them has it.
            unknown_everywhere = Some(match unknown_everywhere {
                None => unknown,
                Some(so_far) => {
                    so_far.into_iter().filter(|p| unknown.iter().any(|q| q.span == p.span)).collect()
                }
            });
        }
        shelf.problems.extend(unknown_everywhere.unwrap_or_default());
    }
}

fn is_runbook(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let settings = name == SETTINGS || (name.starts_with("monthstart.") && has_ending(name, "yaml"));
    !settings && !path.starts_with("months/")
}

/// Every YAML file in the project's own folder.
fn all_runbooks(root: &Path) -> Vec<String> {
    let mut names = names_in(root);
    names.retain(|name| has_yaml_ending(name));
    names
}

fn has_ending(name: &str, ending: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == ending)
}

fn has_yaml_ending(name: &str) -> bool {
    !name.starts_with('.') && (has_ending(name, "yaml") || has_ending(name, "yml"))
}

fn months(root: &Path) -> Vec<Month> {
    let names = names_in(&root.join("months"));
    names.iter().filter_map(|name| name.strip_suffix(".yaml")?.parse().ok()).collect()
}

/// Files among the months whose names are no months: nobody would ever read them.
fn strange_months(root: &Path) -> Vec<String> {
    let mut names = names_in(&root.join("months"));
    let month = |name: &str| name.strip_suffix(".yaml").is_some_and(|stem| stem.parse::<Month>().is_ok());
    names.retain(|name| has_yaml_ending(name) && !month(name));
    names.into_iter().map(|name| crate::words::one_line(&name, 80)).collect()
}

fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    names
}
