//! `plan` tells what would happen and touches nothing.

use crate::harness::{Out, Project, levels, sh};

const STORY: &str = "name: x\ntitle: The story\nstages:\n  - name: one\n    title: First part\n    levels:\n      2:\n        - {name: beta, run: [ls]}\n      1:\n        \
     - {name: alpha, run: [ls]}\n    verify:\n      - {name: sure, gate: {ask: 'Are the books right?', approvers: [lead]}}\n  - name: two\n    after: [one]\n    levels: {1: [{name: gamma, run: [ls]}]}\n";

fn story() -> Project {
    Project::new().roster().runbook(STORY)
}

fn plan(project: &Project, more: &str) -> Out {
    project.ms(&format!("plan x.yaml --month 2025-10 {more}"))
}

#[track_caller]
fn in_order(text: &str, words: &[&str]) {
    let mut from = 0;
    for word in words {
        let at = text[from..].find(word).unwrap_or_else(|| panic!("{word:?} does not follow in\n{text}"));
        from += at + word.len();
    }
}

#[test]
fn the_tree_reads_in_the_order_of_what_will_happen() {
    let out = plan(&story(), "").code(0);
    in_order(&out.text(), &["one", "alpha", "beta", "sure", "two", "gamma"]);
}

#[test]
fn it_names_who_is_asked_and_who_gets_letters() {
    let out = plan(&story(), "").code(0).says("Are the books right?");
    assert!(
        out.text().contains("Zhang Wei") || out.text().contains("zhang.wei") || out.text().contains("lead"),
        "{out}"
    );
    assert!(
        ["Wang Fang", "wang.fang", "Li Na", "li.na", "next shift"].iter().any(|who| out.text().contains(who)),
        "{out}"
    );
}

#[test]
fn it_touches_nothing() {
    let project = story().yt();
    let before = project.snapshot();
    for format in ["tree", "json", "mermaid", "dot"] {
        plan(&project, &format!("--format {format}")).code(0);
    }
    assert_eq!(before, project.snapshot());
}

#[test]
fn json_is_one_value_that_names_everything() {
    let out = plan(&story(), "--format json").code(0);
    let text = out.json().to_string();
    for name in ["one", "two", "alpha", "beta", "gamma", "sure", "Are the books right?", "2025-10"] {
        assert!(text.contains(name), "{name} in {text}");
    }
}

#[test]
fn the_common_option_json_works_here_too() {
    assert!(plan(&story(), "--json").code(0).json().is_object());
}

#[test]
fn mermaid_is_a_flowchart() {
    let out = plan(&story(), "--format mermaid").code(0).says("alpha").says("gamma").says("-->");
    let first = out.text().trim_start().to_owned();
    assert!(["flowchart", "graph", "---", "%%"].iter().any(|word| first.starts_with(word)), "{out}");
}

#[test]
fn dot_is_a_digraph() {
    let out = plan(&story(), "--format dot").code(0).says("alpha").says("->");
    assert!(out.text().trim_start().starts_with("digraph"), "{out}");
    assert_eq!(out.text().matches('{').count(), out.text().matches('}').count(), "{out}");
}

#[test]
fn titles_cannot_break_out_of_a_drawing() {
    let text = levels(
        "1:\n  - {name: a, run: [ls], title: 'x\"]; click a \"javascript:alert(1)\" --> b[\"<script>'}\n",
    );
    let project = Project::new().runbook(&text);
    let dot = plan(&project, "--format dot").code(0);
    for line in dot.text().lines() {
        let quotes = line.replace("\\\\", "").replace("\\\"", "").matches('"').count();
        assert_eq!(quotes % 2, 0, "{line}\n{dot}");
    }
    plan(&project, "--format mermaid").code(0).hides("<script>").hides("click a \"javascript");
}

#[test]
fn titles_cannot_speak_to_the_terminal() {
    let text = "name: x\ntitle: \"\\e]0;evil\\a\"\nstages:\n  - name: s\n    title: \"\\e[2J\\r\\x9b31m\"\n    levels:\n      1:\n        - {name: a, title: \"\\u202eevil\", run: [ls]}\n";
    plan(&Project::new().runbook(text), "").code(0).tame();
}

