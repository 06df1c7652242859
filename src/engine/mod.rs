//! The loop that drives a run: record, then act, then tell. Its ports are traits, so that a test can script them.

mod drive;
mod grant;
mod journal;
mod leave;
pub mod ports;
mod start;
mod tell;
mod timers;
mod wait;
mod wish;

pub use crate::run::scheduler::skip_this_month;
pub use drive::Driver;
pub use journal::{Granted, Journal, Recorded, Tools};
pub use wish::{Choice, End, Told, Wish};
