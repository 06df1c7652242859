//! The values of a step's templates: the one place in this room through which rendering goes.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::engine::ports::Job;
use crate::plan::template::{self, Scope, StepValues};
use crate::plan::{ParamValue, Template};
use crate::words::{Explain as _, Msg};

/// What the names in a step's templates stand for.
#[derive(Debug, Clone)]
pub(super) struct Values {
    scope: Scope,
}

impl Values {
    /// The values of a job: with its batch, and with the outputs of the steps that it refers to.
    pub(super) fn of(job: &Job, zone: &TimeZone) -> Result<Self, Msg> {
        let node = job.plan.node(job.node);
        let mut scope = Scope::of(&job.plan, node, job.at.to_zoned(zone.clone()).date());
        for (name, outputs) in &job.outputs {
            let form = outputs.get("form").and_then(|form| form.as_object()).cloned().unwrap_or_default();
            let outputs = outputs.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            scope = scope.with_step(name.clone(), StepValues { outputs, form });
        }
        let batch = template::render(&node.batch, &scope).map_err(|error| error.explain())?;
        Ok(Values { scope: scope.with_batch(batch) })
    }

    /// The same with one name more.
    pub(super) fn with(&self, name: &str, value: &str) -> Self {
        Values { scope: self.scope.clone().with(name, value) }
    }

    /// The step's batch.
    pub(super) fn batch(&self) -> &str {
        self.scope.batch.as_deref().unwrap_or_default()
    }

    /// A text with its values.
    pub(super) fn text(&self, template: &Template) -> Result<String, Msg> {
        template::render(template, &self.scope).map_err(|error| error.explain())
    }

    /// An address with its values.
    pub(super) fn url(&self, template: &Template) -> Result<String, Msg> {
        template::render_url(template, &self.scope).map_err(|error| error.explain())
    }

    /// JSON with its values.
    pub(super) fn json(&self, template: &Template) -> Result<String, Msg> {
        template::render_json(template, &self.scope).map_err(|error| error.explain())
    }

    /// A pattern with its values.
    pub(super) fn pattern(&self, template: &Template) -> Result<String, Msg> {
        template::render_pattern(template, &self.scope).map_err(|error| error.explain())
    }

    /// SQL with its values.
    pub(super) fn sql(&self, template: &Template) -> Result<String, Msg> {
        template::render_sql(template, &self.scope).map_err(|error| error.explain())
    }

    /// What SQL may bind.
    pub(super) fn bindings(&self) -> BTreeMap<String, ParamValue> {
        template::bindings(&self.scope)
    }
}
