//! The verbs that only look: runs, status, gates, mails, logs, events.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::deciding::here;
use super::exit::{Exit, Failed};
use super::follow::follow;
use super::pick;
use super::planning::pretty;
use super::post::{send_now, tools};
use super::session::Session;
use crate::engine::Journal;
use crate::exec::{left_behind, log_encoding, log_path, read_log};
use crate::id::RunId;
use crate::mail::Drained;
use crate::msg;
use crate::plan::project::Project;
use crate::progress::json::{RunRow, event_json, gates_json, mails_json, runs_json, status_json};
use crate::progress::{Beside, MailRow, Page, tables};
use crate::run::{By, EngineId, MailStatus, StepPath};
use crate::store::{Letter, Seat, Store, StoreError};

/// The page that answers are made for.
pub(super) fn page(session: &Session, project: &Project) -> Page {
    let mut page = Page::new(session.lang, project.zone.clone(), session.clock.now());
    if let Some(roster) = &project.roster {
        let names = roster.people.iter().map(|(id, person)| (id.clone(), person.name.clone()));
        page.people = Arc::new(names.collect::<BTreeMap<_, _>>());
    }
    if let Some((cols, rows)) = terminal_size(session.environment.output_is_terminal) {
        (page.cols, page.rows) = (cols.max(60), rows.max(4));
    }
    page
}

/// Columns and rows, where there is a terminal that has some.
pub(super) fn terminal_size(is_terminal: bool) -> Option<(u16, u16)> {
    let size = is_terminal.then(|| rustix::termios::tcgetwinsize(std::io::stderr()).ok()).flatten()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some((size.ws_col, size.ws_row))
}

/// Who drives `run` now.
pub(super) async fn driver(
    session: &Session,
    project: &Project,
    store: &mut Store,
    run: &RunId,
) -> Result<Option<EngineId>, StoreError> {
    Seat::holder(store, &session.state(&project.dir), run).await
}

/// `runs`.
pub(super) async fn runs(session: &Session) -> Result<Exit, Failed> {
    let project = here(session)?;
    let mut rows = Vec::new();
    if let Some(mut store) = session.open_store(&project).await? {
        for row in store.runs().await? {
            rows.push(RunRow {
                engine: driver(session, &project, &mut store, &row.id).await?,
                id: row.id,
                round: row.round,
                status: row.status,
                started: Some((row.started_at, By::person(row.started_by))),
                finished_at: row.finished_at,
                waiting: 0,
            });
        }
    }
    let text = match session.json {
        true => pretty(&runs_json(&rows, &project.zone)),
        false => tables::runs(&rows, &page(session, &project)),
    };
    session.output.result(&text);
    Ok(Exit::Done)
}

async fn opened(session: &Session, named: Option<&str>) -> Result<(Project, Journal), Failed> {
    let project = here(session)?;
    let journal =
        pick::journal(session, &project, named, pick::Purpose::Look, tools(session, &project)).await?;
    Ok((project, journal))
}

/// `status`.
pub(super) async fn status(session: &Session, named: Option<&str>) -> Result<Exit, Failed> {
    let (project, mut journal) = opened(session, named).await?;
    let run = journal.state().plan().run.clone();
    let mails = mail_rows(journal.store(), Some(&run)).await?;
    let driven_by = driver(session, &project, journal.store(), &run).await?;
    let state = journal.state();
    let orphans = left_behind(session.state(&project.dir).path(), state);
    let beside = Beside { driven_by, mails, orphans };
    let text = match session.json {
        true => pretty(&status_json(state, &beside, session.clock.now(), &project.zone)),
        false => tables::status(state, &beside, &page(session, &project)),
    };
    session.output.result(&text);
    Ok(Exit::Done)
}

/// `gates`.
pub(super) async fn gates(session: &Session, named: Option<&str>) -> Result<Exit, Failed> {
    let (project, journal) = opened(session, named).await?;
    let text = match session.json {
        true => pretty(&gates_json(journal.state(), session.clock.now(), &project.zone)),
        false => tables::gates(journal.state(), &page(session, &project)),
    };
    session.output.result(&text);
    Ok(Exit::Done)
}

/// `events`.
pub(super) async fn events(session: &Session, named: Option<&str>) -> Result<Exit, Failed> {
    let (project, mut journal) = opened(session, named).await?;
    let run = journal.state().plan().run.clone();
    let records = journal.store().events(&run, 0).await?;
    if session.json {
        let lines: Vec<String> =
            records.iter().map(|record| event_json(record, &project.zone).to_string()).collect();
        session.output.result(&lines.join("\n"));
    } else {
        let plan = Arc::clone(journal.first_plan());
        session.output.result(&tables::events(plan, &records, &page(session, &project)));
    }
    Ok(Exit::Done)
}

