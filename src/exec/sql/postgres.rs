//! `PostgreSQL`: values are bound, what comes back comes as the server's own text, so that no type loses anything.
//!
//! The driver's protocol for bound values gives every type in a binary form of its own. So the values are bound to
//! settings of the session, and the statement is executed by the protocol that answers in text.

mod marker;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::tz::TimeZone;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{
    PgConnectOptions, PgConnection, PgDatabaseError, PgRow, PgSslMode, PgTypeInfo, Postgres as Driver,
};
use sqlx::{AssertSqlSafe, Column as _, ConnectOptions as _, Connection as _, Decode, Either, Executor as _};
use sqlx::{Row as _, SqlSafeStr as _, Statement as _, ValueRef as _};
use tokio::time::timeout;

use super::database::{Interrupt, Purpose, Refused, Why};
use super::remote::{
    self, CLOSING, IDLE, ServerUrl, Settings, Trust, connected, ending, masked, millis, parted, server_limit,
    written,
};
use super::rows::{Cell, Sink, Want, names};
use super::table::{Column, declared};
use super::text::{Dialect, Kind, Statement};
use crate::plan::ParamValue;

/// What may stand behind the question mark of a URL.
pub(super) const OPTIONS: [&str; 11] = [
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
    "options",
];

/// How our settings are called.
const PREFIX: &str = "monthstart.v";

/// How many statements were prepared so far, on all connections.
static PREPARED: AtomicU64 = AtomicU64::new(0);

/// A connection to a server.
pub(in crate::exec) struct Postgres {
    connection: PgConnection,
    options: PgConnectOptions,
    process: i32,
    interrupt: Interrupt,
    looks: bool,
}

/// The options hold a password.
impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Postgres({})", self.process)
    }
}

impl Postgres {
    pub(super) async fn open(
        url: &ServerUrl,
        zone: &TimeZone,
        purpose: Purpose,
        interrupt: Interrupt,
    ) -> Result<Self, Refused> {
        let masks = remote::masks(url);
        let options = options(url).map_err(|why| masked(&why, &masks))?;
        let opening = async {
            let connection = options.connect().await.map_err(|error| refused(&error))?;
            Postgres::begun(connection, options.clone(), zone, purpose, interrupt).await
        };
        connected(opening).await.map_err(|why| masked(&why, &masks))
    }

