//! Screens and tables as operators see them: in both languages, never wider or taller than the terminal.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod terminal_fixture;

use std::collections::BTreeMap;

use monthstart::plan::Part;
use monthstart::progress::line::{Line, width};
use monthstart::progress::prompt::Prompt;
use monthstart::progress::questions::Questions;
use monthstart::progress::view::view;
use monthstart::progress::{Beside, MailRow, json, keys::Key, plain, tables};
use monthstart::run::{Asker, By, Event, Failure, Record, RunState, status::MailStatus};
use monthstart::words::Lang;
use terminal_fixture::{Story, asker, engine, evidence, night, page, path, turned_back};

const BOTH: [(Lang, &str); 2] = [(Lang::En, "en"), (Lang::Zh, "zh")];

fn text(lines: &[Line]) -> String {
    lines.iter().map(|line| line.text() + "\n").collect()
}

fn screen(story: &Story, who: &Asker, keys: &[Key], lang: Lang, size: (u16, u16)) -> Vec<Line> {
    let questions = Questions { state: &story.state, asker: who, interrupted: false, now: story.now };
    let mut prompt = Prompt::new();
    prompt.sync(&questions);
    for key in keys {
        prompt.key(key.clone(), &questions);
    }
    let mut page = page(lang, story.now);
    (page.cols, page.rows) = size;
    let note = "1,204,331 rows \u{1b}[2Jloaded".to_owned();
    let notes = BTreeMap::from([(story.id("bill-item/DimEvtIvrNode"), note)]);
    let lines = view(&story.state, &notes, &prompt.view(&questions, &page), &page);
    assert!(lines.len() <= usize::from(size.1), "{} rows", lines.len());
    for line in &lines {
        assert!(line.width() <= usize::from(size.0), "too wide: {:?}", line.text());
        assert!(!line.paint(false).chars().any(char::is_control));
    }
    lines
}

#[test]
fn the_screen_of_a_night() {
    let story = night();
    let select = |number: char| vec![Key::Char(number)];
    for (lang, name) in BOTH {
        let lines = screen(&story, &asker("zhang.wei"), &select('1'), lang, (80, 24));
        insta::assert_snapshot!(format!("night_{name}"), text(&lines));
        let lines = screen(&story, &asker("zhang.wei"), &select('3'), lang, (80, 24));
        insta::assert_snapshot!(format!("night_gate_{name}"), text(&lines));
    }
}

#[test]
fn a_gate_with_evidence_and_votes() {
    let mut story = night();
    for step in ["DwdMergeBillItemM", "load"] {
        let reason = "看过了".to_owned();
        story.tell(Event::StepForced {
            step: path(&format!("dwd-month/{step}")),
            by: By::person("li.na"),
            reason,
        });
    }
    story.start("dwd-month/DwdAccFinItemDtlM").later(60).end("dwd-month/DwdAccFinItemDtlM");
    story.open("dwd-month/month-closed", evidence()).later(9);
    story.decide("dwd-month/month-closed", "li.na", monthstart::run::Verdict::Confirmed, None);
    let keys = [Key::Char('3')];
    for (lang, name) in BOTH {
        let lines = screen(&story, &asker("wang.fang"), &keys, lang, (80, 24));
        insta::assert_snapshot!(format!("evidence_{name}"), text(&lines));
        // Who started the run may not answer: no keys for it.
        let lines = screen(&story, &asker("zhang.wei"), &keys, lang, (80, 24));
        insta::assert_snapshot!(format!("excluded_{name}"), text(&lines));
    }
}

#[test]
fn no_size_is_too_small() {
    let story = night();
    for cols in [20, 33, 80, 200] {
        for rows in [4, 8, 12, 24, 60] {
            for key in ['1', '2', '3'] {
                screen(
                    &story,
                    &asker("zhang.wei"),
                    &[Key::Char(key), Key::Char('y')],
                    Lang::Zh,
                    (cols, rows),
                );
            }
        }
    }
}

fn mails() -> Vec<MailRow> {
    let mail = |id: &str, status, error: Option<&str>| MailRow {
        id: id.into(),
        to: vec!["li.na@example.com".into(), "wang.fang@example.com".into()],
        subject: "[月初] 2026-10 属地化基站维表 完成,请接班".into(),
        status,
        attempts: 2,
        error: error.map(str::to_owned),
    };
    vec![mail("a", MailStatus::Sent, None), mail("b", MailStatus::Queued, Some("451 try again later"))]
}

