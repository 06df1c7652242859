//! The heart under tables and properties: no clock, no process, no database.
#![expect(clippy::unwrap_used, reason = "a test says so by failing")]

#[path = "support/sketch.rs"]
mod sketch;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use monthstart::plan::{Approver, Excluded, NodeId, OnFailure, Part, Plan, StageId, Votes};
use monthstart::run::request::decide;
use monthstart::run::scheduler::{Effect, in_doubt, next};
use monthstart::run::{
    Answer, Asker, By, EngineId, Event, Failure, GateStatus, Life, Outcome, Record, Refusal, Request,
    RunState, RunStatus, StageStatus, StepPath, StepStatus, Verdict,
};
use proptest::prelude::*;
use sketch::{Sketch, Tweak, gate, step};

/// A run without an engine: events are recorded one after another, at one second each.
struct Bench {
    state: RunState,
    records: Vec<Record>,
    finished: Vec<StageId>,
}

impl Bench {
    fn new(plan: Plan) -> Self {
        let mut bench =
            Bench { state: RunState::new(Arc::new(plan)), records: Vec::new(), finished: Vec::new() };
        let engine = EngineId { host: "h".to_owned(), pid: 1 };
        bench.record(Event::RunStarted { by: By::person("zhang.wei"), engine });
        bench
    }

    fn record(&mut self, event: Event) {
        let seq = self.state.seq() + 1;
        let at = Timestamp::from_second(i64::try_from(seq).unwrap()).unwrap();
        let record = Record { seq, at, event };
        self.finished.extend(self.state.apply(&record).finished);
        self.records.push(record);
    }

    fn now(&self) -> Timestamp {
        self.state.at().unwrap()
    }

