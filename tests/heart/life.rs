//! Tables: the life of steps and gates.

use std::collections::BTreeMap;

use monthstart::plan::{Approver, Excluded, NodeId, OnFailure, StageId, Votes};
use monthstart::run::recovery::fate;
use monthstart::run::{
    Asker, Event, Fate, Found, GateStatus, Life, Loss, Refusal, Request, RunStatus, StageStatus, StepStatus,
    Verdict,
};

use crate::bench::{Bench, answer, ids, who, zhang};
use crate::sketch::{Sketch, Tweak, gate, step};

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
    assert_eq!(run.crash(), [NodeId(0)]);
    assert_eq!((run.tick(), run.state.run_status()), (ids(&[]), RunStatus::Halted));
    let settle = Request::Settle { step: NodeId(0), done: true, reason: "seen".to_owned() };
    run.ask(&zhang(), &settle).unwrap();
    assert_eq!(run.tick(), ids(&[2]));
    let otherwise = Request::Settle { step: NodeId(0), done: false, reason: "seen".to_owned() };
    assert!(matches!(run.ask(&zhang(), &otherwise), Err(Refusal::WrongState { .. })), "only what is lost");
}

#[test]
fn an_attempt_that_is_at_hand_goes_on_as_if_no_engine_had_died() {
    let mut run = Bench::new(Sketch::new(1).stage("s", &[]).level(1, vec![step("a")]).done());
    run.tick();
    assert_eq!(fate(&run.state, NodeId(0), Found::Kept), Fate::GoesOn);
    run.end(0, true);
    assert_eq!((run.state.step(NodeId(0)).attempt, run.state.run_status()), (1, RunStatus::Succeeded));
}

#[test]
fn a_step_with_which_three_engines_die_is_parked_and_a_person_lets_it_go_on() {
    let plan = Sketch::new(1).stage("s", &[]).level(1, vec![step("a").idempotent()]);
    let mut run = Bench::new(plan.done());
    for engines in 1..=3 {
        assert_eq!(run.tick(), ids(&[0]), "after {engines}");
        run.crash();
    }
    let parked = Life::Lost { cause: Loss::Parked { engines: 3 } };
    assert_eq!((run.tick(), &run.state.step(NodeId(0)).life), (ids(&[]), &parked));
    run.ask(&zhang(), &Request::Retry { steps: ids(&[0]), reason: None }).unwrap();
    assert_eq!(run.tick(), ids(&[0]), "whoever has looked may try again");
    run.crash();
    assert_eq!(run.tick(), ids(&[0]), "and engines are counted anew");
}

