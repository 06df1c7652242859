//! The samples of the language's own page, letter for letter.

use crate::harness::Project;

pub(super) const SETTINGS: &str = include_str!("../samples/monthstart.yaml");
pub(super) const RUNBOOK: &str = include_str!("../samples/month-start.yaml");
pub(super) const MONTH_FILE: &str = include_str!("../samples/2026-10.yaml");
pub(super) const ROSTER: &str = include_str!("../samples/roster.yaml");

pub(super) fn samples() -> Project {
    let mut project = Project::new().file("monthstart.yaml", SETTINGS).file("month-start.yaml", RUNBOOK);
    for flow in ["DimAccItemCode", "DwdMergeBillM", "DwdMergeBillProdM", "DwdAccFinItemDtlM"] {
        project = project.file(&format!("flows/yt/{flow}.sql"), "select 1;\n");
    }
    let project = project.file("flows/mpp/DwdMergeBillDtl4M_MPP.sql", "select 1;\n");
    project.file("months/2026-10.yaml", MONTH_FILE).file("roster.yaml", ROSTER)
}

#[test]
fn the_samples_validate_as_they_stand() {
    let project = samples();
    project.ms("validate").code(0);
    project.ms("validate month-start.yaml").code(0);
    assert!(project.stateless());
}

#[test]
fn the_samples_validate_in_chinese() {
    samples().env("LANG", "zh_CN.UTF-8").ms("validate --lang zh").code(0);
}

#[test]
fn the_sample_is_planned_as_it_stands() {
    let project = samples();
    let plan = project.ms("plan month-start.yaml --month 2026-10").code(0);
    plan.line_with(&["DimEvtIvrNode", "follow"]);
    assert!(project.stateless());
}

#[test]
fn moving_a_flow_to_another_level_is_two_lines_and_right() {
    let line = "        - DwdAccFinItemDtlM\n";
    let moved = RUNBOOK
        .replace(&format!("      2:\n{line}"), "")
        .replace("        - DwdMergeBillProdM\n", &format!("        - DwdMergeBillProdM\n{line}"));
    assert_ne!(moved, RUNBOOK);
    samples().file("month-start.yaml", &moved).ms("validate month-start.yaml").code(0);
}

#[test]
fn one_letter_wrong_in_the_sample_is_found() {
    for (right, wrong) in [
        ("approvers: [lead]", "approvers: [laed]"),
        ("since: told", "since: tlod"),
        ("handover: next_shift", "handover: next_shfit"),
        ("platform: mpp}", "platform: mpq}"),
        ("after: []", "after: [bil-item]"),
        ("on_reject: {redo: [DimAccItemCode]}", "on_reject: {redo: [DimAccItemCoed]}"),
        ("except: [starter]", "except: [startre]"),
        ("deadline: {day: 2,", "deadline: {day: two,"),
        ("by: 10%", "by: ten"),
        ("last: 3 months", "last: 3 moths"),
    ] {
        assert!(RUNBOOK.contains(right), "{right}");
        let line = RUNBOOK.lines().position(|line| line.contains(right)).unwrap() + 1;
        let out = samples()
            .file("month-start.yaml", &RUNBOOK.replacen(right, wrong, 1))
            .ms("validate month-start.yaml")
            .code(3);
        assert!(super::names(&out.all(), "month-start.yaml", line), "{wrong} in line {line}\n{out}");
    }
}
