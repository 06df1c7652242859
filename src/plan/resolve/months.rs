//! What the month file leaves out this month.

use super::book::Book;
use super::expand::Layout;
use super::findings::Findings;
use super::index::Found;
use super::others::Others;
use super::params::harmless;
use crate::msg;
use crate::plan::{Node, Skip};
use crate::runbook::model::{MonthSkip, Text};
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
            Found::Unknown => unknown(book, layout, &skip.step, findings),
        }
    }
}

/// One month file serves all runbooks of a project: what another one has is its business. Where those could not all be
/// read, only what is close to something here is surely a mistake.
fn unknown(book: &Book<'_>, layout: &Layout<'_>, step: &Text, findings: &mut Findings<'_>) {
    let others = Others(book.input.others.unwrap_or_default());
    if others.have(step) {
        return;
    }
    let stages: Vec<&str> = layout.index.known_stages().chain(others.stage_names()).collect();
    let (stage, name) =
        step.split_once('/').map_or((None, step.as_str()), |(stage, name)| (Some(stage), name));
    let (message, word, known) = if let Some(stage) = stage.filter(|stage| !stages.contains(stage)) {
        (msg!("plan-stage-unknown", name = harmless(stage)), stage, stages)
    } else {
        let steps = layout.index.known().chain(others.step_names()).collect();
        (msg!("plan-step-unknown", name = harmless(step)), name, steps)
    };
    match book.input.others {
        Some(_) => findings.unknown(step.span, message, word, known),
        None => findings.unknown_or_foreign(step.span, message, word, known),
    }
}

fn agreed(skip: &MonthSkip) -> Option<String> {
    let agreed = skip.agreed.as_ref()?;
    let parts = std::iter::once(&agreed.who).chain(&agreed.channel).chain(&agreed.told_at);
    Some(parts.map(|part| harmless(part)).collect::<Vec<_>>().join(", "))
}
