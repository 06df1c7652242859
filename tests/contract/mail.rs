//! Letters: who gets them, what they hold, and mail servers that will not do.

use crate::harness::{Letter, MONTH, Manner, PATIENCE, Project, Smtp, note, poll, sh, sqlite};
use regex::Regex;
use std::time::Duration;

fn two_stages() -> String {
    "name: x\nstages:\n  - {name: one, title: First part, levels: {1: [{name: a, run: 'echo a >> ledger'}]}}\n  - {name: two, title: Second part, after: [one], levels: {1: [{name: b, run: 'echo b >> ledger'}]}}\n".to_owned()
}

fn team() -> Project {
    Project::new().roster().runbook(&two_stages())
}

/// Whom the standing roster has next: night while it is day in Shanghai, else day. Both, in the minute of the change.
fn next_shift() -> Vec<&'static str> {
    let now = jiff::Zoned::now().in_tz("Asia/Shanghai").unwrap();
    let next = |hour: i8| if (8..20).contains(&hour) { "li.na@example.com" } else { "wang.fang@example.com" };
    let soon = now.checked_add(jiff::Span::new().minutes(2)).unwrap();
    let before = now.checked_sub(jiff::Span::new().minutes(2)).unwrap();
    vec![next(before.hour()), next(soon.hour())]
}

/// Waits until `status --json` has a letter in this state.
#[track_caller]
fn mail_is(project: &Project, word: &str) {
    project.until(&format!("a letter {word}"), |s| s.rows("mails").iter().any(|mail| mail["status"] == word));
}

/// Sends what is queued again and again until nothing is.
#[track_caller]
fn drained(project: &Project) {
    let done = poll(Duration::from_mins(1), || {
        project.ms("mails --send");
        project.status().rows("mails").iter().all(|mail| mail["status"] == "sent").then_some(())
    });
    assert!(done.is_some(), "{:#}", project.status().0);
}

#[test]
fn each_stage_that_finishes_writes_to_the_next_shift() {
    let project = team();
    let may = next_shift();
    project.run().code(0);
    let letters = project.letters();
    assert_eq!(letters.len(), project.status().rows("mails").len());
    for title in ["First part", "Second part"] {
        let letter = letters
            .iter()
            .find(|l| l.header("Subject").contains(title))
            .unwrap_or_else(|| panic!("no letter about {title}: {letters:#?}"));
        assert!(may.iter().any(|address| letter.header("To").contains(address)), "{letter:#?}");
        assert!(letter.text().contains(title) && letter.html().contains(title), "{letter:#?}");
        assert!(letter.text().contains(MONTH), "{letter:#?}");
    }
}

#[test]
fn a_letter_is_a_proper_letter() {
    let project = team();
    project.run().code(0);
    let id = Regex::new(r"^<[^<>@\s]+@[^<>@\s]+>$").unwrap();
    let letters = project.letters();
    assert!(!letters.is_empty());
    let mut ids: Vec<String> = letters.iter().map(|letter| letter.header("Message-ID")).collect();
    assert!(ids.iter().all(|one| id.is_match(one)), "{ids:?}");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), letters.len(), "one Message-ID a letter");
    for letter in letters {
        for header in ["From", "To", "Subject", "Date", "MIME-Version", "Content-Type"] {
            assert!(!letter.header(header).is_empty());
        }
        assert_eq!(letter.defects(), 0);
        assert!(!letter.text().is_empty() && !letter.html().is_empty());
    }
}

#[test]
fn letters_are_in_the_projects_language() {
    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c));
    for (language, wanted) in [("en", false), ("zh", true)] {
        let project = team();
        let project = project.file(
            "monthstart.yaml",
            &format!("timezone: Asia/Shanghai\nlanguage: {language}\nroster: roster.yaml\n"),
        );
        project.run().code(0);
        let letters = project.letters();
        assert!(letters.iter().all(|letter| chinese(letter.text()) == wanted), "{language}: {letters:#?}");
    }
}

