//! What can go wrong with the store, by what can be done about it.

use crate::id::RunId;
use crate::msg;
use crate::run::EngineId;
use crate::words::{Explain, Msg, one_line};

/// What can go wrong with the store. After any of these but `Behind` and `RunExists` the truth is unknown until it is
/// read again: the engine stops, or waits until a server is there again and reads anew.
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
    /// A file on a disk that several machines share.
    #[error("{path} is on {kind}")]
    Shared {
        /// The file.
        path: String,
        /// The file system's name.
        kind: &'static str,
    },
    /// The database says no.
    #[error("{path}: {source}")]
    Database {
        /// Which.
        path: String,
        /// Its words.
        source: sqlx::Error,
    },
    /// The server cannot be reached, or went away: whether what was under way has happened is not known.
    #[error("{path}: {why}")]
    Gone {
        /// Which.
        path: String,
        /// Its words.
        why: String,
    },
    /// The server does not let us in: to try again may lock the account.
    #[error("{path}: {why}")]
    Denied {
        /// Which.
        path: String,
        /// Its words.
        why: String,
    },
    /// The URL cannot be read, or has an option that is not known.
    #[error("not a store's URL")]
    BadUrl {
        /// The option, where it is one.
        option: Option<String>,
    },
    /// Another engine has the right to drive the run now.
    #[error("run {run} is driven by another engine")]
    TakenOver {
        /// The run.
        run: RunId,
        /// Who drives it, where that can be told.
        by: Option<EngineId>,
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

impl StoreError {
    /// The server went away, and may come back.
    pub fn is_gone(&self) -> bool {
        matches!(self, StoreError::Gone { .. })
    }

    /// Others came in between and the transaction was surely taken back: the same may work when it is decided anew.
    pub(super) fn is_conflict(&self) -> bool {
        let StoreError::Database { source, .. } = self else { return false };
        let code = source.as_database_error().and_then(|said| said.code().map(std::borrow::Cow::into_owned));
        code.is_some_and(|code| CONFLICTS.contains(&code.as_str()))
    }
}

/// `SQLSTATE`: serialization failure, deadlock, lock not to be had in time, statement ended by a time-out.
const CONFLICTS: [&str; 4] = ["40001", "40P01", "55P03", "57014"];

impl Explain for StoreError {
    fn explain(&self) -> Msg {
        match self {
            StoreError::Behind => msg!("store-behind"),
            StoreError::RunExists(run) => msg!("store-run-exists", run = run.to_string()),
            StoreError::NoSuchRun(run) => msg!("store-no-such-run", run = run.to_string()),
            StoreError::Unusable { path, why } => msg!("store-unusable", path = path, why = why),
            StoreError::Shared { path, kind } => msg!("store-shared", path = path, kind = *kind),
            StoreError::Database { path, source } => {
                msg!("store-database", path = path, why = one_line(&source.to_string(), 200))
            }
            StoreError::Gone { path, why } => msg!("store-gone", path = path, why = why),
            StoreError::Denied { path, why } => msg!("store-denied", path = path, why = why),
            StoreError::BadUrl { option: None } => msg!("store-bad-url"),
            StoreError::BadUrl { option: Some(option) } => msg!("store-bad-option", option = option),
            StoreError::TakenOver { run, by: Some(by) } => {
                let host = crate::words::printable(&by.host);
                msg!("store-taken-over", run = run.to_string(), host = host, pid = by.pid.to_string())
            }
            StoreError::TakenOver { run, by: None } => msg!("store-taken-away", run = run.to_string()),
            StoreError::Newer { path, found } => msg!("store-newer", path = path, found = found),
            StoreError::Damaged { path, why } => msg!("store-damaged", path = path, why = why),
            StoreError::Unknown(url) => msg!("store-unknown", url = url),
        }
    }
}
