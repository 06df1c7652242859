//! Markers in `MySQL` and `MariaDB`, and what there cannot be taken back.

use std::collections::BTreeSet;

use sqlx::mysql::{MySqlDatabaseError, MySqlRow};
use sqlx::{AssertSqlSafe, Executor as _, Row as _};

use super::{MySql, cancel, ending, refused};
use crate::exec::sql::database::{Refused, Why};
use crate::exec::sql::marker::Hurdle;

/// Words that are looked up at once.
const AT_ONCE: usize = 5_000;

impl MySql {
    pub(in crate::exec::sql) async fn put(&mut self, sql: &str, values: &[&str]) -> Result<u64, Hurdle> {
        let mut query = sqlx::query(AssertSqlSafe(sql.to_owned())).persistent(false);
        for value in values {
            query = query.bind((*value).to_owned());
        }
        let (options, thread) = (&self.options, self.thread);
        let connection = &mut self.connection;
        let work = async { Ok(query.execute(connection).await) };
        let done = ending(&self.interrupt, work, || cancel(options, thread)).await.map_err(Hurdle::Other)?;
        done.map(|done| done.rows_affected()).map_err(|error| hurdle(&error))
    }

    /// What a server says to COMMIT is an answer; anything else leaves open whether it was done.
    pub(super) async fn committing(&mut self) -> Result<(), Refused> {
        let (options, thread) = (&self.options, self.thread);
        let connection = &mut self.connection;
        let work = async {
            connection.execute(sqlx::raw_sql("COMMIT")).await.map(drop).map_err(|error| {
                match refused(&error) {
                    unheard if error.as_database_error().is_none() => Refused { why: Why::Gone, ..unheard },
                    said => said,
                }
            })
        };
        ending(&self.interrupt, work, || cancel(options, thread)).await
    }

    pub(in crate::exec::sql) async fn get(
        &mut self,
        sql: &str,
        value: &str,
    ) -> Result<Option<Option<String>>, Hurdle> {
        let query = sqlx::query(AssertSqlSafe(sql.to_owned())).bind(value.to_owned()).persistent(false);
        let row = query.fetch_optional(&mut self.connection).await.map_err(|error| hurdle(&error))?;
        let text = |row: MySqlRow| row.try_get_unchecked(0).map_err(|error| hurdle(&error));
        row.map(text).transpose()
    }

    /// Tables among these words whose engine knows no transactions.
    pub(in crate::exec::sql) async fn without_transactions(
        &mut self,
        words: &BTreeSet<String>,
    ) -> Result<Vec<String>, Refused> {
        let all: Vec<&String> = words.iter().collect();
        let mut found = Vec::new();
        for some in all.chunks(AT_ONCE) {
            let marks = vec!["?"; some.len()].join(", ");
            let sql = format!(
                "SELECT CAST(CONCAT(t.table_name, ' (', t.engine, ')') AS CHAR), CAST(t.table_schema AS CHAR), \
                 CAST(database() AS CHAR) FROM information_schema.tables t WHERE t.table_name IN ({marks}) AND t.engine NOT IN \
                 (SELECT e.engine FROM information_schema.engines e WHERE e.transactions = 'YES')"
            );
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
            for word in some {
                query = query.bind((*word).clone());
            }
            let rows = query.fetch_all(&mut self.connection).await.map_err(|error| refused(&error))?;
            for row in rows {
                let text = |index: usize| row.try_get_unchecked::<Option<String>, _>(index);
                let text = |index| text(index).map_err(|error| refused(&error));
                let schema = text(1)?;
                // One of this name in a schema that nobody mentions is another one.
                if schema == text(2)? || schema.is_some_and(|schema| words.contains(&schema)) {
                    found.extend(text(0)?);
                }
            }
        }
        Ok(found)
    }

    /// A savepoint that is there as long as the transaction is.
    pub(in crate::exec::sql) async fn plant(&mut self) -> Result<(), Refused> {
        self.plain("SAVEPOINT monthstart_marker").await
    }

    /// Is the savepoint still there? Whatever commits takes it away.
    pub(in crate::exec::sql) async fn is_planted(&mut self) -> Result<bool, Refused> {
        const NONE: u16 = 1305;
        let sql = sqlx::raw_sql("RELEASE SAVEPOINT monthstart_marker");
        match self.connection.execute(sql).await {
            Ok(_) => Ok(true),
            Err(error) if number(&error) == Some(NONE) => Ok(false),
            Err(error) => Err(refused(&error)),
        }
    }
}

fn number(error: &sqlx::Error) -> Option<u16> {
    let said = error.as_database_error()?;
    Some(said.downcast_ref::<MySqlDatabaseError>().number())
}

fn hurdle(error: &sqlx::Error) -> Hurdle {
    let why = refused(error);
    match number(error) {
        Some(1062) => Hurdle::Doubled,
        Some(1146) => Hurdle::NoTable(why),
        // Not allowed; a server or a transaction that only reads; no database chosen.
        Some(1044 | 1046 | 1142 | 1143 | 1227 | 1290 | 1370 | 1792 | 1836) => Hurdle::NoRight(why),
        _ => Hurdle::Other(why),
    }
}
