//! What changed between two states of a project: every kind of change in words, and nothing where nothing changed.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its fixture has nothing to say")]

use std::path::Path;

use jiff::civil::date;
use jiff::tz::TimeZone;
use monthstart::plan::Plan;
use monthstart::plan::diff::{Change, Facet, plans, projects, tell};
use monthstart::plan::project::Project;
use monthstart::plan::resolve::{Files, Input, Request, resolve, resolve_project};
use monthstart::runbook::{
    FileId, Severity, Sources, read_month, read_roster, read_runbook, read_settings, render_problems,
};
use monthstart::words::{Lang, render};
use proptest::prelude::*;

const SETTINGS: &str = "\
timezone: Asia/Shanghai
roster: roster.yaml
connections:
  yt: {url: 'sqlite:yt.db'}
  mpp: {url: 'sqlite:mpp.db'}
platforms:
  yt: {connection: yt, limit: 8, flow: {sql: 'select 1'}}
  mpp: {connection: mpp, flow: {sql: 'select 1'}}
";

const ROSTER: &str = "\
people:
  zhang.wei: {name: 张伟, email: zhang.wei@example.com, roles: [operator, lead]}
  wang.fang: {name: 王芳, roles: [operator, dim-team]}
  li.na: {name: 李娜, roles: [operator, billing]}
shifts:
  day: {from: '08:00', to: '18:00'}
rota:
  - {shift: day, starts: 2026-11-01, days: [[zhang.wei], [wang.fang]]}
  - {date: 2026-11-05, day: [li.na]}
fallback: [zhang.wei]
";

const RUNBOOK: &str = "\
name: m
title: 月初
params:
  month: {type: month, default: closing}
  city: {type: text, default: 南京}
limit: 16
stages:
  - name: dim
    platform: yt
    ready:
      - {name: told, notice: 维护完成}
      - {name: there, check: [{sql: 'select 1', expect: '> 0'}], poll: {every: 1m, for: 4h}}
    levels:
      1:
        - A
        - B
      2:
        - {name: tell, run: [echo, hello], timeout: 5m, retry: {times: 2, delay: 1m}}
    verify:
      - name: right
        gate: {ask: '对不对?', approvers: [lead], form: {rows: {type: integer, min: 1}}, deadline: {day: 2, at: '12:00'}}
  - name: dwd
    after: [dim]
    platform: yt
    batch: '{{ month.compact }}'
    deadline: {day: 3, at: '08:00'}
    levels:
      1:
        - C
        - {name: book, sql: \"delete from t;\\ninsert into t values (1);\", review: {ask: '行数?', votes: 2}}
      3:
        - {flow: D, needs: [C], platform: mpp}
";

struct Nothing;

impl Files for Nothing {
    fn path(&self, _: FileId) -> String {
        "m.yaml".to_owned()
    }

    fn read(&self, _: &str) -> Option<String> {
        None
    }
}

/// A state of the project.
struct State {
    plan: Plan,
    project: Project,
}

#[track_caller]
fn state(settings: &str, roster: &str, runbook: &str, month: &str) -> State {
    let mut sources = Sources::default();
    let mut problems = Vec::new();
    let [settings, roster, runbook, month] = [
        ("monthstart.yaml", settings),
        ("roster.yaml", roster),
        ("m.yaml", runbook),
        ("months/2026-10.yaml", month),
    ]
    .map(|(path, text)| sources.add(path, text));
    let settings = read_settings(&sources, settings, None, &mut problems).unwrap();
    let roster = read_roster(&sources, roster, &mut problems);
    let runbook = read_runbook(&sources, runbook, &mut problems).unwrap();
    let month = read_month(&sources, month, "2026-10".parse().unwrap(), &mut problems);
    let root = Path::new("/project");
    let project =
        resolve_project(&settings, roster.as_ref(), root, TimeZone::UTC, &sources, &mut problems).unwrap();
    let input = Input {
        project: &project,
        runbook: &runbook,
        included: &[],
        month_file: month.as_ref(),
        others: Some(&[]),
        files: &Nothing,
        sources: &sources,
    };
    let request = Request::check(date(2026, 11, 3));
    let plan = resolve(&input, &request, &mut problems).unwrap();
    let wrong = problems.iter().any(|problem| problem.severity == Severity::Error);
    assert!(!wrong, "{}", render_problems(&problems, &sources, Lang::En, false));
    State { plan: plan.unwrap(), project }
}

const MONTH: &str = "params: {}\n";

fn base() -> State {
    state(SETTINGS, ROSTER, RUNBOOK, MONTH)
}

fn changes(before: &State, after: &State) -> Vec<Change> {
    let mut changes = projects(&before.project, &after.project);
    changes.extend(plans(&before.plan, &after.plan, &after.project.zone));
    changes
}

/// What is told when each of these pieces of the runbook is another.
#[track_caller]
fn edited(edits: &[(&str, &str)]) -> Vec<Change> {
    let text = edits.iter().fold(RUNBOOK.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from:?} is not in\n{text}");
        text.replacen(from, to, 1)
    });
    changes(&base(), &state(SETTINGS, ROSTER, &text, MONTH))
}

