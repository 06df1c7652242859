//! Markers in `PostgreSQL`.

use sqlx::error::DatabaseError;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Executor as _, Row as _};

use super::{Postgres, cancel, ending, refused};
use crate::exec::sql::database::{Refused, Why};
use crate::exec::sql::marker::Hurdle;

impl Postgres {
    pub(in crate::exec::sql) async fn put(&mut self, sql: &str, values: &[&str]) -> Result<u64, Hurdle> {
        let mut query = sqlx::query(AssertSqlSafe(sql.to_owned())).persistent(false);
        for value in values {
            query = query.bind((*value).to_owned());
        }
        let (options, process) = (&self.options, self.process);
        let connection = &mut self.connection;
        let work = async { Ok(query.execute(connection).await) };
        let done = ending(&self.interrupt, work, || cancel(options, process)).await.map_err(Hurdle::Other)?;
        done.map(|done| done.rows_affected()).map_err(|error| hurdle(&error))
    }

    /// What a server says to COMMIT is an answer; anything else leaves open whether it was done.
    pub(super) async fn committing(&mut self) -> Result<(), Refused> {
        let (options, process) = (&self.options, self.process);
        let connection = &mut self.connection;
        let work = async {
            connection.execute("COMMIT").await.map(drop).map_err(|error| match refused(&error) {
                unheard if error.as_database_error().is_none() => Refused { why: Why::Gone, ..unheard },
                said => said,
            })
        };
        ending(&self.interrupt, work, || cancel(options, process)).await
    }

    pub(in crate::exec::sql) async fn get(
        &mut self,
        sql: &str,
        value: &str,
    ) -> Result<Option<Option<String>>, Hurdle> {
        let query = sqlx::query(AssertSqlSafe(sql.to_owned())).bind(value.to_owned()).persistent(false);
        let row = query.fetch_optional(&mut self.connection).await.map_err(|error| hurdle(&error))?;
        let text = |row: PgRow| row.try_get(0).map_err(|error| hurdle(&error));
        row.map(text).transpose()
    }
}

fn hurdle(error: &sqlx::Error) -> Hurdle {
    let said = error.as_database_error();
    let code = said.and_then(DatabaseError::code).unwrap_or_default();
    let why = refused(error);
    match code.as_ref() {
        "23505" => Hurdle::Doubled,
        "42P01" => Hurdle::NoTable(why),
        // Not allowed; a server that only reads.
        "42501" | "25006" => Hurdle::NoRight(why),
        _ => Hurdle::Other(why),
    }
}
