//! What a keeper that was killed has left behind.

use crate::harness::{PATIENCE, Project, alive, hold, poll, sh};

#[test]
fn why_tells_that_the_program_of_a_lost_step_still_runs() {
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
    project.put("go", b"");
    assert!(poll(PATIENCE, || (!alive(&leader)).then_some(())).is_some());
    project.ms("why b").code(0).says(&told);
    assert_eq!(project.ms("why b --json").code(0).json()["process_group"].to_string(), leader);
    project.put("never", b"");
    let quiet = poll(PATIENCE, || (!project.ms("why b").all().contains("still runs")).then_some(()));
    assert!(quiet.is_some(), "it is told of what is gone");
    assert!(project.ms("why b --json").code(0).json()["process_group"].is_null());
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
