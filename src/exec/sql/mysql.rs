//! `MySQL` and `MariaDB`: values are bound to variables of the session, what comes back comes as the server's own text.

mod marker;

use std::time::Duration;

use jiff::tz::TimeZone;
use sqlx::mysql::{
    MySql as Driver, MySqlConnectOptions, MySqlConnection, MySqlDatabaseError, MySqlRow, MySqlSslMode,
};
use sqlx::{AssertSqlSafe, Column as _, ConnectOptions as _, Connection as _, Decode, Either, Executor as _};
use sqlx::{Row as _, Type, TypeInfo as _, ValueRef as _};
use tokio::time::timeout;

use super::database::{Interrupt, Purpose, Refused, Why};
use super::remote::{
    self, CLOSING, IDLE, ServerUrl, Trust, connected, ending, masked, millis, parted, server_limit, written,
};
use super::rows::{Cell, Sink, Want, names};
use super::table::{Column, declared};
use super::text::{Dialect, Kind, Statement};
use crate::plan::ParamValue;

/// What may stand behind the question mark of a URL.
pub(super) const OPTIONS: [&str; 9] =
    ["sslmode", "ssl-mode", "sslca", "ssl-ca", "sslcert", "ssl-cert", "sslkey", "ssl-key", "socket"];

/// A connection to a server.
pub(in crate::exec) struct MySql {
    connection: MySqlConnection,
    options: MySqlConnectOptions,
    thread: u64,
    interrupt: Interrupt,
    looks: bool,
}

/// The options hold a password.
impl std::fmt::Debug for MySql {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MySql({})", self.thread)
    }
}

