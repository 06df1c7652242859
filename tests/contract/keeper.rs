//! Programs outlive the engine that had them started: the next one goes on with them, as they are or as they ended.

use crate::harness::{Live, PATIENCE, Project, alive, binary, hold, note, poll, sh, sh_with, words};
use rustix::process::{Pid, Signal, kill_process_group};
use std::os::unix::process::CommandExt as _;
use std::time::Duration;

/// A step `b` that notes its process and waits for a file `go`, then does `last`; `z` comes after it.
fn held(last: &str, keys: &str) -> Project {
    let script = format!("echo $$ > pid; {}; {}; {last}", note("b"), hold("go"));
    let levels = format!("1:\n{}2:\n{}", sh_with("b", &script, keys), sh("z", &note("z")));
    Project::of(&levels).roster()
}

/// Starts its run, and waits until `b` is in flight.
#[track_caller]
fn begun(project: &Project) -> Live {
    let live = project.start();
    assert!(poll(PATIENCE, || (project.count("b") == 1).then_some(())).is_some(), "{}", live.printed());
    live
}

#[track_caller]
fn until_gone(pid: &str) {
    assert!(poll(PATIENCE, || (!alive(pid)).then_some(())).is_some(), "process {pid} still runs");
}

#[test]
fn a_killed_engines_program_goes_on_and_its_true_end_is_learned() {
    for (last, code, word, ledger) in
        [("true", 0, "succeeded", vec!["b", "z"]), ("exit 7", 4, "failed", vec!["b"])]
    {
        let project = held(last, "");
        begun(&project).kill9();
        let (pid, keepers) = (project.read("pid"), project.keepers());
        assert_eq!(keepers.len(), 1);
        let engine = project.spawn("resume --as zhang.wei");
        project.until("taken over", |s| !s.0["run"]["engine"].is_null() && s.is("b", "running"));
        assert!(alive(&pid), "the same process goes on");
        project.put("go", b"");
        engine.finish(PATIENCE).code(code);
        assert_eq!(
            (project.ledger(), project.read("pid")),
            (ledger.into_iter().map(str::to_owned).collect(), pid)
        );
        let status = project.status();
        let step = status.step("b");
        assert_eq!((&step["status"], &step["attempt"]), (&word.into(), &1.into()), "{step}");
        assert_eq!(step["error"].as_str().is_some_and(|error| error.contains('7')), code == 4, "{step}");
        project.until_no_keeper();
    }
}

#[test]
fn what_ended_while_no_engine_lived_is_taken_as_it_ended() {
    for (last, code, word) in [("echo '{\"rows\": 3}'", 0, "succeeded"), ("exit 7", 4, "failed")] {
        let project = held(last, "outputs: {n: 'rows.: (\\d+)'}");
        begun(&project).kill9();
        project.put("go", b"");
        project.until_no_keeper();
        assert!(!alive(&project.read("pid")));
        project.resume().code(code);
        project.status().are(&[("b", word)]);
        assert_eq!(project.count("b"), 1);
    }
}

#[test]
fn a_time_out_holds_while_no_engine_lives() {
    let project = held("true", "timeout: 1s");
    begun(&project).kill9();
    until_gone(&project.read("pid"));
    project.until_no_keeper();
    project.resume().code(4).says("1s");
    project.status().are(&[("b", "failed"), ("z", "pending")]);
}

#[test]
fn an_engine_that_leaves_leaves_its_programs_alone() {
    for signals in [&[Signal::TERM][..], &[Signal::INT, Signal::INT], &[Signal::QUIT]] {
        let project = held("true", "");
        let live = begun(&project);
        let pid = project.read("pid");
        for signal in signals {
            live.signal(*signal);
        }
        live.finish(PATIENCE).code(130);
        assert!(alive(&pid), "{signals:?} reached the program");
        let status = project.status();
        status.are(&[("b", "running"), ("z", "pending")]);
        assert!(status.0["run"]["engine"].is_null());
        project.put("go", b"");
        project.resume().code(0);
        assert_eq!(project.ledger(), ["b", "z"]);
        assert_eq!(project.status().step("b")["attempt"], 1);
    }
}

#[test]
fn a_signal_to_the_engines_group_or_a_hang_up_reaches_no_program() {
    for signal in [Signal::INT, Signal::HUP, Signal::QUIT] {
        let project = held("true", "");
        let line = project.line("run x.yaml --month ");
        let mut command = project.command(&binary(), &words(&line));
        command.process_group(0);
        let live = Live::spawn(command, &line);
        assert!(poll(PATIENCE, || (project.count("b") == 1).then_some(())).is_some());
        let group = Pid::from_raw(i32::try_from(live.pid()).unwrap()).unwrap();
        kill_process_group(group, signal).unwrap();
        if signal == Signal::HUP {
            live.kill9();
        } else {
            live.finish(PATIENCE).code(130);
        }
        assert!(alive(&project.read("pid")), "{signal:?} reached the program");
        project.put("go", b"");
        project.resume().code(0);
        assert_eq!(project.ledger(), ["b", "z"]);
    }
    let project = held("true", "");
    let terminal = project.terminal(&project.line("run x.yaml --month "));
    assert!(poll(PATIENCE, || (project.count("b") == 1).then_some(())).is_some());
    terminal.kill9();
    assert!(alive(&project.read("pid")), "the hang-up reached the program");
    project.put("go", b"");
    project.until("done", |s| s.run() == "succeeded");
}

