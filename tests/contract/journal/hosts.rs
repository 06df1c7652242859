//! Two hosts and one run: it goes on elsewhere when its host is gone, and who was taken over does nothing more.

use std::time::Duration;

use rustix::process::Signal;

use super::{kinds, on_host, on_server};
use crate::harness::{PATIENCE, Project, hold, note, poll, sh, sh_with};

/// `b` is in flight on host one, which is stopped then; host two takes the run over.
fn taken_over(keys: &str) -> (Project, crate::harness::Live) {
    let levels = format!(
        "1:\n{}2:\n{}3:\n{}",
        sh("a", &note("a")),
        sh_with("b", &format!("{}; {}; touch b-ended", note("b"), hold("go")), keys),
        sh("c", &note("c"))
    );
    let (project, _) = on_server(Project::of(&levels).roster());
    let first = on_host(&project, "one", &project.line("run x.yaml --month "));
    let begun = poll(PATIENCE, || (project.count("b") == 1).then_some(()));
    assert!(begun.is_some(), "b never began\n{}", first.printed());
    first.signal(Signal::STOP);
    let second = on_host(&project, "two", "resume --stand-by --as zhang.wei");
    second.shows("stands by");
    second.shows("takes");
    second.finish(PATIENCE).code(4);
    (project, first)
}

#[test]
fn what_ran_on_another_host_is_asked_about_and_who_was_taken_over_writes_nothing() {
    for keys in ["", "idempotent: true"] {
        let (project, first) = taken_over(keys);
        let status = project.status();
        status.are(&[("a", "succeeded"), ("b", "lost"), ("c", "pending")]);
        let before = kinds(&project);
        first.signal(Signal::CONT);
        first.finish(PATIENCE).code(6).says("taken over");
        project.put("go", b"");
        let ended = poll(PATIENCE, || project.path("b-ended").exists().then_some(()));
        assert!(ended.is_some(), "who was taken over leaves alone what it has begun");
        assert_eq!(kinds(&project), before, "a stale event");
        assert_eq!(project.ledger(), ["a", "b"], "b never begins a second time by itself");
        project.ms("settle b --as-done --as li.na --reason 'looked it up on host one'").code(0);
        on_host(&project, "two", "resume --as zhang.wei").finish(PATIENCE).code(0);
        assert_eq!(project.ledger(), ["a", "b", "c"]);
        project.ms("verify").code(0);
    }
}

#[test]
fn what_only_looks_goes_on_on_another_host() {
    let levels = "1:\n  - {name: c, connection: yt, check: [{sql: select count(*) from t, expect: '> 0'}], poll: {every: 1s, for: 1h}}\n2:\n  - {name: z, run: 'echo z >> ledger'}\n";
    let (project, _) = on_server(Project::of(levels).yt());
    let first = on_host(&project, "one", &project.line("run x.yaml --month "));
    project.until("it looks", |s| s.is("c", "waiting"));
    first.kill9();
    let second = on_host(&project, "two", "resume --stand-by");
    project.sql("insert into t values ('1')");
    second.finish(PATIENCE).code(0);
    assert_eq!(project.ledger(), ["z"]);
}

#[test]
fn an_owner_that_was_stopped_in_its_transaction_holds_nobody_up() {
    let (project, base) =
        on_server(Project::of(&format!("1:\n{}2:\n{}", sh("a", &hold("go")), sh("b", &note("b")))));
    let first = on_host(&project, "one", &project.line("run x.yaml --month "));
    project.until("a runs", |s| s.is("a", "running"));
    base.ask(
        "create function monthstart.late() returns trigger language plpgsql as $$ begin \
         perform pg_sleep(2); return new; end $$",
    );
    base.ask(
        "create trigger late before insert on monthstart.events for each row \
         when (new.body like '%step_ended%') execute function monthstart.late()",
    );
    project.put("go", b"");
    let inside = poll(PATIENCE, || (!base.running("insert into events").is_empty()).then_some(()));
    assert!(inside.is_some(), "it never wrote");
    first.signal(Signal::STOP);
    let began = std::time::Instant::now();
    let second = on_host(&project, "two", "resume --stand-by --no-wait");
    second.shows("takes");
    // The statement, the time that a transaction may be idle, the lease, and a busy machine.
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    second.finish(PATIENCE).code(4);
    project.status().are(&[("a", "lost"), ("b", "pending")]);
    let before = kinds(&project);
    first.signal(Signal::CONT);
    first.finish(PATIENCE).code(6).says("taken over");
    assert_eq!(kinds(&project), before, "a stale event");
    project.ms("verify").code(0);
}

#[test]
fn an_engine_that_died_on_this_host_is_not_waited_for() {
    let (project, _) = on_server(Project::of("1:\n  - {name: g, gate: {ask: ok}}\n").roster());
    let live = project.start();
    project.until("open", |s| s.open("g"));
    live.kill9();
    assert!(project.status().0["run"]["engine"].is_null(), "nobody drives it");
    project.ms("confirm g --as li.na").code(0);
    // Leases last twenty seconds.
    let out = project.resume().code(0);
    assert!(out.took < Duration::from_secs(10), "{:?}", out.took);
}

#[test]
fn who_drives_a_run_is_told_on_every_host() {
    let (project, _) = on_server(Project::of("1:\n  - {name: g, gate: {ask: ok}}\n").roster());
    let first = on_host(&project, "one", &project.line("run x.yaml --month "));
    project.until("open", |s| s.open("g"));
    let status = project.status();
    assert_eq!(status.0["run"]["engine"]["pid"], first.pid());
    on_host(&project, "two", "resume --as zhang.wei").finish(PATIENCE).code(6).says(&first.pid().to_string());
    on_host(&project, "two", "confirm g --as li.na").finish(PATIENCE).code(0);
    first.finish(PATIENCE).code(0);
    assert!(project.status().0["run"]["engine"].is_null());
}
