//! Settings as they were written.

use std::time::Duration;

use super::verb::{Command, Http, Sql, SqlSource};
use super::{Secret, Text};
use crate::runbook::problem::{Span, Spanned};

/// `monthstart.yaml` with its overlay merged over.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The zone's name; `None`: the machine's.
    pub timezone: Option<Text>,
    /// `zh` or `en`.
    pub language: Option<Text>,
    /// `sqlite:PATH`.
    pub store: Option<Value>,
    /// The roster's file.
    pub roster: Option<Text>,
    /// How letters leave.
    pub mail: Option<Mail>,
    /// By name.
    pub connections: Vec<(Text, Connection)>,
    /// By name.
    pub platforms: Vec<(Text, Platform)>,
}

/// A setting: text, or from the environment or a file.
#[derive(Debug, Clone)]
pub enum Value {
    /// Written here.
    Text(Text),
    /// From elsewhere.
    Secret(Secret),
}

/// `mail:` of the settings.
#[derive(Debug, Clone)]
pub struct Mail {
    /// A mailbox: `月初值班 <ops@example.com>`.
    pub from: Text,
    /// `smtp://` or `smtps://`; `None`: letters become files.
    pub smtp: Option<Value>,
    /// With `smtp://`: is TLS wanted?
    pub starttls: bool,
    /// Login.
    pub user: Option<Value>,
    /// Its password; never text.
    pub password: Option<Secret>,
}

/// A database.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Its place.
    pub span: Span,
    /// `sqlite:PATH`, `postgres://…`, `mysql://…`.
    pub url: Value,
    /// `SQLite`: other files, by schema name.
    pub attach: Vec<(Text, Value)>,
    /// TLS is not verified.
    pub insecure: bool,
    /// Tells when a table was last changed.
    pub changed: Option<SqlSource>,
}

/// Where flows run.
#[derive(Debug, Clone)]
pub struct Platform {
    /// Its place.
    pub span: Span,
    /// Where its SQL runs.
    pub connection: Option<Text>,
    /// Flows at a time, over all runs of the project.
    pub limit: Option<Spanned<u32>>,
    /// Of what its commands print.
    pub encoding: Option<Text>,
    /// What it can do with a flow.
    pub flow: Vec<(Spanned<ActionKind>, Action)>,
}

/// What a platform can be asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// The whole flow, where there is no submit and poll (`flow: {sql: …}`, `flow: {run: …}`).
    Whole,
    /// Is it there, by anyone?
    Find,
    /// Start it.
    Submit,
    /// How far is it?
    Poll,
    /// Again, with all that depends on it.
    Redo,
    /// Count it as done.
    ForcePass,
    /// Stop it.
    Cancel,
    /// What it printed.
    Log,
}

/// One action: a `run`, a `sql` or an `http`, with conditions on what comes back.
#[derive(Debug, Clone)]
pub struct Action {
    /// What is done.
    pub means: Means,
    /// The pattern whose first group is the flow's id.
    pub id: Option<Text>,
    /// The flow is surely not there.
    pub none: Option<Text>,
    /// Between two polls.
    pub every: Option<Duration>,
    /// The flow is done.
    pub succeeded: Option<Text>,
    /// The flow failed.
    pub failed: Option<Text>,
    /// The pattern whose first group is why.
    pub reason: Option<Text>,
}

/// How an action is done.
#[derive(Debug, Clone)]
pub enum Means {
    /// By a program.
    Run(Command),
    /// By SQL.
    Sql(Sql),
    /// By a request.
    Http(Http),
}
