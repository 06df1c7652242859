//! `SQLite`: writers queue for the lock before they begin, readers never take it, a running statement can be interrupted.

mod marker;

use std::path::PathBuf;
use std::time::Duration;

use sqlx::sqlite::{Sqlite as Driver, SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Decode, Either, Executor as _};
use sqlx::{Row as _, TypeInfo as _, ValueRef as _};
use tokio::time::{Instant, sleep, timeout};

use super::database::{Interrupt, Purpose, Refused, Why};
use super::rows::{Cell, Sink, Want, names};
use super::table::{Column, declared};
use super::text::{Dialect, Kind, Statement};
use crate::plan::ParamValue;

/// How long `SQLite` itself waits for a lock; longer waits are loops of ours, which can be stopped.
const BUSY: Duration = Duration::from_millis(250);

/// Between two tries to get a lock: not every refusal takes the time above.
const AGAIN: Duration = Duration::from_millis(20);

/// Steps of `SQLite`'s machine between two looks at the wish to stop.
const STEPS: i32 = 10_000;

/// Closing is not waited for longer.
const CLOSING: Duration = Duration::from_secs(5);

/// A connection to `SQLite` files.
#[derive(Debug)]
pub(in crate::exec) struct Sqlite {
    connection: SqliteConnection,
    interrupt: Interrupt,
    patience: Duration,
}

impl Sqlite {
    pub(super) async fn open(
        file: Option<PathBuf>,
        read_only: bool,
        attach: &[(String, PathBuf)],
        purpose: Purpose,
        interrupt: Interrupt,
    ) -> Result<Self, Refused> {
        let (patience, looks) = match purpose {
            Purpose::Work(patience) => (patience, false),
            Purpose::Look(patience) => (patience, true),
        };
        let options = SqliteConnectOptions::new()
            .create_if_missing(false)
            .read_only(read_only)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let options = match file {
            Some(file) => options.filename(file),
            None => options.in_memory(true),
        };
        let mut connection = options.connect().await.map_err(|error| refused(&error))?;
        for (schema, file) in attach {
            let sql = format!("ATTACH DATABASE ?1 AS {}", quoted(schema));
            let query = sqlx::query(AssertSqlSafe(sql)).bind(file.to_string_lossy().into_owned());
            query.execute(&mut connection).await.map_err(|error| refused(&error))?;
        }
        if looks {
            connection.execute("PRAGMA query_only = ON").await.map_err(|error| refused(&error))?;
        }
        let wish = interrupt.clone();
        connection
            .lock_handle()
            .await
            .map_err(|error| refused(&error))?
            .set_progress_handler(STEPS, move || !wish.is_set());
        Ok(Sqlite { connection, interrupt, patience })
    }

    pub(super) async fn begin(&mut self, writes: bool) -> Result<(), Refused> {
        self.patiently(if writes { "BEGIN IMMEDIATE" } else { "BEGIN" }).await
    }

    pub(super) async fn commit(&mut self) -> Result<(), Refused> {
        self.patiently("COMMIT").await
    }

    /// A transaction that `SQLite` has taken back by itself cannot be taken back again: not an error.
    pub(super) async fn rollback(&mut self) {
        let _ = self.connection.execute("ROLLBACK").await;
    }

    async fn patiently(&mut self, sql: &'static str) -> Result<(), Refused> {
        let until = Instant::now() + self.patience;
        loop {
            match self.connection.execute(sql).await.map_err(|error| refused(&error)) {
                Err(why) if why.is_busy() && self.may_wait(until) => sleep(AGAIN).await,
                other => return other.map(drop),
            }
        }
    }

    fn may_wait(&self, until: Instant) -> bool {
        !self.interrupt.is_set() && Instant::now() < until
    }

    pub(super) async fn execute(
        &mut self,
        statement: &Statement,
        values: &[ParamValue],
        rows: &mut dyn Sink,
    ) -> Result<u64, Refused> {
        let until = Instant::now() + self.patience;
        loop {
            let mut began = false;
            match self.once(statement, values, rows, &mut began).await {
                // Nothing has come of it yet: the same can be tried again.
                Err(why) if why.is_busy() && !began && self.may_wait(until) => sleep(AGAIN).await,
                other => return other,
            }
        }
    }

    async fn once(
        &mut self,
        statement: &Statement,
        values: &[ParamValue],
        rows: &mut dyn Sink,
        began: &mut bool,
    ) -> Result<u64, Refused> {
        let mut query = sqlx::query(AssertSqlSafe(statement.text.clone())).persistent(false);
        for value in values {
            query = bound(query, value);
        }
        let mut stream = self.connection.fetch_many(query);
        let mut changed = 0;
        while let Some(item) = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await {
            match item.map_err(|error| refused(&error))? {
                // For anything but a change this is the count of the change before it.
                Either::Left(done) if statement.kind == Kind::Changes => changed += done.rows_affected(),
                Either::Left(_) => {}
                Either::Right(row) => {
                    *began = true;
                    match rows.wants() {
                        Want::Cells => rows.take(&|| names(&row), cells(&row)?),
                        Want::Count => rows.count_one(),
                        Want::Nothing => break,
                    }
                }
            }
        }
        Ok(changed)
    }

    /// Looks in the master table of every file, or of the one whose schema is named.
    pub(super) async fn exists(&mut self, table: &str) -> Result<bool, Refused> {
        Ok(self.find(table).await?.is_some())
    }

