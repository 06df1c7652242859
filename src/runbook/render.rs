//! Problems for people and for programs: each with its file, its line, a caret under the word, and advice. What stands
//! in a file never reaches a terminal raw.

use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use serde_json::{Value, json};

use super::problem::{FileId, Problem, Severity, Sources, Span};
use super::text::{is_hidden, visible};
use crate::msg;
use crate::words::{Lang, Msg, render};

/// Lines of more bytes are cut around the place; shorter ones only to the terminal's width.
const LONG_LINE: usize = 4_000;
/// What is kept of a long line before and after the place.
const MARGIN: usize = 60;
/// Places so many lines apart are shown in one excerpt.
const NEAR: usize = 200;

/// All problems, by file and position, the way compilers show them; with colours if `colour`.
pub fn render_problems(problems: &[Problem], sources: &Sources, lang: Lang, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let secrets =
        problems.iter().filter(|problem| problem.secret).filter_map(|problem| problem.span).collect();
    let page = Page { sources, lang, secrets };
    let mut shown = String::new();
    for problem in in_order(problems) {
        let report = [page.group(problem)];
        let _ = writeln!(shown, "{}\n", renderer.render(&report));
    }
    shown
}

/// All problems, by file and position: `severity file line column message help related`.
pub fn problems_json(problems: &[Problem], sources: &Sources, lang: Lang) -> Value {
    in_order(problems).into_iter().map(|problem| json_of(problem, sources, lang)).collect()
}

fn in_order(problems: &[Problem]) -> Vec<&Problem> {
    let mut ordered: Vec<&Problem> = problems.iter().collect();
    ordered.sort_by_key(|problem| problem.span.map(|span| (span.file, span.start)));
    ordered
}

fn json_of(problem: &Problem, sources: &Sources, lang: Lang) -> Value {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut object = place_json(problem.span, sources);
    object["severity"] = json!(severity);
    object["message"] = json!(words(lang, &problem.message));
    object["help"] = json!(problem.help.as_ref().map(|help| words(lang, help)));
    let related = problem.related.iter().map(|(span, message)| {
        let mut place = place_json(Some(*span), sources);
        place["message"] = json!(words(lang, message));
        place
    });
    object["related"] = related.collect();
    object
}

fn place_json(span: Option<Span>, sources: &Sources) -> Value {
    let Some(span) = span else { return json!({"file": null, "line": null, "column": null}) };
    let (line, column) = sources.position(span);
    json!({"file": sources.path(span.file), "line": line, "column": column})
}

/// A sentence, with what is hidden in it made visible.
fn words(lang: Lang, message: &Msg) -> String {
    visible(&render(lang, message), 4_000)
}

/// What all problems are shown with.
struct Page<'p> {
    sources: &'p Sources,
    lang: Lang,
    /// Places whose text is never shown.
    secrets: Vec<Span>,
}

impl Page<'_> {
    fn group<'a>(&self, problem: &Problem) -> Group<'a> {
        let Page { sources, lang, .. } = *self;
        let level = match problem.severity {
            Severity::Error => Level::ERROR.with_name(words(lang, &msg!("problem-error"))),
            Severity::Warning => Level::WARNING.with_name(words(lang, &msg!("problem-warning"))),
        };
        let mut group = Group::with_title(level.primary_title(words(lang, &problem.message)));
        if let Some(span) = problem.span {
            let (near, far): (Vec<_>, Vec<_>) =
                problem.related.iter().partition(|(other, _)| is_near(span, *other, sources));
            let labelled = near.into_iter().map(|(span, message)| (*span, Some(words(lang, message))));
            group = group.elements(self.place(span, [(span, None)].into_iter().chain(labelled).collect()));
            for (span, message) in far {
                group = group.elements(self.place(*span, vec![(*span, Some(words(lang, message)))]));
            }
        }
        match &problem.help {
            Some(help) => {
                let level = Level::HELP.with_name(words(lang, &msg!("problem-help")));
                group.element(level.message(words(lang, help)))
            }
            None => group,
        }
    }

    /// ` --> file:line:column` of `first`, and the lines that hold `places`; the place without a label is the main one.
    fn place<'a>(&self, first: Span, places: Vec<(Span, Option<String>)>) -> Vec<Element<'a>> {
        let sources = self.sources;
        let (line, column) = sources.position(first);
        let path = visible(&sources.path(first.file).to_string_lossy(), 300);
        let mut spans: Vec<Span> = places.iter().map(|(span, _)| *span).collect();
        let excerpt = Excerpt::of(self, first.file, &mut spans);
        let annotations = places.into_iter().zip(spans).map(|((_, label), span)| {
            let kind = if label.is_none() { AnnotationKind::Primary } else { AnnotationKind::Context };
            kind.span(range(span)).label(label)
        });
        let snippet: Snippet<'a, Annotation<'a>> =
            Snippet::source(excerpt.text).line_start(excerpt.first_line).annotations(annotations);
        if excerpt.cut {
            // The excerpt no longer tells the column, so that the place is told apart from it.
            return vec![Origin::path(path).line(line).char_column(column).into(), snippet.into()];
        }
        vec![snippet.path(path).into()]
    }

    /// Does byte `at` of `file` belong to a secret?
    fn is_secret(&self, file: FileId, at: usize) -> bool {
        self.secrets.iter().any(|span| span.file == file && range(*span).contains(&at))
    }
}

