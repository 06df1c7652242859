//! Markers: by them a step that writes to a database takes effect once. Their table has to be in every database that the
//! project's runbooks write to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Area, Finding, Level};
use crate::cli::files::runbooks;
use crate::cli::project::{open, read_book, resolve_book};
use crate::cli::session::Session;
use crate::exec::{Exec, Markers, marked_connection};
use crate::msg;
use crate::plan::project::Project;
use crate::plan::resolve::Request;
use crate::words::Msg;

/// The table of markers in each database that runbooks write to; `fix` makes it where it is not there.
pub(super) async fn tables(
    session: &Session,
    project: &Project,
    unreachable: &BTreeSet<String>,
    fix: bool,
) -> Vec<Finding> {
    let state = session.state(&project.dir).path().to_path_buf();
    let exec =
        Exec::new(Arc::new(project.clone()), state, session.environment.variables.clone(), session.lang);
    let mut found = Vec::new();
    for (connection, step) in written_to(session, project) {
        if unreachable.contains(&connection) {
            continue;
        }
        let markers = exec.markers(&connection, fix, session.clock.now()).await;
        found.push(finding(session, &connection, &step, markers));
    }
    found
}

fn finding(session: &Session, connection: &str, step: &str, markers: Result<Markers, Msg>) -> Finding {
    let warning = |text, fix| Finding::new(Area::Connection, Level::Warning, text, fix);
    match markers {
        Ok(Markers::There) => {
            Finding::good(Area::Connection, msg!("doctor-markers-good", connection = connection))
        }
        Ok(Markers::Made) => {
            Finding::good(Area::Connection, msg!("doctor-markers-made", connection = connection))
        }
        Ok(Markers::Later) => {
            Finding::good(Area::Connection, msg!("doctor-markers-later", connection = connection))
        }
        Ok(Markers::Missing { sql, why: None }) => warning(
            msg!("doctor-markers-none", connection = connection, step = step),
            msg!("doctor-markers-none-fix", sql = sql),
        ),
        Ok(Markers::Missing { sql, why: Some(why) }) => warning(
            msg!("doctor-markers-refused", connection = connection, step = step, why = why),
            msg!("doctor-markers-refused-fix", sql = sql),
        ),
        Ok(Markers::Unfit { engine }) => warning(
            msg!("doctor-markers-engine", connection = connection, engine = engine),
            msg!("doctor-markers-engine-fix"),
        ),
        Err(why) => {
            let text = msg!("doctor-connection-bad", connection = connection, why = session.say(&why));
            let fix = msg!("doctor-connection-fix", connection = connection);
            Finding::new(Area::Connection, Level::OutOfReach, text, fix)
        }
    }
}

/// Connections that steps of the project's runbooks write to, each with one of the steps. What is wrong with a runbook is
/// told by `validate`.
fn written_to(session: &Session, project: &Project) -> BTreeMap<String, String> {
    let mut opened = open(session, &project.dir);
    let request = Request::check(session.today(Some(project)));
    let mut found = BTreeMap::new();
    for path in runbooks(&opened, &[]) {
        let Some(book) = read_book(&mut opened.shelf, &path) else { continue };
        let plan = resolve_book(&mut opened.shelf, project, &book, None, None, &request);
        let Ok(Some(plan)) = plan else { continue };
        for (id, node) in plan.iter() {
            if let Some(connection) = marked_connection(&node.work, project) {
                found.entry(connection.to_owned()).or_insert_with(|| plan.path(id));
            }
        }
    }
    found
}
