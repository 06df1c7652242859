//! To whom the letter of a `mail:` step goes at a given moment.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::roster::Roster;
use super::{Recipient, Template};
use crate::id::PersonId;
use crate::msg;
use crate::words::{Explain, Msg, one_line};

/// Why a letter has nowhere to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unaddressed {
    /// Neither a role, nor a person, nor an address.
    Unknown(String),
    /// A person without an address.
    NoAddress(String),
    /// A role that nobody has, a shift with nobody in it.
    Nobody(String),
    /// The name could not be put together.
    Template(Msg),
}

impl Explain for Unaddressed {
    fn explain(&self) -> Msg {
        match self {
            Unaddressed::Unknown(name) => msg!("plan-mail-unknown", name = one_line(name, 100)),
            Unaddressed::NoAddress(name) => msg!("plan-mail-no-address", name = one_line(name, 100)),
            Unaddressed::Nobody(name) => msg!("plan-mail-nobody", name = one_line(name, 100)),
            Unaddressed::Template(why) => why.clone(),
        }
    }
}

/// The addresses of all of `to`, each once, in their order.
pub fn addresses(
    to: &[Recipient],
    roster: Option<&Roster>,
    at: Timestamp,
    zone: &TimeZone,
    render: impl Fn(&Template) -> Result<String, Msg>,
) -> Result<Vec<String>, Unaddressed> {
    let mut all: Vec<String> = Vec::new();
    let nobody = Roster::default();
    let roster = roster.unwrap_or(&nobody);
    for recipient in to {
        let found = match recipient {
            Recipient::NextShift => of(roster, &roster.next_shift(at, zone), "next_shift")?,
            Recipient::Role(role) => of(roster, &roster.people_with(role), role)?,
            Recipient::Person(person) => of(roster, std::slice::from_ref(person), &person.0)?,
            Recipient::Text(template) => {
                let text = render(template).map_err(Unaddressed::Template)?;
                written(roster, &text, at, zone)?
            }
        };
        for address in found {
            if !all.contains(&address) {
                all.push(address);
            }
        }
    }
    if all.is_empty() { Err(Unaddressed::Nobody(String::new())) } else { Ok(all) }
}

/// Names and addresses as a value holds them, with commas between them.
fn written(roster: &Roster, text: &str, at: Timestamp, zone: &TimeZone) -> Result<Vec<String>, Unaddressed> {
    let mut all = Vec::new();
    for word in text.split([',', '，']).map(str::trim).filter(|word| !word.is_empty()) {
        let person = PersonId(word.to_owned());
        if is_address(word) {
            all.push(word.to_owned());
        } else if word == "next_shift" {
            all.extend(of(roster, &roster.next_shift(at, zone), word)?);
        } else if roster.people.contains_key(&person) {
            all.extend(of(roster, &[person], word)?);
        } else if roster.has_role(word) {
            all.extend(of(roster, &roster.people_with(word), word)?);
        } else {
            return Err(Unaddressed::Unknown(word.to_owned()));
        }
    }
    Ok(all)
}

fn of(roster: &Roster, people: &[PersonId], what: &str) -> Result<Vec<String>, Unaddressed> {
    if people.is_empty() {
        return Err(Unaddressed::Nobody(what.to_owned()));
    }
    let address = |id: &PersonId| {
        let person = roster.people.get(id).ok_or_else(|| Unaddressed::Unknown(id.0.clone()))?;
        person.email.clone().ok_or_else(|| Unaddressed::NoAddress(id.0.clone()))
    };
    people.iter().map(address).collect()
}

/// One address and nothing else.
fn is_address(text: &str) -> bool {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"<>()[],;:\\\"".contains(c);
    let halves = text
        .split_once('@')
        .is_some_and(|(left, right)| !left.is_empty() && !right.is_empty() && !right.contains('@'));
    halves && text.len() <= 254 && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::roster::Person;

    fn roster() -> Roster {
        let person = |id: &str, email: Option<&str>, role: &str| {
            let roles = [role.to_owned()].into();
            let person = Person { email: email.map(str::to_owned), roles, ..Person::default() };
            (PersonId(id.to_owned()), person)
        };
        let people = [
            person("li.na", Some("li@x"), "liaison"),
            person("chen", None, "silent"),
            person("wang", Some("wang@x"), "liaison"),
        ];
        Roster { people: people.into(), fallback: vec![PersonId("wang".to_owned())], ..Roster::default() }
    }

    fn found(to: &[Recipient]) -> Result<Vec<String>, Unaddressed> {
        let render = |template: &Template| Ok(template.0.clone());
        addresses(to, Some(&roster()), Timestamp::UNIX_EPOCH, &TimeZone::UTC, render)
    }

    #[test]
    fn roles_people_addresses_and_the_next_shift_are_addresses() {
        let text = |text: &str| Recipient::Text(Template(text.to_owned()));
        let role = Recipient::Role("liaison".to_owned());
        assert_eq!(found(&[role, Recipient::NextShift, text("a@b")]).unwrap(), ["li@x", "wang@x", "a@b"]);
        assert_eq!(found(&[text("wang, c@d，liaison")]).unwrap(), ["wang@x", "c@d", "li@x"]);
        assert_eq!(found(&[text("next_shift")]).unwrap(), ["wang@x"]);
    }

    #[test]
    fn nobody_is_left_out_in_silence() {
        let text = |text: &str| found(&[Recipient::Text(Template(text.to_owned()))]);
        assert_eq!(text("nobody"), Err(Unaddressed::Unknown("nobody".to_owned())));
        assert_eq!(text("wang, chen"), Err(Unaddressed::NoAddress("chen".to_owned())));
        assert_eq!(text(" "), Err(Unaddressed::Nobody(String::new())));
        let unknown = "a@b\r\nBcc: c@d";
        assert_eq!(text(unknown), Err(Unaddressed::Unknown(unknown.to_owned())));
        let role = Recipient::Role("gone".to_owned());
        assert_eq!(found(&[role]), Err(Unaddressed::Nobody("gone".to_owned())));
    }
}
