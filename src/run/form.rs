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

/// A typed value of a field, from its text.
pub fn read_field(field: &Field, text: &str) -> Result<Json, FormError> {
    let bad = |wanted: Msg| {
        Err(FormError::Bad { field: field.name.clone(), value: crate::words::printable(text), wanted })
    };
    if text.chars().any(char::is_control) {
        return bad(msg!("field-text"));
    }
    match &field.kind {
        FieldKind::Integer => match text.parse::<i64>() {
            Ok(n) if field.min.is_none_or(|min| n >= min) && field.max.is_none_or(|max| n <= max) => {
                Ok(Json::from(n))
            }
            _ => {
                let bound = |bound: Option<i64>| bound.map_or_else(|| "…".to_owned(), |n| n.to_string());
                bad(msg!("field-integer", min = bound(field.min), max = bound(field.max)))
            }
        },
        FieldKind::Boolean => match text {
            "true" | "yes" | "是" => Ok(Json::from(true)),
            "false" | "no" | "否" => Ok(Json::from(false)),
            _ => bad(msg!("field-boolean")),
        },
        FieldKind::Month if text.parse::<crate::time::Month>().is_err() => bad(msg!("field-month")),
        FieldKind::Date if text.parse::<jiff::civil::Date>().is_err() => bad(msg!("field-date")),
        FieldKind::Choice(words) if !words.iter().any(|word| word == text) => {
            bad(msg!("field-choice", words = words.join(", ")))
        }
        FieldKind::Text | FieldKind::Month | FieldKind::Date | FieldKind::Choice(_) => Ok(Json::from(text)),
    }
}