fn said(changes: &[Change], lang: Lang) -> String {
    tell(changes).iter().flat_map(|line| [render(lang, line), "\n".to_owned()]).collect()
}

/// One edit, and what it must be told as.
const EDITS: [(&str, &str); 32] = [
    ("title: 月初", "title: 月末"),
    ("limit: 16", "limit: 4"),
    ("default: 南京", "default: 无锡"),
    ("  city: {type: text, default: 南京}\n", ""),
    ("after: [dim]", "after: []"),
    (
        "    deadline: {day: 3, at: '08:00'}\n",
        "    deadline: {day: 4, at: '08:00'}\n    handover: lead\n    owner: lead\n",
    ),
    ("        - A\n", ""),
    ("        - A\n", "        - A\n        - {flow: N, platform: mpp}\n"),
    ("        - A\n        - B\n      2:\n", "        - B\n      2:\n        - A\n"),
    ("{name: tell, run: [echo, hello]", "{name: say, run: [echo, hello]"),
    ("run: [echo, hello]", "run: [echo, bye]"),
    ("name: tell, run: [echo, hello]", "name: tell, sql: select 1"),
    ("timeout: 5m", "timeout: 1h"),
    (", retry: {times: 2, delay: 1m}", ", on_failure: abort, idempotent: true"),
    ("notice: 维护完成", "notice: 可以开始"),
    ("expect: '> 0'", "expect: '> 1'"),
    ("poll: {every: 1m, for: 4h}", "poll: {every: 1m, for: 8h}"),
    ("ask: '对不对?'", "ask: '真的对吗?'"),
    ("approvers: [lead]", "approvers: [lead, billing]"),
    ("approvers: [lead]", "approvers: [lead, billing], except: [starter], votes: 2"),
    ("min: 1}", "min: 2}"),
    ("deadline: {day: 2, at: '12:00'}}", "deadline: {day: 2, at: '13:00'}, on_timeout: fail}"),
    ("batch: '{{ month.compact }}'", "batch: '{{ month.last_day.compact }}'"),
    ("insert into t values (1);", "insert into t values (2);"),
    (", review: {ask: '行数?', votes: 2}", ""),
    ("votes: 2}}", "votes: 3}}"),
    ("needs: [C], platform: mpp", "platform: mpp"),
    ("platform: mpp}", "platform: yt}"),
    (
        "{flow: D, needs: [C], platform: mpp}",
        "{flow: D, needs: [C], platform: mpp, when: \"{{ params.city == '南京' }}\", severity: 1}",
    ),
    (
        "      - {name: told, notice: 维护完成}\n      - {name: there, check: [{sql: 'select 1', expect: '> 0'}], poll: {every: 1m, for: 4h}}\n",
        "      - {name: there, check: [{sql: 'select 1', expect: '> 0'}], poll: {every: 1m, for: 4h}}\n      - {name: told, notice: 维护完成}\n",
    ),
    ("  - name: dwd\n", "  - name: dwd-month\n"),
    (
        "  - name: dwd\n",
        "  - name: new\n    after: []\n    platform: yt\n    levels: {1: [X, Y]}\n  - name: dwd\n",
    ),
];

#[test]
fn every_change_has_its_words() {
    for (lang, name) in [(Lang::En, "changes_en"), (Lang::Zh, "changes_zh")] {
        let mut all = String::new();
        for edit in EDITS {
            let changes = edited(&[edit]);
            assert!(!changes.is_empty(), "{edit:?}");
            all.push_str(&said(&changes, lang));
            all.push('\n');
        }
        insta::assert_snapshot!(name, all);
    }
}

