//! The operators' verbs: what they demand, what they change, and the marks that stay.

use crate::harness::{PATIENCE, Project, Status, alive, hold, note, poll, sh, sh_with};

/// a succeeds, b fails until `fixed` is there, c comes after both.
fn broken() -> Project {
    let levels = format!(
        "1:\n{}2:\n{}3:\n{}",
        sh("alpha", &note("a")),
        sh("beta", "echo b >> ledger; [ -e fixed ]"),
        sh("gamma", &note("c"))
    );
    let project = Project::of(&levels).roster();
    project.run().code(4);
    assert_eq!(project.ledger(), ["a", "b"]);
    project
}

/// Insists that the mark of a step says who, and why.
#[track_caller]
fn marked(status: &Status, step: &str, word: &str, by: &str, reason: &str) {
    let row = status.step(step);
    assert_eq!(
        (&row["status"], &row["by"], &row["reason"]),
        (&word.into(), &by.into(), &reason.into()),
        "{row:#}"
    );
}

#[test]
fn retry_runs_a_failed_step_again_and_nothing_else() {
    let project = broken();
    project.put("fixed", b"");
    project.ms("retry beta --as li.na").code(0);
    project.resume().code(0);
    assert_eq!(project.ledger(), ["a", "b", "b", "c"]);
    assert_eq!(project.status().step("beta")["attempt"], 2);
}

#[test]
fn retry_of_a_step_that_fails_again_halts_again() {
    let project = broken();
    project.ms("retry beta --as li.na").code(0);
    project.resume().code(4);
    assert_eq!(project.ledger(), ["a", "b", "b"]);
}

#[test]
fn a_failed_step_is_repaired_while_the_rest_still_runs() {
    let project = Project::of(&format!(
        "1:\n{}{}2:\n{}",
        sh("a", "echo a >> ledger; [ -e fixed ]"),
        sh("slow", &hold("go")),
        sh("z", &note("z"))
    ));
    let live = project.start();
    project.until("a failed while slow runs", |s| s.is("a", "failed") && s.is("slow", "running"));
    project.put("fixed", b"");
    project.ms("retry a").code(0);
    project.until("a repaired while slow runs", |s| s.is("a", "succeeded") && s.is("slow", "running"));
    project.put("go", b"");
    live.finish(PATIENCE).code(0);
    assert_eq!(project.ledger(), ["a", "a", "z"]);
}

#[test]
fn skip_lets_what_follows_go_on_and_keeps_its_mark() {
    let project = broken();
    project.ms("skip beta --as li.na --reason 'not this month'").code(0);
    marked(&project.status(), "beta", "skipped", "li.na", "not this month");
    project.resume().code(0);
    assert_eq!(project.ledger(), ["a", "b", "c"]);
    marked(&project.status(), "beta", "skipped", "li.na", "not this month");
    project.ms("status").code(0).says("not this month");
}

#[test]
fn force_lets_what_follows_go_on_and_keeps_its_mark() {
    let project = broken();
    project.ms("force beta --as li.na --reason 'loaded by hand'").code(0);
    project.resume().code(0);
    assert_eq!(project.ledger(), ["a", "b", "c"]);
    marked(&project.status(), "beta", "forced", "li.na", "loaded by hand");
    assert_eq!(project.status().run(), "succeeded");
}

#[test]
fn force_while_live_releases_what_follows() {
    let project = Project::of(&format!(
        "1:\n{}{}\n2:\n{}",
        sh("a", "exit 1"),
        sh("slow", &hold("go")),
        sh("z", &note("z"))
    ));
    let live = project.start();
    project.until("a failed", |s| s.is("a", "failed"));
    project.ms("force a --reason 'done by hand'").code(0);
    project.put("go", b"");
    live.finish(PATIENCE).code(0);
    assert_eq!(project.ledger(), ["z"]);
}

#[test]
fn a_step_is_skipped_before_its_turn() {
    let project = Project::of("1:\n  - {name: g, gate: {ask: ok to go}}\n2:\n  - {name: a, run: 'echo a >> ledger'}\n  - {name: b, run: 'echo b >> ledger'}\n3:\n  - {name: c, run: 'echo c >> ledger'}\n").roster();
    project.ms(&project.line("run x.yaml --no-wait --month ")).code(5);
    project.ms("skip a s/b --as li.na --reason 'not this month'").code(0);
    project.ms("confirm g --as li.na").code(0);
    project.resume().code(0);
    assert_eq!(project.ledger(), ["c"]);
    marked(&project.status(), "a", "skipped", "li.na", "not this month");
    marked(&project.status(), "b", "skipped", "li.na", "not this month");
}

