//! `demo`: a sandbox warehouse, the shipped month start on it, and a played outside world.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::args::{Driving, What};
use super::drive::{Ready, begin, drive};
use super::environment::os_user;
use super::exit::{Exit, Failed};
use super::init::write;
use super::outside::{leaves_something, play};
use super::post::tools;
use super::project::{plan, read_month_word};
use super::session::Session;
use crate::engine::Journal;
use crate::id::PersonId;
use crate::msg;
use crate::plan::project::Project;
use crate::run::{Asker, By, EngineId};
use crate::sandbox::{self, Place, Places, Sandbox, SandboxError};
use crate::store::{RunLock, StateFolder};
use crate::time::Month;

/// What the sandbox is made from: the same data every time.
pub(super) const SEED: u64 = 2026;
/// A state folder that holds this was made by a demo, and may be made anew by the next one.
const MARK: &str = "demo";

/// Prepares the sandbox and runs the shipped month start on it.
pub(super) async fn demo(
    session: &Session,
    dir: Option<&Path>,
    (month, runbook): (Option<&str>, Option<&Path>),
    driving: &Driving,
) -> Result<Exit, Failed> {
    let project_dir = prepare_project(session, dir)?;
    let month = match month {
        Some(text) => read_month_word(text)?,
        None => Month::closing(session.today(None)),
    };
    let runbook = project_dir.join(runbook.unwrap_or(Path::new("month-start.yaml")));
    let asked = What { runbook: runbook.clone(), month: Some(month.to_string()), params: Vec::new() };
    let planned = plan(session, &runbook, &asked, false)?;
    let state = session.state(&planned.project.dir);
    clear(&state, &project_dir, &planned.plan.run)?;
    let places = places(session, &planned.project)?;
    let warehouse = build(session, &state, month, places).await?;
    let ready = begin(session, planned, operator()).await?;
    let world = start_world(session, &ready, warehouse, driving).await?;
    let exit = drive(session, ready, driving, Some(world)).await;
    tell_where(session, &state, &project_dir);
    exit
}

/// `./runbooks` of a checkout, else the shipped project unpacked into `dir`.
fn prepare_project(session: &Session, dir: Option<&Path>) -> Result<PathBuf, Failed> {
    let checkout = session.directory.join("runbooks");
    if dir.is_none() && checkout.join("month-start.yaml").is_file() && checkout.join("flows").is_dir() {
        return Ok(checkout);
    }
    let dir = session.directory.join(dir.unwrap_or(Path::new("monthstart-demo")));
    for (name, text) in sandbox::project::FILES {
        let path = dir.join(name);
        if !path.exists() {
            write(&path, text).map_err(|error| {
                let shown = crate::words::printable(&path.display().to_string());
                Failed::new(Exit::OutOfReach, msg!("file-unwritable", path = shown, why = error.to_string()))
            })?;
        }
    }
    Ok(dir)
}

/// What an earlier demo left is taken away; anything else is left alone.
fn clear(state: &StateFolder, project: &Path, run: &crate::id::RunId) -> Result<(), Failed> {
    let shown = crate::words::printable(&project.display().to_string());
    if let Some(EngineId { pid, .. }) = RunLock::holder(state, run) {
        return Err(Failed::new(Exit::Refused, msg!("demo-running", dir = shown, pid = pid)));
    }
    let folder = state.path();
    let unwritable = |error: std::io::Error| {
        let path = crate::words::printable(&folder.display().to_string());
        Failed::new(Exit::OutOfReach, msg!("file-unwritable", path = path, why = error.to_string()))
    };
    let is_empty = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty && !folder.join(MARK).is_file() {
        return Err(Failed::new(Exit::Refused, msg!("demo-in-the-way", dir = shown)));
    }
    if !is_empty {
        fs::remove_dir_all(folder).map_err(unwritable)?;
    }
    state.prepare()?;
    let mark =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(folder.join(MARK));
    mark.map(drop).map_err(unwritable)
}

/// Where the project's settings say that the databases stand which the sandbox may make on a server.
pub(super) fn places(session: &Session, project: &Project) -> Result<Places, Failed> {
    let place = |name| match project.connections.get(name) {
        Some(connection) => Ok(Place::of(&session.resolve(&project.dir, &connection.url)?)),
        None => Ok::<_, Failed>(Place::Files),
    };
    Ok(Places { mpp: place("mpp")?, bill24: place("bill24")? })
}

async fn build(
    session: &Session,
    state: &StateFolder,
    month: Month,
    places: Places,
) -> Result<Sandbox, Failed> {
    session.output.diagnostic(&session.say(&msg!("demo-building", month = month.to_string())));
    let dir = state.path().join("sandbox");
    let made = sandbox::build_at(&dir, month, SEED, places).await;
    let made = made.map_err(|error: SandboxError| {
        let why = crate::words::one_line(&error.to_string(), 200);
        Failed::new(Exit::OutOfReach, msg!("demo-sandbox-broken", why = why))
    })?;
    session.output.diagnostic(&session.say(&msg!("demo-built", dir = dir.display().to_string())));
    Ok(made)
}

/// Whoever runs the demo acts as zhang.wei.
fn operator() -> Asker {
    let roles = ["operator", "lead", "dim-team"].map(str::to_owned).into();
    let by = By { hand: Some(PersonId(os_user())), ..By::person("zhang.wei") };
    Asker { by, roles, operator: true, known: true }
}

async fn start_world(
    session: &Session,
    ready: &Ready,
    warehouse: Sandbox,
    driving: &Driving,
) -> Result<tokio::task::JoinHandle<()>, Failed> {
    let store = session.make_store(&ready.project).await?;
    let run = ready.journal.state().plan().run.clone();
    let journal = Journal::open(store, &run, tools(session, &ready.project)).await?;
    let environment = &session.environment;
    let attended = environment.input_is_terminal && environment.error_is_terminal && !driving.yes;
    if attended && leaves_something(journal.state()) {
        let project = short(session, &ready.project.dir);
        session.output.diagnostic(&session.say(&msg!("demo-left", project = project)));
    }
    let (output, lang) = (session.output, session.lang);
    Ok(tokio::spawn(async move {
        if let Err(error) = play(journal, warehouse, attended).await {
            let msg = msg!("demo-world-stopped", why = crate::words::one_line(&error.to_string(), 200));
            output.diagnostic(&crate::words::render(lang, &msg));
        }
    }))
}

fn tell_where(session: &Session, state: &StateFolder, project: &Path) {
    let below = |name: &str| short(session, &state.path().join(name));
    let (letters, logs, tables) = (below("mail"), below("logs"), below("sandbox"));
    let project = short(session, project);
    let msg = msg!("demo-where", letters = letters, logs = logs, tables = tables, project = project);
    session.output.diagnostic(&session.say(&msg));
}

fn short(session: &Session, path: &Path) -> String {
    let near = path.strip_prefix(&session.directory).unwrap_or(path);
    crate::words::printable(&near.display().to_string())
}
