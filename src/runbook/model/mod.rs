//! A runbook, a project's settings, a roster and a month file as they were written: every word with its place,
//! nothing resolved. Anything may still be wrong in what they refer to.

mod people;
mod project;
mod verb;

use std::time::Duration;

use jiff::civil::Time;

use crate::runbook::problem::{Span, Spanned};

pub use people::*;
pub use project::*;
pub use verb::*;

/// A piece of text and its place.
pub type Text = Spanned<String>;

/// A runbook file.
#[derive(Debug, Clone)]
pub struct Runbook {
    /// Its name, the first half of run ids.
    pub name: Text,
    /// Its title.
    pub title: Option<Text>,
    /// Declared parameters, in their order.
    pub params: Vec<Param>,
    /// Steps side by side; 16 when left out.
    pub limit: Option<Spanned<u32>>,
    /// What steps take when they say nothing.
    pub defaults: Defaults,
    /// Who is mailed when a stage finishes: `next_shift`, `none`, a role or a person.
    pub handover: Option<Text>,
    /// Files whose stages come before `stages`.
    pub include: Vec<Text>,
    /// Its own stages.
    pub stages: Vec<Stage>,
}

/// A declared parameter.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: Text,
    /// What it may be.
    pub kind: ParamKind,
    /// Taken when nobody gives one; `closing` for a month. `None`: it must be given.
    pub default: Option<Spanned<Scalars>>,
}

/// The type of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParamKind {
    /// `2026-10`.
    Month,
    /// `2026-10-31`.
    Date,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// Any text of one line.
    Text,
    /// One of these.
    Choice(Vec<String>),
    /// Several texts, for `for_each`.
    List,
}

/// One value or a list of values, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalars {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

/// `defaults:` of a runbook or stage.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// Longest time of one attempt.
    pub timeout: Option<Spanned<Duration>>,
    /// Further attempts.
    pub retry: Option<Retry>,
    /// 1 (worst) to 4.
    pub severity: Option<Spanned<u8>>,
    /// What a failure does.
    pub on_failure: Option<Spanned<OnFailure>>,
}

/// `retry:` of a step.
#[derive(Debug, Clone)]
pub struct Retry {
    /// Further attempts after the first.
    pub times: u32,
    /// Before the first further attempt.
    pub delay: Option<Duration>,
    /// Each delay is the one before times this; 1 when left out.
    pub backoff: Option<f64>,
    /// No delay is longer.
    pub max_delay: Option<Duration>,
    /// Only after these exit codes; all when empty.
    pub on_exit: Vec<i32>,
}

/// What a step that failed for good does to the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// What depends on it waits for a person.
    #[default]
    Hold,
    /// What depends on it goes on; the run ends halted.
    Continue,
    /// Nothing more starts.
    Abort,
}

/// A stage.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its place (its `name:` line).
    pub span: Span,
    /// Its name.
    pub name: Text,
    /// Its title.
    pub title: Option<Text>,
    /// Of steps that name none.
    pub platform: Option<Text>,
    /// The period that flows are dispatched for; a template.
    pub batch: Option<Text>,
    /// Role or person.
    pub owner: Option<Text>,
    /// When it is late.
    pub deadline: Option<Deadline>,
    /// Who is mailed when it finishes, in place of the runbook's.
    pub handover: Option<Text>,
    /// Steps of it side by side.
    pub limit: Option<Spanned<u32>>,
    /// What its steps take when they say nothing.
    pub defaults: Defaults,
    /// Stages that it waits for; `None` when not written.
    pub after: Option<Spanned<Vec<Text>>>,
    /// Before level 1, one after another.
    pub ready: Vec<Step>,
    /// By their numbers, ascending.
    pub levels: Vec<(Spanned<u32>, Vec<Step>)>,
    /// After the last level, one after another.
    pub verify: Vec<Step>,
}

/// `{day: 2, at: "12:00"}`.
#[derive(Debug, Clone)]
pub struct Deadline {
    /// Its place.
    pub span: Span,
    /// The day.
    pub day: DeadlineDay,
    /// The time of day in the project's zone; the day's end when left out.
    pub at: Option<Time>,
}

/// The day of a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadlineDay {
    /// Day 1, 2, … of the month after the accounting month.
    Of(u8),
    /// The accounting month's own last day.
    Last,
}

/// A step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its place: the bare word, or the first key of its map.
    pub span: Span,
    /// Its name; left out: from the verb.
    pub name: Option<Text>,
    /// Its title.
    pub title: Option<Text>,
    /// What it does.
    pub verb: Spanned<Verb>,
    /// Where its flow runs.
    pub platform: Option<Text>,
    /// Where its SQL runs.
    pub connection: Option<Text>,
    /// A template.
    pub batch: Option<Text>,
    /// Steps that it waits for besides its level.
    pub needs: Vec<Text>,
    /// An expression or template; false: skipped.
    pub when: Option<Text>,
    /// One step a value.
    pub for_each: Option<ForEach>,
    /// Asked before it starts.
    pub confirm: Option<Gate>,
    /// Asked after it.
    pub review: Option<Gate>,
    /// Further attempts.
    pub retry: Option<Retry>,
    /// Of one attempt.
    pub timeout: Option<Spanned<Duration>>,
    /// What a failure does.
    pub on_failure: Option<Spanned<OnFailure>>,
    /// May be run again blindly.
    pub idempotent: bool,
    /// 1 (worst) to 4.
    pub severity: Option<Spanned<u8>>,
    /// Role or person.
    pub owner: Option<Text>,
    /// When it is late.
    pub deadline: Option<Deadline>,
    /// Environment of a program: names and templates.
    pub env: Vec<(Text, EnvValue)>,
    /// Tables read (`connection:table`).
    pub reads: Vec<Text>,
    /// Tables written.
    pub writes: Vec<Text>,
    /// Output names and the patterns that take them.
    pub outputs: Vec<(Text, Text)>,
}

/// A value of `env:`.
#[derive(Debug, Clone)]
pub enum EnvValue {
    /// A template.
    Text(Text),
    /// A secret, from the environment or a file.
    Secret(Secret),
}

/// Where a secret or a setting comes from.
#[derive(Debug, Clone)]
pub enum Secret {
    /// `{env: NAME, default: TEXT}`.
    Env {
        /// The variable.
        name: Text,
        /// Taken when it is not set.
        default: Option<Text>,
    },
    /// `{file: PATH}`.
    File(Text),
}
