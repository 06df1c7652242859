//! One field against its column: what it becomes, or why it cannot.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime, Time};

use super::header::Target;
use crate::exec::sql::table::{ColumnKind, Float};
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
    held(target.kind, field).map(Some).map_err(|why| why.told(column(), one_line(field, 40)))
}

/// What a column of that kind makes of a field; it holds all of it, or nothing.
fn held(kind: ColumnKind, field: &str) -> Result<Cow<'_, str>, Misfit> {
    match kind {
        ColumnKind::Integer { least, most } => whole(field, least, most),
        ColumnKind::Decimal { precision, scale, kept } => {
            exact(field, precision, scale)?;
            keeps(field, kept)?;
            Ok(Cow::Borrowed(field.strip_prefix('+').unwrap_or(field)))
        }
        ColumnKind::Real(float) => real(field, float),
        ColumnKind::Text { length } => short(field, length),
        ColumnKind::Date => {
            date(field).map(|date| Cow::Owned(date.to_string())).ok_or(Misfit::Is("load-not-date"))
        }
        ColumnKind::Timestamp { fraction } => {
            let time = timestamp(field).ok_or(Misfit::Is("load-not-timestamp"))?;
            fine(&time, fraction)?;
            Ok(Cow::Owned(time))
        }
        ColumnKind::Clock { fraction } => {
            fine(field, fraction)?;
            Ok(Cow::Borrowed(field))
        }
        ColumnKind::Boolean => truth(field).map(Cow::Borrowed).ok_or(Misfit::Is("load-not-boolean")),
        ColumnKind::Json => {
            let json = serde_json::from_str::<serde::de::IgnoredAny>(field);
            json.map(|_| Cow::Borrowed(field)).map_err(|_| Misfit::Is("load-not-json"))
        }
        ColumnKind::Bytes | ColumnKind::Other => Ok(Cow::Borrowed(field)),
    }
}

/// Why a field is no value of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Misfit {
    /// It is something else: the sentence that says so.
    Is(&'static str),
    /// It is beyond the column's numbers.
    Range { least: i64, most: u64 },
    /// More digits before the point than that.
    Whole(u32),
    /// More after it.
    Fraction(u32),
    /// More in all.
    Digits(u32),
    /// A floating number has not so many.
    Rounds,
    /// More digits of a second than that.
    Seconds(u32),
    /// More characters than there is room for.
    Long { length: usize, longest: u32 },
}

impl Misfit {
    fn told(self, column: String, value: String) -> Msg {
        let (id, digits) = match self {
            Misfit::Is(id) => return Msg::new(id).with("column", column).with("value", value),
            Misfit::Rounds => return msg!("load-number-rounds", column = column, value = value),
            Misfit::Range { least, most } => {
                let (least, most) = (least.to_string(), most.to_string());
                return msg!("load-out-of-range", column = column, value = value, least = least, most = most);
            }
            Misfit::Long { length, longest } => {
                return msg!("load-too-long", column = column, length = length, longest = longest);
            }
            Misfit::Whole(digits) => ("load-number-too-large", digits),
            Misfit::Fraction(digits) => ("load-number-too-fine", digits),
            Misfit::Digits(digits) => ("load-number-too-exact", digits),
            Misfit::Seconds(digits) => ("load-time-too-fine", digits),
        };
        Msg::new(id).with("column", column).with("value", value).with("digits", digits)
    }
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn whole(text: &str, least: i64, most: u64) -> Result<Cow<'_, str>, Misfit> {
    if !all_digits(unsigned(text)) {
        return Err(Misfit::Is("load-not-integer"));
    }
    let number = text.parse::<i128>().ok();
    let number = number.filter(|number| (i128::from(least)..=i128::from(most)).contains(number));
    number.map(|number| Cow::Owned(number.to_string())).ok_or(Misfit::Range { least, most })
}

fn short(text: &str, longest: Option<u32>) -> Result<Cow<'_, str>, Misfit> {
    // No character is shorter than a byte.
    match longest.filter(|longest| text.len() > *longest as usize) {
        Some(longest) if text.chars().count() > longest as usize => {
            Err(Misfit::Long { length: text.chars().count(), longest })
        }
        _ => Ok(Cow::Borrowed(text)),
    }
}

/// Digits of a second that say nothing do not count.
fn fine(time: &str, kept: u32) -> Result<(), Misfit> {
    let digits = time.split_once('.').map_or("", |(_, fraction)| fraction);
    let digits = digits.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    if digits.trim_end_matches('0').len() > kept as usize { Err(Misfit::Seconds(kept)) } else { Ok(()) }
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

fn exact(text: &str, precision: Option<u32>, scale: Option<u32>) -> Result<(), Misfit> {
    let (whole, fraction) = digits(text).ok_or(Misfit::Is("load-not-number"))?;
    let scale = scale.or(precision.map(|_| 0));
    if let Some(scale) = scale.filter(|scale| fraction > *scale as usize) {
        return Err(Misfit::Fraction(scale));
    }
    let room = precision.map(|precision| precision.saturating_sub(scale.unwrap_or_default()));
    room.filter(|room| whole > *room as usize).map_or(Ok(()), |room| Err(Misfit::Whole(room)))
}

/// Whole numbers of 64 bits are kept as they are, others with so many digits.
fn keeps(text: &str, kept: Option<u32>) -> Result<(), Misfit> {
    let Some(kept) = kept else { return Ok(()) };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.trim_end_matches('0').is_empty() && whole.parse::<i64>().is_ok() {
        return Ok(());
    }
    let (digits, _) = normal(text);
    if digits.len() > kept as usize { Err(Misfit::Digits(kept)) } else { Ok(()) }
}

/// A number is what a floating one says when it is asked with as many digits as tell it from others.
fn real(text: &str, float: Float) -> Result<Cow<'_, str>, Misfit> {
    let plain =
        text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    let said = match float {
        Float::Single => text.parse::<f32>().ok().filter(|n| n.is_finite()).map(|n| format!("{n:e}")),
        Float::Double => text.parse::<f64>().ok().filter(|n| n.is_finite()).map(|n| format!("{n:e}")),
    };
    let said = said.filter(|_| plain).ok_or(Misfit::Is("load-not-number"))?;
    if normal(&said) != normal(text) {
        return Err(Misfit::Rounds);
    }
    Ok(Cow::Borrowed(text.strip_prefix('+').unwrap_or(text)))
}

