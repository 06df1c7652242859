//! Verbs: what a step does.

use super::gate::gate;
use super::step::{deadline, env_value};
use crate::runbook::grammar::parse;
use crate::runbook::model::{
    Check, CheckSubject, Checks, Command, Compare, Http, Letter, Like, Load, LoadMode, Poll, Sql, SqlSource,
    Text, Verb, Wait,
};
use crate::runbook::problem::Spanned;
use crate::runbook::yaml::{Node, Value};

/// The first verb of a step's map.
pub(super) fn verb(step: &Node) -> Option<Spanned<Verb>> {
    step.entries().iter().find_map(|entry| {
        let verb = read(&entry.key, &entry.value, step)?;
        Some(Spanned::new(verb, entry.key.span))
    })
}

fn read(key: &str, node: &Node, step: &Node) -> Option<Verb> {
    Some(match key {
        "flow" => Verb::Flow { flow: node.as_text()?, redo: step.text("redo") },
        "follow" => Verb::Follow(node.as_text()?),
        "force_pass" => Verb::ForcePass(node.as_text()?),
        "run" => Verb::Run(command(node)?),
        "sql" => Verb::Sql(Sql {
            transaction: step.flag("transaction", true) && node.flag("transaction", true),
            ..sql(node)?
        }),
        "load" => Verb::Load(load(node)?),
        "check" => Verb::Check(checks(node, step)),
        "wait" => Verb::Wait { what: wait(node)?, poll: step.get("poll").and_then(poll) },
        "gate" => Verb::Gate(gate(node, "ask")?),
        "notice" => Verb::Notice(gate(node, "text")?),
        "http" => Verb::Http(http(node)?),
        "mail" => Verb::Mail(letter(node)?),
        _ => return None,
    })
}

/// A script, or a program with its arguments.
pub(super) fn command(node: &Node) -> Option<Command> {
    match &node.value {
        Value::Scalar { .. } => node.as_text().map(Command::Shell),
        Value::List(_) => Some(Command::Program(node.as_texts())),
        Value::Null | Value::Map(_) => None,
    }
}

/// SQL as text, or the file that holds it.
pub(super) fn sql_source(node: &Node) -> Option<SqlSource> {
    match node.as_text() {
        Some(text) => Some(SqlSource::Text(text)),
        None => node.text("file").map(SqlSource::File),
    }
}

/// Statements.
pub(super) fn sql(node: &Node) -> Option<Sql> {
    Some(Sql { source: sql_source(node)?, transaction: node.flag("transaction", true) })
}

/// An address, or a whole request.
pub(super) fn http(node: &Node) -> Option<Http> {
    Some(Http {
        method: node.text("method"),
        url: node.as_text().or_else(|| node.text("url"))?,
        headers: node.named("headers", env_value),
        body: node.text("body"),
        expect: node.text("expect"),
        key: node.text("key"),
    })
}

fn load(node: &Node) -> Option<Load> {
    let key = node.texts("key");
    let unsaid = if key.is_empty() { LoadMode::Append } else { LoadMode::Merge };
    Some(Load {
        file: node.text("file")?,
        encoding: node.text("encoding"),
        separator: node.text("separator"),
        into: node.text("into")?,
        key,
        mode: node.bare("mode", load_mode).unwrap_or(unsaid),
        filter: node.text("where"),
    })
}

fn load_mode(text: &str) -> Option<LoadMode> {
    Some(match text {
        "merge" => LoadMode::Merge,
        "replace" => LoadMode::Replace,
        "append" => LoadMode::Append,
        _ => return None,
    })
}

fn checks(node: &Node, step: &Node) -> Checks {
    Checks {
        items: node.items().iter().filter_map(check).collect(),
        poll: step.get("poll").and_then(poll),
        warn: warns(step),
    }
}

fn warns(node: &Node) -> bool {
    node.text("if_unmet").is_some_and(|word| word.value == "warn")
}

fn poll(node: &Node) -> Option<Poll> {
    let every = node.bare("every", parse::duration)?;
    Some(Poll { every, within: node.bare("for", parse::duration) })
}

fn check(node: &Node) -> Option<Check> {
    Some(Check {
        span: node.head(),
        subject: subject(node)?,
        expect: node.text("expect"),
        like: node.get("like").and_then(like),
        since: node.text("since"),
        connection: node.text("connection"),
        warn: warns(node),
    })
}

fn subject(node: &Node) -> Option<CheckSubject> {
    if let Some(value) = node.get("sql") {
        return Some(CheckSubject::Value(sql_source(value)?));
    }
    if let Some(table) = node.get("exists") {
        return Some(CheckSubject::Exists(table.as_text()?));
    }
    let pair = node.get("table")?;
    let compare = node.each("compare", compare);
    Some(CheckSubject::Table {
        from: pair.text("from")?,
        to: pair.text("to")?,
        compare: if compare.is_empty() { vec![Compare::Rows] } else { compare },
        tolerance: node.text("tolerance"),
    })
}

fn compare(node: &Node) -> Option<Compare> {
    if let Some(word) = node.as_value(parse::comparison) {
        return Some(match word.value {
            Compare::Sum(column) => Compare::Sum(Text::new(column.value, word.span)),
            other => other,
        });
    }
    match node.get("keys") {
        Some(keys) => Some(Compare::Keys(keys.as_texts())),
        None => node.get("rows_by").map(|columns| Compare::RowsBy(columns.as_texts())),
    }
}

fn like(node: &Node) -> Option<Like> {
    Some(Like { months: node.bare("last", parse::months)?, share: node.bare("by", parse::share)? })
}

fn wait(node: &Node) -> Option<Wait> {
    let entry = node.entries().iter().find(|entry| !matches!(entry.key.as_str(), "stable_for" | "expect"))?;
    Some(match entry.key.as_str() {
        "file" => {
            Wait::File { file: entry.value.as_text()?, stable_for: node.bare("stable_for", parse::duration) }
        }
        "until" => Wait::Until(deadline(&entry.value)?),
        "sql" => Wait::Sql { source: sql_source(&entry.value)?, expect: node.text("expect")? },
        "http" => Wait::Http(http(&entry.value)?),
        "mail" => Wait::Mail(entry.value.as_text()?),
        _ => return None,
    })
}

fn letter(node: &Node) -> Option<Letter> {
    Some(Letter { to: node.texts("to"), subject: node.text("subject")?, text: node.text("text")? })
}
