//! Why something does not run: reasons, chains, final causes.

use std::collections::BTreeMap;

use monthstart::plan::{NodeId, OnFailure, Plan, Work};
use monthstart::run::scheduler::{Full, PlatformLimits};
use monthstart::run::why::{On, Reason, Scene, Wait};
use monthstart::run::{Request, Verdict};

use crate::bench::{Bench, answer, ids, zhang};
use crate::sketch::{Sketch, Tweak, gate, step};

/// Two stages: `s` with a and b, then c; `t` after it with the gate g before d; e beside everything in `u`.
fn plan(limit: u32) -> Plan {
    Sketch::new(limit)
        .stage("s", &[])
        .level(1, vec![step("a"), step("b")])
        .level(2, vec![step("c")])
        .stage("t", &[0])
        .level(1, vec![gate("d#confirm"), step("d").needs(&[3])])
        .stage("u", &[])
        .level(1, vec![step("e")])
        .done()
}

fn seen<'a>(run: &'a Bench, platforms: &'a PlatformLimits, driven: bool) -> Scene<'a> {
    Scene { state: &run.state, now: run.now(), driven, platforms }
}

/// The word of every step's reason.
fn words(run: &Bench, driven: bool) -> Vec<&'static str> {
    let none = BTreeMap::new();
    let scene = seen(run, &none, driven);
    run.state.plan().iter().map(|(id, _)| scene.reason(id).word()).collect()
}

/// Every step that a chain names as a final cause, with how deep it stands.
fn leaves(waits: &[Wait], depth: usize) -> Vec<(u32, usize)> {
    let of = |wait: &Wait| {
        let here = wait.causes.iter().map(|id| (id.0, depth)).collect::<Vec<_>>();
        [here, leaves(&wait.waits, depth + 1)].concat()
    };
    waits.iter().flat_map(of).collect()
}

#[test]
fn every_state_of_a_step_has_its_reason() {
    let mut run = Bench::new(plan(16));
    assert_eq!(words(&run, true), ["starts", "starts", "waits", "waits", "waits", "starts"]);
    assert_eq!(words(&run, false)[0], "undriven");
    run.tick();
    run.end(0, false);
    assert_eq!(words(&run, true), ["failed", "running", "waits", "waits", "waits", "running"]);
    run.ask(&zhang(), &Request::Force { steps: ids(&[0]), reason: "by hand".into() }).unwrap();
    run.ask(&zhang(), &Request::Skip { steps: ids(&[2]), reason: "not now".into() }).unwrap();
    run.end(1, true);
    run.tick();
    assert_eq!(words(&run, true), ["forced", "succeeded", "skipped", "asks", "waits", "running"]);
    run.ask(&zhang(), &answer(3, Verdict::Rejected)).unwrap();
    assert_eq!(words(&run, true)[3..5], ["rejected", "waits"]);
    run.ask(&zhang(), &Request::Cancel { reason: "stop".into() }).unwrap();
    assert_eq!(words(&run, true)[3..], ["rejected", "cancelled", "running"]);
}

#[test]
fn holds_are_told_where_they_count() {
    let mut run = Bench::new(plan(16));
    run.ask(&zhang(), &Request::Hold { steps: ids(&[0, 2]), reason: Some("wait".into()) }).unwrap();
    assert_eq!(words(&run, true)[..3], ["held", "starts", "waits"]);
    run.ask(&zhang(), &Request::Hold { steps: vec![], reason: None }).unwrap();
    assert_eq!(words(&run, true)[..3], ["held", "run_held", "waits"]);
}

#[test]
fn a_limit_is_told_with_those_who_have_its_places() {
    let mut run = Bench::new(plan(2));
    run.tick();
    let none = BTreeMap::new();
    let scene = seen(&run, &none, true);
    let Reason::Full(full) = scene.reason(NodeId(5)) else { panic!("{:?}", scene.reason(NodeId(5))) };
    assert_eq!((&full, scene.takers(NodeId(5), &full)), (&Full::Run(2), ids(&[0, 1])));
}

#[test]
fn a_platform_and_a_stage_have_limits_of_their_own() {
    let mut plan = plan(16);
    for node in &mut plan.nodes[..2] {
        node.work = Work::Follow { flow: monthstart::plan::Template("f".into()), platform: "yt".into() };
    }
    for node in [0, 5] {
        let flow = monthstart::plan::Template("f".into());
        plan.nodes[node].work =
            Work::Flow { flow, platform: "yt".into(), downstream: false, findable: false };
    }
    let limits = PlatformLimits::from([("yt".to_owned(), 1)]);
    let mut run = Bench::new(plan.clone());
    let begin = |run: &mut Bench, id: u32| {
        let step = run.path(NodeId(id));
        run.record(monthstart::run::Event::StepStarted { step, attempt: 1 });
    };
    begin(&mut run, 0);
    let scene = seen(&run, &limits, true);
    assert_eq!(scene.reason(NodeId(5)), Reason::Full(Full::Platform("yt".to_owned(), 1)));
    // Who only watches takes no place.
    assert_eq!(scene.reason(NodeId(1)), Reason::Starts);
    plan.stages[0].limit = Some(1);
    plan.nodes[1].work = plan.nodes[5].work.clone();
    let mut run = Bench::new(plan);
    begin(&mut run, 0);
    let none = BTreeMap::new();
    assert_eq!(seen(&run, &none, true).reason(NodeId(1)), Reason::Full(Full::Stage(1)));
}

