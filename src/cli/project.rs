//! From a folder to a [`Project`] and from a file to a [`Plan`]: finds, reads, resolves; collects every problem.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::exit::{Exit, Failed, What};
use super::neighbours::Neighbours;
use super::session::Session;
use super::shelf::Shelf;
use crate::msg;
use crate::plan::project::Project;
use crate::plan::resolve::{self, Files, Input, Request};
use crate::plan::{Plan, resolve::join};
use crate::run::Origin;
use crate::runbook::model::{MonthFile, Roster, Runbook};
use crate::runbook::{self, Problem, Severity, problems_json, render_problems};
use crate::time::Month;
use crate::words::{Explain, Lang};

/// The name of the settings' file.
pub(super) const SETTINGS: &str = "monthstart.yaml";

/// A project with the files that it was read from.
pub(super) struct Opened {
    /// The files.
    pub shelf: Shelf,
    /// The project; `None` where its settings cannot be read.
    pub project: Option<Project>,
    /// Its roster's file, where it names one.
    pub roster_path: Option<String>,
}

/// The project's folder for something at `near`: the nearest one upwards that holds settings, else `near` itself.
pub(super) fn find_root(near: &Path) -> PathBuf {
    near.ancestors().find(|folder| folder.join(SETTINGS).is_file()).unwrap_or(near).to_path_buf()
}

/// The language that the settings at `root` name. What is wrong with them is told when they are really read.
pub(super) fn spoken_at(root: &Path) -> Option<Lang> {
    let mut shelf = Shelf::new(root.to_path_buf(), root.to_path_buf());
    let file = shelf.has(SETTINGS).then(|| shelf.take(SETTINGS)).flatten()?;
    let settings = runbook::read_settings(&shelf.sources, file, None, &mut shelf.problems)?;
    Lang::from_tag(&settings.language?.value)
}

/// Reads settings, overlay and roster of the project at `root`.
pub(super) fn open(session: &Session, root: &Path) -> Opened {
    open_shelf(session, root, Shelf::new(root.to_path_buf(), session.directory.clone()))
}

/// The same from a shelf that is empty yet.
pub(super) fn open_shelf(session: &Session, root: &Path, mut shelf: Shelf) -> Opened {
    let settings = read_settings(session, &mut shelf);
    let roster = settings.as_ref().and_then(|settings| read_roster(&mut shelf, settings));
    let roster_path = settings.as_ref().and_then(|settings| join("", settings.roster.as_ref()?));
    let project = settings.and_then(|settings| {
        // To ask the machine takes longer than all else here.
        let machine = match settings.timezone {
            Some(_) => TimeZone::UTC,
            None => TimeZone::system(),
        };
        resolve::resolve_project(
            &settings,
            roster.as_ref(),
            root,
            machine,
            &shelf.sources,
            &mut shelf.problems,
        )
    });
    Opened { shelf, project, roster_path }
}

fn read_settings(session: &Session, shelf: &mut Shelf) -> Option<crate::runbook::model::Settings> {
    let base = if shelf.has(SETTINGS) {
        shelf.take(SETTINGS)?
    } else {
        shelf.take_text(SETTINGS, "connections: {}\n")
    };
    let overlay = match session.profile() {
        Some(profile) => Some(shelf.take(&format!("monthstart.{profile}.yaml"))?),
        None => None,
    };
    runbook::read_settings(&shelf.sources, base, overlay, &mut shelf.problems)
}

fn read_roster(shelf: &mut Shelf, settings: &crate::runbook::model::Settings) -> Option<Roster> {
    let named = settings.roster.as_ref()?;
    let Some(path) = join("", named) else {
        shelf.problems.push(Problem::error(named.span, msg!("file-outside", path = &named.value)));
        return None;
    };
    if !shelf.has(&path) {
        shelf.problems.push(Problem::error(named.span, msg!("file-missing", path = &named.value)));
        return None;
    }
    let file = shelf.take(&path)?;
    runbook::read_roster(&shelf.sources, file, &mut shelf.problems)
}

/// A runbook with all that it includes.
#[derive(Debug)]
pub(super) struct Book {
    /// The file that was asked for.
    pub runbook: Runbook,
    /// What can be reached from it.
    pub included: Vec<Runbook>,
}

/// Reads the runbook at `path` (relative to the project) and what it includes.
pub(super) fn read_book(shelf: &mut Shelf, path: &str) -> Option<Book> {
    let file = shelf.take(path)?;
    let runbook = runbook::read_runbook(&shelf.sources, file, &mut shelf.problems)?;
    let mut included = Vec::new();
    let mut known = vec![path.to_owned()];
    let mut wanted = includes(&runbook, path);
    while let Some(next) = wanted.pop() {
        if known.contains(&next) || !shelf.has(&next) {
            continue;
        }
        known.push(next.clone());
        let Some(file) = shelf.take(&next) else { continue };
        if let Some(runbook) = runbook::read_runbook(&shelf.sources, file, &mut shelf.problems) {
            wanted.extend(includes(&runbook, &next));
            included.push(runbook);
        }
    }
    Some(Book { runbook, included })
}

/// The files that the runbook at `path` includes itself.
pub(super) fn includes(runbook: &Runbook, path: &str) -> Vec<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    runbook.include.iter().filter_map(|include| join(folder, include)).collect()
}

/// The file of what is different in `month`, if there is one.
pub(super) fn read_month(shelf: &mut Shelf, month: Month) -> Option<MonthFile> {
    let path = format!("months/{month}.yaml");
    if !shelf.has(&path) {
        return None;
    }
    let file = shelf.take(&path)?;
    runbook::read_month(&shelf.sources, file, month, &mut shelf.problems)
}

