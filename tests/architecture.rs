//! The shape of the house, read off its source: which room imports from which, how long files are, what they begin with.
#![expect(clippy::unwrap_used, reason = "a source file that cannot be read fails the test")]

mod source;

use source::{Token, files, tokens};

/// The rooms, from the ground up: a room imports from itself and from rows below its own, never from its neighbours.
const ROWS: [&[&str]; 10] = [
    &["server", "time", "words"],
    &["id"],
    &["runbook"],
    &["plan"],
    &["run"],
    &["store"],
    &["engine"],
    &["keeper"],
    &["exec", "mail", "progress", "sandbox"],
    &["cli"],
];

/// Up to this room everything is pure: no clock that ticks, no files, no processes, nothing that waits.
const LAST_PURE: &str = "run";

/// What a pure room has no use for.
const IMPURE: [&str; 6] = ["async", "await", "tokio", "sqlx", "lettre", "rustix"];
const IMPURE_STD: [&str; 5] = ["env", "fs", "net", "process", "thread"];

/// The longest file, in lines.
const LONGEST: usize = 400;

fn row(room: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&room))
}

/// The room of a file, and how many modules deep it lies: `src/exec/sql/mod.rs` is `exec`, 2.
fn place(path: &str) -> (&str, usize) {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    match inner {
        "lib" | "main" => (inner, 0),
        inner => (inner.split('/').next().unwrap_or(inner), inner.split('/').count()),
    }
}

/// What a file names at the root of the crate, by line: `crate::x`, `crate::{x, y}`, and as many `super::` as lead there.
fn reached(text: &str, depth: usize) -> Vec<(usize, String)> {
    let all = tokens(text);
    let sign = |at: usize, sign| all.get(at).is_some_and(|(_, token)| token.is(sign));
    let colons = |at: usize| sign(at, ':') && sign(at + 1, ':');
    let word = |at: usize| all.get(at).and_then(|(_, token)| token.word());
    let mut found = Vec::new();
    // For every brace that is open, whether it is a module's.
    let mut braces: Vec<bool> = Vec::new();
    let mut at = 0;
    while at < all.len() {
        if sign(at, '{') {
            braces.push(at >= 2 && word(at - 2) == Some("mod"));
        } else if sign(at, '}') {
            braces.pop();
        }
        let inner = depth + braces.iter().filter(|is_module| **is_module).count();
        let mut up = 0;
        while word(at) == Some("super") && colons(at + 1) {
            (up, at) = (up + 1, at + 3);
        }
        let root = if up > 0 {
            (up >= inner).then_some(at)
        } else {
            (matches!(word(at), Some("crate" | "monthstart")) && colons(at + 1)).then_some(at + 3)
        };
        if let Some(root) = root {
            found.extend(heads(&all, root));
        }
        at = if up > 0 { at } else { root.unwrap_or(at + 1) };
    }
    found
}

/// The first names of what is imported at `at`: one, or those of a group in braces.
fn heads(all: &[(usize, Token)], at: usize) -> Vec<(usize, String)> {
    let name = |at: usize| -> Option<(usize, String)> {
        let (line, token) = all.get(at)?;
        Some((*line, token.word().unwrap_or("*").to_owned()))
    };
    if !all.get(at).is_some_and(|(_, token)| token.is('{')) {
        return name(at).into_iter().collect();
    }
    let mut found = Vec::new();
    let mut open = 0;
    for (index, (_, token)) in all.iter().enumerate().skip(at) {
        match token {
            Token::Sign('{') => open += 1,
            Token::Sign('}') => open -= 1,
            _ => {}
        }
        if open == 0 {
            break;
        }
        let begins = token.is('{') || token.is(',');
        let ends = all.get(index + 1).is_some_and(|(_, token)| token.is('}'));
        if open == 1 && begins && !ends {
            found.extend(name(index + 1));
        }
    }
    found
}

/// What a file imports against the order of the rows.
fn crossings(path: &str, text: &str) -> Vec<String> {
    let (room, depth) = place(path);
    let may = |other: &str| match room {
        "lib" => false,
        "main" => other == "cli",
        room => room == other || row(other) < row(room),
    };
    reached(text, depth)
        .into_iter()
        .map(|(line, name)| (line, if name == "msg" { "words".to_owned() } else { name }))
        .filter(|(_, name)| row(name).is_none() || !may(name))
        .map(|(line, name)| format!("{path}:{line}: {room} may not import {name}"))
        .collect()
}

