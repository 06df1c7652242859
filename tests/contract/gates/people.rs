//! Who may decide: the roster says so, never `$USER` and never a back door.

use super::{decisions, gated, parked};
use crate::harness::{Project, ROSTER};
use std::process::Command;

const LEAD: &str = ", approvers: [lead]";

/// A roster in which the user that runs the tests is li.na.
fn logged_in(keys: &str) -> Project {
    let user = Command::new("id").arg("-un").output().unwrap().stdout;
    let user = String::from_utf8(user).unwrap();
    let roster = ROSTER.replace(
        "email: li.na@example.com,",
        &format!("email: li.na@example.com, os_user: {},{keys}", user.trim()),
    );
    let text = "1:\n  - {name: g, gate: {ask: ok to go}}\n";
    Project::of(text).settings("roster: roster.yaml\n").file("roster.yaml", &roster)
}

#[test]
fn only_approvers_answer() {
    let project = parked(LEAD);
    for person in ["li.na", "wang.fang", "chen.jie"] {
        let out = project.ms(&format!("confirm g --as {person}")).code(6);
        assert!(
            ["lead", "zhang.wei", "Zhang Wei"].iter().any(|who| out.all().contains(who)),
            "says who may\n{out}"
        );
        project.ms(&format!("reject g --as {person} --note no")).code(6);
    }
    assert!(project.status().open("g") && decisions(&project, "g").is_empty());
    project.ms("confirm g --as zhang.wei").code(0);
}

#[test]
fn approvers_may_be_named() {
    let project = parked(", approvers: [li.na, dim-team]");
    project.ms("confirm g --as zhang.wei").code(6);
    project.ms("confirm g --as wang.fang").code(0);
}

#[test]
fn without_approvers_any_operator_answers_and_nobody_else() {
    let project = parked("");
    project.ms("confirm g --as chen.jie").code(6);
    project.ms("confirm g --as li.na").code(0);
}

#[test]
fn strangers_look_and_do_not_decide() {
    let project = parked("");
    project.ms("confirm g").one_of(&[2, 6]).says("--as");
    project.ms("confirm g --as ghost").one_of(&[2, 6]).says("ghost");
    project.ms("confirm g --as ''").one_of(&[2, 6]);
    for line in ["status", "gates", "runs", "mails", "events", "logs a"] {
        project.ms(line).code(0);
    }
    assert!(project.status().open("g"));
}

#[test]
fn strangers_start_nothing() {
    let project = gated("");
    project.ms("run x.yaml --month 2025-10").one_of(&[2, 6]).says("--as");
    project.ms("run x.yaml --month 2025-10 --as chen.jie").code(6);
    assert!(project.ledger().is_empty());
}

#[test]
fn the_name_in_the_environment_is_nobody() {
    let project =
        gated(LEAD).env("USER", "zhang.wei").env("LOGNAME", "zhang.wei").env("SUDO_USER", "zhang.wei");
    project.ms("run x.yaml --month 2025-10 --no-wait --as li.na").code(5);
    project.ms("confirm g").one_of(&[2, 6]);
    assert!(project.status().open("g"));
}

#[test]
fn skip_and_force_do_not_walk_round_a_gate() {
    for verb in ["skip", "force"] {
        let project = parked(LEAD);
        project.ms(&format!("{verb} g --reason hurry --as li.na")).code(6);
        project.ms("resume --no-wait --as li.na").code(5);
        assert_eq!(project.ledger(), ["a"], "{verb}");
        assert!(project.status().open("g"));
    }
}

#[test]
fn skip_and_force_of_the_step_behind_do_not_open_the_gate() {
    let project = parked(LEAD);
    project.ms("force b --reason hurry --as li.na").one_of(&[0, 6]);
    project.ms("resume --no-wait --as li.na").code(5);
    assert!(project.status().open("g") && project.status().run() != "succeeded");
}

#[test]
fn the_operating_systems_user_is_the_person() {
    let project = logged_in("");
    project.ms("run x.yaml --month 2025-10 --no-wait").code(5);
    project.ms("confirm g").code(0);
    let status = project.status();
    assert_eq!(status.0["run"]["started_by"], "li.na");
    assert_eq!(status.gate("g")["decisions"][0]["by"], "li.na");
}

#[test]
fn a_known_user_is_not_somebody_else() {
    let project = logged_in("");
    project.ms("run x.yaml --month 2025-10 --no-wait").code(5);
    project.ms("confirm g --as zhang.wei").code(6);
    project.ms("confirm g --as wang.fang").code(6);
    assert!(project.status().open("g"));
    project.ms("confirm g --as li.na").code(0);
}

#[test]
fn a_known_user_may_stand_in_and_both_names_are_kept() {
    let project = logged_in(" stands_in_for: [wang.fang],");
    project.ms("run x.yaml --month 2025-10 --no-wait").code(5);
    project.ms("confirm g --as zhang.wei").code(6);
    project.ms("confirm g --as wang.fang").code(0);
    let events = project.ms("events --json").code(0).text();
    assert!(events.contains("wang.fang") && events.contains("li.na"), "{events}");
}

#[test]
fn without_a_roster_everyone_is_an_operator() {
    let project = Project::of("1:\n  - {name: g, gate: {ask: ok to go}}\n");
    project.ms("run x.yaml --month 2025-10 --no-wait").code(5);
    project.ms("confirm g").code(0);
    project.resume().code(0);
}

#[test]
fn gates_say_what_waits_for_whom() {
    let project = parked(LEAD);
    let out = project.ms("gates").code(0).says("Are the books right?");
    assert!(["lead", "zhang.wei", "Zhang Wei"].iter().any(|who| out.text().contains(who)), "{out}");
}
