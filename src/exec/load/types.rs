//! One field against its column: what it becomes, or why it cannot.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime, Time};

use super::header::Target;
use crate::exec::sql::table::ColumnKind;
use crate::msg;
use crate::words::{Msg, one_line};

/// The value of a field as every database reads it; `None` is NULL.
pub(super) fn value<'f>(target: &Target, field: &'f str) -> Result<Option<Cow<'f, str>>, Msg> {
    let column = || target.name.clone();
    if field.contains('\0') {
        return Err(msg!("load-nul", column = column()));
    }
    let text = matches!(target.kind, ColumnKind::Text { .. } | ColumnKind::Other);
    // Nobody means the blanks around a key, a number or a date.
    let field = if text && !target.key { field } else { field.trim() };
    if field.is_empty() {
        return match (target.key, target.nullable, target.kind) {
            (true, ..) => Err(msg!("load-key-empty", column = column())),
            (_, true, _) => Ok(None),
            (_, _, ColumnKind::Text { .. }) => Ok(Some(Cow::Borrowed(""))),
            _ => Err(msg!("load-not-null", column = column())),
        };
    }
    let shown = || one_line(field, 40);
    let value = match target.kind {
        ColumnKind::Integer => integer(field).ok_or("load-not-integer"),
        ColumnKind::Decimal { precision, scale } => {
            let (whole, fraction) = digits(field).ok_or_else(|| not("load-not-number", column(), shown()))?;
            fits(whole, fraction, precision, scale)
                .map_err(|limit| limit.told(column(), shown(), precision, scale))?;
            Ok(Cow::Borrowed(field.strip_prefix('+').unwrap_or(field)))
        }
        ColumnKind::Real => real(field).ok_or("load-not-number"),
        ColumnKind::Text { length } => {
            let longest = length.map_or(usize::MAX, |length| length as usize);
            let long = if field.len() > longest { field.chars().count() } else { 0 };
            if long > longest {
                return Err(msg!("load-too-long", column = column(), length = long, longest = longest));
            }
            Ok(Cow::Borrowed(field))
        }
        ColumnKind::Date => date(field).map(|date| Cow::Owned(date.to_string())).ok_or("load-not-date"),
        ColumnKind::Timestamp => timestamp(field).map(Cow::Owned).ok_or("load-not-timestamp"),
        ColumnKind::Boolean => truth(field).map(Cow::Borrowed).ok_or("load-not-boolean"),
        ColumnKind::Bytes | ColumnKind::Other => Ok(Cow::Borrowed(field)),
    };
    value.map(Some).map_err(|id| not(id, column(), shown()))
}

fn not(id: &'static str, column: String, value: String) -> Msg {
    Msg::new(id).with("column", column).with("value", value)
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn integer(text: &str) -> Option<Cow<'_, str>> {
    let number: i64 = all_digits(unsigned(text)).then(|| text.parse().ok())??;
    Some(Cow::Owned(number.to_string()))
}

/// The digits before and after the point of a number that is written plainly, without those that say nothing.
fn digits(text: &str) -> Option<(usize, usize)> {
    let (whole, fraction) = unsigned(text).split_once('.').unwrap_or((unsigned(text), ""));
    let plain = |part: &str| part.is_empty() || all_digits(part);
    if !plain(whole) || !plain(fraction) || whole.len() + fraction.len() == 0 {
        return None;
    }
    Some((whole.trim_start_matches('0').len(), fraction.trim_end_matches('0').len()))
}

/// Which limit of an exact number is passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    Whole,
    Fraction,
}

impl Limit {
    fn told(self, column: String, value: String, precision: Option<u32>, scale: Option<u32>) -> Msg {
        let (precision, scale) = (precision.unwrap_or_default(), scale.unwrap_or_default());
        match self {
            Limit::Whole => {
                let digits = precision.saturating_sub(scale);
                msg!("load-number-too-large", column = column, value = value, digits = digits)
            }
            Limit::Fraction => {
                msg!("load-number-too-fine", column = column, value = value, digits = scale)
            }
        }
    }
}

fn fits(whole: usize, fraction: usize, precision: Option<u32>, scale: Option<u32>) -> Result<(), Limit> {
    let scale = scale.or(precision.map(|_| 0));
    if scale.is_some_and(|scale| fraction > scale as usize) {
        return Err(Limit::Fraction);
    }
    let room = precision.map(|precision| precision.saturating_sub(scale.unwrap_or_default()));
    if room.is_some_and(|room| whole > room as usize) { Err(Limit::Whole) } else { Ok(()) }
}

fn real(text: &str) -> Option<Cow<'_, str>> {
    let plain =
        text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    let number: f64 = plain.then(|| text.parse().ok())??;
    number.is_finite().then(|| Cow::Borrowed(text.strip_prefix('+').unwrap_or(text)))
}

