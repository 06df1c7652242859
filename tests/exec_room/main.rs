//! The executor with real processes and real `SQLite` files.

mod check;
mod evidence;
mod flow;
mod run;
mod sql;
mod words;
mod world;
