//! Flows that somebody else's scheduler owns: submitted once, polled to an end that is known to be one.

use crate::harness::{Live, PATIENCE, Project, levels, poll};

const SCHEDULER: &str = r#"
case $1 in
submit) echo "submit $2 $3" >> ledger; echo "$4" >> tokens; [ -e mute ] || echo 4711 ;;
state)  echo "$2" >> polls; [ ! -e broken ] || { echo "SUCCESS? no: connection refused"; exit 5; }; cat state 2>/dev/null || echo WAITING ;;
find)   echo find >> finds; [ ! -e there ] || echo 815 ;;
cancel) echo "cancel $2" >> ledger ;;
redo)   echo "redo $2" >> ledger ;;
pass)   echo "pass $2 $3" >> ledger; while [ -e stuck ]; do sleep 0.05; done; echo SUCCESS > state ;;
esac
"#;

const PLATFORM: &str = r#"platforms:
  d:
    encoding: gbk
    flow:
      submit: {run: [sh, sched.sh, submit, "{{ flow }}", "{{ batch }}", "{{ token }}"], id: "^(\\d+)"}
      poll:   {run: [sh, sched.sh, state, "{{ id }}"], every: 1s, succeeded: "^SUCCESS$", failed: "^(FAILED|KILLED)", reason: "reason=(.*)"}
"#;

const FIND: &str =
    "      find:   {run: [sh, sched.sh, find, \"{{ flow }}\", \"{{ batch }}\"], id: \"^(\\\\d+)\"}\n";

/// A project with that scheduler as platform `d` and the flow `F` on it.
pub(crate) fn scheduled(more: &str) -> Project {
    scheduled_with("{flow: F, platform: d}", more)
}

/// The same with another first step, which is to be called F.
pub(crate) fn scheduled_with(step: &str, more: &str) -> Project {
    let project = Project::of(&format!("1:\n  - {step}\n2:\n  - {{name: z, run: 'echo z >> ledger'}}\n"));
    project.file("sched.sh", SCHEDULER).settings(&format!("{PLATFORM}{more}"))
}

/// Waits until the scheduler was asked so many times for a state.
fn polled(project: &Project, times: usize) {
    let seen = poll(PATIENCE, || (project.read("polls").lines().count() >= times).then_some(()));
    assert!(seen.is_some(), "polled {:?}", project.read("polls"));
}

fn succeeds(project: &Project, live: Live) {
    project.put("state", b"SUCCESS\n");
    live.finish(PATIENCE).code(0);
    project.status().are(&[("F", "succeeded"), ("z", "succeeded")]);
}

#[test]
fn a_flow_is_submitted_once_and_polled_to_its_end() {
    let project = scheduled("");
    let live = project.start();
    polled(&project, 2);
    project.status().are(&[("F", "running"), ("z", "pending")]);
    succeeds(&project, live);
    assert_eq!(project.ledger(), ["submit F 202510", "z"]);
    assert!(project.read("polls").lines().all(|id| id == "4711"));
    assert!(!project.read("tokens").trim().is_empty());
}

#[test]
fn a_failed_flow_tells_its_reason_in_the_platforms_encoding() {
    let project = scheduled("");
    project.put("state", b"FAILED reason=\xb2\xbb\xb4\xe6\xd4\xda\n");
    project.run().code(4);
    let status = project.status();
    status.are(&[("F", "failed"), ("z", "pending")]);
    assert!(status.step("F")["error"].to_string().contains("不存在"), "{:#}", status.0);
}

#[test]
fn an_unknown_state_word_is_not_an_end() {
    let project = scheduled("");
    project.put("state", b"UNKNOWN\n");
    let live = project.start();
    polled(&project, 3);
    project.put("state", b"SUCCESSOR of something\n");
    polled(&project, 6);
    project.status().are(&[("F", "running"), ("z", "pending")]);
    succeeds(&project, live);
}

#[test]
fn a_poll_that_fails_is_not_a_flow_that_failed() {
    let project = scheduled("");
    project.put("broken", b"");
    let live = project.start();
    polled(&project, 4);
    project.status().are(&[("F", "running")]);
    std::fs::remove_file(project.path("broken")).unwrap();
    succeeds(&project, live);
    assert_eq!(project.count("submit F 202510"), 1);
}

#[test]
fn a_flow_that_is_there_already_is_not_submitted_again() {
    let project = scheduled(FIND);
    project.put("there", b"");
    let live = project.start();
    polled(&project, 1);
    succeeds(&project, live);
    assert_eq!(project.ledger(), ["z"]);
    assert!(project.read("polls").lines().all(|id| id == "815"));
}

#[test]
fn a_flow_that_is_surely_not_there_is_submitted() {
    let project = scheduled(FIND);
    let live = project.start();
    polled(&project, 1);
    succeeds(&project, live);
    assert_eq!(project.count("submit F 202510"), 1);
}

#[test]
fn a_submission_that_gives_no_id_is_never_success_nor_made_again_blindly() {
    let project = scheduled("");
    project.put("mute", b"");
    project.put("state", b"SUCCESS\n");
    project.run().code(4);
    assert_eq!(project.ledger(), ["submit F 202510"]);
    assert!(["failed", "lost"].contains(&project.status().word("F")));
}

#[test]
fn the_batch_of_a_stage_and_of_a_step() {
    let text = "name: x\nstages:\n  - name: s\n    platform: d\n    batch: '{{ month.last_day.compact }}'\n    levels:\n      1: [F]\n      2:\n        - {flow: G, batch: '{{ month.previous }}'}\n";
    let project = scheduled("").runbook(text);
    project.put("state", b"SUCCESS\n");
    project.run().code(0);
    assert_eq!(project.ledger(), ["submit F 20251031", "submit G 2025-09"]);
}

#[test]
fn cancel_reaches_the_platform() {
    let project = scheduled("      cancel: {run: [sh, sched.sh, cancel, \"{{ id }}\"]}\n");
    let live = project.start();
    polled(&project, 1);
    project.ms("cancel --reason 'wrong month'").code(0);
    live.finish(PATIENCE).code(4);
    assert_eq!(project.ledger(), ["submit F 202510", "cancel 4711"]);
}

#[test]
fn a_flow_of_sql_is_done_when_its_sql_is() {
    let text = levels("1: [A]\n2: [B]\n").replace("- name: s\n", "- name: s\n    platform: yt\n");
    let project = Project::new()
        .yt()
        .runbook(&text)
        .file("flows/A.sql", "insert into t values ('a');\n")
        .file("flows/B.sql", "insert into t select a || 'b' from t;\n");
    project.run().code(0);
    assert_eq!(project.query("select a from t order by a"), ["a", "ab"]);
    let status = project.status();
    assert_eq!((&status.step("A")["kind"], &status.step("A")["platform"]), (&"flow".into(), &"yt".into()));
}

#[test]
fn a_flow_whose_file_is_missing_is_named_and_never_success() {
    let project = Project::of("1:\n  - {flow: Nowhere, platform: yt}\n").yt();
    project.run().one_of(&[3, 4]).says("Nowhere");
}
