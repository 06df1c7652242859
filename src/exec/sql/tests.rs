//! Connections as other parts of this room use them: columns of tables, and rows one by one.

#[path = "../../../tests/support/servers.rs"]
mod servers;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::tz::TimeZone;

use self::servers::{Kind, base};
use super::database::{Database, Interrupt, Purpose};
use super::rows::Cell;
use super::table::{Column, ColumnKind, Float};
use super::text::statements;
use crate::exec::{Limits, Room};
use crate::plan::project::{Connection, Project, Setting};
use crate::words::Lang;

/// A room whose connection `db` is at this URL.
fn room(url: &str) -> Room {
    let url = Setting::Text(url.to_owned());
    let connection = Connection { url, attach: BTreeMap::new(), insecure: false, changed: None };
    let project = Project {
        dir: "/".into(),
        zone: TimeZone::UTC,
        language: None,
        store: Setting::Text(String::new()),
        mail: None,
        connections: BTreeMap::from([("db".to_owned(), connection)]),
        platforms: BTreeMap::new(),
        roster: None,
    };
    Room {
        project: Arc::new(project),
        state_dir: "/nowhere".into(),
        environment: BTreeMap::new(),
        lang: Lang::En,
        limits: Limits::default(),
        client: OnceLock::new(),
        kept: crate::exec::kept::Kept::new(None),
    }
}

async fn open(url: &str) -> Database {
    let purpose = Purpose::Work(Duration::from_secs(5));
    Database::open(&room(url), "db", purpose, &Interrupt::default()).await.unwrap()
}

async fn execute(database: &mut Database, sql: &str) {
    for statement in statements(sql, database.dialect()) {
        database.execute(&statement, &[], &mut super::rows::Rows::default()).await.unwrap();
    }
}

fn urls() -> [String; 3] {
    ["sqlite::memory:".to_owned(), base(Kind::Postgres).url(), base(Kind::MariaDb).url()]
}

#[tokio::test]
async fn columns_are_told_by_every_database() {
    for url in urls() {
        let mut database = open(&url).await;
        let table = "create table station (station_id integer not null, city varchar(40) not null default 'x', \
                     amount decimal(12,2), ratio double precision, day date, note text, primary key (station_id, city))";
        execute(&mut database, table).await;
        let found = database.columns("STATION").await.unwrap();
        let column = |name: &str, kind, nullable, has_default, primary_key| Column {
            name: name.to_owned(),
            kind,
            nullable,
            has_default,
            primary_key,
        };
        let is_file = database.dialect() == super::text::Dialect::Sqlite;
        let (bits, kept) = if is_file { (64, Some(15)) } else { (32, None) };
        let whole = ColumnKind::Integer { least: i64::MIN >> (64 - bits), most: u64::MAX >> (65 - bits) };
        let expected = [
            column("station_id", whole, false, false, true),
            column("city", ColumnKind::Text { length: Some(40) }, false, true, true),
            column(
                "amount",
                ColumnKind::Decimal { precision: Some(12), scale: Some(2), kept },
                true,
                false,
                false,
            ),
            column("ratio", ColumnKind::Real(Float::Double), true, false, false),
            column("day", ColumnKind::Date, true, false, false),
            column("note", ColumnKind::Text { length: None }, true, false, false),
        ];
        assert_eq!(found, expected, "{url}");
        assert_eq!(database.columns("nowhere").await, Ok(Vec::new()));
        database.close().await;
    }
}

#[tokio::test]
async fn rows_are_shown_until_enough_is_seen() {
    for url in urls() {
        let mut database = open(&url).await;
        execute(&mut database, "create table t (n integer); insert into t values (1), (2), (3)").await;
        let query = &statements("select n, 'x' from t order by n", database.dialect())[0];
        let mut seen = Vec::new();
        let see = |cells: &[Cell]| {
            seen.push(cells.to_vec());
            if seen.len() < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        database.each_row(query, &[], see).await.unwrap();
        let row = |n| vec![Cell::Integer(n), Cell::Text("x".to_owned())];
        assert_eq!(seen, [row(1), row(2)], "{url}");
        // The connection can be used on.
        execute(&mut database, "insert into t values (4)").await;
        database.close().await;
    }
}
