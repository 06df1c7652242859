//! What a step does, as it was written.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Deadline, EnvValue, ParamKind, Text};
use crate::runbook::problem::{Span, Spanned};

/// What a step does.
#[derive(Debug, Clone)]
pub enum Verb {
    /// Submit a flow and follow it to its end.
    Flow {
        /// Its name (a template).
        flow: Text,
        /// `redo: downstream`.
        redo: Option<Text>,
    },
    /// Watch what the platform itself starts.
    Follow(Text),
    /// Count a task of the platform's scheduler as done.
    ForcePass(Text),
    /// A program or a shell script.
    Run(Command),
    /// Statements.
    Sql(Sql),
    /// A file into a table.
    Load(Load),
    /// Values, tables and existence.
    Check(Checks),
    /// Until something holds.
    Wait {
        /// What.
        what: Wait,
        /// How often, how long.
        poll: Option<Poll>,
    },
    /// A person's decision.
    Gate(Gate),
    /// Somebody's word from outside.
    Notice(Gate),
    /// A request.
    Http(Http),
    /// A letter.
    Mail(Letter),
}

/// `run:`.
#[derive(Debug, Clone)]
pub enum Command {
    /// A program and its arguments (templates).
    Program(Vec<Text>),
    /// For `sh -eu`; never a template.
    Shell(Text),
}

/// `sql:`.
#[derive(Debug, Clone)]
pub struct Sql {
    /// The statements or the file that holds them (a template).
    pub source: SqlSource,
    /// All in one transaction; true when left out.
    pub transaction: bool,
}

/// Where SQL comes from.
#[derive(Debug, Clone)]
pub enum SqlSource {
    /// Written here.
    Text(Text),
    /// In a file; a path relative to the file that names it.
    File(Text),
}

/// `check:` with `poll:` and `if_unmet:`.
#[derive(Debug, Clone)]
pub struct Checks {
    /// All of them must hold.
    pub items: Vec<Check>,
    /// Until they hold.
    pub poll: Option<Poll>,
    /// `warn` counts an unmet check as met.
    pub warn: bool,
}

/// `poll: {every, for}`.
#[derive(Debug, Clone, Copy)]
pub struct Poll {
    /// Between two looks.
    pub every: Duration,
    /// At the longest; `None`: for ever.
    pub within: Option<Duration>,
}

/// One item of a check.
#[derive(Debug, Clone)]
pub struct Check {
    /// Its place.
    pub span: Span,
    /// What is looked at.
    pub subject: CheckSubject,
    /// Of a value: `> 0`, `between 10 and 20` (a template).
    pub expect: Option<Text>,
    /// Against former months.
    pub like: Option<Like>,
    /// Also changed after that step.
    pub since: Option<Text>,
    /// Of a value: its own connection.
    pub connection: Option<Text>,
    /// `if_unmet: warn` of this item.
    pub warn: bool,
}

/// What a check looks at.
#[derive(Debug, Clone)]
pub enum CheckSubject {
    /// The first column of the first row.
    Value(SqlSource),
    /// A table against its copy.
    Table {
        /// `connection:table`.
        from: Text,
        /// `connection:table`.
        to: Text,
        /// What is compared.
        compare: Vec<Compare>,
        /// Allowed difference, as text (`0.5%`, `3`).
        tolerance: Option<Text>,
    },
    /// `connection:table` is there.
    Exists(Text),
}

/// One comparison of two tables.
#[derive(Debug, Clone)]
pub enum Compare {
    /// Number of rows.
    Rows,
    /// Sum of a column.
    Sum(Text),
    /// The same keys.
    Keys(Vec<Text>),
    /// Number of rows a value.
    RowsBy(Vec<Text>),
}

/// `like: {last: 3 months, by: 10%}`.
#[derive(Debug, Clone, Copy)]
pub struct Like {
    /// Number of months looked back on.
    pub months: u32,
    /// Allowed share of difference, 0.1 for `10%`.
    pub share: f64,
}