/// `2026-10-31`, `2026/10/31`, `2026/1/5`, `20261031`.
fn date(text: &str) -> Option<Date> {
    let number = |part: &str| all_digits(part).then(|| part.parse::<i16>().ok())?;
    let small = |part: &str| (part.len() <= 2).then(|| number(part))?.and_then(|n| i8::try_from(n).ok());
    if text.len() == 8 && all_digits(text) {
        return Date::new(number(&text[..4])?, small(&text[4..6])?, small(&text[6..])?).ok();
    }
    let separator = if text.contains('/') { '/' } else { '-' };
    let mut parts = text.split(separator);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 || parts.next().is_some() {
        return None;
    }
    Date::new(number(year)?, small(month)?, small(day)?).ok()
}

/// A date, and a time when there is one; an offset would be lost or turned by some databases and is refused.
fn timestamp(text: &str) -> Option<String> {
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let time = match time.trim() {
        "" => Time::midnight(),
        time => clock(time)?,
    };
    let at: DateTime = date(day)?.to_datetime(time);
    Some(at.to_string().replacen('T', " ", 1))
}

/// `2:05`, `02:05:00`, `02:05:00.5`.
fn clock(text: &str) -> Option<Time> {
    let whole = if text.find(':') == Some(1) { format!("0{text}") } else { text.to_owned() };
    let plain = whole.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    (plain && whole.contains(':')).then(|| whole.parse().ok())?
}

fn truth(text: &str) -> Option<&'static str> {
    match text.to_lowercase().as_str() {
        "1" | "true" | "t" | "yes" | "y" | "是" => Some("1"),
        "0" | "false" | "f" | "no" | "n" | "否" => Some("0"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: ColumnKind, field: &str) -> Option<String> {
        let target = Target { name: "c".to_owned(), kind, nullable: true, key: false };
        value(&target, field).ok().map(|value| value.map_or("NULL".to_owned(), Cow::into_owned))
    }

    #[test]
    fn numbers_fit_their_columns() {
        let decimal = ColumnKind::Decimal { precision: Some(5), scale: Some(2) };
        for (kind, field, expected) in [
            (ColumnKind::Integer, " 007 ", Some("7")),
            (ColumnKind::Integer, "-5", Some("-5")),
            (ColumnKind::Integer, "5.0", None),
            (ColumnKind::Integer, "1,000", None),
            (ColumnKind::Integer, "9223372036854775808", None),
            (ColumnKind::Integer, "１２", None),
            (decimal, "123.45", Some("123.45")),
            (decimal, "+00123.4500", Some("00123.4500")),
            (decimal, "1234", None),
            (decimal, "1.234", None),
            (decimal, "1e2", None),
            (decimal, ".", None),
            (decimal, ".5", Some(".5")),
            (
                ColumnKind::Decimal { precision: None, scale: None },
                "99999999999999999999.123456789",
                Some("99999999999999999999.123456789"),
            ),
            (ColumnKind::Real, "1.5e3", Some("1.5e3")),
            (ColumnKind::Real, "inf", None),
            (ColumnKind::Real, "1e999", None),
            (ColumnKind::Real, "  ", Some("NULL")),
        ] {
            assert_eq!(read(kind, field).as_deref(), expected, "{kind:?} {field}");
        }
    }

    #[test]
    fn dates_are_real_days() {
        for (field, expected) in [
            ("2026-10-31", Some("2026-10-31")),
            ("2026/1/5", Some("2026-01-05")),
            ("20261031", Some("2026-10-31")),
            ("2026-02-29", None),
            ("26-10-31", None),
            ("2026-10", None),
            ("31/10/2026", None),
            ("2026年10月31日", None),
        ] {
            assert_eq!(read(ColumnKind::Date, field).as_deref(), expected, "{field}");
        }
        for (field, expected) in [
            ("2026-10-31 02:05:06", Some("2026-10-31 02:05:06")),
            ("2026/10/31 2:05", Some("2026-10-31 02:05:00")),
            ("2026-10-31T02:05:06.5", Some("2026-10-31 02:05:06.5")),
            ("20261031", Some("2026-10-31 00:00:00")),
            ("2026-10-31 02:05:06+08:00", None),
            ("2026-10-31 25:00", None),
            ("2026-10-31T02:05Z", None),
        ] {
            assert_eq!(read(ColumnKind::Timestamp, field).as_deref(), expected, "{field}");
        }
    }

    #[test]
    fn texts_are_kept_as_they_are_and_keys_are_trimmed() {
        let text = ColumnKind::Text { length: Some(3) };
        assert_eq!(read(text, " 南京").as_deref(), Some(" 南京"));
        assert_eq!(read(text, "南京市区"), None);
        assert_eq!(read(text, "").as_deref(), Some("NULL"));
        assert_eq!(read(text, "a\0"), None);
        let key = Target { name: "c".to_owned(), kind: text, nullable: false, key: true };
        assert_eq!(value(&key, " A1 ").unwrap().as_deref(), Some("A1"));
        assert!(value(&key, "  ").is_err());
        let full = Target { nullable: false, key: false, ..key };
        assert_eq!(value(&full, "").unwrap().as_deref(), Some(""));
        let number = Target { kind: ColumnKind::Integer, ..full };
        assert!(value(&number, "").is_err());
    }
}
