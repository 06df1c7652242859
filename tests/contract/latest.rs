//! `resume --latest`: the runbook as it is on disk now, taken into a run that has begun.

use crate::harness::{Live, PATIENCE, Project, hold, levels, note, sh};
use serde_json::Value;

/// `a` and `b` are done, `c` waits for a gate that is confirmed, and fails.
fn halted() -> Project {
    let project = Project::of(&book(&sh("a", &note("a")), "false")).roster();
    let live = project.start();
    project.until("open", |s| s.open("g"));
    project.ms("confirm g --as li.na").code(0);
    live.finish(PATIENCE).code(4);
    project
}

fn book(first: &str, last: &str) -> String {
    let gate = "  - {name: g, gate: {ask: well}}\n";
    format!("1:\n{first}{}2:\n{gate}3:\n{}", sh("b", &note("b")), sh("c", &format!("{}; {last}", note("c"))))
}

fn edited(project: Project, text: &str) -> Project {
    project.runbook(&levels(text))
}

fn latest(project: &Project, more: &str) -> Live {
    project.spawn(&format!("resume --latest --as zhang.wei {more}"))
}

fn kinds(project: &Project, kind: &str) -> Vec<Value> {
    let events = project.ms("events --json").code(0).json_lines();
    events.into_iter().filter(|event| event["kind"] == kind).collect()
}

#[test]
fn what_is_done_stays_done_what_is_new_runs_and_what_rested_on_less_is_asked_again() {
    let project = halted();
    let first = format!("{}{}", sh("a", &note("other")), sh("n", &note("n")));
    let project = edited(project, &book(&first, "true"));
    let before = kinds(&project, "plan_renewed").len();
    let shown = project.ms("resume --latest --plan --as zhang.wei").code(0);
    let shown = shown.says("s/n: new").says("s/a: done as it was").says("s/g: void: the answer of li.na");
    shown.says("redo");
    assert_eq!((before, kinds(&project, "plan_renewed").len()), (0, 0), "it was only shown");
    project.ms("retry c --as zhang.wei").code(0);
    let live = latest(&project, "");
    project.until("asked again", |s| s.open("g") && s.is("n", "succeeded"));
    project.ms("confirm g --as li.na").code(0);
    live.finish(PATIENCE).code(0).says("s/a: done as it was");
    assert_eq!(
        (project.count("a"), project.count("b"), project.count("other")),
        (1, 1, 0),
        "nothing done ran again"
    );
    assert_eq!((project.count("n"), project.count("c")), (1, 2));
    let status = project.status();
    assert_eq!(status.step("a")["outdated"], true);
    assert_eq!(status.step("b")["outdated"], false);
    assert_eq!(status.gate("g")["void"][0]["by"], "li.na");
    let renewed = kinds(&project, "plan_renewed");
    assert_eq!(renewed.len(), 1);
    assert_eq!(renewed[0]["by"], "zhang.wei");
    assert_eq!((&renewed[0]["added"], &renewed[0]["changed"]), (&"s/n".into_array(), &both(&["s/a", "s/c"])));
    assert!(renewed[0].get("plan").is_none(), "told compactly");
    project.ms("verify").code(0);
}

trait IntoArray {
    fn into_array(self) -> Value;
}

impl IntoArray for &str {
    fn into_array(self) -> Value {
        Value::from(vec![self])
    }
}

fn both(paths: &[&str]) -> Value {
    Value::from(paths.to_vec())
}

#[test]
fn the_difference_is_data_too() {
    let project = halted();
    let project = edited(project, &book(&sh("z", &note("z")), "true"));
    let shown = project.ms("resume --latest --plan --json --as zhang.wei").code(0).json();
    assert_eq!((&shown["run"], &shown["file"]), (&"x/2025-10".into(), &"x.yaml".into()));
    assert_eq!((&shown["runs"], &shown["changed"]), (&both(&["s/z"]), &both(&["s/c"])));
    assert_eq!(shown["removed"][0]["step"], "s/a");
    assert_eq!(shown["void"][0]["gate"], "s/g");
    assert!(
        shown["changes"].as_array().unwrap().iter().all(|change| change["text"].is_string()),
        "{shown:#}"
    );
    let told = latest(&project, "--no-wait --json").finish(PATIENCE).code(5).json();
    assert_eq!(told["renewed"]["runs"], both(&["s/z"]));
    let mut ledger = project.ledger();
    ledger.sort();
    assert_eq!(ledger, ["a", "b", "c", "z"], "z alone ran");
}

#[test]
fn at_a_terminal_it_is_asked_what_of_the_done_runs_again() {
    let project = halted();
    let text = format!("{}{}", sh("a", &note("other")), sh("a2", &note("a2")));
    let project = edited(project, &book(&text, "true"));
    let mut live = project.terminal("resume --latest --as zhang.wei");
    live.shows("[1] s/a");
    live.types("7\n");
    live.shows("is none of these");
    live.types("1\n");
    live.shows("With everything that depends on them?");
    live.types("\n");
    project.until("again", |s| s.is("a", "succeeded") && s.open("g"));
    assert_eq!(project.count("other"), 1);
    assert_eq!(project.count("b"), 1);
    // A terminal that goes away would not end it.
    project.ms("cancel --reason over --as li.na").code(0);
    live.finish(PATIENCE).code(4);
    let redone = kinds(&project, "step_redone");
    assert_eq!((redone.len(), &redone[0]["step"]), (1, &"s/a".into()));
}

#[test]
fn the_end_of_input_is_no_answer_and_changes_nothing() {
    let project = halted();
    let project = edited(project, &book(&sh("a", &note("other")), "true"));
    let mut live = project.terminal("resume --latest --as zhang.wei");
    live.shows("[1] s/a");
    live.types("\u{4}");
    live.finish(PATIENCE).code(130).says("nothing was changed");
    assert!(kinds(&project, "plan_renewed").is_empty());
    assert_eq!(project.count("other"), 0);
}

