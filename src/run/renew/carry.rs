//! What is in flight goes on as it was begun: in the new plan it keeps its former definition.

use crate::plan::{Node, NodeId, Plan, Work};
use crate::run::event::StepPath;
use crate::run::refusal::Refusal;
use crate::run::state::RunState;

/// `plan`, in which every step that is in flight does what it did when it began.
pub(super) fn in_flight(state: &RunState, plan: &Plan) -> Result<Plan, Refusal> {
    let mut carried = plan.clone();
    let paths: std::collections::HashMap<String, NodeId> =
        plan.iter().map(|(id, _)| (plan.path(id), id)).collect();
    let before = state.plan();
    for old in state.in_flight() {
        let step = before.path(*old);
        let Some(new) = paths.get(&step).copied() else { continue };
        let now = |id: NodeId| {
            let uses = before.path(id);
            paths
                .get(&uses)
                .copied()
                .ok_or_else(|| Refusal::Uses { step: StepPath(step.clone()), uses: StepPath(uses) })
        };
        carried.nodes[new.index()] = as_begun(before.node(*old), plan.node(new), &now)?;
    }
    Ok(carried)
}

/// What it does is as it was; where it stands and what it waits for is as it is.
fn as_begun(was: &Node, is: &Node, now: &dyn Fn(NodeId) -> Result<NodeId, Refusal>) -> Result<Node, Refusal> {
    let refs = was.refs.iter().map(|(name, id)| Ok((name.clone(), now(*id)?)));
    let mut work = was.work.clone();
    if let Work::Check { items, .. } = &mut work {
        for item in items {
            item.since = item.since.map(now).transpose()?;
        }
    }
    Ok(Node {
        stage: is.stage,
        phase: is.phase,
        needs: is.needs.clone(),
        refs: refs.collect::<Result<_, Refusal>>()?,
        work,
        title: is.title.clone(),
        skip: is.skip.clone(),
        severity: is.severity,
        owner: is.owner.clone(),
        deadline: is.deadline,
        ..was.clone()
    })
}
