//! Done anew, held, void: what people turn back, and what stays.

use std::collections::BTreeMap;

use monthstart::plan::{GateKind, NodeId};
use monthstart::run::{
    Answer, Event, GateStatus, Life, Loss, Refusal, Request, RunStatus, StepStatus, Verdict,
};

use crate::bench::{Bench, answer, ids, who, zhang};
use crate::sketch::{Sketch, Tweak, gate, step};

fn redo(steps: &[u32], downstream: bool) -> Request {
    Request::Redo { steps: ids(steps), value: None, downstream, reason: "data came again".to_owned() }
}

/// Ends and confirms everything until nothing more starts.
fn finish(run: &mut Bench) {
    while run.state.run_status() != RunStatus::Succeeded {
        run.tick();
        let in_flight: Vec<NodeId> = run.state.in_flight().iter().copied().collect();
        let open: Vec<NodeId> = run.state.open().iter().copied().collect();
        assert!(!in_flight.is_empty() || !open.is_empty(), "{:?}", run.state.run_status());
        for id in in_flight {
            run.end(id.0, true);
        }
        for id in open {
            run.ask(&zhang(), &answer(id.0, Verdict::Confirmed)).unwrap();
        }
    }
}

fn levels() -> Bench {
    let plan = Sketch::new(16)
        .stage("s", &[])
        .level(1, vec![step("a"), step("b")])
        .level(2, vec![step("c")])
        .level(3, vec![gate("g")])
        .stage("t", &[0])
        .level(1, vec![step("d")])
        .stage("u", &[])
        .level(1, vec![step("e")])
        .done();
    Bench::new(plan)
}

#[test]
fn a_done_step_runs_anew_alone_and_the_gates_that_rested_on_it_ask_again() {
    let mut run = levels();
    finish(&mut run);
    assert_eq!(run.state.round(), 1);
    run.ask(&zhang(), &redo(&[0], false)).unwrap();
    assert_eq!((run.state.round(), run.state.run_status()), (2, RunStatus::Running));
    assert_eq!(run.status(0), StepStatus::Pending);
    assert_eq!((run.status(2), run.status(4)), (StepStatus::Succeeded, StepStatus::Succeeded));
    assert_eq!(run.state.gate_status(NodeId(3)), GateStatus::Void);
    assert_eq!(run.state.step(NodeId(3)).voided.len(), 1, "who said so stays");
    assert_eq!(run.tick(), ids(&[0]));
    assert!(run.state.step(NodeId(0)).anew);
    run.end(0, true);
    assert_eq!(run.tick(), ids(&[3]), "asked again, with new evidence");
    run.ask(&zhang(), &answer(3, Verdict::Confirmed)).unwrap();
    assert_eq!((run.state.run_status(), run.state.round()), (RunStatus::Succeeded, 2));
}

#[test]
fn downstream_runs_all_that_depends_on_it_and_nothing_else() {
    let mut run = levels();
    finish(&mut run);
    run.ask(&zhang(), &redo(&[2], true)).unwrap();
    let status: Vec<StepStatus> = (0..6).map(|id| run.status(id)).collect();
    let (done, open) = (StepStatus::Succeeded, StepStatus::Pending);
    assert_eq!(status, [done, done, open, open, open, done]);
    assert_eq!(run.tick(), ids(&[2]));
    run.end(2, true);
    assert_eq!(run.tick(), ids(&[3]));
}

#[test]
fn marks_stay_through_redo() {
    let mut run = levels();
    run.tick();
    run.ask(&zhang(), &Request::Force { steps: ids(&[0]), reason: "loaded by hand".to_owned() }).unwrap();
    run.ask(&zhang(), &Request::Skip { steps: ids(&[2]), reason: "not this month".to_owned() }).unwrap();
    finish(&mut run);
    run.ask(&zhang(), &redo(&[1], true)).unwrap();
    assert_eq!(run.status(2), StepStatus::Skipped, "a mark further down is not undone");
    run.ask(&zhang(), &redo(&[0], false)).unwrap();
    let step = run.state.step(NodeId(0));
    assert_eq!(run.status(0), StepStatus::Pending);
    assert_eq!(
        (step.marks[0].status, step.marks[0].mark.reason.as_str()),
        (StepStatus::Forced, "loaded by hand")
    );
}

