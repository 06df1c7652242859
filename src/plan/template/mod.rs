//! Values put into texts: once, and never read again as a template.
//!
//! `{{ expression }}` is all that is special. What may come out depends on where it goes: text takes anything, SQL text
//! only what cannot be anything but a month, a date, a number, a declared choice or a name. The rest is bound.

mod encode;
mod error;
mod pieces;
mod placeholders;
mod values;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use jiff::civil::Date;
use minijinja::value::{Object, Value, ValueKind};
use minijinja::{Environment, ErrorKind, UndefinedBehavior, filters};

use self::pieces::{Expr, Piece, expression, path_number, pieces};
pub(crate) use self::values::Used;
use self::values::{Misses, Root, follow, named};
use super::{Node, ParamValue, Plan, Template};
use crate::time::Month;

pub use self::encode::{names_a_host, render_json, render_pattern, render_url};
pub use self::error::{Reason, TemplateError};
pub use self::placeholders::placeholders;

/// The longest text that a template may become.
pub const MAX_RENDERED: usize = 1 << 20;

/// The longest expression between two braces; longer ones could exhaust the stack of whoever reads them.
const MAX_EXPRESSION: usize = 1_000;

/// What the names in a template stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope {
    /// The accounting month.
    pub month: Month,
    /// Parameters.
    pub params: Arc<BTreeMap<String, ParamValue>>,
    /// `for_each` variables.
    pub vars: BTreeMap<String, String>,
    /// The run's id.
    pub run: String,
    /// The civil date in the project's zone.
    pub today: Date,
    /// The step's batch, once it is rendered.
    pub batch: Option<String>,
    /// Values of other steps.
    pub steps: Steps,
    /// Names that only a platform's actions have: `flow`, `id`, `token`.
    pub extra: BTreeMap<String, String>,
}

/// What `steps['NAME']` finds.
#[derive(Debug, Clone, PartialEq)]
pub enum Steps {
    /// There is no such name here.
    None,
    /// Any step with any value: while a plan is made.
    Any,
    /// These, by their names as the template writes them ([`Node::refs`]).
    Known(BTreeMap<String, StepValues>),
}

/// The values of a step that others may use.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepValues {
    /// `steps['NAME'].outputs.KEY`.
    pub outputs: serde_json::Map<String, serde_json::Value>,
    /// `steps['NAME'].form.KEY`.
    pub form: serde_json::Map<String, serde_json::Value>,
}

impl Scope {
    /// The scope of `node`, without its batch and without values of other steps.
    pub fn of(plan: &Plan, node: &Node, today: Date) -> Self {
        Scope {
            month: plan.month(),
            params: Arc::new(plan.params.clone()),
            vars: node.vars.clone(),
            run: plan.run.to_string(),
            today,
            batch: None,
            steps: Steps::Known(BTreeMap::new()),
            extra: BTreeMap::new(),
        }
    }

    /// The same with the step's batch.
    #[must_use]
    pub fn with_batch(mut self, batch: impl Into<String>) -> Self {
        self.batch = Some(batch.into());
        self
    }

    /// The same with the values of one step more, by its name as written.
    #[must_use]
    pub fn with_step(mut self, name: impl Into<String>, values: StepValues) -> Self {
        match &mut self.steps {
            Steps::Known(steps) => drop(steps.insert(name.into(), values)),
            other => *other = Steps::Known(BTreeMap::from([(name.into(), values)])),
        }
        self
    }

    /// The same with one name more, for a platform's action.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// The names that stand alone in this scope.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = ["month", "params", "run", "today"].map(str::to_owned).into();
        names.extend(self.batch.as_ref().map(|_| "batch".to_owned()));
        names.extend((self.steps != Steps::None).then(|| "steps".to_owned()));
        names.extend(self.vars.keys().chain(self.extra.keys()).cloned());
        names
    }
}

/// Where a rendered text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    Text,
    Sql,
    Url,
    Json,
    Pattern,
}

static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(engine);

/// Filters are chosen, not inherited: none may build endless texts, none may call a text safe.
fn engine() -> Environment<'static> {
    let mut engine = Environment::empty();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(20_000));
    engine.set_recursion_limit(64);
    engine.add_filter("ident", ident);
    engine.add_filter("upper", filters::upper);
    engine.add_filter("lower", filters::lower);
    engine.add_filter("trim", filters::trim);
    engine.add_filter("replace", filters::replace);
    engine.add_filter("default", filters::default);
    engine.add_filter("int", filters::int);
    engine.add_filter("float", filters::float);
    engine.add_filter("string", filters::string);
    engine.add_filter("round", filters::round);
    engine.add_filter("abs", filters::abs);
    engine.add_filter("length", filters::length);
    engine.add_filter("join", filters::join);
    engine.add_test("defined", minijinja::tests::is_defined);
    engine.add_test("undefined", minijinja::tests::is_undefined);
    engine.add_test("none", minijinja::tests::is_none);
    engine
}

