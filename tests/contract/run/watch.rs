//! What a platform can do besides running what it is given: flows of its own, tasks to pass, its own redo.

use super::flow::scheduled_with;
use crate::harness::{PATIENCE, Project};

const FIND: &str =
    "      find:   {run: [sh, sched.sh, find, \"{{ flow }}\", \"{{ batch }}\"], id: \"^(\\\\d+)\"}\n";
const REDO: &str = "      redo:   {run: [sh, sched.sh, redo, \"{{ id }}\"]}\n";
const PASS: &str = "      force_pass: {run: [sh, sched.sh, pass, \"{{ flow }}\", \"{{ batch }}\"]}\n";
const CANCEL: &str = "      cancel: {run: [sh, sched.sh, cancel, \"{{ id }}\"]}\n";

fn platform(step: &str, actions: &[&str]) -> Project {
    scheduled_with(step, &actions.concat())
}

fn is_waiting(project: &Project) {
    project.until("a step that waits", |status| status.word("F") == "waiting");
}

#[test]
fn a_followed_flow_is_never_submitted_and_its_end_is_the_platforms() {
    let project = platform("{follow: F, platform: d}", &[FIND, CANCEL]);
    let live = project.start();
    is_waiting(&project);
    project.put("there", b"");
    project.put("state", b"SUCCESS\n");
    live.finish(PATIENCE).code(0);
    project.status().are(&[("F", "succeeded"), ("z", "succeeded")]);
    assert_eq!(project.ledger(), ["z"]);
}

#[test]
fn a_followed_flow_that_is_not_there_is_left_by_no_wait_and_watched_again_after_a_crash() {
    let project = platform("{follow: F, platform: d}", &[FIND, CANCEL]);
    project.ms(&project.line("run x.yaml --no-wait --month ")).code(5);
    let live = project.spawn("resume");
    is_waiting(&project);
    live.kill9();
    project.put("there", b"");
    project.put("state", b"FAILED reason=no space\n");
    project.resume().code(4);
    let status = project.status();
    assert!(status.step("F")["error"].to_string().contains("no space"), "{:#}", status.0);
    project.put("state", b"SUCCESS\n");
    project.ms("retry F").code(0);
    project.resume().code(0);
    assert_eq!(project.ledger(), ["z"]);
}

#[test]
fn a_cancelled_run_cancels_nothing_that_it_only_watches() {
    let project = platform("{follow: F, platform: d}", &[FIND, CANCEL]);
    project.put("there", b"");
    let live = project.start();
    is_waiting(&project);
    project.ms("cancel --reason 'wrong month'").code(0);
    live.finish(PATIENCE).code(4);
    assert_eq!(project.ledger(), Vec::<String>::new());
}

#[test]
fn a_waiting_task_is_passed_once_and_an_attempt_in_doubt_is_asked_about() {
    let project = platform("{force_pass: F, platform: d}", &[FIND, PASS]);
    project.put("there", b"");
    project.run().code(0);
    project.status().are(&[("F", "succeeded")]);
    assert_eq!(project.ledger(), ["pass F 202510", "z"]);

    let project = platform("{force_pass: F, platform: d}", &[FIND, PASS]);
    project.put("there", b"");
    project.put("stuck", b"");
    let live = project.start();
    project.until_file("ledger");
    live.kill9();
    project.kill_keeper();
    std::fs::remove_file(project.path("stuck")).unwrap();
    project.resume().code(4);
    project.status().are(&[("F", "lost"), ("z", "pending")]);
    assert_eq!(project.ledger(), ["pass F 202510"]);
}

#[test]
fn what_is_done_is_redone_by_the_scheduler_itself() {
    let project = platform("{flow: F, platform: d, redo: downstream}", &[FIND, REDO]);
    project.put("there", b"");
    project.put("state", b"SUCCESS\n");
    project.run().code(0);
    assert_eq!(project.ledger(), ["redo 815", "z"]);
    // Not there: it is an ordinary flow.
    let project = platform("{flow: F, platform: d, redo: downstream}", &[FIND, REDO]);
    project.put("state", b"SUCCESS\n");
    project.run().code(0);
    assert_eq!(project.ledger(), ["submit F 202510", "z"]);
}

#[test]
fn what_others_have_done_already_is_taken_and_said_so() {
    let project = platform("{flow: F, platform: d}", &[FIND]);
    project.put("there", b"");
    project.put("state", b"SUCCESS\n");
    project.run().code(0).says("not submitted by us");
    assert_eq!(project.ledger(), ["z"]);
}
