//! A process is killed at every call by which it leaves something behind, one after the other.

use crate::ledger::compare;
use crate::person::{Harm, Person};
use crate::shim::Fault;
use crate::trials::{all, long, points};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many points the short form of each sweep has.
const SHORT: usize = 32;

/// How many calls the processes of a role make in a run in which nothing happens; these calls have to be among them.
fn calls(role: &str, known: &[&str]) -> usize {
    let mut person = Person::new(Harm::Engine);
    let out = person.drive(&Fault::none());
    assert_eq!(out.code, 4, "the step that always fails halts it: {out:?}");
    let log = person.world.read("calls");
    let of_role = |line: &&str| line.split(' ').next() == Some(role);
    for call in known {
        assert!(
            log.lines().filter(of_role).any(|line| line.split(' ').nth(2) == Some(call)),
            "no {call}\n{log}"
        );
    }
    person.bring_home();
    compare(&person);
    log.lines().filter(of_role).count()
}

/// Kills processes of the role at every point, and brings the run home; `codes` are those of the engine.
fn sweep(role: &str, calls: usize, harm: Harm, codes: &[i32]) {
    let mut cases = Vec::new();
    for (index, call) in points(calls, SHORT).into_iter().enumerate() {
        let both = [("before", call), ("after", call)];
        cases.extend(if long() { &both[..] } else { &both[index % 2..=index % 2] });
    }
    let killed = AtomicUsize::new(0);
    all(&cases, |(when, call)| {
        let fault = if *when == "before" { Fault::kill_before(*call) } else { Fault::kill_after(*call) };
        let mut person = Person::new(harm);
        let out = person.drive(&fault.of(role));
        assert!(codes.contains(&out.code), "{out:?}");
        let log = person.world.read("calls");
        killed.fetch_add(
            usize::from(log.lines().any(|line| line == format!("{role} 0 killed "))),
            Ordering::Relaxed,
        );
        person.bring_home();
        compare(&person);
    });
    let killed = killed.into_inner();
    assert!(killed * 10 >= cases.len() * 9, "only {killed} of {} were killed", cases.len());
}

#[test]
fn the_engine_is_killed_before_and_after_every_call() {
    let calls =
        calls("engine", &["pwrite", "fsync", "spawn", "create", "unlink", "linkat", "connect", "send"]);
    sweep("engine", calls, Harm::Engine, &[4, 137]);
}

#[test]
fn the_keeper_is_killed_before_and_after_every_call() {
    let calls = calls("keeper", &["spawn", "write", "fdatasync"]);
    sweep("keeper", calls, Harm::Keeper, &[4, 5]);
}
