//! The SQL of a load, for each database: rows go into a temporary table and from there, all at once, into their own.

use std::fmt::Write as _;

use super::header::{Layout, Target};
use super::read::Row;
use crate::exec::sql::table::ColumnKind;
use crate::exec::sql::text::Dialect;
use crate::plan::ParamValue;

/// The temporary table, and the column of it that holds the line.
const STAGE: &str = "monthstart_load";
const LINE: &str = "monthstart_line";

/// The SQL of one load.
#[derive(Debug, Clone)]
pub(super) struct Script {
    dialect: Dialect,
    /// The table, quoted, and what its rows are called by: its bare name, so that conditions may use it.
    table: String,
    alias: String,
    columns: Vec<Target>,
    keys: Vec<usize>,
    /// The part that is replaced: a condition.
    part: String,
}

impl Script {
    /// For a table by its schema, where it has one, and its name. Without a condition all of it is the part.
    pub(super) fn new(dialect: Dialect, table: &[String], layout: &Layout, part: Option<&str>) -> Self {
        let bare = table.last().map_or("", String::as_str);
        let quoted: Vec<String> = table.iter().map(|name| quote(dialect, name)).collect();
        // A comment at the end of the condition ends with its line.
        let part = part.map_or_else(|| "1 = 1".to_owned(), |part| format!("{part}\n"));
        Script {
            dialect,
            table: quoted.join("."),
            alias: quote(dialect, bare),
            columns: layout.columns.clone(),
            keys: layout.keys.clone(),
            part,
        }
    }

    fn quote(&self, name: &str) -> String {
        quote(self.dialect, name)
    }

    fn stage(&self) -> String {
        self.quote(STAGE)
    }

    fn line(&self) -> String {
        self.quote(LINE)
    }

    fn names(&self) -> impl Iterator<Item = String> {
        self.columns.iter().map(|column| self.quote(&column.name))
    }

    fn key_names(&self) -> impl Iterator<Item = String> {
        self.keys.iter().map(|key| self.quote(&self.columns[*key].name))
    }

    /// Columns that are no part of the key.
    fn others(&self) -> impl Iterator<Item = &Target> {
        let keys = &self.keys;
        self.columns.iter().enumerate().filter(|(index, _)| !keys.contains(index)).map(|(_, column)| column)
    }

    /// Is there a key?
    pub(super) fn has_key(&self) -> bool {
        !self.keys.is_empty()
    }

    /// The temporary table, empty.
    pub(super) fn create(&self) -> String {
        let number = if self.dialect == Dialect::MySql { "SIGNED" } else { "BIGINT" };
        let names = joined(self.names());
        format!(
            "CREATE TEMPORARY TABLE {} AS SELECT CAST(0 AS {number}) AS {}, {names} FROM {} WHERE 1 = 0",
            self.stage(),
            self.line(),
            self.table
        )
    }

    /// Rows into it: all of them are one value, `:rows`.
    pub(super) fn fill(&self) -> String {
        let stage = self.stage();
        let cells = |each: &dyn Fn(usize) -> String| joined((0..=self.columns.len()).map(each));
        match self.dialect {
            Dialect::Sqlite => {
                let cells = cells(&|index| format!("value ->> {index}"));
                format!("INSERT INTO {stage} SELECT {cells} FROM json_each(:rows)")
            }
            Dialect::Postgres => format!(
                "INSERT INTO {stage} SELECT * FROM json_populate_recordset(NULL::{stage}, CAST(:rows AS json))"
            ),
            Dialect::MySql => {
                let cells = cells(&|index| format!("c{index} LONGTEXT PATH '$[{index}]'"));
                format!("INSERT INTO {stage} SELECT * FROM JSON_TABLE(:rows, '$[*]' COLUMNS ({cells})) AS j")
            }
        }
    }

    /// The value of [`Script::fill`].
    pub(super) fn rows(&self, rows: &[Row]) -> ParamValue {
        ParamValue::Text(match self.dialect {
            Dialect::Postgres => objects(rows, &self.columns),
            Dialect::Sqlite | Dialect::MySql => arrays(rows),
        })
    }

