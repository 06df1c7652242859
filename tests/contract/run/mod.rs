//! Runs from their start to their end: order, failure, processes, databases, schedulers, exit codes.

mod check;
mod codes;
mod exec;
mod fail;
mod flow;
mod load;
mod order;
mod output;
mod random;
mod reach;
mod servers;
mod sql;
mod wait;
mod watch;
