//! A new project, schemas, completions, languages, and the demonstration.

use crate::harness::{Project, levels, sh};
use std::time::Duration;

fn empty() -> Project {
    let project = Project::new();
    std::fs::remove_file(project.path("monthstart.yaml")).unwrap();
    project
}

fn chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c))
}

#[test]
fn a_new_project_is_right_from_the_start() {
    let project = empty();
    project.ms("init").code(0);
    for file in ["monthstart.yaml", "roster.yaml", ".gitignore"] {
        assert!(project.path(file).exists(), "{file}");
    }
    assert!(project.read(".gitignore").contains(".monthstart"));
    project.ms("validate").code(0);
}

#[test]
fn a_new_project_in_a_folder_that_is_made() {
    let project = empty();
    project.ms("init new/place").code(0);
    project.ms("-C new/place validate").code(0);
    assert!(!project.path("monthstart.yaml").exists());
}

#[test]
fn init_writes_over_nothing() {
    let project = Project::new().file("roster.yaml", "# mine\n").file(".gitignore", "mine\n");
    let settings = project.read("monthstart.yaml");
    project.ms("init").one_of(&[0, 2, 6]);
    assert_eq!(project.read("monthstart.yaml"), settings);
    assert_eq!(project.read("roster.yaml"), "# mine\n");
    assert!(project.read(".gitignore").starts_with("mine\n"));
}

#[test]
fn init_into_a_file_is_refused() {
    let project = empty().file("taken", "x");
    let out = project.ms("init taken");
    assert!(out.code != 0 && !out.all().contains("panicked"), "{out}");
    assert_eq!(project.read("taken"), "x");
}

#[test]
fn schemas_are_json_schemas() {
    for kind in ["", "runbook", "project", "roster", "month"] {
        let schema = Project::new().ms(&format!("schema {kind}")).code(0).json();
        assert!(schema["$schema"].is_string(), "{kind}: {schema}");
        assert!(
            schema.get("properties").is_some()
                || schema.get("$ref").is_some()
                || schema.get("$defs").is_some()
        );
    }
    let text = Project::new().ms("schema runbook").code(0).text();
    for key in ["stages", "levels", "for_each", "on_failure", "approvers", "handover"] {
        assert!(text.contains(key), "{key}");
    }
}

#[test]
fn completions_for_the_shells() {
    for shell in ["bash", "zsh", "fish"] {
        Project::new().ms(&format!("completions {shell}")).code(0).says("monthstart").says("confirm");
    }
}

#[test]
fn the_language_is_chosen_by_option() {
    let project = Project::of(&format!("1:\n{}", sh("a", "true")));
    assert!(chinese(&project.ms("validate --lang zh nothing.yaml").code(2).all()));
    assert!(!chinese(&project.ms("validate --lang en nothing.yaml").code(2).all()));
    assert!(chinese(&project.ms("--lang zh plan x.yaml").code(0).text()));
    project.ms("run x.yaml --month 2025-10 --lang zh").code(0);
    assert!(chinese(&project.ms("status --lang zh").code(0).text()));
    assert!(!chinese(&project.ms("status --lang en").code(0).text()));
}

#[test]
fn json_speaks_no_language() {
    let project = Project::of(&format!("1:\n{}", sh("a", "true")));
    project.run().code(0);
    let (zh, en) = (
        project.ms("status --json --lang zh").code(0).json(),
        project.ms("status --json --lang en").code(0).json(),
    );
    assert_eq!((&zh["steps"], &zh["run"]["status"]), (&en["steps"], &en["run"]["status"]));
}

#[test]
fn diagnostics_in_chinese_hold_the_same_places() {
    let project = Project::new().runbook(&levels("1:\n  - {name: a, rnu: [ls]}\n"));
    let out =
        project.ms("validate x.yaml --lang zh").code(3).says("rnu").says("run").says("x.yaml").says("^");
    assert!(chinese(&out.all()), "{out}");
}

#[test]
fn a_terminal_in_gbk_gets_gbk() {
    let project = Project::of(&format!("1:\n{}", sh("a", "true"))).env("LANG", "zh_CN.GBK");
    project.run().code(0);
    let out = project.terminal("status --lang zh").finish(Duration::from_secs(30)).code(0);
    assert!(std::str::from_utf8(&out.stdout).is_err(), "still UTF-8\n{out}");
}

#[test]
fn common_options_stand_before_and_after_the_verb() {
    let project = Project::of(&format!("1:\n{}", sh("a", "true"))).roster();
    project.ms("--as zhang.wei --lang en run x.yaml --month 2025-10").code(0);
    assert!(project.ms("--json status").code(0).json().is_object());
    assert!(project.ms("status --json").code(0).json().is_object());
    project.ms("--run x/2025-10 status").code(0);
    project.ms("status --run x/2025-10").code(0);
    project.ms("status --run x/2031-01").code(2);
}

#[test]
fn the_demonstration_ends_by_itself() {
    let project = empty();
    let out = project.spawn("demo --yes stage").finish(Duration::from_mins(3)).code(0);
    assert!(!out.all().is_empty());
    let status = project.ms("-C stage status --json").code(0).json();
    assert_eq!(status["run"]["status"], "succeeded", "{status:#}");
    let decided = status["gates"]
        .as_array()
        .unwrap()
        .iter()
        .any(|gate| !gate["decisions"].as_array().unwrap().is_empty());
    assert!(decided, "{status:#}");
    assert!(!project.path(".monthstart").exists(), "it stays in its folder");
}

#[test]
fn the_demonstration_does_not_write_over_a_folder() {
    let project = empty().file("stage/monthstart.yaml", "# mine\n");
    let out = project.spawn("demo --yes stage").finish(Duration::from_mins(3));
    assert_ne!(out.code, 101, "{out}");
    assert_eq!(project.read("stage/monthstart.yaml"), "# mine\n");
}
