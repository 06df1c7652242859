//! A connection to a database of the project: one a step, of its own. The driver is hidden here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::address::{self, Address};
use super::rows::Rows;
use super::sqlite::Sqlite;
use super::text::{Dialect, Statement};
use crate::exec::Room;
use crate::plan::ParamValue;
use crate::words::{Msg, one_line};

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::exec) enum Purpose {
    /// A step: it may write, and waits as long for other writers.
    Work(Duration),
    /// A check or evidence: it cannot write, and waits as long for writers.
    Look(Duration),
}

/// A wish that what runs in a database ends.
#[derive(Debug, Clone, Default)]
pub(in crate::exec) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Makes the wish.
    pub(in crate::exec) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Is it made?
    pub(in crate::exec) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a database says when it refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::exec) struct Refused {
    /// Its words.
    pub(in crate::exec) words: String,
    /// Somebody else holds it: the same may work later.
    pub(in crate::exec) busy: bool,
}

impl Refused {
    pub(super) fn new(words: &str, busy: bool) -> Self {
        Refused { words: one_line(words, 500), busy }
    }
}

/// A connection.
#[derive(Debug)]
pub(in crate::exec) enum Database {
    /// To `SQLite` files.
    Sqlite(Box<Sqlite>),
}

impl Database {
    /// Connects to the connection with that name.
    pub(in crate::exec) async fn open(
        room: &Room,
        name: &str,
        purpose: Purpose,
        interrupt: &Interrupt,
    ) -> Result<Self, Msg> {
        match address::of(room, name)? {
            Address::Sqlite { file, read_only, attach } => {
                let opened = Sqlite::open(file, read_only, &attach, purpose, interrupt.clone()).await;
                let refused =
                    |why: Refused| crate::msg!("exec-not-connected", connection = name, why = why.words);
                opened.map(|sqlite| Database::Sqlite(Box::new(sqlite))).map_err(refused)
            }
        }
    }

    /// Whose SQL it speaks.
    pub(in crate::exec) fn dialect(&self) -> Dialect {
        match self {
            Database::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// Begins a transaction; one that writes waits for its turn here.
    pub(in crate::exec) async fn begin(&mut self, writes: bool) -> Result<(), Refused> {
        match self {
            Database::Sqlite(sqlite) => sqlite.begin(writes).await,
        }
    }

    /// Makes it last.
    pub(in crate::exec) async fn commit(&mut self) -> Result<(), Refused> {
        match self {
            Database::Sqlite(sqlite) => sqlite.commit().await,
        }
    }

    /// Takes it back.
    pub(in crate::exec) async fn rollback(&mut self) {
        match self {
            Database::Sqlite(sqlite) => sqlite.rollback().await,
        }
    }

    /// Executes one statement with its values; tells how many rows it changed.
    pub(in crate::exec) async fn execute(
        &mut self,
        statement: &Statement,
        values: &[ParamValue],
        rows: &mut Rows,
    ) -> Result<u64, Refused> {
        match self {
            Database::Sqlite(sqlite) => sqlite.execute(statement, values, rows).await,
        }
    }

    /// Is there a table or view with that name, with or without its schema?
    pub(in crate::exec) async fn exists(&mut self, table: &str) -> Result<bool, Refused> {
        match self {
            Database::Sqlite(sqlite) => sqlite.exists(table).await,
        }
    }

    /// Ends the connection.
    pub(in crate::exec) async fn close(self) {
        match self {
            Database::Sqlite(sqlite) => sqlite.close().await,
        }
    }
}
