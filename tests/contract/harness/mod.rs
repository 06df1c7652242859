//! What a case is made of: a project folder, the binary driven on it, and what both leave behind.

mod keeper;
mod letters;
mod live;
mod out;
mod own;
mod project;
mod pty;
mod screen;
mod seat;
mod smtp;
pub(crate) mod sqlite;
mod status;

pub(crate) use letters::Letter;
pub(crate) use live::Live;
pub(crate) use out::Out;
pub(crate) use project::{Project, ROSTER, binary, hold, levels, note, sh, sh_with};
pub(crate) use seat::Seat;
pub(crate) use smtp::{Manner, Smtp};
pub(crate) use status::Status;

use std::time::{Duration, Instant};

/// The accounting month of most cases: long past, so that no case depends on today.
pub(crate) const MONTH: &str = "2025-10";

/// How long one command may take before it counts as hanging.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Asks again and again until there is an answer; `None` when the deadline passes first.
pub(crate) fn poll<T>(within: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + within;
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if Instant::now() >= end {
            return None;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Is there a process of this id that still runs (a zombie does not)?
pub(crate) fn alive(pid: &str) -> bool {
    let number: u32 = pid.trim().parse().unwrap_or(0);
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
    stat.rsplit(')')
        .next()
        .and_then(|rest| rest.trim().chars().next())
        .is_some_and(|state| !"ZX".contains(state))
}

/// The words of a command line; single quotes keep spaces together.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    let (mut word, mut quoted, mut begun) = (String::new(), false, false);
    for c in line.chars() {
        match c {
            '\'' => (quoted, begun) = (!quoted, true),
            c if c.is_whitespace() && !quoted => {
                if begun {
                    all.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        all.push(word);
    }
    all
}

/// The text, every line moved right.
pub(crate) fn indent(text: &str, by: usize) -> String {
    text.lines().map(|line| format!("{}{line}\n", " ".repeat(by))).collect()
}
