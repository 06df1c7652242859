//! One step of a plan: what it does, what it waits for, and how it is treated when it fails.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Gate, NodeId, ParamValue, PhaseId, StageId, Template, Work};
pub use crate::runbook::model::OnFailure;

/// What most steps have is left out where a plan is kept: it is as long as its runbook.
pub(super) fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A step or a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// The stage.
    pub stage: StageId,
    /// The phase.
    pub phase: PhaseId,
    /// Unique in its stage: `DwdMergeBillM`, `stations-南京`, `DwdMergeBillM#confirm`.
    pub name: String,
    /// Its title (rendered), where it has one.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub title: Option<String>,
    /// What it does.
    pub work: Work,
    /// Steps that it waits for besides the phases before its own: `needs:`, its `confirm:`, steps whose outputs it uses.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub needs: Vec<NodeId>,
    /// Steps whose outputs its templates use: as written there, and which step that is.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub refs: Vec<(String, NodeId)>,
    /// Its `for_each` variables.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub vars: BTreeMap<String, String>,
    /// False when it starts: skipped.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub when: Option<Template>,
    /// The period that flows are dispatched for.
    pub batch: Template,
    /// Retries, time-out, what a failure does.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub policy: Policy,
    /// Patterns that take outputs from what a program prints.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub outputs: BTreeMap<String, String>,
    /// Set by the month file: it does not run this month.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub skip: Option<Skip>,
    /// 1 (worst) to 4.
    pub severity: u8,
    /// Role or person.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub owner: Option<String>,
    /// When it is late.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub deadline: Option<Timestamp>,
}

impl Node {
    /// The word for what it does: `flow`, `run`, `sql`, `check`, `gate`, `notice`, …
    pub fn kind(&self) -> &'static str {
        self.work.kind()
    }

    /// Its platform, where it is about a flow.
    pub fn platform(&self) -> Option<&str> {
        match &self.work {
            Work::Flow { platform, .. }
            | Work::Follow { platform, .. }
            | Work::ForcePass { platform, .. } => Some(platform),
            _ => None,
        }
    }

    /// May it be begun again after a crash without asking?
    pub fn may_run_again(&self) -> bool {
        self.work.reads_only() || self.work.is_keyed() || self.policy.idempotent
    }

    /// The gate that it is, if it is one.
    pub fn gate(&self) -> Option<&Gate> {
        match &self.work {
            Work::Gate(gate) => Some(gate),
            _ => None,
        }
    }
}

/// How a step is treated.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Further attempts; `None`: none.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub retry: Option<Retry>,
    /// Longest time of one attempt.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub timeout: Option<Duration>,
    /// What a failure does to the rest.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub on_failure: OnFailure,
    /// May be run again blindly.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub idempotent: bool,
}

/// Further attempts by themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Retry {
    /// How many.
    pub times: u32,
    /// Before the first of them.
    pub delay: Duration,
    /// Each delay is the one before times this.
    pub backoff: f64,
    /// No delay is longer.
    pub max_delay: Option<Duration>,
    /// Only after these exit codes; all when empty.
    pub on_exit: Vec<i32>,
}

impl Retry {
    /// The delay before further attempt `number` (from 1).
    pub fn delay_before(&self, number: u32) -> Duration {
        let exponent = i32::try_from(number.saturating_sub(1)).unwrap_or(i32::MAX);
        let seconds = self.delay.as_secs_f64() * self.backoff.powi(exponent);
        let longest = self.max_delay.unwrap_or(Duration::from_hours(24));
        Duration::try_from_secs_f64(seconds).unwrap_or(longest).min(longest)
    }
}

/// `skip:` of a month file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skip {
    /// Why.
    pub reason: String,
    /// By whose word, for people: `周经理, phone, 2026-11-01 02:10`.
    pub agreed: Option<String>,
}

/// A field of a gate's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it may be.
    pub kind: FieldKind,
    /// Smallest whole number.
    pub min: Option<i64>,
    /// Largest whole number.
    pub max: Option<i64>,
    /// Taken when nothing is said.
    pub default: Option<String>,
    /// May it be left out without a default? (Fields of a notice may.)
    pub optional: bool,
}

/// The type of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// A month.
    Month,
    /// A civil date.
    Date,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// Text of one line.
    Text,
    /// One of these.
    Choice(Vec<String>),
}

impl From<&str> for ParamValue {
    fn from(text: &str) -> Self {
        ParamValue::Text(text.to_owned())
    }
}
