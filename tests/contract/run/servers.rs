//! SQL and checks on database servers.

use crate::harness::{Project, levels, poll};
use crate::servers::{Base, Kind, base};
use std::time::Duration;

const SERVERS: [Kind; 2] = [Kind::Postgres, Kind::MariaDb];

/// A project whose connection `mpp` takes its URL from the environment.
fn on(kind: Kind, text: &str) -> (Project, Base) {
    let base = base(kind);
    let project = Project::new()
        .settings("connections:\n  mpp: {url: {env: MPP_URL}}\n")
        .env("MPP_URL", &base.url())
        .runbook(&levels(text));
    (project, base)
}

#[test]
fn steps_and_checks_run_on_servers() {
    for kind in SERVERS {
        let (project, base) = on(
            kind,
            "1:\n  - name: put\n    connection: mpp\n    sql: |\n      insert into bill values (:month, 12.50);\n      insert into bill values (:month, 0.25);\n\
             2:\n  - name: look\n    connection: mpp\n    check:\n      - {sql: 'select count(*) from bill where month = :month', expect: '= 2'}\n      - {sql: 'select sum(amount) from bill', expect: '12.75'}\n      - {exists: 'mpp:bill'}\n",
        );
        base.ask("create table bill (month varchar(7), amount decimal(12,2))");
        project.run().code(0).hides("s3cret");
        assert_eq!(base.ask("select sum(amount) from bill where month = '2025-10'"), ["12.75"], "{kind:?}");
        project.ms("logs put").code(0).says("insert into bill").hides("s3cret");
    }
}

#[test]
fn a_wrong_password_is_not_tried_again_and_never_shown() {
    for kind in SERVERS {
        let (project, base) =
            on(kind, "1:\n  - {name: a, connection: mpp, sql: 'select 1', retry: {times: 3, delay: 1ms}}\n");
        let refusals = || {
            let log = base.server.log();
            log.lines()
                .filter(|line| line.contains("authentication failed") || line.contains("Access denied"))
                .filter(|line| line.contains("boss"))
                .count()
        };
        let project = project.env("MPP_URL", &base.url_of("boss", "wr0ng@Word"));
        let before = refusals();
        project.run().code(4).says("could not log in").hides("wr0ng").hides("s3cret");
        assert!(poll(Duration::from_secs(10), || (refusals() > before).then_some(())).is_some());
        assert_eq!(refusals(), before + 1, "{kind:?}");
        assert!(project.status().is("a", "failed"));
    }
}

#[test]
fn a_password_in_the_settings_is_refused() {
    let project = Project::new()
        .settings("connections:\n  mpp: {url: \"postgres://u:hunter22@db.example/x\"}\n")
        .runbook(&levels("1:\n  - {name: a, connection: mpp, sql: 'select 1'}\n"));
    project.ms("validate").code(3).says("password").says("{env: NAME}").hides("hunter22");
}

#[test]
fn millions_of_rows_leave_memory_flat() {
    for (kind, rows, first) in [
        (
            Kind::Postgres,
            "select i, repeat('x', 100) from generate_series(1, 200000) i",
            "select generate_series(1, 10000000)",
        ),
        (
            Kind::MariaDb,
            "select seq, repeat('x', 100) from seq_1_to_200000",
            "select seq from seq_1_to_10000000",
        ),
    ] {
        let text = format!(
            "1:\n  - {{name: look, connection: mpp, check: [{{sql: \"{first}\", expect: '1'}}]}}\n\
             2:\n  - {{name: all, connection: mpp, sql: \"{rows}\"}}\n\
             3:\n  - {{name: seen, run: 'until [ -e seen ]; do sleep 0.05; done'}}\n"
        );
        let (project, _base) = on(kind, &text);
        let live = project.start();
        let mut peak = 0;
        let done = poll(Duration::from_mins(1), || {
            peak = live.peak_kb().unwrap_or(peak);
            project.argv(&["logs", "all"]).all().contains("199,980").then_some(())
        });
        peak = live.peak_kb().unwrap_or(peak);
        project.put("seen", b"");
        let out = live.finish(Duration::from_secs(30));
        assert!(done.is_some(), "{kind:?}: {out}");
        out.code(0);
        assert!(peak > 0 && peak < 96 * 1024, "{kind:?}: {peak} KiB");
    }
}

#[test]
fn a_killed_engine_leaves_no_statement_behind_for_long() {
    let (project, base) = on(
        Kind::Postgres,
        "1:\n  - {name: a, connection: mpp, timeout: 2s, sql: \"select pg_sleep(300) as left_behind\"}\n",
    );
    let live = project.start();
    assert!(
        poll(Duration::from_secs(20), || (!base.running("left_behind").is_empty()).then_some(())).is_some()
    );
    live.kill9();
    assert!(poll(Duration::from_secs(20), || base.running("left_behind").is_empty().then_some(())).is_some());
}
