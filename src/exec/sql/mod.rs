//! `sql:` steps: statements on a connection, in one transaction unless they say otherwise.

pub(super) mod address;
pub(super) mod database;
pub(super) mod rows;
mod sqlite;
pub(super) mod table;
pub(super) mod text;

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use self::database::{Database, Interrupt, Purpose, Refused};
use self::rows::Rows;
use self::text::{Dialect, Kind, Statement, statements};
use super::attempt::{Attempt, Done};
use super::files;
use super::log::{Log, grouped};
use super::tape::BETWEEN_NOTES;
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
    remark: String,
}

impl Ran {
    /// Adds what one statement did.
    fn add(&mut self, attempt: &Attempt, kind: Kind, changed: u64, rows: Rows, log: &mut Log) {
        if kind == Kind::Changes {
            self.changed = Some(self.changed.unwrap_or(0) + changed);
        }
        if kind == Kind::Reads || rows.count > 0 {
            show(attempt, &rows, log);
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
        Done { outputs, remarks: vec![self.remark] }
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
            Ok(script) => transact(attempt, &mut database, &script, work.transaction, log).await,
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

async fn transact(
    attempt: &Attempt,
    database: &mut Database,
    script: &[Bound],
    transaction: bool,
    log: &mut Log,
) -> Result<Ran, Failure> {
    if transaction {
        let writes = script.iter().any(|(statement, _)| statement.kind != Kind::Reads);
        let waits = attempt.say(&msg!("exec-sql-waits"));
        let begun = attempt.notes.telling_at(Instant::now() + WAITS, &waits, database.begin(writes)).await;
        begun.map_err(|why| refused(1, why.words))?;
    }
    let ran = all(attempt, database, script, transaction, log).await;
    if !transaction {
        return ran;
    }
    let ran = match ran {
        Ok(ran) => database.commit().await.map(|()| ran).map_err(|why| refused(script.len(), why.words)),
        Err(failure) => Err(failure),
    };
    if ran.is_err() {
        database.rollback().await;
    }
    ran
}

fn refused(statement: usize, why: String) -> Failure {
    Failure::Sql { statement: u32::try_from(statement).unwrap_or(u32::MAX), why }
}

async fn all(
    attempt: &Attempt,
    database: &mut Database,
    script: &[Bound],
    transaction: bool,
    log: &mut Log,
) -> Result<Ran, Failure> {
    let mut ran = Ran::default();
    let mut told = Instant::now() - BETWEEN_NOTES;
    for (index, (statement, values)) in script.iter().enumerate() {
        let number = index + 1;
        let sql = one_line(&statement.written, 120);
        let (count, shown) = (script.len(), sql.clone());
        let begins = attempt.say(&msg!("exec-sql-begins", statement = number, count = count, sql = shown));
        let began = Instant::now();
        // Thousands of short statements are not thousands of notes, but a long one is told.
        let due = began.max(told + BETWEEN_NOTES);
        let mut rows = Rows::default();
        let work = database.execute(statement, values, &mut rows);
        let changed = match attempt.notes.telling_at(due, &begins, work).await {
            Ok(changed) => changed,
            Err(why) => {
                log.line(&format!("{number}. {sql}: {}", why.words));
                return Err(refused(number, remains(attempt, number, transaction, &why)));
            }
        };
        if due <= Instant::now() {
            told = due;
        }
        let took = began.elapsed().as_secs_f64();
        let what = attempt.say(&effect(statement.kind, changed, &rows));
        log.line(&format!("{number}. {sql}: {what}, {took:.3} s"));
        ran.add(attempt, statement.kind, changed, rows, log);
    }
    ran.remark = attempt.say(&match (ran.changed, &ran.rows) {
        (Some(changed), _) => msg!("exec-sql-changed", rows = changed),
        (None, Some(rows)) => msg!("exec-sql-read", rows = rows.count),
        (None, None) => msg!("exec-sql-done"),
    });
    Ok(ran)
}

/// Without a transaction what came before stays: whoever repairs it has to know.
fn remains(attempt: &Attempt, number: usize, transaction: bool, why: &Refused) -> String {
    if transaction || number == 1 {
        return why.words.clone();
    }
    attempt.say(&msg!("exec-sql-remains", why = why.words.clone(), before = number - 1))
}

fn effect(kind: Kind, changed: u64, rows: &Rows) -> Msg {
    match kind {
        Kind::Changes => msg!("exec-sql-changed", rows = changed),
        Kind::Reads => msg!("exec-sql-read", rows = rows.count),
        Kind::Transaction | Kind::Other => msg!("exec-sql-done"),
    }
}

fn show(attempt: &Attempt, rows: &Rows, log: &mut Log) {
    if rows.count > 0 {
        log.block(&rows.table());
    }
    if rows.more() > 0 {
        log.line(&attempt.say(&msg!("exec-more-rows", rows = grouped(rows.more()))));
    }
}
