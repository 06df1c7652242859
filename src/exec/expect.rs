//! Does a value hold what a check expects of it? Numbers are compared digit by digit, so that nothing is lost on the
//! way; a number is never compared with a text by its letters.

use std::cmp::Ordering;

use super::sql::rows::Cell;
use crate::plan::expect::{Comparison, Expectation};

/// Does `value` hold? NULL is equal to `null` and to nothing else, and unequal to nothing.
pub(super) fn holds(expectation: &Expectation, value: &Cell) -> bool {
    let is_null = *value == Cell::Null;
    match expectation {
        Expectation::Null => is_null,
        Expectation::NotNull => !is_null,
        Expectation::Compare(Comparison::Equal, word) if word.eq_ignore_ascii_case("null") => is_null,
        Expectation::Compare(Comparison::Unequal, word) if word.eq_ignore_ascii_case("null") => !is_null,
        _ if is_null => false,
        Expectation::Compare(comparison, wanted) => compare(*comparison, &value.text(), unquoted(wanted)),
        Expectation::Between(low, high) => {
            let value = value.text();
            compare(Comparison::AtLeast, &value, low) && compare(Comparison::AtMost, &value, high)
        }
    }
}

/// Quotes around a value are not part of it.
fn unquoted(text: &str) -> &str {
    let inner = ['\'', '"'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    inner.unwrap_or(text)
}

fn compare(comparison: Comparison, value: &str, wanted: &str) -> bool {
    let order = match (Decimal::parse(value), Decimal::parse(wanted)) {
        (Some(value), Some(wanted)) => value.cmp(&wanted),
        (None, None) => value.cmp(wanted),
        // A number and a text differ, and neither comes first.
        _ => return comparison == Comparison::Unequal,
    };
    match comparison {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::Unequal => order != Ordering::Equal,
        Comparison::More => order == Ordering::Greater,
        Comparison::AtLeast => order != Ordering::Less,
        Comparison::Less => order == Ordering::Less,
        Comparison::AtMost => order != Ordering::Greater,
    }
}

/// Longer exponents are no numbers of an account.
const LARGEST_EXPONENT: i32 = 400;

/// A decimal number of any length.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    /// Without zeros in front.
    whole: String,
    /// Without zeros at the end.
    fraction: String,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (digits, exponent) = match digits.find(['e', 'E']) {
            Some(at) => (&digits[..at], digits[at + 1..].parse::<i32>().ok()?),
            None => (digits, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0
            || !all_digits(whole)
            || !all_digits(fraction)
            || exponent.abs() > LARGEST_EXPONENT
        {
            return None;
        }
        let (whole, fraction) = shifted(whole, fraction, exponent);
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let is_zero = whole.is_empty() && fraction.is_empty();
        Some(Decimal { negative: negative && !is_zero, whole, fraction })
    }

    fn size(&self, other: &Self) -> Ordering {
        self.whole
            .len()
            .cmp(&other.whole.len())
            .then_with(|| self.whole.cmp(&other.whole))
            .then_with(|| self.fraction.cmp(&other.fraction))
    }

    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.size(other),
            (true, true) => other.size(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

/// Moves the point by `exponent` digits.
fn shifted(whole: &str, fraction: &str, exponent: i32) -> (String, String) {
    let digits = format!("{whole}{fraction}");
    let places = usize::try_from(exponent.unsigned_abs()).unwrap_or(0);
    if exponent >= 0 {
        let point = whole.len() + places;
        let padded = format!("{digits:0<point$}");
        (padded[..point].to_owned(), padded[point..].to_owned())
    } else {
        let padded = format!("{}{digits}", "0".repeat(places));
        (padded[..whole.len()].to_owned(), padded[whole.len()..].to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(value: &str, expect: &str) -> bool {
        cell_holds(&Cell::Text(value.to_owned()), expect)
    }

    fn cell_holds(value: &Cell, expect: &str) -> bool {
        super::holds(&Expectation::parse(expect).unwrap(), value)
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let long = "1".repeat(1_000);
        for (value, expect, expected) in [
            ("13", "= 13", true),
            ("13", "13", true),
            ("13.0", "= 13", true),
            ("9", "> 10", false),
            ("-9", "> -10", true),
            ("-0", "= 0", true),
            ("0.30", "= .3", true),
            ("1e3", "= 1000", true),
            ("1.5e-3", "= 0.0015", true),
            ("123456789012345678901", "!= 123456789012345678902", true),
            (&long, "> 5", true),
            ("15", "between 10 and 20", true),
            ("20", "between 10 and 20", true),
            ("20.0001", "between 10 and 20", false),
            ("5", "<= 5", true),
            ("5", "< 5", false),
            ("5", "<> 5", false),
            ("5", "== 5", true),
        ] {
            assert_eq!(holds(value, expect), expected, "{value} {expect}");
        }
    }

    #[test]
    fn text_is_compared_as_text() {
        for (value, expect, expected) in [
            ("done", "= done", true),
            ("done", "done", true),
            ("a b", "= 'a b'", true),
            ("done", "!= failed", true),
            ("done", "> 0", false),
            ("13", "!= done", true),
            ("5", "= five", false),
            ("2026-10-02", ">= 2026-10-01", true),
            ("南京", "= 南京", true),
        ] {
            assert_eq!(holds(value, expect), expected, "{value} {expect}");
        }
    }

    #[test]
    fn null_is_only_null() {
        for (expect, expected) in [
            ("= null", true),
            ("NULL", true),
            ("!= null", false),
            ("= 0", false),
            ("!= 0", false),
            ("< 5", false),
        ] {
            assert_eq!(cell_holds(&Cell::Null, expect), expected, "{expect}");
        }
        assert!(cell_holds(&Cell::Integer(1), "not null"));
        assert!(!cell_holds(&Cell::Integer(1), "= null"));
    }

    proptest::proptest! {
        #[test]
        fn decimals_agree_with_whole_numbers(a in -10_000_i64..10_000, b in -10_000_i64..10_000) {
            let order = Decimal::parse(&a.to_string()).unwrap().cmp(&Decimal::parse(&format!("{b}.00")).unwrap());
            proptest::prop_assert_eq!(order, a.cmp(&b));
        }

        #[test]
        fn anything_can_be_read(text in "\\PC{0,30}") {
            let _ = Expectation::parse(&text).map(|expect| super::holds(&expect, &Cell::Text(text)));
        }
    }
}
