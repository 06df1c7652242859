//! Problems as they are found: each told once, with a guess at what was meant while guesses are cheap.

use std::collections::HashSet;

use crate::msg;
use crate::plan::template::TemplateError;
use crate::runbook::problem::{Problem, Severity, Sources, Span, meant};
use crate::words::{Explain, Msg};

/// Guessing compares a word with every known one; after so many mistakes nobody reads the guesses.
const GUESSES: u32 = 200;

/// The list of problems, and what has been told already.
#[derive(Debug)]
pub(crate) struct Findings<'p> {
    problems: &'p mut Vec<Problem>,
    told: HashSet<(Option<Span2>, String)>,
    guesses: u32,
    errors: usize,
    /// Errors that were there before, by file: what is wrong with a place is told once.
    before: Vec<Span>,
}

type Span2 = (u16, u32, u32);

impl<'p> Findings<'p> {
    /// Findings that go to `problems`.
    pub(crate) fn new(problems: &'p mut Vec<Problem>) -> Self {
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
        let before = errors.filter_map(|problem| problem.span).collect();
        Findings { problems, told: HashSet::new(), guesses: GUESSES, errors: 0, before }
    }

    /// Keeps `problem`, unless the same was said of the same place before (by another value of a `for_each`).
    pub(crate) fn push(&mut self, problem: Problem) {
        if problem.span.is_some_and(|span| self.before.iter().any(|told| overlap(*told, span))) {
            self.errors += usize::from(problem.severity == Severity::Error);
            return;
        }
        let place = problem.span.map(|span| (span.file.0, span.start, span.end));
        if self.told.insert((place, format!("{:?}", problem.message))) {
            self.errors += usize::from(problem.severity == Severity::Error);
            self.problems.push(problem);
        }
    }

    /// An error at `span`.
    pub(crate) fn error(&mut self, span: Span, message: Msg) {
        self.push(Problem::error(span, message));
    }

    /// A warning at `span`.
    pub(crate) fn warn(&mut self, span: Span, message: Msg) {
        self.push(Problem::warning(span, message));
    }

    /// An error about `word`, with the known word that was probably meant.
    pub(crate) fn unknown<'k>(
        &mut self,
        span: Span,
        message: Msg,
        word: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        let mut problem = Problem::error(span, message);
        if self.guesses > 0 {
            self.guesses -= 1;
            let mut known: Vec<&str> = known.into_iter().collect();
            known.sort_unstable();
            known.dedup();
            if let Some(guess) = meant(word, known.iter().copied()) {
                problem = problem.help(msg!("help-plan-meant", name = guess));
            } else if (1..=8).contains(&known.len()) {
                problem = problem.help(msg!("help-plan-known", names = known.join(", ")));
            }
        }
        self.push(problem);
    }

    /// An error where `word` is close to a known one; a warning where it may well belong to something else.
    pub(crate) fn unknown_or_foreign<'k>(
        &mut self,
        span: Span,
        message: Msg,
        word: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        match meant(word, known) {
            Some(guess) => {
                self.push(Problem::error(span, message).help(msg!("help-plan-meant", name = guess)));
            }
            None => self.warn(span, message),
        }
    }

    /// An error in a template that was written at `span`; the caret goes under the expression where it can be found.
    pub(crate) fn template(&mut self, span: Span, error: &TemplateError, sources: &Sources) {
        let problem = Problem::error(narrow(span, &error.expression, sources), error.explain());
        self.push(match error.advice() {
            Some(advice) => problem.help(advice),
            None => problem,
        });
    }

    /// Something is wrong that others tell of.
    pub(crate) fn spoil(&mut self) {
        self.errors += 1;
    }

    /// Has an error been found?
    pub(crate) fn failed(&self) -> bool {
        self.errors > 0
    }
}

fn overlap(one: Span, other: Span) -> bool {
    one.file == other.file
        && one.start < other.end.max(other.start + 1)
        && other.start < one.end.max(one.start + 1)
}

/// The part of `span` where `part` stands, if it stands there as it is.
pub(super) fn narrow(span: Span, part: &str, sources: &Sources) -> Span {
    let text = sources.text(span.file);
    let found = text
        .get(span.start as usize..span.end as usize)
        .filter(|_| !part.is_empty())
        .and_then(|written| written.find(part))
        .and_then(|at| u32::try_from(at).ok());
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    match found {
        Some(at) => Span { file: span.file, start: span.start + at, end: span.start + at + length },
        None => span,
    }
}
