//! Why something does not run, or failed, or is late: from where a step stands down to the final causes, and who can act.

mod causes;
mod waits;

use jiff::{SignedDuration, Timestamp};

pub use causes::Cause;
pub use waits::{On, Wait};

use super::event::{Failure, SkipCause, Verdict};
use super::recovery::Loss;
use super::scheduler::{Full, PlatformLimits, full};
use super::state::{Life, Mark, RunState};
use crate::plan::{Gate, GateKind, NodeId, Votes};

/// A run as one asks about it: its state, and what the state does not know.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// Where it stands.
    pub state: &'a RunState,
    /// The present instant.
    pub now: Timestamp,
    /// Does anybody drive it?
    pub driven: bool,
    /// Places on platforms.
    pub platforms: &'a PlatformLimits,
}

/// Why a step stands where it stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason<'a> {
    /// It did what it should.
    Succeeded,
    /// It does not run.
    Skipped(SkipCause, &'a Mark),
    /// It counts as done.
    Forced(&'a Mark),
    /// It is in flight.
    Running {
        /// Since when.
        since: Option<Timestamp>,
        /// Under which id its platform knows it.
        flow: Option<&'a str>,
        /// It only looks at something outside until that is so.
        watches: bool,
    },
    /// It failed, and the next attempt comes by itself.
    Retrying {
        /// When.
        due: Timestamp,
        /// Why the last one failed.
        failure: &'a Failure,
    },
    /// It asks people.
    Asks {
        /// Since when.
        since: Option<Timestamp>,
        /// Answers that it still wants.
        missing: Vec<Missing<'a>>,
    },
    /// It failed for good.
    Failed {
        /// Why; `None` where a person said that it failed.
        failure: Option<&'a Failure>,
        /// Who said so.
        by: Option<&'a Mark>,
    },
    /// People said no.
    Rejected(&'a Mark),
    /// Nobody answered in time.
    TimedOut,
    /// It was in flight at a crash, and that is why nobody knows how it ended.
    Lost(&'a Loss),
    /// The run was stopped for good.
    Cancelled(&'a Mark),
    /// A failure stops the whole run.
    Stopped(Vec<NodeId>),
    /// A person keeps it from starting.
    Held(&'a Mark),
    /// A person keeps the whole run from starting anything.
    RunHeld(&'a Mark),
    /// Its turn has come, and nobody drives the run.
    Undriven,
    /// Its turn has come, and there is no place for it.
    Full(Full),
    /// Its turn has come: it starts now.
    Starts,
    /// Something before it is not done.
    Waits,
}

/// Answers that a gate still wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing<'a> {
    /// For this value of `each`.
    pub value: Option<&'a str>,
    /// Confirmations that are there.
    pub given: u32,
    /// Confirmations that it wants.
    pub wanted: u32,
}

/// Who can move something on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Those whom the gate asks.
    Asked,
    /// Whoever may steer runs.
    Operators,
    /// Nobody has to: it goes on by itself.
    Itself,
    /// Nobody any more.
    Nobody,
}

impl Reason<'_> {
    /// Its word, as in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Reason::Succeeded => "succeeded",
            Reason::Skipped(..) => "skipped",
            Reason::Forced(_) => "forced",
            Reason::Running { watches: false, .. } => "running",
            Reason::Running { watches: true, .. } => "watching",
            Reason::Retrying { .. } => "retrying",
            Reason::Asks { .. } => "asks",
            Reason::Failed { .. } => "failed",
            Reason::Rejected(_) => "rejected",
            Reason::TimedOut => "timed_out",
            Reason::Lost(_) => "lost",
            Reason::Cancelled(_) => "cancelled",
            Reason::Stopped(_) => "stopped",
            Reason::Held(_) => "held",
            Reason::RunHeld(_) => "run_held",
            Reason::Undriven => "undriven",
            Reason::Full(_) => "no_place",
            Reason::Starts => "starts",
            Reason::Waits => "waits",
        }
    }

    /// Is there nothing to ask about?
    pub fn is_done(&self) -> bool {
        matches!(self, Reason::Succeeded | Reason::Skipped(..) | Reason::Forced(_))
    }

    /// Who can move it on; `None` where it is done, or something else has to move first.
    fn who(&self) -> Option<Who> {
        match self {
            Reason::Asks { .. } => Some(Who::Asked),
            Reason::Failed { .. }
            | Reason::Rejected(_)
            | Reason::TimedOut
            | Reason::Lost(_)
            | Reason::Stopped(_)
            | Reason::Held(_)
            | Reason::RunHeld(_)
            | Reason::Undriven => Some(Who::Operators),
            Reason::Running { .. } | Reason::Retrying { .. } | Reason::Full(_) | Reason::Starts => {
                Some(Who::Itself)
            }
            Reason::Cancelled(_) => Some(Who::Nobody),
            Reason::Succeeded | Reason::Skipped(..) | Reason::Forced(_) | Reason::Waits => None,
        }
    }

    /// Is it the whole run's, not one step's?
    fn is_common(&self) -> bool {
        matches!(
            self,
            Reason::Cancelled(_)
                | Reason::Stopped(_)
                | Reason::RunHeld(_)
                | Reason::Undriven
                | Reason::Full(_)
                | Reason::Starts
        )
    }
}

/// How late something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Late {
    /// When it was to be done.
    pub deadline: Timestamp,
    /// How much longer it took, or takes already.
    pub by: SignedDuration,
}

