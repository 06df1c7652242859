//! Steps on `SQLite`, `PostgreSQL` and `MariaDB`: one story for all three, and what servers do to those who use them.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[path = "databases/adversity.rs"]
mod adversity;
#[path = "databases/load.rs"]
mod load;
#[path = "databases/markers.rs"]
mod markers;
#[path = "support/relay.rs"]
mod relay;
#[path = "support/servers.rs"]
mod servers;
#[path = "databases/story.rs"]
mod story;
#[path = "databases/types.rs"]
mod types;
#[path = "exec_room/world.rs"]
#[expect(dead_code, reason = "shared with another test program")]
mod world;

use std::collections::BTreeMap;
use std::time::Duration;

use monthstart::plan::project::{Connection, Setting};
use monthstart::plan::{Check, Node, Poll, SqlText, Subject, TableName, Work};
use servers::{Base, Kind, base};
use world::{World, step, template};

/// The servers.
const SERVERS: [Kind; 2] = [Kind::Postgres, Kind::MariaDb];

/// A project whose connection `yt` is at this URL.
fn world_at(url: &str) -> World {
    let mut world = World::new();
    connect(&mut world, "yt", url);
    world
}

fn connect(world: &mut World, name: &str, url: &str) {
    let url = Setting::Text(url.to_owned());
    let connection = Connection { url, attach: BTreeMap::new(), insecure: false, changed: None };
    world.project.connections.insert(name.to_owned(), connection);
}

/// A project on an empty database of a server.
fn on(kind: Kind) -> (World, Base) {
    let base = base(kind);
    (world_at(&base.url()), base)
}

fn value(sql: &str, expect: &str) -> Check {
    let (text, expect) = (SqlText::Text(template(sql)), Some(template(expect)));
    let subject = Subject::Value { text, connection: "yt".to_owned(), expect, like: None };
    Check { subject, since: None, warn: false }
}

fn exists(table: &str) -> Check {
    let table = TableName { connection: "yt".to_owned(), table: table.to_owned() };
    Check { subject: Subject::Exists(table), since: None, warn: false }
}

fn check(items: Vec<Check>) -> Node {
    step(Work::Check { items, poll: None })
}

fn polled(items: Vec<Check>) -> Node {
    step(Work::Check { items, poll: Some(Poll { every: Duration::from_millis(20), within: None }) })
}

/// Without a transaction around it.
fn loose(text: &str) -> Node {
    let text = SqlText::Text(template(text));
    step(Work::Sql { text, connection: "yt".to_owned(), transaction: false })
}

/// Waits until `is_so`, and lets the steps go on meanwhile.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = tokio::time::Instant::now() + world::LONG;
    while !is_so() {
        assert!(tokio::time::Instant::now() < end, "never: {what}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}
