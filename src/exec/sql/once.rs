//! Work that takes effect once, whatever dies while it is done: a marker is in its transaction, and whoever does not know
//! how the transaction ended asks for the marker before beginning again.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::WAITS;
use super::database::{Database, Interrupt, Refused, Why};
use super::marker::{Claim, Marker, Told};
use crate::engine::ports::{Doubt, Job, Receipt, Report};
use crate::exec::attempt::{Attempt, Done, Unfinished};
use crate::exec::log::Log;
use crate::exec::marking::marked_connection;
use crate::msg;
use crate::plan::project::Project;
use crate::run::{Failure, Found, Loss};
use crate::words::{Explain as _, Msg};

/// Before a server is asked again that went away with an answer: at first, and at most.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Tries to insert a marker where others come in between.
const TRIES: u32 = 5;

/// What is known of an attempt whose engine is gone: its marker is asked for when it begins again under its token.
/// `None`: it has no marker.
pub(in crate::exec) fn recall(project: &Project, job: &Job) -> Option<Found> {
    let has_marker = marked_connection(&job.plan.node(job.node).work, project).is_some();
    let found = if job.doubt == Doubt::Unmarked { Found::Unknown(Loss::Unmarked) } else { Found::Again };
    has_marker.then_some(found)
}

/// Where the marker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::exec) enum Mode {
    /// In the transaction of the work: both are there, or neither.
    Within,
    /// Made to last before the work begins, and given its result after it: for what cannot be one transaction. What it
    /// tells is whether the work has begun and whether it has ended.
    Around,
    /// Nowhere.
    Without,
}

/// How a transaction began.
pub(in crate::exec) enum Begun {
    /// It is there to be worked in.
    Open,
    /// There is nothing to be done any more.
    Over(Done),
    /// A marker says that it began and that something of it has lasted.
    Partly,
}

/// The care for one attempt's taking effect once.
pub(in crate::exec) struct Once<'o> {
    pub(in crate::exec) attempt: &'o Attempt,
    interrupt: Interrupt,
    marker: Marker,
    /// The next pause, and until when the server is asked, once it has gone away.
    pause: Duration,
    until: Option<Instant>,
    pub(in crate::exec) mode: Mode,
}

impl<'o> Once<'o> {
    /// For that attempt. Where a former one's end is not known, nor is this one's until its marker was asked for.
    pub(in crate::exec) fn new(attempt: &'o Attempt, interrupt: &Interrupt) -> Self {
        interrupt.doubt(attempt.job.doubt == Doubt::Former);
        Once {
            attempt,
            interrupt: interrupt.clone(),
            marker: Marker::of(&attempt.job),
            pause: PAUSE,
            until: None,
            mode: Mode::Within,
        }
    }

    /// May a former transaction have taken effect?
    pub(in crate::exec) fn is_in_doubt(&self) -> bool {
        self.interrupt.is_in_doubt()
    }

    /// It changes nothing: it may be done as often as one likes.
    pub(in crate::exec) fn needs_nothing(&mut self) {
        self.mode = Mode::Without;
        self.interrupt.doubt(false);
    }

    /// The end of a try; `None`: nobody knows what came of it, and now it may be found out.
    pub(in crate::exec) async fn known(
        &mut self,
        end: Result<Done, Unfinished>,
        log: &mut Log,
    ) -> Option<Result<Done, Unfinished>> {
        let failure = match end {
            Err(Unfinished::Failed(failure)) if self.interrupt.is_in_doubt() => failure,
            known => return Some(known),
        };
        // A wrong password locks accounts, and where there is no marker nothing more can be found out.
        if matches!(failure, Failure::Denied { .. } | Failure::InDoubt { marked: false, .. }) {
            return Some(Err(failure.into()));
        }
        let why = match &failure {
            Failure::InDoubt { why, .. } => why.clone(),
            other => self.attempt.say(&other.explain()),
        };
        let until = *self.until.get_or_insert_with(|| Instant::now() + self.attempt.room.limits.away);
        if self.interrupt.is_set() || Instant::now() >= until {
            return Some(Err(Failure::InDoubt { why, marked: true }.into()));
        }
        let words = self.attempt.say(&msg!("exec-marker-asks", why = why));
        log.line(&words);
        self.attempt.notes.send(&words);
        let _ = timeout(self.pause, self.interrupt.wished()).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        self.mode = Mode::Within;
        None
    }

    /// Asks for the marker of what is in doubt. `None`: nothing of it has happened, nor will.
    pub(in crate::exec) async fn settle(
        &mut self,
        database: &mut Database,
        log: &mut Log,
    ) -> Result<Option<Done>, Unfinished> {
        if !self.interrupt.is_in_doubt() {
            return Ok(None);
        }
        let unheard = |refused: Refused| Failure::InDoubt { why: refused.words, marked: true };
        let claim = self.claim(database).await.map_err(unheard)?;
        let done = match claim {
            Claim::Ours => {
                database.rollback().await;
                None
            }
            Claim::Taken(told) => Some(self.adopted(told, log)),
            Claim::Partly if self.attempt.node().policy.idempotent => {
                database.unmark(&self.marker).await.map_err(unheard)?;
                None
            }
            Claim::Partly => return Err(Unfinished::Lost(Loss::Partly)),
            // Without a table there was no marker, and without that being recorded there was no work.
            Claim::NoTable(_) => None,
            Claim::NoRight(why) => return Err(Failure::InDoubt { why, marked: true }.into()),
        };
        self.interrupt.doubt(false);
        Ok(done)
    }

