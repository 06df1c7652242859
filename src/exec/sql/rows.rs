//! What comes back from a database: the first rows are kept, the rest is counted.

use comfy_table::{Table, presets::ASCII_MARKDOWN};

use crate::exec::log::hex;
use crate::exec::tape::LONGEST_LINE;
use crate::run::event::Json;
use crate::words::one_line;

/// Rows that are shown.
pub(in crate::exec) const SHOWN: usize = 20;

/// Longest text of a cell that is shown, in characters.
const LONGEST_CELL: usize = 120;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::exec) enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes, of which the first are kept.
    Bytes(Vec<u8>),
}

impl Cell {
    /// As text, as the database itself would write it.
    pub(in crate::exec) fn text(&self) -> String {
        match self {
            Cell::Null => "NULL".to_owned(),
            Cell::Integer(number) => number.to_string(),
            Cell::Real(number) => real(*number),
            Cell::Text(text) => text.clone(),
            Cell::Bytes(bytes) => {
                let shown = hex(&bytes[..bytes.len().min(64)]);
                format!("x'{shown}{}'", if bytes.len() > 64 { "…" } else { "" })
            }
        }
    }

    /// As an output.
    pub(in crate::exec) fn json(&self) -> Json {
        match self {
            Cell::Null => Json::Null,
            Cell::Integer(number) => Json::from(*number),
            Cell::Real(number) => real(*number).parse::<f64>().map_or(Json::Null, Json::from),
            Cell::Text(text) => Json::from(cut(text, LONGEST_LINE)),
            Cell::Bytes(_) => Json::from(self.text()),
        }
    }
}

fn cut(text: &str, longest: usize) -> &str {
    &text[..text.floor_char_boundary(longest)]
}

/// A floating number with the 15 digits that it can be trusted with, as `SQLite` writes it: 0.1 + 0.2 is 0.3.
fn real(number: f64) -> String {
    if !number.is_finite() {
        return number.to_string();
    }
    let scientific = format!("{number:.14e}");
    let rounded: f64 = scientific.parse().unwrap_or(number);
    let text = if (1e-5..1e15).contains(&rounded.abs()) || rounded == 0.0 {
        format!("{rounded}")
    } else {
        format!("{rounded:e}")
    };
    if text.contains(['.', 'e']) { text } else { format!("{text}.0") }
}

/// Rows of one statement.
#[derive(Debug)]
pub(in crate::exec) struct Rows {
    /// How many are shown.
    limit: usize,
    /// The others are not even counted.
    only_first: bool,
    /// The columns' names; empty when no row came.
    pub(in crate::exec) columns: Vec<String>,
    /// The first row.
    pub(in crate::exec) first: Option<Vec<Cell>>,
    /// The first rows, for people.
    pub(in crate::exec) shown: Vec<Vec<String>>,
    /// How many there are.
    pub(in crate::exec) count: u64,
}

impl Default for Rows {
    fn default() -> Self {
        Rows {
            limit: SHOWN,
            only_first: false,
            columns: Vec::new(),
            first: None,
            shown: Vec::new(),
            count: 0,
        }
    }
}

impl Rows {
    /// Of which only the first one matters.
    pub(in crate::exec) fn only_first() -> Self {
        Rows { limit: 1, only_first: true, ..Rows::default() }
    }

    /// Is there nothing more to learn?
    pub(in crate::exec) fn is_enough(&self) -> bool {
        self.only_first && self.count > 0
    }

    /// Does the next row have to be read, or only counted?
    pub(in crate::exec) fn wants_more(&self) -> bool {
        self.shown.len() < self.limit
    }

    /// A row that is wanted.
    pub(in crate::exec) fn take(&mut self, columns: impl FnOnce() -> Vec<String>, cells: Vec<Cell>) {
        if self.columns.is_empty() {
            self.columns = columns();
        }
        self.shown
            .push(cells.iter().map(|cell| one_line(cut(&cell.text(), 1 << 12), LONGEST_CELL)).collect());
        self.first.get_or_insert(cells);
        self.count += 1;
    }

    /// A row more that nobody wants to see.
    pub(in crate::exec) fn count_one(&mut self) {
        self.count += 1;
    }

    /// How many are not shown.
    pub(in crate::exec) fn more(&self) -> u64 {
        self.count - self.shown.len() as u64
    }

    /// The first rows as lines, for patterns.
    pub(in crate::exec) fn lines(&self) -> String {
        self.shown.iter().map(|row| row.join("\t") + "\n").collect()
    }

    /// The first rows as a table.
    pub(in crate::exec) fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN).force_no_tty();
        table.set_header(self.columns.iter().map(|column| one_line(column, LONGEST_CELL)));
        table.add_rows(&self.shown);
        table.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_show_as_they_are_meant() {
        for (number, text) in [
            (0.1 + 0.2, "0.3"),
            (3.0, "3.0"),
            (0.0, "0.0"),
            (-1234.5, "-1234.5"),
            (123_456_789_012.25, "123456789012.25"),
            (1e20, "1e20"),
            (1.5e-7, "1.5e-7"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(Cell::Real(number).text(), text);
        }
        assert_eq!(Cell::Real(0.1 + 0.2).json(), Json::from(0.3));
        assert_eq!(Cell::Bytes(vec![0, 255]).text(), "x'00ff'");
    }

    #[test]
    fn the_first_rows_are_kept_and_the_rest_is_counted() {
        let mut rows = Rows::default();
        for number in 0..50 {
            if rows.wants_more() {
                rows.take(|| vec!["n".to_owned()], vec![Cell::Integer(number)]);
            } else {
                rows.count_one();
            }
        }
        assert_eq!((rows.count, rows.more(), rows.shown.len()), (50, 30, SHOWN));
        assert_eq!(rows.first, Some(vec![Cell::Integer(0)]));
        assert!(rows.table().starts_with("| n "));
    }
}