/// What marks the error of [`ident`] among the engine's.
const NOT_A_NAME: &str = "not a name: ";

/// `| ident`: a table or column name, with one dot for a schema.
fn ident(value: &Value) -> Result<Value, minijinja::Error> {
    let text = value.to_string();
    if is_ident(&text) {
        Ok(Value::from_safe_string(text))
    } else {
        Err(minijinja::Error::new(ErrorKind::InvalidOperation, format!("{NOT_A_NAME}{text}")))
    }
}

/// Is `text` a name that may stand in SQL: letters, digits, `_` and `$`, and at most one dot?
pub fn is_ident(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() <= 2
        && text.len() <= 128
        && parts.iter().all(|part| {
            !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
        })
}

/// Puts the values of `scope` into a text.
pub fn render(template: &Template, scope: &Scope) -> Result<String, TemplateError> {
    whole(&template.0, scope, Goal::Text).map(|(text, _)| text)
}

/// Puts the values of `scope` into SQL: months, dates, integers, choices, and names through `| ident`. A value of any
/// other kind is an error that says to bind it.
pub fn render_sql(template: &Template, scope: &Scope) -> Result<String, TemplateError> {
    whole(&template.0, scope, Goal::Sql).map(|(text, _)| text)
}

/// Is the condition true? `{{ … }}` must print `true` or `false`; anything else is one expression.
pub fn truth(template: &Template, scope: &Scope) -> Result<bool, TemplateError> {
    truth_of(&template.0, scope).map(|(truth, _)| truth)
}

/// Renders `text` as what it will be, and tells which steps it asked for.
pub(crate) fn probe(text: &str, scope: &Scope) -> Result<(String, Used), TemplateError> {
    whole(text, scope, Goal::Text)
}

/// [`probe`] for SQL.
pub(crate) fn probe_sql(text: &str, scope: &Scope) -> Result<(String, Used), TemplateError> {
    whole(text, scope, Goal::Sql)
}

/// [`probe`] for a condition.
pub(crate) fn truth_of(text: &str, scope: &Scope) -> Result<(bool, Used), TemplateError> {
    let (answer, used) = if text.contains("{{") {
        let (rendered, used) = whole(text, scope, Goal::Text)?;
        (rendered.trim().to_owned(), used)
    } else {
        let expr = expression(text);
        let (value, used) = evaluate(&expr, &Arc::new(scope.clone()))?;
        (shown(&value), used)
    };
    match answer.as_str() {
        "true" => Ok((true, used)),
        "false" => Ok((false, used)),
        _ => Err(TemplateError::new(Reason::NotTruth(answer), text.trim())),
    }
}

fn whole(text: &str, scope: &Scope, into: Goal) -> Result<(String, Used), TemplateError> {
    if !text.contains('{') {
        return Ok((text.to_owned(), Used::default()));
    }
    let scope = Arc::new(scope.clone());
    let mut out = String::with_capacity(text.len());
    let mut used = Used::default();
    for piece in pieces(text)? {
        match piece {
            Piece::Text(plain) => out.push_str(plain),
            Piece::Expr(expr) => {
                let (value, own) = evaluate(&expr, &scope)?;
                used.extend(own);
                match into {
                    Goal::Text => out.push_str(&shown(&value)),
                    Goal::Url => out.push_str(&encode::url(&value)),
                    Goal::Json => out.push_str(&encode::json(&value, &out)),
                    Goal::Pattern => out.push_str(&encode::pattern(&value)),
                    Goal::Sql => out.push_str(
                        &sql(&value).ok_or_else(|| TemplateError::new(Reason::NotInSql, &expr.written))?,
                    ),
                }
                if out.len() > MAX_RENDERED {
                    return Err(TemplateError::new(Reason::TooLong, &expr.written));
                }
            }
        }
    }
    Ok((out, used))
}

