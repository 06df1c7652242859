//! The engine is killed at every call by which it leaves something behind, one after the other.

use crate::ledger::compare;
use crate::person::{Harm, Person};
use crate::shim::Fault;
use crate::trials::{all, long, points};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many points the short form has.
const SHORT: usize = 48;

/// How many calls a run has in which nothing happens.
fn calls() -> usize {
    let mut person = Person::new(Harm::Death);
    let out = person.drive(&Fault::none());
    assert_eq!(out.code, 4, "the step that always fails halts it: {out:?}");
    let log = person.world.read("calls");
    for call in ["pwrite", "fsync", "spawn", "create", "unlink", "linkat", "connect", "send"] {
        assert!(log.lines().any(|line| line.split(' ').nth(2) == Some(call)), "no {call} is seen\n{log}");
    }
    person.bring_home();
    compare(&person);
    log.lines().filter(|line| line.starts_with("engine ")).count()
}

#[test]
fn the_engine_is_killed_before_and_after_every_call() {
    let calls = calls();
    let mut cases = Vec::new();
    for (index, call) in points(calls, SHORT).into_iter().enumerate() {
        if long() || index % 2 == 0 {
            cases.push(("before", call));
        }
        if long() || index % 2 == 1 {
            cases.push(("after", call));
        }
    }
    let killed = AtomicUsize::new(0);
    all(&cases, |(when, call)| {
        let fault = if *when == "before" { Fault::kill_before(*call) } else { Fault::kill_after(*call) };
        let mut person = Person::new(Harm::Death);
        let out = person.drive(&fault);
        assert!([4, 137].contains(&out.code), "{out:?}");
        killed.fetch_add(usize::from(out.code == 137), Ordering::Relaxed);
        person.bring_home();
        compare(&person);
    });
    let killed = killed.into_inner();
    assert!(killed * 10 >= cases.len() * 9, "only {killed} of {} were killed", cases.len());
}