#[test]
fn a_chain_goes_down_to_what_waits_for_nothing() {
    let mut run = Bench::new(plan(16));
    run.tick();
    run.end(0, false);
    let none = BTreeMap::new();
    let scene = seen(&run, &none, true);
    let waits = scene.waits(NodeId(4));
    // d waits for its gate and for the stage before; that for its first level, where a failed and b runs.
    assert_eq!(leaves(&waits, 0), [(0, 1), (1, 1)], "{waits:#?}");
    assert_eq!(scene.causes_of(NodeId(4)), ids(&[0, 1]));
    assert_eq!(scene.causes_of(NodeId(0)), ids(&[0]));
    assert!(waits.iter().any(|wait| wait.on == On::Need(NodeId(3))), "{waits:#?}");
}

#[test]
fn a_level_that_was_skipped_as_a_whole_is_looked_through() {
    let mut run = Bench::new(plan(16));
    run.ask(&zhang(), &Request::Skip { steps: ids(&[2]), reason: "known".into() }).unwrap();
    let none = BTreeMap::new();
    assert_eq!(seen(&run, &none, true).causes_of(NodeId(4)), ids(&[0, 1]));
}

#[test]
fn final_causes_are_told_once_and_the_worst_first() {
    let mut plan = plan(16);
    plan.nodes[5].severity = 1;
    let mut run = Bench::new(plan);
    run.tick();
    run.end(0, false);
    run.end(5, false);
    let none = BTreeMap::new();
    let scene = seen(&run, &none, true);
    let told: Vec<(Vec<NodeId>, usize)> =
        scene.causes().into_iter().map(|cause| (cause.steps, cause.holds)).collect();
    // e is of the worst severity; a holds up c, the gate and d; b runs and goes on by itself.
    assert_eq!(told, [(ids(&[5]), 0), (ids(&[0]), 3), (ids(&[1]), 3)]);
}

#[test]
fn what_is_everybodys_is_one_cause() {
    let run = Bench::new(plan(16));
    let none = BTreeMap::new();
    let causes = seen(&run, &none, false).causes();
    assert_eq!(causes.len(), 1, "{causes:#?}");
    assert_eq!((&causes[0].reason, &causes[0].steps), (&Reason::Undriven, &ids(&[0, 1, 5])));
    let mut run = Bench::new(plan(16));
    run.tick();
    run.ask(&zhang(), &Request::Cancel { reason: "stop".into() }).unwrap();
    for id in [0, 1, 5] {
        run.end(id, false);
    }
    let causes = seen(&run, &none, false).causes();
    assert!(causes.is_empty(), "nothing of a cancelled run is anybody's: {causes:#?}");
}

#[test]
fn a_failure_that_aborts_stops_everything() {
    let mut plan = plan(16);
    plan.nodes[5].policy.on_failure = OnFailure::Abort;
    let mut run = Bench::new(plan);
    run.tick();
    run.end(5, false);
    run.end(0, true);
    run.end(1, true);
    let none = BTreeMap::new();
    let scene = seen(&run, &none, true);
    assert_eq!(scene.reason(NodeId(2)), Reason::Stopped(ids(&[5])));
    assert_eq!(scene.causes().first().map(|cause| cause.steps.clone()), Some(ids(&[2])));
}

#[test]
fn a_failure_that_is_gone_on_from_holds_nothing_up() {
    let mut plan = plan(16);
    plan.nodes[0].policy.on_failure = OnFailure::Continue;
    let mut run = Bench::new(plan);
    run.tick();
    run.end(0, false);
    run.end(1, true);
    let none = BTreeMap::new();
    let scene = seen(&run, &none, true);
    assert_eq!(scene.reason(NodeId(2)), Reason::Starts);
    assert_eq!(scene.held_up_by(&ids(&[0])), 0);
}

#[test]
fn what_is_late_is_late_by_its_deadline() {
    let mut plan = plan(16);
    plan.nodes[0].deadline = Some(jiff::Timestamp::from_second(1).unwrap());
    plan.stages[0].deadline = Some(jiff::Timestamp::from_second(2).unwrap());
    let mut run = Bench::new(plan);
    run.tick();
    let none = BTreeMap::new();
    let scene = seen(&run, &none, true);
    assert_eq!(scene.late(NodeId(0)).unwrap().by.as_secs(), scene.now.as_second() - 1);
    assert_eq!(scene.late(NodeId(1)), None);
    assert_eq!(scene.late_stages().len(), 1);
}
