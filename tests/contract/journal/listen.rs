//! An engine at rest asks a server next to nothing, and hears at once what is decided elsewhere.

use std::time::Duration;

use super::{kinds, on_host, on_server};
use crate::harness::{PATIENCE, Project, note, poll, sh};
use crate::servers::{Base, PASSWORD};

/// Longer than what is heard takes.
const AT_ONCE: Duration = Duration::from_secs(1);

/// An engine that hears nothing asks once a second.
const ASKED: Duration = Duration::from_secs(5);

/// Three gates, each before a step.
fn gates() -> String {
    let gate = |name: &str| format!("  - {{name: {name}, gate: {{ask: ok}}}}\n");
    let step = |name: &str| sh(name, &note(name));
    let one = |number: usize, gate_name: &str, step_name: &str| {
        format!("{number}:\n{}{}:\n{}", gate(gate_name), number + 1, step(step_name))
    };
    [one(1, "g1", "a"), one(3, "g2", "b"), one(5, "g3", "c")].concat()
}

/// A lease so long that its renewals bring no news; and so it is known that all else is heard.
fn on_gates() -> (Project, Base) {
    let (project, base) = on_server(Project::of(&gates()).roster());
    (project.env("MONTHSTART_LEASE", "10m"), base)
}

/// The process of the server that serves the connection on which is listened.
fn listener(base: &Base) -> Option<String> {
    let found =
        "select pid from pg_stat_activity where datname = current_database() and query like 'update seats%'";
    base.ask(found).pop()
}

/// Waits until an engine listens, and asks nothing more all the time. Gives back who serves its listening.
fn at_rest(base: &Base) -> String {
    // Letters are looked for every five seconds.
    let asked = "select count(*) from pg_stat_activity where datname = current_database() \
                 and application_name = 'monthstart' and query not like '%from letters%' \
                 and query_start > now() - interval '3 seconds'";
    let rest = || (base.ask(asked) == ["0"]).then(|| listener(base)).flatten();
    poll(PATIENCE, rest).expect("an engine at rest that listens")
}

/// Answers a gate, and waits until the engine goes on.
#[track_caller]
fn answered(project: &Project, gate: &str, step: &str, within: Duration) {
    project.ms(&format!("confirm {gate} --as li.na")).code(0);
    let heard = poll(within, || (project.count(step) == 1).then_some(()));
    assert!(heard.is_some(), "{gate} was not heard of: {:?}", kinds(project));
}

#[test]
fn a_decision_is_heard_at_once_by_an_engine_at_rest_also_when_its_listener_was_killed() {
    let (project, base) = on_gates();
    let live = project.start();
    project.until("open", |s| s.open("g1"));
    let first = at_rest(&base);
    answered(&project, "g1", "a", AT_ONCE);
    assert_eq!(at_rest(&base), first, "the connection stays");
    base.ask(&format!("select pg_terminate_backend({first})"));
    assert_ne!(at_rest(&base), first, "another one listens");
    answered(&project, "g2", "b", AT_ONCE);
    at_rest(&base);
    answered(&project, "g3", "c", AT_ONCE);
    live.finish(PATIENCE).code(0);
    project.ms("verify").code(0);
}

#[test]
fn an_engine_whose_listener_is_not_let_in_asks_and_leaves_no_connection_behind() {
    let (project, base) = on_gates();
    base.ask(&format!("create role night login password '{PASSWORD}' connection limit 3"));
    base.ask(&format!("grant all on database {} to night", base.name));
    let url = base.url_of("night", PASSWORD);
    let live = on_host(&project, "one", &format!("--store {url} {}", project.line("run x.yaml --month ")));
    project.until("open", |s| s.open("g1"));
    // Three are enough for all.
    let listener = at_rest(&base);
    answered(&project, "g1", "a", AT_ONCE);
    at_rest(&base);
    base.ask("alter role night connection limit 2");
    base.ask(&format!("select pg_terminate_backend({listener})"));
    answered(&project, "g2", "b", ASKED);
    base.ask("alter role night connection limit 3");
    at_rest(&base);
    answered(&project, "g3", "c", AT_ONCE);
    live.finish(PATIENCE).code(0);
    assert_eq!(base.ask("select count(*) from pg_stat_activity where usename = 'night'"), ["0"]);
}
