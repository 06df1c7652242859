//! Every type comes back without loss, and values take the type of where they stand.

use std::collections::BTreeMap;

use monthstart::run::Failure;
use monthstart::run::event::Json;

use crate::servers::Kind;
use crate::world::sql;
use crate::{SERVERS, check, on, value};

async fn row(kind: Kind, text: &str) -> BTreeMap<String, Json> {
    on(kind).0.works(sql(text)).await.0
}

#[tokio::test]
async fn every_type_of_postgres_comes_back() {
    let long = "7".repeat(1_000);
    let text = format!(
        "select {long}.5::numeric as long, 'NaN'::numeric as nan, 'NaN'::float8 as fnan, 0.1::float4 as small, \
         0.1::float8 + 0.2::float8 as sum, 9223372036854775807 as big, true as yes, '\\x00ff'::bytea as bytes, \
         date '2026-10-31' as day, timestamp '2026-10-31 02:10:00' as told, \
         timestamptz '2026-10-31 02:10:00+08' as zoned, interval '1 day 2 hours' as span, \
         array['a', 'b c'] as list, '{{\"a\": [1, null]}}'::jsonb as doc, \
         'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid as id, int4range(1, 5) as range, '10.0.0.1/8'::inet as net, \
         '12.50'::money is not null as money, row(1, 'x') as pair, 12.50::numeric(6, 2) as exact"
    );
    let found = row(Kind::Postgres, &text).await;
    for (name, json) in [
        ("long", Json::from(format!("{long}.5"))),
        ("nan", Json::from("NaN")),
        ("fnan", Json::Null),
        ("small", Json::from(0.1)),
        ("sum", Json::from(0.3)),
        ("big", Json::from(i64::MAX)),
        ("yes", Json::from(true)),
        ("bytes", Json::from("x'00ff'")),
        ("day", Json::from("2026-10-31")),
        ("told", Json::from("2026-10-31 02:10:00")),
        ("zoned", Json::from("2026-10-30 18:10:00+00")),
        ("span", Json::from("1 day 02:00:00")),
        ("list", Json::from("{a,\"b c\"}")),
        ("doc", Json::from("{\"a\": [1, null]}")),
        ("id", Json::from("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
        ("range", Json::from("[1,5)")),
        ("net", Json::from("10.0.0.1/8")),
        ("pair", Json::from("(1,x)")),
        ("exact", Json::from(12.5)),
    ] {
        assert_eq!(found[name], json, "{name}");
    }
    let (world, _) = on(Kind::Postgres);
    let exact = value(&format!("select {long}::numeric"), &format!("= {long}.000"));
    let unequal = value(&format!("select {long}::numeric"), &format!("!= {long}1"));
    let nan = value("select 'NaN'::numeric", "!= 0");
    world.works(check(vec![exact, unequal, nan])).await;
    let failure = world.fails(check(vec![value("select 'NaN'::float8", "> 0")])).await;
    assert!(matches!(failure, Failure::Unmet { .. }), "{failure:?}");
}

#[tokio::test]
async fn every_type_of_mariadb_comes_back() {
    let long = format!("{}.{}", "7".repeat(35), "3".repeat(30));
    let setup = format!(
        "create table t (i tinyint(1), u bigint unsigned, d decimal(65,30), f float, r double, day date, \
         told datetime(6), stamp timestamp null, time time, y year, c char(4), v varchar(9), x text, b blob, w varchar(9) collate utf8mb4_bin, \
         bits bit(9), e enum('a','b'), s set('a','b'), j json)\n;\
         insert into t values (2, 18446744073709551615, {long}, 0.1, 1e300, '2026-10-31', \
         '2026-10-31 02:10:00.000001', '2026-10-31 02:10:00', '-12:30:00', 2026, 'ab', '南京', 'x', x'00ff', '无锡', \
         b'100000001', 'b', 'a,b', '{{\"a\": 1}}')"
    );
    // With a value bound and without one: the same.
    for text in ["select * from t", "select t.* from t where :n = 7"] {
        let found = row(Kind::MariaDb, &format!("{setup}; {text}")).await;
        for (name, json) in [
            ("i", Json::from(2)),
            ("u", Json::from("18446744073709551615")),
            ("d", Json::from(long.clone())),
            ("f", Json::from(0.1)),
            ("r", Json::from(1e300)),
            ("day", Json::from("2026-10-31")),
            ("told", Json::from("2026-10-31 02:10:00.000001")),
            ("stamp", Json::from("2026-10-31 02:10:00")),
            ("time", Json::from("-12:30:00")),
            ("y", Json::from(2026)),
            ("c", Json::from("ab")),
            ("v", Json::from("南京")),
            ("b", Json::from("x'00ff'")),
            ("w", Json::from("无锡")),
            ("bits", Json::from(257)),
            ("e", Json::from("b")),
            ("s", Json::from("a,b")),
            ("j", Json::from("{\"a\": 1}")),
        ] {
            assert_eq!(found[name], json, "{name}: {text}");
        }
    }
}

#[tokio::test]
async fn values_take_the_type_of_where_they_stand() {
    let (world, base) = on(Kind::Postgres);
    base.ask("create table t (a smallint, b bigint, m text, d date, ts timestamp, doc jsonb)");
    let text = "insert into t values (:n, :n, :month, :month_first, :month_first, to_jsonb(:city::text));\n\
                create table copy as select * from t where d = :month_first and m = :month limit :n;\n\
                create procedure p(x date, inout y text) language sql as 'select ''said '' || $1::text || $2';\n\
                call p(:month_first, :city);\n\
                select a + :n as fourteen, :n as plain, m = :month as same, d + :n as later, \
                :city = any (array['南京']) as there, (select count(*) from copy) as copied from t";
    let (outputs, _) = world.works(sql(text)).await;
    for (name, json) in [
        ("fourteen", Json::from(14)),
        ("plain", Json::from(7)),
        ("same", Json::from(true)),
        ("later", Json::from("2026-10-08")),
        ("there", Json::from(true)),
        ("copied", Json::from(1)),
    ] {
        assert_eq!(outputs[name], json, "{name}");
    }
    for text in ["alter table t alter m set default :month", "alter table t alter a set default :n"] {
        let Failure::Sql { why, .. } = world.fails(sql(text)).await else { panic!() };
        assert!(why.contains("parameter $1"), "{why}");
    }

    let (world, base) = on(Kind::MariaDb);
    base.ask(
        "create table t (a varchar(20) character set gbk, b varchar(20) character set utf8mb4 collate utf8mb4_bin, \
         n int, d date); insert into t values ('南京', '南京', 7, '2026-10-01')",
    );
    let text = "create table copy as select * from t where d = :month_first limit :n;\n\
                select count(*) as found, (select count(*) from copy) as copied from t \
                where a = :city and b = :city and n = :n and d = :month_first and b like concat(:city, '%')";
    let (outputs, _) = world.works(sql(text)).await;
    assert_eq!((&outputs["found"], &outputs["copied"]), (&Json::from(1), &Json::from(1)));
}

#[tokio::test]
async fn sessions_are_strict_and_in_the_projects_zone() {
    let (mut world, _) = on(Kind::MariaDb);
    world.project.zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
    let found = world
        .works(sql("select @@time_zone as zone, @@character_set_client as charset, \
                                 timestampdiff(hour, utc_timestamp(), now()) as ahead"))
        .await
        .0;
    assert_eq!((&found["charset"], &found["ahead"]), (&Json::from("utf8mb4"), &Json::from(8)), "{found:?}");
    let Failure::Sql { why, .. } =
        world.fails(sql("create table t (a varchar(2)); insert into t values ('abc')")).await
    else {
        panic!()
    };
    assert!(why.contains("too long"), "{why}");

    let (mut world, _) = on(Kind::Postgres);
    world.project.zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
    let found = world.works(sql("select timestamptz '2026-10-31 00:00:00+00' as told")).await.0;
    assert_eq!(found["told"], Json::from("2026-10-31 08:00:00+08"));
}

#[tokio::test]
async fn names_of_schemas_are_understood() {
    for kind in SERVERS {
        let (world, base) = on(kind);
        let schema = match kind {
            Kind::Postgres => {
                base.ask("create schema shfin; create table shfin.rpt (a int)");
                "shfin".to_owned()
            }
            Kind::MariaDb => {
                base.ask("create table rpt (a int)");
                base.name.clone()
            }
        };
        let items = vec![crate::exists(&format!("{}.RPT", schema.to_uppercase()))];
        world.works(check(items)).await;
        let failure = world.fails(check(vec![crate::exists("elsewhere.rpt")])).await;
        assert!(matches!(failure, Failure::Unmet { .. }), "{kind:?}");
    }
}
