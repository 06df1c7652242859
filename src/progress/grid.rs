//! Text of a page, section by section, and tables without lines whose columns line up.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width};

use super::line::{width, wrap};
use super::page::Page;
use crate::words::{Msg, printable, show};

/// Spaces between two columns.
pub(super) const GAP: u16 = 2;
/// Columns of a status word.
pub(super) const STATUS: u16 = 9;

/// The columns that the longest name needs, at most `most`.
pub(super) fn name_width(names: impl Iterator<Item = String>, most: usize) -> u16 {
    let widest = names.map(|name| width(&name)).max().unwrap_or(0);
    u16::try_from(widest.clamp(4, most)).unwrap_or(STATUS)
}

/// Text that grows, section by section.
pub(super) struct Text<'a> {
    pub(super) page: &'a Page,
    pub(super) done: String,
}

impl<'a> Text<'a> {
    pub(super) fn new(page: &'a Page) -> Self {
        Text { page, done: String::new() }
    }

    pub(super) fn line(&mut self, line: &str) {
        for part in wrap(line, usize::from(self.page.cols)) {
            self.done.push_str(part.trim_end());
            self.done.push('\n');
        }
    }

    pub(super) fn heading(&mut self, msg: &Msg) {
        self.done.push('\n');
        self.line(&self.page.say(msg));
    }

    pub(super) fn raw(&mut self, text: &str) {
        self.done.push_str(text);
    }
}

/// A table without lines whose last column takes what is left of the page.
pub(super) struct Grid<'a> {
    page: &'a Page,
    widths: Vec<u16>,
    done: String,
}

impl<'a> Grid<'a> {
    pub(super) fn new(page: &'a Page, columns: &[u16]) -> Self {
        let taken: u16 = columns.iter().map(|column| column + GAP).sum();
        let last = page.cols.saturating_sub(taken + GAP).max(12);
        let widths = columns.iter().copied().chain([last]).collect();
        Grid { page, widths, done: String::new() }
    }

    pub(super) fn header(&mut self, ids: &[&str]) {
        self.row(&ids.iter().map(|id| show(self.page.lang, id, &[])).collect::<Vec<_>>());
    }

    pub(super) fn row(&mut self, cells: &[String]) {
        if cells.iter().zip(&self.widths).all(|(cell, cols)| is_plain(cell, *cols)) {
            self.plain_row(cells);
        } else {
            self.folded_row(cells);
        }
    }

    /// Cells that are as wide as they are long, and fit: a run of 10,000 steps has as many rows of them.
    fn plain_row(&mut self, cells: &[String]) {
        for (cell, cols) in cells.iter().zip(&self.widths) {
            self.done.push_str(cell);
            let missing = usize::from(cols + GAP) - cell.len();
            self.done.extend(std::iter::repeat_n(' ', missing));
        }
        self.end_line();
    }

    /// Cells that are wide, or take several lines.
    fn folded_row(&mut self, cells: &[String]) {
        let mut table = Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(self.widths.iter().map(|cols| cols + GAP).sum());
        table.add_row(cells.iter().map(|cell| printable(cell)).collect::<Vec<_>>());
        for (column, cols) in table.column_iter_mut().zip(&self.widths) {
            column.set_padding((0, GAP));
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(cols + GAP)));
        }
        for line in table.lines() {
            self.done.push_str(&line);
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        self.done.truncate(self.done.trim_end_matches(' ').len());
        self.done.push('\n');
    }

    pub(super) fn print(self) -> String {
        self.done
    }
}

fn is_plain(cell: &str, cols: u16) -> bool {
    cell.len() <= usize::from(cols) && cell.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}
