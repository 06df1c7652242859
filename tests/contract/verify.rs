//! `verify`: a journal that somebody touched is never called whole.

use crate::harness::{PATIENCE, Project, hold, note, sh, sqlite};

fn ran() -> Project {
    let project = Project::of(&format!("1:\n{}2:\n{}", sh("a", &note("a")), sh("b", &note("b")))).roster();
    project.run().code(0);
    project.ms("verify").code(0).says("x/2025-10").says("whole");
    project
}

fn touch(project: &Project, statement: &str) {
    sqlite::execute(&project.path(".monthstart/journal.db"), statement);
}

#[test]
fn a_journal_is_whole_until_somebody_touches_it() {
    let json = ran().ms("verify --json").code(0).json();
    assert_eq!((&json["whole"], &json["error"]), (&true.into(), &serde_json::Value::Null), "{json:#}");
    assert_eq!(json["head"].as_str().unwrap().len(), 64);
    for (statement, says) in [
        ("update events set body = replace(body, 's/a', 's/c') where seq = 2", "event 2 does not fit"),
        ("update events set body = 'not even JSON' where seq = 3", "event 3 does not fit"),
        ("update events set at = '2020-01-01T00:00:00Z' where seq = 1", "event 1 does not fit"),
        ("delete from events where seq = 2", "where event 2 should stand"),
        ("delete from events where seq > 3", "event 3 is the last one"),
        ("delete from events", "event 0 is the last one"),
        ("update runs set status = 'halted'", "status halted"),
        ("update runs set month = '2025-11'", "2025-11"),
        ("update plans set body = 'x'", "plan"),
        ("update letters set seq = 999", "event 999"),
    ] {
        let project = ran();
        touch(&project, statement);
        let out = project.ms("verify").code(1).tame().says(says);
        assert_eq!(out.all().trim().lines().count(), 1, "one clear line: {out}");
        let json = project.ms("verify x/2025-10 --json").code(1).json();
        assert_eq!(json["whole"], false, "{json:#}");
        assert!(json["error"].as_str().unwrap().contains(says), "{json:#}");
    }
}

#[test]
fn a_list_of_runs_that_cannot_be_read_is_found_too() {
    let project = ran();
    touch(&project, "update runs set status = 'sleeping'");
    project.ms("verify").code(1).tame();
}

#[test]
fn a_run_that_goes_on_is_whole_at_every_moment() {
    let text = format!("1:\n{}2:\n{}", sh("a", &note("a")), sh("slow", &hold("go")));
    let project = Project::of(&text);
    let live = project.start();
    project.until("slow runs", |s| s.is("slow", "running"));
    project.ms("verify").code(0).says("whole");
    project.put("go", b"");
    live.finish(PATIENCE).code(0);
    project.ms("verify --lang zh").code(0).says("完整");
}

#[test]
fn there_must_be_something_to_verify() {
    let project = Project::of(&format!("1:\n{}", sh("a", "true")));
    project.ms("verify").code(2);
    assert!(project.stateless(), "looking makes nothing");
    project.run().code(0);
    project.ms("verify y/2025-10").code(2).tame();
}

#[test]
fn what_is_no_journal_is_said_to_be_damaged_and_left_as_it_is() {
    for bytes in [b"".as_slice(), b"no database, but text that is long enough to be looked at as one"] {
        let project = ran();
        let (file, log) =
            (project.path(".monthstart/journal.db"), project.path(".monthstart/journal.db-wal"));
        std::fs::write(&file, bytes).unwrap();
        for command in ["status", "verify", "runs", "resume --as zhang.wei"] {
            project.ms(command).code(7).says("restore it from a backup");
        }
        assert!(std::fs::read(&file).unwrap() == bytes && !log.exists(), "it was touched");
    }
}
