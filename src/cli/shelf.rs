//! The project's files as they are read: below its folder only, regular files only, each once.

use std::fs;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::msg;
use crate::plan::resolve::Files;
use crate::runbook::{FileId, Problem, Sources, take_file, text::MAX_FILE};
use crate::words::Msg;

/// Files read so far, and what was wrong with reading them.
#[derive(Debug)]
pub(super) struct Shelf {
    root: PathBuf,
    shown_from: PathBuf,
    /// Texts, for diagnostics.
    pub sources: Sources,
    paths: Vec<String>,
    /// What is wrong, so far.
    pub problems: Vec<Problem>,
}

/// Why a file is not read.
enum Unread {
    Missing,
    Outside,
    NotAFile,
    TooLarge,
    Other(std::io::Error),
}

impl Shelf {
    /// The files below `root`; diagnostics name them as seen from `shown_from`.
    pub(super) fn new(root: PathBuf, shown_from: PathBuf) -> Self {
        Shelf { root, shown_from, sources: Sources::default(), paths: Vec::new(), problems: Vec::new() }
    }

    /// Is there something at `path`?
    pub(super) fn has(&self, path: &str) -> bool {
        fs::symlink_metadata(self.root.join(path)).is_ok()
    }

    /// Reads the file at `path` (relative to the project's folder). What is wrong goes to the problems.
    pub(super) fn take(&mut self, path: &str) -> Option<FileId> {
        let shown = self.shown(path);
        match read(&self.root, path) {
            Ok(bytes) => {
                let before = self.paths.len();
                let file = take_file(&mut self.sources, shown, bytes, &mut self.problems);
                // A file that is not text has its place among the sources too.
                if file.is_some() || self.sources.count() > before {
                    self.paths.push(path.to_owned());
                }
                file
            }
            Err(unread) => {
                self.problems.push(Problem::unplaced(why(&unread, &shown)));
                None
            }
        }
    }

    /// Keeps a text as if it had been read at `path`: what a project has that says nothing.
    pub(super) fn take_text(&mut self, path: &str, text: &str) -> FileId {
        self.paths.push(path.to_owned());
        self.sources.add(self.shown(path), text)
    }

    fn shown(&self, path: &str) -> String {
        let whole = self.root.join(path);
        let near = whole.strip_prefix(&self.shown_from).unwrap_or(&whole);
        crate::words::printable(&near.display().to_string())
    }
}

impl Files for Shelf {
    fn path(&self, file: FileId) -> String {
        self.paths.get(usize::from(file.0)).cloned().unwrap_or_default()
    }

    fn read(&self, path: &str) -> Option<String> {
        read(&self.root, path).ok().and_then(|bytes| String::from_utf8(bytes).ok())
    }

    fn leaves(&self, path: &str) -> bool {
        matches!(read(&self.root, path), Err(Unread::Outside))
    }
}

fn why(unread: &Unread, path: &str) -> Msg {
    match unread {
        Unread::Missing => msg!("file-missing", path = path),
        Unread::Outside => msg!("file-outside", path = path),
        Unread::NotAFile => msg!("file-not-regular", path = path),
        Unread::TooLarge => msg!("file-too-large", path = path, limit = MAX_FILE >> 20),
        Unread::Other(error) => msg!("file-unreadable", path = path, why = error.to_string()),
    }
}

/// The content of a regular file below `root`. Opened without waiting, so that a FIFO cannot hold us.
fn read(root: &Path, path: &str) -> Result<Vec<u8>, Unread> {
    let other = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Unread::Missing,
        _ => Unread::Other(error),
    };
    let real_root = root.canonicalize().map_err(other)?;
    let real = root.join(path).canonicalize().map_err(other)?;
    if !real.starts_with(&real_root) {
        return Err(Unread::Outside);
    }
    let nonblocking = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = fs::OpenOptions::new().read(true).custom_flags(nonblocking).open(&real).map_err(other)?;
    let found = file.metadata().map_err(other)?;
    if !found.is_file() {
        return Err(Unread::NotAFile);
    }
    let limit = u64::try_from(MAX_FILE).unwrap_or(u64::MAX);
    if found.len() > limit {
        return Err(Unread::TooLarge);
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(other)?;
    Ok(bytes)
}
