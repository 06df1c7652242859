//! Exact numbers of any length, as checks compare and keep them.

use bigdecimal::BigDecimal;
use bigdecimal::RoundingMode::HalfUp;

use super::sql::rows::Cell;

/// Longer texts and exponents are no numbers of an account.
const LONGEST: usize = 400;

/// The number that `text` writes.
pub(super) fn decimal(text: &str) -> Option<BigDecimal> {
    let text = text.trim();
    let (digits, exponent) = text.find(['e', 'E']).map_or((text, "0"), |at| (&text[..at], &text[at + 1..]));
    let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    let good = unsigned.len() <= LONGEST
        && unsigned.bytes().any(|byte| byte.is_ascii_digit())
        && unsigned.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && exponent.parse::<i64>().is_ok_and(|exponent| exponent.unsigned_abs() <= LONGEST as u64);
    text.parse().ok().filter(|_| good)
}

/// The number that a cell holds; text that writes one counts.
pub(super) fn of_cell(cell: &Cell) -> Option<BigDecimal> {
    match cell {
        Cell::Integer(number) => Some(BigDecimal::from(*number)),
        Cell::Real(_) | Cell::Decimal(_) | Cell::Text(_) => decimal(&cell.text()),
        Cell::Null | Cell::Boolean(_) | Cell::Bytes(_) => None,
    }
}

/// The number that a runbook wrote: the digits that were written, without what a float adds to them.
pub(super) fn written(number: f64) -> BigDecimal {
    decimal(&format!("{number:.11e}")).unwrap_or_default()
}

/// All its digits, without zeros at the end.
pub(super) fn plain(number: &BigDecimal) -> String {
    number.normalized().to_plain_string()
}

/// Not more than so many digits after the point.
pub(super) fn rounded(number: &BigDecimal, digits: i64) -> String {
    plain(&number.with_scale_round(digits, HalfUp))
}

/// With its sign, also where it is none: `+5.0`.
pub(super) fn signed(number: &BigDecimal, digits: i64) -> String {
    let text = number.with_scale_round(digits, HalfUp).to_plain_string();
    if text.starts_with('-') { text } else { format!("+{text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly_and_written_plainly() {
        for (text, expected) in [
            ("1.00", "1"),
            ("-0.0", "0"),
            ("1e3", "1000"),
            ("1.5e-3", "0.0015"),
            ("+.5", "0.5"),
            ("12345678901234567890.123456789", "12345678901234567890.123456789"),
            (" 7 ", "7"),
            ("100", "100"),
        ] {
            assert_eq!(decimal(text).map(|number| plain(&number)).as_deref(), Some(expected), "{text}");
        }
        for bad in
            ["", "-", ".", "e3", "1e401", "1e999999999999", "abc", "1_000", "0x1", "NaN", "1 2", "1.2.3"]
        {
            assert_eq!(decimal(bad), None, "{bad}");
        }
        assert_eq!(decimal(&"9".repeat(401)), None);
        assert_eq!(
            (plain(&written(0.7 / 100.0)), plain(&written(0.1))),
            ("0.007".to_owned(), "0.1".to_owned())
        );
        assert_eq!(signed(&decimal("5").unwrap(), 1), "+5.0");
        assert_eq!(signed(&decimal("-5.25").unwrap(), 1), "-5.3");
    }
}
