//! The sending loop: takes what is due, one letter at a time, and records what became of it.
//!
//! A letter is recorded as sent only after the server has taken it, so a crash in between sends it twice with the same
//! Message-ID rather than never.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::transport::{SendError, Transport};
use crate::engine::ports::Stop;
use crate::time::Clock;

/// A letter as the outbox keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its id in the outbox.
    pub id: String,
    /// Its Message-ID, the same at every attempt; angle brackets are put round it where they are missing.
    pub message_id: String,
    /// Addresses.
    pub to: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part; empty: the letter has none.
    pub html: String,
    /// When the event that called for it was recorded; its `Date`.
    pub queued_at: Timestamp,
    /// Attempts made.
    pub attempts: u32,
    /// What became of each address; one that is missing has not been tried.
    pub fates: Fates,
}

impl Letter {
    /// Addresses that still have to get it.
    pub fn pending(&self) -> impl Iterator<Item = &str> {
        let open = |address: &&String| matches!(self.fates.get(*address), None | Some(Fate::Later { .. }));
        self.to.iter().filter(open).map(String::as_str)
    }

    /// Who was refused, in a line; `None` where nobody was.
    fn refused(&self) -> Option<String> {
        let refused: Vec<String> = self
            .fates
            .iter()
            .filter_map(|(address, fate)| match fate {
                Fate::Refused { why } => Some(format!("{address}: {why}")),
                Fate::Delivered | Fate::Later { .. } => None,
            })
            .collect();
        (!refused.is_empty()).then(|| refused.join("; "))
    }
}

/// What became of each address; the outbox keeps it as JSON.
pub type Fates = BTreeMap<String, Fate>;

/// What became of one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fate", rename_all = "snake_case")]
pub enum Fate {
    /// The server has taken the letter for it.
    Delivered,
    /// Refused for good.
    Refused {
        /// What the server says.
        why: String,
    },
    /// Not now; to be tried again.
    Later {
        /// What the server says.
        why: String,
    },
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempted {
    /// Somebody has it and nobody is left to be tried.
    Sent {
        /// Addresses that were refused for good, with reasons.
        refused: Option<String>,
    },
    /// To be tried again.
    Retry {
        /// When.
        at: Timestamp,
        /// Why not now.
        error: String,
    },
    /// Given up.
    Failed {
        /// Why.
        error: String,
    },
}

/// Where letters wait. The store is one.
pub trait Outbox: Send + Sync {
    /// Why it cannot be read or written.
    type Error: Send + Sync;
    /// The right to send, as long as it is held.
    type Turn: Send;

    /// The right to send; `None`: another process is sending just now, and has a letter in its hands perhaps.
    fn turn(&self, now: Timestamp) -> impl Future<Output = Result<Option<Self::Turn>, Self::Error>> + Send;

    /// The letter that has been due longest at `now`.
    fn next_due(&self, now: Timestamp) -> impl Future<Output = Result<Option<Letter>, Self::Error>> + Send;

    /// Ends when it is time to look for letters again: there may be more, or some may have become due.
    fn called(&self) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(LOOK)
    }

    /// Ends when an outbox that failed in this way may be tried again.
    fn mended(&self, error: &Self::Error) -> impl Future<Output = ()> + Send;

