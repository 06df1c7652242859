//! `wait:` steps: until a file is there and no longer changes, until a moment has come, until a value is what it should be.

use std::io;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::attempt::{Attempt, Done};
use super::check;
use super::files::{Place, Print, place, size};
use super::http;
use super::log::Log;
use crate::msg;
use crate::plan::{Check, Poll, Subject, Template, Wait};
use crate::run::Failure;
use crate::run::event::Json;
use crate::time::{Clock as _, SystemClock, rfc3339, show_duration};
use crate::words::Msg;

/// How often a file is looked at.
const FILE: Duration = Duration::from_secs(1);
/// How often a value is looked at.
const VALUE: Duration = Duration::from_secs(10);
/// How often the clock is looked at: it may be set while a step waits.
const CLOCK: Duration = Duration::from_secs(30);

/// A `wait:` step.
pub(super) async fn step(attempt: &Attempt, what: &Wait, poll: Option<Poll>) -> Result<Done, Failure> {
    let within = poll.and_then(|poll| poll.within);
    let every = |usual| poll.map_or(usual, |poll| poll.every);
    let watch = match what {
        Wait::File { file, stable_for } => {
            let place = whereabouts(attempt, file).map_err(|why| attempt.not_started(&why))?;
            Watch::File(FileWatch { place, wanted: *stable_for, every: every(FILE), seen: None })
        }
        Wait::Until(moment) => Watch::Until(*moment),
        Wait::Sql { text, connection, expect } => {
            let subject = Subject::Value {
                text: text.clone(),
                connection: connection.clone(),
                expect: Some(expect.clone()),
                like: None,
            };
            let item = Check { subject, since: None, warn: false };
            let poll = Poll { every: every(VALUE), within };
            return check::step(attempt, &[item], Some(poll)).await;
        }
        Wait::Http(request) => return http::wait(attempt, request, poll).await,
    };
    let mut log = attempt.log();
    let done = watched(attempt, watch, within, &mut log).await?;
    Ok(attempt.with_log_trouble(done, &mut log))
}

fn whereabouts(attempt: &Attempt, file: &Template) -> Result<Place, Msg> {
    place(&attempt.room, &attempt.values.text(file)?)
}

/// Looks again and again, says each time how it stands, and gives up when it has taken too long.
async fn watched(
    attempt: &Attempt,
    mut watch: Watch,
    within: Option<Duration>,
    log: &mut Log,
) -> Result<Done, Failure> {
    let mut stop = attempt.stop();
    let until = attempt.until(within);
    let mut told = String::new();
    loop {
        let (words, again) = match watch.look(attempt) {
            Seen::Enough(done) => {
                done.remarks.iter().for_each(|words| log.line(words));
                return Ok(done);
            }
            Seen::Never(why) => return Err(attempt.not_started(&why)),
            Seen::NotYet { words, again } => (attempt.say(&words), again),
        };
        attempt.notes.send(&words);
        if told != words {
            log.line(&words);
            told.clone_from(&words);
        }
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return Err(Failure::Unmet { found: vec![words] });
        }
        tokio::select! {
            () = stop.requested() => return Err(Failure::Cancelled),
            () = sleep(left.map_or(again, |left| left.min(again))) => {}
        }
    }
}

/// What is waited for.
enum Watch {
    File(FileWatch),
    Until(Timestamp),
}

/// What one look finds.
enum Seen {
    /// It is so.
    Enough(Done),
    /// It is not so yet: how it stands, and when it is looked at again.
    NotYet { words: Msg, again: Duration },
    /// No look will ever find it.
    Never(Msg),
}

impl Watch {
    fn look(&mut self, attempt: &Attempt) -> Seen {
        match self {
            Watch::File(file) => file.look(attempt),
            Watch::Until(moment) => {
                let shown = rfc3339(*moment, &attempt.room.project.zone);
                // A moment that has passed leaves nothing.
                let left = Duration::try_from(moment.duration_since(SystemClock.now())).unwrap_or_default();
                if left.is_zero() {
                    let remarks = vec![attempt.say(&msg!("wait-until-past", at = shown))];
                    return Seen::Enough(Done { remarks, ..Done::default() });
                }
                Seen::NotYet { words: msg!("wait-until", at = shown), again: left.min(CLOCK) }
            }
        }
    }
}

/// A file that is waited for.
struct FileWatch {
    place: Place,
    wanted: Option<Duration>,
    every: Duration,
    /// As it was found, and since when it is found so.
    seen: Option<(Print, Instant)>,
}

impl FileWatch {
    fn look(&mut self, attempt: &Attempt) -> Seen {
        let found = self.place.real().and_then(|file| match file {
            Some(file) => std::fs::metadata(file).map(Some),
            None => Ok(None),
        });
        let file = self.place.shown.clone();
        let words = match found {
            Ok(Some(found)) if found.is_file() => {
                let print = Print::of(&found);
                match self.changing(print) {
                    None => return Seen::Enough(self.there(attempt, print)),
                    Some(words) => words,
                }
            }
            Ok(Some(_)) => self.away(msg!("wait-file-not-a-file", file = file)),
            Ok(None) => return Seen::Never(msg!("exec-file-outside", file = file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.away(msg!("wait-file-missing", file = file))
            }
            Err(error) => self.away(msg!("exec-file-unreadable", file = file, why = error.to_string())),
        };
        Seen::NotYet { words, again: self.every }
    }

    /// What was seen of it before counts no more.
    fn away(&mut self, words: Msg) -> Msg {
        self.seen = None;
        words
    }

    /// How it changes; `None`, when it has been the same for long enough. What was last written long ago needs only be
    /// found the same twice.
    fn changing(&mut self, print: Print) -> Option<Msg> {
        let wanted = self.wanted?;
        let (file, size) = (self.place.shown.clone(), size(print.size));
        let since = match self.seen {
            Some((before, since)) if before == print => since,
            before => {
                self.seen = Some((print, Instant::now()));
                let zero = show_duration(Duration::ZERO);
                return Some(match before {
                    Some(_) => msg!("wait-file-growing", file = file, size = size),
                    None => msg!(
                        "wait-file-stable",
                        file = file,
                        size = size,
                        since = zero,
                        wanted = show_duration(wanted)
                    ),
                });
            }
        };
        let written = Timestamp::from_second(print.written).unwrap_or(Timestamp::MAX);
        let age = Duration::try_from(SystemClock.now().duration_since(written)).unwrap_or_default();
        let (same, wanted_words) = (since.elapsed(), show_duration(wanted));
        // The time of writing is known to the second.
        let enough = same >= wanted || age > wanted + Duration::from_secs(1);
        (!enough).then(|| {
            msg!(
                "wait-file-stable",
                file = file,
                size = size,
                since = show_duration(same),
                wanted = wanted_words
            )
        })
    }

    fn there(&self, attempt: &Attempt, print: Print) -> Done {
        let words = msg!("wait-file-there", file = self.place.shown.clone(), size = size(print.size));
        let outputs = [("bytes".to_owned(), Json::from(print.size))];
        Done { outputs: outputs.into(), remarks: vec![attempt.say(&words)] }
    }
}
