//! What a step does, value by value.

use jiff::tz::TimeZone;

use super::facets::{Facet, Facets, Names, moment, pairs, present};
use super::gates;
use super::text::{duration, joined};
use crate::plan::work::{Load, MailStep, Request, TableName, Wait};
use crate::plan::{
    Check, Command, Compare, EnvValue, LoadMode, Node, NodeId, Plan, Poll, Recipient, SqlText, Subject,
    Template, Tolerance, Work,
};

/// The values that belong to what a step does, not to how it is treated.
pub(super) const FACETS: &[Facet] = &[
    Facet::Flow,
    Facet::Platform,
    Facet::Downstream,
    Facet::Connection,
    Facet::Command,
    Facet::Env,
    Facet::Sql,
    Facet::Transaction,
    Facet::File,
    Facet::Encoding,
    Facet::Separator,
    Facet::Into,
    Facet::Key,
    Facet::Mode,
    Facet::Filter,
    Facet::Checks,
    Facet::Poll,
    Facet::Wait,
    Facet::To,
    Facet::Subject,
    Facet::Text,
    Facet::Method,
    Facet::Url,
    Facet::Headers,
    Facet::Body,
    Facet::Expect,
    Facet::Ask,
    Facet::Show,
    Facet::Form,
    Facet::Approvers,
    Facet::Votes,
    Facet::Except,
    Facet::Each,
    Facet::OnTimeout,
    Facet::OnReject,
    Facet::Definition,
    Facet::Other,
];

/// Do both do the same?
pub(super) fn same(before: &Plan, was: &Node, after: &Plan, is: &Node) -> bool {
    let all = |plan: &Plan, node: &Node| {
        let names = |id: NodeId| plan.path(id);
        let mut values = facets(&node.work, &names);
        if let Work::Gate(gate) = &node.work {
            values.extend(gates::facets(gate, &names));
        }
        values
    };
    was.kind() == is.kind() && all(before, was) == all(after, is)
}

/// What a step does; of a gate nothing, that is told by [`gates`].
pub(super) fn facets(work: &Work, names: Names<'_>) -> Facets {
    match work {
        Work::Flow { flow, platform, downstream, .. } => present([
            (Facet::Flow, text(flow)),
            (Facet::Platform, Some(platform.clone())),
            (Facet::Downstream, downstream.then(|| "redo: downstream".to_owned())),
        ]),
        Work::Follow { flow, platform } | Work::ForcePass { flow, platform } => {
            present([(Facet::Flow, text(flow)), (Facet::Platform, Some(platform.clone()))])
        }
        Work::Run { command, env } => {
            let env = env.iter().map(|(name, value)| (name.clone(), env_value(value))).collect();
            present([
                (Facet::Command, Some(shown_command(command))),
                (Facet::Env, Some(pairs(&env)).filter(filled)),
            ])
        }
        Work::Sql { text, connection, transaction } => present([
            (Facet::Sql, Some(sql(text))),
            (Facet::Connection, Some(connection.clone())),
            (Facet::Transaction, Some(transaction.to_string())),
        ]),
        Work::Load(load) => loaded(load),
        Work::Check { items, poll } => {
            let items: Vec<String> = items.iter().map(|item| check(item, names)).collect();
            present([(Facet::Checks, Some(items.join("\n"))), (Facet::Poll, poll.map(polled))])
        }
        Work::Wait { what, poll } => waited(what, *poll),
        Work::Mail(letter) => mailed(letter),
        Work::Http(request) => requested(request),
        Work::Gate(_) => Facets::new(),
        Work::Later { what } => present([(Facet::Definition, Some(what.clone()))]),
    }
}

#[expect(clippy::ptr_arg, reason = "it filters options of String")]
fn filled(text: &String) -> bool {
    !text.is_empty()
}

#[expect(clippy::unnecessary_wraps, reason = "it stands in tables of values that may be missing")]
fn text(template: &Template) -> Option<String> {
    Some(template.0.clone())
}

fn env_value(value: &EnvValue) -> String {
    match value {
        EnvValue::Text(template) => template.0.clone(),
        EnvValue::Env { name, default: None } => format!("env {name}"),
        EnvValue::Env { name, default: Some(default) } => format!("env {name}, default {default}"),
        EnvValue::File(path) => format!("file {path}"),
    }
}

pub(super) fn shown_command(command: &Command) -> String {
    match command {
        Command::Program(words) => joined(&words.iter().map(|word| word.0.as_str()).collect::<Vec<_>>()),
        Command::Shell(script) => script.clone(),
    }
}

