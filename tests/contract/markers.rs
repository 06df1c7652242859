//! SQL and loads take effect once, whatever dies: the engine at any instant, the connection at the commit, the server.

use rustix::process::Signal;
use std::time::Duration;

use crate::harness::{Live, PATIENCE, Project, poll};
use crate::relay::{Cut, Relay};
use crate::servers::{Base, Kind, base};

pub(crate) const SERVERS: [Kind; 2] = [Kind::Postgres, Kind::MariaDb];

/// A project with one step on a server, reached through a relay; its table counts how often the step took effect.
pub(crate) fn on(kind: Kind, step: &str) -> (Project, Base, Relay) {
    let base = base(kind);
    base.ask("create table t (n integer not null)");
    let relay = Relay::to(base.server.port());
    let url = relay.through(&base.url(), base.server.port());
    let project = Project::of(&format!("1:\n  - {step}\n"))
        .settings("connections:\n  db: {url: {env: DB_URL}}\n")
        .env("DB_URL", &url)
        .file("in.csv", "n\n1\n");
    (project, base, relay)
}

/// Other tests use the same server at the same time: each tells its nap by its own mark.
pub(crate) fn nap(kind: Kind, mark: &str) -> String {
    match kind {
        Kind::Postgres => format!("select pg_sleep(2) as {mark}"),
        Kind::MariaDb => format!("select sleep(2) as {mark}"),
    }
}

pub(crate) fn sql(text: &str) -> String {
    format!("{{name: a, connection: db, sql: \"{text}\"}}")
}

const LOAD: &str = "{name: a, load: {file: in.csv, into: 'db:t', mode: append}}";

#[test]
fn an_engine_that_dies_before_the_commit_leaves_nothing_and_the_next_one_does_it() {
    for kind in SERVERS {
        let (project, base, _relay) =
            on(kind, &sql(&format!("insert into t values (1); {}", nap(kind, "napping"))));
        let live = project.start();
        assert!(poll(PATIENCE, || (!base.running("napping").is_empty()).then_some(())).is_some());
        live.kill9();
        project.resume().code(0);
        assert_eq!(base.ask("select count(*) from t"), ["1"], "{kind:?}");
        assert_eq!(project.status().step("a")["attempt"], 2, "{kind:?}");
    }
}

/// An engine whose commit nobody answers goes in this way; the next one asks the marker.
pub(crate) fn before_it_hears_of_the_commit(goes: impl Fn(Live)) {
    for kind in SERVERS {
        for (step, spared) in [(sql("insert into t values (1)"), 0), (LOAD.to_owned(), 1)] {
            let (project, base, relay) = on(kind, &step);
            relay.cuts(Cut::Silence, spared);
            let live = project.start();
            assert!(poll(PATIENCE, || (relay.done() == 1).then_some(())).is_some(), "{kind:?} {step}");
            goes(live);
            project.status().are(&[("a", "running")]);
            project.resume().code(0);
            assert_eq!(base.ask("select count(*) from t"), ["1"], "{kind:?} {step}");
            project.ms("events --json").says("took effect before");
        }
    }
}

#[test]
fn an_engine_that_dies_before_it_hears_of_the_commit_is_told_by_the_marker() {
    before_it_hears_of_the_commit(Live::kill9);
}

#[test]
fn a_cut_commit_is_settled_by_the_engine_that_lives() {
    for kind in SERVERS {
        for cut in [Cut::Before, Cut::After] {
            for (step, spared) in [(sql("insert into t values (1)"), 0), (LOAD.to_owned(), 1)] {
                let (project, base, relay) = on(kind, &step);
                relay.cuts(cut, spared);
                let live = project.start();
                live.finish(PATIENCE).code(0);
                assert_eq!(relay.done(), 1, "{kind:?} {cut:?} {step}");
                assert_eq!(base.ask("select count(*) from t"), ["1"], "{kind:?} {cut:?} {step}");
            }
        }
    }
}

