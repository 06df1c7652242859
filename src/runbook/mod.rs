//! Text to [`Runbook`]: files as a person wrote them, with the place of every word, and every mistake that can be
//! seen without looking at other files. Pure: files come in as text.

pub mod model;
pub mod problem;

pub use model::{Runbook, Step, Verb};
pub use problem::{FileId, Problem, Severity, Sources, Span, Spanned};
