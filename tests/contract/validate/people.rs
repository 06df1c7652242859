//! Settings and rosters with mistakes.

use super::wrong;
use crate::harness::{Project, ROSTER};

/// Cases of rosters, made from a right one by replacing a piece of text.
macro_rules! wrong_roster {
    ($($name:ident: $piece:expr => $instead:expr, $words:expr;)+) => {$(
        #[test]
        fn $name() {
            assert!(ROSTER.contains($piece));
            let roster = ROSTER.replacen($piece, $instead, 1);
            wrong(runnable().file("roster.yaml", &roster), &$words);
        }
    )+};
}

/// Cases of more lines in the settings.
macro_rules! wrong_settings {
    ($($name:ident: $lines:expr => $words:expr;)+) => {$(
        #[test]
        fn $name() {
            let project = Project::of("1:\n  - {name: a, run: [ls]}\n");
            wrong(project.settings($lines), &$words);
        }
    )+};
}

fn runnable() -> Project {
    Project::of("1:\n  - {name: a, run: [ls]}\n").roster()
}

wrong_roster! {
    unknown_person_in_the_rota: "days: [[wang.fang]]}" => "days: [[wang.fnag]]} # !!", ["wang.fnag", "wang.fang"];
    unknown_shift_in_the_rota: "{shift: day, starts: 2025-01-01, days: [[wang.fang]]}" => "{shift: dya, starts: 2025-01-01, days: [[wang.fang]]} # !!", ["dya", "day"];
    unknown_shift_of_an_override: "fallback: [zhang.wei]" => "  - {date: 2025-11-01, nihgt: [li.na]} # !!\nfallback: [zhang.wei]", ["nihgt", "night"];
    unknown_person_in_an_override: "fallback: [zhang.wei]" => "  - {date: 2025-11-01, night: [li.an]} # !!\nfallback: [zhang.wei]", ["li.an", "li.na"];
    override_on_no_day: "fallback: [zhang.wei]" => "  - {date: 2025-02-30, night: [li.na]} # !!\nfallback: [zhang.wei]", ["2025-02-30"];
    unknown_person_as_fallback: "fallback: [zhang.wei]" => "fallback: [zhang.wie] # !!", ["zhang.wie", "zhang.wei"];
    unknown_person_to_stand_in_for: "roles: [operator]}" => "roles: [operator], stands_in_for: [wang.fnag]} # !!", ["wang.fnag"];
    unknown_key_of_a_person: "roles: [operator]}" => "rolls: [operator]} # !!", ["rolls", "roles"];
    unknown_key_of_a_roster: "fallback: [zhang.wei]" => "falback: [zhang.wei] # !!", ["falback", "fallback"];
    shift_at_25_hours: "{from: \"08:00\", to: \"20:00\"}" => "{from: \"25:00\", to: \"20:00\"} # !!", ["25:00"];
    shift_at_61_minutes: "{from: \"08:00\", to: \"20:00\"}" => "{from: \"08:61\", to: \"20:00\"} # !!", ["08:61"];
    shift_in_words: "{from: \"08:00\", to: \"20:00\"}" => "{from: morning, to: \"20:00\"} # !!", ["morning"];
    shift_without_an_end: "{from: \"08:00\", to: \"20:00\"}" => "{from: \"08:00\"} # !!", ["to"];
    rota_that_starts_on_no_day: "starts: 2025-01-01, days: [[wang.fang]]}" => "starts: 2025-13-01, days: [[wang.fang]]} # !!", ["2025-13-01"];
    doubled_person: "  chen.jie: {" => "  li.na: {name: L, email: l@example.com, roles: []} # !!\n  chen.jie: {", ["li.na"];
    address_that_is_none: "email: li.na@example.com, roles: [operator]}" => "email: li.na, roles: [operator]} # !!", ["li.na"];
    address_with_a_line_end: "email: li.na@example.com, roles: [operator]}" => "email: \"li.na@example.com\\r\\nBcc: x@example.com\", roles: [operator]} # !!", ["email"];
    person_whose_name_is_a_path: "  chen.jie: {" => "  ../chen: {name: L, email: l@example.com, roles: []} # !!\n  chen.jie: {", ["../chen"];
}

