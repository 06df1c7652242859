//! Failure: retries, time-outs, what goes on and what stops.

use crate::harness::{PATIENCE, Project, alive, hold, levels, note, poll, sh, sh_with};
use std::time::Duration;

#[test]
fn a_failed_step_halts_what_depends_on_it_and_nothing_else() {
    let text = "name: x\nstages:\n  - {name: one, levels: {1: [{name: a, run: 'exit 3'}], 2: [{name: b, run: 'echo b >> ledger'}]}}\n  \
         - {name: two, after: [], levels: {1: [{name: c, run: 'sleep 0.5'}], 2: [{name: d, run: 'echo d >> ledger'}]}}\n  - {name: three, after: [one], levels: {1: [{name: e, run: 'echo e >> ledger'}]}}\n";
    let project = Project::new().runbook(text);
    project.run().code(4);
    assert_eq!(project.ledger(), ["d"]);
    let status = project.status();
    status.are(&[
        ("a", "failed"),
        ("b", "pending"),
        ("c", "succeeded"),
        ("d", "succeeded"),
        ("e", "pending"),
    ]);
    assert_eq!(status.run(), "halted");
    assert!(status.0["run"]["engine"].is_null());
}

#[test]
fn retries_are_further_attempts() {
    let project = Project::of(&format!(
        "1:\n{}",
        sh_with(
            "a",
            "echo $MONTHSTART_ATTEMPT >> ledger; [ $MONTHSTART_ATTEMPT = 3 ]",
            "retry: {times: 3, delay: 1s}"
        )
    ));
    project.run().code(0);
    assert_eq!(project.ledger(), ["1", "2", "3"]);
    assert_eq!(project.status().step("a")["attempt"], 3);
}

#[test]
fn retries_run_out() {
    let project = Project::of(&format!(
        "1:\n{}",
        sh_with("a", &format!("{}; exit 9", note("try")), "retry: {times: 2, delay: 1s}")
    ));
    project.run().code(4);
    assert_eq!(project.count("try"), 3);
    assert!(project.status().is("a", "failed"));
}

#[test]
fn a_retry_is_seen_as_retrying_and_holds_no_place() {
    let text = format!(
        "limit: 1\n{}",
        levels(&format!(
            "1:\n{}{}",
            sh_with("a", "[ -e b.done ]", "retry: {times: 20, delay: 2s, backoff: 1}"),
            sh("b", "touch b.done")
        ))
    );
    let project = Project::new().runbook(&text);
    project.run().code(0);
    assert!(project.status().is("b", "succeeded"));
}

#[test]
fn the_word_retrying_is_shown_while_it_waits() {
    let project = Project::of(&format!("1:\n{}", sh_with("a", "exit 1", "retry: {times: 1, delay: 1h}")));
    let live = project.start();
    let status = project.until("retrying", |s| s.is("a", "retrying"));
    assert_eq!(status.run(), "running");
    live.kill9();
}

#[test]
fn only_the_named_exit_codes_are_tried_again() {
    let project = Project::of(&format!(
        "1:\n{}{}",
        sh_with("a", &format!("{}; exit 1", note("a")), "retry: {times: 2, delay: 1s, on_exit: [75]}"),
        sh_with("b", &format!("{}; exit 75", note("b")), "retry: {times: 2, delay: 1s, on_exit: [75]}")
    ));
    project.run().code(4);
    assert_eq!((project.count("a"), project.count("b")), (1, 3));
}

#[test]
fn defaults_apply_and_a_step_overrides_them() {
    let text = format!(
        "defaults: {{retry: {{times: 1, delay: 1s}}}}\n{}",
        levels(&format!(
            "1:\n{}{}",
            sh("a", &format!("{}; exit 1", note("a"))),
            sh_with("b", &format!("{}; exit 1", note("b")), "retry: {times: 0}")
        ))
    );
    let project = Project::new().runbook(&text);
    project.run().code(4);
    assert_eq!((project.count("a"), project.count("b")), (2, 1));
}

