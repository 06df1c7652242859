//! The roster, with every person and shift in it found.

use std::collections::BTreeSet;

use super::findings::Findings;
use super::params::{harmless, person};
use super::project::check_name;
use crate::id::PersonId;
use crate::msg;
use crate::plan::roster::{Cycle, Person, Roster, Shift};
use crate::runbook::model::{self, RotaEntry, Text};
use crate::runbook::problem::Problem;

/// People whose references all resolve.
pub fn resolve_roster(written: &model::Roster, problems: &mut Vec<Problem>) -> Option<Roster> {
    let mut findings = Findings::new(problems);
    let mut roster = Roster::default();
    let ids: BTreeSet<&str> = written.people.iter().map(|(id, _)| id.value.as_str()).collect();
    let people = People { ids, findings: &mut findings };
    people.fill(written, &mut roster);
    if findings.failed() { None } else { Some(roster) }
}

struct People<'c, 'p> {
    ids: BTreeSet<&'c str>,
    findings: &'c mut Findings<'p>,
}

impl People<'_, '_> {
    fn fill(mut self, written: &model::Roster, roster: &mut Roster) {
        for (id, person) in &written.people {
            check_name(id, self.findings);
            roster.people.insert(PersonId(id.value.clone()), self.person(id, person));
        }
        for (name, shift) in &written.shifts {
            check_name(name, self.findings);
            roster.shifts.insert(name.value.clone(), Shift { from: shift.from, to: shift.to });
        }
        for entry in &written.rota {
            match entry {
                RotaEntry::Cycle { span, shift, starts, days } => {
                    self.shift(shift, roster);
                    if days.is_empty() {
                        self.findings.error(*span, msg!("plan-rota-empty"));
                        continue;
                    }
                    let days = days.iter().map(|day| self.all(day)).collect();
                    roster.cycles.push(Cycle { shift: shift.value.clone(), starts: *starts, days });
                }
                RotaEntry::Override { date, shifts, .. } => {
                    for (shift, people) in shifts {
                        self.shift(shift, roster);
                        let people = self.all(people);
                        roster.overrides.entry(*date).or_default().insert(shift.value.clone(), people);
                    }
                }
            }
        }
        roster.fallback = self.all(&written.fallback);
    }

    fn person(&mut self, id: &Text, person: &model::Person) -> Person {
        if let Some(email) = &person.email {
            let parts: Vec<&str> = email.split('@').collect();
            let good = parts.len() == 2
                && parts.iter().all(|part| !part.is_empty())
                && !email
                    .chars()
                    .any(|c| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | ','));
            if !good {
                self.findings.error(email.span, msg!("plan-email", text = harmless(email)));
            }
        }
        for role in &person.roles {
            check_name(role, self.findings);
            if matches!(role.as_str(), "starter" | "next_shift" | "none") {
                self.findings.error(role.span, msg!("plan-role-reserved", name = &role.value));
            }
        }
        Person {
            name: person.name.as_ref().unwrap_or(id).value.clone(),
            email: person.email.as_ref().map(|text| text.value.clone()),
            os_user: person.os_user.as_ref().map(|text| text.value.clone()),
            roles: person.roles.iter().map(|role| role.value.clone()).collect(),
            stands_in_for: self.all(&person.stands_in_for).into_iter().collect(),
        }
    }

    fn shift(&mut self, name: &Text, roster: &Roster) {
        if !roster.shifts.contains_key(&name.value) {
            let known = roster.shifts.keys().map(String::as_str);
            self.findings.unknown(name.span, msg!("plan-shift-unknown", name = harmless(name)), name, known);
        }
    }

    fn all(&mut self, words: &[Text]) -> Vec<PersonId> {
        for word in words.iter().filter(|word| !self.ids.contains(word.as_str())) {
            let message = msg!("plan-person-unknown", name = harmless(word));
            self.findings.unknown(word.span, message, word, self.ids.iter().copied());
        }
        words.iter().map(|word| person(word)).collect()
    }
}