#[test]
fn handover_names_whom() {
    for (whom, address) in [("lead", "zhang.wei@example.com"), ("chen.jie", "chen.jie@example.com")] {
        let project = team().runbook(&format!("handover: {whom}\n{}", two_stages()));
        project.run().code(0);
        let letters = project.letters();
        assert!(
            !letters.is_empty() && letters.iter().all(|letter| letter.header("To").contains(address)),
            "{letters:#?}"
        );
    }
    let project = team().runbook(&format!("handover: none\n{}", two_stages()));
    project.run().code(0);
    assert!(project.letters().is_empty());
}

#[test]
fn nobody_on_duty_means_the_fallback() {
    let roster = crate::harness::ROSTER.replace("2025-01-01", "2099-01-01");
    let project = team().file("roster.yaml", &roster);
    project.run().code(0);
    let letters = project.letters();
    assert!(
        !letters.is_empty()
            && letters.iter().all(|letter| letter.header("To").contains("zhang.wei@example.com")),
        "{letters:#?}"
    );
}

#[test]
fn marks_and_reasons_stand_in_the_letter() {
    let text =
        "name: x\nstages:\n  - {name: one, title: First part, levels: {1: [{name: a, run: 'exit 1'}]}}\n";
    let project = Project::new().roster().runbook(text);
    project.run().code(4);
    project.ms("force a --as li.na --reason 'loaded by hand'").code(0);
    project.resume().one_of(&[0, 6]);
    let letters = project.letters();
    assert!(
        letters.iter().any(
            |letter| letter.text().contains("loaded by hand") && letter.html().contains("loaded by hand")
        ),
        "{letters:#?}"
    );
}

#[test]
fn titles_never_become_headers_or_markup() {
    let text = "name: x\ntitle: \"Book\\r\\nBcc: evil@example.com\"\nstages:\n  - name: one\n    title: \"Part\\r\\nBcc: evil@example.com\\r\\n\\r\\n<script>alert(1)</script>\"\n    levels:\n      1:\n        - {name: a, title: \"<img src=x onerror=alert(1)>\\n.\\n\", run: [ls]}\n";
    let project = Project::new().roster().runbook(text);
    project.run().code(0);
    let letters = project.letters();
    assert!(!letters.is_empty());
    for letter in letters {
        assert!(letter.headers("Bcc").is_empty(), "{letter:#?}");
        assert!(
            !letter.header("To").contains("evil")
                && !letter.html().contains("<script")
                && !letter.html().contains("<img src=x"),
            "{letter:#?}"
        );
    }
}

#[test]
fn a_server_gets_each_letter_once() {
    let server = Smtp::start(&[Manner::Take]);
    let project = team().settings(&server.here());
    project.run().code(0);
    let taken = server.taken();
    let mails = project.status().rows("mails").to_vec();
    assert_eq!(taken.len(), mails.len());
    assert!(!mails.is_empty() && mails.iter().all(|mail| mail["status"] == "sent"), "{mails:#?}");
    assert!(taken.iter().all(|letter| letter.header("From").contains("ops@example.com")));
    project.ms("mails --send").code(0);
    project.ms("resume --as zhang.wei").one_of(&[0, 6]);
    assert_eq!(server.taken().len(), mails.len(), "a sent letter is not sent again");
}

#[test]
fn later_is_tried_again_under_one_message_id() {
    let server = Smtp::start(&[Manner::Vanish, Manner::Later, Manner::Vanish, Manner::Take]);
    let project = team().settings(&server.here());
    project.run().code(0);
    drained(&project);
    let mut ids: Vec<String> =
        server.taken().iter().map(|letter: &Letter| letter.header("Message-ID")).collect();
    assert!(ids.len() > project.status().rows("mails").len(), "some came twice: {ids:?}");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), project.status().rows("mails").len(), "a letter keeps its Message-ID");
    assert!(project.status().rows("mails").iter().any(|mail| mail["attempts"].as_u64() > Some(1)));
}

