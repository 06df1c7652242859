//! Runs whose journal is on a server: the same as on a file, and at ease with a server that goes away.

use crate::harness::{Live, Manner, PATIENCE, Project, Smtp, hold, levels, note, poll, sh};
use crate::servers::base_to_crash;
use std::time::Duration;

use super::{on_host, on_server};

#[test]
fn a_run_with_a_gate_is_answered_from_elsewhere_and_survives_its_engine() {
    let text = format!(
        "1:\n{}  - {{name: g, gate: {{ask: ok}}}}\n2:\n{}3:\n{}",
        sh("a", &note("a")),
        sh("b", &format!("{}; {}", note("b"), hold("go"))),
        sh("c", &note("c"))
    );
    let (project, base) = on_server(Project::of(&text).roster());
    let live = project.start();
    project.until("open", |s| s.open("g"));
    project.ms("confirm g --as li.na --note fine").code(0);
    project.until("b runs", |s| s.is("b", "running"));
    live.kill9();
    project.put("go", b"");
    project.resume_all();
    assert_eq!(project.count("a"), 1);
    project.status().are(&[("a", "succeeded"), ("b", "succeeded"), ("c", "succeeded")]);
    project.ms("verify").code(0);
    project.ms("redo c --as zhang.wei --reason 'once more'").code(0);
    project.resume().code(0);
    assert_eq!(project.count("c"), 2);
    assert_eq!(project.status().0["run"]["round"], 2);
    assert_eq!(base.ask("select status || ' ' || round from monthstart.runs"), ["succeeded 2"]);
    assert!(!project.path(".monthstart/journal.db").exists());
}

#[test]
fn fifty_starts_at_once_are_one_run() {
    let (project, base) = on_server(Project::of(&format!("1:\n{}", sh("a", &note("a")))));
    let all: Vec<Live> = (0..50).map(|_| project.start()).collect();
    let mut codes: Vec<i32> = all.into_iter().map(|live| live.finish(Duration::from_mins(2)).code).collect();
    codes.sort_unstable();
    assert_eq!(codes[0], 0, "{codes:?}");
    assert!(codes[1..].iter().all(|code| *code == 6), "{codes:?}");
    assert_eq!(project.ledger(), ["a"]);
    assert_eq!(base.ask("select count(*) from monthstart.runs"), ["1"]);
    project.ms("verify").code(0);
}

#[test]
fn letters_of_a_journal_on_a_server_go_out_once_while_it_is_killed() {
    let server = Smtp::start(&[Manner::Take]);
    let text = "name: x\nstages:\n  - {name: one, levels: {1: [{name: a, run: 'echo a >> ledger'}]}}\n  - {name: two, after: [one], levels: {1: [{name: b, run: 'until [ -e go ] || [ ! -e monthstart.yaml ]; do sleep 0.05; done'}]}}\n";
    let base = base_to_crash();
    let project = Project::new().roster().runbook(text).settings(&server.here()).journal_at(&base.url());
    let live = project.start();
    let sent = poll(PATIENCE, || (server.taken().len() == 1).then_some(()));
    assert!(sent.is_some(), "{}", project.ms("mails"));
    base.server.crash();
    base.server.begin_again();
    project.put("go", b"");
    live.finish(PATIENCE).code(0);
    project.until("both are sent", |s| s.rows("mails").iter().all(|mail| mail["status"] == "sent"));
    assert_eq!(server.taken().len(), 2);
}

#[test]
fn a_server_that_cannot_be_reached_is_exit_7_for_every_verb_and_hides_the_password() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let project = Project::of("1:\n  - {name: a, run: 'true'}\n");
    let project = project.journal_at(&format!("postgres://u:s3cret-word@127.0.0.1:{port}/x"));
    let verbs =
        ["status", "runs", "gates", "mails", "events", "verify", "why", "resume", "confirm a", "hold"];
    for line in verbs.iter().map(ToString::to_string).chain([project.line("run x.yaml --month ")]) {
        project.ms(&line).code(7).hides("s3cret");
    }
    let project = project.journal_at("postgres://u:s3cret-word@127.0.0.1/x?shcema=a");
    project.ms("runs").code(3).says("shcema").hides("s3cret");
    let project = project.journal_at("mysql://u:s3cret-word@127.0.0.1/x");
    project.ms("runs").code(3).hides("s3cret");
}

