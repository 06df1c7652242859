//! What is different between two projects: people and when they are on, connections, platforms, the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use super::facets::{Facet, Facets, compare, present};
use super::text::joined;
use super::{Change, Place};
use crate::id::PersonId;
use crate::plan::project::{Platform, Project};
use crate::plan::roster::{Person, Roster};

/// What is different in `after`. Addresses, commands and secrets are compared, not shown.
pub fn projects(before: &Project, after: &Project) -> Vec<Change> {
    let mut changes = Vec::new();
    compare(&Place::Settings, settings(before), settings(after), &mut changes);
    let connection = |_: &str, value: &dyn Debug| defined(value);
    named(
        &as_debug(&before.connections),
        &as_debug(&after.connections),
        |name| Place::Connection(name.to_owned()),
        |name, value| connection(name, *value),
        &mut changes,
    );
    named(
        &before.platforms,
        &after.platforms,
        |name| Place::Platform(name.to_owned()),
        |_, platform| platform_values(platform),
        &mut changes,
    );
    match (&before.roster, &after.roster) {
        (Some(before), Some(after)) => rosters(before, after, &mut changes),
        (None, Some(_)) => changes.push(Change::Added { place: Place::Roster }),
        (Some(_), None) => changes.push(Change::Removed { place: Place::Roster }),
        (None, None) => {}
    }
    changes
}

fn as_debug<T: Debug>(values: &BTreeMap<String, T>) -> BTreeMap<String, &dyn Debug> {
    values.iter().map(|(name, value)| (name.clone(), value as &dyn Debug)).collect()
}

/// All of a value, for comparing only.
fn defined(value: &dyn Debug) -> Facets {
    present([(Facet::Definition, Some(format!("{value:?}")))])
}

fn settings(project: &Project) -> Facets {
    present([
        (Facet::Zone, project.zone.iana_name().map(str::to_owned)),
        (Facet::Language, project.language.map(|language| format!("{language:?}").to_lowercase())),
        (Facet::Store, Some(format!("{:?}", project.store))),
        (Facet::Mail, project.mail.as_ref().map(|mail| format!("{mail:?}"))),
    ])
}

fn platform_values(platform: &Platform) -> Facets {
    let mut values = defined(&platform.actions);
    values.extend(present([
        (Facet::Connection, platform.connection.clone()),
        (Facet::Limit, platform.limit.map(|limit| limit.to_string())),
        (Facet::Encoding, platform.encoding.clone()),
    ]));
    values
}

/// Compares two families of things by their names.
fn named<T>(
    before: &BTreeMap<String, T>,
    after: &BTreeMap<String, T>,
    place: impl Fn(&str) -> Place,
    values: impl Fn(&str, &T) -> Facets,
    changes: &mut Vec<Change>,
) {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        match (before.get(name), after.get(name)) {
            (Some(was), Some(is)) => compare(&place(name), values(name, was), values(name, is), changes),
            (None, _) => changes.push(Change::Added { place: place(name) }),
            (_, None) => changes.push(Change::Removed { place: place(name) }),
        }
    }
}

fn rosters(before: &Roster, after: &Roster, changes: &mut Vec<Change>) {
    let people = |roster: &Roster| -> BTreeMap<String, Person> {
        roster.people.iter().map(|(id, person)| (id.0.clone(), person.clone())).collect()
    };
    named(
        &people(before),
        &people(after),
        |name| Place::Person(name.to_owned()),
        |_, person| of_person(person),
        changes,
    );
    named(
        &shifts(before),
        &shifts(after),
        |name| Place::Shift(name.to_owned()),
        |_, values| values.clone(),
        changes,
    );
    named(
        &days(before),
        &days(after),
        |name| Place::RotaDay(name.to_owned()),
        |_, values| values.clone(),
        changes,
    );
    let fallback = |roster: &Roster| present([(Facet::Fallback, filled(&roster.fallback))]);
    compare(&Place::Roster, fallback(before), fallback(after), changes);
}

fn of_person(person: &Person) -> Facets {
    let roles: Vec<&String> = person.roles.iter().collect();
    let deputies: Vec<PersonId> = person.stands_in_for.iter().cloned().collect();
    present([
        (Facet::Name, Some(person.name.clone())),
        (Facet::Email, person.email.clone()),
        (Facet::OsUser, person.os_user.clone()),
        (Facet::Roles, (!roles.is_empty()).then(|| joined(&roles))),
        (Facet::StandsInFor, filled(&deputies)),
    ])
}

fn filled(people: &[PersonId]) -> Option<String> {
    (!people.is_empty()).then(|| listed(people))
}

fn listed(people: &[PersonId]) -> String {
    joined(&people.iter().map(|person| person.0.as_str()).collect::<Vec<_>>())
}

/// Shifts with their hours and their turns.
fn shifts(roster: &Roster) -> BTreeMap<String, Facets> {
    let of = |name: &String| {
        let hours = roster
            .shifts
            .get(name)
            .map(|shift| format!("{}-{}", shift.from.strftime("%H:%M"), shift.to.strftime("%H:%M")));
        let turns: Vec<String> = roster
            .cycles
            .iter()
            .filter(|cycle| cycle.shift == *name)
            .map(|cycle| {
                let days: Vec<String> = cycle.days.iter().map(|day| format!("[{}]", listed(day))).collect();
                format!("{}: {}", cycle.starts, joined(&days))
            })
            .collect();
        present([(Facet::Hours, hours), (Facet::Rota, (!turns.is_empty()).then(|| turns.join("\n")))])
    };
    roster.shifts.keys().map(|name| (name.clone(), of(name))).collect()
}

/// The days on which somebody else is on.
fn days(roster: &Roster) -> BTreeMap<String, Facets> {
    let of = |shifts: &BTreeMap<String, Vec<PersonId>>| {
        let shifts: Vec<String> =
            shifts.iter().map(|(shift, people)| format!("{shift}: [{}]", listed(people))).collect();
        present([(Facet::Rota, Some(joined(&shifts)))])
    };
    roster.overrides.iter().map(|(date, shifts)| (date.to_string(), of(shifts))).collect()
}
