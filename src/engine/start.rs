//! Effects become events first, and work after that.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::drive::{Attempt, Loop};
use super::ports::{Doubt, Job, Stop};
use super::wait::LOOK;
use crate::plan::template::truth;
use crate::plan::{NodeId, Work};
use crate::run::scheduler::{Effect, next_of, skip_this_month};
use crate::run::scope::scope_of;
use crate::run::{Event, Failure, Life, Outcome, RunState, SkipCause};
use crate::store::{MonthNumber, StoreError};

impl Loop<'_> {
    /// Records what was reported together with what may start now, starts that, and goes on until nothing more may.
    pub(super) async fn bring_about(&mut self) -> Result<(), StoreError> {
        loop {
            self.journal.stage(self.reported.clone());
            let (events, starts) = self.startable().await?;
            let is_over = events.iter().all(|event| matches!(event, Event::StepStarted { .. }));
            if !self.record(events).await? {
                self.forget_what_is_not_so();
                continue;
            }
            self.let_executor_forget();
            for receipt in self.receipts.drain(..) {
                receipt.give();
            }
            for id in starts {
                self.start(id).await?;
            }
            if is_over {
                return Ok(());
            }
        }
    }

    /// What has happened is recorded whoever else was first: attempts that a person has decided over mean nothing to the
    /// fold, and a gate is only opened when its turn still is.
    fn forget_what_is_not_so(&mut self) {
        let state = self.journal.state();
        self.reported.retain(|event| match event {
            Event::GateOpened { step, .. } => {
                state.find(step).is_some_and(|id| state.startable().contains(&id))
            }
            _ => true,
        });
    }

    /// What was reported is in the journal now: how those attempts ended is asked of nobody again.
    fn let_executor_forget(&mut self) {
        let state = self.journal.state();
        let over = self.reported.iter().filter_map(|event| match event {
            Event::StepEnded { step, attempt, .. } | Event::StepLost { step, attempt, .. } => {
                Some((state.find(step)?, *attempt))
            }
            _ => None,
        });
        self.driver.executor.recorded(&over.collect::<Vec<_>>());
        self.reported.clear();
    }

    /// What may start now: events to be recorded first, and work to be begun after that.
    async fn startable(&mut self) -> Result<(Vec<Event>, Vec<NodeId>), StoreError> {
        let (mut events, mut starts) = (Vec::new(), Vec::new());
        if self.leaving.is_some() || !self.driver.seat.may_start()? {
            return Ok((events, starts));
        }
        let due = self.timers.due(self.journal.state());
        for effect in next_of(self.journal.state(), &due, self.journal.now(), &self.driver.limits) {
            match effect {
                Effect::Ask(id) if self.gathering.contains(&id) => {}
                // What is done anew does not begin before its former attempt has stopped.
                Effect::Start(id) if self.attempts.contains_key(&id) => {}
                Effect::Start(id) if !self.take_place(id).await? => {}
                effect => self.prepare(effect, &mut events, &mut starts),
            }
        }
        // Places are taken for what is started now; a step that is skipped instead gives its own back.
        self.places.retain(|id, _| starts.contains(id));
        Ok((events, starts))
    }

    /// Takes the step's place on its platform, where that has a limit; `false`: other runs have them all.
    pub(super) async fn take_place(&mut self, id: NodeId) -> Result<bool, StoreError> {
        let node = self.journal.state().plan().node(id);
        let Some(platform) = node.platform().filter(|_| node.work.takes_a_place()) else { return Ok(true) };
        let Some(limit) = self.driver.limits.get(platform) else { return Ok(true) };
        let (platform, limit) = (platform.to_owned(), *limit);
        let place = self.driver.seat.take_place(self.journal.store(), &platform, limit).await?;
        Ok(place.map(|place| self.places.insert(id, place)).is_some())
    }

    /// What an effect comes to: events to be recorded first, and work to be begun after that.
    pub(super) fn prepare(&self, effect: Effect, events: &mut Vec<Event>, starts: &mut Vec<NodeId>) {
        let (Effect::Start(id) | Effect::Ask(id) | Effect::SkipThisMonth(id) | Effect::TimeOut(id)) = effect;
        let step = self.path(id);
        match effect {
            Effect::TimeOut(_) => events.push(Event::GateTimedOut { step }),
            Effect::SkipThisMonth(_) => events.extend(skip_this_month(self.state(), id)),
            Effect::Start(_) | Effect::Ask(_) => {
                let attempt = self.state().step(id).attempt + 1;
                match (self.when(id), effect) {
                    (Ok(true), Effect::Ask(_)) => starts.push(id),
                    (Ok(true), _) => {
                        events.push(Event::StepStarted { step, attempt });
                        starts.push(id);
                    }
                    (Ok(false), _) => events.push(Event::StepSkipped {
                        step,
                        by: None,
                        reason: String::new(),
                        cause: SkipCause::When,
                    }),
                    (Err(why), _) => {
                        let outcome = Outcome::Failed { failure: Failure::NotStarted { why } };
                        events.push(Event::StepStarted { step: step.clone(), attempt });
                        events.push(Event::StepEnded { step, attempt, outcome, numbers: Vec::new() });
                    }
                }
            }
        }
    }

    pub(super) fn when(&self, id: NodeId) -> Result<bool, String> {
        let state = self.state();
        let Some(when) = &state.plan().node(id).when else { return Ok(true) };
        let today = self.journal.now().to_zoned(self.driver.zone.clone()).date();
        truth(when, &scope_of(state, id, today)).map_err(|error| error.to_string())
    }

    pub(super) async fn start(&mut self, id: NodeId) -> Result<(), StoreError> {
        self.assured().await?;
        let step = self.state().step(id);
        if self.state().plan().node(id).gate().is_none() && !matches!(step.life, Life::Running { .. }) {
            // A person has decided over it meanwhile.
            return Ok(());
        }
        tracing::debug!(step = %self.path(id), "starts");
        let job = self.job(id).await?;
        self.begin(job);
        Ok(())
    }

    /// Waits until it is sure again that nobody else drives the run: what was recorded a while ago, before this process was
    /// stopped or its server went away, may be another engine's now.
    async fn assured(&mut self) -> Result<(), StoreError> {
        while !self.driver.seat.may_start()? {
            self.look().await?;
            tokio::select! {
                () = self.driver.seat.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
        Ok(())
    }

    /// The present attempt of a step, with everything that it may use.
    pub(super) async fn job(&mut self, id: NodeId) -> Result<Job, StoreError> {
        let history = self.history(id).await?;
        let state = self.journal.state();
        let step = state.step(id);
        let attempt = step.attempt;
        let path = self.path(id);
        Ok(Job {
            run: state.plan().run.clone(),
            plan: Arc::clone(state.plan()),
            node: id,
            attempt,
            token: format!("{}/{path}/{}", state.plan().run, state.step(id).token),
            path,
            doubt: match (&step.not_atomic, step.token == attempt) {
                (Some(_), _) => Doubt::Unmarked,
                (None, true) => Doubt::Nothing,
                (None, false) => Doubt::Former,
            },
            run_began: state.started().map_or(Timestamp::UNIX_EPOCH, |(at, _)| *at),
            at: self.journal.at(),
            begun: state.step(id).started_at.unwrap_or_else(|| self.journal.at()),
            waiting_since: state.step(id).waiting_since.unwrap_or_else(|| self.journal.at()),
            outputs: state.outputs_for(id),
            submitted: state.submitted(id).map(str::to_owned),
            taken_over: false,
            anew: state.step(id).anew,
            history,
            since: self.since(id),
            stop: Stop::never(),
        })
    }

    /// Hands a job to the executor, with a switch that stops it.
    pub(super) fn begin(&mut self, job: Job) {
        let (switch, stop) = Stop::new();
        let (id, job) = (job.node, Job { stop, ..job });
        if matches!(job.plan.node(id).work, Work::Gate(_)) {
            self.gathering.insert(id);
            self.driver.executor.gather(job, self.reports.clone());
            return;
        }
        let attempt = Attempt {
            number: job.attempt,
            switch,
            _place: self.places.remove(&id),
            looked: false,
            on_platform: job.submitted.is_some(),
            after_us: self.driver.executor.after_us(&job),
        };
        self.attempts.insert(id, attempt);
        self.driver.executor.start(job, self.reports.clone());
    }

    /// What the step saw in the former months that its checks look back on.
    async fn history(&mut self, id: NodeId) -> Result<Vec<MonthNumber>, StoreError> {
        let plan = Arc::clone(self.state().plan());
        let months = plan.node(id).work.looks_back();
        if months == 0 {
            return Ok(Vec::new());
        }
        let from = (0..months).fold(plan.month(), |month, _| month.previous());
        self.journal.store().numbers(&plan.path(id), from, plan.month()).await
    }

    /// When the steps were done after which this one's tables must have changed.
    fn since(&self, id: NodeId) -> BTreeMap<NodeId, Timestamp> {
        let state = self.state();
        let Work::Check { items, .. } = &state.plan().node(id).work else { return BTreeMap::new() };
        let steps = items.iter().filter_map(|item| item.since);
        steps.filter_map(|step| Some((step, said_at(state, step, &self.driver.zone)?))).collect()
    }
}

/// When a step was done; a notice, when its word was said, where somebody told.
fn said_at(state: &RunState, id: NodeId, zone: &TimeZone) -> Option<Timestamp> {
    let told = state.outputs(id).get("told_at").and_then(|told| moment(told.as_str()?, zone));
    told.or(state.step(id).finished_at)
}

/// `2026-11-01 02:10`, or with an offset.
fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        civil.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
    })
}
