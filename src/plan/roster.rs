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
