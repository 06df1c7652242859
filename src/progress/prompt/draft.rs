//! What a person is about to ask, before it is sent.

use std::collections::BTreeMap;

use super::Choice;
use crate::plan::NodeId;
use crate::run::{Answer, Request, Verdict};

/// An answer to a gate in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Yes or no.
    pub verdict: Verdict,
    /// For one value of `each`.
    pub value: Option<String>,
    /// What was filled in; a field that is left to its default is not in it.
    pub form: BTreeMap<String, String>,
    /// What is added.
    pub note: Option<String>,
}

impl Draft {
    /// An answer with nothing but its verdict.
    pub fn new(verdict: Verdict) -> Self {
        Draft { verdict, value: None, form: BTreeMap::new(), note: None }
    }
}

/// What may be done about a failed or lost step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Again.
    Retry,
    /// Do not run it.
    Skip,
    /// Count it as done.
    Force,
    /// A lost step was done.
    SettleDone,
    /// A lost step failed.
    SettleFailed,
}

impl Verb {
    /// Its word, as ids of the catalogue end in it.
    pub fn word(self) -> &'static str {
        match self {
            Verb::Retry => "retry",
            Verb::Skip => "skip",
            Verb::Force => "force",
            Verb::SettleDone => "settle-done",
            Verb::SettleFailed => "settle-failed",
        }
    }
}

/// What the person wants, complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// An answer.
    Answer(Draft),
    /// A repair, and why.
    Repair(Verb, Option<String>),
    /// Something about the steps that run.
    Interrupt(Choice),
}

impl Wanted {
    /// The request that it is about `step`; none for an interruption.
    pub fn request(&self, step: NodeId) -> Option<Request> {
        let (verb, reason) = match self {
            Wanted::Interrupt(_) => return None,
            Wanted::Answer(draft) => {
                return Some(Request::Answer(Answer {
                    step,
                    verdict: draft.verdict,
                    value: draft.value.clone(),
                    note: draft.note.clone(),
                    form: draft.form.clone(),
                    in_advance: false,
                }));
            }
            Wanted::Repair(verb, reason) => (verb, reason.clone()),
        };
        let why = reason.clone().unwrap_or_default();
        Some(match verb {
            Verb::Retry => Request::Retry { steps: vec![step], reason },
            Verb::Skip => Request::Skip { steps: vec![step], reason: why },
            Verb::Force => Request::Force { steps: vec![step], reason: why },
            Verb::SettleDone => Request::Settle { step, done: true, reason: why },
            Verb::SettleFailed => Request::Settle { step, done: false, reason: why },
        })
    }
}
