//! The keys of a project's settings.

use super::{
    DURATION, FLAG, Field, LINE, NAME, PATTERN, Scalar, Shape, Table, may, must, one,
    step::{COMMAND, ENCODING, HTTP, LIMIT, SQL, SQL_SOURCE},
};

/// `monthstart.yaml`.
pub(super) static PROJECT: Shape = Shape::Map(&PROJECT_TABLE);
static PROJECT_TABLE: Table = Table {
    id: "problem-thing-project",
    fields: &[&[
        may("timezone", &LINE, "The project's time zone; left out: the machine's."),
        may("language", &Shape::Scalar(Scalar::Word(&["zh", "en"])), "Of letters and messages."),
        may("store", &ADDRESS, "Where runs are recorded; sqlite:.monthstart/journal.db when left out."),
        may("roster", &LINE, "The roster's file."),
        may("mail", &Shape::Map(&MAIL), "How letters leave."),
        may("connections", &Shape::MapOf(Scalar::Name, &CONNECTION), "Databases."),
        may("platforms", &Shape::MapOf(Scalar::Name, &Shape::Map(&PLATFORM)), "Where flows run."),
    ]],
    variants: &[],
    rest: None,
};

/// An address as text, or from the environment or a file.
static ADDRESS: Shape = Shape::AnyOf(&[&Shape::Scalar(Scalar::Url), &FROM]);
/// Text, or from the environment or a file.
static SETTING: Shape = Shape::AnyOf(&[&LINE, &FROM]);
const FROM: Shape = Shape::Map(&FROM_TABLE);
static FROM_TABLE: Table = Table {
    id: "problem-thing-from",
    fields: &[&[may("default", &Shape::Scalar(Scalar::Url), "Taken when the variable is not set.")]],
    variants: &[
        one("env", &Shape::Scalar(Scalar::Ident), "An environment variable.").with(&["default"]),
        one("file", &LINE, "A file that only its owner can read."),
    ],
    rest: None,
};

/// A secret: from the environment or a file, with no default.
pub(super) static SECRET_TABLE: Table = Table {
    id: "problem-thing-secret",
    fields: &[],
    variants: &[
        one("env", &Shape::Scalar(Scalar::Ident), "An environment variable."),
        one("file", &LINE, "A file that only its owner can read."),
    ],
    rest: None,
};

static MAIL: Table = Table {
    id: "problem-thing-mail-settings",
    fields: &[&[
        must("from", &LINE, "The sender: Name <address>."),
        may("smtp", &ADDRESS, "smtps://host:465 or smtp://host:587; left out: letters become files."),
        may(
            "starttls",
            &Shape::Scalar(Scalar::Word(&["required", "none"])),
            "With smtp://: required when left out.",
        ),
        may("user", &SETTING, "The login."),
        may("password", &Shape::Secret, "Its password: from env or file, never text."),
    ]],
    variants: &[],
    rest: None,
};

static CONNECTION: Shape = Shape::AnyOf(&[&Shape::Scalar(Scalar::Url), &Shape::Map(&CONNECTION_TABLE)]);
static CONNECTION_TABLE: Table = Table {
    id: "problem-thing-connection",
    fields: &[&[
        must("url", &ADDRESS, "sqlite:PATH, postgres://…, mysql://…"),
        may("attach", &Shape::MapOf(Scalar::Ident, &ADDRESS), "SQLite: other files, by schema name."),
        may("insecure", &FLAG, "TLS certificates are not verified."),
        may(
            "changed",
            &SQL_SOURCE,
            "A query that tells when :table (:schema, :name) was last changed, for checks with since.",
        ),
    ]],
    variants: &[],
    rest: None,
};

static PLATFORM: Table = Table {
    id: "problem-thing-platform",
    fields: &[&[
        may("connection", &NAME, "Where its SQL runs."),
        may("limit", &LIMIT, "Flows at a time, over all runs of this project."),
        may("encoding", &ENCODING, "Of what its commands print."),
        may("flow", &FLOW, "What can be done with a flow."),
    ]],
    variants: &[],
    rest: None,
};

/// The whole flow as one action, or an action for each thing that can be asked.
static FLOW: Shape = Shape::AnyOf(&[&ACTION, &Shape::Map(&ACTIONS)]);
static ACTIONS: Table = Table {
    id: "problem-thing-actions",
    fields: &[&[
        may("find", &ACTION, "Is the flow there, by anyone?"),
        may("submit", &ACTION, "Start it."),
        may("poll", &ACTION, "How far is it?"),
        may("redo", &ACTION, "Again, with all that depends on it."),
        may("force_pass", &ACTION, "Count it as done."),
        may("cancel", &ACTION, "Stop it."),
        may("log", &ACTION, "What it printed."),
    ]],
    variants: &[],
    rest: None,
};

static ACTION: Shape = Shape::Map(&ACTION_TABLE);
static ACTION_TABLE: Table = Table {
    id: "problem-thing-action",
    fields: &[&CONDITIONS],
    variants: &[
        one("run", &COMMAND, "A program with its arguments."),
        one("sql", &SQL, "SQL statements."),
        one("http", &HTTP, "A request."),
    ],
    rest: None,
};
static CONDITIONS: [Field; 6] = [
    may("id", &PATTERN, "A pattern whose first group is the flow's id."),
    may("none", &PATTERN, "What comes back matches this: the flow is surely not there."),
    may("every", &DURATION, "Between two looks."),
    may("succeeded", &PATTERN, "What comes back matches this: the flow is done."),
    may("failed", &PATTERN, "What comes back matches this: the flow failed."),
    may("reason", &PATTERN, "A pattern whose first group is why it failed."),
];
