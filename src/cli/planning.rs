//! `plan` and `schema`: what would happen, and what editors know of the files.

use super::args::{Format, SchemaKind, What};
use super::exit::{Exit, Failed};
use super::project;
use super::session::Session;
use crate::plan::show;
use crate::runbook::{Kind, schema as schema_of};

/// Prints what a run would do; touches nothing.
pub(super) fn plan(session: &Session, what: &What, format: Format) -> Result<Exit, Failed> {
    let planned = project::plan(session, &what.runbook, what, false)?;
    let now = session.clock.now();
    let format = if session.json { Format::Json } else { format };
    let text = match format {
        Format::Tree => show::tree(&planned.plan, &planned.project, now, session.lang),
        Format::Json => pretty(&show::json(&planned.plan, &planned.project, now)),
        Format::Mermaid => show::mermaid(&planned.plan),
        Format::Dot => show::dot(&planned.plan),
    };
    session.output.result(&text);
    Ok(Exit::Done)
}

/// Prints a JSON Schema.
pub(super) fn schema(session: &Session, kind: SchemaKind) -> Exit {
    let kind = match kind {
        SchemaKind::Runbook => Kind::Runbook,
        SchemaKind::Project => Kind::Project,
        SchemaKind::Roster => Kind::Roster,
        SchemaKind::Month => Kind::Month,
    };
    session.output.result(&pretty(&schema_of(kind)));
    Exit::Done
}

/// JSON for people and scripts alike.
pub(super) fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
