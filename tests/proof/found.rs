//! What the sweeps have found, in small.

use crate::shim::Fault;
use crate::world::World;

const ONE_GATE: &str = "name: x\nstages:\n  - name: s\n    levels:\n      1: [{name: g, gate: ok?}]\n";

/// A kill between the opening of a gate and its answer left it open, and `--no-wait` went before it looked.
#[test]
fn a_gate_that_a_dead_engine_has_opened_is_answered_in_advance() {
    let world = World::of(ONE_GATE);
    world.ms("run x.yaml --month 2025-10 --as zhang.wei --no-wait");
    let out = world.under(&Fault::none(), "resume --as zhang.wei --yes --no-wait", |_| ());
    assert_eq!(out.code, 0, "{out:?}");
}
