//! People, roles, shifts: who may do what, who is on, who comes next.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time};

use crate::id::PersonId;

/// A roster whose references all resolve.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Roster {
    /// People by id.
    pub people: BTreeMap<PersonId, Person>,
    /// Shifts by name, in the order of their beginnings.
    pub shifts: BTreeMap<String, Shift>,
    /// Repeated turns.
    pub cycles: Vec<Cycle>,
    /// What is different on one date: shift name to people.
    pub overrides: BTreeMap<Date, BTreeMap<String, Vec<PersonId>>>,
    /// When nobody is on.
    pub fallback: Vec<PersonId>,
}

/// A person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// As people call them, or the id.
    pub name: String,
    /// Where letters go.
    pub email: Option<String>,
    /// The operating system's user.
    pub os_user: Option<String>,
    /// Roles.
    pub roles: BTreeSet<String>,
    /// People for whom they may act.
    pub stands_in_for: BTreeSet<PersonId>,
}

/// A shift; passes midnight when it ends before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    /// Its beginning.
    pub from: Time,
    /// Its end.
    pub to: Time,
}

/// Turns repeated day by day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// The shift.
    pub shift: String,
    /// The first day.
    pub starts: Date,
    /// Who, day by day; never empty.
    pub days: Vec<Vec<PersonId>>,
}

impl Roster {
    /// Does anybody have this role? Everybody may be an operator.
    pub fn has_role(&self, role: &str) -> bool {
        role == OPERATOR || self.people.values().any(|person| person.roles.contains(role))
    }

    /// May this person start, answer and steer runs: an operator, or somebody whose roles nobody wrote down?
    pub fn may_operate(&self, id: &PersonId) -> bool {
        self.people.get(id).is_some_and(|person| person.roles.is_empty() || person.roles.contains(OPERATOR))
    }

    /// Who is on in the turn of `shift` that begins on `date`: the date's override, else the cycle that began last.
    pub fn turn(&self, shift: &str, date: Date) -> &[PersonId] {
        if let Some(people) = self.overrides.get(&date).and_then(|shifts| shifts.get(shift)) {
            return people;
        }
        let begun = self.cycles.iter().filter(|cycle| cycle.shift == shift && cycle.starts <= date);
        let Some(cycle) = begun.max_by_key(|cycle| cycle.starts) else { return &[] };
        let days = date.since((jiff::Unit::Day, cycle.starts)).map_or(0, |span| i64::from(span.get_days()));
        let turn = usize::try_from(days).unwrap_or(0).checked_rem(cycle.days.len()).unwrap_or(0);
        cycle.days.get(turn).map_or(&[], Vec::as_slice)
    }
}

/// The role of whoever may start, answer and steer runs.
pub const OPERATOR: &str = "operator";
