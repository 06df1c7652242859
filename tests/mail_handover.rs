//! Handover letters: what a person reads at 3 a.m., folded from events over a small plan.

#![cfg(test)]

mod support;

use std::fmt::Write;

use jiff::tz::TimeZone;
use monthstart::engine::ports::{Draft, Scribe};
use monthstart::mail::HandoverScribe;
use monthstart::plan::StageId;
use monthstart::run::RunState;
use monthstart::words::Lang;
use support::month::{self, BILL_ITEM, DWD_MONTH};
use unicode_width::UnicodeWidthStr;

fn scribe(lang: Lang) -> HandoverScribe {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let next = |name: &str, address: &str| (name.to_owned(), address.to_owned());
    let people = vec![
        next("李娜", "li.na@example.com"),
        next("王芳", "wang.fang@example.com"),
        next("李娜(副)", "li.na@example.com"),
        next("陈晨", ""),
    ];
    HandoverScribe::new(zone, lang, Some(month::roster()), Box::new(move |_, _| people.clone()))
}

fn letter(lang: Lang, run: &RunState, stage: StageId) -> Draft {
    scribe(lang).handover(run, stage, run.at().unwrap()).unwrap()
}

fn shown(draft: &Draft) -> String {
    let mut text = String::new();
    writeln!(text, "To: {}\nSubject: {}\n\n{}", draft.to.join(", "), draft.subject, draft.text).unwrap();
    text
}

#[test]
fn a_night_with_everything_in_it_in_chinese() {
    let draft = letter(Lang::Zh, &month::bill_item_done(), BILL_ITEM);
    insta::assert_snapshot!("night_zh_text", shown(&draft));
    insta::assert_snapshot!("night_zh_html", draft.html);
}

#[test]
fn a_night_with_everything_in_it_in_english() {
    let draft = letter(Lang::En, &month::bill_item_done(), BILL_ITEM);
    insta::assert_snapshot!("night_en_text", shown(&draft));
    insta::assert_snapshot!("night_en_html", draft.html);
}

#[test]
fn the_last_stage_says_that_the_run_is_over() {
    let draft = letter(Lang::Zh, &month::all_done(), DWD_MONTH);
    insta::assert_snapshot!("green_zh_text", shown(&draft));
}

#[test]
fn a_second_round_says_what_was_done_anew_what_is_void_held_and_late() {
    for (lang, name) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        let draft = letter(lang, &month::second_round(false), BILL_ITEM);
        insta::assert_snapshot!(format!("second_round_{name}_text"), shown(&draft));
    }
    let shadow = letter(Lang::Zh, &month::second_round(true), BILL_ITEM);
    assert!(shadow.subject.starts_with("[影子] "), "{}", shadow.subject);
    assert!(shadow.text.starts_with("[影子] "), "{}", shadow.text);
    assert!(shadow.html.contains("[影子] "), "{}", shadow.html);
}

#[test]
fn no_line_is_wider_than_78_columns() {
    for lang in [Lang::Zh, Lang::En] {
        for (state, stage) in [
            (month::bill_item_done(), BILL_ITEM),
            (month::all_done(), DWD_MONTH),
            (month::second_round(true), BILL_ITEM),
            (month::hostile(), BILL_ITEM),
        ] {
            let draft = letter(lang, &state, stage);
            for line in draft.text.lines() {
                assert!(line.width() <= 78, "{} columns: {line}", line.width());
                assert_eq!(line, line.trim_end());
            }
        }
    }
}

#[test]
fn every_word_of_a_letter_is_in_the_catalogue() {
    for lang in [Lang::Zh, Lang::En] {
        for (state, stage) in [(month::bill_item_done(), BILL_ITEM), (month::all_done(), DWD_MONTH)] {
            let draft = letter(lang, &state, stage);
            for text in [&draft.subject, &draft.text, &draft.html] {
                assert!(!text.contains("mail-") && !text.contains("-status-"), "{text}");
            }
        }
    }
}

#[test]
fn nobody_to_mail_means_no_letter() {
    let zone = TimeZone::UTC;
    let scribe = HandoverScribe::new(zone, Lang::Zh, None, Box::new(|_, _| Vec::new()));
    let state = month::bill_item_done();
    assert_eq!(scribe.handover(&state, BILL_ITEM, state.at().unwrap()), None);
}

#[test]
fn nothing_that_people_or_programs_write_becomes_html_or_a_second_line() {
    let state = month::hostile();
    let draft = letter(Lang::Zh, &state, BILL_ITEM);
    assert!(!draft.subject.contains(['\r', '\n']), "{}", draft.subject);
    for bad in ["<script", "<img", "onerror=\"", "</div><", "\u{1b}", "\u{202e}", "\r"] {
        assert!(!draft.html.contains(bad), "{bad:?} in {}", draft.html);
    }
    assert!(draft.html.contains("&lt;script&gt;"), "{}", draft.html);
    // A line that pretends to be another entry of the letter.
    assert!(
        !draft.text.lines().any(|line| line.trim_start().starts_with("[强制通过] 假的")),
        "{}",
        draft.text
    );
    insta::assert_snapshot!("hostile_zh_text", shown(&draft));
}