/// The value of one expression, and the steps that it asked for.
fn evaluate(expr: &Expr, scope: &Arc<Scope>) -> Result<(Value, Used), TemplateError> {
    if expr.written.len() > MAX_EXPRESSION {
        return Err(TemplateError::new(Reason::TooLong, expr.written.chars().take(40).collect::<String>()));
    }
    // Also what stands in a branch that is not taken must be known.
    for path in &expr.paths {
        follow(scope, path).map_err(|unknown| unknown_name(unknown, expr))?;
    }
    if let Some(value) = alone(expr, scope) {
        return Ok((value, Used::default()));
    }
    let compiled = ENGINE.compile_expression(&expr.source).map_err(|error| failure(&error, expr))?;
    let misses = Misses::default();
    let root =
        Arc::new(Root { scope: Arc::clone(scope), expr: Arc::new(expr.clone()), misses: misses.clone() });
    if expr.branches() {
        for name in compiled.undeclared_variables(false) {
            let _ = root.get_value(&Value::from(name));
        }
    }
    if let Some(unknown) = misses.first() {
        return Err(unknown_name(unknown, expr));
    }
    let outcome = compiled.eval(Value::from_dyn_object(root));
    let mut used = misses.used();
    used.steps.extend(expr.steps.iter().cloned());
    match outcome {
        _ if misses.first().is_some() => Err(misses
            .first()
            .map_or_else(|| TemplateError::new(Reason::Endless, ""), |unknown| unknown_name(unknown, expr))),
        Ok(value) if value.is_undefined() => Err(undefined(expr)),
        Ok(value) => Ok((value, used)),
        // Values of steps are not known while a plan is made: what they cannot do is found out when they are there.
        Err(error) if scope.steps == Steps::Any && !used.is_empty() && forgivable(&error) => {
            Ok((Value::from(1), used))
        }
        Err(error) if error.kind() == ErrorKind::UndefinedError => Err(undefined(expr)),
        Err(error) => Err(failure(&error, expr)),
    }
}

/// Most expressions are a name or a dotted path alone: their value needs no engine, which would come to the same.
fn alone(expr: &Expr, scope: &Scope) -> Option<Value> {
    let word = expr.source.trim();
    match path_number(word) {
        Some(number) => expr.paths.get(number).and_then(|path| follow(scope, path).ok()),
        None => named(scope, word),
    }
}

fn forgivable(error: &minijinja::Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidOperation | ErrorKind::UndefinedError | ErrorKind::NonPrimitive)
}

fn undefined(expr: &Expr) -> TemplateError {
    TemplateError::new(Reason::Unknown { name: expr.written.clone(), meant: None }, &expr.written)
}

fn unknown_name(unknown: values::Unknown, expr: &Expr) -> TemplateError {
    TemplateError::new(Reason::Unknown { name: unknown.name, meant: unknown.meant }, &expr.written)
}

fn failure(error: &minijinja::Error, expr: &Expr) -> TemplateError {
    let detail = error.detail().unwrap_or_default().to_owned();
    let reason = match error.kind() {
        ErrorKind::SyntaxError => Reason::Syntax(detail),
        ErrorKind::OutOfFuel => Reason::Endless,
        ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction => {
            Reason::Unknown { name: last_word(&detail), meant: None }
        }
        _ => match detail.strip_prefix(NOT_A_NAME) {
            Some(value) => Reason::NotAName(value.to_owned()),
            None => Reason::Fails(detail),
        },
    };
    TemplateError::new(reason, &expr.written)
}

/// The name in the engine's "filter x is unknown".
fn last_word(detail: &str) -> String {
    detail.split_whitespace().nth(1).unwrap_or(detail).trim_matches(['\'', '"', '`']).to_owned()
}

/// A value as text.
fn shown(value: &Value) -> String {
    match value.kind() {
        ValueKind::Bool => value.is_true().to_string(),
        ValueKind::None | ValueKind::Undefined => String::new(),
        ValueKind::Seq | ValueKind::Iterable => value
            .try_iter()
            .map(|items| items.take(10_000).map(|item| shown(&item)).collect::<Vec<_>>().join(","))
            .unwrap_or_default(),
        _ => value.to_string(),
    }
}

/// A value as SQL text, if it may be that. A negative number gets brackets: `a -{{ n }}` must not begin a comment.
fn sql(value: &Value) -> Option<String> {
    if value.is_integer() {
        let text = value.to_string();
        return Some(if text.starts_with('-') { format!("({text})") } else { text });
    }
    value.is_safe().then(|| value.to_string())
}

/// The values that SQL may bind by name: `:month` is `2026-10`.
pub fn bindings(scope: &Scope) -> BTreeMap<String, ParamValue> {
    let month = scope.month;
    let mut all: BTreeMap<String, ParamValue> =
        scope.params.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    all.extend(
        scope.extra.iter().chain(&scope.vars).map(|(name, value)| (name.clone(), value.as_str().into())),
    );
    all.extend(scope.batch.iter().map(|batch| ("batch".to_owned(), batch.as_str().into())));
    all.extend(
        [
            ("month", ParamValue::Month(month)),
            ("month_compact", ParamValue::Text(month.compact())),
            ("month_first", ParamValue::Date(month.first())),
            ("month_last_day", ParamValue::Date(month.last_day())),
            ("month_next", ParamValue::Month(month.next())),
            ("month_previous", ParamValue::Month(month.previous())),
            ("run_id", ParamValue::Text(scope.run.clone())),
            ("today", ParamValue::Date(scope.today)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    all
}

#[cfg(test)]
mod tests;
