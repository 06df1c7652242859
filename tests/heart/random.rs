//! Properties over random plans, outcomes, crashes and requests.

use std::collections::HashSet;
use std::sync::Arc;

use monthstart::plan::{NodeId, OnFailure, Part, Plan};
use monthstart::run::{Event, Life, Request, RunState, RunStatus, Verdict};
use proptest::prelude::*;

use crate::bench::{Bench, answer, zhang};
use crate::sketch::{Sketch, Tweak, gate, step};

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

/// A gate that is passed was asked after the last time that anything it rests on was done anew.
fn assert_decisions_rest_on_what_is_there(run: &Bench) {
    let plan = run.state.plan();
    let last = |id: NodeId, wanted: fn(&Event) -> bool| {
        let mine = run.records.iter().rev().filter(|record| record.event.step() == Some(&run.path(id)));
        mine.into_iter().find(|record| wanted(&record.event)).map_or(0, |record| record.seq)
    };
    for (gate, node) in plan.iter().filter(|(_, node)| node.gate().is_some()) {
        if !matches!(run.state.step(gate).life, Life::Succeeded { .. }) {
            continue;
        }
        let asked = last(gate, |event| matches!(event, Event::GateOpened { .. }));
        for before in rests_on(plan, gate) {
            let redone = last(before, |event| matches!(event, Event::StepRedone { .. }));
            let name = &plan.node(before).name;
            assert!(redone < asked, "{} was passed before {name} was done anew", node.name);
        }
    }
}

/// Everything before a node, found the slow way.
fn rests_on(plan: &Plan, id: NodeId) -> HashSet<NodeId> {
    let mut found = HashSet::new();
    let mut left = vec![id];
    while let Some(id) = left.pop() {
        let node = plan.node(id);
        let mut before = node.needs.clone();
        let mut phases = plan.phase(node.phase).after.clone();
        while let Some(phase) = phases.pop() {
            before.extend(&plan.phase(phase).nodes);
            phases.extend(&plan.phase(phase).after);
        }
        left.extend(before.into_iter().filter(|id| found.insert(*id)));
    }
    found
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
            match draw() % 10 {
                0 if !late => {
                    run.crash();
                }
                1 if !troubled.is_empty() => {
                    let request = Request::Force { steps: troubled, reason: "r".to_owned() };
                    let _ = run.ask(&zhang(), &request);
                }
                2 | 3 if !troubled.is_empty() => {
                    let request = Request::Retry { steps: troubled, reason: None };
                    run.ask(&zhang(), &request).expect("failed and lost steps can be retried");
                }
                6 if !late => {
                    let count = run.state.plan().nodes.len();
                    let some = NodeId::from(usize::from(draw()) % count);
                    let downstream = draw() % 2 == 0;
                    let request =
                        Request::Redo { steps: vec![some], value: None, downstream, reason: "r".to_owned() };
                    let done = run.state.step(some).life.is_done();
                    prop_assert_eq!(run.ask(&zhang(), &request).is_ok(), done, "what is done can be done anew");
                }
                7 if !late => {
                    let count = run.state.plan().nodes.len();
                    let some = NodeId::from(usize::from(draw()) % count);
                    let steps = if draw() % 4 == 0 { Vec::new() } else { vec![some] };
                    let request = match draw() % 2 {
                        0 => Request::Hold { steps, reason: None },
                        _ => Request::Release { steps },
                    };
                    // Refused where it is running or done.
                    let _ = run.ask(&zhang(), &request);
                }
                _ if late && round == 301 => {
                    let _ = run.ask(&zhang(), &Request::Release { steps: Vec::new() });
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
        assert_decisions_rest_on_what_is_there(&run);
    }
}
