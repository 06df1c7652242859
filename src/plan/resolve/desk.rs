//! One step's texts and references, looked at in the step's own scope.

use crate::msg;
use crate::plan::template::{
    Reason, Scope, Steps, TemplateError, Used, bindings, placeholders, probe, probe_sql, truth_of,
};
use crate::plan::{Command, SqlText, Template};
use crate::runbook::model::{self, SqlSource, Text};
use crate::runbook::problem::{Problem, Span};

use super::book::Book;
use super::expand::{Draft, Layout};
use super::findings::{Findings, narrow};
use super::index::Found;
use super::params::harmless;
use super::paths::{folder, join, join_template};
use super::stages::StageDraft;

/// A step that a text names: as written, which, and where.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Use {
    /// As written; `None` where it is not a template (`needs:`, `show: {step: …}`).
    pub(super) written: Option<String>,
    /// The step.
    pub(super) draft: usize,
    /// Where.
    pub(super) span: Span,
}

/// The place where one step is worked on.
pub(super) struct Desk<'d, 'a, 'p> {
    pub(super) book: &'d Book<'a>,
    pub(super) stages: &'d [StageDraft<'a>],
    pub(super) layout: &'d Layout<'a>,
    pub(super) draft: &'d Draft<'a>,
    pub(super) findings: &'d mut Findings<'p>,
    pub(super) scope: Scope,
    pub(super) uses: Vec<Use>,
}

impl<'a> Desk<'_, 'a, '_> {
    /// The step as written.
    pub(super) fn step(&self) -> &'a model::Step {
        self.draft.step
    }

    /// Its stage as written.
    pub(super) fn stage(&self) -> &'a model::Stage {
        self.stages[self.draft.stage].written
    }

    fn checked<T>(&mut self, text: &Text, outcome: Result<(T, Used), TemplateError>) -> Option<T> {
        match outcome {
            Ok((value, used)) => {
                self.use_all(used, text.span);
                Some(value)
            }
            Err(error) => {
                self.findings.template(text.span, &error, self.book.input.sources);
                None
            }
        }
    }

    /// A text that is rendered when the step starts.
    pub(super) fn text(&mut self, text: &Text) -> Template {
        if text.contains('{') {
            let outcome = probe(text, &self.scope);
            self.checked(text, outcome);
        }
        Template(text.value.clone())
    }

    /// SQL text.
    pub(super) fn sql(&mut self, text: &Text) -> Template {
        let outcome = probe_sql(text, &self.scope);
        if let Some(rendered) = self.checked(text, outcome) {
            self.bound(&rendered, text.span);
        }
        Template(text.value.clone())
    }

    /// A condition.
    pub(super) fn condition(&mut self, text: &Text) -> Template {
        // The values of other steps decide later: here only what cannot be true or false at all is wrong.
        match truth_of(text, &self.scope) {
            Err(error) if matches!(error.reason, Reason::NotTruth(_)) => {
                let braced = if text.contains("{{") {
                    text.value.clone()
                } else {
                    format!("{{{{ {} }}}}", text.value)
                };
                let before = self.uses.len();
                let outcome = probe(&braced, &self.scope);
                self.checked(text, outcome);
                if self.uses.len() == before {
                    self.findings.template(text.span, &error, self.book.input.sources);
                }
            }
            outcome => drop(self.checked(text, outcome)),
        }
        Template(text.value.clone())
    }

    /// A text that is rendered now.
    pub(super) fn fixed(&mut self, text: &Text) -> Option<String> {
        self.book.rendered(text, &self.draft.vars, self.findings)
    }

    /// The names that SQL binds must exist.
    fn bound(&mut self, sql: &str, span: Span) {
        let names = placeholders(sql);
        if names.is_empty() {
            return;
        }
        let known = bindings(&self.scope);
        for (_, name) in names.into_iter().filter(|(_, name)| !known.contains_key(*name)) {
            let known = known.keys().map(String::as_str);
            let (written, name) = (format!(":{name}"), name.to_owned());
            let span = narrow(span, &written, self.book.input.sources);
            self.findings.unknown(span, msg!("plan-binding-unknown", name = written), &name, known);
        }
    }

    /// SQL here or in a file.
    pub(super) fn sql_source(&mut self, source: &SqlSource) -> Option<SqlText> {
        match source {
            SqlSource::Text(text) => Some(SqlText::Text(self.sql(text))),
            SqlSource::File(path) => {
                let place = self.path(path)?;
                let outcome = probe(path, &self.scope);
                let uses = self.uses.len();
                if self.checked(path, outcome).is_some() && self.uses.len() == uses {
                    self.sql_file(&place.0, path.span);
                }
                Some(SqlText::File(place))
            }
        }
    }

    /// What a file of SQL holds is looked at like SQL in the runbook; that it is missing may be mended before the
    /// step comes, so that is a warning.
    pub(super) fn sql_file(&mut self, template: &str, span: Span) {
        let Some(path) = probe(template, &self.scope).ok().and_then(|(path, _)| join("", &path)) else {
            self.findings.error(span, msg!("plan-path-outside", path = harmless(template)));
            return;
        };
        if self.book.input.files.leaves(&path) {
            self.findings.error(span, msg!("plan-path-outside", path = path));
            return;
        }
        let Some(text) = self.book.input.files.read(&path) else {
            self.findings.warn(span, msg!("plan-sql-file-missing", path = path));
            return;
        };
        match probe_sql(&text, &self.scope) {
            Ok((rendered, used)) => {
                self.use_all(used, span);
                self.bound(&rendered, span);
            }
            Err(error) => {
                let inner = crate::words::Explain::explain(&error);
                let problem = Problem::error(span, msg!("plan-in-file", path = path, problem = inner));
                self.findings.push(match error.advice() {
                    Some(advice) => problem.help(advice),
                    None => problem,
                });
            }
        }
    }

    /// A path as written, seen from the project's folder.
    pub(super) fn path(&mut self, path: &Text) -> Option<Template> {
        let from = folder(&self.book.input.files.path(path.span.file));
        let joined = join_template(&from, path);
        if joined.is_none() {
            self.findings.error(path.span, msg!("plan-path-outside", path = harmless(path)));
        }
        joined.map(Template)
    }

    /// A program or a script.
    pub(super) fn command(&mut self, command: &model::Command) -> Command {
        match command {
            model::Command::Program(words) => {
                Command::Program(words.iter().map(|word| self.text(word)).collect())
            }
            model::Command::Shell(script) => {
                let mut names = self.scope.names();
                names.push("steps".to_owned());
                if let Some(found) = templated(script, &names) {
                    let span = narrow(script.span, &found, self.book.input.sources);
                    self.findings.push(
                        Problem::error(span, msg!("plan-shell-template", expression = found))
                            .help(msg!("help-plan-shell-template")),
                    );
                }
                Command::Shell(script.value.clone())
            }
        }
    }

    /// The steps that `name` stands for, written at `span`; told when there are none.
    pub(super) fn steps_named(&mut self, name: &str, span: Span) -> Vec<usize> {
        match self.layout.index.find(Some(self.draft.stage), name) {
            Found::Steps(steps) => steps,
            Found::Ambiguous(stages) => {
                let full: Vec<String> = stages
                    .iter()
                    .map(|stage| format!("{}/{name}", self.stages[*stage].written.name.value))
                    .collect();
                let message = msg!("plan-step-ambiguous", name = harmless(name));
                let help = msg!("help-plan-step-ambiguous", names = full.join(", "));
                self.findings.push(Problem::error(span, message).help(help));
                Vec::new()
            }
            Found::Unknown => {
                unknown_step(self.layout, name, span, self.findings);
                Vec::new()
            }
        }
    }

    /// Notes what a template uses of other steps. A gate's form is known: a key that it lacks is a mistake now.
    fn use_all(&mut self, mut used: Used, span: Span) {
        used.steps.sort_unstable();
        used.steps.dedup();
        for name in &used.steps {
            self.use_step(name, span, true);
        }
        for (step, key) in &used.fields {
            let Found::Steps(found) = self.layout.index.find(Some(self.draft.stage), step) else { continue };
            let Some(known) = found.first().and_then(|draft| fields(self.layout.drafts[*draft].step)) else {
                continue;
            };
            if !known.contains(&key.as_str()) {
                let span = narrow(span, key, self.book.input.sources);
                let message = msg!("plan-field-unknown", step = harmless(step), name = harmless(key));
                self.findings.unknown(span, message, key, known);
            }
        }
    }

    /// Notes that this step uses the one named `name`.
    pub(super) fn use_step(&mut self, name: &str, span: Span, in_template: bool) {
        let found = self.steps_named(name, span);
        if in_template && found.len() > 1 {
            self.findings.error(span, msg!("plan-step-is-group", name = harmless(name)));
            return;
        }
        let written = in_template.then(|| name.to_owned());
        self.uses.extend(found.into_iter().map(|draft| Use { written: written.clone(), draft, span }));
    }

    /// What was used since the last time.
    pub(super) fn take_uses(&mut self) -> Vec<Use> {
        std::mem::take(&mut self.uses)
    }

    /// Tells that something is accepted and cannot be done yet.
    pub(super) fn not_yet(&mut self, span: Span, what: &str) {
        self.findings.warn(span, msg!("plan-not-yet", what = what));
    }

    /// Tells that something is accepted and does nothing yet.
    pub(super) fn ignored_yet(&mut self, span: Span, what: &str) {
        self.findings.warn(span, msg!("plan-ignored-yet", what = what));
    }

    /// This step sees values of steps from now on.
    pub(super) fn open_steps(&mut self) {
        self.scope.steps = Steps::Any;
    }
}

