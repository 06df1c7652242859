//! Waiting for what others do.

use crate::harness::{PATIENCE, Project, levels};

#[test]
fn a_file_that_arrives_lets_what_follows_go_on() {
    let project = Project::new().runbook(&levels(
        "1:\n  - {name: arrived, wait: {file: in/a.csv, stable_for: 1s}}\n  - {name: beside, run: 'echo beside >> ledger'}\n2:\n  - {name: after, run: 'cat in/a.csv >> ledger'}\n",
    ));
    let live = project.start();
    project.until("it waits", |s| s.is("arrived", "waiting") && s.is("beside", "succeeded"));
    project.put("in/a.csv", b"arrived\n");
    live.finish(PATIENCE).code(0);
    assert_eq!(project.ledger(), ["beside", "arrived"]);
}

#[test]
fn nobody_waits_with_no_wait_and_it_goes_on_later() {
    let project = Project::new().runbook(&levels(
        "1:\n  - {name: arrived, wait: {file: in/a.csv}}\n2:\n  - {name: after, run: 'echo after >> ledger'}\n",
    ));
    project.ms(&project.line("run x.yaml --no-wait --month ")).code(5);
    assert!(project.ledger().is_empty());
    project.put("in/a.csv", b"a\n");
    project.resume().code(0);
    assert_eq!(project.ledger(), ["after"]);
}

#[test]
fn a_wait_that_is_given_up_fails_and_is_retried_by_a_person() {
    let project = Project::new()
        .runbook(&levels("1:\n  - {name: arrived, wait: {file: in/a.csv}, poll: {every: 1s, for: 1s}}\n"));
    project.run().code(4).says("in/a.csv");
    project.put("in/a.csv", b"a\n");
    project.ms("retry arrived").code(0);
    project.resume().code(0);
}

#[test]
fn a_moment_in_the_past_passes_at_once() {
    let project = Project::new().runbook(&levels(
        "1:\n  - {name: night, wait: {until: {day: 1, at: \"02:00\"}}}\n2:\n  - {name: after, run: 'echo after >> ledger'}\n",
    ));
    project.run().code(0);
    assert_eq!(project.ledger(), ["after"]);
}

#[test]
fn a_value_is_waited_for() {
    let project = Project::new().yt().runbook(&levels(
        "1:\n  - {name: rows, connection: yt, wait: {sql: 'select count(*) from t', expect: '> 0'}, poll: {every: 1s, for: 1h}}\n",
    ));
    let live = project.start();
    project.until("it waits", |s| s.is("rows", "waiting"));
    project.sql("insert into t values ('x')");
    live.finish(PATIENCE).code(0);
}
