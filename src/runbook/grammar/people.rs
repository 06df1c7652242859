//! The keys of a roster and of a month file.

use super::{LINE, MANY_NAMES, NAME, REST, Scalar, Shape, Table, gate::SCALARS, may, must, one};

/// `roster.yaml`.
pub(super) static ROSTER: Shape = Shape::Map(&ROSTER_TABLE);
static ROSTER_TABLE: Table = Table {
    id: "problem-thing-roster",
    fields: &[&[
        must(
            "people",
            &Shape::MapOf(Scalar::Name, &Shape::Map(&PERSON)),
            "People, by the name that runbooks use.",
        ),
        may("shifts", &Shape::MapOf(Scalar::Ident, &Shape::Map(&SHIFT)), "Shifts, by name."),
        may("rota", &Shape::List(&Shape::Map(&ROTA)), "Who is on when; later lines override earlier ones."),
        may("fallback", &MANY_NAMES, "People who are told when nobody is on."),
    ]],
    variants: &[],
    rest: None,
};

static PERSON: Table = Table {
    id: "problem-thing-person",
    fields: &[&[
        may("name", &LINE, "As people call them."),
        may("email", &Shape::Scalar(Scalar::Email), "Where letters go."),
        may("os_user", &LINE, "Their user on the operating system."),
        may("roles", &MANY_NAMES, "Their roles."),
        may("stands_in_for", &MANY_NAMES, "People for whom they may act."),
    ]],
    variants: &[],
    rest: None,
};

static SHIFT: Table = Table {
    id: "problem-thing-shift",
    fields: &[&[
        must("from", &Shape::Scalar(Scalar::Time), "Its beginning."),
        must("to", &Shape::Scalar(Scalar::Time), "Its end; may be past midnight."),
    ]],
    variants: &[],
    rest: None,
};

const DATE: Shape = Shape::Scalar(Scalar::Date);
static ROTA: Table = Table {
    id: "problem-thing-rota",
    fields: &[&[
        may("starts", &DATE, "The first day."),
        may(
            "days",
            &Shape::Filled(&Shape::List(&MANY_NAMES)),
            "Who is on, day by day; then from the beginning again.",
        ),
    ]],
    variants: &[
        one("shift", &NAME, "A shift, repeated day by day.")
            .with(&["starts", "days"])
            .needs(&["starts", "days"]),
        one("date", &DATE, "One date; beside it, shifts and who is on.").with(REST),
    ],
    rest: Some((Scalar::Ident, &MANY_NAMES)),
};

/// `months/2026-10.yaml`.
pub(super) static MONTH: Shape = Shape::Map(&MONTH_TABLE);
static MONTH_TABLE: Table = Table {
    id: "problem-thing-month-file",
    fields: &[&[
        may("params", &Shape::MapOf(Scalar::Ident, &SCALARS), "Parameters of this month."),
        may("skip", &Shape::List(&Shape::Map(&SKIP)), "Steps that do not run this month."),
    ]],
    variants: &[],
    rest: None,
};

static SKIP: Table = Table {
    id: "problem-thing-skip",
    fields: &[&[
        must("step", &LINE, "The step: stage/step."),
        must("reason", &LINE, "Why it does not run."),
        may("agreed", &Shape::Map(&AGREED), "By whose word."),
    ]],
    variants: &[],
    rest: None,
};

static AGREED: Table = Table {
    id: "problem-thing-agreed",
    fields: &[&[
        must("who", &LINE, "Who said it."),
        may("channel", &Shape::Scalar(Scalar::Word(&["phone", "mail", "chat", "paper"])), "How it was said."),
        may("told_at", &Shape::Scalar(Scalar::Moment), "When it was said."),
    ]],
    variants: &[],
    rest: None,
};
