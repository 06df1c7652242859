//! `fmt`: the one layout, written whole or not at all, and never another meaning.

use std::os::unix::fs::PermissionsExt as _;

use crate::harness::Project;

const UNLAID: &str = "# first\r\nname:  x\r\nstages:\r\n- name: s\r\n  levels:\r\n    1:\r\n    - { name: a,run: [echo , a] }   # one\r\n    # two\r\n    - name: b\r\n      run: |\r\n            echo b  \r\n              echo c\r\n- name: t\r\n  after: []\r\n  levels: {1: [{name: c, run: [echo]}]}\r\n";
const LAID: &str = "# first\nname: x\nstages:\n  - name: s\n    levels:\n      1:\n        - {name: a, run: [echo, a]}  # one\n        # two\n        - name: b\n          run: |\n            echo b  \n              echo c\n\n  - name: t\n    after: []\n    levels: {1: [{name: c, run: [echo]}]}\n";

#[test]
fn files_come_into_the_layout_once() {
    let project = Project::new().runbook(UNLAID);
    let path = project.path("x.yaml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let out = project.ms("fmt").code(0);
    assert_eq!(out.text(), "x.yaml\n");
    assert_eq!(project.read("x.yaml"), LAID);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    let written = std::fs::metadata(&path).unwrap().modified().unwrap();
    assert_eq!(project.ms("fmt").code(0).text(), "");
    assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), written, "written without need");
    let names: Vec<_> = project.snapshot().into_keys().collect();
    assert_eq!(names.len(), 2, "something was left behind: {names:?}");
    project.ms("validate").code(0);
}

#[test]
fn check_names_and_writes_nothing() {
    let project = Project::new().runbook(UNLAID).file("months/2026-10.yaml", "params:   {}\n");
    let before = project.snapshot();
    let out = project.ms("fmt --check").code(1);
    assert_eq!(out.text(), "months/2026-10.yaml\nx.yaml\n");
    assert_eq!(project.snapshot(), before);
    let json = project.ms("fmt --check --json").code(1).json();
    assert_eq!(json["changed"], serde_json::json!(["months/2026-10.yaml", "x.yaml"]));
    project.ms("fmt months/2026-10.yaml --check").code(1);
    project.ms("fmt").code(0);
    project.ms("fmt --check").code(0);
}

#[test]
fn included_files_and_the_roster_are_among_them() {
    let project = Project::new()
        .file("x.yaml", "name: x\ninclude: [parts/y.yaml]\n")
        .file("parts/y.yaml", "name: y\nstages:\n- name: s\n  levels: {1: [{name: c, run: [echo]}]}\n")
        .file("people/r.yaml", "people:\n    a.b: {roles: [operator]}\n")
        .settings("roster: people/r.yaml\n");
    assert_eq!(project.ms("fmt --check").code(1).text(), "parts/y.yaml\npeople/r.yaml\n");
}

#[test]
fn what_is_no_yaml_is_shown_and_left_alone() {
    let broken = "name: x\nstages: [\n";
    let project = Project::new().runbook(broken).file("y.yaml", "name:   y\n");
    let out = project.ms("fmt").code(3).says("x.yaml").says("^");
    assert!(out.text().contains("y.yaml"), "{out}");
    assert_eq!(project.read("x.yaml"), broken);
    assert_eq!(project.read("y.yaml"), "name: y\n");
}

#[test]
fn what_has_no_place_in_the_layout_is_left_alone() {
    let odd = "name:   x\n? stages\n: []\n";
    let project = Project::new().runbook(odd);
    project.ms("fmt").code(1).line_with(&["x.yaml:2"]);
    assert_eq!(project.read("x.yaml"), odd);
}

#[test]
fn a_link_stays_a_link() {
    let project = Project::new().file("real/x.yaml", "name:   x\n");
    std::os::unix::fs::symlink("real/x.yaml", project.path("x.yaml")).unwrap();
    project.ms("fmt").code(0);
    assert!(std::fs::symlink_metadata(project.path("x.yaml")).unwrap().is_symlink());
    assert_eq!(project.read("real/x.yaml"), "name: x\n");
}

#[test]
fn unknown_files_are_a_usage_error() {
    Project::new().ms("fmt nowhere.yaml").code(2).says("nowhere.yaml");
}
