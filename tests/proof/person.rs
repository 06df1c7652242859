//! What a person does after a fault: resumes, looks into the ledgers, says what became of what is lost, answers.

use crate::ledger::{Attempts, PROGRAMS};
use crate::servers::{Kind, base};
use crate::shim::Fault;
use crate::world::{Out, RESUME, START, World};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// The gate that only li.na answers, from a process of her own.
const GATE: &str = "s/close";
/// The step that always ends with 7.
const BAD: &str = "s/bad";

/// What is done to the product, and so what a person has to be ready for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Harm {
    /// The engine dies: no step fails by that.
    Engine,
    /// The keeper of programs dies: nobody knows how those ended that it had.
    Keeper,
    /// The disk fails: steps and answers may fail by that too, and are tried again.
    Disk,
}

/// A person at work in a world, and what was promised to that person.
pub(crate) struct Person {
    pub(crate) world: World,
    pub(crate) harm: Harm,
    /// The fault that answers are given under.
    answering: Option<Fault>,
    /// How often a step was asked for again.
    pub(crate) asked: BTreeMap<String, usize>,
    /// Notes of answers that were acknowledged.
    pub(crate) acknowledged: Vec<String>,
    /// Events that were told, by number.
    pub(crate) told: BTreeMap<u64, Value>,
    /// Steps that were recorded as ended, with the number of their beginnings then.
    pub(crate) ended: BTreeMap<String, usize>,
    /// Steps that were lost, with the number of times; not those that too many engines have died with.
    pub(crate) lost: BTreeMap<String, usize>,
}

impl Person {
    /// Somebody in a world of its own.
    pub(crate) fn new(harm: Harm) -> Self {
        Self::on(None, harm)
    }

    /// The same with its journal in a database of its own on a server.
    pub(crate) fn on(server: Option<Kind>, harm: Harm) -> Self {
        let world = World::new();
        Person {
            world: match server {
                None => world,
                Some(kind) => world.at(&base(kind).url()),
            },
            harm,
            answering: None,
            asked: BTreeMap::new(),
            acknowledged: Vec::new(),
            told: BTreeMap::new(),
            ended: BTreeMap::new(),
            lost: BTreeMap::new(),
        }
    }

    /// Drives the run under a fault, starts it where it is not there; answers the gate when it opens.
    pub(crate) fn drive(&mut self, fault: &Fault) -> Out {
        self.answering = (self.harm == Harm::Disk).then(|| fault.clone());
        let line = self.line();
        let mut events = Vec::new();
        let Person { world, told, acknowledged, answering, .. } = self;
        let out = world.under(fault, line, |event| {
            if opens_the_gate(&event) {
                acknowledged.push(answer(world, answering.as_ref()));
            }
            events.push(event);
        });
        keep(told, events);
        out
    }

    /// Drives the run and kills the engine after that time.
    pub(crate) fn drive_for(&mut self, time: Duration) -> Out {
        let line = self.line();
        let mut events = Vec::new();
        let Person { world, told, acknowledged, .. } = self;
        let out = world.killed_after(time, line, |event| {
            if opens_the_gate(&event) {
                acknowledged.push(answer(world, None));
            }
            events.push(event);
        });
        keep(told, events);
        out
    }

