//! What the month file leaves out this month.

use super::book::Book;
use super::desk::unknown_step;
use super::expand::Layout;
use super::findings::Findings;
use super::index::Found;
use super::params::harmless;
use crate::msg;
use crate::plan::{Node, Skip};
use crate::runbook::model::MonthSkip;
use crate::runbook::problem::Problem;

/// Marks the steps that do not run this month, with their gates.
pub(super) fn skip(book: &Book<'_>, layout: &Layout<'_>, nodes: &mut [Node], findings: &mut Findings<'_>) {
    for skip in book.input.month_file.into_iter().flat_map(|file| &file.skip) {
        let mark = Skip { reason: harmless(&skip.reason), agreed: agreed(skip) };
        match layout.index.find(None, &skip.step) {
            Found::Steps(steps) => {
                for draft in steps.into_iter().map(|step| &layout.drafts[step]) {
                    for id in draft.confirm.into_iter().chain([draft.id]).chain(draft.review) {
                        if let Some(node) = nodes.get_mut(id.index()) {
                            node.skip = Some(mark.clone());
                        }
                    }
                }
            }
            Found::Ambiguous(_) => {
                let message = msg!("plan-step-ambiguous", name = harmless(&skip.step));
                findings.push(Problem::error(skip.step.span, message).help(msg!("help-plan-step-full")));
            }
            // One month file serves all runbooks of a project: a stage that is far from every one here is another's.
            Found::Unknown if foreign(layout, &skip.step) => {
                let stage = skip.step.split_once('/').map_or("", |(stage, _)| stage);
                let message = msg!("plan-stage-unknown", name = harmless(stage));
                findings.unknown_or_foreign(skip.step.span, message, stage, layout.index.known_stages());
            }
            Found::Unknown => unknown_step(layout, &skip.step, skip.step.span, findings),
        }
    }
}

fn foreign(layout: &Layout<'_>, path: &str) -> bool {
    path.split_once('/').is_some_and(|(stage, _)| layout.index.stage(stage).is_none())
}

fn agreed(skip: &MonthSkip) -> Option<String> {
    let agreed = skip.agreed.as_ref()?;
    let parts = std::iter::once(&agreed.who).chain(&agreed.channel).chain(&agreed.told_at);
    Some(parts.map(|part| harmless(part)).collect::<Vec<_>>().join(", "))
}
