//! The executor with real processes and real `SQLite` files.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

mod check;
mod evidence;
mod flow;
mod load;
mod run;
mod sql;
mod wait;
mod words;
mod world;
