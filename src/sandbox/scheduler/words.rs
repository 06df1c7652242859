//! What the scheduler prints: its own words, in Chinese as the real one's are.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::task::{State, Task};

/// A line of a task's log.
pub(super) fn line(at: i64, text: &str) -> String {
    format!("{} {text}\n", time(at))
}

fn time(at: i64) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or_default();
    // It stands where its operators are.
    let zone = TimeZone::fixed(Offset::constant(8));
    at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// What `find`, `submit`, `redo` and `pass` print.
pub(super) fn brief(task: &Task) -> String {
    format!("{} {} {} {}", task.id, task.flow, task.batch, task.state.word())
}

/// What `state` prints.
pub(super) fn state(task: &Task) -> String {
    let started = task.started.map(|at| format!(" started={}", time(at))).unwrap_or_default();
    let ended = task.ends.map(|at| format!(" ended={}", time(at))).unwrap_or_default();
    let word = task.state.word();
    match task.state {
        State::Wait => format!("{word} waits_for={}", task.waits_for),
        State::Running => format!("{word}{started}"),
        State::Success | State::Passed => format!("{word}{started}{ended}"),
        State::Failed | State::Killed => format!("{word}{started}{ended} reason={}", task.reason),
    }
}
