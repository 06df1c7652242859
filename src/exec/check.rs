//! `check:` steps: every item is looked at; polled, until all of them hold.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::attempt::{Attempt, Done};
use super::expect::holds;
use super::log::Log;
use super::sql::database::{Database, Interrupt, Purpose};
use super::sql::rows::{Cell, Rows};
use super::sql::{guarded, script, text_of};
use crate::msg;
use crate::plan::expect::Expectation;
use crate::plan::{Check, Poll, SqlText, Subject, Template};
use crate::run::Failure;
use crate::words::{Explain as _, one_line};

/// How long a look waits for those who write; a poll looks again anyway.
const LOCKED: Duration = Duration::from_secs(30);
const LOCKED_POLL: Duration = Duration::from_secs(2);

/// A look that has begun before the time is over may take so much longer.
const LAST_LOOK: Duration = Duration::from_secs(30);

/// What was found of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    holds: bool,
    warns: bool,
    words: String,
}

/// Why nothing was found.
enum Trouble {
    /// Another look may do better.
    Passing(Failure),
    /// No look ever will.
    Lasting(Failure),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        match failure {
            // Every look more brings the account nearer to being locked.
            Failure::Denied { .. } => Trouble::Lasting(failure),
            _ => Trouble::Passing(failure),
        }
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Passing(failure) | Trouble::Lasting(failure) => failure,
        }
    }
}

/// A `check:` step.
pub(super) async fn step(attempt: &Attempt, items: &[Check], poll: Option<Poll>) -> Result<Done, Failure> {
    if items.is_empty() {
        return Err(attempt.not_started(&msg!("exec-check-empty")));
    }
    let mut log = attempt.log();
    let done = match poll {
        None => once(attempt, items, &mut log).await,
        Some(poll) => polled(attempt, items, poll, &mut log).await,
    }?;
    Ok(attempt.with_log_trouble(done, &mut log))
}

async fn once(attempt: &Attempt, items: &[Check], log: &mut Log) -> Result<Done, Failure> {
    let limit = attempt.node().policy.timeout;
    let found = look(attempt, items, LOCKED, limit).await?;
    for found in &found {
        log.line(&found.words);
    }
    verdict(attempt, &found)
}

async fn polled(attempt: &Attempt, items: &[Check], poll: Poll, log: &mut Log) -> Result<Done, Failure> {
    let mut stop = attempt.stop();
    let until = poll.within.map(|within| Instant::now() + within);
    let mut told = Vec::new();
    loop {
        let limit = until.map(|until| until.saturating_duration_since(Instant::now()).max(LAST_LOOK));
        let unmet = match look(attempt, items, LOCKED_POLL, limit).await {
            Ok(found) => match verdict(attempt, &found) {
                Ok(done) => {
                    for words in &done.remarks {
                        log.line(words);
                    }
                    return Ok(done);
                }
                Err(_) => unmet(&found),
            },
            Err(Trouble::Lasting(end) | Trouble::Passing(end @ Failure::Cancelled)) => return Err(end),
            Err(Trouble::Passing(trouble)) => vec![cannot_look(attempt, &trouble)],
        };
        attempt.notes.send(&unmet.join("; "));
        if told != unmet {
            for words in &unmet {
                log.line(words);
            }
            told.clone_from(&unmet);
        }
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return Err(Failure::Unmet { found: unmet });
        }
        tokio::select! {
            () = stop.requested() => return Err(Failure::Cancelled),
            () = sleep(left.map_or(poll.every, |left| left.min(poll.every))) => {}
        }
    }
}

/// What keeps a poll from looking is no answer: it looks again.
fn cannot_look(attempt: &Attempt, trouble: &Failure) -> String {
    let why = match trouble {
        Failure::NotStarted { why } | Failure::Sql { why, .. } => why.clone(),
        other => attempt.say(&other.explain()),
    };
    attempt.say(&msg!("exec-check-cannot-look", why = why))
}

/// Met, when all that does not only warn is met.
fn verdict(attempt: &Attempt, found: &[Found]) -> Result<Done, Failure> {
    if found.iter().any(|found| !found.holds && !found.warns) {
        return Err(Failure::Unmet { found: unmet(found) });
    }
    let remark = |found: &Found| {
        let words = found.words.clone();
        if found.holds { words } else { attempt.say(&msg!("exec-check-warning", found = words)) }
    };
    Ok(Done { remarks: found.iter().map(remark).collect(), ..Done::default() })
}