#[test]
fn what_changes_history_needs_a_reason() {
    let project = broken();
    for line in [
        "skip beta",
        "force beta",
        "cancel",
        "settle beta --as-done",
        "settle beta --reason r",
        "skip beta --reason ''",
        "force beta --reason '  '",
        "skip --reason r",
    ] {
        project.ms(&format!("{line} --as li.na")).code(2);
    }
    project.status().are(&[("beta", "failed"), ("gamma", "pending")]);
}

#[test]
fn several_steps_are_all_or_none() {
    let project = broken();
    project.ms("skip beta gama --as li.na --reason r").code(2).says("gamma");
    project.status().are(&[("beta", "failed"), ("gamma", "pending")]);
}

#[test]
fn verbs_refuse_the_wrong_state() {
    let project = broken();
    for line in [
        "retry alpha",
        "retry gamma",
        "settle beta --as-done --reason r",
        "settle alpha --as-failed --reason r",
        "skip alpha --reason r",
        "force alpha --reason r",
    ] {
        project.ms(&format!("{line} --as li.na")).code(6);
    }
    project.status().are(&[("alpha", "succeeded"), ("beta", "failed"), ("gamma", "pending")]);
    assert_eq!(project.ledger(), ["a", "b"]);
}

#[test]
fn verbs_refuse_whom_the_roster_does_not_let() {
    let project = broken();
    for line in ["retry beta", "skip beta --reason r", "force beta --reason r", "cancel --reason r", "resume"]
    {
        project.ms(&format!("{line} --as chen.jie")).code(6);
        project.ms(line).one_of(&[2, 6]);
    }
    project.status().are(&[("beta", "failed")]);
    assert_eq!(project.status().run(), "halted");
}

#[test]
fn a_near_miss_is_answered_with_what_was_meant() {
    let project = broken();
    project.ms("retry betta --as li.na").code(2).says("beta");
    project.ms("skip s/bata --as li.na --reason r").code(2).says("beta");
    project.ms("logs gama").code(2).says("gamma");
    project.ms("retry something-else-altogether --as li.na").code(2);
}

#[test]
fn a_name_of_two_stages_is_asked_for_whole() {
    let text = "name: x\nstages:\n  - {name: one, levels: {1: [{name: a, run: 'exit 1'}]}}\n  - {name: two, after: [], levels: {1: [{name: a, run: 'exit 1'}]}}\n";
    let project = Project::new().runbook(text);
    project.run().code(4);
    project.ms("skip a --reason r").code(2).says("one/a").says("two/a");
    project.ms("skip two/a --reason r").code(0);
    project.status().are(&[("one/a", "failed"), ("two/a", "skipped")]);
}

#[test]
fn plan_shows_and_changes_nothing() {
    let project = broken();
    let before = project.status().0;
    for line in ["retry beta", "skip beta --reason r", "force beta --reason r", "cancel --reason r"] {
        project.ms(&format!("{line} --plan --as li.na")).code(0);
    }
    let after = project.status().0;
    assert_eq!((&before["steps"], &before["run"]["status"]), (&after["steps"], &after["run"]["status"]));
}

#[test]
fn cancel_ends_the_processes_with_all_their_children() {
    let project = Project::of(&format!(
        "1:\n{}2:\n{}",
        sh(
            "a",
            "trap '' TERM; sh -c 'trap \"\" TERM; while :; do sleep 1; done' & echo $! > child.pid; while :; do sleep 1; done"
        ),
        sh("b", &note("b"))
    ));
    let live = project.start();
    let child = project.until_file("child.pid");
    project.spawn("cancel --reason 'wrong month'").finish(std::time::Duration::from_mins(1)).code(0);
    live.finish(std::time::Duration::from_mins(1)).code(4);
    assert!(poll(PATIENCE, || (!alive(&child)).then_some(())).is_some(), "the step's child still lives");
    let status = project.status();
    assert_eq!(status.run(), "cancelled");
    assert_ne!(status.word("a"), "succeeded");
    assert!(project.ledger().is_empty());
}

#[test]
fn a_cancelled_run_stays_so() {
    let project = broken();
    project.ms("cancel --as li.na --reason 'wrong month'").code(0);
    project.put("fixed", b"");
    project.resume().one_of(&[4, 6]);
    project.ms("retry beta --as li.na").one_of(&[2, 6]);
    assert_eq!(project.status().run(), "cancelled");
    assert_eq!(project.ledger(), ["a", "b"]);
    project.ms("runs").code(0).says("cancelled");
}

