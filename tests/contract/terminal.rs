//! Terminals and signals: what is an answer, what is none, and what a dropped session does.

use crate::harness::{Live, PATIENCE, Project, hold, poll, sh};
use rustix::process::Signal;
use std::process::Stdio;
use std::time::Duration;

fn gate() -> Project {
    Project::of(
        "1:\n  - {name: g, gate: {ask: 'Are the books right?'}}\n2:\n  - {name: b, run: 'echo b >> ledger'}\n",
    )
}

/// Ctrl-C, and once more when the first did not end it.
fn interrupt(live: &mut Live) {
    live.signal(Signal::INT);
    if poll(Duration::from_secs(2), || live.ended().then_some(())).is_none() {
        live.signal(Signal::INT);
    }
}

#[test]
fn an_empty_standard_input_is_no_answer() {
    let project = gate();
    let mut live = project.start();
    project.until("open", |s| s.open("g"));
    project.until("still open", |s| s.open("g"));
    assert!(!live.ended());
    project.ms("confirm g").code(0);
    live.finish(PATIENCE).code(0);
}

#[test]
fn words_in_a_pipe_are_no_answer() {
    let project = gate();
    let args = ["run", "x.yaml", "--month", "2025-10", "--no-wait"].map(str::to_owned);
    let mut command = project.command(&crate::harness::binary(), &args);
    command.stdin(Stdio::piped());
    let mut live = Live::spawn(command, "run, with yes in a pipe");
    live.types("y\nyes\nconfirm\n\n\n");
    live.finish(PATIENCE).code(5);
    assert!(project.status().open("g") && project.ledger().is_empty());
}

#[test]
fn a_terminal_shows_the_question() {
    let project = gate();
    let live = project.terminal("run x.yaml --month 2025-10");
    live.shows("Are the books right?");
    project.ms("confirm g").code(0);
    live.finish(PATIENCE).code(0);
    assert_eq!(project.ledger(), ["b"]);
}

/// How often the threads of a process have been woken, but for the one that drives the run.
fn woken(pid: u64) -> u64 {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().map(Result::unwrap);
    let others = threads.filter(|thread| *thread.file_name() != *pid.to_string());
    let status = others.map(|thread| std::fs::read_to_string(thread.path().join("status")).unwrap());
    let times = |status: String| {
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        line.unwrap().trim().parse::<u64>().unwrap()
    };
    status.map(times).sum()
}

#[test]
fn a_keyboard_at_which_nobody_types_costs_next_to_nothing() {
    let project = gate();
    let live = project.terminal("run x.yaml --month 2025-10");
    live.shows("Are the books right?");
    let pid = project.status().0["run"]["engine"]["pid"].as_u64().unwrap();
    let before = woken(pid);
    std::thread::sleep(Duration::from_secs(3));
    let times = woken(pid) - before;
    // The keyboard and the screen are looked at once a second.
    assert!(times < 30, "{times} times in three seconds");
    project.ms("confirm g").code(0);
    live.finish(PATIENCE).code(0);
}

#[test]
fn end_of_input_at_a_terminal_is_no_answer() {
    let project = gate();
    let mut live = project.terminal("run x.yaml --month 2025-10");
    live.shows("Are the books right?");
    live.types("\u{4}\u{4}\u{4}");
    project.until("still open", |s| s.open("g"));
    assert!(project.ledger().is_empty());
    project.ms("confirm g").code(0);
    live.finish(PATIENCE).code(0);
}

#[test]
fn nonsense_and_bare_returns_at_a_terminal_are_no_answer() {
    let project = gate();
    let mut live = project.terminal("run x.yaml --month 2025-10");
    live.shows("Are the books right?");
    live.types("\n\r\nperhaps\n\u{1b}[A\n");
    let decided = poll(Duration::from_secs(2), || (!project.status().open("g")).then_some(()));
    assert!(decided.is_none(), "{:#}", project.status().0);
    project.ms("confirm g").code(0);
    live.finish(PATIENCE).code(0);
}

