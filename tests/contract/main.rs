//! The contract of the command line, told by the binary alone: no test here knows how the product is built.
//!
//! A case lays out a project in a temporary folder, drives the binary with a hard time limit, and looks at exit
//! codes, output, files that steps wrote, letters and databases. Nothing waits by the clock: what takes time is
//! polled for with a deadline. `MONTHSTART_UNDER_TEST` names another binary to try.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::format_collect,
    reason = "a test speaks by failing, starts processes, polls the clock, and writes its texts plainly"
)]

mod harness;

mod again;
mod against;
mod attach;
mod crash;
mod databases;
mod demo;
mod doctor;
mod faults;
mod fire;
mod fmt;
mod gates;
mod journal;
mod keeper;
mod latest;
mod left;
mod logs;
mod long;
mod mail;
mod markers;
mod misc;
mod operator;
mod orphans;
mod plan;
mod reboot;
#[path = "../support/relay.rs"]
mod relay;
mod run;
mod scheduler;
#[path = "../support/http.rs"]
mod server;
#[path = "../support/servers.rs"]
mod servers;
mod settle;
mod shipped;
mod staged;
mod terminal;
#[path = "../common/totals/mod.rs"]
mod totals;
mod validate;
mod verbs;
mod verify;
mod why;
