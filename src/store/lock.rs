//! One engine a run: a lock that the operating system gives up when its holder dies.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::folder::{StateFolder, create, unusable};
use super::{RunId, StoreError};
use crate::run::EngineId;

/// How often a lock is asked for before it counts as held.
const LOOKERS: u32 = 50;

/// The right to drive a run, held as long as this value lives.
#[derive(Debug)]
pub struct RunLock {
    _file: File,
}

impl RunLock {
    /// Takes the lock of `run`; `Err(Some(engine))` inside: somebody holds it.
    pub fn take(
        state: &StateFolder,
        run: &RunId,
        me: &EngineId,
    ) -> Result<Result<RunLock, Option<EngineId>>, StoreError> {
        let path = path_of(state, run);
        let fail = |why: std::io::Error| unusable(&path, &why.to_string());
        if let Some(folder) = path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(fail)?;
        }
        let mut file = create(&path).map_err(fail)?;
        if !is_taken(&file).map_err(fail)? {
            return Ok(Err(read_holder(&mut file)));
        }
        let holder = serde_json::to_string(me).unwrap_or_default();
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(holder.as_bytes()))
            .map_err(fail)?;
        Ok(Ok(RunLock { _file: file }))
    }

    /// Does anybody hold the lock of `run`?
    pub(super) fn is_held(state: &StateFolder, run: &RunId) -> bool {
        File::open(path_of(state, run))
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Who drives `run` now, if anybody does.
    pub fn holder(state: &StateFolder, run: &RunId) -> Option<EngineId> {
        let mut file = File::open(path_of(state, run)).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => read_holder(&mut file),
            _ => None,
        }
    }
}

/// A place on a platform, as a lock. Whoever dies gives it back.
#[derive(Debug)]
pub struct FilePlace {
    _file: File,
}

impl FilePlace {
    /// Takes one of `limit` places on `platform`; `None`: all are taken.
    pub fn take(state: &StateFolder, platform: &str, limit: u32) -> Result<Option<FilePlace>, StoreError> {
        for number in 0..limit {
            if let Some(file) = taken(&folder(state).join("platforms"), &format!("{platform}.{number}.lock"))?
            {
                return Ok(Some(FilePlace { _file: file }));
            }
        }
        Ok(None)
    }
}

/// The right to send the letters of a state folder: one process at a time. Whoever dies gives it back.
#[derive(Debug)]
pub struct PostLock {
    _file: File,
}

impl PostLock {
    /// Takes it; `None`: another process is sending.
    pub fn take(state: &StateFolder) -> Result<Option<PostLock>, StoreError> {
        Ok(taken(&folder(state), "post.lock")?.map(|file| PostLock { _file: file }))
    }
}

/// The file `name` in `folder`, locked; `None`: somebody else has it.
fn taken(folder: &Path, name: &str) -> Result<Option<File>, StoreError> {
    let fail = |why: std::io::Error| unusable(folder, &why.to_string());
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(fail)?;
    let file = create(&folder.join(name)).map_err(fail)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(why)) => Err(fail(why)),
    }
}

/// Takes the lock. Whoever only looks who holds it has it for a moment: one does not give way to that.
fn is_taken(file: &File) -> std::io::Result<bool> {
    for _ in 0..LOOKERS {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => std::thread::yield_now(),
            Err(TryLockError::Error(why)) => return Err(why),
        }
    }
    Ok(false)
}

fn read_holder(file: &mut File) -> Option<EngineId> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn path_of(state: &StateFolder, run: &RunId) -> PathBuf {
    folder(state).join(format!("{}@{}.lock", run.runbook, run.month))
}

fn folder(state: &StateFolder) -> PathBuf {
    state.path().join("locks")
}
