//! The loop that drives a run: record, then act, then tell. Its ports are traits, so that a test can script them.

pub mod ports;