#[test]
fn an_unknown_format_is_a_usage_error() {
    plan(&story(), "--format pdf").code(2).says("pdf");
}

#[test]
fn the_month_of_the_run_is_shown() {
    plan(&story(), "").code(0).says("2025-10");
    story().ms("plan x.yaml --month 2024-02").code(0).says("2024-02");
}

#[test]
fn what_this_month_skips_is_shown_with_its_reason() {
    let month = "skip:\n  - {step: one/beta, reason: customer stopped it, agreed: {who: Mr Zhou, channel: phone, told_at: \"2025-11-01 02:10\"}}\n";
    plan(&story().file("months/2025-10.yaml", month), "").code(0).says("customer stopped it");
    story()
        .file("months/2025-10.yaml", month)
        .ms("plan x.yaml --month 2025-09")
        .code(0)
        .hides("customer stopped it");
}

#[test]
fn a_value_of_the_month_is_put_in() {
    let text = levels(
        "1:\n  - {name: a, run: [ls], title: 'up to {{ month.last_day }} after {{ month.previous }}'}\n",
    );
    plan(&Project::new().runbook(&text), "").code(0).says("up to 2025-10-31 after 2025-09");
}

#[test]
fn february_and_the_turn_of_the_year() {
    let text = levels(
        "1:\n  - {name: a, run: [ls], title: '{{ month.last_day }} {{ month.next }} {{ month.previous }}'}\n",
    );
    let project = Project::new().runbook(&text);
    project.ms("plan x.yaml --month 2024-02").code(0).says("2024-02-29 2024-03 2024-01");
    project.ms("plan x.yaml --month 2024-12").code(0).says("2024-12-31 2025-01 2024-11");
}

/// A database and a scheduler that can do everything.
const SCHEDULED: &str = "connections:\n  yt: {url: \"sqlite:data/yt.db\"}\nplatforms:\n  yt: {connection: yt, flow: {sql: select 1}}\n  d:\n    flow:\n      \
     submit: {run: [ls], id: '(.*)'}\n      poll: {run: [ls], every: 1s, succeeded: a, failed: b}\n      force_pass: {run: [ls]}\n";

/// Every verb of the language is planned, and shown by its word.
macro_rules! planned {
    ($($name:ident: $step:expr => $word:expr;)+) => {$(
        #[test]
        fn $name() {
            let body = format!("1:\n{}2:\n  {}\n", sh("first", "touch ran"), $step);
            let project = Project::new().roster().settings(SCHEDULED).runbook(&levels(&body)).file("data/x", "");
            project.ms("validate x.yaml").code(0);
            plan(&project, "").code(0).line_with(&[$word]);
            assert!(project.stateless() && project.read("ran").is_empty());
        }
    )+};
}

planned! {
    follow_is_planned: "- {follow: F, platform: d}" => "follow";
    force_pass_is_planned: "- {force_pass: F, platform: d}" => "force-pass";
    wait_is_planned: "- {name: w, wait: {file: data/x, stable_for: 1m}}" => "wait";
    mail_is_planned: "- {name: m, mail: {to: [lead], subject: s, text: t}}" => "mail";
    load_is_planned: "- {name: l, connection: yt, load: {file: data/x.csv, into: t, key: [a], mode: replace}}" => "load";
    review_that_does_things_again_is_planned: "- {name: r, run: [ls], review: {ask: fine fine, on_reject: {redo: [first]}}}" => "fine fine";
    tables_compared_are_planned: "- {name: c, check: [{table: {from: 'yt:t', to: 'yt:t'}, compare: [rows]}]}" => "check";
    former_months_are_planned: "- {name: c, connection: yt, check: [{sql: select 1, like: {last: 3 months, by: 10%}}]}" => "check";
}

#[test]
fn a_letter_that_is_waited_for_is_refused_with_one_line() {
    let body = format!("1:\n{}2:\n  - {{name: w, wait: {{mail: done}}}}\n", sh("first", "touch ran"));
    let project = Project::new().runbook(&levels(&body));
    plan(&project, "").code(3).line_with(&["wait"]);
    project.run().code(3).line_with(&["wait"]);
    assert!(project.stateless() && project.read("ran").is_empty());
}
