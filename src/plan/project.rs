//! The project around a plan: connections, platforms, mail, people. Read from the settings every time a command
//! starts, never kept in a run: it names secrets, it does not hold them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::roster::Roster;
use super::work::{Command, Request, SqlText};
use crate::runbook::model::ActionKind;
use crate::words::Lang;

/// A project's settings, resolved.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its folder.
    pub dir: PathBuf,
    /// Civil times are meant in it.
    pub zone: TimeZone,
    /// Of letters, and of a terminal that asks for none.
    pub language: Option<Lang>,
    /// Where the journal is: `sqlite:PATH`.
    pub store: Setting,
    /// How letters leave.
    pub mail: Option<Mail>,
    /// Databases by name.
    pub connections: BTreeMap<String, Connection>,
    /// Platforms by name.
    pub platforms: BTreeMap<String, Platform>,
    /// People; `None`: everyone is an operator.
    pub roster: Option<Roster>,
}

/// Text, or where it comes from. Resolved at the moment of use and kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// Written in the settings.
    Text(String),
    /// An environment variable.
    Env {
        /// Its name.
        name: String,
        /// Taken when it is not set.
        default: Option<String>,
    },
    /// A file's content without its last newline, relative to the project.
    File(String),
}

/// How letters leave.
#[derive(Debug, Clone)]
pub struct Mail {
    /// A mailbox with or without a name.
    pub from: String,
    /// `smtp://host:port`, `smtps://host:port`; `None`: letters become files.
    pub smtp: Option<Setting>,
    /// With `smtp://`: TLS must be offered (true), or is not wanted.
    pub starttls: bool,
    /// Login.
    pub user: Option<Setting>,
    /// Password.
    pub password: Option<Setting>,
}

/// A database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// `sqlite:PATH`, `postgres://…`, `mysql://…`.
    pub url: Setting,
    /// `SQLite`: other files, by schema name.
    pub attach: BTreeMap<String, Setting>,
    /// TLS is not verified.
    pub insecure: bool,
    /// A query that tells when a table was last changed: it binds `:table`, `:schema` and `:name`.
    pub changed: Option<SqlText>,
}

/// Where flows run.
#[derive(Debug, Clone)]
pub struct Platform {
    /// For its SQL and for steps that name the platform.
    pub connection: Option<String>,
    /// Flows at a time.
    pub limit: Option<u32>,
    /// Of what its commands print; a label of the WHATWG encoding standard.
    pub encoding: Option<String>,
    /// What it can do with a flow.
    pub actions: BTreeMap<ActionKind, Action>,
}

/// One thing that a platform can do.
#[derive(Debug, Clone)]
pub struct Action {
    /// How.
    pub means: Means,
    /// Its first group is the flow's id.
    pub id: Option<String>,
    /// What comes back says that the flow is surely not there.
    pub none: Option<String>,
    /// Between two polls; 10 s when left out.
    pub every: Option<Duration>,
    /// The flow is done.
    pub succeeded: Option<String>,
    /// The flow failed.
    pub failed: Option<String>,
    /// Its first group is why.
    pub reason: Option<String>,
}

/// How an action is done.
#[derive(Debug, Clone)]
pub enum Means {
    /// By a program.
    Run(Command),
    /// By SQL on the platform's connection.
    Sql {
        /// The statements.
        text: SqlText,
        /// All in one transaction?
        transaction: bool,
    },
    /// By a request; what comes back is its body.
    Http(Request),
}
