//! What those at the terminal want of a run that is driven, what they are told, and how driving ends.

use crate::plan::NodeId;
use crate::run::{Asker, Record, Refusal, Request};
use crate::words::Msg;

/// What a person at the terminal, or a signal, wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// A decision.
    Request(Box<(Asker, Request)>),
    /// Ctrl-C: nothing more starts; what about what runs?
    Interrupt,
    /// The answer to that, or a second Ctrl-C, or SIGTERM.
    Choice(Choice),
    /// Nobody will answer at this terminal any more.
    Unattended,
}

/// What happens to what runs when the run is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// It is waited for; nothing more starts.
    Wait,
    /// It is stopped, and the run is left when it has ended.
    Stop,
    /// The run is left at once.
    Leave,
    /// It was not meant: everything goes on.
    GoOn,
}

/// What is told to those who watch.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// These were recorded, by us or by others.
    Events(Vec<Record>),
    /// How a step goes; not recorded.
    Note(NodeId, String),
    /// A wish was not granted.
    Refused(Refusal),
    /// Ctrl-C was pressed: what about what runs?
    Interrupted,
    /// The journal's server is away, or there again.
    Journal(Msg),
}

/// How driving came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Every step is done.
    Succeeded,
    /// A person has to decide, and nobody is at the terminal.
    Halted,
    /// Stopped for good.
    Cancelled,
    /// Only people or time can move it on, and waiting was not wanted.
    Waiting,
    /// Left by a signal; resumable.
    Interrupted,
}
