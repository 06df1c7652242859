//! A row that tells whether a step took effect: inserted first in the same transaction as the work, and given the result
//! before that is made to last. Who inserts it again waits for the former transaction, and then finds it, or not.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::database::{Database, Refused, Why};
use super::rows::Rows;
use super::text::Dialect;
use crate::engine::ports::Job;
use crate::exec::attempt::Done;
use crate::exec::log::hex;
use crate::msg;
use crate::run::event::Json;
use crate::words::Msg;

/// The table, in each database that steps write to.
pub(in crate::exec) const TABLE: &str = "monthstart_marker";

/// What makes it. The key is the same for capitals and small letters, for it has only digits and small ones.
pub(in crate::exec) fn create_table(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite | Dialect::Postgres => {
            "create table if not exists monthstart_marker (token text not null primary key, run text not null, \
             step text not null, attempt integer not null, at text not null, result text)"
        }
        Dialect::MySql => {
            "create table if not exists monthstart_marker (token varchar(64) not null primary key, run text not null, \
             step text not null, attempt integer not null, at varchar(40) not null, result longtext) \
             engine = InnoDB default character set utf8mb4"
        }
    }
}

/// What is wrong with a statement about markers.
#[derive(Debug)]
pub(super) enum Hurdle {
    /// There is a row with this key.
    Doubled,
    /// There is no such table.
    NoTable(Refused),
    /// It may not be written to.
    NoRight(Refused),
    /// Anything else.
    Other(Refused),
}

impl Hurdle {
    /// As a database says it; what is said of a second row only where there cannot be one.
    fn refused(self) -> Refused {
        match self {
            Hurdle::NoTable(refused) | Hurdle::NoRight(refused) | Hurdle::Other(refused) => refused,
            Hurdle::Doubled => Refused::new(TABLE, Why::Conflict),
        }
    }
}

/// What a step left behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::exec) struct Told {
    outputs: BTreeMap<String, Json>,
    remarks: Vec<String>,
    #[serde(default)]
    pub(super) numbers: Vec<(String, String)>,
}

impl Told {
    /// Of a step that did what it should.
    pub(in crate::exec) fn new(done: &Done, numbers: &[(String, String)]) -> Self {
        let (outputs, remarks) = (done.outputs.clone(), done.remarks.clone());
        Told { outputs, remarks, numbers: numbers.to_vec() }
    }

    /// As the end of a step.
    pub(in crate::exec) fn done(self) -> Done {
        Done { outputs: self.outputs, remarks: self.remarks }
    }
}

/// The marker of one attempt.
#[derive(Debug, Clone)]
pub(in crate::exec) struct Marker {
    token: String,
    run: String,
    step: String,
    attempt: u32,
    at: String,
}

/// What came of inserting it.
#[derive(Debug, PartialEq)]
pub(in crate::exec) enum Claim {
    /// It is ours, in the transaction that has begun.
    Ours,
    /// A former transaction with it was made to last, to this result. No transaction has begun.
    Taken(Told),
    /// The same, but it did not come to its end: something in it commits by itself.
    Partly,
    /// There is no table for it, and none could be made. No transaction has begun.
    NoTable(String),
    /// It may not be written. No transaction has begun.
    NoRight(String),
}

impl Marker {
    /// Of a job. Runs of one name are told apart by when they began: a project can be begun anew, and two projects can
    /// share a database.
    pub(in crate::exec) fn of(job: &Job) -> Self {
        let mut hash = Sha256::new();
        for part in [job.run_began.to_string().as_str(), job.token.as_str()] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        Marker {
            token: hex(&hash.finalize()),
            run: job.run.to_string(),
            step: job.path.to_string(),
            attempt: job.attempt,
            at: job.at.to_string(),
        }
    }

    fn insert(&self) -> String {
        format!("INSERT INTO {TABLE} (token, run, step, attempt, at) VALUES (?, ?, ?, {}, ?)", self.attempt)
    }
}

impl Database {
    /// Begins a transaction with the marker in it. Waits for another one that has it and has not ended.
    pub(in crate::exec) async fn begin_marked(&mut self, marker: &Marker) -> Result<Claim, Refused> {
        let values = [&marker.token, &marker.run, &marker.step, &marker.at].map(String::as_str);
        for may_create in [true, false] {
            self.begin(true).await?;
            let Err(hurdle) = self.put(&marker.insert(), &values).await else { return Ok(Claim::Ours) };
            self.rollback().await;
            match hurdle {
                Hurdle::Doubled => return self.taken(marker).await,
                // Who makes it at the same time is in the way of this, but not of the next try.
                Hurdle::NoTable(_) if may_create => drop(self.create_marker_table().await),
                Hurdle::NoTable(refused) => return Ok(Claim::NoTable(refused.words)),
                Hurdle::NoRight(refused) => return Ok(Claim::NoRight(refused.words)),
                Hurdle::Other(refused) => return Err(refused),
            }
        }
        Err(Refused::new(TABLE, Why::Conflict))
    }

