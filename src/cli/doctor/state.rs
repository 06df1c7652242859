//! The state folder and the journal in it.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::{Area, Finding, Level};
use crate::cli::exit::{Exit, What};
use crate::cli::session::Session;
use crate::msg;
use crate::plan::project::Project;
use crate::words::Explain;

/// Less than this is little: a log of a wild program fills it in an hour.
const LITTLE: u64 = 1 << 30;

/// File systems whose locks and shared memory are not this machine's alone: a write-ahead log breaks on them. Their
/// numbers are those of `statfs(2)`.
const REMOTE: [(u64, &str); 12] = [
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
];

/// The folder: is it there, ours alone, with room, on a disk of this machine? `fix` makes it and takes others' rights away.
pub(super) fn folder(session: &Session, root: &Path, fix: bool) -> Vec<Finding> {
    let state = session.state(root);
    let path = state.path();
    let shown = path.display().to_string();
    let mut found = Vec::new();
    if fix && let Err(error) = state.prepare() {
        found.push(Finding::new(Area::State, Level::OutOfReach, error.explain(), msg!("doctor-state-fix")));
    }
    let open = others_may(path);
    if fix {
        for entry in &open {
            close(entry);
        }
    }
    let open = if fix { others_may(path) } else { open };
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => found.push(missing(path)),
        Err(error) => {
            let text = msg!("file-unreadable", path = shown.clone(), why = error.to_string());
            found.push(Finding::new(Area::State, Level::OutOfReach, text, msg!("doctor-state-fix")));
        }
        Ok(known) if !known.is_dir() => {
            let text = msg!("doctor-state-no-folder", path = shown.clone());
            found.push(Finding::new(Area::State, Level::OutOfReach, text, msg!("doctor-state-fix")));
        }
        Ok(known) if known.uid() != rustix::process::geteuid().as_raw() || !is_writable(path) => {
            let text = msg!("doctor-state-foreign", path = shown.clone());
            found.push(Finding::new(Area::State, Level::OutOfReach, text, msg!("doctor-state-fix")));
        }
        Ok(_) if !open.is_empty() => {
            let text = msg!("doctor-state-open", path = open[0].display().to_string(), count = open.len());
            found.push(Finding::new(Area::State, Level::Warning, text, msg!("doctor-state-open-fix")));
        }
        Ok(_) => {}
    }
    let standing = nearest(path);
    found.extend(disk(&standing));
    if found.is_empty() {
        found.push(Finding::good(Area::State, msg!("doctor-state-good", path = shown)));
    }
    found
}

fn missing(path: &Path) -> Finding {
    let shown = path.display().to_string();
    if is_writable(&nearest(path)) {
        return Finding::good(Area::State, msg!("doctor-state-none", path = shown));
    }
    let text = msg!("doctor-state-foreign", path = shown);
    Finding::new(Area::State, Level::OutOfReach, text, msg!("doctor-state-fix"))
}

fn is_writable(path: &Path) -> bool {
    use rustix::fs::Access;
    rustix::fs::access(path, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// The path, or what of it is there.
fn nearest(path: &Path) -> PathBuf {
    path.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/")).to_path_buf()
}

/// The folder, and what lies directly in it, that others than its owner may read or write. Links are left alone.
fn others_may(path: &Path) -> Vec<PathBuf> {
    let inside =
        std::fs::read_dir(path).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let open = |path: &PathBuf| {
        std::fs::symlink_metadata(path)
            .is_ok_and(|found| !found.is_symlink() && found.permissions().mode() & 0o077 != 0)
    };
    let mut all: Vec<PathBuf> = std::iter::once(path.to_path_buf()).chain(inside).filter(open).collect();
    all.sort();
    all
}

/// Takes others' rights away; what cannot be done shows as still undone.
fn close(path: &Path) {
    let Ok(known) = std::fs::symlink_metadata(path) else { return };
    let mode = known.permissions().mode() & 0o700;
    let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode));
}

/// Is there room, and is the disk this machine's own?
fn disk(path: &Path) -> Vec<Finding> {
    let mut found = Vec::new();
    let shown = || path.display().to_string();
    if let Ok(system) = rustix::fs::statvfs(path) {
        let free = system.f_bavail.saturating_mul(system.f_frsize);
        if free < LITTLE {
            let text = msg!("doctor-disk-little", path = shown(), free = free >> 20);
            found.push(Finding::new(Area::State, Level::Warning, text, msg!("doctor-disk-fix")));
        }
    }
    // The kernel's number is signed on some machines and 32 bits wide in all that it means.
    let kind =
        rustix::fs::statfs(path).ok().and_then(|system| u64::try_from(system.f_type & 0xffff_ffff).ok());
    let remote = kind.and_then(|kind| REMOTE.iter().find(|(number, _)| *number == kind));
    if let Some((_, name)) = remote {
        let text = msg!("doctor-disk-remote", path = shown(), kind = *name);
        found.push(Finding::new(Area::State, Level::OutOfReach, text, msg!("doctor-disk-remote-fix")));
    }
    found
}

/// The journal opens, can be written, and is not ahead of the clock.
pub(super) async fn store(session: &Session, project: &Project) -> Vec<Finding> {
    let bad = |text| Finding::new(Area::Store, Level::OutOfReach, text, msg!("doctor-store-fix"));
    let mut store = match session.open_store(project).await {
        Ok(Some(store)) => store,
        Ok(None) => return vec![Finding::good(Area::Store, msg!("doctor-store-none"))],
        Err(failed) => {
            let why = match &failed.what {
                What::Said(msg) => msg.clone(),
                _ => msg!("doctor-store-silent"),
            };
            let level = if failed.exit == Exit::Invalid { Level::Invalid } else { Level::OutOfReach };
            return vec![Finding { level, ..bad(why) }];
        }
    };
    if let Err(error) = store.probe().await {
        return vec![bad(error.explain())];
    }
    let rows = match store.runs().await {
        Ok(rows) => rows,
        Err(error) => return vec![bad(error.explain())],
    };
    store.close().await;
    let now = session.clock.now();
    let mut found = vec![Finding::good(Area::Store, msg!("doctor-store-good", runs = rows.len()))];
    if rows.iter().any(|row| row.started_at > now || row.finished_at.is_some_and(|at| at > now)) {
        let text = msg!("doctor-clock-behind");
        found.push(Finding::new(Area::Clock, Level::Warning, text, msg!("doctor-clock-fix")));
    }
    found
}
