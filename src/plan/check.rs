//! What a check looks at and what it wants.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::work::{SqlText, TableName};
use super::{NodeId, Template};

/// `poll:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// Between two looks.
    pub every: Duration,
    /// At the longest.
    pub within: Option<Duration>,
}

/// One thing that must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What is looked at.
    pub subject: Subject,
    /// What is looked at must also have changed after that step: after the word was said, where it is a notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NodeId>,
    /// Unmet: told, but counted as met.
    pub warn: bool,
}

/// What a check looks at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The first column of the first row. `expect`, `like` or both.
    Value {
        /// The query.
        text: SqlText,
        /// Where.
        connection: String,
        /// `> 0`, `between 10 and 20`, `= text`; rendered before it is read.
        expect: Option<Template>,
        /// Against former months.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        like: Option<Like>,
    },
    /// A table against its copy.
    Table {
        /// What was distributed.
        from: TableName,
        /// Where it should have arrived.
        to: TableName,
        /// What is compared; never empty.
        compare: Vec<Compare>,
        /// The difference that is allowed of numbers.
        tolerance: Option<Tolerance>,
    },
    /// A table is there.
    Exists(TableName),
}

/// One comparison of two tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// Number of rows.
    Rows,
    /// Sum of a column.
    Sum(String),
    /// The same keys.
    Keys(Vec<String>),
    /// Number of rows of every value of these columns.
    RowsBy(Vec<String>),
}

/// A difference that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tolerance {
    /// So much, in the unit of what is compared.
    Absolute(f64),
    /// Such a share of what was distributed: 0.005 for `0.5%`.
    Share(f64),
}

/// `like: {last: 3 months, by: 10%}`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Like {
    /// How many months are looked back on.
    pub months: u32,
    /// The share of difference to their mean that is allowed: 0.1 for `10%`.
    pub share: f64,
}
