//! What steps do: verbs with everything that they refer to.

use std::collections::BTreeMap;

use super::desk::Desk;
use super::params::harmless;
use super::verbs;
use crate::msg;
use crate::plan::project::{Means, Platform};
use crate::plan::template::is_ident;
use crate::plan::{EnvValue, GateKind, SqlText, TableName, Template, Work};
use crate::runbook::model::{self, ActionKind, Secret, Text, Verb};
use crate::runbook::problem::Span;

/// What the desk's step does; `None` when it cannot be said, which is told.
pub(super) fn work(desk: &mut Desk<'_, '_, '_>) -> Option<Work> {
    let step = desk.step();
    let span = step.verb.span;
    if !matches!(step.verb.value, Verb::Run(_)) {
        for (name, _) in step.env.iter().take(1) {
            desk.findings.warn(name.span, msg!("plan-env-unused"));
        }
    }
    match &step.verb.value {
        Verb::Flow { flow, redo } => {
            let (flow, platform) = named_flow(desk, flow, &[ActionKind::Whole, ActionKind::Submit])?;
            let actions = desk.book.input.project.platforms.get(&platform).map(|found| &found.actions);
            let findable = actions.is_some_and(|actions| {
                actions.contains_key(&ActionKind::Find) && !actions.contains_key(&ActionKind::Whole)
            });
            Some(Work::Flow { flow, platform, downstream: redo.is_some(), findable })
        }
        Verb::Follow(flow) => {
            let (flow, platform) = named_flow(desk, flow, &[])?;
            Some(Work::Follow { flow, platform })
        }
        Verb::ForcePass(flow) => {
            let (flow, platform) = named_flow(desk, flow, &[ActionKind::ForcePass])?;
            Some(Work::ForcePass { flow, platform })
        }
        Verb::Run(command) => {
            let command = desk.command(command);
            Some(Work::Run { command, env: env(desk) })
        }
        Verb::Sql(sql) => {
            let text = desk.sql_source(&sql.source);
            let connection = connection(desk, step.connection.as_ref(), span);
            if let Some(connection) = &connection {
                super::atomic::look(desk, sql, connection);
            }
            Some(Work::Sql { text: text?, connection: connection?, transaction: sql.transaction })
        }
        Verb::Check(checks) => super::checks::work(desk, checks),
        Verb::Gate(gate) => Some(super::gates::work(desk, GateKind::Gate, gate)),
        Verb::Notice(gate) => Some(super::gates::work(desk, GateKind::Notice, gate)),
        Verb::Load(load) => verbs::load(desk, load).map(Work::Load),
        Verb::Wait { what, poll } => verbs::wait(desk, what, *poll, span),
        Verb::Http(http) => verbs::request(desk, http).map(Work::Http),
        Verb::Mail(letter) => Some(Work::Mail(verbs::letter(desk, letter))),
    }
}

/// Accepted, and refused by `plan` and `run`.
pub(super) fn later(desk: &mut Desk<'_, '_, '_>, span: Span, what: &str) -> Work {
    desk.not_yet(span, what);
    Work::Later { what: what.to_owned() }
}

/// A flow and its platform, which can do one of `wanted` with it (anything, where nothing is wanted).
fn named_flow(desk: &mut Desk<'_, '_, '_>, flow: &Text, wanted: &[ActionKind]) -> Option<(Template, String)> {
    let step = desk.step();
    let template = desk.text(flow);
    let Some(word) = step.platform.as_ref().or(desk.stage().platform.as_ref()) else {
        desk.findings.error(flow.span, msg!("plan-platform-missing", name = harmless(flow)));
        return None;
    };
    let platform = platform(desk, word)?;
    if !wanted.is_empty() && !wanted.iter().any(|kind| platform.actions.contains_key(kind)) {
        let message = match wanted {
            [ActionKind::ForcePass] => msg!("plan-platform-no-force-pass", name = &word.value),
            _ => msg!("plan-platform-no-flow", name = &word.value),
        };
        desk.findings.error(word.span, message);
        return None;
    }
    if wanted.is_empty()
        && ![ActionKind::Find, ActionKind::Poll].iter().all(|kind| platform.actions.contains_key(kind))
    {
        desk.findings.warn(flow.span, msg!("plan-platform-no-follow", name = &word.value));
    }
    if wanted.contains(&ActionKind::Whole) {
        whole_file(desk, platform, flow);
    }
    Some((template, word.value.clone()))
}

