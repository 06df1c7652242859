//! Which steps of the same path do something else in the other plan. How a step is treated (its deadline, retries, what it
//! waits for) is not what it does.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::facets::{self, Facet, Facets};
use crate::plan::{NodeId, Plan};

/// Facets that say when and how something is done, not what.
const TREATMENT: &[Facet] = &[
    Facet::Title,
    Facet::Needs,
    Facet::When,
    Facet::Skip,
    Facet::Severity,
    Facet::Owner,
    Facet::Deadline,
    Facet::Retry,
    Facet::Timeout,
    Facet::OnFailure,
    Facet::Idempotent,
    Facet::OnTimeout,
    Facet::OnReject,
];

/// Two plans of one run, step by step.
pub struct Redefined<'a> {
    before: &'a Plan,
    after: &'a Plan,
    /// Parameters whose value is another now.
    params: BTreeSet<&'a str>,
}

impl<'a> Redefined<'a> {
    /// Compares `after` with `before`.
    pub fn of(before: &'a Plan, after: &'a Plan) -> Self {
        let names = before.params.keys().chain(after.params.keys());
        let params = names.filter(|name| before.params.get(*name) != after.params.get(*name));
        Redefined { before, after, params: params.map(String::as_str).collect() }
    }

    /// Does the step do something else now?
    pub fn does_otherwise(&self, old: NodeId, new: NodeId) -> bool {
        let (was, is) = (Self::values(self.before, old), Self::values(self.after, new));
        let kinds = (self.before.node(old).kind(), self.after.node(new).kind());
        let does = |values: &Facets| -> Facets {
            let kept = values.iter().filter(|(facet, _)| !TREATMENT.contains(facet));
            kept.map(|(facet, value)| (*facet, value.clone())).collect()
        };
        kinds.0 != kinds.1 || does(&was) != does(&is) || is.values().any(|text| self.uses_a_changed_one(text))
    }

    /// Does what keeps the step from running (`when`, the month file) say something else now?
    pub fn is_kept_otherwise(&self, old: NodeId, new: NodeId) -> bool {
        let (was, is) = (Self::values(self.before, old), Self::values(self.after, new));
        [Facet::When, Facet::Skip].iter().any(|facet| was.get(facet) != is.get(facet))
    }

    fn values(plan: &Plan, id: NodeId) -> Facets {
        facets::of_node(plan, plan.node(id), &TimeZone::UTC, &|id| plan.path(id))
    }

    /// Is a parameter that has another value named in a template, or bound in SQL?
    fn uses_a_changed_one(&self, text: &str) -> bool {
        self.params.iter().any(|name| {
            let mut rest = text;
            while let Some(at) = rest.find(*name) {
                let (before, after) = (&rest[..at], &rest[at + name.len()..]);
                let is_word = |c: char| c.is_alphanumeric() || c == '_';
                let whole = !before.ends_with(is_word) && !after.starts_with(is_word);
                let braced = text.contains("{{") || before.ends_with(':');
                if whole && braced {
                    return true;
                }
                rest = after;
            }
            false
        })
    }
}
