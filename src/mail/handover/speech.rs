//! Words of a letter: people, times and sentences in its language, everything from outside as one clean line.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::plan::roster::Roster;
use crate::plan::{Approver, Gate, NodeId, Votes};
use crate::run::{By, Mark, RunState};
use crate::time::show_duration;
use crate::words::{Arg, Lang, Msg, one_line, render, show};

/// Longest name or title.
const TITLE: usize = 120;
/// Longest reason, note or failure.
const TEXT: usize = 600;

/// How a letter speaks.
#[derive(Clone, Copy)]
pub(super) struct Speech<'a> {
    pub(super) lang: Lang,
    pub(super) zone: &'a TimeZone,
    pub(super) roster: Option<&'a Roster>,
}

impl Speech<'_> {
    /// The language as HTML wants it.
    pub(super) fn tag(&self) -> &'static str {
        match self.lang {
            Lang::En => "en",
            Lang::Zh => "zh-CN",
        }
    }

    /// A sentence of the catalogue.
    pub(super) fn say(&self, id: &str, args: &[(&str, Arg)]) -> String {
        show(self.lang, id, args)
    }

    /// A message of another room.
    pub(super) fn render(&self, msg: &Msg) -> String {
        clean(&render(self.lang, msg))
    }

    /// A status word.
    pub(super) fn word(&self, family: &str, word: &str) -> String {
        show(self.lang, &format!("{family}-{word}"), &[])
    }

    /// `2026-11-02 03:05`.
    pub(super) fn date_time(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// `11-02 03:05`.
    pub(super) fn short(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%m-%d %H:%M").to_string()
    }

    /// `Asia/Shanghai`, or the offset of a zone without a name.
    pub(super) fn zone_name(&self) -> String {
        self.zone.iana_name().map_or_else(
            || Timestamp::UNIX_EPOCH.to_zoned(self.zone.clone()).strftime("%:z").to_string(),
            str::to_owned,
        )
    }

    /// A person's name.
    pub(super) fn person(&self, id: &crate::id::PersonId) -> String {
        let known = self.roster.and_then(|roster| roster.people.get(id));
        label(known.map_or(id.0.as_str(), |person| &person.name))
    }

    /// Who did it, whose hand it was, and whether it was played.
    pub(super) fn who(&self, by: &By) -> String {
        let name = self.person(&by.by);
        let acted = match &by.hand {
            Some(hand) => {
                let hand = self.person(hand);
                self.say("mail-by-hand", &[("name", name.into()), ("hand", hand.into())])
            }
            None => name,
        };
        if by.played { format!("{acted} [{}]", self.say("mail-played", &[])) } else { acted }
    }

    /// Who, when, why.
    pub(super) fn mark(&self, mark: &Mark) -> Vec<String> {
        let who = mark.by.as_ref().map(|by| self.who(by));
        let head = [who, Some(self.short(mark.at))].into_iter().flatten().collect::<Vec<_>>().join("  ");
        let reason = clean(&mark.reason);
        let why = (!reason.is_empty()).then(|| self.say("mail-why", &[("why", reason.into())]));
        std::iter::once(head).chain(why).collect()
    }

    /// That something was done after its deadline, and by how much.
    pub(super) fn late(&self, due: Timestamp, done: Option<Timestamp>) -> Option<String> {
        let done = done.filter(|done| *done > due)?;
        let args = [("at", self.short(due).into()), ("by", span(due, done).into())];
        Some(self.say("mail-done-late", &args))
    }

    /// A deadline: to come, or passed and by how much.
    pub(super) fn deadline(&self, due: Timestamp, now: Timestamp) -> String {
        match due < now {
            true => {
                let args = [("at", self.short(due).into()), ("by", span(due, now).into())];
                self.say("mail-deadline-passed", &args)
            }
            false => self.say("mail-deadline", &[("at", self.short(due).into())]),
        }
    }

    /// Whom a gate asks.
    pub(super) fn asked(&self, gate: &Gate) -> String {
        if gate.approvers.is_empty() {
            return self.say("mail-any-operator", &[]);
        }
        let names: Vec<String> = gate.approvers.iter().map(|approver| self.approver(approver)).collect();
        names.join(&self.say("mail-and", &[]))
    }

    fn approver(&self, approver: &Approver) -> String {
        match approver {
            Approver::Person(id) => self.person(id),
            Approver::Role(role) => {
                let people = self.roster.iter().flat_map(|roster| roster.people.values());
                let names: Vec<String> = people
                    .filter(|person| person.roles.contains(role))
                    .map(|person| label(&person.name))
                    .collect();
                if names.is_empty() {
                    return label(role);
                }
                let names = names.join(&self.say("mail-and", &[]));
                self.say("mail-role", &[("role", label(role).into()), ("names", names.into())])
            }
        }
    }

    /// How many answers there are of how many; nothing where one is enough.
    pub(super) fn votes(&self, run: &RunState, id: NodeId, gate: &Gate) -> Option<String> {
        let given = &run.step(id).decisions;
        if !gate.each.is_empty() {
            let open: Vec<String> = unanswered(run, id, gate).map(label).collect();
            let list = open.join(&self.say("mail-and", &[]));
            return Some(self.say("mail-each-open", &[("count", open.len().into()), ("list", list.into())]));
        }
        let total = gate.votes.total();
        let wants_more = total > 1 || matches!(gate.votes, Votes::ByRole(_));
        wants_more.then(|| self.say("mail-votes", &[("given", given.len().into()), ("total", total.into())]))
    }
}

/// Text from outside.
pub(super) fn clean(text: &str) -> String {
    one_line(text, TEXT)
}

/// A title or name from outside.
pub(super) fn label(text: &str) -> String {
    one_line(text, TITLE)
}

/// A name with its title, where it has another one.
pub(super) fn named(name: &str, title: &str) -> String {
    let (name, title) = (label(name), label(title));
    if title.is_empty() || name == title { name } else { format!("{name}  {title}") }
}

/// `1h 53m`.
pub(super) fn span(from: Timestamp, to: Timestamp) -> String {
    show_duration(std::time::Duration::try_from(to.duration_since(from)).unwrap_or_default())
}

/// What a gate asks: as it was last rendered, else its title, else as it is written.
pub(super) fn ask(run: &RunState, id: NodeId, gate: &Gate) -> String {
    let node = run.plan().node(id);
    let asked = run.step(id).asked.as_deref();
    label(asked.or(node.title.as_deref()).unwrap_or(&gate.ask.0))
}

/// Values of `each` for which nobody has answered.
pub(super) fn unanswered<'a>(
    run: &'a RunState,
    id: NodeId,
    gate: &'a Gate,
) -> impl Iterator<Item = &'a str> + 'a {
    let given = &run.step(id).decisions;
    let open = |value: &&String| !given.iter().any(|one| one.decision.value.as_ref() == Some(*value));
    gate.each.iter().filter(open).map(String::as_str)
}

/// A step as it is typed in a command.
pub(super) fn typed(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '#');
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}
