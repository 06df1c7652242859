//! A runbook orchestrator for the start of a month.
//!
//! `ARCHITECTURE.md` has the map. Modules import only from rows above them (`tests/architecture.rs` says so).

pub mod cli;
pub mod engine;
pub mod exec;
pub mod id;
pub mod keeper;
pub mod mail;
pub mod plan;
pub mod progress;
pub mod run;
pub mod runbook;
pub mod sandbox;
pub mod server;
pub mod store;
pub mod time;
pub mod words;
