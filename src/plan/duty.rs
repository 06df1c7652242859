//! Who is on, who comes next, and who gets the letter of a stage. Turns are civil: they begin and end by the clock on
//! the wall, also on the days when that clock is put forward or back.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::Handover;
use super::roster::{Roster, Shift};
use crate::id::PersonId;

/// One turn of a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn<'r> {
    /// The shift.
    pub shift: &'r str,
    /// Its first moment.
    pub begins: Timestamp,
    /// The first moment after it.
    pub ends: Timestamp,
    /// Who is on.
    pub people: &'r [PersonId],
}

impl Roster {
    /// Who is on in the turn of `shift` that begins on `date`: the date's override, else the cycle that began last.
    pub fn turn(&self, shift: &str, date: Date) -> &[PersonId] {
        if let Some(people) = self.overrides.get(&date).and_then(|shifts| shifts.get(shift)) {
            return people;
        }
        let begun = self.cycles.iter().filter(|cycle| cycle.shift == shift && cycle.starts <= date);
        let Some(cycle) = begun.max_by_key(|cycle| cycle.starts) else { return &[] };
        let days = date.since((jiff::Unit::Day, cycle.starts)).map_or(0, |span| span.get_days());
        let number = usize::try_from(days).unwrap_or(0).checked_rem(cycle.days.len()).unwrap_or(0);
        cycle.days.get(number).map_or(&[], Vec::as_slice)
    }

    /// The turns with people that begin on one of these days, in the order of their beginnings.
    fn turns<'r>(&'r self, days: impl Iterator<Item = Date>, zone: &TimeZone) -> Vec<Turn<'r>> {
        let mut turns: Vec<Turn<'r>> = days
            .flat_map(|date| {
                self.shifts.iter().filter_map(move |(name, shift)| {
                    let (begins, ends) = bounds(*shift, date, zone)?;
                    Some(Turn { shift: name, begins, ends, people: self.turn(name, date) })
                })
            })
            .filter(|turn| !turn.people.is_empty())
            .collect();
        turns.sort_by_key(|turn| turn.begins);
        turns
    }

    /// Who is on at that moment; the fallback when nobody is.
    pub fn on_duty(&self, at: Timestamp, zone: &TimeZone) -> Vec<PersonId> {
        let today = at.to_zoned(zone.clone()).date();
        let around = [today.saturating_sub(1.day()), today];
        let turns = self.turns(around.into_iter(), zone);
        let on = turns.iter().filter(|turn| turn.begins <= at && at < turn.ends);
        self.or_fallback(on.flat_map(|turn| turn.people))
    }

    /// The people of the next turn that begins after that moment and within 24 hours; the fallback when there is none.
    pub fn next_shift(&self, at: Timestamp, zone: &TimeZone) -> Vec<PersonId> {
        let today = at.to_zoned(zone.clone()).date();
        let days = [today, today.saturating_add(1.day()), today.saturating_add(2.days())];
        let turns = self.turns(days.into_iter(), zone);
        let latest = at.saturating_add(24.hours()).unwrap_or(at);
        let next = turns.iter().find(|turn| turn.begins > at && turn.begins <= latest).map(|turn| turn.begins);
        self.or_fallback(turns.iter().filter(|turn| Some(turn.begins) == next).flat_map(|turn| turn.people))
    }

    /// Who gets the letter when a stage with this handover finishes at that moment.
    pub fn recipients(&self, handover: &Handover, at: Timestamp, zone: &TimeZone) -> Vec<PersonId> {
        match handover {
            Handover::NextShift => self.next_shift(at, zone),
            Handover::None => Vec::new(),
            Handover::Role(role) => self.people_with(role),
            Handover::Person(person) => vec![PersonId(person.clone())],
        }
    }

    fn or_fallback<'r>(&'r self, people: impl Iterator<Item = &'r PersonId>) -> Vec<PersonId> {
        let mut found: Vec<PersonId> = Vec::new();
        for person in people {
            if !found.contains(person) {
                found.push(person.clone());
            }
        }
        if found.is_empty() { self.fallback.clone() } else { found }
    }
}

