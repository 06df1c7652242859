//! Nothing lost, nothing twice: the unchanged binary under faults, compared with ledgers that are not its own.
//!
//! A library between the program and libc (`shim.c`, [ADR 0016](../../docs/adr/0016-faults-by-a-preloaded-library.md))
//! kills it, fills its disk or fails its syncs at every call in turn; other cases kill it at random instants. After each
//! fault a person does what a person would: resumes, looks into the ledgers, says what became of what is lost. Then the
//! run has to be green, and the ledgers tell whether everything happened, and happened once.
//!
//! Each sweep has a short form with a stride, and a long one over every point: `./tests/run --long`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test speaks by failing, starts processes and polls the clock"
)]

mod disk;
mod found;
mod kills;
mod ledger;
mod letters;
mod order;
mod outside;
mod people;
mod person;
#[path = "../support/servers.rs"]
mod servers;
mod shim;
#[path = "../contract/harness/sqlite.rs"]
mod sqlite;
mod sweep;
mod trials;
mod world;