    /// What makes looking for a key fast. `MySQL` refuses it for texts of any length; then it looks without.
    pub(super) fn index(&self) -> Option<String> {
        let keys = joined(self.key_names());
        match self.dialect {
            _ if !self.has_key() => None,
            Dialect::Sqlite => {
                Some(format!("CREATE INDEX temp.\"monthstart_key\" ON {} ({keys})", self.stage()))
            }
            Dialect::Postgres => Some(format!("CREATE INDEX ON {} ({keys})", self.stage())),
            Dialect::MySql => Some(format!("CREATE INDEX monthstart_key ON {} ({keys})", self.stage())),
        }
    }

    /// Lines whose key stands in an earlier line too, with that line.
    pub(super) fn doubled(&self) -> String {
        let (line, keys) = (self.line(), joined(self.key_names()));
        format!(
            "SELECT {line}, monthstart_first FROM (SELECT {line}, min({line}) OVER (PARTITION BY {keys}) AS \
             monthstart_first FROM {}) AS d WHERE {line} <> monthstart_first ORDER BY {line}",
            self.stage()
        )
    }

    /// Lines whose key is in the table.
    pub(super) fn there(&self) -> String {
        format!("SELECT s.{0} FROM {1} ORDER BY s.{0}", self.line(), self.matches())
    }

    /// Lines outside the part. The condition sees the file's columns under the table's name.
    pub(super) fn outside(&self) -> String {
        let (line, alias, part) = (self.line(), &self.alias, &self.part);
        format!(
            "SELECT {line} FROM {} AS {alias} WHERE CASE WHEN ({part}) THEN 0 ELSE 1 END = 1 ORDER BY {line}",
            self.stage()
        )
    }

    /// Lines whose key is in the table, but outside the part.
    pub(super) fn elsewhere(&self) -> String {
        let (line, part, alias) = (self.line(), &self.part, &self.alias);
        let keys = joined(self.key_names());
        let same = self.same_keys("t");
        format!(
            "SELECT s.{line} FROM {} AS s JOIN (SELECT {keys} FROM {} AS {alias} WHERE CASE WHEN ({part}) THEN 0 \
             ELSE 1 END = 1) AS t ON {same} ORDER BY s.{line}",
            self.stage(),
            self.table
        )
    }

    /// Three numbers: rows of the table that have a key of the file, keys of the file that the table has, and how many
    /// of those rows would change.
    pub(super) fn counts(&self) -> String {
        let changed = self
            .differs()
            .map_or_else(|| "0".to_owned(), |differs| format!("count(CASE WHEN {differs} THEN 1 END)"));
        format!("SELECT count(*), count(DISTINCT s.{}), {changed} FROM {}", self.line(), self.matches())
    }

    /// How many rows of the part would go: those that the file does not have, or all of them.
    pub(super) fn gone(&self, compares: bool) -> String {
        format!("SELECT count(*) FROM {} AS {} WHERE {}", self.table, self.alias, self.leaves(compares))
    }

    /// Removes them.
    pub(super) fn remove(&self, compares: bool) -> String {
        let (table, alias, leaves) = (&self.table, &self.alias, self.leaves(compares));
        match self.dialect {
            Dialect::MySql => format!("DELETE {alias} FROM {table} AS {alias} WHERE {leaves}"),
            Dialect::Sqlite | Dialect::Postgres => format!("DELETE FROM {table} AS {alias} WHERE {leaves}"),
        }
    }

    fn leaves(&self, compares: bool) -> String {
        let part = &self.part;
        if !compares {
            return format!("({part})");
        }
        format!(
            "({part}) AND NOT EXISTS (SELECT 1 FROM {} AS s WHERE {})",
            self.stage(),
            self.same_keys(&self.alias)
        )
    }

    /// Changes the rows that differ; `None` where there is nothing but keys.
    pub(super) fn update(&self) -> Option<String> {
        let differs = self.differs()?;
        let (table, alias, stage) = (&self.table, &self.alias, self.stage());
        let same = self.same_keys(alias);
        let set = |left: &dyn Fn(&str) -> String| {
            joined(self.others().map(|column| {
                let name = self.quote(&column.name);
                format!("{} = s.{name}", left(&name))
            }))
        };
        Some(match self.dialect {
            Dialect::MySql => {
                let set = set(&|name| format!("{alias}.{name}"));
                format!("UPDATE {table} AS {alias} JOIN {stage} AS s ON {same} SET {set} WHERE {differs}")
            }
            Dialect::Sqlite | Dialect::Postgres => {
                let set = set(&str::to_owned);
                format!("UPDATE {table} AS {alias} SET {set} FROM {stage} AS s WHERE {same} AND ({differs})")
            }
        })
    }

