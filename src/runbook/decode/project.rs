//! Settings.

use super::verb::{command, http, sql, sql_source};
use super::{secret, unsigned};
use crate::runbook::grammar::parse;
use crate::runbook::model::{Action, ActionKind, Connection, Mail, Means, Platform, Settings, Text, Value};
use crate::runbook::problem::Spanned;
use crate::runbook::yaml::Node;

/// A project's settings.
pub(in crate::runbook) fn settings(node: &Node) -> Settings {
    Settings {
        timezone: node.text("timezone"),
        language: node.text("language"),
        store: node.get("store").and_then(value),
        roster: node.text("roster"),
        mail: node.get("mail").and_then(mail),
        connections: keyed(node, "connections", connection),
        platforms: keyed(node, "platforms", platform),
    }
}

/// The entries under `key`, each made from its name and value.
fn keyed<T>(node: &Node, key: &str, read: impl Fn(&Text, &Node) -> Option<T>) -> Vec<(Text, T)> {
    let entries = node.get(key).map(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|entry| Some((entry.key.clone(), read(&entry.key, &entry.value)?))).collect()
}

fn value(node: &Node) -> Option<Value> {
    match node.as_text() {
        Some(text) => Some(Value::Text(text)),
        None => secret(node).map(Value::Secret),
    }
}

fn mail(node: &Node) -> Option<Mail> {
    Some(Mail {
        from: node.text("from")?,
        smtp: node.get("smtp").and_then(value),
        starttls: node.text("starttls").is_none_or(|word| word.value != "none"),
        user: node.get("user").and_then(value),
        password: node.get("password").and_then(secret),
    })
}

fn connection(name: &Text, node: &Node) -> Option<Connection> {
    let url = node.as_text().map(Value::Text).or_else(|| node.get("url").and_then(value))?;
    Some(Connection {
        span: name.span,
        url,
        attach: node.named("attach", value),
        insecure: node.flag("insecure", false),
        changed: node.get("changed").and_then(sql_source),
    })
}

#[expect(clippy::unnecessary_wraps, reason = "read by the same function as those that can fail")]
fn platform(name: &Text, node: &Node) -> Option<Platform> {
    Some(Platform {
        span: name.span,
        connection: node.text("connection"),
        limit: node.value("limit", unsigned),
        encoding: node.text("encoding"),
        flow: node.get("flow").map(actions).unwrap_or_default(),
    })
}

/// The whole flow as one action, or an action for each thing that can be asked.
fn actions(node: &Node) -> Vec<(Spanned<ActionKind>, Action)> {
    if let Some(whole) = action(node) {
        return vec![(Spanned::new(ActionKind::Whole, node.head()), whole)];
    }
    let read = |(kind, action): (Text, Action)| Some((Spanned::new(action_kind(&kind)?, kind.span), action));
    node.pairs(action).into_iter().filter_map(read).collect()
}

fn action_kind(text: &str) -> Option<ActionKind> {
    Some(match text {
        "find" => ActionKind::Find,
        "submit" => ActionKind::Submit,
        "poll" => ActionKind::Poll,
        "redo" => ActionKind::Redo,
        "force_pass" => ActionKind::ForcePass,
        "cancel" => ActionKind::Cancel,
        "log" => ActionKind::Log,
        _ => return None,
    })
}

fn action(node: &Node) -> Option<Action> {
    Some(Action {
        means: means(node)?,
        id: node.text("id"),
        none: node.text("none"),
        every: node.bare("every", parse::duration),
        succeeded: node.text("succeeded"),
        failed: node.text("failed"),
        reason: node.text("reason"),
    })
}

fn means(node: &Node) -> Option<Means> {
    if let Some(program) = node.get("run") {
        return command(program).map(Means::Run);
    }
    if let Some(statements) = node.get("sql") {
        return sql(statements).map(Means::Sql);
    }
    http(node.get("http")?).map(Means::Http)
}
