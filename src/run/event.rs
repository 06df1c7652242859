//! What happened, as the journal keeps it. A step is named by its path, so that a journal can be read without its plan.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::PersonId;
use crate::msg;
use crate::words::{Explain, Msg};

/// A value that a step put out or that a person filled in.
pub type Json = serde_json::Value;

/// `stage/name`, as in the plan.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepPath(pub String);

impl fmt::Display for StepPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An event with its place in the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// 1, 2, … without a gap.
    pub seq: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// Who did something: the person who answers for it, and who typed it where that is somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// The person.
    pub by: PersonId,
    /// The person who stood in, or the operating-system user where it is nobody of the roster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand: Option<PersonId>,
    /// Done by the played outside world of the demo.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub played: bool,
}

impl By {
    /// A person acting for themselves.
    pub fn person(id: impl Into<String>) -> Self {
        By { by: PersonId(id.into()), hand: None, played: false }
    }
}

/// The process that drives a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineId {
    /// Its host's name.
    pub host: String,
    /// Its process id.
    pub pid: u32,
}

/// What can happen to a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The run began.
    RunStarted {
        /// Who started it.
        #[serde(flatten)]
        by: By,
        /// Who drives it.
        engine: EngineId,
    },
    /// An engine took it up again.
    RunResumed {
        /// Who resumed it.
        #[serde(flatten)]
        by: By,
        /// Who drives it.
        engine: EngineId,
    },
    /// An attempt begins: recorded before anything is done.
    StepStarted {
        /// The step.
        step: StepPath,
        /// 1, 2, …
        attempt: u32,
    },
    /// The platform gave the flow an id, by which it can be found again.
    StepSubmitted {
        /// The step.
        step: StepPath,
        /// The attempt.
        attempt: u32,
        /// The platform's id.
        id: String,
    },
    /// An attempt came to a known end.
    StepEnded {
        /// The step.
        step: StepPath,
        /// The attempt.
        attempt: u32,
        /// How.
        outcome: Outcome,
        /// Numbers that it saw, however it ended: what later months are compared with.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        numbers: Vec<Number>,
    },
    /// An attempt was in flight when its engine died.
    StepLost {
        /// The step.
        step: StepPath,
        /// The attempt.
        attempt: u32,
        /// It only reads, or is idempotent: it runs again by itself. Else a person decides.
        again: bool,
    },
    /// A person says how a lost attempt ended.
    StepSettled {
        /// The step.
        step: StepPath,
        /// It was done (or it failed).
        done: bool,
        /// Who says so.
        #[serde(flatten)]
        by: By,
        /// On what evidence.
        reason: String,
    },
    /// A person wants a failed, lost or rejected step again.
    StepRetried {
        /// The step.
        step: StepPath,
        /// Who.
        #[serde(flatten)]
        by: By,
        /// Why, where they said so.
        reason: Option<String>,
    },
    /// A step does not run.
    StepSkipped {
        /// The step.
        step: StepPath,
        /// Who, where it was a person.
        by: Option<By>,
        /// Why.
        reason: String,
        /// By what.
        cause: SkipCause,
    },
    /// A step counts as done.
    StepForced {
        /// The step.
        step: StepPath,
        /// Who.
        #[serde(flatten)]
        by: By,
        /// Why.
        reason: String,
    },
    /// A gate asks.
    GateOpened {
        /// The gate.
        step: StepPath,
        /// What it asks, rendered.
        ask: String,
        /// What it shows; a decision rests on it.
        evidence: Vec<Shown>,
    },
    /// A person answered a gate.
    GateDecided {
        /// The gate.
        step: StepPath,
        /// The answer.
        #[serde(flatten)]
        decision: Decision,
    },
    /// A gate's deadline passed and it was told to fail then.
    GateTimedOut {
        /// The gate.
        step: StepPath,
    },
    /// A person stops the run for good.
    RunCancelled {
        /// Who.
        #[serde(flatten)]
        by: By,
        /// Why.
        reason: String,
    },
}

impl Event {
    /// The step that it is about.
    pub fn step(&self) -> Option<&StepPath> {
        match self {
            Event::RunStarted { .. } | Event::RunResumed { .. } | Event::RunCancelled { .. } => None,
            Event::StepStarted { step, .. }
            | Event::StepSubmitted { step, .. }
            | Event::StepEnded { step, .. }
            | Event::StepLost { step, .. }
            | Event::StepSettled { step, .. }
            | Event::StepRetried { step, .. }
            | Event::StepSkipped { step, .. }
            | Event::StepForced { step, .. }
            | Event::GateOpened { step, .. }
            | Event::GateDecided { step, .. }
            | Event::GateTimedOut { step } => Some(step),
        }
    }
}

/// A number that a check or a load saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// What it counts, the same in every month: the query or the comparison as it is written.
    pub series: String,
    /// The number, in decimal digits.
    pub value: String,
}

/// What made a step be skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipCause {
    /// A person.
    Person,
    /// Its `when:` is false.
    When,
    /// The month file.
    Month,
}

/// An answer to a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Who.
    #[serde(flatten)]
    pub by: By,
    /// Yes or no.
    pub decision: Verdict,
    /// For one value of `each`.
    #[serde(rename = "for")]
    pub value: Option<String>,
    /// What they added.
    pub note: Option<String>,
    /// What they filled in.
    #[serde(default)]
    pub form: BTreeMap<String, Json>,
    /// Their roles at that moment, for votes by role.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Given by `--yes` before it was asked.
    #[serde(default)]
    pub in_advance: bool,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Yes.
    Confirmed,
    /// No.
    Rejected,
}

/// A piece of evidence as it was shown: a heading and lines of text without control characters, or a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// What it is (the query, the file's name, the step).
    pub title: String,
    /// Column names; empty where it is plain text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Rows of cells; plain text has one cell a row.
    pub rows: Vec<Vec<String>>,
    /// How much is not shown.
    #[serde(default)]
    pub more: u64,
}

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
    /// The connection broke while a transaction was being made to last: whether it did is not known, and nothing tries
    /// again by itself.
    InDoubt {
        /// How it broke.
        why: String,
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
            Failure::InDoubt { why } => msg!("failure-in-doubt", why = why),
            Failure::Exit { code, last_line } if last_line.is_empty() => {
                msg!("failure-exit-silent", code = *code)
            }
            Failure::Exit { code, last_line } => msg!("failure-exit", code = *code, line = last_line),
            Failure::Signal { signal } => msg!("failure-signal", signal = *signal),
            Failure::TimedOut { after } => {
                msg!("failure-timed-out", after = crate::time::show_duration(*after))
            }
            Failure::Sql { statement, why } => msg!("failure-sql", statement = *statement, why = why),
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
            Failure::Output { why } => msg!("failure-output", why = why),
            Failure::Cancelled => msg!("failure-cancelled"),
        }
    }
}
