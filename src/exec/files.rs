//! Files of the project: what a step names stays below the project's folder.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

use super::Room;
use super::sql::address::placed;
use crate::msg;
use crate::words::{Msg, one_line};

/// Longest text file that is read whole.
const LONGEST: u64 = 16 << 20;

/// The file `path` of the project at `dir`. It must be a file, and below the project also when links are followed.
pub(super) fn inside(dir: &Path, path: &str) -> Result<PathBuf, Msg> {
    let shown = one_line(path, 200);
    if !stays_below(path) {
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

/// Does it name something below the folder that it is seen from, as it is written?
fn stays_below(path: &str) -> bool {
    let plain =
        Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    plain && !path.is_empty()
}

/// A file of data, which may not be there yet.
#[derive(Debug, Clone)]
pub(super) struct Place {
    root: PathBuf,
    path: PathBuf,
    /// How it is called.
    pub(super) shown: String,
}

/// Where `path` stands: below the project, or below the state folder when it begins with `.monthstart/`.
pub(super) fn place(room: &Room, path: &str) -> Result<Place, Msg> {
    let shown = one_line(path, 200);
    if !stays_below(path) || path.contains('\0') {
        return Err(msg!("exec-file-outside", file = shown));
    }
    let (project, state) = (&room.project.dir, &room.state_dir);
    let path = placed(project, state, path);
    let root = if path.starts_with(state) { state } else { project }.clone();
    Ok(Place { root, path, shown })
}

impl Place {
    /// The file, with links followed; `None` when they lead out of the folder that it has to stay in.
    pub(super) fn real(&self) -> io::Result<Option<PathBuf>> {
        let file = self.path.canonicalize()?;
        let root = self.root.canonicalize()?;
        Ok(file.starts_with(root).then_some(file))
    }
}

/// By what it is seen that a file has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Print {
    device: u64,
    inode: u64,
    /// How long it is, in bytes.
    pub(super) size: u64,
    /// When it was written, in seconds.
    pub(super) written: i64,
    nanoseconds: i64,
}

impl Print {
    /// Of what the system says about a file.
    pub(super) fn of(file: &Metadata) -> Self {
        Print {
            device: file.dev(),
            inode: file.ino(),
            size: file.size(),
            written: file.mtime(),
            nanoseconds: file.mtime_nsec(),
        }
    }
}

/// A number of bytes for people: `3.2 MB`.
pub(super) fn size(bytes: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} B"),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let shown = [0, 999, 1_000, 3_250_000, 5_000_000_000].map(size);
        assert_eq!(shown, ["0 B", "999 B", "1.0 kB", "3.2 MB", "5.0 GB"]);
    }
}
