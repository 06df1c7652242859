//! The files of a project as git keeps them at a revision. Only objects are read: no hooks, no filters, no index.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use crate::cli::shelf::{Tree, Unread};
use crate::msg;
use crate::plan::resolve::join;
use crate::runbook::text::MAX_FILE;
use crate::words::{Explain, Msg, one_line};

/// How many links lead to a file at the most.
const LINKS: usize = 8;

/// Why there is nothing to compare with.
#[derive(Debug)]
pub(super) enum NoRevision {
    /// There is no git.
    Missing,
    /// The project is in no repository: what git says.
    NoRepository(PathBuf, String),
    /// There is no such revision.
    Unknown(String),
    /// Something else: what git says.
    Failed(String),
}

impl Explain for NoRevision {
    fn explain(&self) -> Msg {
        match self {
            NoRevision::Missing => msg!("git-missing"),
            NoRevision::NoRepository(path, why) => {
                let path = crate::words::printable(&path.display().to_string());
                msg!("git-no-repository", path = path, why = why)
            }
            NoRevision::Unknown(revision) => {
                msg!("git-unknown-revision", revision = one_line(revision, 80))
            }
            NoRevision::Failed(why) => msg!("git-failed", why = why),
        }
    }
}

/// A file, or a link to one.
#[derive(Debug, Clone)]
struct Entry {
    link: bool,
    object: String,
}

/// The project's folder at a revision.
#[derive(Debug, Clone)]
pub(super) struct Revision {
    root: PathBuf,
    /// As it was asked for.
    word: String,
    entries: BTreeMap<String, Entry>,
}

impl Revision {
    /// The folder `root` at the revision that people call `word`.
    pub(super) fn open(root: &Path, word: &str) -> Result<Self, NoRevision> {
        let said = |output: &Output| one_line(&String::from_utf8_lossy(&output.stderr), 200);
        let here = git(root, &["rev-parse", "--show-prefix"])?;
        if !here.status.success() {
            return Err(NoRevision::NoRepository(root.to_owned(), said(&here)));
        }
        let unknown = || NoRevision::Unknown(word.to_owned());
        // What begins with a dash would be read as an option.
        if word.is_empty() || word.starts_with('-') {
            return Err(unknown());
        }
        let commit = git(root, &["rev-parse", "--verify", "--quiet", &format!("{word}^{{commit}}")])?;
        let commit = String::from_utf8(commit.stdout).ok().filter(|_| commit.status.success());
        let commit = commit.ok_or_else(unknown)?;
        let listed = git(root, &["ls-tree", "-r", "-z", commit.trim()])?;
        if !listed.status.success() {
            return Err(NoRevision::Failed(said(&listed)));
        }
        let entries = listed.stdout.split(|byte| *byte == 0).filter_map(entry).collect();
        Ok(Revision { root: root.to_owned(), word: word.to_owned(), entries })
    }
}

/// `100644 blob 12ab… <TAB>path`.
fn entry(line: &[u8]) -> Option<(String, Entry)> {
    let (head, path) = std::str::from_utf8(line).ok()?.split_once('\t')?;
    let mut words = head.split(' ');
    let (mode, _, object) = (words.next()?, words.next()?, words.next()?);
    let link = mode == "120000";
    let file = link || mode.starts_with("100");
    file.then(|| (path.to_owned(), Entry { link, object: object.to_owned() }))
}

impl Tree for Revision {
    fn read(&self, path: &str) -> Result<Vec<u8>, Unread> {
        let mut path = path.to_owned();
        for _ in 0..LINKS {
            let Some(entry) = self.entries.get(&path) else {
                return Err(if self.has(&path) { Unread::NotAFile } else { Unread::Missing });
            };
            let content = git(&self.root, &["cat-file", "blob", &entry.object])
                .map_err(|_| Unread::Other(std::io::Error::other("git")))?;
            if !content.status.success() {
                let why = one_line(&String::from_utf8_lossy(&content.stderr), 200);
                return Err(Unread::Other(std::io::Error::other(why)));
            }
            if !entry.link {
                return if content.stdout.len() > MAX_FILE {
                    Err(Unread::TooLarge)
                } else {
                    Ok(content.stdout)
                };
            }
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let target = String::from_utf8(content.stdout).map_err(|_| Unread::Outside)?;
            path = join(folder, &target).ok_or(Unread::Outside)?;
        }
        Err(Unread::Missing)
    }

    fn has(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        let folder =
            || self.entries.range(inside.clone()..).next().is_some_and(|(at, _)| at.starts_with(&inside));
        self.entries.contains_key(path) || folder()
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let inside = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut names: Vec<String> = self
            .entries
            .keys()
            .filter_map(|path| path.strip_prefix(&inside)?.split('/').next().map(str::to_owned))
            .collect();
        names.dedup();
        names
    }

    fn shown(&self, path: &str) -> String {
        crate::words::printable(&format!("{}:{path}", self.word))
    }
}

/// What git answers in the folder `root`. A repository that the surroundings name is not the project's.
#[expect(clippy::disallowed_methods, reason = "asking git what a file was is no step's process")]
fn git(root: &Path, words: &[&str]) -> Result<Output, NoRevision> {
    let mut command = std::process::Command::new("git");
    command.arg("-C").arg(root).args(words).stdin(Stdio::null()).env("GIT_OPTIONAL_LOCKS", "0");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    command.output().map_err(|error| match error.kind() {
        ErrorKind::NotFound => NoRevision::Missing,
        _ => NoRevision::Failed(error.to_string()),
    })
}
