//! Steps: what every step may say.

use super::gate::gate;
use super::verb::verb;
use super::{secret, small, unsigned};
use crate::runbook::grammar::parse;
use crate::runbook::model::{
    Deadline, Defaults, EachValues, EnvValue, ForEach, Gate, OnFailure, Retry, Step, Text, Verb, Votes,
};
use crate::runbook::problem::{Span, Spanned};
use crate::runbook::yaml::{Node, Value};

/// A step: a bare word is a flow. `None` when it is neither word nor map.
pub(super) fn step(node: &Node) -> Option<Step> {
    match &node.value {
        Value::Scalar { .. } => {
            let flow = node.as_text()?;
            let verb = Spanned::new(Verb::Flow { flow, redo: None }, node.span);
            Some(blank(node.span, verb))
        }
        Value::Map(_) => Some(written(node)),
        Value::Null | Value::List(_) => None,
    }
}

/// A step with nothing but its verb.
fn blank(span: Span, verb: Spanned<Verb>) -> Step {
    Step {
        span,
        name: None,
        title: None,
        verb,
        platform: None,
        connection: None,
        batch: None,
        needs: Vec::new(),
        when: None,
        for_each: None,
        confirm: None,
        review: None,
        retry: None,
        timeout: None,
        on_failure: None,
        idempotent: false,
        severity: None,
        owner: None,
        deadline: None,
        env: Vec::new(),
        reads: Vec::new(),
        writes: Vec::new(),
        outputs: Vec::new(),
    }
}

fn written(node: &Node) -> Step {
    let span = node.head();
    Step {
        span,
        name: node.text("name"),
        title: node.text("title"),
        verb: verb(node).unwrap_or_else(|| Spanned::new(unread(span), span)),
        platform: node.text("platform"),
        connection: node.text("connection"),
        batch: node.text("batch"),
        needs: node.texts("needs"),
        when: node.text("when"),
        for_each: node.get("for_each").and_then(for_each),
        confirm: node.get("confirm").and_then(|node| gate(node, "ask")),
        review: node.get("review").and_then(|node| gate(node, "ask")),
        retry: node.get("retry").and_then(retry),
        timeout: node.value("timeout", parse::duration),
        on_failure: node.value("on_failure", on_failure),
        idempotent: node.flag("idempotent", false),
        severity: node.value("severity", small),
        owner: node.text("owner"),
        deadline: node.get("deadline").and_then(deadline),
        env: node.named("env", env_value),
        reads: node.texts("reads"),
        writes: node.texts("writes"),
        outputs: node.named("outputs", Node::as_text),
    }
}

/// Stands for a verb that could not be read. It has been reported, so nothing ever runs; but the step keeps its name,
/// and whatever needs it is not reported as well.
fn unread(span: Span) -> Verb {
    let ask = Text::new(String::new(), span);
    Verb::Notice(Gate {
        span,
        ask,
        show: Vec::new(),
        form: Vec::new(),
        approvers: None,
        votes: Votes::Count(Spanned::new(1, span)),
        except: Vec::new(),
        each: Vec::new(),
        deadline: None,
        remind: None,
        escalate: Vec::new(),
        fails_on_timeout: false,
        on_reject: Vec::new(),
    })
}

pub(super) fn env_value(node: &Node) -> Option<EnvValue> {
    match node.as_text() {
        Some(text) => Some(EnvValue::Text(text)),
        None => secret(node).map(EnvValue::Secret),
    }
}

fn for_each(node: &Node) -> Option<ForEach> {
    let entry = node.entries().first()?;
    let values = match &entry.value.value {
        Value::Scalar { .. } => EachValues::Param(entry.value.as_text()?),
        Value::List(_) => EachValues::List(entry.value.as_texts()),
        Value::Map(_) => {
            EachValues::File { file: entry.value.text("file")?, column: entry.value.text("column")? }
        }
        Value::Null => return None,
    };
    Some(ForEach { variable: entry.key.clone(), values })
}

/// `defaults:` of a runbook or stage.
pub(super) fn defaults(node: Option<&Node>) -> Defaults {
    let Some(node) = node else { return Defaults::default() };
    Defaults {
        timeout: node.value("timeout", parse::duration),
        retry: node.get("retry").and_then(retry),
        severity: node.value("severity", small),
        on_failure: node.value("on_failure", on_failure),
    }
}

/// `retry: 2`, or with delays.
fn retry(node: &Node) -> Option<Retry> {
    let times = node.as_value(unsigned).or_else(|| node.value("times", unsigned))?;
    Some(Retry {
        times: times.value,
        delay: node.bare("delay", parse::duration),
        backoff: node.bare("backoff", parse::number),
        max_delay: node.bare("max_delay", parse::duration),
        on_exit: node.each("on_exit", |code| code.as_value(|text| text.parse().ok()).map(|code| code.value)),
    })
}

fn on_failure(text: &str) -> Option<OnFailure> {
    Some(match text {
        "hold" => OnFailure::Hold,
        "continue" => OnFailure::Continue,
        "abort" => OnFailure::Abort,
        _ => return None,
    })
}

/// `{day: 2, at: "12:00"}`.
pub(super) fn deadline(node: &Node) -> Option<Deadline> {
    let day = node.bare("day", parse::day)?;
    Some(Deadline { span: node.head(), day, at: node.bare("at", parse::time) })
}
