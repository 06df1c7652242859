//! kill -9 at any instant: nothing recorded is lost, nothing done is done again.

use crate::harness::{Live, PATIENCE, Project, hold, note, poll, sh, sh_with};
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// Runs until step `b` is in flight, then kills the engine and the keeper of its program.
fn crashed(keys: &str) -> Project {
    let levels = format!(
        "1:\n{}2:\n{}3:\n{}",
        sh("a", &note("a")),
        sh_with("b", &format!("{}; {}", note("b"), hold("go")), keys),
        sh("c", &note("c"))
    );
    let project = Project::of(&levels).roster();
    let live = project.start();
    let begun = poll(PATIENCE, || (project.count("b") == 1).then_some(()));
    assert!(begun.is_some(), "b never began");
    live.kill9();
    project.kill_keeper();
    project
}

#[test]
fn done_steps_stay_done_and_the_one_in_flight_is_lost() {
    let project = crashed("");
    assert!(project.status().0["run"]["engine"].is_null(), "nobody drives it");
    project.resume().code(4);
    let status = project.status();
    status.are(&[("a", "succeeded"), ("b", "lost"), ("c", "pending")]);
    assert_eq!(status.run(), "halted");
    assert_eq!(project.ledger(), ["a", "b"]);
    project.resume().code(4);
    assert_eq!(project.ledger(), ["a", "b"], "a lost step never starts by itself");
}

#[test]
fn a_lost_step_settled_as_done_lets_the_run_go_on() {
    let project = crashed("");
    project.resume().code(4);
    project.ms("settle b --as-done --as li.na --reason 'rows are there'").code(0);
    project.resume().code(0);
    assert_eq!(project.ledger(), ["a", "b", "c"]);
    let status = project.status();
    assert_eq!(
        (status.run(), &status.step("b")["by"], &status.step("b")["reason"]),
        ("succeeded", &"li.na".into(), &"rows are there".into())
    );
}

#[test]
fn a_lost_step_settled_as_failed_can_be_tried_again() {
    let project = crashed("");
    project.resume().code(4);
    project.ms("settle b --as-failed --as li.na --reason 'nothing there'").code(0);
    project.resume().code(4);
    project.status().are(&[("b", "failed"), ("c", "pending")]);
    project.put("go", b"");
    project.ms("retry b --as li.na").code(0);
    project.resume().code(0);
    assert_eq!(project.ledger(), ["a", "b", "b", "c"]);
}

#[test]
fn a_lost_step_is_settled_once() {
    let project = crashed("");
    project.resume().code(4);
    project.ms("settle b --as-done --as li.na --reason r").code(0);
    project.ms("settle b --as-failed --as wang.fang --reason r").code(6);
    assert_ne!(project.status().word("b"), "failed");
}

#[test]
fn an_idempotent_step_runs_again_by_itself() {
    let project = crashed("idempotent: true");
    project.put("go", b"");
    project.resume().code(0);
    assert_eq!((project.count("a"), project.count("b"), project.count("c")), (1, 2, 1));
}

#[test]
fn an_open_gate_stays_open_and_its_answer_counts() {
    let project =
        Project::of("1:\n  - {name: g, gate: {ask: ok to go}}\n2:\n  - {name: b, run: 'echo b >> ledger'}\n")
            .roster();
    let live = project.start();
    project.until("open", |s| s.open("g"));
    live.kill9();
    assert!(project.status().open("g"));
    project.ms("confirm g --as li.na").code(0);
    project.resume().code(0);
    assert_eq!(project.ledger(), ["b"]);
    assert_eq!(project.status().gate("g")["decisions"].as_array().unwrap().len(), 1);
}

#[test]
fn marks_survive_a_crash() {
    let project = Project::of(&format!(
        "1:\n{}{}\n2:\n{}3:\n{}",
        sh("a", "exit 1"),
        sh("slow", "true"),
        sh("b", &hold("go")),
        sh("c", &note("c"))
    ))
    .roster();
    project.run().code(4);
    project.ms("force a --as li.na --reason 'loaded by hand'").code(0);
    let live = project.spawn("resume --as zhang.wei");
    project.until("b runs", |s| s.is("b", "running"));
    live.kill9();
    project.put("go", b"");
    project.resume_all();
    let status = project.status();
    let row = status.step("a");
    assert_eq!(
        (&row["status"], &row["by"], &row["reason"]),
        (&"forced".into(), &"li.na".into(), &"loaded by hand".into())
    );
}

