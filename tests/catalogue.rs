//! The catalogue of sentences: whole in both languages, nothing missing that the product says, nothing that it never says.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test says so by failing, and asks the binary"
)]

mod source;

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;
use monthstart::plan::diff::Facet;
use monthstart::run::{GateStatus, MailStatus, RunStatus, StageStatus, StepStatus};
use monthstart::words::{Lang, has, show};
use regex::Regex;
use source::{Token, files, tokens};

/// The words that are put behind a family's name while the product runs, where no type lists them.
const FAMILIES: [(&str, &[&str]); 8] = [
    ("term-kind", &["gate", "notice", "confirm", "review"]),
    (
        "term-verb",
        &[
            "confirm",
            "reject",
            "retry",
            "redo",
            "hold",
            "release",
            "void",
            "skip",
            "force",
            "settle-done",
            "settle-failed",
        ],
    ),
    ("mail-form", &["who", "channel", "told_at"]),
    ("man-exit", &["0", "1", "2", "3", "4", "5", "6", "7", "130"]),
    ("doctor-level", &["ok", "warning", "problem"]),
    (
        "doctor-area",
        &[
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
        ],
    ),
    ("mail-channel", &["phone", "chat", "mail", "paper"]),
    (
        "plan-kind",
        &[
            "flow",
            "run",
            "sql",
            "check",
            "gate",
            "notice",
            "confirm",
            "review",
            "wait",
            "http",
            "load",
            "mail",
            "follow",
            "force_pass",
        ],
    ),
];

/// The help of verbs and options: what the binary shows tells which of these there must be.
const HELP: &str = "help-";

/// A sentence: its file, all its text, the values that it names, and those of them that it shows.
#[derive(Default)]
struct Sentence {
    file: String,
    text: String,
    names: BTreeSet<String>,
    shown: BTreeSet<String>,
}

/// Every sentence of a language by id.
fn sentences(lang: &str) -> BTreeMap<String, Sentence> {
    let begins = Regex::new(r"^([a-zA-Z][\w-]*) *=").unwrap();
    let mut all: BTreeMap<String, Sentence> = BTreeMap::new();
    for (file, text) in files(&format!("locales/{lang}"), "ftl") {
        let mut id = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut rest = line;
            if let Some(found) = begins.captures(line) {
                found[1].clone_into(&mut id);
                rest = &line[found[0].len()..];
                let new = Sentence { file: file.clone(), ..Sentence::default() };
                assert!(all.insert(id.clone(), new).is_none(), "{file}: {id} stands twice");
            }
            if let Some(sentence) = all.get_mut(&id) {
                sentence.text.push_str(rest);
                sentence.text.push('\n');
            }
        }
    }
    // `$name` in braces; the name of a choice, which a language without plurals may leave out, has an arrow behind it.
    let value = Regex::new(r"\{[^{}]*?\$([a-zA-Z][\w-]*)[^{}]*?(->|\})").unwrap();
    for sentence in all.values_mut() {
        for found in value.captures_iter(&sentence.text) {
            sentence.names.insert(found[1].to_owned());
            if &found[2] == "}" {
                sentence.shown.insert(found[1].to_owned());
            }
        }
    }
    all
}

/// What the source says.
#[derive(Default)]
struct Said {
    /// Every text in quotes.
    texts: BTreeSet<String>,
    /// Ids where only an id can stand, with their files.
    ids: BTreeMap<String, String>,
    /// Ids of `msg!` with the values that go with them, as often as they are said.
    values: Vec<(String, String, BTreeSet<String>)>,
}

fn said() -> Said {
    let mut said = Said::default();
    for (path, text) in files("src", "rs") {
        let all: Vec<Token> = tokens(&text).into_iter().map(|(_, token)| token).collect();
        for (at, token) in all.iter().enumerate() {
            let Some(text) = token.text() else { continue };
            said.texts.insert(text.to_owned());
            if stands_for_a_sentence(&all[..at]) {
                said.ids.insert(text.to_owned(), path.clone());
            }
            if ends_in(&all[..at], &["msg", "!", "("]) {
                said.values.push((path.clone(), text.to_owned(), values(&all[at + 1..])));
            }
        }
    }
    said
}

