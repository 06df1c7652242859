//! The SQL of a load, for each database: rows go into a temporary table and from there, all at once, into their own.

use super::header::{Layout, Target};
use super::json::{arrays, objects};
use super::read::Row;
use crate::exec::sql::table::ColumnKind;
use crate::exec::sql::text::Dialect;
use crate::plan::ParamValue;

/// The temporary table, and the column of it that holds the line; what rows of the file and rows of the table are called.
/// Where somebody has called something so, it gets a longer name.
const STAGE: &str = "monthstart_load";
const LINE: &str = "monthstart_line";
const NEW: &str = "monthstart_new";
const OLD: &str = "monthstart_old";

/// The SQL of one load.
#[derive(Debug, Clone)]
pub(super) struct Script {
    dialect: Dialect,
    /// The table, quoted, and what its rows are called by: its bare name, so that conditions may use it.
    table: String,
    alias: String,
    stage: String,
    /// Not quoted.
    line: String,
    new: String,
    old: String,
    columns: Vec<Target>,
    keys: Vec<usize>,
    /// The part that is replaced: a condition.
    part: String,
    /// The last line that is written, where not all of them are.
    until: Option<u64>,
}

impl Script {
    /// For a table by its schema, where it has one, and its name. Without a condition all of it is the part.
    pub(super) fn new(dialect: Dialect, table: &[String], layout: &Layout, part: Option<&str>) -> Self {
        let bare = table.last().map_or("", String::as_str);
        let quoted: Vec<String> = table.iter().map(|name| quote(dialect, name)).collect();
        // A comment at the end of the condition ends with its line.
        let part = part.map_or_else(|| "1 = 1".to_owned(), |part| format!("{part}\n"));
        let columns: Vec<&str> = layout.columns.iter().map(|column| column.name.as_str()).collect();
        let beside = |name| quote(dialect, &unlike(name, &[bare]));
        Script {
            dialect,
            table: quoted.join("."),
            alias: quote(dialect, bare),
            stage: beside(STAGE),
            line: unlike(LINE, &columns),
            new: beside(NEW),
            old: beside(OLD),
            columns: layout.columns.clone(),
            keys: layout.keys.clone(),
            part,
            until: None,
        }
    }

    /// The same, for lines up to this one.
    pub(super) fn until(&self, line: u64) -> Self {
        Script { until: Some(line), ..self.clone() }
    }

    fn quote(&self, name: &str) -> String {
        quote(self.dialect, name)
    }

    fn stage(&self) -> &str {
        &self.stage
    }

