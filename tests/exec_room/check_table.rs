//! A table against its copy in `check:` steps.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use monthstart::plan::{Check, Compare, Subject, TableName, Tolerance, Work};
use monthstart::run::{Failure, Outcome};
use proptest::prelude::*;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};

use crate::world::{World, step};

fn columns(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn table(compare: Vec<Compare>, tolerance: Option<Tolerance>) -> Check {
    let name = |connection: &str, table: &str| TableName {
        connection: connection.to_owned(),
        table: table.to_owned(),
    };
    let (from, to) = (name("mpp", "src"), name("yt", "RPT"));
    Check { subject: Subject::Table { from, to, compare, tolerance }, since: None, warn: false }
}

async fn write(world: &World, name: &str, sql: String) {
    let file = world.file(&format!("{name}.db"));
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut connection = options.connect().await.unwrap();
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
    connection.close().await.unwrap();
}

async fn world(from: &str, to: &str) -> World {
    let mut world = World::new();
    world.database("mpp", "create table other (a)").await;
    world.database("yt", "create table other (a)").await;
    write(&world, "mpp", from.to_owned()).await;
    write(&world, "yt", to.to_owned()).await;
    world
}

async fn look(world: &World, item: Check) -> (String, Vec<(String, String)>) {
    let mut running = world.start(step(Work::Check { items: vec![item], poll: None }));
    let words = match running.ended().await {
        Outcome::Succeeded { remarks, .. } => format!("met: {}", remarks.join(" | ")),
        Outcome::Failed { failure: Failure::Unmet { found } } => format!("unmet: {}", found.join(" | ")),
        Outcome::Failed { failure } => format!("{failure:?}"),
    };
    (words.replace("mpp:src → yt:RPT ", ""), running.numbers)
}

/// The same values in other types, in another order, with other blanks.
const FROM: &str = "create table src (id integer primary key, city char(10), day date, amount real); \
     insert into src values (1, '南京', '2026-10-01', 0.1), (2, 'a', '2026-10-02', 0.2), (3, null, null, null), \
     (4, '', '2026-10-04 12:00:00', -7)";
const TO: &str = "create table Rpt (amount text, DAY timestamp, City varchar(20), ID numeric); \
     insert into Rpt values ('-7.00', '2026-10-04T12:00:00.000', '   ', '4'), (null, null, null, 3), \
     ('0.20', '2026-10-02 00:00:00', 'a   ', 2.0), ('0.1000', '2026-10-01', '南京', 1)";

fn everything() -> Vec<Compare> {
    vec![
        Compare::Rows,
        Compare::Sum("amount".to_owned()),
        Compare::Keys(columns(&["id", "city", "day", "amount"])),
        Compare::RowsBy(columns(&["city"])),
    ]
}

#[tokio::test]
async fn the_same_values_are_the_same_whatever_their_types() {
    let world = world(FROM, TO).await;
    let (words, numbers) = look(&world, table(everything(), None)).await;
    assert_eq!(
        words,
        "met: rows: 4 = 4 | sum(amount): -6.7 = -6.7 | keys (id, city, day, amount): the same 4 | \
         rows_by (city): the same for every value, 4 rows in all"
    );
    let expected = [
        ("mpp:src: rows", "4"),
        ("yt:RPT: rows", "4"),
        ("mpp:src: sum(amount)", "-6.7"),
        ("yt:RPT: sum(amount)", "-6.7"),
    ];
    assert_eq!(numbers, expected.map(|(series, value)| (series.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn what_differs_is_told_with_examples() {
    let world = world(FROM, TO).await;
    let change = "update rpt set city = null where id = 4; delete from rpt where id = 2; \
                  insert into rpt (id, city, amount) values (1, '南京', 1e3), (9, 'x', 5), (9, 'x', null)";
    write(&world, "yt", change.to_owned()).await;
    let compare = vec![
        Compare::Rows,
        Compare::Sum("AMOUNT".to_owned()),
        Compare::Keys(columns(&["id", "city"])),
        Compare::RowsBy(columns(&["city"])),
    ];
    let (words, numbers) = look(&world, table(compare, None)).await;
    assert_eq!(
        words,
        "unmet: rows: 4 ≠ 6, difference +2 | sum(AMOUNT): -6.7 ≠ 998.1, difference +1004.8 | \
         keys (id, city): 2 missing in yt:RPT: 2, a, 4, ''; 2 only in yt:RPT: 4, NULL, 9, x; \
         1 not as often on both sides: 1, 南京 (1 ≠ 2) | \
         rows_by (city): 5 values differ: '' (1 ≠ 0), NULL (1 ≠ 2), a (1 ≠ 0), …"
    );
    assert_eq!(numbers.len(), 4);
}

#[tokio::test]
async fn tolerance_is_for_numbers_and_not_for_keys() {
    let from = "create table src (id int, city text); \
                with recursive i (n) as (select 1 union all select n + 1 from i where n < 1000) \
                insert into src select n, 'c' || (n % 2) from i";
    let world = world(from, &format!("{}; delete from rpt where id > 995", from.replace("src", "rpt"))).await;
    let compare = vec![Compare::Rows, Compare::Sum("id".to_owned()), Compare::RowsBy(columns(&["city"]))];
    let (words, _) = look(&world, table(compare.clone(), Some(Tolerance::Share(0.01)))).await;
    assert_eq!(
        words,
        "met: rows: 1000 ≈ 995, difference -5, allowed 1% | sum(id): 500500 ≈ 495510, difference -4990, allowed 1% | \
         rows_by (city): as allowed (1%) for every value, 1,000 rows in all"
    );
    let (words, _) = look(&world, table(compare, Some(Tolerance::Absolute(2.0)))).await;
    assert_eq!(
        words,
        "unmet: rows: 1000 ≠ 995, difference -5, allowed 2 | sum(id): 500500 ≠ 495510, difference -4990, allowed 2 | \
         rows_by (city): 1 values differ: c0 (500 ≠ 497)"
    );
    let keys = vec![Compare::Keys(columns(&["id"]))];
    let (words, _) = look(&world, table(keys, Some(Tolerance::Share(1.0)))).await;
    assert_eq!(words, "unmet: keys (id): 5 missing in yt:RPT: 1000, 996, 997, …");
}

#[tokio::test]
async fn keys_that_are_doubled_on_both_sides_are_told() {
    let same = "create table src (id int); insert into src values (1), (1), (2)";
    let world = world(same, &same.replace("src", "rpt")).await;
    let (words, _) = look(&world, table(vec![Compare::Keys(columns(&["id"]))], None)).await;
    assert_eq!(words, "met: keys (id): the same 3 rows, though 1 keys are there more than once");
}

#[tokio::test]
async fn what_cannot_be_compared_is_said_clearly() {
    let world = world(FROM, TO).await;
    for (compare, expected) in [
        (Compare::Sum("amont".to_owned()), "mpp:src has no column 'amont'; it has id, city, day, amount"),
        (Compare::Keys(columns(&["id", "town"])), "mpp:src has no column 'town'"),
        // Both sides are read at once: either may say so first.
        (Compare::Sum("city".to_owned()), "' is no number"),
    ] {
        let (words, _) = look(&world, table(vec![compare], None)).await;
        assert!(words.starts_with("NotStarted") && words.contains(expected), "{words}");
    }
    write(&world, "yt", "alter table rpt rename to gone".to_owned()).await;
    let (words, _) = look(&world, table(everything(), None)).await;
    assert_eq!(words, "unmet: yt:RPT is not there");
    let (words, _) = look(&world, Check { warn: true, ..table(everything(), None) }).await;
    assert_eq!(words, "met: does not hold, but only warns: yt:RPT is not there");
}

#[tokio::test]
async fn sums_that_no_integer_holds_are_exact() {
    let large = "create table src (n integer); insert into src values (9223372036854775807), (9223372036854775807), (-1)";
    let world = world(large, &large.replace("src", "rpt").replace("(-1)", "(-2)")).await;
    let (words, _) = look(&world, table(vec![Compare::Sum("n".to_owned())], None)).await;
    assert_eq!(words, "unmet: sum(n): 18446744073709551613 ≠ 18446744073709551612, difference -1");
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    id: Option<i8>,
    city: Option<&'static str>,
    cents: Option<i32>,
}

fn row() -> impl Strategy<Value = Row> {
    let city = prop_oneof![Just(None), Just(Some("")), Just(Some("a")), Just(Some("A")), Just(Some("南京"))];
    let id = prop_oneof![1 => Just(None), 9 => (0_i8..6).prop_map(Some)];
    let cents = prop_oneof![1 => Just(None), 3 => (-1_000..1_000).prop_map(Some)];
    (id, city, cents).prop_map(|(id, city, cents)| Row { id, city, cents })
}

/// A table, and its copy with a few changes or none.
fn pair() -> impl Strategy<Value = (Vec<Row>, Vec<Row>)> {
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), row(), 0..3), 0..3);
    (proptest::collection::vec(row(), 1..12), changes).prop_map(|(from, changes)| {
        let mut to = from.clone();
        to.reverse();
        for (at, row, change) in changes {
            match change {
                0 if to.len() > 1 => drop(to.remove(at.index(to.len()))),
                1 => to.push(row),
                _ => *at.get_mut(&mut to) = row,
            }
        }
        (from, to)
    })
}

/// Each side in types of its own.
fn insert(rows: &[Row], is_copy: bool) -> String {
    let (name, kinds) = if is_copy {
        ("rpt", "id text, city text, cents text")
    } else {
        ("src", "id int, city text, cents real")
    };
    let mut sql = format!("create table {name} ({kinds});");
    let or_null = |text: Option<String>| text.unwrap_or_else(|| "null".to_owned());
    for (number, row) in rows.iter().enumerate() {
        let blanks = " ".repeat(if is_copy { number % 3 } else { 0 });
        let id = or_null(row.id.map(|id| if is_copy { format!("'{id}.0'") } else { id.to_string() }));
        let city = or_null(row.city.map(|city| format!("'{city}{blanks}'")));
        let cents = or_null(row.cents.map(|cents| {
            let (sign, cents) = (if cents < 0 { "-" } else { "" }, cents.abs());
            let text = format!("{sign}{}.{:02}", cents / 100, cents % 100);
            if is_copy { format!("'{text}0'") } else { text }
        }));
        let _ = write!(sql, "insert into {name} values ({id}, {city}, {cents});");
    }
    sql
}

fn counts<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, usize> {
    let mut counts = BTreeMap::new();
    keys.for_each(|key| *counts.entry(key).or_default() += 1);
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn verdicts_are_those_of_a_naive_model((from, to) in pair()) {
        let sum = |rows: &[Row]| rows.iter().filter_map(|row| row.cents).reduce(|a, b| a + b);
        let keys = |rows: &[Row]| counts(rows.iter().map(|row| (row.id, row.city)).collect::<Vec<_>>().into_iter());
        let cities = |rows: &[Row]| counts(rows.iter().map(|row| row.city).collect::<Vec<_>>().into_iter());
        let model = [
            (Compare::Rows, from.len() == to.len()),
            (Compare::Sum("cents".to_owned()), sum(&from) == sum(&to)),
            (Compare::Keys(columns(&["id", "city"])), keys(&from) == keys(&to)),
            (Compare::RowsBy(columns(&["city"])), cities(&from) == cities(&to)),
            (Compare::RowsBy(columns(&["cents"])), {
                counts(from.iter().map(|row| row.cents)) == counts(to.iter().map(|row| row.cents))
            }),
        ];
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = world(&insert(&from, false), &insert(&to, true)).await;
            for (compare, holds) in model {
                let (words, _) = look(&world, table(vec![compare], None)).await;
                let verdict = if holds { "met: " } else { "unmet: " };
                prop_assert!(words.starts_with(verdict), "{holds} but {words}\n{from:?}\n{to:?}");
            }
            Ok(())
        })?;
    }
}
