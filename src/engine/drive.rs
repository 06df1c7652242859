//! The loop itself. One owner of the truth turns all input (reports of work, wishes of people, other processes' events,
//! time) into events, and events into work.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::{mpsc, watch};

use super::journal::{Journal, Recorded};
use super::ports::{Executor, Job, Report, Reports, Stop};
use crate::plan::template::truth;
use crate::plan::{NodeId, Work};
use crate::run::request::{Answer, may_answer_in_advance};
use crate::run::scheduler::{Effect, PlatformLimits, next, next_alarm};
use crate::run::scope::scope_of;
use crate::run::{
    Asker, By, EngineId, Event, Failure, Life, Outcome, Record, Refusal, Request, RunState, RunStatus,
    SkipCause, StepPath, StepStatus, Verdict,
};
use crate::store::{PlatformPlace, StateFolder, StoreError};

/// How often other processes' decisions are looked for.
const LOOK: Duration = Duration::from_millis(200);
/// How long attempts may take to end when the run is left.
const LEAVING: Duration = Duration::from_secs(3);

/// What a person at the terminal, or a signal, wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// A decision.
    Request(Box<(Asker, Request)>),
    /// Ctrl-C: nothing more starts; what about what runs?
    Interrupt,
    /// The answer to that, or a second Ctrl-C, or SIGTERM.
    Choice(Choice),
    /// Nobody will answer at this terminal any more.
    Unattended,
}

/// What happens to what runs when the run is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// It is waited for; nothing more starts.
    Wait,
    /// It is stopped, and the run is left when it has ended.
    Stop,
    /// The run is left at once.
    Leave,
    /// It was not meant: everything goes on.
    GoOn,
}

/// What is told to those who watch.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// These were recorded, by us or by others.
    Events(Vec<Record>),
    /// How a step goes; not recorded.
    Note(NodeId, String),
    /// A wish was not granted.
    Refused(Refusal),
    /// Ctrl-C was pressed: what about what runs?
    Interrupted,
}

/// How driving came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Every step is done.
    Succeeded,
    /// A person has to decide, and nobody is at the terminal.
    Halted,
    /// Stopped for good.
    Cancelled,
    /// Only people or time can move it on, and waiting was not wanted.
    Waiting,
    /// Left by a signal; resumable.
    Interrupted,
}

/// How a run is driven.
pub struct Driver {
    /// Who does the work.
    pub executor: Arc<dyn Executor>,
    /// Places on platforms.
    pub limits: PlatformLimits,
    /// Where places on platforms are shared with the project's other runs.
    pub folder: StateFolder,
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
        let mut drive = Loop {
            driver: self,
            journal,
            reports,
            attempts: HashMap::new(),
            gathering: HashSet::new(),
            places: HashMap::new(),
            leaving: None,
        };
        if let Some((by, engine)) = resumed {
            drive.take_over(by, engine).await?;
        }
        drive.run(incoming, wishes).await
    }
}

/// The loop's own memory: only what is true for this process, never what the journal says.
struct Loop<'a> {
    driver: Driver,
    journal: &'a mut Journal,
    reports: Reports,
    /// Attempts that this process has started, with the switch that stops them.
    attempts: HashMap<NodeId, Attempt>,
    /// Gates whose evidence is being gathered.
    gathering: HashSet<NodeId>,
    /// Places on platforms for what is about to start.
    places: HashMap<NodeId, PlatformPlace>,
    leaving: Option<Choice>,
}

/// An attempt that this process has begun.
struct Attempt {
    number: u32,
    switch: watch::Sender<bool>,
    /// Its place on a limited platform, given back when the attempt is over.
    _place: Option<PlatformPlace>,
    /// It has said how it goes: a poll has looked at least once.
    looked: bool,
    /// Its platform knows it by an id, and goes on with it without us.
    on_platform: bool,
}

enum Input {
    Report(Report),
    Wish(Wish),
    Time,
}

