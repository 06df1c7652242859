//! `sql:` steps.

use std::collections::BTreeMap;
use std::time::Duration;

use monthstart::plan::project::{Connection, Setting};
use monthstart::plan::{SqlText, Work};
use monthstart::run::event::Json;
use monthstart::run::{Failure, Outcome};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};

use crate::world::{World, failure, sql, step, template, within};

async fn world() -> World {
    let mut world = World::new();
    world.database("yt", "create table t (month text, n integer, city text)").await;
    world
}

#[tokio::test]
async fn values_are_bound_and_rows_are_told() {
    let world = world().await;
    let text = "insert into t values (:month, :n, :city), (:month, 2, ':city -- '';');\n\
                -- the count\nselect count(*) as count, sum(n) as total, null as none, max(city) as city from t where month = :month;";
    let (outputs, remarks) = world.works(sql(text)).await;
    assert_eq!(outputs["rows"], Json::from(2));
    assert_eq!((&outputs["count"], &outputs["total"]), (&Json::from(2), &Json::from(9)));
    assert_eq!((&outputs["none"], &outputs["city"]), (&Json::Null, &Json::from("南京")));
    assert_eq!(remarks, ["2 rows changed"]);
    let log = world.logged();
    assert!(log.contains("1. insert into t") && log.contains("2 rows changed"), "{log}");
    assert!(log.contains("| 2     | 9     | NULL | 南京 |"), "{log}");
}

#[tokio::test]
async fn files_are_read_with_their_values_and_stay_in_the_project() {
    let world = world().await;
    world.write(
        "sql/t_2026-10.sql",
        "create table t_{{ month.compact }} as select :n as n; insert into t_202610 values (1);",
    );
    let node = |path: &str| {
        let text = SqlText::File(template(path));
        step(Work::Sql { text, connection: "yt".to_owned(), transaction: true })
    };
    let (outputs, _) = world.works(node("sql/t_{{ month }}.sql")).await;
    assert_eq!(outputs["rows"], Json::from(1), "a create does not repeat the count of an insert");
    assert_eq!(world.query("yt", "select sum(n) from t_202610").await, [8]);
    for (path, word) in [("../outside.sql", "below"), ("sql/none.sql", "none.sql"), ("sql", "not a file")] {
        let Failure::NotStarted { why } = world.fails(node(path)).await else { panic!("{path}") };
        assert!(why.contains(word), "{why}");
    }
}

#[tokio::test]
async fn a_refused_statement_takes_everything_back() {
    let world = world().await;
    let text = "insert into t values ('a', 1, null); insert into t values ('b', 2, null); insert into nowhere values (1)";
    let Failure::Sql { statement, why } = world.fails(sql(text)).await else { panic!() };
    assert_eq!((statement, why.as_str()), (3, "no such table: nowhere"));
    assert_eq!(world.query("yt", "select count(*) from t").await, [0]);

    let mut node = sql(text);
    let Work::Sql { transaction, .. } = &mut node.work else { panic!() };
    *transaction = false;
    let Failure::Sql { statement: 3, why } = world.fails(node).await else { panic!() };
    assert!(why.contains("2 statements"), "{why}");
    assert_eq!(world.query("yt", "select count(*) from t").await, [2]);
}

#[tokio::test]
async fn what_cannot_begin_says_what_is_wrong() {
    let mut world = world().await;
    for (text, words) in [
        ("select :nmae", vec!["nmae", "month_compact"]),
        (" -- nothing\n;", vec!["no statement"]),
        ("insert into t values (1, 2, 3); commit", vec!["statement 2", "transaction: false"]),
        ("select {{ city }}", vec![]),
    ] {
        let Failure::NotStarted { why } = world.fails(sql(text)).await else { panic!("{text}") };
        assert!(words.iter().all(|word| why.contains(word)), "{why}");
    }
    for (url, word) in [
        ("sqlite:none.db", "no such database"),
        ("postgres://u:p4ssw0rd@127.0.0.1:1/db", "refused"),
        ("oracle:x", "yt"),
    ] {
        world.project.connections.get_mut("yt").unwrap().url = Setting::Text(url.to_owned());
        let Failure::NotStarted { why } = world.fails(sql("select 1")).await else { panic!("{url}") };
        assert!(why.contains(word) && !why.contains("p4ssw0rd"), "{why}");
    }
    assert!(!world.file("none.db").exists());
    world.write(
        "text.db",
        "this is no database, however long it is, and it is long enough to be read as a page",
    );
    world.project.connections.get_mut("yt").unwrap().url = Setting::Text("sqlite:text.db".to_owned());
    assert!(matches!(
        world.fails(sql("select * from t")).await,
        Failure::NotStarted { .. } | Failure::Sql { .. }
    ));
}