#[test]
fn a_dead_server_delays_no_step_and_loses_no_letter() {
    let project = team().settings(&Smtp::settings(Smtp::closed_port()));
    let out = project.run().code(0);
    assert!(out.took < Duration::from_secs(20), "{:?}", out.took);
    assert_eq!(project.ledger(), ["a", "b"]);
    mail_is(&project, "queued");
    assert!(project.status().rows("mails").iter().any(|mail| !mail["error"].is_null()));
    assert_eq!(project.status().run(), "succeeded");
}

#[test]
fn a_server_that_says_nothing_delays_no_step() {
    let server = Smtp::start(&[Manner::Stall]);
    let project = team().settings(&server.here());
    let live = project.start();
    server.called(1);
    project.until("both stages done", |s| s.is("b", "succeeded"));
    let out = live.finish(Duration::from_secs(25)).code(0);
    assert!(out.took < Duration::from_secs(25), "{:?}", out.took);
    assert!(project.status().rows("mails").iter().all(|mail| mail["status"] == "queued"));
    out.says("First part").says("still queued: they were not taken within 10 seconds. ");
}

#[test]
fn what_is_wrong_with_the_outbox_is_told_as_the_reason() {
    let server = Smtp::start(&[Manner::Take]);
    let project = team().settings(&server.here());
    project.run().code(0);
    let taken = server.taken().len();
    let broken =
        "create trigger broken before update on letters begin select raise(abort, 'no room left'); end";
    sqlite::execute(&project.path(".monthstart/journal.db"), broken);
    let again =
        |lang: &str, month: &str| project.ms(&format!("run x.yaml --month {month} --as zhang.wei {lang}"));
    let out =
        again("", "2025-01").code(0).says("still queued: what becomes of them cannot be written down (");
    out.says("no room left");
    again("--lang zh", "2025-02").code(0).says("封信待发:发送情况无法记录(").says("no room left");
    assert_eq!(server.taken().len(), taken, "what nobody could claim was sent");
}

#[test]
fn settings_that_let_no_letter_out_are_told_as_the_reason() {
    let settings = format!("{}  user: bob\n", Smtp::settings(Smtp::closed_port()));
    let out = team().settings(&settings).run();
    out.code(0).says("still queued: mail.user and mail.password go together. ");
}

#[test]
fn what_stayed_queued_goes_out_later() {
    let server = Smtp::start(&[Manner::Later, Manner::Later, Manner::Take]);
    let project = team().settings(&server.here());
    project.run().code(0);
    drained(&project);
    assert_eq!(server.taken().len(), project.status().rows("mails").len());
}

#[test]
fn what_reached_nobody_is_told_at_the_end() {
    let server = Smtp::start(&[Manner::Never]);
    let project = team().settings(&server.here());
    project.run().code(0).says("2 letters have reached nobody").says("550").says("monthstart mails");
}

#[test]
fn never_is_failed_and_shown_and_the_run_is_done() {
    let server = Smtp::start(&[Manner::Never]);
    let project = team().settings(&server.here());
    project.run().code(0);
    mail_is(&project, "failed");
    let error = project.status().rows("mails")[0]["error"].to_string();
    assert!(error.contains("550") || error.contains("no such mailbox"), "{error}");
    assert!(server.taken().is_empty());
    project.ms("mails").code(0).says("550 no such");
}

#[test]
fn one_refused_recipient_does_not_rob_the_others() {
    let server = Smtp::start(&[Manner::NotFor("li.na")]);
    let roster = crate::harness::ROSTER
        .replace("[[wang.fang]]", "[[wang.fang, li.na]]")
        .replace("[[li.na]]", "[[li.na, wang.fang]]");
    let project = team().settings(&server.here()).file("roster.yaml", &roster);
    project.run().code(0);
    assert!(poll(PATIENCE, || (!server.taken().is_empty()).then_some(())).is_some());
    project.ms("mails").code(0).says("li.na");
}

