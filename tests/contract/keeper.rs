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
        let status = project.status();
        status.are(&[("b", word)]);
        let error = status.step("b")["error"].as_str().unwrap_or_default();
        assert_eq!((project.count("b"), error.contains('7')), (1, code == 4), "{error}");
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

#[test]
fn cancel_without_an_engine_ends_what_still_runs() {
    for obeys in [true, false] {
        let trap = if obeys { "trap 'echo term >> heard; exit 1' TERM; " } else { "" };
        let project = Project::of(&format!(
            "1:\n{}{}2:\n{}",
            sh("b", &format!("{trap}echo $$ > pid; {}; while :; do sleep 0.05; done", note("b"))),
            sh("done", &format!("{}; {}", note("done"), hold("go"))),
            sh("z", &note("z"))
        ))
        .roster();
        let live = begun(&project);
        assert!(poll(PATIENCE, || (project.count("done") == 1).then_some(())).is_some());
        live.kill9();
        project.put("go", b"");
        project.ms("cancel --as zhang.wei --reason 'wrong month'").code(0);
        assert!(!alive(&project.read("pid")), "it still runs");
        assert_eq!(project.read("heard").lines().count(), usize::from(obeys));
        let status = project.status();
        assert_eq!(status.run(), "cancelled");
        status.are(&[("b", "failed"), ("z", "pending")]);
        assert!(["succeeded", "failed"].contains(&status.word("done")), "{}", status.word("done"));
        project.until_no_keeper();
        assert_eq!(project.count("z"), 0);
    }
}

#[test]
fn cancel_without_an_engine_and_without_a_keeper_says_that_nobody_knows() {
    let project = held("true", "");
    begun(&project).kill9();
    project.kill_keeper();
    project.ms("cancel --as zhang.wei --reason r").code(0);
    project.status().are(&[("b", "lost"), ("z", "pending")]);
    assert_eq!(project.status().run(), "cancelled");
}

#[test]
fn what_a_person_decides_over_while_no_engine_lives_is_stopped_by_the_next_one() {
    let project = held("true", "");
    begun(&project).kill9();
    let pid = project.read("pid");
    project.ms("force b --as zhang.wei --reason 'done by hand'").code(0);
    project.resume().code(0);
    until_gone(&pid);
    project.status().are(&[("b", "forced"), ("z", "succeeded")]);
    project.until_no_keeper();
}

#[test]
fn secrets_reach_neither_records_nor_logs_nor_process_lists() {
    let project = Project::of(&format!(
        "1:\n{}",
        sh_with(
            "b",
            &format!("echo \"$PASS\"; {}; {}; echo \"again $PASS\" >&2; exit 3", note("b"), hold("go")),
            "env: {PASS: {env: DB_PASS}}"
        )
    ))
    .env("DB_PASS", "hunter2-secret");
    begun(&project).kill9();
    let mut seen = String::new();
    for pid in project.keepers() {
        for file in ["cmdline", "environ"] {
            seen += &String::from_utf8_lossy(&std::fs::read(format!("/proc/{pid}/{file}")).unwrap());
        }
    }
    assert!(seen.contains("keeper") && !seen.contains("hunter2"), "{seen}");
    project.put("go", b"");
    project.until_no_keeper();
    let everything = project.snapshot();
    let records = everything.iter().find(|(path, _)| path.ends_with("records")).unwrap().1;
    assert!(String::from_utf8_lossy(records).contains("again •••"), "the end is in the records");
    project.resume().code(4).says("again •••");
    for (path, bytes) in project.snapshot() {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("hunter2"), "{}", path.display());
    }
}

#[test]
fn records_and_socket_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = held("true", "");
    let live = begun(&project);
    let home = project.path(".monthstart/keepers/x@2025-10");
    let mode = |path: &std::path::Path| std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home), 0o700);
    for file in ["lock", "records", "socket"] {
        assert_eq!(mode(&home.join(file)), 0o600, "{file}");
    }
    project.put("go", b"");
    live.finish(PATIENCE).code(0);
}

#[test]
fn a_path_that_is_too_long_for_a_socket_does_no_harm() {
    let long = format!("state/{}/{}", "a".repeat(120), "b".repeat(120));
    let project = held("true", "").env("MONTHSTART_STATE", &long);
    begun(&project).kill9();
    let engine = project.spawn("resume --as zhang.wei");
    project.until("taken over", |s| !s.0["run"]["engine"].is_null());
    project.put("go", b"");
    engine.finish(PATIENCE).code(0);
    assert_eq!(project.ledger(), ["b", "z"]);
}

