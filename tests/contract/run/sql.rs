//! SQL and checks against a database.

use crate::harness::{PATIENCE, Project, levels};
use std::time::Duration;

const NOTE: &str = "params:\n  note: {type: text, default: none}\n";

fn of(text: &str) -> Project {
    Project::new().yt().runbook(&format!("{NOTE}{}", levels(text)))
}

#[test]
fn several_statements_are_one_transaction() {
    let project = of(
        "1:\n  - {name: a, connection: yt, sql: \"insert into t values ('1'); insert into t values ('2'); insert into missing values ('3')\"}\n",
    );
    project.run().code(4);
    assert!(project.query("select a from t").is_empty());
    let status = project.status();
    assert!(
        status.is("a", "failed") && status.step("a")["error"].to_string().contains("missing"),
        "{:#}",
        status.0
    );
}

#[test]
fn statements_are_done_in_their_order() {
    let project = of(
        "1:\n  - name: a\n    platform: yt\n    sql: |\n      -- a comment; with a semicolon\n      create table u (a text);\n      insert into u values ('x;y');  /* ; */\n      insert into t select a || 'z' from u;\n",
    );
    project.run().code(0);
    assert_eq!(project.query("select a from t"), ["x;yz"]);
}

#[test]
fn a_trigger_with_semicolons_inside_is_one_statement() {
    let project = of("1:\n  - {name: a, platform: yt, sql: {file: sql/t.sql}}\n")
        .file("sql/t.sql", "create trigger r after insert on t begin insert into t2 values (new.a); insert into t2 values ('more'); end;\ninsert into t values ('1');\n");
    project.sql("create table t2 (a text)");
    project.run().code(0);
    assert_eq!(project.query("select a from t2"), ["1", "more"]);
}

#[test]
fn values_are_bound_never_written_in() {
    let project = of(
        "1:\n  - {name: a, connection: yt, sql: 'insert into t values (:note); insert into t values (:month)'}\n",
    );
    let nasty = "'); drop table t; --";
    project.argv(&["run", "x.yaml", "--month", "2025-10", "-p", &format!("note={nasty}")]).code(0);
    assert_eq!(project.query("select a from t order by a"), [nasty, "2025-10"]);
}

#[test]
fn a_colon_in_a_literal_is_no_parameter() {
    let project = of(
        "1:\n  - {name: a, connection: yt, sql: \"insert into t values ('at 12:30 :note'); -- :nothing\"}\n",
    );
    project.run().code(0);
    assert_eq!(project.query("select a from t"), ["at 12:30 :note"]);
}

#[test]
fn an_unknown_bound_name_is_found_before_anything_runs() {
    let project = of(
        "1:\n  - {name: first, run: 'touch ran'}\n2:\n  - {name: a, connection: yt, sql: 'select :nobody'}\n",
    );
    project.run().code(3).says("nobody");
    assert!(!project.path("ran").exists());
}

#[test]
fn months_stand_in_table_names() {
    let project =
        of("1:\n  - {name: a, connection: yt, sql: \"create table bill_{{ month.compact }} (a text)\"}\n");
    project.run().code(0);
    assert_eq!(project.query("select name from sqlite_master where name like 'bill%'"), ["bill_202510"]);
}

#[test]
fn ident_lets_names_in_and_nothing_else() {
    let text = "1:\n  - {name: a, connection: yt, sql: 'create table {{ params.note | ident }} (a text)'}\n";
    let project = of(text);
    project.ms("run x.yaml --month 2025-10 -p note=good_name").code(0);
    assert_eq!(project.query("select name from sqlite_master where name = 'good_name'").len(), 1);
    let out =
        project.argv(&["run", "x.yaml", "--month", "2025-09", "-p", "note=z (b text); drop table t; --"]);
    assert!([0, 2, 3, 4].contains(&out.code), "{out}");
    assert_eq!(project.query("select name from sqlite_master where name = 't'"), ["t"]);
    assert!(project.query("select name from sqlite_master where name = 'z'").is_empty());
}

#[test]
fn first_rows_and_the_count_are_kept() {
    let project = of("1:\n  - {name: a, connection: yt, sql: \"select 'one row' as word\"}\n");
    project.run().code(0);
    project.ms("logs a").code(0).says("one row");
}

