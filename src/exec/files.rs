//! Files of the project: what a step names stays below the project's folder.

use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use crate::msg;
use crate::words::{Msg, one_line};

/// Longest text file that is read whole.
const LONGEST: u64 = 16 << 20;

/// The file `path` of the project at `dir`. It must be a file, and below the project also when links are followed.
pub(super) fn inside(dir: &Path, path: &str) -> Result<PathBuf, Msg> {
    let shown = one_line(path, 200);
    let plain =
        Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !plain || path.is_empty() {
        return Err(msg!("exec-file-outside", file = shown));
    }
    let unreadable = |error: std::io::Error| {
        msg!("exec-file-unreadable", file = one_line(path, 200), why = error.to_string())
    };
    let file = dir.join(path).canonicalize().map_err(unreadable)?;
    if !file.starts_with(dir.canonicalize().map_err(unreadable)?) {
        return Err(msg!("exec-file-outside", file = shown));
    }
    if file.is_file() { Ok(file) } else { Err(msg!("exec-file-not-a-file", file = shown)) }
}

/// The text of a file of the project.
pub(super) fn text(dir: &Path, path: &str) -> Result<String, Msg> {
    let file = inside(dir, path)?;
    let shown = one_line(path, 200);
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| msg!("exec-file-unreadable", file = shown.clone(), why = error.to_string()))?;
    if bytes.len() as u64 > LONGEST {
        return Err(msg!("exec-file-too-long", file = shown));
    }
    let text = String::from_utf8(bytes).map_err(|_| msg!("exec-file-not-utf8", file = shown))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
