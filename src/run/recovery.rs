//! What becomes of attempts that were in flight when their engine died: decided from what the journal says and from
//! what an executor could find out.

use serde::{Deserialize, Serialize};

use super::event::{EngineId, Failure};
use super::state::{Life, RunState};
use crate::msg;
use crate::plan::{NodeId, Work};
use crate::words::{Explain, Msg};

/// So many engines may die with a step that would begin again, one after the other, before a person is asked.
pub const PARKED_AFTER: u32 = 3;

/// What an executor knows of an attempt that a former engine began and whose end nobody has recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is at hand: it still runs, or how it ended is known. Its job goes on with it and begins nothing.
    Kept,
    /// It surely has not begun, or beginning it under its token finds out what it did: nothing is done twice.
    Again,
    /// Nobody can know.
    Unknown(Loss),
}

/// Why nobody can know how an attempt ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Its engine died, and nothing else kept hold of it.
    #[default]
    Engine,
    /// Its engine left in order, and cut it short.
    Left,
    /// The answer to its commit was lost and its server stayed away: it failed, and now its marker is asked.
    Unheard,
    /// The keeper of its program died too, or its host has restarted.
    Keeper,
    /// It began on another host, and can only be looked up there.
    Elsewhere {
        /// That host's name.
        host: String,
    },
    /// It ran without a marker in its database, so that the database cannot tell.
    Unmarked,
    /// Its marker says that it began, and something of it was made to last before its end.
    Partly,
    /// It could begin again, but so many engines have died with it that a person has to look first.
    Parked {
        /// How many.
        engines: u32,
    },
}

impl Loss {
    /// May its token still tell how it ended? Else the next attempt begins under a token of its own.
    pub fn may_be_told_later(&self) -> bool {
        !matches!(self, Loss::Unmarked | Loss::Partly)
    }

    /// Has an engine died with it?
    pub fn is_a_death(&self) -> bool {
        !matches!(self, Loss::Left | Loss::Unheard)
    }

    /// The usual one, which journals leave out.
    pub fn is_engine(&self) -> bool {
        *self == Loss::Engine
    }
}

impl Loss {
    /// Its word, as in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Loss::Engine => "engine",
            Loss::Left => "left",
            Loss::Unheard => "unheard",
            Loss::Keeper => "keeper",
            Loss::Elsewhere { .. } => "elsewhere",
            Loss::Unmarked => "unmarked",
            Loss::Partly => "partly",
            Loss::Parked { .. } => "parked",
        }
    }
}

impl Explain for Loss {
    fn explain(&self) -> Msg {
        match self {
            Loss::Engine => msg!("loss-engine"),
            Loss::Left => msg!("loss-left"),
            Loss::Unheard => msg!("loss-unheard"),
            Loss::Keeper => msg!("loss-keeper"),
            Loss::Elsewhere { host } => msg!("loss-elsewhere", host = crate::words::printable(host)),
            Loss::Unmarked => msg!("loss-unmarked"),
            Loss::Partly => msg!("loss-partly"),
            Loss::Parked { engines } => msg!("loss-parked", engines = *engines),
        }
    }
}

/// What becomes of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It goes on: nothing is to be recorded.
    GoesOn,
    /// It is over, and a new attempt begins by itself.
    Again,
    /// A person decides.
    Lost(Loss),
}

/// Attempts whose end is not known. A flow whose id on its platform is known is in no doubt: it can be asked about.
pub fn in_doubt(state: &RunState) -> Vec<NodeId> {
    let doubtful = |id: &&NodeId| matches!(state.step(**id).life, Life::Running { submitted: None });
    state.in_flight().iter().filter(doubtful).copied().collect()
}

/// Steps that failed because nobody heard how their commit ended: their marker tells, and whoever begins them again under
/// their token asks it. Not those that others did not wait for: what comes after them has begun.
pub fn unheard(state: &RunState) -> Vec<NodeId> {
    let asks = |id: &&NodeId| {
        let failure = match &state.step(**id).life {
            Life::Failed { failure, .. } => failure.as_ref(),
            _ => None,
        };
        matches!(failure, Some(Failure::InDoubt { marked: true, .. })) && !state.is_passed(**id)
    };
    match state.cancelled() {
        Some(_) => Vec::new(),
        None => state.troubled().iter().filter(asks).copied().collect(),
    }
}

/// What becomes of the attempt of `id`, of which that was found.
pub fn fate(state: &RunState, id: NodeId, found: Found) -> Fate {
    let node = state.plan().node(id);
    match found {
        Found::Kept => Fate::GoesOn,
        Found::Again => again(state, id),
        // It may run there still, however harmless it would be to do it twice one after the other.
        Found::Unknown(loss @ Loss::Elsewhere { .. }) => Fate::Lost(loss),
        Found::Unknown(_) if node.may_run_again() || is_found_again(state, id) => again(state, id),
        Found::Unknown(loss) => Fate::Lost(loss),
    }
}

/// What was found of an attempt, by the engine `me`: a program that was begun under another state folder runs there or has
/// ended there, and nothing of that is known here. So it is with whatever else cannot be asked about from anywhere.
pub fn seen_from(state: &RunState, id: NodeId, me: &EngineId, found: Found) -> Found {
    let Some(host) = elsewhere(state, id, me) else { return found };
    let work = &state.plan().node(id).work;
    let found_anywhere = work.reads_only() || work.is_keyed() || is_found_again(state, id);
    match (work, &found) {
        (Work::Run { .. }, _) => Found::Unknown(Loss::Elsewhere { host }),
        // That no program of it began here says nothing of there.
        (Work::Flow { .. } | Work::ForcePass { .. }, Found::Again) if !found_anywhere => {
            Found::Unknown(Loss::Elsewhere { host })
        }
        (_, Found::Unknown(_)) if !found_anywhere => Found::Unknown(Loss::Elsewhere { host }),
        _ => found,
    }
}

/// The host on which the present attempt was begun, where its engine worked in another state folder than `me`.
fn elsewhere(state: &RunState, id: NodeId, me: &EngineId) -> Option<String> {
    let under = state.step(id).under.as_deref()?;
    let both = (under.home.as_ref()?, me.home.as_ref()?);
    (both.0 != both.1).then(|| under.host.clone())
}

/// What only waits is in flight for days, and engines come and go meanwhile: it kills none.
fn again(state: &RunState, id: NodeId) -> Fate {
    let engines = state.step(id).losses + 1;
    let waits = state.plan().node(id).work.only_watches();
    match engines < PARKED_AFTER || waits {
        true => Fate::Again,
        false => Fate::Lost(Loss::Parked { engines }),
    }
}

/// A flow that was to be submitted is looked for under the same token: what is there is followed, and only what is surely
/// not there is submitted. What was to be done anew cannot be told from what was there before.
fn is_found_again(state: &RunState, id: NodeId) -> bool {
    matches!(state.plan().node(id).work, Work::Flow { downstream: false, findable: true, .. })
        && !state.step(id).anew
}
