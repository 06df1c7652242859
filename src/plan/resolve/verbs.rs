//! Verbs that are checked and cannot be executed yet.

use super::desk::Desk;
use super::people::moment;
use super::work::{connection, recipient, table};
use crate::runbook::model::{Http, Letter, Load, Wait};

pub(super) fn load(desk: &mut Desk<'_, '_, '_>, load: &Load) {
    desk.path(&load.file);
    desk.text(&load.file);
    table(desk, &load.into);
    if let Some(filter) = &load.filter {
        desk.sql(filter);
    }
}

pub(super) fn wait(desk: &mut Desk<'_, '_, '_>, wait: &Wait) {
    match wait {
        Wait::File { file, .. } => {
            desk.path(file);
            desk.text(file);
        }
        Wait::Until(deadline) => {
            moment(desk.book.input.project, desk.book.month(), deadline, desk.findings);
        }
        Wait::Sql { source, expect } => {
            desk.sql_source(source);
            desk.text(expect);
            connection(desk, None, expect.span);
        }
        Wait::Http(request) => http(desk, request),
        Wait::Mail(subject) => drop(desk.text(subject)),
    }
}

pub(super) fn http(desk: &mut Desk<'_, '_, '_>, http: &Http) {
    desk.text(&http.url);
    let texts = http.headers.iter().map(|(_, value)| value).chain(&http.body).chain(&http.key);
    for text in texts {
        desk.text(text);
    }
}

pub(super) fn mail(desk: &mut Desk<'_, '_, '_>, letter: &Letter) {
    for word in &letter.to {
        recipient(desk, word);
    }
    desk.text(&letter.subject);
    desk.text(&letter.text);
}
