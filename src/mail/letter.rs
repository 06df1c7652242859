//! The letter of a `mail:` step: its own words, and nothing read into them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};

use super::message::clean;
use crate::engine::ports::Draft;
use crate::plan::post::addresses;
use crate::plan::roster::Roster;
use crate::plan::{NodeId, Template, Work, template};
use crate::run::RunState;
use crate::run::event::Json;
use crate::run::scope::scope_of;
use crate::words::{Explain as _, one_line};

/// Longest subject, in characters.
const SUBJECT: usize = 240;

/// Its HTML part.
const HTML: &str = r#"<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{ subject }}</title>
</head>
<body style="margin:0;padding:16px;font:15px/1.55 -apple-system,'Segoe UI','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif">
<div style="max-width:700px;margin:0 auto;white-space:pre-wrap;overflow-wrap:anywhere">{{ text }}</div>
</body>
</html>
"#;

/// The letter of a step that has just succeeded. What the step itself found out stands in for what cannot be found out
/// any more at this moment.
pub(super) fn of_step(
    run: &RunState,
    id: NodeId,
    at: Timestamp,
    zone: &TimeZone,
    roster: Option<&Roster>,
) -> Option<Draft> {
    let Work::Mail(mail) = &run.plan().node(id).work else { return None };
    let scope = scope_of(run, id, at.to_zoned(zone.clone()).date());
    let render = |text: &Template| template::render(text, &scope).map_err(|error| error.explain());
    let found = run.outputs(id);
    let to = addresses(&mail.to, roster, at, zone, render).unwrap_or_else(|_| texts(found.get("to")));
    let subject = render(&mail.subject).unwrap_or_else(|_| texts(found.get("subject")).concat());
    let subject = one_line(&subject, SUBJECT);
    let text = clean(&render(&mail.text).unwrap_or_else(|_| mail.text.0.clone()));
    let html = html(&subject, &text);
    (!to.is_empty()).then_some(Draft { to, subject, text, html })
}

fn texts(value: Option<&Json>) -> Vec<String> {
    match value {
        Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        Some(Json::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// Every value is escaped.
fn html(subject: &str, text: &str) -> String {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let values = serde_json::json!({ "subject": subject, "text": text });
    // The template is ours and goes through every test of a letter; without HTML a letter still has its text.
    environment.render_str(HTML, Serde(&values)).unwrap_or_default()
}