/// Do the tokens before a text make it an id: `msg!(`, `Msg::new(`, `say(`, `show(lang, `?
fn stands_for_a_sentence(before: &[Token]) -> bool {
    let show = |name: &str| match before.iter().rposition(|token| token.is('(')) {
        // The first of the arguments, and only it, stands before.
        Some(open) => {
            let inner = &before[open + 1..];
            let call = before[..open].last().and_then(Token::word) == Some(name);
            let commas = inner.iter().filter(|token| token.is(',')).count();
            call && commas == 1 && inner.last().is_some_and(|token| token.is(','))
        }
        None => false,
    };
    ends_in(before, &["msg", "!", "("])
        || ends_in(before, &["Msg", ":", ":", "new", "("])
        || ends_in(before, &["say", "("])
        || show("show")
        || show("words")
}

fn ends_in(tokens: &[Token], end: &[&str]) -> bool {
    tokens.len() >= end.len()
        && tokens[tokens.len() - end.len()..].iter().zip(end).all(|(token, wanted)| match token {
            Token::Word(word) => word == wanted,
            Token::Sign(sign) => *wanted == sign.to_string(),
            Token::Text(_) => false,
        })
}

/// The names that follow an id: `, name = …` up to the end of `msg!(`, then `.with("name", …)`.
fn values(after: &[Token]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut at = 0;
    let mut open = 1;
    while open > 0 && at < after.len() {
        match &after[at] {
            Token::Sign('(' | '[' | '{') => open += 1,
            Token::Sign(')' | ']' | '}') => open -= 1,
            Token::Word(name) if open == 1 && at > 0 && after[at - 1].is(',') && after[at + 1].is('=') => {
                names.insert(name.clone());
            }
            _ => {}
        }
        at += 1;
    }
    while after.len() > at + 3 && ends_in(&after[at..at + 3], &[".", "with", "("]) {
        names.extend(after[at + 3].text().map(str::to_owned));
        at += 3;
        open = 1;
        while open > 0 && at < after.len() {
            open += i32::from(after[at].is('(')) - i32::from(after[at].is(')'));
            at += 1;
        }
    }
    names
}

/// The ids that are put together from a family and its words.
fn family_ids() -> BTreeSet<String> {
    let words = |family: &str, words: Vec<&str>| -> Vec<String> {
        words.iter().map(|word| format!("{family}-{word}")).collect()
    };
    let mut all = vec![
        words("run-status", RunStatus::ALL.iter().map(|status| status.word()).collect()),
        words("stage-status", StageStatus::ALL.iter().map(|status| status.word()).collect()),
        words("step-status", StepStatus::ALL.iter().map(|status| status.word()).collect()),
        words("gate-status", GateStatus::ALL.iter().map(|status| status.word()).collect()),
        words("mail-status", MailStatus::ALL.iter().map(|status| status.word()).collect()),
        words("diff-facet", Facet::ALL.iter().map(|facet| facet.word()).collect()),
    ];
    all.extend(FAMILIES.iter().map(|(family, of)| words(family, of.to_vec())));
    all.concat().into_iter().collect()
}

#[track_caller]
fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_file_can_be_read() {
    let mut wrong = Vec::new();
    for (file, text) in files("locales", "ftl") {
        let errors = FluentResource::try_new(text.clone()).err().map(|(_, errors)| errors);
        for error in errors.unwrap_or_default() {
            let line = text[..error.pos.start].lines().count();
            wrong.push(format!("{file}:{line}: {}", error.kind));
        }
    }
    none(&wrong);
}

