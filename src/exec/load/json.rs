//! Rows of a file as one JSON text, the way each database takes them in.

use std::fmt::Write as _;

use super::header::Target;
use super::read::Row;
use crate::exec::sql::table::ColumnKind;

fn put(json: &mut String, value: Option<&str>) {
    match value {
        Some(text) => json.push_str(&serde_json::Value::from(text).to_string()),
        None => json.push_str("null"),
    }
}

/// `[[2,"a",null],…]`
pub(super) fn arrays(rows: &[Row]) -> String {
    let mut json = String::from("[");
    for (index, row) in rows.iter().enumerate() {
        json.push_str(if index > 0 { ",[" } else { "[" });
        json.push_str(&row.line.to_string());
        for value in &row.values {
            json.push(',');
            put(&mut json, value.as_deref());
        }
        json.push(']');
    }
    json.push(']');
    json
}

/// `[{"monthstart_line":2,"a":"x"},…]`; documents stand in it as they are.
pub(super) fn objects(rows: &[Row], line: &str, columns: &[Target]) -> String {
    let name = |column: &Target| serde_json::Value::from(column.name.as_str()).to_string();
    let names: Vec<(String, ColumnKind)> = columns.iter().map(|column| (name(column), column.kind)).collect();
    let mut json = String::from("[");
    for (index, row) in rows.iter().enumerate() {
        json.push_str(if index > 0 { ",{" } else { "{" });
        // Writing to a String cannot fail.
        let _ = write!(json, "\"{line}\":{}", row.line);
        for ((name, kind), value) in names.iter().zip(&row.values) {
            json.push(',');
            json.push_str(name);
            json.push(':');
            match value {
                Some(document) if *kind == ColumnKind::Json => json.push_str(document),
                value => put(&mut json, value.as_deref()),
            }
        }
        json.push('}');
    }
    json.push(']');
    json
}