#[test]
fn only_what_is_done_is_done_anew_and_only_by_those_who_may() {
    let mut run = levels();
    run.tick();
    let refused = run.ask(&zhang(), &redo(&[0], false)).unwrap_err();
    assert!(matches!(refused, Refusal::WrongState { status: StepStatus::Running, .. }));
    run.end(0, true);
    let refused = run.ask(&who("guest", &[]), &redo(&[0], false)).unwrap_err();
    assert!(matches!(refused, Refusal::MayNotDecide { .. }));
    run.ask(&zhang(), &Request::Cancel { reason: "wrong month".to_owned() }).unwrap();
    let refused = run.ask(&zhang(), &redo(&[0], false)).unwrap_err();
    assert!(matches!(refused, Refusal::RunIsOver { .. }));
}

#[test]
fn what_runs_downstream_is_stopped_and_its_report_means_nothing() {
    let mut run = levels();
    run.tick();
    run.end(0, true);
    run.end(1, true);
    assert_eq!(run.tick(), ids(&[2]));
    run.ask(&zhang(), &redo(&[0], true)).unwrap();
    assert_eq!(run.status(2), StepStatus::Pending);
    run.end(2, true);
    assert_eq!(run.status(2), StepStatus::Pending, "the attempt that was stopped says nothing");
    assert_eq!(run.tick(), ids(&[0]));
}

#[test]
fn a_confirmation_before_and_a_review_after_are_asked_again_with_their_step() {
    let kind = |kind| move |gate: &mut monthstart::plan::Gate| gate.kind = kind;
    let confirm = gate("a#confirm").asking(kind(GateKind::Confirm));
    let review = gate("a#review").needs(&[1]).asking(kind(GateKind::Review));
    let notice = gate("word").asking(kind(GateKind::Notice));
    let plan = Sketch::new(16)
        .stage("s", &[])
        .level(1, vec![confirm, step("a").needs(&[0]), review])
        .level(2, vec![notice])
        .done();
    let mut run = Bench::new(plan);
    finish(&mut run);
    run.ask(&zhang(), &redo(&[1], true)).unwrap();
    assert_eq!(run.state.gate_status(NodeId(0)), GateStatus::Void);
    assert_eq!(run.state.gate_status(NodeId(2)), GateStatus::Void);
    assert_eq!(
        run.state.gate_status(NodeId(3)),
        GateStatus::Confirmed,
        "a word from outside rests on nothing of ours"
    );
    assert_eq!(run.tick(), ids(&[0]), "it does not start before it is confirmed anew");
}

#[test]
fn a_review_that_is_rejected_has_its_steps_done_anew_and_asks_again() {
    let on_reject = |gate: &mut monthstart::plan::Gate| {
        gate.kind = GateKind::Review;
        gate.on_reject = vec![NodeId(0)];
    };
    let plan = Sketch::new(16)
        .stage("s", &[])
        .level(1, vec![step("a")])
        .level(2, vec![step("b"), gate("b#review").needs(&[1]).asking(on_reject)])
        .level(3, vec![step("c")])
        .done();
    let mut run = Bench::new(plan);
    for id in [0, 1] {
        run.tick();
        run.end(id, true);
    }
    assert_eq!(run.tick(), ids(&[2]));
    run.ask(&zhang(), &answer(2, Verdict::Rejected)).unwrap();
    let status: Vec<StepStatus> = (0..4).map(|id| run.status(id)).collect();
    assert_eq!(status, [StepStatus::Pending; 4]);
    assert_eq!(run.tick(), ids(&[0]));
    finish(&mut run);
    assert_eq!(run.state.round(), 1, "it was never finished in between");
}

/// Files of three cities, a common check, and a gate that wants an answer of each.
fn cities() -> Bench {
    let names = ["nj", "wx", "sq"];
    let city = |what: &str, name: &str| {
        let mut node = step(&format!("{what}-{name}"));
        node.vars = BTreeMap::from([("city".to_owned(), name.to_owned())]);
        node
    };
    let each = |gate: &mut monthstart::plan::Gate| gate.each = names.map(str::to_owned).to_vec();
    let plan = Sketch::new(16)
        .stage("s", &[])
        .level(1, names.map(|name| city("wait", name)).to_vec())
        .level(2, names.map(|name| city("load", name)).to_vec())
        .level(3, vec![gate("confirmed").asking(each)])
        .level(4, vec![step("verify"), gate("right")])
        .done();
    let mut run = Bench::new(plan);
    for level in [0..3, 3..6] {
        run.tick();
        level.for_each(|id| run.end(id, true));
    }
    run.tick();
    for name in names {
        run.ask(&zhang(), &for_city(6, name)).unwrap();
    }
    finish(&mut run);
    run
}

