//! Could somebody have recorded something since the last look? Asked for days: it has to cost next to nothing. Of a file
//! that is written the kernel tells; on a server whoever records something says so, and it is asked where that is not
//! heard.

use std::os::unix::fs::MetadataExt;
use std::sync::LazyLock;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::Store;
use super::backend::Backend;
use super::ear::Ear;
use super::patience::within;
use super::watch::Watch;
use crate::id::RunId;

/// However still it is: after so long a file is looked at all the same. Its times are as coarse as the kernel's ticks.
const FILE: Duration = Duration::from_secs(2);
/// A server is asked so often while things happen, and so often when nothing did for a while.
const LIVELY: Duration = Duration::from_millis(200);
const QUIET: Duration = Duration::from_secs(1);
/// Where others are heard it is looked so seldom. What they have not said is seen with the renewals of the lease.
const HEARD: Duration = Duration::from_secs(30);
/// Telling an engine is not waited for longer: it will see what is there.
const TELLING: Duration = Duration::from_secs(5);
const A_WHILE: Duration = Duration::from_secs(5);
/// So long a commit may take after its writing was heard.
const LATE: Duration = Duration::from_mins(1);

/// How long one sleeps between two looks when nothing did for a while, where writing is heard of, and at a file of which
/// nobody tells. The clock may be set meanwhile.
const TOLD: Duration = Duration::from_secs(5);
const UNTOLD: Duration = Duration::from_millis(500);

/// How often this process has recorded or read what may have letters with it: who sends letters looks when it is more.
static LETTERS: LazyLock<watch::Sender<u64>> = LazyLock::new(watch::Sender::default);

/// What was there at the last look.
#[derive(Debug, Default)]
pub(super) struct News {
    log: Option<Stamp>,
    letters: u64,
    looked: Option<Instant>,
    happened: Option<Instant>,
    watch: Option<Watch>,
    ear: Option<Ear>,
}

/// What a write changes of a file: its number, its length, when it was written.
type Stamp = (u64, u64, i64, i64);

fn stamp(path: &str) -> Option<Stamp> {
    let found = std::fs::metadata(path).ok()?;
    Some((found.ino(), found.len(), found.mtime(), found.mtime_nsec()))
}

impl Store {
    /// Could there be something new? Then the next look is at all that there is.
    pub fn may_have_news(&mut self) -> bool {
        let now = Instant::now();
        let idle = self.news.looked.map(|looked| now - looked);
        let longest = match &self.backend {
            Backend::Sqlite(path) => {
                let log = stamp(&format!("{path}-wal"));
                if log != self.news.log {
                    self.news.log = log;
                    self.news.happened = Some(now);
                    self.news.looked = Some(now);
                    return true;
                }
                // What was written just after the last look is heard all the same. What a slow disk commits late is
                // not: it was heard when it was written, and is looked for until then.
                let rests = self.news.happened.is_none_or(|happened| happened.elapsed() >= LATE);
                if self.news.watch.is_some() && rests { HEARD } else { FILE }
            }
            Backend::Postgres(_) => {
                if self.news.ear.as_mut().is_some_and(Ear::take) {
                    self.news.looked = Some(now);
                    return true;
                }
                self.pace()
            }
        };
        let due = idle.is_none_or(|idle| idle >= longest);
        if due {
            self.news.looked = Some(now);
        }
        due
    }

    /// Has something happened a moment ago, so that it is looked often? Where nothing has, and where it is heard what
    /// others say and nothing of our own, looking may take its time.
    pub fn is_lively(&self) -> bool {
        !self.hears() && self.news.happened.is_some_and(|happened| happened.elapsed() < A_WHILE)
    }

    fn hears(&self) -> bool {
        self.news.ear.as_ref().is_some_and(Ear::hears)
    }