impl MySql {
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
            MySql::begun(connection, options.clone(), zone, purpose, interrupt).await
        };
        connected(opening).await.map_err(|why| masked(&why, &masks))
    }

    async fn begun(
        mut connection: MySqlConnection,
        options: MySqlConnectOptions,
        zone: &TimeZone,
        purpose: Purpose,
        interrupt: Interrupt,
    ) -> Result<Self, Refused> {
        let (patience, looks) = match purpose {
            Purpose::Work(patience) => (patience, false),
            Purpose::Look(patience) => (patience, true),
        };
        let about = sqlx::query("SELECT VERSION(), CONNECTION_ID(), CAST(UTC_TIMESTAMP() AS CHAR)")
            .fetch_one(&mut connection)
            .await;
        let about = about.map_err(|error| refused(&error))?;
        let version: String = about.try_get(0).map_err(|error| refused(&error))?;
        let thread: u64 = about.try_get_unchecked(1).map_err(|error| refused(&error))?;
        // Strings mean what the reader of statements takes them for, and a value that does not fit is refused.
        let modes = "SET SESSION sql_mode = CONCAT(REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', ''), \
                     ',STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION')";
        connection.execute(sqlx::raw_sql(modes)).await.map_err(|error| refused(&error))?;
        let named = match zone.iana_name() {
            Some(name) => set(&mut connection, "time_zone", &quoted(name)).await,
            None => Err(Refused::new("", Why::Refuses)),
        };
        // Servers know names of zones only where somebody has loaded them.
        if named.is_err() {
            let now: String = about.try_get_unchecked(2).map_err(|error| refused(&error))?;
            set(&mut connection, "time_zone", &quoted(&offset(zone, &now))).await?;
        }
        for (name, value) in session(&version, patience, looks, &interrupt) {
            // What another version does not know is left out.
            let _ = set(&mut connection, name, &value).await;
        }
        let mut opened = MySql { connection, options, thread, interrupt, looks };
        if looks {
            opened.plain("START TRANSACTION READ ONLY").await?;
        }
        Ok(opened)
    }

    pub(super) async fn begin(&mut self, _writes: bool) -> Result<(), Refused> {
        if self.looks { Ok(()) } else { self.plain("START TRANSACTION").await }
    }

    pub(super) async fn commit(&mut self) -> Result<(), Refused> {
        self.committing().await
    }

    /// Takes it back; tells whether it had changed tables that know no transactions.
    pub(super) async fn rollback(&mut self) -> bool {
        const NOT_TAKEN_BACK: &str = "1196";
        let connection = &mut self.connection;
        let going_back = async {
            connection.execute(sqlx::raw_sql("ROLLBACK")).await?;
            connection.fetch_all(sqlx::raw_sql("SHOW WARNINGS")).await
        };
        let is_that =
            |row: &MySqlRow| row.try_get_unchecked::<String, _>(1).is_ok_and(|code| code == NOT_TAKEN_BACK);
        let warnings = timeout(CLOSING, going_back).await;
        warnings.is_ok_and(|rows| rows.is_ok_and(|rows| rows.iter().any(is_that)))
    }

    async fn plain(&mut self, sql: &'static str) -> Result<(), Refused> {
        let (options, thread) = (&self.options, self.thread);
        let connection = &mut self.connection;
        let work =
            async { connection.execute(sqlx::raw_sql(sql)).await.map(drop).map_err(|error| refused(&error)) };
        ending(&self.interrupt, work, || cancel(options, thread)).await
    }

    pub(super) async fn execute(
        &mut self,
        statement: &Statement,
        values: &[ParamValue],
        rows: &mut dyn Sink,
    ) -> Result<u64, Refused> {
        let (options, thread) = (&self.options, self.thread);
        let connection = &mut self.connection;
        let work = async {
            if values.is_empty() {
                return run(connection, statement.text.clone(), statement.kind, rows).await;
            }
            bound(connection, statement, values, rows).await
        };
        ending(&self.interrupt, work, || cancel(options, thread)).await
    }

    pub(super) async fn exists(&mut self, table: &str) -> Result<bool, Refused> {
        let (schema, name) = parted(table);
        let sql = "SELECT 1 FROM information_schema.tables WHERE lower(table_schema) = lower(coalesce(?, database())) \
                   AND lower(table_name) = lower(?) LIMIT 1";
        let query = sqlx::query(sql).bind(schema).bind(name).persistent(false);
        let found = query.fetch_optional(&mut self.connection).await.map_err(|error| refused(&error))?;
        Ok(found.is_some())
    }

    /// `MariaDB` writes that there is no default as the word NULL.
    pub(super) async fn columns(&mut self, table: &str) -> Result<Vec<Column>, Refused> {
        let (schema, name) = parted(table);
        let sql = "SELECT CAST(column_name AS CHAR), CAST(column_type AS CHAR), \
                   CAST(is_nullable AS CHAR), CAST(column_key AS CHAR), CAST(extra AS CHAR), \
                   CAST(column_default IS NOT NULL AND column_default <> 'NULL' AS CHAR) FROM information_schema.columns \
                   WHERE lower(table_schema) = lower(coalesce(?, database())) AND lower(table_name) = lower(?) \
                   ORDER BY ordinal_position";
        let query = sqlx::query(sql).bind(schema).bind(name).persistent(false);
        let rows = query.fetch_all(&mut self.connection).await;
        let column = |row: &MySqlRow| {
            let text = |index: usize| row.try_get_unchecked::<String, _>(index);
            let extra = text(4)?.to_ascii_lowercase();
            Ok(Column {
                name: text(0)?,
                kind: declared(&text(1)?, Dialect::MySql),
                nullable: text(2)?.eq_ignore_ascii_case("yes"),
                has_default: text(5)? == "1"
                    || extra.contains("auto_increment")
                    || extra.contains("generated"),
                primary_key: text(3)?.eq_ignore_ascii_case("pri"),
            })
        };
        rows.and_then(|rows| rows.iter().map(column).collect()).map_err(|error| refused(&error))
    }

    pub(super) async fn close(self) {
        let _ = timeout(CLOSING, self.connection.close()).await;
    }
}

