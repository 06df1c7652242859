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
        assert!(matches!(world.fails(merge()).await, Failure::Sql { .. }), "{kind:?}");
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