#[test]
fn people_and_settings_have_theirs() {
    let roster = ROSTER
        .replace("roles: [operator, dim-team]", "roles: [operator]")
        .replace(
            "  li.na: {name: 李娜, roles: [operator, billing]}\n",
            "  li.si: {name: 李四, roles: [billing]}\n",
        )
        .replace("day: [li.na]", "day: [wang.fang]")
        .replace("to: '18:00'", "to: '20:00'")
        .replace("days: [[zhang.wei], [wang.fang]]", "days: [[wang.fang]]")
        .replace("fallback: [zhang.wei]", "fallback: [wang.fang]");
    let settings = SETTINGS
        .replace("Asia/Shanghai", "Asia/Tokyo")
        .replace("sqlite:yt.db", "sqlite:secret.db")
        .replace("limit: 8", "limit: 4")
        .replace("  mpp: {connection: mpp, flow: {sql: 'select 1'}}", "  mpp: {connection: mpp, flow: {sql: 'select 2'}}\n  new: {connection: mpp, flow: {sql: 'select 1'}}");
    let month = "skip:\n  - {step: dwd/C, reason: 停出, agreed: {who: 周经理}}\nparams: {city: 苏州}\n";
    let (before, after) = (base(), state(&settings, &roster, RUNBOOK, month));
    let changes = changes(&before, &after);
    let en = said(&changes, Lang::En);
    assert!(!en.contains("secret.db"), "{en}");
    insta::assert_snapshot!("changes_around", format!("{en}\n{}", said(&changes, Lang::Zh)));
}

#[test]
fn what_is_the_same_for_many_is_one_line() {
    let changes = edited(&[("limit: 16\n", "limit: 16\ndefaults: {on_failure: continue}\n")]);
    assert!(changes.len() > 4 && tell(&changes).len() == 1, "{}", said(&changes, Lang::En));
}

#[test]
fn a_step_keeps_its_gates_when_it_moves_or_is_renamed() {
    let changes = edited(&[("name: book, sql", "name: note, sql")]);
    assert_eq!(said(&changes, Lang::En), "dwd/book is now called dwd/note\n");
    let changes = edited(&[(
        "      1:\n        - C\n        - {name: book",
        "      1:\n        - C\n      2:\n        - {name: book",
    )]);
    assert_eq!(said(&changes, Lang::En), "dwd/book: level 1 -> 2\n");
    let changes = edited(&[("        - B\n", ""), ("        - C\n", "        - C\n        - B\n")]);
    assert_eq!(said(&changes, Lang::En), "dwd/B: dim, level 1 -> level 1\n");
}

#[test]
fn names_of_facets_are_their_own() {
    let words: std::collections::BTreeSet<&str> = Facet::ALL.iter().map(|facet| facet.word()).collect();
    assert_eq!(words.len(), Facet::ALL.len());
    for facet in Facet::ALL {
        assert_eq!(serde_json::to_value(facet).unwrap(), facet.word());
    }
}

proptest! {
    #[test]
    fn numbers_are_no_changes(new in prop::collection::vec(0_usize..4, 1..4)) {
        // Steps put in anywhere give all that follow other numbers: only they are told.
        let places = ["        - A\n", "        - B\n", "        - C\n", "      3:\n"];
        let mut text = RUNBOOK.to_owned();
        for (number, place) in new.iter().enumerate() {
            let line = format!("{}        - Extra{number}\n", places[*place]);
            text = text.replacen(places[*place], &line, 1);
        }
        let changes = changes(&base(), &state(SETTINGS, ROSTER, &text, MONTH));
        prop_assert_eq!(changes.len(), new.len());
        prop_assert!(changes.iter().all(|change| matches!(change, Change::StepAdded(_))));
    }

    #[test]
    fn the_way_back_is_as_long(edits in prop::sample::subsequence(EDITS.to_vec(), 0..6)) {
        let mut text = RUNBOOK.to_owned();
        for (from, to) in edits {
            text = text.replacen(from, to, 1);
        }
        let read = std::panic::catch_unwind(|| state(SETTINGS, ROSTER, &text, MONTH));
        prop_assume!(read.is_ok());
        let (before, after) = (base(), read.unwrap());
        prop_assert!(changes(&after, &after).is_empty());
        let (there, back) = (changes(&before, &after), changes(&after, &before));
        prop_assert_eq!(there.len(), back.len());
        prop_assert_eq!(there.is_empty(), text == RUNBOOK);
    }
}
