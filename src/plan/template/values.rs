//! What the names in a template stand for, as values of the template engine.
//!
//! "Safe" strings are those that may stand in SQL text as they are: months, dates, choices, names through `ident`.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use minijinja::value::{Enumerator, Object, Serde, Value};

use super::pieces::{Expr, path_number};
use super::{Scope, Steps};
use crate::plan::ParamValue;
use crate::runbook::problem::meant;
use crate::time::Month;

const MONTH_WORDS: [&str; 5] = ["compact", "first", "last_day", "next", "previous"];
const DATE_WORDS: [&str; 1] = ["compact"];

/// A name that stands for nothing, and the one that was probably meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unknown {
    pub(crate) name: String,
    pub(crate) meant: Option<String>,
}

/// The value at the end of a path.
#[derive(Debug, Clone)]
enum Place<'s> {
    Month(Month),
    Date(Date),
    Value(&'s ParamValue),
    Text(String),
    Compact(String),
}

impl Place<'_> {
    fn value(self) -> Value {
        match self {
            Place::Month(month) => safe(&month),
            Place::Date(date) => safe(&date),
            Place::Value(value) => param(value),
            Place::Text(text) => Value::from(text),
            Place::Compact(text) => Value::from_safe_string(text),
        }
    }
}

fn safe(value: &impl fmt::Display) -> Value {
    Value::from_safe_string(value.to_string())
}

/// A parameter as a value.
pub(crate) fn param(value: &ParamValue) -> Value {
    match value {
        ParamValue::Month(month) => safe(month),
        ParamValue::Date(date) => safe(date),
        ParamValue::Integer(number) => Value::from(*number),
        ParamValue::Boolean(truth) => Value::from(*truth),
        ParamValue::Text(text) => Value::from(text.clone()),
        ParamValue::Choice(word) => Value::from_safe_string(word.clone()),
        ParamValue::List(items) => items.iter().cloned().map(Value::from).collect(),
    }
}

/// Follows a dotted path.
pub(crate) fn follow(scope: &Scope, path: &[String]) -> Result<Value, Unknown> {
    let mut words = path.iter();
    let root = words.next().map_or("", String::as_str);
    let mut place = match root {
        "month" => Place::Month(scope.month),
        "today" => Place::Date(scope.today),
        "params" => {
            let name = words.next().map_or("", String::as_str);
            let value = scope
                .params
                .get(name)
                .ok_or_else(|| unknown(&["params", name], scope.params.keys().map(String::as_str)))?;
            match value {
                ParamValue::Month(month) => Place::Month(*month),
                ParamValue::Date(date) => Place::Date(*date),
                other => Place::Value(other),
            }
        }
        _ => match words.next().map(String::as_str) {
            Some("id") => Place::Text(scope.run.clone()),
            other => return Err(unknown(&[root, other.unwrap_or_default()], ["id"])),
        },
    };
    let taken = path.len() - words.len();
    for (passed, word) in words.enumerate() {
        place = step(&place, word).ok_or_else(|| {
            let known: &[&str] = match &place {
                Place::Month(_) => &MONTH_WORDS,
                Place::Date(_) => &DATE_WORDS,
                _ => &[],
            };
            let shown: Vec<&str> = path[..=taken + passed].iter().map(String::as_str).collect();
            unknown(&shown, known.iter().copied())
        })?;
    }
    Ok(place.value())
}

fn step<'s>(place: &Place<'s>, word: &str) -> Option<Place<'s>> {
    Some(match (place, word) {
        (Place::Month(month), "compact") => Place::Compact(month.compact()),
        (Place::Month(month), "first") => Place::Date(month.first()),
        (Place::Month(month), "last_day") => Place::Date(month.last_day()),
        (Place::Month(month), "next") => Place::Month(month.next()),
        (Place::Month(month), "previous") => Place::Month(month.previous()),
        (Place::Date(date), "compact") => Place::Compact(compact(*date)),
        _ => return None,
    })
}

fn unknown<'a>(path: &[&str], known: impl IntoIterator<Item = &'a str>) -> Unknown {
    let (last, before) = path.split_last().map_or(("", [].as_slice()), |(last, before)| (*last, before));
    let full = |word: &str| before.iter().copied().chain([word]).collect::<Vec<_>>().join(".");
    Unknown { name: full(last), meant: meant(last, known).map(full) }
}

/// `20261031`.
pub(crate) fn compact(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

/// The names that an expression sees.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) scope: Arc<Scope>,
    pub(crate) expr: Arc<Expr>,
    pub(crate) misses: Misses,
}

/// What a template uses of other steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Used {
    /// Steps, as written.
    pub(crate) steps: Vec<String>,
    /// Fields of their forms: step and key.
    pub(crate) fields: Vec<(String, String)>,
}

