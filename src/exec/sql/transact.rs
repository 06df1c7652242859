//! The statements of a step, one after the other: in one transaction where they can be, tried again as a whole when
//! others came in between.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::database::{Database, Refused, Why};
use super::once::{Begun, Once};
use super::rows::Rows;
use super::text::Kind;
use super::{Bound, Ran, WAITS};
use crate::exec::attempt::{Attempt, Unfinished};
use crate::exec::log::{Log, grouped};
use crate::exec::tape::BETWEEN_NOTES;
use crate::msg;
use crate::run::{Failure, Loss};
use crate::words::{Msg, one_line};

/// Before a transaction that was taken back because of others begins again. Those who collided do not meet again at
/// once, for each of them works a different time in between.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(150),
    Duration::from_millis(400),
    Duration::from_secs(1),
    Duration::from_millis(2_500),
];

/// A script on its connection.
pub(super) struct Script<'s, 'o> {
    pub(super) attempt: &'s Attempt,
    pub(super) database: &'s mut Database,
    pub(super) statements: &'s [Bound],
    pub(super) log: &'s mut Log,
    /// With a marker in its transaction.
    care: Option<&'s mut Once<'o>>,
    told: Instant,
}

/// Where it stopped.
struct Stopped {
    statement: usize,
    refused: Refused,
    kept: Kept,
}

/// What remains of the statements before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Nothing: the transaction is taken back.
    Nothing,
    /// The statement with that number has committed itself and all before it.
    Until(usize),
    /// Each of them was a transaction of its own.
    All,
}

impl<'s, 'o> Script<'s, 'o> {
    pub(super) fn new(
        attempt: &'s Attempt,
        database: &'s mut Database,
        statements: &'s [Bound],
        log: &'s mut Log,
    ) -> Self {
        Script { attempt, database, statements, log, care: None, told: Instant::now() - BETWEEN_NOTES }
    }

    /// The same with a marker in its transaction.
    pub(super) fn with(self, care: &'s mut Once<'o>) -> Self {
        Script { care: Some(care), ..self }
    }

    /// Each statement for itself.
    pub(super) async fn one_by_one(mut self) -> Result<Ran, Unfinished> {
        let mut ran = Ran::default();
        for index in 0..self.statements.len() {
            let done = self.one(index, &mut ran).await;
            done.map_err(|refused| {
                self.failure(&Stopped { statement: index + 1, refused, kept: Kept::All })
            })?;
        }
        Ok(self.told(ran))
    }

    /// All in one transaction.
    pub(super) async fn together(mut self) -> Result<Ran, Unfinished> {
        let mut pauses = PAUSES.into_iter().enumerate();
        loop {
            let begun = self.begin().await;
            let ran = match begun {
                Ok(Begun::Open) => self.transaction().await,
                Ok(Begun::Over(done)) => return Ok(Ran::found(done)),
                Ok(Begun::Partly) => return Err(Unfinished::Lost(Loss::Partly)),
                Err(refused) => {
                    return Err(self.failure(&Stopped { statement: 1, refused, kept: Kept::Nothing }).into());
                }
            };
            let stopped = match ran {
                Ok(ran) => return Ok(ran),
                Err(Ending::InDoubt(why)) => return Err(self.in_doubt(why).into()),
                Err(Ending::Stopped(stopped)) => stopped,
            };
            let committed = stopped.kept == Kept::Nothing && self.has_committed(stopped.refused.why).await;
            let left = self.database.rollback().await || committed;
            let pause = pauses
                .next()
                .filter(|_| stopped.refused.why == Why::Conflict && stopped.kept == Kept::Nothing && !left);
            let Some((tries, pause)) = pause else { return Err(self.rolled_back(&stopped, left).into()) };
            let words = stopped.refused.words.clone();
            let (times, most) = (tries + 1, PAUSES.len());
            let words = self.attempt.say(&msg!("exec-sql-again", why = words, times = times, most = most));
            self.log.line(&words);
            self.attempt.notes.send(&words);
            sleep(pause).await;
        }
    }

    async fn begin(&mut self) -> Result<Begun, Refused> {
        if let Some(care) = &mut self.care {
            let begun = care.begin(self.database, self.log).await?;
            if let (Begun::Open, true) = (&begun, self.may_commit()) {
                self.database.plant().await?;
            }
            return Ok(begun);
        }
        let writes = self.statements.iter().any(|(statement, _)| statement.kind != Kind::Reads);
        let waits = self.attempt.say(&msg!("exec-sql-waits"));
        let beginning = self.database.begin(writes);
        let begun = self.attempt.notes.telling_at(Instant::now() + WAITS, &waits, beginning).await;
        begun.map(|()| Begun::Open)
    }

    /// May a statement commit without being known for it: a procedure, or what it is called by?
    fn may_commit(&self) -> bool {
        let mut kinds = self.statements.iter().map(|(statement, _)| statement.kind);
        self.care.is_some() && kinds.all(|kind| kind != Kind::Alone) && self.has_others()
    }

    fn has_others(&self) -> bool {
        self.statements.iter().any(|(statement, _)| statement.kind == Kind::Other)
    }

    /// Has a statement committed that is not known for it? Where a transaction was taken back by the server nobody can
    /// tell, and nothing has.
    async fn has_committed(&mut self, why: Why) -> bool {
        let can_tell = !matches!(why, Why::Conflict | Why::Busy | Why::Gone);
        can_tell && self.may_commit() && self.database.is_planted().await == Ok(false)
    }

    fn in_doubt(&self, why: String) -> Failure {
        match &self.care {
            Some(care) => care.in_doubt(why),
            None => Failure::InDoubt { why, marked: false },
        }
    }