fn for_city(id: u32, name: &str) -> Request {
    let Request::Answer(one) = answer(id, Verdict::Confirmed) else { unreachable!() };
    Request::Answer(Answer { value: Some(name.to_owned()), ..one })
}

#[test]
fn one_locality_is_done_again_and_only_its_answer_is_void() {
    let mut run = cities();
    run.ask(&zhang(), &redo(&[2, 5], false)).unwrap();
    assert_eq!(run.state.gate_status(NodeId(6)), GateStatus::Void);
    assert_eq!(run.state.unanswered(NodeId(6)), ["sq"]);
    assert_eq!(
        run.state.gate_status(NodeId(8)),
        GateStatus::Void,
        "what rested on all of them is asked again"
    );
    assert_eq!(run.status(7), StepStatus::Succeeded);
    assert_eq!(run.tick(), ids(&[2]));
    run.end(2, true);
    assert_eq!(run.tick(), ids(&[5]));
    run.end(5, true);
    assert_eq!(run.tick(), ids(&[6]));
    run.ask(&zhang(), &for_city(6, "sq")).unwrap();
    assert_eq!(run.state.gate_status(NodeId(6)), GateStatus::Confirmed, "the others' answers still count");
}

#[test]
fn downstream_of_one_locality_leaves_the_others_alone() {
    let mut run = cities();
    run.ask(&zhang(), &redo(&[2], true)).unwrap();
    let open: Vec<u32> = (0..9).filter(|id| run.status(*id) == StepStatus::Pending).collect();
    assert_eq!(open, [2, 5, 6, 7, 8]);
    assert_eq!(run.state.unanswered(NodeId(6)), ["sq"]);
}

#[test]
fn an_answer_of_each_can_be_taken_back_alone() {
    let mut run = cities();
    let void = Request::Redo {
        steps: ids(&[6]),
        value: Some("wx".to_owned()),
        downstream: false,
        reason: "said too early".to_owned(),
    };
    run.ask(&zhang(), &void).unwrap();
    assert_eq!(run.state.unanswered(NodeId(6)), ["wx"]);
    assert_eq!(run.tick(), ids(&[6]));
    let Life::Open { .. } = run.state.step(NodeId(6)).life else { unreachable!("it asks again") };
}

#[test]
fn a_rejected_gate_of_each_keeps_the_others_answers_when_it_is_asked_again() {
    let mut run = cities();
    run.ask(&zhang(), &redo(&[6], false)).unwrap();
    run.tick();
    run.ask(&zhang(), &for_city(6, "nj")).unwrap();
    let Request::Answer(no) = answer(6, Verdict::Rejected) else { unreachable!() };
    run.ask(&zhang(), &Request::Answer(Answer { value: Some("wx".to_owned()), ..no })).unwrap();
    assert_eq!(run.status(6), StepStatus::Failed);
    run.ask(&zhang(), &Request::Retry { steps: ids(&[6]), reason: None }).unwrap();
    assert_eq!(run.state.unanswered(NodeId(6)), ["wx", "sq"]);
}

#[test]
fn a_held_step_does_not_start_and_everything_else_goes_on() {
    let mut run = levels();
    let hold = Request::Hold { steps: ids(&[0]), reason: Some("wait for the word".to_owned()) };
    assert_eq!(run.ask(&zhang(), &hold), Ok(1));
    assert_eq!(run.ask(&zhang(), &hold), Ok(0), "held already");
    assert_eq!(run.tick(), ids(&[1, 5]));
    assert_eq!(run.status(0), StepStatus::Held);
    let running = Request::Hold { steps: ids(&[1]), reason: None };
    assert!(matches!(run.ask(&zhang(), &running), Err(Refusal::WrongState { .. })));
    run.end(1, true);
    run.end(5, true);
    assert_eq!((run.tick(), run.state.run_status()), (ids(&[]), RunStatus::Waiting));
    run.ask(&zhang(), &Request::Release { steps: ids(&[0]) }).unwrap();
    assert_eq!(run.tick(), ids(&[0]));
}

#[test]
fn a_held_run_starts_nothing_until_it_is_released() {
    let mut run = levels();
    run.ask(&zhang(), &Request::Hold { steps: Vec::new(), reason: None }).unwrap();
    assert_eq!((run.tick(), run.state.run_status()), (ids(&[]), RunStatus::Waiting));
    assert_eq!((run.status(0), run.status(2)), (StepStatus::Held, StepStatus::Pending));
    run.ask(&zhang(), &Request::Release { steps: Vec::new() }).unwrap();
    assert_eq!(run.tick(), ids(&[0, 1, 5]));
}