fn unmet(found: &[Found]) -> Vec<String> {
    found.iter().filter(|found| !found.holds && !found.warns).map(|found| found.words.clone()).collect()
}

/// Looks at all items once.
async fn look(
    attempt: &Attempt,
    items: &[Check],
    patience: Duration,
    limit: Option<Duration>,
) -> Result<Vec<Found>, Trouble> {
    let interrupt = Interrupt::within(limit);
    let looking = async {
        let mut all = Vec::with_capacity(items.len());
        for item in items {
            let (holds, words) = look_at(attempt, item, items.len() == 1, patience, &interrupt).await?;
            all.push(Found { holds, warns: item.warn, words });
        }
        Ok(all)
    };
    guarded(looking, &interrupt, limit, &mut attempt.stop()).await
}

async fn look_at(
    attempt: &Attempt,
    item: &Check,
    alone: bool,
    patience: Duration,
    interrupt: &Interrupt,
) -> Result<(bool, String), Trouble> {
    let connection = match &item.subject {
        Subject::Value { connection, .. } => connection,
        Subject::Exists(table) => &table.connection,
        Subject::Table { to, .. } => &to.connection,
    };
    let mut database = Database::open(&attempt.room, connection, Purpose::Look(patience), interrupt).await?;
    let found = match &item.subject {
        Subject::Value { text, expect: Some(expect), .. } => {
            value(attempt, &mut database, text, expect, alone).await
        }
        Subject::Exists(table) => exists(attempt, &mut database, connection, &table.table).await,
        Subject::Value { .. } | Subject::Table { .. } => {
            Err(Trouble::Lasting(attempt.not_started(&msg!("exec-not-yet", what = "check: table, like"))))
        }
    };
    database.close().await;
    found
}

async fn exists(
    attempt: &Attempt,
    database: &mut Database,
    connection: &str,
    table: &str,
) -> Result<(bool, String), Trouble> {
    let what = format!("{connection}:{table}");
    let there = database.exists(table).await.map_err(|why| Failure::Sql { statement: 1, why: why.words })?;
    let words =
        if there { msg!("exec-check-there", what = what) } else { msg!("exec-check-not-there", what = what) };
    Ok((there, attempt.say(&words)))
}

async fn value(
    attempt: &Attempt,
    database: &mut Database,
    source: &SqlText,
    expect: &Template,
    alone: bool,
) -> Result<(bool, String), Trouble> {
    let refuse = |why| Trouble::Lasting(attempt.not_started(&why));
    let wanted = attempt.values.text(expect).map_err(refuse)?;
    let parsed = Expectation::parse(&wanted)
        .ok_or_else(|| refuse(msg!("exec-check-bad-expect", expect = one_line(&wanted, 100))))?;
    let text = text_of(attempt, source, &attempt.values).map_err(refuse)?;
    let bound = script(&text, database.dialect(), &attempt.values.bindings(), true).map_err(refuse)?;
    let mut rows = Rows::default();
    for (index, (statement, values)) in bound.iter().enumerate() {
        rows = Rows::only_first();
        database.execute(statement, values, &mut rows).await.map_err(|why| Failure::Sql {
            statement: u32::try_from(index + 1).unwrap_or(u32::MAX),
            why: why.words,
        })?;
    }
    let what = label(attempt, source, &text, &rows, alone);
    let expect = one_line(&wanted, 100);
    let Some(cell) = rows.first.as_ref().and_then(|row| row.first()) else {
        return Ok((false, attempt.say(&msg!("exec-check-no-row", what = what, expect = expect))));
    };
    let holds = holds(&parsed, cell);
    Ok((holds, attempt.say(&found(what, cell, holds, expect))))
}

fn found(what: String, cell: &Cell, holds: bool, expect: String) -> crate::words::Msg {
    let value = one_line(&cell.text(), 100);
    if holds {
        msg!("exec-check-found", what = what, value = value)
    } else {
        msg!("exec-check-unmet", what = what, value = value, expect = expect)
    }
}

/// What a value is called: its file, its column where it is the only one, else its query.
fn label(attempt: &Attempt, source: &SqlText, text: &str, rows: &Rows, alone: bool) -> String {
    let column = rows.columns.first().filter(|_| alone);
    match (source, column) {
        (SqlText::File(path), _) => attempt.values.text(path).unwrap_or_else(|_| path.0.clone()),
        (SqlText::Text(_), Some(column)) => one_line(column, 100),
        (SqlText::Text(_), None) => one_line(text, 100),
    }
}
