//! What is not quite YAML, or too much of it.

use super::{wrong, wrong_runbook};
use crate::harness::{Live, Project, levels};
use std::time::Duration;

const GOOD: &str = "1:\n  - {name: a, run: [ls]}\n";

wrong_runbook! {
    two_documents: "name: x\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n--- # !!\nname: y\n" => ["document"];
    custom_tag: "name: !shout x # !!\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n" => ["tag"];
    language_tag: "name: x\ntitle: !!python/object:os.system ls # !!\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n" => ["tag"];
    merge_key: "name: x\ndefaults: &d {timeout: 1h}\nstages:\n  - name: s\n    <<: *d # !!\n    levels: {1: [{name: a, run: [ls]}]}\n" => ["<<"];
    list_at_the_top: "- name: x # !!\n" => [];
    word_at_the_top: "hello # !!\n" => [];
    unclosed_bracket: "name: x\nstages: [\n" => [];
    unclosed_quote: "name: \"x\nstages: []\n" => [];
    unknown_alias: "name: x\nstages: *nothing # !!\n" => ["nothing"];
}

#[test]
fn empty_file() {
    let out = Project::new().runbook("").ms("validate x.yaml").code(3).says("x.yaml");
    assert!(!out.all().contains("None"), "{out}");
}

#[test]
fn only_comments() {
    Project::new().runbook("# nothing\n\n").ms("validate x.yaml").code(3).says("x.yaml");
}

#[test]
fn byte_order_mark_is_fine() {
    Project::new().runbook(&format!("\u{feff}{}", levels(GOOD))).ms("validate x.yaml").code(0);
}

#[test]
fn windows_line_ends_are_fine() {
    let project = Project::new()
        .runbook(&levels("1:\n  - name: a\n    run: |\n      echo hello\n").replace('\n', "\r\n"));
    project.ms("validate x.yaml").code(0);
    project.run().code(0);
    project.ms("logs a").code(0).says("hello");
}

#[test]
fn windows_line_ends_do_not_move_the_lines() {
    let text = levels("1:\n  - {name: a, run: [ls]}\n  - {name: b, rnu: [ls]} # !!\n").replace('\n', "\r\n");
    wrong(Project::new().runbook(&text), &["rnu"]);
}

#[test]
fn not_utf8_is_named_with_its_place() {
    let mut bytes = levels(GOOD).into_bytes();
    bytes.extend_from_slice(b"title: \xd4\xc2\xb3\xf5\n");
    Project::new().bytes("x.yaml", &bytes).ms("validate x.yaml").code(3).says("x.yaml").says("UTF-8");
}

#[test]
fn utf16_is_refused() {
    let bytes: Vec<u8> =
        std::iter::once(0xfeff).chain(levels(GOOD).encode_utf16()).flat_map(u16::to_le_bytes).collect();
    Project::new().bytes("x.yaml", &bytes).ms("validate x.yaml").code(3).says("x.yaml");
}

#[test]
fn tab_as_indent() {
    wrong(Project::new().runbook("name: x\nstages:\n\t- name: s # !!\n"), &["tab"]);
}

#[test]
fn nul_in_the_file() {
    let text = levels("1:\n  - {name: \"a\0b\", run: [ls]} # !!\n");
    wrong(Project::new().runbook(&text), &[]).tame();
}

#[test]
fn nul_by_escape_in_an_argument() {
    let text = levels("1:\n  - {name: a, run: [echo, \"b\\0c\"]} # !!\n");
    wrong(Project::new().runbook(&text), &[]);
}

#[test]
fn a_report_about_escape_sequences_holds_none() {
    let text = levels("1:\n  - {name: a, run: [ls], \"\\e[2J\\e]0;x\\a\": 1}\n");
    Project::new().runbook(&text).ms("validate x.yaml").code(3).tame();
}

#[test]
fn raw_escape_sequences_do_not_pass_through_the_shown_line() {
    let text = levels("1:\n  - {name: a, rnu: \"\u{9b}2J\u{202e}\"} # hidden\n");
    Project::new().runbook(&text).ms("validate x.yaml").code(3).tame();
}

#[test]
fn alias_bomb() {
    let bomb = |n: i32| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "));
    let bombs: String = (1..30).map(bomb).collect();
    let text = format!("name: x\na0: &a0 [l, l, l, l, l, l, l, l, l]\n{bombs}stages: *a29\n");
    frugal(&Project::new().runbook(&text));
}

#[test]
fn hundred_thousand_brackets() {
    frugal(&Project::new().runbook(&format!("name: x\nstages: {}\n", "[".repeat(100_000))));
}

#[test]
fn hundred_thousand_closed_brackets() {
    let text = format!("name: x\nstages: {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    frugal(&Project::new().runbook(&text));
}

#[test]
fn three_thousand_nested_block_maps() {
    let nested: String = (0..3000).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    frugal(&Project::new().runbook(&format!("name: x\n{nested}")));
}

#[test]
fn two_hundred_megabytes_of_runbook() {
    let line = "# nothing to see here, go on, go on, go on\n".repeat(1 << 14);
    let project = Project::new();
    let bytes = levels(GOOD) + &line.repeat(200_000_000 / line.len() + 1);
    frugal(&project.runbook(&bytes));
}

#[test]
fn one_line_of_ten_megabytes_is_not_shown_whole() {
    let text = levels(&format!("1:\n  - {{name: a, rnu: [\"{}\"]}}\n", "y".repeat(10_000_000)));
    let out = Project::new().runbook(&text).ms("validate x.yaml").code(3);
    assert!(out.stdout.len() + out.stderr.len() < 1_000_000, "the report has {} bytes", out.all().len());
}

#[test]
fn ten_thousand_mistakes_end_in_a_report() {
    let steps: String = (0..10_000).map(|n| format!("  - {{name: a{n}, rnu: [ls]}}\n")).collect();
    Project::of(&format!("1:\n{steps}")).ms("validate x.yaml").code(3).says("rnu");
}

#[test]
fn ten_thousand_right_steps_validate() {
    let steps: String = (0..10_000).map(|n| format!("  - {{name: a{n}, run: [ls]}}\n")).collect();
    Project::of(&format!("1:\n{steps}")).ms("validate x.yaml").code(0);
}

#[test]
fn strings_stay_strings() {
    let text = "name: x\ntitle: 12:30\nstages:\n  - name: 1e3\n    title: no\n    levels:\n      1:\n        \
         - {name: no, run: [echo, 0x10, 1_000, yes, 012, 2026-10-01]}\n        - {name: 007, run: [ls]}\n";
    let project = Project::new().runbook(text);
    project.ms("validate x.yaml").code(0);
    project.ms(&project.line("plan x.yaml --month ")).code(0).says("1e3").says("007").says("12:30");
    project.run().code(0);
    project.ms("logs no").code(0).says("0x10 1_000 yes 012 2026-10-01");
    assert!(project.status().is("1e3/no", "succeeded"));
}

/// Insists on a refusal within the time limit and without eating the machine.
#[track_caller]
fn frugal(project: &Project) {
    let mut live = project.spawn("validate x.yaml");
    let peak = peak(&mut live);
    live.finish(Duration::from_secs(1)).code(3).says("x.yaml");
    assert!(peak < 600_000, "took {peak} kB");
    assert!(project.stateless());
}

fn peak(live: &mut Live) -> u64 {
    let mut peak = 0;
    let ended = crate::harness::poll(Duration::from_secs(30), || {
        peak = peak.max(live.peak_kb().unwrap_or(0));
        live.ended().then_some(())
    });
    assert!(ended.is_some(), "it does not end\n{}", live.printed());
    peak
}