#[test]
fn millions_of_rows_do_not_fill_the_memory() {
    let project = of(
        "1:\n  - {name: a, connection: yt, sql: \"with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000000) select i, 'a long enough text to matter' from n\"}\n",
    );
    let mut live = project.start();
    let mut peak = 0;
    crate::harness::poll(Duration::from_mins(2), || {
        peak = peak.max(live.peak_kb().unwrap_or(0));
        live.ended().then_some(())
    });
    live.finish(PATIENCE).code(0);
    assert!(peak > 0 && peak < 200_000, "took {peak} kB");
}

#[test]
fn a_check_holds_or_fails() {
    for (expect, met) in [
        ("> 0", false),
        ("= 0", true),
        (">= 0", true),
        ("< 1", true),
        ("between 10 and 20", false),
        ("between 0 and 2", true),
    ] {
        let project = of(&format!(
            "1:\n  - {{name: c, connection: yt, check: [{{sql: select count(*) from t, expect: '{expect}'}}]}}\n"
        ));
        project.run().code(if met { 0 } else { 4 });
        assert_eq!(project.status().word("c"), if met { "succeeded" } else { "failed" }, "{expect}");
    }
}

#[test]
fn a_check_without_an_answer_is_not_met() {
    for query in ["select null", "select a from t", "select 'many'"] {
        let project = of(&format!(
            "1:\n  - {{name: c, connection: yt, check: [{{sql: \"{query}\", expect: '> 0'}}]}}\n"
        ));
        project.run().code(4);
        assert!(project.status().is("c", "failed"), "{query}");
    }
}

#[test]
fn every_line_of_a_check_has_to_hold() {
    let project = of(
        "1:\n  - name: c\n    connection: yt\n    check:\n      - {sql: select 1, expect: '> 0'}\n      - {sql: select 5, expect: '= 6'}\n",
    );
    project.run().code(4);
    let error = project.status().step("c")["error"].to_string();
    assert!(error.contains('5') && error.contains('6'), "says what was found and what was wanted: {error}");
}

#[test]
fn an_unmet_check_that_only_warns() {
    let project =
        of("1:\n  - {name: c, connection: yt, check: [{sql: select 0, expect: '> 0', if_unmet: warn}]}\n");
    project.run().code(0);
    assert!(project.status().is("c", "succeeded"));
}

#[test]
fn a_check_compares_with_an_output() {
    let text = "1:\n  - {name: n, run: 'echo \"{\\\"rows\\\": 2}\"'}\n2:\n  - {name: c, connection: yt, check: [{sql: select count(*) from t, expect: \"= {{ steps['n'].outputs.rows }}\"}]}\n";
    let project = of(text);
    project.run().code(4);
    project.sql("insert into t values ('1'), ('2')");
    project.ms("retry c").code(0);
    project.resume().code(0);
}

#[test]
fn a_check_that_a_thing_exists() {
    let project = of("1:\n  - {name: c, check: [{exists: 'yt:LATER'}], poll: {every: 1s, for: 1h}}\n");
    let live = project.start();
    project.until("it looks", |s| s.is("c", "waiting") || s.is("c", "running"));
    project.sql("create table LATER (a text)");
    live.finish(PATIENCE).code(0);
}

#[test]
fn a_check_is_polled_until_it_holds() {
    let project = of(
        "1:\n  - {name: c, connection: yt, check: [{sql: select count(*) from t, expect: '> 0'}], poll: {every: 1s, for: 1h}}\n2:\n  - {name: z, run: 'echo z >> ledger'}\n",
    );
    let live = project.start();
    project.until("it waits", |s| s.is("c", "waiting") || s.is("c", "running"));
    assert!(project.ledger().is_empty());
    project.sql("insert into t values ('1')");
    live.finish(PATIENCE).code(0);
    assert_eq!(project.ledger(), ["z"]);
}

#[test]
fn a_poll_that_never_holds_fails_in_its_time() {
    let project = of(
        "1:\n  - {name: c, connection: yt, check: [{sql: select count(*) from t, expect: '> 0'}], poll: {every: 1s, for: 2s}}\n",
    );
    let out = project.run().code(4);
    assert!(out.took >= Duration::from_secs(2), "{:?}", out.took);
    assert!(project.status().is("c", "failed"));
}

#[test]
fn a_database_that_is_no_database_fails_the_step_only() {
    let project =
        of("1:\n  - {name: a, connection: yt, sql: select 1}\n  - {name: b, run: 'echo b >> ledger'}\n");
    project.put("data/yt.db", &[b'x'; 8192]);
    project.run().one_of(&[4, 7]);
    assert_ne!(project.status().word("a"), "succeeded");
    assert_eq!(project.read("data/yt.db").len(), 8192);
}