#[test]
fn what_is_gone_keeps_its_mark_in_status_and_letter() {
    let first = format!("{}{}", sh("odd", &note("odd")), sh("a", &note("a")));
    let project = Project::of(&format!("{}3:\n{}", format_args!("1:\n{first}"), sh("c", "false"))).roster();
    project.ms("run x.yaml --month 2025-10 --as zhang.wei --no-wait").one_of(&[0, 4]);
    project.ms("redo odd --reason 'looked odd' --as zhang.wei").code(0);
    project.ms("force odd --reason 'done by hand' --as li.na").code(0);
    let project = edited(project, &format!("1:\n{}3:\n{}", sh("a", &note("a")), sh("c", &note("c"))));
    project.ms("retry c --as zhang.wei").code(0);
    latest(&project, "").finish(PATIENCE).code(0);
    let mut ran = project.ledger();
    ran[..2].sort();
    assert_eq!(ran, ["a", "odd", "c"], "the first two side by side");
    let status = project.status();
    let gone = &status.rows("removed")[0];
    assert_eq!((&gone["path"], &gone["status"]), (&"s/odd".into(), &"forced".into()));
    assert_eq!((&gone["by"], &gone["reason"]), (&"li.na".into(), &"done by hand".into()));
    project.ms("status").code(0).says("no longer in the runbook").says("done by hand");
    let letters: Vec<String> = project.letters().iter().map(|letter| letter.text().to_owned()).collect();
    assert!(letters.iter().any(|text| text.contains("odd") && text.contains("done by hand")), "{letters:#?}");
}

#[test]
fn parameters_that_were_given_stay_and_files_that_cannot_be_taken_in_change_nothing() {
    let params =
        "name: x\nparams:\n  who: {type: text, default: nobody}\n  what: {type: text, default: old}\n";
    let body = |tail: &str| format!("stages:\n  - name: s\n    levels:\n      1:\n{tail}");
    let env = "env: {WHO: \"{{ params.who }}\", WHAT: \"{{ params.what }}\"}";
    let c = |script: &str| format!("        - {{name: c, run: '{script}', {env}}}\n");
    let project = Project::new().roster().runbook(&format!("{params}{}", body(&c("false"))));
    project.ms("run x.yaml --month 2025-10 -p who=li --as zhang.wei").code(4);
    let nothing = |project: &Project, code: i32, says: &str| {
        let before = project.ms("events --json").code(0).text();
        project.ms("resume --latest --as zhang.wei").code(code).says(says);
        assert_eq!(project.ms("events --json").code(0).text(), before, "nothing was recorded");
    };
    let mended = c("echo $WHO $WHAT >> ledger");
    let project = project.runbook(&format!("{params}stages: nonsense\n"));
    nothing(&project, 3, "x.yaml");
    let project = project.runbook(&format!("{params}{}", body(&mended)).replace("name: x\n", "name: y\n"));
    nothing(&project, 6, "y/2025-10");
    let project = project.runbook(&format!("{params}{}", body(&mended)).replace("  who:", "  whom:"));
    nothing(&project, 3, "who");
    std::fs::remove_file(project.path("x.yaml")).unwrap();
    nothing(&project, 3, "x.yaml");
    let now = format!("{params}{}", body(&mended)).replace("default: old", "default: new");
    let project = project.runbook(&now);
    project.ms("retry c --as zhang.wei").code(0);
    project.ms("resume --latest --as zhang.wei").code(0);
    assert_eq!(project.ledger(), ["li new"], "what was given stays, a default is the runbook's");
}

#[test]
fn a_run_that_is_driven_is_not_renewed_and_of_two_at_once_one_is() {
    let project = Project::of(&format!("1:\n{}", sh("a", &hold("go")))).roster();
    let live = project.start();
    project.until("running", |s| s.is("a", "running"));
    let project = edited(project, &format!("1:\n{}{}", sh("a", &hold("go")), sh("b", &note("b"))));
    project.ms("resume --latest --as zhang.wei").code(6);
    project.ms("resume --latest --plan --as zhang.wei").code(0).says("s/b: new");
    project.put("go", b"");
    live.finish(PATIENCE).code(0);
    let both = [latest(&project, ""), latest(&project, "")].map(|live| live.finish(PATIENCE).one_of(&[0, 6]));
    assert!(both.iter().any(|out| out.code == 0), "{both:?}");
    assert_eq!(project.ledger(), ["b"], "the finished run was reopened once");
    assert_eq!(project.status().0["run"]["round"], 2);
    assert_eq!(kinds(&project, "plan_renewed").len(), 1);
}

#[test]
fn an_answer_by_the_former_plan_never_lands_on_another_gate() {
    let gates = |names: &[&str]| {
        let gates: String =
            names.iter().map(|name| format!("  - {{name: {name}, gate: {{ask: well}}}}\n")).collect();
        format!("1:\n{gates}2:\n{}", sh("b", &note("b")))
    };
    let project = Project::of(&gates(&["g", "h"])).roster();
    project.ms("run x.yaml --month 2025-10 --as zhang.wei --no-wait").code(5);
    let project = edited(project, &gates(&["f", "g", "h"]));
    let racers: Vec<Live> = (0..6).map(|_| project.spawn("confirm h --as li.na")).collect();
    latest(&project, "--no-wait").finish(PATIENCE).code(5);
    for racer in racers {
        racer.finish(PATIENCE).code(0);
    }
    let decided = kinds(&project, "gate_decided");
    assert_eq!((decided.len(), &decided[0]["step"]), (1, &"s/h".into()), "{decided:#?}");
}