    async fn begun(
        mut connection: PgConnection,
        options: PgConnectOptions,
        zone: &TimeZone,
        purpose: Purpose,
        interrupt: Interrupt,
    ) -> Result<Self, Refused> {
        let (patience, looks) = match purpose {
            Purpose::Work(patience) => (patience, false),
            Purpose::Look(patience) => (patience, true),
        };
        let settings = session(zone, patience, looks, &interrupt);
        let (names, values): (Vec<String>, Vec<String>) =
            settings.into_iter().map(|(name, value)| (name.to_owned(), value)).unzip();
        // What an older server does not know is left out.
        let sql = "SELECT set_config(s.name, s.value, false) FROM unnest($1::text[], $2::text[]) s (name, value) \
                   JOIN pg_settings p ON lower(p.name) = lower(s.name)";
        let setting = sqlx::query(sql).bind(names).bind(values);
        setting.execute(&mut connection).await.map_err(|error| refused(&error))?;
        let process = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut connection).await;
        let process = process.map_err(|error| refused(&error))?;
        let mut opened = Postgres { connection, options, process, interrupt, looks };
        if looks {
            // Once something was read in it, a transaction cannot be turned into one that writes.
            opened.plain("BEGIN READ ONLY").await?;
            opened.plain("SELECT 1").await?;
        }
        Ok(opened)
    }

    pub(super) async fn begin(&mut self, _writes: bool) -> Result<(), Refused> {
        if self.looks { Ok(()) } else { self.plain("BEGIN").await }
    }

    pub(super) async fn commit(&mut self) -> Result<(), Refused> {
        self.committing().await
    }

    pub(super) async fn rollback(&mut self) {
        let _ = timeout(CLOSING, self.connection.execute("ROLLBACK")).await;
    }

    async fn plain(&mut self, sql: &'static str) -> Result<(), Refused> {
        let (options, process) = (&self.options, self.process);
        let connection = &mut self.connection;
        let work = async { connection.execute(sql).await.map(drop).map_err(|error| refused(&error)) };
        ending(&self.interrupt, work, || cancel(options, process)).await
    }

    pub(super) async fn execute(
        &mut self,
        statement: &Statement,
        values: &[ParamValue],
        rows: &mut dyn Sink,
    ) -> Result<u64, Refused> {
        let (options, process) = (&self.options, self.process);
        let connection = &mut self.connection;
        let work = async {
            if values.is_empty() {
                return run(connection, statement.text.clone(), statement.kind, rows).await;
            }
            bound(connection, statement, values, rows).await
        };
        ending(&self.interrupt, work, || cancel(options, process)).await
    }

    pub(super) async fn exists(&mut self, table: &str) -> Result<bool, Refused> {
        Ok(self.find(table).await?.is_some())
    }

    /// Looked for as it is written, and then without regard to capitals.
    async fn find(&mut self, table: &str) -> Result<Option<i64>, Refused> {
        let (schema, name) = parted(table);
        let sql = "SELECT c.oid::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                   WHERE lower(c.relname) = lower($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') \
                   AND CASE WHEN $2::text IS NULL THEN pg_table_is_visible(c.oid) \
                   ELSE lower(n.nspname) = lower($2) END ORDER BY c.relname = $1 DESC, c.oid LIMIT 1";
        let query = sqlx::query_scalar(sql).bind(name).bind(schema);
        query.fetch_optional(&mut self.connection).await.map_err(|error| refused(&error))
    }

    pub(super) async fn columns(&mut self, table: &str) -> Result<Vec<Column>, Refused> {
        let Some(table) = self.find(table).await? else { return Ok(Vec::new()) };
        let sql = "SELECT a.attname::text, CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) \
                   ELSE format_type(a.atttypid, a.atttypmod) END, a.attnotnull, \
                   a.atthasdef OR coalesce(to_jsonb(a) ->> 'attidentity', '') <> '', \
                   EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary \
                   AND a.attnum = ANY (i.indkey)) \
                   FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped \
                   ORDER BY a.attnum";
        let rows = sqlx::query(sql).bind(table).fetch_all(&mut self.connection).await;
        let column = |row: &PgRow| {
            Ok(Column {
                name: row.try_get(0)?,
                kind: declared(row.try_get(1)?, Dialect::Postgres),
                nullable: !row.try_get::<bool, _>(2)?,
                has_default: row.try_get(3)?,
                primary_key: row.try_get(4)?,
            })
        };
        rows.and_then(|rows| rows.iter().map(column).collect()).map_err(|error| refused(&error))
    }

    pub(super) async fn close(self) {
        let _ = timeout(CLOSING, self.connection.close()).await;
    }
}

fn options(url: &ServerUrl) -> Result<PgConnectOptions, Refused> {
    let mode = match url.trust().unwrap_or(Trust::Verified) {
        Trust::Verified => PgSslMode::VerifyFull,
        Trust::Signed => PgSslMode::VerifyCa,
        Trust::Any => PgSslMode::Require,
        Trust::WhereOffered => PgSslMode::Prefer,
        Trust::Never => PgSslMode::Disable,
    };
    let options: PgConnectOptions = url.without_mode().parse().map_err(|error| refused(&error))?;
    Ok(options.ssl_mode(mode).application_name("monthstart").disable_statement_logging())
}

/// What is set for the session: how values are written, and how long anything may take.
fn session(zone: &TimeZone, patience: Duration, looks: bool, interrupt: &Interrupt) -> Settings {
    let mut settings = Settings::from([
        ("TimeZone", zone.iana_name().unwrap_or("UTC").to_owned()),
        ("DateStyle", "ISO, YMD".to_owned()),
        ("IntervalStyle", "postgres".to_owned()),
        ("bytea_output", "hex".to_owned()),
        ("standard_conforming_strings", "on".to_owned()),
        // A flood of notices is not sent at all.
        ("client_min_messages", "error".to_owned()),
        ("lock_timeout", millis(patience)),
        ("idle_in_transaction_session_timeout", millis(IDLE)),
        // A server that finds nobody at the other end gives up, whether a statement runs or not.
        ("client_connection_check_interval", "10s".to_owned()),
        ("tcp_keepalives_idle", "30".to_owned()),
        ("tcp_keepalives_interval", "10".to_owned()),
        ("tcp_keepalives_count", "3".to_owned()),
    ]);
    if let Some(limit) = server_limit(interrupt) {
        settings.insert("statement_timeout", millis(limit));
    }
    if looks {
        settings.insert("default_transaction_read_only", "on".to_owned());
    }
    settings
}

