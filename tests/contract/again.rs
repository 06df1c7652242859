//! Done steps done anew, and what is kept from starting: `redo`, `hold`, `release`; and what is late.

use crate::harness::{PATIENCE, Project, Status, hold, levels, note, poll, sh};

/// load, a gate that rests on it, and what follows; the letter goes to the next shift.
fn finished() -> Project {
    let project = Project::new().roster().runbook(&format!(
        "name: x\nhandover: next_shift\n{}",
        levels(&format!(
            "1:\n{}2:\n  - {{name: g, gate: {{ask: 'right?'}}}}\n3:\n{}",
            sh("load", &note("load")),
            sh("after", &note("after"))
        ))
        .trim_start_matches("name: x\n")
    ));
    let live = project.start();
    project.until("open", |s| s.open("g"));
    project.ms("confirm g --as wang.fang --note 'as in September'").code(0);
    live.finish(PATIENCE).code(0);
    project
}

const REDO: &str = "redo load --downstream --reason 'sent again' --as li.na";

#[test]
fn redo_reopens_a_finished_run_as_its_next_round() {
    let project = finished();
    let letters = project.letters().len();
    project.ms(REDO).code(0).says("resume");
    let status = project.status();
    assert_eq!((status.run(), &status.0["run"]["round"]), ("running", &2.into()));
    let gate = status.gate("g");
    assert_eq!((&gate["status"], &gate["decisions"]), (&"void".into(), &serde_json::json!([])));
    assert_eq!(gate["void"][0]["voided"]["by"], "li.na");
    let text = project.ms("status").code(0).says("round 2").text();
    assert!(text.contains("as in September") && text.contains("sent again"), "{text}");
    let live = project.spawn("resume --as zhang.wei");
    project.until("asked again", |s| s.open("g"));
    project.ms("gates").code(0).says("sent again").says("void");
    project.ms("confirm g --as wang.fang").code(0);
    live.finish(PATIENCE).code(0);
    assert_eq!(project.ledger(), ["load", "after", "load", "after"]);
    let second = project.letters();
    assert!(second.len() > letters, "the letter goes out again");
    let letter = second.iter().find(|letter| letter.header("Subject").contains("round 2")).unwrap();
    for told in ["sent again", "Li Na", "as in September"] {
        assert!(letter.text().contains(told), "{told} in {}", letter.text());
    }
}

#[test]
fn a_preview_of_redo_shows_steps_and_gates_and_changes_nothing() {
    let project = finished();
    let before = project.ms("events --json").code(0).text();
    let out = project.ms("redo load --downstream --plan --as li.na").code(0);
    for told in ["s/load", "s/after", "s/g", "void", "wang.fang", "round 2"] {
        assert!(out.text().contains(told), "{told}\n{out}");
    }
    let json = project.ms("redo load --downstream --plan --json --as li.na").code(0).json();
    assert_eq!(json["gates"][0]["to"], "void", "{json:#}");
    assert_eq!(json["run"]["round"], 2);
    assert_eq!(project.ms("events --json").code(0).text(), before);
}

#[test]
fn redo_that_cannot_be_is_refused() {
    let project = finished();
    project.ms("redo nothing --reason r --as li.na").code(2);
    project.ms("redo load --as li.na").code(2);
    project.ms("redo load --reason '' --as li.na").code(2);
    project.ms("redo load --reason r --as chen.jie").code(6);
    project.ms(REDO).code(0);
    project.ms(REDO).code(6);
    project.ms("cancel --reason enough --as zhang.wei").code(0);
    project.ms(REDO).code(6);
}

#[test]
fn one_part_of_many_is_done_anew_with_only_its_own_answer() {
    let project = Project::of(
        "1:\n  - name: load-{{ city }}\n    for_each: {city: [NJ, WX, XZ]}\n    env: {CITY: '{{ city }}'}\n    run: 'echo load-$CITY >> ledger'\n2:\n  - {name: g, gate: {ask: 'all there?', each: [NJ, WX, XZ]}}\n",
    );
    let live = project.start();
    project.until("open", |s| s.open("g"));
    for city in ["NJ", "WX"] {
        project.ms(&format!("confirm g --for {city}")).code(0);
    }
    let missing = project.ms("gates").code(0).text();
    assert!(missing.contains("1 to go: XZ") && missing.contains("confirmed NJ"), "{missing}");
    project.ms("redo load --for WX --reason 'WX sent again'").code(0);
    let again = project.until("asked again", |s| s.open("g"));
    let values: Vec<&str> =
        again.gate("g")["unanswered"].as_array().unwrap().iter().filter_map(|v| v.as_str()).collect();
    assert_eq!(values, ["WX", "XZ"]);
    assert_eq!((project.count("load-NJ"), project.count("load-WX")), (1, 2));
    for city in ["WX", "XZ"] {
        project.ms(&format!("confirm g --for {city}")).code(0);
    }
    live.finish(PATIENCE).code(0);
}

fn held(status: &Status, step: &str) -> bool {
    status.is(step, "held")
}

#[test]
fn a_held_step_does_not_start_until_it_is_released() {
    let project = Project::of(&format!(
        "1:\n{}2:\n{}{}",
        sh("first", &hold("go")),
        sh("a", &note("a")),
        sh("b", &note("b"))
    ))
    .roster();
    let live = project.start();
    project.until("running", |s| s.is("first", "running"));
    project.ms("hold a --reason 'waits for finance' --as li.na").code(0);
    project.put("go", b"");
    let status = project.until("b went by", |s| s.is("b", "succeeded"));
    assert!(held(&status, "a") && status.run() == "waiting", "{:#}", status.0);
    assert_eq!(status.step("a")["held"]["by"], "li.na");
    project.ms("status").code(0).says("waits for finance").says("held");
    project.ms("release a --as li.na").code(0);
    live.finish(PATIENCE).code(0);
    assert_eq!(project.ledger(), ["b", "a"]);
}

