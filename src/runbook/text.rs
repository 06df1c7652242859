//! Bytes of a file to text: what may stand in a file at all, before anybody asks what it says.

use super::problem::{FileId, Problem, Sources, Span};
use crate::msg;
use crate::words::is_bidi;

/// The largest file that is read, in bytes.
pub const MAX_FILE: usize = 16 << 20;

/// Keeps the file `path` for messages and returns its number, unless it is too large or not UTF-8.
pub fn take_file(
    sources: &mut Sources,
    path: impl Into<std::path::PathBuf>,
    bytes: Vec<u8>,
    problems: &mut Vec<Problem>,
) -> Option<FileId> {
    if bytes.len() > MAX_FILE {
        let path = path.into();
        problems.push(Problem::unplaced(too_large(&path.to_string_lossy(), bytes.len())));
        return None;
    }
    match String::from_utf8(bytes) {
        Ok(text) => Some(sources.add(path, text)),
        Err(error) => {
            let start = error.utf8_error().valid_up_to();
            let file = sources.add(path, String::from_utf8_lossy(error.as_bytes()).into_owned());
            let problem =
                Problem::error(span(file, start, start + '\u{fffd}'.len_utf8()), msg!("problem-not-utf8"));
            problems.push(problem.help(msg!("help-problem-not-utf8")));
            None
        }
    }
}

/// The message that `path` has too many bytes.
pub(super) fn too_large(path: &str, bytes: usize) -> crate::words::Msg {
    msg!("problem-file-too-large", path = path, size = bytes >> 20, limit = MAX_FILE >> 20)
}

/// Does `c` draw nothing but move, turn or hide what is around it?
pub fn is_hidden(c: char) -> bool {
    c.is_control() || is_bidi(c)
}

/// `text` cut to `limit` characters, with what is hidden in it made visible as `<U+001B>`.
pub fn visible(text: &str, limit: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(4 * limit));
    for c in text.chars().take(limit) {
        if is_hidden(c) {
            shown.push_str(&code_point(c));
        } else {
            shown.push(c);
        }
    }
    if text.chars().nth(limit).is_some() {
        shown.push('…');
    }
    shown
}

/// `<U+001B>`.
pub fn code_point(c: char) -> String {
    format!("<U+{:04X}>", u32::from(c))
}

/// Bytes `start..end` of `file`.
pub(super) fn span(file: FileId, start: usize, end: usize) -> Span {
    let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { file, start: narrow(start), end: narrow(end.max(start)) }
}
