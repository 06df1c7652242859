//! The records, as their keeper writes them: one write for what happens at one moment. A disk that is full is written to
//! again later, and the records never grow for ever.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::protocol;
use super::records::{self, Entry, FILE, boot};

/// Records that are longer are looked through for what nobody needs any more.
const LONG: u64 = 1 << 20;

/// A keeper's records.
pub(super) struct Book {
    folder: PathBuf,
    file: File,
    size: u64,
    /// What former keepers have left in it.
    inherited: Vec<Entry>,
    /// The last line may be cut off.
    is_torn: bool,
    /// What could not be written yet.
    owed: Vec<Entry>,
    /// The size at which it is looked through.
    limit: u64,
}

impl Book {
    /// The records in `folder`, which an engine has begun.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let mut bytes = std::fs::read(folder.join(FILE))?;
        let mut inherited: Vec<Entry> = protocol::read(&mut bytes);
        inherited.retain(|entry| !matches!(entry, Entry::Keeper { .. }));
        let file = records::open(folder)?;
        let size = file.metadata()?.len();
        let (folder, owed) = (folder.to_owned(), Vec::new());
        Ok(Book { folder, file, size, inherited, is_torn: false, owed, limit: LONG })
    }

    /// Writes entries, in one piece.
    pub(super) fn write(&mut self, entries: &[Entry]) -> io::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::new();
        if self.is_torn {
            bytes.push(b'\n');
        }
        for entry in entries {
            protocol::line(entry, &mut bytes);
        }
        let written = self.file.write_all(&bytes);
        self.is_torn = written.is_err();
        self.size += bytes.len() as u64;
        written
    }

    /// Writes entries now, or as soon as that can be done.
    pub(super) fn write_for_sure(&mut self, entries: Vec<Entry>) -> io::Result<()> {
        if self.owed.is_empty() {
            let written = self.write(&entries);
            if written.is_err() {
                self.owed = entries;
            }
            return written;
        }
        self.owed.extend(entries);
        let owed = std::mem::take(&mut self.owed);
        let written = self.write(&owed);
        if written.is_err() {
            self.owed = owed;
        }
        written
    }

    /// Is there something that could not be written?
    pub(super) fn owes(&self) -> bool {
        !self.owed.is_empty()
    }

    /// Tries again.
    pub(super) fn pay(&mut self) {
        // What fails stays owed.
        let _ = self.write_for_sure(Vec::new());
    }

    /// Is it worth looking through?
    pub(super) fn is_long(&self) -> bool {
        self.size > self.limit && self.owed.is_empty()
    }

    /// Keeps these entries, and what former keepers have left.
    pub(super) fn shorten(&mut self, needed: Vec<Entry>) {
        let first = Entry::Keeper { boot: boot() };
        let entries: Vec<Entry> =
            std::iter::once(first).chain(self.inherited.iter().cloned()).chain(needed).collect();
        // Where that fails the long ones are still there.
        if let Ok(file) = records::replace(&self.folder, &entries) {
            self.size = file.metadata().map_or(0, |found| found.len());
            self.file = file;
        }
        self.limit = LONG + 2 * self.size;
    }
}
