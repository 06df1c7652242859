//! A gate, value by value.

use super::facets::{Facet, Facets, Names, present};
use super::text::{joined, rest};
use super::work::{shown_command, sql};
use crate::plan::node::FieldKind;
use crate::plan::{Approver, Evidence, Excluded, Field, Gate, Votes};

/// The question, and who may answer it how.
pub(super) fn facets(gate: &Gate, names: Names<'_>) -> Facets {
    let several = |words: Vec<String>, between: &str| (!words.is_empty()).then(|| words.join(between));
    let approvers = gate.approvers.iter().map(|approver| match approver {
        Approver::Role(role) => role.clone(),
        Approver::Person(person) => person.0.clone(),
    });
    let except = gate.except.iter().map(|rule| match rule {
        Excluded::Starter => "starter".to_owned(),
        Excluded::Role(role) => role.clone(),
        Excluded::Person(person) => person.0.clone(),
    });
    let votes = match &gate.votes {
        Votes::Count(count) => count.to_string(),
        Votes::ByRole(roles) => {
            joined(&roles.iter().map(|(role, count)| format!("{role}: {count}")).collect::<Vec<_>>())
        }
    };
    let known = [
        "kind",
        "ask",
        "show",
        "form",
        "approvers",
        "votes",
        "except",
        "each",
        "deadline",
        "fails_on_timeout",
        "on_reject",
    ];
    let timeout = if gate.fails_on_timeout { "fail" } else { "wait" };
    present([
        (Facet::Ask, Some(gate.ask.0.clone())),
        (Facet::Show, several(gate.show.iter().map(|piece| evidence(piece, names)).collect(), "\n")),
        (Facet::Form, several(gate.form.iter().map(field).collect(), "\n")),
        (Facet::Approvers, several(approvers.collect(), ", ")),
        (Facet::Votes, Some(votes)),
        (Facet::Except, several(except.collect(), ", ")),
        (Facet::Each, several(gate.each.clone(), ", ")),
        (Facet::OnTimeout, Some(timeout.to_owned())),
        (Facet::OnReject, several(gate.on_reject.iter().map(|step| names(*step)).collect(), ", ")),
        (Facet::Other, rest(gate, &known)),
    ])
}

fn evidence(piece: &Evidence, names: Names<'_>) -> String {
    match piece {
        Evidence::Sql { text, connection } => format!("{connection}: {}", sql(text)),
        Evidence::File(path) => format!("file {}", path.0),
        Evidence::Run(command) => shown_command(command),
        Evidence::Step(step) => names(*step),
    }
}

fn field(field: &Field) -> String {
    let kind = match &field.kind {
        FieldKind::Month => "month".to_owned(),
        FieldKind::Date => "date".to_owned(),
        FieldKind::Integer => "integer".to_owned(),
        FieldKind::Boolean => "boolean".to_owned(),
        FieldKind::Text => "text".to_owned(),
        FieldKind::Choice(words) => format!("[{}]", joined(words)),
    };
    let mut parts = vec![format!("{}: {kind}", field.name)];
    parts.extend(field.min.map(|least| format!("min {least}")));
    parts.extend(field.max.map(|most| format!("max {most}")));
    parts.extend(field.default.as_ref().map(|default| format!("default {default}")));
    parts.extend(field.optional.then(|| "optional".to_owned()));
    joined(&parts)
}
