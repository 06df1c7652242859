//! Checks: what is looked at, what it is compared with, after which step it must have changed.

use super::desk::Desk;
use super::params::harmless;
use super::work::{connection, table};
use crate::msg;
use crate::plan::template::is_ident;
use crate::plan::{Check, Compare, Like, NodeId, Poll, Subject, Template, Tolerance, Work};
use crate::runbook::model::{self, CheckSubject, Text};

/// A `check:` step; `None` when an item of it cannot be said, which is told.
pub(super) fn work(desk: &mut Desk<'_, '_, '_>, checks: &model::Checks) -> Option<Work> {
    let mut items = Vec::new();
    let mut whole = true;
    for item in &checks.items {
        let since = item.since.as_ref().and_then(|since| since_step(desk, since));
        match subject(desk, item) {
            Some(subject) => items.push(Check { subject, since, warn: item.warn || checks.warn }),
            None => whole = false,
        }
    }
    whole.then_some(Work::Check { items, poll: checks.poll.map(poll) })
}

/// `poll:`.
pub(super) fn poll(poll: model::Poll) -> Poll {
    Poll { every: poll.every, within: poll.within }
}

/// The one step after which something must have changed; it is waited for.
fn since_step(desk: &mut Desk<'_, '_, '_>, name: &Text) -> Option<NodeId> {
    let found = desk.steps_named(name, name.span);
    desk.use_step(name, name.span, false);
    match found.as_slice() {
        [only] => Some(desk.layout.drafts[*only].id),
        [] => None,
        _ => {
            desk.findings.error(name.span, msg!("plan-step-is-group", name = harmless(name)));
            None
        }
    }
}

fn subject(desk: &mut Desk<'_, '_, '_>, item: &model::Check) -> Option<Subject> {
    match &item.subject {
        CheckSubject::Value(source) => {
            let text = desk.sql_source(source);
            let connection = connection(desk, item.connection.as_ref(), item.span);
            let expect = item.expect.as_ref().map(|expect| expectation(desk, expect));
            let like = item.like.map(|like| Like { months: like.months, share: like.share });
            if expect.is_none() && like.is_none() {
                desk.findings.error(item.span, msg!("plan-expect-missing"));
                return None;
            }
            Some(Subject::Value { text: text?, connection: connection?, expect, like })
        }
        CheckSubject::Exists(name) => table(desk, name).map(Subject::Exists),
        CheckSubject::Table { from, to, compare, tolerance } => {
            let (from, to) = (table(desk, from), table(desk, to));
            let compare: Option<Vec<Compare>> =
                compare.iter().map(|compare| comparison(desk, compare)).collect();
            let tolerance = tolerance.as_ref().and_then(|text| read_tolerance(text));
            Some(Subject::Table { from: from?, to: to?, compare: compare?, tolerance })
        }
    }
}

fn expectation(desk: &mut Desk<'_, '_, '_>, expect: &Text) -> Template {
    let template = desk.text(expect);
    if !expect.contains('{') && !crate::plan::expect::is_readable(expect) {
        desk.findings.error(expect.span, msg!("plan-expect-bad", text = harmless(expect)));
    }
    template
}

fn comparison(desk: &mut Desk<'_, '_, '_>, compare: &model::Compare) -> Option<Compare> {
    let mut column = |text: &Text| {
        let good = is_ident(text) && !text.contains('.');
        if !good {
            desk.findings.error(text.span, msg!("plan-column-name", name = harmless(text)));
        }
        good.then(|| text.value.clone())
    };
    match compare {
        model::Compare::Rows => Some(Compare::Rows),
        model::Compare::Sum(name) => column(name).map(Compare::Sum),
        model::Compare::Keys(names) => names.iter().map(column).collect::<Option<_>>().map(Compare::Keys),
        model::Compare::RowsBy(names) => names.iter().map(column).collect::<Option<_>>().map(Compare::RowsBy),
    }
}

/// `3` or `0.5%`.
fn read_tolerance(text: &str) -> Option<Tolerance> {
    match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok().map(|percent| Tolerance::Share(percent / 100.0)),
        None => text.trim().parse().ok().map(Tolerance::Absolute),
    }
}
