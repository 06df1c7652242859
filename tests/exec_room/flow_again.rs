//! Flows that were there before: by the scheduler's own redo, and wanted anew by a person.

use monthstart::engine::ports::Job;
use monthstart::run::event::Json;
use monthstart::run::{Failure, Outcome};
use monthstart::runbook::model::ActionKind::{Cancel, Find, Log, Redo};

use crate::scheduler::{all_verbs, flow, scheduled, verbs};
use crate::world::{World, failure};

/// There as 99, and done.
fn done_before(kinds: &[monthstart::runbook::model::ActionKind]) -> World {
    let world = scheduled(kinds);
    world.write("there", "99\n");
    world.write("state-99", "SUCCESS\n");
    world.write("state-4711", "SUCCESS\n");
    world
}

fn id(outcome: Outcome) -> String {
    match outcome {
        Outcome::Succeeded { outputs, .. } => outputs["id"].as_str().unwrap().to_owned(),
        Outcome::Failed { failure } => panic!("{failure:?}"),
    }
}

fn anew(job: &mut Job) {
    job.anew = true;
    job.attempt = 2;
    "tok-2".clone_into(&mut job.token);
}

#[tokio::test]
async fn what_is_there_is_redone_by_the_scheduler_and_its_former_end_is_not_believed() {
    let world = done_before(&[Find, Redo]);
    world.write("on-redo", "cp state-99 stale; echo RUNNING >state-99\n");
    let mut running = world.start(flow(true));
    running.noted("99: RUNNING").await;
    assert_eq!(running.submitted, ["99"], "known from the moment at which it was seen to be redone");
    world.write("state-99", "SUCCESS\n");
    let Outcome::Succeeded { remarks, .. } = running.ended().await else { panic!() };
    assert_eq!(remarks, ["redone on the platform as 99, with all that depends on it"]);
    assert_eq!(verbs(&world)[..3], ["find", "state", "redo"]);
    assert!(!verbs(&world).contains(&"submit".to_owned()));
}

#[tokio::test]
async fn an_end_that_stays_is_believed_at_the_second_look() {
    for end in ["SUCCESS", "FAILED reason=again"] {
        let world = done_before(&[Find, Redo]);
        world.write("state-99", end);
        let outcome = world.run(flow(true)).await;
        assert_eq!(matches!(outcome, Outcome::Succeeded { .. }), end == "SUCCESS");
        let asked = all_verbs(&world);
        let redo = asked.iter().position(|verb| verb == "redo").unwrap();
        assert_eq!(asked[redo..].iter().filter(|verb| *verb == "state").count(), 2, "{asked:?}");
    }
}

#[tokio::test]
async fn another_end_or_another_id_is_believed_at_once() {
    let world = done_before(&[Find, Redo]);
    world.write("state-99", "FAILED reason=before\n");
    world.write("on-redo", "echo SUCCESS >state-99\n");
    assert_eq!(id(world.run(flow(true)).await), "99");
    assert_eq!(all_verbs(&world), ["find", "state", "redo", "state", "find"]);

    let mut world = done_before(&[Find, Redo]);
    let redo = world.project.platforms.get_mut("s").unwrap().actions.get_mut(&Redo).unwrap();
    redo.id = Some(r"as (\d+)".to_owned());
    world.write("on-redo", "echo redone as 100; echo SUCCESS >state-100\n");
    assert_eq!(id(world.run(flow(true)).await), "100");
    assert_eq!(all_verbs(&world), ["find", "state", "redo", "state"]);

    // Its new id is only to be found.
    let world = done_before(&[Find, Redo]);
    world.write("on-redo", "echo 100 >there; echo SUCCESS >state-100\n");
    assert_eq!(id(world.run(flow(true)).await), "100");
}

