//! Servers that refuse, hang, collide and go away.

use std::time::Duration;

use monthstart::run::{Failure, Outcome};

use crate::servers::Kind;
use crate::world::{failure, sql, within};
use crate::{SERVERS, check, loose, on, polled, until, value, world_at};

/// Runs until somebody ends it; the mark tells it from others.
fn endless(kind: Kind, mark: &str) -> String {
    match kind {
        Kind::Postgres => format!("select pg_sleep(300) as {mark}"),
        Kind::MariaDb => format!("select sleep(300) as {mark}"),
    }
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    for (kind, user) in [(Kind::Postgres, "boss"), (Kind::MariaDb, "boss")] {
        let (_, base) = on(kind);
        let asked = || {
            let log = base.server.log();
            log.lines()
                .filter(|line| line.contains("authentication failed") || line.contains("Access denied"))
                .count()
        };
        let world = world_at(&base.url_of(user, "wr0ng-p@ssword"));
        for node in [sql("select 1"), polled(vec![value("select 1", "= 1")])] {
            let before = asked();
            let Failure::Denied { why } = world.fails(node).await else { panic!("{kind:?}") };
            assert!(why.contains(user) && !why.contains("wr0ng"), "{why}");
            until("the server has told of it", || asked() > before).await;
            assert_eq!(asked(), before + 1, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_reached_says_so_without_the_password() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for scheme in ["postgres", "mysql"] {
        for (rest, word) in [
            (format!("127.0.0.1:{port}/x"), "refused"),
            (format!("127.0.0.1:{port}/x?sslmode=maybe"), "sslmode"),
            (format!("127.0.0.1:{port}/x?passwrod=hidden-word"), "passwrod"),
        ] {
            let url = format!("{scheme}://u:s3cret-one@{rest}");
            let Failure::NotStarted { why } = world_at(&url).fails(sql("select 1")).await else {
                panic!("{url}")
            };
            assert!(why.contains(word), "{url}: {why}");
            assert!(!why.contains("s3cret-one") && !why.contains("hidden-word"), "{why}");
        }
    }
}

#[tokio::test]
async fn without_tls_nothing_is_said_to_a_server_that_must_have_it() {
    for kind in SERVERS {
        let (_, base) = on(kind);
        let world = world_at(&format!("{}?sslmode=verify-full", base.url()));
        let Failure::NotStarted { why } = world.fails(sql("select 1")).await else { panic!("{kind:?}") };
        assert!(why.contains("TLS"), "{why}");
    }
}

#[tokio::test]
async fn time_outs_and_wishes_to_stop_end_the_statement_on_the_server() {
    for kind in SERVERS {
        let (world, base) = on(kind);
        let limit = Duration::from_secs(3);
        let mut running = world.start(within(sql(&endless(kind, "too_long")), limit));
        until("it runs", || !base.running("too_long").is_empty()).await;
        assert_eq!(failure(running.ended().await), Failure::TimedOut { after: limit }, "{kind:?}");
        until("it has ended", || base.running("too_long").is_empty()).await;

        let mut running = world.start(sql(&endless(kind, "unwanted")));
        until("it runs", || !base.running("unwanted").is_empty()).await;
        running.stop();
        assert_eq!(failure(running.ended().await), Failure::Cancelled, "{kind:?}");
        until("it has ended", || base.running("unwanted").is_empty()).await;
    }
}

#[tokio::test]
async fn servers_know_the_limits_themselves() {
    let limit = Duration::from_mins(1);
    for (kind, text) in [
        (
            Kind::Postgres,
            "select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock, \
             current_setting('idle_in_transaction_session_timeout') as idle",
        ),
        (
            Kind::MariaDb,
            "select concat(@@max_statement_time) as statement, concat(@@innodb_lock_wait_timeout) as `lock`, \
             concat(@@idle_transaction_timeout) as idle",
        ),
    ] {
        let found = on(kind).0.works(within(sql(text), limit)).await.0;
        let found = ["statement", "lock", "idle"].map(|name| found[name].as_str().unwrap().to_owned());
        match kind {
            Kind::Postgres => assert_eq!(found, ["62s", "1h", "10min"]),
            Kind::MariaDb => assert_eq!(found, ["62.000000", "3600", "600"]),
        }
    }
}

#[tokio::test]
async fn a_server_that_goes_away_in_the_middle_is_told() {
    for kind in SERVERS {
        let (world, base) = on(kind);
        base.ask("create table t (a int)");
        let text = format!("insert into t values (1); {}", endless(kind, "cut_off"));
        let mut running = world.start(sql(&text));
        until("it runs", || !base.running("cut_off").is_empty()).await;
        base.cut("cut_off");
        let Failure::Sql { statement: 2, why } = failure(running.ended().await) else { panic!("{kind:?}") };
        assert!(why.contains("connection to the server broke"), "{why}");
        until("it is taken back", || base.ask("select count(*) from t") == ["0"]).await;

        // Outside a transaction nobody knows whether it was done.
        let change = match kind {
            Kind::Postgres => "insert into t select 1 from pg_sleep(300) cut_too",
            Kind::MariaDb => "insert into t select sleep(300) as cut_too",
        };
        let mut running = world.start(loose(change));
        until("it runs", || !base.running("cut_too").is_empty()).await;
        base.cut("cut_too");
        let end = failure(running.ended().await);
        assert!(matches!(end, Failure::InDoubt { .. }), "{kind:?}: {end:?}");
    }
}

#[tokio::test]
async fn deadlocks_are_tried_again_as_a_whole() {
    for kind in SERVERS {
        let (one, base) = on(kind);
        let other = world_at(&base.url());
        base.ask("create table t (id int primary key, n int); insert into t values (1, 0), (2, 0)");
        let (nap, mark) = match kind {
            Kind::Postgres => ("select pg_sleep(0.5)", "pg_sleep(0.5)"),
            Kind::MariaDb => ("select sleep(0.5)", "sleep(0.5)"),
        };
        let step = |first: u32, second: u32| {
            sql(&format!(
                "update t set n = n + 1 where id = {first}; {nap}; update t set n = n + 1 where id = {second}"
            ))
        };
        let mut a = one.start(step(1, 2));
        until("the first has its row", || !base.running(mark).is_empty()).await;
        let mut b = other.start(step(2, 1));
        let (a, b) = (a.ended().await, b.ended().await);
        for end in [a, b] {
            assert!(matches!(end, Outcome::Succeeded { .. }), "{kind:?}: {end:?}");
        }
        assert_eq!(base.ask("select n from t"), ["2", "2"], "each was done once");
        let logs = [one.logged(), other.logged()];
        let told = logs.iter().filter(|log| log.contains("begins again (1 of at most 5)")).count();
        assert_eq!(told, 1, "{logs:?}");
    }
}

#[tokio::test]
async fn what_collides_every_time_is_given_up() {
    let (world, base) = on(Kind::Postgres);
    base.ask(
        "create table t (a int); create function f() returns int language plpgsql as \
         'begin raise exception using errcode = ''40001'', message = ''no luck''; end'",
    );
    let Failure::Sql { statement: 2, why } = world.fails(sql("insert into t values (1); select f()")).await
    else {
        panic!()
    };
    assert!(why.contains("no luck"), "{why}");
    assert_eq!(world.logged().matches("begins again").count(), 5);
    assert_eq!(base.ask("select count(*) from t"), ["0"]);
}

#[tokio::test]
async fn a_flood_of_notices_drowns_nothing() {
    let (world, _) = on(Kind::Postgres);
    let flood = "do $$ begin for i in 1..200000 loop raise notice 'drop % of many', i; end loop; end $$; select 1 as one";
    let (outputs, _) = world.works(within(sql(flood), Duration::from_secs(30))).await;
    assert_eq!(outputs["one"], 1);
    assert!(!world.logged().contains("of many, 1"));
}

#[tokio::test]
async fn a_check_does_not_wait_for_those_who_write() {
    for kind in SERVERS {
        let (world, base) = on(kind);
        base.ask("create table t (a int); insert into t values (1)");
        let mut writer = world.start(sql(&format!("update t set a = 2; {}", endless(kind, "holds"))));
        until("it holds its row", || !base.running("holds").is_empty()).await;
        world_at(&base.url()).works(check(vec![value("select a from t", "= 1")])).await;
        writer.stop();
        assert_eq!(failure(writer.ended().await), Failure::Cancelled);
    }
}
