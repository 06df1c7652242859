//! kill -9 of the engine at random instants, several in a row.

use crate::ledger::compare;
use crate::person::{Harm, Person};
use crate::trials::{all, long};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Kills of one run, one after the other.
const IN_A_ROW: usize = 4;

/// Kills of the short and of the long form.
fn kills() -> usize {
    if long() { 1_000 } else { 32 }
}

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

/// How long a run takes that nobody kills.
fn whole() -> Duration {
    let began = Instant::now();
    let mut person = Person::new(Harm::Death);
    person.drive_for(Duration::from_mins(1));
    began.elapsed()
}

#[test]
fn the_engine_is_killed_at_random_instants() {
    let (seed, whole) = (seed(), u64::try_from(whole().as_micros()).unwrap());
    println!("seed {seed}, {} ms a run", whole / 1_000);
    let worlds: Vec<u64> = (1..).take(kills().div_ceil(IN_A_ROW)).collect();
    let killed = AtomicUsize::new(0);
    all(&worlds, |number| {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (number << 17) | 1;
        random(&mut state);
        let mut person = Person::new(Harm::Death);
        for _ in 0..IN_A_ROW {
            let out = person.drive_for(Duration::from_micros(random(&mut state) % whole));
            killed.fetch_add(usize::from(out.code == 137), Ordering::Relaxed);
            let status = person.look();
            // Every second time a person decides at once; else the next engine finds what this one left.
            if random(&mut state) % 2 == 0 {
                person.decide(&status);
            }
        }
        person.bring_home();
        compare(&person);
    });
    println!("{} kills of {} runs", killed.into_inner(), worlds.len());
}
