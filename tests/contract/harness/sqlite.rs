//! A look into a database file from outside.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};
use std::path::Path;
use std::time::Duration;

/// Runs statements; the database is made when it is missing.
pub(crate) fn execute(database: &Path, statements: &str) {
    wait(async {
        let mut connection = open(database).await;
        sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut connection).await.unwrap();
    });
}

/// The first column of a query whose values are texts.
pub(crate) fn column(database: &Path, query: &str) -> Vec<String> {
    wait(async {
        let mut connection = open(database).await;
        sqlx::query_scalar::<_, String>(AssertSqlSafe(query.to_owned()))
            .fetch_all(&mut connection)
            .await
            .unwrap()
    })
}

async fn open(database: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(database).create_if_missing(true);
    options.busy_timeout(Duration::from_secs(10)).connect().await.unwrap()
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