/// Many small steps, each of which writes its name once.
fn many(count: usize) -> (String, Vec<String>) {
    let names: Vec<String> = (0..count).map(|number| format!("n{number:04}")).collect();
    let step = |name: &String| sh(name, &format!("{}; sleep 0.05", note(name)));
    let level = |(number, names): (usize, &[String])| {
        format!("{}:\n{}", number + 1, names.iter().map(step).collect::<String>())
    };
    let text: String = names.chunks(4).enumerate().map(level).collect();
    (levels(&text), names)
}

#[test]
fn a_server_killed_again_and_again_loses_and_doubles_nothing() {
    let crashes = if std::env::var_os("MONTHSTART_LONG").is_some() { 50 } else { 5 };
    let (text, names) = many(crashes * 16);
    let base = base_to_crash();
    let project = Project::new().runbook(&text).journal_at(&base.url());
    let mut live = project.start();
    for crash in 0..crashes {
        let before = project.ledger().len();
        let went_on = poll(PATIENCE, || (project.ledger().len() > before + 2).then_some(()));
        assert!(went_on.is_some() && !live.ended(), "stood still before crash {crash}\n{}", live.printed());
        base.server.crash();
        base.server.begin_again();
    }
    let out = live.finish(Duration::from_mins(3)).code(0);
    out.says("cannot be reached");
    let mut ledger = project.ledger();
    ledger.sort();
    assert_eq!(ledger, names);
    project.ms("verify").code(0);
    assert_eq!(project.status().run(), "succeeded");
}

#[test]
fn a_server_that_comes_back_before_it_is_promoted_is_waited_for() {
    let base = base_to_crash();
    let text =
        format!("1:\n{}2:\n{}", sh("a", &format!("{}; {}", note("a"), hold("go"))), sh("b", &note("b")));
    let project = Project::of(&text).roster().journal_at(&base.url());
    let mut live = project.start();
    project.until("a runs", |s| s.is("a", "running"));
    base.server.crash();
    base.server.begin_unpromoted();
    project.put("go", b"");
    // That it is away is told once, whatever was the first to be seen of it.
    live.shows("cannot be reached");
    project.ms("status").code(0);
    // Everybody but engines gives up after five seconds.
    let other = project.ms("hold b --as zhang.wei --reason 'wait'").code(7).says("read-only");
    assert!(other.took >= Duration::from_secs(4), "{:?}", other.took);
    assert!(!live.ended(), "{}", live.printed());
    assert_eq!(base.ask("select pg_promote()"), ["t"]);
    live.finish(PATIENCE).code(0);
    assert_eq!(project.ledger(), ["a", "b"]);
    project.ms("verify").code(0);
}

#[test]
fn a_stand_by_waits_for_a_server_longer_than_any_other_command() {
    let base = base_to_crash();
    let project = Project::of("1:\n  - {name: g, gate: {ask: ok}}\n").roster().journal_at(&base.url());
    let first = on_host(&project, "one", &project.line("run x.yaml --month "));
    project.until("open", |s| s.open("g"));
    let second = on_host(&project, "two", "resume --stand-by --as zhang.wei");
    second.shows("stands by");
    base.server.crash();
    // Everybody but engines gives up after five seconds.
    let other = project.ms("runs").code(7);
    std::thread::sleep(Duration::from_secs(6).saturating_sub(other.took));
    base.server.begin_again();
    first.kill9();
    second.shows("takes");
    project.ms("confirm g --as li.na").code(0);
    second.finish(PATIENCE).code(0);
}