#[test]
fn a_reason_of_any_text_is_kept_and_does_no_harm() {
    let project = broken();
    let reason = "'; drop table steps; -- \u{1b}[2J\u{202e} $(id) {{ month }}\nsecond line 第二";
    project.argv(&["skip", "beta", "--as", "li.na", "--reason", reason]).code(0).tame();
    assert_eq!(project.status().step("beta")["reason"], reason);
    project.ms("status").code(0).tame();
    project.resume().code(0).tame();
}

#[test]
fn resume_of_a_finished_run_starts_nothing() {
    let project = Project::of(&format!("1:\n{}", sh("a", &note("a"))));
    project.run().code(0);
    project.resume().one_of(&[0, 6]);
    assert_eq!(project.count("a"), 1);
    project.ms("retry a").code(6);
    project.ms("skip a --reason r").code(6);
    assert_eq!(project.status().run(), "succeeded");
}

#[test]
fn resume_without_a_run_is_a_usage_error() {
    let project = Project::of(&format!("1:\n{}", sh("a", &note("a"))));
    project.resume().code(2);
    project.ms("resume x/2025-10").code(2);
    assert!(project.ledger().is_empty());
}

#[test]
fn a_runbook_edited_under_a_run_never_runs_a_done_step_again() {
    let project = broken();
    let text = project.read("x.yaml").replace("echo ''a''", "echo ''changed''");
    let project = project.runbook(&text).bytes("fixed", b"");
    project.ms("retry beta --as li.na").code(0);
    let out = project.resume();
    assert!([0, 3, 6].contains(&out.code), "{out}");
    assert_eq!((project.count("a"), project.count("changed")), (1, 0));
}

#[test]
fn verbs_tell_the_journal_who_did_what() {
    let project = broken();
    project.ms("skip beta --as li.na --reason 'not this month'").code(0);
    let events = project.ms("events --json").code(0).json_lines();
    let told =
        events.iter().any(|event| event.to_string().contains("not this month") && event["by"] == "li.na");
    assert!(told, "{events:#?}");
}

#[test]
fn who_holds_marks_or_releases_what_another_one_has_is_told_the_truth() {
    let text = format!("1:\n{}{}2:\n{}", sh("g", "exit 3"), sh("h", "exit 3"), sh("b", &note("b")));
    let project = Project::of(&text).roster();
    project.run().code(4);
    project.ms("hold s/b --as wang.fang --reason 'it is late'").code(0).says("held, recorded");
    project.ms("hold s/b --as wang.fang").code(0).says("already");
    project.ms("hold s/b --as li.na --reason 'another reason'").code(6).says("wang.fang");
    project.ms("release s/b --as li.na").code(0).says("released");
    project.ms("release s/b --as li.na").code(0).says("already");
    project.ms("skip s/g --as wang.fang --reason 'not today'").code(0);
    project.ms("skip s/g --as wang.fang --reason 'not today'").code(0);
    project.ms("skip s/g --as li.na --reason 'another reason'").code(6).says("wang.fang");
    project.ms("hold --as wang.fang --reason drill").code(0);
    project.ms("hold --as li.na --reason 'another drill'").code(6).says("wang.fang");
    let why = project.ms("why").code(0).says("drill").all();
    assert!(why.find("drill") < why.find("s/h"), "what stops everything comes first: {why}");
    project.ms("cancel --as li.na --reason 'wrong month'").code(0);
    assert!(!project.ms("status").all().contains("WAITING FOR A PERSON"));
}

#[test]
fn nobody_walks_round_a_confirmation_by_marking_and_redoing_its_step() {
    for verb in ["force", "skip"] {
        let step = sh_with("x", &note("x"), "confirm: {ask: shall it run}");
        let project = Project::of(&format!("1:\n{step}")).roster();
        project.ms("run x.yaml --month 2025-10 --no-wait --as wang.fang").code(5);
        project.ms(&format!("{verb} s/x --as wang.fang --reason 'in a hurry'")).code(0);
        project.ms("redo s/x --as wang.fang --reason 'now really'").code(0);
        project.ms("resume --no-wait --as wang.fang").code(5);
        assert_eq!(project.count("x"), 0, "it ran and nobody was asked");
        project.ms("confirm s/x#confirm --as li.na").code(0);
        project.resume().code(0);
        assert_eq!(project.count("x"), 1);
    }
}
