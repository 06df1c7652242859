//! The keys of questions to people: gates, notices, `confirm:` and `review:`.

use super::{
    COUNT, DURATION, FREE, Field, LINE, LINES, MANY_LINES, MANY_NAMES, NAME, Scalar, Shape, Table, may, must,
    one, step,
};

/// The types of a parameter or of a form's field.
pub(super) const TYPES: &[&str] =
    &["month", "date", "integer", "int", "boolean", "bool", "text", "choice", "list"];

/// One value, or a list of values.
pub(super) static SCALARS: Shape = Shape::AnyOf(&[&FREE, &Shape::List(&FREE)]);

/// A question as text, or with all that belongs to it.
pub(super) static GATE: Shape = Shape::AnyOf(&[&LINES, &Shape::Map(&GATE_TABLE)]);
/// Somebody's word from outside.
pub(super) static NOTICE: Shape = Shape::AnyOf(&[&LINES, &Shape::Map(&NOTICE_TABLE)]);
/// A question about a step's outcome.
pub(super) static REVIEW: Shape = Shape::AnyOf(&[&LINES, &Shape::Map(&REVIEW_TABLE)]);

static GATE_TABLE: Table =
    Table { id: "problem-thing-gate", fields: &[ASK, &QUESTION], variants: &[], rest: None };
static REVIEW_TABLE: Table =
    Table { id: "problem-thing-review", fields: &[ASK, &QUESTION, &REJECTION], variants: &[], rest: None };
static NOTICE_TABLE: Table =
    Table { id: "problem-thing-notice", fields: &[TEXT, &QUESTION], variants: &[], rest: None };

const ASK: &[Field] = &[must("ask", &LINES, "The question that is put to people.")];
const TEXT: &[Field] = &[must("text", &LINES, "What somebody outside has to say before the run goes on.")];
static REJECTION: [Field; 1] =
    [may("on_reject", &Shape::Map(&ON_REJECT), "What a rejection does: steps that run again.")];

static QUESTION: [Field; 10] = [
    may("show", &Shape::OneOrMany(&EVIDENCE), "Evidence put before the person and kept with the decision."),
    may("form", &Shape::MapOf(Scalar::Ident, &FIELD), "Fields to fill in: steps['NAME'].form.FIELD."),
    may("approvers", &Shape::Filled(&MANY_NAMES), "Roles and people who may answer; left out: any operator."),
    may("votes", &VOTES, "How many must confirm: a number, or a number for each role."),
    may("except", &MANY_NAMES, "Who may not answer: people, roles, or starter."),
    may(
        "each",
        &Shape::Filled(&Shape::List(&Shape::Scalar(Scalar::EachValue))),
        "One answer is wanted for every one of these.",
    ),
    may("deadline", &step::DEADLINE, "When the answer is late."),
    may("remind", &DURATION, "How often people are reminded."),
    may("escalate", &MANY_NAMES, "Who is told when the answer is late."),
    may(
        "on_timeout",
        &Shape::Scalar(Scalar::Word(&["wait", "fail"])),
        "What the deadline does; wait when left out.",
    ),
];

static VOTES: Shape = Shape::AnyOf(&[&COUNT, &Shape::Filled(&Shape::MapOf(Scalar::Name, &COUNT))]);

static ON_REJECT: Table = Table {
    id: "problem-thing-on-reject",
    fields: &[&[must("redo", &MANY_LINES, "Steps that run again when the answer is no.")]],
    variants: &[],
    rest: None,
};

/// One piece of evidence.
static EVIDENCE: Shape = Shape::Map(&EVIDENCE_TABLE);
static EVIDENCE_TABLE: Table = Table {
    id: "problem-thing-evidence",
    fields: &[&[may("connection", &NAME, "Where the query runs; left out: where the step's SQL runs.")]],
    variants: &[
        one("sql", &step::SQL_SOURCE, "Rows of a query.").with(&["connection"]),
        one("file", &LINE, "A text file."),
        one("run", &step::COMMAND, "What a program prints."),
        one("step", &LINE, "Another step's outcome."),
    ],
    rest: None,
};

/// A field of a form: its type, or with limits.
static FIELD: Shape = Shape::AnyOf(&[&Shape::Scalar(Scalar::Word(TYPES)), &Shape::Map(&FIELD_TABLE)]);
static FIELD_TABLE: Table = Table {
    id: "problem-thing-field",
    fields: &[&[
        must("type", &Shape::Scalar(Scalar::Word(TYPES)), "What may be filled in."),
        may("values", &Shape::List(&LINE), "What can be chosen from."),
        may("min", &Shape::Scalar(Scalar::Integer(i64::MIN, i64::MAX)), "The smallest whole number."),
        may("max", &Shape::Scalar(Scalar::Integer(i64::MIN, i64::MAX)), "The largest whole number."),
        may("default", &FREE, "Taken when nothing is said."),
    ]],
    variants: &[],
    rest: None,
};

/// A declared parameter: its type, or with a default and choices.
pub(super) static PARAM: Shape =
    Shape::AnyOf(&[&Shape::Scalar(Scalar::Word(TYPES)), &Shape::Map(&PARAM_TABLE)]);
static PARAM_TABLE: Table = Table {
    id: "problem-thing-param",
    fields: &[&[
        must("type", &Shape::Scalar(Scalar::Word(TYPES)), "What the parameter may be."),
        may("values", &Shape::List(&LINE), "What can be chosen from."),
        may("default", &SCALARS, "Taken when nobody gives a value; closing is the month being closed."),
    ]],
    variants: &[],
    rest: None,
};
