//! One attempt of one step: what it may use, what it says, what comes of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::kept::key_of;
use super::log::{Log, log_path};
use super::notes::Notes;
use super::values::Values;
use super::{LONGEST, Room, not_started};
use crate::engine::ports::{Job, Reports, Stop};
use crate::keeper::client::Keeper;
use crate::keeper::protocol::Key;
use crate::msg;
use crate::plan::Node;
use crate::run::event::Json;
use crate::run::{Failure, Loss, Number};
use crate::words::{Msg, one_line, render};

/// Of the engine's environment, what programs get.
const STANDING: [&str; 6] = ["PATH", "HOME", "LANG", "TZ", "USER", PROGRAM];

/// Where this program lies, so that scripts call the one that runs them.
const PROGRAM: &str = "MONTHSTART_BIN";

/// What a step that did what it should leaves behind.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Done {
    /// For later steps.
    pub(super) outputs: BTreeMap<String, Json>,
    /// For people.
    pub(super) remarks: Vec<String>,
}

/// Why an attempt is not done.
#[derive(Debug, PartialEq)]
pub(super) enum Unfinished {
    /// It came to a known end.
    Failed(Failure),
    /// Nobody can know how it ended, though it was asked about.
    Lost(Loss),
}

impl From<Failure> for Unfinished {
    fn from(failure: Failure) -> Self {
        Unfinished::Failed(failure)
    }
}

/// Numbers that an attempt sees, for the months to come; kept however it ends.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers(Arc<Mutex<Vec<Number>>>);

impl Numbers {
    /// Notes a number. `series` names what it counts, the same in every month, in at most 300 bytes.
    pub(super) fn note(&self, series: String, value: String) {
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A poll sees a number again and again: the last one counts.
        numbers.retain(|number| number.series != series);
        numbers.push(Number { series, value });
    }

    /// All of them.
    pub(super) fn take(&self) -> Vec<Number> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Set when whoever had hold of an attempt is gone, and nobody can know how it ended.
#[derive(Debug, Clone, Default)]
pub(super) struct Lost(Arc<Mutex<Option<Loss>>>);

impl Lost {
    fn set(&self, loss: Option<Loss>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = loss;
    }

    /// Why it is lost, if it is.
    pub(super) fn take(&self) -> Option<Loss> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// One attempt.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) room: Arc<Room>,
    pub(super) job: Job,
    pub(super) values: Values,
    pub(super) notes: Notes,
    pub(super) numbers: Numbers,
    pub(super) lost: Lost,
}

impl Attempt {
    pub(super) fn new(
        room: Arc<Room>,
        job: Job,
        reports: Reports,
        numbers: Numbers,
    ) -> Result<Self, Failure> {
        let values = Values::of(&job, &room.project.zone).map_err(|why| not_started(room.lang, &why))?;
        let notes = Notes { node: job.node, reports };
        Ok(Attempt { room, job, values, notes, numbers, lost: Lost::default() })
    }

    /// What its program is called by its keeper.
    pub(super) fn key(&self) -> Key {
        key_of(&self.job)
    }

    /// Its run's keeper.
    pub(super) fn keeper(&self) -> &Keeper {
        self.room.keeper(&self.job.run)
    }

    /// Its keeper has that program of it.
    pub(super) fn keeps(&self, key: Key) {
        self.room.kept.note(self.job.node, self.job.attempt, key);
    }

    /// Nobody can know any more how it ends: what comes back is nobody's end.
    pub(super) fn lose(&self, loss: Loss) -> Failure {
        self.lost.set(Some(loss));
        Failure::Cancelled
    }

    /// It was found after all.
    pub(super) fn regain(&self) {
        self.lost.set(None);
    }

    /// The step.
    pub(super) fn node(&self) -> &Node {
        self.job.plan.node(self.job.node)
    }

    /// The wish to stop it.
    pub(super) fn stop(&self) -> Stop {
        self.job.stop.clone()
    }

    /// The instant at which a poll's time is over; what was waited under former engines counts.
    pub(super) fn until(&self, within: Option<Duration>) -> Option<Instant> {
        let waited = self.job.at.duration_since(self.job.waiting_since);
        let waited = Duration::try_from(waited).unwrap_or_default();
        within.map(|within| Instant::now() + within.saturating_sub(waited))
    }

    /// A sentence in the operator's language, on one line.
    pub(super) fn say(&self, msg: &Msg) -> String {
        one_line(&render(self.room.lang, msg), LONGEST)
    }

    /// It could not begin.
    pub(super) fn not_started(&self, why: &Msg) -> Failure {
        not_started(self.room.lang, why)
    }

    /// Its log. Where none can be written the step runs all the same, and says so.
    pub(super) fn log(&self) -> Log {
        Log::at(self.log_path(), self.room.lang)
    }

    /// Where its log is.
    pub(super) fn log_path(&self) -> PathBuf {
        log_path(&self.room.state_dir, &self.job.run, &self.job.path, self.job.attempt)
    }

    /// Adds what kept the log from being written.
    pub(super) fn with_log_trouble(&self, mut done: Done, log: &mut Log) -> Done {
        if let Some(error) = log.trouble() {
            done.remarks.push(self.say(&msg!("exec-log-trouble", why = error.to_string())));
        }
        done
    }

    /// The environment of its programs, without what it names itself.
    pub(super) fn environment(&self) -> BTreeMap<String, String> {
        let standing = STANDING
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), self.room.environment.get(*name)?.clone())));
        let own = [
            ("MONTHSTART_STATE", self.room.state_dir.display().to_string()),
            ("MONTHSTART_RUN", self.job.run.to_string()),
            ("MONTHSTART_STEP", self.job.path.to_string()),
            ("MONTHSTART_MONTH", self.job.run.month.to_string()),
            ("MONTHSTART_BATCH", self.values.batch().to_owned()),
            ("MONTHSTART_ATTEMPT", self.job.attempt.to_string()),
            ("MONTHSTART_TOKEN", self.job.token.clone()),
        ];
        standing.chain(own.map(|(name, value)| (name.to_owned(), value))).collect()
    }
}
