//! Where one step of a run stands, and what people said about it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::event::{By, Decision, EngineId, Failure, Json, Shown, SkipCause, Verdict};
use super::recovery::Loss;
use super::status::StepStatus;

/// Who set a mark, when, why. It stays through everything that follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Who; `None` where it was no person.
    pub by: Option<By>,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// The life of a step: exactly one of these, with what that one can have.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Life {
    /// Its turn has not come.
    #[default]
    Pending,
    /// An attempt is in flight.
    Running {
        /// The platform's id of the flow, once it is known.
        submitted: Option<String>,
    },
    /// An attempt failed; the next comes by itself.
    Retrying {
        /// When.
        due: Timestamp,
        /// Why the last one failed.
        failure: Failure,
    },
    /// A gate that asks.
    Open {
        /// What it asks, rendered.
        ask: String,
        /// What it shows.
        evidence: Vec<Shown>,
    },
    /// Done.
    Succeeded {
        /// What later steps may use.
        outputs: BTreeMap<String, Json>,
        /// What people should know.
        remarks: Vec<String>,
        /// Who said so, where a lost attempt was settled.
        settled: Option<Mark>,
    },
    /// Failed for good.
    Failed {
        /// Why; `None` for a rejected or timed-out gate.
        failure: Option<Failure>,
        /// Who said so, where a person rejected or settled it.
        by: Option<Mark>,
    },
    /// In flight at a crash.
    Lost {
        /// Why nobody knows how it ended.
        cause: Loss,
    },
    /// Does not run.
    Skipped {
        /// By what.
        cause: SkipCause,
        /// Who, when, why.
        mark: Mark,
    },
    /// Counts as done.
    Forced {
        /// Who, when, why.
        mark: Mark,
    },
}

impl Life {
    /// Succeeded, skipped or forced: what depends on it may go on, and a run of only these is green.
    pub fn is_done(&self) -> bool {
        matches!(self, Life::Succeeded { .. } | Life::Skipped { .. } | Life::Forced { .. })
    }

    /// Failed or lost: a person decides.
    pub fn needs_a_person(&self) -> bool {
        matches!(self, Life::Failed { .. } | Life::Lost { .. })
    }
}

/// A step of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepState {
    /// Where it is in its life.
    pub life: Life,
    /// Attempts begun; a gate's: times that it was asked.
    pub attempt: u32,
    /// Attempts since a person last asked for one: what automatic retries are counted by.
    pub tries: u32,
    /// The attempt whose token is used: the first of those whose outcome was in doubt, else the latest.
    pub token: u32,
    /// When the first of the attempts began that an engine's going has cut into pieces: a poll's time counts from then.
    pub waiting_since: Option<Timestamp>,
    /// Its last attempt was in flight at a crash.
    pub in_doubt: bool,
    /// Why its present attempt runs without a marker in its database, where it does.
    pub not_atomic: Option<String>,
    /// Engines that died with it, one after the other, since it last came to a known end.
    pub losses: u32,
    /// The engine under which the latest attempt began.
    pub under: Option<Arc<EngineId>>,
    /// When the latest attempt began.
    pub started_at: Option<Timestamp>,
    /// When it came to its present end.
    pub finished_at: Option<Timestamp>,
    /// A gate's question as it was last asked, rendered.
    pub asked: Option<String>,
    /// Answers to a gate that count now.
    pub decisions: Vec<Decided>,
    /// Answers that count no more, because what they rested on was done anew.
    pub voided: Vec<Voided>,
    /// Marks of skip and force that were there before it was done anew: they stay for ever.
    pub marks: Vec<FormerMark>,
    /// Who keeps it from starting.
    pub held: Option<Mark>,
    /// Failures before the present attempt, for the handover.
    pub failures: u32,
    /// People who had it retried, and why.
    pub repairs: Vec<Mark>,
    /// People who had it done anew though it was done, and why.
    pub redone: Vec<Mark>,
    /// It was done, and a person wants it done anew.
    pub anew: bool,
    /// It was done as a former plan defined it; the present one defines it otherwise.
    pub outdated: bool,
}

/// A step that was there before the plan was renewed, and is not in it any more.
#[derive(Debug, Clone, PartialEq)]
pub struct Removed {
    /// What it did: `flow`, `run`, `gate`, …
    pub kind: &'static str,
    /// The stage in which it stood.
    pub stage: String,
    /// Where it stood in its life, with all marks and answers.
    pub step: StepState,
    /// Where it stood, in a word.
    pub status: StepStatus,
    /// Who renewed the plan, and when.
    pub mark: Mark,
}

/// An answer with its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// When.
    pub at: Timestamp,
    /// What.
    pub decision: Decision,
}

/// An answer that counts no more.
#[derive(Debug, Clone, PartialEq)]
pub struct Voided {
    /// The answer.
    pub decided: Decided,
    /// Who had what it rested on done anew, or had it asked again, why, when.
    pub mark: Mark,
}

impl Voided {
    /// Was it a confirmation? A rejection that was asked about again takes nothing away.
    pub(super) fn was_a_yes(&self) -> bool {
        self.decided.decision.decision == Verdict::Confirmed
    }
}

/// A mark of skip, force or settlement on what was done anew since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerMark {
    /// What the step was by it.
    pub status: StepStatus,
    /// Who, when, why.
    pub mark: Mark,
}
