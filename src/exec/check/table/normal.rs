//! Values of two databases made comparable: what is the same value is the same bytes.

use crate::exec::number;
use crate::exec::sql::rows::Cell;
use crate::exec::sql::table::ColumnKind;

/// How the values of a pair of columns are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// As numbers: 1, 1.0 and '1.00' are one.
    Number,
    /// As times: a day and its midnight are one, and so are 12:00:00 and 12:00:00.000.
    Time,
    /// As true and false: true and 1 are one.
    Truth,
    /// As bytes.
    Bytes,
    /// As text without the blanks at its end.
    Text,
}

impl Meaning {
    /// Of two columns: what one side knows of its values is true of its copy.
    pub(super) fn of(from: ColumnKind, to: ColumnKind) -> Self {
        let either = |test: fn(ColumnKind) -> bool| test(from) || test(to);
        if either(|kind| kind == ColumnKind::Boolean) {
            Meaning::Truth
        } else if either(|kind| matches!(kind, ColumnKind::Date | ColumnKind::Timestamp { .. })) {
            Meaning::Time
        } else if either(is_number) {
            Meaning::Number
        } else if either(|kind| kind == ColumnKind::Bytes) {
            Meaning::Bytes
        } else {
            Meaning::Text
        }
    }
}

fn is_number(kind: ColumnKind) -> bool {
    matches!(kind, ColumnKind::Integer { .. } | ColumnKind::Decimal { .. } | ColumnKind::Real(_))
}

const NULL: u8 = 0;
const VALUE: u8 = 1;

/// Adds a value to the bytes of its row. NULL is not the empty text, and no two rows have the same bytes.
pub(super) fn add(bytes: &mut Vec<u8>, cell: &Cell, meaning: Meaning) {
    if *cell == Cell::Null {
        bytes.push(NULL);
        return;
    }
    bytes.push(VALUE);
    let at = bytes.len();
    bytes.extend_from_slice(&[0; 4]);
    match cell {
        Cell::Integer(number) if matches!(meaning, Meaning::Number | Meaning::Text) => {
            use std::io::Write as _;
            let _ = write!(bytes, "{number}");
        }
        Cell::Bytes(raw) => bytes.extend_from_slice(raw),
        other => bytes.extend_from_slice(normal(other, meaning).as_bytes()),
    }
    let length = u32::try_from(bytes.len() - at - 4).unwrap_or(u32::MAX);
    bytes[at..at + 4].copy_from_slice(&length.to_be_bytes());
}

/// A row's values again, for people.
pub(super) fn shown(mut bytes: &[u8]) -> Vec<String> {
    let mut values = Vec::new();
    while let Some((tag, rest)) = bytes.split_first() {
        if *tag == NULL {
            values.push("NULL".to_owned());
            bytes = rest;
            continue;
        }
        let Some((length, rest)) = rest.split_first_chunk::<4>() else { break };
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX).min(rest.len());
        let text = String::from_utf8_lossy(&rest[..length]).into_owned();
        values.push(if text.is_empty() { "''".to_owned() } else { text });
        bytes = &rest[length..];
    }
    values
}

/// The one text of a value.
fn normal(cell: &Cell, meaning: Meaning) -> String {
    let text = cell.text();
    let text = text.trim_end_matches(' ');
    let found = match (meaning, cell) {
        (Meaning::Truth, _) => truth(text),
        (Meaning::Time, _) => time(text),
        (Meaning::Number, _) | (Meaning::Text, Cell::Real(_) | Cell::Decimal(_)) => {
            number::decimal(text).map(|number| number::plain(&number))
        }
        (Meaning::Text | Meaning::Bytes, _) => None,
    };
    found.unwrap_or_else(|| text.to_owned())
}

fn truth(text: &str) -> Option<String> {
    let word = match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" | "1.0" | "yes" | "y" => "1",
        "false" | "f" | "0" | "0.0" | "no" | "n" => "0",
        _ => return None,
    };
    Some(word.to_owned())
}

/// A time with an offset as the instant that it is, another one as it is written, without what says nothing.
fn time(text: &str) -> Option<String> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.to_string());
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    let midnight = civil.time() == jiff::civil::Time::midnight();
    Some(if midnight { civil.date().to_string() } else { civil.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(cell: &Cell, meaning: Meaning) -> Vec<u8> {
        let mut bytes = Vec::new();
        add(&mut bytes, cell, meaning);
        bytes
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn one_value_is_one_whatever_its_type() {
        let one = Cell::Decimal("1.00".to_owned());
        for (meaning, left, right, same) in [
            (Meaning::Number, Cell::Integer(1), Cell::Real(1.0), true),
            (Meaning::Number, Cell::Integer(1), one.clone(), true),
            (Meaning::Number, Cell::Integer(1), text("1.0 "), true),
            (Meaning::Number, Cell::Real(0.1 + 0.2), text("0.30"), true),
            (Meaning::Number, Cell::Integer(1), text("one"), false),
            (Meaning::Text, Cell::Integer(1), one, true),
            (Meaning::Text, text("1"), text("1.0"), false),
            (Meaning::Text, text("a  "), text("a"), true),
            (Meaning::Text, text(" a"), text("a"), false),
            (Meaning::Text, text("a"), text("A"), false),
            (Meaning::Text, text(""), Cell::Null, false),
            (Meaning::Text, text(" "), text(""), true),
            (Meaning::Text, text("NULL"), Cell::Null, false),
            (Meaning::Time, text("2026-10-01"), text("2026-10-01 00:00:00.000"), true),
            (Meaning::Time, text("2026-10-01T12:00"), text("2026-10-01 12:00:00.0"), true),
            (Meaning::Time, text("2026-10-01 12:00:00+08"), text("2026-10-01 04:00:00Z"), true),
            (Meaning::Time, text("2026-10-01 00:00:01"), text("2026-10-01"), false),
            (Meaning::Truth, Cell::Boolean(true), Cell::Integer(1), true),
            (Meaning::Truth, Cell::Boolean(false), text("t"), false),
            (Meaning::Bytes, Cell::Bytes(vec![1; 100]), Cell::Bytes(vec![1; 101]), false),
        ] {
            assert_eq!(bytes(&left, meaning) == bytes(&right, meaning), same, "{left:?} {right:?}");
        }
    }

    #[test]
    fn rows_do_not_run_into_each_other() {
        let row = |cells: &[Cell]| {
            let mut bytes = Vec::new();
            for cell in cells {
                add(&mut bytes, cell, Meaning::Text);
            }
            bytes
        };
        assert_ne!(row(&[text("ab"), text("c")]), row(&[text("a"), text("bc")]));
        let mixed = row(&[text("南京"), Cell::Null, text(""), Cell::Integer(-3)]);
        assert_eq!(shown(&mixed), ["南京", "NULL", "''", "-3"]);
    }
}
