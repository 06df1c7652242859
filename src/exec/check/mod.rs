//! `check:` steps: every item is looked at; polled, until all of them hold.

mod like;
mod since;
mod table;
mod value;

use std::time::Duration;

use tokio::time::{Instant, sleep};

use self::since::since;
use self::table::Pair;
use self::value::{Asked, value};
use super::attempt::{Attempt, Done};
use super::log::Log;
use super::sql::database::{Database, Interrupt, Purpose};
use super::sql::guarded;
use crate::msg;
use crate::plan::{Check, NodeId, Poll, Subject, TableName};
use crate::run::Failure;
use crate::words::Explain as _;

/// How long a look waits for those who write; a poll looks again anyway.
const LOCKED: Duration = Duration::from_secs(30);
const LOCKED_POLL: Duration = Duration::from_secs(2);

/// A look that has begun before the time is over may take so much longer.
const LAST_LOOK: Duration = Duration::from_secs(30);

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    holds: bool,
    words: String,
}

/// The same, of an item that may only warn.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    finding: Finding,
    warns: bool,
}

impl Found {
    fn is_unmet(&self) -> bool {
        !self.finding.holds && !self.warns
    }
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
        log.line(&found.finding.words);
    }
    verdict(attempt, &found)
}

async fn polled(attempt: &Attempt, items: &[Check], poll: Poll, log: &mut Log) -> Result<Done, Failure> {
    let mut stop = attempt.stop();
    let until = attempt.until(poll.within);
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
    if found.iter().any(Found::is_unmet) {
        return Err(Failure::Unmet { found: unmet(found) });
    }
    let remark = |found: &Found| {
        let words = found.finding.words.clone();
        if found.finding.holds { words } else { attempt.say(&msg!("exec-check-warning", found = words)) }
    };
    Ok(Done { remarks: found.iter().map(remark).collect(), ..Done::default() })
}

fn unmet(found: &[Found]) -> Vec<String> {
    found.iter().filter(|found| found.is_unmet()).map(|found| found.finding.words.clone()).collect()
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
            let looking = Box::pin(look_at(attempt, item, items.len() == 1, patience, &interrupt));
            let found = match looking.await {
                // What will never be known is unmet: where that only warns, the others are looked at.
                Err(Trouble::Lasting(Failure::Unmet { found })) if item.warn => {
                    found.into_iter().map(|words| Finding { holds: false, words }).collect()
                }
                other => other?,
            };
            all.extend(found.into_iter().map(|found| Found { finding: found, warns: item.warn }));
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
) -> Result<Vec<Finding>, Trouble> {
    let connection = match &item.subject {
        Subject::Value { connection, .. } => connection,
        Subject::Exists(table) | Subject::Table { to: table, .. } => &table.connection,
    };
    let open = Database::open(&attempt.room, connection, Purpose::Look(patience), interrupt);
    let mut database = open.await?;
    let looking = async {
        match &item.subject {
            Subject::Value { text, expect, like, connection } => {
                let asked = Asked { source: text, connection, expect: expect.as_ref(), like: *like, alone };
                Ok(vec![value(attempt, &mut database, asked).await?])
            }
            Subject::Exists(table) => {
                let there = exists(attempt, &mut database, table).await?;
                let (true, Some(step)) = (there.holds, item.since) else { return Ok(vec![there]) };
                Ok(vec![there, since(attempt, &mut database, table, step).await?])
            }
            Subject::Table { from, to, compare, tolerance } => {
                let pair = Pair { from, to, compare, tolerance: *tolerance };
                let open =
                    Database::open(&attempt.room, &from.connection, Purpose::Look(patience), interrupt);
                Box::pin(compared(attempt, open, &mut database, pair, item.since)).await
            }
        }
    };
    let found = Box::pin(looking).await;
    database.close().await;
    found
}

/// A table against its copy; what has not changed since then is not compared at all.
async fn compared(
    attempt: &Attempt,
    open: impl Future<Output = Result<Database, Failure>>,
    to: &mut Database,
    pair: Pair<'_>,
    step: Option<NodeId>,
) -> Result<Vec<Finding>, Trouble> {
    let mut all = Vec::new();
    if let Some(step) = step {
        let there = exists(attempt, to, pair.to).await?;
        if !there.holds {
            return Ok(vec![there]);
        }
        all.push(since(attempt, to, pair.to, step).await?);
    }
    if all.iter().all(|found| found.holds) {
        let mut from = open.await?;
        let found = Box::pin(table::compare(attempt, &mut from, to, pair)).await;
        from.close().await;
        all.extend(found?);
    }
    Ok(all)
}

async fn exists(attempt: &Attempt, database: &mut Database, table: &TableName) -> Result<Finding, Trouble> {
    let what = format!("{}:{}", table.connection, table.table);
    let there =
        database.exists(&table.table).await.map_err(|why| Failure::Sql { statement: 1, why: why.words })?;
    let words =
        if there { msg!("exec-check-there", what = what) } else { msg!("exec-check-not-there", what = what) };
    Ok(Finding { holds: there, words: attempt.say(&words) })
}