    /// Starts and opens what may start; returns it.
    fn tick(&mut self) -> Vec<NodeId> {
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

    fn end(&mut self, id: u32, good: bool) {
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

    fn ask(&mut self, asker: &Asker, request: &Request) -> Result<usize, Refusal> {
        let events = decide(&self.state, asker, request)?;
        let count = events.len();
        for event in events {
            self.record(event);
        }
        Ok(count)
    }

    fn path(&self, id: NodeId) -> StepPath {
        StepPath(self.state.plan().path(id))
    }

    fn status(&self, id: u32) -> StepStatus {
        self.state.step_status(NodeId(id))
    }
}

fn who(name: &str, roles: &[&str]) -> Asker {
    let roles = roles.iter().map(|role| (*role).to_owned()).collect::<BTreeSet<_>>();
    Asker { by: By::person(name), operator: roles.contains("operator"), roles, known: true }
}

fn zhang() -> Asker {
    who("zhang.wei", &["operator", "lead"])
}

fn answer(id: u32, verdict: Verdict) -> Request {
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

fn ids(numbers: &[u32]) -> Vec<NodeId> {
    numbers.iter().map(|n| NodeId(*n)).collect()
}

#[test]
fn a_level_starts_when_the_one_before_is_done() {
    let plan =
        Sketch::new(16).stage("s", &[]).level(1, vec![step("a"), step("b")]).level(4, vec![step("c")]).done();
    let mut run = Bench::new(plan);
    assert_eq!(run.tick(), ids(&[0, 1]));
    run.end(0, true);
    assert_eq!(run.tick(), ids(&[]));
    run.end(1, true);
    assert_eq!(run.tick(), ids(&[2]));
    run.end(2, true);
    assert_eq!((run.state.run_status(), run.finished.len()), (RunStatus::Succeeded, 1));
}

#[test]
fn a_level_that_is_skipped_as_a_whole_opens_nothing_before_its_turn() {
    let plan = Sketch::new(16)
        .stage("s", &[])
        .level(1, vec![step("a")])
        .level(2, vec![step("b")])
        .level(3, vec![step("c")])
        .stage("t", &[0])
        .level(1, vec![step("d")])
        .done();
    let mut run = Bench::new(plan);
    run.tick();
    run.ask(&zhang(), &Request::Skip { steps: ids(&[1]), reason: "known".to_owned() }).unwrap();
    assert_eq!(run.tick(), ids(&[]));
    run.ask(&zhang(), &Request::Skip { steps: ids(&[2]), reason: "known".to_owned() }).unwrap();
    assert_eq!(run.tick(), ids(&[]));
    run.end(0, true);
    assert_eq!(run.tick(), ids(&[3]));
}

#[test]
fn a_failed_step_holds_its_level_and_nothing_else() {
    let plan = Sketch::new(16)
        .stage("s", &[])
        .level(1, vec![step("a"), step("b")])
        .level(2, vec![step("c")])
        .stage("t", &[])
        .level(1, vec![step("d")])
        .level(2, vec![step("e")])
        .done();
    let mut run = Bench::new(plan);
    run.tick();
    run.end(0, false);
    run.end(3, true);
    assert_eq!(run.tick(), ids(&[4]));
    run.end(1, true);
    run.end(4, true);
    assert_eq!(run.tick(), ids(&[]));
    assert_eq!(run.state.run_status(), RunStatus::Halted);
    assert_eq!(run.state.stage_status(StageId(0)), StageStatus::Halted);
    assert_eq!(run.finished, [StageId(1)]);
    let retry = Request::Retry { steps: ids(&[0]), reason: None };
    assert_eq!(run.ask(&zhang(), &retry), Ok(1));
    assert_eq!(run.tick(), ids(&[0]));
    run.end(0, true);
    assert_eq!(run.tick(), ids(&[2]));
}

#[test]
fn continue_lets_go_on_and_the_run_ends_halted() {
    let plan = Sketch::new(16)
        .stage("s", &[])
        .level(1, vec![step("a").on_failure(OnFailure::Continue)])
        .level(2, vec![step("b")])
        .done();
    let mut run = Bench::new(plan);
    run.tick();
    run.end(0, false);
    assert_eq!(run.tick(), ids(&[1]));
    run.end(1, true);
    assert_eq!((run.state.run_status(), run.finished.len()), (RunStatus::Halted, 0));
    run.ask(&zhang(), &Request::Skip { steps: ids(&[0]), reason: "known".to_owned() }).unwrap();
    assert_eq!(run.state.run_status(), RunStatus::Succeeded);
}

#[test]
fn abort_starts_nothing_more() {
    let plan = Sketch::new(16)
        .stage("s", &[])
        .level(1, vec![step("a").on_failure(OnFailure::Abort)])
        .stage("t", &[])
        .level(1, vec![step("b")])
        .level(2, vec![step("c")])
        .done();
    let mut run = Bench::new(plan);
    run.tick();
    run.end(0, false);
    run.end(1, true);
    assert_eq!(run.tick(), ids(&[]));
    assert_eq!(run.state.run_status(), RunStatus::Halted);
}

#[test]
fn retries_are_counted_from_the_last_time_a_person_asked() {
    let plan = Sketch::new(1).stage("s", &[]).level(1, vec![step("a").retries(1)]).done();
    let mut run = Bench::new(plan);
    for (attempt, then) in [(1, StepStatus::Retrying), (2, StepStatus::Failed)] {
        run.tick();
        assert_eq!(run.state.step(NodeId(0)).attempt, attempt);
        run.end(0, false);
        assert_eq!(run.status(0), then);
    }
    run.ask(&zhang(), &Request::Retry { steps: ids(&[0]), reason: None }).unwrap();
    run.tick();
    run.end(0, false);
    assert_eq!((run.state.step(NodeId(0)).attempt, run.status(0)), (3, StepStatus::Retrying));
}

#[test]
fn an_open_gate_holds_what_depends_on_it_and_nothing_else() {
    let plan = Sketch::new(16)
        .stage("s", &[])
        .level(1, vec![gate("g"), step("a")])
        .level(2, vec![step("b")])
        .stage("t", &[])
        .level(1, vec![gate("h")])
        .done();
    let mut run = Bench::new(plan);
    assert_eq!(run.tick(), ids(&[0, 1, 3]));
    run.end(1, true);
    assert_eq!((run.tick(), run.state.run_status()), (ids(&[]), RunStatus::Waiting));
    assert_eq!(run.ask(&zhang(), &answer(3, Verdict::Confirmed)), Ok(1));
    assert_eq!(run.ask(&zhang(), &answer(0, Verdict::Confirmed)), Ok(1));
    assert_eq!(run.tick(), ids(&[2]));
}

#[test]
fn the_first_answer_stands_and_the_second_is_told_so() {
    let mut run = Bench::new(Sketch::new(1).stage("s", &[]).level(1, vec![gate("g")]).done());
    let early = run.ask(&zhang(), &answer(0, Verdict::Confirmed));
    assert!(matches!(early, Err(Refusal::WrongState { status: StepStatus::Pending, .. })));
    run.tick();
    assert_eq!(run.ask(&zhang(), &answer(0, Verdict::Confirmed)), Ok(1));
    assert_eq!(run.ask(&zhang(), &answer(0, Verdict::Confirmed)), Ok(0), "the same again is no error");
    for (person, verdict) in [("zhang.wei", Verdict::Rejected), ("li.na", Verdict::Confirmed)] {
        let refused = run.ask(&who(person, &["operator"]), &answer(0, verdict)).unwrap_err();
        assert!(matches!(refused, Refusal::Decided { ref by, .. } if by == "zhang.wei"), "{refused:?}");
    }
}

#[test]
fn votes_are_people_and_roles_are_seats() {
    let votes = Votes::ByRole(BTreeMap::from([("billing".to_owned(), 1), ("bi".to_owned(), 1)]));
    let level = vec![gate("g").asking(|gate| gate.votes = votes)];
    let mut run = Bench::new(Sketch::new(1).stage("s", &[]).level(1, level).done());
    run.tick();
    run.ask(&who("both", &["operator", "billing", "bi"]), &answer(0, Verdict::Confirmed)).unwrap();
    assert_eq!(run.state.gate_status(NodeId(0)), GateStatus::Open, "one person is one seat");
    run.ask(&who("bill", &["operator", "billing"]), &answer(0, Verdict::Confirmed)).unwrap();
    assert_eq!(
        run.state.gate_status(NodeId(0)),
        GateStatus::Confirmed,
        "the first moves over to the other seat"
    );
}

#[test]
fn only_those_who_may_answer_do() {
    let asks_lead = |gate: &mut monthstart::plan::Gate| {
        gate.approvers = vec![Approver::Role("lead".to_owned())];
        gate.except = vec![Excluded::Starter];
    };
    let plan = Sketch::new(1).stage("s", &[]).level(1, vec![gate("g").asking(asks_lead)]).done();
    let mut run = Bench::new(plan);
    run.tick();
    let refused =
        |run: &mut Bench, asker: &Asker| run.ask(asker, &answer(0, Verdict::Confirmed)).unwrap_err();
    assert!(matches!(refused(&mut run, &zhang()), Refusal::Excluded { .. }));
    assert!(matches!(refused(&mut run, &who("li.na", &["operator"])), Refusal::NotAsked { .. }));
    let stranger = Asker { known: false, ..who("root", &["lead", "operator"]) };
    assert!(matches!(refused(&mut run, &stranger), Refusal::MayNotDecide { .. }));
    assert_eq!(run.ask(&who("wang.fang", &["lead"]), &answer(0, Verdict::Confirmed)), Ok(1));
}

#[test]
fn a_gate_is_not_walked_round() {
    let plan = Sketch::new(1).stage("s", &[]).level(1, vec![gate("a#confirm"), step("a").needs(&[0])]).done();
    let mut run = Bench::new(plan);
    run.tick();
    for request in [
        Request::Skip { steps: ids(&[0]), reason: "x".to_owned() },
        Request::Force { steps: ids(&[0]), reason: "x".to_owned() },
    ] {
        assert!(matches!(run.ask(&zhang(), &request), Err(Refusal::IsAGate { .. })));
    }
    run.ask(&zhang(), &answer(0, Verdict::Rejected)).unwrap();
    assert_eq!((run.tick(), run.status(1)), (ids(&[]), StepStatus::Pending));
    run.ask(&zhang(), &Request::Skip { steps: ids(&[1]), reason: "x".to_owned() }).unwrap();
    assert_eq!(run.state.gate_status(NodeId(0)), GateStatus::Void, "its question is gone with the step");
    assert_eq!(run.state.run_status(), RunStatus::Succeeded);
}

#[test]
fn marks_stay_and_late_reports_mean_nothing() {
    let mut run = Bench::new(Sketch::new(1).stage("s", &[]).level(1, vec![step("a")]).done());
    run.tick();
    run.ask(&zhang(), &Request::Force { steps: ids(&[0]), reason: "loaded".to_owned() }).unwrap();
    run.end(0, false);
    let Life::Forced { mark } = &run.state.step(NodeId(0)).life else { unreachable!("it stays forced") };
    assert_eq!((mark.reason.as_str(), run.state.run_status()), ("loaded", RunStatus::Succeeded));
    let again = Request::Retry { steps: ids(&[0]), reason: None };
    assert!(matches!(run.ask(&zhang(), &again), Err(Refusal::WrongState { .. })));
}

#[test]
fn a_crash_leaves_work_lost_and_a_person_settles_it() {
    let plan =
        Sketch::new(2).stage("s", &[]).level(1, vec![step("a"), step("b")]).level(2, vec![step("c")]).done();
    let mut run = Bench::new(plan);
    run.tick();
    run.end(1, true);
    assert_eq!(in_doubt(&run.state), [(NodeId(0), false)]);
    run.record(Event::StepLost { step: run.path(NodeId(0)), attempt: 1, again: false });
    assert_eq!((run.tick(), run.state.run_status()), (ids(&[]), RunStatus::Halted));
    let settle = Request::Settle { step: NodeId(0), done: true, reason: "seen".to_owned() };
    run.ask(&zhang(), &settle).unwrap();
    assert_eq!(run.tick(), ids(&[2]));
    assert!(matches!(run.ask(&zhang(), &settle), Err(Refusal::WrongState { .. })), "only what is lost");
}

#[test]
fn cancelling_ends_when_nothing_runs_any_more() {
    let plan = Sketch::new(2).stage("s", &[]).level(1, vec![step("a")]).level(2, vec![step("b")]).done();
    let mut run = Bench::new(plan);
    run.tick();
    run.ask(&zhang(), &Request::Cancel { reason: "wrong month".to_owned() }).unwrap();
    assert_ne!(run.state.run_status(), RunStatus::Cancelled, "something is still in flight");
    run.end(0, true);
    assert_eq!((run.tick(), run.state.run_status()), (ids(&[]), RunStatus::Cancelled));
    let skip = Request::Skip { steps: ids(&[1]), reason: "x".to_owned() };
    assert!(matches!(run.ask(&zhang(), &skip), Err(Refusal::RunIsOver { .. })));
}

/// A random plan: up to 4 stages that follow earlier ones, levels of up to 4 steps, some gates, some needs.
fn plans() -> impl Strategy<Value = Plan> {
    let level = prop::collection::vec((0u8..10, any::<prop::sample::Index>(), 0u32..3), 1..5);
    let stage = (prop::collection::vec(level, 1..4), any::<prop::sample::Index>(), any::<bool>());
    (prop::collection::vec(stage, 1..5), 1u32..6).prop_map(|(stages, limit)| {
        let mut sketch = Sketch::new(limit);
        let mut count = 0u32;
        for (number, (levels, after, follows)) in stages.into_iter().enumerate() {
            let after = (follows && number > 0).then(|| u32::try_from(after.index(number)).unwrap());
            sketch = sketch.stage(&format!("s{number}"), &after.into_iter().collect::<Vec<_>>());
            for (at, level) in levels.into_iter().enumerate() {
                let first = count;
                let nodes = level.into_iter().map(|(kind, need, retries)| {
                    let name = format!("n{count}");
                    count += 1;
                    let node = if kind == 0 { gate(&name) } else { step(&name).retries(retries) };
                    let node = if kind == 1 { node.on_failure(OnFailure::Continue) } else { node };
                    if kind == 2 && first > 0 {
                        return node.needs(&[u32::try_from(need.index(first as usize)).unwrap()]);
                    }
                    node
                });
                let nodes = nodes.collect();
                sketch = sketch.phase(Part::Level(u32::try_from(at).unwrap() + 1), nodes);
            }
        }
        sketch.done()
    })
}

/// No step begins before all that it waits for is passed, and never above the limit.
fn assert_order(run: &Bench, begun: &[NodeId]) {
    let plan = run.state.plan();
    let passed = |id: NodeId| {
        let life = &run.state.step(id).life;
        let goes_on = plan.node(id).policy.on_failure == OnFailure::Continue;
        life.is_done() || (goes_on && matches!(life, Life::Failed { .. }))
    };
    for id in begun {
        let node = plan.node(*id);
        assert!(node.needs.iter().all(|need| passed(*need)), "a need of {} is open", node.name);
        let mut before: Vec<_> = plan.phase(node.phase).after.clone();
        let mut seen = HashSet::new();
        while let Some(phase) = before.pop() {
            if seen.insert(phase) {
                let open = plan.phase(phase).nodes.iter().any(|id| !passed(*id));
                assert!(!open, "a level before {} is open", node.name);
                before.extend(&plan.phase(phase).after);
            }
        }
    }
    let places = run.state.in_flight().iter().filter(|id| run.state.takes_a_place(**id)).count();
    assert!(places <= plan.limit as usize);
}

/// Everything that a state says, for comparison.
fn standing(state: &RunState) -> String {
    let steps: Vec<_> = state.plan().iter().map(|(id, _)| state.step(id)).collect();
    let sets = (state.startable(), state.in_flight(), state.retrying(), state.open(), state.troubled());
    format!("{:?} {sets:?} {steps:?}", state.run_status())
}

proptest! {
    /// Random plans under random outcomes, crashes and requests: order and limits hold, replay equals live, every run
    /// comes to rest, and it is green only if every step is done.
    #[test]
    fn every_run_keeps_its_promises(plan in plans(), choices in prop::collection::vec(any::<u8>(), 1..400)) {
        let mut run = Bench::new(plan);
        let mut choices = choices.into_iter().cycle();
        let mut draw = move || choices.next().unwrap_or_default();
        for round in 0..600 {
            let begun = run.tick();
            assert_order(&run, &begun);
            let in_flight: Vec<NodeId> = run.state.in_flight().iter().copied().collect();
            let open: Vec<NodeId> = run.state.open().iter().copied().collect();
            let troubled: Vec<NodeId> = run.state.troubled().iter().copied().collect();
            let late = round > 300;
            match draw() % 8 {
                0 if !late => for (id, again) in in_doubt(&run.state) {
                    let attempt = run.state.step(id).attempt;
                    run.record(Event::StepLost { step: run.path(id), attempt, again });
                },
                1 if !troubled.is_empty() => {
                    let request = Request::Force { steps: troubled, reason: "r".to_owned() };
                    let _ = run.ask(&zhang(), &request);
                }
                2 | 3 if !troubled.is_empty() => {
                    let request = Request::Retry { steps: troubled, reason: None };
                    run.ask(&zhang(), &request).expect("failed and lost steps can be retried");
                }
                4 if !open.is_empty() => {
                    let verdict = if late || draw() % 3 > 0 { Verdict::Confirmed } else { Verdict::Rejected };
                    run.ask(&zhang(), &answer(open[0].0, verdict)).expect("an open gate takes an answer");
                }
                5 if !late => {
                    let count = run.state.plan().nodes.len();
                    let some = NodeId::from(usize::from(draw()) % count);
                    // Refused where it is a gate or done already; else a step is skipped long before its turn.
                    let _ = run.ask(&zhang(), &Request::Skip { steps: vec![some], reason: "r".to_owned() });
                }
                _ => if let Some(id) = in_flight.first() {
                    let good = late || draw() % 4 > 0;
                    run.end(id.0, good);
                },
            }
        }
        let replayed = RunState::replay(Arc::clone(run.state.plan()), &run.records);
        prop_assert_eq!(standing(&run.state), standing(&replayed));
        let green = run.state.plan().iter().all(|(id, _)| run.state.step(id).life.is_done());
        prop_assert_eq!(green, run.state.run_status() == RunStatus::Succeeded);
        let finished: HashSet<StageId> = run.finished.iter().copied().collect();
        prop_assert_eq!(run.finished.len(), finished.len(), "a stage finishes once");
    }
}
