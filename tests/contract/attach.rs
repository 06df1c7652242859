//! Watching from another terminal, and engines that outlive their own: `attach` and `--detach`.

use crate::harness::{PATIENCE, Project, alive, hold, poll, sh};
use rustix::process::{Pid, Signal, kill_process};
use std::time::Duration;

fn gate() -> Project {
    Project::of(
        "1:\n  - {name: g, gate: {ask: 'Are the books right?'}}\n2:\n  - {name: b, run: 'echo b >> ledger'}\n",
    )
}

/// The engine that is left behind; it is killed when the test lets go of it.
struct Engine(u32);

impl Engine {
    #[track_caller]
    fn of(project: &Project) -> Self {
        let pid = project.status().0["run"]["engine"]["pid"].as_u64().expect("an engine");
        Self(u32::try_from(pid).unwrap())
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.0).unwrap()).unwrap();
        let _gone_already = kill_process(pid, signal);
    }

    fn gone(&self) -> bool {
        poll(PATIENCE, || (!alive(&self.0.to_string())).then_some(())).is_some()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

const DETACH: &str = "run x.yaml --month 2025-10 --detach";

#[test]
fn a_detached_run_outlives_its_terminal_and_is_answered_from_another() {
    let project = gate();
    let out = project.terminal(DETACH).finish(PATIENCE).code(0).says("x/2025-10").says("attach x/2025-10");
    assert!(!out.all().contains("Are the books right?"), "{out}");
    let engine = Engine::of(&project);
    project.until("open", |s| s.open("g"));
    assert!(alive(&engine.0.to_string()), "the terminal is gone, the engine is not");
    let mut live = project.terminal("attach");
    live.shows("Are the books right?");
    live.types("y");
    live.shows("note");
    live.types("\r");
    live.shows("Enter = yes");
    live.types("\r");
    live.finish(PATIENCE).code(0).says("succeeded");
    assert_eq!(project.ledger(), ["b"]);
    assert!(engine.gone(), "an engine whose run is done goes");
}

#[test]
fn the_run_is_recorded_before_detach_returns_and_its_output_is_kept_for_its_owner() {
    let project = gate();
    let out = project.ms(DETACH).code(0);
    assert_eq!(out.text().trim(), "x/2025-10");
    let engine = Engine::of(&project);
    assert_eq!(project.status().0["run"]["engine"]["pid"], engine.0);
    let log = project.path(".monthstart/engines/x@2025-10.log");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&log).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    project.ms("confirm g").code(0);
    project.until("done", |s| s.run() == "succeeded");
    assert!(engine.gone());
    assert!(project.read(".monthstart/engines/x@2025-10.log").contains("succeeded"));
}

#[test]
fn a_hang_up_means_nothing_to_a_detached_engine_and_a_failure_ends_it() {
    let project = Project::of(&format!("1:\n{}{}", sh("a", &hold("go")), sh("bad", "exit 3")));
    project.ms(DETACH).code(0);
    let engine = Engine::of(&project);
    project.until("running", |s| s.is("a", "running") && s.is("bad", "failed"));
    engine.signal(Signal::HUP);
    project.put("go", b"");
    project.until("halted", |s| s.run() == "halted" && s.is("a", "succeeded"));
    assert!(engine.gone(), "nobody can be asked: it ends, and the failure waits for a person");
    project.ms("skip bad --reason 'not needed'").code(0);
    let out = project.ms("resume --detach").one_of(&[0]);
    assert_eq!(out.text().trim(), "x/2025-10");
    project.until("done", |s| s.run() == "succeeded");
}

#[test]
fn what_is_refused_in_the_background_is_told_in_the_foreground() {
    let project = gate();
    project.ms("run nothing.yaml --detach").code(2);
    project.ms("run x.yaml --month soon --detach").code(2);
    assert!(project.stateless(), "nothing was begun");
    let project = project.file("bad.yaml", "name: bad\nstages: 3\n");
    project.ms("run bad.yaml --detach").code(3);
    assert!(project.stateless(), "nothing was begun");
    project.ms(DETACH).code(0);
    let engine = Engine::of(&project);
    project.ms(DETACH).code(6).says("resume");
    project.ms("resume --detach").code(6).says(&engine.0.to_string());
    project.ms("confirm g").code(0);
    project.until("done", |s| s.run() == "succeeded");
}

#[test]
fn detached_with_yes_runs_to_its_end() {
    let project = gate();
    project.ms(&format!("{DETACH} --yes")).code(0);
    project.until("done", |s| s.run() == "succeeded");
    assert_eq!(project.ledger(), ["b"]);
    project.ms("status --json").code(0).says("in_advance\": true");
}