    /// The schema and the name of a table or view, as they are written there.
    pub(super) async fn find(&mut self, table: &str) -> Result<Option<(String, String)>, Refused> {
        let (schema, name) =
            table.split_once('.').map_or((None, table), |(schema, name)| (Some(schema), name));
        let databases =
            self.connection.fetch_all("PRAGMA database_list").await.map_err(|error| refused(&error))?;
        for row in databases {
            let attached: String = row.try_get(1).map_err(|error| refused(&error))?;
            if schema.is_some_and(|schema| !schema.eq_ignore_ascii_case(&attached)) {
                continue;
            }
            let sql = format!(
                "SELECT name FROM {}.sqlite_master WHERE lower(name) = lower(?1) AND type IN ('table', 'view')",
                quoted(&attached)
            );
            let query = sqlx::query(AssertSqlSafe(sql)).bind(name.to_owned());
            let found = query.fetch_optional(&mut self.connection).await.map_err(|error| refused(&error))?;
            if let Some(found) = found {
                let name = found.try_get(0).map_err(|error| refused(&error))?;
                return Ok(Some((attached, name)));
            }
        }
        Ok(None)
    }

    /// The file that holds a table; none where it is in memory, or nowhere.
    pub(super) async fn file_of(&mut self, table: &str) -> Result<Option<PathBuf>, Refused> {
        let Some((schema, _)) = self.find(table).await? else { return Ok(None) };
        let sql = "SELECT file FROM pragma_database_list WHERE name = ?1";
        let row = sqlx::query(sql).bind(schema).fetch_optional(&mut self.connection).await;
        let file = row.and_then(|row| row.map(|row| row.try_get::<Option<String>, _>(0)).transpose());
        let file = file.map_err(|error| refused(&error))?.flatten();
        Ok(file.filter(|file| !file.is_empty()).map(PathBuf::from))
    }

    /// The columns of a table or view; none where there is no such table.
    pub(super) async fn columns(&mut self, table: &str) -> Result<Vec<Column>, Refused> {
        let Some((schema, name)) = self.find(table).await? else { return Ok(Vec::new()) };
        let sql = "SELECT name, type, \"notnull\", dflt_value IS NOT NULL, pk, sum(pk > 0) OVER () \
                   FROM pragma_table_info(?1, ?2) ORDER BY cid";
        let rows = sqlx::query(sql).bind(name).bind(schema).fetch_all(&mut self.connection).await;
        let column = |row: &SqliteRow| {
            let (name, kind): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let keys: i64 = row.try_get(5)?;
            let (not_null, has_default, key): (i64, i64, i64) =
                (row.try_get(2)?, row.try_get(3)?, row.try_get(4)?);
            // The number of a row fills itself: an integer that is the whole key.
            let is_row_number = key == 1 && keys == 1 && kind.eq_ignore_ascii_case("integer");
            let column = Column {
                name,
                nullable: not_null == 0 && key == 0,
                has_default: has_default != 0 || is_row_number,
                primary_key: key > 0,
                kind: declared(&kind, Dialect::Sqlite),
            };
            Ok(column)
        };
        rows.and_then(|rows| rows.iter().map(column).collect()).map_err(|error| refused(&error))
    }

    pub(super) async fn close(self) {
        let _ = timeout(CLOSING, self.connection.close()).await;
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

type Query<'q> = sqlx::query::Query<'q, Driver, SqliteArguments>;

fn bound<'q>(query: Query<'q>, value: &ParamValue) -> Query<'q> {
    match value {
        ParamValue::Month(month) => query.bind(month.to_string()),
        ParamValue::Date(date) => query.bind(date.to_string()),
        ParamValue::Integer(number) => query.bind(*number),
        ParamValue::Boolean(truth) => query.bind(i64::from(*truth)),
        ParamValue::Text(text) | ParamValue::Choice(text) => query.bind(text.clone()),
        // For `json_each(:cities)`.
        ParamValue::List(items) => query.bind(serde_json::Value::from(items.clone()).to_string()),
    }
}

fn cells(row: &SqliteRow) -> Result<Vec<Cell>, Refused> {
    (0..row.len()).map(|index| cell(row, index)).collect()
}

fn cell(row: &SqliteRow, index: usize) -> Result<Cell, Refused> {
    let value = row.try_get_raw(index).map_err(|error| refused(&error))?;
    let unreadable = |error: sqlx::error::BoxDynError| Refused::new(&error.to_string(), Why::Refuses);
    if value.is_null() {
        return Ok(Cell::Null);
    }
    let kind = value.type_info().name().to_owned();
    match kind.as_str() {
        "INTEGER" => <i64 as Decode<'_, Driver>>::decode(value).map(Cell::Integer).map_err(unreadable),
        "REAL" => <f64 as Decode<'_, Driver>>::decode(value).map(Cell::Real).map_err(unreadable),
        kind => {
            let bytes = <Vec<u8> as Decode<'_, Driver>>::decode(value).map_err(unreadable)?;
            Ok(match kind {
                "BLOB" => Cell::Bytes(bytes),
                _ => Cell::Text(String::from_utf8_lossy(&bytes).into_owned()),
            })
        }
    }
}

fn refused(error: &sqlx::Error) -> Refused {
    match error.as_database_error() {
        Some(words) => {
            let code: i32 = words.code().and_then(|code| code.parse().ok()).unwrap_or(0);
            let why = match code & 0xff {
                // 517: the snapshot is old, and stays so however long one waits.
                5 if code != 517 => Why::Busy,
                19 | 20 => Why::Values,
                _ => Why::Refuses,
            };
            Refused::new(words.message(), why)
        }
        None => Refused::new(&error.to_string(), Why::Refuses),
    }
}
