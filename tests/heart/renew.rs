//! A run goes on by another plan of its runbook: what is done stays done, what is new runs, what rested on less is void.

use std::sync::Arc;

use monthstart::plan::{Command, Gate, GateKind, Node, NodeId, Plan, Votes, Work};
use monthstart::run::renew::{Outlook, Renewal};
use monthstart::run::{
    Event, GateStatus, Refusal, Request, RunState, RunStatus, StepPath, StepStatus, Verdict,
};

use crate::bench::{Bench, answer, who, zhang};
use crate::sketch::{Sketch, Tweak, gate, step};

fn book(levels: Vec<Vec<Node>>) -> Plan {
    let mut sketch = Sketch::new(16).stage("s", &[]);
    for (number, level) in (1..).zip(levels) {
        sketch = sketch.level(number, level);
    }
    sketch.done()
}

/// A step that does something else under the same name.
fn other(name: &str) -> Node {
    let mut node = step(name);
    if let Work::Run { command, .. } = &mut node.work {
        *command = Command::Shell("echo other".to_owned());
    }
    node
}

fn renewal(plan: Plan) -> Renewal {
    Renewal {
        plan: Arc::new(plan),
        origin: None,
        again: Vec::new(),
        downstream: false,
        reason: "r".to_owned(),
    }
}

fn renew(run: &mut Bench, plan: Plan) -> Result<usize, Refusal> {
    run.ask(&zhang(), &Request::Renew(Box::new(renewal(plan))))
}

fn id(run: &Bench, name: &str) -> NodeId {
    run.state.find(&StepPath(format!("s/{name}"))).unwrap_or_else(|| panic!("no {name}"))
}

fn status(run: &Bench, name: &str) -> StepStatus {
    run.state.step_status(id(run, name))
}

fn end(run: &mut Bench, name: &str) {
    run.end(id(run, name).0, true);
}

fn confirm(run: &mut Bench, name: &str) {
    let gate = id(run, name).0;
    run.ask(&zhang(), &answer(gate, Verdict::Confirmed)).unwrap();
}

fn names(run: &Bench, ids: &[NodeId]) -> Vec<String> {
    ids.iter().map(|id| run.state.plan().node(*id).name.clone()).collect()
}

/// `a` is done, `g` is confirmed, `b` is done.
fn three() -> Bench {
    let mut run = Bench::new(book(vec![vec![step("a")], vec![gate("g")], vec![step("b")], vec![step("z")]]));
    run.tick();
    end(&mut run, "a");
    run.tick();
    confirm(&mut run, "g");
    run.tick();
    end(&mut run, "b");
    run
}

#[test]
fn what_is_done_stays_done_and_says_that_it_is_defined_otherwise() {
    let mut run = three();
    renew(&mut run, book(vec![vec![other("a")], vec![gate("g")], vec![step("b")], vec![step("z")]])).unwrap();
    assert_eq!(status(&run, "a"), StepStatus::Succeeded);
    assert!(run.state.step(id(&run, "a")).outdated && !run.state.step(id(&run, "b")).outdated);
    assert_eq!(run.state.gate_status(id(&run, "g")), GateStatus::Confirmed, "it rests on what it rested on");
    let begun = run.tick();
    assert_eq!(names(&run, &begun), ["z"]);
}

#[test]
fn a_new_step_in_a_passed_level_runs_and_the_gate_after_it_is_asked_again() {
    let mut run = three();
    let plan = book(vec![vec![step("a"), step("new")], vec![gate("g")], vec![step("b")], vec![step("z")]]);
    renew(&mut run, plan).unwrap();
    assert_eq!(run.state.gate_status(id(&run, "g")), GateStatus::Void);
    assert_eq!(run.state.step(id(&run, "g")).voided.len(), 1, "who said so stays");
    assert_eq!(status(&run, "b"), StepStatus::Succeeded);
    let begun = run.tick();
    assert_eq!(names(&run, &begun), ["new"], "z waits for its level again");
    end(&mut run, "new");
    let begun = run.tick();
    assert_eq!(names(&run, &begun), ["g"]);
    confirm(&mut run, "g");
    let begun = run.tick();
    assert_eq!(names(&run, &begun), ["z"]);
}