impl Used {
    /// Nothing?
    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// This and that.
    pub(crate) fn extend(&mut self, other: Used) {
        self.steps.extend(other.steps);
        self.fields.extend(other.fields);
    }
}

/// What was asked for and is not there, and which steps were asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Misses(Arc<Mutex<(Vec<Unknown>, Used)>>);

impl Misses {
    fn missed(&self, unknown: Unknown) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.push(unknown);
    }

    fn asked(&self, step: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.steps.push(step.to_owned());
    }

    fn field(&self, step: &str, key: &str) {
        let mut both = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        both.1.fields.push((step.to_owned(), key.to_owned()));
    }

    /// The first name that stood for nothing.
    pub(crate) fn first(&self) -> Option<Unknown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.first().cloned()
    }

    /// What was asked of other steps.
    pub(crate) fn used(&self) -> Used {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

impl Root {
    /// The value of a plain name.
    fn plain(&self, name: &str) -> Option<Value> {
        let scope = &self.scope;
        match name {
            "params" => {
                let values = scope.params.iter().map(|(name, value)| (name.clone(), param(value)));
                Some(Value::from_pairs(values))
            }
            "run" => Some(Value::from_pairs([("id", scope.run.clone())])),
            "steps" if scope.steps != Steps::None => {
                let misses = self.misses.clone();
                Some(Value::from_object(StepsValue { scope: Arc::clone(scope), misses }))
            }
            name => named(scope, name),
        }
    }
}

/// Words of the template engine that are no names, whatever is called so.
const LITERALS: [&str; 6] = ["true", "false", "none", "True", "False", "None"];

/// What a name alone stands for, where that is one plain value.
pub(crate) fn named(scope: &Scope, name: &str) -> Option<Value> {
    Some(match name {
        "month" => safe(&scope.month),
        "today" => safe(&scope.today),
        "batch" => digits_are_safe(scope.batch.as_ref()?),
        "params" | "run" | "steps" => return None,
        name if LITERALS.contains(&name) => return None,
        name => Value::from(scope.vars.get(name).or_else(|| scope.extra.get(name))?.clone()),
    })
}

/// Digits can be nothing but a number in SQL.
fn digits_are_safe(text: &str) -> Value {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Value::from_safe_string(text.to_owned())
    } else {
        Value::from(text)
    }
}

impl Object for Root {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if let Some(path) = path_number(name).and_then(|number| self.expr.paths.get(number)) {
            return follow(&self.scope, path).map_err(|unknown| self.misses.missed(unknown)).ok();
        }
        let found = self.plain(name);
        if found.is_none() {
            let known = self.scope.names();
            let meant = meant(name, known.iter().map(String::as_str)).map(str::to_owned);
            self.misses.missed(Unknown { name: name.to_owned(), meant });
        }
        found
    }
}

#[derive(Debug)]
struct StepsValue {
    scope: Arc<Scope>,
    misses: Misses,
}

impl Object for StepsValue {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        self.misses.asked(name);
        match &self.scope.steps {
            Steps::None => None,
            Steps::Any => {
                Some(Value::from_object(AnyStep { name: name.to_owned(), misses: self.misses.clone() }))
            }
            Steps::Known(steps) => {
                let Some(values) = steps.get(name) else {
                    self.misses.missed(Unknown { name: format!("steps['{name}']"), meant: None });
                    return None;
                };
                let part = |values: &serde_json::Map<String, serde_json::Value>| Value::from(Serde(values));
                Some(Value::from_pairs([("outputs", part(&values.outputs)), ("form", part(&values.form))]))
            }
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }
}

/// A step whose values are not known yet: every key of its outputs and its form is there.
#[derive(Debug)]
struct AnyStep {
    name: String,
    misses: Misses,
}

impl Object for AnyStep {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "outputs" => Some(Value::from_object(AnyKey { form: None })),
            "form" => {
                Some(Value::from_object(AnyKey { form: Some((self.name.clone(), self.misses.clone())) }))
            }
            other => {
                let meant = meant(other, ["outputs", "form"]);
                self.misses.missed(Unknown {
                    name: format!("steps['{}'].{other}", self.name),
                    meant: meant.map(|word| format!("steps['{}'].{word}", self.name)),
                });
                None
            }
        }
    }
}

#[derive(Debug)]
struct AnyKey {
    form: Option<(String, Misses)>,
}

impl Object for AnyKey {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if let (Some((step, misses)), Some(key)) = (&self.form, key.as_str()) {
            misses.field(step, key);
        }
        // Text, so that it may not become part of SQL unless a filter makes a number or a name of it.
        Some(Value::from("1"))
    }
}
