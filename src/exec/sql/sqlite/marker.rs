//! Markers in `SQLite`.

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _};
use tokio::time::{Instant, sleep};

use super::{AGAIN, Sqlite, refused};
use crate::exec::sql::database::Refused;
use crate::exec::sql::marker::Hurdle;

impl Sqlite {
    pub(in crate::exec::sql) async fn put(&mut self, sql: &str, values: &[&str]) -> Result<u64, Hurdle> {
        let until = Instant::now() + self.patience;
        loop {
            let mut query = sqlx::query(AssertSqlSafe(sql.to_owned())).persistent(false);
            for value in values {
                query = query.bind((*value).to_owned());
            }
            match query.execute(&mut self.connection).await {
                Ok(done) => return Ok(done.rows_affected()),
                Err(error) if refused(&error).is_busy() && self.may_wait(until) => sleep(AGAIN).await,
                Err(error) => return Err(hurdle(&error)),
            }
        }
    }

    pub(in crate::exec::sql) async fn get(
        &mut self,
        sql: &str,
        value: &str,
    ) -> Result<Option<Option<String>>, Hurdle> {
        let until = Instant::now() + self.patience;
        let text = |row: SqliteRow| row.try_get(0).map_err(|error| hurdle(&error));
        loop {
            let query = sqlx::query(AssertSqlSafe(sql.to_owned())).bind(value.to_owned()).persistent(false);
            match query.fetch_optional(&mut self.connection).await {
                Ok(row) => return row.map(text).transpose(),
                Err(error) if refused(&error).is_busy() && self.may_wait(until) => sleep(AGAIN).await,
                Err(error) => return Err(hurdle(&error)),
            }
        }
    }

    /// Do all of these tables stand, or come to stand, in the first file, where the marker is?
    pub(in crate::exec::sql) async fn are_in_main(
        &mut self,
        tables: &[Option<String>],
    ) -> Result<bool, Refused> {
        for table in tables {
            let Some(table) = table else { return Ok(false) };
            let found = self.find(table).await?.map(|(schema, _)| schema);
            let named = table.split_once('.').map(|(schema, _)| schema.to_owned());
            let schema = found.or(named).unwrap_or_else(|| "main".to_owned());
            if !["main", "temp"].iter().any(|known| schema.eq_ignore_ascii_case(known)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Is a transaction over all of its files made to last as a whole? Not with write-ahead logs: each file has its own.
    pub(in crate::exec::sql) async fn commits_as_one(&mut self) -> Result<bool, Refused> {
        let names = sqlx::query("SELECT name FROM pragma_database_list WHERE name <> 'temp'")
            .fetch_all(&mut self.connection)
            .await
            .map_err(|error| refused(&error))?;
        if names.len() < 2 {
            return Ok(true);
        }
        for row in names {
            let name: String = row.try_get(0).map_err(|error| refused(&error))?;
            let sql = format!("PRAGMA {}.journal_mode", super::quoted(&name));
            let mode: String = sqlx::query_scalar(AssertSqlSafe(sql))
                .fetch_one(&mut self.connection)
                .await
                .map_err(|error| refused(&error))?;
            if mode.eq_ignore_ascii_case("wal") {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn hurdle(error: &sqlx::Error) -> Hurdle {
    const READ_ONLY: i32 = 8;
    let said = error.as_database_error();
    let refused = refused(error);
    let code: Option<i32> = said.and_then(|said| said.code()?.parse().ok());
    match said {
        Some(said) if said.is_unique_violation() => Hurdle::Doubled,
        Some(said) if said.message().starts_with("no such table") => Hurdle::NoTable(refused),
        _ if code.is_some_and(|code| code & 0xff == READ_ONLY) => Hurdle::NoRight(refused),
        _ => Hurdle::Other(refused),
    }
}
