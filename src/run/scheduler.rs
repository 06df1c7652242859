//! What may start next. Reads only what is startable, so an event costs as much as it changes.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::event::{Event, SkipCause, StepPath};
use super::state::RunState;
use crate::plan::{NodeId, Work};

/// Something that the engine should now bring about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Begin an attempt.
    Start(NodeId),
    /// Ask.
    Ask(NodeId),
    /// The month file says that it does not run.
    SkipThisMonth(NodeId),
    /// Its deadline has passed and it is told to fail then.
    TimeOut(NodeId),
}

/// How many places there are on platforms, by name; no entry: no limit.
pub type PlatformLimits = BTreeMap<String, u32>;

/// What may start now, in the plan's order: everything whose turn has come and for which the run, its stage and its
/// platform have a place.
pub fn next(state: &RunState, now: Timestamp, platforms: &PlatformLimits) -> Vec<Effect> {
    let due = state.retrying().iter().take_while(|(due, _)| *due <= now).map(|(_, id)| *id);
    next_of(state, &due.collect::<Vec<_>>(), now, platforms)
}

/// The same, where a timer says which retries are `due`: only deadlines go by the civil time `now`.
pub fn next_of(state: &RunState, due: &[NodeId], now: Timestamp, platforms: &PlatformLimits) -> Vec<Effect> {
    let mut effects = Vec::new();
    if state.started().is_none() || state.is_stopped() {
        return effects;
    }
    timed_out(state, now, &mut effects);
    let mut places = Places::of(state, platforms);
    // What a retry needs may be open again: a failure that others went on from can be tried once more.
    let due = due.iter().copied().filter(|id| state.is_unblocked(*id));
    for id in state.startable().iter().copied().chain(due).filter(|id| !state.is_held(*id)) {
        let node = state.plan().node(id);
        if node.skip.is_some() {
            effects.push(Effect::SkipThisMonth(id));
        } else if matches!(node.work, Work::Gate(_)) {
            effects.push(Effect::Ask(id));
        } else if !state.takes_a_place(id) || places.take(state, id) {
            effects.push(Effect::Start(id));
        }
    }
    effects
}

/// The next instant at which a gate's deadline passes that fails it.
pub fn next_deadline(state: &RunState) -> Option<Timestamp> {
    failing_gates(state).map(|(deadline, _)| deadline).min()
}

fn failing_gates(state: &RunState) -> impl Iterator<Item = (Timestamp, NodeId)> + '_ {
    state.open().iter().filter_map(|id| {
        let gate = state.plan().node(*id).gate()?;
        let deadline = gate.deadline.filter(|_| gate.fails_on_timeout)?;
        // Whoever has it asked once more after its deadline wants an answer, however late.
        let asked_again = state.step(*id).repairs.last().is_some_and(|mark| mark.at > deadline);
        (!asked_again).then_some((deadline, *id))
    })
}

fn timed_out(state: &RunState, now: Timestamp, effects: &mut Vec<Effect>) {
    effects.extend(
        failing_gates(state).filter(|(deadline, _)| *deadline <= now).map(|(_, id)| Effect::TimeOut(id)),
    );
}

/// The events that skip what the month file says does not run.
pub fn skip_this_month(state: &RunState, id: NodeId) -> Option<Event> {
    let skip = state.plan().node(id).skip.as_ref()?;
    let reason = match &skip.agreed {
        Some(agreed) => format!("{} ({agreed})", skip.reason),
        None => skip.reason.clone(),
    };
    let step = StepPath(state.plan().path(id));
    Some(Event::StepSkipped { step, by: None, reason, cause: SkipCause::Month })
}

/// A limit that has no place left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Full {
    /// The run's: so many steps side by side.
    Run(u32),
    /// The stage's.
    Stage(u32),
    /// A platform's.
    Platform(String, u32),
}

/// The limit that keeps a step whose turn has come from starting, where one does.
pub fn full(state: &RunState, id: NodeId, platforms: &PlatformLimits) -> Option<Full> {
    state.takes_a_place(id).then(|| Places::of(state, platforms).full(state, id)).flatten()
}

/// Places that are taken, and how many there are.
struct Places<'a> {
    platforms: &'a PlatformLimits,
    in_run: u32,
    in_stage: HashMap<u32, u32>,
    on_platform: HashMap<&'a str, u32>,
}

impl<'a> Places<'a> {
    fn of(state: &'a RunState, platforms: &'a PlatformLimits) -> Self {
        let mut places =
            Places { platforms, in_run: 0, in_stage: HashMap::new(), on_platform: HashMap::new() };
        for id in state.in_flight().iter().copied().filter(|id| state.takes_a_place(*id)) {
            places.count(state, id);
        }
        places
    }

    fn count(&mut self, state: &'a RunState, id: NodeId) {
        let node = state.plan().node(id);
        self.in_run += 1;
        *self.in_stage.entry(node.stage.0).or_default() += 1;
        if let Some(platform) = node.platform() {
            *self.on_platform.entry(platform).or_default() += 1;
        }
    }

    fn take(&mut self, state: &'a RunState, id: NodeId) -> bool {
        let free = self.full(state, id).is_none();
        if free {
            self.count(state, id);
        }
        free
    }

    fn full(&self, state: &RunState, id: NodeId) -> Option<Full> {
        let node = state.plan().node(id);
        let in_stage =
            state.plan().stage(node.stage).limit.filter(|limit| self.taken_in(node.stage.0) >= *limit);
        let on_platform = node.platform().and_then(|platform| {
            let taken = self.on_platform.get(platform).copied().unwrap_or(0);
            let limit = self.platforms.get(platform).filter(|limit| taken >= **limit)?;
            Some(Full::Platform(platform.to_owned(), *limit))
        });
        let in_run = (self.in_run >= state.plan().limit).then_some(Full::Run(state.plan().limit));
        in_run.or(in_stage.map(Full::Stage)).or(on_platform)
    }

    fn taken_in(&self, stage: u32) -> u32 {
        self.in_stage.get(&stage).copied().unwrap_or(0)
    }
}
