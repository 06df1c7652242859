//! The keys of a step: its verbs with what goes with each, and what every step may say.

use super::{
    COUNT, DURATION, FLAG, FREE, Field, LINE, LINES, MANY_LINES, NAME, PATTERN, Scalar, Shape, TITLE, Table,
    gate, may, must, one,
};

/// A step: a bare word (a flow on the stage's platform), or a map with exactly one verb.
pub(super) static STEP: Shape = Shape::AnyOf(&[&FLOW, &Shape::Map(&STEP_TABLE)]);

const FLOW: Shape = Shape::Scalar(Scalar::NameTemplate);
const INTEGER: Shape = Shape::Scalar(Scalar::Integer(-1, 255));

static STEP_TABLE: Table = Table {
    id: "problem-thing-step",
    fields: &[&COMMON, &SOME_VERBS],
    variants: &[
        one("flow", &FLOW, "Submit this flow to its platform and follow it to its end.").with(&[
            "redo",
            "retry",
            "timeout",
            "idempotent",
        ]),
        one("follow", &FLOW, "Watch this flow, which the platform starts by itself.").with(&["timeout"]),
        one("force_pass", &FLOW, "Have the platform count this waiting task as done.").with(&[
            "retry",
            "timeout",
            "idempotent",
        ]),
        one("run", &COMMAND, "A program with its arguments, or a shell script.").with(&[
            "retry",
            "timeout",
            "idempotent",
            "env",
            "outputs",
        ]),
        one("sql", &SQL, "SQL statements, in one transaction.").with(&[
            "retry",
            "timeout",
            "idempotent",
            "transaction",
        ]),
        one("load", &Shape::Map(&LOAD), "A file into a table.").with(&["retry", "timeout", "idempotent"]),
        one(
            "check",
            &Shape::Filled(&Shape::OneOrMany(&Shape::Map(&CHECK))),
            "Values, tables and existence; all must hold.",
        )
        .with(&["retry", "timeout", "poll", "if_unmet"]),
        one("wait", &Shape::Map(&WAIT), "Until something holds.").with(&["poll"]),
        one("gate", &gate::GATE, "A person's decision."),
        one("notice", &gate::NOTICE, "Somebody's word from outside, recorded by an operator."),
        one("http", &HTTP, "A request.").with(&["retry", "timeout", "idempotent", "outputs"]),
        one("mail", &Shape::Map(&MAIL), "A letter.").with(&["retry", "timeout", "idempotent"]),
    ],
    rest: None,
};

/// What every step may say.
static COMMON: [Field; 16] = [
    may("name", &FLOW, "The step's name; left out: the flow's name."),
    may("title", &TITLE, "A title for people."),
    may("platform", &NAME, "Where its flow runs, and its SQL."),
    may("connection", &NAME, "Where its SQL runs."),
    may("batch", &LINE, "The period that its flow is dispatched for."),
    may("needs", &MANY_LINES, "Steps that it waits for besides its level."),
    may("when", &LINE, "An expression; false: the step is skipped."),
    may("for_each", &Shape::OneOf(Scalar::Ident, &EACH), "One step for every value."),
    may("confirm", &gate::GATE, "Asked before it starts."),
    may("review", &gate::REVIEW, "Asked after it, with its outcome as evidence."),
    may("on_failure", &ON_FAILURE, "hold (default), continue or abort."),
    may("severity", &SEVERITY, "1 (worst) to 4."),
    may("owner", &NAME, "A role or a person."),
    may("deadline", &DEADLINE, "When it is late."),
    may("reads", &MANY_LINES, "Tables that it reads, as connection:table."),
    may("writes", &MANY_LINES, "Tables that it writes, as connection:table."),
];

/// What goes with some verbs only.
static SOME_VERBS: [Field; 9] = [
    may("redo", &Shape::Scalar(Scalar::Word(&["downstream"])), "Use the scheduler's own redo-downstream."),
    may("retry", &RETRY, "Further attempts after a failure."),
    may("timeout", &DURATION, "The longest time of one attempt."),
    may("idempotent", &FLAG, "May be run again blindly after a crash."),
    may("transaction", &FLAG, "One transaction around all statements; true when left out."),
    may("poll", &Shape::Map(&POLL), "Look again until it holds."),
    may("if_unmet", &IF_UNMET, "fail (default) or warn."),
    may("env", &Shape::MapOf(Scalar::Ident, &ENV), "Environment of the program."),
    may("outputs", &Shape::MapOf(Scalar::Ident, &PATTERN), "Outputs and the patterns that take them."),
];

