//! What is put before those who decide: rows, files, outputs. What cannot be had says so in its place.

use std::sync::Arc;
use std::time::Duration;

use super::attempt::{Attempt, Numbers};
use super::files;
use super::log::{Log, encoding_of};
use super::mask::Masks;
use super::process::run;
use super::program::{spawn, success, times};
use super::sql::database::{Database, Interrupt, Purpose};
use super::sql::rows::Rows;
use super::sql::{guarded, script, text_of};
use super::tape::Tape;
use super::{LONGEST, Room};
use crate::engine::ports::{Job, Reports};
use crate::msg;
use crate::plan::{Command, Evidence, Gate, NodeId, SqlText, Template};
use crate::run::event::Json;
use crate::run::{Failure, Shown};
use crate::words::{Explain as _, Msg, one_line, printable, render};

/// Lines of a file or of what a program prints.
const LINES: usize = 40;

/// How long a look waits for those who write.
const LOCKED: Duration = Duration::from_secs(10);

/// Longest line or cell, in characters.
const LONGEST_LINE: usize = 300;

/// The question and the evidence of a gate.
pub(super) async fn gather(room: Arc<Room>, job: Job, reports: Reports) -> (String, Vec<Shown>) {
    let plan = Arc::clone(&job.plan);
    let Some(gate) = plan.node(job.node).gate() else { return (String::new(), Vec::new()) };
    let lang = room.lang;
    match Attempt::new(room, job, reports, Numbers::default()) {
        Ok(attempt) => {
            let ask = ask(&attempt, gate);
            let mut evidence = Vec::with_capacity(gate.show.len());
            for piece in &gate.show {
                evidence.push(show(&attempt, piece).await);
            }
            (ask, evidence)
        }
        Err(failure) => {
            let why = one_line(&render(lang, &failure.explain()), LONGEST);
            (unrendered(lang, &gate.ask.0, &why), Vec::new())
        }
    }
}

fn ask(attempt: &Attempt, gate: &Gate) -> String {
    match attempt.values.text(&gate.ask) {
        Ok(ask) => printable(&ask),
        Err(why) => unrendered(attempt.room.lang, &gate.ask.0, &attempt.say(&why)),
    }
}

/// The question as it is written, and why it could not be more.
pub(super) fn unrendered(lang: crate::words::Lang, ask: &str, why: &str) -> String {
    printable(&render(lang, &msg!("exec-ask-unrendered", ask = ask, why = why)))
}

async fn show(attempt: &Attempt, piece: &Evidence) -> Shown {
    let title = title(attempt, piece);
    let shown = match piece {
        Evidence::Sql { text, connection } => rows(attempt, text, connection).await,
        Evidence::File(path) => file(attempt, path),
        // Nobody knows what a program does: a shadow run changes nothing.
        Evidence::Run(_) if attempt.job.plan.shadow => {
            Ok(plain([attempt.say(&msg!("exec-evidence-shadow"))], 0))
        }
        Evidence::Run(command) => output(attempt, command).await,
        Evidence::Step(node) => Ok(outputs(attempt, *node)),
    };
    match shown {
        Ok(shown) => Shown { title, ..shown },
        Err(failure) => {
            let why = match &failure {
                Failure::NotStarted { why } => why.clone(),
                Failure::Cancelled => attempt.say(&msg!("exec-evidence-stopped")),
                other => attempt.say(&other.explain()),
            };
            let failed = attempt.say(&msg!("exec-evidence-failed", why = why));
            Shown { title, ..plain([failed], 0) }
        }
    }
}

fn title(attempt: &Attempt, piece: &Evidence) -> String {
    let text = |template: &Template| attempt.values.text(template).unwrap_or_else(|_| template.0.clone());
    let title = match piece {
        Evidence::Sql { text: SqlText::Text(sql), .. } => {
            attempt.values.sql(sql).unwrap_or_else(|_| sql.0.clone())
        }
        Evidence::Sql { text: SqlText::File(path), .. } | Evidence::File(path) => text(path),
        Evidence::Run(Command::Program(words)) => words.iter().map(text).collect::<Vec<_>>().join(" "),
        Evidence::Run(Command::Shell(script)) => script.clone(),
        Evidence::Step(node) => attempt.job.plan.path(*node),
    };
    one_line(&title, 120)
}

