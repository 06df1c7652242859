//! The loop itself. One owner of the truth turns all input (reports of work, wishes of people, other processes' events,
//! time) into events, and events into work.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::tz::TimeZone;
use tokio::sync::{mpsc, watch};

use super::journal::{Journal, Recorded};
use super::ports::{AfterUs, Executor, Job, Receipt, Report, Reports};
use super::timers::Timers;
use super::wait::{Input, LOOK};
use super::wish::{Choice, End, Told, Wish};
use crate::plan::NodeId;
use crate::run::recovery::{fate, in_doubt, seen_from, unheard};
use crate::run::scheduler::PlatformLimits;
use crate::run::{
    Asker, By, EngineId, Event, Fate, Found, Life, Loss, RunState, RunStatus, StepPath, StepStatus,
};
use crate::store::{PlatformPlace, Seat, StoreError};

/// How a run is driven.
pub struct Driver {
    /// Who does the work.
    pub executor: Arc<dyn Executor>,
    /// Places on platforms.
    pub limits: PlatformLimits,
    /// The right to drive the run; it knows about places on platforms, which are shared with the project's other runs.
    pub seat: Arc<Seat>,
    /// The project's zone.
    pub zone: TimeZone,
    /// Leave when only people or time can move it on.
    pub no_wait: bool,
    /// Who answers in advance what they may answer alone (`--yes`).
    pub yes: Option<Asker>,
    /// Is somebody at the terminal, who can be asked about failures?
    pub attended: bool,
    /// Where things are told.
    pub told: mpsc::UnboundedSender<Told>,
}

impl Driver {
    /// Drives the run until it ends or is left. `resumed` begins with what a former engine left in doubt.
    pub async fn drive(
        self,
        journal: &mut Journal,
        wishes: mpsc::UnboundedReceiver<Wish>,
        resumed: Option<(By, EngineId)>,
    ) -> Result<End, StoreError> {
        let (reports, incoming) = mpsc::unbounded_channel();
        let mut drive = Loop::new(self, journal, reports);
        if let Some((by, engine)) = resumed {
            drive.take_over(by, engine).await?;
        }
        drive.set_timers();
        let plan = Arc::clone(drive.state().plan());
        drive.driver.executor.ready(&plan).await;
        drive.run(incoming, wishes).await
    }
}

/// The loop's own memory: only what is true for this process, never what the journal says.
pub(super) struct Loop<'a> {
    pub(super) driver: Driver,
    pub(super) journal: &'a mut Journal,
    pub(super) reports: Reports,
    /// Attempts that this process has started, with the switch that stops them.
    pub(super) attempts: HashMap<NodeId, Attempt>,
    /// Gates whose evidence is being gathered.
    pub(super) gathering: HashSet<NodeId>,
    /// Those among them whose evidence may be of something that people have turned back since: it is gathered anew.
    pub(super) stale: HashSet<NodeId>,
    /// When retries fall due.
    pub(super) timers: Timers,
    /// Places on platforms for what is about to start.
    pub(super) places: HashMap<NodeId, PlatformPlace>,
    /// What reports have come to and is not recorded yet: it is, together with what begins after it.
    pub(super) reported: Vec<Event>,
    /// For those who wait until that is recorded.
    pub(super) receipts: Vec<Receipt>,
    pub(super) leaving: Option<Choice>,
    /// When other processes' decisions were last looked for.
    pub(super) last_look: Option<tokio::time::Instant>,
}

/// An attempt that this process has begun.
pub(super) struct Attempt {
    pub(super) number: u32,
    pub(super) switch: watch::Sender<bool>,
    /// Its place on a limited platform, given back when the attempt is over.
    pub(super) _place: Option<PlatformPlace>,
    /// It has said how it goes: a poll has looked at least once.
    pub(super) looked: bool,
    /// Its platform knows it by an id, and goes on with it without us.
    pub(super) on_platform: bool,
    /// What becomes of it when we leave.
    pub(super) after_us: AfterUs,
}

impl<'a> Loop<'a> {
    pub(super) fn new(driver: Driver, journal: &'a mut Journal, reports: Reports) -> Self {
        Loop {
            driver,
            journal,
            reports,
            attempts: HashMap::new(),
            gathering: HashSet::new(),
            stale: HashSet::new(),
            timers: Timers::default(),
            places: HashMap::new(),
            reported: Vec::new(),
            receipts: Vec::new(),
            leaving: None,
            last_look: None,
        }
    }
}

