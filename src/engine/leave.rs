//! How an engine goes: what it leaves as it is, and what it brings to an end first.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::drive::{Attempt, Driver, Loop};
use super::journal::Journal;
use super::ports::{AfterUs, Report};
use super::wish::{Choice, End};
use crate::plan::NodeId;
use crate::run::{EngineId, Event, Failure, Found, Loss, Outcome};
use crate::store::StoreError;

/// How long attempts may take to end when the run is left.
const LEAVING: Duration = Duration::from_secs(3);

impl Driver {
    /// Stops what runs for attempts that people have decided over while nobody drove the run, and ends what is in flight
    /// of one that was cancelled. What nobody has hold of any more is lost then.
    pub async fn bring_down(self, journal: &mut Journal, me: &EngineId) -> Result<(), StoreError> {
        let (reports, incoming) = mpsc::unbounded_channel();
        let (_nobody, wishes) = mpsc::unbounded_channel();
        let mut drive = Loop::new(self, journal, reports);
        drive.stop_unclaimed().await?;
        if drive.state().cancelled().is_none() || drive.state().in_flight().is_empty() {
            return Ok(());
        }
        loop {
            let gone = drive.gone(me).await?;
            if drive.record(gone).await? {
                break;
            }
        }
        drive.go_on().await?;
        drive.run(incoming, wishes).await?;
        Ok(())
    }
}

impl Loop<'_> {
    async fn stop_unclaimed(&mut self) -> Result<(), StoreError> {
        let mut jobs = Vec::new();
        for id in self.state().in_flight().clone() {
            jobs.push(self.job(id).await?);
        }
        let executor = Arc::clone(&self.driver.executor);
        // What is recalled is claimed.
        executor.recall(&jobs).await;
        executor.stop_unclaimed(self.state().plan()).await;
        Ok(())
    }

    /// Attempts that cannot be ended, because they are not at hand.
    async fn gone(&mut self, me: &EngineId) -> Result<Vec<Event>, StoreError> {
        let found = self.found(me).await?;
        let gone = found.into_iter().filter_map(|(job, found)| {
            let (again, cause) = match found {
                Found::Kept => return None,
                Found::Again => (true, Loss::Engine),
                Found::Unknown(cause) => (false, cause),
            };
            Some(Event::StepLost { step: job.path, attempt: job.attempt, again, cause })
        });
        Ok(gone.collect())
    }

    /// Before the process goes, what it started is brought to a known end as far as that can be.
    pub(super) async fn leave(
        &mut self,
        end: End,
        incoming: &mut mpsc::UnboundedReceiver<Report>,
    ) -> Result<End, StoreError> {
        // Flows stay on their platform and programs with their keeper; the next engine finds them there.
        self.attempts.retain(|_, attempt| {
            let goes_on = attempt.on_platform || attempt.after_us == AfterUs::GoesOn;
            !goes_on || end == End::Cancelled
        });
        for attempt in self.attempts.values() {
            let _ = attempt.switch.send(true);
        }
        self.leaving = Some(Choice::Leave);
        if end != End::Cancelled {
            self.leave_what_runs_again().await?;
        }
        let deadline = tokio::time::sleep(LEAVING);
        tokio::pin!(deadline);
        while !self.attempts.is_empty() {
            tokio::select! {
                Some(report) = incoming.recv() => {
                    if !self.cuts_short(&report) {
                        self.take_reports(vec![report]);
                    }
                }
                // What has not ended by then runs on in the journal: the next engine finds out.
                () = &mut deadline => break,
            }
            self.bring_about().await?;
        }
        Ok(end)
    }

    /// What only looks stays as it is in the journal: the next engine looks again. What else may be repeated was cut
    /// short by us, and no person stopped it.
    async fn leave_what_runs_again(&mut self) -> Result<(), StoreError> {
        let state = self.journal.state();
        self.attempts.retain(|id, _| !state.plan().node(*id).work.reads_only());
        let again = self.attempts.iter().filter(|(id, attempt)| {
            state.plan().node(**id).may_run_again() && !self.is_told_by_its_marker(**id, attempt)
        });
        let lost: Vec<Event> = again.map(|(id, _)| self.begins_again(*id)).collect();
        self.reported.extend(lost);
        self.bring_about().await
    }

    fn begins_again(&self, id: NodeId) -> Event {
        let (step, attempt) = (self.path(id), self.state().step(id).attempt);
        Event::StepLost { step, attempt, again: true, cause: Loss::Left }
    }

    /// Can the next engine learn from a database whether it took effect?
    fn is_told_by_its_marker(&self, id: NodeId, attempt: &Attempt) -> bool {
        let state = self.state();
        let has_marker = attempt.after_us == AfterUs::Marked && state.step(id).not_atomic.is_none();
        has_marker && state.cancelled().is_none()
    }

    /// Is that the end of an attempt that we have cut short and that its marker tells of? Nobody has stopped it: what was
    /// taken back begins again, and what nobody has heard the end of runs on in the journal, as after a `kill -9`.
    fn cuts_short(&mut self, report: &Report) -> bool {
        let Report::Ended { node, attempt, outcome: Outcome::Failed { failure }, .. } = report else {
            return false;
        };
        let ours = self.attempts.get(node).filter(|ours| ours.number == *attempt);
        if !ours.is_some_and(|ours| self.is_told_by_its_marker(*node, ours)) {
            return false;
        }
        match failure {
            Failure::Cancelled => self.reported.push(self.begins_again(*node)),
            Failure::InDoubt { marked: true, .. } => {}
            _ => return false,
        }
        self.attempts.remove(node);
        true
    }
}