    async fn transaction(&mut self) -> Result<Ran, Ending> {
        let mut ran = Ran::default();
        let mut kept = Kept::Nothing;
        for index in 0..self.statements.len() {
            let statement = index + 1;
            let stop = |kept| move |refused| Ending::Stopped(Stopped { statement, refused, kept });
            let (what, _) = &self.statements[index];
            if what.kind != Kind::Alone {
                self.one(index, &mut ran).await.map_err(stop(kept))?;
                continue;
            }
            self.commit(statement, kept).await?;
            let before = if index > 0 { Kept::Until(index) } else { kept };
            self.one(index, &mut ran).await.map_err(stop(before))?;
            kept = Kept::Until(statement);
            let sql = one_line(&what.written, 60);
            ran.remarks.push(self.attempt.say(&msg!(
                "exec-sql-not-atomic",
                statement = statement,
                sql = sql
            )));
            self.database.begin(true).await.map_err(stop(kept))?;
        }
        let last = self.statements.len();
        let stop = |refused| Ending::Stopped(Stopped { statement: last, refused, kept });
        if self.may_commit() && !self.database.is_planted().await.map_err(stop)? {
            ran.remarks.push(self.attempt.say(&msg!("exec-marker-committed")));
        }
        let ran = self.told(ran);
        if let Some(care) = &mut self.care {
            care.finish(self.database, &ran.done(), &[]).await.map_err(stop)?;
        }
        self.commit(last, kept).await?;
        Ok(ran)
    }

    /// Nobody but the server knows what came of it when the connection breaks here.
    async fn commit(&mut self, statement: usize, kept: Kept) -> Result<(), Ending> {
        let done = match &self.care {
            Some(care) => care.commit(self.database).await,
            None => self.database.commit().await,
        };
        done.map_err(|refused| match refused.why {
            Why::Gone => Ending::InDoubt(refused.words),
            _ => Ending::Stopped(Stopped { statement, refused, kept }),
        })
    }

    async fn one(&mut self, index: usize, ran: &mut Ran) -> Result<(), Refused> {
        let (statement, values) = &self.statements[index];
        let number = index + 1;
        let sql = one_line(&statement.written, 120);
        let (count, shown) = (self.statements.len(), sql.clone());
        let begins =
            self.attempt.say(&msg!("exec-sql-begins", statement = number, count = count, sql = shown));
        let began = Instant::now();
        // Thousands of short statements are not thousands of notes, but a long one is told.
        let due = began.max(self.told + BETWEEN_NOTES);
        let mut rows = Rows::default();
        let work = self.database.execute(statement, values, &mut rows);
        let changed = match self.attempt.notes.telling_at(due, &begins, work).await {
            Ok(changed) => changed,
            Err(refused) => {
                self.log.line(&format!("{number}. {sql}: {}", refused.words));
                return Err(refused);
            }
        };
        if due <= Instant::now() {
            self.told = due;
        }
        let took = began.elapsed().as_secs_f64();
        let what = self.attempt.say(&effect(statement.kind, changed, &rows));
        self.log.line(&format!("{number}. {sql}: {what}, {took:.3} s"));
        show(self.attempt, &rows, self.log);
        ran.add(statement.kind, changed, rows);
        Ok(())
    }

    /// With what is told of it as a whole.
    fn told(&self, mut ran: Ran) -> Ran {
        let words = match (ran.changed, &ran.rows) {
            (Some(changed), _) => msg!("exec-sql-changed", rows = changed),
            (None, Some(rows)) => msg!("exec-sql-read", rows = rows.count),
            (None, None) => msg!("exec-sql-done"),
        };
        ran.remarks.insert(0, self.attempt.say(&words));
        ran
    }

    fn rolled_back(&self, stopped: &Stopped, left: bool) -> Failure {
        match self.failure(stopped) {
            Failure::Sql { statement, why } if left => Failure::SqlLeft { statement, why },
            failure => failure,
        }
    }

    /// Whoever repairs it has to know what remains.
    fn failure(&self, stopped: &Stopped) -> Failure {
        let (number, refused) = (stopped.statement, &stopped.refused);
        let why = match refused.why {
            Why::Gone => self.attempt.say(&msg!("exec-sql-gone", why = refused.words.clone())),
            _ => refused.words.clone(),
        };
        let reads =
            self.statements.get(number - 1).is_some_and(|(statement, _)| statement.kind == Kind::Reads);
        let why = match stopped.kept {
            // It was a transaction of its own, and nobody has heard how it ended.
            Kept::All if refused.why == Why::Gone && !reads => {
                return Failure::InDoubt { why, marked: false };
            }
            Kept::All if number > 1 => {
                self.attempt.say(&msg!("exec-sql-remains", why = why, before = number - 1))
            }
            Kept::Until(last) => self.attempt.say(&msg!("exec-sql-partly", why = why, last = last)),
            Kept::All | Kept::Nothing => why,
        };
        Failure::Sql { statement: u32::try_from(number).unwrap_or(u32::MAX), why }
    }
}

/// Why a transaction did not come to its end.
enum Ending {
    Stopped(Stopped),
    /// The connection broke while it was being made to last.
    InDoubt(String),
}

fn effect(kind: Kind, changed: u64, rows: &Rows) -> Msg {
    match kind {
        Kind::Changes => msg!("exec-sql-changed", rows = changed),
        Kind::Reads => msg!("exec-sql-read", rows = rows.count),
        Kind::Transaction | Kind::Alone | Kind::Other => msg!("exec-sql-done"),
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
