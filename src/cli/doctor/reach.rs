//! Whoever is outside: databases and the mail server. Each is tried once.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Area, Finding, Level};
use crate::cli::post::transport;
use crate::cli::session::Session;
use crate::exec::Exec;
use crate::mail::Greeted;
use crate::msg;
use crate::plan::project::Project;

/// Every connection opens and answers; those that do not are named. They are asked side by side, so that dead servers do
/// not add up.
pub(super) async fn connections(
    session: &Session,
    project: &Project,
    missing: &BTreeSet<String>,
) -> (Vec<Finding>, BTreeSet<String>) {
    let state = session.state(&project.dir).path().to_path_buf();
    let exec =
        Exec::new(Arc::new(project.clone()), state, session.environment.variables.clone(), session.lang);
    let asked: Vec<_> = project
        .connections
        .keys()
        .filter(|name| !missing.contains(*name))
        .map(|name| {
            let (exec, name) = (exec.clone(), name.clone());
            (name.clone(), tokio::spawn(async move { exec.probe(&name).await }))
        })
        .collect();
    let (mut found, mut unreachable) = (Vec::new(), missing.clone());
    for (name, answer) in asked {
        let answer = answer.await.unwrap_or_else(|broken| Err(msg!("exec-broke", why = broken.to_string())));
        found.push(match answer {
            Ok(()) => Finding::good(Area::Connection, msg!("doctor-connection-good", connection = name)),
            Err(why) => {
                unreachable.insert(name.clone());
                let text = msg!("doctor-connection-bad", connection = &name, why = session.say(&why));
                let fix = msg!("doctor-connection-fix", connection = name);
                Finding::new(Area::Connection, Level::OutOfReach, text, fix)
            }
        });
    }
    (found, unreachable)
}

/// The mail server greets, with TLS as the settings say. No letter is sent, and nobody logs in.
pub(super) async fn mail(session: &Session, project: &Project) -> Finding {
    let transport = match transport(session, project) {
        Ok(transport) => transport,
        Err(why) => {
            let text = msg!("doctor-mail-invalid", why = why);
            return Finding::new(Area::Mail, Level::Invalid, text, msg!("doctor-mail-invalid-fix"));
        }
    };
    match transport.greet().await {
        Ok(Greeted::Server { host, secured }) => Finding::good(
            Area::Mail,
            match secured {
                true => msg!("doctor-mail-good", host = host),
                false => msg!("doctor-mail-clear", host = host),
            },
        ),
        Ok(Greeted::Folder(folder)) => {
            Finding::good(Area::Mail, msg!("doctor-mail-files", folder = folder.display().to_string()))
        }
        Err(why) => Finding::new(
            Area::Mail,
            Level::OutOfReach,
            msg!("doctor-mail-bad", why = why),
            msg!("doctor-mail-fix"),
        ),
    }
}