/// The digits of a number that say something, and the power of ten of the last of them.
fn normal(text: &str) -> (String, i64) {
    let (number, power) = unsigned(text).split_once(['e', 'E']).unwrap_or((unsigned(text), "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0').trim_end_matches('0');
    if digits.is_empty() {
        return (String::new(), 0);
    }
    let zeros = all.len() - all.trim_end_matches('0').len();
    let count = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    let power: i64 = power.parse().unwrap_or(i64::MAX);
    (digits.to_owned(), power.saturating_sub(count(fraction.len())).saturating_add(count(zeros)))
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

    const WHOLE: ColumnKind = ColumnKind::Integer { least: i64::MIN, most: 0x7fff_ffff_ffff_ffff };

    fn read(kind: ColumnKind, field: &str) -> Option<String> {
        let target = Target { name: "c".to_owned(), kind, nullable: true, key: false };
        value(&target, field).ok().map(|value| value.map_or("NULL".to_owned(), Cow::into_owned))
    }

    #[test]
    fn numbers_fit_their_columns() {
        let decimal = ColumnKind::Decimal { precision: Some(5), scale: Some(2), kept: None };
        let kept = ColumnKind::Decimal { precision: None, scale: None, kept: Some(15) };
        let (double, single) = (ColumnKind::Real(Float::Double), ColumnKind::Real(Float::Single));
        let small = ColumnKind::Integer { least: -128, most: 127 };
        for (kind, field, expected) in [
            (WHOLE, " 007 ", Some("7")),
            (WHOLE, "-5", Some("-5")),
            (WHOLE, "5.0", None),
            (WHOLE, "1,000", None),
            (WHOLE, "9223372036854775808", None),
            (WHOLE, "１２", None),
            (decimal, "123.45", Some("123.45")),
            (decimal, "+00123.4500", Some("00123.4500")),
            (decimal, "1234", None),
            (decimal, "1.234", None),
            (decimal, "1e2", None),
            (decimal, ".", None),
            (decimal, ".5", Some(".5")),
            (
                ColumnKind::Decimal { precision: None, scale: None, kept: None },
                "99999999999999999999.123456789",
                Some("99999999999999999999.123456789"),
            ),
            (double, "1.5e3", Some("1.5e3")),
            (double, "inf", None),
            (double, "1e999", None),
            (double, "  ", Some("NULL")),
            (double, "0.30000000000000004", Some("0.30000000000000004")),
            (double, "-0.10", Some("-0.10")),
            (double, "1e23", Some("1e23")),
            (double, "12345678901234567.89", None),
            (single, "16777216", Some("16777216")),
            (single, "16777217", None),
            (single, "0", Some("0")),
            (small, "-128", Some("-128")),
            (small, "128", None),
            (
                ColumnKind::Integer { least: 0, most: u64::MAX },
                "18446744073709551615",
                Some("18446744073709551615"),
            ),
            (kept, "9223372036854775807", Some("9223372036854775807")),
            (kept, "9223372036854775807.0", Some("9223372036854775807.0")),
            (kept, "9223372036854775808", None),
            (kept, "1234567890123.45", Some("1234567890123.45")),
            (kept, "12345678901234.567", None),
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
            ("2026-10-31 23:59:59.9990", Some("2026-10-31 23:59:59.999")),
            ("2026-10-31 23:59:59.9999", None),
            ("2026-10-31 02:05:06+08:00", None),
            ("2026-10-31 25:00", None),
            ("2026-10-31T02:05Z", None),
        ] {
            assert_eq!(read(ColumnKind::Timestamp { fraction: 3 }, field).as_deref(), expected, "{field}");
        }
    }

    #[test]
    fn times_of_day_and_documents_are_looked_at() {
        for (kind, field, expected) in [
            (ColumnKind::Clock { fraction: 0 }, "02:05:06.0", Some("02:05:06.0")),
            (ColumnKind::Clock { fraction: 0 }, "02:05:06.5", None),
            (ColumnKind::Json, " {\"a\": [1, 2]} ", Some("{\"a\": [1, 2]}")),
            (ColumnKind::Json, "plain words", None),
            (ColumnKind::Json, "{} {}", None),
        ] {
            assert_eq!(read(kind, field).as_deref(), expected, "{kind:?} {field}");
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
        let number = Target { kind: WHOLE, ..full };
        assert!(value(&number, "").is_err());
    }
}