/// A run's letters (all runs': `None`) as rows.
pub(super) async fn mail_rows(store: &mut Store, run: Option<&RunId>) -> Result<Vec<MailRow>, StoreError> {
    let row = |found: Letter| MailRow {
        id: found.letter.id,
        to: found.letter.to,
        subject: found.letter.subject,
        status: found.sending.status,
        attempts: found.sending.attempts,
        error: found.sending.error,
    };
    Ok(store.letters(run).await?.into_iter().map(row).collect())
}

/// `mails`, and `mails --send`.
pub(super) async fn mails(session: &Session, named: Option<&str>, send: bool) -> Result<Exit, Failed> {
    let project = here(session)?;
    if send {
        return send_queued(session, &project).await;
    }
    let mut store = session.open_store(&project).await?.ok_or_else(pick::no_run)?;
    let run = pick::run(session, &mut store, named, pick::Purpose::Look).await?;
    let rows = mail_rows(&mut store, Some(&run)).await?;
    let text = match session.json {
        true => pretty(&mails_json(&rows)),
        false => tables::mails(&rows, &page(session, &project)),
    };
    session.output.result(&text);
    Ok(Exit::Done)
}

async fn send_queued(session: &Session, project: &Project) -> Result<Exit, Failed> {
    let mut store = session.open_store(project).await?.ok_or_else(pick::no_run)?;
    let queued: Vec<String> = mail_rows(&mut store, None)
        .await?
        .into_iter()
        .filter(|row| row.status == MailStatus::Queued)
        .map(|row| row.id)
        .collect();
    if queued.is_empty() {
        session.output.result(&session.say(&msg!("no-letters-sent")));
        return Ok(Exit::Done);
    }
    let drained = send_now(session, project, store).await?;
    let mut store = session.open_store(project).await?.ok_or_else(pick::no_run)?;
    let rows = mail_rows(&mut store, None).await?;
    let count = |status| rows.iter().filter(|row| queued.contains(&row.id) && row.status == status).count();
    let (sent, left, failed) =
        (count(MailStatus::Sent), count(MailStatus::Queued), count(MailStatus::Failed));
    session.output.result(&session.say(&msg!("letters-sent", sent = sent, queued = left, failed = failed)));
    if let Drained::LoginRefused { why } = drained {
        session.output.diagnostic(&session.say(&msg!("mail-unusable", why = why)));
    }
    Ok(if left + failed == 0 { Exit::Done } else { Exit::OutOfReach })
}

/// `logs`.
pub(super) async fn logs(
    session: &Session,
    step: &str,
    attempt: Option<u32>,
    follows: bool,
) -> Result<Exit, Failed> {
    let (project, journal) = opened(session, None).await?;
    let state = journal.state();
    let id = pick::step(state, step)?;
    let path = state.plan().path(id);
    if state.plan().node(id).gate().is_some() {
        return Err(Failed::usage(msg!("logs-gate", step = path)));
    }
    let latest = state.step(id).attempt;
    if latest == 0 {
        session.output.diagnostic(&session.say(&msg!("logs-none", step = path)));
        return Ok(Exit::Done);
    }
    let attempt = attempt.unwrap_or(latest);
    if attempt == 0 || attempt > latest {
        return Err(Failed::usage(msg!("usage-no-attempt", step = path, attempt = attempt, latest = latest)));
    }
    let folder = session.state(&project.dir);
    let file = log_path(folder.path(), &state.plan().run, &StepPath(path.clone()), attempt);
    if follows && attempt == latest {
        return follow(session, &project, journal, id, attempt).await;
    }
    let Ok(lines) = read_log(&file, log_encoding(&project, state.plan(), id)) else {
        return Err(no_log(&path, attempt, &file));
    };
    tell_of_nothing(session, &path, attempt, &file);
    match session.json {
        true => session
            .output
            .result(&pretty(&serde_json::json!({"step": path, "attempt": attempt, "lines": lines}))),
        false => session.output.result(&lines.join("\n")),
    }
    Ok(Exit::Done)
}

/// An attempt without a log has printed nothing, or somebody has taken its log away: nobody is left to guess which.
pub(super) fn tell_of_nothing(session: &Session, step: &str, attempt: u32, file: &Path) {
    if !file.exists() {
        let path = file.display().to_string();
        let msg = msg!("logs-nothing", step = step, attempt = attempt, path = path);
        session.output.diagnostic(&session.say(&msg));
    }
}

/// The file of an attempt's log is not there, or cannot be read.
pub(super) fn no_log(step: &str, attempt: u32, file: &Path) -> Failed {
    let path = file.display().to_string();
    Failed::new(Exit::OutOfReach, msg!("logs-no-file", step = step, attempt = attempt, path = path))
}
