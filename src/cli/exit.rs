//! How a command ends: the exit codes of the contract, and the failures that lead to them.

use crate::run::Refusal;
use crate::store::StoreError;
use crate::words::{Explain, Msg};

/// An exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Exit {
    /// Done.
    Done = 0,
    /// Unexpected error.
    Unexpected = 1,
    /// Unknown file, run, step, parameter, bad value.
    Usage = 2,
    /// Runbook, settings, roster or month file invalid; nothing was started.
    Invalid = 3,
    /// A failed, rejected or lost step needs a decision; or cancelled.
    Halted = 4,
    /// Waiting for people or time.
    Waiting = 5,
    /// Not allowed, wrong state, already decided, month already run.
    Refused = 6,
    /// Store, platform or mail out of reach.
    OutOfReach = 7,
    /// Interrupted, resumable.
    Interrupted = 130,
}

impl Exit {
    /// The exit code of another process of this program; unexpected, where a signal ended it.
    pub(super) fn of_process(code: Option<i32>) -> Self {
        let all = [
            Exit::Done,
            Exit::Usage,
            Exit::Invalid,
            Exit::Halted,
            Exit::Waiting,
            Exit::Refused,
            Exit::OutOfReach,
            Exit::Interrupted,
        ];
        let same = |exit: &Exit| code == Some(i32::from(*exit as u8));
        all.into_iter().find(same).unwrap_or(Exit::Unexpected)
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failed {
    /// Its exit code.
    pub exit: Exit,
    /// Lines for people, already in their language; or sentences to be rendered.
    pub what: What,
}

/// What there is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// One sentence.
    Said(Msg),
    /// Rendered already (diagnostics with source lines, usage).
    Shown(String),
    /// Said on standard output or in the progress already.
    Nothing,
}

impl Failed {
    /// A failure with one sentence.
    pub(super) fn new(exit: Exit, msg: Msg) -> Self {
        Failed { exit, what: What::Said(msg) }
    }

    /// Wrong words on the command line.
    pub(super) fn usage(msg: Msg) -> Self {
        Failed::new(Exit::Usage, msg)
    }

    /// Only the code: everything is said already.
    pub(super) fn silent(exit: Exit) -> Self {
        Failed { exit, what: What::Nothing }
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        let exit = match error {
            StoreError::NoSuchRun(_) => Exit::Usage,
            StoreError::RunExists(_) | StoreError::Behind | StoreError::TakenOver { .. } => Exit::Refused,
            StoreError::Unknown(_) | StoreError::BadUrl { .. } => Exit::Invalid,
            _ => Exit::OutOfReach,
        };
        Failed::new(exit, error.explain())
    }
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        let exit = if matches!(refusal, Refusal::Form(_)) { Exit::Usage } else { Exit::Refused };
        Failed::new(exit, refusal.explain())
    }
}
