//! The journal's keeper: events, the rows that lists show and the letters that events call for, in one transaction.
//!
//! The journal is the only channel between processes: everyone appends at the number that they have read, and the
//! primary key decides who was first.

mod append;
mod backend;
mod doubt;
mod draft;
mod ear;
mod error;
mod fence;
mod folder;
mod home;
mod lease;
mod letters;
mod lock;
mod news;
mod numbers;
mod patience;
mod postgres;
mod schema;
mod seat;
mod sqlite;
mod verify;
mod watch;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Connection, Row};

use append::{Head, chain, hex};
use backend::Backend;
pub use error::StoreError;
use fence::Fence;
pub use fence::ServerFacts;
pub use folder::{StateFolder, shared_by_machines, temporary_name};
pub use lease::Terms;
pub use letters::{Letter, NewLetter, Sending};
pub use lock::{PostLock, RunLock};
use news::News;
pub use numbers::MonthNumber;
use patience::again;
pub use patience::{Patience, Teller};
pub use seat::{PlatformPlace, Seat, Taken};
pub use sqlite::library_version;
pub use verify::{Broken, Verified};

use crate::id::RunId;
use crate::plan::Plan;
use crate::run::{Event, Record, RunState, RunStatus};

/// So many events are read at once: what was read of some is used again for the next.
const PAGE: usize = 512;

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

impl RunRow {
    /// Where a run stands; `now` is when it started, as long as it says nothing of that itself.
    pub fn of(state: &RunState, now: Timestamp) -> Self {
        let started = state.started();
        RunRow {
            id: state.plan().run.clone(),
            status: state.run_status(),
            round: state.round(),
            started_at: started.map(|(at, _)| *at).or(state.at()).unwrap_or(now),
            finished_at: state.finished_at(),
            started_by: started.map(|(_, by)| by.by.to_string()).unwrap_or_default(),
        }
    }
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
    backend: Backend,
    fence: Option<Fence>,
    patience: Patience,
    news: News,
    head: Option<Head>,
}

impl Store {
    /// Opens the store at `url` (`sqlite:PATH`, already resolved, or `postgres://…`), making it when `create` says so.
    /// `None`: there is none yet, and none was made.
    pub async fn open(url: &str, create: bool) -> Result<Option<Store>, StoreError> {
        let backend = Backend::of(url)?;
        if let (Backend::Sqlite(path), true) = (&backend, create) {
            match sqlite::exists(path)? {
                true => draft::sweep(path),
                false => Store::make(path).await?,
            }
        }
        let Some(connection) = backend.connect().await? else { return Ok(None) };
        let mut store = Store::on(connection, backend);
        if !store.has_tables().await? {
            if !create {
                return Ok(None);
            }
            store.make_tables().await?;
        }
        store.bring_up().await?;
        Ok(Some(store))
    }

    fn on(connection: AnyConnection, backend: Backend) -> Self {
        let (patience, news) = (Patience::default(), News::default());
        Store { connection, backend, fence: None, patience, news, head: None }
    }

    fn fault(&self, source: sqlx::Error) -> StoreError {
        self.backend.fault(source)
    }

    fn damaged(&self, why: impl std::fmt::Display) -> StoreError {
        StoreError::Damaged { path: self.backend.shown().to_owned(), why: why.to_string() }
    }

    async fn execute(&mut self, sql: &'static str) -> Result<(), StoreError> {
        sqlx::query(sql).execute(&mut self.connection).await.map_err(|source| self.fault(source))?;
        Ok(())
    }

    /// All runs, the latest started first.
    pub async fn runs(&mut self) -> Result<Vec<RunRow>, StoreError> {
        again!(self, self.runs_now())
    }

