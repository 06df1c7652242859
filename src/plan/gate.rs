//! A gate: the question, who may answer it and how often it must be answered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::node::Field;
use super::work::{Command, SqlText};
use super::{NodeId, Template};
use crate::id::PersonId;

/// A question to people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// Which of the four it is.
    pub kind: GateKind,
    /// The question, or the word that is expected.
    pub ask: Template,
    /// What is put before the person.
    pub show: Vec<Evidence>,
    /// What is filled in.
    pub form: Vec<Field>,
    /// Who may answer; empty: any operator.
    pub approvers: Vec<Approver>,
    /// How many must confirm.
    pub votes: Votes,
    /// Who may not.
    pub except: Vec<Excluded>,
    /// One answer for every value; empty: one answer.
    pub each: Vec<String>,
    /// When it is late.
    pub deadline: Option<Timestamp>,
    /// At the deadline it fails instead of waiting on.
    pub fails_on_timeout: bool,
    /// Of a review: what a rejection does again.
    pub on_reject: Vec<NodeId>,
}

/// Which kind of gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateKind {
    /// A step of its own.
    Gate,
    /// Somebody's word from outside.
    Notice,
    /// Before a step.
    Confirm,
    /// After a step.
    Review,
}

impl GateKind {
    /// The word for it, as in `status --json`.
    pub fn word(self) -> &'static str {
        match self {
            GateKind::Gate => "gate",
            GateKind::Notice => "notice",
            GateKind::Confirm => "confirm",
            GateKind::Review => "review",
        }
    }
}

/// Who may answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approver {
    /// Whoever has the role.
    Role(String),
    /// One person.
    Person(PersonId),
}

/// Who may not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Excluded {
    /// Who started the run.
    Starter,
    /// Whoever has the role.
    Role(String),
    /// One person.
    Person(PersonId),
}

/// How many must confirm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Votes {
    /// So many people.
    Count(u32),
    /// So many people of every role; one person counts for one role.
    ByRole(BTreeMap<String, u32>),
}

impl Votes {
    /// How many people at least.
    pub fn total(&self) -> u32 {
        match self {
            Votes::Count(count) => *count,
            Votes::ByRole(roles) => roles.values().sum(),
        }
    }
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Rows of a query.
    Sql {
        /// The query.
        text: SqlText,
        /// Where.
        connection: String,
    },
    /// A text file, relative to the project.
    File(Template),
    /// What a program prints.
    Run(Command),
    /// Another step's outcome.
    Step(NodeId),
}
