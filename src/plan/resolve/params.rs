//! Parameters: declared in runbooks, preset by the month file, given on the command line.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Request;
use super::findings::Findings;
use crate::id::{PersonId, is_name};
use crate::msg;
use crate::plan::ParamValue;
use crate::runbook::model::{MonthFile, Param, ParamKind, Runbook, Scalars};
use crate::runbook::problem::meant;
use crate::runbook::text::{is_hidden, visible};
use crate::time::Month;
use crate::words::{Explain, Msg};

/// A mistake on the command line: nothing in a file is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{self:?}")]
pub enum Mistake {
    /// No runbook declares it.
    Unknown {
        /// As given.
        name: String,
        /// A declared one that is close.
        meant: Option<String>,
        /// All that are declared.
        known: Vec<String>,
    },
    /// The value is not what the parameter wants.
    Bad {
        /// The parameter.
        name: String,
        /// As given, made harmless.
        value: String,
        /// What it wants.
        wants: Msg,
    },
    /// It has no default and nobody gave it.
    Missing {
        /// The parameter.
        name: String,
        /// What it wants.
        wants: Msg,
    },
    /// Given twice with different values.
    Twice {
        /// The parameter.
        name: String,
    },
    /// The accounting month has not begun yet.
    Future {
        /// As given.
        month: Month,
        /// The present one.
        present: Month,
    },
}

impl Explain for Mistake {
    fn explain(&self) -> Msg {
        match self {
            Mistake::Unknown { name, meant: Some(meant), .. } => {
                msg!("plan-param-unknown-meant", name = name, meant = meant)
            }
            Mistake::Unknown { name, known, .. } => {
                msg!("plan-param-unknown", name = name, known = known.join(", "))
            }
            Mistake::Bad { name, value, wants } => {
                msg!("plan-param-bad", name = name, value = value, wants = wants.clone())
            }
            Mistake::Missing { name, wants } => {
                msg!("plan-param-missing", name = name, wants = wants.clone())
            }
            Mistake::Twice { name } => msg!("plan-param-twice", name = name),
            Mistake::Future { month, present } => {
                msg!("plan-month-future", month = month.to_string(), present = present.to_string())
            }
        }
    }
}

/// Names that mean something else where parameters are bound or written.
const RESERVED: [&str; 12] = [
    "month_compact",
    "month_first",
    "month_last_day",
    "month_next",
    "month_previous",
    "batch",
    "run_id",
    "today",
    "run",
    "steps",
    "params",
    "flow",
];

/// Is `name` taken by something that is always there?
pub(super) fn is_reserved(name: &str) -> bool {
    name == "month" || RESERVED.contains(&name) || matches!(name, "id" | "token")
}

/// A name that can be written in an expression and bound in SQL.
pub(super) fn is_word(name: &str) -> bool {
    is_name(name)
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// All declared parameters: the runbook's own go before those of included files.
pub(super) fn declared<'a>(files: &[&'a Runbook], findings: &mut Findings<'_>) -> Vec<&'a Param> {
    let mut all: Vec<&Param> = Vec::new();
    for param in files.iter().flat_map(|file| &file.params) {
        let (name, span) = (&param.name.value, param.name.span);
        if !is_word(name) {
            findings.error(span, msg!("plan-param-name", name = name));
        } else if name != "month" && is_reserved(name) {
            findings.error(span, msg!("plan-param-reserved", name = name));
        } else if name == "month" && param.kind != ParamKind::Month {
            findings.error(span, msg!("plan-param-month-kind"));
        }
        match all.iter().find(|known| known.name.value == *name) {
            Some(known) if known.kind != param.kind => {
                findings.error(span, msg!("plan-param-two-kinds", name = name));
            }
            Some(_) => {}
            None => all.push(param),
        }
    }
    all
}

