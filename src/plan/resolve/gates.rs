//! Gates: who is asked, whether they are enough, what they are shown and what they fill in.

use std::collections::{BTreeMap, BTreeSet};

use super::desk::Desk;
use super::each;
use super::params::{harmless, is_word};
use super::people::{moment, who};
use super::work::connection;
use crate::id::PersonId;
use crate::msg;
use crate::plan::roster::Roster;
use crate::plan::{Approver, Evidence, Excluded, Field, FieldKind, Gate, GateKind, NodeId, Votes, Work};
use crate::runbook::model::{self, ParamKind, Scalars, Text};

/// What a gate's node does.
pub(super) fn work(desk: &mut Desk<'_, '_, '_>, kind: GateKind, written: &model::Gate) -> Work {
    Work::Gate(gate(desk, kind, written))
}

/// The gate, with every person and step in it found.
fn gate(desk: &mut Desk<'_, '_, '_>, kind: GateKind, gate: &model::Gate) -> Gate {
    let project = desk.book.input.project;
    let ask = desk.text(&gate.ask);
    let show = gate.show.iter().filter_map(|piece| evidence(desk, piece)).collect();
    let mut form: Vec<Field> = gate.form.iter().filter_map(|written| field(desk, written)).collect();
    if kind == GateKind::Notice {
        add_notice_fields(&mut form);
    }
    let approvers: Vec<Approver> =
        gate.approvers.iter().flatten().filter_map(|word| who(project, word, desk.findings)).collect();
    let except: Vec<Excluded> = gate.except.iter().filter_map(|word| excluded(desk, word)).collect();
    let votes = votes(desk, &gate.votes);
    let each = if gate.each.is_empty() {
        Vec::new()
    } else {
        each::listed(desk.book, gate.span, &gate.each, desk.findings)
    };
    for word in gate.escalate.iter().filter(|word| !word.contains('@') && word.value != "next_shift") {
        who(project, word, desk.findings);
    }
    if let Some(remind) = &gate.remind {
        desk.ignored_yet(remind.span, "remind");
    }
    if let Some(first) = gate.escalate.first() {
        desk.ignored_yet(first.span, "escalate");
    }
    let deadline = gate.deadline.as_ref().or(desk.step().deadline.as_ref().filter(|_| is_step(kind)));
    let deadline = deadline.and_then(|day| moment(project, desk.book.month(), day, desk.findings));
    if gate.fails_on_timeout && deadline.is_none() {
        desk.findings.error(gate.span, msg!("plan-gate-no-deadline"));
    }
    let resolved_all = gate.approvers.iter().flatten().count() == approvers.len();
    if let (Some(roster), true) = (&project.roster, resolved_all) {
        enough(desk, roster, gate, &approvers, &votes, &except);
    }
    let fails_on_timeout = gate.fails_on_timeout;
    let on_reject = on_reject(desk, &gate.on_reject);
    Gate { kind, ask, show, form, approvers, votes, except, each, deadline, fails_on_timeout, on_reject }
}

/// Is it a step of its own?
fn is_step(kind: GateKind) -> bool {
    matches!(kind, GateKind::Gate | GateKind::Notice)
}

fn on_reject(desk: &mut Desk<'_, '_, '_>, names: &[Text]) -> Vec<NodeId> {
    let mut found = Vec::new();
    for name in names {
        let steps = desk.steps_named(name, name.span);
        found.extend(steps.into_iter().map(|step| desk.layout.drafts[step].id));
    }
    found
}

