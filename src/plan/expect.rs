//! What a check expects of a value: `> 0`, `between 10 and 20`, `= 南京`.

/// An expectation, once its template is rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// Compared with one value.
    Compare(Comparison, String),
    /// At least the first and at most the second.
    Between(String, String),
    /// There is no value.
    Null,
    /// There is a value.
    NotNull,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`, `==`, or nothing.
    Equal,
    /// `!=`, `<>`.
    Unequal,
    /// `<`.
    Less,
    /// `<=`.
    AtMost,
    /// `>`.
    More,
    /// `>=`.
    AtLeast,
}

impl Expectation {
    /// Reads `text`; `None` when it says nothing that can be checked.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["null"] | ["is", "null"] => return Some(Expectation::Null),
            ["not", "null"] | ["is", "not", "null"] => return Some(Expectation::NotNull),
            ["between", low, "and", high] => {
                let both = [low, high].into_iter().all(|end| is_number(end) || is_day(end));
                return (both && !is_reversed(low, high))
                    .then(|| Expectation::Between((*low).to_owned(), (*high).to_owned()));
            }
            [] | ["between", ..] => return None,
            _ => {}
        }
        let operators = [
            ("==", Comparison::Equal),
            ("!=", Comparison::Unequal),
            ("<>", Comparison::Unequal),
            ("<=", Comparison::AtMost),
            (">=", Comparison::AtLeast),
            ("=", Comparison::Equal),
            ("<", Comparison::Less),
            (">", Comparison::More),
        ];
        for (sign, comparison) in operators {
            if let Some(value) = text.strip_prefix(sign) {
                let value = value.trim();
                let ordered = !matches!(comparison, Comparison::Equal | Comparison::Unequal);
                let good = !value.is_empty() && !value.starts_with(['=', '<', '>', '!']);
                return (good && (!ordered || is_number(value) || is_day(value)))
                    .then(|| Expectation::Compare(comparison, value.to_owned()));
            }
        }
        // Several words without a sign are somebody's sentence, not a value.
        (words.len() == 1).then(|| Expectation::Compare(Comparison::Equal, text.to_owned()))
    }
}

/// Can `text` be read as an expectation?
pub(crate) fn is_readable(text: &str) -> bool {
    Expectation::parse(text).is_some()
}

/// Nothing lies between a greater and a lesser end.
fn is_reversed(low: &str, high: &str) -> bool {
    if is_number(low) && is_number(high) {
        return matches!((low.parse::<f64>(), high.parse::<f64>()), (Ok(low), Ok(high)) if low > high);
    }
    is_day(low) && is_day(high) && low > high
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut parts = digits.splitn(2, '.');
    let whole = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.next().is_some_and(whole) && parts.next().is_none_or(whole)
}

/// `2026-10`, `2026-10-31`, and such: texts that are ordered as they are written.
fn is_day(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b' ' | b'T'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectations_read_as_they_are_written() {
        let compare = |comparison, text: &str| Some(Expectation::Compare(comparison, text.to_owned()));
        assert_eq!(Expectation::parse("> 0"), compare(Comparison::More, "0"));
        assert_eq!(Expectation::parse(">=-1.5"), compare(Comparison::AtLeast, "-1.5"));
        assert_eq!(Expectation::parse("= 南京"), compare(Comparison::Equal, "南京"));
        assert_eq!(Expectation::parse("5"), compare(Comparison::Equal, "5"));
        assert_eq!(
            Expectation::parse("between 10 and 20"),
            Some(Expectation::Between("10".to_owned(), "20".to_owned()))
        );
        assert_eq!(Expectation::parse("is not null"), Some(Expectation::NotNull));
        for bad in [
            "",
            "  ",
            "about ten",
            "between 1",
            "between a and b",
            "between 20 and 10",
            "between 2026-11 and 2026-10",
            "> many",
            "=",
            "=> 3",
            "< ",
        ] {
            assert_eq!(Expectation::parse(bad), None, "{bad}");
        }
    }
}
