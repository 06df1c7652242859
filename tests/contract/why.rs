//! `why`: the chain from a step to its final causes, and who can act.

use crate::harness::{MONTH, PATIENCE, Project, hold, note, sh};

/// a fails, slow waits for a file, c comes after both; a gate stands before z.
fn stuck() -> Project {
    let text = format!(
        "1:\n{}{}2:\n{}3:\n  - {{name: g, gate: {{ask: go on?, approvers: [lead]}}}}\n{}",
        sh("a", "echo broken >&2; exit 3"),
        sh("slow", &hold("go")),
        sh("c", &note("c")),
        sh("z", &note("z")),
    );
    Project::of(&text).roster()
}

#[test]
fn a_step_leads_to_its_final_causes_and_to_who_can_act() {
    let project = stuck();
    let live = project.start();
    project.until("a failed while slow runs", |s| s.is("a", "failed") && s.is("slow", "running"));
    let out = project.ms("why z").code(0).says("s/a").says("exit code 3").says("s/slow").says("li.na");
    let out = out.says(&format!("monthstart retry s/a --run x/{MONTH}"));
    assert!(!out.text().contains("chen.jie"), "not an operator: {out}");
    let json = project.ms("why s/z --json").code(0).json();
    assert_eq!((&json["step"], &json["reason"]["kind"]), (&"s/z".into(), &"waits".into()));
    let causes = json["causes"].as_array().unwrap();
    let kinds: Vec<&str> = causes.iter().map(|cause| cause["reason"]["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["failed", "running"], "{json:#}");
    assert_eq!(causes[0]["holds"], 3, "c, the gate and z: {json:#}");
    let whole = project.ms("why --json").code(0).json();
    assert_eq!(whole["driven"], true);
    assert_eq!(whole["causes"][0]["steps"][0], "s/a", "who must act comes first: {whole:#}");
    project.put("go", b"");
    live.finish(PATIENCE).code(4);
    assert_eq!(project.ms("why slow --json").code(0).json()["reason"]["kind"], "succeeded");
}

#[test]
fn a_gate_says_whom_it_asks_and_a_hold_who_holds() {
    let project = Project::of(&format!(
        "1:\n  - {{name: g, gate: {{ask: go on?, approvers: [lead]}}}}\n{}2:\n{}",
        sh("a", &note("a")),
        sh("z", &note("z"))
    ))
    .roster();
    project.ms(&project.line("run x.yaml --no-wait --month ")).code(5);
    project.ms("why g").code(0).says("go on?").says("zhang.wei").says("monthstart confirm s/g");
    let json = project.ms("why g --json").code(0).json();
    assert_eq!(json["causes"][0]["people"], serde_json::json!(["zhang.wei"]), "only the lead: {json:#}");
    project.ms("hold z --reason 'customer is late' --as li.na").code(0);
    project.ms("why z").code(0).says("customer is late").says("s/g");
    project.ms("confirm g --as zhang.wei").code(0);
    let json = project.ms("why z --json").code(0).json();
    assert_eq!(json["causes"][0]["reason"]["kind"], "held", "{json:#}");
    project.ms("release z --as li.na").code(0);
    project.ms("why z").code(0).says(&format!("monthstart resume x/{MONTH}"));
    project.resume().code(0);
    project.ms("why").code(0).says("Every step is done");
}

#[test]
fn why_of_what_is_not_there() {
    let project = stuck();
    project.ms("why a").code(2).tame();
    let live = project.start();
    project.until("slow runs", |s| s.is("slow", "running"));
    project.ms("why slwo").code(2).tame().says("did you mean");
    project.ms("why t/slow").code(2).tame();
    project.ms("why --run nothing/2020-01").code(2);
    project.put("go", b"");
    live.finish(PATIENCE).code(4);
}

#[test]
fn why_speaks_chinese_and_survives_hostile_words() {
    let project = Project::of(&format!("1:\n{}", sh("a", "printf 'x\\033[2Jy\\n' >&2; exit 3")));
    project.run().code(4);
    for line in ["why a --lang zh", "why --lang zh"] {
        let out = project.ms(line).code(0).says("失败").says("可处理的人");
        assert!(!out.text().contains('\u{1b}'), "{out}");
    }
}
