//! The state folder: journal, locks, logs, letters. Ours alone (0700, files 0600), never a link.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::StoreError;

/// `.monthstart`, or what `MONTHSTART_STATE` puts in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateFolder {
    path: PathBuf,
}

impl StateFolder {
    /// The folder at `path`, whether it is there or not.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        StateFolder { path: path.into() }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes it (and its parents), or makes sure that it is a folder of ours that can be written.
    pub fn prepare(&self) -> Result<(), StoreError> {
        let fail = |why: io::Error| unusable(&self.path, &why.to_string());
        match fs::symlink_metadata(&self.path) {
            Ok(found) if found.is_symlink() => return Err(unusable(&self.path, "it is a symbolic link")),
            Ok(found) if !found.is_dir() => return Err(unusable(&self.path, "it is not a folder")),
            Ok(found) if found.permissions().mode() & 0o077 != 0 => {
                fs::set_permissions(&self.path, fs::Permissions::from_mode(0o700)).map_err(fail)?;
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.path).map_err(fail)?;
            }
            Err(error) => return Err(fail(error)),
        }
        let probe = self.path.join(temporary_name("probe"));
        create(&probe).and_then(|_| fs::remove_file(&probe)).map_err(fail)
    }

    /// Where a path of the settings leads: what lies below `.monthstart/` lies in this folder, the rest in the project.
    pub fn resolve(&self, project: &Path, path: &str) -> PathBuf {
        match path.strip_prefix(".monthstart/") {
            Some(inside) => self.path.join(inside),
            None => project.join(path),
        }
    }
}

/// A new file that only its owner reads.
pub(super) fn create(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

/// A name that no other process uses at the same time.
pub fn temporary_name(stem: &str) -> String {
    format!(".{stem}.{}.tmp", std::process::id())
}

pub(super) fn unusable(path: &Path, why: &str) -> StoreError {
    StoreError::Unusable { path: path.display().to_string(), why: why.to_owned() }
}
