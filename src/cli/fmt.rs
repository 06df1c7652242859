//! `fmt`: the one layout of a project's files.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::exit::{Exit, Failed};
use super::files::{one_project, runbooks, yaml_in};
use super::project::{open, read_book, show_problems};
use super::session::Session;
use super::shelf::Shelf;
use crate::msg;
use crate::runbook::layout::{Unlaid, lay_out};
use crate::runbook::{FileId, yaml};
use crate::words::Msg;

/// What came of the files.
#[derive(Debug, Default)]
struct Outcome {
    /// Those that were not in the layout, as people call them.
    unlaid: Vec<String>,
    /// Why others are left as they are.
    left: Vec<Msg>,
}

/// Brings these files, or all of the project, into the layout; with `check` only tells which are not in it.
pub(super) fn fmt(session: &Session, files: &[PathBuf], check: bool) -> Result<Exit, Failed> {
    let (root, named) = one_project(session, files)?;
    let paths = if named.is_empty() { all(session, &root) } else { named };
    let mut shelf = Shelf::new(root.clone(), session.directory.clone());
    let mut outcome = Outcome::default();
    for path in &paths {
        one(&mut shelf, &root, path, check, &mut outcome)?;
    }
    if !session.json {
        session.output.result(&outcome.unlaid.join("\n"));
    } else if shelf.problems.is_empty() {
        session.output.result(&json!({"files": paths.len(), "changed": outcome.unlaid}).to_string());
    }
    for message in &outcome.left {
        session.output.diagnostic(&session.error_line(message));
    }
    show_problems(session, &shelf)?;
    let wrong = !outcome.left.is_empty() || (check && !outcome.unlaid.is_empty());
    Ok(if wrong { Exit::Unexpected } else { Exit::Done })
}

/// Everything that `validate` looks at. What is wrong with it is of no interest here.
fn all(session: &Session, root: &Path) -> Vec<String> {
    let mut opened = open(session, root);
    for path in runbooks(&opened, &[]) {
        let _ = read_book(&mut opened.shelf, &path);
    }
    let shelf = &opened.shelf;
    let mut paths = yaml_in(shelf, "");
    paths.extend(yaml_in(shelf, "months"));
    paths.extend(shelf.paths().iter().filter(|path| shelf.has(path)).cloned());
    paths.sort();
    paths.dedup();
    paths
}

fn one(shelf: &mut Shelf, root: &Path, path: &str, check: bool, outcome: &mut Outcome) -> Result<(), Failed> {
    let Some(file) = shelf.take(path).filter(|file| is_yaml(shelf, *file)) else { return Ok(()) };
    let shown = shelf.shown(path);
    let text = shelf.sources.text(file);
    match lay_out(text) {
        Ok(laid) if laid == text => {}
        Ok(laid) => {
            if !check {
                replace(&root.join(path), &laid).map_err(|error| unwritable(&shown, &error))?;
            }
            outcome.unlaid.push(shown);
        }
        Err(Unlaid::Odd(line)) => outcome.left.push(msg!("fmt-odd", path = shown, line = line)),
        Err(Unlaid::Unlike) => outcome.left.push(msg!("fmt-unlike", path = shown)),
    }
    Ok(())
}

fn is_yaml(shelf: &mut Shelf, file: FileId) -> bool {
    let before = shelf.problems.len();
    let tree = yaml::parse(&shelf.sources, file, &mut shelf.problems);
    tree.is_some() && shelf.problems.len() == before
}

fn unwritable(path: &str, error: &io::Error) -> Failed {
    Failed::new(Exit::Unexpected, msg!("file-unwritable", path = path, why = error.to_string()))
}

/// Whole or not at all: written beside with the same rights, then renamed. A link stays a link.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let real = path.canonicalize()?;
    let rights = fs::metadata(&real)?.permissions();
    let name = real.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = real.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = write(&beside, text, rights).and_then(|()| fs::rename(&beside, &real));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write(path: &Path, text: &str, rights: fs::Permissions) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(rights)?;
    file.sync_all()
}
