//! Checks that compare: with former months, with a copy, with the moment at which something was said.

use crate::harness::{Project, levels, sqlite};
use std::time::{Duration, SystemTime};

#[test]
fn the_month_that_is_not_like_the_three_before_it_fails() {
    let step = "1:\n  - name: c\n    connection: yt\n    check:\n      \
                - {sql: 'select sum(n) as total from m where month = :month', expect: '> 0', like: {last: 3 months, by: 10%}}\n";
    let project = Project::new().yt().runbook(&levels(step));
    project.sql(
        "create table m (month text, n numeric); insert into m values \
         ('2025-07', 1000.10), ('2025-08', 989.90), ('2025-09', 1010), ('2025-10', 1100.01), ('2025-11', 1024.9)",
    );
    let run = |month: &str| project.argv(&["run", "x.yaml", "--month", month]);
    let total = |month: &str| project.ms(&format!("status --json x/{month}")).code(0).text();
    for month in ["2025-07", "2025-08", "2025-09"] {
        run(month).code(0);
    }
    run("2025-10").code(4);
    let told = total("2025-10");
    assert!(told.contains("not like the mean of 2025-07..09: 1000, +10.001000%, allowed 10%"), "{told}");
    // What deviated is history all the same.
    run("2025-11").code(0);
    let expected = ["1000.1", "989.9", "1010", "1100.01", "1024.9"];
    let journal = project.path(".monthstart/journal.db");
    let kept = sqlite::column(&journal, "select value from numbers order by month");
    assert_eq!(kept, expected);
}

const SINCE: &str = "name: x\nstages:\n  - name: s\n    ready:\n      - {name: told, notice: The table is maintained}\n      \
     - {name: c, check: [{exists: 'yt:Rpt', since: told}]}\n";

/// Told at ten past two; what the check finds then is asked for by each test.
fn told(settings: &str) -> Project {
    let project = Project::new().settings(settings).runbook(SINCE).roster();
    std::fs::create_dir_all(project.path("data")).unwrap();
    project.sql("create table rpt (a); create table ctl (name text, at text); insert into ctl values ('RPT', '2025-11-01 02:09')");
    let written = SystemTime::from("2025-10-31T18:09:00Z".parse::<jiff::Timestamp>().unwrap());
    let file = std::fs::File::options().write(true).open(project.path("data/yt.db")).unwrap();
    file.set_modified(written).unwrap();
    project.ms(&project.line("run x.yaml --no-wait --month ")).code(5);
    project
        .ms("confirm told --as li.na --set who='Mr Zhou' --set channel=phone --set told_at='2025-11-01 02:10'")
        .code(0);
    project.resume().code(4);
    let error = project.status().step("c")["error"].to_string();
    assert!(
        error.contains("changed at 2025-11-01 02:09:00, not after told (2025-11-01 02:10:00)"),
        "{error}"
    );
    project
}

#[test]
fn a_table_must_have_changed_after_the_word_by_the_projects_own_query() {
    let project = told(
        "connections:\n  yt: {url: \"sqlite:data/yt.db\", changed: \"select max(at) from ctl where name = upper(:name)\"}\n",
    );
    project.sql("update ctl set at = '2025-11-01 02:11'");
    project.ms("retry c --as zhang.wei").code(0);
    project.resume().code(0);
}

#[test]
fn a_table_must_have_changed_after_the_word_by_the_files_time() {
    let project = told("connections:\n  yt: {url: \"sqlite:data/yt.db\"}\n");
    project.sql("insert into rpt values (1)");
    project.ms("retry c --as zhang.wei").code(0);
    project.resume().code(0);
}

#[test]
fn since_is_for_tables_and_names_what_it_binds() {
    let of = |settings: &str, item: &str| {
        let step =
            format!("1:\n  - {{name: a, run: [ls]}}\n2:\n  - {{name: c, connection: yt, check: [{item}]}}\n");
        let project = Project::new().settings(settings).runbook(&levels(&step));
        project.ms("validate x.yaml")
    };
    let settings = "connections:\n  yt: {url: \"sqlite:data/yt.db\", changed: \"select max(at) from ctl where t = :table\"}\n";
    of(settings, "{exists: t, since: a}").code(0);
    of(settings, "{sql: select 1, expect: '1', since: a}").code(3);
    of(&settings.replace(":table", ":tabel"), "{exists: t, since: a}").code(3);
}

#[test]
fn a_table_is_compared_with_its_copy() {
    let step = "1:\n  - name: c\n    check:\n      - table: {from: 'mpp:SRC', to: 'yt:shfin.rpt'}\n        \
                compare: [rows, sum(amount), {keys: [id, city]}, {rows_by: [city]}]\n";
    let settings = "connections:\n  mpp: {url: \"sqlite:data/yt.db\"}\n  yt: {url: \"sqlite:data/yt.db\", attach: {SHFIN: \"sqlite:data/copy.db\"}}\n";
    let project = Project::new().settings(settings).runbook(&levels(step));
    std::fs::create_dir_all(project.path("data")).unwrap();
    project.sql(
        "create table src (id integer, city text, amount real); \
         insert into src values (1, '南京', 0.1), (2, '无锡', 0.2), (3, null, null)",
    );
    let copy = project.path("data/copy.db");
    sqlite::execute(
        &copy,
        "create table RPT (ID text, CITY text, AMOUNT text); \
         insert into RPT values ('1.0', '南京  ', '0.10'), ('2', '无锡', '0.200'), ('3', null, null)",
    );
    project.run().code(0);
    sqlite::execute(&copy, "insert into RPT values ('2', '无锡', '0')");
    let project = project.runbook(&levels(step).replace("name: x", "name: y"));
    project.run().code(4);
    let error = project.ms("status --json y/2025-10").code(0).text();
    for part in
        ["rows: 3 ≠ 4, difference +1", "1 not as often on both sides: 2, 无锡 (1 ≠ 2)", "无锡 (1 ≠ 2)"]
    {
        assert!(error.contains(part), "{part} in {error}");
    }
    assert!(!error.contains("sum(amount): 0.3 ≠"), "{error}");
}

#[test]
fn a_poll_for_a_copy_sees_it_arrive() {
    let step = "1:\n  - name: c\n    check: [{table: {from: 'yt:src', to: 'yt:rpt'}, compare: [rows, {keys: [a]}]}]\n    poll: {every: 1s}\n";
    let project = Project::new().yt().runbook(&levels(step));
    project.sql("create table src (a); insert into src values (1), (2)");
    let live = project.start();
    project.until("it is looked for", |status| status.is("c", "waiting"));
    project.sql("create table rpt (a); insert into rpt values (2), (1)");
    live.finish(Duration::from_mins(1)).code(0);
}