/// `gate:`, `notice:`, `confirm:`, `review:`.
#[derive(Debug, Clone)]
pub struct Gate {
    /// Its place.
    pub span: Span,
    /// The question (a template).
    pub ask: Text,
    /// Evidence put before the person.
    pub show: Vec<Evidence>,
    /// Fields to fill in.
    pub form: Vec<Field>,
    /// Roles and people; `None`: any operator.
    pub approvers: Option<Vec<Text>>,
    /// How many.
    pub votes: Votes,
    /// People, roles or `starter`, who may not answer.
    pub except: Vec<Text>,
    /// One answer for every value.
    pub each: Vec<Text>,
    /// When it is late.
    pub deadline: Option<Deadline>,
    /// Reminders.
    pub remind: Option<Spanned<Duration>>,
    /// Who is told when it is late.
    pub escalate: Vec<Text>,
    /// `fail` at the deadline; `false`: wait.
    pub fails_on_timeout: bool,
    /// Of a review: what a rejection does again.
    pub on_reject: Vec<Text>,
}

/// How many people must confirm.
#[derive(Debug, Clone)]
pub enum Votes {
    /// So many of those who may.
    Count(Spanned<u32>),
    /// So many of every role.
    ByRole(Vec<(Text, u32)>),
}

/// One piece of `show:`.
#[derive(Debug, Clone)]
pub enum Evidence {
    /// Rows of a query.
    Sql {
        /// The query.
        source: SqlSource,
        /// Where; left out: the step's.
        connection: Option<Text>,
    },
    /// A text file.
    File(Text),
    /// What a program prints.
    Run(Command),
    /// Another step's outcome.
    Step(Text),
}

/// A field of a gate's form.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: Text,
    /// What it may be.
    pub kind: ParamKind,
    /// Smallest whole number.
    pub min: Option<i64>,
    /// Largest whole number.
    pub max: Option<i64>,
    /// Taken when nothing is said.
    pub default: Option<String>,
}

/// `for_each:`.
#[derive(Debug, Clone)]
pub struct ForEach {
    /// The variable.
    pub variable: Text,
    /// Its values.
    pub values: EachValues,
}

/// Where the values of `for_each` come from.
#[derive(Debug, Clone)]
pub enum EachValues {
    /// Written here.
    List(Vec<Text>),
    /// A template that names a list parameter: `"{{ params.cities }}"` or `params.cities`.
    Param(Text),
    /// A column of a CSV file.
    File {
        /// The file.
        file: Text,
        /// The column.
        column: Text,
    },
}

/// `load:`.
#[derive(Debug, Clone)]
pub struct Load {
    /// The file (a template).
    pub file: Text,
    /// `utf-8`, `gbk`, `gb18030`.
    pub encoding: Option<Text>,
    /// The field separator.
    pub separator: Option<Text>,
    /// The table.
    pub into: Text,
    /// Its key columns.
    pub key: Vec<Text>,
    /// What happens to rows that are there.
    pub mode: LoadMode,
    /// The part that `replace` replaces.
    pub filter: Option<Text>,
}

/// `mode:` of a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadMode {
    /// Update and insert by key.
    Merge,
    /// Replace the part named by `where`.
    Replace,
    /// Add.
    Append,
}

/// `wait:`.
#[derive(Debug, Clone)]
pub enum Wait {
    /// A file that is there and no longer grows.
    File {
        /// Its path (a template).
        file: Text,
        /// Unchanged for so long.
        stable_for: Option<Duration>,
    },
    /// A time.
    Until(Deadline),
    /// A value.
    Sql {
        /// The query.
        source: SqlSource,
        /// What it must be.
        expect: Text,
    },
    /// An answer.
    Http(Http),
    /// A letter with this subject.
    Mail(Text),
}

/// `http:`.
#[derive(Debug, Clone)]
pub struct Http {
    /// `GET` when left out.
    pub method: Option<Text>,
    /// A template.
    pub url: Text,
    /// Names with templates or secrets.
    pub headers: Vec<(Text, EnvValue)>,
    /// A template.
    pub body: Option<Text>,
    /// What the answer must look like.
    pub expect: Option<Text>,
    /// Makes the request safe to repeat.
    pub key: Option<Text>,
}

/// `mail:`.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Roles, people, addresses, `next_shift`.
    pub to: Vec<Text>,
    /// A template.
    pub subject: Text,
    /// A template.
    pub text: Text,
}
