//! Temporary.
use crate::plan::{Plan, project::Project}; use crate::words::Lang; use jiff::Timestamp;
/// t
pub fn tree(plan: &Plan, _: &Project, _: Timestamp, _: Lang) -> String { format!("{plan:#?}") }
/// t
pub fn json(plan: &Plan, _: &Project, _: Timestamp) -> serde_json::Value { serde_json::to_value(plan).unwrap_or_default() }
/// t
pub fn mermaid(_: &Plan) -> String { String::new() }
/// t
pub fn dot(_: &Plan) -> String { String::new() }