#[tokio::test]
async fn a_million_rows_are_counted_not_kept() {
    let world = world().await;
    let text = "with recursive n (i) as (select 1 union all select i + 1 from n where i < 1000000) select i, 'x' as x from n";
    let (outputs, remarks) = world.works(sql(text)).await;
    assert_eq!((&outputs["rows"], &outputs["i"]), (&Json::from(1_000_000), &Json::from(1)));
    assert_eq!(remarks, ["1000000 rows read"]);
    assert!(world.logged().contains("and 999,980 more rows"));
}

#[tokio::test]
async fn writers_queue_and_readers_do_not() {
    let mut world = world().await;
    world.limits.locked = Duration::from_secs(50);
    let options = SqliteConnectOptions::new().filename(world.file("yt.db"));
    let mut holder = options.connect().await.unwrap();
    holder.execute("begin immediate").await.unwrap();
    let mut writers: Vec<_> =
        (0..4).map(|_| world.start(sql("insert into t values ('w', 1, null); select 1"))).collect();
    writers[0].noted("waits for its turn").await;
    // Readers go by while the lock is held.
    assert_eq!(world.works(sql("select count(*) as c from t")).await.0["c"], Json::from(0));
    holder.execute("insert into t values ('h', 1, null); commit").await.unwrap();
    holder.close().await.unwrap();
    for writer in &mut writers {
        assert!(matches!(writer.ended().await, Outcome::Succeeded { .. }));
    }
    assert_eq!(world.query("yt", "select count(*) from t").await, [5]);
}

#[tokio::test]
async fn a_lock_that_never_ends_is_given_up() {
    let mut world = world().await;
    world.limits.locked = Duration::from_millis(300);
    let mut holder = SqliteConnectOptions::new().filename(world.file("yt.db")).connect().await.unwrap();
    holder.execute("begin immediate").await.unwrap();
    let Failure::Sql { why, .. } = world.fails(sql("delete from t")).await else { panic!() };
    assert!(why.contains("locked"), "{why}");
    let mut waiting = {
        world.limits.locked = Duration::from_secs(50);
        world.start(sql("delete from t"))
    };
    waiting.stop();
    assert_eq!(failure(waiting.ended().await), Failure::Cancelled);
}

const ENDLESS: &str = "insert into t values ('x', 1, null);\
    with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n";

#[tokio::test]
async fn a_running_statement_can_be_stopped_and_is_taken_back() {
    let world = world().await;
    let mut running = world.start(sql(ENDLESS));
    running.noted("statement 2 of 2").await;
    running.stop();
    assert_eq!(failure(running.ended().await), Failure::Cancelled);
    let limit = Duration::from_millis(200);
    assert_eq!(world.fails(within(sql(ENDLESS), limit)).await, Failure::TimedOut { after: limit });
    assert_eq!(world.query("yt", "select count(*) from t").await, [0]);
}

#[tokio::test]
async fn other_files_are_attached_and_stand_in_the_state_folder_where_they_say_so() {
    let mut world = world().await;
    world.database("SHFIN", "create table rpt (a); insert into rpt values (5)").await;
    std::fs::create_dir_all(world.state().join("sandbox")).unwrap();
    std::fs::rename(world.file("yt.db"), world.state().join("sandbox/yt.db")).unwrap();
    for setting in ["SHFIN.db", "sqlite:SHFIN.db"] {
        let attach = BTreeMap::from([("SHFIN".to_owned(), Setting::Text(setting.to_owned()))]);
        let url = Setting::Env {
            name: "YT_URL".to_owned(),
            default: Some("sqlite:.monthstart/sandbox/yt.db".to_owned()),
        };
        world
            .project
            .connections
            .insert("yt".to_owned(), Connection { url, attach, insecure: false, changed: None });
        let text = "insert into t select '2026-10', a, null from shfin.rpt; select n from t";
        let (outputs, remarks) = world.works(sql(text)).await;
        assert_eq!((&outputs["n"], remarks.len()), (&Json::from(5), 1), "{remarks:?}");
        // Each of the files has its own log: a marker in one says nothing of the other.
        let (_, remarks) = world.works(sql("insert into shfin.rpt values (6)")).await;
        assert!(remarks[1].contains("write-ahead log"), "{remarks:?}");
    }
}

#[tokio::test]
async fn every_kind_of_value_is_told_as_it_is() {
    let world = world().await;
    let text = "select 0.1 + 0.2 as r, 3.0 as f, x'00ff' as b, '' as empty, cast(x'61ff' as text) as broken, \
                '{{ month.last_day }}' as day, char(27) || '[2Jx' as esc";
    let (outputs, _) = world.works(sql(text)).await;
    assert_eq!((&outputs["r"], &outputs["f"]), (&Json::from(0.3), &Json::from(3.0)));
    assert_eq!((&outputs["b"], &outputs["empty"]), (&Json::from("x'00ff'"), &Json::from("")));
    assert_eq!((&outputs["broken"], &outputs["day"]), (&Json::from("a\u{fffd}"), &Json::from("2026-10-31")));
    assert!(!std::fs::read(world.log()).unwrap().contains(&0x1b));
}
