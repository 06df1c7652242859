//! Keepers that die as soon as they are started: a few are tried, with growing pauses, then none is to be had.

use std::process::ExitStatus;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::protocol::NotStarted;

/// So many keepers in a row may die before they were of any use.
const TRIES: u32 = 4;

/// After the first of them; after each further one four times as long.
const PAUSE: Duration = Duration::from_millis(100);

/// A keeper that has lived that long has not died at its birth.
const GROWN: Duration = Duration::from_secs(10);

/// How the latest keepers have begun.
#[derive(Debug, Default)]
pub(super) struct Births {
    /// So many in a row were of no use.
    vain: u32,
    /// How the last one ended.
    end: Option<ExitStatus>,
}

impl Births {
    /// A keeper was of use.
    pub(super) fn useful(&mut self) {
        self.vain = 0;
    }

    /// A keeper that was met at `since` has died.
    pub(super) fn died(&mut self, since: Instant) {
        self.vain = if since.elapsed() >= GROWN { 0 } else { self.vain + 1 };
    }

    /// How one of them ended.
    pub(super) fn ended(&mut self, end: Option<ExitStatus>) {
        self.end = end.or(self.end);
    }

    /// Enough of them were tried. The next who asks may try one more.
    pub(super) fn are_hopeless(&self) -> bool {
        self.vain >= TRIES
    }

    /// The time before the next one.
    pub(super) async fn pause(&self) {
        sleep(pause(self.vain)).await;
    }

    /// Why there is none.
    pub(super) fn why(&self) -> NotStarted {
        let how = self.end.map_or_else(|| "…".to_owned(), |end| end.to_string());
        NotStarted::KeeperDies(how)
    }
}

fn pause(vain: u32) -> Duration {
    match vain {
        0 => Duration::ZERO,
        vain => PAUSE * 4_u32.pow(vain.min(TRIES) - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_come_to_an_end() {
        let pauses: Vec<u128> = (0..TRIES).map(|vain| pause(vain).as_millis()).collect();
        assert_eq!(pauses, [0, 100, 400, 1_600]);
    }

    #[test]
    fn only_keepers_that_die_young_and_useless_are_counted() {
        let mut births = Births::default();
        (1..TRIES).for_each(|_| births.died(Instant::now()));
        assert!(!births.are_hopeless());
        births.died(Instant::now());
        assert!(births.are_hopeless());
        births.useful();
        assert!(!births.are_hopeless());
    }
}
