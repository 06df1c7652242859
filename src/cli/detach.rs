//! `--detach`: the engine goes on in the background, in a session of its own, and outlives the terminal. It is this same
//! program, started once more with the same arguments.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use super::args::What;
use super::deciding::here;
use super::drive::may_drive;
use super::exit::{Exit, Failed};
use super::output::Output;
use super::post::tools;
use super::session::Session;
use super::{latest, pick, project, seat};
use crate::engine::Journal;
use crate::id::RunId;
use crate::msg;
use crate::plan::project::Project;
use crate::run::Event;
use crate::store::StoreError;

/// How long an engine may take to begin.
const BEGIN: Duration = Duration::from_secs(10);
/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(50);
/// What tells the other process that it is the one in the background.
const FLAG: &str = "--detached";

/// A session of its own: the terminal that this command came from has no power over it.
pub(super) fn leave_terminal() {
    // Whoever leads a session already has no terminal to leave.
    let _ = rustix::process::setsid();
}

/// `run --detach`. What is wrong with the runbook is said here, and nothing is started.
pub(super) async fn run(session: &Session, what: &What, shadow: bool) -> Result<Exit, Failed> {
    let planned = project::plan(session, &what.runbook, what, shadow)?;
    may_drive(&session.asker(&planned.project)?)?;
    session.state(&planned.project.dir).prepare()?;
    detach(session, &planned.project, &planned.plan.run).await
}

/// `resume --detach`.
pub(super) async fn resume(session: &Session, named: Option<&str>, latest: bool) -> Result<Exit, Failed> {
    let project = here(session)?;
    let asker = session.asker(&project)?;
    may_drive(&asker)?;
    let mut store = session.open_store(&project).await?.ok_or_else(pick::no_run)?;
    let run = pick::run(session, &mut store, named, pick::Purpose::Decide).await?;
    if latest {
        // Shown and asked here, where somebody looks; the one in the background finds it taken in.
        let (seat, _) = seat::only(session, &project, &mut store, &run).await?;
        let mut journal = Journal::open(store, &run, tools(session, &project)).await?;
        let taken = latest::take_in(session, &project, &mut journal, &asker, latest::asks(session)).await;
        seat.leave().await;
        journal.close().await;
        taken?;
    } else {
        store.close().await;
    }
    detach(session, &project, &run).await
}

async fn detach(session: &Session, project: &Project, run: &RunId) -> Result<Exit, Failed> {
    let path = log_path(session, project, run);
    let (log, before) = open_log(&path).map_err(|error| unwritable(&path, &error))?;
    let mut child = start(&log).map_err(|error| not_started(&path, &error.to_string()))?;
    let until = tokio::time::Instant::now() + BEGIN;
    loop {
        if let Some(status) = child.try_wait().map_err(|error| not_started(&path, &error.to_string()))? {
            let exit = Exit::of_process(status.code());
            Output::passed_on(&said_since(&path, before));
            if matches!(exit, Exit::Done | Exit::Halted | Exit::Waiting) {
                tell(session, run, None);
            }
            return Ok(exit);
        }
        if has_begun(session, project, run, child.id()).await {
            tell(session, run, Some(child.id()));
            let (name, pid, log) = (run.to_string(), child.id().to_string(), shown(&path));
            let msg = msg!("detached", run = name, pid = pid, log = log);
            session.output.diagnostic(&session.say(&msg));
            return Ok(Exit::Done);
        }
        if tokio::time::Instant::now() >= until {
            let pid = child.id().to_string();
            let msg = msg!("detach-slow", run = run.to_string(), pid = pid, log = shown(&path));
            return Err(Failed::new(Exit::Unexpected, msg));
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// The run's id, on standard output.
fn tell(session: &Session, run: &RunId, pid: Option<u32>) {
    let run = run.to_string();
    let text = if session.json { serde_json::json!({"run": run, "pid": pid}).to_string() } else { run };
    session.output.result(&text);
}

/// Does the journal say that this process drives the run? It took the lock before it recorded that.
async fn has_begun(session: &Session, project: &Project, run: &RunId, pid: u32) -> bool {
    // A store that is just being made is looked at again.
    let Ok(Some(mut store)) = session.open_store(project).await else { return false };
    let records = store.events(run, 0).await;
    store.close().await;
    let ours = |event: &Event| match event {
        Event::RunStarted { engine, .. } | Event::RunResumed { engine, .. } => engine.pid == pid,
        _ => false,
    };
    records.is_ok_and(|records| records.iter().any(|record| ours(&record.event)))
}

/// Where an engine in the background says what it would say on a terminal.
fn log_path(session: &Session, project: &Project, run: &RunId) -> PathBuf {
    let folder = session.state(&project.dir).path().join("engines");
    folder.join(format!("{}@{}.log", run.runbook, run.month))
}

/// The log, ours alone, and how long it was before.
fn open_log(path: &Path) -> std::io::Result<(File, u64)> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let log = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    let before = log.metadata()?.len();
    Ok((log, before))
}

#[expect(clippy::disallowed_methods, reason = "this program itself, once more: no step's process")]
fn start(log: &File) -> std::io::Result<Child> {
    std::process::Command::new(std::env::current_exe()?)
        .arg(FLAG)
        .args(std::env::args_os().skip(1))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log.try_clone()?)
        .spawn()
}

fn said_since(path: &Path, before: u64) -> Vec<u8> {
    let mut said = Vec::new();
    let read = File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::Start(before))?;
        file.read_to_end(&mut said)
    });
    // A log that somebody took away has nothing to pass on.
    let _ = read;
    said
}

fn shown(path: &Path) -> String {
    crate::words::printable(&path.display().to_string())
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failed {
    let (path, why) = (path.display().to_string(), error.to_string());
    StoreError::Unusable { path, why }.into()
}

fn not_started(path: &Path, why: &str) -> Failed {
    let why = crate::words::one_line(why, 200);
    Failed::new(Exit::Unexpected, msg!("detach-failed", why = why, log = shown(path)))
}
