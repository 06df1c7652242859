//! Status words, spelled here and nowhere else; the same words in JSON, in the catalogue's ids and in the store.

use std::fmt;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The one that this word spells.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|status| status.word() == word)
            }

            /// Its word.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }
    };
}

words! {
    /// Where a run stands.
    RunStatus {
        /// Something is in flight or may start.
        Running = "running",
        /// Only people or time can move it on.
        Waiting = "waiting",
        /// A failed, rejected or lost step needs a decision, and nothing else can go on.
        Halted = "halted",
        /// Every step is succeeded, skipped or forced.
        Succeeded = "succeeded",
        /// Stopped for good.
        Cancelled = "cancelled",
    }
}

words! {
    /// Where a stage stands.
    StageStatus {
        /// Nothing of it has begun.
        Pending = "pending",
        /// Something of it is in flight or may start.
        Running = "running",
        /// Only people or time can move it on.
        Waiting = "waiting",
        /// A failed, rejected or lost step of it needs a decision.
        Halted = "halted",
        /// Every step of it is done.
        Succeeded = "succeeded",
        /// The run was cancelled before it was done.
        Cancelled = "cancelled",
    }
}

words! {
    /// Where a step stands.
    StepStatus {
        /// Its turn has not come, or no place is free.
        Pending = "pending",
        /// Kept from starting by a person.
        Held = "held",
        /// In flight.
        Running = "running",
        /// Failed; a further attempt comes by itself.
        Retrying = "retrying",
        /// An open gate, or a check that is looked at again until it holds.
        Waiting = "waiting",
        /// Done.
        Succeeded = "succeeded",
        /// Failed for good; a person decides.
        Failed = "failed",
        /// In flight at a crash; nothing can tell how it ended.
        Lost = "lost",
        /// Does not run.
        Skipped = "skipped",
        /// Counts as done by a person's word.
        Forced = "forced",
    }
}

words! {
    /// Where a gate stands.
    GateStatus {
        /// Not asked yet.
        Pending = "pending",
        /// Asked.
        Open = "open",
        /// Passed.
        Confirmed = "confirmed",
        /// Refused.
        Rejected = "rejected",
        /// What it guarded was skipped or forced, or its answers rested on what is done anew: it is asked again.
        Void = "void",
        /// Its deadline passed and it was told to fail then.
        TimedOut = "timed_out",
    }
}

words! {
    /// Where a letter stands.
    MailStatus {
        /// To be sent, or to be tried again.
        Queued = "queued",
        /// Delivered to the server or written to its file.
        Sent = "sent",
        /// Refused for good.
        Failed = "failed",
    }
}
