//! Roles and people that runbooks name, and days that they give.

use jiff::{Timestamp, ToSpan};

use super::findings::Findings;
use crate::id::PersonId;
use crate::msg;
use crate::plan::project::Project;
use crate::plan::roster::Roster;
use crate::plan::{Approver, Handover};
use crate::runbook::model::{Deadline, DeadlineDay, Text};
use crate::runbook::problem::Problem;
use crate::time::Month;

/// A role or a person of the roster; told when it is neither.
pub(super) fn who(project: &Project, word: &Text, findings: &mut Findings<'_>) -> Option<Approver> {
    let Some(roster) = &project.roster else {
        let problem = Problem::error(word.span, msg!("plan-no-roster", name = &word.value));
        findings.push(problem.help(msg!("help-plan-no-roster")));
        return None;
    };
    if roster.has_role(word) {
        return Some(Approver::Role(word.value.clone()));
    }
    let person = PersonId(word.value.clone());
    if roster.people.contains_key(&person) {
        return Some(Approver::Person(person));
    }
    let known = known(roster);
    findings.unknown(
        word.span,
        msg!("plan-who-unknown", name = &word.value),
        word,
        known.iter().map(String::as_str),
    );
    None
}

fn known(roster: &Roster) -> Vec<String> {
    roster
        .people
        .iter()
        .flat_map(|(id, person)| std::iter::once(id.0.clone()).chain(person.roles.iter().cloned()))
        .collect()
}

/// Whose it is. Without a roster any word will do.
pub(super) fn owner(project: &Project, word: Option<&Text>, findings: &mut Findings<'_>) -> Option<String> {
    let word = word?;
    if project.roster.is_some() {
        who(project, word, findings)?;
    }
    Some(word.value.clone())
}

/// Who is mailed when a stage finishes.
pub(super) fn handover(project: &Project, word: Option<&Text>, findings: &mut Findings<'_>) -> Handover {
    match word {
        None => Handover::NextShift,
        Some(word) if word.value == "next_shift" => Handover::NextShift,
        Some(word) if word.value == "none" => Handover::None,
        Some(word) => match who(project, word, findings) {
            Some(Approver::Role(role)) => Handover::Role(role),
            Some(Approver::Person(person)) => Handover::Person(person.0),
            None => Handover::None,
        },
    }
}

/// The moment of a deadline: a day of the month after the accounting month (its last one where it has no such day), or
/// the accounting month's own last day; without a time the end of that day.
pub(super) fn moment(
    project: &Project,
    month: Month,
    deadline: &Deadline,
    findings: &mut Findings<'_>,
) -> Option<Timestamp> {
    let date = match deadline.day {
        DeadlineDay::Last => month.last_day(),
        DeadlineDay::Of(day @ 1..=31) => {
            let last = month.next().last_day();
            let day = i8::try_from(day).unwrap_or(last.day()).min(last.day());
            month.next().first().saturating_add(i64::from(day - 1).days())
        }
        DeadlineDay::Of(day) => {
            findings.error(deadline.span, msg!("plan-deadline-day", day = u32::from(day)));
            return None;
        }
    };
    let civil = match deadline.at {
        Some(time) => date.to_datetime(time),
        None => date.saturating_add(1.day()).to_datetime(jiff::civil::Time::midnight()),
    };
    civil.to_zoned(project.zone.clone()).ok().map(|zoned| zoned.timestamp())
}
