//! Evidence as lines of a terminal: a heading, and tables whose columns line up.

use super::line::{Line, Tone, pad, width};
use super::page::Page;
use crate::msg;
use crate::run::Shown;
use crate::words::printable;

/// No column of a table is wider, so that the others are seen too.
const WIDEST: usize = 32;
/// Rows of a piece in a list of gates.
const FIRST: usize = 5;

/// The pieces of evidence, one after another.
pub(super) fn lines(evidence: &[Shown], page: &Page) -> Vec<Line> {
    evidence.iter().flat_map(|shown| piece(shown, page)).collect()
}

/// The same for a list of gates: of every piece only its first rows.
pub(super) fn compact(evidence: &[Shown], page: &Page) -> Vec<Line> {
    let first = |shown: &Shown| {
        let more = u64::try_from(shown.rows.len().saturating_sub(FIRST)).unwrap_or(u64::MAX);
        let rows = shown.rows.iter().take(FIRST).cloned().collect();
        Shown { rows, more: shown.more.saturating_add(more), ..shown.clone() }
    };
    evidence.iter().flat_map(|shown| piece(&first(shown), page)).collect()
}

fn piece(shown: &Shown, page: &Page) -> Vec<Line> {
    let mut lines = vec![Line::new().add(Tone::Dim, &shown.title)];
    if shown.columns.is_empty() {
        lines.extend(shown.rows.iter().map(|row| Line::plain(&format!("  {}", row.join(" ")))));
    } else {
        let widths = widths(shown);
        lines.push(table_row(&shown.columns, &widths, Tone::Strong));
        lines.extend(shown.rows.iter().map(|row| table_row(row, &widths, Tone::Plain)));
        if shown.rows.is_empty() {
            lines.push(Line::new().add(Tone::Dim, &format!("  {}", page.say(&msg!("term-no-rows")))));
        }
    }
    if shown.more > 0 {
        let more = page.say(&msg!("term-more-rows", count = shown.more));
        lines.push(Line::new().add(Tone::Dim, &format!("  {more}")));
    }
    lines
}

fn widths(shown: &Shown) -> Vec<usize> {
    let cell = |row: &Vec<String>, column: usize| row.get(column).map_or(0, |cell| width(&printable(cell)));
    (0..shown.columns.len())
        .map(|column| {
            let widest = shown.rows.iter().map(|row| cell(row, column)).max().unwrap_or(0);
            widest.max(cell(&shown.columns, column)).min(WIDEST)
        })
        .collect()
}

fn table_row(cells: &[String], widths: &[usize], tone: Tone) -> Line {
    let mut line = Line::new();
    for (cell, width) in cells.iter().zip(widths) {
        line = line.add(tone, "  ").column(tone, &number_right(&printable(cell), *width), *width);
    }
    line
}

/// Numbers stand to the right, so that their digits can be compared.
fn number_right(cell: &str, cols: usize) -> String {
    let is_number = cell.trim_start_matches('-').parse::<f64>().is_ok();
    if is_number { pad("", cols.saturating_sub(width(cell))) + cell } else { cell.to_owned() }
}
