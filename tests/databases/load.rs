//! Loads are the same wherever the table is.

use std::fmt::Write as _;

use monthstart::plan::{Load, LoadMode, Node, TableName, Work};
use monthstart::run::Failure;

use crate::servers::{Base, Kind};
use crate::world::{World, step, template};
use crate::{SERVERS, on};

const TABLE: &str = "create table \"Station\" (id integer not null primary key, city varchar(40) not null, \
    name varchar(6), share decimal(6,2), opened date, told timestamp null, note varchar(20) default 'none', busy boolean)";

fn load(mode: LoadMode, key: &[&str], part: Option<&str>) -> Node {
    step(Work::Load(Load {
        file: template("in.csv"),
        encoding: Some("gbk".to_owned()),
        separator: None,
        into: TableName { connection: "yt".to_owned(), table: "station".to_owned() },
        key: key.iter().map(|name| (*name).to_owned()).collect(),
        mode,
        filter: part.map(template),
    }))
}

async fn counts(world: &World, text: &str, node: Node) -> Vec<u64> {
    world.write("in.csv", encoding_rs::GBK.encode(text).0);
    let (outputs, _) = world.works(node).await;
    ["read", "inserted", "updated", "removed", "unchanged"].map(|name| outputs[name].as_u64().unwrap()).into()
}

fn rows(kind: Kind, base: &Base) -> Vec<String> {
    let table = if kind == Kind::Postgres { "\"Station\"" } else { "`Station`" };
    base.ask(&format!("select concat(id, ' ', city, ' ', coalesce(name, '-'), ' ', coalesce(cast(share as char(9)), '-'), ' ', note) from {table} order by id"))
}

#[tokio::test]
async fn files_are_merged_replaced_and_appended_on_servers() {
    for kind in SERVERS {
        let (world, base) = on(kind);
        base.ask(&if kind == Kind::Postgres { TABLE.to_owned() } else { TABLE.replace('"', "`") });
        let merge = || load(LoadMode::Merge, &["id"], None);
        let text = "ID,city,name,share,opened,told,busy\n1,南京,\"a,'\"\"\",1.5,2026/10/1,2026-10-01 2:05,1\n2,南京,,,,,\n9,无锡,z,-0.25,,,0\n";
        assert_eq!(counts(&world, text, merge()).await, [3, 3, 0, 0, 0], "{kind:?}");
        assert_eq!(counts(&world, text, merge()).await, [3, 0, 0, 0, 3], "{kind:?}");
        let text = "id,name,city\n1,b,南京\n2,,南京\n3,c,南京\n";
        assert_eq!(counts(&world, text, merge()).await, [3, 1, 1, 0, 1], "{kind:?}");
        let part = |key| load(LoadMode::Replace, key, Some("city = :city"));
        let text = "id,city,name,note\n3,南京,d,x\n4,南京,e,x\n";
        assert_eq!(counts(&world, text, part(&["id"])).await, [2, 1, 1, 2, 0], "{kind:?}");
        assert_eq!(counts(&world, text, part(&[])).await, [2, 2, 0, 2, 0], "{kind:?}");
        let now = rows(kind, &base);
        assert_eq!(
            now.iter().map(|row| row.replace("  ", "").replace(" -", "-")).collect::<Vec<_>>().len(),
            3
        );
        assert!(now[2].starts_with("9 无锡 z -0.25"), "{kind:?} {now:?}");

        world.write("in.csv", encoding_rs::GBK.encode("id,city\n9,南京\n5,无锡\n6,南京\n6,南京\n").0);
        let Failure::Rejected { read, rejected, told, .. } = world.fails(part(&["id"])).await else {
            panic!()
        };
        assert_eq!((read, rejected), (4, 3), "{kind:?} {told:?}");
        world.write("in.csv", encoding_rs::GBK.encode("id,city\n7,南京\n9,南京\n").0);
        let append = || load(LoadMode::Append, &[], None);
        let Failure::Rejected { told, .. } = world.fails(append()).await else { panic!() };
        assert_eq!(told, ["line 3: this key is in the table already"], "{kind:?}");
        assert_eq!(rows(kind, &base), now, "{kind:?}");
        assert_eq!(counts(&world, "id,city\n7,x\n", append()).await, [1, 1, 0, 0, 0], "{kind:?}");
        // Refused by the database itself: nothing remains.
        base.ask(if kind == Kind::Postgres {
            "alter table \"Station\" add constraint c check (city <> 'bad')"
        } else {
            "alter table `Station` add constraint c check (city <> 'bad')"
        });
        world.write("in.csv", "id,city\n20,good\n21,bad\n");
        let Failure::Rejected { told, .. } = world.fails(merge()).await else { panic!("{kind:?}") };
        assert!(told[0].starts_with("line 3: the database refuses it"), "{kind:?} {told:?}");
        assert_eq!(rows(kind, &base).len(), 4, "{kind:?}");
    }
}