#[test]
fn a_terminal_that_goes_away_does_not_stop_the_run() {
    let project = Project::of(&format!(
        "1:\n{}2:\n  - {{name: g, gate: {{ask: ok to go}}}}\n3:\n{}",
        sh("a", &hold("go")),
        sh("b", "echo b >> ledger")
    ));
    let live = project.terminal("run x.yaml --month 2025-10");
    project.until("running", |s| s.is("a", "running"));
    live.kill9();
    project.put("go", b"");
    project.until("open", |s| s.open("g") && s.is("a", "succeeded"));
    project.ms("confirm g").code(0);
    project.until("done", |s| s.run() == "succeeded");
    assert_eq!(project.ledger(), ["b"]);
}

#[test]
fn what_a_step_prints_reaches_no_terminal_as_it_came() {
    let script = r"printf '\033]0;evil title\007\033[31mred\033[0m\n'; printf '\033P0;evil\033\\' >&2";
    let project =
        Project::of(&format!("1:\n{}2:\n{}", sh("a", script), sh("b", &format!("{script}; exit 1"))));
    let mut live = project.terminal("run x.yaml --month 2025-10 -v");
    live.shows("leave it");
    live.types("x");
    let out = live.finish(PATIENCE).code(4);
    for evil in ["\u{1b}]0;evil", "\u{1b}P0;evil", "\u{1b}[31mred"] {
        assert!(!out.all().contains(evil), "{evil:?} in\n{out}");
    }
}

#[test]
fn no_color_is_obeyed_at_a_terminal() {
    let project = Project::of(&format!("1:\n{}", sh("a", "true"))).env("NO_COLOR", "1");
    project.run().code(0);
    let out = project.terminal("status").finish(PATIENCE).code(0);
    assert!(!out.text().contains("\u{1b}[3") && !out.text().contains("\u{1b}[9"), "{out}");
}

#[test]
fn control_c_twice_is_130_and_the_run_goes_on_later() {
    let project = gate();
    let mut live = project.terminal("run x.yaml --month 2025-10");
    live.shows("Are the books right?");
    live.types("\u{3}");
    poll(Duration::from_secs(2), || live.ended().then_some(()));
    if !live.ended() {
        live.types("\u{3}");
    }
    live.finish(PATIENCE).code(130);
    assert!(project.status().open("g") && project.status().0["run"]["engine"].is_null());
    project.ms("confirm g").code(0);
    project.resume().code(0);
}

#[test]
fn an_interrupt_without_a_terminal_is_130_and_resumable() {
    let project = gate();
    let mut live = project.start();
    project.until("open", |s| s.open("g"));
    interrupt(&mut live);
    live.finish(PATIENCE).code(130);
    project.ms("confirm g").code(0);
    project.resume().code(0);
    assert_eq!(project.ledger(), ["b"]);
}

#[test]
fn term_leaves_at_once_and_everything_is_resumable() {
    let project = Project::of(&format!(
        "1:\n  - {{name: a, idempotent: true, run: 'echo a >> ledger; {}'}}\n2:\n{}",
        hold("go"),
        sh("b", "echo b >> ledger")
    ));
    let live = project.start();
    project.until("running", |s| s.is("a", "running"));
    live.signal(Signal::TERM);
    let out = live.finish(Duration::from_secs(15)).code(130);
    assert!(out.took < Duration::from_secs(15));
    project.put("go", b"");
    project.resume().code(0);
    assert_eq!(project.ledger().last().unwrap(), "b");
}

#[test]
fn an_interrupt_starts_nothing_more() {
    let project = Project::of(&format!("1:\n{}2:\n{}", sh("a", &hold("go")), sh("b", "echo b >> ledger")));
    let live = project.start();
    project.until("running", |s| s.is("a", "running"));
    live.signal(Signal::INT);
    project.put("go", b"");
    live.finish(PATIENCE).code(130);
    assert!(project.ledger().is_empty());
    let resumed = project.resume();
    assert!([0, 4].contains(&resumed.code), "{resumed}");
}

#[test]
fn a_closed_output_is_no_panic() {
    let project = Project::of(&format!("1:\n{}", sh("a", "seq 1 200000")));
    project.run().code(0);
    let script = "\"$0\" logs a | head -n 1; \"$0\" events --json | head -n 1; \"$0\" --help | head -n 1";
    let binary = crate::harness::binary().display().to_string();
    let command = project.command(std::path::Path::new("sh"), &["-c".into(), script.into(), binary]);
    let out = Live::spawn(command, "piped into head").finish(PATIENCE).code(0);
    assert!(out.stderr.is_empty(), "{out}");
}
