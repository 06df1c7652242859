//! Days of the month start on which a shift has nobody.

use jiff::ToSpan;
use jiff::civil::Date;

use super::book::Book;
use super::findings::Findings;
use crate::msg;
use crate::plan::roster::Roster;
use crate::runbook::problem::{Problem, Severity};

/// Warns of shifts without people in the month after the accounting month, one warning a shift.
pub(super) fn gaps(book: &Book<'_>, findings: &mut Findings<'_>) {
    let Some(roster) = &book.input.project.roster else { return };
    if roster.cycles.is_empty() && roster.overrides.is_empty() {
        return;
    }
    for shift in roster.shifts.keys() {
        let days = empty_days(roster, shift, book.month().next().first());
        let Some(first) = days.first() else { continue };
        let message = msg!("plan-rota-gap", shift = shift, day = first.to_string(), days = days.len());
        findings.push(Problem { severity: Severity::Warning, ..Problem::unplaced(message) });
    }
}

fn empty_days(roster: &Roster, shift: &str, first: Date) -> Vec<Date> {
    (0..i64::from(first.days_in_month()))
        .map(|day| first.saturating_add(day.days()))
        .filter(|day| roster.turn(shift, *day).is_empty())
        .collect()
}
