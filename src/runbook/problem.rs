//! Where something stands in a file, and what is wrong with it.

use std::path::{Path, PathBuf};

use crate::words::Msg;

/// A file that was read, by its number in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u16);

/// A range of bytes in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// `value`, written at `span`.
    pub fn new(value: T, span: Span) -> Self {
        Spanned { value, span }
    }
}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// The files that were read, in the order in which they were read.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

/// One file: what people call it, its text, and where its lines begin, so that no position costs a walk through it.
#[derive(Debug, Clone)]
struct Source {
    path: PathBuf,
    text: String,
    lines: Vec<usize>,
}

impl Sources {
    /// Keeps a file's text; its number is what spans refer to. `path` is shown to people.
    pub fn add(&mut self, path: impl Into<PathBuf>, text: impl Into<String>) -> FileId {
        let text = text.into();
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        self.files.push(Source { path: path.into(), text, lines });
        FileId(u16::try_from(self.files.len() - 1).unwrap_or(u16::MAX))
    }

    /// How many were read.
    pub fn count(&self) -> usize {
        self.files.len()
    }

    /// The path of `file`, as people call it.
    pub fn path(&self, file: FileId) -> &Path {
        self.files.get(usize::from(file.0)).map_or(Path::new("?"), |source| &source.path)
    }

    /// The text of `file`.
    pub fn text(&self, file: FileId) -> &str {
        self.files.get(usize::from(file.0)).map_or("", |source| &source.text)
    }

    /// Line and column (both from 1, the column in characters) of the first byte of `span`.
    pub fn position(&self, span: Span) -> (usize, usize) {
        let start = span.start as usize;
        let line = self.line_at(span.file, start);
        let before = self.text(span.file).get(self.line_start(span.file, line)..start);
        (line, before.map_or(0, |before| before.chars().count()) + 1)
    }

    /// The number, from 1, of the line that holds byte `at` of `file`.
    pub fn line_at(&self, file: FileId, at: usize) -> usize {
        self.files
            .get(usize::from(file.0))
            .map_or(1, |source| source.lines.partition_point(|start| *start <= at))
    }

    /// The first byte of line `line` (from 1) of `file`; its length where there is no such line.
    pub fn line_start(&self, file: FileId, line: usize) -> usize {
        let source = self.files.get(usize::from(file.0));
        source.map_or(0, |source| source.lines.get(line - 1).copied().unwrap_or(source.text.len()))
    }
}

/// Must it be mended before anything runs?
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is started.
    Error,
    /// Worth a look.
    Warning,
}

/// One mistake: where, what is wrong, what was probably meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong.
    pub message: Msg,
    /// Where: `None` where no text is at fault (a file that cannot be read).
    pub span: Option<Span>,
    /// What was probably meant, or what to do.
    pub help: Option<Msg>,
    /// Other places that belong to it (the first of two, the path of a cycle).
    pub related: Vec<(Span, Msg)>,
    /// What stands at its place is a secret: its line is shown with the secret masked.
    pub secret: bool,
}

impl Problem {
    /// An error at `span`.
    pub fn error(span: Span, message: Msg) -> Self {
        Problem {
            severity: Severity::Error,
            message,
            span: Some(span),
            help: None,
            related: Vec::new(),
            secret: false,
        }
    }

    /// A warning at `span`.
    pub fn warning(span: Span, message: Msg) -> Self {
        Problem { severity: Severity::Warning, ..Problem::error(span, message) }
    }

    /// An error that no text is to blame for.
    pub fn unplaced(message: Msg) -> Self {
        Problem {
            severity: Severity::Error,
            message,
            span: None,
            help: None,
            related: Vec::new(),
            secret: false,
        }
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: Msg) -> Self {
        self.help = Some(help);
        self
    }

    /// The same, with what stands at its place never shown.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// The same with another place.
    #[must_use]
    pub fn related(mut self, span: Span, message: Msg) -> Self {
        self.related.push((span, message));
        self
    }
}

/// The known word that `word` was probably meant to be, if one is close.
pub fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            *distance <= 1 + candidate.chars().count().min(word.chars().count()) / 4
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