/// A platform that runs a file of SQL for every flow wants that file.
fn whole_file(desk: &mut Desk<'_, '_, '_>, platform: &Platform, flow: &Text) {
    let Some(Means::Sql { text: SqlText::File(path), .. }) =
        platform.actions.get(&ActionKind::Whole).map(|action| &action.means)
    else {
        return;
    };
    let Ok((name, used)) = crate::plan::template::probe(flow, &desk.scope) else { return };
    if !used.is_empty() {
        return;
    }
    let before = desk.scope.clone();
    desk.scope.extra.extend([("flow".to_owned(), name), ("token".to_owned(), "token".to_owned())]);
    desk.sql_file(&path.0, flow.span);
    desk.scope = before;
}

/// The platform of that name.
pub(super) fn platform<'a>(desk: &mut Desk<'_, 'a, '_>, word: &Text) -> Option<&'a Platform> {
    let project = desk.book.input.project;
    let found = project.platforms.get(&word.value);
    if found.is_none() {
        let known = project.platforms.keys().map(String::as_str);
        desk.findings.unknown(word.span, msg!("plan-platform-unknown", name = &word.value), word, known);
    }
    found
}

/// The connection that a step's SQL runs on: named, else its platform's, else its stage's platform's.
pub(super) fn connection(desk: &mut Desk<'_, '_, '_>, named: Option<&Text>, span: Span) -> Option<String> {
    let step = desk.step();
    let named =
        named.or(step.connection.as_ref()).or(step.platform.as_ref()).or(desk.stage().platform.as_ref());
    if let Some(word) = named {
        return connection_named(desk, word, word.span);
    }
    desk.findings.error(span, msg!("plan-connection-missing"));
    None
}

/// A connection by its name, or by the name of a platform that stands for it.
pub(super) fn connection_named(desk: &mut Desk<'_, '_, '_>, word: &str, span: Span) -> Option<String> {
    let project = desk.book.input.project;
    if project.connections.contains_key(word) {
        return Some(word.to_owned());
    }
    match project.platforms.get(word).map(|platform| &platform.connection) {
        Some(Some(connection)) => return Some(connection.clone()),
        Some(None) => desk.findings.error(span, msg!("plan-platform-no-connection", name = harmless(word))),
        None => {
            let known = project.connections.keys().chain(project.platforms.keys()).map(String::as_str);
            desk.findings.unknown(span, msg!("plan-connection-unknown", name = harmless(word)), word, known);
        }
    }
    None
}

/// `connection:table`; without a connection the step's.
pub(super) fn table(desk: &mut Desk<'_, '_, '_>, text: &Text) -> Option<TableName> {
    let written = desk.fixed(text)?;
    let (connection, table) = match written.split_once(':') {
        Some((connection, table)) => (connection_named(desk, connection, text.span), table),
        None => (connection(desk, None, text.span), written.as_str()),
    };
    if !is_ident(table) {
        desk.findings.error(text.span, msg!("plan-table-name", name = harmless(table)));
        return None;
    }
    Some(TableName { connection: connection?, table: table.to_owned() })
}

fn env(desk: &mut Desk<'_, '_, '_>) -> BTreeMap<String, EnvValue> {
    let mut all = BTreeMap::new();
    for (name, value) in &desk.step().env {
        let word = name.value.as_str();
        let shaped = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !shaped {
            desk.findings.error(name.span, msg!("plan-env-name", name = harmless(word)));
        } else if word.starts_with("LD_") || word.starts_with("MONTHSTART_") {
            desk.findings.error(name.span, msg!("plan-env-refused", name = word));
        }
        if let Some(value) = env_value(desk, value) {
            all.insert(word.to_owned(), value);
        }
    }
    all
}

/// A template, or where a secret comes from.
pub(super) fn env_value(desk: &mut Desk<'_, '_, '_>, value: &model::EnvValue) -> Option<EnvValue> {
    match value {
        model::EnvValue::Text(text) => Some(EnvValue::Text(desk.text(text))),
        model::EnvValue::Secret(Secret::Env { name, default }) => Some(EnvValue::Env {
            name: name.value.clone(),
            default: default.as_ref().map(|text| text.value.clone()),
        }),
        model::EnvValue::Secret(Secret::File(path)) => desk.path(path).map(|path| EnvValue::File(path.0)),
    }
}
