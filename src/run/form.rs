//! What people fill in at a gate: read by the fields that it has.

use std::collections::BTreeMap;

use super::event::{Json, Verdict};
use super::refusal::FormError;
use super::request::Answer;
use crate::msg;
use crate::plan::{Field, FieldKind, Gate};
use crate::words::Msg;

/// The typed values of an answer: all that the gate wants, and nothing that it does not know.
pub(super) fn fill_in(gate: &Gate, answer: &Answer) -> Result<BTreeMap<String, Json>, FormError> {
    let fits = match &answer.value {
        Some(value) => gate.each.contains(value),
        None => gate.each.is_empty(),
    };
    if !fits {
        return Err(FormError::Value { known: gate.each.join(", ") });
    }
    if answer.verdict == Verdict::Rejected && answer.note.as_deref().is_none_or(|n| n.trim().is_empty()) {
        return Err(FormError::NoNote);
    }
    for name in answer.form.keys() {
        if !gate.form.iter().any(|field| field.name == *name) {
            let known: Vec<&str> = gate.form.iter().map(|field| field.name.as_str()).collect();
            return Err(FormError::Unknown { field: name.clone(), known: known.join(", ") });
        }
    }
    let mut filled = BTreeMap::new();
    for field in &gate.form {
        match answer.form.get(&field.name).or(field.default.as_ref()) {
            Some(text) => {
                filled.insert(field.name.clone(), read_field(field, text)?);
            }
            None if field.optional || answer.verdict == Verdict::Rejected => {}
            None => return Err(FormError::Missing { field: field.name.clone() }),
        }
    }
    Ok(filled)
}

/// What a field takes, in words.
pub fn wanted(field: &Field) -> Msg {
    match &field.kind {
        FieldKind::Integer => {
            let bound = |bound: Option<i64>| bound.map_or_else(|| "…".to_owned(), |n| n.to_string());
            msg!("field-integer", min = bound(field.min), max = bound(field.max))
        }
        FieldKind::Boolean => msg!("field-boolean"),
        FieldKind::Month => msg!("field-month"),
        FieldKind::Date => msg!("field-date"),
        FieldKind::Choice(words) => msg!("field-choice", words = words.join(", ")),
        FieldKind::Text => msg!("field-text"),
    }
}

/// A typed value of a field, from its text.
pub fn read_field(field: &Field, text: &str) -> Result<Json, FormError> {
    if text.chars().any(char::is_control) {
        return Err(bad(field, text, msg!("field-text")));
    }
    let typed = match &field.kind {
        FieldKind::Integer => {
            let number = text.parse::<i64>().ok();
            let fits =
                |n: &i64| field.min.is_none_or(|min| *n >= min) && field.max.is_none_or(|max| *n <= max);
            number.filter(fits).map(Json::from)
        }
        FieldKind::Boolean => match text {
            "true" | "yes" | "是" => Some(Json::from(true)),
            "false" | "no" | "否" => Some(Json::from(false)),
            _ => None,
        },
        FieldKind::Month => text.parse::<crate::time::Month>().is_ok().then(|| Json::from(text)),
        FieldKind::Date => text.parse::<jiff::civil::Date>().is_ok().then(|| Json::from(text)),
        FieldKind::Choice(words) => words.iter().any(|word| word == text).then(|| Json::from(text)),
        FieldKind::Text => Some(Json::from(text)),
    };
    typed.ok_or_else(|| bad(field, text, wanted(field)))
}

fn bad(field: &Field, text: &str, wanted: Msg) -> FormError {
    FormError::Bad { field: field.name.clone(), value: crate::words::printable(text), wanted }
}
