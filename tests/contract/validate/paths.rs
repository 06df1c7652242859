//! Names that become paths, and files that are no files: nothing leaves the project's folder, nothing hangs.

use super::{wrong, wrong_by, wrong_runbook, wrong_step};
use crate::harness::{Project, levels};
use std::os::unix::fs::symlink;
use std::process::Command;

const PART: &str = "name: part\nstages:\n  - {name: p, levels: {1: [{name: b, run: [ls]}]}}\n";

wrong_step! {
    step_name_that_climbs: "- {name: ../../etc/passwd, run: [ls]} # !!" => ["../../etc/passwd"];
    step_name_of_dots: "- {name: .., run: [ls]} # !!" => [".."];
    step_name_that_begins_with_a_dash: "- {name: -rf, run: [ls]} # !!" => ["-rf"];
    step_name_that_is_hidden: "- {name: .hidden, run: [ls]} # !!" => [".hidden"];
    step_name_with_a_space: "- {name: a b, run: [ls]} # !!" => ["a b"];
    step_name_with_a_colon: "- {name: '12:30', run: [ls]} # !!" => ["12:30"];
    step_name_in_chinese: "- {name: 账单, run: [ls]} # !!" => ["账单"];
    step_name_that_is_empty: "- {name: '', run: [ls]} # !!" => ["name"];
    step_name_with_a_newline: "- {name: \"a\\nb\", run: [ls]} # !!" => ["name"];
    step_name_of_65_letters: "- {name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, run: [ls]} # !!" => ["64"];
    step_name_with_a_look_alike: "- {name: \u{430}bc, run: [ls]} # !!" => ["name"];
    bare_flow_that_climbs: "- {flow: ../secret, platform: yt} # !!" => ["../secret"];
    sql_file_above_the_folder: "- {name: a, connection: yt, sql: {file: ../secret.sql}} # !!" => ["../secret.sql"];
    sql_file_by_absolute_path: "- {name: a, connection: yt, sql: {file: /etc/passwd}} # !!" => ["/etc/passwd"];
    sql_file_that_climbs_in_the_middle: "- {name: a, connection: yt, sql: {file: sql/../../secret.sql}} # !!" => ["secret.sql"];
}

wrong_runbook! {
    runbook_name_that_climbs: "name: ../x # !!\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n" => ["../x"];
    runbook_name_with_a_slash: "name: a/b # !!\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n" => ["a/b"];
    stage_name_with_a_slash: "name: x\nstages:\n  - name: s/t # !!\n    levels: {1: [{name: a, run: [ls]}]}\n" => ["s/t"];
    stage_name_with_a_hash: "name: x\nstages:\n  - name: 's#confirm' # !!\n    levels: {1: [{name: a, run: [ls]}]}\n" => ["s#confirm"];
    include_above_the_folder: "name: x\ninclude: [../part.yaml] # !!\n" => ["../part.yaml"];
    include_by_absolute_path: "name: x\ninclude: [/etc/passwd] # !!\n" => ["/etc/passwd"];
    include_of_nothing_there: "name: x\ninclude: [prat.yaml] # !!\n" => ["prat.yaml"];
    include_of_itself: "name: x\ninclude: [x.yaml] # !!\n" => ["x.yaml"];
    include_of_a_folder: "name: x\ninclude: [data] # !!\n" => ["data"];
    include_of_a_text: "name: x\ninclude: {file: a} # !!\n" => ["include"];
}

#[test]
fn a_name_of_64_letters_is_right() {
    let text = levels(&format!("1:\n  - {{name: {}, run: [ls]}}\n", "a".repeat(64)));
    Project::new().runbook(&text).ms("validate x.yaml").code(0);
}

#[test]
fn a_runbook_may_include_others() {
    let project =
        Project::new().runbook("name: x\ninclude: [parts/part.yaml]\n").file("parts/part.yaml", PART);
    project.ms("validate x.yaml").code(0);
    project.ms("validate parts/part.yaml").code(0);
    project.run().code(0);
    project.status().are(&[("p/b", "succeeded")]);
}

#[test]
fn includes_in_a_circle() {
    let project =
        Project::new().runbook("name: x\ninclude: [y.yaml]\n").file("y.yaml", "name: y\ninclude: [x.yaml]\n");
    wrong(project, &["x.yaml", "y.yaml"]);
}

