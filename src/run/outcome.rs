//! How an attempt came to a known end.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::event::Json;
use crate::msg;
use crate::words::{Explain, Msg};

/// A known end of an attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Outcome {
    /// It did what it should.
    Succeeded {
        /// What later steps may use.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        outputs: BTreeMap<String, Json>,
        /// What people should know (a check's values, an unmet warning, rows affected).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        remarks: Vec<String>,
    },
    /// It did not.
    Failed {
        /// Why.
        failure: Failure,
    },
}

/// Why an attempt failed. The whole failure space, as types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Failure {
    /// It could not begin: program missing, file unreadable, connection refused, bad template value.
    NotStarted {
        /// Why.
        why: String,
    },
    /// A database refused the user or the password. Nothing tries again by itself: accounts lock.
    Denied {
        /// What it says.
        why: String,
    },
    /// The connection broke while a transaction was being made to last: whether it did is not known. Nothing tries again by
    /// itself, unless a marker tells.
    InDoubt {
        /// How it broke.
        why: String,
        /// A marker was in the transaction: the next attempt finds out by it, and does nothing twice.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        marked: bool,
    },
    /// A program ended with a code other than 0.
    Exit {
        /// The code.
        code: i32,
        /// The last line that it printed on standard error (else on standard output).
        last_line: String,
    },
    /// A program was ended by a signal.
    Signal {
        /// The signal's number.
        signal: i32,
    },
    /// An attempt took longer than `timeout`.
    TimedOut {
        /// How long it was allowed to take.
        after: Duration,
    },
    /// The database refused a statement; nothing of the transaction remains.
    Sql {
        /// Which statement, from 1.
        statement: u32,
        /// What the database says.
        why: String,
    },
    /// The database refused a statement, and what was done to tables that know no transactions remains.
    SqlLeft {
        /// Which statement, from 1.
        statement: u32,
        /// What the database says.
        why: String,
    },
    /// Lines of a file are wrong; nothing of it was written.
    Rejected {
        /// How many lines were read.
        read: u64,
        /// How many of them are wrong.
        rejected: u64,
        /// The first of them, with their reasons.
        told: Vec<String>,
        /// The file that holds them, relative to the project when below it; none where it could not be written.
        file: Option<String>,
    },
    /// A check does not hold.
    Unmet {
        /// Each item: what was wanted and what was found.
        found: Vec<String>,
    },
    /// The platform says that the flow failed.
    Flow {
        /// Its reason.
        reason: String,
    },
    /// A server's answer is not the one that is wanted.
    Answer {
        /// Its status.
        status: u16,
        /// What is wrong with it.
        why: String,
    },
    /// A request was sent and no answer came: nobody knows whether it was done.
    NoAnswer {
        /// What kept it.
        why: String,
    },
    /// Outputs that were asked for are not there.
    Output {
        /// Why.
        why: String,
    },
    /// It was stopped by a person.
    Cancelled,
}

impl Explain for Failure {
    fn explain(&self) -> Msg {
        match self {
            Failure::NotStarted { why } => msg!("failure-not-started", why = why),
            Failure::Denied { why } => msg!("failure-denied", why = why),
            Failure::InDoubt { why, marked: true } => msg!("failure-in-doubt-marked", why = why),
            Failure::InDoubt { why, marked: false } => msg!("failure-in-doubt", why = why),
            Failure::Exit { code, last_line } if last_line.is_empty() => {
                msg!("failure-exit-silent", code = *code)
            }
            Failure::Exit { code, last_line } => msg!("failure-exit", code = *code, line = last_line),
            Failure::Signal { signal } => msg!("failure-signal", signal = *signal),
            Failure::TimedOut { after } => {
                msg!("failure-timed-out", after = crate::time::show_duration(*after))
            }
            Failure::Sql { statement, why } => msg!("failure-sql", statement = *statement, why = why),
            Failure::SqlLeft { statement, why } => {
                msg!("failure-sql-left", statement = *statement, why = why)
            }
            Failure::Rejected { read, rejected, told, file } => {
                let (told, read, rejected) = (told.join("; "), *read, *rejected);
                match file {
                    Some(file) => {
                        msg!("failure-rejected", read = read, rejected = rejected, told = told, file = file)
                    }
                    None => {
                        msg!("failure-rejected-unkept", read = read, rejected = rejected, told = told)
                    }
                }
            }
            Failure::Unmet { found } => msg!("failure-unmet", found = found.join("; ")),
            Failure::Flow { reason } => msg!("failure-flow", reason = reason),
            Failure::Answer { status, why } => msg!("failure-answer", status = status.to_string(), why = why),
            Failure::NoAnswer { why } => msg!("failure-no-answer", why = why),
            Failure::Output { why } => msg!("failure-output", why = why),
            Failure::Cancelled => msg!("failure-cancelled"),
        }
    }
}
