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

#[test]
fn one_month_file_serves_all_runbooks() {
    let month = "skip:\n  - {step: verify/only-a, reason: r}\n  - {step: early/load-x, reason: r}\n  - {step: s/load, reason: r}\n";
    let other = "name: a\nstages:\n  - {name: early, levels: {1: [{name: 'load-{{ v }}', for_each: {v: [x, y]}, run: [ls]}]}}\n  - {name: verify, after: early, levels: {1: [{name: only-a, run: [ls]}]}}\n";
    let own = "name: b\nstages:\n  - {name: s, levels: {1: [{name: load, run: [ls]}]}}\n  - {name: verify, after: s, levels: {1: [{name: only-b, run: [ls]}]}}\n";
    let project = Project::new().file("a.yaml", other).file("b.yaml", own);
    project.put("months/2025-10.yaml", month.as_bytes());
    project.ms("validate").code(0).hides("only-a").hides("early");
    project.ms("validate b.yaml").code(0).hides("only-a");
    for name in ["a", "b"] {
        project.ms(&format!("plan {name}.yaml --month 2025-10")).code(0).hides("there is no");
    }
    // What none of them has is a mistake, with what was meant, whoever has that.
    for (wrong, meant) in [("verify/onlya", "only-a"), ("verfy/only-a", "verify"), ("s/laod", "load")] {
        project.put("months/2025-10.yaml", format!("skip: [{{step: {wrong}, reason: r}}]\n").as_bytes());
        for line in ["validate", "plan b.yaml --month 2025-10"] {
            let out = project.ms(line).code(3).says(meant);
            assert_eq!(out.all().matches("there is no").count(), 1, "{out}");
        }
    }
}

#[test]
fn what_can_never_work_is_told_before_it_runs() {
    let table = [
        ("{name: a, http: 'ftp://h/x'}", "http://"),
        ("{name: a, http: {url: 'h/x'}}", "http://"),
        ("{name: a, wait: {http: 'file:///etc/passwd'}}", "http://"),
        ("{name: a, http: {url: 'http://h', headers: {'A: b': c}}}", "A: b"),
        ("{name: a, gate: {ask: 'right?', each: []}}", "empty"),
        ("{name: a, run: [ls], review: {ask: 'right?', each: []}}", "empty"),
        ("{name: a, load: {file: a.csv, into: 't', separator: '\"'}}", "one character"),
        ("{name: a, wait: {sql: select 1, expect: between 20 and 10}}", "between 20 and 10"),
    ];
    for (step, word) in table {
        let project = Project::of(&format!("1:\n  - {step} # !!\n"));
        super::wrong_by(&project, "validate x.yaml", &[word]);
    }
    for url in ["HTTP://h/x", "https://h/{{ month }}"] {
        Project::of(&format!("1:\n  - {{name: a, http: '{url}'}}\n")).ms("validate x.yaml").code(0);
    }
}
