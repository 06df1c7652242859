//! Rows on their way into a database: gathered by table, written as inserts of many rows.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// Length at which an insert is closed and the next one begun.
const INSERT_BYTES: usize = 200_000;

/// The inserts for one transaction. Only numbers, months and this room's own words go into it, never a person's text.
#[derive(Debug, Default)]
pub(super) struct Script {
    open: BTreeMap<String, String>,
    done: String,
}

impl Script {
    /// One more row of `table`; `values` is the list between the parentheses.
    pub(super) fn row(&mut self, table: &str, values: fmt::Arguments<'_>) {
        if !self.open.contains_key(table) {
            self.open.insert(table.to_owned(), String::new());
        }
        let Some(text) = self.open.get_mut(table) else { return };
        text.push_str(if text.is_empty() { "(" } else { ",(" });
        // Writing to a String cannot fail.
        let _ = text.write_fmt(values);
        text.push(')');
        if text.len() > INSERT_BYTES {
            let rows = std::mem::take(text);
            self.close(table, &rows);
        }
    }

    fn close(&mut self, table: &str, rows: &str) {
        for part in ["insert into ", table, " values ", rows, ";\n"] {
            self.done.push_str(part);
        }
    }

    /// All the inserts as text.
    pub(super) fn finish(mut self) -> String {
        for (table, rows) in std::mem::take(&mut self.open) {
            if !rows.is_empty() {
                self.close(&table, &rows);
            }
        }
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_table_share_an_insert() {
        let mut script = Script::default();
        script.row("b", format_args!("1"));
        script.row("a", format_args!("{},'{}'", 2, "x"));
        script.row("b", format_args!("3"));
        assert_eq!(script.finish(), "insert into a values (2,'x');\ninsert into b values (1),(3);\n");
    }
}
