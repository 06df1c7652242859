//! The executor with real processes and real `SQLite` files.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

mod check;
mod check_former;
mod check_since;
mod check_table;
mod evidence;
mod flow;
mod flow_again;
mod flow_follow;
mod flow_means;
mod http;
mod keeper;
mod load;
mod load_exact;
mod post;
mod run;
mod scheduler;
#[path = "../support/http.rs"]
mod server;
mod shadow;
mod sql;
mod wait;
mod words;
mod world;