#[tokio::test]
async fn many_rows_go_to_servers_in_seconds() {
    for kind in SERVERS {
        let (world, base) = on(kind);
        base.ask("create table station (id integer not null primary key, city varchar(40), name text)");
        let mut text = String::from("id,city,name\n");
        for id in 0..50_000 {
            writeln!(text, "{id},c{},some words", id % 13).unwrap();
        }
        let began = std::time::Instant::now();
        let whole = || load(LoadMode::Replace, &["id"], None);
        assert_eq!(counts(&world, &text, whole()).await, [50_000, 50_000, 0, 0, 0]);
        assert_eq!(counts(&world, &text, whole()).await, [50_000, 0, 0, 0, 50_000]);
        assert!(began.elapsed() < crate::world::LONG, "{kind:?}: {:?}", began.elapsed());
        assert_eq!(base.ask("select count(*) from station"), ["50000"]);
    }
}

async fn rejected(world: &World, text: &str) -> Vec<String> {
    world.write("in.csv", encoding_rs::GBK.encode(text).0);
    match world.fails(load(LoadMode::Merge, &["id"], None)).await {
        Failure::Rejected { told, .. } => told,
        other => panic!("{text}: {other:?}"),
    }
}

#[tokio::test]
async fn a_letter_in_another_case_is_a_change_on_servers() {
    for kind in SERVERS {
        let (world, base) = on(kind);
        let collation = if kind == Kind::Postgres {
            base.ask(
                "create collation blind (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
            );
            "collate blind"
        } else {
            ""
        };
        base.ask(&format!("create table station (id integer primary key, name varchar(20) {collation})"));
        let merge = || load(LoadMode::Merge, &["id"], None);
        counts(&world, "id,name\n1,abc\n", merge()).await;
        for name in ["ABC", "ÀBC", "ÀBC "].iter().filter(|name| kind == Kind::Postgres || name.is_ascii()) {
            world.write("in.csv", format!("id,name\n1,{name}\n"));
            let plain = || match merge().work {
                Work::Load(load) => step(Work::Load(Load { encoding: None, ..load })),
                other => panic!("{other:?}"),
            };
            let (outputs, _) = world.works(plain()).await;
            assert_eq!(outputs["updated"], 1, "{kind:?} {name}");
            let (outputs, _) = world.works(plain()).await;
            assert_eq!(outputs["unchanged"], 1, "{kind:?} {name}");
        }
        assert_eq!(counts(&world, "id,name\n1,ABC  \n", merge()).await[2], 1, "{kind:?}");
        assert_eq!(base.ask("select concat(name, '|') from station"), ["ABC  |"]);
    }
}

#[tokio::test]
async fn what_a_column_cannot_hold_is_a_rejected_line() {
    for kind in SERVERS {
        let (world, base) = on(kind);
        let (time, real) =
            if kind == Kind::Postgres { ("timestamp(0)", "real") } else { ("datetime", "float") };
        base.ask(&format!(
            "create table station (id integer primary key, told {time}, small smallint, r {real}, at time(0))"
        ));
        let told = rejected(
            &world,
            "id,told,small,r,at\n1,2026-10-31 23:59:59.999,,,\n2,,32768,,\n3,,,16777217,\n4,,,,02:05:06.5\n",
        )
        .await;
        assert!(told[0].starts_with("line 2: told: ") && told[0].contains("more than 0 digits"), "{told:?}");
        assert_eq!(told[1], "line 3: small: '32768' is not between -32768 and 32767", "{kind:?}");
        assert!(told[2].starts_with("line 4: r: '16777217' has more digits"), "{told:?}");
        let told = rejected(&world, "id,at\n4,02:05:06.5\n").await;
        assert!(told[0].starts_with("line 2: at: ") && told[0].contains("more than 0 digits"), "{told:?}");
        let text = "id,told,small,r,at\n1,2026-10-31 23:59:59.000,-32768,0.1,02:05:06.0\n";
        assert_eq!(counts(&world, text, load(LoadMode::Merge, &["id"], None)).await[1], 1, "{kind:?}");
        assert_eq!(counts(&world, text, load(LoadMode::Merge, &["id"], None)).await[4], 1, "{kind:?}");
    }
}