#[test]
fn a_polled_check_and_a_retry_go_on_after_a_crash() {
    let project = Project::of("1:\n  - {name: c, connection: yt, check: [{sql: select count(*) from t, expect: '> 0'}], poll: {every: 1s, for: 1h}}\n2:\n  - {name: z, run: 'echo z >> ledger'}\n").yt();
    let live = project.start();
    project.until("it looks", |s| s.is("c", "waiting") || s.is("c", "running"));
    live.kill9();
    project.sql("insert into t values ('1')");
    project.resume().code(0);
    assert_eq!(project.ledger(), ["z"]);
}

#[test]
fn sql_in_one_transaction_is_done_once_whenever_the_engine_dies() {
    for round in 0..6_u64 {
        let project = Project::of("1:\n  - {name: a, connection: yt, sql: \"insert into t select 'row' from (with recursive n(i) as (select 1 union all select i + 1 from n where i < 400000) select i from n)\"}\n").yt();
        let mut live = project.start();
        project.until("it runs", |s| ["running", "succeeded"].contains(&s.word("a")));
        poll(Duration::from_millis(40 * round), || live.ended().then_some(()));
        live.kill9();
        let out = project.resume();
        // It may have ended before.
        assert!([0, 6].contains(&out.code), "{out}");
        let rows = project.query("select cast(count(*) as text) from t")[0].clone();
        assert_eq!((project.status().word("a"), rows.as_str()), ("succeeded", "400000"), "{round}");
    }
}

#[test]
fn a_flow_in_flight_is_found_again_and_never_submitted_twice() {
    let scheduler = "case $1 in\nsubmit) echo submit >> ledger; touch there; echo 4711 ;;\nstate) echo poll >> polls; cat state 2>/dev/null || echo WAITING ;;\nfind) [ ! -e there ] || echo 4711 ;;\nesac\n";
    let platform = "platforms:\n  d:\n    flow:\n      find: {run: [sh, sched.sh, find], id: '^(\\d+)'}\n      submit: {run: [sh, sched.sh, submit], id: '^(\\d+)'}\n      poll: {run: [sh, sched.sh, state], every: 1s, succeeded: '^SUCCESS', failed: '^FAILED'}\n";
    let project =
        Project::of("1:\n  - {flow: F, platform: d}\n").file("sched.sh", scheduler).settings(platform);
    let live = project.start();
    assert!(poll(PATIENCE, || project.path("polls").exists().then_some(())).is_some());
    live.kill9();
    project.put("state", b"SUCCESS\n");
    project.resume().code(0);
    assert_eq!(project.ledger(), ["submit"]);
}

#[test]
fn a_flow_whose_submission_nobody_has_hold_of_is_never_submitted_blindly() {
    let scheduler = format!(
        "case $1 in\nsubmit) echo submit >> ledger; {}; echo 4711 ;;\nstate) echo SUCCESS ;;\nesac\n",
        hold("go")
    );
    let platform = "platforms:\n  d:\n    flow:\n      submit: {run: [sh, sched.sh, submit], id: '^(\\d+)'}\n      poll: {run: [sh, sched.sh, state], every: 1s, succeeded: '^SUCCESS', failed: '^FAILED'}\n";
    let project =
        Project::of("1:\n  - {flow: F, platform: d}\n").file("sched.sh", &scheduler).settings(platform);
    let live = project.start();
    assert!(poll(PATIENCE, || (project.count("submit") == 1).then_some(())).is_some());
    live.kill9();
    project.kill_keeper();
    project.put("go", b"");
    project.resume().code(4);
    assert!(project.status().is("F", "lost"));
    assert_eq!(project.count("submit"), 1);
}

#[test]
fn five_resumes_at_once_are_one_engine() {
    let project = crashed("idempotent: true");
    project.put("go", b"");
    let racers: Vec<_> = (0..5).map(|_| project.spawn("resume --as zhang.wei")).collect();
    let codes: Vec<i32> = racers.into_iter().map(|live| live.finish(PATIENCE).one_of(&[0, 6]).code).collect();
    assert!(codes.contains(&0), "{codes:?}");
    assert_eq!((project.count("a"), project.count("b"), project.count("c")), (1, 2, 1));
}

#[test]
fn a_stopped_engine_is_answered_past_and_never_doubled() {
    let project =
        Project::of("1:\n  - {name: g, gate: {ask: ok to go}}\n2:\n  - {name: b, run: 'echo b >> ledger'}\n")
            .roster();
    let live = project.start();
    project.until("open", |s| s.open("g"));
    live.signal(Signal::STOP);
    project.ms("confirm g --as li.na").code(0);
    let other = project.spawn("resume --as zhang.wei");
    live.signal(Signal::CONT);
    live.finish(PATIENCE).one_of(&[0, 6]);
    other.finish(PATIENCE).one_of(&[0, 6]);
    project.until("done", |s| s.run() == "succeeded");
    assert_eq!(project.ledger(), ["b"]);
}

