//! What the names in a step's templates stand for at a given moment of its run.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::Map;

use super::event::Json;
use super::state::RunState;
use crate::plan::NodeId;
use crate::plan::template::{Scope, StepValues, render};

/// The scope of a step: the plan's values, its batch, and what the steps that it refers to have put out.
pub fn scope_of(state: &RunState, id: NodeId, today: Date) -> Scope {
    let plan = state.plan();
    let node = plan.node(id);
    let mut scope = Scope::of(plan, node, today);
    for (name, step) in &node.refs {
        scope = scope.with_step(name.clone(), values(state.outputs(*step)));
    }
    match render(&node.batch, &scope) {
        Ok(batch) => scope.with_batch(batch),
        Err(_) => scope,
    }
}

fn values(mut outputs: BTreeMap<String, Json>) -> StepValues {
    let form = match outputs.remove("form") {
        Some(Json::Object(form)) => form,
        _ => Map::new(),
    };
    StepValues { outputs: outputs.into_iter().collect(), form }
}
