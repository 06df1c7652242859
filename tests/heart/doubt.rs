//! What nobody knows the end of keeps its token until somebody does.

use monthstart::plan::{Node, NodeId, OnFailure};
use monthstart::run::event::Event;
use monthstart::run::recovery::unheard;
use monthstart::run::{Failure, Life, Loss, Outcome, Request};

use crate::bench::{Bench, ids, zhang};
use crate::sketch::{Sketch, Tweak as _, step};

fn bench() -> Bench {
    let mut run = Bench::new(Sketch::new(1).stage("s", &[]).level(1, vec![step("a").retries(9)]).done());
    run.tick();
    run
}

/// The attempt, and the one whose token it has.
fn token(run: &Bench) -> (u32, u32) {
    (run.state.step(NodeId(0)).attempt, run.state.step(NodeId(0)).token)
}

/// It fails, and is tried again.
fn fails(run: &mut Bench, failure: Failure) {
    let (step, attempt) = (run.path(NodeId(0)), token(run).0);
    let outcome = Outcome::Failed { failure };
    run.record(Event::StepEnded { step, attempt, outcome, numbers: Vec::new() });
    if matches!(run.state.step(NodeId(0)).life, Life::Failed { .. }) {
        retry(run);
    }
    run.tick();
}

fn retry(run: &mut Bench) {
    run.ask(&zhang(), &Request::Retry { steps: ids(&[0]), reason: None }).unwrap();
}

fn lost(run: &mut Bench, again: bool, cause: Loss) {
    let (step, attempt) = (run.path(NodeId(0)), token(run).0);
    run.record(Event::StepLost { step, attempt, again, cause });
}

fn why() -> String {
    "gone".to_owned()
}

#[test]
fn a_commit_that_nobody_heard_of_keeps_its_token_until_a_known_end() {
    let mut run = bench();
    fails(&mut run, Failure::InDoubt { why: why(), marked: true });
    assert_eq!(token(&run), (2, 1));
    for (attempt, failure) in [
        (3, Failure::NotStarted { why: why() }),
        (4, Failure::Denied { why: why() }),
        (5, Failure::Cancelled),
        (6, Failure::TimedOut { after: std::time::Duration::from_secs(1) }),
        (7, Failure::InDoubt { why: why(), marked: true }),
    ] {
        fails(&mut run, failure.clone());
        assert_eq!(token(&run), (attempt, 1), "{failure:?} says nothing of the first one");
    }
    fails(&mut run, Failure::Sql { statement: 1, why: why() });
    assert_eq!(token(&run), (8, 8), "it did not happen");
    fails(&mut run, Failure::NotStarted { why: why() });
    assert_eq!(token(&run), (9, 9));
}

#[test]
fn what_no_marker_tells_begins_under_a_token_of_its_own() {
    let mut run = bench();
    fails(&mut run, Failure::InDoubt { why: why(), marked: false });
    assert_eq!(token(&run), (2, 2));
    for (attempt, cause) in [(3, Loss::Unmarked), (4, Loss::Partly)] {
        lost(&mut run, false, cause);
        retry(&mut run);
        run.tick();
        assert_eq!(token(&run), (attempt, attempt), "a person has looked");
    }
    lost(&mut run, false, Loss::Engine);
    retry(&mut run);
    run.tick();
    assert_eq!(token(&run), (5, 4), "what may still be told is asked first");
}

#[test]
fn what_is_done_anew_is_not_taken_for_what_was_done_before() {
    let mut run = bench();
    lost(&mut run, false, Loss::Engine);
    run.ask(&zhang(), &Request::Force { steps: ids(&[0]), reason: why() }).unwrap();
    run.tick();
    let redo = Event::StepRedone { step: run.path(NodeId(0)), by: zhang().by, reason: why(), because: None };
    run.record(redo);
    run.tick();
    assert_eq!(token(&run), (2, 2));
}

#[test]
fn that_it_is_not_atomic_is_known_of_the_attempt_that_it_was_said_of() {
    let mut run = bench();
    let step = run.path(NodeId(0));
    run.record(Event::StepNotAtomic { step: step.clone(), attempt: 1, why: why() });
    assert_eq!(run.state.step(NodeId(0)).not_atomic, Some(why()));
    fails(&mut run, Failure::Sql { statement: 1, why: why() });
    assert_eq!(run.state.step(NodeId(0)).not_atomic, None);
    run.record(Event::StepNotAtomic { step, attempt: 1, why: why() });
    assert_eq!(run.state.step(NodeId(0)).not_atomic, None, "a late word");
}

#[test]
fn what_failed_in_doubt_is_asked_of_its_marker_by_the_next_engine() {
    let plan = |tweak: fn(Node) -> Node| {
        let first = Sketch::new(2).stage("s", &[]).level(1, vec![tweak(step("a"))]);
        Bench::new(first.level(2, vec![step("b")]).done())
    };
    let mut run = plan(|node| node);
    run.tick();
    for (engines, attempt) in [(1, 2), (2, 3), (3, 4), (4, 5)] {
        run.is_in_doubt(0);
        run.crash();
        run.tick();
        assert_eq!(
            token(&run),
            (attempt, 1),
            "it begins under its token, after {engines} that killed nobody"
        );
    }
    run.is_in_doubt(0);
    run.ask(&zhang(), &Request::Cancel { reason: why() }).unwrap();
    assert_eq!(unheard(&run.state), [], "a run that was stopped begins nothing");

    // What others did not wait for is left to people, and so is what no marker tells.
    let mut run = plan(|node| node.on_failure(OnFailure::Continue));
    run.tick();
    run.is_in_doubt(0);
    run.crash();
    assert!(matches!(run.state.step(NodeId(0)).life, Life::Failed { .. }));
    for failure in [
        Failure::InDoubt { why: why(), marked: false },
        Failure::Cancelled,
        Failure::Denied { why: why() },
        Failure::Sql { statement: 1, why: why() },
    ] {
        let mut run = plan(|node| node);
        run.tick();
        let outcome = Outcome::Failed { failure: failure.clone() };
        let step = run.path(NodeId(0));
        run.record(Event::StepEnded { step, attempt: 1, outcome, numbers: Vec::new() });
        run.crash();
        assert!(matches!(run.state.step(NodeId(0)).life, Life::Failed { .. }), "{failure:?}");
    }
}
