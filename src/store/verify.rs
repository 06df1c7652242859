//! Is a run's journal as it was written? Its hash chain is computed anew, and what is kept beside the events is compared
//! with them.
//!
//! Found: a changed byte of any event, events that are missing, doubled, in another order or put in, a cut end, a row or
//! a letter that does not belong to the events. Not found: a journal that somebody wrote anew from some event on with all
//! its hashes; who fears that keeps the head elsewhere. The plan and the text of letters are not part of the chain.

use std::sync::Arc;

use sqlx::Row;
use sqlx::any::AnyRow;

use super::backend::Backend;
use super::patience::again;
use super::{Store, StoreError, chain, read_run};
use crate::id::RunId;
use crate::msg;
use crate::run::{Record, RunState};
use crate::words::{Explain, Msg, one_line};

/// A journal that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many events it has.
    pub events: u64,
    /// The hash of the last one, which covers them all.
    pub head: String,
}

/// The first thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// Another number stands where this one should.
    Number {
        /// What should be there.
        wanted: u64,
        /// What is there.
        found: i64,
    },
    /// An event is not what was hashed when it was written.
    Hash {
        /// Its number.
        seq: u64,
    },
    /// An event fits its hash and cannot be read: a newer program wrote it.
    Unreadable {
        /// Its number.
        seq: u64,
        /// Why.
        why: String,
    },
    /// The last event is not the one that the run ended with when it was last written.
    Head {
        /// The number of the last event that is there.
        seq: u64,
    },
    /// The plan cannot be read.
    Plan {
        /// Why.
        why: String,
    },
    /// The run's row says something else than its events.
    Row {
        /// Which of its columns.
        column: &'static str,
        /// What the events come to.
        wanted: String,
        /// What it says.
        found: String,
    },
    /// The run's row cannot be read.
    RowUnreadable {
        /// Why.
        why: String,
    },
    /// A letter was called for by an event that is not there.
    Letter {
        /// Its id.
        id: String,
        /// The event's number.
        seq: i64,
    },
}

impl Explain for Broken {
    fn explain(&self) -> Msg {
        match self {
            Broken::Number { wanted, found } => msg!("verify-number", wanted = *wanted, found = *found),
            Broken::Hash { seq } => msg!("verify-hash", seq = *seq),
            Broken::Unreadable { seq, why } => msg!("verify-unreadable", seq = *seq, why = why),
            Broken::Head { seq } => msg!("verify-head", seq = *seq),
            Broken::Plan { why } => msg!("verify-plan", why = why),
            Broken::Row { column, wanted, found } => {
                msg!("verify-row", column = *column, wanted = wanted, found = found)
            }
            Broken::RowUnreadable { why } => msg!("verify-row-unreadable", why = why),
            Broken::Letter { id, seq } => msg!("verify-letter", id = id, seq = *seq),
        }
    }
}

/// An event as it is kept: read as bytes, so that nothing of it can be in the way.
struct Kept {
    seq: i64,
    at: Vec<u8>,
    body: Vec<u8>,
    hash: Vec<u8>,
}

impl Store {
    /// Looks at all that is kept of `run`, as it was at one moment.
    pub async fn verify(&mut self, run: &RunId) -> Result<Result<Verified, Broken>, StoreError> {
        again!(self, self.verify_now(run))
    }

    async fn verify_now(&mut self, run: &RunId) -> Result<Result<Verified, Broken>, StoreError> {
        self.integrity().await?;
        // Another process may be writing: what is compared is read in one transaction.
        self.execute(self.backend.begin_snapshot()).await?;
        let found = self.verify_at_once(run).await;
        self.execute("rollback").await?;
        found
    }

    /// Do a file's rows and its indexes say the same? What is read by an index need not be what stands in the row.
    async fn integrity(&mut self) -> Result<(), StoreError> {
        let Backend::Sqlite(_) = self.backend else { return Ok(()) };
        let checked = sqlx::query("pragma integrity_check(1)").fetch_one(&mut self.connection).await;
        let said = text_of(&checked.map_err(|source| self.fault(source))?, 0);
        match said.map_err(|source| self.fault(source))?.as_str() {
            "ok" => Ok(()),
            why => Err(self.damaged(one_line(why, 200))),
        }
    }

