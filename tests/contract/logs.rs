//! `logs` and `logs -f` of a step that is in flight: nothing that it prints is held back until its end.

use crate::harness::{Live, PATIENCE, Project, hold, poll, sh, sh_with};

/// The log of `a` is followed, and has come as far as that.
#[track_caller]
fn followed(project: &Project, shows: &str) -> Live {
    let seen = poll(PATIENCE, || project.ms("logs a").text().contains(shows).then_some(()));
    assert!(seen.is_some(), "{shows} is kept back while its step runs");
    let follow = project.spawn("logs a -f");
    follow.shows(shows);
    follow
}

/// Prints lines with these numbers: more than the beginning of a log can take.
fn many(from: u32, to: u32) -> String {
    format!("seq -f 'row %.0f of many, with enough words that it takes some room' {from} {to}")
}

#[test]
fn a_long_log_is_followed_to_its_end_and_its_middle_is_told_of() {
    let script = [
        "echo first".to_owned(),
        many(1, 60_000),
        "echo held at one".to_owned(),
        hold("one"),
        "echo held at two".to_owned(),
        hold("two"),
        "echo last of all".to_owned(),
    ];
    let project = Project::of(&format!("1:\n{}", sh("a", &script.join("; "))));
    let live = project.start();
    let follow = followed(&project, "held at one");
    let now = project.ms("logs a").code(0).says("first").says("row 60000 of").says("left out");
    assert_eq!(now.text().matches("left out").count(), 1);
    project.put("one", b"");
    follow.shows("held at two");
    project.put("two", b"");
    live.finish(PATIENCE).code(0);
    let text = follow.finish(PATIENCE).code(0).text();
    for line in ["first", "row 60000 of", "held at one", "held at two", "last of all", "left out"] {
        assert_eq!(text.matches(line).count(), 1, "{line}");
    }
    let is_help = |path: &std::path::Path| path.extension().is_some_and(|end| end == "tail" || end == "new");
    assert!(!project.snapshot().keys().any(|path| is_help(path)), "what helped those who looked is gone");
}

#[test]
fn a_next_attempt_is_followed_too() {
    let held = hold("go-$MONTHSTART_ATTEMPT");
    let script = format!("echo try $MONTHSTART_ATTEMPT; {held}; [ $MONTHSTART_ATTEMPT = 2 ]");
    let project = Project::of(&format!("1:\n{}", sh_with("a", &script, "retry: {times: 1, delay: 1s}")));
    let live = project.start();
    let follow = followed(&project, "try 1");
    project.put("go-1", b"");
    follow.shows("try 2");
    project.put("go-2", b"");
    live.finish(PATIENCE).code(0);
    follow.finish(PATIENCE).code(0).says("attempt 2 begins");
}

#[test]
fn a_log_that_is_taken_away_while_its_program_prints_is_begun_anew() {
    let script = format!(
        "n=0; until [ -e go ]; do n=$((n+1)); echo row $n; sleep 0.1; done; {}; echo last",
        hold("end")
    );
    let project = Project::of(&format!("1:\n{}", sh("a", &script)));
    let live = project.start();
    let follow = followed(&project, "row 3");
    std::fs::remove_dir_all(project.path(".monthstart/logs")).unwrap();
    let seen = poll(PATIENCE, || project.ms("logs a").text().contains("row ").then_some(()));
    assert!(seen.is_some(), "what is printed now is lost");
    let begin = "── what stood here before is gone: the log was taken away or cut while it was written\nrow ";
    assert!(project.ms("logs a").code(0).hides("row 1\n").text().starts_with(begin));
    follow.shows("what stood here before is gone");
    project.put("go", b"");
    project.put("end", b"");
    live.finish(PATIENCE).code(0);
    assert_eq!(follow.finish(PATIENCE).code(0).text().matches("last").count(), 1);
    project.ms("logs a").code(0).says("last");
}

#[test]
fn a_log_that_is_taken_away_is_told_of() {
    let script = format!("echo early; {}; echo late", hold("go"));
    let project = Project::of(&format!("1:\n{}", sh("a", &script)));
    let live = project.start();
    let follow = followed(&project, "early");
    std::fs::remove_dir_all(project.path(".monthstart/logs")).unwrap();
    follow.shows("taken away");
    project.put("go", b"");
    live.finish(PATIENCE).code(0);
    follow.finish(PATIENCE).code(0);
}