#[tokio::test]
async fn the_line_that_a_server_does_not_take_is_told() {
    for kind in SERVERS {
        let (world, base) = on(kind);
        let mood = if kind == Kind::Postgres {
            base.ask("create type mood as enum ('good', 'bad')");
            "mood"
        } else {
            "enum ('good', 'bad')"
        };
        base.ask("create table city (name varchar(10) primary key)");
        base.ask("insert into city values ('here')");
        base.ask(&format!(
            "create table station (id integer primary key, m {mood}, code varchar(9) unique, n integer check (n < 5), \
             city varchar(10), foreign key (city) references city (name))"
        ));
        base.ask("insert into station values (1, 'good', 'one', 1, 'here')");
        for (text, lines) in [
            ("id,m\n2,good\n3,odd\n4,bad\n5,worse\n", vec!["line 3: ", "line 5: "]),
            ("id,code\n2,two\n3,one\n4,four\n", vec!["line 3: "]),
            ("id,n\n2,4\n3,5\n4,3\n", vec!["line 3: "]),
            ("id,city\n2,here\n1,nowhere\n4,\n", vec!["line 3: "]),
        ] {
            let told = rejected(&world, text).await;
            assert_eq!(told.len(), lines.len(), "{kind:?} {told:?}");
            for (told, line) in told.iter().zip(lines) {
                assert!(told.starts_with(&format!("{line}the database refuses it")), "{kind:?} {told}");
            }
            assert_eq!(base.ask("select count(*) from station"), ["1"], "{kind:?}");
        }
    }
}

#[tokio::test]
async fn documents_are_documents_in_postgres() {
    let (world, base) = on(Kind::Postgres);
    base.ask(
        "create domain doc as jsonb; create table station (id integer primary key, a json, b jsonb, c doc)",
    );
    let told = rejected(&world, "id,a,b\n1,plain words,1\n2,,\"{\"\"x\"\": }\"\n").await;
    assert_eq!(told[0], "line 2: a: 'plain words' is not JSON");
    assert!(told[1].starts_with("line 3: b: "), "{told:?}");
    let text = "id,a,b,c\n1,\"{\"\"x\"\":  [1]}\",\"{\"\"x\"\":  [1]}\",\"[\"\"南\"\"]\"\n";
    assert_eq!(counts(&world, text, load(LoadMode::Merge, &["id"], None)).await[1], 1);
    assert_eq!(counts(&world, text, load(LoadMode::Merge, &["id"], None)).await[4], 1);
    assert_eq!(
        base.ask("select json_typeof(a) || a::text || jsonb_typeof(b) || b::text || (c ->> 0) from station"),
        ["object{\"x\":  [1]}object{\"x\": [1]}南"]
    );
}

#[tokio::test]
async fn tables_without_transactions_keep_what_was_done() {
    use monthstart::words::{Explain as _, Lang, render};
    let (world, base) = on(Kind::MariaDb);
    base.ask("create table station (id integer primary key, n integer check (n < 5)) engine = MyISAM");
    world.write("in.csv", "id,n\n1,1\n2,9\n");
    let failure = world.fails(load(LoadMode::Merge, &["id"], None)).await;
    assert!(matches!(failure, Failure::SqlLeft { .. }), "{failure:?}");
    let said = render(Lang::En, &failure.explain());
    assert!(said.contains("without transactions remains") && !said.contains("nothing of it"), "{said}");
}