#[test]
fn engines_that_leave_in_order_park_nothing() {
    let plan = Sketch::new(1).stage("s", &[]).level(1, vec![step("a").idempotent()]);
    let mut run = Bench::new(plan.done());
    for attempt in 1..=5 {
        assert_eq!(run.tick(), ids(&[0]));
        let step = run.path(NodeId(0));
        run.record(Event::StepLost { step, attempt, again: true, cause: Loss::Left });
    }
    assert_eq!(fate(&run.state, NodeId(0), Found::Unknown(Loss::Engine)), Fate::Again);
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

#[test]
fn another_answer_of_the_same_person_is_refused_and_the_same_one_is_no_error() {
    let field = |gate: &mut monthstart::plan::Gate| {
        gate.votes = Votes::Count(2);
        gate.form = vec![monthstart::plan::Field {
            name: "rows".to_owned(),
            kind: monthstart::plan::FieldKind::Integer,
            min: None,
            max: Some(100),
            default: None,
            optional: false,
        }];
    };
    let mut run = Bench::new(Sketch::new(1).stage("s", &[]).level(1, vec![gate("g").asking(field)]).done());
    run.tick();
    let rows = |rows: &str, note: Option<&str>| {
        let Request::Answer(answer) = answer(0, Verdict::Confirmed) else { unreachable!() };
        let form = BTreeMap::from([("rows".to_owned(), rows.to_owned())]);
        Request::Answer(monthstart::run::Answer { form, note: note.map(str::to_owned), ..answer })
    };
    assert_eq!(run.ask(&zhang(), &rows("5", None)), Ok(1));
    assert_eq!(run.ask(&zhang(), &rows("5", None)), Ok(0));
    assert_eq!(run.ask(&zhang(), &answer(0, Verdict::Confirmed)), Ok(0), "nothing else is said");
    assert!(matches!(run.ask(&zhang(), &rows("6", None)), Err(Refusal::Decided { .. })));
    assert!(matches!(run.ask(&zhang(), &rows("5", Some("corrected"))), Err(Refusal::Decided { .. })));
    assert!(matches!(run.ask(&zhang(), &rows("500", None)), Err(Refusal::Form(_))));
    let li = who("li.na", &["operator"]);
    assert!(
        matches!(run.ask(&li, &rows("6", None)), Err(Refusal::Disagrees { .. })),
        "two vouch for one figure"
    );
    assert_eq!(run.ask(&li, &rows("5", None)), Ok(1));
    assert_eq!(run.state.gate_status(NodeId(0)), GateStatus::Confirmed);
}

#[test]
fn a_gate_that_has_timed_out_can_be_asked_once_more() {
    let late = |gate: &mut monthstart::plan::Gate| {
        gate.deadline = Some("1970-01-01T00:00:02Z".parse().unwrap());
        gate.fails_on_timeout = true;
    };
    let mut run = Bench::new(Sketch::new(1).stage("s", &[]).level(1, vec![gate("g").asking(late)]).done());
    run.tick();
    let effects = monthstart::run::scheduler::next(&run.state, run.now(), &BTreeMap::new());
    assert_eq!(effects, [monthstart::run::scheduler::Effect::TimeOut(NodeId(0))]);
    run.record(Event::GateTimedOut { step: run.path(NodeId(0)) });
    run.ask(&zhang(), &Request::Retry { steps: ids(&[0]), reason: None }).unwrap();
    run.tick();
    assert_eq!(monthstart::run::scheduler::next(&run.state, run.now(), &BTreeMap::new()), []);
    assert_eq!(run.ask(&zhang(), &answer(0, Verdict::Confirmed)), Ok(1));
}

#[test]
fn what_was_settled_or_cancelled_by_the_same_person_is_granted_already() {
    let mut run = Bench::new(Sketch::new(1).stage("s", &[]).level(1, vec![step("a"), step("b")]).done());
    run.tick();
    run.record(Event::StepLost { step: run.path(NodeId(0)), attempt: 1, again: false, cause: Loss::Engine });
    let settle = Request::Settle { step: NodeId(0), done: true, reason: "seen".to_owned() };
    assert_eq!((run.ask(&zhang(), &settle), run.ask(&zhang(), &settle)), (Ok(1), Ok(0)));
    let cancel = Request::Cancel { reason: "x".to_owned() };
    assert_eq!((run.ask(&zhang(), &cancel), run.ask(&zhang(), &cancel)), (Ok(1), Ok(0)));
    let other = run.ask(&who("li.na", &["operator"]), &cancel);
    assert!(matches!(other, Err(Refusal::RunIsOver { .. })));
}

#[test]
fn a_wait_that_is_cut_into_pieces_is_one_waiting() {
    let mut run = Bench::new(Sketch::new(1).stage("s", &[]).level(1, vec![step("a")]).done());
    run.tick();
    let since = run.state.step(NodeId(0)).waiting_since;
    run.record(Event::StepLost { step: run.path(NodeId(0)), attempt: 1, again: true, cause: Loss::Engine });
    run.tick();
    assert_eq!(run.state.step(NodeId(0)).waiting_since, since);
    run.end(0, false);
    run.ask(&zhang(), &Request::Retry { steps: ids(&[0]), reason: None }).unwrap();
    run.tick();
    assert_ne!(run.state.step(NodeId(0)).waiting_since, since, "a person wants it anew");
}
