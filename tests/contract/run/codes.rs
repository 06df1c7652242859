//! Exit codes, second runs, and the fields that scripts rely on.

use crate::harness::{PATIENCE, Project, hold, sh};
use regex::Regex;
use serde_json::Value;

fn simple() -> Project {
    Project::of(&format!("1:\n{}", sh("a", "echo a >> ledger")))
}

#[track_caller]
fn has(row: &Value, keys: &[&str]) {
    for key in keys {
        assert!(row.get(key).is_some(), "no {key} in {row:#}");
    }
}

#[test]
fn done_is_0() {
    let project = simple();
    project.run().code(0);
    assert_eq!(project.status().run(), "succeeded");
    project.ms("status").code(0).says("x/2025-10");
}

#[test]
fn a_second_run_of_the_month_is_refused_when_it_succeeded() {
    let project = simple();
    project.run().code(0);
    project.run().code(6).says("x/2025-10");
    assert_eq!(project.count("a"), 1);
    project.ms("run x.yaml --month 2025-09").code(0);
    assert_eq!(project.count("a"), 2);
}

#[test]
fn a_second_run_of_the_month_is_refused_while_it_is_open_and_points_to_resume() {
    let project = Project::of(&format!("1:\n{}", sh("a", "echo a >> ledger; exit 1")));
    project.run().code(4);
    project.run().code(6).says("resume");
    assert_eq!(project.count("a"), 1);
}

#[test]
fn a_second_run_of_the_month_is_refused_while_it_is_driven() {
    let project = Project::of(&format!("1:\n{}", sh("a", &format!("echo a >> ledger; {}", hold("go")))));
    let live = project.start();
    project.until("running", |s| s.is("a", "running"));
    project.run().code(6);
    project.resume().code(6);
    project.put("go", b"");
    live.finish(PATIENCE).code(0);
    assert_eq!(project.count("a"), 1);
}

#[test]
fn ten_starts_at_once_are_one_run() {
    let project = Project::of(&format!("1:\n{}", sh("a", "echo a >> ledger; sleep 0.5")));
    let racers: Vec<_> = (0..10).map(|_| project.start()).collect();
    let codes: Vec<i32> = racers.into_iter().map(|live| live.finish(PATIENCE).one_of(&[0, 6]).code).collect();
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{codes:?}");
    assert_eq!(project.count("a"), 1);
}

#[test]
fn usage_is_2() {
    let project = simple();
    for line in [
        "frobnicate",
        "run",
        "run x.yaml --no-such-option",
        "status no/such-run",
        "run x.yaml --month",
        "status --lang fr",
        "confirm",
        "plan x.yaml --format",
        "logs",
        "run x.yaml --progress loud",
        "schema colour",
        "completions klingon",
    ] {
        project.ms(line).code(2);
    }
    assert!(project.stateless());
}

#[test]
fn status_before_any_run_is_a_usage_error() {
    simple().ms("status").code(2);
    assert!(simple().ms("runs --json").code(0).json().as_array().unwrap().is_empty());
}

#[test]
fn help_is_0_and_names_every_verb() {
    let out = simple().ms("--help").code(0);
    for verb in [
        "init", "validate", "plan", "run", "resume", "status", "runs", "gates", "confirm", "reject", "retry",
        "skip", "force", "settle", "cancel", "logs", "mails", "events", "demo",
    ] {
        assert!(out.text().contains(verb), "{verb} in\n{out}");
    }
    simple().ms("--version").code(0);
}

#[test]
fn waiting_for_people_is_5() {
    let project = Project::of("1:\n  - {name: g, gate: {ask: ok to go}}\n");
    project.ms("run x.yaml --month 2025-10 --no-wait").code(5);
    assert_eq!(project.status().run(), "waiting");
    project.ms("resume --no-wait").code(5);
}

#[test]
fn a_state_folder_that_is_a_file_is_7() {
    let project = simple().file(".monthstart", "not a folder\n");
    project.run().code(7).says(".monthstart");
    assert_eq!(project.read(".monthstart"), "not a folder\n");
    assert!(project.ledger().is_empty());
}

#[test]
fn another_state_folder_is_used_everywhere() {
    let elsewhere = tempfile::tempdir().unwrap();
    let state = elsewhere.path().join("state");
    let project = simple().env("MONTHSTART_STATE", state.to_str().unwrap());
    project.run().code(0);
    assert!(project.stateless() && state.join("journal.db").exists());
    assert!(project.status().is("a", "succeeded"));
    let file = simple().file("blocked", "x").env("MONTHSTART_STATE", "blocked");
    file.run().code(7);
}

#[test]
fn another_store_by_option_and_by_environment() {
    let project = simple();
    std::fs::create_dir_all(project.path("data")).unwrap();
    project.ms("run x.yaml --month 2025-10 --store sqlite:data/other.db").code(0);
    project.ms("--store sqlite:data/other.db status").code(0);
    project.ms("status").code(2);
    simple().ms("run x.yaml --month 2025-10 --store nonsense").one_of(&[2, 3, 7]);
}

