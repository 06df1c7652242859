//! What the loop waits for: reports, wishes, the clock, and what other processes record.

use std::time::Duration;

use tokio::sync::mpsc;

use super::drive::Loop;
use super::ports::Report;
use super::wish::Wish;
use crate::run::scheduler::next_deadline;
use crate::store::StoreError;

/// How often other processes' decisions are looked for.
pub(super) const LOOK: Duration = Duration::from_millis(200);

/// What came.
pub(super) enum Input {
    Report(Report),
    Wish(Wish),
    Time,
}

impl Loop<'_> {
    pub(super) async fn wait(
        &mut self,
        incoming: &mut mpsc::UnboundedReceiver<Report>,
        wishes: &mut mpsc::UnboundedReceiver<Wish>,
    ) -> Input {
        let still = self.is_still();
        loop {
            // As long as much happens, what we write ourselves would be heard all the time.
            let calm = still && !self.journal.is_lively();
            let look = if calm { self.journal.nap() } else { LOOK };
            // What is overdue and does not begin is kept from it: it is looked at again, but not all the time.
            let deadline = next_deadline(self.journal.state())
                .map(|at| Duration::try_from(at.duration_since(self.journal.now())).unwrap_or(LOOK));
            let alarm = [deadline, self.timers.left()].into_iter().flatten().min();
            let alarm = alarm.filter(|alarm| *alarm <= look);
            tokio::select! {
                biased;
                Some(report) = incoming.recv() => return Input::Report(report),
                Some(wish) = wishes.recv() => return Input::Wish(wish),
                () = self.driver.seat.changed() => return Input::Time,
                () = self.journal.stirred(), if calm => {
                    if !self.journal.expect_news() {
                        continue;
                    }
                }
                () = tokio::time::sleep(alarm.unwrap_or(look)) => {}
            }
            // Days are waited through like this: it costs next to nothing to see that nothing has happened.
            if !still || alarm.is_some() || self.journal.may_have_news() {
                self.last_look = None;
                return Input::Time;
            }
        }
    }

    /// Can nothing but reports, wishes, the clock's alarms and other processes' events move it on?
    fn is_still(&self) -> bool {
        let state = self.state();
        let due = self.timers.is_due(state, |_| true);
        self.leaving.is_none() && !due && state.startable().is_empty()
    }

    /// What other processes have recorded.
    pub(super) async fn look(&mut self) -> Result<(), StoreError> {
        self.last_look = Some(tokio::time::Instant::now());
        let records = self.journal.catch_up().await?;
        self.tell(records);
        Ok(())
    }
}
