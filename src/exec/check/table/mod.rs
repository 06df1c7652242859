//! A table against its copy: numbers of rows, sums, keys. What databases can add up they do; keys are compared by us,
//! because no two databases sort texts alike.

mod allowed;
mod keys;
mod normal;
mod side;
mod spill;
mod tally;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bigdecimal::BigDecimal;
use tokio::time::{Instant, interval_at};

use self::allowed::{shown, within};
use self::keys::{Asked, Compared};
use self::side::{Table, Unreadable};
use super::like::series;
use super::{Finding, Trouble};
use crate::exec::attempt::Attempt;
use crate::exec::log::grouped;
use crate::exec::number::{plain, signed};
use crate::exec::sql::database::{Database, Refused};
use crate::msg;
use crate::plan::{Compare, TableName, Tolerance};
use crate::run::Failure;
use crate::words::Msg;

/// Between two notes about a comparison that takes long.
const BETWEEN: Duration = Duration::from_secs(2);

/// Two tables and what is compared of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'c> {
    pub(super) from: &'c TableName,
    pub(super) to: &'c TableName,
    pub(super) compare: &'c [Compare],
    pub(super) tolerance: Option<Tolerance>,
}

/// Makes all comparisons.
pub(super) async fn compare(
    attempt: &Attempt,
    from: &mut Database,
    to: &mut Database,
    pair: Pair<'_>,
) -> Result<Vec<Finding>, Trouble> {
    let refused = |why: Refused| Trouble::from(Failure::Sql { statement: 1, why: why.words });
    let (from, to) =
        tokio::try_join!(Table::open(from, pair.from), Table::open(to, pair.to)).map_err(refused)?;
    let (mut from, mut to) = match (from, to) {
        (Some(from), Some(to)) => (from, to),
        (from, to) => {
            let missing = [(from.is_none(), pair.from), (to.is_none(), pair.to)];
            let missing = missing.into_iter().filter(|(missing, _)| *missing);
            return Ok(missing.map(|(_, name)| not_there(attempt, name)).collect());
        }
    };
    let mut all = Vec::with_capacity(pair.compare.len());
    for comparison in pair.compare {
        let what = written(comparison);
        let seen = AtomicU64::new(0);
        let work = Box::pin(one(attempt, &mut from, &mut to, comparison, pair.tolerance, &seen));
        let note = format!("{} → {} {what}", from_name(pair.from), from_name(pair.to));
        let found = telling(attempt, &note, &seen, work).await;
        let (holds, words) = found.map_err(|why| why.trouble(attempt))?;
        all.push(Finding { holds, words: attempt.say(&words) });
    }
    Ok(all)
}

fn from_name(table: &TableName) -> String {
    format!("{}:{}", table.connection, table.table)
}

fn not_there(attempt: &Attempt, table: &TableName) -> Finding {
    Finding { holds: false, words: attempt.say(&msg!("exec-check-not-there", what = from_name(table))) }
}

/// A comparison as the runbook has it.
fn written(comparison: &Compare) -> String {
    match comparison {
        Compare::Rows => "rows".to_owned(),
        Compare::Sum(column) => format!("sum({column})"),
        Compare::Keys(columns) => format!("keys ({})", columns.join(", ")),
        Compare::RowsBy(columns) => format!("rows_by ({})", columns.join(", ")),
    }
}

/// Tells from time to time how far it is.
async fn telling<T>(
    attempt: &Attempt,
    what: &str,
    seen: &AtomicU64,
    mut work: impl Future<Output = T> + Unpin,
) -> T {
    let mut ticks = interval_at(Instant::now() + BETWEEN, BETWEEN);
    loop {
        tokio::select! {
            biased;
            _ = ticks.tick() => {
                let rows = grouped(seen.load(Ordering::Relaxed));
                attempt.notes.send(&attempt.say(&msg!("exec-table-compares", what = what, rows = rows)));
            }
            done = &mut work => return done,
        }
    }
}

async fn one(
    attempt: &Attempt,
    from: &mut Table<'_>,
    to: &mut Table<'_>,
    comparison: &Compare,
    tolerance: Option<Tolerance>,
    seen: &AtomicU64,
) -> Result<(bool, Msg), Unreadable> {
    let what = written(comparison);
    let pair = format!("{} → {} {what}", from.name, to.name);
    match comparison {
        Compare::Rows => {
            let (left, right) = tokio::try_join!(from.rows(), to.rows())?;
            note(attempt, from, to, &what, [Some(&left), Some(&right)]);
            Ok(numbers(pair, Some(left), Some(right), tolerance))
        }
        Compare::Sum(column) => {
            let (left, right) = tokio::try_join!(from.sum(column, seen), to.sum(column, seen))?;
            note(attempt, from, to, &what, [left.as_ref(), right.as_ref()]);
            Ok(numbers(pair, left, right, tolerance))
        }
        Compare::Keys(columns) => {
            let asked = Asked { columns, by_value: false, tolerance: None };
            let compared = keys::compare(attempt, from, to, asked, seen).await?;
            Ok(same_keys(attempt, pair, &to.name, &compared))
        }
        Compare::RowsBy(columns) => {
            let asked = Asked { columns, by_value: true, tolerance };
            let compared = keys::compare(attempt, from, to, asked, seen).await?;
            Ok(same_groups(pair, &compared, tolerance))
        }
    }
}

