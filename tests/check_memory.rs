//! Tables of millions of rows are compared in flat memory. In a process of its own, because its peak is measured.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test says so by failing, and takes its size from the environment"
)]

#[path = "exec_room/world.rs"]
#[expect(dead_code, reason = "the other tests use the rest of it")]
mod world;

use monthstart::plan::{Check, Compare, Subject, TableName, Work};
use monthstart::run::{Failure, Outcome};

use world::{World, sql, step};

/// The most memory that this process ever had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Ten million rows take a while: by `MONTHSTART_ROWS=10000000`.
fn rows() -> u64 {
    std::env::var("MONTHSTART_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(300_000)
}

fn check(keys: &str) -> Check {
    let name = |table: &str| TableName { connection: "yt".to_owned(), table: table.to_owned() };
    let compare = vec![
        Compare::Rows,
        Compare::Sum("amount".to_owned()),
        Compare::Keys(vec![keys.to_owned()]),
        Compare::RowsBy(vec!["city".to_owned()]),
    ];
    let subject = Subject::Table { from: name("src"), to: name("rpt"), compare, tolerance: None };
    Check { subject, since: None, warn: false }
}

async fn look(world: &World, keys: &str) -> Outcome {
    let node = step(Work::Check { items: vec![check(keys)], poll: None });
    let mut running = world.start(node);
    running.ended_within(std::time::Duration::from_mins(30)).await
}

#[tokio::test]
async fn millions_of_rows_leave_memory_flat() {
    let rows = rows();
    let mut world = World::new();
    world.database("yt", "create table src (id integer primary key, code text, city text, amount real); create table rpt (id integer primary key, code text, city text, amount real)").await;
    let fill = format!(
        "with recursive i (n) as (select 1 union all select n + 1 from i where n < {rows}) \
         insert into src select n, 'code-' || (n * 7919 % 1000003) || '-' || n, 'c' || (n % 13), n % 1000 / 100.0 from i; \
         insert into rpt select id, code || ' ', city, amount from src order by code"
    );
    world.works(sql(&fill)).await;
    let before = peak();
    let Outcome::Succeeded { remarks, .. } = look(&world, "id").await else { panic!() };
    assert_eq!(remarks.len(), 4);
    // Nothing is as it was: every key is kept on disk.
    world
        .works(sql("update rpt set code = 'x' || code where id % 3 = 0; delete from rpt where id % 5 = 0"))
        .await;
    let Outcome::Failed { failure: Failure::Unmet { found } } = look(&world, "code").await else { panic!() };
    let missing = rows - (1..=rows).filter(|id| id % 3 != 0 && id % 5 != 0).count() as u64;
    let grouped = |number: u64| {
        let digits = number.to_string();
        let parts: Vec<&str> =
            digits.as_bytes().rchunks(3).rev().map(|part| std::str::from_utf8(part).unwrap()).collect();
        parts.join(",")
    };
    let expected = format!("{} missing in yt:rpt", grouped(missing));
    assert!(found.iter().any(|line| line.contains(&expected)), "{expected}: {found:?}");
    let grown = peak() - before;
    assert!(grown < 64 * 1024, "{grown} KiB more");
}
