//! What every verb knows: where it stands, who speaks, in which language it answers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::args::{Common, Language};
use super::environment::{Environment, os_user};
use super::exit::{Exit, Failed, What};
use super::output::Output;
use super::project::{find_root, spoken_at};
use crate::id::PersonId;
use crate::msg;
use crate::plan::project::{Project, Setting};
use crate::run::{Asker, By};
use crate::store::{StateFolder, Store};
use crate::time::{Clock, SystemClock};
use crate::words::{Explain, Lang, Msg, render};

/// One command's surroundings.
pub(super) struct Session {
    /// The process's surroundings.
    pub environment: Environment,
    /// The folder that the command works from (`-C`).
    pub directory: PathBuf,
    /// The common options.
    pub common: Common,
    /// The language of answers.
    pub lang: Lang,
    /// Where answers go.
    pub output: Output,
    /// Answers are JSON.
    pub json: bool,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Session {
    /// The surroundings of a command with these options.
    pub(super) fn new(environment: Environment, common: Common) -> Result<Self, Failed> {
        let directory = match &common.directory {
            Some(folder) => environment.directory.join(folder),
            None => environment.directory.clone(),
        };
        if !directory.is_dir() {
            let path = crate::words::printable(&directory.display().to_string());
            return Err(Failed::usage(msg!("usage-no-folder", path = path)));
        }
        let directory = directory.canonicalize().unwrap_or(directory);
        let lang = language(&environment, common.lang, &directory);
        let output = Output::new(environment.charset());
        let json = common.json;
        Ok(Session { environment, directory, common, lang, output, json, clock: Arc::new(SystemClock) })
    }

    /// A sentence in the session's language.
    pub(super) fn say(&self, msg: &Msg) -> String {
        render(self.lang, msg)
    }

    /// A sentence as an error's line.
    pub(super) fn error_line(&self, msg: &Msg) -> String {
        self.say(&msg!("error-line", text = self.say(msg)))
    }

    /// Tells about a failure, and returns its code.
    pub(super) fn report(&self, failed: &Failed) -> Exit {
        match &failed.what {
            What::Said(msg) => self.output.diagnostic(&self.error_line(msg)),
            What::Shown(text) => self.output.diagnostic(text),
            What::Nothing => {}
        }
        failed.exit
    }

    /// `--profile`, or `MONTHSTART_PROFILE`.
    pub(super) fn profile(&self) -> Option<&str> {
        self.common.profile.as_deref().or_else(|| self.environment.get("MONTHSTART_PROFILE"))
    }

    /// The civil date in the project's zone.
    pub(super) fn today(&self, project: Option<&Project>) -> jiff::civil::Date {
        let zone = project.map_or_else(TimeZone::system, |project| project.zone.clone());
        self.clock.now().to_zoned(zone).date()
    }

    /// The state folder of the project at `root`.
    pub(super) fn state(&self, root: &Path) -> StateFolder {
        match self.environment.get("MONTHSTART_STATE") {
            Some(folder) => StateFolder::at(self.directory.join(folder)),
            None => StateFolder::at(root.join(".monthstart")),
        }
    }

    /// The value of a setting, from where it says.
    pub(super) fn resolve(&self, root: &Path, setting: &Setting) -> Result<String, Failed> {
        match setting {
            Setting::Text(text) => Ok(text.clone()),
            Setting::Env { name, default } => {
                let value = self.environment.get(name).map(str::to_owned).or_else(|| default.clone());
                value.ok_or_else(|| Failed::new(Exit::Invalid, msg!("setting-no-variable", name = name)))
            }
            Setting::File(path) => {
                let text = std::fs::read_to_string(root.join(path)).map_err(|error| {
                    let why = error.to_string();
                    Failed::new(Exit::Invalid, msg!("file-unreadable", path = path, why = why))
                })?;
                Ok(text.trim_end_matches(['\n', '\r']).to_owned())
            }
        }
    }

    /// The URL of the project's store: `--store`, `MONTHSTART_STORE`, the settings.
    fn store_url(&self, project: &Project) -> Result<String, Failed> {
        let named = self.common.store.as_deref().or_else(|| self.environment.get("MONTHSTART_STORE"));
        let url = match named {
            Some(url) => url.to_owned(),
            None => self.resolve(&project.dir, &project.store)?,
        };
        Ok(match url.strip_prefix("sqlite:") {
            Some(path) => {
                format!("sqlite:{}", self.state(&project.dir).resolve(&project.dir, path).display())
            }
            None => url,
        })
    }

    /// The project's store; `None`: nothing was ever run here.
    pub(super) async fn open_store(&self, project: &Project) -> Result<Option<Store>, Failed> {
        Ok(Store::open(&self.store_url(project)?, false).await?)
    }

    /// The project's store, made with its folder when there is none.
    pub(super) async fn make_store(&self, project: &Project) -> Result<Store, Failed> {
        let url = self.store_url(project)?;
        self.state(&project.dir).prepare()?;
        let store = Store::open(&url, true).await?;
        store.ok_or_else(|| Failed::new(Exit::OutOfReach, msg!("store-unknown", url = url)))
    }

    /// Who acts: the operating system's user, or whom `--as` names, as far as the roster lets them.
    pub(super) fn asker(&self, project: &Project) -> Result<Asker, Failed> {
        let user = os_user();
        let named = self.common.as_person.as_deref();
        let Some(roster) = &project.roster else {
            let by = By { hand: named.map(|_| PersonId(user.clone())), ..By::person(named.unwrap_or(&user)) };
            return Ok(Asker { by, roles: BTreeSet::new(), operator: true, known: true });
        };
        match roster.who(&user, named) {
            Ok(actor) => {
                let roles = roster.roles_of(&actor.person);
                let operator = roster.may_operate(&actor.person);
                let hand = actor.by_hand_of.or_else(|| {
                    let is_known =
                        roster.people.values().any(|person| person.os_user.as_deref() == Some(&user));
                    (!is_known).then(|| PersonId(user.clone()))
                });
                let by = By { by: actor.person, hand, played: false };
                Ok(Asker { by, roles, operator, known: true })
            }
            // Whoever is not in the roster may look, and let a reviewed runbook run, but decide nothing.
            Err(_) if named.is_none() => {
                let by = By::person(user);
                Ok(Asker { by, roles: BTreeSet::new(), operator: false, known: false })
            }
            Err(denied) => Err(Failed::new(Exit::Refused, denied.explain())),
        }
    }
}

/// The language of answers: what is asked for, else the locale's; where that names none (a bare `C` of `cron` or `sudo`),
/// the one that the project at `directory` speaks.
fn language(environment: &Environment, asked: Option<Language>, directory: &Path) -> Lang {
    match asked {
        Some(Language::Zh) => Lang::Zh,
        Some(Language::En) => Lang::En,
        None => environment.lang().or_else(|| project_language(environment, directory)).unwrap_or_default(),
    }
}

/// The project's language, where the locale says nothing about languages.
pub(super) fn project_language(environment: &Environment, directory: &Path) -> Option<Lang> {
    environment.is_without_language().then(|| spoken_at(&find_root(directory))).flatten()
}
