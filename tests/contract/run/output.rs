//! What steps print: any bytes, any amount, and never to the terminal as it came.

use crate::harness::{PATIENCE, Project, poll, sh};
use std::time::Duration;

const WILD: &str = r"printf 'be\033[2Jfore\033]0;evil\007 \302\2331;31m \342\200\256gnp.exe\302\205 \033Pq\033\\ \b\b hidden\rshown\nplain words\n'";

#[test]
fn control_sequences_never_come_out_again() {
    let project = Project::of(&format!("1:\n{}", sh("a", &format!("{WILD}; {WILD} >&2"))));
    let out = project.run().code(0).tame();
    assert!(!out.text().contains('\u{1b}'));
    project.ms("logs a").code(0).says("plain words").tame();
    project.ms("status").code(0).tame();
    project.ms("events").code(0).tame();
}

#[test]
fn control_sequences_in_an_output_value_never_come_out_either() {
    let project = Project::of(&format!("1:\n{}", sh("a", "printf 'x\\033[2J\\007\\n'; exit 3")));
    project.run().code(4).tame();
    project.ms("status").code(0).tame();
    project.ms("events").code(0).tame();
}

#[test]
fn bytes_that_are_no_text_do_not_stop_anything() {
    let project =
        Project::of(&format!("1:\n{}", sh("a", r"printf '\377\376\000abc\n\200\n'; printf '\xff' >&2")));
    project.run().code(0);
    project.ms("logs a").code(0).says("abc").tame();
    project.ms("logs a --json").code(0);
    assert!(project.status().is("a", "succeeded"));
}

#[test]
fn standard_error_is_kept_too() {
    let project = Project::of(&format!("1:\n{}", sh("a", "echo to out; echo to err >&2; exit 7")));
    project.run().code(4);
    project.ms("logs a").code(0).says("to out").says("to err");
    assert!(project.status().step("a")["error"].to_string().contains('7'));
}

#[test]
fn two_hundred_megabytes_without_a_line_end() {
    let project = Project::of(&format!(
        "1:\n{}",
        sh("a", "echo head; head -c 200000000 /dev/zero | tr '\\000' x; echo; echo tail")
    ));
    let mut live = project.start();
    let mut peak = 0;
    let ended = poll(Duration::from_mins(2), || {
        peak = peak.max(live.peak_kb().unwrap_or(0));
        live.ended().then_some(())
    });
    assert!(ended.is_some());
    live.finish(PATIENCE).code(0);
    assert!(peak > 0 && peak < 150_000, "the engine took {peak} kB");
    let kept: u64 = project.snapshot().values().map(|bytes| bytes.len() as u64).sum();
    assert!(kept < 64_000_000, "{kept} bytes kept");
    let logs = project.ms("logs a").code(0).says("head").says("tail");
    assert!(logs.stdout.len() < 64_000_000);
}

#[test]
fn a_million_lines_keep_head_and_tail() {
    let project = Project::of(&format!("1:\n{}", sh("a", "seq 1 3000000")));
    project.start().finish(Duration::from_secs(90)).code(0);
    let logs = project.ms("logs a").code(0);
    let text = logs.text();
    assert!(text.lines().any(|line| line.ends_with('1')) && text.contains("3000000"));
}

#[test]
fn logs_of_a_step_that_runs() {
    let project = Project::of(&format!(
        "1:\n{}",
        sh("a", &format!("echo early; {}; echo late", crate::harness::hold("go")))
    ));
    let live = project.start();
    let seen = poll(PATIENCE, || project.ms("logs a").text().contains("early").then_some(()));
    assert!(seen.is_some(), "the log is empty while the step runs");
    let follow = project.spawn("logs a -f");
    follow.shows("early");
    project.put("go", b"");
    live.finish(PATIENCE).code(0);
    let out = follow.finish(PATIENCE).code(0);
    assert!(out.text().contains("late"), "{out}");
}

#[test]
fn logs_of_a_step_that_never_ran_and_of_none() {
    let project = Project::of(&format!("1:\n{}2:\n{}", sh("alpha", "false"), sh("beta", "true")));
    project.run().code(4);
    project.ms("logs beta").code(0);
    project.ms("logs alhpa").code(2).says("alpha");
}

#[test]
fn progress_goes_to_standard_error_and_results_to_standard_output() {
    let project = Project::of(&format!("1:\n{}", sh("a", "echo words of the step")));
    let out = project.ms("run x.yaml --month 2025-10 --progress json").code(0);
    for line in String::from_utf8_lossy(&out.stderr).lines().filter(|line| line.starts_with('{')) {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    project.ms("run x.yaml --month 2025-09 --progress plain").code(0).tame();
    project.ms("run x.yaml --month 2025-08 --progress auto").code(0).tame();
}