    async fn runs_now(&mut self) -> Result<Vec<RunRow>, StoreError> {
        let rows = sqlx::query(
            "select id, status, round, started_at, finished_at, started_by from runs order by started_at desc, id",
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(|source| self.fault(source))?;
        rows.iter().map(|row| read_run(row).map_err(|why| self.damaged(why))).collect()
    }

    async fn create_now(&mut self, plan: &Plan, batch: &Batch) -> Result<(), StoreError> {
        let body = serde_json::to_string(plan).map_err(|why| self.damaged(why))?;
        self.execute(self.backend.begin()).await?;
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
        let plan = sqlx::query("insert into plans (run, body) values ($1, $2)");
        let plan = plan.bind(row.id.to_string()).bind(body).execute(&mut self.connection).await;
        if let Err(source) = plan {
            self.execute("rollback").await?;
            return Err(self.fault(source));
        }
        self.write(batch, 0).await
    }

    async fn append_now(&mut self, batch: &Batch, after: u64) -> Result<(), StoreError> {
        if let (Backend::Sqlite(_), true) = (&self.backend, batch.is_plain()) {
            return self.append_at_once(batch, after).await;
        }
        self.execute(self.backend.begin()).await?;
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
        let run = batch.row.id.to_string();
        self.claim(&run).await?;
        self.write_events(batch, after).await?;
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
        again!(self, self.plan_now(run))
    }

    async fn plan_now(&mut self, run: &RunId) -> Result<Plan, StoreError> {
        let body = self.plan_body(run).await?;
        serde_json::from_str(&body).map_err(|why| self.damaged(why))
    }

    async fn plan_body(&mut self, run: &RunId) -> Result<String, StoreError> {
        let row = sqlx::query("select body from plans where run = $1")
            .bind(run.to_string())
            .fetch_optional(&mut self.connection)
            .await
            .map_err(|source| self.fault(source))?;
        let row = row.ok_or_else(|| StoreError::NoSuchRun(run.clone()))?;
        row.try_get(0).map_err(|source| self.fault(source))
    }

    /// A run's plan and all of its events: one is made out of what was read while the other is still being read.
    pub async fn history(&mut self, run: &RunId) -> Result<(Plan, Vec<Record>), StoreError> {
        let body = again!(self, self.plan_body(run))?;
        let plan = tokio::task::spawn_blocking(move || serde_json::from_str(&body));
        let records = self.events(run, 0).await?;
        let plan = plan.await.map_err(|why| self.damaged(why))?;
        Ok((plan.map_err(|why| self.damaged(why))?, records))
    }

    /// A run's events with numbers above `after`, in order.
    pub async fn events(&mut self, run: &RunId, after: u64) -> Result<Vec<Record>, StoreError> {
        let found: Result<Vec<Record>, StoreError> = again!(self, self.events_now(run, after));
        if found.as_ref().is_ok_and(|found| !found.is_empty()) {
            self.note_news();
            // Others' events may have called for letters.
            Store::note_letters();
        }
        self.try_ear().await;
        found
    }

    async fn events_now(&mut self, run: &RunId, after: u64) -> Result<Vec<Record>, StoreError> {
        let mut records: Vec<Record> = Vec::new();
        loop {
            let after = records.last().map_or(after, |record| record.seq);
            let page = self.page_of_events(run, after).await?;
            let is_last = page.len() < PAGE;
            records.extend(page);
            if is_last {
                return Ok(records);
            }
        }
    }

    async fn page_of_events(&mut self, run: &RunId, after: u64) -> Result<Vec<Record>, StoreError> {
        let row = sqlx::query(self.backend.event_lines())
            .bind(run.to_string())
            .bind(number(after))
            .bind(number(PAGE as u64))
            .fetch_one(&mut self.connection)
            .await
            .map_err(|source| self.fault(source))?;
        let lines: Option<String> = row.try_get(0).map_err(|source| self.fault(source))?;
        let lines = lines.iter().flat_map(|lines| lines.split('\n'));
        let records = lines.map(|line| read_record(line).map_err(|why| self.damaged(why)));
        let mut records = records.collect::<Result<Vec<Record>, StoreError>>()?;
        records.sort_by_key(|record| record.seq);
        Ok(records)
    }

    /// Could something be written now? Nothing is.
    pub async fn probe(&mut self) -> Result<(), StoreError> {
        self.execute(self.backend.begin()).await?;
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

/// An event of `Backend::event_lines`.
fn read_record(line: &str) -> Result<Record, Unreadable> {
    let (seq, rest) = line.split_once(' ').ok_or("no event")?;
    let (at, body) = rest.split_once(' ').ok_or("no event")?;
    Ok(Record { seq: seq.parse()?, at: at.parse()?, event: serde_json::from_str(body)? })
}