#[test]
fn a_retry_that_is_held_waits() {
    let mut run = Bench::new(Sketch::new(1).stage("s", &[]).level(1, vec![step("a").retries(1)]).done());
    run.tick();
    run.end(0, false);
    assert_eq!(run.status(0), StepStatus::Retrying);
    run.ask(&zhang(), &Request::Hold { steps: ids(&[0]), reason: None }).unwrap();
    assert_eq!((run.status(0), run.state.run_status()), (StepStatus::Held, RunStatus::Waiting));
    assert_eq!(run.tick(), ids(&[]));
    run.ask(&zhang(), &Request::Release { steps: Vec::new() }).unwrap();
    assert_eq!(run.tick(), ids(&[0]));
}

#[test]
fn a_token_stays_as_long_as_the_outcome_is_in_doubt() {
    let mut run = Bench::new(Sketch::new(1).stage("s", &[]).level(1, vec![step("a").retries(9)]).done());
    let token = |run: &Bench| (run.state.step(NodeId(0)).attempt, run.state.step(NodeId(0)).token);
    run.tick();
    assert_eq!(token(&run), (1, 1));
    for attempt in 2..4 {
        let lost = Event::StepLost {
            step: run.path(NodeId(0)),
            attempt: attempt - 1,
            again: true,
            cause: Loss::Engine,
        };
        run.record(lost);
        run.tick();
        assert_eq!(token(&run), (attempt, 1));
    }
    run.end(0, false);
    run.tick();
    assert_eq!(token(&run), (4, 4), "a known end, a new token");
}

#[test]
fn a_word_about_a_part_goes_with_that_part() {
    let notice = |gate: &mut monthstart::plan::Gate| {
        gate.kind = GateKind::Notice;
        gate.each = vec!["nj".to_owned(), "sq".to_owned()];
    };
    let city = |name: &str| {
        let mut node = step(&format!("load-{name}"));
        node.vars = BTreeMap::from([("city".to_owned(), name.to_owned())]);
        node
    };
    let plan = Sketch::new(16)
        .stage("s", &[])
        .level(1, vec![step("common"), city("nj"), city("sq")])
        .level(2, vec![gate("word").asking(notice)])
        .done();
    let mut run = Bench::new(plan);
    run.tick();
    (0..3).for_each(|id| run.end(id, true));
    run.tick();
    for name in ["nj", "sq"] {
        run.ask(&zhang(), &for_city(3, name)).unwrap();
    }
    run.ask(&zhang(), &redo(&[0], false)).unwrap();
    assert!(
        run.state.unanswered(NodeId(3)).is_empty(),
        "what is common to all says nothing against their word"
    );
    run.ask(&zhang(), &redo(&[2], false)).unwrap();
    assert_eq!(run.state.unanswered(NodeId(3)), ["sq"]);
}

/// `b`, then `x` with a confirmation before it and a review after it.
fn guarded() -> Bench {
    let kind = |kind| move |gate: &mut monthstart::plan::Gate| gate.kind = kind;
    let confirm = gate("x#confirm").asking(kind(GateKind::Confirm));
    let review = gate("x#review").needs(&[2]).asking(kind(GateKind::Review));
    let plan = Sketch::new(16)
        .stage("s", &[])
        .level(1, vec![step("b")])
        .level(2, vec![confirm, step("x").needs(&[1]), review])
        .done();
    Bench::new(plan)
}

#[test]
fn nobody_walks_round_a_confirmation_by_marking_its_step_and_doing_it_anew() {
    let force = Request::Force { steps: ids(&[2]), reason: "by hand".to_owned() };
    let skip = Request::Skip { steps: ids(&[2]), reason: "not this month".to_owned() };
    for mark in [force, skip] {
        for said_no in [false, true] {
            for anew in [redo(&[2], false), redo(&[2], true)] {
                let mut run = guarded();
                run.tick();
                run.end(0, true);
                assert_eq!(run.tick(), ids(&[1]));
                if said_no {
                    run.ask(&zhang(), &answer(1, Verdict::Rejected)).unwrap();
                }
                run.ask(&zhang(), &mark).unwrap();
                run.ask(&zhang(), &anew).unwrap();
                assert_eq!(run.tick(), ids(&[1]), "it is asked, and the step does not begin: {mark:?}");
                run.ask(&zhang(), &answer(1, Verdict::Confirmed)).unwrap();
                assert_eq!(run.tick(), ids(&[2]));
            }
        }
    }
}

