//! The values of `for_each`: written, from a parameter, or a column of a CSV file.

use super::book::Book;
use super::findings::Findings;
use super::params::{harmless, is_reserved, is_word};
use super::paths::{folder, join};
use crate::id::is_each_value;
use crate::msg;
use crate::plan::ParamValue;
use crate::runbook::model::{EachValues, ForEach, Text};
use crate::runbook::problem::{Problem, Span};

/// The values, each once; empty when something is wrong, which is told.
pub(super) fn values(book: &Book<'_>, each: &ForEach, findings: &mut Findings<'_>) -> Vec<String> {
    let variable = &each.variable;
    if !is_word(variable) {
        findings.error(variable.span, msg!("plan-each-name", name = &variable.value));
        return Vec::new();
    }
    if is_reserved(variable) || book.params.contains_key(&variable.value) {
        findings.error(variable.span, msg!("plan-each-reserved", name = &variable.value));
        return Vec::new();
    }
    let (span, found) = match &each.values {
        EachValues::List(items) => return listed(book, variable.span, items, findings),
        EachValues::Param(text) => (text.span, param(book, text, findings)),
        EachValues::File { file, column } => (column.span, from_file(book, file, column, findings)),
    };
    match found {
        Some(found) => checked(span, found.into_iter().map(|value| (value, span)), findings),
        None => Vec::new(),
    }
}

/// A written list; one item may be a list parameter.
pub(super) fn listed(
    book: &Book<'_>,
    span: Span,
    items: &[Text],
    findings: &mut Findings<'_>,
) -> Vec<String> {
    let mut all = Vec::new();
    for item in items {
        if item.contains("{{") {
            let values = param(book, item, findings).unwrap_or_default();
            all.extend(values.into_iter().map(|value| (value, item.span)));
        } else {
            all.push((item.value.clone(), item.span));
        }
    }
    checked(span, all.into_iter(), findings)
}

fn checked(
    span: Span,
    values: impl Iterator<Item = (String, Span)>,
    findings: &mut Findings<'_>,
) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let mut good = Vec::new();
    let mut any = false;
    for (value, span) in values {
        any = true;
        if !is_each_value(&value) {
            findings.error(span, msg!("plan-each-value", value = harmless(&value)));
        } else if seen.insert(value.clone()) {
            good.push(value);
        } else {
            findings.error(span, msg!("plan-each-twice", value = harmless(&value)));
        }
    }
    if !any {
        findings.error(span, msg!("plan-each-empty"));
    }
    good
}

/// `params.cities` or `{{ params.cities }}`.
fn param(book: &Book<'_>, text: &Text, findings: &mut Findings<'_>) -> Option<Vec<String>> {
    let inner = text.trim();
    let inner = inner.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(inner).trim();
    let name = inner.strip_prefix("params.").unwrap_or(inner);
    match book.params.get(name) {
        Some(ParamValue::List(values)) => Some(values.clone()),
        Some(_) => {
            findings.error(text.span, msg!("plan-each-no-list", name = harmless(name)));
            None
        }
        None => {
            let known = book.params.keys().map(String::as_str);
            findings.unknown(text.span, msg!("plan-template-unknown", name = harmless(inner)), name, known);
            None
        }
    }
}

fn from_file(
    book: &Book<'_>,
    file: &Text,
    column: &Text,
    findings: &mut Findings<'_>,
) -> Option<Vec<String>> {
    let Some(path) = join(&folder(&book.input.files.path(file.span.file)), file) else {
        findings.error(file.span, msg!("plan-path-outside", path = harmless(file)));
        return None;
    };
    let Some(text) = book.input.files.read(&path) else {
        findings.error(file.span, msg!("plan-file-missing", path = path));
        return None;
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers: Vec<String> =
        reader.headers().map(|headers| headers.iter().map(str::to_owned).collect()).unwrap_or_default();
    let places: Vec<usize> = headers
        .iter()
        .enumerate()
        .filter(|(_, name)| **name == column.value)
        .map(|(place, _)| place)
        .collect();
    let place = match places.as_slice() {
        [place] => *place,
        [] => {
            let known = headers.iter().map(String::as_str);
            findings.unknown(
                column.span,
                msg!("plan-column-unknown", column = &column.value, path = path),
                column,
                known,
            );
            return None;
        }
        _ => {
            findings.error(column.span, msg!("plan-column-twice", column = &column.value, path = path));
            return None;
        }
    };
    let mut values = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                values.extend(record.get(place).filter(|value| !value.is_empty()).map(str::to_owned));
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                findings.push(Problem::error(file.span, msg!("plan-csv-ragged", path = path, line = line)));
                return None;
            }
        }
    }
    Some(values)
}