#[tokio::test]
async fn what_runs_is_followed_what_is_not_there_is_submitted_and_without_redo_it_is_an_ordinary_flow() {
    let world = done_before(&[Find, Redo]);
    world.write("state-99", "RUNNING\n");
    let mut running = world.start(flow(true));
    running.noted("99: RUNNING").await;
    world.write("state-99", "SUCCESS\n");
    assert_eq!(id(running.ended().await), "99");
    assert_eq!(verbs(&world), ["find", "state"]);

    let world = done_before(&[Find, Redo]);
    world.write("there", "");
    assert_eq!(id(world.run(flow(true)).await), "4711");
    assert_eq!(verbs(&world), ["find", "submit", "state"]);

    let world = done_before(&[Find]);
    let (_, remarks) = world.works(flow(true)).await;
    assert_eq!(remarks, ["done already on the platform as 99: not submitted by us"]);
}

#[tokio::test]
async fn a_redo_that_is_refused_fails_unless_it_was_taken_in_after_all() {
    let world = done_before(&[Find, Redo]);
    world.write("on-redo", "echo locked >&2; exit 3\n");
    assert_eq!(world.fails(flow(true)).await, Failure::Exit { code: 3, last_line: "locked".to_owned() });
    world.write("on-redo", "echo RUNNING >state-99; exit 3\n");
    let mut running = world.start(flow(true));
    running.noted("99: RUNNING").await;
    world.write("state-99", "SUCCESS\n");
    assert_eq!(id(running.ended().await), "99");
}

#[tokio::test]
async fn wanted_anew_means_that_what_is_done_is_submitted_again() {
    let world = done_before(&[Find]);
    let mut running = world.start_with(flow(false), anew);
    assert_eq!(id(running.ended().await), "4711");
    let asked = std::fs::read_to_string(world.file("asked")).unwrap();
    assert!(asked.contains("submit Dim 202610 tok-2"), "{asked}");
    // A platform that gives the same id again is not believed at once either.
    world.write("asked", "");
    world.write("submit-says", "99\n");
    world.write("on-submit", "cp state-99 stale; echo RUNNING >state-99\n");
    let mut running = world.start_with(flow(false), anew);
    running.noted("99: RUNNING").await;
    world.write("state-99", "FAILED reason=new data\n");
    assert_eq!(failure(running.ended().await), Failure::Flow { reason: "new data".to_owned() });
}

#[tokio::test]
async fn wanted_anew_means_that_what_runs_is_ended_first() {
    let world = done_before(&[Find, Cancel]);
    world.write("state-99", "RUNNING\n");
    let mut running = world.start_with(flow(false), anew);
    assert_eq!(id(running.ended().await), "4711");
    assert_eq!(verbs(&world), ["find", "state", "kill", "state", "submit", "state"]);
    // Where it cannot be cancelled, its end is awaited.
    let world = done_before(&[Find]);
    world.write("state-99", "RUNNING\n");
    let mut running = world.start_with(flow(false), anew);
    running.noted("its present run has to end first").await;
    running.noted("99: RUNNING").await;
    assert!(!verbs(&world).contains(&"submit".to_owned()));
    world.write("state-99", "SUCCESS\n");
    assert_eq!(id(running.ended().await), "4711");
}

#[tokio::test]
async fn wanted_anew_is_redone_where_the_platform_can() {
    let world = done_before(&[Find, Redo]);
    world.write("on-redo", "echo FAILED reason=new >state-99\n");
    let mut running = world.start_with(flow(false), anew);
    assert_eq!(failure(running.ended().await), Failure::Flow { reason: "new".to_owned() });
    assert!(!verbs(&world).contains(&"submit".to_owned()));
}

#[tokio::test]
async fn the_platforms_log_is_kept_and_changes_no_outcome() {
    let world = scheduled(&[Log]);
    world.write("log", "ORA-01653: unable to extend\n");
    world.write("state-4711", "FAILED reason=see log\n");
    assert_eq!(world.fails(flow(false)).await, Failure::Flow { reason: "see log".to_owned() });
    assert!(world.logged().contains("── log: ./sched log 4711\nORA-01653"), "{}", world.logged());
    std::fs::remove_file(world.file("log")).unwrap();
    world.write("state-4711", "SUCCESS\n");
    assert_eq!(world.works(flow(false)).await.0["id"], Json::from("4711"));
    assert!(world.logged().contains("log could not be fetched"), "{}", world.logged());
}