    /// What the marker says that is there. It may have gone since: then its place is looked at again.
    async fn taken(&mut self, marker: &Marker) -> Result<Claim, Refused> {
        let sql = format!("SELECT result FROM {TABLE} WHERE token = ?");
        match self.get(&sql, &marker.token).await.map_err(Hurdle::refused)? {
            None => Err(Refused::new(TABLE, Why::Conflict)),
            Some(None) => Ok(Claim::Partly),
            Some(Some(result)) => serde_json::from_str(&result)
                .map(Claim::Taken)
                .map_err(|error| Refused::new(&error.to_string(), Why::Refuses)),
        }
    }

    /// Writes the result into the marker; one that is not there any more is refused.
    pub(in crate::exec) async fn mark_done(&mut self, marker: &Marker, told: &Told) -> Result<(), Refused> {
        let odd = |error: serde_json::Error| Refused::new(&error.to_string(), Why::Refuses);
        let result = serde_json::to_string(told).map_err(odd)?;
        let sql = format!("UPDATE {TABLE} SET result = ? WHERE token = ?");
        match self.put(&sql, &[&result, &marker.token]).await {
            Ok(0) => Err(Refused::new(TABLE, Why::Refuses)),
            Ok(_) => Ok(()),
            Err(hurdle) => Err(hurdle.refused()),
        }
    }

    /// Takes a marker away that has no result, of a step that may begin again whatever it did.
    pub(in crate::exec) async fn unmark(&mut self, marker: &Marker) -> Result<(), Refused> {
        let sql = format!("DELETE FROM {TABLE} WHERE token = ? AND result IS NULL");
        self.put(&sql, &[&marker.token]).await.map(drop).map_err(Hurdle::refused)
    }

    /// Makes the table where it is not there.
    pub(in crate::exec) async fn create_marker_table(&mut self) -> Result<(), Refused> {
        let dialect = self.dialect();
        self.ask(create_table(dialect), &[], &mut Rows::default()).await
    }

    /// Why a transaction that mentions these names and writes to these tables is not made to last as a whole; `None`: it
    /// is.
    pub(in crate::exec) async fn parts(
        &mut self,
        names: &BTreeSet<String>,
        targets: &[Option<String>],
    ) -> Result<Option<Msg>, Refused> {
        match self {
            Database::Sqlite(sqlite) => {
                let as_one = sqlite.commits_as_one().await? || sqlite.are_in_main(targets).await?;
                Ok((!as_one).then(|| msg!("exec-marker-files")))
            }
            Database::Postgres(_) => Ok(None),
            Database::MySql(mysql) => {
                let tables = Box::pin(mysql.without_transactions(names)).await?;
                Ok((!tables.is_empty()).then(|| msg!("exec-marker-engines", tables = tables.join(", "))))
            }
        }
    }

    /// Of these tables, those whose engine knows no transactions.
    pub(in crate::exec) async fn without_transactions(
        &mut self,
        names: &BTreeSet<String>,
    ) -> Result<Vec<String>, Refused> {
        match self {
            Database::Sqlite(_) | Database::Postgres(_) => Ok(Vec::new()),
            Database::MySql(mysql) => Box::pin(mysql.without_transactions(names)).await,
        }
    }

    /// From here on a commit that nobody asked for shows, where statements may hold one.
    pub(in crate::exec) async fn plant(&mut self) -> Result<(), Refused> {
        match self {
            Database::Sqlite(_) | Database::Postgres(_) => Ok(()),
            Database::MySql(mysql) => Box::pin(mysql.plant()).await,
        }
    }

    /// Has nothing committed since?
    pub(in crate::exec) async fn is_planted(&mut self) -> Result<bool, Refused> {
        match self {
            Database::Sqlite(_) | Database::Postgres(_) => Ok(true),
            Database::MySql(mysql) => Box::pin(mysql.is_planted()).await,
        }
    }

    /// Executes a statement about markers, with texts for its question marks; tells how many rows it changed.
    async fn put(&mut self, sql: &str, values: &[&str]) -> Result<u64, Hurdle> {
        match self {
            Database::Sqlite(sqlite) => sqlite.put(sql, values).await,
            Database::Postgres(postgres) => Box::pin(postgres.put(&numbered(sql), values)).await,
            Database::MySql(mysql) => Box::pin(mysql.put(sql, values)).await,
        }
    }

    /// The one text of the one row, where there is one.
    async fn get(&mut self, sql: &str, value: &str) -> Result<Option<Option<String>>, Hurdle> {
        match self {
            Database::Sqlite(sqlite) => sqlite.get(sql, value).await,
            Database::Postgres(postgres) => Box::pin(postgres.get(&numbered(sql), value)).await,
            Database::MySql(mysql) => Box::pin(mysql.get(sql, value)).await,
        }
    }
}

/// With `$1`, `$2` in place of question marks.
fn numbered(sql: &str) -> String {
    let mut parts = sql.split('?');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.enumerate().fold(first, |text, (index, part)| format!("{text}${}{part}", index + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_marks_are_numbered() {
        assert_eq!(numbered("set a = ? where b = ?"), "set a = $1 where b = $2");
        assert_eq!(numbered("select 1"), "select 1");
    }
}
