//! Where the log of an attempt is, and whether what is written still goes there.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use super::log::hex;
use crate::id::RunId;
use crate::run::StepPath;

/// Between two looks whether the file is still in its place.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// Where the log of an attempt is, below the state folder.
pub fn log_path(state_dir: &Path, run: &RunId, path: &StepPath, attempt: u32) -> PathBuf {
    let (stage, step) = path.0.split_once('/').unwrap_or(("", &path.0));
    state_dir
        .join("logs")
        .join(part(&run.runbook))
        .join(run.month.to_string())
        .join(part(stage))
        .join(part(step))
        .join(format!("{attempt}.log"))
}

/// A name as one part of a path: it leads nowhere else, and is not too long for a file system.
fn part(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_control() || matches!(c, '/' | '\\') { '_' } else { c }).collect();
    match plain.as_str() {
        "" | "." | ".." => "_".to_owned(),
        short if short.len() <= 200 => plain,
        long => {
            let digest = Sha256::digest(name.as_bytes());
            let mark = hex(&digest[..6]);
            let head: String = long
                .chars()
                .scan(0, |size, c| {
                    *size += c.len_utf8();
                    (*size <= 180).then_some(c)
                })
                .collect();
            format!("{head}-{mark}")
        }
    }
}

/// The file of a log that is written to.
#[derive(Debug)]
pub(super) struct LogFile {
    file: File,
    path: PathBuf,
    /// Which file it is: there may be another one in its place.
    id: (u64, u64),
    /// How much is in it.
    size: u64,
    looked: Instant,
}

impl LogFile {
    /// The file at `path`, to be added to; it and its folders are made where they are missing.
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        let file = open(&path)?;
        let found = file.metadata()?;
        Ok(LogFile { file, path, id: id(&found), size: found.len(), looked: Instant::now() })
    }

    /// Where it was opened.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How much is in it.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Adds to it.
    pub(super) fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self.file.write_all(bytes);
        self.size = match &written {
            Ok(()) => self.size + bytes.len() as u64,
            Err(_) => self.file.metadata().map_or(self.size, |found| found.len()),
        };
        written
    }

    /// Is it time to look whether it is still in its place?
    pub(super) fn is_due(&self) -> bool {
        self.looked.elapsed() >= BETWEEN_LOOKS
    }

    /// Has somebody taken it away, put another one in its place, or cut it?
    pub(super) fn is_taken(&mut self) -> bool {
        self.looked = Instant::now();
        match fs::symlink_metadata(&self.path) {
            Ok(found) => id(&found) != self.id || found.len() < self.size,
            // What cannot be looked at now is looked at later.
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }
}

fn id(found: &Metadata) -> (u64, u64) {
    (found.dev(), found.ino())
}

fn open(path: &Path) -> io::Result<File> {
    let no_follow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
    let mut options = OpenOptions::new();
    options.create(true).append(true).mode(0o600).custom_flags(no_follow);
    match (options.open(path), path.parent()) {
        (Err(error), Some(folder)) if error.kind() == io::ErrorKind::NotFound => {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            options.open(path)
        }
        (opened, _) => opened,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path_of(step: &str) -> PathBuf {
        let run = "month-start/2026-10".parse().unwrap();
        log_path(Path::new("state"), &run, &StepPath(step.to_owned()), 2)
    }

    #[test]
    fn logs_stay_below_the_state_folder() {
        assert_eq!(
            path_of("bill-item/told"),
            Path::new("state/logs/month-start/2026-10/bill-item/told/2.log")
        );
        assert_eq!(path_of("s/../../x").parent().unwrap().file_name().unwrap(), ".._.._x");
        assert!(path_of("s/..").ends_with("s/_/2.log"));
        let long = path_of(&format!("s/{}", "南".repeat(90)));
        assert!(long.parent().unwrap().file_name().unwrap().len() <= 200);
        assert_ne!(long, path_of(&format!("s/{}", "南".repeat(91))));
    }

    #[test]
    fn a_file_that_is_taken_replaced_or_cut_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("logs/1.log");
        let begun = || {
            let mut file = LogFile::open(path.clone()).unwrap();
            file.put(b"something\n").unwrap();
            assert!(!file.is_taken() && !file.is_due());
            file
        };
        let mut file = begun();
        fs::remove_file(&path).unwrap();
        assert!(file.is_taken());
        let mut file = begun();
        fs::remove_dir_all(dir.path().join("logs")).unwrap();
        assert!(file.is_taken());
        let mut file = begun();
        fs::rename(&path, path.with_extension("1")).unwrap();
        fs::write(&path, "somebody else's, and longer than it was\n").unwrap();
        assert!(file.is_taken());
        let mut file = begun();
        fs::write(&path, "").unwrap();
        assert!(file.is_taken());
        let (mut one, mut other) = (begun(), begun());
        other.put(b"more\n").unwrap();
        assert!(!one.is_taken(), "two may write it at once");
    }
}
