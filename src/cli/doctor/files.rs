//! Settings, the secrets that they name, and what they say of platforms.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{Area, Finding, Level};
use crate::cli::project::{Opened, SETTINGS};
use crate::cli::session::Session;
use crate::msg;
use crate::plan::Command;
use crate::plan::project::{Means, Project, Setting};
use crate::runbook::Severity;
use crate::runbook::model::ActionKind;

/// Settings, overlay and roster.
pub(super) fn settings(opened: &Opened, root: &Path) -> Vec<Finding> {
    let count =
        |severity| opened.shelf.problems.iter().filter(|problem| problem.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let fix = || msg!("doctor-validate-fix");
    let mut found = Vec::new();
    if errors > 0 || opened.project.is_none() {
        found.push(Finding::new(
            Area::Settings,
            Level::Invalid,
            msg!("doctor-settings-invalid", count = errors),
            fix(),
        ));
    }
    if warnings > 0 {
        let text = msg!("doctor-settings-warnings", count = warnings);
        found.push(Finding::new(Area::Settings, Level::Warning, text, fix()));
    }
    if let Some(project) = opened.project.as_ref().filter(|_| found.is_empty()) {
        found.push(match root.join(SETTINGS).is_file() {
            true => Finding::good(
                Area::Settings,
                msg!(
                    "doctor-settings-good",
                    connections = project.connections.len(),
                    platforms = project.platforms.len()
                ),
            ),
            false => Finding::new(
                Area::Settings,
                Level::Warning,
                msg!("doctor-no-settings", folder = root.display().to_string()),
                msg!("doctor-no-settings-fix"),
            ),
        });
    }
    found
}

/// Every value that comes from a variable or a file, and every connection whose server is not verified. What cannot be
/// had is named by its key, so that it is not tried as well.
pub(super) fn secrets(session: &Session, project: &Project) -> (Vec<Finding>, BTreeSet<String>) {
    let mut settings: Vec<(Area, String, String, &Setting)> =
        vec![(Area::Store, "store".to_owned(), "store".to_owned(), &project.store)];
    let (mut found, mut missing) = (Vec::new(), BTreeSet::new());
    for (name, connection) in &project.connections {
        let key = format!("connections.{name}");
        settings.push((Area::Connection, key.clone(), name.clone(), &connection.url));
        let attached = connection.attach.iter();
        settings.extend(
            attached.map(|(schema, url)| (Area::Connection, format!("{key}.{schema}"), name.clone(), url)),
        );
        if connection.insecure {
            let text = msg!("doctor-insecure", connection = name);
            found.push(Finding::new(Area::Connection, Level::Warning, text, msg!("doctor-insecure-fix")));
        }
    }
    if let Some(mail) = &project.mail {
        let of_mail =
            [("mail.smtp", &mail.smtp), ("mail.user", &mail.user), ("mail.password", &mail.password)];
        let given = of_mail.into_iter().filter_map(|(key, setting)| Some((key, setting.as_ref()?)));
        settings.extend(given.map(|(key, setting)| (Area::Mail, key.to_owned(), "mail".to_owned(), setting)));
    }
    for (area, key, of, setting) in settings {
        let Some(finding) = value(session, project, (area, &key), setting) else { continue };
        if finding.level == Level::Invalid {
            missing.insert(of);
        }
        found.push(finding);
    }
    (found, missing)
}

fn value(
    session: &Session,
    project: &Project,
    (area, key): (Area, &str),
    setting: &Setting,
) -> Option<Finding> {
    match setting {
        Setting::Text(_) | Setting::Env { default: Some(_), .. } => None,
        Setting::Env { name, default: None } => {
            let missing = !session.environment.variables.contains_key(name);
            let text = || msg!("doctor-no-variable", key = key, name = name);
            let fix = || msg!("doctor-no-variable-fix", name = name);
            missing.then(|| Finding::new(area, Level::Invalid, text(), fix()))
        }
        Setting::File(path) => secret_file(project, (area, key), path),
    }
}

fn secret_file(project: &Project, (area, key): (Area, &str), path: &str) -> Option<Finding> {
    let file = project.dir.join(path);
    match std::fs::metadata(&file) {
        Err(error) => {
            let text = msg!("file-unreadable", path = path, why = error.to_string());
            Some(Finding::new(area, Level::Invalid, text, msg!("doctor-no-secret-fix", key = key)))
        }
        Ok(known) if known.permissions().mode() & 0o077 != 0 => {
            let text = msg!("doctor-open-secret", key = key, path = path);
            let fix = msg!("doctor-chmod-fix", mode = "600", path = file.display().to_string());
            Some(Finding::new(area, Level::Warning, text, fix))
        }
        Ok(_) => None,
    }
}

/// What platforms can do, and whether the programs for it are there.
pub(super) fn platforms(session: &Session, project: &Project) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, platform) in &project.platforms {
        let before = found.len();
        let has = |kind| platform.actions.contains_key(&kind);
        if has(ActionKind::Submit) && !has(ActionKind::Find) {
            let text = msg!("doctor-platform-no-find", platform = name);
            found.push(Finding::new(
                Area::Platform,
                Level::Warning,
                text,
                msg!("doctor-platform-no-find-fix"),
            ));
        }
        if has(ActionKind::Submit) && !has(ActionKind::Cancel) {
            let text = msg!("doctor-platform-no-cancel", platform = name);
            let fix = msg!("doctor-platform-no-cancel-fix");
            found.push(Finding::new(Area::Platform, Level::Warning, text, fix));
        }
        for program in platform.actions.values().filter_map(|action| program(&action.means)) {
            let missing = !is_program(session, project, program);
            let text = msg!("doctor-no-program", platform = name, program = program);
            let fix = || msg!("doctor-no-program-fix");
            let finding = missing.then(|| Finding::new(Area::Platform, Level::OutOfReach, text, fix()));
            found.extend(finding.filter(|finding| !found.contains(finding)));
        }
        if found.len() == before {
            let count = platform.actions.len();
            found.push(Finding::good(
                Area::Platform,
                msg!("doctor-platform-good", platform = name, count = count),
            ));
        }
    }
    found
}

/// The program of an action, where it is known before a flow is.
fn program(means: &Means) -> Option<&str> {
    match means {
        Means::Run(Command::Program(words)) => {
            words.first().map(|word| word.0.as_str()).filter(|word| !word.contains("{{"))
        }
        Means::Run(Command::Shell(_)) | Means::Sql { .. } | Means::Http(_) => None,
    }
}

/// Would a step find this program: in the project by its path, or in `PATH` by its name?
fn is_program(session: &Session, project: &Project, program: &str) -> bool {
    let runs = |file: &Path| {
        file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    if program.contains('/') {
        return runs(&project.dir.join(program));
    }
    let path = session.environment.get("PATH").unwrap_or_default();
    path.split(':').any(|folder| runs(&project.dir.join(folder).join(program)))
}
