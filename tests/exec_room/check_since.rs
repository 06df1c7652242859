//! `since:` in `check:` steps.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use jiff::tz::TimeZone;
use monthstart::plan::project::Setting;
use monthstart::plan::{Check, NodeId, Poll, SqlText, Subject, TableName, Work};
use monthstart::run::{Failure, Outcome};

use crate::world::{World, sql, step, template};

const SAID: &str = "2026-11-01T02:10:00Z";

/// The word was said at 02:10; the step is called like the only one that there is.
fn item() -> Check {
    let table = TableName { connection: "yt".to_owned(), table: "SHFIN.RPT".to_owned() };
    Check { subject: Subject::Exists(table), since: Some(NodeId(0)), warn: false }
}

async fn world(changed: Option<&str>) -> World {
    let mut world = World::new();
    world
        .database(
            "ctl",
            "create table ctl (name text, at); insert into ctl values ('rpt', '2026-11-01 01:00')",
        )
        .await;
    world.database("shfin", "create table rpt (a)").await;
    world.database("yt", "create table ctl (name text, at)").await;
    let connection = world.project.connections.get_mut("yt").unwrap();
    connection.attach = BTreeMap::from([("shfin".to_owned(), Setting::Text("sqlite:shfin.db".to_owned()))]);
    connection.changed = changed.map(|sql| SqlText::Text(template(sql)));
    world
}

async fn look(world: &World, items: Vec<Check>, poll: Option<Poll>) -> String {
    let mut running = world.start_with(step(Work::Check { items, poll }), |job| {
        job.since.insert(NodeId(0), SAID.parse().unwrap());
    });
    match running.ended().await {
        Outcome::Succeeded { remarks, .. } => format!("met: {}", remarks.join(" | ")),
        Outcome::Failed { failure: Failure::Unmet { found } } => format!("unmet: {}", found.join(" | ")),
        Outcome::Failed { failure } => format!("{failure:?}"),
    }
}

const CONTROL: &str =
    "select max(at) from main.ctl where name = :name and :table = 'SHFIN.RPT' and :schema = 'SHFIN'";

#[tokio::test]
async fn the_projects_own_query_tells_when_a_table_was_changed() {
    let mut world = world(Some(CONTROL)).await;
    world.project.zone = TimeZone::get("Asia/Shanghai").unwrap();
    let never = look(&world, vec![item()], None).await;
    assert_eq!(
        never,
        "unmet: yt:SHFIN.RPT was never changed as far as is known, so not after step (2026-11-01 10:10:00)"
    );
    for (at, expected) in [
        (
            "'2026-11-01 10:09'",
            "unmet: yt:SHFIN.RPT was last changed at 2026-11-01 10:09:00, not after step (2026-11-01 10:10:00)",
        ),
        (
            "'2026-11-01 02:10:01Z'",
            "met: yt:SHFIN.RPT is there | yt:SHFIN.RPT was changed at 2026-11-01 10:10:01, after step (2026-11-01 10:10:00)",
        ),
        (
            "1793499001",
            "met: yt:SHFIN.RPT is there | yt:SHFIN.RPT was changed at 2026-11-01 10:10:01, after step (2026-11-01 10:10:00)",
        ),
        ("'later'", "unmet: the query `changed` of connection 'yt' says 'later', which is no time"),
    ] {
        let insert = format!("delete from main.ctl; insert into main.ctl values ('RPT', {at})");
        world.works(sql(&insert)).await;
        assert_eq!(look(&world, vec![item()], None).await, expected, "{at}");
    }
}

#[tokio::test]
async fn sqlite_knows_when_its_file_was_written() {
    let world = world(None).await;
    let written = |name: &str, at: &str| {
        let at: jiff::Timestamp = at.parse().unwrap();
        let file = std::fs::File::options().write(true).open(world.file(name)).unwrap();
        file.set_modified(SystemTime::from(at)).unwrap();
    };
    // Not the main file: the one that holds the table.
    written("yt.db", "2026-11-01T03:00:00Z");
    written("shfin.db", "2026-11-01T02:00:00Z");
    let before = look(&world, vec![item()], None).await;
    assert_eq!(
        before,
        "unmet: yt:SHFIN.RPT was last changed at 2026-11-01 02:00:00, not after step (2026-11-01 02:10:00)"
    );
    let poll = Poll { every: Duration::from_millis(20), within: None };
    let mut running = world.start_with(step(Work::Check { items: vec![item()], poll: Some(poll) }), |job| {
        job.since.insert(NodeId(0), SAID.parse().unwrap());
    });
    running.noted("not after step").await;
    written("shfin.db", "2026-11-01T02:20:00Z");
    let Outcome::Succeeded { remarks, .. } = running.ended().await else { panic!() };
    assert!(remarks[1].contains("changed at 2026-11-01 02:20:00"), "{remarks:?}");
}

#[tokio::test]
async fn a_poll_does_not_wait_for_what_nobody_will_ever_know() {
    let world = world(Some("select 'soon'")).await;
    let poll = Poll { every: Duration::from_millis(20), within: None };
    let found = look(&world, vec![item()], Some(poll)).await;
    assert!(found.starts_with("unmet: the query `changed`"), "{found}");
    let warned = look(&world, vec![Check { warn: true, ..item() }], Some(poll)).await;
    assert!(warned.starts_with("met: does not hold, but only warns: the query `changed`"), "{warned}");
}
