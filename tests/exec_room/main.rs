//! The executor with real processes and real SQLite files.

mod run;
mod sql;
mod world;
