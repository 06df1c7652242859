//! Flows that the platform starts by itself are watched; waiting tasks are passed.

use std::time::Duration;

use monthstart::exec::read_log;
use monthstart::run::event::Json;
use monthstart::run::{Failure, Outcome};
use monthstart::runbook::model::ActionKind::{Cancel, Find, ForcePass, Log};

use crate::scheduler::{follow, pass, scheduled, verbs};
use crate::world::{failure, within};

#[tokio::test]
async fn a_followed_flow_is_awaited_and_the_newest_one_counts() {
    let world = scheduled(&[Find, Cancel, Log]);
    world.write("log", b"\xb6\xc1\xc8\xa1 12 rows\n");
    let mut running = world.start(follow());
    running.noted("Dim is not on the platform yet for batch 202610").await;
    world.write("state-99", "RUNNING 5%\n");
    world.write("there", "99\n");
    running.noted("99: RUNNING 5%").await;
    // Redone on the platform: the failure of the first run means nothing any more.
    world.write("state-100", "RUNNING 7%\n");
    world.write("there", "100\n");
    world.write("state-99", "FAILED reason=old\n");
    running.noted("100: RUNNING 7%").await;
    world.write("state-100", "SUCCESS\n");
    let Outcome::Succeeded { outputs, remarks } = running.ended().await else { panic!() };
    assert_eq!(outputs["id"], Json::from("100"));
    assert_eq!(remarks, ["run by the platform itself as 100: only watched"]);
    assert!(running.submitted.is_empty());
    let asked = verbs(&world);
    assert!(!asked.contains(&"submit".to_owned()) && !asked.contains(&"kill".to_owned()), "{asked:?}");
    let log = read_log(&world.log(), Some("gbk")).unwrap().join("\n");
    assert!(log.contains("读取 12 rows"), "{log}");
}

#[tokio::test]
async fn a_followed_flow_that_fails_tells_why_and_a_running_one_is_waited_for() {
    let world = scheduled(&[Find]);
    world.write("there", "99\n");
    world.write("state-99", "FAILED reason=no space left\n");
    assert_eq!(world.fails(follow()).await, Failure::Flow { reason: "no space left".to_owned() });
    // Redone under its old id.
    world.write("state-99", "RUNNING\n");
    let mut running = world.start(follow());
    running.noted("99: RUNNING").await;
    world.write("state-99", "SUCCESS\n");
    assert!(matches!(running.ended().await, Outcome::Succeeded { .. }));
}

#[tokio::test]
async fn watching_ends_without_touching_anything() {
    let world = scheduled(&[Find, Cancel]);
    world.write("there", "99\n");
    world.write("state-99", "RUNNING\n");
    let mut running = world.start(follow());
    running.noted("99: RUNNING").await;
    running.stop();
    assert_eq!(failure(running.ended().await), Failure::Cancelled);
    let limit = Duration::from_millis(200);
    assert_eq!(world.fails(within(follow(), limit)).await, Failure::TimedOut { after: limit });
    assert!(!verbs(&world).contains(&"kill".to_owned()));
}

#[tokio::test]
async fn a_platform_that_does_not_answer_is_asked_again_and_one_that_cannot_is_named() {
    let world = scheduled(&[Find]);
    world.write("there", "99\n");
    world.write("state-99", "SUCCESS\n");
    world.write("find-code", "2");
    let mut running = world.start(follow());
    running.noted("does not answer").await;
    world.write("find-code", "0");
    assert!(matches!(running.ended().await, Outcome::Succeeded { .. }));
    std::fs::remove_file(world.file("sched")).unwrap();
    let Failure::NotStarted { why } = world.fails(follow()).await else { panic!() };
    assert!(why.contains("sched"), "{why}");
    let Failure::NotStarted { why } = scheduled(&[]).fails(follow()).await else { panic!() };
    assert!(why.contains("'find' and 'poll'"), "{why}");
}

#[tokio::test]
async fn a_task_is_passed_and_the_platform_must_say_so() {
    let world = scheduled(&[Find, ForcePass]);
    world.write("there", "99\n");
    world.write("state-99", "WAITING for Dwd\n");
    // It takes a moment to say so.
    world.write("on-pass", "cp state-99 stale; echo SUCCESS by hand >state-99\n");
    let (outputs, remarks) = world.works(pass()).await;
    assert_eq!(outputs["id"], Json::from("99"));
    assert_eq!(remarks, ["Dim was passed: the platform counts it as done"]);
    assert_eq!(verbs(&world), ["find", "state", "pass", "state"]);
    world.write("asked", "");
    let (_, remarks) = world.works(pass()).await;
    assert_eq!(remarks, ["Dim counts as done on the platform already: nothing was done"]);
    assert_eq!(verbs(&world), ["find", "state"]);
}

#[tokio::test]
async fn a_pass_that_is_not_taken_fails_with_what_the_platform_says() {
    let mut world = scheduled(&[Find, ForcePass]);
    world.limits.question = Duration::from_millis(700);
    world.write("there", "99\n");
    world.write("state-99", "WAITING for Dwd\n");
    let Failure::Flow { reason } = world.fails(pass()).await else { panic!() };
    assert_eq!(reason, "it was told to pass Dim, and still says: WAITING for Dwd");
    world.write("on-pass", "echo no such task >&2; exit 4\n");
    assert_eq!(world.fails(pass()).await, Failure::Exit { code: 4, last_line: "no such task".to_owned() });
}

#[tokio::test]
async fn a_task_that_gets_its_id_when_it_is_passed_is_looked_at_and_one_without_is_told_so() {
    let world = scheduled(&[Find, ForcePass]);
    world.write("on-pass", "echo SUCCESS >state-7; echo 7 >there\n");
    assert_eq!(world.works(pass()).await.0["id"], Json::from("7"));
    let blind = scheduled(&[ForcePass]);
    let (_, remarks) = blind.works(pass()).await;
    assert_eq!(remarks, ["the platform was told to pass Dim; what it says of it now cannot be asked"]);
    let Failure::NotStarted { why } = scheduled(&[]).fails(pass()).await else { panic!() };
    assert!(why.contains("'force_pass'"), "{why}");
}

#[tokio::test]
async fn a_pass_of_which_nothing_can_be_learned_is_no_success() {
    let mut world = scheduled(&[Find, ForcePass]);
    world.limits.question = Duration::from_millis(700);
    let table = [
        ("", "is not on the platform yet"),
        ("echo down >&2; echo 5 >find-code\n", "exit code 5"),
        ("echo 0 >find-code; echo please log in >there\n", "please log in"),
        ("echo 99 >there\n", "No such file"),
    ];
    for (then, word) in table {
        for file in ["find-code", "there"] {
            let _ = std::fs::remove_file(world.file(file));
        }
        world.write("on-pass", then);
        let Failure::Flow { reason } = world.fails(pass()).await else { panic!("{then}") };
        assert!(reason.contains("was told to pass Dim") && reason.contains(word), "{reason}");
    }
    // The step's own time may be shorter.
    world.limits.question = Duration::from_mins(1);
    let _ = std::fs::remove_file(world.file("there"));
    world.write("on-pass", "");
    let Failure::Flow { reason } = world.fails(within(pass(), Duration::from_secs(1))).await else {
        panic!()
    };
    assert!(reason.contains("is not on the platform yet"), "{reason}");
}