impl Loop<'_> {
    async fn run(
        &mut self,
        mut incoming: mpsc::UnboundedReceiver<Report>,
        mut wishes: mpsc::UnboundedReceiver<Wish>,
    ) -> Result<End, StoreError> {
        loop {
            self.bring_about().await?;
            self.let_go();
            if let Some(end) = self.end() {
                return self.leave(end, &mut incoming).await;
            }
            let input = self.wait(&mut incoming, &mut wishes).await;
            let mut reports = Vec::new();
            match input {
                Input::Report(report) => reports.push(report),
                Input::Wish(wish) => self.grant(wish).await?,
                Input::Time => self.look().await?,
            }
            while let Ok(report) = incoming.try_recv() {
                reports.push(report);
            }
            self.take_reports(reports).await?;
        }
    }

    async fn wait(
        &self,
        incoming: &mut mpsc::UnboundedReceiver<Report>,
        wishes: &mut mpsc::UnboundedReceiver<Wish>,
    ) -> Input {
        let alarm = next_alarm(self.journal.state())
            .and_then(|at| Duration::try_from(at.duration_since(self.journal.now())).ok())
            .unwrap_or(LOOK);
        tokio::select! {
            biased;
            Some(report) = incoming.recv() => Input::Report(report),
            Some(wish) = wishes.recv() => Input::Wish(wish),
            () = tokio::time::sleep(alarm.min(LOOK)) => Input::Time,
        }
    }

    fn state(&self) -> &RunState {
        self.journal.state()
    }

    fn path(&self, id: NodeId) -> StepPath {
        StepPath(self.state().plan().path(id))
    }

    fn tell(&self, records: Vec<Record>) {
        if !records.is_empty() {
            // Nobody may be watching; the journal has it all the same.
            let _ = self.driver.told.send(Told::Events(records));
        }
    }

    /// What other processes have recorded.
    async fn look(&mut self) -> Result<(), StoreError> {
        let records = self.journal.catch_up().await?;
        self.tell(records);
        Ok(())
    }

    /// Records, and tells. `false`: somebody else was first, so everything has to be looked at again.
    async fn record(&mut self, events: Vec<Event>) -> Result<bool, StoreError> {
        let recorded = self.journal.record(events).await?;
        let (records, done) = match recorded {
            Recorded::Done(records) => (records, true),
            Recorded::Behind(records) => (records, false),
        };
        self.tell(records);
        Ok(done)
    }

    /// A former engine's attempts are in doubt: what only reads or is idempotent runs again, the rest is lost.
    async fn take_over(&mut self, by: By, engine: EngineId) -> Result<(), StoreError> {
        loop {
            let mut events = vec![Event::RunResumed { by: by.clone(), engine: engine.clone() }];
            for (id, again) in crate::run::scheduler::in_doubt(self.state()) {
                events.push(Event::StepLost {
                    step: self.path(id),
                    attempt: self.state().step(id).attempt,
                    again,
                });
            }
            if self.record(events).await? {
                break;
            }
        }
        // What is left in flight has an id on its platform, by which it is followed on.
        let followed: Vec<NodeId> = self.state().in_flight().iter().copied().collect();
        for id in followed {
            self.start(id);
        }
        Ok(())
    }

    /// Starts everything that may start, and what that makes startable, until nothing more may.
    async fn bring_about(&mut self) -> Result<(), StoreError> {
        while self.leaving.is_none() {
            let effects = next(self.journal.state(), self.journal.now(), &self.driver.limits);
            let mut events = Vec::new();
            let mut starts = Vec::new();
            for effect in effects {
                match effect {
                    Effect::Ask(id) if self.gathering.contains(&id) => {}
                    Effect::Start(id) if !self.take_place(id)? => {}
                    effect => self.prepare(effect, &mut events, &mut starts),
                }
            }
            // Places are taken for what is started now; a step that is skipped instead gives its own back.
            self.places.retain(|id, _| starts.contains(id));
            if events.is_empty() && starts.is_empty() {
                return Ok(());
            }
            if self.record(events).await? {
                for id in starts {
                    self.start(id);
                }
            }
        }
        Ok(())
    }

    /// Takes the step's place on its platform, where that has a limit; `false`: other runs have them all.
    fn take_place(&mut self, id: NodeId) -> Result<bool, StoreError> {
        let node = self.journal.state().plan().node(id);
        let Some(platform) = node.platform() else { return Ok(true) };
        let Some(limit) = self.driver.limits.get(platform) else { return Ok(true) };
        let place = PlatformPlace::take(&self.driver.folder, platform, *limit)?;
        Ok(place.map(|place| self.places.insert(id, place)).is_some())
    }

    /// What an effect comes to: events to be recorded first, and work to be begun after that.
    fn prepare(&self, effect: Effect, events: &mut Vec<Event>, starts: &mut Vec<NodeId>) {
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
                        events.push(Event::StepEnded { step, attempt, outcome });
                    }
                }
            }
        }
    }

    fn when(&self, id: NodeId) -> Result<bool, String> {
        let state = self.state();
        let Some(when) = &state.plan().node(id).when else { return Ok(true) };
        let today = self.journal.now().to_zoned(self.driver.zone.clone()).date();
        truth(when, &scope_of(state, id, today)).map_err(|error| error.to_string())
    }

    fn start(&mut self, id: NodeId) {
        let (switch, stop) = Stop::new();
        let state = self.journal.state();
        let attempt = state.step(id).attempt;
        let path = self.path(id);
        let job = Job {
            run: state.plan().run.clone(),
            plan: Arc::clone(state.plan()),
            node: id,
            attempt,
            token: format!("{}/{path}/{attempt}", state.plan().run),
            path,
            at: self.journal.now(),
            outputs: state.outputs_for(id),
            submitted: state.submitted(id).map(str::to_owned),
            stop,
        };
        if matches!(state.plan().node(id).work, Work::Gate(_)) {
            self.gathering.insert(id);
            self.driver.executor.gather(job, self.reports.clone());
        } else {
            let on_platform = job.submitted.is_some();
            let place = self.places.remove(&id);
            self.attempts
                .insert(id, Attempt { number: attempt, switch, _place: place, looked: false, on_platform });
            self.driver.executor.start(job, self.reports.clone());
        }
    }

    /// Attempts whose step a person has decided over, or whose run was cancelled, are stopped. A flow on a platform is
    /// only cancelled with its run: what a person counts as done may go on there.
    fn let_go(&mut self) {
        let (state, killing) = (self.journal.state(), self.leaving == Some(Choice::Stop));
        self.attempts.retain(|id, attempt| {
            let step = state.step(*id);
            let decided_over = !matches!(step.life, Life::Running { .. }) || step.attempt != attempt.number;
            let unwanted = decided_over || killing;
            if state.cancelled().is_some() || (unwanted && !attempt.on_platform) {
                // An executor that is done has dropped its end: then there is nothing to stop.
                let _ = attempt.switch.send(true);
                return true;
            }
            !unwanted
        });
    }

    async fn take_reports(&mut self, reports: Vec<Report>) -> Result<(), StoreError> {
        let mut events = Vec::new();
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
                    events.push(Event::StepSubmitted { step: self.path(node), attempt, id });
                }
                Report::Ended { node, attempt, outcome } => {
                    if self.attempts.get(&node).is_some_and(|ours| ours.number == attempt) {
                        self.attempts.remove(&node);
                    }
                    events.push(Event::StepEnded { step: self.path(node), attempt, outcome });
                }
                Report::Gathered { node, ask, evidence } => {
                    self.gathering.remove(&node);
                    if self.state().startable().contains(&node) && self.leaving.is_none() {
                        events.push(Event::GateOpened { step: self.path(node), ask, evidence });
                    }
                }
            }
        }
        self.record_for_sure(events).await?;
        self.answer_in_advance().await
    }

    /// What has happened is recorded whoever else was first: attempts that a person has decided over mean nothing to the
    /// fold, and a gate is only opened when its turn still is.
    async fn record_for_sure(&mut self, mut events: Vec<Event>) -> Result<(), StoreError> {
        while !self.record(events.clone()).await? {
            let state = self.journal.state();
            events.retain(|event| match event {
                Event::GateOpened { step, .. } => {
                    state.find(step).is_some_and(|id| state.startable().contains(&id))
                }
                _ => true,
            });
        }
        Ok(())
    }

    async fn answer_in_advance(&mut self) -> Result<(), StoreError> {
        let Some(asker) = self.driver.yes.clone() else { return Ok(()) };
        let open: Vec<NodeId> = self.state().open().iter().copied().collect();
        for id in open {
            let plan = Arc::clone(self.state().plan());
            let Some(gate) = plan.node(id).gate() else { continue };
            if !may_answer_in_advance(self.state(), gate, &asker) {
                continue;
            }
            let values: Vec<Option<String>> = match gate.each.as_slice() {
                [] => vec![None],
                each => each.iter().cloned().map(Some).collect(),
            };
            for value in values {
                let answer = Answer {
                    step: id,
                    verdict: Verdict::Confirmed,
                    value,
                    note: None,
                    form: BTreeMap::new(),
                    in_advance: true,
                };
                // A refusal here means that somebody answered in this very moment: that answer stands.
                let (records, _) = self.journal.request(&asker, &Request::Answer(answer)).await?;
                self.tell(records);
            }
        }
        Ok(())
    }

    async fn grant(&mut self, wish: Wish) -> Result<(), StoreError> {
        match wish {
            Wish::Request(request) => {
                let (asker, request) = *request;
                let (records, answer) = self.journal.request(&asker, &request).await?;
                self.tell(records);
                if let Err(refusal) = answer {
                    let _ = self.driver.told.send(Told::Refused(refusal));
                }
            }
            Wish::Interrupt if self.driver.attended && self.leaving.is_none() => {
                self.leaving = Some(Choice::Wait);
                let _ = self.driver.told.send(Told::Interrupted);
            }
            Wish::Interrupt => self.leaving = Some(Choice::Leave),
            Wish::Choice(Choice::GoOn) => self.leaving = None,
            Wish::Choice(choice) => self.leaving = Some(choice),
            Wish::Unattended => self.driver.attended = false,
        }
        Ok(())
    }

    /// Is there nothing more for this process to do?
    fn end(&self) -> Option<End> {
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
    fn only_waits(&self) -> bool {
        let state = self.state();
        let due = state.retrying().first().is_some_and(|(due, _)| *due <= self.journal.now());
        let looked = self.attempts.values().all(|attempt| attempt.looked);
        self.is_quiet() && looked && !due && state.startable().iter().all(|id| state.open().contains(id))
    }

    /// Nothing is being done: only gates, polls and retries that wait.
    fn is_quiet(&self) -> bool {
        self.gathering.is_empty()
            && self.attempts.keys().all(|id| self.state().step_status(*id) == StepStatus::Waiting)
    }

    /// Before the process goes, what it started is brought to a known end as far as that can be.
    async fn leave(
        &mut self,
        end: End,
        incoming: &mut mpsc::UnboundedReceiver<Report>,
    ) -> Result<End, StoreError> {
        // Flows stay on their platform; the next engine follows them by their ids.
        self.attempts.retain(|_, attempt| !attempt.on_platform || end == End::Cancelled);
        for attempt in self.attempts.values() {
            let _ = attempt.switch.send(true);
        }
        self.leaving = Some(Choice::Leave);
        let polls: Vec<NodeId> = self.attempts.keys().copied().filter(|id| self.runs_again(*id)).collect();
        let mut events: Vec<Event> = polls
            .iter()
            .map(|id| Event::StepLost {
                step: self.path(*id),
                attempt: self.state().step(*id).attempt,
                again: true,
            })
            .collect();
        events.retain(|_| end != End::Cancelled);
        self.record_for_sure(events).await?;
        let deadline = tokio::time::sleep(LEAVING);
        tokio::pin!(deadline);
        while !self.attempts.is_empty() {
            tokio::select! {
                Some(report) = incoming.recv() => self.take_reports(vec![report]).await?,
                () = &mut deadline => break,
            }
        }
        Ok(end)
    }

    fn runs_again(&self, id: NodeId) -> bool {
        let node = self.state().plan().node(id);
        node.work.reads_only() || node.policy.idempotent
    }
}

/// The events that skip what the month file says does not run.
pub fn skip_this_month(state: &RunState, id: NodeId) -> Option<Event> {
    let skip = state.plan().node(id).skip.as_ref()?;
    let reason = match &skip.agreed {
        Some(agreed) => format!("{} ({agreed})", skip.reason),
        None => skip.reason.clone(),
    };
    let step = StepPath(state.plan().path(id));
    Some(Event::StepSkipped { step, by: None, reason, cause: SkipCause::Month })
}