pub(super) fn sql(text: &SqlText) -> String {
    match text {
        SqlText::Text(template) => template.0.clone(),
        SqlText::File(path) => format!("file {}", path.0),
    }
}

fn table(name: &TableName) -> String {
    format!("{}:{}", name.connection, name.table)
}

fn polled(poll: Poll) -> String {
    let every = format!("every {}", duration(poll.every));
    poll.within.map_or(every.clone(), |within| format!("{every} for {}", duration(within)))
}

fn loaded(load: &Load) -> Facets {
    let mode = match load.mode {
        LoadMode::Merge => "merge",
        LoadMode::Replace => "replace",
        LoadMode::Append => "append",
    };
    present([
        (Facet::File, text(&load.file)),
        (Facet::Encoding, load.encoding.clone()),
        (Facet::Separator, load.separator.clone()),
        (Facet::Into, Some(table(&load.into))),
        (Facet::Key, Some(joined(&load.key)).filter(filled)),
        (Facet::Mode, Some(mode.to_owned())),
        (Facet::Filter, load.filter.as_ref().and_then(text)),
    ])
}

fn waited(what: &Wait, poll: Option<Poll>) -> Facets {
    let mut values = match what {
        Wait::File { file, stable_for } => present([
            (Facet::File, text(file)),
            (Facet::Wait, stable_for.map(|time| format!("stable_for {}", duration(time)))),
        ]),
        // Shown as the instant that it is: the zone of the settings is told apart from it.
        Wait::Until(at) => present([(Facet::Wait, Some(moment(*at, &TimeZone::UTC) + "Z"))]),
        Wait::Sql { text, connection, expect } => present([
            (Facet::Sql, Some(sql(text))),
            (Facet::Connection, Some(connection.clone())),
            (Facet::Expect, Some(expect.0.clone())),
        ]),
        Wait::Http(request) => requested(request),
    };
    values.extend(present([(Facet::Poll, poll.map(polled))]));
    values
}

fn mailed(letter: &MailStep) -> Facets {
    let to: Vec<&str> = letter
        .to
        .iter()
        .map(|to| match to {
            Recipient::NextShift => "next_shift",
            Recipient::Role(role) => role,
            Recipient::Person(person) => &person.0,
            Recipient::Text(text) => &text.0,
        })
        .collect();
    present([
        (Facet::To, Some(joined(&to))),
        (Facet::Subject, text(&letter.subject)),
        (Facet::Text, text(&letter.text)),
    ])
}

fn requested(request: &Request) -> Facets {
    let headers = request.headers.iter().map(|(name, value)| (name.clone(), env_value(value))).collect();
    present([
        (Facet::Method, Some(request.method.word().to_owned())),
        (Facet::Url, text(&request.url)),
        (Facet::Headers, Some(pairs(&headers)).filter(filled)),
        (Facet::Body, request.body.as_ref().and_then(text)),
        (Facet::Expect, request.expect.as_ref().and_then(text)),
        (Facet::Key, request.key.as_ref().and_then(text)),
    ])
}

/// One thing that must hold, on one line.
fn check(item: &Check, names: Names<'_>) -> String {
    let mut parts = match &item.subject {
        Subject::Value { text, connection, expect, like } => {
            let mut parts = vec![format!("{connection}: {}", one_line(&sql(text)))];
            parts.extend(expect.as_ref().map(|expect| expect.0.clone()));
            parts.extend(like.map(|like| format!("like: {} months, by {}", like.months, like.share)));
            parts
        }
        Subject::Table { from, to, compare, tolerance } => {
            let mut parts = vec![format!("{} = {}", table(from), table(to))];
            parts.extend(compare.iter().map(comparison));
            parts.extend(tolerance.map(|tolerance| match tolerance {
                Tolerance::Absolute(amount) => format!("tolerance {amount}"),
                Tolerance::Share(share) => format!("tolerance {}%", share * 100.0),
            }));
            parts
        }
        Subject::Exists(name) => vec![format!("exists {}", table(name))],
    };
    parts.extend(item.since.map(|step| format!("since {}", names(step))));
    parts.extend(item.warn.then(|| "if_unmet: warn".to_owned()));
    joined(&parts)
}

fn comparison(compare: &Compare) -> String {
    match compare {
        Compare::Rows => "rows".to_owned(),
        Compare::Sum(column) => format!("sum({column})"),
        Compare::Keys(columns) => format!("keys [{}]", joined(columns)),
        Compare::RowsBy(columns) => format!("rows_by [{}]", joined(columns)),
    }
}

/// Blanks and newlines in SQL are of no weight where one line is shown.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
