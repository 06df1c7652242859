//! Verbs that reach outside: files, moments, servers, letters.

use std::collections::BTreeMap;

use super::checks::poll;
use super::desk::Desk;
use super::params::harmless;
use super::people::{moment, who};
use super::work::{connection, env_value, later, table};
use crate::msg;
use crate::plan::template::{is_ident, names_a_host};
use crate::plan::{Approver, EnvValue, Load, MailStep, Method, Recipient, Request, Wait, Work};
use crate::runbook::model::{self, Http, Letter, LoadMode, Text};
use crate::runbook::problem::Span;

pub(super) fn load(desk: &mut Desk<'_, '_, '_>, load: &model::Load) -> Option<Load> {
    let file = desk.path(&load.file);
    desk.text(&load.file);
    let into = table(desk, &load.into);
    for column in load.key.iter().filter(|column| !is_ident(column) || column.contains('.')) {
        desk.findings.error(column.span, msg!("plan-column-name", name = harmless(column)));
    }
    let filter = load.filter.as_ref().map(|filter| (filter.span, desk.sql(filter)));
    match (load.mode, &filter) {
        (LoadMode::Merge, _) if load.key.is_empty() => {
            desk.findings.error(load.into.span, msg!("plan-load-no-key"));
            return None;
        }
        (LoadMode::Merge | LoadMode::Append, Some((span, _))) => {
            desk.findings.error(*span, msg!("plan-load-where"));
            return None;
        }
        _ => {}
    }
    Some(Load {
        file: file?,
        encoding: load.encoding.as_ref().map(|text| text.value.clone()),
        separator: load.separator.as_ref().map(|text| text.value.clone()),
        into: into?,
        key: load.key.iter().map(|column| column.value.clone()).collect(),
        mode: load.mode,
        filter: filter.map(|(_, filter)| filter),
    })
}

pub(super) fn wait(
    desk: &mut Desk<'_, '_, '_>,
    wait: &model::Wait,
    every: Option<model::Poll>,
    span: Span,
) -> Option<Work> {
    let what = match wait {
        model::Wait::File { file, stable_for } => {
            let path = desk.path(file);
            desk.text(file);
            Wait::File { file: path?, stable_for: *stable_for }
        }
        model::Wait::Until(deadline) => {
            Wait::Until(moment(desk.book.input.project, desk.book.month(), deadline, desk.findings)?)
        }
        model::Wait::Sql { source, expect } => {
            let text = desk.sql_source(source);
            let connection = connection(desk, None, expect.span);
            let template = desk.text(expect);
            if !expect.contains('{') && !crate::plan::expect::is_readable(expect) {
                desk.findings.error(expect.span, msg!("plan-expect-bad", text = harmless(expect)));
            }
            Wait::Sql { text: text?, connection: connection?, expect: template }
        }
        model::Wait::Http(http) => Wait::Http(request(desk, http)?),
        model::Wait::Mail(subject) => {
            desk.text(subject);
            return Some(later(desk, span, "wait: mail"));
        }
    };
    Some(Work::Wait { what, poll: every.map(poll) })
}

pub(super) fn request(desk: &mut Desk<'_, '_, '_>, http: &Http) -> Option<Request> {
    let url = desk.text(&http.url);
    if names_a_host(&http.url) {
        desk.findings.error(http.url.span, msg!("plan-url-host", url = harmless(&http.url)));
    }
    let mut headers: BTreeMap<String, EnvValue> = BTreeMap::new();
    for (name, value) in &http.headers {
        headers.extend(env_value(desk, value).map(|value| (name.value.clone(), value)));
    }
    let mut text = |text: &Option<Text>| text.as_ref().map(|text| desk.text(text));
    let (body, expect, key) = (text(&http.body), text(&http.expect), text(&http.key));
    let method = http.method.as_ref().map_or(Some(Method::Get), |word| Method::from_word(word))?;
    Some(Request { method, url, headers, body, expect, key })
}

pub(super) fn letter(desk: &mut Desk<'_, '_, '_>, letter: &Letter) -> MailStep {
    let to = letter.to.iter().filter_map(|word| recipient(desk, word)).collect();
    MailStep { to, subject: desk.text(&letter.subject), text: desk.text(&letter.text) }
}

/// A role, a person, an address, `next_shift`.
fn recipient(desk: &mut Desk<'_, '_, '_>, word: &Text) -> Option<Recipient> {
    if word.value == "next_shift" {
        return Some(Recipient::NextShift);
    }
    if word.contains('@') || word.contains("{{") {
        return Some(Recipient::Text(desk.text(word)));
    }
    who(desk.book.input.project, word, desk.findings).map(|who| match who {
        Approver::Role(role) => Recipient::Role(role),
        Approver::Person(person) => Recipient::Person(person),
    })
}
