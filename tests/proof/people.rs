//! Processes of people are killed too: an answer is recorded or it is not, and what was acknowledged is.

use crate::shim::Fault;
use crate::trials::{all, points};
use crate::world::World;

/// A gate that is open, nobody driving, and a step that rests on it.
const GATED: &str = "name: x\nhandover: none\nstages:\n  - name: s\n    levels:\n      \
    1: [{name: g, gate: {ask: ok?, approvers: [li.na]}}]\n      2: [{name: b, run: [sh, step.sh]}]\n";

const ANSWER: &str = "confirm g --as li.na --note first";

fn waiting() -> World {
    let world = World::of(GATED);
    assert_eq!(world.ms("run x.yaml --month 2025-10 --as zhang.wei --no-wait").code, 5);
    world
}

/// How many calls an answer makes that nobody kills.
fn calls() -> usize {
    let world = waiting();
    assert_eq!(world.under(&Fault::none(), ANSWER, |_| ()).code, 0);
    world.read("calls").lines().count()
}

/// How many answers the gate has.
fn decisions(world: &World) -> usize {
    world.status().unwrap()["gates"][0]["decisions"].as_array().unwrap().len()
}

#[test]
fn an_answer_that_is_killed_at_any_call_is_whole_or_not_there() {
    let cases: Vec<(bool, usize)> =
        points(calls(), 5).into_iter().flat_map(|call| [(true, call), (false, call)]).collect();
    all(&cases, |(before, call)| {
        let world = waiting();
        let fault = if *before { Fault::kill_before(*call) } else { Fault::kill_after(*call) };
        let killed = world.under(&fault, ANSWER, |_| ());
        let before_again = decisions(&world);
        assert!(killed.code != 0 || before_again == 1, "an answer that was acknowledged is not there");
        let again = world.ms(ANSWER);
        assert_eq!(again.code, 0, "the same answer by the same person is no error: {again:?}");
        let out = world.ms("resume --as zhang.wei");
        assert_eq!(out.code, 0, "{out:?}");
        assert_eq!(decisions(&world), 1);
        assert_eq!(world.read("ledger").lines().filter(|line| line.starts_with("begin")).count(), 1);
        assert_eq!(world.ms("verify").code, 0);
    });
}