/// Keeps what both sides hold, for months to come.
fn note(attempt: &Attempt, from: &Table<'_>, to: &Table<'_>, what: &str, numbers: [Option<&BigDecimal>; 2]) {
    for (side, number) in [from, to].into_iter().zip(numbers) {
        if let Some(number) = number {
            attempt.numbers.note(series(&side.name, what), plain(number));
        }
    }
}

/// Two numbers; NULL is like NULL and like nothing else.
fn numbers(
    pair: String,
    from: Option<BigDecimal>,
    to: Option<BigDecimal>,
    tolerance: Option<Tolerance>,
) -> (bool, Msg) {
    let text = |number: &Option<BigDecimal>| number.as_ref().map_or_else(|| "NULL".to_owned(), plain);
    let (left, right) = (text(&from), text(&to));
    let (from, to) = match (from, to) {
        (None, None) => return (true, msg!("exec-table-equal", pair = pair, from = left, to = right)),
        (Some(from), Some(to)) => (from, to),
        _ => return (false, msg!("exec-table-unequal", pair = pair, from = left, to = right)),
    };
    if from == to {
        return (true, msg!("exec-table-equal", pair = pair, from = left, to = right));
    }
    let difference = (to.clone() - &from).normalized();
    let difference = signed(&difference, difference.fractional_digit_count().max(0));
    let Some(tolerance) = tolerance else {
        let words = msg!("exec-table-differs", pair = pair, from = left, to = right, difference = difference);
        return (false, words);
    };
    let allowed = shown(tolerance);
    if within(Some(tolerance), &from, &to) {
        let words = msg!(
            "exec-table-near",
            pair = pair,
            from = left,
            to = right,
            difference = difference,
            allowed = allowed
        );
        return (true, words);
    }
    let words = msg!(
        "exec-table-too-far",
        pair = pair,
        from = left,
        to = right,
        difference = difference,
        allowed = allowed
    );
    (false, words)
}

fn same_keys(attempt: &Attempt, pair: String, to: &str, compared: &Compared) -> (bool, Msg) {
    let (found, examples) = (&compared.differences, &compared.examples);
    if !found.any() {
        let (count, doubled) = (grouped(compared.from.rows), compared.from.doubled);
        let words = if doubled == 0 {
            msg!("exec-table-keys-same", pair = pair, count = count)
        } else {
            msg!("exec-table-keys-doubled", pair = pair, count = count, doubled = grouped(doubled))
        };
        return (true, words);
    }
    let mut parts = Vec::new();
    if found.missing > 0 {
        let few = examples.few(|times| times.to == 0, false);
        let count = grouped(found.missing);
        parts.push(msg!("exec-table-missing", count = count, table = to, examples = few));
    }
    if found.extra > 0 {
        let few = examples.few(|times| times.from == 0, false);
        let count = grouped(found.extra);
        parts.push(msg!("exec-table-extra", count = count, table = to, examples = few));
    }
    if found.uneven > 0 {
        let few = examples.few(|times| times.from > 0 && times.to > 0, true);
        parts.push(msg!("exec-table-uneven", count = grouped(found.uneven), examples = few));
    }
    let parts: Vec<String> = parts.iter().map(|part| attempt.say(part)).collect();
    (false, msg!("exec-table-keys-differ", pair = pair, differences = parts.join("; ")))
}

fn same_groups(pair: String, compared: &Compared, tolerance: Option<Tolerance>) -> (bool, Msg) {
    let found = &compared.differences;
    if found.any() {
        let count = grouped(found.missing + found.extra + found.uneven);
        let few = compared.examples.few(|_| true, true);
        return (false, msg!("exec-table-groups-differ", pair = pair, count = count, examples = few));
    }
    let rows = grouped(compared.from.rows);
    let words = match tolerance {
        None => msg!("exec-table-groups-same", pair = pair, rows = rows),
        Some(tolerance) => {
            msg!("exec-table-groups-near", pair = pair, rows = rows, allowed = shown(tolerance))
        }
    };
    (true, words)
}
