//! Where a table is: its schema and its name as the database itself writes them.

use std::ops::ControlFlow;

use super::database::{Database, Refused};
use super::rows::{Cell, Rows, Sink};
use super::text::{Dialect, statements};
use crate::plan::ParamValue;

/// A name that is written as it is goes before one that differs in its letters' case.
const IN_POSTGRES: &str = "select n.nspname::text, c.relname::text from pg_class c \
     join pg_namespace n on n.oid = c.relnamespace \
     where c.relkind in ('r', 'p', 'v', 'm', 'f') and lower(c.relname) = lower(:name) \
     and case when :schema = '' then n.nspname = any (current_schemas(true)) \
     else lower(n.nspname) = lower(:schema) end \
     order by n.nspname <> :schema, c.relname <> :name, \
     array_position(current_schemas(true), n.nspname), c.relname limit 1";

/// The same.
const IN_MYSQL: &str = "select table_schema, table_name from information_schema.tables \
     where lower(table_name) = lower(:name) \
     and lower(table_schema) = lower(case when :schema = '' then database() else :schema end) \
     order by binary table_schema <> binary :schema, binary table_name <> binary :name limit 1";

impl Database {
    /// The schema and the name of a table or view; `None` where there is none. Capitals are looked at only where they
    /// make a difference.
    pub(in crate::exec) async fn place(&mut self, table: &str) -> Result<Option<(String, String)>, Refused> {
        let (schema, name) = table.rsplit_once('.').unwrap_or(("", table));
        let names = [("schema", schema), ("name", name)];
        match self.dialect() {
            Dialect::Sqlite => self.find(table).await,
            Dialect::Postgres => self.two_names(IN_POSTGRES, &names).await,
            Dialect::MySql => self.two_names(IN_MYSQL, &names).await,
        }
    }

    /// The table's name for the text of a query.
    pub(in crate::exec) async fn quoted(&mut self, table: &str) -> Result<Option<String>, Refused> {
        let dialect = self.dialect();
        let place = self.place(table).await?;
        Ok(place.map(|(schema, name)| format!("{}.{}", quoted(&schema, dialect), quoted(&name, dialect))))
    }

    /// Executes statements of ours with their values.
    pub(in crate::exec) async fn ask(
        &mut self,
        sql: &str,
        values: &[(&str, &str)],
        rows: &mut dyn Sink,
    ) -> Result<(), Refused> {
        for statement in statements(sql, self.dialect()) {
            let value = |name: &String| values.iter().find(|(known, _)| known == name);
            let values: Vec<ParamValue> =
                statement.binds.iter().filter_map(|name| Some(value(name)?.1.into())).collect();
            // What three drivers may be doing is large: it does not belong into the state of all who ask.
            Box::pin(self.execute(&statement, &values, rows)).await?;
        }
        Ok(())
    }

    /// Shows every row of a query of ours, one at a time.
    pub(in crate::exec) async fn each(
        &mut self,
        sql: &str,
        mut see: impl FnMut(&[Cell]) -> ControlFlow<()> + Send,
    ) -> Result<(), Refused> {
        for statement in statements(sql, self.dialect()) {
            Box::pin(self.each_row(&statement, &[], &mut see)).await?;
        }
        Ok(())
    }

    async fn two_names(
        &mut self,
        sql: &str,
        values: &[(&str, &str)],
    ) -> Result<Option<(String, String)>, Refused> {
        let mut rows = Rows::only_first();
        self.ask(sql, values, &mut rows).await?;
        let text = |cell: &Cell| match cell {
            // Names of MySQL's dictionary may come as bytes.
            Cell::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            other => other.text(),
        };
        Ok(rows.first.and_then(|row| Some((text(row.first()?), text(row.get(1)?)))))
    }
}

/// A name as a part of a query.
pub(in crate::exec) fn quoted(name: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::MySql => format!("`{}`", name.replace('`', "``")),
        Dialect::Sqlite | Dialect::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}
