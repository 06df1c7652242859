//! The one place that reads the process's surroundings: variables, folder, user, terminal.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;

use crate::words::Lang;

/// What surrounds this process, read once.
#[derive(Debug, Clone)]
pub(super) struct Environment {
    /// Environment variables that are text.
    pub variables: BTreeMap<String, String>,
    /// The file of this program, where the system tells.
    pub program: Option<PathBuf>,
    /// The folder it was started in.
    pub directory: PathBuf,
    /// Is standard input a terminal?
    pub input_is_terminal: bool,
    /// Is standard output a terminal?
    pub output_is_terminal: bool,
    /// Is standard error a terminal?
    pub error_is_terminal: bool,
}

impl Environment {
    /// Reads it.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the surroundings")]
    pub(super) fn read() -> std::io::Result<Self> {
        let text = |value: std::ffi::OsString| value.into_string().ok();
        Ok(Environment {
            variables: std::env::vars_os().filter_map(|(k, v)| Some((text(k)?, text(v)?))).collect(),
            program: std::env::current_exe().ok(),
            directory: std::env::current_dir()?,
            input_is_terminal: std::io::stdin().is_terminal(),
            output_is_terminal: std::io::stdout().is_terminal(),
            error_is_terminal: std::io::stderr().is_terminal(),
        })
    }

    /// A variable that is set and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The variables, with this program's own file for the scripts that call it.
    pub(super) fn for_steps(&self) -> BTreeMap<String, String> {
        let program = self.program.as_ref().map(|file| file.display().to_string());
        let mut variables = self.variables.clone();
        variables.extend(program.map(|file| ("MONTHSTART_BIN".to_owned(), file)));
        variables
    }

    /// `LC_ALL`, `LC_MESSAGES`, `LANG`: the first that is set.
    pub(super) fn locale(&self) -> Option<&str> {
        ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| self.get(name))
    }

    /// The language that the locale asks for; none for `C` and `POSIX`.
    pub(super) fn lang(&self) -> Option<Lang> {
        self.locale().and_then(Lang::from_tag)
    }

    /// Does the locale say nothing about a language: is it not set, or `C`, or `POSIX`?
    pub(super) fn is_without_language(&self) -> bool {
        let name = |locale: &str| locale.split(['.', '@']).next().map(str::to_owned).unwrap_or_default();
        self.locale().map(name).is_none_or(|name| matches!(name.as_str(), "C" | "POSIX"))
    }

    /// The charset that the locale names: `GBK` of `zh_CN.GBK`; UTF-8 when it names none.
    pub(super) fn charset(&self) -> &str {
        let locale = ["LC_ALL", "LANG", "LC_CTYPE"].into_iter().find_map(|name| self.get(name));
        locale
            .and_then(|locale| locale.split('.').nth(1))
            .map_or("UTF-8", |set| set.split('@').next().unwrap_or(set))
    }

    /// May output be coloured?
    pub(super) fn colour(&self, terminal: bool) -> bool {
        terminal && self.get("NO_COLOR").is_none() && self.get("TERM") != Some("dumb")
    }
}

/// The operating system's user, by the process's own identity, never by a variable.
pub(super) fn os_user() -> String {
    let uid = rustix::process::getuid().as_raw();
    named_in_passwd(uid).or_else(named_by_id).unwrap_or_else(|| format!("uid-{uid}"))
}

fn named_in_passwd(uid: u32) -> Option<String> {
    let text = std::fs::read("/etc/passwd").ok()?;
    String::from_utf8_lossy(&text).lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

/// Users of a directory service are not in the file.
#[expect(
    clippy::disallowed_methods,
    reason = "asking the system's name service who we are is no step's process"
)]
fn named_by_id() -> Option<String> {
    let output = std::process::Command::new("/usr/bin/id").arg("-un").output().ok()?;
    let name = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !name.is_empty()).then_some(name)
}

/// This host's name.
pub(super) fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