/// What a file of a pure room says that is not pure.
fn impurities(path: &str, text: &str) -> Vec<String> {
    let (room, _) = place(path);
    if row(room).is_none() || row(room) > row(LAST_PURE) {
        return Vec::new();
    }
    let all = tokens(text);
    let words: Vec<(usize, &str)> =
        all.iter().filter_map(|(line, token)| token.word().map(|word| (*line, word))).collect();
    let alone = words.iter().filter(|(_, word)| IMPURE.contains(word));
    let pairs = words.windows(2).filter(|pair| pair[0].1 == "std" && IMPURE_STD.contains(&pair[1].1));
    alone
        .chain(pairs.map(|pair| &pair[1]))
        .map(|(line, word)| format!("{path}:{line}: {room} is pure and knows no {word}"))
        .collect()
}

fn of_all(check: impl Fn(&str, &str) -> Vec<String>) -> Vec<String> {
    files("src", "rs").iter().flat_map(|(path, text)| check(path, text)).collect()
}

#[track_caller]
fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn rooms_import_only_from_rows_below_them() {
    none(&of_all(crossings));
}

#[test]
fn the_heart_is_pure() {
    none(&of_all(impurities));
}

#[test]
fn every_room_has_its_row_and_every_row_its_rooms() {
    let mut rooms: Vec<String> =
        files("src", "rs").iter().map(|(path, _)| place(path).0.to_owned()).collect();
    rooms.retain(|room| room != "lib" && room != "main");
    rooms.dedup();
    rooms.sort();
    rooms.dedup();
    let mut known: Vec<&str> = ROWS.concat();
    known.sort_unstable();
    assert_eq!(rooms, known);
}

#[test]
fn files_are_short() {
    none(&of_all(|path, text| match text.lines().count() {
        count if count > LONGEST => vec![format!("{path}: {count} lines, more than {LONGEST}")],
        _ => Vec::new(),
    }));
}

#[test]
fn files_begin_with_what_they_are() {
    let says =
        |text: &str| text.strip_prefix("//! ").is_some_and(|rest| !rest.starts_with(char::is_whitespace));
    none(&of_all(|path, text| {
        if says(text) { Vec::new() } else { vec![format!("{path}: no '//! …' on its first line")] }
    }));
}

#[test]
fn the_checks_see_what_is_forbidden() {
    let wrong = [
        ("src/run/state.rs", "use crate::store::Store;", "store"),
        ("src/run/state.rs", "fn f() -> Vec<crate::engine::Driver> {}", "engine"),
        ("src/plan/mod.rs", "use crate::{\n    runbook::{Step, Verb},\n    run::Event,\n};", "run"),
        ("src/exec/mod.rs", "use crate::mail::Letter;", "mail"),
        ("src/exec/mod.rs", "use super::cli;", "cli"),
        ("src/exec/sql/rows.rs", "fn f() { super::super::super::progress::show() }", "progress"),
        ("src/words/mod.rs", "use crate::time::Month;", "time"),
        ("src/id.rs", "mod tests { use super::super::plan::Plan; }", "plan"),
        ("src/cli/mod.rs", "use crate::attic::Box;", "attic"),
        ("src/cli/mod.rs", "use crate::*;", "*"),
        ("src/lib.rs", "use crate::plan::Plan;", "plan"),
        ("src/main.rs", "use monthstart::engine::Driver;", "engine"),
    ];
    for (path, text, name) in wrong {
        let found = crossings(path, text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].ends_with(&format!(" may not import {name}")), "{found:?}");
    }
    let right = [
        ("src/run/state.rs", "use crate::plan::Plan;\nuse crate::run::Event;\npub(crate) struct X;"),
        (
            "src/plan/mod.rs",
            "// crate::engine::Driver\n/* crate::cli */ const X: &str = \"crate::store::Store\";",
        ),
        (
            "src/plan/mod.rs",
            "//! See [`crate::engine`].\nuse crate::{id::StepPath, msg, time::{Month, show}};",
        ),
        ("src/exec/sql/mod.rs", "use super::{mail, Room};\nmod tests { use super::super::mail; }"),
        ("src/exec/mod.rs", "mod tests { use super::mail; }"),
        ("src/runbook/model.rs", "macro_rules! m { () => { $crate::words::Msg } }"),
        ("src/main.rs", "fn main() { monthstart::cli::main() }"),
    ];
    for (path, text) in right {
        assert_eq!(crossings(path, text), Vec::<String>::new(), "{text}");
    }
    assert_eq!(impurities("src/run/life.rs", "use std::fs::File;\nasync fn f() {}").len(), 2);
    assert_eq!(impurities("src/run/life.rs", "// async\nuse std::fmt;").len(), 0);
    assert_eq!(impurities("src/store/mod.rs", "use std::fs::File;\nasync fn f() {}").len(), 0);
}
