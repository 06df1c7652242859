//! The heart: what can happen to a run ([`Event`]), where that leaves it ([`RunState`], the fold of its events), what
//! people may ask ([`Request`]) and what may start next ([`scheduler`]). Pure: no clock, no IO, no async.

mod answers;
mod carried;
pub mod event;
pub mod form;
mod graph;
mod late;
pub mod life;
mod moved;
mod outcome;
pub mod recovery;
mod redo;
pub mod refusal;
pub mod renew;
pub mod request;
pub mod scheduler;
pub mod scope;
mod standing;
pub mod state;
pub mod status;
mod step;
mod verdict;
pub mod why;

pub use event::{
    By, Carried, Decision, EngineId, Event, Failure, Number, Origin, Outcome, Record, Shown, SkipCause,
    StepPath, Verdict,
};
pub use recovery::{Fate, Found, Loss};
pub use refusal::{FormError, Refusal};
pub use request::{Answer, Asker, Request};
pub use state::{Consequences, Decided, FormerMark, Life, Mark, Removed, RunState, StepState, Voided};
pub use status::{GateStatus, MailStatus, RunStatus, StageStatus, StepStatus};
