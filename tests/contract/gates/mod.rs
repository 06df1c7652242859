//! Gates: who may answer, from where, how often, and what an answer holds and lets go.

mod answer;
mod people;
mod race;

use crate::harness::Project;

/// A step, a gate that zhang.wei (lead) or whoever is named answers, and a step behind it.
pub(super) fn gated(keys: &str) -> Project {
    let text = format!(
        "1:\n  - {{name: a, run: 'echo a >> ledger'}}\n2:\n  - {{name: g, gate: {{ask: 'Are the books right?'{keys}}}}}\n3:\n  - {{name: b, run: 'echo b >> ledger'}}\n"
    );
    Project::of(&text).roster()
}

/// The same, run up to the gate and left there.
pub(super) fn parked(keys: &str) -> Project {
    let project = gated(keys);
    project.ms(&project.line("run x.yaml --no-wait --month ")).code(5);
    assert!(project.status().open("g"));
    project
}

/// The number of decisions that the gate keeps.
pub(super) fn decisions(project: &Project, gate: &str) -> Vec<serde_json::Value> {
    project.status().gate(gate)["decisions"].as_array().unwrap().clone()
}
