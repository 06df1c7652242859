//! `init`: a new project that runs as it stands.

use std::fs;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use super::exit::{Exit, Failed};
use super::session::Session;
use crate::msg;

const FILES: &[(&str, &str)] = &[
    ("monthstart.yaml", include_str!("../../examples/first/monthstart.yaml")),
    ("roster.yaml", include_str!("../../examples/first/roster.yaml")),
    ("first.yaml", include_str!("../../examples/first/first.yaml")),
    (".gitignore", ".monthstart/\n"),
    ("schema/runbook.json", include_str!("../../schema/runbook.json")),
    ("schema/project.json", include_str!("../../schema/project.json")),
    ("schema/roster.json", include_str!("../../schema/roster.json")),
    ("schema/month.json", include_str!("../../schema/month.json")),
];

/// Lays out a project in `dir` (here, when none is named). What is there is never written over.
pub(super) fn init(session: &Session, dir: Option<&Path>) -> Result<Exit, Failed> {
    let dir = dir.map_or_else(|| session.directory.clone(), |dir| session.directory.join(dir));
    if let Some((name, _)) = FILES.iter().find(|(name, _)| fs::symlink_metadata(dir.join(name)).is_ok()) {
        let path = crate::words::printable(&dir.join(name).display().to_string());
        return Err(Failed::new(Exit::Refused, msg!("init-exists", path = path)));
    }
    for (name, text) in FILES {
        write(&dir.join(name), text).map_err(|error| {
            let path = crate::words::printable(&dir.join(name).display().to_string());
            Failed::new(Exit::OutOfReach, msg!("file-unwritable", path = path, why = error.to_string()))
        })?;
    }
    let shown = dir.strip_prefix(&session.directory).unwrap_or(&dir).join("first.yaml");
    session.output.result(&session.say(&msg!("init-done", path = shown.display().to_string())));
    Ok(Exit::Done)
}

/// A new file with its folders; one that is there is never touched.
pub(super) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o755).create(folder)?;
    }
    fs::OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}