/// The accounting month that `request` asks for: given, else the declared default, else the closing one.
pub fn accounting_month(
    runbook: &Runbook,
    included: &[Runbook],
    request: &Request,
) -> Result<Month, Mistake> {
    let given: Vec<&str> =
        request.params.iter().filter(|(name, _)| name == "month").map(|(_, value)| value.as_str()).collect();
    let mut months = request.month.into_iter().map(Ok).chain(given.iter().map(|text| {
        text.parse::<Month>().or_else(|_| {
            if *text == "closing" {
                Ok(Month::closing(request.today))
            } else {
                Err(bad("month", &ParamKind::Month, text))
            }
        })
    }));
    let month = match months.next() {
        Some(month) => month?,
        None => default_month(runbook, included, request.today),
    };
    for other in months {
        if other? != month {
            return Err(Mistake::Twice { name: "month".to_owned() });
        }
    }
    let present = Month::of(request.today);
    if month > present { Err(Mistake::Future { month, present }) } else { Ok(month) }
}

fn default_month(runbook: &Runbook, included: &[Runbook], today: Date) -> Month {
    std::iter::once(runbook)
        .chain(included)
        .flat_map(|file| &file.params)
        .find(|param| param.name.value == "month")
        .and_then(|param| param.default.as_ref())
        .and_then(|default| match &default.value {
            Scalars::One(text) => text.parse().ok(),
            Scalars::Many(_) => None,
        })
        .unwrap_or_else(|| Month::closing(today))
}

/// The values of this run: defaults, over them the month file's, over them those of the command line.
pub(super) fn values(
    declared: &[&Param],
    month_file: Option<&MonthFile>,
    month: Month,
    request: &Request,
    findings: &mut Findings<'_>,
) -> Result<BTreeMap<String, ParamValue>, Vec<Mistake>> {
    let mut values = BTreeMap::new();
    for param in declared {
        let Some(default) = &param.default else { continue };
        match read(&param.kind, &default.value, request.today) {
            Some(value) => drop(values.insert(param.name.value.clone(), value)),
            None => findings.error(
                default.span,
                msg!(
                    "plan-param-bad",
                    name = &param.name.value,
                    value = show(&default.value),
                    wants = wants(&param.kind)
                ),
            ),
        }
    }
    preset(declared, month_file, request, &mut values, findings);
    let mut mistakes = Vec::new();
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, text) in request.params.iter().filter(|(name, _)| name != "month") {
        let Some(param) = declared.iter().find(|param| param.name.value == *name) else {
            let known: Vec<String> = declared.iter().map(|param| param.name.value.clone()).collect();
            let meant = meant(name, known.iter().map(String::as_str)).map(str::to_owned);
            mistakes.push(Mistake::Unknown { name: harmless(name), meant, known });
            continue;
        };
        if seen.insert(name, text).is_some_and(|before| before != text) {
            mistakes.push(Mistake::Twice { name: name.clone() });
        }
        match read(&param.kind, &Scalars::One(text.clone()), request.today) {
            Some(value) => drop(values.insert(name.clone(), value)),
            None => mistakes.push(bad(name, &param.kind, text)),
        }
    }
    for param in declared.iter().filter(|param| param.default.is_none() && param.name.value != "month") {
        let (name, kind) = (&param.name.value, &param.kind);
        let bad_already =
            mistakes.iter().any(|mistake| matches!(mistake, Mistake::Bad { name: bad, .. } if bad == name));
        if values.contains_key(name) || bad_already {
            continue;
        }
        if request.only_checks {
            values.insert(name.clone(), stand_in(kind, month, request.today));
        } else {
            mistakes.push(Mistake::Missing { name: name.clone(), wants: wants(kind) });
        }
    }
    values.insert("month".to_owned(), ParamValue::Month(month));
    if mistakes.is_empty() { Ok(values) } else { Err(mistakes) }
}

/// `params:` of the month file.
fn preset(
    declared: &[&Param],
    month_file: Option<&MonthFile>,
    request: &Request,
    values: &mut BTreeMap<String, ParamValue>,
    findings: &mut Findings<'_>,
) {
    for (name, given) in month_file.into_iter().flat_map(|file| &file.params) {
        if name.value == "month" {
            findings.error(name.span, msg!("plan-month-file-month"));
            continue;
        }
        let Some(param) = declared.iter().find(|param| param.name.value == name.value) else {
            // One month file serves all runbooks of a project: what is far from every name here is another one's.
            let known = declared.iter().map(|param| param.name.value.as_str());
            let message = msg!("plan-month-param-unknown", name = harmless(name));
            findings.unknown_or_foreign(name.span, message, name, known);
            continue;
        };
        match read(&param.kind, &given.value, request.today) {
            Some(value) => drop(values.insert(name.value.clone(), value)),
            None => findings.error(
                given.span,
                msg!(
                    "plan-param-bad",
                    name = &name.value,
                    value = show(&given.value),
                    wants = wants(&param.kind)
                ),
            ),
        }
    }
}

