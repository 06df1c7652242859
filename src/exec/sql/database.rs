//! A connection to a database of the project: one a step, of its own. The driver is hidden here.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use super::address::{self, Address};
use super::mysql::MySql;
use super::postgres::Postgres;
use super::rows::{Cell, Each, Sink};
use super::sqlite::Sqlite;
use super::table::Column;
use super::text::{Dialect, Statement};
use crate::exec::{LONGEST, Room, not_started};
use crate::msg;
use crate::plan::ParamValue;
use crate::run::Failure;
use crate::words::{one_line, render};

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::exec) enum Purpose {
    /// A step: it may write, and waits as long for other writers.
    Work(Duration),
    /// A check or evidence: it cannot write, and waits as long for writers.
    Look(Duration),
}

/// A wish that what runs in a database ends.
#[derive(Debug, Clone)]
pub(in crate::exec) struct Interrupt {
    wish: Arc<watch::Sender<bool>>,
    limit: Option<Duration>,
    doubt: Arc<AtomicBool>,
    unmarked: Arc<AtomicBool>,
}

impl Default for Interrupt {
    fn default() -> Self {
        Interrupt::within(None)
    }
}

impl Interrupt {
    /// For work that may take so long: servers are told, so that they end it also when nobody is left to wish it.
    pub(in crate::exec) fn within(limit: Option<Duration>) -> Self {
        let wish = Arc::new(watch::Sender::new(false));
        Interrupt { wish, limit, doubt: Arc::default(), unmarked: Arc::default() }
    }

    /// Says whether the work may have taken effect without anybody knowing.
    pub(super) fn doubt(&self, is_so: bool) {
        self.doubt.store(is_so, Ordering::SeqCst);
    }

    /// Says that no marker would tell.
    pub(super) fn unmarked(&self) {
        self.unmarked.store(true, Ordering::SeqCst);
    }

    /// Would a marker tell?
    pub(super) fn is_marked(&self) -> bool {
        !self.unmarked.load(Ordering::SeqCst)
    }

    /// May it have?
    pub(super) fn is_in_doubt(&self) -> bool {
        self.doubt.load(Ordering::SeqCst)
    }

    /// Makes the wish.
    pub(in crate::exec) fn set(&self) {
        self.wish.send_replace(true);
    }

    /// Is it made?
    pub(in crate::exec) fn is_set(&self) -> bool {
        *self.wish.borrow()
    }

    /// Waits until it is made.
    pub(super) async fn wished(&self) {
        // The sender lives in here: it does not go away.
        let _ = self.wish.subscribe().wait_for(|wish| *wish).await;
    }

    /// How long the work may take.
    pub(super) fn limit(&self) -> Option<Duration> {
        self.limit
    }
}

/// Why a database refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::exec) enum Why {
    /// Somebody else holds what is wanted: the same may work later.
    Busy,
    /// Others came in between and the transaction was taken back: the whole of it may work again.
    Conflict,
    /// Wrong user or password: to try again may lock the account.
    Denied,
    /// The connection broke: what was under way is not known.
    Gone,
    /// What a row holds is not allowed where it is to stand.
    Values,
    /// Anything else: the same would be refused again.
    Refuses,
}

/// What a database says when it refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::exec) struct Refused {
    /// Its words.
    pub(in crate::exec) words: String,
    /// Why.
    pub(in crate::exec) why: Why,
}

impl Refused {
    pub(super) fn new(words: &str, why: Why) -> Self {
        Refused { words: one_line(words, 500), why }
    }

    pub(super) fn is_busy(&self) -> bool {
        self.why == Why::Busy
    }
}

/// A connection.
#[derive(Debug)]
pub(in crate::exec) enum Database {
    /// To `SQLite` files.
    Sqlite(Box<Sqlite>),
    /// To a `PostgreSQL` server.
    Postgres(Box<Postgres>),
    /// To a `MySQL` or `MariaDB` server.
    MySql(Box<MySql>),
}

impl Database {
    /// Connects to the connection with that name.
    pub(in crate::exec) async fn open(
        room: &Room,
        name: &str,
        purpose: Purpose,
        interrupt: &Interrupt,
    ) -> Result<Self, Failure> {
        let address = address::of(room, name).map_err(|why| not_started(room.lang, &why))?;
        let opened = match address {
            Address::Sqlite { file, read_only, attach } => {
                Sqlite::open(file, read_only, &attach, purpose, interrupt.clone())
                    .await
                    .map(|sqlite| Database::Sqlite(Box::new(sqlite)))
            }
            Address::Postgres(url) => {
                Box::pin(Postgres::open(&url, &room.project.zone, purpose, interrupt.clone()))
                    .await
                    .map(|postgres| Database::Postgres(Box::new(postgres)))
            }
            Address::MySql(url) => {
                Box::pin(MySql::open(&url, &room.project.zone, purpose, interrupt.clone()))
                    .await
                    .map(|mysql| Database::MySql(Box::new(mysql)))
            }
        };
        opened.map_err(|refused| {
            let words = msg!("exec-not-connected", connection = name, why = refused.words);
            match refused.why {
                Why::Denied => Failure::Denied { why: one_line(&render(room.lang, &words), LONGEST) },
                _ => not_started(room.lang, &words),
            }
        })
    }

