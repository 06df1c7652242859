//! `doctor`: what keeps a run from starting is found before it is started, each with a fix.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::harness::{Manner, Project, Smtp, sh};

fn plain() -> Project {
    Project::of(&format!("1:\n{}", sh("a", "true"))).roster()
}

/// The findings of an area.
fn of<'a>(found: &'a Value, area: &str) -> Vec<&'a Value> {
    found.as_array().unwrap().iter().filter(|finding| finding["area"] == area).collect()
}

/// The findings of an area that are of this level.
fn count(found: &Value, area: &str, level: &str) -> usize {
    of(found, area).iter().filter(|finding| finding["level"] == level).count()
}

fn mode(project: &Project, path: &str, mode: u32) {
    std::fs::set_permissions(project.path(path), std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_project_that_is_in_order_is_fit_to_start() {
    let project = plain().yt();
    let out = project.ms("doctor --as zhang.wei").code(0).tame();
    assert!(!out.text().contains("problem "), "{out}");
    let found = project.ms("doctor --json --as zhang.wei").code(0).json();
    for area in [
        "settings",
        "roster",
        "person",
        "state",
        "store",
        "connection",
        "platform",
        "mail",
        "clock",
        "terminal",
    ] {
        assert!(!of(&found, area).is_empty(), "nothing about {area}: {found:#}");
    }
    for finding in found.as_array().unwrap() {
        assert_eq!(
            finding["fix"].is_null(),
            finding["level"] == "ok",
            "a fix for every finding: {finding:#}"
        );
    }
    assert!(project.stateless(), "looking makes nothing");
    project.ms("doctor --lang zh").code(0).says("时钟").says("处理:");
}

#[test]
fn wrong_settings_are_a_problem_of_files() {
    let project = plain().settings("conections: {}\n");
    project.ms("doctor").code(3).says("monthstart validate");
    let project = plain().settings("store: {env: NOWHERE_SET}\n");
    let found = project.ms("doctor --json").code(3).json();
    assert_eq!(count(&found, "store", "problem"), 1, "{found:#}");
    let project = plain().settings("connections:\n  w: {url: {file: secrets/w}}\n");
    project.ms("doctor").code(3).says("secrets/w");
    let project = project.file("secrets/w", "sqlite::memory:\n");
    mode(&project, "secrets/w", 0o644);
    project.ms("doctor").code(0).says("chmod 600");
    mode(&project, "secrets/w", 0o600);
    project.ms("doctor").code(0).hides("chmod 600").says("w answers");
}

#[test]
fn what_is_out_of_reach_is_named_without_its_password() {
    let port = Smtp::closed_port();
    let project = plain().settings(&format!(
        "connections:\n  far: {{url: {{env: FAR}}, insecure: true}}\n  gone: {{url: \"sqlite:no/such.db\"}}\n{}",
        Smtp::settings(port)
    ));
    let project = project.env("FAR", &format!("postgres://me:hunter2@127.0.0.1:{port}/x"));
    let out = project.ms("doctor").code(7).hides("hunter2").says("far").says("no/such.db");
    out.says("127.0.0.1");
    let found = project.ms("doctor --json").code(7).hides("hunter2").json();
    assert_eq!(count(&found, "connection", "problem"), 2, "{found:#}");
    assert_eq!(count(&found, "connection", "warning"), 1, "insecure: {found:#}");
    assert_eq!(count(&found, "mail", "problem"), 1, "{found:#}");
}

#[test]
fn a_mail_server_is_greeted_and_gets_no_letter() {
    let server = Smtp::start(&[Manner::Take]);
    let project = plain().settings(&server.here());
    let found = project.ms("doctor --json").code(0).json();
    assert_eq!(count(&found, "mail", "ok"), 1, "{found:#}");
    assert!(server.calls() == 1 && server.taken().is_empty());
    // A server that does not offer TLS where it is wanted.
    let wanting = server.here().replace("  starttls: none\n", "");
    plain().settings(&wanting).ms("doctor").code(7).says("STARTTLS");
}

#[test]
fn programs_of_platforms_are_looked_for() {
    let platform = |program: &str| {
        format!(
            "platforms:\n  p:\n    flow:\n      submit: {{run: [{program}, \"{{{{ flow }}}}\"], id: '(\\d+)'}}\n      \
             poll: {{run: [true], succeeded: ok}}\n"
        )
    };
    let project = plain().settings(&platform("bin/go"));
    let found = project.ms("doctor --json").code(7).json();
    assert_eq!(count(&found, "platform", "problem"), 1, "{found:#}");
    assert_eq!(count(&found, "platform", "warning"), 2, "neither find nor cancel: {found:#}");
    let project = project.file("bin/go", "#!/bin/sh\n");
    mode(&project, "bin/go", 0o755);
    project.ms("doctor").code(0);
    plain().settings(&platform("sh")).ms("doctor").code(0);
    plain().settings(&platform("no-such-program-anywhere")).ms("doctor").code(7);
}

#[test]
fn the_state_folder_is_put_right_when_that_is_asked_for() {
    let project = plain();
    project.run().code(0);
    mode(&project, ".monthstart", 0o755);
    mode(&project, ".monthstart/journal.db", 0o644);
    let found = project.ms("doctor --json").code(0).json();
    assert_eq!(count(&found, "state", "warning"), 1, "{found:#}");
    let found = project.ms("doctor --fix --json").code(0).json();
    assert_eq!(count(&found, "state", "warning"), 0, "{found:#}");
    let now = |path: &str| std::fs::metadata(project.path(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((now(".monthstart"), now(".monthstart/journal.db")), (0o700, 0o600));
    let project = plain();
    project.ms("doctor --fix").code(0);
    assert!(project.path(".monthstart").is_dir());
}

#[test]
fn a_journal_that_cannot_be_read_is_a_problem() {
    let project = plain().file(".monthstart/journal.db", "this is no database, and never was one\n");
    let found = project.ms("doctor --json").code(7).json();
    assert_eq!(count(&found, "store", "problem"), 1, "{found:#}");
}

#[test]
fn people_and_hours_are_looked_at() {
    let roster = "people:\n  a: {name: A, roles: [operator]}\n  b: {name: B, email: b@example.com}\nshifts:\n  \
                  day: {from: \"08:00\", to: \"20:00\"}\nrota:\n  - {shift: day, starts: 2025-01-01, days: [[a]]}\n";
    let project = Project::of(&format!("1:\n{}", sh("a", "true")))
        .file("roster.yaml", roster)
        .settings("roster: roster.yaml\n");
    let found = project.ms("doctor --json").code(0).json();
    assert_eq!(count(&found, "roster", "warning"), 2, "no night shift, no address: {found:#}");
    assert_eq!(count(&found, "person", "warning"), 1, "nobody of the roster: {found:#}");
    let found = project.ms("doctor --json --as a").code(0).json();
    assert_eq!(count(&found, "person", "ok"), 1, "{found:#}");
    project.ms("doctor --as nobody").code(0).says("nobody");
    let alone = Project::of(&format!("1:\n{}", sh("a", "true")));
    let found = alone.ms("doctor --json").code(0).json();
    assert_eq!(count(&found, "roster", "warning"), 1, "no roster at all: {found:#}");
}

#[test]
fn the_manual_page_knows_every_verb_in_both_languages() {
    let help = Project::new().ms("--help").code(0).text();
    let verbs: Vec<&str> = help
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_once("  ").map(|(verb, _)| verb))
        .filter(|verb| !verb.is_empty() && verb.chars().all(|c| c.is_ascii_lowercase()))
        .collect();
    assert!(verbs.len() > 25, "{verbs:?}");
    for (line, section) in [("man", "EXIT STATUS"), ("man --lang zh", "退出码")] {
        let page = Project::new().ms(line).code(0).tame().says(section).says("MONTHSTART_STATE").text();
        assert!(page.starts_with(".TH \"MONTHSTART\" \"1\""), "{page}");
        for verb in &verbs {
            assert!(page.contains(&format!("\n.SS \"monthstart {verb}")), "{verb} is not in the page");
        }
        for code in ["0", "1", "2", "3", "4", "5", "6", "7", "130"] {
            assert!(page.contains(&format!(".TP\n.B \"{code}\"\n")), "exit code {code}");
        }
        // Every line that begins with a dot is one of the page's own requests.
        let known = [".TH ", ".SH ", ".SS ", ".TP", ".PP", ".B "];
        for line in page.lines().filter(|line| line.starts_with(['.', '\''])) {
            assert!(known.iter().any(|request| line.starts_with(request)), "{line}");
        }
        let shown = page.replace("\\-", "-");
        assert!(!shown.contains("help-arg") && !shown.contains("man-e"), "an id is shown: {page}");
        assert!(!page.contains("monthstart sandbox"), "what is hidden stays hidden: {page}");
    }
}

#[test]
fn help_speaks_chinese_in_the_parsers_own_words_too() {
    let page = Project::new().ms("plan --help --lang zh").code(0);
    page.says("[选项]").says("[可选:tree").says("[默认:tree]").hides("OPTIONS").hides("possible values");
    Project::new().ms("--help --lang zh").code(0).says("<命令>").hides("COMMAND");
    Project::new().ms("plan --help").code(0).says("[OPTIONS]").says("[possible values: tree");
}
