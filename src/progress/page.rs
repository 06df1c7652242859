//! Who reads, and when: language, zone, clock, size, and what people are called.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::id::PersonId;
use crate::plan::{Field, Gate, GateKind, Part};
use crate::run::By;
use crate::time::show_duration;
use crate::words::{self, Lang, Msg};

/// What a screen or a table is made for.
#[derive(Debug, Clone)]
pub struct Page {
    /// The language.
    pub lang: Lang,
    /// Times are shown in it.
    pub zone: TimeZone,
    /// The present instant.
    pub now: Timestamp,
    /// Columns.
    pub cols: u16,
    /// Rows; tables take as many as they need.
    pub rows: u16,
    /// What people are called, by id.
    pub people: Arc<BTreeMap<PersonId, String>>,
}

impl Page {
    /// A page of 80 columns and 24 rows that knows nobody by name.
    pub fn new(lang: Lang, zone: TimeZone, now: Timestamp) -> Self {
        Page { lang, zone, now, cols: 80, rows: 24, people: Arc::default() }
    }

    /// A sentence.
    pub fn say(&self, msg: &Msg) -> String {
        words::render(self.lang, msg)
    }

    /// The word of a family for something: `word("step-status", "running")`.
    pub fn word(&self, family: &str, word: &str) -> String {
        words::show(self.lang, &format!("{family}-{word}"), &[])
    }

    /// `03:12:07`.
    pub fn clock(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%H:%M:%S").to_string()
    }

    /// `11-02 03:12`.
    pub fn moment(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%m-%d %H:%M").to_string()
    }

    /// The local day of an instant.
    pub fn day(&self, at: Timestamp) -> jiff::civil::Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// How long it is from `from` to `to`, or to now.
    pub fn span(&self, from: Timestamp, to: Option<Timestamp>) -> String {
        let span = to.unwrap_or(self.now).duration_since(from);
        show_duration(span.try_into().unwrap_or_default())
    }

    /// `张伟 (zhang.wei)`, or the id where nothing else is known.
    pub fn person(&self, id: &PersonId) -> String {
        match self.people.get(id) {
            Some(name) if *name != id.0 => format!("{name} ({id})"),
            _ => id.to_string(),
        }
    }

    /// Who answers for something, whose hand it was, and whether it was only played.
    pub fn by(&self, by: &By) -> String {
        let mut text = self.person(&by.by);
        if let Some(hand) = &by.hand {
            text = self.say(&crate::msg!("term-by-hand", person = text, hand = self.person(hand)));
        }
        if by.played {
            text = self.say(&crate::msg!("term-by-played", person = text));
        }
        text
    }

    /// `level 3`, `ready`, `verify`.
    pub fn part(&self, part: Part) -> String {
        self.say(&match part {
            Part::Ready => crate::msg!("term-part-ready"),
            Part::Level(number) => crate::msg!("term-part-level", number = number),
            Part::Verify => crate::msg!("term-part-verify"),
        })
    }

    /// What a field of a form is called: those of every notice have words, others their own name.
    pub fn field(&self, gate: &Gate, field: &Field) -> String {
        let id = match (gate.kind, field.name.as_str()) {
            (GateKind::Notice, "who") => "term-field-who",
            (GateKind::Notice, "channel") => "term-field-channel",
            (GateKind::Notice, "told_at") => "term-field-told-at",
            _ => return field.name.clone(),
        };
        words::show(self.lang, id, &[])
    }
}

/// `text` as one word of a shell, quoted where a shell would read more than a word in it.
pub fn shell_word(text: &str) -> String {
    let safe = |c: char| {
        c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '#' | ':' | '@' | '%' | '+' | '=' | ',')
    };
    if !text.is_empty() && text.chars().all(safe) && !text.starts_with(['#', '-', '=']) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_into_a_shell_is_one_word() {
        assert_eq!(shell_word("dwd-month/stations-南京#confirm"), "dwd-month/stations-南京#confirm");
        assert_eq!(shell_word("a/s-$(reboot) it's"), r"'a/s-$(reboot) it'\''s'");
        assert_eq!(shell_word(""), "''");
    }

    #[test]
    fn people_are_called_by_name_and_id() {
        let zone = TimeZone::UTC;
        let mut page = Page::new(Lang::En, zone, Timestamp::UNIX_EPOCH);
        page.people = Arc::new(BTreeMap::from([(PersonId("zhang.wei".into()), "张伟".into())]));
        assert_eq!(page.person(&PersonId("zhang.wei".into())), "张伟 (zhang.wei)");
        assert_eq!(page.person(&PersonId("x".into())), "x");
        let by = By { by: PersonId("x".into()), hand: Some(PersonId("etla".into())), played: true };
        assert_eq!(page.by(&by), "x (typed by etla) [played]");
    }
}
