//! A played warehouse, in `SQLite` files and where wanted on database servers: a telecom's appliance, MPP database and
//! billing database, made from a seed, with a year of former months and, as methods, what the outside world does to it at
//! the start of a month.
//!
//! It promises the same data for the same seed and month, and that every move can be made again without harm.

mod books;
mod copy;
mod db;
pub mod distribution;
mod files;
mod history;
mod localised;
mod make;
mod moves;
mod plans;
pub mod project;
mod rehearsal;
mod rng;
pub mod scheduler;
mod script;
mod stations;
mod world;

use std::path::{Path, PathBuf};

use crate::time::Month;

pub use db::{Place, Places};
pub use moves::Move;
pub use rehearsal::InitKind;
pub use stations::Fault;

/// How many former months a sandbox knows.
pub const HISTORY_MONTHS: i32 = 12;

/// A warehouse made by [`build`].
#[derive(Debug, Clone)]
pub struct Sandbox {
    dir: PathBuf,
    month: Month,
    seed: u64,
    places: Places,
}

/// Why a sandbox cannot be made, opened or moved on.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// A finished sandbox is there already; it is never written over.
    #[error("a sandbox is there already: {0}")]
    Exists(PathBuf),
    /// The folder holds no sandbox, or one whose making was interrupted.
    #[error("no finished sandbox in {0}")]
    NotASandbox(PathBuf),
    /// The sandbox was made for another month.
    #[error("the sandbox was made for {made_for}, not for {asked}")]
    OtherMonth {
        /// Its month.
        made_for: Month,
        /// The month that was asked for.
        asked: Month,
    },
    /// A server's database holds a table of that name which no sandbox has made; it is left alone.
    #[error("{connection}: a table `{table}` is there that no sandbox has made; it is left alone")]
    NotOurs {
        /// Which database.
        connection: &'static str,
        /// Which table.
        table: String,
    },
    /// A file could not be made or removed.
    #[error("{path}: {source}")]
    File {
        /// Which one.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A database refused.
    #[error("sandbox database: {0}")]
    Database(#[from] sqlx::Error),
}

/// Make a sandbox in `dir` for the accounting month `month`: a year of former months before it, nothing of its own yet.
/// What an interrupted making left there is replaced; a finished sandbox is not.
pub async fn build(dir: &Path, month: Month, seed: u64) -> Result<Sandbox, SandboxError> {
    build_at(dir, month, seed, Places::default()).await
}

/// The same, with databases that may stand elsewhere. What an earlier sandbox made there is replaced; a database that
/// holds tables of that name from anybody else is refused.
pub async fn build_at(dir: &Path, month: Month, seed: u64, places: Places) -> Result<Sandbox, SandboxError> {
    let sandbox = Sandbox { dir: dir.to_owned(), month, seed, places };
    make::make(&sandbox).await?;
    Ok(sandbox)
}

impl Sandbox {
    /// The sandbox that [`build`] made in `dir` for `month`.
    pub async fn open(dir: &Path, month: Month) -> Result<Self, SandboxError> {
        let sandbox = files::read_mark(dir).await?;
        let made_for = sandbox.month;
        if made_for != month {
            return Err(SandboxError::OtherMonth { made_for, asked: month });
        }
        Ok(sandbox)
    }

    /// The sandbox in `dir`, for whichever month it was made.
    pub async fn found(dir: &Path) -> Result<Self, SandboxError> {
        files::read_mark(dir).await
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The accounting month that it plays.
    pub fn month(&self) -> Month {
        self.month
    }

    /// What it was made from.
    pub fn seed(&self) -> u64 {
        self.seed
    }
}
