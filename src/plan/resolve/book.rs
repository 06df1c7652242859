//! What is known before any step is looked at: the month, the parameters, the project.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::Input;
use super::findings::Findings;
use crate::id::RunId;
use crate::plan::ParamValue;
use crate::plan::template::{Scope, Steps, probe};
use crate::runbook::model::Text;
use crate::time::Month;

/// The frame that all steps stand in.
pub(super) struct Book<'a> {
    /// What was read.
    pub(super) input: &'a Input<'a>,
    /// The run.
    pub(super) run: RunId,
    /// Values of parameters.
    pub(super) params: Arc<BTreeMap<String, ParamValue>>,
    /// The civil date.
    pub(super) today: Date,
}

impl Book<'_> {
    /// The accounting month.
    pub(super) fn month(&self) -> Month {
        self.run.month
    }

    /// The names that a step with these variables has before it has a batch.
    pub(super) fn scope(&self, vars: &BTreeMap<String, String>) -> Scope {
        Scope {
            month: self.month(),
            params: Arc::clone(&self.params),
            vars: vars.clone(),
            run: self.run.to_string(),
            today: self.today,
            batch: None,
            steps: Steps::None,
            extra: BTreeMap::new(),
        }
    }

    /// A text that is rendered now, for good.
    pub(super) fn rendered(
        &self,
        text: &Text,
        vars: &BTreeMap<String, String>,
        findings: &mut Findings<'_>,
    ) -> Option<String> {
        if !text.contains('{') {
            return Some(text.value.clone());
        }
        match probe(text, &self.scope(vars)) {
            Ok((rendered, _)) => Some(rendered),
            Err(error) => {
                findings.template(text.span, &error, self.input.sources);
                None
            }
        }
    }
}
