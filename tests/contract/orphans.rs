//! What a keeper that was killed has left behind.

use crate::harness::{Live, PATIENCE, Project, alive, hold, note, poll, sh, sh_with};

/// A step `b` whose first attempt starts this in the background, notes its process, waits for a file `go` and fails.
fn with_a_child(child: &str, keys: &str) -> Project {
    let first = format!("( {child} ) > child.out 2>&1 & echo $! > child; {}; exit 1", hold("go"));
    let script =
        format!("echo $$ >> pids; if [ $MONTHSTART_ATTEMPT = 1 ]; then {first}; fi; {}", note("second"));
    Project::of(&format!("1:\n{}", sh_with("b", &script, keys)))
}

/// Starts its run; its child, and its leader.
#[track_caller]
fn begun(project: &Project) -> (Live, String, String) {
    let live = project.start();
    let child = project.until_file("child").trim().to_owned();
    (live, child, project.read("pids").trim().to_owned())
}

#[test]
fn children_of_a_dead_leader_are_ended_before_the_next_attempt() {
    for child in [hold("never"), format!("trap \"\" TERM; {}", hold("never"))] {
        let project = with_a_child(&child, "");
        let (live, child, leader) = begun(&project);
        project.kill_keeper();
        live.finish(PATIENCE).code(4);
        project.put("go", b"");
        assert!(poll(PATIENCE, || (!alive(&leader)).then_some(())).is_some());
        assert!(alive(&child));
        project.ms("retry b --as zhang.wei").code(0);
        project.resume().code(0);
        assert!(!alive(&child), "it runs beside the next attempt");
        assert_eq!(project.count("second"), 1);
        let told =
            format!("ended what was left of a former attempt, which nobody kept hold of: process {leader}");
        project.ms("logs b").code(0).says(&told);
    }
}

#[test]
fn what_a_program_leaves_running_at_an_end_that_is_known_is_nobodys_to_end() {
    let project = with_a_child(&hold("never"), "retry: {times: 1, delay: 1s}");
    let (live, child, _) = begun(&project);
    live.kill9();
    let engine = project.spawn("resume --as zhang.wei");
    project.until("taken over", |s| !s.0["run"]["engine"].is_null() && s.is("b", "running"));
    project.put("go", b"");
    engine.finish(PATIENCE).code(0);
    assert_eq!(project.status().step("b")["attempt"], 2);
    assert!(alive(&child), "a step may leave something running");
    project.ms("logs b").code(0).hides("what was left");
    project.put("never", b"");
}

#[test]
fn why_and_status_tell_that_the_program_of_a_lost_step_still_runs() {
    let child = format!("( {} ) & echo $! > child; {}", hold("never"), hold("go"));
    let project = Project::of(&format!("1:\n{}", sh("b", &format!("echo $$ > pid; {child}; kill -9 $$"))));
    let live = project.start();
    let group = project.until_file("child").trim().to_owned();
    assert!(alive(&group));
    let leader = project.read("pid").trim().to_owned();
    project.kill_keeper();
    live.finish(PATIENCE).code(4);
    project.status().are(&[("b", "lost")]);
    let told = format!("Process group {leader} of it still runs");
    project.ms("why b").code(0).says(&told);
    project.ms("why b --lang zh").code(0).says(&format!("其进程组 {leader} 仍在本机运行"));
    let shown = format!("its program still runs: process group {leader}");
    project.ms("status").code(0).says(&shown);
    project.ms("status --lang zh").code(0).says(&format!("其程序仍在运行:进程组 {leader}"));
    project.put("go", b"");
    assert!(poll(PATIENCE, || (!alive(&leader)).then_some(())).is_some());
    project.ms("why b").code(0).says(&told);
    assert_eq!(project.ms("why b --json").code(0).json()["process_group"].to_string(), leader);
    project.ms("status").code(0).says(&shown);
    assert_eq!(project.status().step("b")["process_group"].to_string(), leader);
    project.put("never", b"");
    let quiet = poll(PATIENCE, || (!project.ms("why b").all().contains("still runs")).then_some(()));
    assert!(quiet.is_some(), "it is told of what is gone");
    assert!(project.ms("why b --json").code(0).json()["process_group"].is_null());
    project.ms("status").code(0).hides("still runs");
    assert!(project.status().step("b")["process_group"].is_null());
}

/// What has ended and was never asked about by its parent is no process any more, and nobody has to look for it.
#[test]
fn what_has_ended_without_its_parent_asking_is_not_told_as_running() {
    let script = r#"
import os, time
def until(file):
    while not os.path.exists(file) and os.path.exists("monthstart.yaml"):
        time.sleep(0.05)
if os.fork() == 0:
    if os.fork() == 0:
        until("never")
        os._exit(0)
    # A session of its own: only the child that it never asks about is in the group of the step.
    os.setsid()
    with open("child", "w") as child:
        child.write("begun\n")
    until("gone")
    os._exit(0)
until("go")
"#;
    let step = "  - {name: b, run: [python3, left.py]}\n";
    let project = Project::of(&format!("1:\n{step}")).file("left.py", script);
    let live = project.start();
    project.until_file("child");
    project.kill_keeper();
    live.finish(PATIENCE).code(4);
    project.put("go", b"");
    project.ms("why b").code(0).says("still runs");
    project.put("never", b"");
    let quiet = poll(PATIENCE, || (!project.ms("why b").all().contains("still runs")).then_some(()));
    assert!(quiet.is_some(), "what has ended is told as running");
    project.put("gone", b"");
}
