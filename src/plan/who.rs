//! Who acts: the operating system's user matched to the roster, `--as` only where the roster allows it.

use std::collections::BTreeSet;

use super::project::Project;
use super::roster::{Person, Roster};
use crate::id::{PersonId, is_name};
use crate::msg;
use crate::runbook::problem::meant;
use crate::runbook::text::visible;
use crate::words::{Explain, Msg};

/// The role of whoever may start, answer and steer runs.
pub const OPERATOR: &str = "operator";

/// The person who acts, and by whose hand when that is somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// In whose name it is done.
    pub person: PersonId,
    /// Who stands in: the operating system's user's own person.
    pub by_hand_of: Option<PersonId>,
}

/// Why somebody may look but not act.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{self:?}")]
pub enum Denied {
    /// The user is shared or unknown: `--as` is missing.
    MustSay {
        /// The operating system's user.
        os_user: String,
        /// Whom they may say.
        people: Vec<PersonId>,
    },
    /// The roster has nobody of that name.
    UnknownPerson {
        /// As given.
        name: String,
        /// Somebody with a name that is close.
        meant: Option<PersonId>,
    },
    /// The roster does not let this user act for that person.
    MayNot {
        /// The operating system's user.
        os_user: String,
        /// Whom they wanted to be.
        person: PersonId,
    },
}

impl Explain for Denied {
    fn explain(&self) -> Msg {
        match self {
            Denied::MustSay { os_user, people } => {
                let people: Vec<&str> = people.iter().map(|person| person.0.as_str()).collect();
                msg!("plan-who-must-say", user = visible(os_user, 64), people = people.join(", "))
            }
            Denied::UnknownPerson { name, meant: Some(meant) } => {
                msg!("plan-who-not-person-meant", name = visible(name, 64), meant = &meant.0)
            }
            Denied::UnknownPerson { name, meant: None } => {
                msg!("plan-who-not-person", name = visible(name, 64))
            }
            Denied::MayNot { os_user, person } => {
                msg!("plan-who-may-not", user = visible(os_user, 64), person = &person.0)
            }
        }
    }
}

impl Project {
    /// Who acts when the operating system's user `os_user` says `--as as_person`. Without a roster everyone is who they
    /// say they are.
    pub fn who(&self, os_user: &str, as_person: Option<&str>) -> Result<Actor, Denied> {
        let Some(roster) = &self.roster else {
            let own = PersonId(os_user.to_owned());
            return match as_person {
                None => Ok(Actor { person: own, by_hand_of: None }),
                Some(name) if name == os_user => Ok(Actor { person: own, by_hand_of: None }),
                Some(name) if is_name(name) => {
                    Ok(Actor { person: PersonId(name.to_owned()), by_hand_of: Some(own) })
                }
                Some(name) => Err(Denied::UnknownPerson { name: name.to_owned(), meant: None }),
            };
        };
        roster.who(os_user, as_person)
    }

    /// May this person start, answer and steer runs? Without a roster everyone may.
    pub fn may_operate(&self, person: &PersonId) -> bool {
        self.roster.as_ref().is_none_or(|roster| roster.may_operate(person))
    }
}

impl Roster {
    /// Who acts when the operating system's user `os_user` says `--as as_person`.
    pub fn who(&self, os_user: &str, as_person: Option<&str>) -> Result<Actor, Denied> {
        let sharing: Vec<&PersonId> = self
            .people
            .iter()
            .filter(|(_, person)| person.os_user.as_deref() == Some(os_user))
            .map(|(id, _)| id)
            .collect();
        let Some(name) = as_person else {
            return match sharing.as_slice() {
                [only] => Ok(Actor { person: (*only).clone(), by_hand_of: None }),
                _ => Err(Denied::MustSay { os_user: os_user.to_owned(), people: self.may_say(&sharing) }),
            };
        };
        let person = PersonId(name.to_owned());
        let Some(known) = self.people.get(&person) else {
            let ids = self.people.keys().map(|id| id.0.as_str());
            let meant = meant(name, ids).map(|id| PersonId(id.to_owned()));
            return Err(Denied::UnknownPerson { name: name.to_owned(), meant });
        };
        let stand_ins = || sharing.iter().filter(|own| self.stands_in(own, &person)).collect::<Vec<_>>();
        match sharing.as_slice() {
            [] => Ok(Actor { person, by_hand_of: None }),
            sharing if sharing.contains(&&person) => Ok(Actor { person, by_hand_of: None }),
            [own] if self.stands_in(own, &person) => {
                Ok(Actor { person, by_hand_of: Some((*own).clone()) })
            }
            // A shared user cannot say by whose hand, unless only one of those who share it could be meant.
            [_, _, ..] if known.os_user.is_none() || !stand_ins().is_empty() => {
                let by_hand_of = match stand_ins().as_slice() {
                    [only] => Some((**only).clone()),
                    _ => None,
                };
                Ok(Actor { person, by_hand_of })
            }
            _ => Err(Denied::MayNot { os_user: os_user.to_owned(), person }),
        }
    }

