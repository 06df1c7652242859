//! Values: the first column of the first row against what is expected, and against former months.

use super::like::{likeness, series};
use super::{Finding, Trouble};
use crate::exec::attempt::Attempt;
use crate::exec::expect::holds;
use crate::exec::number;
use crate::exec::sql::database::Database;
use crate::exec::sql::rows::{Cell, Rows};
use crate::exec::sql::{script, text_of};
use crate::msg;
use crate::plan::expect::Expectation;
use crate::plan::{Like, SqlText, Template};
use crate::run::Failure;
use crate::words::{Msg, one_line};

/// What is asked for, and what it must be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'c> {
    pub(super) source: &'c SqlText,
    pub(super) connection: &'c str,
    pub(super) expect: Option<&'c Template>,
    pub(super) like: Option<Like>,
    /// Is it the step's only item?
    pub(super) alone: bool,
}

pub(super) async fn value(
    attempt: &Attempt,
    database: &mut Database,
    asked: Asked<'_>,
) -> Result<Finding, Trouble> {
    let refuse = |why| Trouble::Lasting(attempt.not_started(&why));
    let wanted = asked.expect.map(|expect| wanted(attempt, expect)).transpose().map_err(refuse)?;
    let text = text_of(attempt, asked.source, &attempt.values).map_err(refuse)?;
    let rows = first_row(attempt, database, &text, &attempt.values.bindings()).await?;
    let what = label(attempt, asked.source, &text, &rows, asked.alone);
    let Some(cell) = rows.first.as_ref().and_then(|row| row.first()) else {
        let words = match &wanted {
            Some((_, expect)) => msg!("exec-check-no-row", what = what, expect = expect),
            None => msg!("exec-check-no-row-like", what = what),
        };
        return Ok(Finding { holds: false, words: attempt.say(&words) });
    };
    let series = series(asked.connection, written(asked.source));
    if let Some(number) = number::of_cell(cell) {
        attempt.numbers.note(series.clone(), number::plain(&number));
    }
    let (holds, words) = expected(what, cell, wanted);
    let Some(like) = asked.like else { return Ok(Finding { holds, words: attempt.say(&words) }) };
    let like = likeness(attempt, like, &series, cell);
    let words = msg!("exec-check-like", found = words, like = like.words);
    Ok(Finding { holds: holds && like.holds, words: attempt.say(&words) })
}

fn wanted(attempt: &Attempt, expect: &Template) -> Result<(Expectation, String), Msg> {
    let wanted = attempt.values.text(expect)?;
    let shown = one_line(&wanted, 100);
    match Expectation::parse(&wanted) {
        Some(expectation) => Ok((expectation, shown)),
        None => Err(msg!("exec-check-bad-expect", expect = shown)),
    }
}

/// The first row of the last statement.
pub(super) async fn first_row(
    attempt: &Attempt,
    database: &mut Database,
    text: &str,
    bindings: &std::collections::BTreeMap<String, crate::plan::ParamValue>,
) -> Result<Rows, Trouble> {
    let bound = script(text, database.dialect(), bindings, true)
        .map_err(|why| Trouble::Lasting(attempt.not_started(&why)))?;
    let mut rows = Rows::default();
    for (index, (statement, values)) in bound.iter().enumerate() {
        rows = Rows::only_first();
        database.execute(statement, values, &mut rows).await.map_err(|why| Failure::Sql {
            statement: u32::try_from(index + 1).unwrap_or(u32::MAX),
            why: why.words,
        })?;
    }
    Ok(rows)
}

fn expected(what: String, cell: &Cell, wanted: Option<(Expectation, String)>) -> (bool, Msg) {
    let value = one_line(&cell.text(), 100);
    match wanted {
        Some((expectation, expect)) if !holds(&expectation, cell) => {
            (false, msg!("exec-check-unmet", what = what, value = value, expect = expect))
        }
        _ => (true, msg!("exec-check-found", what = what, value = value)),
    }
}

/// The query as the runbook has it; of a file its path.
fn written(source: &SqlText) -> &str {
    let (SqlText::Text(template) | SqlText::File(template)) = source;
    &template.0
}

/// What a value is called: its file, its column where it is the only one, else its query.
fn label(attempt: &Attempt, source: &SqlText, text: &str, rows: &Rows, alone: bool) -> String {
    let column = rows.columns.first().filter(|_| alone);
    match (source, column) {
        (SqlText::File(path), _) => attempt.values.text(path).unwrap_or_else(|_| path.0.clone()),
        (SqlText::Text(_), Some(column)) => one_line(column, 100),
        (SqlText::Text(_), None) => one_line(text, 100),
    }
}
