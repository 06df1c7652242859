//! `sql:` steps: statements on a connection, in one transaction unless they say otherwise.

pub(super) mod address;
pub(super) mod changed;
pub(super) mod database;
mod lexer;
mod mysql;
pub(super) mod place;
mod postgres;
mod remote;
pub(super) mod rows;
mod sqlite;
pub(super) mod table;
#[cfg(test)]
mod tests;
pub(super) mod text;
mod transact;

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use self::database::{Database, Interrupt, Purpose};
use self::rows::Rows;
use self::text::{Dialect, Kind, Statement, statements};
use self::transact::Script;
use super::attempt::{Attempt, Done};
use super::files;
use super::log::Log;
use super::values::Values;
use crate::engine::ports::Stop;
use crate::msg;
use crate::plan::{ParamValue, SqlText};
use crate::run::Failure;
use crate::run::event::Json;
use crate::words::{Msg, one_line};

/// How long an interrupted database may take to give up.
const GIVING_UP: Duration = Duration::from_secs(10);

/// After so long it is told that a step waits for other writers.
pub(super) const WAITS: Duration = Duration::from_secs(1);

/// A `sql:` step.
pub(super) async fn step(
    attempt: &Attempt,
    source: &SqlText,
    connection: &str,
    transaction: bool,
) -> Result<Done, Failure> {
    let mut log = attempt.log();
    let work = Work { source, connection, transaction };
    let limit = attempt.node().policy.timeout;
    let ran = whole(attempt, &attempt.values, work, limit, &mut attempt.stop(), &mut log).await?;
    Ok(attempt.with_log_trouble(ran.done(), &mut log))
}

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work<'w> {
    /// The statements.
    pub(super) source: &'w SqlText,
    /// Where.
    pub(super) connection: &'w str,
    /// All in one transaction?
    pub(super) transaction: bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Ran {
    /// Rows changed by all statements, where one of them changes rows.
    changed: Option<u64>,
    /// What the last query read.
    pub(super) rows: Option<Rows>,
    /// How it is said.
    remarks: Vec<String>,
}

impl Ran {
    /// Adds what one statement did.
    fn add(&mut self, kind: Kind, changed: u64, rows: Rows) {
        if kind == Kind::Changes {
            self.changed = Some(self.changed.unwrap_or(0) + changed);
        }
        if kind == Kind::Reads || rows.count > 0 {
            self.rows = Some(rows);
        }
    }

    /// As the outputs of a step.
    pub(super) fn done(self) -> Done {
        let read = self.rows.as_ref().map_or(0, |rows| rows.count);
        let mut outputs = BTreeMap::from([("rows".to_owned(), Json::from(self.changed.unwrap_or(read)))]);
        if let Some(Rows { columns, first: Some(first), .. }) = &self.rows {
            outputs.extend(columns.iter().cloned().zip(first.iter().map(rows::Cell::json)));
        }
        Done { outputs, remarks: self.remarks }
    }
}

/// Does all of it on a connection of its own.
pub(super) async fn whole(
    attempt: &Attempt,
    values: &Values,
    work: Work<'_>,
    limit: Option<Duration>,
    stop: &mut Stop,
    log: &mut Log,
) -> Result<Ran, Failure> {
    let text = text_of(attempt, work.source, values).map_err(|why| attempt.not_started(&why))?;
    let interrupt = Interrupt::within(limit);
    let doing = async {
        let purpose = Purpose::Work(attempt.room.limits.locked);
        let mut database = Database::open(&attempt.room, work.connection, purpose, &interrupt).await?;
        let ran = match script(&text, database.dialect(), &values.bindings(), work.transaction) {
            Ok(statements) => {
                let script = Script::new(attempt, &mut database, &statements, log);
                if work.transaction { script.together().await } else { script.one_by_one().await }
            }
            Err(why) => Err(attempt.not_started(&why)),
        };
        database.close().await;
        ran
    };
    guarded(doing, &interrupt, limit, stop).await
}

/// Waits for `work`; at a wish to stop or when it takes too long the database is interrupted. What was committed
/// in spite of that is done, and told so.
pub(super) async fn guarded<T, E: From<Failure>>(
    work: impl Future<Output = Result<T, E>>,
    interrupt: &Interrupt,
    limit: Option<Duration>,
    stop: &mut Stop,
) -> Result<T, E> {
    let mut work = pin!(work);
    let end = tokio::select! {
        biased;
        done = &mut work => return done,
        () = stop.requested() => Failure::Cancelled,
        () = sleep(limit.unwrap_or_default()), if limit.is_some() => {
            Failure::TimedOut { after: limit.unwrap_or_default() }
        }
    };
    interrupt.set();
    match timeout(GIVING_UP, work).await {
        Ok(Ok(done)) => Ok(done),
        _ => Err(end.into()),
    }
}

/// The SQL of a step, with what may stand in its text.
pub(super) fn text_of(attempt: &Attempt, source: &SqlText, values: &Values) -> Result<String, Msg> {
    match source {
        SqlText::Text(template) => values.sql(template),
        SqlText::File(path) => {
            let text = files::text(&attempt.room.project.dir, &values.text(path)?)?;
            values.sql(&crate::plan::Template(text))
        }
    }
}

/// A statement with its values.
pub(super) type Bound = (Statement, Vec<ParamValue>);

/// The statements of `text` with their values; every name must be one that is there.
pub(super) fn script(
    text: &str,
    dialect: Dialect,
    bindings: &BTreeMap<String, ParamValue>,
    transaction: bool,
) -> Result<Vec<Bound>, Msg> {
    let all = statements(text, dialect);
    if all.is_empty() {
        return Err(msg!("exec-sql-empty"));
    }
    let with_values = |(index, statement): (usize, Statement)| {
        let number = index + 1;
        if transaction && statement.kind == Kind::Transaction {
            return Err(msg!(
                "exec-sql-transaction",
                statement = number,
                sql = one_line(&statement.written, 60)
            ));
        }
        let values = statement.binds.iter().map(|name| {
            let known = || bindings.keys().cloned().collect::<Vec<_>>().join(", ");
            let value = bindings.get(name).cloned();
            value.ok_or_else(|| msg!("exec-sql-unbound", name = name, statement = number, known = known()))
        });
        let values = values.collect::<Result<Vec<_>, Msg>>()?;
        Ok((statement, values))
    };
    all.into_iter().enumerate().map(with_values).collect()
}
