//! The roster and month files as they were written.

use jiff::civil::{Date, Time};

use super::{Scalars, Text};
use crate::runbook::problem::{Span, Spanned};
use crate::time::Month;

/// `roster.yaml`.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// By id.
    pub people: Vec<(Text, Person)>,
    /// By name.
    pub shifts: Vec<(Text, Shift)>,
    /// Who is on when.
    pub rota: Vec<RotaEntry>,
    /// When nobody is on.
    pub fallback: Vec<Text>,
}

/// A person.
#[derive(Debug, Clone)]
pub struct Person {
    /// As people call them.
    pub name: Option<Text>,
    /// Where letters go.
    pub email: Option<Text>,
    /// The operating system's user.
    pub os_user: Option<Text>,
    /// Roles.
    pub roles: Vec<Text>,
    /// People for whom they may act.
    pub stands_in_for: Vec<Text>,
}

/// A shift; may pass midnight.
#[derive(Debug, Clone, Copy)]
pub struct Shift {
    /// Its beginning.
    pub from: Time,
    /// Its end.
    pub to: Time,
}

/// A line of the rota.
#[derive(Debug, Clone)]
pub enum RotaEntry {
    /// Repeated day by day from `starts`.
    Cycle {
        /// Its place.
        span: Span,
        /// The shift.
        shift: Text,
        /// The first day.
        starts: Date,
        /// Who, day by day.
        days: Vec<Vec<Text>>,
    },
    /// One date's overrides.
    Override {
        /// Its place.
        span: Span,
        /// The day.
        date: Date,
        /// Shifts and who is on.
        shifts: Vec<(Text, Vec<Text>)>,
    },
}

/// `months/2026-10.yaml`.
#[derive(Debug, Clone)]
pub struct MonthFile {
    /// The month that its name says.
    pub month: Month,
    /// Parameters of this month.
    pub params: Vec<(Text, Spanned<Scalars>)>,
    /// Steps that do not run this month.
    pub skip: Vec<MonthSkip>,
}

/// A step that does not run this month.
#[derive(Debug, Clone)]
pub struct MonthSkip {
    /// `stage/step`.
    pub step: Text,
    /// Why.
    pub reason: Text,
    /// By whose word.
    pub agreed: Option<Agreed>,
}

/// Somebody's word.
#[derive(Debug, Clone)]
pub struct Agreed {
    /// Who said it.
    pub who: Text,
    /// `phone`, `mail`, `chat`, `paper`.
    pub channel: Option<Text>,
    /// When, as written.
    pub told_at: Option<Text>,
}
