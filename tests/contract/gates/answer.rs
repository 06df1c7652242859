//! Answers, while the run is live and while nobody drives it.

use super::{decisions, gated, parked};
use crate::harness::{PATIENCE, Project, hold, sh};

#[test]
fn a_gate_is_confirmed_from_elsewhere_while_the_run_is_live() {
    let project = gated("");
    let live = project.start();
    let status = project.until("open", |s| s.open("g"));
    status.are(&[("a", "succeeded"), ("g", "waiting"), ("b", "pending")]);
    assert_eq!((status.run(), status.gate("g")["ask"].as_str()), ("waiting", Some("Are the books right?")));
    project.ms("confirm g --as wang.fang --note 'looked at it'").code(0);
    live.finish(PATIENCE).code(0);
    let kept = &decisions(&project, "g")[0];
    assert_eq!(
        (&kept["by"], &kept["decision"], &kept["note"]),
        (&"wang.fang".into(), &"confirmed".into(), &"looked at it".into())
    );
    assert_eq!(kept["in_advance"], false);
    assert_eq!(project.ledger(), ["a", "b"]);
}

#[test]
fn a_gate_is_confirmed_while_nobody_drives() {
    let project = parked("");
    project.ms("confirm g --as li.na").code(0);
    let status = project.status();
    assert_eq!(status.gate("g")["status"], "confirmed");
    assert_eq!(project.ledger(), ["a"], "a recorded answer starts nothing by itself");
    project.resume().code(0);
    assert_eq!(project.ledger(), ["a", "b"]);
}

#[test]
fn an_answer_holds_whoever_else_answers_later() {
    let project = parked("");
    project.ms("confirm g --as li.na").code(0);
    project.ms("confirm g --as li.na").code(0);
    let out = project.ms("reject g --as wang.fang --note no").code(6);
    assert!(out.all().contains("li.na") || out.all().contains("Li Na"), "{out}");
    project.ms("reject g --as li.na --note no").code(6);
    assert_eq!(decisions(&project, "g").len(), 1);
    project.resume().code(0);
    project.ms("confirm g --as li.na").one_of(&[0, 6]);
    assert_eq!(decisions(&project, "g").len(), 1);
}

#[test]
fn a_rejection_says_why() {
    let project = parked("");
    project.ms("reject g --as li.na").code(2).says("note");
    project.ms("reject g --as li.na --note ''").code(2);
    project.ms("reject g --as li.na --note '   '").code(2);
    assert!(project.status().open("g"));
    project.ms("reject g --as li.na --note 'two rows short'").code(0);
    let out = project.ms("confirm g --as wang.fang").code(6);
    assert!(out.all().contains("li.na") || out.all().contains("Li Na"), "{out}");
}

#[test]
fn a_rejection_halts_a_live_run_and_retry_asks_again() {
    let project = gated("");
    let live = project.start();
    project.until("open", |s| s.open("g"));
    project.ms("reject g --as li.na --note 'two rows short'").code(0);
    live.finish(PATIENCE).code(4);
    let status = project.status();
    status.are(&[("g", "failed"), ("b", "pending")]);
    assert_eq!((status.gate("g")["status"].as_str(), status.run()), (Some("rejected"), "halted"));
    project.resume().code(4);
    project.ms("retry g --as zhang.wei").code(0);
    project.ms("resume --no-wait --as zhang.wei").code(5);
    assert!(project.status().open("g"));
    project.ms("confirm g --as li.na").code(0);
    project.resume().code(0);
    assert_eq!(project.ledger(), ["a", "b"]);
}

#[test]
fn two_open_gates_are_answered_in_any_order() {
    let text = "1:\n  - {name: g1, gate: {ask: one fine}}\n  - {name: g2, gate: {ask: two fine}}\n2:\n  - {name: b, run: 'echo b >> ledger'}\n";
    let project = Project::of(text).roster();
    let live = project.start();
    project.until("both open", |s| s.open("g1") && s.open("g2"));
    project.ms("confirm g2 --as li.na").code(0);
    let status = project.until("g2 done", |s| s.is("g2", "succeeded"));
    assert!(status.open("g1") && status.is("b", "pending"));
    project.ms("confirm g1 --as li.na").code(0);
    live.finish(PATIENCE).code(0);
}

#[test]
fn a_gate_holds_what_depends_on_it_and_nothing_else() {
    let text = "name: x\nstages:\n  - {name: one, levels: {1: [{name: g, gate: {ask: ok to go}}], 2: [{name: b, run: 'echo b >> ledger'}]}}\n  \
         - {name: two, after: [], levels: {1: [{name: c, run: 'echo c >> ledger'}], 2: [{name: d, run: 'echo d >> ledger'}]}}\n  - {name: three, after: [two], levels: {1: [{name: e, run: 'echo e >> ledger'}]}}\n";
    let project = Project::new().runbook(text);
    project.ms("run x.yaml --month 2025-10 --no-wait").code(5);
    assert_eq!(project.ledger(), ["c", "d", "e"]);
    project.status().are(&[("g", "waiting"), ("b", "pending")]);
}

#[test]
fn no_wait_leaves_only_when_nothing_else_can_be_done() {
    let project = Project::of(&format!(
        "1:\n  - {{name: g, gate: {{ask: ok to go}}}}\n{}",
        sh("a", "sleep 1; echo a >> ledger")
    ));
    project.ms("run x.yaml --month 2025-10 --no-wait").code(5);
    assert_eq!(project.ledger(), ["a"]);
}