fn evidence(desk: &mut Desk<'_, '_, '_>, piece: &model::Evidence) -> Option<Evidence> {
    match piece {
        model::Evidence::Sql { source, connection: named } => {
            let span = match source {
                model::SqlSource::Text(text) | model::SqlSource::File(text) => text.span,
            };
            let text = desk.sql_source(source);
            let connection = connection(desk, named.as_ref(), span);
            Some(Evidence::Sql { text: text?, connection: connection? })
        }
        model::Evidence::File(path) => {
            desk.text(path);
            desk.path(path).map(Evidence::File)
        }
        model::Evidence::Run(command) => Some(Evidence::Run(desk.command(command))),
        model::Evidence::Step(name) => {
            let found = desk.steps_named(name, name.span);
            desk.use_step(name, name.span, false);
            match found.as_slice() {
                [only] => Some(Evidence::Step(desk.layout.drafts[*only].id)),
                [] => None,
                _ => {
                    desk.findings.error(name.span, msg!("plan-step-is-group", name = harmless(name)));
                    None
                }
            }
        }
    }
}

fn excluded(desk: &mut Desk<'_, '_, '_>, word: &Text) -> Option<Excluded> {
    if word.value == "starter" {
        return Some(Excluded::Starter);
    }
    who(desk.book.input.project, word, desk.findings).map(|who| match who {
        Approver::Role(role) => Excluded::Role(role),
        Approver::Person(person) => Excluded::Person(person),
    })
}

fn votes(desk: &mut Desk<'_, '_, '_>, votes: &model::Votes) -> Votes {
    match votes {
        model::Votes::Count(count) => {
            if count.value == 0 {
                desk.findings.error(count.span, msg!("plan-votes-zero"));
            }
            Votes::Count(count.value)
        }
        model::Votes::ByRole(roles) => {
            let mut all = BTreeMap::new();
            for (role, count) in roles {
                if let Some(Approver::Person(_)) = who(desk.book.input.project, role, desk.findings) {
                    desk.findings.error(role.span, msg!("plan-votes-person", name = &role.value));
                }
                if *count == 0 {
                    desk.findings.error(role.span, msg!("plan-votes-zero"));
                }
                all.insert(role.value.clone(), *count);
            }
            Votes::ByRole(all)
        }
    }
}

/// Are there people enough to ever pass it, whoever starts the run?
fn enough(
    desk: &mut Desk<'_, '_, '_>,
    roster: &Roster,
    gate: &model::Gate,
    approvers: &[Approver],
    votes: &Votes,
    except: &[Excluded],
) {
    let asked = asked(roster, approvers, votes);
    let barred = |person: &PersonId| except.iter().any(|rule| bars(roster, rule, person));
    let may: BTreeSet<&PersonId> = asked.into_iter().filter(|person| !barred(person)).collect();
    let starters: Vec<&PersonId> = if except.contains(&Excluded::Starter) {
        roster.people.keys().filter(|person| roster.may_operate(person)).collect()
    } else {
        Vec::new()
    };
    let passes = |may: &BTreeSet<&PersonId>| match votes {
        Votes::Count(count) => may.len() >= *count as usize,
        Votes::ByRole(roles) => can_fill(roster, may, roles),
    };
    let possible = if starters.is_empty() {
        passes(&may)
    } else {
        starters
            .iter()
            .any(|starter| passes(&may.iter().copied().filter(|person| person != starter).collect()))
    };
    if !possible {
        let span = match &gate.votes {
            model::Votes::Count(count) if count.value > 1 => count.span,
            model::Votes::ByRole(roles) => roles.first().map_or(gate.span, |(role, _)| role.span),
            model::Votes::Count(_) => gate.span,
        };
        desk.findings.error(span, msg!("plan-votes-impossible", votes = votes.total(), people = may.len()));
    }
}

/// Whoever may be asked at all.
fn asked<'r>(roster: &'r Roster, approvers: &[Approver], votes: &Votes) -> BTreeSet<&'r PersonId> {
    roster
        .people
        .iter()
        .filter(|(id, person)| match (approvers, votes) {
            ([], Votes::ByRole(roles)) => roles.keys().any(|role| person.roles.contains(role)),
            ([], Votes::Count(_)) => roster.may_operate(id),
            (approvers, _) => approvers.iter().any(|approver| match approver {
                Approver::Role(role) => person.roles.contains(role),
                Approver::Person(wanted) => wanted == *id,
            }),
        })
        .map(|(id, _)| id)
        .collect()
}

