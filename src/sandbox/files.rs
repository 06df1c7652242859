//! The sandbox's files and how they are opened: two of them are attached as schemas beside their database. A database
//! that stands on a server is opened there, and belongs to a sandbox only if it says so itself.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use tokio::io::AsyncWriteExt as _;

use crate::time::Month;

use super::db::{Db, Place, Places};
use super::{Sandbox, SandboxError};

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
/// What says that the sandbox is whole, of which month and seed.
const MARK: &str = "made";
/// Where localities put their files.
pub(super) const INBOX: &str = "in";
/// The table that says that a server's database was made for sandboxes and may be emptied by the next one.
const OURS: &str = "monthstart_sandbox";
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

/// The appliance with SHFIN.
pub(super) async fn yt(sandbox: &Sandbox, access: Access) -> Result<Db, SandboxError> {
    let mut conn = open(&sandbox.dir.join(YT), access).await?;
    attach(&mut conn, &sandbox.dir.join(YT_SHFIN), "SHFIN").await?;
    Ok(conn.into())
}

/// The MPP database with shfin.
pub(super) async fn mpp(sandbox: &Sandbox, access: Access) -> Result<Db, SandboxError> {
    if let Place::Server(url) = &sandbox.places.mpp {
        return Ok(Db::connect(url).await?);
    }
    let mut conn = open(&sandbox.dir.join(MPP), access).await?;
    attach(&mut conn, &sandbox.dir.join(MPP_SHFIN), "shfin").await?;
    Ok(conn.into())
}

/// Database 24.
pub(super) async fn bill24(sandbox: &Sandbox, access: Access) -> Result<Db, SandboxError> {
    if let Place::Server(url) = &sandbox.places.bill24 {
        return Ok(Db::connect(url).await?);
    }
    Ok(open(&sandbox.dir.join(BILL24), access).await?.into())
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

/// Run `text`, which this room wrote, statement by statement.
pub(super) async fn run(conn: &mut SqliteConnection, text: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(text)).execute(conn).await.map(drop)
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

/// Makes the tables of `schema` in an open transaction. On a server they replace those of an earlier sandbox, and nobody
/// else's.
pub(super) async fn make_tables(db: &mut Db, schema: &str, name: &'static str) -> Result<(), SandboxError> {
    if db.is_server() {
        let ours = db.has(OURS).await;
        for table in tables(schema) {
            if !ours && db.has(table).await {
                return Err(SandboxError::NotOurs { connection: name, table: table.to_owned() });
            }
        }
        let fresh = format!("create table if not exists {OURS} (made_by varchar(20));");
        let schemas = if schema.contains(" shfin.") { "create schema if not exists shfin;" } else { "" };
        let drops = tables(schema).map(|table| format!("drop table if exists {table};\n"));
        db.run(format!("{fresh}\n{schemas}\n{}", drops.collect::<String>())).await?;
    }
    db.begin().await?;
    db.run(db.schema(schema)).await?;
    Ok(())
}

/// The names of the tables that `schema` makes.
fn tables(schema: &str) -> impl Iterator<Item = &str> {
    schema.lines().filter_map(|line| line.strip_prefix("create table ")?.split(' ').next())
}

/// Say that the sandbox is whole: the last thing its making does. The addresses may hold passwords: nobody else reads
/// the file.
pub(super) async fn write_mark(sandbox: &Sandbox) -> Result<(), SandboxError> {
    let path = sandbox.dir.join(MARK);
    let address = |name: &str, place: &Place| match place {
        Place::Files => String::new(),
        Place::Server(url) => format!("{name} {url}\n"),
    };
    let Sandbox { month, seed, places, .. } = sandbox;
    let text =
        format!("{month} {seed}\n{}{}", address("mpp", &places.mpp), address("bill24", &places.bill24));
    let written = async {
        let mut options = tokio::fs::OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&path).await?;
        file.write_all(text.as_bytes()).await?;
        file.flush().await
    };
    written.await.map_err(|source| SandboxError::File { path: path.clone(), source })
}

/// The whole sandbox in `dir`.
pub(super) async fn read_mark(dir: &Path) -> Result<Sandbox, SandboxError> {
    let text = tokio::fs::read_to_string(dir.join(MARK)).await.unwrap_or_default();
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    let made: Option<(Month, u64)> =
        lines.next().and_then(|(month, seed)| Some((month.parse().ok()?, seed.parse().ok()?)));
    let (month, seed) = made.ok_or_else(|| SandboxError::NotASandbox(dir.to_owned()))?;
    let mut places = Places::default();
    for (name, url) in lines {
        let place = if name == "mpp" { &mut places.mpp } else { &mut places.bill24 };
        *place = Place::of(url);
    }
    Ok(Sandbox { dir: dir.to_owned(), month, seed, places })
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

#[cfg(test)]
mod tests {
    #[test]
    fn the_tables_of_a_schema_are_read_off_it() {
        let found: Vec<&str> = super::tables(include_str!("schema/bill24.sql")).collect();
        assert_eq!(found, ["bill", "bill_close"]);
    }
}
