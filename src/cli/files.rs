//! Which files of a project a command is about.

use std::path::{Path, PathBuf};

use super::exit::Failed;
use super::project::{Opened, SETTINGS, find_root, locate};
use super::session::Session;
use super::shelf::Shelf;
use crate::msg;
use crate::time::Month;

/// The project that these files belong to, or that the command stands in, and the files' paths in it.
pub(super) fn one_project(session: &Session, files: &[PathBuf]) -> Result<(PathBuf, Vec<String>), Failed> {
    let located = files.iter().map(|file| locate(session, file)).collect::<Result<Vec<_>, _>>()?;
    let root = match located.first() {
        Some((root, _)) => root.clone(),
        None => find_root(&session.directory),
    };
    if let Some((other, path)) = located.iter().find(|(other, _)| *other != root) {
        let path = other.join(path).display().to_string();
        return Err(Failed::usage(msg!("usage-two-projects", path = path)));
    }
    Ok((root, located.into_iter().map(|(_, path)| path).collect()))
}

/// The runbooks among these files; when none is named, all in the project's own folder.
pub(super) fn runbooks(opened: &Opened, named: &[String]) -> Vec<String> {
    runbooks_in(&opened.shelf, opened.roster_path.as_ref(), named)
}

/// The same, where the roster is known by its path.
pub(super) fn runbooks_in(shelf: &Shelf, roster_path: Option<&String>, named: &[String]) -> Vec<String> {
    let mut paths = if named.is_empty() { yaml_in(shelf, "") } else { named.to_vec() };
    paths.retain(|path| is_runbook(path) && Some(path) != roster_path);
    paths
}

fn is_runbook(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let settings = name == SETTINGS || (name.starts_with("monthstart.") && has_ending(name, "yaml"));
    !settings && !path.starts_with("months/")
}

/// Every YAML file in a folder of the project.
pub(super) fn yaml_in(shelf: &Shelf, folder: &str) -> Vec<String> {
    let mut names = shelf.names(folder);
    names.retain(|name| has_yaml_ending(name));
    let inside = |name: String| if folder.is_empty() { name } else { format!("{folder}/{name}") };
    names.into_iter().map(inside).collect()
}

fn has_ending(name: &str, ending: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == ending)
}

fn has_yaml_ending(name: &str) -> bool {
    !name.starts_with('.') && (has_ending(name, "yaml") || has_ending(name, "yml"))
}

/// The months that have a file of their own.
pub(super) fn months(shelf: &Shelf) -> Vec<Month> {
    shelf.names("months").iter().filter_map(|name| name.strip_suffix(".yaml")?.parse().ok()).collect()
}

/// Files among the months whose names are no months: nobody would ever read them.
pub(super) fn strange_months(shelf: &Shelf) -> Vec<String> {
    let mut names = shelf.names("months");
    let month = |name: &str| name.strip_suffix(".yaml").is_some_and(|stem| stem.parse::<Month>().is_ok());
    names.retain(|name| has_yaml_ending(name) && !month(name));
    names.into_iter().map(|name| crate::words::one_line(&name, 80)).collect()
}
