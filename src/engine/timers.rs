//! When retries fall due: by a clock that nobody sets. What the journal says of it is civil time, for people.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::drive::Loop;
use crate::plan::NodeId;
use crate::run::{Life, RunState};

/// Retries by the instant at which they fall due.
#[derive(Debug, Default)]
pub(super) struct Timers {
    /// With what the journal says, by which a retry is told from a later one of the same step.
    by_time: BTreeSet<(Instant, NodeId, Timestamp)>,
}

impl Timers {
    /// A step tries again when so much time has gone by.
    fn set(&mut self, id: NodeId, due: Timestamp, left: Duration) {
        self.by_time.insert((Instant::now() + left, id, due));
    }

    /// The steps that may try again now. What people have decided over meanwhile is forgotten.
    pub(super) fn due(&mut self, state: &RunState) -> Vec<NodeId> {
        self.by_time.retain(|(_, id, due)| is_awaited(state, *id, *due));
        let now = Instant::now();
        self.by_time.iter().take_while(|(at, ..)| *at <= now).map(|(_, id, _)| *id).collect()
    }

    /// May one of them try again now that is as wanted?
    pub(super) fn is_due(&self, state: &RunState, wanted: impl Fn(NodeId) -> bool) -> bool {
        let now = Instant::now();
        let due = self.by_time.iter().take_while(|(at, ..)| *at <= now);
        due.filter(|(_, id, due)| is_awaited(state, *id, *due)).any(|(_, id, _)| wanted(*id))
    }

    /// How long it is until the next one falls due.
    pub(super) fn left(&self) -> Option<Duration> {
        let now = Instant::now();
        // What is due already waits for something else than time.
        let next = self.by_time.iter().map(|(at, ..)| *at).find(|at| *at > now);
        next.map(|at| at.saturating_duration_since(now))
    }
}

fn is_awaited(state: &RunState, id: NodeId, awaited: Timestamp) -> bool {
    matches!(&state.step(id).life, Life::Retrying { due, .. } if *due == awaited)
}

impl Loop<'_> {
    /// Sets timers for all retries that are to come: those that a former engine left.
    pub(super) fn set_timers(&mut self) {
        let all: Vec<NodeId> = self.state().retrying().iter().map(|(_, id)| *id).collect();
        for id in all {
            self.set_timer(id);
        }
    }

    /// Sets the timer of a step that tries again. A clock that was set back lets it wait no longer than its delay.
    pub(super) fn set_timer(&mut self, id: NodeId) {
        let step = self.state().step(id);
        let Life::Retrying { due, .. } = &step.life else { return };
        let (due, failed) = (*due, step.finished_at.unwrap_or(*due));
        let between = |from: Timestamp| Duration::try_from(due.duration_since(from)).unwrap_or_default();
        let left = between(self.journal.at()).min(between(failed));
        self.timers.set(id, due, left);
    }
}