    /// Whose SQL it speaks.
    pub(in crate::exec) fn dialect(&self) -> Dialect {
        match self {
            Database::Sqlite(_) => Dialect::Sqlite,
            Database::Postgres(_) => Dialect::Postgres,
            Database::MySql(_) => Dialect::MySql,
        }
    }

    /// Begins a transaction; one that writes waits for its turn here.
    pub(in crate::exec) async fn begin(&mut self, writes: bool) -> Result<(), Refused> {
        match self {
            Database::Sqlite(sqlite) => sqlite.begin(writes).await,
            Database::Postgres(postgres) => Box::pin(postgres.begin(writes)).await,
            Database::MySql(mysql) => Box::pin(mysql.begin(writes)).await,
        }
    }

    /// Makes it last.
    pub(in crate::exec) async fn commit(&mut self) -> Result<(), Refused> {
        match self {
            Database::Sqlite(sqlite) => sqlite.commit().await,
            Database::Postgres(postgres) => Box::pin(postgres.commit()).await,
            Database::MySql(mysql) => Box::pin(mysql.commit()).await,
        }
    }

    /// Takes it back. Tells whether something is left of it all the same: in tables that know no transactions.
    pub(in crate::exec) async fn rollback(&mut self) -> bool {
        match self {
            Database::Sqlite(sqlite) => sqlite.rollback().await,
            Database::Postgres(postgres) => postgres.rollback().await,
            Database::MySql(mysql) => return mysql.rollback().await,
        }
        false
    }

    /// Executes one statement with its values; tells how many rows it changed.
    pub(in crate::exec) async fn execute(
        &mut self,
        statement: &Statement,
        values: &[ParamValue],
        rows: &mut dyn Sink,
    ) -> Result<u64, Refused> {
        match self {
            Database::Sqlite(sqlite) => sqlite.execute(statement, values, rows).await,
            Database::Postgres(postgres) => Box::pin(postgres.execute(statement, values, rows)).await,
            Database::MySql(mysql) => Box::pin(mysql.execute(statement, values, rows)).await,
        }
    }

    /// Shows every row of a query to `see`, until it has seen enough. However many there are, one is held at a time.
    pub(in crate::exec) async fn each_row(
        &mut self,
        statement: &Statement,
        values: &[ParamValue],
        see: impl FnMut(&[Cell]) -> ControlFlow<()> + Send,
    ) -> Result<(), Refused> {
        self.execute(statement, values, &mut Each::new(see)).await.map(drop)
    }

    /// The columns of a table or view, with or without its schema, in their order; none where there is no such table.
    pub(in crate::exec) async fn columns(&mut self, table: &str) -> Result<Vec<Column>, Refused> {
        match self {
            Database::Sqlite(sqlite) => sqlite.columns(table).await,
            Database::Postgres(postgres) => Box::pin(postgres.columns(table)).await,
            Database::MySql(mysql) => Box::pin(mysql.columns(table)).await,
        }
    }

    /// The schema and the name of a table in `SQLite`'s files.
    pub(super) async fn find(&mut self, table: &str) -> Result<Option<(String, String)>, Refused> {
        match self {
            Database::Sqlite(sqlite) => sqlite.find(table).await,
            Database::Postgres(_) | Database::MySql(_) => Ok(None),
        }
    }

    /// The file that holds a table, of a database that is files.
    pub(super) async fn file_of(&mut self, table: &str) -> Result<Option<PathBuf>, Refused> {
        match self {
            Database::Sqlite(sqlite) => sqlite.file_of(table).await,
            Database::Postgres(_) | Database::MySql(_) => Ok(None),
        }
    }

    /// Is there a table or view with that name, with or without its schema?
    pub(in crate::exec) async fn exists(&mut self, table: &str) -> Result<bool, Refused> {
        match self {
            Database::Sqlite(sqlite) => sqlite.exists(table).await,
            Database::Postgres(postgres) => Box::pin(postgres.exists(table)).await,
            Database::MySql(mysql) => Box::pin(mysql.exists(table)).await,
        }
    }

    /// Ends the connection.
    pub(in crate::exec) async fn close(self) {
        match self {
            Database::Sqlite(sqlite) => sqlite.close().await,
            Database::Postgres(postgres) => postgres.close().await,
            Database::MySql(mysql) => mysql.close().await,
        }
    }
}
