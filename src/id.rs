//! Identifiers as types: what a name may be is decided here, so that only a checked one can become a path or a key.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::time::Month;

/// Longest name of a runbook, stage, step, person or role, in characters.
pub const MAX_NAME: usize = 64;

/// What the name of a shadow run's runbook ends with.
const SHADOW: &str = ".shadow";

/// Is `text` a name: `[A-Za-z0-9][A-Za-z0-9_.-]{0,63}`?
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphanumeric())
        && text.len() <= MAX_NAME
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
        && !text.contains("..")
}

/// May `text` be a value of `for_each`: any text without control characters and slashes, at most 64 characters?
pub fn is_each_value(text: &str) -> bool {
    !text.is_empty()
        && text.chars().count() <= MAX_NAME
        && text != "."
        && text != ".."
        && !text.chars().any(|c| c.is_control() || matches!(c, '/' | '\\' | '#'))
}

/// A person of the roster, or an operating-system user where there is no roster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub String);

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A state folder, by the id that it was given when it was first used. Programs run on under the folder in which they
/// were begun, and only who works in the same one can find them again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HomeId(String);

impl HomeId {
    /// The id that `text` is, where it is one: letters and digits.
    pub fn new(text: &str) -> Option<Self> {
        let is_one =
            (8..=MAX_NAME).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_one.then(|| HomeId(text.to_owned()))
    }
}

impl fmt::Display for HomeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A run: its runbook's name and its accounting month, `month-start/2026-10`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId {
    /// The runbook's name; always a valid name.
    pub runbook: String,
    /// The accounting month.
    pub month: Month,
}

impl RunId {
    /// The same month's shadow run: it stands beside the real one.
    #[must_use]
    pub fn shadow(&self) -> RunId {
        let longest = MAX_NAME - SHADOW.len();
        let name = &self.runbook[..self.runbook.floor_char_boundary(longest)];
        RunId { runbook: format!("{name}{SHADOW}"), month: self.month }
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.runbook, self.month)
    }
}

impl std::str::FromStr for RunId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = text.split_once('/').and_then(|(runbook, month)| {
            let month = month.parse().ok()?;
            is_name(runbook).then(|| RunId { runbook: runbook.to_owned(), month })
        });
        parsed.ok_or_else(|| text.to_owned())
    }
}

impl TryFrom<String> for RunId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_never_paths() {
        for good in ["a", "DwdMergeBillM", "r_vr011-arrived", "v1.2"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "../x", "a..b", "-a", "名", "a b", "a\n", &"x".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
        assert!(is_each_value("南京"));
        for bad in ["", "..", "a/b", "a\u{7}", "a#b"] {
            assert!(!is_each_value(bad), "{bad}");
        }
    }

    #[test]
    fn run_ids_read_as_they_are_written() {
        let id: RunId = "month-start/2026-10".parse().unwrap();
        assert_eq!(id.to_string(), "month-start/2026-10");
        assert!("../x/2026-10".parse::<RunId>().is_err());
        assert!("month-start/2026-13".parse::<RunId>().is_err());
    }
}
