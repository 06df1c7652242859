//! Runs a runbook's SQL on a sandbox as a platform would, without the engine.

use std::path::Path;

use monthstart::time::Month;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

use crate::totals::Failure;

/// `sql` with every `:name` outside quotes and comments replaced by its place in `names`, cut into statements.
fn statements(sql: &str, names: &[&str]) -> Vec<String> {
    let (mut done, mut text, mut rest) = (Vec::new(), String::new(), sql);
    while let Some(c) = rest.chars().next() {
        let quoted = rest[1..].find('\'').map(|end| end + 2);
        let taken = match c {
            '\'' => quoted.expect("a quote that ends"),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            ':' => {
                rest[1..].find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(rest.len() - 1) + 1
            }
            _ => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(taken);
        rest = after;
        match c {
            '-' if piece.starts_with("--") => {}
            ':' => {
                let place = names.iter().position(|n| *n == &piece[1..]);
                let place = place.unwrap_or_else(|| panic!("{piece} is not bound")) + 1;
                text.extend(["?", &place.to_string()]);
            }
            ';' => done.push(std::mem::take(&mut text)),
            _ => text.push_str(piece),
        }
    }
    done.push(text);
    done.retain(|s| !s.trim().is_empty());
    done
}

/// The connection of the sandbox in `dir` that the project's settings call so.
pub(crate) async fn connect(dir: &Path, connection: &str) -> Result<SqliteConnection, Failure> {
    let options = SqliteConnectOptions::new()
        .filename(dir.join(format!("{connection}.db")))
        .synchronous(SqliteSynchronous::Off);
    let mut conn = SqliteConnection::connect_with(&options).await?;
    let beside = dir.join(format!("{connection}_shfin.db"));
    if beside.exists() {
        let path = beside.to_string_lossy().into_owned();
        sqlx::query("attach database ? as SHFIN").bind(path).execute(&mut conn).await?;
    }
    Ok(conn)
}

/// What SQL of a runbook may bind, and with which values.
fn values(month: Month, batch: &str) -> [(&'static str, String); 5] {
    [
        ("month", month.to_string()),
        ("batch", batch.to_owned()),
        ("month_first", month.first().to_string()),
        ("month_last_day", month.last_day().to_string()),
        ("month_previous", month.previous().to_string()),
    ]
}

/// Run statements as a platform would: in one transaction, values bound. The last one's first value, if it has any.
pub(crate) async fn run_sql(
    dir: &Path,
    connection: &str,
    sql: &str,
    month: Month,
    batch: &str,
) -> Result<Option<i64>, Failure> {
    let values = values(month, batch);
    let mut conn = connect(dir, connection).await?;
    let mut tx = conn.begin().await?;
    let mut first = None;
    for statement in statements(sql, &values.each_ref().map(|v| v.0)) {
        let query = values.iter().fold(sqlx::query(AssertSqlSafe(statement)), |q, v| q.bind(v.1.clone()));
        let rows = query.fetch_all(&mut *tx).await?;
        first = rows.first().and_then(|row| row.try_get::<i64, _>(0).ok());
    }
    tx.commit().await?;
    Ok(first)
}
