//! The journal's keeper: events, the rows that lists show and the letters that events call for, in one transaction.
//!
//! The journal is the only channel between processes: everyone appends at the number that they have read, and the
//! primary key decides who was first.

mod append;
mod folder;
mod letters;
mod lock;
mod numbers;
mod schema;
mod sqlite;
mod verify;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Connection, Row};

use append::{Head, chain};
pub use folder::{StateFolder, temporary_name};
pub use letters::{Letter, NewLetter, Sending};
pub use lock::{PlatformPlace, RunLock};
pub use numbers::MonthNumber;
pub use sqlite::library_version;
pub use verify::{Broken, Verified};

use crate::id::RunId;
use crate::msg;
use crate::plan::Plan;
use crate::run::{Event, Record, RunStatus};
use crate::words::{Explain, Msg};

/// What can go wrong with the store. After any of these but `Behind` and `RunExists` the truth is unknown until it is
/// read again: the engine stops.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else appended first.
    #[error("another process was first")]
    Behind,
    /// There is a run of that name already.
    #[error("run {0} exists")]
    RunExists(RunId),
    /// There is no such run.
    #[error("no run {0}")]
    NoSuchRun(RunId),
    /// The folder or the file cannot be used.
    #[error("{path}: {why}")]
    Unusable {
        /// What.
        path: String,
        /// Why, in the operating system's words.
        why: String,
    },
    /// The database says no.
    #[error("{path}: {source}")]
    Database {
        /// Which.
        path: String,
        /// Its words.
        source: sqlx::Error,
    },
    /// Written by a newer program.
    #[error("{path} is of version {found}")]
    Newer {
        /// Which.
        path: String,
        /// Its version.
        found: String,
    },
    /// What is in it cannot be read.
    #[error("{path}: {why}")]
    Damaged {
        /// Which.
        path: String,
        /// What.
        why: String,
    },
    /// A kind of store that is not built in.
    #[error("no store of the kind {0}")]
    Unknown(String),
}

impl Explain for StoreError {
    fn explain(&self) -> Msg {
        match self {
            StoreError::Behind => msg!("store-behind"),
            StoreError::RunExists(run) => msg!("store-run-exists", run = run.to_string()),
            StoreError::NoSuchRun(run) => msg!("store-no-such-run", run = run.to_string()),
            StoreError::Unusable { path, why } => msg!("store-unusable", path = path, why = why),
            StoreError::Database { path, source } => {
                msg!("store-database", path = path, why = crate::words::one_line(&source.to_string(), 200))
            }
            StoreError::Newer { path, found } => msg!("store-newer", path = path, found = found),
            StoreError::Damaged { path, why } => msg!("store-damaged", path = path, why = why),
            StoreError::Unknown(url) => msg!("store-unknown", url = url),
        }
    }
}

/// What lists show of a run, without folding it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// The run.
    pub id: RunId,
    /// Where it stands.
    pub status: RunStatus,
    /// 1, 2, …
    pub round: u32,
    /// When it started.
    pub started_at: Timestamp,
    /// When it came to its end.
    pub finished_at: Option<Timestamp>,
    /// Who started it.
    pub started_by: String,
}

/// Everything that one step of a run's life writes at once.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Events, numbered on from what was read.
    pub records: Vec<Record>,
    /// The run's row after them.
    pub row: RunRow,
    /// Letters that they call for.
    pub letters: Vec<NewLetter>,
}

impl Batch {
    /// Is there nothing in it but events and the row of their run?
    fn is_plain(&self) -> bool {
        let numbers = |record: &Record| matches!(&record.event, Event::StepEnded { numbers, .. } if !numbers.is_empty());
        self.letters.is_empty() && self.records.len() <= append::CHUNK && !self.records.iter().any(numbers)
    }
}

/// An open store.
#[derive(Debug)]
pub struct Store {
    connection: AnyConnection,
    path: String,
    head: Option<Head>,
}

impl Store {
    /// Opens the store at `url` (`sqlite:PATH`, already resolved), making it when `create` says so. `None`: there is
    /// none yet, and none was made.
    pub async fn open(url: &str, create: bool) -> Result<Option<Store>, StoreError> {
        let Some(path) = url.strip_prefix("sqlite:") else {
            let scheme = url.split(':').next().unwrap_or_default();
            return Err(StoreError::Unknown(scheme.to_owned()));
        };
        if create && !sqlite::exists(path)? {
            Store::make(path).await?;
        }
        let Some(connection) = sqlite::open(path).await? else { return Ok(None) };
        let mut store = Store::on(connection, path);
        store.bring_up().await?;
        Ok(Some(store))
    }

    fn on(connection: AnyConnection, path: &str) -> Self {
        Store { connection, path: path.to_owned(), head: None }
    }

    fn fault(&self, source: sqlx::Error) -> StoreError {
        StoreError::Database { path: self.path.clone(), source }
    }

