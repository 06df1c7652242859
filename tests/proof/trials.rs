//! Many trials, as many at a time as there are cores; every one that fails is told, with its world kept.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The long form goes over every point.
pub(crate) fn long() -> bool {
    std::env::var_os("MONTHSTART_LONG").is_some_and(|value| !value.is_empty())
}

/// `count` of the points from 1 to `last`, evenly; all of them in the long form.
pub(crate) fn points(last: usize, count: usize) -> Vec<usize> {
    if long() || last <= count {
        return (1..=last).collect();
    }
    (0..count).map(|n| 1 + n * last / count + last / count / 2).collect()
}

/// Tries every case; one sweep at a time, so that sweeps do not take each other's time.
#[track_caller]
pub(crate) fn all<T: Sync + std::fmt::Debug>(cases: &[T], trial: impl Fn(&T) + Sync) {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock();
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = catch_unwind(AssertUnwindSafe(|| trial(case))) {
                        failed.lock().unwrap().push(format!("{case:?}: {}", words(why.as_ref())));
                    }
                }
            });
        }
    });
    drop(turn);
    let failed = failed.into_inner().unwrap();
    let some: Vec<&str> = failed.iter().take(5).map(String::as_str).collect();
    assert!(failed.is_empty(), "{} of {} trials failed:\n{}", failed.len(), cases.len(), some.join("\n\n"));
}

fn words(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("?")
}