    fn line(&self) -> &'static str {
        if self.world.status().is_some() { RESUME } else { START }
    }

    /// Brings the run to its end, and sends what letters are left.
    pub(crate) fn bring_home(&mut self) {
        self.world.empty_the_disk();
        for _ in 0..30 {
            let status = self.look();
            if status["run"]["status"] == "succeeded" {
                self.world.ms("mails --send");
                return;
            }
            self.decide(&status);
            let out = self.drive(&Fault::none());
            assert!([0, 4, 5].contains(&out.code), "{out:?}");
        }
        panic!("the run does not come to its end: {}", open_ends(&self.look()));
    }

    /// Looks where the run stands, and remembers what is recorded as ended.
    pub(crate) fn look(&mut self) -> Value {
        let Some(status) = self.world.status() else { return Value::Null };
        let attempts = Attempts::of(&self.world);
        for step in status["steps"].as_array().unwrap() {
            let path = step["path"].as_str().unwrap();
            if PROGRAMS.contains(&path) && step["status"] == "succeeded" {
                let begun = attempts.begun(path);
                let before = *self.ended.entry(path.to_owned()).or_insert(begun);
                assert_eq!(begun, before, "{path} was recorded as done and ran again");
            }
        }
        status
    }

    /// Decides what waits for a person.
    pub(crate) fn decide(&mut self, status: &Value) {
        for step in status["steps"].as_array().into_iter().flatten() {
            let path = step["path"].as_str().unwrap();
            match step["status"].as_str().unwrap() {
                "lost" => self.judge(path, step["attempt"].as_u64().unwrap()),
                "failed" if path == BAD && Attempts::of(&self.world).begun(path) > 0 => {
                    self.say(&format!("force {path} --reason known"));
                }
                // A disk that fails, and programs that nobody could start, are known ends.
                "failed" if self.harm != Harm::Engine => self.ask_again(path),
                "failed" => panic!("{path} failed: {step:#}"),
                _ => {}
            }
        }
        let gates = status["gates"].as_array().into_iter().flatten();
        if gates.into_iter().any(|gate| gate["path"] == GATE && gate["status"] == "open") {
            self.acknowledged.push(answer(&self.world, None));
        }
    }

    /// What became of a lost step stands in the ledgers; while a program is still at work nobody judges.
    fn judge(&mut self, path: &str, attempt: u64) {
        self.world.quiet();
        let is_parked = self.is_parked(path);
        *self.lost.entry(path.to_owned()).or_default() += usize::from(!is_parked);
        self.lost.retain(|_, times| *times > 0);
        let world = &self.world;
        let done = match path {
            "s/rows" => (world.sql("select step from done").len() == 1).then_some(0),
            "s/station" => (world.sql("select name from station").len() == 3).then_some(0),
            "s/Blocked" => world.read("sched/ledger").contains("pass Blocked").then_some(0),
            path if PROGRAMS.contains(&path) => Attempts::of(world).end(path, attempt),
            // It begins again by itself, unless too many engines have died with it.
            _ if is_parked => None,
            path => panic!("{path} can be found out, and is lost"),
        };
        match done {
            Some(0) => self.say(&format!("settle {path} --as-done --reason ledger")),
            Some(_) => self.say(&format!("settle {path} --as-failed --reason ledger")),
            None => self.ask_again(path),
        }
    }

    fn is_parked(&self, path: &str) -> bool {
        let events = self.world.ms("events --json").stdout;
        let lost =
            events.lines().rfind(|line| line.contains("step_lost") && line.contains(&format!("\"{path}\"")));
        lost.is_some_and(|line| line.contains("parked"))
    }

    fn ask_again(&mut self, path: &str) {
        *self.asked.entry(path.to_owned()).or_default() += 1;
        self.say(&format!("retry {path}"));
    }

    fn say(&self, line: &str) {
        let out = self.world.ms(&format!("{line} --as zhang.wei"));
        assert_eq!(out.code, 0, "{line}: {out:?}");
    }
}

/// What is not done, in a line.
fn open_ends(status: &Value) -> String {
    let steps = status["steps"].as_array().into_iter().flatten();
    let open =
        steps.filter(|step| !["succeeded", "forced", "pending"].contains(&step["status"].as_str().unwrap()));
    open.map(|step| format!("{} {} ({})", step["path"], step["status"], step["error"]))
        .collect::<Vec<_>>()
        .join(", ")
}

fn opens_the_gate(event: &Value) -> bool {
    event["kind"] == "gate_opened" && event["step"] == GATE
}

/// li.na answers, with a note by which her answer is known again, and once more where it was not acknowledged.
fn answer(world: &World, fault: Option<&Fault>) -> String {
    let note = format!("seen-by-{}", std::process::id());
    let line = format!("confirm {GATE} --as li.na --note {note}");
    if let Some(fault) = fault {
        let out = world.under(fault, &line, |_| ());
        assert!([0, 7].contains(&out.code), "{out:?}");
        if out.code == 0 {
            return note;
        }
    }
    let out = world.ms(&line);
    assert_eq!(out.code, 0, "{out:?}");
    note
}

/// What was told stays true.
fn keep(told: &mut BTreeMap<u64, Value>, events: Vec<Value>) {
    for event in events {
        let Some(seq) = event["seq"].as_u64() else { continue };
        let before = told.entry(seq).or_insert_with(|| event.clone());
        assert_eq!(*before, event, "event {seq} was told otherwise before");
    }
}
