//! A runbook orchestrator for the start of a month.
//!
//! `ARCHITECTURE.md` has the map. Modules import only from rows above them (`tests/architecture.rs` says so).

pub mod id;
pub mod sandbox;
pub mod time;
