//! `tolerance:` the difference that is allowed.

use bigdecimal::BigDecimal;

use crate::exec::number::{plain, written};
use crate::plan::Tolerance;

/// Do the numbers differ by no more than is allowed?
pub(super) fn within(tolerance: Option<Tolerance>, from: &BigDecimal, to: &BigDecimal) -> bool {
    let allowed = match tolerance {
        None => return from == to,
        Some(Tolerance::Absolute(number)) => written(number),
        Some(Tolerance::Share(share)) => written(share) * from.abs(),
    };
    (to - from).abs() <= allowed
}

/// As it is written in the runbook.
pub(super) fn shown(tolerance: Tolerance) -> String {
    match tolerance {
        Tolerance::Absolute(number) => plain(&written(number)),
        Tolerance::Share(share) => format!("{}%", plain(&(written(share) * BigDecimal::from(100)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_is_allowed_to_the_last_digit() {
        let number = |text: &str| text.parse::<BigDecimal>().unwrap();
        let share = Some(Tolerance::Share(0.5 / 100.0));
        for (tolerance, from, to, expected) in [
            (None, "1", "1.00", true),
            (None, "1", "1.01", false),
            (Some(Tolerance::Absolute(3.0)), "10", "13", true),
            (Some(Tolerance::Absolute(3.0)), "10", "6.99", false),
            (share, "1000", "995", true),
            (share, "1000", "994.999", false),
            (share, "0", "0", true),
            (share, "0", "1", false),
            (share, "-1000", "-1005", true),
        ] {
            assert_eq!(within(tolerance, &number(from), &number(to)), expected, "{tolerance:?} {from} {to}");
        }
        assert_eq!(
            (shown(Tolerance::Share(0.005)), shown(Tolerance::Absolute(3.0))),
            ("0.5%".into(), "3".into())
        );
    }
}