#[test]
fn a_mistake_in_an_included_file_is_shown_in_that_file() {
    let part = PART.replace("run: [ls]}]}}", "rnu: [ls]}]}} # !!");
    wrong(
        Project::new().runbook("name: x\ninclude: [part.yaml]\n").file("part.yaml", &part),
        &["rnu", "run"],
    );
}

#[test]
fn included_stages_of_one_name() {
    let project = Project::new()
        .runbook("name: x\ninclude: [a.yaml, b.yaml]\n")
        .file("a.yaml", PART)
        .file("b.yaml", PART);
    wrong(project, &["p"]);
}

#[test]
fn include_through_a_link_that_leaves_the_folder() {
    let outside = Project::new().file("part.yaml", PART);
    let project = Project::new().runbook("name: x\ninclude: [part.yaml] # !!\n");
    symlink(outside.path("part.yaml"), project.path("part.yaml")).unwrap();
    wrong(project, &["part.yaml"]);
}

#[test]
fn sql_through_a_linked_folder_that_leaves() {
    let outside = Project::new().file("secret.sql", "select 'secret';\n");
    let project = super::step("- {name: a, connection: yt, sql: {file: sql/secret.sql}} # !!");
    symlink(outside.path(""), project.path("sql")).unwrap();
    wrong(project, &["secret.sql"]);
}

#[test]
fn include_of_a_pipe_does_not_hang() {
    let project = Project::new().runbook("name: x\ninclude: [pipe.yaml] # !!\n");
    pipe(&project, "pipe.yaml");
    project.ms("validate x.yaml").code(3).says("pipe.yaml").says("^");
}

#[test]
fn a_runbook_that_is_a_pipe_does_not_hang() {
    let project = Project::new();
    pipe(&project, "x.yaml");
    project.ms("validate x.yaml").one_of(&[2, 3]).says("x.yaml");
    project.run().one_of(&[2, 3]).says("x.yaml");
}

#[test]
fn a_roster_that_is_a_pipe_does_not_hang() {
    let project = Project::of("1:\n  - {name: a, run: [ls]}\n").settings("roster: roster.yaml\n");
    pipe(&project, "roster.yaml");
    project.ms("validate x.yaml").code(3).says("roster.yaml");
}

#[test]
fn a_device_as_include_does_not_fill_the_memory() {
    let project = Project::new().runbook("name: x\ninclude: [zero.yaml] # !!\n");
    symlink("/dev/zero", project.path("zero.yaml")).unwrap();
    project.ms("validate x.yaml").code(3).says("zero.yaml");
}

#[test]
fn a_roster_above_the_folder() {
    let project = Project::of("1:\n  - {name: a, run: [ls]}\n").settings("roster: ../roster.yaml # !!\n");
    wrong(project, &["../roster.yaml"]);
}

#[test]
fn a_runbook_that_is_not_there_is_a_usage_error() {
    let project = Project::new();
    for verb in ["validate", "plan", "run"] {
        project.ms(&format!("{verb} y.yaml")).code(2).says("y.yaml");
    }
    assert!(project.stateless());
}

#[test]
fn a_runbook_without_a_project_is_refused_or_runs() {
    let project = Project::of("1:\n  - {name: a, run: [ls]}\n");
    std::fs::remove_file(project.path("monthstart.yaml")).unwrap();
    project.run().one_of(&[0, 2, 3]);
    assert!(project.stateless() || project.status().is("a", "succeeded"));
}

#[test]
fn the_project_is_found_upwards_and_from_elsewhere() {
    let project = Project::new()
        .yt()
        .file("books/deep/y.yaml", &levels("1:\n  - {name: a, connection: yt, sql: select 1}\n"));
    project.ms("validate books/deep/y.yaml").code(0);
    project.ms("-C books/deep validate y.yaml").code(0);
    project.ms("validate -C books/deep y.yaml").code(0);
    wrong_by(&Project::of("1:\n  - {name: a, rnu: [ls]} # !!\n"), "validate x.yaml -C .", &["rnu"]);
}

fn pipe(project: &Project, name: &str) {
    assert!(Command::new("mkfifo").arg(project.path(name)).status().unwrap().success());
}