pub(super) static ON_FAILURE: Shape = Shape::Scalar(Scalar::Word(&["hold", "continue", "abort"]));
pub(super) static SEVERITY: Shape = Shape::Scalar(Scalar::Integer(1, 4));
static IF_UNMET: Shape = Shape::Scalar(Scalar::Word(&["fail", "warn"]));
static ENV: Shape = Shape::AnyOf(&[&Shape::Scalar(Scalar::FreeLines), &Shape::Secret]);

/// A program with its arguments, or a script for `sh -eu`.
pub(super) static COMMAND: Shape = Shape::AnyOf(&[&LINES, &Shape::Filled(&Shape::List(&FREE))]);

/// SQL as text, or the file that holds it.
pub(super) static SQL_SOURCE: Shape = Shape::AnyOf(&[&LINES, &Shape::Map(&SQL_FILE)]);
static SQL_FILE: Table = Table {
    id: "problem-thing-sql-file",
    fields: &[&[must("file", &LINE, "The file that holds the SQL.")]],
    variants: &[],
    rest: None,
};

/// `sql:` as a verb.
pub(super) static SQL: Shape = Shape::AnyOf(&[&LINES, &Shape::Map(&SQL_TABLE)]);
static SQL_TABLE: Table = Table {
    id: "problem-thing-sql",
    fields: &[&[
        must("file", &LINE, "The file that holds the statements."),
        may("transaction", &FLAG, "One transaction around all statements; true when left out."),
    ]],
    variants: &[],
    rest: None,
};

/// `retry:`.
pub(super) static RETRY: Shape = Shape::AnyOf(&[&RETRIES, &Shape::Map(&RETRY_TABLE)]);
const RETRIES: Shape = Shape::Scalar(Scalar::Integer(0, 1_000));
static RETRY_TABLE: Table = Table {
    id: "problem-thing-retry",
    fields: &[&[
        must("times", &RETRIES, "Further attempts after the first."),
        may("delay", &DURATION, "Before the first further attempt."),
        may("backoff", &Shape::Scalar(Scalar::Factor), "Each delay is the one before times this."),
        may("max_delay", &DURATION, "No delay is longer."),
        may("on_exit", &Shape::OneOrMany(&INTEGER), "Only after these exit codes."),
    ]],
    variants: &[],
    rest: None,
};

/// `deadline:`.
pub(super) static DEADLINE: Shape = Shape::Map(&DEADLINE_TABLE);
static DEADLINE_TABLE: Table = Table {
    id: "problem-thing-deadline",
    fields: &[&[
        must(
            "day",
            &Shape::Scalar(Scalar::Day),
            "Day of the month after the accounting month, or last: its last day.",
        ),
        may("at", &Shape::Scalar(Scalar::Time), "The time of day; left out: the end of the day."),
    ]],
    variants: &[],
    rest: None,
};

static POLL: Table = Table {
    id: "problem-thing-poll",
    fields: &[&[
        must("every", &DURATION, "Between two looks."),
        may("for", &DURATION, "At the longest; left out: for ever."),
    ]],
    variants: &[],
    rest: None,
};

static EACH: Shape =
    Shape::AnyOf(&[&LINE, &Shape::List(&Shape::Scalar(Scalar::EachValue)), &Shape::Map(&EACH_FILE)]);
static EACH_FILE: Table = Table {
    id: "problem-thing-each-file",
    fields: &[&[
        must("file", &LINE, "A CSV file."),
        must("column", &LINE, "The column that holds the values."),
    ]],
    variants: &[],
    rest: None,
};

static LOAD: Table = Table {
    id: "problem-thing-load",
    fields: &[&[
        must("file", &LINE, "The file."),
        may("encoding", &ENCODING, "Its encoding; utf-8 when left out."),
        may(
            "separator",
            &Shape::Scalar(Scalar::Separator),
            "What stands between fields; a comma when left out.",
        ),
        must("into", &LINE, "The table."),
        may("key", &MANY_LINES, "Its key columns."),
        may(
            "mode",
            &Shape::Scalar(Scalar::Word(&["merge", "replace", "append"])),
            "What happens to rows that are there.",
        ),
        may("where", &LINES, "The part of the table that replace replaces."),
    ]],
    variants: &[],
    rest: None,
};

