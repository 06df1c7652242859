//! [`Plan`]: a runbook for one month with every reference resolved. Nothing in it can be missing. Pure.
//!
//! Stages, levels, `confirm:` and `review:` become nodes and phases: a gate, a flow and a wait are one kind of node with
//! one life. A phase is what starts together (one `ready` step, one level, one `verify` step); it starts when the phases
//! before it are done. That is the barrier, and it costs an edge a phase, not an edge a pair of steps.

mod check;
pub mod diff;
pub mod duty;
pub mod expect;
mod gate;
mod node;
pub mod post;
pub mod project;
pub mod resolve;
pub mod roster;
pub mod show;
pub mod sql;
pub mod template;
pub mod who;
mod work;

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use check::{Check, Compare, Like, Poll, Subject, Tolerance};
pub use gate::{Approver, Evidence, Excluded, Gate, GateKind, Votes};
pub use node::{Field, FieldKind, Node, OnFailure, Policy, Retry, Skip};
pub use work::{
    Command, EnvValue, Load, LoadMode, MailStep, Method, Recipient, Request, SqlText, TableName, Wait, Work,
};

use crate::id::RunId;
use crate::time::Month;

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// Its place in the plan's list.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl From<usize> for $name {
            fn from(index: usize) -> Self {
                $name(u32::try_from(index).unwrap_or(u32::MAX))
            }
        }
    };
}
index!(
    /// A node of [`Plan::nodes`].
    NodeId
);
index!(
    /// A phase of [`Plan::phases`].
    PhaseId
);
index!(
    /// A stage of [`Plan::stages`].
    StageId
);

/// A text with `{{ }}` in it, checked when the plan was made; rendered once, when its step starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template(pub String);

/// A value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum ParamValue {
    /// A month.
    Month(Month),
    /// A civil date.
    Date(jiff::civil::Date),
    /// A whole number.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// Any text of one line.
    Text(String),
    /// One of the declared words.
    Choice(String),
    /// Several texts.
    List(Vec<String>),
}

/// A runbook for one month, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The run that it would be.
    pub run: RunId,
    /// The runbook's title, or its name.
    pub title: String,
    /// Parameters by name; `month` among them.
    pub params: BTreeMap<String, ParamValue>,
    /// Everything is read, followed, checked and asked; nothing is submitted or written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shadow: bool,
    /// Steps side by side.
    pub limit: u32,
    /// In the order in which they were written; included ones first.
    pub stages: Vec<Stage>,
    /// All stages' phases; a stage's own are neighbours, in their order.
    pub phases: Vec<Phase>,
    /// All steps and gates; a phase's own are neighbours, in their order.
    pub nodes: Vec<Node>,
}

impl Plan {
    /// The accounting month.
    pub fn month(&self) -> Month {
        self.run.month
    }

    /// A node by its number.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// A stage by its number.
    pub fn stage(&self, id: StageId) -> &Stage {
        &self.stages[id.index()]
    }

    /// A phase by its number.
    pub fn phase(&self, id: PhaseId) -> &Phase {
        &self.phases[id.index()]
    }

    /// `stage/name`, `stage/name#confirm`.
    pub fn path(&self, id: NodeId) -> String {
        let node = self.node(id);
        format!("{}/{}", self.stage(node.stage).name, node.name)
    }

    /// All nodes with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.nodes.iter().enumerate().map(|(index, node)| (NodeId::from(index), node))
    }

    /// The nodes that cannot be executed yet: path, and the verb or key. Such a plan may be shown and not run.
    pub fn not_yet(&self) -> Vec<(String, String)> {
        self.iter()
            .filter_map(|(id, node)| match &node.work {
                Work::Later { what } => Some((self.path(id), what.clone())),
                _ => None,
            })
            .collect()
    }

    /// The nodes of a stage.
    pub fn nodes_of(&self, stage: StageId) -> impl Iterator<Item = NodeId> + '_ {
        let stage = self.stage(stage);
        stage.phases.iter().flat_map(|phase| self.phase(*phase).nodes.iter().copied())
    }
}

/// A named part of a run with its own owner, deadline and handover.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Its title, or its name.
    pub title: String,
    /// Role or person.
    pub owner: Option<String>,
    /// When it is late.
    pub deadline: Option<Timestamp>,
    /// Steps of it side by side.
    pub limit: Option<u32>,
    /// Who is mailed when it finishes.
    pub handover: Handover,
    /// Stages that it waits for.
    pub after: Vec<StageId>,
    /// Its phases, in their order; never empty.
    pub phases: Vec<PhaseId>,
}

/// Who is mailed when a stage finishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handover {
    /// The next shift of the roster.
    NextShift,
    /// Nobody.
    None,
    /// All who have the role.
    Role(String),
    /// One person.
    Person(String),
}

/// What starts together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// The stage.
    pub stage: StageId,
    /// Which part of it.
    pub part: Part,
    /// Its nodes.
    pub nodes: Vec<NodeId>,
    /// Phases that must be done before it: the one before it in its stage, or the last ones of the stages before.
    pub after: Vec<PhaseId>,
}

/// Which part of a stage a phase is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Before the levels.
    Ready,
    /// A level, by the number that the team gives it.
    Level(u32),
    /// After the levels.
    Verify,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Ready => f.write_str("ready"),
            Part::Level(number) => write!(f, "{number}"),
            Part::Verify => f.write_str("verify"),
        }
    }
}

/// In JSON a level is its number, the other two are their words.
impl Serialize for Part {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Part::Level(number) => serializer.serialize_u32(*number),
            word => serializer.collect_str(word),
        }
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Number(u32),
            Word(String),
        }
        match Raw::deserialize(deserializer)? {
            Raw::Number(number) => Ok(Part::Level(number)),
            Raw::Word(word) if word == "ready" => Ok(Part::Ready),
            Raw::Word(word) if word == "verify" => Ok(Part::Verify),
            Raw::Word(word) => Err(serde::de::Error::custom(format!("not a part of a stage: {word}"))),
        }
    }
}
