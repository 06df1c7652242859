//! Standing by: on a file and on a server the run goes on when its engine is gone, and costs nothing until then.

use rustix::process::Signal;

use super::{on_host, on_server};
use crate::harness::{PATIENCE, Project, hold, note, sh};

const GATE: &str = "1:\n  - {name: g, gate: {ask: ok}}\n2:\n  - {name: z, run: 'echo z >> ledger'}\n";

/// On a file, and on a server; the host that stands by is the same one, and another one.
fn both(text: &str) -> [(Project, &'static str, &'static str); 2] {
    let (server, _) = on_server(Project::of(text).roster());
    [(Project::of(text).roster(), ".monthstart", ".monthstart"), (server, "one", "two")]
}

#[test]
fn the_run_goes_on_when_its_engine_is_killed() {
    for (project, one, two) in both(GATE) {
        let first = on_host(&project, one, &project.line("run x.yaml --month "));
        project.until("open", |s| s.open("g"));
        let second = on_host(&project, two, "resume --stand-by --as wang.fang");
        second.shows("stands by");
        let third = on_host(&project, two, "resume --stand-by --as wang.fang");
        third.shows("stands by");
        first.kill9();
        let taken = crate::harness::poll(PATIENCE, || {
            [&second, &third].iter().position(|live| live.printed().contains("takes"))
        });
        assert!(taken.is_some(), "nobody took it over\n{}", second.printed());
        project.ms("confirm g --as li.na").code(0);
        second.finish(PATIENCE).code(0);
        third.finish(PATIENCE).code(0);
        assert_eq!(project.ledger(), ["z"]);
    }
}

#[test]
fn who_stands_by_ends_when_the_run_is_done_elsewhere() {
    for (project, one, two) in both(GATE) {
        let first = on_host(&project, one, &project.line("run x.yaml --month "));
        project.until("open", |s| s.open("g"));
        let second = on_host(&project, two, "resume --stand-by --as wang.fang");
        second.shows("stands by");
        project.ms("confirm g --as li.na").code(0);
        first.finish(PATIENCE).code(0);
        second.finish(PATIENCE).code(0);
        assert_eq!(project.ledger(), ["z"]);
    }
}

#[test]
fn an_engine_that_leaves_in_order_hands_over_at_once() {
    for (project, one, two) in
        both(&format!("1:\n{}2:\n{}", "  - {name: g, gate: {ask: ok}}\n", sh("z", &note("z"))))
    {
        let first = on_host(&project, one, &project.line("run x.yaml --month "));
        project.until("open", |s| s.open("g"));
        let second = on_host(&project, two, "resume --stand-by --as wang.fang");
        second.shows("stands by");
        first.signal(Signal::TERM);
        first.finish(PATIENCE).code(130);
        second.shows("takes");
        project.ms("confirm g --as li.na").code(0);
        second.finish(PATIENCE).code(0);
    }
}

#[test]
fn two_state_folders_on_one_file_are_one_engine() {
    let project =
        Project::of(GATE).roster().settings("store: sqlite:shared/journal.db\n").file("shared/.keep", "");
    let first = on_host(&project, "one", &project.line("run x.yaml --month "));
    project.until("open", |s| s.open("g"));
    assert_eq!(project.status().0["run"]["engine"]["pid"], first.pid());
    on_host(&project, "two", "resume --as zhang.wei").finish(PATIENCE).code(6);
    first.kill9();
    let second = on_host(&project, "two", "resume --as zhang.wei");
    project.ms("confirm g --as li.na").code(0);
    second.finish(PATIENCE).code(0);
    assert_eq!(project.ledger(), ["z"]);
}

/// The processor time of a process and all its threads, in milliseconds.
fn spent(pid: u32) -> f64 {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let nanos = tasks.filter_map(|task| {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    });
    nanos.sum::<f64>() / 1e6
}

#[test]
fn waiting_costs_next_to_nothing() {
    for (project, one, two) in
        both(&format!("1:\n  - {{name: g, gate: {{ask: ok}}}}\n2:\n{}", sh("z", &hold("go"))))
    {
        let project = project.env("MONTHSTART_LEASE", "20s");
        let first = on_host(&project, one, &project.line("run x.yaml --month "));
        project.until("open", |s| s.open("g"));
        let second = on_host(&project, two, "resume --stand-by --as wang.fang");
        second.shows("stands by");
        let (pids, ten) = ([first.pid(), second.pid()], std::time::Duration::from_secs(10));
        // It settles first: what has just happened is looked at more often.
        std::thread::sleep(ten);
        let before = pids.map(spent);
        std::thread::sleep(ten);
        let cost: Vec<f64> = pids.iter().zip(before).map(|(pid, before)| spent(*pid) - before).collect();
        // Of a build that is not optimised, on a machine that does other things; a minute may cost 20 ms.
        assert!(cost.iter().all(|cost| *cost < 30.0), "{one}: {cost:?} ms in ten seconds");
    }
}
