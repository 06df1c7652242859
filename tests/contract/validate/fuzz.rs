//! Files that a cat walked over: whatever they hold, the answer is a report, soon, and nothing else.

use super::samples::{MONTH_FILE, ROSTER, RUNBOOK, SETTINGS, samples};
use std::time::Duration;

/// A generator that gives the same numbers in every run of the tests.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

const PIECES: [&str; 36] = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\n",
    "\n  ",
    "- ",
    "\"",
    "'",
    "&a ",
    "*a",
    "!x ",
    "<<: ",
    "# ",
    "|",
    ">",
    "{{ ",
    " }}",
    "{% ",
    "null",
    "~",
    "-1",
    "99999999999999999999",
    "1e999",
    "\u{feff}",
    "\u{0}",
    "\u{1b}[2J",
    "月",
    "\t",
    "\r\n",
    "---\n",
    "? ",
    "..",
    "  ",
];

/// The text with a few pieces put in, taken out, or written over.
fn trampled(text: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=dice.below(4) {
        let at = dice.below(letters.len());
        let gone = [0, 1, 7, 60][dice.below(4)].min(letters.len() - at - 1);
        let piece: Vec<char> = dice.of(&PIECES).chars().collect();
        letters.splice(at..at + gone, piece);
    }
    letters.into_iter().collect()
}

/// The text with two of its lines exchanged, or one doubled, or one gone.
fn shuffled(text: &str, dice: &mut Dice) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let (one, other) = (dice.below(lines.len()), dice.below(lines.len()));
    match dice.below(3) {
        0 => lines.swap(one, other),
        1 => lines.insert(other, lines[one]),
        _ => drop(lines.remove(one)),
    }
    lines.join("\n") + "\n"
}

/// The text with a value taken from one place and put in another.
fn transplanted(text: &str, dice: &mut Dice) -> String {
    let words: Vec<&str> = text.split_inclusive([' ', '\n', ',']).collect();
    let (from, to) = (dice.below(words.len()), dice.below(words.len()));
    words.iter().enumerate().map(|(at, one)| if at == to { words[from] } else { *one }).collect()
}

fn tortured(how: fn(&str, &mut Dice) -> String, seed: u64) {
    let files = [
        ("month-start.yaml", RUNBOOK),
        ("monthstart.yaml", SETTINGS),
        ("roster.yaml", ROSTER),
        ("months/2026-10.yaml", MONTH_FILE),
    ];
    let mut dice = Dice(seed);
    for _ in 0..60 {
        let (file, text) = files[dice.below(6).saturating_sub(2)];
        let bad = how(text, &mut dice);
        let out = samples().file(file, &bad).ms("validate month-start.yaml");
        assert!([0, 3].contains(&out.code) && !out.all().contains("panicked"), "{file}\n{bad}\n{out}");
        assert!(out.took < Duration::from_secs(10), "{file}\n{bad}\n{out}");
        assert!(out.code == 0 || !out.all().trim().is_empty(), "refused without a word\n{bad}");
        out.tame();
    }
}

#[test]
fn trampled_files_are_answered() {
    tortured(trampled, 1);
}

#[test]
fn shuffled_lines_are_answered() {
    tortured(shuffled, 2);
}

#[test]
fn transplanted_words_are_answered() {
    tortured(transplanted, 3);
}
