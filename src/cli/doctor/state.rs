//! The state folder and the journal in it.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::{Area, Finding, Level};
use crate::cli::exit::{Exit, What};
use crate::cli::session::Session;
use crate::msg;
use crate::plan::project::Project;
use crate::store::{ServerFacts, shared_by_machines};
use crate::words::Explain;

/// Less than this is little: a log of a wild program fills it in an hour.
const LITTLE: u64 = 1 << 30;

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
    if let Some(kind) = shared_by_machines(path) {
        let text = msg!("doctor-disk-remote", path = shown(), kind = kind);
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
    let server = match store.server().await {
        Ok(server) => server,
        Err(error) => return vec![bad(error.explain())],
    };
    store.close().await;
    let now = session.clock.now();
    let mut found = vec![Finding::good(Area::Store, msg!("doctor-store-good", runs = rows.len()))];
    found.extend(server.iter().flat_map(|server| about(server, now)));
    if rows.iter().any(|row| row.started_at > now || row.finished_at.is_some_and(|at| at > now)) {
        let text = msg!("doctor-clock-behind");
        found.push(Finding::new(Area::Clock, Level::Warning, text, msg!("doctor-clock-fix")));
    }
    found
}

/// So far may a server's clock and ours be apart without anybody minding, in milliseconds.
const APART: i64 = 5_000;

/// A server that keeps the journal: who it is, whether it keeps what it acknowledges, whether it knows the time.
fn about(server: &ServerFacts, now: jiff::Timestamp) -> Vec<Finding> {
    let version = crate::words::one_line(&server.version, 60);
    let mut found = vec![Finding::good(
        Area::Store,
        msg!("doctor-store-server", version = version, schema = server.schema.clone()),
    )];
    if !server.is_durable {
        let text = msg!("doctor-store-not-durable");
        found.push(Finding::new(Area::Store, Level::Warning, text, msg!("doctor-store-durable-fix")));
    }
    let apart = now.as_millisecond().saturating_sub(server.now).saturating_abs();
    if apart > APART {
        let text = msg!("doctor-clock-apart", seconds = apart / 1_000);
        found.push(Finding::new(Area::Clock, Level::Warning, text, msg!("doctor-clock-fix")));
    }
    found
}
