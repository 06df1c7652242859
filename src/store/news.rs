//! Could somebody have recorded something since the last look? Asked five times a second for days: it has to cost next to
//! nothing.

use std::os::unix::fs::MetadataExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::Store;
use super::backend::Backend;

/// However still it is: after so long it is looked all the same. Times of files are as coarse as the kernel's ticks.
const FILE: Duration = Duration::from_secs(2);
/// A server is asked so often while things happen, and so often when nothing did for a while.
const LIVELY: Duration = Duration::from_millis(200);
const QUIET: Duration = Duration::from_secs(1);
const A_WHILE: Duration = Duration::from_secs(5);

/// How many batches with letters this process has recorded: who sends letters looks when there are more.
static LETTERS: AtomicU64 = AtomicU64::new(0);

/// What was there at the last look.
#[derive(Debug, Default)]
pub(super) struct News {
    log: Option<Stamp>,
    letters: u64,
    looked: Option<Instant>,
    happened: Option<Instant>,
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
                FILE
            }
            Backend::Postgres(_) if self.is_lively() => LIVELY,
            Backend::Postgres(_) => QUIET,
        };
        let due = idle.is_none_or(|idle| idle >= longest);
        if due {
            self.news.looked = Some(now);
        }
        due
    }

    /// Has something happened a moment ago? Where nothing has, looking may take its time.
    pub fn is_lively(&self) -> bool {
        self.news.happened.is_some_and(|happened| happened.elapsed() < A_WHILE)
    }

    /// There was something new, or we have recorded something ourselves.
    pub(super) fn note_news(&mut self) {
        self.news.happened = Some(Instant::now());
    }

    /// Letters were recorded by this process.
    pub(super) fn note_letters() {
        LETTERS.fetch_add(1, Ordering::Relaxed);
    }

    /// Could there be letters to send? Every few seconds in any case: some fall due, some were called for elsewhere.
    pub fn may_have_letters(&mut self) -> bool {
        let now = Instant::now();
        let letters = LETTERS.load(Ordering::Relaxed);
        let more = std::mem::replace(&mut self.news.letters, letters) != letters;
        let due = self.news.looked.is_none_or(|looked| now - looked >= A_WHILE);
        if more || due {
            self.news.looked = Some(now);
        }
        more || due
    }
}
