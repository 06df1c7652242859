//! What steps do: verbs with everything that they refer to.

use std::collections::BTreeMap;

use super::desk::Desk;
use super::params::harmless;
use super::people::who;
use super::verbs;
use crate::msg;
use crate::plan::project::{Means, Platform};
use crate::plan::template::is_ident;
use crate::plan::{Check, EnvValue, GateKind, Poll, SqlText, Subject, Template, Work};
use crate::runbook::model::{self, ActionKind, CheckSubject, Secret, Text, Verb};
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
            let work = flow_work(desk, flow)?;
            Some(match redo {
                Some(redo) => later(desk, redo.span, "flow: redo"),
                None => work,
            })
        }
        Verb::Follow(flow) => {
            flow_work(desk, flow)?;
            Some(later(desk, span, "follow"))
        }
        Verb::ForcePass(flow) => {
            flow_work(desk, flow)?;
            Some(later(desk, span, "force_pass"))
        }
        Verb::Run(command) => {
            let command = desk.command(command);
            Some(Work::Run { command, env: env(desk) })
        }
        Verb::Sql(sql) => {
            let text = desk.sql_source(&sql.source);
            let connection = connection(desk, step.connection.as_ref(), span);
            Some(Work::Sql { text: text?, connection: connection?, transaction: sql.transaction })
        }
        Verb::Check(checks) => check(desk, checks),
        Verb::Gate(gate) => Some(super::gates::work(desk, GateKind::Gate, gate)),
        Verb::Notice(gate) => Some(super::gates::work(desk, GateKind::Notice, gate)),
        Verb::Load(load) => {
            verbs::load(desk, load);
            Some(later(desk, span, "load"))
        }
        Verb::Wait(wait) => {
            verbs::wait(desk, wait);
            Some(later(desk, span, "wait"))
        }
        Verb::Http(http) => {
            verbs::http(desk, http);
            Some(later(desk, span, "http"))
        }
        Verb::Mail(letter) => {
            verbs::mail(desk, letter);
            Some(later(desk, span, "mail"))
        }
    }
}

/// Accepted, and refused by `plan` and `run`.
pub(super) fn later(desk: &mut Desk<'_, '_, '_>, span: Span, what: &str) -> Work {
    desk.not_yet(span, what);
    Work::Later { what: what.to_owned() }
}

fn flow_work(desk: &mut Desk<'_, '_, '_>, flow: &Text) -> Option<Work> {
    let step = desk.step();
    let template = desk.text(flow);
    let Some(word) = step.platform.as_ref().or(desk.stage().platform.as_ref()) else {
        desk.findings.error(flow.span, msg!("plan-platform-missing", name = harmless(flow)));
        return None;
    };
    let platform = platform(desk, word)?;
    if platform.actions.values().any(|action| matches!(action.means, Means::Http)) {
        return Some(later(desk, word.span, "http"));
    }
    if !platform.actions.contains_key(&ActionKind::Whole)
        && !platform.actions.contains_key(&ActionKind::Submit)
    {
        desk.findings.error(word.span, msg!("plan-platform-no-flow", name = &word.value));
        return None;
    }
    whole_file(desk, platform, flow);
    Some(Work::Flow { flow: template, platform: word.value.clone() })
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
pub(super) fn table(desk: &mut Desk<'_, '_, '_>, text: &Text) -> Option<(String, String)> {
    let written = desk.fixed(text)?;
    let (connection, table) = match written.split_once(':') {
        Some((connection, table)) => (connection_named(desk, connection, text.span), table),
        None => (connection(desk, None, text.span), written.as_str()),
    };
    if !is_ident(table) {
        desk.findings.error(text.span, msg!("plan-table-name", name = harmless(table)));
        return None;
    }
    Some((connection?, table.to_owned()))
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
        let value = match value {
            model::EnvValue::Text(text) => Some(EnvValue::Text(desk.text(text))),
            model::EnvValue::Secret(Secret::Env { name, default }) => Some(EnvValue::Env {
                name: name.value.clone(),
                default: default.as_ref().map(|text| text.value.clone()),
            }),
            model::EnvValue::Secret(Secret::File(path)) => desk.path(path).map(|path| EnvValue::File(path.0)),
        };
        if let Some(value) = value {
            all.insert(word.to_owned(), value);
        }
    }
    all
}

fn check(desk: &mut Desk<'_, '_, '_>, checks: &model::Checks) -> Option<Work> {
    let mut items = Vec::new();
    let mut not_yet = None;
    let mut whole = true;
    for item in &checks.items {
        if let Some(since) = &item.since {
            desk.use_step(since, since.span, false);
            not_yet = not_yet.or(Some((since.span, "check: since")));
        }
        if item.like.is_some() {
            not_yet = not_yet.or(Some((item.span, "check: like")));
        }
        match subject(desk, item) {
            Some(Ok(subject)) => items.push(Check { subject, warn: item.warn || checks.warn }),
            Some(Err(what)) => not_yet = not_yet.or(Some((item.span, what))),
            None => whole = false,
        }
    }
    if let Some((span, what)) = not_yet {
        return Some(later(desk, span, what));
    }
    let poll = checks.poll.map(|poll| Poll { every: poll.every, within: poll.within });
    whole.then_some(Work::Check { items, poll })
}

/// What one item looks at; `Err` for what cannot be looked at yet.
fn subject(desk: &mut Desk<'_, '_, '_>, item: &model::Check) -> Option<Result<Subject, &'static str>> {
    match &item.subject {
        CheckSubject::Value(source) => {
            let text = desk.sql_source(source);
            let connection = connection(desk, item.connection.as_ref(), item.span);
            let expect = expectation(desk, item);
            match expect {
                Some(expect) => Some(Ok(Subject::Value { text: text?, connection: connection?, expect })),
                None if item.like.is_some() => Some(Err("check: like")),
                None => None,
            }
        }
        CheckSubject::Exists(name) => {
            table(desk, name).map(|(connection, table)| Ok(Subject::Exists { connection, table }))
        }
        CheckSubject::Table { from, to, .. } => {
            let both = (table(desk, from), table(desk, to));
            both.0.and(both.1).map(|_| Err("check: table"))
        }
    }
}

fn expectation(desk: &mut Desk<'_, '_, '_>, item: &model::Check) -> Option<Template> {
    let Some(expect) = &item.expect else {
        if item.like.is_none() {
            desk.findings.error(item.span, msg!("plan-expect-missing"));
        }
        return None;
    };
    let template = desk.text(expect);
    if !expect.contains('{') && !crate::plan::expect::is_readable(expect) {
        desk.findings.error(expect.span, msg!("plan-expect-bad", text = harmless(expect)));
    }
    Some(template)
}

/// Recipients of a `mail:` step: roles, people, addresses, `next_shift`.
pub(super) fn recipient(desk: &mut Desk<'_, '_, '_>, word: &Text) {
    if word.value != "next_shift" && !word.contains('@') && !word.contains("{{") {
        who(desk.book.input.project, word, desk.findings);
    }
}
