//! What fits the grammar and yet makes no sense: names that stand twice, stages that do not say what they wait for,
//! questions that nobody can answer. Only what one file tells by itself.

mod settings;
mod step;

use std::collections::HashMap;

pub(super) use settings::{month, roster, settings};

use super::model::{Param, ParamKind, Runbook, Scalars, Stage, Step, Verb};
use super::problem::{Problem, Severity, Span, Spanned};
use super::text::visible;
use super::yaml::Node;
use crate::msg;
use crate::words::Msg;

/// What makes no sense in a runbook; `tree` tells what was written at all.
pub(super) fn runbook(runbook: &Runbook, tree: &Node, problems: &mut Vec<Problem>) {
    if tree.get("stages").is_none() && tree.get("include").is_none() {
        problems.push(Problem::error(tree.head(), msg!("problem-no-stages")));
    }
    for param in &runbook.params {
        self::param(param, problems);
    }
    let mut names = Doubles::default();
    for (index, stage) in runbook.stages.iter().enumerate() {
        names.note(&stage.name, stage.name.span, problems, |name| msg!("problem-doubled-stage", name = name));
        if stage.after.is_none() && (index > 0 || !runbook.include.is_empty()) {
            let problem =
                Problem::error(stage.name.span, msg!("problem-after-missing", name = shown(&stage.name)));
            problems.push(problem.help(msg!("help-problem-after-missing")));
        }
        self::stage(stage, problems);
    }
}

/// A name cut for a message.
fn shown(name: &str) -> String {
    visible(name, 64)
}

/// Names and where they stand first.
#[derive(Default)]
struct Doubles<'a>(HashMap<&'a str, Span>);

impl<'a> Doubles<'a> {
    /// Notes `name`; a problem with both places when it was there already.
    fn note(
        &mut self,
        name: &'a str,
        span: Span,
        problems: &mut Vec<Problem>,
        say: impl Fn(String) -> Msg,
    ) -> bool {
        match self.0.get(name) {
            Some(first) => {
                let problem = Problem::error(span, say(shown(name)));
                problems.push(problem.related(*first, msg!("problem-first-here")));
                false
            }
            None => self.0.insert(name, span).is_none(),
        }
    }
}

fn param(param: &Param, problems: &mut Vec<Problem>) {
    let name = shown(&param.name);
    if matches!(&param.kind, ParamKind::Choice(values) if values.is_empty()) {
        problems.push(Problem::error(param.name.span, msg!("problem-choice-without-values", name = name)));
    } else if let Some(default) = &param.default
        && !fits(&param.kind, default)
    {
        problems.push(Problem::error(default.span, msg!("problem-default", name = name)));
    }
}

/// May a parameter of this kind be `value`?
fn fits(kind: &ParamKind, value: &Spanned<Scalars>) -> bool {
    let Scalars::One(text) = &value.value else { return *kind == ParamKind::List };
    match kind {
        ParamKind::Month => {
            text == "closing" || text.parse::<crate::time::Month>().is_ok() || text.contains("{{")
        }
        ParamKind::List => false,
        other => fits_text(other, text),
    }
}

/// May one value of this kind be `text`?
fn fits_text(kind: &ParamKind, text: &str) -> bool {
    use super::grammar::parse;
    match kind {
        _ if text.contains("{{") => true,
        ParamKind::Month => text.parse::<crate::time::Month>().is_ok(),
        ParamKind::Date => parse::date(text).is_some(),
        ParamKind::Integer => parse::integer(text).is_some(),
        ParamKind::Boolean => parse::flag(text).is_some(),
        ParamKind::Choice(values) => values.iter().any(|value| value == text),
        ParamKind::Text | ParamKind::List => true,
    }
}

fn stage(stage: &Stage, problems: &mut Vec<Problem>) {
    for pair in stage.levels.windows(2) {
        if let [(first, _), (second, _)] = pair
            && first.value == second.value
        {
            let problem = Problem::error(second.span, msg!("problem-doubled-key", key = second.value));
            problems.push(problem.related(first.span, msg!("problem-first-here")));
        }
    }
    let levels = stage.levels.iter().flat_map(|(_, steps)| steps);
    let mut steps: Vec<&Step> = stage.ready.iter().chain(levels).chain(&stage.verify).collect();
    steps.sort_by_key(|step| step.span.start);
    let warnings_only = || problems.iter().all(|problem| problem.severity == Severity::Warning);
    if steps.is_empty() && warnings_only() {
        problems
            .push(Problem::warning(stage.name.span, msg!("problem-empty-stage", name = shown(&stage.name))));
    }
    let mut names = Doubles::default();
    let mut flows = HashMap::new();
    for step in steps {
        twice(stage, step, &mut names, &mut flows, problems);
        step::step(step, problems);
    }
}

/// A flow, where it runs and for which period.
type Dispatch<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

/// Tells flows and names that stand twice in a stage. Steps whose names come from `for_each` are left to the plan,
/// which knows their names.
fn twice<'a>(
    stage: &'a Stage,
    step: &'a Step,
    names: &mut Doubles<'a>,
    flows: &mut HashMap<Dispatch<'a>, Span>,
    problems: &mut Vec<Problem>,
) {
    let Some(name) = step_name(step).filter(|name| step.for_each.is_none() && !name.contains("{{")) else {
        return;
    };
    if let Verb::Flow { flow, .. } = &step.verb.value {
        let or_stage = |own: &'a Option<Spanned<String>>, stage: &'a Option<Spanned<String>>| {
            own.as_ref().or(stage.as_ref()).map(|text| text.value.as_str())
        };
        let dispatch = (
            flow.value.as_str(),
            or_stage(&step.platform, &stage.platform),
            or_stage(&step.batch, &stage.batch),
        );
        if let Some(first) = flows.get(&dispatch) {
            let message = msg!("problem-flow-twice", flow = shown(flow), stage = shown(&stage.name));
            problems.push(Problem::error(flow.span, message).related(*first, msg!("problem-first-here")));
            return;
        }
        flows.insert(dispatch, flow.span);
    }
    names.note(name, step.name.as_ref().map_or(step.verb_span(), |name| name.span), problems, |name| {
        msg!("problem-doubled-step", name = name, stage = shown(&stage.name))
    });
}

/// The name of a step as it is written: its own, or its flow's.
fn step_name(step: &Step) -> Option<&str> {
    if let Some(name) = &step.name {
        return Some(name);
    }
    match &step.verb.value {
        Verb::Flow { flow, .. } | Verb::Follow(flow) | Verb::ForcePass(flow) => Some(flow),
        _ => None,
    }
}

impl Step {
    /// Where its flow stands, or its verb.
    fn verb_span(&self) -> Span {
        match &self.verb.value {
            Verb::Flow { flow, .. } | Verb::Follow(flow) | Verb::ForcePass(flow) => flow.span,
            _ => self.verb.span,
        }
    }
}
