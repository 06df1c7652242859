//! What a step does, with everything that it refers to.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Check, Gate, Poll, Subject, Template};
use crate::id::PersonId;
pub use crate::runbook::model::LoadMode;

/// What a node does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// A flow of a platform: submitted and followed to its end.
    Flow {
        /// Its name.
        flow: Template,
        /// The platform, by its name in the settings.
        platform: String,
        /// By the scheduler's own redo, which lets what depends on it run again as well.
        #[serde(default)]
        downstream: bool,
        /// The platform can be asked whether the flow is there: after a crash it is looked for.
        #[serde(default)]
        findable: bool,
    },
    /// A flow that the platform starts by itself: watched to its end, never submitted.
    Follow {
        /// Its name.
        flow: Template,
        /// The platform.
        platform: String,
    },
    /// A waiting task in the platform's scheduler that is to count as done there.
    ForcePass {
        /// Its name.
        flow: Template,
        /// The platform.
        platform: String,
    },
    /// A program or script of ours.
    Run {
        /// What is started.
        command: Command,
        /// Its environment beside the standing one; secrets are only named here.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        env: BTreeMap<String, EnvValue>,
    },
    /// Statements on a connection.
    Sql {
        /// The statements.
        text: SqlText,
        /// The connection, by its name in the settings.
        connection: String,
        /// All in one transaction?
        transaction: bool,
    },
    /// A file into a table.
    Load(Load),
    /// Things that must hold.
    Check {
        /// All of them.
        items: Vec<Check>,
        /// Looked at again until they hold.
        poll: Option<Poll>,
    },
    /// Until something outside is so.
    Wait {
        /// What.
        what: Wait,
        /// How often it is looked at, and for how long.
        poll: Option<Poll>,
    },
    /// A letter.
    Mail(MailStep),
    /// A request to a server.
    Http(Request),
    /// A person's decision, or somebody's word.
    Gate(Gate),
    /// A verb of the language that cannot be executed yet: `validate` accepts it, `plan` and `run` refuse it.
    Later {
        /// The verb or key, as written.
        what: String,
    },
}

impl Work {
    /// The word for it.
    pub fn kind(&self) -> &'static str {
        match self {
            Work::Flow { .. } => "flow",
            Work::Follow { .. } => "follow",
            Work::ForcePass { .. } => "force_pass",
            Work::Run { .. } => "run",
            Work::Sql { .. } => "sql",
            Work::Load(_) => "load",
            Work::Check { .. } => "check",
            Work::Wait { .. } => "wait",
            Work::Mail(_) => "mail",
            Work::Http(_) => "http",
            Work::Gate(gate) => gate.kind.word(),
            Work::Later { .. } => "later",
        }
    }

    /// May it be begun again after a crash without asking, because it only reads or because its state is the journal's?
    pub fn reads_only(&self) -> bool {
        match self {
            Work::Follow { .. } | Work::Check { .. } | Work::Wait { .. } | Work::Mail(_) | Work::Gate(_) => {
                true
            }
            Work::Http(request) => request.method.only_reads(),
            Work::Flow { .. }
            | Work::ForcePass { .. }
            | Work::Run { .. }
            | Work::Sql { .. }
            | Work::Load(_)
            | Work::Later { .. } => false,
        }
    }

    /// Does what it does only once, however often it is asked? A request whose key the server knows is not done twice.
    pub fn is_keyed(&self) -> bool {
        matches!(self, Work::Http(Request { key: Some(_), .. }))
    }

    /// Does it only watch something that others move on?
    pub fn only_watches(&self) -> bool {
        self.is_a_poll() || matches!(self, Work::Follow { .. })
    }

    /// Does it only look again and again until something outside is so?
    pub fn is_a_poll(&self) -> bool {
        matches!(self, Work::Check { poll: Some(_), .. } | Work::Wait { .. })
    }

    /// How many former months its checks look back on.
    pub fn looks_back(&self) -> u32 {
        let Work::Check { items, .. } = self else { return 0 };
        let months = items.iter().filter_map(|item| match &item.subject {
            Subject::Value { like, .. } => like.as_ref().map(|like| like.months),
            Subject::Table { .. } | Subject::Exists(_) => None,
        });
        months.max().unwrap_or(0)
    }

    /// Does it take one of the places that limits count? People's waiting, polls' and watching do not.
    pub fn takes_a_place(&self) -> bool {
        !self.only_watches() && !matches!(self, Work::Gate(_))
    }
}

/// A value of `env:`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvValue {
    /// A template.
    Text(Template),
    /// The engine's own environment variable.
    Env {
        /// Its name.
        name: String,
        /// Taken when it is not set.
        default: Option<String>,
    },
    /// The content of a file, relative to the project.
    File(String),
}

/// A program or a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// A program and its arguments.
    Program(Vec<Template>),
    /// For `sh -eu`; never a template.
    Shell(String),
}

/// SQL, here or in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SqlText {
    /// Written in the runbook.
    Text(Template),
    /// In a file; the path is relative to the project's folder.
    File(Template),
}

/// A table on a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableName {
    /// The connection, by its name in the settings.
    pub connection: String,
    /// The table, with its schema where it has one.
    pub table: String,
}

/// `load:`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// The file, relative to the project's folder.
    pub file: Template,
    /// `utf-8`, `gbk`, `gb18030`; utf-8 when left out.
    pub encoding: Option<String>,
    /// What stands between fields; a comma when left out.
    pub separator: Option<String>,
    /// Where it goes.
    pub into: TableName,
    /// Its key columns.
    pub key: Vec<String>,
    /// What happens to rows that are there.
    pub mode: LoadMode,
    /// The part that `replace` replaces: a condition whose values are bound.
    pub filter: Option<Template>,
}

/// `wait:`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// A file that is there and no longer changes.
    File {
        /// Its path, relative to the project's folder.
        file: Template,
        /// Unchanged for so long; at once when left out.
        stable_for: Option<Duration>,
    },
    /// A moment.
    Until(Timestamp),
    /// A value.
    Sql {
        /// The query.
        text: SqlText,
        /// Where.
        connection: String,
        /// What it must be.
        expect: Template,
    },
    /// An answer.
    Http(Request),
}

/// `mail:`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailStep {
    /// Who gets it.
    pub to: Vec<Recipient>,
    /// Its subject.
    pub subject: Template,
    /// Its text.
    pub text: Template,
}

/// Who gets a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// Whoever is on duty next.
    NextShift,
    /// Whoever has the role.
    Role(String),
    /// One person.
    Person(PersonId),
    /// An address, or what renders to a role, a person or an address.
    Text(Template),
}

/// `http:`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What is asked for.
    pub method: Method,
    /// The address; values in it are encoded.
    pub url: Template,
    /// Headers by name; secrets are only named here.
    pub headers: BTreeMap<String, EnvValue>,
    /// The body.
    pub body: Option<Template>,
    /// A pattern that the answer must match.
    pub expect: Option<Template>,
    /// Sent as `Idempotency-Key`: the request may be repeated.
    pub key: Option<Template>,
}

/// The method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the methods of HTTP are their own names")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// By its word.
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete];
        all.into_iter().find(|method| method.word() == word)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }

    /// Does it change nothing on the server?
    pub fn only_reads(self) -> bool {
        matches!(self, Method::Get | Method::Head)
    }
}
