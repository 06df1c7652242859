//! The project's files as they are read: below its folder only, regular files only, each once.

use std::fs;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::msg;
use crate::plan::resolve::Files;
use crate::runbook::{FileId, Problem, Sources, take_file, text::MAX_FILE};
use crate::words::Msg;

/// Where a project's files are: on disk, or as git keeps them. Paths are relative to the project's folder.
pub(super) trait Tree: std::fmt::Debug {
    /// The content of a regular file.
    fn read(&self, path: &str) -> Result<Vec<u8>, Unread>;
    /// Is there something at `path`?
    fn has(&self, path: &str) -> bool;
    /// What is in a folder, in the order of names; the project's own is the empty path.
    fn names(&self, folder: &str) -> Vec<String>;
    /// A file as diagnostics name it.
    fn shown(&self, path: &str) -> String;
}

/// Files read so far, and what was wrong with reading them.
#[derive(Debug)]
pub(super) struct Shelf {
    tree: Box<dyn Tree>,
    /// Texts, for diagnostics.
    pub sources: Sources,
    paths: Vec<String>,
    /// What is wrong, so far.
    pub problems: Vec<Problem>,
}

/// Why a file is not read.
#[derive(Debug)]
pub(super) enum Unread {
    /// There is none.
    Missing,
    /// It lies outside the project's folder.
    Outside,
    /// It is a folder, a pipe, a device.
    NotAFile,
    /// It is larger than files may be.
    TooLarge,
    /// Something else.
    Other(std::io::Error),
}

impl Shelf {
    /// The files below `root`; diagnostics name them as seen from `shown_from`.
    pub(super) fn new(root: PathBuf, shown_from: PathBuf) -> Self {
        Shelf::of(Box::new(Disk { root, shown_from }))
    }

    /// The files of a tree.
    pub(super) fn of(tree: Box<dyn Tree>) -> Self {
        Shelf { tree, sources: Sources::default(), paths: Vec::new(), problems: Vec::new() }
    }

    /// Is there something at `path`?
    pub(super) fn has(&self, path: &str) -> bool {
        self.tree.has(path)
    }

    /// What is in a folder, in the order of names.
    pub(super) fn names(&self, folder: &str) -> Vec<String> {
        self.tree.names(folder)
    }

    /// The files that were read, in that order.
    pub(super) fn paths(&self) -> &[String] {
        &self.paths
    }

    /// Reads the file at `path` (relative to the project's folder). What is wrong goes to the problems.
    pub(super) fn take(&mut self, path: &str) -> Option<FileId> {
        let shown = self.shown(path);
        match self.tree.read(path) {
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

    /// Reads what nothing is said about: neither its problems nor its texts stay.
    pub(super) fn aside<T>(&mut self, read: impl FnOnce(&mut Shelf) -> T) -> T {
        let sources = std::mem::take(&mut self.sources);
        let paths = std::mem::take(&mut self.paths);
        let problems = std::mem::take(&mut self.problems);
        let made = read(self);
        (self.sources, self.paths, self.problems) = (sources, paths, problems);
        made
    }

    /// Keeps a text as if it had been read at `path`: what a project has that says nothing.
    pub(super) fn take_text(&mut self, path: &str, text: &str) -> FileId {
        self.paths.push(path.to_owned());
        self.sources.add(self.shown(path), text)
    }

    /// A file as diagnostics name it.
    pub(super) fn shown(&self, path: &str) -> String {
        self.tree.shown(path)
    }
}

/// A folder on disk.
#[derive(Debug)]
struct Disk {
    root: PathBuf,
    shown_from: PathBuf,
}

impl Tree for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, Unread> {
        read(&self.root, path)
    }

    fn has(&self, path: &str) -> bool {
        fs::symlink_metadata(self.root.join(path)).is_ok()
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.root.join(folder)) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        names.sort();
        names
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
        self.tree.read(path).ok().and_then(|bytes| String::from_utf8(bytes).ok())
    }

    fn leaves(&self, path: &str) -> bool {
        matches!(self.tree.read(path), Err(Unread::Outside))
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