#[test]
fn what_is_gone_is_gone_from_the_plan_and_its_mark_stays() {
    let mut run = three();
    let z = id(&run, "z");
    run.ask(&zhang(), &Request::Force { steps: vec![z], reason: "by hand".to_owned() }).unwrap();
    assert_eq!(run.state.run_status(), RunStatus::Succeeded);
    renew(&mut run, book(vec![vec![step("a")], vec![gate("g")], vec![step("b")], vec![step("y")]])).unwrap();
    let gone = &run.state.removed()[&StepPath("s/z".to_owned())];
    assert_eq!(gone.status, StepStatus::Forced);
    assert_eq!((run.state.round(), run.state.run_status()), (2, RunStatus::Running), "y is to be done");
    // It comes back as what it was.
    renew(&mut run, book(vec![vec![step("a")], vec![gate("g")], vec![step("b")], vec![step("z")]])).unwrap();
    assert_eq!(status(&run, "z"), StepStatus::Forced);
    assert!(run.state.removed().is_empty());
    assert_eq!(run.state.run_status(), RunStatus::Succeeded);
}

#[test]
fn a_stage_whose_rest_is_taken_away_is_finished_by_that() {
    let mut run = three();
    let before = run.finished.len();
    renew(&mut run, book(vec![vec![step("a")], vec![gate("g")], vec![step("b")]])).unwrap();
    assert_eq!(run.finished.len(), before + 1, "its letter is called for");
    assert_eq!(run.state.run_status(), RunStatus::Succeeded);
}

#[test]
fn what_is_in_flight_goes_on_as_it_was_begun_and_cannot_be_taken_away() {
    let mut run = Bench::new(book(vec![vec![step("a")], vec![step("b")]]));
    run.tick();
    let refused = renew(&mut run, book(vec![vec![step("b")]]));
    assert_eq!(refused, Err(Refusal::InFlight { steps: vec![StepPath("s/a".to_owned())] }));
    renew(&mut run, book(vec![vec![step("new"), other("a")], vec![other("b")]])).unwrap();
    let kept = run.state.plan().node(id(&run, "a")).work.clone();
    assert_eq!(kept, step("a").work, "it does what it did when it began");
    assert_eq!(run.state.plan().node(id(&run, "b")).work, other("b").work);
    end(&mut run, "a");
    assert_eq!(status(&run, "a"), StepStatus::Succeeded);
    let begun = run.tick();
    assert_eq!(names(&run, &begun), ["new"]);
}

#[test]
fn an_open_question_that_is_another_one_is_asked_anew_and_one_with_answers_cannot_be_taken_away() {
    let two = |gate: &mut Gate| gate.votes = Votes::Count(2);
    let mut run = Bench::new(book(vec![vec![gate("g").asking(two)], vec![step("b")]]));
    run.tick();
    confirm(&mut run, "g");
    let refused = renew(&mut run, book(vec![vec![step("b")]]));
    assert_eq!(refused, Err(Refusal::HasVotes { step: StepPath("s/g".to_owned()) }));
    renew(&mut run, book(vec![vec![gate("g").asking(two)], vec![step("b"), step("c")]])).unwrap();
    assert_eq!(run.state.step(id(&run, "g")).decisions.len(), 1, "the same question: the answer counts");
    let asks_more = |gate: &mut Gate| {
        gate.votes = Votes::Count(2);
        gate.ask.0 = "really?".to_owned();
    };
    renew(&mut run, book(vec![vec![gate("g").asking(asks_more)], vec![step("b")]])).unwrap();
    assert_eq!(run.state.gate_status(id(&run, "g")), GateStatus::Void);
    assert!(run.state.step(id(&run, "g")).decisions.is_empty());
}

