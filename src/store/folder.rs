//! The state folder: journal, locks, logs, letters. Ours alone (0700, files 0600), never a link.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

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

/// A name that nobody else uses at the same time.
pub fn temporary_name(stem: &str) -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    format!(".{stem}.{}.{}.tmp", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// File systems whose locks and shared memory are not this machine's alone: a write-ahead log breaks on them. Their
/// numbers are those of `statfs(2)`.
const SHARED: [(u64, &str); 13] = [
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xfe53_4d42, "SMB2"),
    (0xff53_4d42, "CIFS"),
    (0x5346_414f, "AFS"),
    (0x0102_1997, "9P"),
    (0x00c3_6400, "Ceph"),
    (0x0bd0_0bd0, "Lustre"),
    (0x4750_4653, "GPFS"),
    (0x0116_1970, "GFS2"),
    (0x7461_636f, "OCFS2"),
    (0x7375_7245, "Coda"),
    (0x6573_5546, "FUSE"),
];

/// Local disks that programs serve: their kind stands in the list of mounts.
const LOCAL_FUSE: [&str; 3] = ["fuseblk", "fuse.fuse-overlayfs", "fuse.bindfs"];

/// The file system's name where several machines may share the disk that `path`, or what of it is there, lies on.
pub fn shared_by_machines(path: &Path) -> Option<&'static str> {
    let standing = path.ancestors().find(|folder| folder.exists())?;
    // The kernel's number is signed on some machines and 32 bits wide in all that it means.
    let kind = rustix::fs::statfs(standing).ok()?.f_type & 0xffff_ffff;
    let name = named(u64::try_from(kind).ok()?)?;
    (name != "FUSE" || !is_local_fuse(standing)).then_some(name)
}

fn named(kind: u64) -> Option<&'static str> {
    SHARED.iter().find(|(number, _)| *number == kind).map(|(_, name)| *name)
}

/// Is what a program serves at `path` a disk of this machine?
fn is_local_fuse(path: &Path) -> bool {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let under = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        let (place, kind) = (words.next()?, words.next()?);
        path.starts_with(place).then_some((place.len(), kind))
    });
    under.max_by_key(|(length, _)| *length).is_some_and(|(_, kind)| LOCAL_FUSE.contains(&kind))
}

pub(super) fn unusable(path: &Path, why: &str) -> StoreError {
    StoreError::Unusable { path: path.display().to_string(), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_that_several_machines_share_are_known_by_their_numbers() {
        let known: Vec<_> = [0x6969, 0xff53_4d42, 0xfe53_4d42, 0x6573_5546, 0x0102_1997].map(named).into();
        assert_eq!(known, [Some("NFS"), Some("CIFS"), Some("SMB2"), Some("FUSE"), Some("9P")]);
        // ext4, btrfs, xfs, tmpfs, overlayfs
        assert!(
            [0xef53, 0x9123_683e, 0x5846_5342, 0x0102_1994, 0x794c_7630]
                .iter()
                .all(|kind| named(*kind).is_none())
        );
        assert_eq!(shared_by_machines(Path::new("/dev/shm/not/there")), None);
    }
}
