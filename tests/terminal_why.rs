//! `why` as operators see it: in both languages, in 80 columns.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod terminal_fixture;

use std::collections::{BTreeMap, BTreeSet};

use monthstart::id::PersonId;
use monthstart::plan::roster::{Person, Roster};
use monthstart::progress::line::width;
use monthstart::progress::why::{run, run_json, step, step_json};
use monthstart::run::why::Scene;
use monthstart::run::{By, Event};
use monthstart::words::Lang;
use terminal_fixture::{Story, night, page, path};

const BOTH: [(Lang, &str); 2] = [(Lang::En, "en"), (Lang::Zh, "zh")];

fn roster() -> Roster {
    let person = |id: &str, roles: &[&str]| {
        let roles: BTreeSet<String> = roles.iter().map(|role| (*role).to_owned()).collect();
        (PersonId(id.to_owned()), Person { name: id.to_owned(), roles, ..Person::default() })
    };
    let people = [
        person("zhang.wei", &["operator", "lead"]),
        person("li.na", &["operator"]),
        person("wang.fang", &["operator"]),
        person("chen.jie", &["liaison"]),
    ];
    Roster { people: people.into(), ..Roster::default() }
}

/// No line but a command is wider than the page, and nothing commands the terminal.
fn fits(text: &str) {
    for line in text.lines().filter(|line| !line.trim_start().starts_with("monthstart ")) {
        assert!(width(line) <= 80, "too wide ({}): {line}", width(line));
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

fn scene<'a>(story: &'a Story, limits: &'a BTreeMap<String, u32>, driven: bool) -> Scene<'a> {
    Scene { state: &story.state, now: story.now, driven, platforms: limits }
}

#[test]
fn the_chain_of_a_step() {
    let (story, limits, roster) = (night(), BTreeMap::new(), roster());
    let scene = scene(&story, &limits, true);
    for (lang, name) in BOTH {
        let page = page(lang, story.now);
        let shown = ["dwd-daily/DwdMergeRcBillDtlD", "stations/maintained", "dwd-month/DwdMergeBillProdM"]
            .map(|name| step(&scene, story.id(name), Some(&roster), &page));
        for text in &shown {
            fits(text);
        }
        insta::assert_snapshot!(format!("step_{name}"), shown.join("\n"));
    }
    let value = step_json(
        &scene,
        story.id("dwd-daily/DwdMergeRcBillDtlD"),
        Some(&roster),
        &page(Lang::En, story.now).zone,
    );
    insta::assert_snapshot!("step_json", serde_json::to_string_pretty(&value).unwrap());
}

#[test]
fn the_causes_of_a_night() {
    let (mut story, limits, roster) = (night(), BTreeMap::new(), roster());
    let by = By::person("li.na");
    story.tell(Event::StepHeld {
        step: path("bill-item/DimAccWmsNavtreemap"),
        by,
        reason: Some("等属地确认 \u{1b}[31m".into()),
    });
    let scene = scene(&story, &limits, false);
    for (lang, name) in BOTH {
        let text = run(&scene, Some(&roster), &page(lang, story.now));
        fits(&text);
        insta::assert_snapshot!(format!("run_{name}"), text);
        fits(&run(&scene, None, &page(lang, story.now)));
    }
    let value = run_json(&scene, None, &page(Lang::En, story.now).zone);
    assert!(value["causes"].as_array().unwrap().iter().all(|cause| cause["people"].is_null()));
    for cause in value["causes"].as_array().unwrap() {
        assert!(cause["holds"].is_u64() && cause["reason"]["kind"].is_string(), "{cause:#}");
    }
}

#[test]
fn no_page_is_too_narrow() {
    let (story, limits) = (night(), BTreeMap::new());
    let scene = scene(&story, &limits, true);
    for cols in [60, 70, 200] {
        let mut page = page(Lang::Zh, story.now);
        page.cols = cols;
        for line in run(&scene, None, &page).lines().filter(|line| !line.contains("monthstart ")) {
            assert!(width(line) <= usize::from(cols), "{cols}: {line}");
        }
    }
}
