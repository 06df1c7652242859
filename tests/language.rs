//! The language as its page promises it: its samples read as they stand, and every mistake is told where it is.
//!
//! `INSTA_UPDATE=always cargo test --test language` writes the snapshot of the mistakes anew;
//! `cargo test --test language -- --ignored` writes the schemas anew.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its fixture has nothing to say")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use monthstart::runbook::model::Stage;
use monthstart::runbook::{
    FileId, Kind, Problem, Runbook, Severity, Sources, problems_json, read_month, read_roster, read_runbook,
    read_settings, render_problems, schema, take_file, yaml,
};
use monthstart::words::{Arg, Lang, Msg, has};
use proptest::prelude::*;

#[path = "fixtures/language/mistakes.rs"]
mod mistakes;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn fixture(sources: &mut Sources, name: &str) -> FileId {
    sources.add(name, std::fs::read_to_string(here("tests/fixtures/language").join(name)).unwrap())
}

/// What is wrong with `text`, read as a file of this kind.
fn problems(kind: Kind, text: &str) -> (Sources, Vec<Problem>) {
    let mut sources = Sources::default();
    let mut problems = Vec::new();
    let file = sources.add(format!("{}.yaml", kind.name()), text);
    match kind {
        Kind::Runbook => drop(read_runbook(&sources, file, &mut problems)),
        Kind::Project => drop(read_settings(&sources, file, None, &mut problems)),
        Kind::Roster => drop(read_roster(&sources, file, &mut problems)),
        Kind::Month => drop(read_month(&sources, file, "2026-10".parse().unwrap(), &mut problems)),
    }
    (sources, problems)
}

fn shown(kind: Kind, text: &str) -> String {
    let (sources, problems) = problems(kind, text);
    render_problems(&problems, &sources, Lang::En, false)
}

#[test]
fn the_samples_read_as_they_stand() {
    let mut sources = Sources::default();
    let mut problems: Vec<Problem> = Vec::new();
    let [settings, runbook, roster, month] =
        ["monthstart.yaml", "bill-and-dwd.yaml", "roster.yaml", "2026-10.yaml"]
            .map(|name| fixture(&mut sources, name));
    let settings = read_settings(&sources, settings, None, &mut problems).unwrap();
    let runbook = read_runbook(&sources, runbook, &mut problems).unwrap();
    let roster = read_roster(&sources, roster, &mut problems).unwrap();
    let month = read_month(&sources, month, "2026-10".parse().unwrap(), &mut problems).unwrap();
    assert_eq!(render_problems(&problems, &sources, Lang::En, false), "");
    assert_eq!(settings.platforms.len(), 3);
    assert_eq!(settings.platforms[2].1.flow.len(), 7);
    let levels: Vec<u32> = runbook.stages[1].levels.iter().map(|(number, _)| number.value).collect();
    assert_eq!(levels, [1, 2, 4]);
    assert_eq!(roster.rota.len(), 3);
    assert_eq!(month.skip[0].step.value, "dwd-month/DwdMergeBillProdM");
}

#[test]
fn every_mistake_is_told_where_it_is() {
    for (lang, name) in [(Lang::En, "mistakes.en"), (Lang::Zh, "mistakes.zh")] {
        let mut all = String::new();
        for (kind, text) in mistakes::all() {
            let (sources, problems) = problems(kind, &text);
            assert!(!problems.is_empty(), "no mistake found in:\n{text}");
            all.push_str(&render_problems(&problems, &sources, lang, false));
        }
        insta::with_settings!({snapshot_path => "fixtures/language", prepend_module_to_snapshot => false}, {
            insta::assert_snapshot!(name, all);
        });
    }
}

/// The ids in `msg`, those inside it too.
fn ids(msg: &Msg, found: &mut BTreeSet<String>) {
    found.insert(msg.id.to_owned());
    for arg in msg.args.values() {
        if let Arg::Msg(inner) = arg {
            ids(inner, found);
        }
    }
}