/// What a missing value is while files are only checked.
fn stand_in(kind: &ParamKind, month: Month, today: Date) -> ParamValue {
    match kind {
        ParamKind::Month => ParamValue::Month(month),
        ParamKind::Date => ParamValue::Date(today),
        ParamKind::Integer => ParamValue::Integer(1),
        ParamKind::Boolean => ParamValue::Boolean(true),
        ParamKind::Text => ParamValue::Text("text".to_owned()),
        ParamKind::Choice(words) => ParamValue::Choice(words.first().cloned().unwrap_or_default()),
        ParamKind::List => ParamValue::List(vec!["value".to_owned()]),
    }
}

/// A value of the kind, if it is one.
pub(super) fn read(kind: &ParamKind, given: &Scalars, today: Date) -> Option<ParamValue> {
    match (kind, given) {
        (ParamKind::List, Scalars::Many(items)) => list(items.iter().map(String::as_str)),
        (ParamKind::List, Scalars::One(text)) => list(text.split([',', '，']).map(str::trim)),
        (_, Scalars::Many(_)) => None,
        (kind, Scalars::One(text)) => one(kind, text, today),
    }
}

fn one(kind: &ParamKind, text: &str, today: Date) -> Option<ParamValue> {
    Some(match kind {
        ParamKind::Month if text == "closing" => ParamValue::Month(Month::closing(today)),
        ParamKind::Month => ParamValue::Month(text.parse().ok()?),
        ParamKind::Date => ParamValue::Date(date(text)?),
        ParamKind::Integer => ParamValue::Integer(integer(text)?),
        ParamKind::Boolean => match text {
            "true" => ParamValue::Boolean(true),
            "false" => ParamValue::Boolean(false),
            _ => return None,
        },
        ParamKind::Text => ParamValue::Text(line(text)?),
        ParamKind::Choice(words) => ParamValue::Choice(words.iter().find(|word| *word == text)?.clone()),
        ParamKind::List => return None,
    })
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> Option<ParamValue> {
    let items: Option<Vec<String>> = items.filter(|item| !item.is_empty()).map(line).collect();
    items.map(ParamValue::List)
}

/// Text of one line, without anything that a terminal would obey.
fn line(text: &str) -> Option<String> {
    let clean = !text.chars().any(is_hidden);
    (clean && text.len() <= 4_096).then(|| text.to_owned())
}

/// `2026-10-31`, in ASCII digits.
pub(super) fn date(text: &str) -> Option<Date> {
    let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if shaped { text.parse().ok() } else { None }
}

/// A whole number in ASCII digits.
pub(super) fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let shaped = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if shaped { text.parse().ok() } else { None }
}

fn bad(name: &str, kind: &ParamKind, text: &str) -> Mistake {
    Mistake::Bad { name: name.to_owned(), value: harmless(text), wants: wants(kind) }
}

/// What a kind of parameter wants, in words.
pub(super) fn wants(kind: &ParamKind) -> Msg {
    match kind {
        ParamKind::Month => msg!("plan-wants-month"),
        ParamKind::Date => msg!("plan-wants-date"),
        ParamKind::Integer => msg!("plan-wants-integer"),
        ParamKind::Boolean => msg!("plan-wants-boolean"),
        ParamKind::Text => msg!("plan-wants-text"),
        ParamKind::Choice(words) => msg!("plan-wants-choice", words = words.join(", ")),
        ParamKind::List => msg!("plan-wants-list"),
    }
}

fn show(value: &Scalars) -> String {
    match value {
        Scalars::One(text) => harmless(text),
        Scalars::Many(items) => harmless(&items.join(", ")),
    }
}

/// At most 60 characters, nothing hidden among them.
pub(super) fn harmless(text: &str) -> String {
    visible(text, 60)
}

/// A name as a person's id.
pub(super) fn person(name: &str) -> PersonId {
    PersonId(name.to_owned())
}
