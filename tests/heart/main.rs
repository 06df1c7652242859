//! The heart under tables and properties: no clock, no process, no database.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

mod bench;
mod doubt;
mod life;
mod random;
mod redo;
mod renew;
#[path = "../support/sketch.rs"]
mod sketch;
mod why;