fn options(url: &ServerUrl) -> Result<MySqlConnectOptions, Refused> {
    let mode = match url.trust().unwrap_or(Trust::Verified) {
        Trust::Verified => MySqlSslMode::VerifyIdentity,
        Trust::Signed => MySqlSslMode::VerifyCa,
        Trust::Any => MySqlSslMode::Required,
        Trust::WhereOffered => MySqlSslMode::Preferred,
        Trust::Never => MySqlSslMode::Disabled,
    };
    let text = url.without_mode();
    let options: MySqlConnectOptions = text.parse().map_err(|error| refused(&error))?;
    // The zone and the modes are set after this, where the server's own are known.
    let options = options.ssl_mode(mode).pipes_as_concat(false).no_engine_substitution(false).timezone(None);
    Ok(options.charset("utf8mb4").disable_statement_logging())
}

/// What is set for the session: how long anything may take.
fn session(
    version: &str,
    patience: Duration,
    looks: bool,
    interrupt: &Interrupt,
) -> Vec<(&'static str, String)> {
    let seconds = |time: Duration| time.as_secs().max(1).to_string();
    let is_maria = version.to_ascii_lowercase().contains("mariadb");
    let mut settings = vec![
        ("innodb_lock_wait_timeout", seconds(patience)),
        ("lock_wait_timeout", seconds(patience)),
        ("wait_timeout", seconds(IDLE)),
        // Texts that are joined in a group are not cut at 1 KiB.
        ("group_concat_max_len", "1048576".to_owned()),
    ];
    if is_maria {
        settings.push(("idle_transaction_timeout", seconds(IDLE)));
    }
    if looks {
        settings.push(("transaction_read_only", "1".to_owned()));
        settings.push(("tx_read_only", "1".to_owned()));
    }
    match server_limit(interrupt) {
        Some(limit) if is_maria => {
            settings.push(("max_statement_time", format!("{:.3}", limit.as_secs_f64())));
        }
        Some(limit) => settings.push(("max_execution_time", millis(limit))),
        None => {}
    }
    settings
}

/// The value is one of ours, never one of somebody's.
async fn set(connection: &mut MySqlConnection, name: &str, value: &str) -> Result<(), Refused> {
    plainly(connection, format!("SET SESSION {name} = {value}")).await
}

/// The zone's offset, by the server's own clock: `+08:00`.
fn offset(zone: &TimeZone, utc: &str) -> String {
    let now = utc.parse::<jiff::civil::DateTime>().ok().and_then(|now| TimeZone::UTC.to_timestamp(now).ok());
    let seconds = now.map_or(0, |now| zone.to_offset(now).seconds());
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

fn quoted(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !matches!(c, '\'' | '\\')).collect();
    format!("'{plain}'")
}

/// Ends what runs on another connection.
async fn cancel(options: &MySqlConnectOptions, thread: u64) {
    let cancelling = async {
        let mut beside = options.connect().await?;
        beside.execute(sqlx::raw_sql(AssertSqlSafe(format!("KILL QUERY {thread}")))).await?;
        beside.close().await
    };
    // Whether it worked shows in the statement itself.
    let _ = timeout(remote::CONNECTING, cancelling).await;
}

