//! `PostgreSQL` as the journal: a schema of its own on a server, sessions that never hold anything for long.

use std::borrow::Cow;
use std::time::Duration;

use sqlx::any::AnyConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use sqlx::{AnyConnection, ConnectOptions as _, Row as _};
use tokio::time::timeout;

use super::StoreError;
use crate::server::{BadUrl, ServerUrl, Trust};
use crate::words::one_line;

/// What may stand behind the question mark of a store's URL.
const OPTIONS: [&str; 11] = [
    "schema",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
];

/// The schema that holds the tables, unless the URL names another one.
const SCHEMA: &str = "monthstart";

/// A server that says nothing for so long is not there.
const CONNECTING: Duration = Duration::from_secs(15);

/// No statement of ours takes so long; one that does holds something up.
const STATEMENT: Duration = Duration::from_secs(15);
/// Locks are held for moments only.
const LOCK: Duration = Duration::from_secs(5);
/// A transaction in which nothing happens for so long belongs to a process that was stopped: it must not hold up whoever
/// takes its run over.
const IDLE: Duration = Duration::from_secs(3);

/// A connection that listens is tried for again and again by its driver for so long.
const LISTENING: Duration = Duration::from_secs(5);

/// What holds for a session. What an older server does not know is left out; a commit that is acknowledged is on the
/// disk, whatever the server's default is.
const SETTLE: &str = "select set_config(s.name, s.value, false) from (values ('search_path', $1), \
                      ('statement_timeout', $2), ('lock_timeout', $3), ('idle_in_transaction_session_timeout', $4), \
                      ('application_name', 'monthstart'), ('client_min_messages', 'warning'), ('TimeZone', 'UTC'), \
                      ('default_transaction_isolation', 'read committed'), ('default_transaction_read_only', 'off'), \
                      ('client_connection_check_interval', '5s'), ('synchronous_commit', 'on')) s (name, value) \
                      join pg_settings p on lower(p.name) = lower(s.name) \
                      where p.name <> 'synchronous_commit' or p.setting = 'off'";

/// Whatever a database does for us: after so long its server counts as gone.
pub(super) const LONGEST: Duration = Duration::from_mins(1);

/// A server, and the schema of the journal on it.
#[derive(Clone)]
pub(super) struct Server {
    url: String,
    shown: String,
    schema: String,
    secrets: Vec<String>,
}

/// The URL holds a password.
impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({})", self.shown)
    }
}

impl Server {
    /// Reads a URL.
    pub(super) fn of(url: &str) -> Result<Self, StoreError> {
        let read = ServerUrl::parse(url.trim(), false, &OPTIONS);
        let read = read.map_err(|BadUrl(option)| StoreError::BadUrl {
            option: option.map(|option| one_line(&option, 40)),
        })?;
        let schema = read.option(&["schema"]).unwrap_or_else(|| SCHEMA.to_owned());
        if !is_plain(&schema) {
            return Err(StoreError::BadUrl { option: Some(format!("schema={}", one_line(&schema, 40))) });
        }
        let mode = match read.trust().unwrap_or(Trust::Verified) {
            Trust::Verified => "verify-full",
            Trust::Signed => "verify-ca",
            Trust::Any => "require",
            Trust::WhereOffered => "prefer",
            Trust::Never => "disable",
        };
        let (driver, shown) = (read.with_mode(mode, &["schema"]), read.shown());
        Ok(Server { url: driver, shown, schema, secrets: read.secrets() })
    }

    /// Without user and password.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// The schema that holds the tables.
    pub(super) fn schema(&self) -> &str {
        &self.schema
    }

    /// A connection with everything set that keeps it from holding anything up.
    pub(super) async fn connect(&self) -> Result<AnyConnection, StoreError> {
        sqlx::any::install_default_drivers();
        let options: AnyConnectOptions = self.url.parse().map_err(|_| StoreError::BadUrl { option: None })?;
        let connecting = async {
            let mut connection = options.disable_statement_logging().connect().await?;
            self.settle(&mut connection).await?;
            Ok(connection)
        };
        match timeout(CONNECTING, connecting).await {
            Ok(connected) => connected.map_err(|source| self.unreached(&source)),
            Err(_) => Err(self.gone(&std::io::ErrorKind::TimedOut.to_string())),
        }
    }

