//! Changes in words, one line each; what is the same for many steps is one line for all of them.

use super::text::{first_difference, joined};
use super::{Change, Facet, Place, Spot};
use crate::msg;
use crate::plan::Part;
use crate::words::{Explain, Msg, one_line};

/// The longest value that stands in a line, in characters.
const LONGEST: usize = 80;

/// From so many steps on, one line tells of all of them.
const MANY: usize = 4;

/// A line for every change.
pub fn tell(changes: &[Change]) -> Vec<Msg> {
    let mut lines = Vec::new();
    for (number, change) in changes.iter().enumerate() {
        let steps: Vec<&String> = changes.iter().filter_map(|other| same(change, other)).collect();
        if steps.len() < MANY {
            lines.push(change.explain());
        } else if !changes[..number].iter().any(|other| same(change, other).is_some()) {
            lines.extend(many(change, &steps));
        }
    }
    lines
}

/// The step to which `other` does what `change` does to its own.
fn same<'c>(change: &Change, other: &'c Change) -> Option<&'c String> {
    match (change, other) {
        (
            Change::Edited { place: Place::Step(_), facet: one, from: was, to: is },
            Change::Edited { place: Place::Step(step), facet, from, to },
        ) => ((one, was, is) == (facet, from, to)).then_some(step),
        _ => None,
    }
}

/// One line for all of these steps.
fn many(change: &Change, steps: &[&String]) -> Option<Msg> {
    let Change::Edited { facet, from, to, .. } = change else { return None };
    let place = msg!("diff-steps", count = steps.len(), steps = one_line(&joined(steps), LONGEST));
    Some(edited(place, *facet, from.as_deref(), to.as_deref()))
}

impl Explain for Change {
    fn explain(&self) -> Msg {
        match self {
            Change::StageAdded { stage, steps } => {
                msg!("diff-stage-added", stage = stage, steps = *steps)
            }
            Change::StageRemoved { stage, steps } => {
                msg!("diff-stage-removed", stage = stage, steps = *steps)
            }
            Change::StageRenamed { stage, from } => msg!("diff-renamed", from = from, to = stage),
            Change::StepAdded(spot) => {
                msg!("diff-step-added", stage = &spot.stage, name = &spot.name, what = what(spot))
            }
            Change::StepRemoved(spot) => {
                msg!("diff-step-removed", stage = &spot.stage, name = &spot.name, what = what(spot))
            }
            Change::StepRenamed { stage, name, from } => {
                msg!("diff-renamed", from = format!("{stage}/{from}"), to = format!("{stage}/{name}"))
            }
            Change::StepMoved { step, from: Part::Level(from), to: Part::Level(to) } => {
                msg!("diff-level", step = step, from = *from, to = *to)
            }
            Change::StepMoved { step, from, to } => {
                msg!("diff-moved", step = step, from = part(*from), to = part(*to))
            }
            Change::StepRestaged { step, stage, from, to } => {
                let from = msg!("diff-in-stage", stage = stage, part = part(*from));
                msg!("diff-moved", step = step, from = from, to = part(*to))
            }
            Change::Order { stage, part: where_, steps } => {
                msg!("diff-order", stage = stage, part = part(*where_), steps = joined(steps))
            }
            Change::Added { place } => msg!("diff-added", place = place.explain()),
            Change::Removed { place } => msg!("diff-removed", place = place.explain()),
            Change::Edited { place, facet, from, to } => {
                edited(place.explain(), *facet, from.as_deref(), to.as_deref())
            }
            Change::File { path, line, steps } => {
                let steps = one_line(&joined(steps), 200);
                msg!("diff-file", path = path, line = *line, steps = steps)
            }
        }
    }
}

impl Explain for Place {
    fn explain(&self) -> Msg {
        match self {
            Place::Runbook(name) | Place::Stage(name) | Place::Step(name) => msg!("diff-name", name = name),
            Place::Parameter(name) => msg!("diff-parameter", name = name),
            Place::Connection(name) => msg!("diff-connection", name = name),
            Place::Platform(name) => msg!("diff-platform", name = name),
            Place::Settings => msg!("diff-settings"),
            Place::Roster => msg!("diff-roster"),
            Place::Person(name) => msg!("diff-person", name = name),
            Place::Shift(name) => msg!("diff-shift", name = name),
            Place::RotaDay(date) => msg!("diff-rota-day", date = date),
        }
    }
}

fn part(part: Part) -> Msg {
    match part {
        Part::Ready => msg!("diff-ready"),
        Part::Level(number) => msg!("plan-show-level", number = number),
        Part::Verify => msg!("diff-verify"),
    }
}

/// `level 3, flow on yt`.
fn what(spot: &Spot) -> Msg {
    let (level, kind) = (part(spot.level), Msg::word("plan-kind", spot.kind));
    match &spot.platform {
        Some(platform) => msg!("diff-what-on", part = level, kind = kind, platform = platform),
        None => msg!("diff-what", part = level, kind = kind),
    }
}

/// A value as it was and as it is; of long ones the line that is different.
fn edited(place: Msg, facet: Facet, from: Option<&str>, to: Option<&str>) -> Msg {
    let name = Msg::word("diff-facet", facet.word());
    if from.is_none() && to.is_none() {
        return msg!("diff-changed", place = place, facet = name);
    }
    match (facet, from, to) {
        (Facet::Skip, None, Some(reason)) => {
            return msg!("diff-skipped", place = place, reason = one_line(reason, LONGEST));
        }
        (Facet::Skip, Some(_), None) => return msg!("diff-not-skipped", place = place),
        _ => {}
    }
    let (was, is) = (from.unwrap_or(""), to.unwrap_or(""));
    let long = |text: &str| text.trim_end().contains('\n') || text.chars().count() > LONGEST;
    if from.is_some() && to.is_some() && (long(was) || long(is)) {
        let (line, was, is) = first_difference(was, is);
        let (was, is) = around(was, is);
        return msg!("diff-changed-line", place = place, facet = name, line = line, from = was, to = is);
    }
    msg!("diff-edited", place = place, facet = name, from = value(from), to = value(to))
}

fn value(text: Option<&str>) -> Msg {
    match text {
        Some(text) => msg!("diff-value", value = one_line(text, LONGEST)),
        None => msg!("diff-none"),
    }
}

/// Two lines as far as they are shown: what they begin with alike is left out when they are long.
fn around(was: &str, is: &str) -> (String, String) {
    let same = was.chars().zip(is.chars()).take_while(|(one, other)| one == other).count();
    let skip =
        if was.chars().count().max(is.chars().count()) > LONGEST { same.saturating_sub(20) } else { 0 };
    let cut = |text: &str| {
        let tail: String = text.chars().skip(skip).collect();
        one_line(&if skip > 0 { format!("…{tail}") } else { tail }, LONGEST)
    };
    (cut(was), cut(is))
}
