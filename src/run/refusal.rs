//! Why a request is not granted, and how that is said.

use super::event::{StepPath, Verdict};
use super::status::{RunStatus, StepStatus};
use crate::msg;
use crate::words::{Explain, Msg};

/// Why a request is not granted. Nothing was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Not in the roster, or no operator.
    MayNotDecide {
        /// Who.
        person: String,
    },
    /// Not among those whom the gate asks.
    NotAsked {
        /// Who.
        person: String,
        /// Whom it asks.
        asked: String,
    },
    /// The gate's `except` names them.
    Excluded {
        /// Who.
        person: String,
    },
    /// The step's state does not allow it.
    WrongState {
        /// The step.
        step: StepPath,
        /// Where it stands.
        status: StepStatus,
        /// What was asked.
        verb: &'static str,
    },
    /// The month file skips it.
    SkippedThisMonth {
        /// The step.
        step: StepPath,
    },
    /// Somebody else has marked it so already.
    Marked {
        /// The step; `None`: the whole run.
        step: Option<StepPath>,
        /// What it is by it.
        status: StepStatus,
        /// Who was first.
        by: String,
    },
    /// Somebody else was first.
    Decided {
        /// The gate.
        step: StepPath,
        /// Who was first.
        by: String,
        /// What they said.
        verdict: Verdict,
    },
    /// A gate is answered, not walked round.
    IsAGate {
        /// The gate.
        step: StepPath,
    },
    /// The run is over.
    RunIsOver {
        /// How.
        status: RunStatus,
    },
    /// The plan is of another runbook or month.
    OtherRun {
        /// Whose it is.
        run: String,
    },
    /// These are in flight, and the runbook does not have them any more.
    InFlight {
        /// Which.
        steps: Vec<StepPath>,
    },
    /// It is in flight, and uses what the runbook does not have any more.
    Uses {
        /// Which.
        step: StepPath,
        /// What it uses.
        uses: StepPath,
    },
    /// An open gate has answers, and the runbook does not have it any more.
    HasVotes {
        /// Which.
        step: StepPath,
    },
    /// The plan was renewed meanwhile, and does not have the step any more.
    NoStep {
        /// Which.
        step: StepPath,
    },
    /// It is no gate.
    NotAGate {
        /// The step.
        step: StepPath,
    },
    /// Another person has vouched for another figure.
    Disagrees {
        /// The field.
        field: String,
        /// Who.
        by: String,
        /// What they said.
        said: String,
        /// What is said now.
        value: String,
    },
    /// A field or value that does not fit: a usage error.
    Form(FormError),
}

/// What is wrong with what was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormError {
    /// No such field.
    Unknown {
        /// What was given.
        field: String,
        /// What there is.
        known: String,
    },
    /// A field without a default is missing.
    Missing {
        /// Which.
        field: String,
    },
    /// The text is not of the field's type.
    Bad {
        /// Which.
        field: String,
        /// What was given.
        value: String,
        /// What it may be.
        wanted: Msg,
    },
    /// `--for` is missing or names no value.
    Value {
        /// What there is.
        known: String,
    },
    /// A rejection without a note.
    NoNote,
}

impl Explain for Refusal {
    fn explain(&self) -> Msg {
        match self {
            Refusal::MayNotDecide { person } => msg!("refused-may-not-decide", person = person),
            Refusal::NotAsked { person, asked } => msg!("refused-not-asked", person = person, asked = asked),
            Refusal::Excluded { person } => msg!("refused-excluded", person = person),
            Refusal::WrongState { step, status, verb } => msg!(
                "refused-wrong-state",
                step = step.to_string(),
                status = Msg::word("step-status", status.word()),
                verb = *verb
            ),
            Refusal::SkippedThisMonth { step } => msg!("refused-skipped-this-month", step = step.to_string()),
            Refusal::Marked { step: Some(step), status, by } => {
                let status = Msg::word("step-status", status.word());
                msg!("refused-marked", step = step.to_string(), status = status, by = by)
            }
            Refusal::Marked { step: None, by, .. } => msg!("refused-held-already", by = by),
            Refusal::Decided { step, by, verdict } => {
                msg!("refused-decided", step = step.to_string(), by = by, verdict = verdict_msg(*verdict))
            }
            Refusal::IsAGate { step } => msg!("refused-is-a-gate", step = step.to_string()),
            Refusal::RunIsOver { status } => {
                msg!("refused-run-is-over", status = Msg::word("run-status", status.word()))
            }
            Refusal::OtherRun { run } => msg!("refused-other-run", run = run),
            Refusal::InFlight { steps } => {
                let names: Vec<&str> = steps.iter().map(|step| step.0.as_str()).collect();
                msg!("refused-in-flight", steps = names.join(", "), count = names.len())
            }
            Refusal::Uses { step, uses } => {
                msg!("refused-uses", step = step.to_string(), uses = uses.to_string())
            }
            Refusal::HasVotes { step } => msg!("refused-has-votes", step = step.to_string()),
            Refusal::NoStep { step } => msg!("refused-no-step", step = step.to_string()),
            Refusal::NotAGate { step } => msg!("refused-not-a-gate", step = step.to_string()),
            Refusal::Disagrees { field, by, said, value } => {
                msg!("refused-disagrees", field = field, by = by, said = said, value = value)
            }
            Refusal::Form(error) => error.explain(),
        }
    }
}

/// The word for an answer.
pub fn verdict_msg(verdict: Verdict) -> Msg {
    match verdict {
        Verdict::Confirmed => msg!("verdict-confirmed"),
        Verdict::Rejected => msg!("verdict-rejected"),
    }
}

impl Explain for FormError {
    fn explain(&self) -> Msg {
        match self {
            FormError::Unknown { field, known } => msg!("form-unknown", field = field, known = known),
            FormError::Missing { field } => msg!("form-missing", field = field),
            FormError::Bad { field, value, wanted } => {
                msg!("form-bad", field = field, value = value, wanted = wanted.clone())
            }
            FormError::Value { known } if known.is_empty() => msg!("form-no-value"),
            FormError::Value { known } => msg!("form-value", known = known),
            FormError::NoNote => msg!("form-no-note"),
        }
    }
}