#[test]
fn every_sentence_is_found_and_needs_no_other() {
    // `{ name }`, `{ -name }`: another sentence, whose file may not be parsed yet.
    let (other, quoted) = (Regex::new(r"\{\s*-?[a-z]").unwrap(), Regex::new(r#""[^"]*""#).unwrap());
    let mut wrong = Vec::new();
    for (tag, lang) in [("en", Lang::En), ("zh", Lang::Zh)] {
        for (id, sentence) in sentences(tag) {
            if other.is_match(&quoted.replace_all(&sentence.text, "")) {
                wrong.push(format!("{id} of {} names another sentence", sentence.file));
            }
            if !has(lang, &id) || show(lang, &id, &[]) == id {
                wrong.push(format!("{id} of {} is not found", sentence.file));
            }
        }
    }
    none(&wrong);
}

#[test]
fn both_languages_hold_the_same_sentences_with_the_same_values() {
    let (en, zh) = (sentences("en"), sentences("zh"));
    let mut wrong = Vec::new();
    for (here, there, lang) in [(&en, &zh, "zh"), (&zh, &en, "en")] {
        for (id, sentence) in here {
            match there.get(id) {
                None => wrong.push(format!("{id} of {} is not in {lang}", sentence.file)),
                Some(other) if !sentence.shown.is_subset(&other.names) => {
                    wrong.push(format!(
                        "{id}: {:?} in {}, {:?} in {}",
                        sentence.names, sentence.file, other.names, other.file
                    ));
                }
                Some(_) => {}
            }
        }
    }
    none(&wrong);
}

#[test]
fn every_sentence_that_is_said_is_there() {
    let en = sentences("en");
    let said = said();
    assert!(said.ids.len() > 300, "only {} ids were found in the source", said.ids.len());
    let mut wrong: Vec<String> = said
        .ids
        .iter()
        .filter(|(id, _)| !en.contains_key(*id))
        .map(|(id, path)| format!("{path}: no sentence {id}"))
        .collect();
    wrong
        .extend(family_ids().iter().filter(|id| !en.contains_key(*id)).map(|id| format!("no sentence {id}")));
    none(&wrong);
}

#[test]
fn every_sentence_gets_the_values_that_it_names() {
    let (en, zh) = (sentences("en"), sentences("zh"));
    let mut wrong = Vec::new();
    for (path, id, given) in said().values {
        let both = en.get(&id).into_iter().chain(zh.get(&id));
        let names: BTreeSet<String> = both.flat_map(|sentence| sentence.names.clone()).collect();
        if given != names {
            wrong.push(format!("{path}: {id} names {names:?} and is given {given:?}"));
        }
    }
    none(&wrong);
}

#[test]
fn no_sentence_is_never_said() {
    let inner = Regex::new(r"\{ *([a-z][\w-]*) *\}").unwrap();
    let en = sentences("en");
    let mut known = said().texts;
    known.extend(family_ids());
    for sentence in en.values() {
        known.extend(inner.captures_iter(&sentence.text).map(|found| found[1].to_owned()));
    }
    let unused: Vec<String> = en
        .iter()
        .filter(|(id, _)| !known.contains(*id) && !id.starts_with(HELP))
        .map(|(id, sentence)| format!("{}: {id} is never said", sentence.file))
        .collect();
    none(&unused);
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

#[test]
fn each_language_keeps_to_itself() {
    let mut wrong: Vec<String> = sentences("en")
        .iter()
        .filter(|(_, sentence)| sentence.text.contains(is_chinese))
        .map(|(id, sentence)| format!("{}: {id} has Chinese in it", sentence.file))
        .collect();
    // Values, and what stands in quotes (commands, words of the language of runbooks), may be what they are.
    let given = Regex::new(r#"\{[^{}]*\}|'[^']*'|"[^"]*"|「[^」]*」|“[^”]*”"#).unwrap();
    let run = Regex::new(r"(?:[A-Za-z]{2,}[ ,;]+){4,}[A-Za-z]{2,}").unwrap();
    for (id, sentence) in sentences("zh") {
        let text = given.replace_all(&sentence.text, "·");
        if let Some(found) = run.find(&text) {
            wrong.push(format!("{}: {id} speaks English: {}", sentence.file, found.as_str()));
        }
    }
    none(&wrong);
}

/// What `monthstart … --help` says, every run of spaces as none.
fn help(lang: &str, verb: &[&str]) -> String {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_monthstart"))
        .args(verb)
        .args(["--help", "--lang", lang])
        .current_dir(std::env::temp_dir())
        .output()
        .unwrap();
    assert!(output.status.success(), "{verb:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn help_is_whole_and_has_nothing_over() {
    let option = Regex::new(r"(?m)^ +(?:-\S|\[|<)(?:.*\S)?$").unwrap();
    let mut wrong = Vec::new();
    let elsewhere = said().texts;
    for lang in ["en", "zh"] {
        let all = sentences(lang);
        let of = |prefix: &str| -> Vec<(&str, &Sentence)> {
            all.iter().filter_map(|(id, sentence)| Some((id.strip_prefix(prefix)?, sentence))).collect()
        };
        let whole = help(lang, &[]);
        let mut shown = squeezed(&whole);
        for verb in verbs(&whole) {
            if !all.contains_key(&format!("{HELP}{verb}")) {
                wrong.push(format!("{lang}: {HELP}{verb} is missing"));
            }
            let page = help(lang, &[&verb]);
            shown.push_str(&squeezed(&page));
            // A line of an option: its words, at least two spaces, what it means.
            for line in option.find_iter(&page).map(|line| line.as_str().trim()) {
                if !line.contains("  ") {
                    wrong.push(format!("{lang}: {verb}: nothing is said about {line}"));
                }
            }
        }
        if let Some(at) = shown.find("help-arg-").or_else(|| shown.find("help-template")) {
            wrong.push(format!(
                "{lang}: an id is shown: {}",
                shown[at..].chars().take(40).collect::<String>()
            ));
        }
        for (id, sentence) in of(HELP) {
            let help = !id.starts_with("template-") && !elsewhere.contains(&format!("{HELP}{id}"));
            if help && !shown.contains(&squeezed(&sentence.text)) {
                wrong.push(format!("{}: {HELP}{id} is never shown", sentence.file));
            }
        }
    }
    none(&wrong);
}

/// The verbs that the help lists: one a line, two spaces before it.
fn verbs(help: &str) -> Vec<String> {
    let line = Regex::new(r"(?m)^  ([a-z]+)  ").unwrap();
    let found: Vec<String> = line.captures_iter(help).map(|found| found[1].to_owned()).collect();
    assert!(found.len() > 15, "{found:?}\n{help}");
    found
}

#[test]
fn the_checks_see_what_is_said() {
    let all = |text: &str| -> Vec<Token> { tokens(text).into_iter().map(|(_, token)| token).collect() };
    let is_id = |text: &str| {
        let all = all(text);
        let at = all.iter().position(|token| token.text() == Some("x")).unwrap();
        stands_for_a_sentence(&all[..at])
    };
    for text in [r#"msg!("x")"#, r#"Msg::new("x")"#, r#"speech.say("x", &[])"#, r#"show(lang, "x", &[])"#] {
        assert!(is_id(text), "{text}");
    }
    for text in [r#"f("x")"#, r#"show(lang, id, &[("x", y)])"#, r#"msg!("y", name = "x")"#] {
        assert!(!is_id(text), "{text}");
    }
    let given = values(&all(
        r#", one = f(a, b), two = "z == y").with("three", g(1)).with("four", 2); other.with("five")"#,
    ));
    assert_eq!(given.into_iter().collect::<Vec<_>>(), ["four", "one", "three", "two"]);
}
