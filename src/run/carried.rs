//! A plan inside an event, and what it was made from.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::plan::Plan;

/// What a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The runbook's file, relative to the project.
    pub file: String,
    /// Parameters as they were given (`-p`), in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<(String, String)>,
}

/// A plan inside an event: shared, because events are passed around.
#[derive(Debug, Clone, PartialEq)]
pub struct Carried(pub Arc<Plan>);

impl Serialize for Carried {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Carried {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Plan::deserialize(deserializer).map(|plan| Carried(Arc::new(plan)))
    }
}
