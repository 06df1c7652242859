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

/// A disk that was full for a moment while the journal was made left one that was malformed for ever: the log of the draft
/// was not taken in, and stayed behind when the draft got its name.
#[test]
fn a_disk_that_is_full_for_a_moment_leaves_no_broken_journal() {
    for size in (40_000..100_000).step_by(5_000) {
        let world = World::of(ONE_GATE);
        let line = "run x.yaml --month 2025-10 --as zhang.wei --no-wait";
        let out = world.under(&Fault::full_for(size, 1), line, |_| ());
        assert!([5, 7].contains(&out.code), "{out:?}");
        let again = world.ms("resume --as zhang.wei --yes");
        assert!(again.code == 0 || (out.code == 7 && again.code == 2), "{size}: {out:?} {again:?}");
    }
}
