//! A run without an engine, and people who ask things of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use monthstart::plan::{NodeId, Plan, StageId};
use monthstart::run::recovery::{fate, in_doubt, unheard};
use monthstart::run::request::decide;
use monthstart::run::scheduler::{Effect, next};
use monthstart::run::{
    Answer, Asker, By, EngineId, Event, Failure, Fate, Found, Loss, Outcome, Record, Refusal, Request,
    RunState, StepPath, StepStatus, Verdict,
};

/// A run without an engine: events are recorded one after another, at one second each.
pub(crate) struct Bench {
    pub(crate) state: RunState,
    pub(crate) records: Vec<Record>,
    pub(crate) finished: Vec<StageId>,
}

impl Bench {
    pub(crate) fn new(plan: Plan) -> Self {
        let mut bench =
            Bench { state: RunState::new(Arc::new(plan)), records: Vec::new(), finished: Vec::new() };
        let engine = EngineId { host: "h".to_owned(), pid: 1, home: None };
        bench.record(Event::RunStarted { by: By::person("zhang.wei"), engine, origin: None });
        bench
    }

    pub(crate) fn record(&mut self, event: Event) {
        let seq = self.state.seq() + 1;
        let at = Timestamp::from_second(i64::try_from(seq).unwrap()).unwrap();
        let record = Record { seq, at, event };
        self.finished.extend(self.state.apply(&record).finished);
        self.records.push(record);
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.state.at().unwrap()
    }

    /// Starts and opens what may start; returns it.
    pub(crate) fn tick(&mut self) -> Vec<NodeId> {
        let effects = next(&self.state, self.now(), &BTreeMap::new());
        let mut begun = Vec::new();
        for effect in effects {
            match effect {
                Effect::Start(id) => {
                    let attempt = self.state.step(id).attempt + 1;
                    self.record(Event::StepStarted { step: self.path(id), attempt });
                    begun.push(id);
                }
                Effect::Ask(id) => {
                    self.record(Event::GateOpened {
                        step: self.path(id),
                        ask: "?".to_owned(),
                        evidence: vec![],
                    });
                    begun.push(id);
                }
                Effect::SkipThisMonth(_) | Effect::TimeOut(_) => {}
            }
        }
        begun
    }

    pub(crate) fn end(&mut self, id: u32, good: bool) {
        let id = NodeId(id);
        let outcome = match good {
            true => Outcome::Succeeded { outputs: BTreeMap::new(), remarks: vec![] },
            false => Outcome::Failed { failure: Failure::Exit { code: 1, last_line: String::new() } },
        };
        self.record(Event::StepEnded {
            step: self.path(id),
            attempt: self.state.step(id).attempt,
            outcome,
            numbers: Vec::new(),
        });
    }

    /// Nobody hears how its commit ended, but its marker will tell.
    pub(crate) fn is_in_doubt(&mut self, id: u32) {
        let (step, attempt) = (self.path(NodeId(id)), self.state.step(NodeId(id)).attempt);
        let failure = Failure::InDoubt { why: "gone".to_owned(), marked: true };
        let outcome = Outcome::Failed { failure };
        self.record(Event::StepEnded { step, attempt, outcome, numbers: Vec::new() });
    }

    /// Its engine dies, and nothing is known of what was in flight: returns that.
    pub(crate) fn crash(&mut self) -> Vec<NodeId> {
        self.taken_over(|_| Found::Unknown(Loss::Engine))
    }

    /// Its engine dies, and the next one finds this of what was in flight: returns that.
    pub(crate) fn taken_over(&mut self, mut found: impl FnMut(NodeId) -> Found) -> Vec<NodeId> {
        let doubtful = in_doubt(&self.state);
        for id in &doubtful {
            let (again, cause) = match fate(&self.state, *id, found(*id)) {
                Fate::GoesOn => continue,
                Fate::Lost(cause) => (false, cause),
                Fate::Again => (true, Loss::Engine),
            };
            let attempt = self.state.step(*id).attempt;
            self.record(Event::StepLost { step: self.path(*id), attempt, again, cause });
        }
        for id in unheard(&self.state) {
            let (step, attempt) = (self.path(id), self.state.step(id).attempt);
            self.record(Event::StepLost { step, attempt, again: true, cause: Loss::Unheard });
        }
        doubtful
    }

    pub(crate) fn ask(&mut self, asker: &Asker, request: &Request) -> Result<usize, Refusal> {
        let events = decide(&self.state, asker, request)?;
        let count = events.len();
        for event in events {
            self.record(event);
        }
        Ok(count)
    }

    pub(crate) fn path(&self, id: NodeId) -> StepPath {
        StepPath(self.state.plan().path(id))
    }

    pub(crate) fn status(&self, id: u32) -> StepStatus {
        self.state.step_status(NodeId(id))
    }
}

pub(crate) fn who(name: &str, roles: &[&str]) -> Asker {
    let roles = roles.iter().map(|role| (*role).to_owned()).collect::<BTreeSet<_>>();
    Asker { by: By::person(name), operator: roles.contains("operator"), roles, known: true }
}

pub(crate) fn zhang() -> Asker {
    who("zhang.wei", &["operator", "lead"])
}

pub(crate) fn answer(id: u32, verdict: Verdict) -> Request {
    let note = (verdict == Verdict::Rejected).then(|| "no".to_owned());
    Request::Answer(Answer {
        step: NodeId(id),
        verdict,
        value: None,
        note,
        form: BTreeMap::new(),
        in_advance: false,
    })
}

pub(crate) fn ids(numbers: &[u32]) -> Vec<NodeId> {
    numbers.iter().map(|n| NodeId(*n)).collect()
}