#[test]
fn a_server_that_takes_no_starttls_is_refused_when_it_is_required() {
    let server = Smtp::start(&[Manner::Take]);
    let project = team().settings(&server.here().replace("  starttls: none\n", ""));
    project.run().code(0);
    assert!(server.taken().is_empty(), "a letter went out in the clear");
    assert!(project.status().rows("mails").iter().all(|mail| mail["status"] != "sent"));
}

#[test]
fn a_letter_survives_the_engine() {
    let server = Smtp::start(&[Manner::Stall, Manner::Take]);
    let project = team().settings(&server.here());
    let live = project.start();
    server.called(1);
    live.kill9();
    project.resume_all();
    drained(&project);
    assert_eq!(server.taken().len(), project.status().rows("mails").len());
    assert!(!server.taken().is_empty());
}

#[test]
fn whoever_sends_beside_the_engine_waits_and_sends_nothing_twice() {
    let server = Smtp::start(&[Manner::Slow]);
    let held = two_stages().replace("'echo b", "'until [ -e go ]; do sleep 0.05; done; echo b");
    let project = team().runbook(&held).settings(&server.here());
    let live = project.start();
    assert!(poll(PATIENCE, || (server.taken().len() == 1).then_some(())).is_some(), "{}", live.printed());
    let beside = [project.spawn("mails --send"), project.spawn("mails --send")];
    for command in beside {
        command.finish(PATIENCE).code(0).says("Another process");
    }
    mail_is(&project, "sent");
    assert_eq!(server.taken().len(), 1, "the same letter again");
    std::fs::write(project.path("go"), "").unwrap();
    live.finish(PATIENCE).code(0);
    drained(&project);
    assert_eq!(server.taken().len(), 2);
}

#[test]
fn a_password_reaches_no_record() {
    let server = Smtp::start(&[Manner::Later]);
    let settings =
        format!("{}  user: {{env: MAIL_USER}}\n  password: {{env: MAIL_PASSWORD}}\n", server.here());
    let project = team().settings(&settings).env("MAIL_USER", "bob").env("MAIL_PASSWORD", "hunter2-secret");
    let out = project.run();
    let out = if out.code == 0 { out } else { out.one_of(&[0, 3, 7]) };
    out.hides("hunter2-secret");
    for line in ["mails --json", "events --json", "status --json", "mails"] {
        project.ms(line).hides("hunter2-secret");
    }
    for (path, bytes) in project.snapshot() {
        assert!(!String::from_utf8_lossy(&bytes).contains("hunter2-secret"), "{}", path.display());
    }
}

#[test]
fn a_login_that_is_refused_is_tried_once_a_run() {
    // It takes no logins at all.
    let server = Smtp::start(&[Manner::Take]);
    let held = two_stages().replace("'echo b", "'until [ -e go ]; do sleep 0.05; done; echo b");
    let settings = format!("{}  user: bob\n  password: {{env: MAIL_PASSWORD}}\n", server.here());
    let project = team().runbook(&held).settings(&settings).env("MAIL_PASSWORD", "hunter2-secret");
    let live = project.start();
    server.called(1);
    // The second letter is called for when the first one's login was refused.
    mail_is(&project, "queued");
    project
        .until("the refusal written down", |s| s.rows("mails").iter().any(|mail| !mail["error"].is_null()));
    std::fs::write(project.path("go"), "").unwrap();
    live.finish(PATIENCE).code(0);
    assert_eq!(project.status().rows("mails").len(), 2);
    assert_eq!(server.calls(), 1, "the same password again");
}

#[test]
fn without_a_roster_nobody_is_written_to() {
    let project = Project::of(&format!("1:\n{}", sh("a", &note("a"))));
    project.run().code(0);
    assert!(project.letters().is_empty());
}