#[test]
fn a_held_run_starts_nothing_more() {
    let project =
        Project::of(&format!("1:\n{}2:\n{}", sh("first", &hold("go")), sh("a", &note("a")))).roster();
    let live = project.start();
    project.until("running", |s| s.is("first", "running"));
    project.ms("hold --reason 'the client stopped it' --as li.na").code(0);
    project.put("go", b"");
    project.until("waits", |s| s.is("first", "succeeded") && s.run() == "waiting");
    project.ms("status").code(0).says("the\nclient stopped it").says("release");
    project.ms("release --plan --as li.na").code(0);
    assert!(project.ledger().is_empty());
    project.ms("release --as li.na").code(0);
    live.finish(PATIENCE).code(0);
    project.ms("hold --as li.na").code(6);
}

#[test]
fn what_is_past_its_deadline_is_late_and_nothing_else() {
    let project = Project::new().runbook(
        "name: x\nstages:\n  - name: s\n    deadline: {day: 2, at: \"12:00\"}\n    levels:\n      1:\n        - {name: a, run: 'true', deadline: {day: 1, at: \"06:00\"}}\n      2:\n        - {name: g, gate: {ask: 'right?', deadline: {day: 1, at: \"08:00\"}}}\n",
    );
    let live = project.start();
    let status = project.until("open", |s| s.open("g"));
    assert_eq!(status.step("a")["late"], true, "done too late");
    assert_eq!(status.step("a")["status"], "succeeded");
    assert_eq!((&status.gate("g")["late"], &status.0["stages"][0]["late"]), (&true.into(), &true.into()));
    let text = project.ms("status").code(0).text();
    for told in ["LATE by", "late", "due 11-02 12:00", "due 11-01 08:00", "due 11-01 06:00"] {
        assert!(text.contains(told), "{told} in\n{text}");
    }
    project.ms("gates").code(0).says("LATE by");
    let told = poll(PATIENCE, || live.printed().contains("LATE").then_some(()));
    assert!(told.is_some(), "{}", live.printed());
    let zh = project.ms("status --lang zh").code(0).text();
    assert!(zh.contains("已逾期"), "{zh}");
    project.ms("confirm g").code(0);
    live.finish(PATIENCE).code(0);
}

#[test]
fn a_locale_without_a_language_speaks_the_projects() {
    let project = Project::of(&format!("1:\n{}", sh("a", "true"))).settings("# and so on\n").env("LANG", "C");
    let text = project.read("monthstart.yaml").replace("language: en", "language: zh");
    project.put("monthstart.yaml", text.as_bytes());
    project.ms("runs").code(0).says("还没有运行");
    for locale in ["", "POSIX", "C.UTF-8"] {
        let project = Project::new().env("LANG", locale);
        project.put("monthstart.yaml", text.as_bytes());
        project.ms("runs").code(0).says("还没有运行");
        project.ms("--help").code(0).says("命令");
    }
    let english = Project::new().env("LANG", "en_US.UTF-8");
    english.put("monthstart.yaml", text.as_bytes());
    english.ms("runs").code(0).says("no runs yet");
}

#[test]
fn gates_shows_what_a_decision_rests_on_and_what_is_to_be_filled_in() {
    let project = Project::of(
        "1:\n  - {name: load, run: 'echo ok'}\n2:\n  - name: g\n    gate:\n      ask: 'right?'\n      show: [{step: load}]\n      form:\n        rows: {type: integer, min: 1}\n",
    );
    let live = project.start();
    project.until("open", |s| s.open("g"));
    project.ms("gates").code(0).says("right?").says("succeeded").says("rows").says("needed");
    let gate = &project.ms("gates --json").code(0).json()[0];
    assert_eq!(gate["fields"][0]["name"], "rows", "{gate:#}");
    assert!(!gate["evidence"].as_array().unwrap().is_empty(), "{gate:#}");
    project.ms("confirm g --set rows=3").code(0);
    live.finish(PATIENCE).code(0);
}

#[test]
fn a_shadow_run_says_everywhere_that_it_is_one() {
    let project = Project::of("1:\n  - {name: g, gate: {ask: 'right?'}}\n");
    let live = project.spawn("run x.yaml --month 2025-10 --shadow");
    project.until("open", |s| s.open("g"));
    assert_eq!(project.status().0["run"]["shadow"], true);
    project.ms("status").code(0).says("shadow run");
    project.ms("confirm g").code(0);
    live.finish(PATIENCE).code(0).says("shadow run");
}

#[test]
fn what_decides_never_takes_a_shadow_for_the_real_run() {
    let project = Project::of("1:\n  - {name: g, gate: 'right?'}\n");
    let live = project.spawn("run x.yaml --month 2025-10 --shadow");
    project.until("open", |s| s.open("g"));
    for line in ["cancel x/2025-10 --reason r", "skip g --reason r --run x/2025-10", "resume x/2025-10"] {
        project.ms(&format!("{line} --as zhang.wei")).code(2).says("x/2025-10").says("x.shadow/2025-10");
    }
    for line in ["status x/2025-10", "gates x/2025-10", "events x/2025-10", "why --run x/2025-10"] {
        project.ms(line).code(0);
    }
    assert!(project.status().open("g"));
    project.ms("cancel x.shadow/2025-10 --reason r --as zhang.wei").code(0);
    live.finish(PATIENCE);
}