wrong_settings! {
    unknown_key_of_settings: "timezon: Asia/Shanghai # !!\n" => ["timezon", "timezone"];
    doubled_key_of_settings: "timezone: UTC # !!\n" => ["timezone"];
    password_in_the_text: "mail:\n  from: a@example.com\n  smtp: smtp://127.0.0.1:25\n  user: bob\n  password: hunter2 # !!\n" => ["password", "env"];
    sender_that_is_no_address: "mail:\n  from: nobody # !!\n" => ["nobody"];
    unknown_starttls: "mail:\n  from: a@example.com\n  smtp: smtp://127.0.0.1:25\n  starttls: maybe # !!\n" => ["maybe"];
    smtp_of_another_kind: "mail:\n  from: a@example.com\n  smtp: gopher://127.0.0.1:25 # !!\n" => ["gopher"];
    platform_on_an_unknown_connection: "platforms:\n  p:\n    connection: nope # !!\n    flow: {sql: 'select 1'}\n" => ["nope"];
    platform_with_an_unknown_action: "platforms:\n  p:\n    flow:\n      sumbit: {run: [ls]} # !!\n" => ["sumbit", "submit"];
    platform_limit_of_zero: "platforms:\n  p:\n    limit: 0 # !!\n    flow: {run: [ls]}\n" => ["limit"];
    platform_with_a_broken_pattern: "platforms:\n  p:\n    flow:\n      submit: {run: [ls], id: '((('} # !!\n      poll: {run: [ls], every: 1s, succeeded: OK}\n" => ["((("];
    platform_with_an_unknown_name: "platforms:\n  p:\n    flow: {run: [ls, '{{ flwo }}']} # !!\n" => ["flwo", "flow"];
    platform_with_an_unknown_encoding: "platforms:\n  p:\n    encoding: klingon # !!\n    flow: {run: [ls]}\n" => ["klingon"];
    store_of_another_kind: "store: mongodb://localhost/x # !!\n" => ["mongodb"];
}

#[test]
fn unknown_time_zone() {
    let project = runnable().file("monthstart.yaml", "timezone: Asia/Shanghia # !!\n");
    wrong(project, &["Asia/Shanghia"]);
}

#[test]
fn unknown_language() {
    wrong(runnable().file("monthstart.yaml", "language: fr # !!\n"), &["fr", "en"]);
}

#[test]
fn roster_that_is_not_there() {
    let project = Project::of("1:\n  - {name: a, run: [ls]}\n").settings("roster: people.yaml # !!\n");
    wrong(project, &["people.yaml"]);
}

#[test]
fn a_gap_in_the_rota_is_a_warning_only() {
    let roster = ROSTER.replace("  - {shift: night, starts: 2025-01-01, days: [[li.na]]}\n", "");
    runnable().file("roster.yaml", &roster).ms("validate x.yaml").code(0);
}

#[test]
fn an_overlay_is_merged_over_and_its_mistakes_are_its_own() {
    let project = runnable().file("monthstart.prod.yaml", "timezon: UTC # !!\n");
    super::wrong_by(&project, "validate x.yaml --profile prod", &["timezon"]);
    let project = runnable().file("monthstart.prod.yaml", "store: \"sqlite:.monthstart/prod.db\"\n");
    project.ms(&project.line("--profile prod run x.yaml --month ")).code(0);
    assert!(project.path(".monthstart/prod.db").exists());
}

#[test]
fn an_unknown_profile_is_not_passed_over() {
    runnable().ms("validate x.yaml --profile prdo").one_of(&[2, 3]).says("prdo");
    runnable().env("MONTHSTART_PROFILE", "prdo").ms("validate x.yaml").one_of(&[2, 3]).says("prdo");
}

#[test]
fn a_password_in_the_text_is_not_repeated_in_the_report() {
    let project = Project::of("1:\n  - {name: a, run: [ls]}\n");
    let lines = "mail:\n  from: a@example.com\n  smtp: smtp://127.0.0.1:25\n  password: hunter2\n";
    project.settings(lines).ms("validate x.yaml").code(3).hides("hunter2");
}
