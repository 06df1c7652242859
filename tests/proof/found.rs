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
        assert_eq!(drafts(&world), [""; 0], "{size}: {out:?}");
        let again = world.ms("resume --as zhang.wei --yes");
        assert!(again.code == 0 || (out.code == 7 && again.code == 2), "{size}: {out:?} {again:?}");
    }
}

/// What is left of journals that were never put in their place.
fn drafts(world: &World) -> Vec<String> {
    let Ok(found) = std::fs::read_dir(world.path(".monthstart")) else { return Vec::new() };
    let names = found.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("journal.db.new")).collect()
}

/// A process that was killed while it made the journal left its draft behind, for ever.
#[test]
fn what_a_killed_maker_of_the_journal_has_left_is_swept_away_by_the_next_one() {
    let mut left = 0;
    for fault in [
        Fault::kill_before(1).at("pwrite"),
        Fault::kill_before(20).at("pwrite"),
        Fault::kill_before(1).at("linkat"),
        Fault::kill_after(1).at("linkat"),
        Fault::kill_after(2).at("linkat"),
    ] {
        let world = World::of(ONE_GATE);
        let line = "run x.yaml --month 2025-10 --as zhang.wei --no-wait";
        let out = world.under(&fault, line, |_| ());
        assert_eq!(out.code, 137, "{fault:?}: {out:?}");
        left += drafts(&world).len();
        world.ms("run x.yaml --month 2025-11 --as zhang.wei --no-wait");
        assert_eq!(drafts(&world), [""; 0], "{fault:?}");
    }
    assert!(left > 2, "nobody was killed in the middle of it");
}
