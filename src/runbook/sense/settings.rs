//! What makes no sense in settings, rosters and month files.

use super::{Doubles, shown};
use crate::msg;
use crate::runbook::model::{ActionKind, Means, MonthFile, Platform, Roster, RotaEntry, Settings, Text};
use crate::runbook::problem::{Problem, meant};
use crate::words::Msg;

/// What makes no sense in settings.
pub(in crate::runbook) fn settings(settings: &Settings, problems: &mut Vec<Problem>) {
    let connections: Vec<&str> = settings.connections.iter().map(|(name, _)| name.value.as_str()).collect();
    for (name, platform) in &settings.platforms {
        if let Some(connection) = &platform.connection {
            known(connection, &connections, problems, |name| msg!("problem-unknown-connection", name = name));
        }
        self::platform(name, platform, problems);
    }
}

fn platform(name: &Text, platform: &Platform, problems: &mut Vec<Problem>) {
    let action = |kind| platform.flow.iter().find(|(known, _)| known.value == kind);
    if let Some((submit, _)) = action(ActionKind::Submit)
        && action(ActionKind::Poll).is_none()
    {
        problems.push(Problem::error(submit.span, msg!("problem-submit-without-poll")));
    }
    if let Some((poll, looks)) = action(ActionKind::Poll)
        && looks.succeeded.is_none()
    {
        problems.push(Problem::error(poll.span, msg!("problem-poll-without-succeeded")));
    }
    let sql = platform.flow.iter().find(|(_, action)| matches!(action.means, Means::Sql(_)));
    if let Some((kind, _)) = sql.filter(|_| platform.connection.is_none()) {
        let message = msg!("problem-platform-without-connection", name = shown(name));
        problems.push(Problem::error(kind.span, message));
    }
}

/// What makes no sense in a roster.
pub(in crate::runbook) fn roster(roster: &Roster, problems: &mut Vec<Problem>) {
    let people: Vec<&str> = roster.people.iter().map(|(name, _)| name.value.as_str()).collect();
    let shifts: Vec<&str> = roster.shifts.iter().map(|(name, _)| name.value.as_str()).collect();
    let mut on_duty: Vec<&Text> = roster.fallback.iter().collect();
    on_duty.extend(roster.people.iter().flat_map(|(_, person)| &person.stands_in_for));
    let mut named_shifts = Vec::new();
    for entry in &roster.rota {
        match entry {
            RotaEntry::Cycle { shift, days, .. } => {
                named_shifts.push(shift);
                on_duty.extend(days.iter().flatten());
            }
            RotaEntry::Override { shifts, .. } => {
                named_shifts.extend(shifts.iter().map(|(shift, _)| shift));
                on_duty.extend(shifts.iter().flat_map(|(_, people)| people));
            }
        }
    }
    for person in on_duty {
        known(person, &people, problems, |name| msg!("problem-unknown-person", name = name));
    }
    for shift in named_shifts {
        known(shift, &shifts, problems, |name| msg!("problem-unknown-shift", name = name));
    }
}

/// What makes no sense in a month file.
pub(in crate::runbook) fn month(month: &MonthFile, problems: &mut Vec<Problem>) {
    let mut steps = Doubles::default();
    for skip in &month.skip {
        steps.note(&skip.step, skip.step.span, problems, |name| msg!("problem-doubled-skip", name = name));
    }
}

/// Tells a name that is not among those that are there, and what was probably meant.
fn known(name: &Text, there: &[&str], problems: &mut Vec<Problem>, say: impl Fn(String) -> Msg) {
    if there.contains(&name.as_str()) {
        return;
    }
    let problem = Problem::error(name.span, say(shown(name)));
    problems.push(match meant(name, there.iter().copied()) {
        Some(word) => problem.help(msg!("help-problem-meant", word = word)),
        None if there.is_empty() => problem,
        None => problem.help(msg!("help-problem-known-names", names = listed(there))),
    });
}

/// The first names of a list.
fn listed(names: &[&str]) -> String {
    let mut words: Vec<&str> = names.iter().take(20).copied().collect();
    words.extend((names.len() > 20).then_some("…"));
    words.join(", ")
}
