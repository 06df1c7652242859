//! A file that is made whole before it has its name: in a folder of its own beside its place, which its maker holds
//! locked. What fails takes its folder along; what a dead process has left is nobody's, and goes at the next making.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::Path;

use super::StoreError;
use super::folder::{create, temporary_name, unusable};

/// How a draft's folder is marked, after the name of what is made in it.
const MARK: &str = "new";

/// A draft of the file at `place`. When it is dropped its folder is gone.
#[derive(Debug)]
pub(super) struct Draft {
    place: String,
    folder: String,
    file: String,
    /// The system gives it up when its holder dies, whatever numbers processes have.
    _lock: File,
}

impl Draft {
    /// An empty draft of the file at `place`, after those were swept away whose makers are dead.
    pub(super) fn of(place: &str) -> Result<Self, StoreError> {
        sweep(place);
        let fail = |why: io::Error| unusable(Path::new(place), &why.to_string());
        loop {
            let folder = format!("{place}{}", temporary_name(MARK));
            match DirBuilder::new().mode(0o700).create(&folder) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                made => made.map_err(fail)?,
            }
            let lock = match held(&folder) {
                Ok(Some(lock)) => lock,
                // It was swept away before it was locked.
                Ok(None) => continue,
                Err(error) => {
                    // It is empty; the first error is the one that matters.
                    let _ = fs::remove_dir(&folder);
                    return Err(fail(error));
                }
            };
            let file = format!("{folder}/draft");
            let draft = Draft { place: place.to_owned(), folder, file, _lock: lock };
            create(Path::new(&draft.file)).map_err(fail)?;
            return Ok(draft);
        }
    }

    /// The file that is made.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// Puts the finished file on the disk and in its place, unless another process was quicker: then that one's counts.
    pub(super) fn put_in_place(self) -> Result<(), StoreError> {
        put_in_place(Path::new(&self.file), Path::new(&self.place))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // What cannot be removed now is swept away later.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The lock of a folder that was just made; `None`: it is gone, or another one by now.
fn held(folder: &str) -> io::Result<Option<File>> {
    let is_gone = |error: &io::Error| error.kind() == ErrorKind::NotFound;
    let file = match File::open(folder) {
        Err(error) if is_gone(&error) => return Ok(None),
        opened => opened?,
    };
    // Whoever sweeps holds it for a moment only.
    file.lock()?;
    let ours = file.metadata()?.ino();
    match fs::metadata(folder) {
        Err(error) if is_gone(&error) => Ok(None),
        found => Ok((found?.ino() == ours).then_some(file)),
    }
}

/// Removes the drafts of `place` that nobody holds any more. What cannot be read or removed stays: it is in nobody's way.
pub(super) fn sweep(place: &str) {
    let place = Path::new(place);
    let (Some(beside), Some(name)) = (place.parent(), place.file_name()) else { return };
    let beside = if beside.as_os_str().is_empty() { Path::new(".") } else { beside };
    let begin = [name.as_encoded_bytes(), b".", MARK.as_bytes(), b"."].concat();
    let Ok(found) = fs::read_dir(beside) else { return };
    for entry in found.flatten() {
        let is_draft = entry.file_name().as_encoded_bytes().starts_with(&begin)
            && entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_draft
            && let Ok(folder) = File::open(entry.path())
            && folder.try_lock().is_ok()
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Puts a finished file on the disk and gives it its name as well, unless that is taken: then what has it counts.
pub(super) fn put_in_place(draft: &Path, place: &Path) -> Result<(), StoreError> {
    let fail = |why: io::Error| unusable(place, &why.to_string());
    File::open(draft).and_then(|file| file.sync_all()).map_err(fail)?;
    match fs::hard_link(draft, place) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(fail(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_draft_goes_with_its_maker_and_no_other_one_is_touched() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("x.db").display().to_string();
        let left = format!("{place}.new.1.0.tmp");
        fs::create_dir(&left).unwrap();
        fs::write(format!("{left}/draft-wal"), "what a dead process has left").unwrap();
        fs::write(dir.path().join("x.db.new"), "somebody's file").unwrap();
        fs::create_dir(dir.path().join("y.db.new.1.0.tmp")).unwrap();
        let first = Draft::of(&place).unwrap();
        assert!(!Path::new(&left).exists(), "a dead process's draft stays behind");
        let second = Draft::of(&place).unwrap();
        assert!(Path::new(first.file()).exists(), "a living process's draft was swept away");
        fs::write(second.file(), "whole").unwrap();
        second.put_in_place().unwrap();
        fs::write(first.file(), "too late").unwrap();
        first.put_in_place().unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "whole");
        drop(Draft::of(&place).unwrap());
        assert_eq!(names(dir.path()), ["x.db", "x.db.new", "y.db.new.1.0.tmp"]);
    }
}
