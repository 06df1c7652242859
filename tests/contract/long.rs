//! A run lasts for days: what others do to its files meanwhile is told plainly and holds nothing up.

use crate::harness::{PATIENCE, Project, hold, sh};

#[test]
fn logs_that_somebody_took_away_are_made_anew_and_told_as_gone() {
    let a = sh("a", "echo first");
    let b = sh("b", &hold("go"));
    let project = Project::of(&format!("1:\n{a}2:\n{b}3:\n{}", sh("c", "echo last"))).roster();
    let live = project.start();
    project.until("running", |s| s.is("b", "running"));
    project.ms("logs a").code(0).says("first");
    std::fs::remove_dir_all(project.path(".monthstart/logs")).unwrap();
    project.ms("logs a").code(0).line_with(&["s/a", "was taken away", ".monthstart/logs"]).tame();
    project.ms("logs a -f").code(0).line_with(&["s/a", "was taken away"]).tame();
    project.put("go", b"");
    live.finish(PATIENCE).code(0);
    project.ms("logs c").code(0).says("last");
}