    /// Keeps how an attempt ended, together with the letter's `attempts` and `fates` as they are now.
    fn record(
        &self,
        letter: &Letter,
        attempted: &Attempted,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Why [`drain`] or [`deliver`] came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drained {
    /// Nothing is due, or a stop was wished.
    Empty,
    /// Another process is sending: what is due may be in its hands.
    Elsewhere,
    /// The server refused the login. Accounts lock: nothing more is tried by this process.
    LoginRefused {
        /// What the server says.
        why: String,
    },
}

/// Between two looks for letters that became due, in an outbox that nobody hears of.
const LOOK: Duration = Duration::from_secs(1);
/// Between two looks whether somebody else is still sending.
const TURN: Duration = Duration::from_millis(50);
/// Delays after the first attempts.
const FIRST_DELAYS: [u64; 5] = [5, 15, 60, 300, 900];
/// The delay after each further one.
const LATER_DELAY: u64 = 1_800;
/// For three days.
const LATER_ATTEMPTS: u32 = 3 * 24 * 2;

/// The delay after attempt `attempts` (from 1) failed; `None`: given up. Counted in attempts, so that days in which
/// nothing ran take no chance away from a letter.
pub fn delay_after(attempts: u32) -> Option<Duration> {
    let index = attempts.saturating_sub(1);
    let first = FIRST_DELAYS.get(index as usize).copied();
    let later = || (index < LATER_ATTEMPTS + 5).then_some(LATER_DELAY);
    first.or_else(later).map(Duration::from_secs)
}

/// Sends what is due until a stop is wished or the login is refused. An outbox that fails is tried again after a while;
/// its error is the end only where it still stands when a stop is wished. Dropping it is safe at any time: a letter whose
/// answer was not recorded goes out again.
pub async fn deliver<O: Outbox>(
    outbox: &O,
    transport: &Transport,
    clock: &dyn Clock,
    mut stop: Stop,
) -> Result<Drained, O::Error> {
    loop {
        // A stop is heard between letters: one that is on its way comes to a known end.
        let drained = drain(outbox, transport, clock).await;
        if let Ok(Drained::LoginRefused { .. }) = drained {
            return drained;
        }
        let again = async {
            match &drained {
                Ok(_) => outbox.called().await,
                Err(error) => outbox.mended(error).await,
            }
        };
        tokio::select! {
            () = stop.requested() => return drained,
            () = again => {}
        }
    }
}

/// Sends what is due as soon as nobody else is sending.
pub async fn drain_in_turn<O: Outbox>(
    outbox: &O,
    transport: &Transport,
    clock: &dyn Clock,
) -> Result<Drained, O::Error> {
    loop {
        match drain(outbox, transport, clock).await {
            Ok(Drained::Elsewhere) => tokio::time::sleep(TURN).await,
            ended => return ended,
        }
    }
}

/// Sends what is due now, if nobody else is sending.
pub async fn drain<O: Outbox>(
    outbox: &O,
    transport: &Transport,
    clock: &dyn Clock,
) -> Result<Drained, O::Error> {
    let Some(_turn) = outbox.turn(clock.now()).await? else { return Ok(Drained::Elsewhere) };
    while let Some(mut letter) = outbox.next_due(clock.now()).await? {
        letter.attempts = letter.attempts.saturating_add(1);
        let result = transport.send(&letter).await;
        let refused = match &result {
            Err(SendError::Login(why)) => Some(why.clone()),
            _ => None,
        };
        let attempted = after(&mut letter, result, clock.now());
        let recorded = outbox.record(&letter, &attempted).await;
        // Even where that could not be written down: nobody may take it for a reason to try again.
        if let Some(why) = refused {
            return Ok(Drained::LoginRefused { why });
        }
        recorded?;
    }
    Ok(Drained::Empty)
}

/// How an attempt ended, for the letter as a whole.
fn after(letter: &mut Letter, result: Result<Fates, SendError>, now: Timestamp) -> Attempted {
    match result {
        Ok(fates) => {
            letter.fates.extend(fates);
            settled(letter, now)
        }
        Err(SendError::Permanent(error)) => Attempted::Failed { error },
        // A locked account helps nobody: the next run tries, this one does not.
        Err(SendError::Login(error)) => again(letter.attempts, Duration::from_secs(LATER_DELAY), error, now),
        Err(SendError::Temporary(error)) => later(letter.attempts, error, now),
    }
}

fn settled(letter: &Letter, now: Timestamp) -> Attempted {
    let waits = letter.fates.values().find_map(|fate| match fate {
        Fate::Later { why } => Some(why.clone()),
        Fate::Delivered | Fate::Refused { .. } => None,
    });
    let delivered = letter.fates.values().any(|fate| *fate == Fate::Delivered);
    let refused = letter.refused();
    match (waits, delivered, refused) {
        (Some(error), delivered, refused) => match later(letter.attempts, error, now) {
            // Those who have it have it: the letter is sent, and the others are named.
            Attempted::Failed { error } if delivered => Attempted::Sent {
                refused: Some([refused, Some(error)].into_iter().flatten().collect::<Vec<_>>().join("; ")),
            },
            attempted => attempted,
        },
        (None, true, refused) => Attempted::Sent { refused },
        (None, false, refused) => Attempted::Failed { error: refused.unwrap_or_default() },
    }
}

fn later(attempts: u32, error: String, now: Timestamp) -> Attempted {
    match delay_after(attempts) {
        Some(delay) => again(attempts, delay, error, now),
        None => Attempted::Failed { error },
    }
}

fn again(attempts: u32, delay: Duration, error: String, now: Timestamp) -> Attempted {
    if delay_after(attempts).is_none() {
        return Attempted::Failed { error };
    }
    Attempted::Retry { at: now.checked_add(delay).unwrap_or(Timestamp::MAX), error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_back_off_grows_and_ends_after_three_days() {
        let seconds = |n| delay_after(n).map(|delay| delay.as_secs());
        assert_eq!([1, 2, 3, 4, 5, 6].map(seconds), [5, 15, 60, 300, 900, 1_800].map(Some));
        assert_eq!(seconds(149), Some(1_800));
        assert_eq!(seconds(150), None);
        assert_eq!(seconds(u32::MAX), None);
    }

    #[test]
    fn one_refused_address_takes_the_letter_from_nobody() {
        let fates = |list: &[(&str, Fate)]| -> Fates {
            list.iter().map(|(address, fate)| ((*address).to_owned(), fate.clone())).collect()
        };
        let refused = || Fate::Refused { why: "no such user".to_owned() };
        let waits = || Fate::Later { why: "grey".to_owned() };
        let run = |attempts: u32, list: &[(&str, Fate)]| {
            let to = list.iter().map(|(address, _)| (*address).to_owned()).collect();
            let mut letter = Letter { to, attempts, ..letter() };
            after(&mut letter, Ok(fates(list)), Timestamp::UNIX_EPOCH)
        };
        let sent = run(1, &[("a@x", Fate::Delivered), ("b@x", refused())]);
        assert_eq!(sent, Attempted::Sent { refused: Some("b@x: no such user".to_owned()) });
        let failed = run(1, &[("b@x", refused())]);
        assert_eq!(failed, Attempted::Failed { error: "b@x: no such user".to_owned() });
        let retried = run(1, &[("a@x", Fate::Delivered), ("b@x", waits())]);
        let at = Timestamp::UNIX_EPOCH + Duration::from_secs(5);
        assert_eq!(retried, Attempted::Retry { at, error: "grey".to_owned() });
        let given_up = run(150, &[("a@x", Fate::Delivered), ("b@x", waits())]);
        assert_eq!(given_up, Attempted::Sent { refused: Some("grey".to_owned()) });
    }

    fn letter() -> Letter {
        Letter {
            id: "1".to_owned(),
            message_id: "<1@x>".to_owned(),
            to: Vec::new(),
            subject: String::new(),
            text: String::new(),
            html: String::new(),
            queued_at: Timestamp::UNIX_EPOCH,
            attempts: 0,
            fates: Fates::new(),
        }
    }
}