    fn damaged(&self, why: impl std::fmt::Display) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), why: why.to_string() }
    }

    async fn execute(&mut self, sql: &'static str) -> Result<(), StoreError> {
        sqlx::query(sql).execute(&mut self.connection).await.map_err(|source| self.fault(source))?;
        Ok(())
    }

    /// All runs, the latest started first.
    pub async fn runs(&mut self) -> Result<Vec<RunRow>, StoreError> {
        let rows = sqlx::query(
            "select id, status, round, started_at, finished_at, started_by from runs order by started_at desc, id",
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(|source| self.fault(source))?;
        rows.iter().map(|row| read_run(row).map_err(|why| self.damaged(why))).collect()
    }

    /// A new run with its plan and its first events.
    pub async fn create(&mut self, plan: &Plan, batch: &Batch) -> Result<(), StoreError> {
        let body = serde_json::to_string(plan).map_err(|why| self.damaged(why))?;
        self.execute("begin immediate").await?;
        let row = &batch.row;
        let made = sqlx::query(
            "insert into runs (id, runbook, month, status, round, started_at, finished_at, started_by) \
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(row.id.to_string())
        .bind(row.id.runbook.clone())
        .bind(row.id.month.to_string())
        .bind(row.status.word())
        .bind(i64::from(row.round))
        .bind(row.started_at.to_string())
        .bind(row.finished_at.map(|at| at.to_string()))
        .bind(row.started_by.clone())
        .execute(&mut self.connection)
        .await;
        if let Err(source) = made {
            self.execute("rollback").await?;
            return Err(match is_taken(&source) {
                true => StoreError::RunExists(row.id.clone()),
                false => self.fault(source),
            });
        }
        let plan =
            sqlx::query("insert into plans (run, body) values ($1, $2)").bind(row.id.to_string()).bind(body);
        if let Err(source) = plan.execute(&mut self.connection).await {
            self.execute("rollback").await?;
            return Err(self.fault(source));
        }
        self.write(batch, 0).await
    }

    /// Appends events after number `after`, with all that goes with them, or nothing at all.
    pub async fn append(&mut self, batch: &Batch, after: u64) -> Result<(), StoreError> {
        if batch.is_plain() {
            return self.append_at_once(batch, after).await;
        }
        self.execute("begin immediate").await?;
        self.write(batch, after).await
    }

    /// The rest of a transaction that has begun.
    async fn write(&mut self, batch: &Batch, after: u64) -> Result<(), StoreError> {
        match self.write_rows(batch, after).await {
            Ok(()) => self.execute("commit").await,
            Err(error) => {
                // The first error is the one that matters; a rollback that fails leaves nothing behind either.
                let _ = self.execute("rollback").await;
                Err(error)
            }
        }
    }

    async fn write_rows(&mut self, batch: &Batch, after: u64) -> Result<(), StoreError> {
        self.write_events(batch, after).await?;
        let run = batch.row.id.to_string();
        for letter in &batch.letters {
            self.queue(&run, letter).await?;
        }
        for record in &batch.records {
            self.keep_numbers(&batch.row.id, record).await?;
        }
        Ok(())
    }

    /// The plan that a run runs by.
    pub async fn plan(&mut self, run: &RunId) -> Result<Plan, StoreError> {
        let row = sqlx::query("select body from plans where run = $1")
            .bind(run.to_string())
            .fetch_optional(&mut self.connection)
            .await
            .map_err(|source| self.fault(source))?;
        let row = row.ok_or_else(|| StoreError::NoSuchRun(run.clone()))?;
        let body: String = row.try_get(0).map_err(|source| self.fault(source))?;
        serde_json::from_str(&body).map_err(|why| self.damaged(why))
    }

    /// A run's events with numbers above `after`, in order.
    pub async fn events(&mut self, run: &RunId, after: u64) -> Result<Vec<Record>, StoreError> {
        let rows = sqlx::query("select seq, at, body from events where run = $1 and seq > $2 order by seq")
            .bind(run.to_string())
            .bind(number(after))
            .fetch_all(&mut self.connection)
            .await
            .map_err(|source| self.fault(source))?;
        rows.iter().map(|row| read_record(row).map_err(|why| self.damaged(why))).collect()
    }

    /// Could something be written now? Nothing is.
    pub async fn probe(&mut self) -> Result<(), StoreError> {
        self.execute("begin immediate").await?;
        let tried = self.execute("update meta set value = value").await;
        self.execute("rollback").await?;
        tried
    }

    /// Closes it in order, so that nothing of it stays in memory only.
    pub async fn close(self) {
        // A connection that cannot say good-bye has nothing left to lose: every commit was durable.
        let _ = self.connection.close().await;
    }
}

fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn is_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

type Unreadable = Box<dyn std::error::Error + Send + Sync>;

fn read_run(row: &AnyRow) -> Result<RunRow, Unreadable> {
    let text = |index: usize| row.try_get::<String, _>(index);
    let finished_at: Option<String> = row.try_get(4)?;
    Ok(RunRow {
        id: text(0)?.parse()?,
        status: RunStatus::from_word(&text(1)?).ok_or("no such status of a run")?,
        round: u32::try_from(row.try_get::<i64, _>(2)?)?,
        started_at: text(3)?.parse()?,
        finished_at: finished_at.map(|at| at.parse()).transpose()?,
        started_by: text(5)?,
    })
}

fn read_record(row: &AnyRow) -> Result<Record, Unreadable> {
    let seq = u64::try_from(row.try_get::<i64, _>(0)?)?;
    let at = row.try_get::<String, _>(1)?.parse()?;
    let event = serde_json::from_str(&row.try_get::<String, _>(2)?)?;
    Ok(Record { seq, at, event })
}