#[test]
fn the_fields_of_status() {
    let project =
        Project::of(&format!("1:\n{}2:\n  - {{name: g, gate: {{ask: ok to go}}}}\n", sh("a", "true")))
            .roster();
    project.ms("run x.yaml --month 2025-10 --as zhang.wei --yes").code(0);
    let status = project.status();
    has(
        &status.0["run"],
        &["id", "runbook", "month", "round", "status", "started_at", "finished_at", "started_by", "engine"],
    );
    has(&status.rows("stages")[0], &["name", "title", "status", "started_at", "finished_at"]);
    has(
        status.step("a"),
        &[
            "path",
            "stage",
            "level",
            "name",
            "kind",
            "platform",
            "status",
            "attempt",
            "started_at",
            "finished_at",
            "by",
            "reason",
            "error",
        ],
    );
    has(status.gate("g"), &["path", "kind", "ask", "status", "votes", "decisions"]);
    has(&status.gate("g")["decisions"][0], &["by", "decision", "for", "at", "note", "form", "in_advance"]);
    has(&status.rows("mails")[0], &["id", "to", "subject", "status", "attempts", "error"]);
    let run = &status.0["run"];
    assert_eq!(
        (&run["id"], &run["runbook"], &run["month"], &run["round"]),
        (&"x/2025-10".into(), &"x".into(), &"2025-10".into(), &1.into())
    );
    assert_eq!((&run["started_by"], &run["engine"]), (&"zhang.wei".into(), &Value::Null));
    assert_eq!(
        (&status.step("a")["path"], &status.step("a")["attempt"], &status.step("a")["kind"]),
        (&"s/a".into(), &1.into(), &"run".into())
    );
    assert_eq!(
        (&status.gate("g")["kind"], &status.step("g")["status"]),
        (&"gate".into(), &"succeeded".into())
    );
    let rfc3339 = Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$").unwrap();
    for at in [
        &run["started_at"],
        &run["finished_at"],
        &status.step("a")["started_at"],
        &status.gate("g")["decisions"][0]["at"],
    ] {
        assert!(at.as_str().is_some_and(|at| rfc3339.is_match(at)), "{at}");
    }
}

#[test]
fn status_words_while_it_runs() {
    let project = Project::of(&format!("1:\n{}2:\n{}", sh("a", &hold("go")), sh("b", "true")));
    let live = project.start();
    let status = project.until("running", |s| s.is("a", "running"));
    status.are(&[("b", "pending")]);
    assert_eq!((status.run(), status.rows("stages")[0]["status"].as_str()), ("running", Some("running")));
    assert_eq!(status.0["run"]["engine"]["pid"], live.pid());
    assert!(status.0["run"]["finished_at"].is_null());
    live.kill9();
}

#[test]
fn runs_gates_and_mails_are_arrays_of_the_same_objects() {
    let project = Project::of("1:\n  - {name: g, gate: {ask: ok to go}}\n").roster();
    project.ms("run x.yaml --month 2025-10 --as zhang.wei --no-wait").code(5);
    let status = project.status();
    assert_eq!(project.ms("runs --json").code(0).json()[0]["id"], status.0["run"]["id"]);
    assert_eq!(project.ms("gates --json").code(0).json()[0]["path"], status.gate("g")["path"]);
    assert!(project.ms("mails --json").code(0).json().is_array());
    project.ms("gates x/2025-10").code(0).says("ok to go");
    project.ms("runs").code(0).says("x/2025-10");
    project.ms("mails").code(0);
}

#[test]
fn events_are_one_object_a_line_in_their_order() {
    let project = simple();
    project.run().code(0);
    let events = project.ms("events --json").code(0).json_lines();
    let seqs: Vec<i64> = events.iter().map(|event| event["seq"].as_i64().unwrap()).collect();
    assert!(seqs.windows(2).all(|pair| pair[0] < pair[1]), "{seqs:?}");
    let at = |kind: &str| {
        events
            .iter()
            .position(|event| event["kind"] == kind)
            .unwrap_or_else(|| panic!("no {kind} in {events:?}"))
    };
    assert!(at("run_started") < at("step_started") && at("step_started") < at("step_ended"));
    has(&events[at("step_started")], &["seq", "at", "kind", "step", "attempt", "by"]);
}

#[test]
fn several_open_runs_are_listed() {
    let project = Project::of("1:\n  - {name: g, gate: {ask: ok to go}}\n");
    project.ms("run x.yaml --month 2025-10 --no-wait").code(5);
    project.ms("run x.yaml --month 2025-09 --no-wait").code(5);
    project.ms("status").code(2).says("x/2025-10").says("x/2025-09");
    project.ms("confirm g").code(2).says("x/2025-10").says("x/2025-09");
    project.ms("confirm g --run x/2025-09").code(0);
    project.ms("--run x/2025-09 resume").code(0);
    project.ms("status x/2025-10").code(0);
    assert_eq!(project.ms("runs --json").code(0).json().as_array().unwrap().len(), 2);
}

#[test]
fn the_default_month_is_a_month() {
    let project = simple();
    project.ms("run x.yaml").code(0);
    let month = project.status().0["run"]["month"].as_str().unwrap().to_owned();
    assert!(Regex::new(r"^20\d\d-(0[1-9]|1[0-2])$").unwrap().is_match(&month), "{month}");
}