#[test]
fn a_passed_gate_that_needs_more_now_is_asked_again() {
    let mut run = three();
    let two = gate("g").asking(|gate| gate.votes = Votes::Count(2));
    renew(&mut run, book(vec![vec![step("a")], vec![two], vec![step("b")], vec![step("z")]])).unwrap();
    assert_eq!(run.state.gate_status(id(&run, "g")), GateStatus::Void);
    let excluded = gate("g").asking(|gate| gate.except = vec![monthstart::plan::Excluded::Starter]);
    let mut run = three();
    renew(&mut run, book(vec![vec![step("a")], vec![excluded], vec![step("b")], vec![step("z")]])).unwrap();
    assert_eq!(run.state.gate_status(id(&run, "g")), GateStatus::Void, "its one answer would not be allowed");
}

#[test]
fn one_more_value_is_asked_for_alone() {
    let each = |values: &[&str]| {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        gate("g").asking(|gate| gate.each = values)
    };
    let mut run = Bench::new(book(vec![vec![each(&["n"])], vec![step("b")]]));
    run.tick();
    let Request::Answer(mut yes) = answer(0, Verdict::Confirmed) else { unreachable!() };
    yes.value = Some("n".to_owned());
    run.ask(&zhang(), &Request::Answer(yes)).unwrap();
    assert_eq!(run.state.gate_status(NodeId(0)), GateStatus::Confirmed);
    renew(&mut run, book(vec![vec![each(&["n", "w"])], vec![step("b")]])).unwrap();
    assert_eq!(run.state.step(NodeId(0)).decisions.len(), 1, "what was said of n stays");
    run.tick();
    assert_eq!(run.state.unanswered(NodeId(0)), ["w"]);
}

#[test]
fn a_confirmation_to_begin_counts_for_what_was_before_it() {
    let guard = || gate("b#confirm").asking(|gate| gate.kind = GateKind::Confirm);
    let plan = |first: Vec<Node>| {
        let guarded = u32::try_from(first.len()).unwrap();
        book(vec![first, vec![guard(), step("b").needs(&[guarded])]])
    };
    let mut run = Bench::new(plan(vec![step("a")]));
    run.tick();
    end(&mut run, "a");
    run.tick();
    let b = id(&run, "b");
    run.ask(&zhang(), &Request::Hold { steps: vec![b], reason: None }).unwrap();
    confirm(&mut run, "b#confirm");
    let held = run.state.clone();
    let begin = |run: &mut Bench| {
        let b = id(run, "b");
        run.ask(&zhang(), &Request::Release { steps: vec![b] }).unwrap();
        let begun = run.tick();
        names(run, &begun)
    };
    // What was before it runs again: it is asked again.
    let a = id(&run, "a");
    let redo = Request::Redo { steps: vec![a], value: None, downstream: false, reason: "r".to_owned() };
    run.ask(&zhang(), &redo).unwrap();
    assert_eq!(run.state.gate_status(id(&run, "b#confirm")), GateStatus::Void);
    run.state = held;
    renew(&mut run, plan(vec![step("a"), step("new")])).unwrap();
    assert_eq!(run.state.gate_status(id(&run, "b#confirm")), GateStatus::Void);
    assert_eq!(begin(&mut run), ["new"]);
}

#[test]
fn a_person_has_done_steps_run_again_and_nobody_else_does() {
    let mut run = three();
    let plan = book(vec![vec![other("a")], vec![gate("g")], vec![step("b")], vec![step("z")]]);
    let again = Renewal { again: vec![StepPath("s/a".to_owned())], ..renewal(plan.clone()) };
    run.ask(&zhang(), &Request::Renew(Box::new(again))).unwrap();
    assert_eq!(status(&run, "a"), StepStatus::Pending);
    assert_eq!(run.state.gate_status(id(&run, "g")), GateStatus::Void);
    assert_eq!(renew(&mut three(), plan.clone()).unwrap(), 1, "without a word only the plan is renewed");
    let mut stranger = who("eve", &[]);
    stranger.operator = false;
    let refused = run.ask(&stranger, &Request::Renew(Box::new(renewal(plan))));
    assert!(matches!(refused, Err(Refusal::MayNotDecide { .. })), "{refused:?}");
}

