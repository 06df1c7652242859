//! The way of events into the store. Every statement is a journey to the database and back, so that a batch takes few.
//!
//! The number decides: events are put after the one that their writer has read, or not at all. That is the work of the
//! primary key, and of the condition on the event before.

use sha2::{Digest, Sha256};
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Row};

use super::{Batch, RunRow, Store, StoreError, is_taken, number};
use crate::run::Record;

/// So many events in one statement; what is more takes several.
pub(super) const CHUNK: usize = 128;

/// The columns of an event beside its run's name.
const COLUMNS: usize = 4;

/// The last event of a run that this connection has written.
#[derive(Debug, Clone)]
pub(super) struct Head {
    run: String,
    seq: u64,
    hash: String,
}

/// An event as it is kept.
struct Kept {
    seq: i64,
    at: String,
    body: String,
    hash: String,
}

type Statement = Query<'static, Any, AnyArguments>;

impl Store {
    /// A whole transaction in one statement, where there is nothing beside events and their run's row: what an engine
    /// writes nearly always. For `SQLite` only, which takes several statements as one.
    pub(super) async fn append_at_once(&mut self, batch: &Batch, after: u64) -> Result<(), StoreError> {
        let run = batch.row.id.to_string();
        let before = match self.head.take().filter(|head| head.run == run && head.seq == after) {
            Some(head) => head.hash,
            None => self.hash_of(&run, after).await?,
        };
        let (rows, hash) = self.chained(&run, &batch.records, &before)?;
        let seq = after + batch.records.len() as u64;
        let statement = sqlx::query(AssertSqlSafe(at_once(rows.len()))).bind(run.clone());
        let statement = row_values(statement, &batch.row, &hash).bind(number(seq));
        let statement = event_values(statement.bind(number(after)).bind(before), rows);
        let done = statement.fetch_all(&mut self.connection).await;
        match done.and_then(|rows| rows.first().map_or(Ok(0_i64), |row| row.try_get(0))) {
            Ok(0) => Err(StoreError::Behind),
            Ok(_) => {
                self.head = Some(Head { run, seq, hash });
                Ok(())
            }
            Err(source) => {
                // The first error is the one that matters; a rollback that fails leaves nothing behind either.
                let _ = self.execute("rollback").await;
                Err(self.refusal(source))
            }
        }
    }

    /// The events of a batch and the row of its run, in a transaction that has begun.
    pub(super) async fn write_events(&mut self, batch: &Batch, after: u64) -> Result<(), StoreError> {
        let run = batch.row.id.to_string();
        let before = self.hash_of(&run, after).await?;
        let (mut rows, hash) = self.chained(&run, &batch.records, &before)?;
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(CHUNK));
            let list =
                (0..rows.len()).map(|at| format!("($1, {})", places(2 + COLUMNS * at))).collect::<Vec<_>>();
            let insert = format!("insert into events (run, seq, at, body, hash) values {}", list.join(", "));
            let statement = event_values(sqlx::query(AssertSqlSafe(insert)).bind(run.clone()), rows);
            statement.execute(&mut self.connection).await.map_err(|source| self.refusal(source))?;
            rows = rest;
        }
        let update = sqlx::query(UPDATE).bind(run);
        let update = row_values(update, &batch.row, &hash).execute(&mut self.connection).await;
        update.map_err(|source| self.fault(source))?;
        Ok(())
    }

    /// The hash of the run's last event, which must be number `seq`.
    async fn hash_of(&mut self, run: &str, seq: u64) -> Result<String, StoreError> {
        let row = sqlx::query("select seq, hash from events where run = $1 order by seq desc limit 1")
            .bind(run.to_owned())
            .fetch_optional(&mut self.connection)
            .await
            .map_err(|source| self.fault(source))?;
        let (last, hash) = match row {
            Some(row) => {
                let last: Result<i64, _> = row.try_get(0);
                let hash: Result<String, _> = row.try_get(1);
                (last.map_err(|source| self.fault(source))?, hash.map_err(|source| self.fault(source))?)
            }
            None => (0, String::new()),
        };
        if last == number(seq) { Ok(hash) } else { Err(StoreError::Behind) }
    }

    /// The events as they are kept, and the hash of the last one.
    fn chained(
        &self,
        run: &str,
        records: &[Record],
        before: &str,
    ) -> Result<(Vec<Kept>, String), StoreError> {
        let mut hash = before.to_owned();
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            let body = serde_json::to_string(&record.event).map_err(|why| self.damaged(why))?;
            let at = record.at.to_string();
            hash = chain(&hash, run, record.seq, &at, &body);
            rows.push(Kept { seq: number(record.seq), at, body, hash: hash.clone() });
        }
        Ok((rows, hash))
    }

    fn refusal(&self, source: sqlx::Error) -> StoreError {
        if is_taken(&source) { StoreError::Behind } else { self.fault(source) }
    }
}

/// The row of a run after its events: `$1` is its name.
const UPDATE: &str = "update runs set status = $2, round = $3, finished_at = $4, head = $5 where id = $1";

/// A transaction for `events` events: `$6` is the number of the last one, `$7` and `$8` are number and hash of the one
/// before the first. Where that is not the last one, nothing is changed, and `changes()` is 0.
fn at_once(events: usize) -> String {
    let list: Vec<String> = (0..events).map(|at| format!("({})", places(9 + COLUMNS * at))).collect();
    format!(
        "begin immediate; \
         with new (seq, at, body, hash) as (values {}) insert into events (run, seq, at, body, hash) \
         select $1, seq, at, body, hash from new \
         where exists (select 1 from events where run = $1 and seq = $7 and hash = $8); \
         {UPDATE} and exists (select 1 from events where run = $1 and seq = $6 and hash = $5); \
         commit; select changes()",
        list.join(", ")
    )
}

/// The places of an event's values, the first of them number `first`.
fn places(first: usize) -> String {
    format!("${}, ${}, ${}, ${}", first, first + 1, first + 2, first + 3)
}

/// `$2` to `$5`.
fn row_values(statement: Statement, row: &RunRow, hash: &str) -> Statement {
    statement
        .bind(row.status.word())
        .bind(i64::from(row.round))
        .bind(row.finished_at.map(|at| at.to_string()))
        .bind(hash.to_owned())
}

fn event_values(statement: Statement, rows: Vec<Kept>) -> Statement {
    rows.into_iter().fold(statement, |statement, Kept { seq, at, body, hash }| {
        statement.bind(seq).bind(at).bind(body).bind(hash)
    })
}

/// Each event's hash covers the one before it: a change, a removal or a reordering shows.
pub(super) fn chain(before: &str, run: &str, seq: u64, at: &str, body: &str) -> String {
    let mut hash = Sha256::new();
    for part in [before, run, &seq.to_string(), at, body] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

/// Two digits a byte.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
