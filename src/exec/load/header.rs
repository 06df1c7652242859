//! The header of a file against the columns of its table.

use crate::exec::sql::table::{Column, ColumnKind};
use crate::msg;
use crate::plan::{Load, LoadMode};
use crate::words::{Msg, one_line};

/// A column of the file.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Its name in the table.
    pub(super) name: String,
    /// What it holds.
    pub(super) kind: ColumnKind,
    /// May it be empty?
    pub(super) nullable: bool,
    /// Is it a part of the key?
    pub(super) key: bool,
}

/// What stands where in the file.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Its columns, in its order.
    pub(super) columns: Vec<Target>,
    /// Those of them that make a row the same row: the key of the step, else the table's own.
    pub(super) keys: Vec<usize>,
    /// The header as it is written.
    pub(super) written: Vec<String>,
}

/// The layout that `header` describes, or everything that is wrong with it.
pub(super) fn layout(header: &[&str], table: &[Column], load: &Load) -> Result<Layout, Vec<Msg>> {
    let mut faults = Vec::new();
    let mut found: Vec<Option<&Column>> = Vec::new();
    for (index, name) in header.iter().enumerate() {
        let column = table.iter().find(|column| same(&column.name, name));
        let doubled = column.is_some() && found.iter().flatten().any(|other| Some(*other) == column);
        if name.trim().is_empty() {
            faults.push(msg!("load-header-empty", number = index + 1));
        } else if doubled {
            faults.push(msg!("load-header-doubled", column = shown(name)));
        } else if column.is_some_and(|column| column.kind == ColumnKind::Bytes) {
            faults.push(msg!("load-header-bytes", column = shown(name)));
        }
        found.push(column);
    }
    unknown(header, &found, table, load, &mut faults);
    missing(&found, table, load, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let found: Vec<&Column> = found.into_iter().flatten().collect();
    let keys = keys(&found, table, load);
    let target = |(index, column): (usize, &&Column)| Target {
        name: column.name.clone(),
        kind: column.kind,
        nullable: column.nullable,
        key: keys.contains(&index),
    };
    let columns = found.iter().enumerate().map(target).collect();
    Ok(Layout { columns, keys, written: header.iter().map(|name| (*name).to_owned()).collect() })
}

/// Without regard to case and to blanks around it.
fn same(name: &str, written: &str) -> bool {
    name.trim().to_lowercase() == written.trim().to_lowercase()
}

fn shown(name: &str) -> String {
    one_line(name.trim(), 60)
}

fn unknown(header: &[&str], found: &[Option<&Column>], table: &[Column], load: &Load, faults: &mut Vec<Msg>) {
    let strange: Vec<String> = header
        .iter()
        .zip(found)
        .filter(|(name, column)| column.is_none() && !name.trim().is_empty())
        .map(|(name, _)| shown(name))
        .collect();
    if strange.is_empty() {
        return;
    }
    let known: Vec<&str> = table.iter().map(|column| column.name.as_str()).collect();
    let (names, known) = (one_line(&strange.join(", "), 200), one_line(&known.join(", "), 200));
    let table = load.into.table.clone();
    faults.push(if strange.len() == header.len() {
        msg!("load-no-header", names = names, table = table, known = known)
    } else {
        msg!("load-header-unknown", names = names, table = table, known = known)
    });
}

/// Columns that the table must have, and the key.
fn missing(found: &[Option<&Column>], table: &[Column], load: &Load, faults: &mut Vec<Msg>) {
    let there = |name: &str| found.iter().flatten().any(|column| same(&column.name, name));
    for name in &load.key {
        if !table.iter().any(|column| same(&column.name, name)) {
            let table = load.into.table.clone();
            faults.push(msg!("load-key-unknown", column = name, table = table));
        } else if !there(name) {
            faults.push(msg!("load-key-missing", column = name));
        }
    }
    let is_key = |column: &Column| load.key.iter().any(|name| same(&column.name, name));
    let wanted = table.iter().filter(|column| !column.nullable && !column.has_default && !is_key(column));
    let names: Vec<&str> = wanted.map(|column| column.name.as_str()).filter(|name| !there(name)).collect();
    if !names.is_empty() {
        faults.push(msg!("load-header-missing", names = one_line(&names.join(", "), 200)));
    }
}

/// The key of the step; without one the table's own, where the file has all of it.
fn keys(found: &[&Column], table: &[Column], load: &Load) -> Vec<usize> {
    let own = || table.iter().filter(|column| column.primary_key).map(|column| &column.name).collect();
    let names: Vec<&String> = if load.key.is_empty() { own() } else { load.key.iter().collect() };
    let place = |name: &&String| found.iter().position(|column| same(&column.name, name));
    names.iter().map(place).collect::<Option<Vec<usize>>>().unwrap_or_default()
}

/// Does it replace row by row, and not all at once?
pub(super) fn compares(load: &Load) -> bool {
    match load.mode {
        LoadMode::Merge => true,
        LoadMode::Replace => !load.key.is_empty(),
        LoadMode::Append => false,
    }
}
