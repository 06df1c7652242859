//! The keys of a runbook and of its stages.

use super::{
    DURATION, LINE, MANY_LINES, MANY_NAMES, NAME, Scalar, Shape, TITLE, Table, gate, may, must,
    step::{DEADLINE, LIMIT, ON_FAILURE, RETRY, SEVERITY, STEP},
};

/// A runbook file.
pub(super) static RUNBOOK: Shape = Shape::Map(&RUNBOOK_TABLE);
static RUNBOOK_TABLE: Table = Table {
    id: "problem-thing-runbook",
    fields: &[&[
        must("name", &NAME, "The runbook's name, the first half of its runs' names."),
        may("title", &TITLE, "A title for people."),
        may(
            "params",
            &Shape::MapOf(Scalar::Ident, &gate::PARAM),
            "Values that are given at the start of a run.",
        ),
        may("limit", &LIMIT, "Steps side by side; 16 when left out."),
        may("defaults", &Shape::Map(&DEFAULTS), "What steps take when they say nothing."),
        may("handover", &NAME, "Who is mailed when a stage finishes: next_shift, a role, a person, or none."),
        may("include", &MANY_LINES, "Runbooks whose stages come before these."),
        may("stages", &Shape::List(&STAGE), "The stages."),
    ]],
    variants: &[],
    rest: None,
};

static DEFAULTS: Table = Table {
    id: "problem-thing-defaults",
    fields: &[&[
        may("timeout", &DURATION, "The longest time of one attempt."),
        may("retry", &RETRY, "Further attempts after a failure."),
        may("severity", &SEVERITY, "1 (worst) to 4."),
        may("on_failure", &ON_FAILURE, "hold (default), continue or abort."),
    ]],
    variants: &[],
    rest: None,
};

static STAGE: Shape = Shape::Map(&STAGE_TABLE);
static STAGE_TABLE: Table = Table {
    id: "problem-thing-stage",
    fields: &[&[
        must("name", &NAME, "The stage's name."),
        may("title", &TITLE, "A title for people."),
        may("after", &MANY_NAMES, "Stages that it waits for; []: none."),
        may("platform", &NAME, "The platform of steps that name none."),
        may("batch", &LINE, "The period that flows are dispatched for; {{ month.compact }} when left out."),
        may("owner", &NAME, "A role or a person."),
        may("deadline", &DEADLINE, "When it is late."),
        may("handover", &NAME, "Who is mailed when it finishes, in place of the runbook's."),
        may("limit", &LIMIT, "Its steps side by side."),
        may("defaults", &Shape::Map(&DEFAULTS), "What its steps take when they say nothing."),
        may("ready", &STEPS, "Steps before level 1, one after another."),
        may(
            "levels",
            &Shape::MapOf(Scalar::Integer(1, 1_000_000), &STEPS),
            "Steps side by side, level by level.",
        ),
        may("verify", &STEPS, "Steps after the last level, one after another."),
    ]],
    variants: &[],
    rest: None,
};

static STEPS: Shape = Shape::List(&STEP);