    /// A connection in place of one that broke. A server that is read-only, as one is that is about to take the place of
    /// another, is not back yet.
    pub(super) async fn connect_again(&self) -> Result<AnyConnection, StoreError> {
        let mut connection = self.connect().await?;
        let asked = sqlx::query("select current_setting('transaction_read_only')");
        let row = asked.fetch_one(&mut connection).await.map_err(|source| self.fault(source))?;
        match row.try_get::<String, _>(0).map_err(|source| self.fault(source))?.as_str() {
            "off" => Ok(connection),
            _ => Err(self.gone("read-only")),
        }
    }

    async fn settle(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let setting = self.settings().into_iter().fold(sqlx::query(SETTLE), sqlx::query::Query::bind);
        setting.fetch_all(connection).await.map(drop)
    }

    /// The values of [`SETTLE`].
    fn settings(&self) -> [String; 4] {
        let millis = |time: Duration| time.as_millis().to_string();
        [self.schema.clone(), millis(STATEMENT), millis(LOCK), millis(IDLE)]
    }

    /// A connection of the same kind that can also listen, and what its driver keeps it in.
    pub(super) async fn listener(&self) -> Result<(PgPool, PgListener), sqlx::Error> {
        let options: PgConnectOptions = self.url.parse()?;
        let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        let pool = pool.test_before_acquire(false).acquire_timeout(LISTENING);
        let pool = pool.connect_lazy_with(options.disable_statement_logging());
        let mut listener = PgListener::connect_with(&pool).await?;
        // Whoever has lost it takes a new one, and knows then that something may have been missed.
        listener.eager_reconnect(false);
        let setting = self.settings().into_iter().fold(sqlx::query(SETTLE), sqlx::query::Query::bind);
        setting.fetch_all(&mut listener).await?;
        Ok((pool, listener))
    }

    fn gone(&self, why: &str) -> StoreError {
        StoreError::Gone { path: self.shown.clone(), why: self.masked(why) }
    }

    fn masked(&self, text: &str) -> String {
        let hidden = self.secrets.iter().filter(|secret| !secret.is_empty());
        let text = hidden.fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "•••"));
        one_line(&text, 200)
    }

    /// Why there is no connection. What the server itself says no to is no better a minute later; but one that is just
    /// starting, or full, is.
    fn unreached(&self, source: &sqlx::Error) -> StoreError {
        let words = said(source);
        match code(source).as_deref() {
            None | Some("53300" | "57P01" | "57P02" | "57P03") => self.gone(&words),
            Some(_) => StoreError::Denied { path: self.shown.clone(), why: self.masked(&words) },
        }
    }

    /// What a statement failed with.
    pub(super) fn fault(&self, source: sqlx::Error) -> StoreError {
        let gone = match code(&source).as_deref() {
            Some("57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04" | "25006") => true,
            Some(code) => code.starts_with("08"),
            None => matches!(
                source,
                sqlx::Error::Io(_)
                    | sqlx::Error::Tls(_)
                    | sqlx::Error::Protocol(_)
                    | sqlx::Error::WorkerCrashed
            ),
        };
        if gone {
            self.gone(&said(&source))
        } else {
            StoreError::Database { path: self.shown.clone(), source }
        }
    }

    /// Nothing was heard of it for too long.
    pub(super) fn silent(&self) -> StoreError {
        self.gone(&std::io::ErrorKind::TimedOut.to_string())
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).map(Cow::into_owned)
}

fn said(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |said| said.message().to_owned())
}

/// A name that is the same with and without quotes.
fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let rest = bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    first && rest && name.len() <= 63 && !name.starts_with("pg_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_who_and_password() {
        let server =
            Server::of("postgres://night:p%40ss@db.example:6432/month?schema=ops&sslmode=require").unwrap();
        assert_eq!((server.shown(), server.schema()), ("postgres://db.example:6432/month", "ops"));
        assert!(
            server.url.contains("sslmode=verify-full") && !server.url.contains("schema"),
            "{}",
            server.url
        );
        assert!(!format!("{server:?}").contains("ss"), "{server:?}");
        assert_eq!(server.masked("no p@ss, no p%40ss"), "no •••, no •••");
    }

    #[test]
    fn what_is_no_url_of_a_store_is_told_by_its_option() {
        let option = |url: &str| match Server::of(url) {
            Err(StoreError::BadUrl { option }) => option,
            other => panic!("{other:?}"),
        };
        assert_eq!(option("postgres://h/x?shcema=a").as_deref(), Some("shcema"));
        assert_eq!(option("postgres://h/x?schema=A;drop").as_deref(), Some("schema=A;drop"));
        assert_eq!(option("postgres://h:port/x"), None);
    }
}