#[test]
fn a_store_that_is_held_by_another_program_for_a_moment_is_waited_for() {
    let project = Project::of(&format!("1:\n{}", sh("a", &hold("go"))));
    let live = project.start();
    project.until("running", |s| s.is("a", "running"));
    let script = "import sqlite3, sys, time\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\nc.execute('begin immediate')\nopen('held', 'w').write('held\\n')\ntime.sleep(1)\nc.execute('rollback')\n";
    let args = ["-c".to_owned(), script.to_owned(), ".monthstart/journal.db".to_owned()];
    let holder = Live::spawn(project.command(Path::new("python3"), &args), "a program that holds the store");
    project.until_file("held");
    project.put("go", b"");
    holder.finish(PATIENCE).code(0);
    live.finish(PATIENCE).code(0);
    assert!(project.status().is("a", "succeeded"));
}

/// A small generator, so that the instants of the kills differ and the test stays the same.
fn instants() -> impl FnMut() -> Duration {
    let mut seed = 0x2545_f491_u64;
    move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Duration::from_millis(20 + (seed >> 33) % 350)
    }
}

/// Starts of every step as the ledger has them.
fn starts(project: &Project) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for line in project.ledger() {
        *found.entry(line).or_default() += 1;
    }
    found
}

/// Kills the engine again and again; `keys` are of every step. Returns how often a person asked for each step.
fn tormented(project: &Project, kills: usize) -> BTreeMap<String, usize> {
    let (mut instant, mut asked, mut done) = (instants(), BTreeMap::new(), BTreeMap::new());
    for kill in 0..kills {
        let mut live = project.drive();
        poll(instant(), || live.ended().then_some(()));
        live.kill9();
        let out = project.ms("status --json").one_of(&[0, 2]);
        if out.code == 2 {
            continue;
        }
        let status = project.status();
        let now = starts(project);
        for (name, count) in &done {
            assert_eq!(now.get(name), Some(count), "{name} was recorded as done and ran again");
        }
        for step in status.rows("steps") {
            let name = step["name"].as_str().unwrap().to_owned();
            match step["status"].as_str().unwrap() {
                "succeeded" => {
                    done.insert(name.clone(), now.get(&name).copied().unwrap_or(0));
                }
                "lost" if kill % 2 == 0 => {
                    project.ms(&format!("retry {name} --as zhang.wei")).code(0);
                    *asked.entry(name).or_default() += 1;
                }
                _ => {}
            }
        }
    }
    asked
}

fn many_levels(keys: &str) -> Project {
    let level = |n: usize| {
        format!(
            "{n}:\n{}{}",
            sh_with(&format!("a{n}"), &format!("echo a{n} >> ledger; sleep 0.1"), keys),
            sh_with(&format!("b{n}"), &format!("echo b{n} >> ledger; sleep 0.15"), keys)
        )
    };
    Project::of(&(1..=8).map(level).collect::<String>()).roster()
}

#[test]
fn twenty_kills_start_nothing_twice_without_a_persons_word() {
    let project = many_levels("");
    let mut asked = tormented(&project, 20);
    for _ in 0..40 {
        if project.resume().one_of(&[0, 4, 6]).code != 4 {
            break;
        }
        let status = project.status();
        for step in status.rows("steps").iter().filter(|step| step["status"] == "lost") {
            let name = step["name"].as_str().unwrap();
            project.ms(&format!("retry {name} --as zhang.wei")).code(0);
            *asked.entry(name.to_owned()).or_default() += 1;
        }
    }
    assert_eq!(project.status().run(), "succeeded");
    let starts = starts(&project);
    assert_eq!(starts.len(), 16, "{starts:?}");
    for (name, count) in starts {
        let allowed = 1 + asked.get(&name).copied().unwrap_or(0);
        assert!(count <= allowed, "{name} started {count} times, {allowed} were asked for");
    }
}

#[test]
fn twenty_kills_of_idempotent_steps_end_green_and_done_steps_stay_done() {
    let project = many_levels("idempotent: true");
    tormented(&project, 20);
    project.resume_all();
    assert_eq!(starts(&project).len(), 16);
    assert_eq!(project.status().run(), "succeeded");
}

#[test]
fn events_never_lose_or_change_what_they_held_before_a_kill() {
    let project = many_levels("idempotent: true");
    let mut before: Vec<serde_json::Value> = Vec::new();
    let mut instant = instants();
    for _ in 0..8 {
        let mut live = project.drive();
        poll(instant(), || live.ended().then_some(()));
        live.kill9();
        let out = project.ms("events --json").one_of(&[0, 2]);
        if out.code == 0 {
            let now = out.json_lines();
            assert_eq!(now[..before.len()], before[..], "the journal only grows");
            before = now;
        }
    }
    assert!(!before.is_empty());
}