    fn line(&self) -> String {
        self.quote(&self.line)
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
            Dialect::Postgres => objects(rows, &self.line, &self.columns),
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

    /// The temporary table, with keys that are the same where the table takes them for the same: `SQLite` forgets how
    /// columns compare when it copies them, and remembers it when rows are added to theirs.
    fn compared_as_in_table(&self) -> String {
        let (line, keys) = (self.line(), joined(self.key_names()));
        match self.dialect {
            Dialect::Sqlite => format!(
                "(SELECT 0 AS {line}, {keys} FROM {} WHERE 1 = 0 UNION ALL SELECT {line}, {keys} FROM {}) AS {}",
                self.table, self.stage, self.new
            ),
            Dialect::Postgres | Dialect::MySql => self.stage.clone(),
        }
    }

    /// Lines whose key stands in an earlier line too, with that line.
    pub(super) fn doubled(&self) -> String {
        let (line, keys) = (self.line(), joined(self.key_names()));
        format!(
            "SELECT {line}, monthstart_first FROM (SELECT {line}, min({line}) OVER (PARTITION BY {keys}) AS \
             monthstart_first FROM {}) AS d WHERE {line} <> monthstart_first ORDER BY {line}",
            self.compared_as_in_table()
        )
    }

    /// The last line.
    pub(super) fn last(&self) -> String {
        format!("SELECT max({}) FROM {}", self.line(), self.stage)
    }

    /// Lines whose key is in the table.
    pub(super) fn there(&self) -> String {
        format!("SELECT {2}.{0} FROM {1} ORDER BY {2}.{0}", self.line(), self.matches(), self.new)
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
        let (new, old, same) = (&self.new, &self.old, self.same_keys(&self.old));
        format!(
            "SELECT {new}.{line} FROM {} AS {new} JOIN (SELECT {keys} FROM {} AS {alias} WHERE CASE WHEN ({part}) THEN 0 \
             ELSE 1 END = 1) AS {old} ON {same} ORDER BY {new}.{line}",
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
        let (line, new, matches) = (self.line(), &self.new, self.matches());
        format!("SELECT count(*), count(DISTINCT {new}.{line}), {changed} FROM {matches}")
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
            "({part}) AND NOT EXISTS (SELECT 1 FROM {} AS {} WHERE {})",
            self.stage(),
            self.new,
            self.same_keys(&self.alias)
        )
    }

    /// Changes the rows that differ; `None` where there is nothing but keys.
    pub(super) fn update(&self) -> Option<String> {
        let differs = self.differs()?;
        let (table, alias, stage, new) = (&self.table, &self.alias, self.stage(), &self.new);
        let (same, first) = (self.same_keys(alias), self.first_lines());
        let set = |left: &dyn Fn(&str) -> String| {
            joined(self.others().map(|column| {
                let name = self.quote(&column.name);
                format!("{} = {new}.{name}", left(&name))
            }))
        };
        Some(match self.dialect {
            Dialect::MySql => {
                let set = set(&|name| format!("{alias}.{name}"));
                format!(
                    "UPDATE {table} AS {alias} JOIN {stage} AS {new} ON {same} SET {set} WHERE ({differs}){first}"
                )
            }
            Dialect::Sqlite | Dialect::Postgres => {
                let set = set(&str::to_owned);
                format!(
                    "UPDATE {table} AS {alias} SET {set} FROM {stage} AS {new} WHERE {same} AND ({differs}){first}"
                )
            }
        })
    }

    /// Adds all rows, or those whose key the table does not have.
    pub(super) fn insert(&self, only_new: bool) -> String {
        let names = joined(self.names());
        let values = joined(self.names().map(|name| format!("{}.{name}", self.new)));
        let (table, stage, new, until) = (&self.table, self.stage(), &self.new, self.first_lines());
        let rows = if only_new {
            let first = self.key_names().next().unwrap_or_default();
            let (alias, same) = (&self.alias, self.same_keys(&self.alias));
            format!("LEFT JOIN {table} AS {alias} ON {same} WHERE {alias}.{first} IS NULL")
        } else {
            "WHERE 1 = 1".to_owned()
        };
        format!("INSERT INTO {table} ({names}) SELECT {values} FROM {stage} AS {new} {rows}{until}")
    }

    /// And no others.
    fn first_lines(&self) -> String {
        self.until.map(|line| format!(" AND {}.{} <= {line}", self.new, self.line())).unwrap_or_default()
    }

    /// Rows of both sides that have the same key.
    fn matches(&self) -> String {
        let same = self.same_keys(&self.alias);
        format!("{} AS {} JOIN {} AS {} ON {same}", self.stage(), self.new, self.table, self.alias)
    }

    fn same_keys(&self, alias: &str) -> String {
        let new = &self.new;
        let keys: Vec<String> =
            self.key_names().map(|name| format!("{alias}.{name} = {new}.{name}")).collect();
        keys.join(" AND ")
    }

    /// Something besides the key is not the same, letter by letter; NULL is the same as NULL.
    fn differs(&self) -> Option<String> {
        let alias = &self.alias;
        let each = self.others().map(|column| {
            let name = self.quote(&column.name);
            let (old, new) = (format!("{alias}.{name}"), format!("{}.{name}", self.new));
            match (self.dialect, column.kind) {
                (Dialect::Sqlite, _) => format!("{old} COLLATE BINARY IS NOT {new}"),
                // Not every type of PostgreSQL can be compared.
                (Dialect::Postgres, ColumnKind::Text { .. } | ColumnKind::Json | ColumnKind::Other) => {
                    format!(
                        "CAST({old} AS text) COLLATE \"C\" IS DISTINCT FROM CAST({new} AS text) COLLATE \"C\""
                    )
                }
                (Dialect::MySql, ColumnKind::Text { .. }) => {
                    format!("NOT (CAST({old} AS BINARY) <=> CAST({new} AS BINARY))")
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

/// A name that is none of these, whatever the case of their letters.
fn unlike(name: &str, taken: &[&str]) -> String {
    let mut name = name.to_owned();
    while taken.iter().any(|other| other.trim().eq_ignore_ascii_case(&name)) {
        name.push('_');
    }
    name
}

fn joined(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