fn bars(roster: &Roster, rule: &Excluded, person: &PersonId) -> bool {
    match rule {
        Excluded::Starter => false,
        Excluded::Role(word) => roster.people.get(person).is_some_and(|known| known.roles.contains(word)),
        Excluded::Person(barred) => barred == person,
    }
}

/// Can so many different people be found for every role, one person for one role? (A matching, found seat by seat.)
fn can_fill(roster: &Roster, may: &BTreeSet<&PersonId>, roles: &BTreeMap<String, u32>) -> bool {
    let seats: Vec<&String> = roles
        .iter()
        .flat_map(|(role, count)| std::iter::repeat_n(role, *count as usize).take(may.len() + 1))
        .collect();
    let mut taken: BTreeMap<&PersonId, usize> = BTreeMap::new();
    (0..seats.len()).all(|seat| sit(roster, may, &seats, seat, &mut taken, &mut BTreeSet::new()))
}

fn sit<'r>(
    roster: &Roster,
    may: &BTreeSet<&'r PersonId>,
    seats: &[&String],
    seat: usize,
    taken: &mut BTreeMap<&'r PersonId, usize>,
    tried: &mut BTreeSet<&'r PersonId>,
) -> bool {
    for person in may {
        let fits = roster.people.get(*person).is_some_and(|known| known.roles.contains(seats[seat]));
        if !fits || !tried.insert(person) {
            continue;
        }
        let free = match taken.get(person).copied() {
            None => true,
            Some(other) => sit(roster, may, seats, other, taken, tried),
        };
        if free {
            taken.insert(person, seat);
            return true;
        }
    }
    false
}

fn field(desk: &mut Desk<'_, '_, '_>, written: &model::Field) -> Option<Field> {
    let (name, span) = (&written.name.value, written.name.span);
    if !is_word(name) {
        desk.findings.error(span, msg!("plan-field-name", name = harmless(name)));
    }
    let kind = match &written.kind {
        ParamKind::Month => FieldKind::Month,
        ParamKind::Date => FieldKind::Date,
        ParamKind::Integer => FieldKind::Integer,
        ParamKind::Boolean => FieldKind::Boolean,
        ParamKind::Text => FieldKind::Text,
        ParamKind::Choice(words) => FieldKind::Choice(words.clone()),
        ParamKind::List => {
            desk.findings.error(span, msg!("plan-field-list", name = harmless(name)));
            return None;
        }
    };
    if let Some(default) = &written.default {
        let read = super::params::read(&written.kind, &Scalars::One(default.clone()), desk.book.today);
        let within = |number: i64| {
            written.min.is_none_or(|min| min <= number) && written.max.is_none_or(|max| number <= max)
        };
        let good = match read {
            Some(crate::plan::ParamValue::Integer(number)) => within(number),
            other => other.is_some(),
        };
        if !good {
            let wants = super::params::wants(&written.kind);
            desk.findings.error(
                span,
                msg!("plan-field-default", name = name, value = harmless(default), wants = wants),
            );
        }
    }
    let (min, max, default) = (written.min, written.max, written.default.clone());
    Some(Field { name: name.clone(), kind, min, max, default, optional: false })
}

/// Who said it, by what, and when.
fn add_notice_fields(form: &mut Vec<Field>) {
    let channels = ["phone", "mail", "chat", "paper"].map(str::to_owned).to_vec();
    let fields =
        [("who", FieldKind::Text), ("channel", FieldKind::Choice(channels)), ("told_at", FieldKind::Text)];
    for (name, kind) in fields {
        if !form.iter().any(|field| field.name == name) {
            let name = name.to_owned();
            form.push(Field { name, kind, min: None, max: None, default: None, optional: true });
        }
    }
}
