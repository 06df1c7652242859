//! Statements of a step that do not fit into its one transaction, where the settings say whose SQL it is.

use super::desk::Desk;
use crate::msg;
use crate::plan::project::Setting;
use crate::plan::sql::{Dialect, Kind, statements};
use crate::plan::template::{probe, probe_sql};
use crate::runbook::model::{self, SqlSource};
use crate::runbook::problem::{Problem, Span};
use crate::words::{Msg, one_line};

use super::findings::narrow;
use super::paths::join;

/// What is shown of a statement.
const SHOWN: usize = 40;

/// Tells of statements that commit by themselves in a step that is meant to be one transaction.
pub(super) fn look(desk: &mut Desk<'_, '_, '_>, sql: &model::Sql, connection: &str) {
    if !sql.transaction || desk.step().idempotent {
        return;
    }
    let Some(dialect) = dialect(desk, connection) else { return };
    let Some((text, span, file)) = text(desk, &sql.source) else { return };
    for (index, statement) in statements(&text, dialect).iter().enumerate() {
        let (number, shown) = (index + 1, one_line(&statement.written, SHOWN));
        let message: Msg = match statement.kind {
            Kind::Alone => {
                msg!("plan-sql-commits", statement = number, sql = shown, database = name(dialect))
            }
            Kind::Transaction => msg!("plan-sql-transaction", statement = number, sql = shown),
            Kind::Reads | Kind::Changes | Kind::Other => continue,
        };
        let first = statement.written.lines().next().unwrap_or_default();
        let span = if file.is_none() { narrow(span, first, desk.book.input.sources) } else { span };
        let message = match &file {
            Some(path) => msg!("plan-in-file", path = path.clone(), problem = message),
            None => message,
        };
        let problem = match statement.kind {
            Kind::Transaction => Problem::error(span, message),
            _ => Problem::warning(span, message),
        };
        desk.findings.push(problem.help(msg!("help-plan-sql-commits")));
    }
}

/// Whose SQL it is, where the URL stands in the settings.
fn dialect(desk: &Desk<'_, '_, '_>, connection: &str) -> Option<Dialect> {
    match &desk.book.input.project.connections.get(connection)?.url {
        Setting::Text(url) => Dialect::of_url(url),
        Setting::Env { .. } | Setting::File(_) => None,
    }
}

fn name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SQLite",
        Dialect::Postgres => "PostgreSQL",
        Dialect::MySql => "MySQL / MariaDB",
    }
}

/// The statements as they would be sent, as far as they are known now; where they are written, and in which file of SQL.
fn text(desk: &Desk<'_, '_, '_>, source: &SqlSource) -> Option<(String, Span, Option<String>)> {
    match source {
        SqlSource::Text(text) => Some((probe_sql(text, &desk.scope).ok()?.0, text.span, None)),
        SqlSource::File(written) => {
            let place = probe(written, &desk.scope).ok()?.0;
            let from = super::paths::folder(&desk.book.input.files.path(written.span.file));
            let path = join(&from, &place)?;
            let text = desk.book.input.files.read(&path)?;
            Some((probe_sql(&text, &desk.scope).ok()?.0, written.span, Some(path)))
        }
    }
}
