//! What databases know by themselves of when a table was last changed.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::database::{Database, Refused};
use super::rows::{Cell, Rows};
use super::text::Dialect;

/// What is known of a table's last change.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::exec) enum Changed {
    /// A time, as the database says it; NULL: it does not know.
    Told(Cell),
    /// The file that holds the table was written then, whatever was written.
    File(SystemTime),
}

/// Of every row the instant of the transaction that brought it.
const COMMITTED: &str = "select (extract(epoch from max(pg_xact_commit_timestamp(xmin))))::text from ";

/// When the file of a table was written.
const WRITTEN: &str = "select extract(epoch from (pg_stat_file(pg_relation_filepath(to_regclass(:place)), true)).modification)::text";

/// Of a table that was not changed since the server's start it does not know.
const UPDATED: &str = "select unix_timestamp(update_time) from information_schema.tables \
                       where binary table_schema = binary :schema and binary table_name = binary :name";

impl Database {
    /// When the table was last changed, as far as the database knows.
    pub(in crate::exec) async fn changed(&mut self, table: &str) -> Result<Changed, Refused> {
        match self.dialect() {
            Dialect::Sqlite => {
                let file = self.file_of(table).await?;
                Ok(file.and_then(|file| written(&file)).map_or(Changed::Told(Cell::Null), Changed::File))
            }
            Dialect::Postgres => self.changed_in_postgres(table).await,
            Dialect::MySql => {
                // MySQL 8 would tell what it knew yesterday; MariaDB has no such setting.
                let _ = self.told("set session information_schema_stats_expiry = 0", &[]).await;
                let (schema, name) = self.place(table).await?.unwrap_or_default();
                self.told(UPDATED, &[("schema", &schema), ("name", &name)]).await.map(Changed::Told)
            }
        }
    }

    /// Instants of commits, where they are kept; else the file's time, where the server shows it.
    async fn changed_in_postgres(&mut self, table: &str) -> Result<Changed, Refused> {
        let Some(place) = self.quoted(table).await? else { return Ok(Changed::Told(Cell::Null)) };
        let tracked = self.told("select current_setting('track_commit_timestamp')", &[]).await?;
        if tracked == Cell::Text("on".to_owned()) {
            return self.told(&format!("{COMMITTED}{place}"), &[]).await.map(Changed::Told);
        }
        let file = self.told(WRITTEN, &[("place", &place)]).await;
        Ok(Changed::Told(file.unwrap_or(Cell::Null)))
    }

    /// The first value of a query.
    async fn told(&mut self, sql: &str, values: &[(&str, &str)]) -> Result<Cell, Refused> {
        let mut rows = Rows::only_first();
        self.ask(sql, values, &mut rows).await?;
        Ok(rows.first.and_then(|row| row.into_iter().next()).unwrap_or(Cell::Null))
    }
}

/// The later of a file's time and its journal's; an empty journal is only a sign that somebody has it open.
fn written(file: &Path) -> Option<SystemTime> {
    let time = |file: &Path| {
        let metadata = file.metadata().ok()?;
        metadata.modified().ok().filter(|_| metadata.len() > 0)
    };
    let mut journal = file.as_os_str().to_owned();
    journal.push("-wal");
    time(file).max(time(&PathBuf::from(journal)))
}