/// A plan, and the project around it.
pub(super) struct Planned {
    /// The project.
    pub project: Project,
    /// The plan.
    pub plan: Plan,
    /// What it was made from.
    pub origin: Origin,
}

/// Reads and resolves everything for a run of `runbook`, and refuses it as a whole when anything is wrong.
pub(super) fn plan(
    session: &Session,
    file: &Path,
    asked: &super::args::What,
    shadow: bool,
) -> Result<Planned, Failed> {
    let (root, path) = locate(session, file)?;
    let month = asked.month.as_deref().map(read_month_word).transpose()?;
    let given = asked.params.iter().map(|text| read_pair(text)).collect::<Result<Vec<_>, _>>()?;
    plan_at(session, &root, Origin { file: path, given }, (month, shadow))
}

/// The same for a file of the project at `root`.
pub(super) fn plan_at(
    session: &Session,
    root: &Path,
    origin: Origin,
    (month, shadow): (Option<Month>, bool),
) -> Result<Planned, Failed> {
    let mut opened = open(session, root);
    let book = read_book(&mut opened.shelf, &origin.file);
    let today = session.today(opened.project.as_ref());
    let request = Request { shadow, ..Request::run(month, origin.given.clone(), today) };
    let plan = match (&opened.project, &book) {
        (Some(project), Some(book)) => {
            let month = resolve::accounting_month(&book.runbook, &book.included, &request)
                .map_err(|mistake| Failed::usage(mistake.explain()))?;
            let month_file = read_month(&mut opened.shelf, month);
            let month_file = month_file.as_ref();
            let others = Neighbours::read(&mut opened.shelf, opened.roster_path.as_ref(), month_file);
            resolve_book(&mut opened.shelf, project, book, month_file, others.as_ref(), &request)
                .map_err(|mistakes| said(session, &mistakes))?
        }
        _ => None,
    };
    show_problems(session, &opened.shelf)?;
    match (opened.project, plan) {
        (Some(project), Some(plan)) => executable(session, Planned { project, plan, origin }),
        _ => Err(Failed::silent(Exit::Invalid)),
    }
}

/// A plan for one book; its problems are added to the shelf's.
pub(super) fn resolve_book(
    shelf: &mut Shelf,
    project: &Project,
    book: &Book,
    month_file: Option<&MonthFile>,
    neighbours: Option<&Neighbours>,
    request: &Request,
) -> Result<Option<Plan>, Vec<resolve::Mistake>> {
    let mut problems = std::mem::take(&mut shelf.problems);
    let own = Files::path(shelf, book.runbook.name.span.file);
    let others = neighbours.and_then(|neighbours| neighbours.of(&own));
    let input = Input {
        project,
        runbook: &book.runbook,
        included: &book.included,
        month_file,
        others: others.as_deref(),
        files: shelf as &dyn Files,
        sources: &shelf.sources,
    };
    let plan = resolve::resolve(&input, request, &mut problems);
    shelf.problems = problems;
    plan
}

fn executable(session: &Session, planned: Planned) -> Result<Planned, Failed> {
    let later = planned.plan.not_yet();
    if later.is_empty() {
        return Ok(planned);
    }
    let steps: Vec<String> = later.iter().map(|(path, what)| format!("{path} ({what})")).collect();
    let shown = session.say(&msg!("plan-not-executable", count = steps.len(), steps = steps.join(", ")));
    Err(Failed { exit: Exit::Invalid, what: What::Shown(shown) })
}

fn said(session: &Session, mistakes: &[resolve::Mistake]) -> Failed {
    let lines: Vec<String> = mistakes.iter().map(|mistake| session.error_line(&mistake.explain())).collect();
    Failed { exit: Exit::Usage, what: What::Shown(lines.join("\n")) }
}

/// A month from the command line.
pub(super) fn read_month_word(text: &str) -> Result<Month, Failed> {
    text.parse().map_err(|_| Failed::usage(msg!("usage-month", value = crate::words::one_line(text, 40))))
}

/// `KEY=VALUE`.
pub(super) fn read_pair(text: &str) -> Result<(String, String), Failed> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(Failed::usage(msg!("usage-pair", value = crate::words::one_line(text, 40)))),
    }
}

/// The project's folder and the file's path in it.
pub(super) fn locate(session: &Session, file: &Path) -> Result<(PathBuf, String), Failed> {
    let shown = || crate::words::printable(&file.display().to_string());
    let whole = session.directory.join(file);
    let missing = || Failed::usage(msg!("usage-no-file", path = shown()));
    let real = whole.canonicalize().map_err(|_| missing())?;
    if real.is_dir() {
        return Err(Failed::usage(msg!("usage-folder", path = shown())));
    }
    let folder = real.parent().ok_or_else(missing)?;
    let root = find_root(folder);
    let inside = real.strip_prefix(&root).map_err(|_| missing())?;
    let path = inside.to_str().ok_or_else(missing)?.to_owned();
    Ok((root, path))
}

/// Shows problems on standard error; an error among them ends the command.
pub(super) fn show_problems(session: &Session, shelf: &Shelf) -> Result<(), Failed> {
    let problems = &shelf.problems;
    if problems.is_empty() {
        return Ok(());
    }
    let broken = problems.iter().any(|problem| problem.severity == Severity::Error);
    if session.json && broken {
        session.output.result(&problems_json(problems, &shelf.sources, session.lang).to_string());
    }
    let colour = session.environment.colour(session.environment.error_is_terminal);
    session.output.diagnostic(&render_problems(problems, &shelf.sources, session.lang, colour));
    if broken { Err(Failed::silent(Exit::Invalid)) } else { Ok(()) }
}
