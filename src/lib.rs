//! A runbook orchestrator for the start of a month.
//!
//! `ARCHITECTURE.md` has the map. Modules import only from rows above them (`tests/architecture.rs` says so).

pub mod engine;
pub mod id;
pub mod mail;
pub mod plan;
pub mod run;
pub mod runbook;
pub mod time;
pub mod words;