impl<'a> Scene<'a> {
    /// Why the step stands where it stands.
    pub fn reason(&self, id: NodeId) -> Reason<'a> {
        let (state, step) = (self.state, self.state.step(id));
        match &step.life {
            Life::Succeeded { .. } => Reason::Succeeded,
            Life::Skipped { cause, mark } => Reason::Skipped(*cause, mark),
            Life::Forced { mark } => Reason::Forced(mark),
            Life::Running { submitted } => {
                let watches = state.plan().node(id).work.only_watches();
                Reason::Running { since: step.started_at, flow: submitted.as_deref(), watches }
            }
            Life::Lost { cause } => Reason::Lost(cause),
            Life::Failed { failure, by } if state.plan().node(id).gate().is_none() => {
                Reason::Failed { failure: failure.as_ref(), by: by.as_ref() }
            }
            Life::Failed { by: Some(mark), .. } => Reason::Rejected(mark),
            Life::Failed { .. } => Reason::TimedOut,
            Life::Open { .. } => self.cancelled().unwrap_or_else(|| self.asks(id)),
            Life::Pending => self.not_begun(id).unwrap_or(Reason::Starts),
            Life::Retrying { due, failure } => match self.not_begun(id) {
                Some(Reason::Full(full)) if *due <= self.now => Reason::Full(full),
                None | Some(Reason::Full(_)) => Reason::Retrying { due: *due, failure },
                Some(kept) => kept,
            },
        }
    }

    /// What keeps a step from beginning an attempt.
    fn not_begun(&self, id: NodeId) -> Option<Reason<'a>> {
        let state = self.state;
        if let Some(stopped) = self.cancelled().or_else(|| self.stopped()) {
            return Some(stopped);
        }
        if !state.is_unblocked(id) {
            return Some(Reason::Waits);
        }
        if let Some(mark) = &state.step(id).held {
            return Some(Reason::Held(mark));
        }
        if let Some(mark) = state.held() {
            return Some(Reason::RunHeld(mark));
        }
        if !self.driven {
            return Some(Reason::Undriven);
        }
        full(state, id, self.platforms).map(Reason::Full)
    }

    fn cancelled(&self) -> Option<Reason<'a>> {
        self.state.cancelled().map(Reason::Cancelled)
    }

    fn stopped(&self) -> Option<Reason<'a>> {
        let aborts = |id: &NodeId| {
            let policy = &self.state.plan().node(*id).policy;
            policy.on_failure == crate::plan::OnFailure::Abort
                && matches!(self.state.step(*id).life, Life::Failed { .. })
        };
        let by: Vec<NodeId> = self.state.troubled().iter().copied().filter(aborts).collect();
        (!by.is_empty()).then_some(Reason::Stopped(by))
    }

    fn asks(&self, id: NodeId) -> Reason<'a> {
        let (state, step) = (self.state, self.state.step(id));
        let missing = state.plan().node(id).gate().map(|gate| missing(state, id, gate)).unwrap_or_default();
        Reason::Asks { since: step.started_at, missing }
    }

    /// Who can move it on, as far as that is not said by the reason alone: what runs in a run that nobody drives needs
    /// somebody who drives it.
    pub fn who(&self, reason: &Reason<'_>) -> Option<Who> {
        match reason {
            Reason::Running { .. } if !self.driven => Some(Who::Operators),
            reason => reason.who(),
        }
    }

    /// How late a step is; a step that is done by how much it came too late.
    pub fn late(&self, id: NodeId) -> Option<Late> {
        let step = self.state.step(id);
        let done = step.finished_at.filter(|_| step.life.is_done());
        late(self.state.deadline(id)?, done.unwrap_or(self.now))
    }

    /// The stages that are late, in the plan's order.
    pub fn late_stages(&self) -> Vec<(crate::plan::StageId, Late)> {
        let stages = (0..self.state.plan().stages.len()).map(crate::plan::StageId::from);
        let late = |id| {
            let done = self.state.stage_finished_at(id).unwrap_or(self.now);
            Some((id, late(self.state.plan().stage(id).deadline?, done)?))
        };
        stages.filter_map(late).collect()
    }

    /// What waits for a place beside this one: the steps that have the places of a limit.
    pub fn takers(&self, id: NodeId, limit: &Full) -> Vec<NodeId> {
        let plan = self.state.plan();
        let same = |other: &NodeId| {
            self.state.takes_a_place(*other)
                && match limit {
                    Full::Run(_) => true,
                    Full::Stage(_) => plan.node(*other).stage == plan.node(id).stage,
                    Full::Platform(name, _) => plan.node(*other).platform() == Some(name.as_str()),
                }
        };
        self.state.in_flight().iter().copied().filter(same).collect()
    }
}

fn late(deadline: Timestamp, at: Timestamp) -> Option<Late> {
    (at > deadline).then(|| Late { deadline, by: at.duration_since(deadline) })
}

/// The answers that a gate still wants, value by value.
fn missing<'a>(state: &'a RunState, id: NodeId, gate: &'a Gate) -> Vec<Missing<'a>> {
    let wanted = gate.votes.total();
    let given = |value: Option<&str>| {
        let decisions = state.step(id).decisions.iter().map(|decided| &decided.decision);
        let counts = decisions.filter(|d| d.decision == Verdict::Confirmed && d.value.as_deref() == value);
        u32::try_from(counts.count()).unwrap_or(u32::MAX)
    };
    if gate.each.is_empty() {
        return vec![Missing { value: None, given: given(None), wanted }];
    }
    let values =
        gate.each.iter().map(|value| Missing { value: Some(value), given: given(Some(value)), wanted });
    // Votes by role may want more than a number tells: such a value is named as long as its gate asks.
    let by_role = matches!(gate.votes, Votes::ByRole(_)) && gate.kind != GateKind::Notice;
    values.filter(|missing| by_role || missing.given < missing.wanted).collect()
}