#[test]
fn the_same_plan_is_no_event_and_another_runs_plan_is_refused() {
    let mut run = three();
    let plan = run.state.plan().as_ref().clone();
    assert_eq!(renew(&mut run, plan.clone()), Ok(0));
    let stranger = Plan { run: "other/2026-10".parse().unwrap(), ..plan };
    assert!(matches!(renew(&mut run, stranger), Err(Refusal::OtherRun { .. })));
}

#[test]
fn an_event_holds_the_plan_and_is_read_as_it_was_written() {
    let mut run = three();
    renew(&mut run, book(vec![vec![other("a"), step("new")], vec![gate("g")]])).unwrap();
    let text = serde_json::to_string(&run.records).unwrap();
    let read: Vec<monthstart::run::Record> = serde_json::from_str(&text).unwrap();
    assert_eq!(read, run.records);
    let first = Arc::new(book(vec![vec![step("a")], vec![gate("g")], vec![step("b")], vec![step("z")]]));
    let replayed = RunState::replay(first, &read);
    assert_eq!(replayed.plan(), run.state.plan());
    assert_eq!(replayed.startable(), run.state.startable());
    let renewed = read.iter().find_map(|record| match &record.event {
        Event::PlanRenewed { added, removed, changed, .. } => Some((added, removed, changed)),
        _ => None,
    });
    let paths = |names: &[&str]| names.iter().map(|name| StepPath(format!("s/{name}"))).collect::<Vec<_>>();
    assert_eq!(renewed, Some((&paths(&["new"]), &paths(&["b", "z"]), &paths(&["a"]))));
}

#[test]
fn a_request_made_by_the_former_plan_finds_its_step_in_the_new_one() {
    let mut run = three();
    let former = Arc::clone(run.state.plan());
    let z = id(&run, "z");
    let skip = Request::Skip { steps: vec![z], reason: "r".to_owned() };
    renew(&mut run, book(vec![vec![step("new"), step("more"), step("a")], vec![gate("g")], vec![step("z")]]))
        .unwrap();
    assert_ne!(id(&run, "z"), z, "its number is another one");
    let moved = skip.moved(&former, &run.state).unwrap();
    run.ask(&zhang(), &moved).unwrap();
    assert_eq!(status(&run, "z"), StepStatus::Skipped);
    let gone = Request::Retry { steps: vec![NodeId(2)], reason: None };
    let refused = gone.moved(&former, &run.state);
    assert_eq!(refused, Err(Refusal::NoStep { step: StepPath("s/b".to_owned()) }));
}

#[test]
fn the_outlook_tells_each_step_once() {
    let run = three();
    let plan = book(vec![vec![other("a"), step("new")], vec![gate("g")], vec![step("b")], vec![other("z")]]);
    let wanted = renewal(plan);
    let mut after = Bench { state: run.state.clone(), records: Vec::new(), finished: Vec::new() };
    after.ask(&zhang(), &Request::Renew(Box::new(wanted.clone()))).unwrap();
    let outlook = Outlook::of(&run.state, &after.state, &wanted.plan);
    let path = |name: &str| StepPath(format!("s/{name}"));
    assert_eq!(outlook.stays.iter().map(|stays| stays.step.clone()).collect::<Vec<_>>(), [path("a")]);
    assert_eq!((outlook.runs, outlook.changed), (vec![path("new")], vec![path("z")]));
    assert_eq!(
        outlook.void.iter().map(|(gate, who, _)| (gate.clone(), who.clone())).collect::<Vec<_>>(),
        [(path("g"), vec!["zhang.wei".to_owned()])]
    );
}