    /// Whom a user that is shared by `sharing` may name.
    fn may_say(&self, sharing: &[&PersonId]) -> Vec<PersonId> {
        let may = |id: &PersonId, person: &Person| {
            sharing.is_empty()
                || sharing.contains(&id)
                || person.os_user.is_none()
                || sharing.iter().any(|own| self.stands_in(own, id))
        };
        self.people.iter().filter(|(id, person)| may(id, person)).map(|(id, _)| id.clone()).collect()
    }

    fn stands_in(&self, own: &PersonId, person: &PersonId) -> bool {
        self.people.get(own).is_some_and(|own| own.stands_in_for.contains(person))
    }

    /// The roles of a person; none for somebody who is not in the roster.
    pub fn roles_of(&self, id: &PersonId) -> BTreeSet<String> {
        self.people.get(id).map(|person| person.roles.clone()).unwrap_or_default()
    }

    /// Everybody who has this role.
    pub fn people_with(&self, role: &str) -> Vec<PersonId> {
        let having = self.people.iter().filter(|(_, person)| person.roles.contains(role));
        having.map(|(id, _)| id.clone()).collect()
    }

    /// Does anybody have this role? Everybody may be an operator.
    pub fn has_role(&self, role: &str) -> bool {
        role == OPERATOR || self.people.values().any(|person| person.roles.contains(role))
    }

    /// May this person start, answer and steer runs: an operator, or somebody whose roles nobody wrote down?
    pub fn may_operate(&self, id: &PersonId) -> bool {
        self.people.get(id).is_some_and(|person| person.roles.is_empty() || person.roles.contains(OPERATOR))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster() -> Roster {
        let person = |id: &str, os_user: Option<&str>, roles: &[&str], stands_in_for: &[&str]| {
            let person = Person {
                name: id.to_owned(),
                os_user: os_user.map(str::to_owned),
                roles: roles.iter().map(|role| (*role).to_owned()).collect(),
                stands_in_for: stands_in_for.iter().map(|id| PersonId((*id).to_owned())).collect(),
                email: None,
            };
            (PersonId(id.to_owned()), person)
        };
        Roster {
            people: [
                person("zhang.wei", Some("zhangwei"), &["operator", "lead"], &[]),
                person("wang.fang", None, &["operator"], &[]),
                person("li.na", Some("lina"), &["operator"], &["wang.fang"]),
                person("a", Some("etla"), &[], &["zhang.wei"]),
                person("b", Some("etla"), &["dim-team"], &[]),
            ]
            .into(),
            ..Roster::default()
        }
    }

    #[test]
    fn a_user_is_one_person_or_says_who() {
        let table = [
            ("zhangwei", None, "zhang.wei"),
            ("zhangwei", Some("zhang.wei"), "zhang.wei"),
            ("zhangwei", Some("wang.fang"), "may not"),
            ("lina", Some("wang.fang"), "wang.fang by li.na"),
            ("lina", Some("zhang.wei"), "may not"),
            ("etla", None, "must say a b wang.fang zhang.wei"),
            ("etla", Some("b"), "b"),
            ("etla", Some("wang.fang"), "wang.fang"),
            ("etla", Some("zhang.wei"), "zhang.wei by a"),
            ("etla", Some("li.na"), "may not"),
            ("root", None, "must say a b li.na wang.fang zhang.wei"),
            ("root", Some("li.na"), "li.na"),
            ("root", Some("li.ma"), "unknown, li.na?"),
            ("root", Some("nobody"), "unknown"),
        ];
        for (user, name, expected) in table {
            let shown = match roster().who(user, name) {
                Ok(Actor { person, by_hand_of: None }) => person.0,
                Ok(Actor { person, by_hand_of: Some(own) }) => format!("{person} by {own}"),
                Err(Denied::MayNot { .. }) => "may not".to_owned(),
                Err(Denied::MustSay { people, .. }) => {
                    let people: Vec<String> = people.into_iter().map(|person| person.0).collect();
                    format!("must say {}", people.join(" "))
                }
                Err(Denied::UnknownPerson { meant: Some(meant), .. }) => format!("unknown, {meant}?"),
                Err(Denied::UnknownPerson { meant: None, .. }) => "unknown".to_owned(),
            };
            assert_eq!(shown, expected, "{user} --as {name:?}");
        }
    }

    #[test]
    fn operators_are_those_who_have_the_role_or_none_at_all() {
        let roster = roster();
        for (id, may) in [("zhang.wei", true), ("a", true), ("b", false), ("nobody", false)] {
            assert_eq!(roster.may_operate(&PersonId(id.to_owned())), may, "{id}");
        }
        assert_eq!(roster.people_with("lead"), [PersonId("zhang.wei".to_owned())]);
    }
}