/// `b`, `f-x` and `f-y` of a `for_each`, then a gate for each of x and y, then `c`.
fn parts() -> Bench {
    let part = |name: &str, value: &str| {
        let mut part = step(name);
        part.vars.insert("item".to_owned(), value.to_owned());
        part
    };
    let each = gate("e").asking(|gate| gate.each = vec!["x".to_owned(), "y".to_owned()]);
    let plan = Sketch::new(16)
        .stage("s", &[])
        .level(1, vec![step("b"), part("f-x", "x"), part("f-y", "y")])
        .level(2, vec![each])
        .level(3, vec![step("c")])
        .done();
    let mut run = Bench::new(plan);
    run.tick();
    (0..3).for_each(|id| run.end(id, true));
    run.tick();
    both(&mut run);
    assert_eq!(run.tick(), ids(&[4]));
    run.end(4, true);
    assert_eq!(run.state.run_status(), RunStatus::Succeeded);
    run
}

fn yes(value: &str) -> Request {
    let Request::Answer(plain) = answer(3, Verdict::Confirmed) else { unreachable!() };
    Request::Answer(Answer { value: Some(value.to_owned()), ..plain })
}

fn both(run: &mut Bench) {
    for value in ["x", "y"] {
        run.ask(&zhang(), &yes(value)).unwrap();
    }
}

/// The values for which the gate's answers count.
fn counted(run: &Bench) -> Vec<String> {
    let decisions = &run.state.step(NodeId(3)).decisions;
    decisions.iter().filter_map(|decided| decided.decision.value.clone()).collect()
}

#[test]
fn what_is_common_to_all_values_done_anew_with_what_follows_voids_every_answer() {
    for downstream in [false, true] {
        let mut run = parts();
        run.ask(&zhang(), &redo(&[0], downstream)).unwrap();
        assert_eq!(counted(&run), Vec::<String>::new(), "downstream: {downstream}");
        assert_eq!(run.state.gate_status(NodeId(3)), GateStatus::Void);
    }
}

#[test]
fn every_redo_before_a_gate_asks_again_voids_what_rested_on_it() {
    let sequences: [&[&[u32]]; 4] = [&[&[1, 2]], &[&[1], &[2]], &[&[1], &[0]], &[&[0], &[1]]];
    for steps in sequences {
        let mut run = parts();
        for redone in steps {
            run.ask(&zhang(), &redo(redone, false)).unwrap();
        }
        assert_eq!(counted(&run), Vec::<String>::new(), "{steps:?}");
        assert_eq!(run.state.step(NodeId(3)).voided.len(), 2, "{steps:?}");
    }
    let mut run = parts();
    run.ask(&zhang(), &redo(&[1], false)).unwrap();
    assert_eq!(counted(&run), ["y"]);
}

#[test]
fn what_the_month_file_skips_is_not_done_anew() {
    let mut skipped = step("a");
    skipped.skip = Some(monthstart::plan::Skip { reason: "stopped".to_owned(), agreed: None });
    let mut run = Bench::new(Sketch::new(16).stage("s", &[]).level(1, vec![skipped]).done());
    run.record(monthstart::run::scheduler::skip_this_month(&run.state, NodeId(0)).unwrap());
    assert_eq!(run.state.run_status(), RunStatus::Succeeded);
    let refused = run.ask(&zhang(), &redo(&[0], false)).unwrap_err();
    assert!(matches!(refused, Refusal::SkippedThisMonth { .. }), "{refused:?}");
}

#[test]
fn what_people_have_said_of_a_step_or_a_gate_is_kept_when_it_is_tried_again() {
    let mut run = levels();
    run.tick();
    run.end(1, true);
    run.end(5, true);
    assert_eq!(run.crash(), ids(&[0]));
    let retry = |id: u32| Request::Retry { steps: ids(&[id]), reason: None };
    let settle = Request::Settle { step: NodeId(0), done: false, reason: "not there".to_owned() };
    run.ask(&zhang(), &settle).unwrap();
    run.ask(&zhang(), &retry(0)).unwrap();
    let mark = &run.state.step(NodeId(0)).marks[0];
    assert_eq!((mark.status, mark.mark.reason.as_str()), (StepStatus::Failed, "not there"));
    run.tick();
    for id in [0, 2] {
        run.end(id, true);
        run.tick();
    }
    run.ask(&zhang(), &answer(3, Verdict::Rejected)).unwrap();
    run.ask(&zhang(), &retry(3)).unwrap();
    let step = run.state.step(NodeId(3));
    assert_eq!((step.voided.len(), step.decisions.len()), (1, 0));
    assert_eq!(run.state.gate_status(NodeId(3)), GateStatus::Pending, "no yes was taken back");
}
