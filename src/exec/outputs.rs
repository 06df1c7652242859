//! What later steps may use of what a program printed.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

use super::LONGEST;
use super::attempt::{Attempt, Done};
use crate::keeper::protocol::Ended;
use crate::msg;
use crate::run::Failure;
use crate::run::event::Json;
use crate::words::{Msg, one_line};

/// The outputs of a program that ended well.
pub(super) fn of(
    attempt: &Attempt,
    ended: &Ended,
    patterns: &BTreeMap<String, String>,
) -> Result<Done, Failure> {
    let mut done = Done { outputs: of_line(&ended.last_line), remarks: Vec::new() };
    if let Some(why) = &ended.trouble {
        done.remarks.push(attempt.say(&msg!("exec-log-trouble", why = why)));
    }
    if ended.cut {
        done.remarks.push(attempt.say(&msg!("exec-output-cut", kib = super::tape::LONGEST_LINE / 1024)));
    }
    for (name, pattern) in patterns {
        let value = last_match(pattern, &ended.printed).map_err(|why| attempt.not_started(&why))?;
        let value = value.ok_or_else(|| Failure::Output {
            why: one_line(
                &attempt.say(&msg!("exec-output-missing", name = name, pattern = pattern)),
                LONGEST,
            ),
        })?;
        done.outputs.insert(name.clone(), typed(value));
    }
    Ok(done)
}

/// A JSON object gives its members, any other line is `last`.
fn of_line(line: &str) -> BTreeMap<String, Json> {
    if line.is_empty() {
        return BTreeMap::new();
    }
    match serde_json::from_str(line) {
        Ok(Json::Object(members)) => members.into_iter().collect(),
        _ => BTreeMap::from([("last".to_owned(), Json::from(line))]),
    }
}

/// A whole number stays one; `007` is text.
pub(super) fn typed(text: &str) -> Json {
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => Json::from(number),
        _ => Json::from(text),
    }
}

/// A pattern of a runbook or a platform: `^` and `$` are the ends of lines.
pub(super) fn pattern(text: &str) -> Result<Regex, Msg> {
    let bad = || msg!("exec-bad-pattern", pattern = one_line(text, 200));
    RegexBuilder::new(text).multi_line(true).crlf(true).build().map_err(|_| bad())
}

/// The first group (else the whole) of the last match.
pub(super) fn last_match<'t>(text: &str, printed: &'t str) -> Result<Option<&'t str>, Msg> {
    let last = pattern(text)?.captures_iter(printed).last();
    Ok(last.and_then(|found| found.get(1).or_else(|| found.get(0))).map(|group| group.as_str()))
}

/// The first group (else the whole) of the first match.
pub(super) fn first_match<'t>(text: &str, printed: &'t str) -> Result<Option<&'t str>, Msg> {
    let first = pattern(text)?.captures(printed);
    Ok(first.and_then(|found| found.get(1).or_else(|| found.get(0))).map(|group| group.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_gives_outputs() {
        assert_eq!(of_line(r#"{"rows": 3, "note": "x"}"#)["rows"], Json::from(3));
        assert_eq!(of_line("[1]")["last"], Json::from("[1]"));
        assert_eq!(of_line("{broken")["last"], Json::from("{broken"));
        assert!(of_line("").is_empty());
    }

    #[test]
    fn patterns_take_the_last_match_and_numbers_stay_numbers() {
        let printed = "loaded 1\r\nloaded 22\r\nend";
        assert_eq!(last_match(r"^loaded (\d+)$", printed), Ok(Some("22")));
        assert_eq!(last_match("none", printed), Ok(None));
        assert!(last_match("(", printed).is_err());
        assert_eq!(typed("22"), Json::from(22));
        assert_eq!(typed("-5"), Json::from(-5));
        for text in ["007", "+5", "1.5", "99999999999999999999", ""] {
            assert_eq!(typed(text), Json::from(text));
        }
    }
}