#[test]
fn leaving_what_is_watched_leaves_the_run_alone() {
    let project = gate();
    let live = project.start();
    project.until("open", |s| s.open("g"));
    let mut watching = project.terminal("attach");
    watching.shows("Are the books right?");
    watching.types("\u{3}");
    watching.finish(PATIENCE).code(130).says("goes on");
    assert!(project.status().open("g"));
    let watching = project.terminal("attach");
    watching.shows("Are the books right?");
    watching.kill9();
    project.until("still open", |s| s.open("g") && !s.0["run"]["engine"].is_null());
    project.ms("confirm g").code(0);
    live.finish(PATIENCE).code(0);
}

#[test]
fn without_a_terminal_it_tells_lines_until_the_end() {
    let project = gate();
    let live = project.start();
    project.until("open", |s| s.open("g"));
    let watching = project.spawn("attach x/2025-10");
    watching.shows("monthstart confirm s/g");
    project.ms("confirm g").code(0);
    let out = watching.finish(PATIENCE).code(0).says("s/b").says("succeeded");
    assert!(out.stdout.is_empty(), "{out}");
    live.finish(PATIENCE).code(0);
}

#[test]
fn as_json_it_tells_events_from_now_on() {
    let project = gate();
    let live = project.start();
    let seen = project.until("open", |s| s.open("g")).rows("gates").len();
    assert_eq!(seen, 1);
    let watching = project.spawn("attach --json");
    watching.shows("Watching");
    project.ms("confirm g").code(0);
    let out = watching.finish(PATIENCE).code(0);
    let kinds: Vec<String> =
        out.json_lines().iter().map(|line| line["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["gate_decided", "step_started", "step_ended"]);
    live.finish(PATIENCE).code(0);
}

#[test]
fn when_the_engine_dies_it_says_so() {
    let project = Project::of(&format!("1:\n{}", sh("a", &hold("go"))));
    let live = project.start();
    project.until("running", |s| s.is("a", "running"));
    let watching = project.spawn("attach");
    watching.shows("Watching");
    live.kill9();
    watching.finish(PATIENCE).code(1).says("resume x/2025-10");
    project.put("go", b"");
}

#[test]
fn when_the_engine_leaves_a_halted_or_a_waiting_run_the_code_says_which() {
    let project = Project::of(&format!("1:\n{}{}", sh("a", &hold("go")), sh("bad", "exit 3")));
    let live = project.start();
    project.until("running", |s| s.is("bad", "failed"));
    let watching = project.spawn("attach");
    watching.shows("Watching");
    project.put("go", b"");
    watching.finish(PATIENCE).code(4).says("s/bad");
    live.finish(PATIENCE).code(4);

    let project = gate();
    let live = project.start();
    project.until("open", |s| s.open("g"));
    let watching = project.spawn("attach");
    watching.shows("Watching");
    live.signal(Signal::TERM);
    live.finish(PATIENCE).code(130);
    watching.finish(PATIENCE).code(5).says("resume x/2025-10");
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let project = gate();
    project.ms("attach").code(2);
    project.ms("run x.yaml --month 2025-10 --no-wait").code(5);
    project.ms("attach").code(6).says("resume x/2025-10");
    project.ms("attach x/2031-01").code(2);
    project.ms("attach --no-wait").code(2);
    project.ms("attach --yes").code(2);
    project.ms("confirm g").code(0);
    project.resume().code(0);
    project.ms("attach").code(6).says("status x/2025-10");
}

#[test]
fn a_cancelled_run_ends_the_watching_with_4() {
    let project = gate();
    let live = project.start();
    project.until("open", |s| s.open("g"));
    let watching = project.spawn("attach");
    watching.shows("Watching");
    project.ms("cancel --reason 'wrong month'").code(0);
    watching.finish(PATIENCE).code(4).says("cancelled");
    live.finish(PATIENCE).code(4);
}

#[test]
fn who_may_not_answer_is_told_so_and_watches_on() {
    let project = Project::new()
        .roster()
        .runbook("name: x\nstages:\n  - name: s\n    ready:\n      - {name: g, gate: {ask: sure, approvers: [lead]}}\n    levels:\n      1:\n        - {name: b, run: 'echo b >> ledger'}\n");
    let live = project.start();
    project.until("open", |s| s.open("g"));
    let mut watching = project.terminal("attach --as li.na");
    watching.shows("sure");
    watching.types("y");
    project.ms("confirm g --as zhang.wei").code(0);
    watching.finish(Duration::from_secs(20)).code(0);
    live.finish(PATIENCE).code(0);
}