/// Encodings of files and of what programs print.
pub(super) static ENCODING: Shape = Shape::Scalar(Scalar::Word(&["utf-8", "gbk", "gb18030"]));

static CHECK: Table = Table {
    id: "problem-thing-check",
    fields: &[&[
        may("expect", &LINE, "What the value must be: > 0, between 10 and 20, = {{ … }}."),
        may("like", &Shape::Map(&LIKE), "Compared with former months."),
        may("connection", &NAME, "Where the value comes from."),
        may("compare", &Shape::OneOrMany(&COMPARE), "What is compared; rows when left out."),
        may("tolerance", &Shape::Scalar(Scalar::Tolerance), "The difference that is allowed: 3 or 0.5%."),
        may("since", &LINE, "The table must also have changed after this step."),
        may("if_unmet", &IF_UNMET, "fail (default) or warn, for this item."),
    ]],
    variants: &[
        one("sql", &SQL_SOURCE, "A value: the first column of the first row.")
            .with(&["expect", "like", "connection"])
            .needs_one(&["expect", "like"]),
        one("table", &Shape::Map(&TABLE_PAIR), "A table against its copy.").with(&[
            "compare",
            "tolerance",
            "since",
        ]),
        one("exists", &LINE, "This table is there: connection:table.").with(&["since"]),
    ],
    rest: None,
};

static TABLE_PAIR: Table = Table {
    id: "problem-thing-table-pair",
    fields: &[&[must("from", &LINE, "connection:table."), must("to", &LINE, "connection:table.")]],
    variants: &[],
    rest: None,
};

static LIKE: Table = Table {
    id: "problem-thing-like",
    fields: &[&[
        must("last", &Shape::Scalar(Scalar::Months), "How many months are looked back on: 3 months."),
        must("by", &Shape::Scalar(Scalar::Share), "The difference that is allowed: 10%."),
    ]],
    variants: &[],
    rest: None,
};

static COMPARE: Shape = Shape::AnyOf(&[&Shape::Scalar(Scalar::Comparison), &Shape::Map(&COMPARE_TABLE)]);
static COMPARE_TABLE: Table = Table {
    id: "problem-thing-compare",
    fields: &[],
    variants: &[
        one("keys", &MANY_LINES, "The same keys on both sides."),
        one("rows_by", &MANY_LINES, "The same number of rows for every value."),
    ],
    rest: None,
};

static WAIT: Table = Table {
    id: "problem-thing-wait",
    fields: &[&[
        may("stable_for", &DURATION, "The file has not changed for so long."),
        may("expect", &LINE, "What the value must be."),
    ]],
    variants: &[
        one("file", &LINE, "A file that is there.").with(&["stable_for"]),
        one("until", &DEADLINE, "A time."),
        one("sql", &SQL_SOURCE, "A value.").with(&["expect"]).needs(&["expect"]),
        one("http", &HTTP, "An answer."),
        one("mail", &LINE, "A letter whose subject holds this."),
    ],
    rest: None,
};

/// `http:`: an address, or with all that belongs to a request.
pub(super) static HTTP: Shape = Shape::AnyOf(&[&Shape::Scalar(Scalar::Page), &Shape::Map(&HTTP_TABLE)]);
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
static HTTP_TABLE: Table = Table {
    id: "problem-thing-http",
    fields: &[&[
        must("url", &Shape::Scalar(Scalar::Page), "The address."),
        may("method", &Shape::Scalar(Scalar::Word(METHODS)), "GET when left out."),
        may("headers", &Shape::MapOf(Scalar::Header, &ENV), "Headers; secrets from env: or file:."),
        may("body", &Shape::Scalar(Scalar::FreeLines), "The body."),
        may("expect", &LINE, "What the answer must look like."),
        may("key", &LINE, "Makes the request safe to repeat."),
    ]],
    variants: &[],
    rest: None,
};

static MAIL: Table = Table {
    id: "problem-thing-mail",
    fields: &[&[
        must("to", &Shape::Filled(&MANY_LINES), "Roles, people, addresses, next_shift."),
        must("subject", &LINE, "The subject."),
        must("text", &LINES, "The letter."),
    ]],
    variants: &[],
    rest: None,
};

/// How many at a time.
pub(super) static LIMIT: Shape = COUNT;
