//! A request that was made by a former plan, for the plan that the run has now: steps are known again by their paths.

use super::event::StepPath;
use super::refusal::Refusal;
use super::request::{Answer, Request};
use super::state::RunState;
use crate::plan::{NodeId, Plan};

impl Request {
    /// The same request, which spoke of steps of `from`, for the run at `state`.
    pub fn moved(&self, from: &Plan, state: &RunState) -> Result<Request, Refusal> {
        let one = |id: NodeId| {
            let step = StepPath(from.path(id));
            state.find(&step).ok_or(Refusal::NoStep { step })
        };
        let all = |ids: &[NodeId]| ids.iter().map(|id| one(*id)).collect::<Result<Vec<_>, _>>();
        Ok(match self {
            Request::Answer(answer) => Request::Answer(Answer { step: one(answer.step)?, ..answer.clone() }),
            Request::Retry { steps, reason } => Request::Retry { steps: all(steps)?, reason: reason.clone() },
            Request::Skip { steps, reason } => Request::Skip { steps: all(steps)?, reason: reason.clone() },
            Request::Force { steps, reason } => Request::Force { steps: all(steps)?, reason: reason.clone() },
            Request::Redo { steps, value, downstream, reason } => Request::Redo {
                steps: all(steps)?,
                value: value.clone(),
                downstream: *downstream,
                reason: reason.clone(),
            },
            Request::Hold { steps, reason } => Request::Hold { steps: all(steps)?, reason: reason.clone() },
            Request::Release { steps } => Request::Release { steps: all(steps)? },
            Request::Settle { step, done, reason } => {
                Request::Settle { step: one(*step)?, done: *done, reason: reason.clone() }
            }
            Request::Renew(_) | Request::Cancel { .. } => self.clone(),
        })
    }
}