#[test]
fn every_message_is_there_in_both_languages_and_some_mistake_calls_for_it() {
    let mut said = BTreeSet::new();
    for (kind, text) in mistakes::all() {
        for problem in problems(kind, &text).1 {
            let related = problem.related.iter().map(|(_, message)| message);
            related
                .chain(&problem.help)
                .chain([&problem.message])
                .for_each(|message| ids(message, &mut said));
        }
    }
    for id in &said {
        assert!(has(Lang::En, id) && has(Lang::Zh, id), "{id} has no words");
    }
    let elsewhere =
        ["error", "warning", "help", "file-too-large", "not-utf8", "yaml-syntax", "yaml-depth", "more"];
    let catalogue = std::fs::read_to_string(here("locales/en/problems.ftl")).unwrap();
    let known = catalogue.lines().filter_map(|line| line.split_once(" = ")).map(|(id, _)| id);
    let unsaid: Vec<&str> = known
        .filter(|id| id.contains("problem-") && !said.contains(*id))
        .filter(|id| !elsewhere.iter().any(|known| id.ends_with(known)))
        .filter(|id| !mistakes::NEVER_SAID.contains(id))
        .collect();
    assert_eq!(unsaid, [""; 0]);
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once() {
    let text = "name: r\ntitel: x\nlimit: many\nstages:\n- name: s\n  levels:\n    1:\n    - {flow: A, redo: upstream}\n    - {flw: B}\n    - C\n    - C\n- name: s\n";
    let (_, problems) = problems(Kind::Runbook, text);
    let said: BTreeSet<&str> = problems.iter().map(|problem| problem.message.id).collect();
    let wanted = [
        "problem-after-missing",
        "problem-doubled-stage",
        "problem-expected",
        "problem-flow-twice",
        "problem-unknown-key",
    ];
    assert_eq!(said, BTreeSet::from(wanted));
    assert_eq!(problems.len(), 7);
}

#[test]
fn a_flow_listed_twice_is_refused_at_both_lines() {
    let mut sources = Sources::default();
    let mut problems = Vec::new();
    let file = fixture(&mut sources, "level-3-twice.yaml");
    read_runbook(&sources, file, &mut problems).unwrap();
    let lines = |span| sources.position(span).0;
    let found: Vec<_> = problems
        .iter()
        .map(|problem| (problem.message.id, lines(problem.related[0].0), lines(problem.span.unwrap())))
        .collect();
    assert_eq!(found, [("problem-flow-twice", 15, 17), ("problem-flow-twice", 16, 18)]);
}

#[test]
fn carets_stand_right_under_wide_characters() {
    let shown = shown(Kind::Runbook, "name: r\ntitle: 账单\nstages: []\nlimit: 很多步骤 # 注释\n");
    let expected = "\
error: expected a whole number from 1 to 1000000, found “很多步骤”
 --> runbook.yaml:4:8
  |
4 | limit: 很多步骤 # 注释
  |        ^^^^^^^^

";
    assert_eq!(shown, expected);
}

#[test]
fn what_stands_in_a_file_never_reaches_a_terminal_raw() {
    for text in [
        "name: \"a\u{1b}[31m\"",
        "name: a\u{202e}b",
        "x\u{7}: b",
        "name: r\n\u{9b}: 1",
        "name: \"\\e[31m\\u202e\"",
    ] {
        for colour in [true, false] {
            let (sources, problems) = problems(Kind::Runbook, text);
            let shown = render_problems(&problems, &sources, Lang::Zh, colour);
            let raw = ["\u{1b}[31m", "\u{202e}", "\u{7}", "\u{9b}"].iter().any(|raw| shown.contains(raw));
            assert!(!problems.is_empty() && !raw, "{shown:?}");
        }
    }
}

#[test]
fn passwords_in_a_file_are_not_shown() {
    let text = "mail: {from: x, password: hunter2, colour: red}\nstore: postgres://me:hunter2@db/x\n";
    let shown = shown(Kind::Project, text);
    assert!(shown.contains("password: *******, colour: red") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let shown = shown(
        Kind::Runbook,
        &format!("{{name: r, title: {}, stges: [], x: {}}}", "长".repeat(100_000), "y".repeat(100_000)),
    );
    assert!(shown.contains("runbook.yaml:1:100020"), "{shown}");
    assert!(shown.lines().all(|line| line.len() < 1_000), "{shown}");
}

#[test]
fn brackets_and_dashes_without_end_are_one_clear_line() {
    for text in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000), "? ".repeat(100_000)] {
        let (_, problems) = problems(Kind::Runbook, &text);
        assert_eq!(
            problems.iter().map(|problem| problem.message.id).collect::<Vec<_>>(),
            ["problem-yaml-depth"]
        );
    }
}

#[test]
fn of_very_many_problems_the_others_are_counted() {
    let (sources, problems) = problems(Kind::Runbook, &"a: 1\n".repeat(2_000));
    let json = problems_json(&problems, &sources, Lang::En);
    assert_eq!(problems.len(), 1_001);
    assert_eq!(json[0]["message"], "runbook.yaml has 1002 more problems");
}