    /// Begins a transaction with the marker in it. Where there can be none, that is recorded first.
    pub(in crate::exec) async fn begin(
        &mut self,
        database: &mut Database,
        log: &mut Log,
    ) -> Result<Begun, Refused> {
        if self.mode == Mode::Without {
            return database.begin(true).await.map(|()| Begun::Open);
        }
        match self.claim(database).await? {
            Claim::Ours => Ok(Begun::Open),
            Claim::Taken(told) => Ok(Begun::Over(self.adopted(told, log))),
            Claim::Partly => Ok(Begun::Partly),
            Claim::NoTable(why) | Claim::NoRight(why) => {
                self.go_without(why, log).await;
                database.begin(true).await.map(|()| Begun::Open)
            }
        }
    }

    /// Makes a marker last before the work, in a transaction of its own.
    pub(in crate::exec) async fn begin_around(
        &mut self,
        why: &Msg,
        database: &mut Database,
        log: &mut Log,
    ) -> Result<Begun, Refused> {
        log.line(&self.attempt.say(why));
        let begun = self.begin(database, log).await?;
        if let (Begun::Open, Mode::Within) = (&begun, self.mode) {
            self.mode = Mode::Around;
            self.commit(database).await?;
        } else if let Begun::Open = begun {
            database.rollback().await;
        }
        Ok(begun)
    }

    /// Gives the marker its result. Where it stands around the work, that is a transaction of its own.
    pub(in crate::exec) async fn finish(
        &mut self,
        database: &mut Database,
        done: &Done,
        numbers: &[(String, String)],
    ) -> Result<(), Refused> {
        match self.mode {
            Mode::Without => Ok(()),
            Mode::Within => database.mark_done(&self.marker, &Told::new(done, numbers)).await,
            Mode::Around => {
                database.begin(true).await?;
                database.mark_done(&self.marker, &Told::new(done, numbers)).await?;
                database.commit().await
            }
        }
    }

    /// Makes a transaction last. When the connection breaks here, only the marker knows.
    pub(in crate::exec) async fn commit(&self, database: &mut Database) -> Result<(), Refused> {
        self.interrupt.doubt(true);
        let done = database.commit().await;
        self.interrupt.doubt(done.as_ref().is_err_and(|refused| refused.why == Why::Gone));
        done
    }

    /// The failure of a transaction whose end nobody has heard.
    pub(in crate::exec) fn in_doubt(&self, why: String) -> Failure {
        Failure::InDoubt { why, marked: self.mode != Mode::Without }
    }

    /// What was stopped while nobody knew how it ended is in doubt, not stopped.
    pub(in crate::exec) fn unless_in_doubt(
        attempt: &Attempt,
        interrupt: &Interrupt,
        end: Unfinished,
    ) -> Unfinished {
        match end {
            Unfinished::Failed(failure @ (Failure::Cancelled | Failure::TimedOut { .. }))
                if interrupt.is_in_doubt() =>
            {
                let why = attempt.say(&failure.explain());
                Failure::InDoubt { why, marked: interrupt.is_marked() }.into()
            }
            end => end,
        }
    }

    /// A former attempt's transaction may still be there: it is waited for.
    async fn claim(&mut self, database: &mut Database) -> Result<Claim, Refused> {
        let waits = if self.attempt.job.doubt == Doubt::Former {
            msg!("exec-marker-waits")
        } else {
            msg!("exec-sql-waits")
        };
        let waits = self.attempt.say(&waits);
        let mut tries = 0;
        loop {
            let claiming = database.begin_marked(&self.marker);
            match self.attempt.notes.telling_at(Instant::now() + WAITS, &waits, claiming).await {
                Err(refused) if refused.why == Why::Conflict && tries < TRIES => {
                    tries += 1;
                    sleep(PAUSE * tries).await;
                }
                claim => return claim,
            }
        }
    }

    async fn go_without(&mut self, why: String, log: &mut Log) {
        self.mode = Mode::Without;
        self.interrupt.unmarked();
        let why = self.attempt.say(&msg!("exec-marker-none", why = why));
        log.line(&why);
        let (node, attempt, recorded) = (self.attempt.job.node, self.attempt.job.attempt, Receipt::default());
        let report = Report::NotAtomic { node, attempt, why, recorded: recorded.clone() };
        if self.attempt.notes.reports.send(report).is_ok() {
            recorded.given().await;
        }
    }

    fn adopted(&self, told: Told, log: &mut Log) -> Done {
        for (series, value) in &told.numbers {
            self.attempt.numbers.note(series.clone(), value.clone());
        }
        let mut done = told.done();
        let words = self.attempt.say(&msg!("exec-marker-found"));
        log.line(&words);
        done.remarks.push(words);
        done
    }
}