#[test]
fn a_hundred_megabytes_while_no_engine_lives_stay_within_the_logs_limits() {
    let flood = "echo first; yes 'a line of a flood' | head -c 100000000; echo; echo last";
    let project = held(flood, "");
    begun(&project).kill9();
    let keeper = project.keepers()[0];
    let most = || -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{keeper}/status")).ok()?;
        status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
    };
    let mut peak = 0;
    project.put("go", b"");
    let ended = poll(PATIENCE, || {
        peak = peak.max(most().unwrap_or(0));
        project.keepers().is_empty().then_some(())
    });
    assert!(ended.is_some() && (1..40_000).contains(&peak), "{peak} kB");
    project.resume().code(0);
    let log = project.ms("logs b").code(0);
    assert!((2_000_000..2_300_000).contains(&log.stdout.len()), "{}", log.stdout.len());
    let text = log.text();
    assert!(text.starts_with("first\n") && text.trim_end().ends_with("last"));
    assert!(text.contains("bytes left out"));
}

#[test]
fn lines_printed_across_two_engines_are_all_there_once() {
    let count = "i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo \"line $i\"; [ $i -ne 100 ] || echo b >> ledger; sleep 0.005; done";
    let project = Project::of(&format!("1:\n{}", sh("b", count)));
    begun(&project).kill9();
    let engine = project.spawn("resume --progress plain");
    engine.finish(PATIENCE).code(0);
    let log = project.ms("logs b").code(0).text();
    let wanted: Vec<String> = (1..=400).map(|n| format!("line {n}")).collect();
    assert_eq!(log.lines().collect::<Vec<_>>(), wanted);
}

#[test]
fn a_program_inherits_nothing_of_its_keeper() {
    let project = Project::of(&format!(
        "1:\n{}{}",
        sh("a", &hold("go")),
        sh("b", "ls -l /proc/self/fd > fds; readlink /proc/self/fd/0 >> fds")
    ));
    let live = project.start();
    project.until("b", |s| s.is("b", "succeeded") && s.is("a", "running"));
    let seen = project.read("fds");
    assert!(!seen.contains("socket:") && !seen.contains("keepers") && !seen.contains("anon_inode"), "{seen}");
    assert!(seen.trim_end().ends_with("/dev/null"), "{seen}");
    project.put("go", b"");
    live.finish(PATIENCE).code(0);
}

#[test]
fn a_keeper_goes_with_its_run_and_leaves_short_records() {
    let project =
        Project::of(&(1..=5).map(|n| format!("{n}:\n{}", sh(&format!("a{n}"), "true"))).collect::<String>());
    project.run().code(0);
    project.until_no_keeper();
    assert!(project.read(".monthstart/keepers/x@2025-10/records").len() < 4_000);
    // Without programs there is none.
    let project = Project::of(
        "1:\n  - {name: c, connection: yt, check: [{sql: select count(*) from t, expect: '= 0'}]}\n",
    )
    .yt();
    project.run().code(0);
    assert!(!project.path(".monthstart/keepers").exists());
}

#[test]
fn what_is_forced_while_nobody_drives_is_stopped_and_nothing_else() {
    let step = |name: &str| sh(name, &format!("{}; echo $$ > {name}-pid; {}", note(name), hold("go")));
    let project = Project::of(&format!("1:\n{}{}", step("a"), step("b"))).roster();
    let live = project.start();
    let pids = ["a-pid", "b-pid"].map(|file| project.until_file(file));
    live.kill9();
    project.ms("force a --as li.na --reason 'it hangs'").code(0);
    until_gone(&pids[0]);
    assert!(alive(&pids[1]), "the other one goes on");
    // The last one that runs: nobody will take the run up again.
    project.ms("force b --as li.na --reason 'this one too'").code(0);
    until_gone(&pids[1]);
    project.until_no_keeper();
    let status = project.status();
    status.are(&[("a", "forced"), ("b", "forced")]);
    assert_eq!((status.run(), project.count("a"), project.count("b")), ("succeeded", 1, 1));
    project.ms("verify").code(0);
}

#[test]
fn what_was_forced_is_stopped_with_a_cancelled_run_too() {
    let project = held("true", "");
    begun(&project).kill9();
    let pid = project.read("pid");
    project.ms("force b --as li.na --reason 'it hangs'").code(0);
    project.ms("cancel --as li.na --reason 'not this month'").code(0);
    until_gone(&pid);
    project.until_no_keeper();
    project.status().are(&[("b", "forced")]);
}