/// The moments of the turn that begins on `date`; one that ends when it begins lasts a day.
fn bounds(shift: Shift, date: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let last = if shift.to <= shift.from { date.checked_add(1.day()).ok()? } else { date };
    let moment = |date: Date, time| date.to_datetime(time).to_zoned(zone.clone()).ok().map(|at| at.timestamp());
    Some((moment(date, shift.from)?, moment(last, shift.to)?))
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};
    use proptest::prelude::*;

    use super::*;
    use crate::plan::roster::Cycle;

    fn ids(words: &str) -> Vec<PersonId> {
        words.split_whitespace().map(|word| PersonId(word.to_owned())).collect()
    }

    /// The roster of the language's page.
    fn roster() -> Roster {
        let cycle = |shift: &str, days: &[&str]| Cycle {
            shift: shift.to_owned(),
            starts: date(2026, 11, 1),
            days: days.iter().map(|day| ids(day)).collect(),
        };
        let shift = |from, to| Shift { from: time(from, 0, 0, 0), to: time(to, 0, 0, 0) };
        Roster {
            shifts: [("day".to_owned(), shift(8, 18)), ("night".to_owned(), shift(18, 8))].into(),
            cycles: vec![
                cycle("day", &["zhang.wei", "wang.fang"]),
                cycle("night", &["li.na", "zhang.wei", "wang.fang"]),
            ],
            overrides: [(date(2026, 11, 1), [("night".to_owned(), ids("li.na wang.fang"))].into())].into(),
            fallback: ids("boss"),
            ..Roster::default()
        }
    }

    fn shanghai() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        format!("{text}+08:00").parse().unwrap()
    }

    #[test]
    fn who_is_on_and_who_comes_next() {
        for (moment, on, next) in [
            ("2026-11-01T07:59:59", "boss", "zhang.wei"),
            ("2026-11-01T08:00:00", "zhang.wei", "li.na wang.fang"),
            ("2026-11-01T17:59:59", "zhang.wei", "li.na wang.fang"),
            ("2026-11-01T18:00:00", "li.na wang.fang", "wang.fang"),
            ("2026-11-01T23:59:59", "li.na wang.fang", "wang.fang"),
            ("2026-11-02T00:00:00", "li.na wang.fang", "wang.fang"),
            ("2026-11-02T07:59:59", "li.na wang.fang", "wang.fang"),
            ("2026-11-02T08:00:00", "wang.fang", "zhang.wei"),
            ("2026-11-03T18:00:00", "wang.fang", "wang.fang"),
            ("2026-10-31T07:59:59", "boss", "boss"),
            ("2026-10-31T08:00:00", "boss", "zhang.wei"),
        ] {
            assert_eq!(roster().on_duty(at(moment), &shanghai()), ids(on), "on at {moment}");
            assert_eq!(roster().next_shift(at(moment), &shanghai()), ids(next), "next at {moment}");
        }
    }

    #[test]
    fn an_empty_override_leaves_the_turn_to_the_next() {
        let mut roster = roster();
        roster.overrides.insert(date(2026, 11, 2), [("day".to_owned(), Vec::new())].into());
        assert_eq!(roster.next_shift(at("2026-11-02T03:00:00"), &shanghai()), ids("zhang.wei"));
        assert_eq!(roster.on_duty(at("2026-11-02T09:00:00"), &shanghai()), ids("boss"));
    }

    #[test]
    fn turns_follow_the_clock_on_the_wall() {
        // Berlin puts its clock back at 03:00 on 25 October 2026: the night lasts 15 hours.
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let mut roster = roster();
        for cycle in &mut roster.cycles {
            cycle.starts = date(2026, 10, 20);
        }
        let night: Timestamp = "2026-10-25T06:59:59Z".parse().unwrap();
        assert_eq!(roster.on_duty(night, &berlin), roster.turn("night", date(2026, 10, 24)));
        let day: Timestamp = "2026-10-25T07:00:00Z".parse().unwrap();
        assert_eq!(roster.on_duty(day, &berlin), roster.turn("day", date(2026, 10, 25)));
    }

    #[test]
    fn letters_go_to_whom_the_stage_names() {
        let mut roster = roster();
        for id in ["zhang.wei", "li.na"] {
            roster.people.entry(PersonId(id.to_owned())).or_default().roles.insert("lead".to_owned());
        }
        let now = at("2026-11-01T09:00:00");
        for (handover, people) in [
            (Handover::NextShift, "li.na wang.fang"),
            (Handover::None, ""),
            (Handover::Role("lead".to_owned()), "li.na zhang.wei"),
            (Handover::Person("li.na".to_owned()), "li.na"),
        ] {
            assert_eq!(roster.recipients(&handover, now, &shanghai()), ids(people), "{handover:?}");
        }
    }

    proptest! {
        #[test]
        fn somebody_is_always_on_and_next(seconds in 1_700_000_000_i64..1_900_000_000) {
            let at = Timestamp::from_second(seconds).unwrap();
            for zone in ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"] {
                let zone = TimeZone::get(zone).unwrap();
                let roster = roster();
                prop_assert!(!roster.on_duty(at, &zone).is_empty());
                prop_assert!(!roster.next_shift(at, &zone).is_empty());
                // With two shifts that cover the day, once the rota has begun nobody falls back.
                if at.to_zoned(zone.clone()).date() > date(2026, 11, 1) {
                    prop_assert!(roster.on_duty(at, &zone) != roster.fallback);
                    prop_assert!(roster.next_shift(at, &zone) != roster.fallback);
                }
            }
        }
    }
}
