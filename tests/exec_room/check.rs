//! `check:` steps.

use std::collections::BTreeMap;
use std::time::Duration;

use monthstart::plan::project::{Connection, Setting};
use monthstart::plan::{Check, Node, Poll, SqlText, Subject, TableName, Work};
use monthstart::run::{Failure, Outcome};

use crate::world::{World, failure, step, template, within};

async fn world() -> World {
    let mut world = World::new();
    world.database("yt", "create table t (month text, n integer); create view v as select * from t; insert into t values ('2026-10', 13)").await;
    world
}

fn value(sql: &str, expect: &str) -> Check {
    let text = SqlText::Text(template(sql));
    Check {
        subject: Subject::Value {
            text,
            connection: "yt".to_owned(),
            expect: Some(template(expect)),
            like: None,
        },
        since: None,
        warn: false,
    }
}

fn exists(table: &str) -> Check {
    let table = TableName { connection: "yt".to_owned(), table: table.to_owned() };
    Check { subject: Subject::Exists(table), since: None, warn: false }
}

fn warning(check: Check) -> Check {
    Check { warn: true, ..check }
}

fn check(items: Vec<Check>) -> Node {
    step(Work::Check { items, poll: None })
}

fn poll(items: Vec<Check>, within: Option<Duration>) -> Node {
    step(Work::Check { items, poll: Some(Poll { every: Duration::from_millis(20), within }) })
}

#[tokio::test]
async fn success_says_what_was_found() {
    let world = world().await;
    let (_, remarks) =
        world.works(check(vec![value("select n as count from t where month = :month", "= 13")])).await;
    assert_eq!(remarks, ["count → 13"]);
    world.write("sql/zero.sql", "-- nothing\nselect count(*) from t where n > {{ params.n * 2 }};");
    let text = SqlText::File(template("sql/zero.sql"));
    let file = Check {
        subject: Subject::Value {
            text,
            connection: "yt".to_owned(),
            expect: Some(template("0")),
            like: None,
        },
        since: None,
        warn: false,
    };
    let items = vec![value("select n from t", "between 10 and 20"), exists("T"), exists("main.v"), file];
    let (_, remarks) = world.works(check(items)).await;
    assert_eq!(remarks, ["select n from t → 13", "yt:T is there", "yt:main.v is there", "sql/zero.sql → 0"]);
}

#[tokio::test]
async fn everything_unmet_is_told_and_a_warning_counts_as_met() {
    let world = world().await;
    let items = vec![
        value("select n from t", "> {{ params.n + 6 }}"),
        value("select n from t where 0", "= 1"),
        value("select n from t", "= 13"),
        warning(exists("other")),
        value("select null", "!= 0"),
    ];
    let found = world.fails(check(items)).await;
    let expected = [
        "select n from t → 13, expected > 13",
        "select n from t where 0: no row, expected = 1",
        "select null → NULL, expected != 0",
    ];
    assert_eq!(found, Failure::Unmet { found: expected.map(str::to_owned).to_vec() });
    let (_, remarks) = world.works(check(vec![warning(exists("shfin.other"))])).await;
    assert_eq!(remarks, ["does not hold, but only warns: yt:shfin.other is not there"]);
}

#[tokio::test]
async fn a_check_cannot_write_and_fails_at_what_it_cannot_read() {
    let world = world().await;
    let failure = world.fails(check(vec![value("delete from t returning n", "= 13")])).await;
    assert!(matches!(failure, Failure::Sql { statement: 1, .. }), "{failure:?}");
    assert_eq!(world.query("yt", "select count(*) from t").await, [1]);
    let failure = world.fails(check(vec![value("select 1 from nowhere", "= 1")])).await;
    assert_eq!(failure, Failure::Sql { statement: 1, why: "no such table: nowhere".to_owned() });
    for (sql, expect) in [("select 1", "between 1"), ("select :nowhere", "1"), ("select 1", "{{ nowhere }}")]
    {
        assert!(
            matches!(world.fails(check(vec![value(sql, expect)])).await, Failure::NotStarted { .. }),
            "{sql}"
        );
    }
}

#[tokio::test]
async fn only_the_first_value_is_read() {
    let world = world().await;
    let endless = "with recursive n (i) as (select 1 union all select i + 1 from n) select i from n";
    world.works(check(vec![value(endless, "= 1")])).await;
    let limit = Duration::from_millis(200);
    let counted = "with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n";
    let node = within(check(vec![value(counted, "= 1")]), limit);
    assert_eq!(world.fails(node).await, Failure::TimedOut { after: limit });
}

#[tokio::test]
async fn a_poll_looks_until_it_holds() {
    let world = world().await;
    let mut running = world.start(poll(vec![value("select count(*) as c from t where n = 99", "> 0")], None));
    running.noted("c → 0, expected > 0").await;
    world.works(crate::world::sql("insert into t values ('x', 99)")).await;
    let Outcome::Succeeded { remarks, .. } = running.ended().await else { panic!() };
    assert_eq!(remarks, ["c → 1"]);
}

#[tokio::test]
async fn what_keeps_a_poll_from_looking_is_no_failure() {
    let mut world = world().await;
    let url = Setting::Text("sqlite:later.db".to_owned());
    world
        .project
        .connections
        .insert("yt".to_owned(), Connection { url, attach: BTreeMap::new(), insecure: false, changed: None });
    let mut running = world.start(poll(vec![value("select count(*) as c from arrived", "= 1")], None));
    running.noted("no such database").await;
    world.database("later", "create table other (a)").await;
    running.noted("no such table: arrived").await;
    world.database("later", "create table arrived (a); insert into arrived values (1)").await;
    assert!(matches!(running.ended().await, Outcome::Succeeded { .. }));
}

#[tokio::test]
async fn a_poll_ends_when_its_time_is_over_or_it_is_stopped() {
    let world = world().await;
    let items = || vec![value("select n from t", "= 1"), exists("t")];
    let node = within(poll(items(), Some(Duration::from_millis(100))), Duration::from_millis(1));
    assert_eq!(
        world.fails(node).await,
        Failure::Unmet { found: vec!["select n from t → 13, expected = 1".to_owned()] }
    );
    let failed =
        world.fails(poll(vec![exists("t"), value("select 1 from nowhere", "1")], Some(Duration::ZERO))).await;
    let Failure::Unmet { found } = failed else { panic!() };
    assert_eq!(found, ["cannot look now: no such table: nowhere"]);
    let slow = Poll { every: Duration::from_secs(1000), within: None };
    let mut running = world.start(step(Work::Check { items: items(), poll: Some(slow) }));
    running.noted("expected = 1").await;
    running.stop();
    assert_eq!(failure(running.ended().await), Failure::Cancelled);
}
