//! The loop that drives a run: record, then act, then tell. Its ports are traits, so that a test can script them.

mod drive;
mod journal;
pub mod ports;

pub use drive::{Choice, Driver, End, Told, Wish, skip_this_month};
pub use journal::{Journal, Recorded, Tools};
