//! One of the sandbox's databases: `SQLite` files, or a database of a server that was given by its address. What is said
//! to them here is the SQL that all of them know.

use std::fmt::{self, Write as _};

use sqlx::AnyConnection;
use sqlx::{AssertSqlSafe, ColumnIndex, Connection, Database, Decode, Row, SqliteConnection, Type};

/// Where a database of the sandbox stands.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Place {
    /// In files of the sandbox's folder.
    #[default]
    Files,
    /// On a server: `postgres://…`, `mysql://…`. The address may hold a password and is shown to nobody.
    Server(String),
}

impl Place {
    /// The place that the address of a connection means: a server, or the sandbox's own files.
    pub fn of(url: &str) -> Self {
        let server = ["postgres:", "postgresql:", "mysql:", "mariadb:"];
        if server.iter().any(|scheme| url.starts_with(scheme)) {
            Place::Server(url.to_owned())
        } else {
            Place::Files
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Place::Files => "Files",
            Place::Server(_) => "Server",
        })
    }
}

/// Where the databases stand that need not be files; the appliance always is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The MPP database.
    pub mpp: Place,
    /// Billing's database 24.
    pub bill24: Place,
}

/// Whose SQL a database speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Sqlite,
    Postgres,
    MySql,
}

/// A connection.
pub(super) struct Db {
    link: Link,
    dialect: Dialect,
}

enum Link {
    File(SqliteConnection),
    Server(Box<AnyConnection>),
}

impl From<SqliteConnection> for Db {
    fn from(conn: SqliteConnection) -> Self {
        Db { link: Link::File(conn), dialect: Dialect::Sqlite }
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Number,
}

/// A table that is copied from one database to another.
pub(super) struct Table {
    /// Its columns, in their order.
    pub(super) columns: &'static [(&'static str, Kind)],
}

impl Table {
    /// The names of its columns, as in a `select`.
    pub(super) fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

impl Db {
    /// A server's database.
    pub(super) async fn connect(url: &str) -> Result<Self, sqlx::Error> {
        sqlx::any::install_default_drivers();
        let dialect = if url.starts_with("postgres") { Dialect::Postgres } else { Dialect::MySql };
        let conn = AnyConnection::connect(url).await?;
        Ok(Db { link: Link::Server(Box::new(conn)), dialect })
    }

    /// The files' connection, for what only they can do; none of a server's.
    pub(super) fn is_server(&self) -> bool {
        matches!(self.link, Link::Server(_))
    }

    /// Run `text`, which this room wrote, statement by statement.
    pub(super) async fn run(&mut self, text: String) -> Result<(), sqlx::Error> {
        let query = sqlx::raw_sql(AssertSqlSafe(text));
        match &mut self.link {
            Link::File(conn) => query.execute(conn).await.map(drop),
            Link::Server(conn) => query.execute(&mut **conn).await.map(drop),
        }
    }

    /// Begins a transaction that is going to write.
    pub(super) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        let text = if self.is_server() { "begin" } else { "begin immediate" };
        self.run(text.to_owned()).await
    }

    /// Ends the transaction; what it did stays.
    pub(super) async fn commit(&mut self) -> Result<(), sqlx::Error> {
        self.run("commit".to_owned()).await
    }

    /// Does `text` in one transaction: how many rows changed.
    pub(super) async fn whole(&mut self, text: String) -> Result<u64, sqlx::Error> {
        self.begin().await?;
        let query = sqlx::raw_sql(AssertSqlSafe(text));
        let done = match &mut self.link {
            Link::File(conn) => query.execute(conn).await.map(|done| done.rows_affected()),
            Link::Server(conn) => query.execute(&mut **conn).await.map(|done| done.rows_affected()),
        };
        match done {
            Ok(rows) => self.commit().await.map(|()| rows),
            Err(error) => {
                self.run("rollback".to_owned()).await?;
                Err(error)
            }
        }
    }

    /// The one number that `text` gives.
    pub(super) async fn number(&mut self, text: String) -> Result<u64, sqlx::Error> {
        let query = sqlx::raw_sql(AssertSqlSafe(text));
        let found: i64 = match &mut self.link {
            Link::File(conn) => query.fetch_one(conn).await?.try_get(0)?,
            Link::Server(conn) => query.fetch_one(&mut **conn).await?.try_get(0)?,
        };
        Ok(u64::try_from(found).unwrap_or(0))
    }

    /// Is there a table of that name?
    pub(super) async fn has(&mut self, table: &str) -> bool {
        self.number(format!("select count(*) from {table} where 1 = 0")).await.is_ok()
    }

    /// The rows of `table` that `from` (what follows `select … from`) gives, as lists of values for an insert, in order.
    pub(super) async fn rows(&mut self, table: &Table, from: &str) -> Result<Vec<String>, sqlx::Error> {
        let query = sqlx::raw_sql(AssertSqlSafe(format!("select {} from {from}", table.names())));
        let lists: Result<Vec<String>, sqlx::Error> = match &mut self.link {
            Link::File(conn) => query.fetch_all(conn).await?.iter().map(|row| list(row, table)).collect(),
            Link::Server(conn) => {
                query.fetch_all(&mut **conn).await?.iter().map(|row| list(row, table)).collect()
            }
        };
        let mut lists = lists?;
        lists.sort_unstable();
        Ok(lists)
    }

    /// The present as a text, `2026-11-01T04:05:06.789Z`: an expression of its SQL.
    pub(super) fn now(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
            Dialect::Postgres => "to_char(now() at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')",
            Dialect::MySql => "date_format(utc_timestamp(3), '%Y-%m-%dT%H:%i:%s.%fZ')",
        }
    }

    /// Statements that make tables, in this database's words: wide numbers everywhere, and texts that may be keys.
    pub(super) fn schema(&self, text: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => text.to_owned(),
            Dialect::Postgres => text.replace(" integer not null", " bigint not null"),
            Dialect::MySql => text
                .replace(" integer not null", " bigint not null")
                .replace(" text not null", " varchar(200) not null"),
        }
    }

    /// Goes, when everything is said.
    pub(super) async fn close(self) -> Result<(), sqlx::Error> {
        match self.link {
            Link::File(conn) => conn.close().await,
            Link::Server(conn) => conn.close().await,
        }
    }
}

fn list<R>(row: &R, table: &Table) -> Result<String, sqlx::Error>
where
    R: Row,
    for<'r> String: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> i64: Decode<'r, R::Database> + Type<R::Database>,
    usize: ColumnIndex<R>,
    R::Database: Database,
{
    let mut list = String::new();
    for (at, (_, kind)) in table.columns.iter().enumerate() {
        list.push_str(if at == 0 { "" } else { "," });
        // Writing to a String cannot fail.
        let _ = match kind {
            Kind::Text => write!(list, "'{}'", row.try_get::<String, _>(at)?.replace('\'', "''")),
            Kind::Number => write!(list, "{}", row.try_get::<i64, _>(at)?),
        };
    }
    Ok(list)
}