impl Loop<'_> {
    pub(super) async fn run(
        &mut self,
        mut incoming: mpsc::UnboundedReceiver<Report>,
        mut wishes: mpsc::UnboundedReceiver<Wish>,
    ) -> Result<End, StoreError> {
        // Gates that a former engine opened may be answered in advance too.
        self.answer_in_advance().await?;
        loop {
            // Whoever does not drive the run any more has nothing to say in it.
            self.driver.seat.may_start()?;
            self.bring_about().await?;
            if self.answer_in_advance().await? {
                continue;
            }
            self.let_go();
            if let Some(end) = self.end() {
                return self.leave(end, &mut incoming).await;
            }
            let input = self.wait(&mut incoming, &mut wishes).await;
            let mut reports = Vec::new();
            match input {
                Input::Report(report) => reports.push(report),
                Input::Wish(wish) => self.grant(wish).await?,
                Input::Time => {}
            }
            // However much there is to hear from steps: what people decide elsewhere is never overheard.
            if self.last_look.is_none_or(|looked| looked.elapsed() >= LOOK) {
                self.look().await?;
            }
            while let Ok(report) = incoming.try_recv() {
                reports.push(report);
            }
            self.take_reports(reports);
        }
    }

    pub(super) fn state(&self) -> &RunState {
        self.journal.state()
    }

    pub(super) fn path(&self, id: NodeId) -> StepPath {
        StepPath(self.state().plan().path(id))
    }

    /// Records, and tells. `false`: somebody else was first, so everything has to be looked at again.
    pub(super) async fn record(&mut self, events: Vec<Event>) -> Result<bool, StoreError> {
        tracing::debug!(run = %self.journal.state().plan().run, events = events.len(), "records");
        let recorded = self.journal.record(events).await?;
        let (records, done) = match recorded {
            Recorded::Done(records) => (records, true),
            Recorded::Behind(records) => (records, false),
        };
        self.tell(records);
        Ok(done)
    }

    /// A former engine's attempts: what is at hand goes on, what cannot be done twice runs again, the rest is lost.
    pub(super) async fn take_over(&mut self, by: By, engine: EngineId) -> Result<(), StoreError> {
        loop {
            let mut events = vec![Event::RunResumed { by: by.clone(), engine: engine.clone() }];
            events.extend(self.fates_of_doubtful(&engine).await?);
            events.extend(self.asked_again());
            if self.record(events).await? {
                break;
            }
        }
        self.go_on().await
    }

    /// What is left in flight is at hand, or has an id on its platform by which it is followed on.
    pub(super) async fn go_on(&mut self) -> Result<(), StoreError> {
        let followed: Vec<NodeId> = self.state().in_flight().iter().copied().collect();
        for id in followed {
            // It is there already, whether or not there is a place for it.
            self.take_place(id).await?;
            let job = self.job(id).await?;
            self.begin(Job { taken_over: job.submitted.is_none(), ..job });
        }
        Ok(())
    }

    /// What can be found out about attempts in doubt, as this engine sees it.
    pub(super) async fn found(&mut self, me: &EngineId) -> Result<Vec<(Job, Found)>, StoreError> {
        let mut jobs = Vec::new();
        for id in in_doubt(self.state()) {
            jobs.push(self.job(id).await?);
        }
        let executor = Arc::clone(&self.driver.executor);
        let found = executor.recall(&jobs).await;
        let state = self.state();
        let seen = jobs.into_iter().zip(found).map(|(job, found)| {
            let found = seen_from(state, job.node, me, found);
            (job, found)
        });
        Ok(seen.collect())
    }

    async fn fates_of_doubtful(&mut self, me: &EngineId) -> Result<Vec<Event>, StoreError> {
        let found = self.found(me).await?;
        let fates = found.into_iter().map(|(job, found)| (fate(self.state(), job.node, found), job));
        let lost = fates.filter_map(|(fate, job)| {
            let (again, cause) = match fate {
                Fate::GoesOn => return None,
                Fate::Again => (true, Loss::Engine),
                Fate::Lost(cause) => (false, cause),
            };
            Some(Event::StepLost { step: job.path.clone(), attempt: job.attempt, again, cause })
        });
        Ok(lost.collect())
    }

    /// What failed because nobody heard how it ended is asked of its marker.
    fn asked_again(&self) -> Vec<Event> {
        let state = self.state();
        let again = |id| Event::StepLost {
            step: self.path(id),
            attempt: state.step(id).attempt,
            again: true,
            cause: Loss::Unheard,
        };
        unheard(state).into_iter().map(again).collect()
    }

    /// Attempts whose step a person has decided over, or whose run was cancelled, are stopped. A flow on a platform is
    /// only cancelled with its run: what a person counts as done may go on there.
    pub(super) fn let_go(&mut self) {
        let (state, killing) = (self.journal.state(), self.leaving == Some(Choice::Stop));
        // Whoever has taken a run over says what is lost to them: that is no decision over what still goes on here.
        let ours = matches!(self.driver.seat.may_start(), Ok(true));
        self.attempts.retain(|id, attempt| {
            let step = state.step(*id);
            let is_other = !matches!(step.life, Life::Running { .. }) || step.attempt != attempt.number;
            let decided_over = ours && is_other;
            let unwanted = decided_over || killing;
            if (ours && state.cancelled().is_some()) || (unwanted && !attempt.on_platform) {
                // An executor that is done has dropped its end: then there is nothing to stop.
                let _ = attempt.switch.send(true);
                // What a person has stopped does not begin again by itself, however soon they leave.
                if killing && attempt.after_us == AfterUs::Marked {
                    attempt.after_us = AfterUs::Ends;
                }
                return true;
            }
            !unwanted
        });
    }

    pub(super) fn take_reports(&mut self, reports: Vec<Report>) {
        for report in reports {
            match report {
                Report::Note { node, text } => {
                    if let Some(ours) = self.attempts.get_mut(&node) {
                        ours.looked = true;
                    }
                    let _ = self.driver.told.send(Told::Note(node, text));
                }
                Report::Submitted { node, attempt, id } => {
                    if let Some(ours) = self.attempts.get_mut(&node).filter(|ours| ours.number == attempt) {
                        ours.on_platform = true;
                    }
                    self.reported.push(Event::StepSubmitted { step: self.path(node), attempt, id });
                }
                Report::NotAtomic { node, attempt, why, recorded } => {
                    self.reported.push(Event::StepNotAtomic { step: self.path(node), attempt, why });
                    self.receipts.push(recorded);
                }
                // How an attempt ends that was left is nobody's end.
                Report::Ended { node, .. }
                    if self.leaving.is_some() && !self.attempts.contains_key(&node) => {}
                Report::Ended { node, attempt, outcome, numbers } => {
                    if self.attempts.get(&node).is_some_and(|ours| ours.number == attempt) {
                        self.attempts.remove(&node);
                    }
                    self.reported.push(Event::StepEnded { step: self.path(node), attempt, outcome, numbers });
                }
                Report::Lost { node, attempt, cause } => {
                    if self.attempts.get(&node).is_some_and(|ours| ours.number == attempt) {
                        self.attempts.remove(&node);
                    }
                    self.reported.push(self.lost(node, attempt, cause));
                }
                Report::Gathered { node, ask, evidence } => {
                    self.gathering.remove(&node);
                    let fresh = !self.stale.remove(&node);
                    if fresh && self.state().startable().contains(&node) && self.leaving.is_none() {
                        self.reported.push(Event::GateOpened { step: self.path(node), ask, evidence });
                    }
                }
            }
        }
    }

    /// An attempt that nobody has hold of any more, though its engine lives.
    fn lost(&self, id: NodeId, attempt: u32, cause: Loss) -> Event {
        let (again, cause) = match fate(self.state(), id, Found::Unknown(cause)) {
            Fate::GoesOn | Fate::Again => (true, Loss::Engine),
            Fate::Lost(cause) => (false, cause),
        };
        Event::StepLost { step: self.path(id), attempt, again, cause }
    }

    /// Is there nothing more for this process to do?
    pub(super) fn end(&self) -> Option<End> {
        let state = self.state();
        let status = state.run_status();
        match self.leaving {
            Some(Choice::Leave) => return Some(End::Interrupted),
            Some(_) if self.attempts.is_empty() => return Some(End::Interrupted),
            Some(_) => return None,
            None => {}
        }
        match status {
            RunStatus::Succeeded if self.attempts.is_empty() => Some(End::Succeeded),
            RunStatus::Cancelled if self.attempts.is_empty() => Some(End::Cancelled),
            RunStatus::Halted if !self.driver.attended && self.is_quiet() => Some(End::Halted),
            RunStatus::Waiting | RunStatus::Running if self.driver.no_wait && self.only_waits() => {
                Some(End::Waiting)
            }
            _ => None,
        }
    }

    /// Only people or time can move it on: gates, retries that are not due, polls that have looked in vain.
    pub(super) fn only_waits(&self) -> bool {
        let state = self.state();
        let due = self.timers.is_due(state, |id| state.is_unblocked(id) && !state.is_held(id));
        let looked = self.attempts.values().all(|attempt| attempt.looked);
        self.is_quiet() && looked && !due && state.startable().iter().all(|id| state.is_held(*id))
    }

    /// Nothing is being done: only gates, polls and retries that wait.
    pub(super) fn is_quiet(&self) -> bool {
        self.gathering.is_empty()
            && self.attempts.keys().all(|id| self.state().step_status(*id) == StepStatus::Waiting)
    }
}
