//! `sql:` steps: statements on a connection, in one transaction unless they say otherwise.

pub(super) mod address;
pub(super) mod changed;
pub(super) mod database;
pub(super) mod marker;
mod mysql;
pub(super) mod once;
pub(super) mod place;
mod postgres;
mod remote;
pub(super) mod rows;
mod sqlite;
pub(super) mod table;
#[cfg(test)]
mod tests;
mod transact;

pub(super) use crate::plan::sql as text;

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use self::database::{Database, Interrupt, Purpose, Refused};
use self::once::{Begun, Once};
use self::rows::Rows;
use self::text::{Dialect, Kind, Statement, statements};
use self::transact::Script;
use super::attempt::{Attempt, Done, Unfinished};
use super::files;
use super::log::Log;
use super::values::Values;
use crate::engine::ports::Stop;
use crate::msg;
use crate::plan::{ParamValue, SqlText};
use crate::run::event::Json;
use crate::run::{Failure, Loss};
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
) -> Result<Done, Unfinished> {
    let mut log = attempt.log();
    let work = Work { source, connection, transaction };
    let limit = attempt.node().policy.timeout;
    let done = once(attempt, &attempt.values, work, limit, &mut attempt.stop(), &mut log).await?;
    Ok(attempt.with_log_trouble(done, &mut log))
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
    /// It was done before: by what its marker says.
    found: Option<Done>,
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

    /// What was done before.
    fn found(done: Done) -> Self {
        Ran { found: Some(done), ..Ran::default() }
    }

    /// As the outputs of a step.
    fn done(&self) -> Done {
        if let Some(done) = &self.found {
            return done.clone();
        }
        let read = self.rows.as_ref().map_or(0, |rows| rows.count);
        let mut outputs = BTreeMap::from([("rows".to_owned(), Json::from(self.changed.unwrap_or(read)))]);
        if let Some(Rows { columns, first: Some(first), .. }) = &self.rows {
            outputs.extend(columns.iter().cloned().zip(first.iter().map(rows::Cell::json)));
        }
        Done { outputs, remarks: self.remarks.clone() }
    }
}

/// Does all of it on a connection of its own, without a marker.
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
            Err(why) => Err(attempt.not_started(&why).into()),
        };
        database.close().await;
        ran
    };
    let ran = guarded(doing, &interrupt, limit, stop).await;
    ran.map_err(|end| match end {
        Unfinished::Failed(failure) => failure,
        // Only a marker tells so much.
        Unfinished::Lost(_) => Failure::Cancelled,
    })
}

/// Does all of it on a connection of its own, with a marker, so that it takes effect once.
pub(super) async fn once(
    attempt: &Attempt,
    values: &Values,
    work: Work<'_>,
    limit: Option<Duration>,
    stop: &mut Stop,
    log: &mut Log,
) -> Result<Done, Unfinished> {
    let text = text_of(attempt, work.source, values).map_err(|why| attempt.not_started(&why))?;
    let interrupt = Interrupt::within(limit);
    let doing = async {
        let mut care = Once::new(attempt, &interrupt);
        loop {
            let end = connected(attempt, &mut care, (&text, &values.bindings()), work, &interrupt, log).await;
            if let Some(known) = care.known(end, log).await {
                return known;
            }
        }
    };
    let end = guarded(doing, &interrupt, limit, stop).await;
    end.map_err(|end| Once::unless_in_doubt(attempt, &interrupt, end))
}

async fn connected(
    attempt: &Attempt,
    care: &mut Once<'_>,
    (text, bindings): (&str, &BTreeMap<String, ParamValue>),
    work: Work<'_>,
    interrupt: &Interrupt,
    log: &mut Log,
) -> Result<Done, Unfinished> {
    let purpose = Purpose::Work(attempt.room.limits.locked);
    let mut database = Database::open(&attempt.room, work.connection, purpose, interrupt).await?;
    let done = match script(text, database.dialect(), bindings, work.transaction) {
        Ok(statements) => marked(&mut database, care, &statements, work.transaction, log).await,
        // What was done before was done, whatever its text has become.
        Err(why) => match care.settle(&mut database, log).await {
            Ok(None) => Err(attempt.not_started(&why).into()),
            Ok(Some(done)) => Ok(done),
            Err(end) => Err(end),
        },
    };
    database.close().await;
    done
}

async fn marked(
    database: &mut Database,
    care: &mut Once<'_>,
    statements: &[Bound],
    transaction: bool,
    log: &mut Log,
) -> Result<Done, Unfinished> {
    let attempt = care.attempt;
    let reads = statements.iter().all(|(statement, _)| statement.kind == Kind::Reads);
    // What reads a file of SQLite changes nothing; on a server a function may do anything.
    if reads && database.dialect() == Dialect::Sqlite {
        care.needs_nothing();
        let script = Script::new(attempt, database, statements, log);
        let ran = if transaction { script.together().await } else { script.one_by_one().await };
        return ran.map(|ran| ran.done());
    }
    if let Some(done) = care.settle(database, log).await? {
        return Ok(done);
    }
    let why = if transaction {
        let changes = || statements.iter().filter(|(statement, _)| statement.kind != Kind::Reads);
        let names: BTreeSet<String> = changes().flat_map(|(statement, _)| statement.mentions()).collect();
        let targets: Vec<Option<String>> = changes().map(|(statement, _)| statement.target()).collect();
        database.parts(&names, &targets).await.map_err(refused)?
    } else {
        Some(msg!("exec-marker-loose"))
    };
    let Some(why) = why else {
        return Script::new(attempt, database, statements, log)
            .with(care)
            .together()
            .await
            .map(|ran| ran.done());
    };
    match care.begin_around(&why, database, log).await.map_err(refused)? {
        Begun::Open => {}
        Begun::Over(done) => return Ok(done),
        Begun::Partly => return Err(Unfinished::Lost(Loss::Partly)),
    }
    let script = Script::new(attempt, database, statements, log);
    let ran = if transaction { script.together().await } else { script.one_by_one().await };
    let mut done = ran?.done();
    if transaction {
        done.remarks.push(attempt.say(&why));
    }
    care.finish(database, &done, &[]).await.map_err(|refused| care.in_doubt(refused.words))?;
    Ok(done)
}

/// Before the first statement.
fn refused(refused: Refused) -> Failure {
    Failure::Sql { statement: 1, why: refused.words }
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