fn fits(text: &str) {
    for line in text.lines() {
        assert!(width(line) <= 80, "too wide ({}): {line}", width(line));
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

/// What is to be copied is never broken.
fn without_commands(text: &str) -> String {
    text.split_inclusive('\n').filter(|line| !line.starts_with("  $ ")).collect()
}

#[test]
fn what_is_late_held_void_or_a_shadow_is_seen_everywhere() {
    let (story, shadow) = (turned_back(false), turned_back(true));
    for (lang, name) in BOTH {
        let page = page(lang, story.now);
        let status = tables::status(&shadow.state, &Beside::default(), &page);
        let gates = tables::gates(&story.state, &page);
        let events = tables::events(story.state.plan().clone(), &story.records, &page);
        let farewell = text(&plain::farewell(&shadow.state, &page));
        for (table, text) in
            [("status", status), ("gates", gates), ("events", events), ("farewell", farewell)]
        {
            if table != "farewell" {
                fits(&without_commands(&text));
            }
            insta::assert_snapshot!(format!("turned_back_{table}_{name}"), text);
        }
        let lines = screen(&shadow, &asker("zhang.wei"), &[Key::Char('1')], lang, (80, 30));
        insta::assert_snapshot!(format!("turned_back_screen_{name}"), text(&lines));
    }
}

#[test]
fn tables_line_up_in_80_columns() {
    let story = night();
    for (lang, name) in BOTH {
        let page = page(lang, story.now);
        let rows = [json::RunRow::of(&story.state, Some(&engine()))];
        let beside = Beside { mails: mails(), ..Beside::default() };
        let all = [
            ("status", tables::status(&story.state, &beside, &page)),
            ("gates", tables::gates(&story.state, &page)),
            ("runs", tables::runs(&rows, &page)),
            ("mails", tables::mails(&mails(), &page)),
            ("events", tables::events(story.state.plan().clone(), &story.records, &page)),
        ];
        for (table, text) in all {
            fits(&without_commands(&text));
            insta::assert_snapshot!(format!("{table}_{name}"), text);
        }
    }
}

#[test]
fn plain_lines_say_what_to_type() {
    let story = night();
    for (lang, name) in BOTH {
        let page = page(lang, story.now);
        let mut teller = plain::Teller::default();
        let mut state = RunState::new(story.state.plan().clone());
        let mut lines = Vec::new();
        for record in &story.records {
            state.apply(record);
            lines.extend(teller.lines(&state, std::slice::from_ref(record), plain::Detail::Full, &page));
        }
        lines.extend(plain::farewell(&state, &page));
        insta::assert_snapshot!(format!("plain_{name}"), text(&lines));
    }
}

#[test]
fn json_has_the_fields_of_the_contract() {
    let story = night();
    let zone = page(Lang::En, story.now).zone;
    let beside = Beside { driven_by: Some(engine()), mails: mails(), ..Beside::default() };
    let value = json::status_json(&story.state, &beside, story.now, &zone);
    insta::assert_snapshot!("status_json", serde_json::to_string_pretty(&value).unwrap());
    let by_nobody = Event::StepSkipped {
        step: path("a/b"),
        by: Some(By::person("li.na")),
        reason: "r".into(),
        cause: monthstart::run::SkipCause::Person,
    };
    let record = Record { seq: 7, at: story.now, event: by_nobody };
    let line = json::event_json(&record, &zone);
    assert_eq!(line["by"], "li.na");
    assert_eq!(line["kind"], "step_skipped");
    assert_eq!(line["at"], "2026-11-01T03:17:12+08:00");
}

#[test]
fn a_new_day_and_a_finished_stage_are_told_once() {
    let name = "stations-$(reboot)";
    let steps = vec![(Part::Level(1), vec![terminal_fixture::script(name)])];
    let mut story = Story::new(terminal_fixture::plan(vec![("s", "属地", vec![], steps)]));
    let step = format!("s/{name}");
    story.later(86_400).start(&step).fail(&step, Failure::Cancelled);
    let page = page(Lang::En, story.now);
    let mut teller = plain::Teller::default();
    let before = text(&teller.lines(&story.state, &story.records, plain::Detail::Full, &page));
    assert!(before.contains("\n-- 2026-11-02\n"), "{before}");
    assert!(before.contains(" retry 's/stations-$(reboot)' --run"), "no shell reads the name: {before}");
    let told = story.records.len();
    let reason = "r".to_owned();
    story.later(5).tell(Event::StepForced { step: path(&step), by: By::person("li.na"), reason });
    let after = text(&teller.lines(&story.state, &story.records[told..], plain::Detail::Full, &page));
    assert_eq!(after.matches("stage finished: 属地  (5s)").count(), 1, "{after}");
    assert!(!after.contains("-- 2026"), "{after}");
}
