//! Runbooks, their parameters and stages.

use super::step::{deadline, defaults, step};
use super::unsigned;
use crate::runbook::grammar::parse;
use crate::runbook::model::{Param, ParamKind, Runbook, Scalars, Stage, Step, Text};
use crate::runbook::problem::Spanned;
use crate::runbook::yaml::{Node, Value};

/// A runbook; without a readable name it has an empty one.
pub(in crate::runbook) fn runbook(node: &Node) -> Runbook {
    Runbook {
        name: node.text("name").unwrap_or_else(|| Spanned::new(String::new(), node.head())),
        title: node.text("title"),
        params: node
            .named("params", param)
            .into_iter()
            .map(|(name, param)| Param { name, ..param })
            .collect(),
        limit: node.value("limit", unsigned),
        defaults: defaults(node.get("defaults")),
        handover: node.text("handover"),
        include: node.texts("include"),
        stages: node.each("stages", stage),
    }
}

/// A parameter, its name still to be put in.
fn param(node: &Node) -> Option<Param> {
    let name = Spanned::new(String::new(), node.span);
    Some(Param { name, kind: kind(node)?, default: node.get("default").and_then(scalars) })
}

/// The type of a parameter or field: a word, or a map with `type` and `values`.
pub(super) fn kind(node: &Node) -> Option<ParamKind> {
    if let Some(kind) = node.as_value(parse::param_kind) {
        return Some(kind.value);
    }
    let values = node.texts("values").into_iter().map(|value| value.value).collect();
    Some(match node.bare("type", parse::param_kind)? {
        ParamKind::Choice(_) => ParamKind::Choice(values),
        kind => kind,
    })
}

/// One value or a list of values.
pub(super) fn scalars(node: &Node) -> Option<Spanned<Scalars>> {
    let scalars = match &node.value {
        Value::Scalar { text, .. } => Scalars::One(text.clone()),
        Value::List(_) => Scalars::Many(node.as_texts().into_iter().map(|text| text.value).collect()),
        Value::Null | Value::Map(_) => return None,
    };
    Some(Spanned::new(scalars, node.span))
}

fn stage(node: &Node) -> Option<Stage> {
    let name = node.text("name")?;
    Some(Stage {
        span: name.span,
        name,
        title: node.text("title"),
        platform: node.text("platform"),
        batch: node.text("batch"),
        owner: node.text("owner"),
        deadline: node.get("deadline").and_then(deadline),
        handover: node.text("handover"),
        limit: node.value("limit", unsigned),
        defaults: defaults(node.get("defaults")),
        after: node.get("after").map(|after| Spanned::new(after.as_texts(), after.span)),
        ready: node.each("ready", step),
        levels: levels(node),
        verify: node.each("verify", step),
    })
}

/// The levels in the order of their numbers.
fn levels(node: &Node) -> Vec<(Spanned<u32>, Vec<Step>)> {
    let read =
        |(number, steps): (Text, Vec<Step>)| Some((Spanned::new(unsigned(&number)?, number.span), steps));
    let steps = |node: &Node| Some(node.items().iter().filter_map(step).collect());
    let mut levels: Vec<_> = node.named("levels", steps).into_iter().filter_map(read).collect();
    levels.sort_by_key(|(number, _)| number.value);
    levels
}