#[test]
fn an_engine_killed_at_any_instant_does_nothing_twice_and_nothing_never() {
    for kind in SERVERS {
        for round in 0..8_u64 {
            let (project, base, _relay) =
                on(kind, &sql("insert into t values (1); insert into t values (2)"));
            let mut live = project.start();
            poll(Duration::from_millis(15 * round + 20), || live.ended().then_some(()));
            live.signal(Signal::KILL);
            drop(live);
            let out = project.resume();
            if out.code != 0 {
                // It died before there was a run.
                project.start().finish(PATIENCE).code(0);
            }
            assert_eq!(base.ask("select count(*) from t"), ["2"], "{kind:?} {round}: {out}");
        }
    }
}

#[test]
fn the_table_of_markers_is_made_by_doctor_or_shown_for_others_to_make() {
    for kind in SERVERS {
        let (project, base, _relay) = on(kind, &sql("insert into t values (1)"));
        let out = project.ms("doctor").code(0);
        out.says("create table if not exists monthstart_marker").says("s/a");
        project.ms("doctor --fix").code(0).says("the table of markers was made");
        assert_eq!(base.ask("select count(*) from monthstart_marker"), ["0"]);
        project.ms("doctor").code(0).says("has the table of markers").hides("create table");
        base.ask("insert into monthstart_marker (token, run, step, attempt, at) values ('old', 'r', 's', 1, '2020-01-01T00:00:00Z')");
        project.ms("doctor --fix").code(0);
        assert_eq!(base.ask("select count(*) from monthstart_marker"), ["0"], "what is old goes");
    }
}

#[test]
fn who_may_make_no_table_is_not_atomic_and_lost_at_a_crash() {
    let (project, base, relay) =
        on(Kind::MariaDb, &sql(&format!("insert into t values (1); {}", nap(Kind::MariaDb, "guest_naps"))));
    let user = format!("guest_{}", base.name);
    base.ask(&format!(
        "create user {user}@'%' identified by 'guest'; grant select, insert on {}.t to {user}@'%'",
        base.name
    ));
    let url = relay.through(&base.url_of(&user, "guest"), base.server.port());
    let project = project.env("DB_URL", &url);
    project.ms("doctor --fix --json").code(0).says("could not be made").says("create table if not exists");
    let live = project.start();
    assert!(poll(PATIENCE, || (!base.running("guest_naps").is_empty()).then_some(())).is_some());
    project.ms("status").says("not atomic");
    live.kill9();
    // Made now, the table knows nothing of what ran before.
    base.ask("create table monthstart_marker (token varchar(64) not null primary key, run text not null, step text not null, attempt integer not null, at varchar(40) not null, result longtext) engine = InnoDB");
    base.ask(&format!("grant select, insert, update on monthstart_marker to {user}@'%'"));
    project.resume().code(4);
    assert_eq!(project.status().word("a"), "lost");
    project.ms("why a").says("without a marker");
    project.ms("retry a").code(0);
    project.resume().code(0);
    assert_eq!(base.ask("select count(*) from monthstart_marker"), ["1"]);
}

#[test]
fn statements_that_commit_by_themselves_are_seen_before() {
    let (project, _base, _relay) =
        on(Kind::MariaDb, &sql("insert into t values (1); create table u (a integer)"));
    let project = project.file(
        "monthstart.yaml",
        "timezone: Asia/Shanghai\nlanguage: en\nconnections:\n  db: {url: \"mariadb://u@127.0.0.1:1/x\"}\n",
    );
    let out = project.ms("validate").code(0);
    out.says("statement 2 (create table u (a integer)) commits by itself").says("^").says("idempotent: true");
    project.ms("plan x.yaml").code(0).says("not atomic: statement 2 commits by itself");
    let project = project.runbook("name: x\nstages:\n  - name: s\n    levels:\n      1:\n        - {name: a, connection: db, sql: 'insert into t values (1); commit'}\n");
    project.ms("validate").code(3).says("statement 2 (commit) begins or ends a transaction");
}
