//! Letters: what a handover says, how it becomes a message, how it leaves, and how often that is tried.
//!
//! The room promises that a letter which an event called for goes out at least once with one Message-ID, that nothing
//! from outside becomes a header, HTML or a second letter, and that a dead mail server holds up nothing but letters.

mod handover;
mod letter;
mod message;
mod outbox;
mod smtp;
mod transport;

pub use handover::{HandoverScribe, Recipients};
pub use message::{MessageError, Sender, Wire};
pub use outbox::{
    Attempted, Drained, Fate, Fates, Letter, Outbox, delay_after, deliver, drain, drain_in_turn,
};
pub use transport::{Files, Greeted, Options, Resolve, SendError, SetupError, Transport};
