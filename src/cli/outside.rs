//! The played outside world of the demo: the customer, billing and a colleague. It moves the sandbox's data and answers
//! for the people who are not here, through the journal like everybody else; each of its decisions is marked as played.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::engine::Journal;
use crate::plan::NodeId;
use crate::run::{Answer, Asker, By, Life, Request, RunState, RunStatus, StepPath, Verdict};
use crate::sandbox::{Fault, Sandbox, SandboxError};
use crate::store::StoreError;

/// How often the world looks at the run.
const LOOK: Duration = Duration::from_millis(300);

/// What the world waits for before it acts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cue {
    /// The step has begun.
    Begun(&'static str),
    /// The gate asks.
    Open(&'static str),
    /// The step is done.
    Done(&'static str),
    /// The step has failed for good.
    Failed(&'static str),
}

/// What it does then.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    /// Data moves.
    Move(Move),
    /// Somebody gives their word, where many are asked for their `value`; li.na writes it down.
    Tell {
        gate: &'static str,
        value: Option<&'static str>,
        who: &'static str,
        channel: &'static str,
        note: &'static str,
    },
    /// A colleague has a repaired step run again; not `always`: only where nobody sits at the terminal.
    Retry { step: &'static str, reason: &'static str, always: bool },
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Move {
    SendStations(&'static str, Fault),
    MaintainMainPlans,
    DistributeMainPlans,
    MaintainBillItems,
    DistributeBillItems,
    CloseBooks,
    RedeliverPocket,
    DistributeDetail,
}

/// A line of the script: once, so many milliseconds after its cue.
pub(super) type Line = (Cue, u64, Act);

/// What billing and the customer of the bill items do; the rest is in [`scenes`](super::scenes).
const SCRIPT: &[Line] = &[
    (Cue::Open("bill-item/told"), 1_500, Act::Move(Move::MaintainBillItems)),
    (
        Cue::Open("bill-item/told"),
        2_500,
        Act::Tell {
            gate: "bill-item/told",
            value: None,
            who: "周经理",
            channel: "mail",
            note: "shfin.r_vr011 已维护完成,请分发",
        },
    ),
    (Cue::Done("bill-item/told"), 4_000, Act::Move(Move::DistributeBillItems)),
    (Cue::Open("dwd-month/books-closed"), 2_000, Act::Move(Move::CloseBooks)),
    (
        Cue::Open("dwd-month/books-closed"),
        3_000,
        Act::Tell {
            gate: "dwd-month/books-closed",
            value: None,
            who: "计费值班",
            channel: "phone",
            note: "账务已验,一体机和24库都已到位",
        },
    ),
    (Cue::Failed(POCKET), 1_500, Act::Move(Move::RedeliverPocket)),
    (Cue::Failed(POCKET), 2_500, Act::Retry { step: POCKET, reason: "计费已补传 pocket 表", always: false }),
    (Cue::Done("dwd-month/DwdMergeBillDtl4M"), 3_000, Act::Move(Move::DistributeDetail)),
];

const POCKET: &str = "dwd-month/DwdAccPocketM";

/// Why the world stopped playing.
#[derive(Debug, thiserror::Error)]
pub(super) enum OutsideError {
    /// The journal.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sandbox.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

/// Plays until the script is through, or the run is over. Where somebody sits at the terminal (`attended`), repairs are left to them.
pub(super) async fn play(mut journal: Journal, sandbox: Sandbox, attended: bool) -> Result<(), OutsideError> {
    let mut cued: BTreeMap<usize, tokio::time::Instant> = BTreeMap::new();
    let mut played: BTreeSet<usize> = BTreeSet::new();
    let script: Vec<Line> = SCRIPT.iter().copied().chain(super::scenes::lines()).collect();
    while played.len() < script.len() && !is_over(journal.state()) {
        journal.catch_up().await?;
        for (number, (cue, after, act)) in script.iter().enumerate() {
            if played.contains(&number) || !has_come(journal.state(), *cue) {
                continue;
            }
            let since = cued.entry(number).or_insert_with(tokio::time::Instant::now);
            if since.elapsed() >= Duration::from_millis(*after)
                && perform(&mut journal, &sandbox, *act, attended).await?
            {
                played.insert(number);
            }
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

fn is_over(state: &RunState) -> bool {
    matches!(state.run_status(), RunStatus::Succeeded | RunStatus::Cancelled)
}

fn find(state: &RunState, path: &str) -> Option<NodeId> {
    state.find(&StepPath(path.to_owned()))
}

fn has_come(state: &RunState, cue: Cue) -> bool {
    let life = |path| find(state, path).map(|id| &state.step(id).life);
    match cue {
        Cue::Begun(path) => matches!(life(path), Some(Life::Running { .. })),
        Cue::Open(path) => matches!(life(path), Some(Life::Open { .. })),
        Cue::Done(path) => life(path).is_some_and(Life::is_done),
        Cue::Failed(path) => matches!(life(path), Some(Life::Failed { .. })),
    }
}

/// Does it; `false`: not possible yet.
async fn perform(
    journal: &mut Journal,
    sandbox: &Sandbox,
    act: Act,
    attended: bool,
) -> Result<bool, OutsideError> {
    let request = match act {
        Act::Move(what) => {
            return Ok(carry(sandbox, what).await? > 0 || !matches!(what, Move::DistributeDetail));
        }
        Act::Retry { always: false, .. } if attended => return Ok(true),
        Act::Retry { step, reason, .. } => find(journal.state(), step)
            .map(|id| Request::Retry { steps: vec![id], reason: Some(reason.to_owned()) }),
        Act::Tell { gate, value, who, channel, note } => find(journal.state(), gate).map(|id| {
            let form = BTreeMap::from([
                ("who".to_owned(), who.to_owned()),
                ("channel".to_owned(), channel.to_owned()),
            ]);
            let note = Some(note.to_owned());
            let verdict = Verdict::Confirmed;
            let value = value.map(str::to_owned);
            Request::Answer(Answer { step: id, verdict, value, note, form, in_advance: false })
        }),
    };
    let actor = match act {
        Act::Retry { .. } => colleague("wang.fang", &["operator", "dim-team"]),
        _ => colleague("li.na", &["operator", "customer-liaison", "billing"]),
    };
    if let Some(request) = request {
        // A refusal means that somebody else was quicker: that is how it goes.
        let _ = journal.request(&actor, &request).await?;
    }
    Ok(true)
}

async fn carry(sandbox: &Sandbox, what: Move) -> Result<u64, SandboxError> {
    match what {
        Move::SendStations(city, fault) => sandbox.send_stations(city, fault).await,
        Move::MaintainMainPlans => sandbox.maintain_main_plans().await,
        Move::DistributeMainPlans => sandbox.distribute_main_plans().await,
        Move::MaintainBillItems => sandbox.maintain_bill_items().await,
        Move::DistributeBillItems => sandbox.distribute_r_vr011().await,
        Move::CloseBooks => sandbox.close_books().await,
        Move::RedeliverPocket => sandbox.redeliver_pocket().await,
        Move::DistributeDetail => sandbox.distribute_dtl4().await,
    }
}

fn colleague(name: &str, roles: &[&str]) -> Asker {
    Asker {
        by: By { played: true, ..By::person(name) },
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        operator: true,
        known: true,
    }
}