#[test]
fn a_step_may_ask_before_it_starts() {
    let project = Project::of("1:\n  - {name: a, confirm: 'Load now?', run: 'echo a >> ledger'}\n").roster();
    let live = project.start();
    let status = project.until("asked", |s| s.open("s/a#confirm"));
    assert_eq!(status.gate("s/a#confirm")["ask"], "Load now?");
    assert!(project.ledger().is_empty());
    project.ms("confirm s/a#confirm --as li.na").code(0);
    live.finish(PATIENCE).code(0);
    assert_eq!(project.ledger(), ["a"]);
}

#[test]
fn a_step_whose_question_is_rejected_never_starts() {
    let project = Project::of("1:\n  - {name: a, confirm: 'Load now?', run: 'echo a >> ledger'}\n2:\n  - {name: b, run: 'echo b >> ledger'}\n").roster();
    project.ms(&project.line("run x.yaml --no-wait --month ")).code(5);
    project.ms("reject s/a#confirm --as li.na --note 'not now'").code(0);
    project.resume().code(4);
    assert!(project.ledger().is_empty());
}

#[test]
fn retry_does_not_walk_round_the_question() {
    let project =
        Project::of("1:\n  - {name: a, confirm: 'Load now?', run: 'echo a >> ledger; exit 1'}\n").roster();
    project.ms(&project.line("run x.yaml --no-wait --month ")).code(5);
    project.ms("retry a --as li.na").code(6);
    project.resume_no_wait();
    assert!(project.ledger().is_empty());
}

#[test]
fn a_notice_is_recorded_with_who_said_it() {
    let project = Project::of("1:\n  - {name: told, notice: The customer says that it is maintained}\n2:\n  - {name: b, run: 'echo b >> ledger'}\n").roster();
    let live = project.start();
    let status = project.until("open", |s| s.open("told"));
    assert_eq!(status.gate("told")["kind"], "notice");
    project.ms("confirm told --as chen.jie").code(6);
    project.ms("confirm told --as li.na --note 'Mr Zhou phoned'").code(0);
    live.finish(PATIENCE).code(0);
    assert_eq!(decisions(&project, "told")[0]["note"], "Mr Zhou phoned");
}

#[test]
fn a_notice_came_by_a_known_channel() {
    let project = Project::of("1:\n  - {name: told, notice: The books are closed}\n").roster();
    project.ms(&project.line("run x.yaml --no-wait --month ")).code(5);
    project.ms("confirm told --as li.na --set channel=pigeon").code(2);
    project.ms("confirm told --as li.na --set who='Mr Zhou' --set channel=phone --set told_at='2025-11-01 02:10'").code(0);
    let kept = project.status().gate("told")["decisions"].to_string();
    assert!(kept.contains("Mr Zhou") && kept.contains("phone"), "{kept}");
}

#[test]
fn a_gate_that_is_not_open_yet_takes_no_answer() {
    let project =
        Project::of(&format!("1:\n{}2:\n  - {{name: g, gate: {{ask: ok to go}}}}\n", sh("a", &hold("go"))))
            .roster();
    let live = project.start();
    project.until("a runs", |s| s.is("a", "running"));
    project.ms("confirm g --as li.na").code(6);
    project.put("go", b"");
    project.until("open after all", |s| s.open("g"));
    project.ms("confirm g --as li.na").code(0);
    live.finish(PATIENCE).code(0);
}

#[test]
fn what_is_no_gate_takes_no_answer() {
    let project = parked("");
    project.ms("confirm a --as li.na").one_of(&[2, 6]);
    project.ms("confirm gg --as li.na").code(2).says("g");
    project.ms("confirm s/nothing-like-it --as li.na").code(2);
}

#[test]
fn a_form_field_that_is_not_asked_for_is_refused() {
    let project = parked("");
    project.ms("confirm g --as li.na --set rows=5").one_of(&[2, 6]);
    project.ms("confirm g --as li.na --for 南京").one_of(&[2, 6]);
    assert!(project.status().open("g"));
}

#[test]
fn yes_answers_in_advance_and_says_so() {
    let project = gated("");
    project.ms(&project.line("run x.yaml --yes --month ")).code(0);
    let kept = decisions(&project, "g");
    assert_eq!((kept.len(), &kept[0]["in_advance"], &kept[0]["by"]), (1, &true.into(), &"zhang.wei".into()));
}

#[test]
fn yes_answers_only_what_this_person_may() {
    let project = gated(", approvers: [lead]");
    project.ms("run x.yaml --yes --no-wait --month 2025-10 --as li.na").code(5);
    assert!(project.status().open("g") && decisions(&project, "g").is_empty());
    project.ms("confirm g --as zhang.wei").code(0);
    project.ms("resume --as li.na").code(0);
}

#[test]
fn notes_of_any_text_are_kept_and_do_no_harm() {
    let project = parked("");
    let note = "'; drop table events; -- \u{1b}[2J $(id) {{ month }} <b>\n第二行";
    project.argv(&["confirm", "g", "--as", "li.na", "--note", note]).code(0).tame();
    assert_eq!(decisions(&project, "g")[0]["note"], note);
    project.ms("gates").code(0).tame();
    project.ms("status").code(0).tame();
    project.ms("events").code(0).tame();
}