    /// How often a server is asked.
    fn pace(&self) -> Duration {
        match (self.hears(), self.is_lively()) {
            (true, _) => HEARD,
            (false, true) => LIVELY,
            (false, false) => QUIET,
        }
    }

    /// How long nobody needs to look, when nothing has happened for a while and [`Store::stirred`] is listened to.
    pub fn nap(&mut self) -> Duration {
        let Backend::Sqlite(path) = &self.backend else { return self.pace().min(TOLD) };
        let path = format!("{path}-wal");
        let file = stamp(&path).map(|(file, ..)| file);
        match (file, &self.news.watch) {
            (Some(file), Some(watch)) if watch.is_on(file) => return TOLD,
            (Some(file), _) => self.news.watch = Watch::on(&path, file).ok(),
            (None, _) => self.news.watch = None,
        }
        // Something may have been written just before it was watched.
        UNTOLD
    }

    /// Ends when somebody has written, where that is heard of without asking.
    pub async fn stirred(&self) {
        let heard = match (&self.news.watch, &self.news.ear) {
            (Some(watch), _) => watch.stirred().await.is_ok(),
            (None, Some(ear)) => {
                ear.stirred().await;
                true
            }
            (None, None) => false,
        };
        if !heard {
            std::future::pending::<()>().await;
        }
    }

    /// Somebody has been heard. Can it be read already? Of a file the beginning of writing is heard: it is looked often
    /// for a while.
    pub fn expect_news(&mut self) -> bool {
        match self.backend {
            Backend::Sqlite(_) => self.note_news(),
            Backend::Postgres(_) => return true,
        }
        false
    }

    /// From now on it is listened to what others say.
    pub(super) fn hear_with(&mut self, ear: Ear) {
        self.news.ear = Some(ear);
    }

    /// Says to the engine of a run on a server that something was recorded for it. It is no part of what was recorded: it
    /// may fail, and the engine sees what is there a few seconds later.
    pub(super) async fn tell_engine(&mut self, run: &RunId) {
        // What an engine records itself it knows.
        if self.fence.is_none() {
            self.say(run.to_string()).await;
        }
    }

    /// Where it is listened, is it heard? Between us and the server may be somebody who keeps it from us.
    pub(super) async fn try_ear(&mut self) {
        let untried = self.news.ear.as_ref().is_some_and(Ear::is_untried);
        let Some(run) = self.fence.as_ref().filter(|_| untried).map(|fence| fence.run.to_string()) else {
            return;
        };
        if self.say(run).await
            && let Some(ear) = &mut self.news.ear
        {
            ear.note_tried();
        }
    }

    async fn say(&mut self, run: String) -> bool {
        let Backend::Postgres(server) = &self.backend else { return false };
        let saying =
            sqlx::query("select cast(pg_notify($1, $2) as text)").bind(server.schema().to_owned()).bind(run);
        let connection = &mut self.connection;
        let said = within(Some(TELLING), async {
            saying.execute(connection).await.map_err(|source| server.fault(source))
        });
        said.await.is_ok()
    }

    /// There was something new, or we have recorded something ourselves.
    pub(super) fn note_news(&mut self) {
        self.news.happened = Some(Instant::now());
    }

    /// There may be letters that were not there before.
    pub(super) fn note_letters() {
        LETTERS.send_modify(|count| *count += 1);
    }

    /// Changes when this process has recorded or read what may have letters with it.
    pub fn letter_calls() -> watch::Receiver<u64> {
        LETTERS.subscribe()
    }

    /// Could there be letters to send? Every few seconds in any case: some fall due, some were called for elsewhere.
    pub fn may_have_letters(&mut self) -> bool {
        let now = Instant::now();
        let letters = *LETTERS.borrow();
        let more = std::mem::replace(&mut self.news.letters, letters) != letters;
        let due = self.news.looked.is_none_or(|looked| now - looked >= A_WHILE);
        if more || due {
            self.news.looked = Some(now);
        }
        more || due
    }
}
