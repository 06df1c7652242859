//! `like:`: a number against those of former months, which every check keeps.

use bigdecimal::{BigDecimal, Zero as _};
use sha2::{Digest as _, Sha256};

use crate::exec::attempt::Attempt;
use crate::exec::number::{decimal, plain, rounded, signed, written};
use crate::exec::sql::rows::Cell;
use crate::plan::Like;
use crate::store::MonthNumber;
use crate::time::Month;
use crate::words::{Msg, one_line};
use crate::{exec::log::hex, exec::number, msg};

/// Longest name of a series, in bytes.
const LONGEST: usize = 300;

/// The name of what is counted, the same in every month: not rendered, on one line.
pub(super) fn series(connection: &str, what: &str) -> String {
    let words: Vec<&str> = what.split_whitespace().collect();
    let name = format!("{connection}: {}", words.join(" "));
    if name.len() <= LONGEST {
        return name;
    }
    let hash = hex(&Sha256::digest(&name)[..8]);
    let kept = name.floor_char_boundary(LONGEST - hash.len() - "… ".len());
    format!("{}… {hash}", &name[..kept])
}

/// What former months say to a number.
#[derive(Debug, Clone)]
pub(super) struct Likeness {
    /// Is it like them?
    pub(super) holds: bool,
    /// How that is said behind the value.
    pub(super) words: Msg,
}

/// Is the value like those of `series` in former months?
pub(super) fn likeness(attempt: &Attempt, like: Like, series: &str, value: &Cell) -> Likeness {
    let Some(value) = number::of_cell(value) else {
        return Likeness { holds: false, words: msg!("exec-like-no-number") };
    };
    let first = (0..like.months).fold(attempt.job.run.month, |month, _| month.previous());
    let former: Vec<(Month, BigDecimal)> = attempt
        .job
        .history
        .iter()
        .filter(|seen| seen.series == series && seen.month >= first && seen.month < attempt.job.run.month)
        .filter_map(|seen: &MonthNumber| Some((seen.month, decimal(&seen.value)?)))
        .collect();
    if former.is_empty() || former.len() < like.months as usize {
        return too_little(like, &former);
    }
    against(like, &former, &value)
}

/// Counts as met: a month start must be possible where there was none before.
fn too_little(like: Like, former: &[(Month, BigDecimal)]) -> Likeness {
    let seen: Vec<String> =
        former.iter().map(|(month, number)| format!("{month}: {}", plain(number))).collect();
    let words = match seen.as_slice() {
        [] => msg!("exec-like-no-history", wanted = like.months),
        seen => msg!(
            "exec-like-little-history",
            have = seen.len(),
            wanted = like.months,
            seen = one_line(&seen.join(", "), 200)
        ),
    };
    Likeness { holds: true, words }
}

fn against(like: Like, former: &[(Month, BigDecimal)], value: &BigDecimal) -> Likeness {
    let share = written(like.share);
    let allowed = format!("{}%", plain(&(&share * BigDecimal::from(100))));
    let sum: BigDecimal = former.iter().map(|(_, number)| number).sum();
    let count = BigDecimal::from(former.len() as u64);
    // |value - mean| <= share * |mean|, without a division: exact.
    let holds = (value * &count - &sum).abs() <= share * sum.abs();
    let months = span(former);
    if sum.is_zero() {
        let words = if holds {
            msg!("exec-like-zero", months = months)
        } else {
            msg!("exec-like-only-zero", months = months)
        };
        return Likeness { holds, words };
    }
    let deviation = (value * &count - &sum) * BigDecimal::from(100) / sum.abs();
    // What is over the limit by little must not look as if it were on it.
    let digits =
        if !holds && signed(&deviation.abs(), 1) == format!("+{:.1}", like.share * 100.0) { 6 } else { 1 };
    let mean = rounded(&(sum / count), 2);
    let deviation = format!("{}%", signed(&deviation, digits));
    let words = if holds {
        msg!("exec-like-met", months = months, mean = mean, deviation = deviation, allowed = allowed)
    } else {
        msg!("exec-like-unmet", months = months, mean = mean, deviation = deviation, allowed = allowed)
    };
    Likeness { holds, words }
}

/// `2026-07..09`, or `2025-11..2026-01`; one month as it is.
fn span(former: &[(Month, BigDecimal)]) -> String {
    let (Some((first, _)), Some((last, _))) = (former.first(), former.last()) else { return String::new() };
    let (first, last) = (first.to_string(), last.to_string());
    if first == last {
        return first;
    }
    let year = first.split_once('-').map_or("", |(year, _)| year);
    let short = last.strip_prefix(year).and_then(|rest| rest.strip_prefix('-'));
    format!("{first}..{}", short.unwrap_or(&last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn former(first: &str, numbers: &[&str]) -> Vec<(Month, BigDecimal)> {
        let first: Month = first.parse().unwrap();
        let months = (0..).map(|offset| first.plus(offset));
        months.zip(numbers).map(|(month, number)| (month, decimal(number).unwrap())).collect()
    }

    fn found(numbers: &[&str], value: &str, share: f64) -> (bool, Msg) {
        let like = Like { months: 3, share };
        let found = against(like, &former("2026-07", numbers), &decimal(value).unwrap());
        (found.holds, found.words)
    }

    #[test]
    fn the_limit_itself_is_allowed_and_nothing_above_it() {
        let thousand = ["990", "1000", "1010"];
        for (value, share, holds) in [
            ("1000", 0.0, true),
            ("1000.01", 0.0, false),
            ("1100", 0.1, true),
            ("900", 0.1, true),
            ("1100.0000001", 0.1, false),
            ("899.99", 0.1, false),
            ("1007", 0.7 / 100.0, true),
            ("1007.01", 0.7 / 100.0, false),
        ] {
            assert_eq!(found(&thousand, value, share).0, holds, "{value} {share}");
        }
        // A mean with no end of digits.
        assert!(found(&["1", "1", "2"], "1.4666666666", 0.1).0);
        assert!(!found(&["1", "1", "2"], "1.4666666667", 0.1).0);
        assert!(found(&["-100", "-100", "-100"], "-110", 0.1).0);
        assert!(!found(&["-100", "-100", "-100"], "100", 0.1).0);
    }

    #[test]
    fn only_nothing_is_like_nothing() {
        let nothing = ["0", "0.00", "0"];
        assert!(found(&nothing, "0", 0.1).0);
        assert!(!found(&nothing, "0.001", 10.0).0);
    }

    #[test]
    fn the_deviation_is_told_as_far_as_it_matters() {
        let (_, words) = found(&["990", "1000", "1010"], "1050", 0.1);
        let expected = msg!(
            "exec-like-met",
            months = "2026-07..09",
            mean = "1000",
            deviation = "+5.0%",
            allowed = "10%"
        );
        assert_eq!(words, expected);
        let (_, words) = found(&["990", "1000", "1010"], "1100.01", 0.1);
        assert_eq!(words.args["deviation"], "+10.001000%".into());
        assert_eq!(span(&former("2025-11", &["1", "2", "3"])), "2025-11..2026-01");
    }

    #[test]
    fn long_names_of_series_stay_apart() {
        let (one, other) =
            (format!("select {} 1", "甲".repeat(200)), format!("select {} 2", "甲".repeat(200)));
        let (one, other) = (series("yt", &one), series("yt", &other));
        assert!(one != other && one.len() <= LONGEST && other.len() <= LONGEST);
        assert_eq!(series("yt", "select 1\n  from\tt"), "yt: select 1 from t");
    }
}