#[test]
fn marks_and_line_ends_of_other_systems_are_accepted() {
    let text = "\u{feff}name: r\r\nstages:\r\n- name: s\r\n  ready:\r\n  - {name: n, notice: 好}\r\n  - name: m\r\n    run: |\r\n      a\r\n      b\r\n";
    assert_eq!(shown(Kind::Runbook, text), "");
}

#[test]
fn bytes_that_are_not_text_are_refused_with_their_line() {
    let mut sources = Sources::default();
    let mut problems = Vec::new();
    assert_eq!(
        take_file(&mut sources, "a.yaml", b"name: r\ntitle: \xd5\xcb\n".to_vec(), &mut problems),
        None
    );
    assert_eq!(take_file(&mut sources, "b.yaml", vec![b'a'; (16 << 20) + 1], &mut problems), None);
    let json = problems_json(&problems, &sources, Lang::En);
    assert_eq!(json[0]["message"], "b.yaml has 16 MiB; files of up to 16 MiB are read");
    assert_eq!((&json[1]["line"], &json[1]["column"]), (&2.into(), &8.into()));
}

#[test]
fn words_keep_their_text() {
    let text = "params: {a: no, b: 1e3, c: 12:30, d: 007, e: ~, f: [on, 0x1F]}\n";
    let mut sources = Sources::default();
    let mut problems = Vec::new();
    let file = sources.add("m.yaml", text);
    let month = read_month(&sources, file, "2026-10".parse().unwrap(), &mut problems).unwrap();
    let words = format!("{:?}", month.params.iter().map(|(_, value)| &value.value).collect::<Vec<_>>());
    let wanted = r#"[One("no"), One("1e3"), One("12:30"), One("007"), One("~"), Many(["on", "0x1F"])]"#;
    assert_eq!((words.as_str(), problems), (wanted, Vec::new()));
}

#[test]
fn an_overlay_is_merged_over() {
    let mut sources = Sources::default();
    let base = fixture(&mut sources, "monthstart.yaml");
    let over = "mail: {from: x <x@example.com>, password: {file: /run/secret}}\nplatforms: {dacp: {limit: 2}}\nconnections:\n  mpp: {url: {file: url}}\n  yt: {ulr: x}\n";
    let over = sources.add("monthstart.prod.yaml", over);
    let mut problems = Vec::new();
    let settings = read_settings(&sources, base, Some(over), &mut problems).unwrap();
    let place = sources.position(problems[0].span.unwrap());
    assert_eq!((problems.len(), problems[0].message.id, place), (1, "problem-unknown-key", (5, 8)));
    let mail = format!("{:?}", settings.mail.unwrap());
    assert!(
        mail.contains("/run/secret") && mail.contains("smtps://") && !mail.contains("SMTP_PASSWORD"),
        "{mail}"
    );
    assert_eq!(settings.platforms[2].1.limit.as_ref().unwrap().value, 2);
    assert_eq!(settings.platforms[2].1.flow.len(), 7);
}

#[test]
fn the_schemas_are_those_of_the_grammar() {
    for kind in Kind::ALL {
        let written = std::fs::read_to_string(here("schema").join(format!("{}.json", kind.name()))).unwrap();
        let text = format!("{:#}\n", schema(kind));
        assert!(written == text, "schema/{}.json: cargo test --test language -- --ignored", kind.name());
    }
}

#[test]
#[ignore = "writes the schemas"]
fn write_the_schemas() {
    for kind in Kind::ALL {
        std::fs::write(here("schema").join(format!("{}.json", kind.name())), format!("{:#}\n", schema(kind)))
            .unwrap();
    }
}

#[test]
fn ten_thousand_steps_are_read_in_no_time() {
    let mut text = "name: r\nstages:\n- name: s\n  platform: yt\n  levels:\n".to_owned();
    for level in 1..=100 {
        writeln!(text, "    {level}:").unwrap();
        for step in 0..100 {
            writeln!(text, "    - {{flow: Flow{level}x{step}, title: 流程 {step}, retry: {{times: 2, delay: 5m}}, needs: [a]}}").unwrap();
        }
    }
    let mut sources = Sources::default();
    let mut problems = Vec::new();
    let file = sources.add("big.yaml", text);
    let start = std::time::Instant::now();
    let runbook = read_runbook(&sources, file, &mut problems).unwrap();
    let took = start.elapsed();
    assert_eq!((runbook.stages[0].levels.len(), problems), (100, Vec::new()));
    assert!(took.as_secs() < 10, "{took:?}");
}