fn is_near(one: Span, other: Span, sources: &Sources) -> bool {
    let line = |span: Span| sources.line_at(span.file, span.start as usize);
    one.file == other.file && line(one).abs_diff(line(other)) <= NEAR
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// Some lines of a file, fit to be shown.
struct Excerpt {
    text: String,
    first_line: usize,
    /// Is a line not whole?
    cut: bool,
}

impl Excerpt {
    /// The lines from the first to the last of `spans`, which are moved to where their words stand in the excerpt.
    fn of(page: &Page<'_>, file: FileId, spans: &mut [Span]) -> Excerpt {
        let sources = page.sources;
        let lines = spans.iter().map(|span| sources.line_at(file, span.start as usize));
        let first_line = lines.clone().min().unwrap_or(1);
        let last_line = lines.max().unwrap_or(1);
        let mut excerpt = Excerpt { text: String::new(), first_line, cut: false };
        let mut moved = spans.to_vec();
        for line in first_line..=last_line {
            excerpt.push_line(page, file, line, spans, &mut moved);
        }
        spans.copy_from_slice(&moved);
        excerpt
    }

    fn push_line(&mut self, page: &Page<'_>, file: FileId, line: usize, spans: &[Span], moved: &mut [Span]) {
        let sources = page.sources;
        let (start, next) = (sources.line_start(file, line), sources.line_start(file, line + 1));
        let text = sources.text(file).get(start..next).unwrap_or("").trim_end_matches(['\r', '\n']);
        let here = |span: &Span| sources.line_at(file, span.start as usize) == line;
        let marks: Vec<usize> = (0..spans.len()).filter(|index| here(&spans[*index])).collect();
        let kept = window(text, marks.first().map(|index| spans[*index].start as usize - start));
        self.cut |= kept.len() < text.len();
        self.text.push_str(if kept.start > 0 { "…" } else { "" });
        let masked = |at: usize| page.is_secret(file, start + at);
        let offsets = self.push_shown(text, &kept, masked);
        self.text.push_str(if kept.end < text.len() { "…\n" } else { "\n" });
        for index in marks {
            let at = |byte: u32| offsets.at((byte as usize).saturating_sub(start));
            moved[index].start = at(spans[index].start);
            moved[index].end = at(spans[index].end);
        }
    }

    /// Adds `kept` of `text`, every hidden or secret character replaced, and returns where its bytes went.
    fn push_shown(&mut self, text: &str, kept: &Range<usize>, masked: impl Fn(usize) -> bool) -> Offsets {
        let mut offsets = Offsets(Vec::new());
        for (at, c) in text[kept.clone()].char_indices() {
            offsets.0.push((kept.start + at, self.text.len()));
            let hidden = is_hidden(c) && c != '\t';
            self.text.push(match c {
                _ if masked(kept.start + at) => '*',
                _ if hidden => '\u{fffd}',
                c => c,
            });
        }
        offsets.0.push((kept.end, self.text.len()));
        offsets
    }
}

/// Pairs of a byte in a line and where it went, ascending.
struct Offsets(Vec<(usize, usize)>);

impl Offsets {
    fn at(&self, byte: usize) -> u32 {
        let index = self.0.partition_point(|(from, _)| *from < byte).min(self.0.len() - 1);
        u32::try_from(self.0[index].1).unwrap_or(u32::MAX)
    }
}

/// What is kept of a line: all of it, or the part around its mark.
fn window(text: &str, mark: Option<usize>) -> Range<usize> {
    if text.len() <= LONG_LINE {
        return 0..text.len();
    }
    let mark = mark.unwrap_or(0).min(text.len());
    let start = mark.saturating_sub(MARGIN);
    let end = (mark + 2 * MARGIN).min(text.len());
    text.floor_char_boundary(start)..text.ceil_char_boundary(end)
}
