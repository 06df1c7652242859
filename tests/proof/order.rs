//! Record, then act, then tell: read off the calls that the engine makes.

use crate::shim::Fault;
use crate::world::World;

/// Five programs, one after the other: what is written while one begins is its own start.
const CHAIN: &str = "name: x\nhandover: none\nstages:\n  - name: s\n    levels:\n      \
    1: [{name: a, run: [sh, step.sh]}]\n      2: [{name: b, run: [sh, step.sh]}]\n      \
    3: [{name: c, run: sh step.sh}]\n      4: [{name: d, run: [sh, step.sh]}]\n      5: [{name: e, run: [sh, step.sh]}]\n";

/// The journal's log: what is committed and not synced does not survive a loss of power.
const LOG: &str = "/journal.db-wal";

#[test]
fn before_each_program_starts_its_start_is_on_the_disk() {
    let world = World::of(CHAIN);
    let out = world.under(&Fault::none(), "run x.yaml --month 2025-10 --as zhang.wei", |_| ());
    assert_eq!(out.code, 0, "{out:?}");
    let (mut written, mut synced, mut spawned) = (0, 0, 0);
    for (number, line) in world.read("calls").lines().enumerate() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[2] {
            "pwrite" if words[3].ends_with(LOG) => written = number,
            "fsync" | "fdatasync" if words[3].ends_with(LOG) => synced = number,
            "spawn" if line.contains("step.sh") => {
                spawned += 1;
                assert!(written > 0 && synced > written, "line {number}: {line}");
            }
            _ => {}
        }
    }
    assert_eq!(spawned, 5, "{}", world.read("calls"));
}

/// What is told is recorded: told events are never told otherwise, and none is told before its commit is synced.
#[test]
fn short_writes_change_nothing() {
    let world = World::of(CHAIN);
    let out = world.under(&Fault::short_writes(100), "run x.yaml --month 2025-10 --as zhang.wei", |_| ());
    assert_eq!(out.code, 0, "{out:?}");
    assert_eq!(world.ms("verify").code, 0);
}
