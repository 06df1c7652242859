//! What a keeper has of the attempts of a run: by which names it knows their programs, and what is found out about those
//! that a former engine has begun.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::Room;
use super::platform::word;
use crate::engine::ports::Job;
use crate::id::RunId;
use crate::keeper::client::{Keeper, Known};
use crate::keeper::home::Home;
use crate::keeper::protocol::Key;
use crate::keeper::records::Past;
use crate::plan::project::Means;
use crate::plan::{NodeId, Plan, Work};
use crate::run::{Found, Life, Loss, RunState, StepPath};
use crate::runbook::model::ActionKind;

/// This program itself, also when its file was replaced by a newer one.
const MYSELF: &str = "/proc/self/exe";

/// The keeper of the run that this executor works for, and what it has of whom.
#[derive(Debug)]
pub(super) struct Kept {
    /// What is started as a keeper.
    pub(super) program: PathBuf,
    keeper: OnceLock<Keeper>,
    keys: Mutex<HashMap<(NodeId, u32), Vec<Key>>>,
}

impl Kept {
    pub(super) fn new(program: Option<PathBuf>) -> Self {
        let program = program.unwrap_or_else(|| PathBuf::from(MYSELF));
        Kept { program, keeper: OnceLock::new(), keys: Mutex::default() }
    }

    /// It has a program of that attempt.
    pub(super) fn note(&self, node: NodeId, attempt: u32, key: Key) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.entry((node, attempt)).or_default().push(key);
    }

    /// What became of these attempts is recorded.
    pub(super) fn forget(&self, attempts: &[(NodeId, u32)]) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<Key> = attempts.iter().filter_map(|attempt| keys.remove(attempt)).flatten().collect();
        if let (Some(keeper), false) = (self.keeper.get(), gone.is_empty()) {
            keeper.forget(gone);
        }
    }
}

impl Room {
    /// The keeper of `run`.
    pub(super) fn keeper(&self, run: &RunId) -> &Keeper {
        self.kept.keeper.get_or_init(|| {
            let home = Home::new(&self.state_dir, run, self.kept.program.clone(), &self.environment);
            Keeper::at(home)
        })
    }

    /// What was found out about `jobs`, of all of which no end is known.
    pub(super) async fn recall(&self, jobs: &[Job]) -> Vec<Found> {
        let asked: Vec<Option<Vec<Key>>> = jobs.iter().map(|job| self.keys(job)).collect();
        let keys: Vec<Key> = asked.iter().flatten().flatten().cloned().collect();
        let mut known = match jobs.first().filter(|_| !keys.is_empty()) {
            Some(job) => self.keeper(&job.run).known(keys).await,
            None => Vec::new(),
        }
        .into_iter();
        let of_job = |(keys, job): (Option<Vec<Key>>, &Job)| match keys {
            Some(keys) => found(&known.by_ref().take(keys.len()).collect::<Vec<_>>()),
            None => super::sql::once::recall(&self.project, job).unwrap_or(Found::Unknown(Loss::Engine)),
        };
        asked.into_iter().zip(jobs).map(of_job).collect()
    }

    /// The programs by which an attempt changes anything; `None` where it is done otherwise.
    pub(super) fn keys(&self, job: &Job) -> Option<Vec<Key>> {
        let kinds = self.kept_actions(&job.plan, &job.plan.node(job.node).work)?;
        let key = key_of(job);
        Some(kinds.into_iter().map(|kind| of_action(&key, kind)).collect())
    }

    /// By which of its platform's actions a work that is the keeper's changes anything. A `run:` step is as one that is
    /// whole.
    fn kept_actions(&self, plan: &Plan, work: &Work) -> Option<Vec<ActionKind>> {
        let (platform, kinds): (&str, &[ActionKind]) = match work {
            _ if plan.shadow => return None,
            Work::Run { .. } => return Some(vec![ActionKind::Whole]),
            Work::Flow { platform, .. } => {
                (platform, &[ActionKind::Whole, ActionKind::Submit, ActionKind::Redo])
            }
            Work::ForcePass { platform, .. } => (platform, &[ActionKind::ForcePass]),
            _ => return None,
        };
        let actions = &self.project.platforms.get(platform)?.actions;
        let means = kinds.iter().filter_map(|kind| Some((*kind, &actions.get(kind)?.means)));
        let runs = means.map(|(kind, means)| matches!(means, Means::Run(_)).then_some(kind));
        runs.collect::<Option<Vec<_>>>().filter(|kinds| !kinds.is_empty())
    }

    /// Has a plan anything for a keeper to do?
    pub(super) fn wants_keeper(&self, plan: &Plan) -> bool {
        plan.iter().any(|(_, node)| self.kept_actions(plan, &node.work).is_some())
    }
}

/// The process groups of lost steps' programs that nobody keeps hold of and that still run on this host.
pub fn left_behind(state_dir: &Path, state: &RunState) -> BTreeMap<NodeId, i32> {
    let all = state.plan().iter().map(|(id, _)| id);
    let mut lost = all.filter(|id| matches!(state.step(*id).life, Life::Lost { .. })).peekable();
    if lost.peek().is_none() {
        return BTreeMap::new();
    }
    // What cannot be read is not known.
    let past = Past::read(&Home::folder_of(state_dir, &state.plan().run)).unwrap_or_default();
    let group = |id: NodeId| {
        let step = state.step(id);
        past.left_behind(&Key::new(&StepPath(state.plan().path(id)), step.attempt, step.started_at?))
    };
    lost.filter_map(|id| Some((id, group(id)?))).collect()
}

/// What an attempt's program is called.
pub(super) fn key_of(job: &Job) -> Key {
    Key::new(&job.path, job.attempt, job.begun)
}

/// What the program of one of its actions is called.
pub(super) fn of_action(key: &Key, kind: ActionKind) -> Key {
    match kind {
        ActionKind::Whole => key.clone(),
        kind => key.action(word(kind)),
    }
}

fn found(known: &[Known]) -> Found {
    if known.contains(&Known::Kept) {
        Found::Kept
    } else if known.iter().all(|known| *known == Known::Never) {
        Found::Again
    } else {
        Found::Unknown(Loss::Keeper)
    }
}
