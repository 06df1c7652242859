//! kill -9 of the engine at random instants, several in a row.

use crate::ledger::compare;
use crate::person::{Harm, Person};
use crate::servers::Kind;
use crate::trials::{all, long};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Kills of one run, one after the other.
const IN_A_ROW: u64 = 4;

/// `MONTHSTART_SEED` repeats a run of this test.
fn seed() -> u64 {
    let given = std::env::var("MONTHSTART_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| jiff::Timestamp::now().as_millisecond().unsigned_abs())
}

/// A small generator (xorshift): what matters is only that it can be repeated.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// How long a run takes that nobody kills, in microseconds: the shorter of two, because the machine may be busy.
fn whole(server: Option<Kind>) -> u64 {
    let time = || {
        let mut person = Person::on(server, Harm::Engine);
        let began = Instant::now();
        person.drive_for(Duration::from_mins(1));
        u64::try_from(began.elapsed().as_micros()).unwrap()
    };
    time().min(time())
}

fn kill_at_random(server: Option<Kind>, kills: usize) {
    let (seed, whole) = (seed(), whole(server));
    eprintln!("seed {seed}, {} ms a run", whole / 1_000);
    let (killed, worlds) = (AtomicUsize::new(0), (1..=4 * kills as u64).collect::<Vec<_>>());
    all(&worlds, |number| {
        if killed.load(Ordering::Relaxed) >= kills {
            return;
        }
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (number << 17) | 1;
        random(&mut state);
        let mut person = Person::on(server, Harm::Engine);
        for kill in 1..=IN_A_ROW {
            // What is left of the run takes less and less time.
            let out = person.drive_for(Duration::from_micros(random(&mut state) % (whole / kill)));
            killed.fetch_add(usize::from(out.code == 137), Ordering::Relaxed);
            let status = person.look();
            // Every second time a person decides at once; else the next engine finds what this one left.
            if random(&mut state).is_multiple_of(2) {
                person.decide(&status);
            }
        }
        person.bring_home();
        compare(&person);
    });
    let killed = killed.into_inner();
    assert!(killed >= kills, "only {killed} kills");
    eprintln!("{killed} kills");
}

#[test]
fn the_engine_is_killed_at_random_instants() {
    kill_at_random(None, if long() { 1_000 } else { 16 });
}

#[test]
fn the_engine_is_killed_at_random_instants_with_its_journal_on_a_server() {
    kill_at_random(Some(Kind::Postgres), if long() { 1_000 } else { 8 });
}