/// Plain text: one cell a row.
fn plain(lines: impl IntoIterator<Item = String>, more: u64) -> Shown {
    let rows = lines.into_iter().map(|line| vec![line]).collect();
    Shown { title: String::new(), columns: Vec::new(), rows, more }
}

async fn rows(attempt: &Attempt, source: &SqlText, connection: &str) -> Result<Shown, Failure> {
    let refuse = |why: Msg| attempt.not_started(&why);
    let text = text_of(attempt, source, &attempt.values).map_err(refuse)?;
    let limit = Some(attempt.room.limits.question);
    let interrupt = Interrupt::within(limit);
    let looking = async {
        let mut database =
            Database::open(&attempt.room, connection, Purpose::Look(LOCKED), &interrupt).await?;
        let bound = script(&text, database.dialect(), &attempt.values.bindings(), true).map_err(refuse)?;
        let mut rows = Rows::default();
        for (index, (statement, values)) in bound.iter().enumerate() {
            rows = Rows::default();
            let statement_number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            database
                .execute(statement, values, &mut rows)
                .await
                .map_err(|why| Failure::Sql { statement: statement_number, why: why.words })?;
        }
        database.close().await;
        Ok::<Rows, Failure>(rows)
    };
    let rows: Rows = guarded(looking, &interrupt, limit, &mut attempt.stop()).await?;
    if rows.count == 0 {
        return Ok(plain([attempt.say(&msg!("exec-evidence-nothing"))], 0));
    }
    let columns = rows.columns.iter().map(|column| one_line(column, LONGEST_LINE)).collect();
    Ok(Shown { title: String::new(), columns, more: rows.more(), rows: rows.shown })
}

fn file(attempt: &Attempt, path: &Template) -> Result<Shown, Failure> {
    let refuse = |why: Msg| attempt.not_started(&why);
    let path = attempt.values.text(path).map_err(refuse)?;
    let text = files::text(&attempt.room.project.dir, &path).map_err(refuse)?;
    Ok(lines(attempt, &text))
}

fn lines(attempt: &Attempt, text: &str) -> Shown {
    let count = text.lines().count();
    let first = text.lines().take(LINES).map(|line| cut(line.trim_end()));
    if count == 0 {
        return plain([attempt.say(&msg!("exec-evidence-nothing"))], 0);
    }
    plain(first, count.saturating_sub(LINES) as u64)
}

/// A line that keeps its spaces, so that columns stay columns.
fn cut(line: &str) -> String {
    let line = printable(line);
    if line.chars().count() <= LONGEST_LINE {
        return line;
    }
    line.chars().take(LONGEST_LINE - 1).chain(['…']).collect()
}

async fn output(attempt: &Attempt, command: &Command) -> Result<Shown, Failure> {
    let spawn = spawn(attempt, command, &attempt.values).map_err(|why| attempt.not_started(&why))?;
    let mut log = Log::nowhere(attempt.room.lang);
    let mut tape = Tape::new(&mut log, &Masks::default(), encoding_of(None)).keeping();
    let times = times(attempt, Some(attempt.room.limits.question));
    let end = run(&spawn, times, &mut attempt.stop(), &mut tape).await;
    let ended = tape.ended(end);
    if ended.end.is_err() {
        success(attempt, &ended)?;
    }
    let mut shown = lines(attempt, &ended.printed);
    if let Err(failure) = success(attempt, &ended) {
        let why = attempt.say(&failure.explain());
        shown.rows.insert(0, vec![attempt.say(&msg!("exec-evidence-failed", why = why))]);
    }
    Ok(shown)
}

/// The outputs of another step, by whatever name the gate knows it.
fn outputs(attempt: &Attempt, node: NodeId) -> Shown {
    let (job, plan) = (&attempt.job, &attempt.job.plan);
    let outputs = job.outputs.get(&plan.path(node));
    match outputs.filter(|outputs| !outputs.is_empty()) {
        None => plain([attempt.say(&msg!("exec-evidence-no-outputs"))], 0),
        Some(outputs) => {
            let row = |(name, value): (&String, &Json)| {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                vec![one_line(name, LONGEST_LINE), one_line(&value, LONGEST_LINE)]
            };
            let columns =
                ["exec-evidence-output", "exec-evidence-value"].map(|id| attempt.say(&Msg::new(id))).to_vec();
            Shown { title: String::new(), columns, rows: outputs.iter().map(row).collect(), more: 0 }
        }
    }
}
