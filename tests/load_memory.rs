//! A large file in flat memory. In a process of its own, because its peak is measured.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[path = "exec_room/world.rs"]
#[expect(dead_code, reason = "shared with another test program")]
mod world;

use std::io::Write as _;

use monthstart::plan::{Load, LoadMode, TableName, Work};
use monthstart::run::event::Json;
use world::{World, step, template};

/// The most memory that this process ever had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn two_hundred_megabytes_are_loaded_in_flat_memory() {
    const ROWS: u64 = 200_000;
    let mut world = World::new();
    world.database("yt", "create table station (id integer primary key, note text)").await;
    let mut file = std::io::BufWriter::new(std::fs::File::create(world.file("in.csv")).unwrap());
    writeln!(file, "id,note").unwrap();
    let note = "0123456789".repeat(100);
    for id in 0..ROWS {
        writeln!(file, "{id},{note}").unwrap();
    }
    file.flush().unwrap();
    drop(file);
    let load = Load {
        file: template("in.csv"),
        encoding: None,
        separator: None,
        into: TableName { connection: "yt".to_owned(), table: "station".to_owned() },
        key: vec!["id".to_owned()],
        mode: LoadMode::Merge,
        filter: None,
    };
    let before = peak();
    let (outputs, _) = world.works(step(Work::Load(load))).await;
    assert_eq!(outputs["inserted"], Json::from(ROWS));
    let grown = peak() - before;
    assert!(grown < 64 * 1024, "{grown} KiB more");
}
