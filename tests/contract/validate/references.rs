//! Names that nobody bears, and circles.

use super::{wrong, wrong_runbook, wrong_step};
use crate::harness::{Project, levels};

wrong_step! {
    unknown_platform: "- {flow: F, platform: ty} # !!" => ["ty", "yt"];
    unknown_connection: "- {name: a, sql: select 1, connection: ty} # !!" => ["ty", "yt"];
    unknown_step_in_needs: "- {name: load, run: [ls]}\n- {name: b, run: [ls], needs: [laod]} # !!" => ["laod", "load"];
    unknown_step_in_since: "- {name: a, connection: yt, check: [{exists: 'yt:T', since: tld}]} # !!" => ["tld"];
    unknown_platform_of_a_table: "- {name: a, check: [{exists: 'ty:T'}]} # !!" => ["ty"];
    needs_itself: "- {name: a, run: [ls], needs: [a]} # !!" => ["a"];
    two_that_need_each_other: "- {name: a1, run: [ls], needs: [b1]}\n- {name: b1, run: [ls], needs: [a1]}" => ["a1", "b1"];
    three_in_a_circle_are_all_named: "- {name: a1, run: [ls], needs: [c1]}\n- {name: b1, run: [ls], needs: [a1]}\n- {name: c1, run: [ls], needs: [b1]}" => ["a1", "b1", "c1"];
}

wrong_runbook! {
    unknown_platform_of_a_stage: "name: x\nstages:\n  - name: s\n    platform: ty # !!\n    levels: {1: [F]}\n" => ["ty", "yt"];
    unknown_stage_in_after: "name: x\nstages:\n  - {name: bill, levels: {1: [{name: a, run: [ls]}]}}\n  - name: z\n    after: [bil] # !!\n    levels: {1: [{name: b, run: [ls]}]}\n" => ["bil"];
    stage_after_itself: "name: x\nstages:\n  - name: s\n    after: [s] # !!\n    levels: {1: [{name: a, run: [ls]}]}\n" => ["s"];
    stages_in_a_circle: "name: x\nstages:\n  - name: s1\n    after: [s2]\n    levels: {1: [{name: a, run: [ls]}]}\n  - name: s2\n    after: [s1]\n    levels: {1: [{name: b, run: [ls]}]}\n" => ["s1", "s2"];
    needs_a_later_level: "name: x\nstages:\n  - name: s\n    levels:\n      1:\n        - {name: a1, run: [ls], needs: [b1]}\n      2:\n        - {name: b1, run: [ls]}\n" => ["a1", "b1"];
    needs_a_name_of_two_stages: "name: x\nstages:\n  - {name: s1, levels: {1: [{name: a, run: [ls]}]}}\n  - {name: s2, after: [], levels: {1: [{name: a, run: [ls]}]}}\n  - name: s3\n    after: []\n    levels:\n      1:\n        - {name: b, run: [ls], needs: [a]} # !!\n" => ["s1/a", "s2/a"];
}

#[test]
fn a_need_across_stages_against_after_is_a_circle() {
    let text = "name: x\nstages:\n  - name: s1\n    levels:\n      1:\n        - {name: a1, run: [ls], needs: [s2/b1]}\n  \
         - {name: s2, after: [s1], levels: {1: [{name: b1, run: [ls]}]}}\n";
    wrong(Project::new().runbook(text), &["a1", "b1"]);
}

#[test]
fn a_need_by_stage_and_name_is_right() {
    let text = "name: x\nstages:\n  - {name: s1, levels: {1: [{name: a, run: [ls]}]}}\n  \
         - {name: s2, after: [], levels: {1: [{name: a, run: [ls], needs: [s1/a]}]}}\n";
    Project::new().runbook(text).ms("validate x.yaml").code(0);
}

#[test]
fn unknown_approver() {
    let text = levels("1:\n  - name: g\n    gate: {ask: ok to go, approvers: [lead, zhang.we]} # !!\n");
    wrong(Project::new().roster().runbook(&text), &["zhang.we", "zhang.wei"]);
}

#[test]
fn unknown_role_of_approvers() {
    let text = levels("1:\n  - name: g\n    gate: {ask: ok to go, approvers: [laed]} # !!\n");
    wrong(Project::new().roster().runbook(&text), &["laed", "lead"]);
}

#[test]
fn unknown_handover() {
    let text = format!("handover: nobody.here # !!\n{}", levels("1:\n  - {name: a, run: [ls]}\n"));
    wrong(Project::new().roster().runbook(&text), &["nobody.here"]);
}

#[test]
fn every_kind_of_handover_is_right() {
    for whom in ["next_shift", "lead", "li.na", "none"] {
        let text = format!("handover: {whom}\n{}", levels("1:\n  - {name: a, run: [ls]}\n"));
        Project::new().roster().runbook(&text).ms("validate x.yaml").code(0);
    }
}

#[test]
fn month_file_that_skips_an_unknown_step() {
    let project = Project::of("1:\n  - {name: load, run: [ls]}\n")
        .file("months/2025-10.yaml", "skip:\n  - {step: s/laod, reason: not this month} # !!\n");
    super::wrong_by(&project, "validate", &["laod", "load"]);
    super::wrong_by(&project, &project.line("plan x.yaml --month "), &["laod"]);
    super::wrong_by(&project, &project.line("run x.yaml --month "), &["laod"]);
}

#[test]
fn month_file_without_a_reason() {
    let project = Project::of("1:\n  - {name: load, run: [ls]}\n")
        .file("months/2025-10.yaml", "skip:\n  - {step: s/load} # !!\n");
    super::wrong_by(&project, "validate", &["reason"]);
}

#[test]
fn month_file_with_an_unknown_key() {
    let project =
        Project::of("1:\n  - {name: load, run: [ls]}\n").file("months/2025-10.yaml", "skp: [] # !!\n");
    super::wrong_by(&project, "validate", &["skp", "skip"]);
}

#[test]
fn month_file_of_no_month() {
    let project = Project::of("1:\n  - {name: load, run: [ls]}\n").file("months/2025-13.yaml", "skip: []\n");
    project.ms("validate").code(3).says("2025-13");
}

#[test]
fn a_bad_file_of_another_month_does_not_stop_this_one() {
    let project = Project::of("1:\n  - {name: load, run: [ls]}\n")
        .file("months/2025-09.yaml", "skip:\n  - {step: s/laod, reason: r}\n");
    project.ms("validate").code(3).says("laod");
    project.run().code(0);
}

#[test]
fn a_step_that_reads_what_its_neighbour_writes_is_a_warning() {
    let project = Project::of(
        "1:\n  - {name: a, run: [ls], writes: [dwd_x]}\n  - {name: b, run: [ls], reads: [dwd_x]}\n",
    );
    project.ms("validate x.yaml").code(0).says("dwd_x");
}

#[test]
fn a_step_that_reads_what_an_earlier_one_writes_is_no_warning() {
    let project = Project::of(
        "1:\n  - {name: a, run: [ls], writes: [dwd_x]}\n2:\n  - {name: b, run: [ls], reads: [dwd_x]}\n",
    );
    project.ms("validate x.yaml").code(0).hides("dwd_x");
}
