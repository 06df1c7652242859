//! Which database keeps the journal. The SQL is the same for both; what differs stands here, and in `sqlite` and
//! `postgres`.

use sqlx::AnyConnection;

use super::StoreError;
use super::postgres::Server;
use super::sqlite;

/// A database, and how to connect to it.
#[derive(Debug, Clone)]
pub(super) enum Backend {
    /// A file.
    Sqlite(String),
    /// A schema on a server.
    Postgres(Server),
}

impl Backend {
    /// What a store's URL names.
    pub(super) fn of(url: &str) -> Result<Self, StoreError> {
        let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
        match scheme {
            "sqlite" => Ok(Backend::Sqlite(rest.to_owned())),
            "postgres" | "postgresql" => Server::of(url).map(Backend::Postgres),
            _ => Err(StoreError::Unknown(crate::words::one_line(scheme, 40))),
        }
    }

    /// What messages call it: never with a password.
    pub(super) fn shown(&self) -> &str {
        match self {
            Backend::Sqlite(path) => path,
            Backend::Postgres(server) => server.shown(),
        }
    }

    /// A connection; `None`: there is no file.
    pub(super) async fn connect(&self) -> Result<Option<AnyConnection>, StoreError> {
        match self {
            Backend::Sqlite(path) => sqlite::open(path).await,
            Backend::Postgres(server) => server.connect().await.map(Some),
        }
    }

    /// A connection in place of one that broke.
    pub(super) async fn connect_again(&self) -> Result<Option<AnyConnection>, StoreError> {
        match self {
            Backend::Sqlite(_) => self.connect().await,
            Backend::Postgres(server) => server.connect_again().await.map(Some),
        }
    }

    /// What the database says no with.
    pub(super) fn fault(&self, source: sqlx::Error) -> StoreError {
        match self {
            Backend::Sqlite(path) => sqlite::fault(path, source),
            Backend::Postgres(server) => server.fault(source),
        }
    }

    /// Begins a transaction that writes. On `SQLite` the lock is taken at once: a snapshot could not be written to.
    pub(super) fn begin(&self) -> &'static str {
        match self {
            Backend::Sqlite(_) => "begin immediate",
            Backend::Postgres(_) => "begin",
        }
    }

    /// Begins a transaction that sees one moment.
    pub(super) fn begin_snapshot(&self) -> &'static str {
        match self {
            Backend::Sqlite(_) => "begin",
            Backend::Postgres(_) => "begin isolation level repeatable read, read only",
        }
    }

    /// A run's events after a number, as lines in one text: as rows they would cost far more than what is in them. JSON
    /// has no end of a line in it.
    pub(super) fn event_lines(&self) -> &'static str {
        match self {
            Backend::Sqlite(_) => {
                "select group_concat(line, char(10)) from (select seq || ' ' || at || ' ' || body as line from events \
                 where run = $1 and seq > $2 order by seq limit $3)"
            }
            Backend::Postgres(_) => {
                "select string_agg(line, chr(10) order by seq) from (select seq, seq || ' ' || at || ' ' || body as line \
                 from events where run = $1 and seq > $2 order by seq limit $3) page"
            }
        }
    }

    /// A run's events as bytes, so that nothing in them can be in the way of reading them.
    pub(super) fn event_bytes(&self) -> &'static str {
        match self {
            Backend::Sqlite(_) => {
                "select seq, cast(at as blob), cast(body as blob), cast(hash as blob) from events where run = $1 \
                 order by seq"
            }
            Backend::Postgres(_) => {
                "select seq, convert_to(at, 'UTF8'), convert_to(body, 'UTF8'), convert_to(hash, 'UTF8') \
                 from events where run = $1 order by seq"
            }
        }
    }
}
