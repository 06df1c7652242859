//! Values as text.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

/// `a, b`.
pub(super) fn joined<T: AsRef<str>>(words: &[T]) -> String {
    words.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

/// A duration as runbooks write it, in the largest unit that holds it whole.
pub(super) fn duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let unit = units.into_iter().find(|(size, _)| millis >= *size && millis.is_multiple_of(*size));
    match unit {
        Some((size, unit)) => format!("{}{unit}", millis / size),
        None => format!("{millis}ms"),
    }
}

/// What `value` holds besides the fields that are known; `None` when that is nothing.
pub(super) fn rest(value: &impl Serialize, known: &[&str]) -> Option<String> {
    let mut value = serde_json::to_value(value).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        fields.retain(|name, field| !known.contains(&name.as_str()) && !is_nothing(field));
        if fields.is_empty() {
            return None;
        }
    }
    Some(value.to_string())
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// The first line, from 1, in which two texts are different, with both lines.
pub(super) fn first_difference<'t>(from: &'t str, to: &'t str) -> (usize, &'t str, &'t str) {
    let (mut from, mut to) = (from.lines(), to.lines());
    let mut number = 1;
    loop {
        match (from.next(), to.next()) {
            (Some(one), Some(other)) if one == other => number += 1,
            (one, other) => return (number, one.unwrap_or(""), other.unwrap_or("")),
        }
    }
}
