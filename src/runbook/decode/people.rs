//! Rosters and month files.

use super::stage::scalars;
use crate::runbook::grammar::parse;
use crate::runbook::model::{Agreed, MonthFile, MonthSkip, Person, Roster, RotaEntry, Shift};
use crate::runbook::yaml::{Node, Value};
use crate::time::Month;

/// A roster.
pub(in crate::runbook) fn roster(node: &Node) -> Roster {
    Roster {
        people: node.named("people", person),
        shifts: node.named("shifts", shift),
        rota: node.each("rota", rota),
        fallback: node.texts("fallback"),
    }
}

fn person(node: &Node) -> Option<Person> {
    matches!(node.value, Value::Map(_)).then(|| Person {
        name: node.text("name"),
        email: node.text("email"),
        os_user: node.text("os_user"),
        roles: node.texts("roles"),
        stands_in_for: node.texts("stands_in_for"),
    })
}

fn shift(node: &Node) -> Option<Shift> {
    Some(Shift { from: node.bare("from", parse::time)?, to: node.bare("to", parse::time)? })
}

fn rota(node: &Node) -> Option<RotaEntry> {
    if let Some(shift) = node.text("shift") {
        let starts = node.bare("starts", parse::date)?;
        let days = node.each("days", |day| Some(day.as_texts()));
        return Some(RotaEntry::Cycle { span: node.head(), shift, starts, days });
    }
    let date = node.bare("date", parse::date)?;
    let mut shifts = node.pairs(|people| Some(people.as_texts()));
    shifts.retain(|(key, _)| key.value != "date");
    Some(RotaEntry::Override { span: node.head(), date, shifts })
}

/// A month file.
pub(in crate::runbook) fn month(node: &Node, month: Month) -> MonthFile {
    MonthFile { month, params: node.named("params", scalars), skip: node.each("skip", skip) }
}

fn skip(node: &Node) -> Option<MonthSkip> {
    Some(MonthSkip {
        step: node.text("step")?,
        reason: node.text("reason")?,
        agreed: node.get("agreed").and_then(agreed),
    })
}

fn agreed(node: &Node) -> Option<Agreed> {
    Some(Agreed { who: node.text("who")?, channel: node.text("channel"), told_at: node.text("told_at") })
}
