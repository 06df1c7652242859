//! Civil months, written durations, and the one source of "now".

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, Zoned};
use serde::{Deserialize, Serialize};

/// An accounting month (账期). Civil: it has no zone and no clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// The month that holds `date`.
    pub fn of(date: Date) -> Self {
        Month { year: date.year(), month: date.month() }
    }

    /// The month being closed on `today`: up to the 15th the month before, from the 16th the present one.
    pub fn closing(today: Date) -> Self {
        let present = Month::of(today);
        if today.day() <= 15 { present.previous() } else { present }
    }

    /// Its first day.
    pub fn first(self) -> Date {
        jiff::civil::date(self.year, self.month, 1)
    }

    /// Its last day.
    pub fn last_day(self) -> Date {
        self.first().last_of_month()
    }

    /// The month after.
    #[must_use]
    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// The month before.
    #[must_use]
    pub fn previous(self) -> Self {
        self.plus(-1)
    }

    /// `months` later (earlier when negative); stays at the edge of the calendar rather than leaving it.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        Month::of(self.first().saturating_add(months.months()))
    }

    /// `202610`.
    pub fn compact(self) -> String {
        format!("{:04}{:02}", self.year, self.month)
    }
}

/// Why a text is not a month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a month: {0:?}")]
pub struct NotAMonth(pub String);

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let fail = || NotAMonth(text.to_owned());
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 7
            && bytes[4] == b'-'
            && bytes.iter().enumerate().all(|(i, b)| i == 4 || b.is_ascii_digit());
        if !shaped {
            return Err(fail());
        }
        let year: i16 = text[..4].parse().map_err(|_| fail())?;
        let month: i8 = text[5..].parse().map_err(|_| fail())?;
        ((1970..=9000).contains(&year) && (1..=12).contains(&month))
            .then_some(Month { year, month })
            .ok_or_else(fail)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl TryFrom<String> for Month {
    type Error = NotAMonth;

    fn try_from(text: String) -> Result<Self, NotAMonth> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

/// A duration as runbooks write it: a whole number and one unit, `90s 5m 2h 1d`; `500ms` too. At most ten years.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().ok()?;
    let millis = match &text[digits..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(millis).filter(|total| *total <= 3_650 * 86_400_000).map(Duration::from_millis)
}

/// A duration for people, to the second, in at most two units: `2h 05m`, `42s`.
pub fn show_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h {:02}m", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{}d {:02}h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

/// Where "now" comes from: the system for operators, a script for tests and rehearsals.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// `at` in the project's zone, RFC 3339 with offset and whole seconds.
pub fn rfc3339(at: Timestamp, zone: &jiff::tz::TimeZone) -> String {
    let zoned: Zoned = at.to_zoned(zone.clone());
    zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_strict() {
        assert_eq!("2026-10".parse::<Month>().unwrap().compact(), "202610");
        for bad in ["2026-13", "2026-00", "２０２６-１０", "2026-1", "2026-10\n", "+026-10", "202610", ""]
        {
            assert!(bad.parse::<Month>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_closing_month_turns_on_the_sixteenth() {
        let day = |d| jiff::civil::date(2026, 11, d);
        assert_eq!(Month::closing(day(15)).to_string(), "2026-10");
        assert_eq!(Month::closing(day(16)).to_string(), "2026-11");
        assert_eq!(Month::closing(jiff::civil::date(2027, 1, 3)).to_string(), "2026-12");
    }

    #[test]
    fn months_know_their_days_and_neighbours() {
        let month: Month = "2028-02".parse().unwrap();
        assert_eq!(month.last_day().to_string(), "2028-02-29");
        assert_eq!(month.next().to_string(), "2028-03");
        assert_eq!(month.plus(-2).to_string(), "2027-12");
    }

    #[test]
    fn durations_have_one_unit() {
        assert_eq!(parse_duration("90s"), Some(Duration::from_secs(90)));
        assert_eq!(parse_duration("2h"), Some(Duration::from_hours(2)));
        for bad in ["", "5", "s", "-1s", "1.5h", "1h30m", "99999999999d", "５m"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
        assert_eq!(show_duration(Duration::from_mins(125)), "2h 05m");
    }
}