/// Ends what runs on another connection.
async fn cancel(options: &PgConnectOptions, process: i32) {
    let cancelling = async {
        let mut beside = options.connect().await?;
        sqlx::query("SELECT pg_cancel_backend($1)").bind(process).execute(&mut beside).await?;
        beside.close().await
    };
    // Whether it worked shows in the statement itself.
    let _ = timeout(remote::CONNECTING, cancelling).await;
}

/// Executes one statement by the protocol that answers in text.
async fn run(
    connection: &mut PgConnection,
    sql: String,
    kind: Kind,
    rows: &mut dyn Sink,
) -> Result<u64, Refused> {
    let mut stream = connection.fetch_many(sqlx::raw_sql(AssertSqlSafe(sql)));
    let mut changed = 0;
    while let Some(item) = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await {
        match item.map_err(|error| refused(&error))? {
            Either::Left(done) if kind == Kind::Changes => changed += done.rows_affected(),
            Either::Left(_) => {}
            Either::Right(row) => match rows.wants() {
                Want::Cells => rows.take(&|| names(&row), cells(&row)?),
                Want::Count => rows.count_one(),
                Want::Nothing => break,
            },
        }
    }
    Ok(changed)
}

/// Executes one statement with values. The server says which types it takes them for.
async fn bound(
    connection: &mut PgConnection,
    statement: &Statement,
    values: &[ParamValue],
    rows: &mut dyn Sink,
) -> Result<u64, Refused> {
    let types = types(connection, statement, values).await?;
    let texts: Vec<String> = values.iter().zip(&types).map(|(value, kind)| literal(value, kind)).collect();
    let sql = "SELECT set_config($1 || i, v, false) FROM unnest($2::text[]) WITH ORDINALITY u (v, i)";
    let setting = sqlx::query(sql).bind(PREFIX).bind(texts).persistent(false);
    setting.execute(&mut *connection).await.map_err(|error| refused(&error))?;
    let value = |number: usize| {
        let kind = types.get(number - 1).map_or("text", String::as_str);
        format!("current_setting('{PREFIX}{number}')::{kind}")
    };
    if !statement.can_be_prepared() {
        return run(
            connection,
            statement.with(|number| format!("({})", value(number))),
            statement.kind,
            rows,
        )
        .await;
    }
    // One whose rows were not all wanted stays prepared: the next one needs another name.
    let name = format!("monthstart_{}", PREPARED.fetch_add(1, Ordering::Relaxed));
    let prepare = format!("PREPARE {name} ({}) AS {}", types.join(", "), statement.text);
    plainly(connection, prepare).await?;
    let list = (1..=types.len()).map(value).collect::<Vec<_>>().join(", ");
    let changed = run(connection, format!("EXECUTE {name} ({list})"), statement.kind, rows).await;
    if changed.is_ok() && rows.wants() != Want::Nothing {
        plainly(connection, format!("DEALLOCATE {name}")).await?;
    }
    changed
}

async fn plainly(connection: &mut PgConnection, sql: String) -> Result<(), Refused> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop).map_err(|error| refused(&error))
}