/// The fields that a gate's form has; `None` for what is no gate.
fn fields(step: &model::Step) -> Option<Vec<&str>> {
    let (gate, standing): (_, &[&str]) = match &step.verb.value {
        model::Verb::Gate(gate) => (gate, &[]),
        model::Verb::Notice(gate) => (gate, &["who", "channel", "told_at"]),
        _ => return None,
    };
    Some(gate.form.iter().map(|field| field.name.value.as_str()).chain(standing.iter().copied()).collect())
}

/// Tells that there is no step of that name.
pub(super) fn unknown_step(layout: &Layout<'_>, name: &str, span: Span, findings: &mut Findings<'_>) {
    let message = msg!("plan-step-unknown", name = harmless(name));
    match name.split_once('/') {
        Some((stage, _)) if layout.index.stage(stage).is_none() => {
            findings.unknown(
                span,
                msg!("plan-stage-unknown", name = harmless(stage)),
                stage,
                layout.index.known_stages(),
            );
        }
        Some((_, step)) => findings.unknown(span, message, step, layout.index.known()),
        None => findings.unknown(span, message, name, layout.index.known()),
    }
}

/// The first `{{ name … }}` in a script whose name is known here.
fn templated(script: &str, known: &[String]) -> Option<String> {
    let mut rest = script;
    while let Some(open) = rest.find("{{") {
        let inside = &rest[open + 2..];
        let word: String =
            inside.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        if known.contains(&word) {
            let close = inside.find("}}").map_or(inside.len(), |close| close + 2);
            return Some(rest[open..open + 2 + close].chars().take(80).collect());
        }
        rest = inside;
    }
    None
}
