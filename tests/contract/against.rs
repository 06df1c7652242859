//! `validate --against`: what changed since a revision of git, one line a change.

use std::process::{Command, Stdio};

use crate::harness::Project;

const RUNBOOK: &str = "\
name: x
stages:
  - name: s
    platform: yt
    ready:
      - {name: told, notice: the books are closed}
    levels:
      3:
        - A
        - {name: load, sql: {file: sql/load.sql}}
      4:
        - B
    verify:
      - {name: right, gate: {ask: is it right?, approvers: [lead]}}
";

fn git(project: &Project, words: &[&str]) {
    let status = Command::new("git")
        .arg("-C")
        .arg(project.path(""))
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"])
        .args(words)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "git {words:?}");
}

fn project() -> Project {
    let project = Project::new().yt().roster().runbook(RUNBOOK).file("sql/load.sql", "select 1;\n");
    for flow in ["A", "B", "New"] {
        project.put(&format!("flows/{flow}.sql"), b"select 1;\n");
    }
    git(&project, &["init", "-q"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "-q", "-m", "first"]);
    project
}

fn change(project: &Project, from: &str, to: &str) {
    let text = project.read("x.yaml");
    assert!(text.contains(from), "{from:?} is not in\n{text}");
    project.put("x.yaml", text.replace(from, to).as_bytes());
}

#[test]
fn nothing_changed_is_one_line() {
    let project = project();
    assert_eq!(project.ms("validate --against HEAD").code(0).text(), "nothing changed since HEAD\n");
    // Comments and layout are no changes.
    change(&project, "name: x\n", "# nothing\n\nname:   x\n");
    assert_eq!(project.ms("validate --against HEAD").code(0).text(), "nothing changed since HEAD\n");
    assert_eq!(project.ms("validate --against HEAD --json").code(0).json(), serde_json::json!([]));
}

#[test]
fn every_change_is_a_line() {
    let project = project();
    change(&project, "        - A\n", "");
    change(&project, "        - B\n", "        - B\n        - A\n        - New\n");
    change(&project, "approvers: [lead]", "approvers: [operator], votes: 2");
    project.put("sql/load.sql", b"select 1;\nselect 2;\n");
    project.put("flows/B.sql", b"select 3;\n");
    project.put("roster.yaml", project.read("roster.yaml").replace("li.na:", "li.si:").as_bytes());
    project.put("roster.yaml", project.read("roster.yaml").replace("li.na]", "li.si]").as_bytes());
    let out = project.ms("validate x.yaml --against HEAD").code(0);
    let text = out.text();
    for line in [
        "s/A: level 3 -> 4",
        "s: + New (level 4, flow on yt)",
        "s/right: who may answer lead -> operator",
        "s/right: votes 1 -> 2",
        "sql/load.sql: changed from line 2 on, used by s/load",
        "flows/B.sql: changed from line 1 on, used by s/B",
        "- roster, li.na",
        "+ roster, li.si",
    ] {
        assert!(text.lines().any(|found| found == line), "no line {line:?}\n{out}");
    }
    let json = project.ms("validate --against HEAD --json").code(0).json();
    let moved = json.as_array().unwrap().iter().find(|change| change["change"] == "step_moved").unwrap();
    assert_eq!((&moved["step"], &moved["from"], &moved["to"]), (&"s/A".into(), &3.into(), &4.into()));
    assert_eq!(moved["runbook"], "x");
    project.ms("validate x.yaml --against HEAD --lang zh").code(0).says("s/A:等级 3 -> 4");
}

#[test]
fn this_months_skips_are_changes() {
    let project = project();
    project.put("months/2026-01.yaml", "skip:\n  - {step: s/B, reason: 停出}\n".as_bytes());
    project.ms("validate --against HEAD").code(0).says("2026-01: s/B: now skipped this month: 停出");
}

#[test]
fn runbooks_come_and_go() {
    let project = project();
    project.put("y.yaml", RUNBOOK.replace("name: x", "name: y").as_bytes());
    std::fs::remove_file(project.path("x.yaml")).unwrap();
    let out = project.ms("validate --against HEAD").code(0);
    assert_eq!(out.text(), "- runbook x.yaml\n+ runbook y.yaml\n");
}

#[test]
fn a_project_below_the_top_of_its_repository() {
    let outer = Project::new();
    for path in ["monthstart.yaml", "x.yaml"] {
        let text = if path == "x.yaml" {
            "name: x\nstages:\n  - name: s\n    levels: {1: [{name: a, run: [echo]}]}\n"
        } else {
            "timezone: Asia/Shanghai\n"
        };
        outer.put(&format!("deep/er/{path}"), text.as_bytes());
    }
    git(&outer, &["init", "-q"]);
    git(&outer, &["add", "."]);
    git(&outer, &["commit", "-q", "-m", "first"]);
    outer.put("deep/er/x.yaml", outer.read("deep/er/x.yaml").replace("1: [", "2: [").as_bytes());
    let out = outer.ms("validate -C deep/er --against HEAD").code(0);
    assert_eq!(out.text(), "s/a: level 1 -> 2\n");
}

#[test]
fn mistakes_of_now_are_shown_as_always() {
    let project = project();
    change(&project, "platform: yt", "platform: ty");
    project.ms("validate --against HEAD").code(3).says("x.yaml").says("^");
}

#[test]
fn mistakes_of_then_are_one_line() {
    let project = project();
    let good = project.read("x.yaml");
    change(&project, "platform: yt", "platform: ty");
    git(&project, &["commit", "-q", "-am", "worse"]);
    project.put("x.yaml", good.as_bytes());
    project.ms("validate --against HEAD").code(3).line_with(&["x.yaml", "HEAD"]).says("HEAD:x.yaml:4");
    project.ms("validate --against HEAD~1").code(0).says("nothing changed");
}

#[test]
fn without_git_or_revision_it_is_a_usage_error() {
    let project = project();
    project.ms("validate --against nowhere").code(2).line_with(&["nowhere"]);
    project.ms("validate --against=--output=x").code(2);
    assert!(!project.path("x").exists());
    let bare = Project::new().runbook("name: x\n");
    bare.ms("validate --against HEAD").code(2).line_with(&["git"]);
    let no_git = project.env("PATH", "/nowhere");
    no_git.ms("validate --against HEAD").code(2).line_with(&["git"]);
}