    /// Adds all rows, or those whose key the table does not have.
    pub(super) fn insert(&self, only_new: bool) -> String {
        let names = joined(self.names());
        let values = joined(self.names().map(|name| format!("s.{name}")));
        let (table, stage) = (&self.table, self.stage());
        let rows = if only_new {
            let first = self.key_names().next().unwrap_or_default();
            let (alias, same) = (&self.alias, self.same_keys(&self.alias));
            format!("LEFT JOIN {table} AS {alias} ON {same} WHERE {alias}.{first} IS NULL")
        } else {
            "WHERE 1 = 1".to_owned()
        };
        format!("INSERT INTO {table} ({names}) SELECT {values} FROM {stage} AS s {rows}")
    }

    /// Rows of both sides that have the same key.
    fn matches(&self) -> String {
        let same = self.same_keys(&self.alias);
        format!("{} AS s JOIN {} AS {} ON {same}", self.stage(), self.table, self.alias)
    }

    fn same_keys(&self, alias: &str) -> String {
        let keys: Vec<String> = self.key_names().map(|name| format!("{alias}.{name} = s.{name}")).collect();
        keys.join(" AND ")
    }

    /// Something besides the key is not the same; NULL is the same as NULL.
    fn differs(&self) -> Option<String> {
        let alias = &self.alias;
        let each = self.others().map(|column| {
            let name = self.quote(&column.name);
            let (old, new) = (format!("{alias}.{name}"), format!("s.{name}"));
            match (self.dialect, column.kind) {
                (Dialect::Sqlite, _) => format!("{old} IS NOT {new}"),
                // Not every type of PostgreSQL can be compared.
                (Dialect::Postgres, ColumnKind::Other) => {
                    format!("CAST({old} AS text) IS DISTINCT FROM CAST({new} AS text)")
                }
                (Dialect::Postgres, _) => format!("{old} IS DISTINCT FROM {new}"),
                (Dialect::MySql, _) => format!("NOT ({old} <=> {new})"),
            }
        });
        let all: Vec<String> = each.collect();
        (!all.is_empty()).then(|| all.join(" OR "))
    }
}

/// The query for how a table is written in its schema, where a server takes the case of names for a part of them.
pub(super) fn whereabouts(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Sqlite => None,
        Dialect::Postgres => Some(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE lower(c.relname) = lower(:name) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') \
             AND CASE WHEN :schema = '' THEN pg_table_is_visible(c.oid) ELSE lower(n.nspname) = lower(:schema) END \
             ORDER BY c.relname = :name DESC, c.oid LIMIT 1",
        ),
        Dialect::MySql => Some(
            "SELECT table_schema, table_name FROM information_schema.tables \
             WHERE lower(table_schema) = lower(coalesce(nullif(:schema, ''), database())) \
             AND lower(table_name) = lower(:name) ORDER BY table_name = :name DESC LIMIT 1",
        ),
    }
}

fn quote(dialect: Dialect, name: &str) -> String {
    let mark = if dialect == Dialect::MySql { '`' } else { '"' };
    let doubled = [mark, mark].iter().collect::<String>();
    format!("{mark}{}{mark}", name.replace(mark, &doubled))
}

fn joined(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn put(json: &mut String, value: Option<&str>) {
    match value {
        Some(text) => json.push_str(&serde_json::Value::from(text).to_string()),
        None => json.push_str("null"),
    }
}

/// `[[2,"a",null],…]`
fn arrays(rows: &[Row]) -> String {
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

/// `[{"monthstart_line":2,"a":"x"},…]`
fn objects(rows: &[Row], columns: &[Target]) -> String {
    let names: Vec<String> =
        columns.iter().map(|column| serde_json::Value::from(column.name.as_str()).to_string()).collect();
    let mut json = String::from("[");
    for (index, row) in rows.iter().enumerate() {
        json.push_str(if index > 0 { ",{" } else { "{" });
        // Writing to a String cannot fail.
        let _ = write!(json, "\"{LINE}\":{}", row.line);
        for (name, value) in names.iter().zip(&row.values) {
            json.push(',');
            json.push_str(name);
            json.push(':');
            put(&mut json, value.as_deref());
        }
        json.push('}');
    }
    json.push(']');
    json
}