    async fn verify_at_once(&mut self, run: &RunId) -> Result<Result<Verified, Broken>, StoreError> {
        let Some(row) = self.run_row(run).await? else { return Err(StoreError::NoSuchRun(run.clone())) };
        let (records, head) = match self.verify_events(run).await? {
            Ok(whole) => whole,
            Err(broken) => return Ok(Err(broken)),
        };
        let last = u64::try_from(records.len()).unwrap_or(u64::MAX);
        if text_of(&row, 6).ok().as_ref() != Some(&head) {
            return Ok(Err(Broken::Head { seq: last }));
        }
        if let Err(broken) = compare(&row, &records) {
            return Ok(Err(broken));
        }
        let stray =
            sqlx::query("select id, seq from letters where run = $1 and (seq < 1 or seq > $2) order by id")
                .bind(run.to_string())
                .bind(i64::try_from(last).unwrap_or(i64::MAX))
                .fetch_optional(&mut self.connection)
                .await
                .map_err(|source| self.fault(source))?;
        Ok(match stray {
            Some(row) => Err(Broken::Letter {
                id: row.try_get(0).unwrap_or_default(),
                seq: row.try_get(1).unwrap_or_default(),
            }),
            None => Ok(Verified { events: last, head }),
        })
    }

    async fn run_row(&mut self, run: &RunId) -> Result<Option<AnyRow>, StoreError> {
        sqlx::query(
            "select id, status, round, started_at, finished_at, started_by, head, plans.body, \
             runbook, month from runs left join plans on plans.run = runs.id where id = $1",
        )
        .bind(run.to_string())
        .fetch_optional(&mut self.connection)
        .await
        .map_err(|source| self.fault(source))
    }

    async fn verify_events(
        &mut self,
        run: &RunId,
    ) -> Result<Result<(Vec<Record>, String), Broken>, StoreError> {
        let rows = sqlx::query(self.backend.event_bytes())
            .bind(run.to_string())
            .fetch_all(&mut self.connection)
            .await
            .map_err(|source| self.fault(source))?;
        let mut head = String::new();
        let mut records = Vec::with_capacity(rows.len());
        for (wanted, row) in (1..).zip(&rows) {
            match fits(&head, run, wanted, row) {
                Ok((record, hash)) => {
                    records.push(record);
                    head = hash;
                }
                Err(broken) => return Ok(Err(broken)),
            }
        }
        Ok(Ok((records, head)))
    }
}

/// The event that is kept in a row, where it is number `wanted` and continues the chain.
fn fits(before: &str, run: &RunId, wanted: u64, row: &AnyRow) -> Result<(Record, String), Broken> {
    let changed = || Broken::Hash { seq: wanted };
    let bytes = |index: usize| row.try_get::<Vec<u8>, _>(index).map_err(|_| changed());
    let seq = row.try_get(0).map_err(|_| changed())?;
    let kept = Kept { seq, at: bytes(1)?, body: bytes(2)?, hash: bytes(3)? };
    if u64::try_from(kept.seq) != Ok(wanted) {
        return Err(Broken::Number { wanted, found: kept.seq });
    }
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| changed());
    let (at, body, hash) = (text(kept.at)?, text(kept.body)?, text(kept.hash)?);
    if chain(before, &run.to_string(), wanted, &at, &body) != hash {
        return Err(changed());
    }
    let unreadable = |why: &dyn std::fmt::Display| Broken::Unreadable {
        seq: wanted,
        why: one_line(&why.to_string(), 200),
    };
    let at = at.parse().map_err(|why: jiff::Error| unreadable(&why))?;
    let event = serde_json::from_str(&body).map_err(|why| unreadable(&why))?;
    Ok((Record { seq: wanted, at, event }, hash))
}

fn text_of(row: &AnyRow, index: usize) -> Result<String, sqlx::Error> {
    row.try_get(index)
}

/// Does the run's row say what its events come to?
fn compare(row: &AnyRow, records: &[Record]) -> Result<(), Broken> {
    let why = |why: &dyn std::fmt::Display| one_line(&why.to_string(), 200);
    let plan = text_of(row, 7).map_err(|error| Broken::Plan { why: why(&error) })?;
    let plan = serde_json::from_str(&plan).map_err(|error| Broken::Plan { why: why(&error) })?;
    let state = RunState::replay(Arc::new(plan), records);
    let kept = read_run(row).map_err(|error| Broken::RowUnreadable { why: why(&error) })?;
    let started = state.started().map(|(at, by)| (at.to_string(), by.by.to_string())).unwrap_or_default();
    let finished = |at: Option<jiff::Timestamp>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
    let named =
        |index: usize| text_of(row, index).map_err(|error| Broken::RowUnreadable { why: why(&error) });
    let columns = [
        ("runbook", kept.id.runbook.clone(), named(8)?),
        ("month", kept.id.month.to_string(), named(9)?),
        ("status", state.run_status().word().to_owned(), kept.status.word().to_owned()),
        ("round", state.round().to_string(), kept.round.to_string()),
        ("started_at", started.0, kept.started_at.to_string()),
        ("started_by", started.1, kept.started_by),
        ("finished_at", finished(state.finished_at()), finished(kept.finished_at)),
    ];
    match columns.into_iter().find(|(_, wanted, found)| wanted != found) {
        Some((column, wanted, found)) => Err(Broken::Row { column, wanted, found }),
        None => Ok(()),
    }
}
