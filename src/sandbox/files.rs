//! The sandbox's files and how they are opened: two of them are attached as schemas beside their database.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::time::Month;

use super::SandboxError;

/// The appliance.
const YT: &str = "yt.db";
/// The appliance's schema SHFIN.
const YT_SHFIN: &str = "yt_shfin.db";
/// The MPP database.
const MPP: &str = "mpp.db";
/// The MPP database's schema shfin.
const MPP_SHFIN: &str = "mpp_shfin.db";
/// Billing's database 24.
const BILL24: &str = "bill24.db";
/// The scheduler's table.
const DACP: &str = "dacp.db";
/// The distribution platform.
const DISP: &str = "disp.db";
/// How long a move waits for flows that are writing.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// It is there and in use.
    Shared,
    /// It is being made; nobody else has it, and it is thrown away if that fails.
    Making,
}

/// The appliance with SHFIN, and database 24 attached as `bill24`.
pub(super) async fn yt(dir: &Path, access: Access) -> Result<SqliteConnection, SandboxError> {
    let mut conn = open(&dir.join(YT), access).await?;
    attach(&mut conn, &dir.join(YT_SHFIN), "SHFIN").await?;
    attach(&mut conn, &dir.join(BILL24), "bill24").await?;
    Ok(conn)
}

/// The MPP database with shfin, and the appliance attached as `yt`.
pub(super) async fn mpp(dir: &Path, access: Access) -> Result<SqliteConnection, SandboxError> {
    let mut conn = open(&dir.join(MPP), access).await?;
    attach(&mut conn, &dir.join(MPP_SHFIN), "shfin").await?;
    attach(&mut conn, &dir.join(YT), "yt").await?;
    Ok(conn)
}

/// Attach the MPP database's schema as `mpp_shfin` to a connection of the appliance.
pub(super) async fn attach_mpp_shfin(conn: &mut SqliteConnection, dir: &Path) -> Result<(), SandboxError> {
    attach(conn, &dir.join(MPP_SHFIN), "mpp_shfin").await
}

/// The scheduler's table.
pub(super) async fn dacp(dir: &Path, access: Access) -> Result<SqliteConnection, SandboxError> {
    alone(dir, DACP, access).await
}

/// The distribution platform's control tables.
pub(super) async fn disp(dir: &Path, access: Access) -> Result<SqliteConnection, SandboxError> {
    alone(dir, DISP, access).await
}

async fn alone(dir: &Path, name: &str, access: Access) -> Result<SqliteConnection, SandboxError> {
    let path = dir.join(name);
    if access == Access::Shared && !tokio::fs::try_exists(&path).await.unwrap_or(false) {
        return Err(SandboxError::NotASandbox(dir.to_owned()));
    }
    open(&path, access).await
}

async fn open(path: &Path, access: Access) -> Result<SqliteConnection, SandboxError> {
    let making = access == Access::Making;
    let safety = if making { SqliteSynchronous::Off } else { SqliteSynchronous::Normal };
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(making)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(safety)
        .busy_timeout(PATIENCE);
    // A making is one long transaction: what it wrote is read again soon.
    let options = if making { options.pragma("cache_size", "-65536") } else { options };
    Ok(SqliteConnection::connect_with(&options).await?)
}

async fn attach(conn: &mut SqliteConnection, path: &Path, schema: &str) -> Result<(), SandboxError> {
    let text = format!("attach database ? as {schema}");
    let path = path.to_string_lossy().into_owned();
    sqlx::query(AssertSqlSafe(text)).bind(path).execute(&mut *conn).await?;
    // Only a new file takes on the mode; for one that has it already this asks for no lock.
    sqlx::raw_sql(AssertSqlSafe(format!("pragma {schema}.journal_mode = wal"))).execute(conn).await?;
    Ok(())
}

/// Run `text`, which this room wrote, statement by statement.
pub(super) async fn run(conn: &mut SqliteConnection, text: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(text)).execute(conn).await.map(drop)
}

/// The one number that `text`, with `month` as its only parameter, gives.
pub(super) async fn number(
    conn: &mut SqliteConnection,
    text: &'static str,
    month: Month,
) -> Result<u64, sqlx::Error> {
    let found: i64 = sqlx::query_scalar(text).bind(month.to_string()).fetch_one(conn).await?;
    Ok(u64::try_from(found).unwrap_or(0))
}

/// Say that the sandbox is whole: the last thing its making does.
pub(super) async fn write_mark(
    conn: &mut SqliteConnection,
    month: Month,
    seed: u64,
) -> Result<(), sqlx::Error> {
    run(conn, "create table bill24.sandbox (month text not null, seed text not null)".to_owned()).await?;
    sqlx::query("insert into bill24.sandbox values (?, ?)")
        .bind(month.to_string())
        .bind(seed.to_string())
        .execute(conn)
        .await
        .map(drop)
}

/// The month and seed of the whole sandbox in `dir`.
pub(super) async fn read_mark(dir: &Path) -> Result<(Month, u64), SandboxError> {
    let none = || SandboxError::NotASandbox(dir.to_owned());
    let file = dir.join(BILL24);
    if !tokio::fs::try_exists(&file).await.unwrap_or(false) {
        return Err(none());
    }
    let mut conn = open(&file, Access::Shared).await?;
    let marks = sqlx::query_scalar::<_, i64>("select count(*) from sqlite_master where name = 'sandbox'");
    if marks.fetch_one(&mut conn).await? == 0 {
        return Err(none());
    }
    let mark: Option<(String, String)> =
        sqlx::query_as("select month, seed from sandbox").fetch_optional(&mut conn).await?;
    conn.close().await?;
    mark.and_then(|(month, seed)| Some((month.parse().ok()?, seed.parse().ok()?))).ok_or_else(none)
}

/// Remove what an interrupted making left in `dir`.
pub(super) async fn clear(dir: &Path) -> Result<(), SandboxError> {
    for name in [YT, YT_SHFIN, MPP, MPP_SHFIN, BILL24, DACP, DISP] {
        for tail in ["", "-wal", "-shm"] {
            let path = dir.join(format!("{name}{tail}"));
            match tokio::fs::remove_file(&path).await {
                Err(source) if source.kind() != ErrorKind::NotFound => {
                    return Err(SandboxError::File { path, source });
                }
                _ => {}
            }
        }
    }
    Ok(())
}
