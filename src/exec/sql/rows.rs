//! What comes back from a database: the first rows are kept, the rest is counted.

use std::ops::ControlFlow;

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
    /// True or false, of databases that tell it from 1 and 0.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// An exact number of any length, as the database writes it; also its `NaN`.
    Decimal(String),
    /// A floating number.
    Real(f64),
    /// Text, and all that is written as text: dates, times, JSON, lists.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Cell {
    /// As text, as the database itself would write it.
    pub(in crate::exec) fn text(&self) -> String {
        match self {
            Cell::Null => "NULL".to_owned(),
            Cell::Boolean(truth) => truth.to_string(),
            Cell::Integer(number) => number.to_string(),
            Cell::Real(number) => real(*number),
            Cell::Decimal(text) | Cell::Text(text) => text.clone(),
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
            Cell::Boolean(truth) => Json::from(*truth),
            Cell::Integer(number) => Json::from(*number),
            Cell::Decimal(text) => decimal(text),
            Cell::Real(number) => real(*number).parse::<f64>().map_or(Json::Null, Json::from),
            Cell::Text(text) => Json::from(cut(text, LONGEST_LINE)),
            Cell::Bytes(_) => Json::from(self.text()),
        }
    }
}

/// A number where JSON's numbers hold it whole, else its digits as text.
fn decimal(text: &str) -> Json {
    const TRUSTED: usize = 15;
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(whole), _) => Json::from(whole),
        (_, Ok(number)) if number.is_finite() && digits <= TRUSTED => Json::from(number),
        _ => Json::from(cut(text, LONGEST_LINE)),
    }
}

/// The names of a row's columns.
pub(super) fn names(row: &impl sqlx::Row) -> Vec<String> {
    row.columns().iter().map(|column| sqlx::Column::name(column).to_owned()).collect()
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

/// What is to be done with the next row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::exec) enum Want {
    /// It is read.
    Cells,
    /// It is only counted.
    Count,
    /// Neither it nor any after it is wanted.
    Nothing,
}

/// Where the rows of a statement go, one after the other.
pub(in crate::exec) trait Sink: Send {
    /// Is the next row wanted?
    fn wants(&self) -> Want;
    /// A row that is wanted.
    fn take(&mut self, columns: &dyn Fn() -> Vec<String>, cells: Vec<Cell>);
    /// A row that is only counted.
    fn count_one(&mut self);
}

/// Shows every row to a function, until it has seen enough; keeps none.
pub(in crate::exec) struct Each<F> {
    see: F,
    goes_on: bool,
}

impl<F: FnMut(&[Cell]) -> ControlFlow<()> + Send> Each<F> {
    /// For that function.
    pub(in crate::exec) fn new(see: F) -> Self {
        Each { see, goes_on: true }
    }
}

impl<F: FnMut(&[Cell]) -> ControlFlow<()> + Send> Sink for Each<F> {
    fn wants(&self) -> Want {
        if self.goes_on { Want::Cells } else { Want::Nothing }
    }

    fn take(&mut self, _columns: &dyn Fn() -> Vec<String>, cells: Vec<Cell>) {
        self.goes_on = (self.see)(&cells).is_continue();
    }

    fn count_one(&mut self) {}
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

impl Sink for Rows {
    fn wants(&self) -> Want {
        match (self.only_first && self.count > 0, self.shown.len() < self.limit) {
            (true, _) => Want::Nothing,
            (false, true) => Want::Cells,
            (false, false) => Want::Count,
        }
    }

    fn take(&mut self, columns: &dyn Fn() -> Vec<String>, cells: Vec<Cell>) {
        if self.columns.is_empty() {
            self.columns = columns();
        }
        self.shown
            .push(cells.iter().map(|cell| one_line(cut(&cell.text(), 1 << 12), LONGEST_CELL)).collect());
        self.first.get_or_insert(cells);
        self.count += 1;
    }

    fn count_one(&mut self) {
        self.count += 1;
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
        for (text, json) in [
            ("9", Json::from(9)),
            ("12.50", Json::from(12.5)),
            ("1234567890123456.5", Json::from("1234567890123456.5")),
            ("NaN", Json::from("NaN")),
        ] {
            assert_eq!(Cell::Decimal(text.to_owned()).json(), json);
        }
    }

    #[test]
    fn the_first_rows_are_kept_and_the_rest_is_counted() {
        let mut rows = Rows::default();
        for number in 0..50 {
            match rows.wants() {
                Want::Cells => rows.take(&|| vec!["n".to_owned()], vec![Cell::Integer(number)]),
                _ => rows.count_one(),
            }
        }
        assert_eq!((rows.count, rows.more(), rows.shown.len()), (50, 30, SHOWN));
        assert_eq!(rows.first, Some(vec![Cell::Integer(0)]));
        assert!(rows.table().starts_with("| n "));
    }
}