/// Executes one statement by the protocol that answers in text.
async fn run(
    connection: &mut MySqlConnection,
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

/// Executes one statement with values.
async fn bound(
    connection: &mut MySqlConnection,
    statement: &Statement,
    values: &[ParamValue],
    rows: &mut dyn Sink,
) -> Result<u64, Refused> {
    let variables: Vec<String> = (1..=values.len()).map(|number| format!("@monthstart_{number}")).collect();
    let setting = variables.join(" = ?, ");
    let mut query = sqlx::query(AssertSqlSafe(format!("SET @monthstart = ?, {setting} = ?")))
        .bind(statement.text.clone());
    for value in values {
        query = match value {
            ParamValue::Integer(number) => query.bind(*number),
            ParamValue::Boolean(truth) => query.bind(i64::from(*truth)),
            other => query.bind(written(other)),
        };
    }
    query.persistent(false).execute(&mut *connection).await.map_err(|error| refused(&error))?;
    plainly(connection, "PREPARE monthstart FROM @monthstart".to_owned()).await?;
    let execute = format!("EXECUTE monthstart USING {}", variables.join(", "));
    let changed = run(connection, execute, statement.kind, rows).await;
    if changed.is_ok() && rows.wants() != Want::Nothing {
        plainly(connection, "DEALLOCATE PREPARE monthstart".to_owned()).await?;
    }
    changed
}

async fn plainly(connection: &mut MySqlConnection, sql: String) -> Result<(), Refused> {
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(drop).map_err(|error| refused(&error))
}

fn cells(row: &MySqlRow) -> Result<Vec<Cell>, Refused> {
    (0..row.len()).map(|index| cell(row, index)).collect()
}

/// A value by its type: all come as text, and bytes as they are.
fn cell(row: &MySqlRow, index: usize) -> Result<Cell, Refused> {
    let value = row.try_get_raw(index).map_err(|error| refused(&error))?;
    if value.is_null() {
        return Ok(Cell::Null);
    }
    let bytes = <&[u8] as Decode<'_, Driver>>::decode(value);
    let bytes = bytes.map_err(|error| Refused::new(&error.to_string(), Why::Refuses))?;
    let text = || String::from_utf8_lossy(bytes).into_owned();
    let info = row.column(index).type_info();
    // A text that is compared byte by byte is called bytes, but it has letters.
    let has_letters = <str as Type<Driver>>::compatible(info);
    let kind = info.name().to_owned();
    Ok(match kind.trim_end_matches(" UNSIGNED") {
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "INT" | "MEDIUMINT" | "BIGINT" | "YEAR" => {
            text().parse().map_or_else(|_| Cell::Decimal(text()), Cell::Integer)
        }
        "DECIMAL" => Cell::Decimal(text()),
        "FLOAT" | "DOUBLE" => text().parse().map_or_else(|_| Cell::Text(text()), Cell::Real),
        "BIT" if bytes.len() <= 8 => {
            let number = bytes.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
            i64::try_from(number).map_or_else(|_| Cell::Decimal(number.to_string()), Cell::Integer)
        }
        _ if has_letters => Cell::Text(text()),
        "BIT" | "BINARY" | "VARBINARY" | "TINYBLOB" | "BLOB" | "MEDIUMBLOB" | "LONGBLOB" | "GEOMETRY" => {
            Cell::Bytes(bytes.to_vec())
        }
        _ => Cell::Text(text()),
    })
}

fn refused(error: &sqlx::Error) -> Refused {
    let Some(said) = error.as_database_error() else {
        let why = if matches!(error, sqlx::Error::Io(_)) { Why::Gone } else { Why::Refuses };
        return Refused::new(&error.to_string(), why);
    };
    let said = said.downcast_ref::<MySqlDatabaseError>();
    let why = match said.number() {
        // Unknown user or wrong password; expired; locked.
        1045 | 1698 | 1820 | 1862 | 3118 | 4151 => Why::Denied,
        1020 | 1213 => Why::Conflict,
        1040 | 1205 => Why::Busy,
        1048 | 1062 | 1264 | 1265 | 1292 | 1366 | 1369 | 1406 | 1451 | 1452 | 1526 | 1644 | 1690 | 3140
        | 3141 | 3819 | 4025 => Why::Values,
        // The last two are said by who stands between us and the server; 1180 is an error during COMMIT.
        1053 | 1180 | 1927 | 4031 | 2006 | 2013 => Why::Gone,
        _ => Why::Refuses,
    };
    Refused::new(said.message(), why)
}