/// How many steps stand in a runbook's text.
fn written_steps(sources: &Sources, file: FileId) -> usize {
    let tree = yaml::parse(sources, file, &mut Vec::new()).unwrap();
    let length = |node: &yaml::Node| if let yaml::Value::List(items) = &node.value { items.len() } else { 0 };
    let Some(yaml::Value::List(stages)) = tree.get("stages").map(|stages| &stages.value) else { return 0 };
    let of_stage = |stage: &yaml::Node| {
        let lists = ["ready", "verify"].into_iter().filter_map(|key| stage.get(key));
        let levels = stage.get("levels").map(yaml::Node::entries).unwrap_or_default();
        lists.chain(levels.iter().map(|level| &level.value)).map(length).sum::<usize>()
    };
    stages.iter().map(of_stage).sum()
}

fn read_steps(runbook: &Runbook) -> usize {
    let of_stage = |stage: &Stage| {
        let levels: usize = stage.levels.iter().map(|(_, steps)| steps.len()).sum();
        stage.ready.len() + levels + stage.verify.len()
    };
    runbook.stages.iter().map(of_stage).sum()
}

fn any_kind() -> impl Strategy<Value = Kind> {
    proptest::sample::select(Kind::ALL.to_vec())
}

/// A sample with some of it replaced: texts that are nearly right go deeper than noise does.
fn nearly_right() -> impl Strategy<Value = String> {
    let samples = ["monthstart.yaml", "bill-and-dwd.yaml", "roster.yaml", "2026-10.yaml"];
    let texts =
        samples.map(|name| std::fs::read_to_string(here("tests/fixtures/language").join(name)).unwrap());
    let junk = proptest::sample::select(vec![
        "", "\n", "  ", "{", "]", ": ", "- ", "\"", "&a ", "~", "9", "账", "\t", "|\n",
    ]);
    (
        proptest::sample::select(texts.to_vec()),
        proptest::collection::vec((any::<prop::sample::Index>(), 0..30usize, junk), 1..4),
    )
        .prop_map(|(text, edits)| {
            let mut chars: Vec<char> = text.chars().collect();
            for (at, length, junk) in edits {
                let at = at.index(chars.len().max(1)).min(chars.len());
                let end = (at + length).min(chars.len());
                chars.splice(at..end, junk.chars());
            }
            chars.into_iter().collect()
        })
}

proptest! {
    #[test]
    fn no_text_makes_us_panic(kind in any_kind(), text in any::<String>()) {
        let (sources, problems) = problems(kind, &text);
        render_problems(&problems, &sources, Lang::Zh, true);
        prop_assert!(problems.iter().any(|problem| problem.severity == Severity::Error));
    }

    #[test]
    fn nearly_right_text_makes_us_panic_no_more(kind in any_kind(), text in nearly_right()) {
        let (sources, problems) = problems(kind, &text);
        render_problems(&problems, &sources, Lang::En, false);
        problems_json(&problems, &sources, Lang::Zh);
    }

    #[test]
    fn what_is_not_told_is_read(text in nearly_right()) {
        let mut sources = Sources::default();
        let mut problems = Vec::new();
        let file = sources.add("runbook.yaml", text);
        let runbook = read_runbook(&sources, file, &mut problems);
        if problems.iter().all(|problem| problem.severity == Severity::Warning) {
            prop_assert_eq!(read_steps(&runbook.unwrap()), written_steps(&sources, file));
        }
    }
}

#[test]
fn the_shipped_project_is_right() {
    let mut sources = Sources::default();
    let mut problems = Vec::new();
    let mut add =
        |name: &str| sources.add(name, std::fs::read_to_string(here("runbooks").join(name)).unwrap());
    let [settings, roster] = ["monthstart.yaml", "roster.yaml"].map(&mut add);
    let runbooks = [
        "month-start.yaml",
        "base-station.yaml",
        "bill-item.yaml",
        "main-plan.yaml",
        "localised.yaml",
        "billing-rehearsal.yaml",
        "dwd-billing.yaml",
        "distribution-failover.yaml",
        "dispatch-window.yaml",
    ]
    .map(&mut add);
    read_settings(&sources, settings, None, &mut problems).unwrap();
    read_roster(&sources, roster, &mut problems).unwrap();
    for runbook in runbooks {
        read_runbook(&sources, runbook, &mut problems).unwrap();
    }
    assert_eq!(render_problems(&problems, &sources, Lang::En, false), "");
}
