//! `wait:` steps: files, moments, values.

use std::io::Write as _;
use std::time::Duration;

use monthstart::plan::{Node, Poll, SqlText, Wait, Work};
use monthstart::run::event::Json;
use monthstart::run::{Failure, Outcome};
use monthstart::time::{Clock as _, SystemClock};

use crate::world::{LONG, World, failure, fifo, step, template};

const OFTEN: Duration = Duration::from_millis(20);

fn wait(what: Wait, within: Option<Duration>) -> Node {
    step(Work::Wait { what, poll: Some(Poll { every: OFTEN, within }) })
}

fn file(path: &str, stable_for: Option<Duration>) -> Node {
    wait(Wait::File { file: template(path), stable_for }, None)
}

fn old(path: &std::path::Path) {
    let hour_ago = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    std::fs::File::options().append(true).open(path).unwrap().set_modified(hour_ago).unwrap();
}

#[tokio::test]
async fn a_file_is_waited_for_until_it_is_there() {
    let world = World::new();
    let mut running = world.start(file("in/{{ city }}.csv", None));
    running.noted("in/南京.csv is not there yet").await;
    std::fs::create_dir_all(world.file("in")).unwrap();
    fifo(&world.file("in/南京.csv"));
    running.noted("is not a file").await;
    std::fs::remove_file(world.file("in/南京.csv")).unwrap();
    world.write("in/南京.csv", "station,name\n");
    let Outcome::Succeeded { outputs, remarks } = running.ended().await else { panic!() };
    assert_eq!(outputs["bytes"], Json::from(13));
    assert_eq!(remarks, ["in/南京.csv is there: 13 B"]);
    assert!(world.logged().contains("not there yet"));
}

#[tokio::test]
async fn a_file_that_grows_is_not_there_yet() {
    let world = World::new();
    let path = world.write("big.csv", "a\n");
    let stable = Duration::from_secs(2);
    let mut running = world.start(file("big.csv", Some(stable)));
    running.noted("unchanged for").await;
    let mut growing = std::fs::File::options().append(true).open(&path).unwrap();
    for round in 1..4 {
        growing.write_all(b"more\n").unwrap();
        running.noted(&format!("{} B, still changing", 2 + 5 * round)).await;
    }
    let last = tokio::time::Instant::now();
    let Outcome::Succeeded { outputs, .. } = running.ended().await else { panic!() };
    assert!(last.elapsed() + Duration::from_millis(200) >= stable, "{:?}", last.elapsed());
    assert_eq!(outputs["bytes"], Json::from(17));
}

#[tokio::test]
async fn what_was_written_long_ago_is_only_looked_at_twice() {
    let world = World::new();
    old(&world.write("old.csv", "a\n"));
    let mut running = world.start(file("old.csv", Some(Duration::from_hours(10))));
    let Outcome::Succeeded { .. } = running.ended().await else { panic!() };
    assert_eq!(running.notes.len(), 1, "{:?}", running.notes);
}

#[tokio::test]
async fn it_gives_up_when_it_has_taken_too_long() {
    let world = World::new();
    let what = || Wait::File { file: template("in/none.csv"), stable_for: None };
    let Failure::Unmet { found } = world.fails(wait(what(), Some(Duration::from_millis(100)))).await else {
        panic!()
    };
    assert_eq!(found, ["in/none.csv is not there yet"]);
    let mut running = world.start(wait(what(), None));
    running.noted("not there yet").await;
    running.stop();
    assert_eq!(failure(running.ended().await), Failure::Cancelled);
}

#[tokio::test]
async fn files_stay_below_the_project_or_the_state_folder() {
    let world = World::new();
    let outside = world.dir.path().join("outside.csv");
    std::fs::write(&outside, "x").unwrap();
    std::os::unix::fs::symlink(&outside, world.file("link.csv")).unwrap();
    for path in ["../outside.csv", "/etc/passwd", "link.csv", "in/../../outside.csv"] {
        let Failure::NotStarted { why } = world.fails(file(path, None)).await else { panic!("{path}") };
        assert!(why.contains("below"), "{why}");
    }
    std::fs::create_dir_all(world.state().join("in")).unwrap();
    std::fs::write(world.state().join("in/a.csv"), "x").unwrap();
    world.works(file(".monthstart/in/a.csv", None)).await;
}

#[tokio::test]
async fn a_moment_that_has_passed_is_not_waited_for() {
    let world = World::new();
    let past = "2026-11-01T02:00:00Z".parse().unwrap();
    let (_, remarks) = world.works(wait(Wait::Until(past), None)).await;
    assert_eq!(remarks, ["2026-11-01T02:00:00+00:00 has come"]);
    let soon = SystemClock.now() + Duration::from_millis(1_500);
    let mut running = world.start(wait(Wait::Until(soon), None));
    running.noted("until ").await;
    let Outcome::Succeeded { .. } = running.ended().await else { panic!() };
    assert!(SystemClock.now() >= soon);
    let never = SystemClock.now() + 10 * LONG;
    let mut running = world.start(wait(Wait::Until(never), None));
    running.noted("until ").await;
    running.stop();
    assert_eq!(failure(running.ended().await), Failure::Cancelled);
}

#[tokio::test]
async fn a_value_is_waited_for() {
    let mut world = World::new();
    world.database("yt", "create table t (n integer); create table go (n integer)").await;
    let text = SqlText::Text(template("select count(*) as count from t"));
    let what = Wait::Sql { text, connection: "yt".to_owned(), expect: template("> 0") };
    let mut running = world.start(wait(what, None));
    running.noted("count → 0, expected > 0").await;
    world.query("yt", "insert into t values (1) returning n").await;
    let Outcome::Succeeded { remarks, .. } = running.ended().await else { panic!() };
    assert_eq!(remarks, ["count → 1"]);
}