#[test]
fn a_keeper_killed_under_its_engine_leaves_a_lost_step_and_the_next_one_gets_a_new_keeper() {
    let project = Project::of(&format!(
        "1:\n{}{}2:\n{}",
        sh("b", &format!("{}; {}", note("b"), hold("go"))),
        sh("other", &format!("{}; {}; {}", hold("gone"), note("c"), hold("c-go"))),
        sh("z", &note("z"))
    ))
    .roster();
    let live = project.start();
    assert!(
        poll(PATIENCE, || (project.count("b") == 1 && !project.keepers().is_empty()).then_some(())).is_some()
    );
    project.until("both run", |s| s.is("other", "running"));
    project.kill_keeper();
    live.finish(PATIENCE).code(4);
    project.status().are(&[("b", "lost"), ("other", "lost"), ("z", "pending")]);
    project.put("go", b"");
    project.put("gone", b"");
    project.put("c-go", b"");
    project.ms("retry b --as zhang.wei").code(0);
    project.ms("settle other --as-done --as zhang.wei --reason seen").code(0);
    project.resume().code(0);
    assert_eq!((project.count("b"), project.count("z")), (2, 1));
}

#[test]
fn what_is_begun_again_without_its_keeper_never_runs_beside_what_is_left_of_it() {
    let script = format!("echo $$ >> pids; {}; {}", note("b"), hold("go"));
    let project = Project::of(&format!("1:\n{}", sh_with("b", &script, "idempotent: true"))).roster();
    begun(&project).kill9();
    project.kill_keeper();
    let first = project.read("pids");
    assert!(alive(&first), "without its keeper it goes on all the same");
    let engine = project.spawn("resume --as zhang.wei");
    assert!(poll(PATIENCE, || (project.count("b") == 2).then_some(())).is_some());
    assert!(!alive(&first), "it was ended before the second one began");
    project.put("go", b"");
    engine.finish(PATIENCE).code(0);
    project.ms("logs b").code(0).says(&format!("process {}", first.trim()));
}

#[test]
fn twenty_killed_engines_lose_no_program_and_begin_none_twice() {
    let level = |n: usize| {
        let step = |name: &str, last: &str| {
            let name = format!("{name}{n}");
            sh(&name, &format!("echo {name} >> ledger; sleep 0.{last}"))
        };
        format!("{n}:\n{}{}", step("a", "1"), step("b", "25"))
    };
    let project = Project::of(&(1..=10).map(level).collect::<String>()).roster();
    let mut instant = 12;
    for _ in 0..20 {
        let mut live = project.drive();
        instant = (instant * 37 + 11) % 300;
        poll(Duration::from_millis(10 + instant), || live.ended().then_some(()));
        live.kill9();
    }
    let known = project.ms("status --json").one_of(&[0, 2]).code == 0;
    if known {
        project.resume().code(0)
    } else {
        project.run().code(0)
    };
    let mut ledger = project.ledger();
    ledger.sort();
    let mut wanted: Vec<String> = (1..=10).flat_map(|n| [format!("a{n}"), format!("b{n}")]).collect();
    wanted.sort();
    assert_eq!(ledger, wanted, "each began once");
    let events = project.ms("events --json").code(0).json_lines();
    // An engine that died between its record and its keeper's has surely begun nothing: that one may begin again.
    let lost = events.iter().filter(|event| event["kind"] == "step_lost");
    assert!(lost.clone().all(|event| event["again"] == true), "{:?}", lost.collect::<Vec<_>>());
}

#[test]
fn a_submission_in_the_middle_of_which_the_engine_dies_tells_its_id_to_the_next_one() {
    let scheduler = format!(
        "case $1 in\nsubmit) echo submit >> ledger; {}; echo 4711 ;;\nstate) echo \"state $2\" >> polls; echo SUCCESS ;;\nesac\n",
        hold("go")
    );
    let platform = "platforms:\n  d:\n    flow:\n      submit: {run: [sh, sched.sh, submit], id: '^(\\d+)'}\n      poll: {run: [sh, sched.sh, state, '{{ id }}'], every: 1s, succeeded: '^SUCCESS', failed: '^FAILED'}\n";
    for ends_before in [false, true] {
        let project =
            Project::of("1:\n  - {flow: F, platform: d}\n").file("sched.sh", &scheduler).settings(platform);
        let live = project.start();
        assert!(poll(PATIENCE, || (project.count("submit") == 1).then_some(())).is_some());
        live.kill9();
        if ends_before {
            project.put("go", b"");
            project.until_no_keeper();
        }
        let engine = project.spawn("resume");
        project.put("go", b"");
        engine.finish(PATIENCE).code(0);
        assert_eq!(
            (project.ledger(), project.read("polls")),
            (vec!["submit".to_owned()], "state 4711\n".to_owned())
        );
    }
}
