//! What a keeper that was killed has left behind.

use crate::harness::{PATIENCE, Project, alive, hold, poll, sh};

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
