//! A plan for people and for other programs: what would happen, who is asked, who gets which letter. Pure.

mod graph;
mod json;
mod tree;

use jiff::Timestamp;

pub use graph::{dot, mermaid};
pub use json::json;
pub use tree::tree;

use super::project::{Project, Setting};
use super::sql::{Dialect, statements};
use super::template::{Scope, Steps, probe};
use super::{Approver, Excluded, Gate, Handover, Node, Plan, SqlText, Stage, Template, Votes, Work};
use crate::id::PersonId;
use crate::msg;
use crate::words::Msg;

/// Who is asked by a gate: as written, and the people who may answer now.
struct Asked {
    /// Roles and people as the gate names them; empty: any operator.
    who: Vec<String>,
    /// Everybody who may answer; empty without a roster.
    people: Vec<PersonId>,
    /// Who may not, as written.
    except: Vec<String>,
}

fn asked(gate: &Gate, project: &Project) -> Asked {
    let mut who: Vec<String> = gate
        .approvers
        .iter()
        .map(|approver| match approver {
            Approver::Role(role) => role.clone(),
            Approver::Person(person) => person.0.clone(),
        })
        .collect();
    if let (true, Votes::ByRole(roles)) = (who.is_empty(), &gate.votes) {
        who.extend(roles.keys().cloned());
    }
    let except = gate.except.iter().map(|rule| match rule {
        Excluded::Starter => "starter".to_owned(),
        Excluded::Role(role) => role.clone(),
        Excluded::Person(person) => person.0.clone(),
    });
    let people = project.roster.iter().flat_map(|roster| {
        roster.people.keys().filter(|id| {
            let roles = roster.roles_of(id);
            let named = who.iter().any(|word| *word == id.0 || roles.contains(word));
            let may = if who.is_empty() { roster.may_operate(id) } else { named };
            may && !gate.except.iter().any(|rule| match rule {
                Excluded::Starter => false,
                Excluded::Role(role) => roles.contains(role),
                Excluded::Person(person) => person == *id,
            })
        })
    });
    Asked { people: people.cloned().collect(), except: except.collect(), who }
}

/// Why a step of SQL is not one transaction, as far as a plan can tell.
fn not_atomic(node: &Node, project: &Project) -> Option<Msg> {
    let Work::Sql { text, connection, transaction } = &node.work else { return None };
    if !transaction {
        return Some(msg!("exec-marker-loose"));
    }
    let (SqlText::Text(sql), Setting::Text(url)) = (text, &project.connections.get(connection)?.url) else {
        return None;
    };
    let alone = statements(&sql.0, Dialect::of_url(url)?)
        .iter()
        .position(|statement| statement.kind == crate::plan::sql::Kind::Alone)?;
    Some(msg!("plan-show-commits", statement = alone + 1))
}

/// The letter of a stage.
struct Letter {
    /// `next_shift`, a role or a person.
    to: String,
    /// Who that is.
    people: Vec<PersonId>,
    /// Their addresses.
    addresses: Vec<String>,
}

/// The letter that a stage sends when it finishes. Who the next shift is depends on when that is: taken is its
/// deadline, or now when it has none or it has passed.
fn letter(stage: &Stage, project: &Project, now: Timestamp) -> Option<Letter> {
    let to = match &stage.handover {
        Handover::None => return None,
        Handover::NextShift => "next_shift".to_owned(),
        Handover::Role(word) | Handover::Person(word) => word.clone(),
    };
    let at = stage.deadline.filter(|deadline| *deadline > now).unwrap_or(now);
    let roster = project.roster.as_ref();
    let people =
        roster.map(|roster| roster.recipients(&stage.handover, at, &project.zone)).unwrap_or_default();
    let mut addresses = Vec::new();
    for id in &people {
        let address = roster.and_then(|roster| roster.people.get(id)?.email.clone());
        addresses.extend(address.filter(|address| !addresses.contains(address)));
    }
    Some(Letter { to, people, addresses })
}

/// A text as far as it can be known before the run: with its values where all of them are known, else as written.
fn preview(plan: &Plan, node: &Node, template: &Template) -> String {
    let mut scope = Scope::of(plan, node, plan.month().next().first());
    scope.steps = Steps::Any;
    scope.batch = probe(&node.batch.0, &scope).ok().map(|(batch, _)| batch);
    // What is asked today may be asked tomorrow: the day is not known either.
    match probe(&template.0, &scope) {
        Ok((text, used)) if used.is_empty() && !template.0.contains("today") => text,
        _ => template.0.clone(),
    }
}

/// The word for what a node does; for what cannot be executed yet the verb it was written with.
fn kind(node: &Node) -> &str {
    match &node.work {
        Work::Later { what } => match what.split_once(": ") {
            Some(("review", _)) => "review",
            Some((verb, _)) => verb,
            None => what,
        },
        work => work.kind(),
    }
}

/// A person's name, or their id.
fn name_of(project: &Project, id: &PersonId) -> String {
    let person = project.roster.as_ref().and_then(|roster| roster.people.get(id));
    person.map_or_else(|| id.0.clone(), |person| person.name.clone())
}

#[cfg(test)]
mod tests;
