//! What happened, as the journal keeps it. A step is named by its path, so that a journal can be read without its plan.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use super::carried::{Carried, Origin};
pub use super::outcome::{Failure, Outcome};
use super::recovery::Loss;
use crate::id::{HomeId, PersonId};

/// A value that a step put out or that a person filled in.
pub type Json = serde_json::Value;

/// `stage/name`, as in the plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// The state folder that it works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<HomeId>,
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
        /// What it was made from; runs that began before that was kept have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<Origin>,
    },
    /// The run goes on by another plan: the runbook as it was on disk at that moment. Steps are known again by their
    /// paths; what is done stays done.
    PlanRenewed {
        /// Who took it in.
        #[serde(flatten)]
        by: By,
        /// What the plan was made from.
        origin: Option<Origin>,
        /// Steps and gates that were not there.
        added: Vec<StepPath>,
        /// Those that are not there any more.
        removed: Vec<StepPath>,
        /// Those that are there and do something else now.
        changed: Vec<StepPath>,
        /// The plan from here on.
        plan: Carried,
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
    /// An attempt runs without a marker in its database: recorded before anything of it is done. After a crash nothing can
    /// tell whether it took effect.
    StepNotAtomic {
        /// The step.
        step: StepPath,
        /// The attempt.
        attempt: u32,
        /// Why there is no marker.
        why: String,
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
        /// It runs again by itself. Else a person decides.
        again: bool,
        /// Why nobody knows how it ended.
        #[serde(default, skip_serializing_if = "Loss::is_engine")]
        cause: Loss,
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
    /// A person wants a done step done anew, or it follows from that because it rests on one.
    StepRedone {
        /// The step.
        step: StepPath,
        /// Who.
        #[serde(flatten)]
        by: By,
        /// Why.
        reason: String,
        /// The step that was asked for, where it is not this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<StepPath>,
    },
    /// A person keeps a step from starting.
    StepHeld {
        /// The step.
        step: StepPath,
        /// Who.
        #[serde(flatten)]
        by: By,
        /// Why, where they said so.
        reason: Option<String>,
    },
    /// A person lets a held step go.
    StepReleased {
        /// The step.
        step: StepPath,
        /// Who.
        #[serde(flatten)]
        by: By,
    },
    /// A person keeps everything that has not begun from starting.
    RunHeld {
        /// Who.
        #[serde(flatten)]
        by: By,
        /// Why, where they said so.
        reason: Option<String>,
    },
    /// A person lets the run go on.
    RunReleased {
        /// Who.
        #[serde(flatten)]
        by: By,
    },
    /// What a gate's answers rested on is done anew: they count no more, and it is asked again.
    GateVoided {
        /// The gate.
        step: StepPath,
        /// Only the answer for this value of `each`; left out: all of them.
        #[serde(rename = "for", default, skip_serializing_if = "Option::is_none")]
        value: Option<String>,
        /// Who had it done anew.
        #[serde(flatten)]
        by: By,
        /// Why.
        reason: String,
        /// What is done anew.
        because: StepPath,
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
            Event::RunStarted { .. }
            | Event::PlanRenewed { .. }
            | Event::RunResumed { .. }
            | Event::RunHeld { .. }
            | Event::RunReleased { .. }
            | Event::RunCancelled { .. } => None,
            Event::StepStarted { step, .. }
            | Event::StepSubmitted { step, .. }
            | Event::StepNotAtomic { step, .. }
            | Event::StepEnded { step, .. }
            | Event::StepLost { step, .. }
            | Event::StepSettled { step, .. }
            | Event::StepRetried { step, .. }
            | Event::StepSkipped { step, .. }
            | Event::StepForced { step, .. }
            | Event::StepRedone { step, .. }
            | Event::StepHeld { step, .. }
            | Event::StepReleased { step, .. }
            | Event::GateVoided { step, .. }
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