/// The types of a statement's parameters, as SQL writes them. Numbers and truths have types of their own, as if they
/// were written in the statement; anything else takes the type of where it stands.
async fn types(
    connection: &mut PgConnection,
    statement: &Statement,
    values: &[ParamValue],
) -> Result<Vec<String>, Refused> {
    let (truth, int, long, unknown) = (Oid(16), Oid(23), Oid(20), Oid(0));
    let given: Vec<PgTypeInfo> = values
        .iter()
        .map(|value| match value {
            // A definition keeps what is written in it: it takes no values, and the server refuses this.
            _ if statement.kind != Kind::Reads && !statement.can_be_prepared() => unknown,
            ParamValue::Boolean(_) => truth,
            ParamValue::Integer(number) if i32::try_from(*number).is_ok() => int,
            ParamValue::Integer(_) => long,
            _ => unknown,
        })
        .map(PgTypeInfo::with_oid)
        .collect();
    let sql = AssertSqlSafe(statement.text.clone()).into_sql_str();
    let prepared = connection.prepare_with(sql, &given).await.map_err(|error| refused(&error))?;
    let found: Vec<i64> = match prepared.parameters() {
        Some(Either::Left(types)) => {
            types.iter().map(|kind| kind.oid().map_or(25, |oid| i64::from(oid.0))).collect()
        }
        _ => Vec::new(),
    };
    if found.len() != values.len() {
        return Err(Refused::new(&std::io::ErrorKind::InvalidInput.to_string(), Why::Refuses));
    }
    let sql =
        "SELECT format_type(t::oid, NULL) FROM unnest($1::bigint[]) WITH ORDINALITY u (t, i) ORDER BY i";
    let named = sqlx::query_scalar(sql).bind(found).fetch_all(connection).await;
    named.map_err(|error| refused(&error))
}

/// A value as the server reads it for a type. A list is an array where an array is wanted, else JSON.
fn literal(value: &ParamValue, kind: &str) -> String {
    match value {
        ParamValue::List(items) if kind.ends_with("[]") => {
            let quoted = |item: &String| format!("\"{}\"", item.replace('\\', "\\\\").replace('"', "\\\""));
            format!("{{{}}}", items.iter().map(quoted).collect::<Vec<_>>().join(","))
        }
        other => written(other),
    }
}

fn cells(row: &PgRow) -> Result<Vec<Cell>, Refused> {
    (0..row.len()).map(|index| cell(row, index)).collect()
}

/// A value by its type: the ones that are no text by their fixed numbers.
fn cell(row: &PgRow, index: usize) -> Result<Cell, Refused> {
    let value = row.try_get_raw(index).map_err(|error| refused(&error))?;
    if value.is_null() {
        return Ok(Cell::Null);
    }
    let kind = row.column(index).type_info().oid().map_or(25, |oid| oid.0);
    let text = <&str as Decode<'_, Driver>>::decode(value);
    let text = text.map_err(|error| Refused::new(&error.to_string(), Why::Refuses))?;
    let whole = |text: &str| text.parse().ok().map(Cell::Integer);
    let special = match kind {
        16 => Some(Cell::Boolean(text == "t")),
        17 => text.strip_prefix("\\x").and_then(bytes).map(Cell::Bytes),
        20 | 21 | 23 | 26 => whole(text),
        700 | 701 => text.parse().ok().map(Cell::Real),
        1700 => Some(Cell::Decimal(text.to_owned())),
        _ => None,
    };
    Ok(special.unwrap_or_else(|| Cell::Text(text.to_owned())))
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    hex.as_bytes().chunks(2).map(byte).collect()
}

fn refused(error: &sqlx::Error) -> Refused {
    let Some(said) = error.as_database_error() else {
        let why = if matches!(error, sqlx::Error::Io(_)) { Why::Gone } else { Why::Refuses };
        return Refused::new(&error.to_string(), why);
    };
    let said = said.downcast_ref::<PgDatabaseError>();
    let why = match said.code() {
        "28P01" | "28000" => Why::Denied,
        "40001" | "40P01" => Why::Conflict,
        "55P03" | "53300" => Why::Busy,
        // 08…: who stands between us and a server says so of one that is gone.
        code if code.starts_with("57P0") || code.starts_with("08") || code == "40003" => Why::Gone,
        code if code.starts_with("22") || code.starts_with("23") => Why::Values,
        _ => Why::Refuses,
    };
    let parts = [Some(said.message()), said.detail(), said.hint()];
    Refused::new(&parts.into_iter().flatten().collect::<Vec<_>>().join("; "), why)
}
