//! Properties over random plans, outcomes, crashes and requests.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use monthstart::plan::{Command, GateKind, NodeId, OnFailure, Part, Plan, Work};
use monthstart::run::renew::Renewal;
use monthstart::run::{Event, Found, Life, Loss, Outcome, Request, RunState, RunStatus, StepPath, Verdict};
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
                    if kind == 3 {
                        count += 1;
                        let guard =
                            gate(&format!("{name}#confirm")).asking(|gate| gate.kind = GateKind::Confirm);
                        return vec![guard, step(&name).retries(retries).needs(&[count - 2])];
                    }
                    let node = if kind == 0 { gate(&name) } else { step(&name).retries(retries) };
                    let node = if kind == 1 { node.on_failure(OnFailure::Continue) } else { node };
                    if kind == 2 && first > 0 {
                        return vec![node.needs(&[u32::try_from(need.index(first as usize)).unwrap()])];
                    }
                    vec![node]
                });
                let nodes = nodes.flatten().collect();
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
    let added = |id: NodeId| {
        let path = run.path(id);
        let adds = |record: &&monthstart::run::Record| matches!(&record.event, Event::PlanRenewed { added, .. } if added.contains(&path));
        run.records.iter().rev().find(adds).map_or(0, |record| record.seq)
    };
    for (gate, node) in plan.iter().filter(|(_, node)| node.gate().is_some()) {
        // Whether a step may begin says nothing more once it has begun, nor where that step is gone from a random plan.
        let guarded = node.name.strip_suffix("#confirm").map(|name| {
            let step = plan.iter().find(|(_, step)| step.name == name);
            step.is_some_and(|(id, _)| matches!(run.state.step(id).life, Life::Pending))
        });
        let moot = guarded == Some(false);
        if !matches!(run.state.step(gate).life, Life::Succeeded { .. }) || moot {
            continue;
        }
        let asked = last(gate, |event| matches!(event, Event::GateOpened { .. }));
        for before in rests_on(plan, gate) {
            let redone =
                last(before, |event| matches!(event, Event::StepRedone { .. } | Event::StepRetried { .. }));
            let name = &plan.node(before).name;
            assert!(redone < asked, "{} was passed before {name} was done anew", node.name);
            assert!(added(before) < asked, "{} was passed before {name} was there", node.name);
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

/// A plan of the same run in which some steps are new, gone, or do something else.
fn varied(plan: &Plan, count: &mut u32, draw: &mut impl FnMut() -> u8) -> Plan {
    let mut sketch = Sketch::new(plan.limit);
    let mut needs: Vec<Vec<String>> = Vec::new();
    for stage in &plan.stages {
        let after: Vec<u32> = stage.after.iter().map(|id| id.0).collect();
        sketch = sketch.stage(&stage.name, &after);
        for phase in &stage.phases {
            let phase = plan.phase(*phase);
            let mut nodes = Vec::new();
            for id in &phase.nodes {
                let mut node = plan.node(*id).clone();
                let choice = draw() % 16;
                if choice == 0 {
                    continue;
                }
                if let (1, Work::Run { command, .. }) = (choice, &mut node.work) {
                    *command = Command::Shell(format!("echo {count}"));
                }
                needs.push(node.needs.iter().map(|need| plan.path(*need)).collect());
                nodes.push(node);
            }
            if nodes.is_empty() || draw().is_multiple_of(16) {
                *count += 1;
                needs.push(Vec::new());
                nodes.push(step(&format!("x{count}")));
            }
            sketch = sketch.phase(phase.part, nodes);
        }
    }
    let mut made = sketch.done();
    let paths: BTreeMap<String, NodeId> = made.iter().map(|(id, _)| (made.path(id), id)).collect();
    for (node, needs) in made.nodes.iter_mut().zip(needs) {
        node.needs = needs.iter().filter_map(|path| paths.get(path).copied()).collect();
    }
    made
}

/// What is done never begins again before a person has said so, whatever became of the plan.
fn assert_done_stays_done(run: &Bench) {
    let mut done: HashSet<&StepPath> = HashSet::new();
    for record in &run.records {
        match &record.event {
            Event::StepEnded { step, outcome: Outcome::Succeeded { .. }, .. }
            | Event::StepSkipped { step, .. }
            | Event::StepForced { step, .. }
            | Event::StepSettled { step, done: true, .. } => {
                done.insert(step);
            }
            Event::StepRedone { step, .. } => {
                done.remove(step);
            }
            Event::StepStarted { step, .. } => {
                assert!(!done.contains(step), "{step} began though it was done");
            }
            _ => {}
        }
    }
}

/// Every mark of skip and force that was ever set is told of its step, also of one that is gone.
fn assert_marks_stay(run: &Bench) {
    for record in &run.records {
        let (Event::StepSkipped { step, .. } | Event::StepForced { step, .. }) = &record.event else {
            continue;
        };
        let there = run.state.find(step).map(|id| run.state.step(id));
        let gone = run.state.removed().get(step).map(|gone| &gone.step);
        let told = there.or(gone).unwrap_or_else(|| panic!("nothing is known of {step}"));
        let now =
            matches!(&told.life, Life::Skipped { mark, .. } | Life::Forced { mark } if mark.at == record.at);
        let then = told.marks.iter().any(|former| former.mark.at == record.at);
        assert!(now || then, "a mark of {step} is gone");
    }
}

/// People answer, repair and let go, and everything else succeeds: the run is green in the end.
fn bring_to_rest(run: &mut Bench) {
    let _ = run.ask(&zhang(), &Request::Release { steps: Vec::new() });
    for _ in 0..4 * (run.state.plan().nodes.len() + 1) {
        run.tick();
        for id in run.state.in_flight().clone() {
            run.end(id.0, true);
        }
        for id in run.state.open().clone() {
            run.ask(&zhang(), &answer(id.0, Verdict::Confirmed)).expect("an open gate takes an answer");
        }
        let troubled: Vec<NodeId> = run.state.troubled().iter().copied().collect();
        if !troubled.is_empty() {
            run.ask(&zhang(), &Request::Retry { steps: troubled, reason: None })
                .expect("what failed can be retried");
        }
    }
    assert_eq!(run.state.run_status(), RunStatus::Succeeded, "{}", standing(&run.state));
}

proptest! {
    /// Random plans under random outcomes, crashes and requests: order and limits hold, replay equals live, every run
    /// comes to rest, and it is green only if every step is done.
    #[test]
    fn every_run_keeps_its_promises(plan in plans(), choices in prop::collection::vec(any::<u8>(), 1..400)) {
        let first = Arc::new(plan.clone());
        let mut run = Bench::new(plan);
        let mut count = 0;
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
                    run.taken_over(|_| match draw() % 4 {
                        0 => Found::Kept,
                        1 => Found::Again,
                        2 => Found::Unknown(Loss::Keeper),
                        _ => Found::Unknown(Loss::Engine),
                    });
                }
                8 if !late => {
                    let plan = varied(run.state.plan(), &mut count, &mut draw);
                    let again = match (draw() % 3, run.state.plan().iter().find(|(id, node)| {
                        node.gate().is_none() && run.state.step(*id).life.is_done()
                    })) {
                        (0, Some((id, _))) => vec![run.path(id)],
                        _ => Vec::new(),
                    };
                    let downstream = draw() % 2 == 0;
                    let renewal =
                        Renewal { plan: Arc::new(plan), origin: None, again, downstream, reason: "r".to_owned() };
                    // Refused where something in flight, or an open question with answers, would go.
                    let _ = run.ask(&zhang(), &Request::Renew(Box::new(renewal)));
                }
                9 if !late => {
                    let steps: Vec<NodeId> = run.state.plan().iter().map(|(id, _)| id).collect();
                    let step = steps[usize::from(draw()) % steps.len()];
                    // Refused where it is not lost.
                    let request = Request::Settle { step, done: draw() % 2 == 0, reason: "r".to_owned() };
                    let _ = run.ask(&zhang(), &request);
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
                    match draw() % 8 {
                        0 if !late => run.is_in_doubt(id.0),
                        1 if !late => run.end(id.0, false),
                        _ => run.end(id.0, true),
                    }
                },
            }
        }
        let replayed = RunState::replay(first, &run.records);
        prop_assert_eq!(run.state.plan(), replayed.plan());
        prop_assert_eq!(standing(&run.state), standing(&replayed));
        let green = run.state.plan().iter().all(|(id, _)| run.state.step(id).life.is_done());
        prop_assert_eq!(green, run.state.run_status() == RunStatus::Succeeded);
        assert_decisions_rest_on_what_is_there(&run);
        assert_done_stays_done(&run);
        assert_marks_stay(&run);
        bring_to_rest(&mut run);
        assert_done_stays_done(&run);
        assert_decisions_rest_on_what_is_there(&run);
    }
}
