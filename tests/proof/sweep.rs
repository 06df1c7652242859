//! A process is killed at every call by which it leaves something behind, one after the other.

use crate::ledger::compare;
use crate::person::{Harm, Person};
use crate::servers::Kind;
use crate::shim::Fault;
use crate::trials::{all, long, points};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many calls the processes of a role make in a run in which nothing happens; these calls have to be among them.
fn calls(server: Option<Kind>, role: &str, known: &[&str]) -> usize {
    let mut person = Person::on(server, Harm::Engine);
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

/// Kills processes of the role at every call, at `short` of them in the short form, and brings the run home.
fn sweep(server: Option<Kind>, role: &str, (calls, short): (usize, usize)) {
    let harm = if role == "keeper" { Harm::Keeper } else { Harm::Engine };
    let mut cases = Vec::new();
    for (index, call) in points(calls, short).into_iter().enumerate() {
        let both = [("before", call), ("after", call)];
        cases.extend(if long() { &both[..] } else { &both[index % 2..=index % 2] });
    }
    let killed = AtomicUsize::new(0);
    all(&cases, |(when, call)| {
        let fault = if *when == "before" { Fault::kill_before(*call) } else { Fault::kill_after(*call) };
        let mut person = Person::on(server, harm);
        let out = person.drive(&fault.of(role));
        assert!([4, 137].contains(&out.code), "{out:?}");
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
    let known = ["pwrite", "fsync", "spawn", "create", "unlink", "linkat", "connect", "send"];
    sweep(None, "engine", (calls(None, "engine", &known), 20));
}

#[test]
fn the_engine_is_killed_before_and_after_every_call_with_its_journal_on_a_server() {
    let server = Some(Kind::Postgres);
    sweep(server, "engine", (calls(server, "engine", &["spawn", "connect", "send"]), 5));
}

#[test]
fn the_keeper_is_killed_before_and_after_every_call() {
    sweep(None, "keeper", (calls(None, "keeper", &["spawn", "write", "send"]), 12));
}