#[test]
fn a_time_out_takes_the_whole_group_even_if_it_will_not_go() {
    let script = "trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & echo $! > child.pid; echo $$ > me.pid; while :; do sleep 1; done";
    let project = Project::of(&format!("1:\n{}", sh_with("a", script, "timeout: 1s")));
    project.start().finish(Duration::from_secs(90)).code(4);
    assert!(project.status().is("a", "failed"));
    for file in ["me.pid", "child.pid"] {
        let pid = project.until_file(file);
        assert!(poll(PATIENCE, || (!alive(&pid)).then_some(())).is_some(), "{file} {pid} still lives");
    }
}

#[test]
fn a_time_out_asks_first() {
    let project = Project::of(&format!(
        "1:\n{}",
        sh_with("a", "trap 'echo asked >> ledger; exit 0' TERM; while :; do sleep 0.1; done", "timeout: 1s")
    ));
    project.start().finish(Duration::from_mins(1)).code(4);
    assert_eq!(project.count("asked"), 1);
    assert!(project.status().is("a", "failed"), "an exit code of 0 after the time-out is not success");
}

#[test]
fn a_time_out_is_of_one_attempt() {
    let project = Project::of(&format!(
        "1:\n{}",
        sh_with("a", "echo t >> ledger; sleep 60", "timeout: 1s, retry: {times: 1, delay: 1s}")
    ));
    project.start().finish(Duration::from_secs(90)).code(4);
    assert_eq!(project.count("t"), 2);
}

#[test]
fn a_default_time_out_never_ends_a_gate() {
    let text = format!(
        "defaults: {{timeout: 1s}}\n{}",
        levels(&format!(
            "1:\n  - {{name: g, gate: {{ask: ok to go}}}}\n{}2:\n{}",
            sh("a", "sleep 0.1"),
            sh("b", &note("b"))
        ))
    );
    let project = Project::new().runbook(&text);
    let live = project.start();
    project.until("a done, gate open", |s| s.is("a", "succeeded") && s.open("g"));
    let later = std::time::Instant::now() + Duration::from_secs(3);
    let still = poll(Duration::from_secs(5), || {
        (std::time::Instant::now() > later).then(|| project.status().open("g"))
    });
    assert_eq!(still, Some(true));
    project.ms("confirm g").code(0);
    live.finish(PATIENCE).code(0);
}

#[test]
fn continue_goes_on_and_the_run_ends_halted() {
    let project = Project::of(&format!(
        "1:\n{}2:\n{}",
        sh_with("a", "exit 1", "on_failure: continue"),
        sh("b", &note("b"))
    ));
    project.run().code(4);
    assert_eq!(project.ledger(), ["b"]);
    let status = project.status();
    status.are(&[("a", "failed"), ("b", "succeeded")]);
    assert_eq!(status.run(), "halted");
}

#[test]
fn hold_is_the_default_said_aloud() {
    let project = Project::of(&format!(
        "1:\n{}2:\n{}",
        sh_with("a", "exit 1", "on_failure: hold"),
        sh("b", &note("b"))
    ));
    project.run().code(4);
    assert!(project.ledger().is_empty());
}

#[test]
fn abort_starts_nothing_more_anywhere() {
    let text = format!(
        "name: x\nstages:\n  - {{name: one, levels: {{1: [{{name: a, run: '{}; exit 1', on_failure: abort}}]}}}}\n  \
         - {{name: two, after: [], levels: {{1: [{{name: b, run: 'touch up; sleep 3'}}], 2: [{{name: c, run: 'echo c >> ledger'}}]}}}}\n",
        hold("up")
    );
    let project = Project::new().runbook(&text);
    project.run().code(4);
    assert!(project.ledger().is_empty(), "{:?}", project.ledger());
    assert!(project.status().is("a", "failed"));
}

#[test]
fn a_run_is_never_green_with_a_failed_step_in_it() {
    let project =
        Project::of(&format!("1:\n{}{}", sh_with("a", "exit 1", "on_failure: continue"), sh("b", "true")));
    project.run().code(4);
    project.resume().code(4);
    assert_ne!(project.status().run(), "succeeded");
    project.ms("force a --reason 'looked at it'").code(0);
    project.resume().one_of(&[0, 6]);
    assert_eq!(project.status().run(), "succeeded");
}
