//! What a check expects of a value: `> 0`, `between 10 and 20`, `= text`. Numbers are compared digit by digit, so that
//! nothing is lost on the way; a number is never compared with a text by its letters.

use std::cmp::Ordering;

use super::sql::rows::Cell;

/// An expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expect {
    /// One comparison.
    Is(Op, String),
    /// Between two, both included.
    Between(String, String),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `<`
    Less,
    /// `<=`
    AtMost,
}

impl Expect {
    /// Reads `text`; a bare value is what must be equal.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let lower = text.to_ascii_lowercase();
        if let Some(rest) = lower.strip_prefix("between ") {
            let at = rest.find(" and ")?;
            let rest = &text[text.len() - rest.len()..];
            let (low, high) = (operand(&rest[..at]), operand(&rest[at + 5..]));
            return (!low.is_empty() && !high.is_empty()).then_some(Expect::Between(low, high));
        }
        let ops = [
            (">=", Op::AtLeast),
            ("<=", Op::AtMost),
            ("!=", Op::NotEqual),
            ("<>", Op::NotEqual),
            ("==", Op::Equal),
            ("=", Op::Equal),
            (">", Op::Greater),
            ("<", Op::Less),
        ];
        let (op, rest) = ops
            .iter()
            .find_map(|(sign, op)| Some((*op, text.strip_prefix(sign)?.trim())))
            .unwrap_or((Op::Equal, text));
        let ordered = !matches!(op, Op::Equal | Op::NotEqual);
        if rest.is_empty() || (ordered && rest.eq_ignore_ascii_case("null")) {
            return None;
        }
        Some(Expect::Is(op, operand(rest)))
    }

    /// Does `value` hold? NULL is equal to `null` and to nothing else, and unequal to nothing.
    pub(super) fn holds(&self, value: &Cell) -> bool {
        if let Expect::Is(op @ (Op::Equal | Op::NotEqual), wanted) = self
            && wanted.eq_ignore_ascii_case("null")
        {
            return (*value == Cell::Null) == (*op == Op::Equal);
        }
        if *value == Cell::Null {
            return false;
        }
        let value = value.text();
        match self {
            Expect::Is(op, wanted) => op.holds(&value, wanted),
            Expect::Between(low, high) => Op::AtLeast.holds(&value, low) && Op::AtMost.holds(&value, high),
        }
    }
}

/// A value as it is written; quotes around it are not part of it.
fn operand(text: &str) -> String {
    let text = text.trim();
    let unquoted = ['\'', '"'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    unquoted.unwrap_or(text).to_owned()
}

impl Op {
    fn holds(self, value: &str, wanted: &str) -> bool {
        let order = match (Decimal::parse(value), Decimal::parse(wanted)) {
            (Some(value), Some(wanted)) => value.cmp(&wanted),
            (None, None) => value.cmp(wanted),
            // A number and a text differ, and neither comes first.
            _ => return self == Op::NotEqual,
        };
        match self {
            Op::Equal => order == Ordering::Equal,
            Op::NotEqual => order != Ordering::Equal,
            Op::Greater => order == Ordering::Greater,
            Op::AtLeast => order != Ordering::Less,
            Op::Less => order == Ordering::Less,
            Op::AtMost => order != Ordering::Greater,
        }
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
        Expect::parse(expect).unwrap().holds(&Cell::Text(value.to_owned()))
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
            ("20", "BETWEEN 10 AND 20", true),
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
            assert_eq!(Expect::parse(expect).unwrap().holds(&Cell::Null), expected, "{expect}");
        }
        assert!(Expect::parse("!= null").unwrap().holds(&Cell::Integer(1)));
        assert!(!Expect::parse("= null").unwrap().holds(&Cell::Integer(1)));
    }

    #[test]
    fn what_is_no_expectation_is_refused() {
        for bad in ["", "  ", ">", "= ", "between 10", "between and 5", "> null"] {
            assert_eq!(Expect::parse(bad), None, "{bad:?}");
        }
        assert!(Expect::parse("between a and b").is_some());
    }

    proptest::proptest! {
        #[test]
        fn decimals_agree_with_whole_numbers(a in -10_000_i64..10_000, b in -10_000_i64..10_000) {
            let order = Decimal::parse(&a.to_string()).unwrap().cmp(&Decimal::parse(&format!("{b}.00")).unwrap());
            proptest::prop_assert_eq!(order, a.cmp(&b));
        }

        #[test]
        fn anything_can_be_read(text in "\\PC{0,30}") {
            let _ = Expect::parse(&text).map(|expect| expect.holds(&Cell::Text(text)));
        }
    }
}
