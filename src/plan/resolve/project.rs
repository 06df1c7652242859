//! Settings, with everything in them found to be what it must be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::findings::Findings;
use super::params::harmless;
use super::paths::{join, join_template};
use super::roster::resolve_roster;
use crate::id::is_name;
use crate::msg;
use crate::plan::project::{Action, Mail, Means, Platform, Project, Setting};
use crate::plan::template::{Scope, Steps, names_a_host, probe, probe_sql};
use crate::plan::{Command, EnvValue, Method, Request, SqlText, Template};
use crate::runbook::model::{self, ActionKind, Secret, Settings, SqlSource, Text, Value};
use crate::runbook::problem::{Problem, Sources};
use crate::words::Lang;

/// The project of `settings` in folder `dir`; `machine` is the zone where they name none.
pub fn resolve_project(
    settings: &Settings,
    roster: Option<&model::Roster>,
    dir: &Path,
    machine: TimeZone,
    sources: &Sources,
    problems: &mut Vec<Problem>,
) -> Option<Project> {
    let roster = roster.map(|roster| resolve_roster(roster, problems));
    let mut findings = Findings::new(problems);
    let findings = &mut findings;
    let mut project = Project {
        dir: PathBuf::from(dir),
        zone: zone(settings.timezone.as_ref(), machine, findings),
        language: language(settings.language.as_ref(), findings),
        store: store(settings.store.as_ref(), findings),
        mail: settings.mail.as_ref().map(|mail| mail_of(mail, findings)),
        connections: BTreeMap::new(),
        platforms: BTreeMap::new(),
        roster: None,
    };
    for (name, written) in &settings.connections {
        check_name(name, findings);
        let connection = Checker { sources, findings }.connection(written);
        project.connections.insert(name.value.clone(), connection);
    }
    for (name, written) in &settings.platforms {
        check_name(name, findings);
        let platform = Checker { sources, findings }.platform(name, written, &project);
        project.platforms.insert(name.value.clone(), platform);
    }
    let failed = findings.failed();
    match roster {
        Some(None) => None,
        _ if failed => None,
        Some(roster) => Some(Project { roster, ..project }),
        None => Some(project),
    }
}

pub(super) fn check_name(name: &Text, findings: &mut Findings<'_>) {
    if !is_name(name) {
        let problem = Problem::error(name.span, msg!("plan-name-bad", name = harmless(name)));
        findings.push(problem.help(msg!("help-plan-name-bad")));
    }
}

fn zone(name: Option<&Text>, machine: TimeZone, findings: &mut Findings<'_>) -> TimeZone {
    let Some(name) = name else { return machine };
    // What the program brings along is the same on every machine, and is there at once.
    let found = TimeZoneDatabase::bundled().get(name).or_else(|_| TimeZone::get(name));
    found.unwrap_or_else(|_| {
        let known: Vec<String> = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
        let message = msg!("plan-zone-unknown", name = harmless(name));
        findings.unknown(name.span, message, name, known.iter().map(String::as_str));
        machine
    })
}

fn language(word: Option<&Text>, findings: &mut Findings<'_>) -> Option<Lang> {
    let word = word?;
    match word.as_str() {
        "zh" => Some(Lang::Zh),
        "en" => Some(Lang::En),
        other => {
            findings.error(word.span, msg!("plan-language-unknown", name = harmless(other)));
            None
        }
    }
}

pub(super) fn setting(value: &Value, findings: &mut Findings<'_>) -> Setting {
    match value {
        Value::Text(text) => Setting::Text(text.value.clone()),
        Value::Secret(secret) => secret_of(secret, findings),
    }
}

fn secret_of(secret: &Secret, findings: &mut Findings<'_>) -> Setting {
    match secret {
        Secret::Env { name, default } => Setting::Env {
            name: name.value.clone(),
            default: default.as_ref().map(|text| text.value.clone()),
        },
        // A secret may lie outside the project, where git cannot see it.
        Secret::File(path) if path.starts_with('/') => Setting::File(path.value.clone()),
        Secret::File(path) => {
            let joined = join("", path);
            if joined.is_none() {
                findings.error(path.span, msg!("plan-path-outside", path = harmless(path)));
            }
            Setting::File(joined.unwrap_or_else(|| path.value.clone()))
        }
    }
}

const STORES: [&str; 3] = ["sqlite", "postgres", "postgresql"];

fn store(value: Option<&Value>, findings: &mut Findings<'_>) -> Setting {
    let Some(value) = value else { return Setting::Text("sqlite:.monthstart/journal.db".to_owned()) };
    check_url(value, &STORES, findings);
    setting(value, findings)
}

/// The scheme of a URL that is written in the settings, or as a default there.
pub(super) fn check_url(value: &Value, schemes: &[&str], findings: &mut Findings<'_>) {
    let text = match value {
        Value::Text(text) | Value::Secret(Secret::Env { default: Some(text), .. }) => text,
        Value::Secret(_) => return,
    };
    let scheme = text.split_once(':').map_or(text.as_str(), |(scheme, _)| scheme);
    if !schemes.contains(&scheme) {
        let message = msg!("plan-scheme-unknown", scheme = harmless(scheme), known = schemes.join(", "));
        findings.unknown(text.span, message, scheme, schemes.iter().copied());
    }
    let password =
        text.split_once("://").and_then(|(_, rest)| rest.split('/').next()).and_then(|authority| {
            authority
                .rsplit_once('@')
                .and_then(|(user, _)| user.split_once(':'))
                .filter(|(_, word)| !word.is_empty())
        });
    if password.is_some() {
        findings.push(
            Problem::warning(text.span, msg!("plan-secret-in-text")).help(msg!("help-plan-secret-in-text")),
        );
    }
}

fn mail_of(mail: &model::Mail, findings: &mut Findings<'_>) -> Mail {
    let from = &mail.from;
    if !from.contains('@') || from.chars().any(char::is_control) {
        findings.error(from.span, msg!("plan-mail-from", text = harmless(from)));
    }
    if let Some(smtp) = &mail.smtp {
        check_url(smtp, &["smtp", "smtps"], findings);
    }
    Mail {
        from: from.value.clone(),
        smtp: mail.smtp.as_ref().map(|value| setting(value, findings)),
        starttls: mail.starttls,
        user: mail.user.as_ref().map(|value| setting(value, findings)),
        password: mail.password.as_ref().map(|secret| secret_of(secret, findings)),
    }
}

/// A pattern that cannot be read, or that takes nothing where it must take a group.
pub(super) fn pattern_problem(pattern: &Text, takes: bool) -> Option<Problem> {
    match regex::Regex::new(pattern) {
        Err(error) => {
            let detail =
                error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Some(Problem::error(pattern.span, msg!("plan-pattern", detail = harmless(&detail))))
        }
        Ok(regex) if takes && regex.captures_len() < 2 => {
            let problem = Problem::error(pattern.span, msg!("plan-pattern-group"));
            Some(problem.help(msg!("help-plan-pattern-group")))
        }
        Ok(_) => None,
    }
}

/// What settings are checked with.
pub(super) struct Checker<'c, 'p> {
    pub(super) sources: &'c Sources,
    pub(super) findings: &'c mut Findings<'p>,
}

impl Checker<'_, '_> {
    fn platform(&mut self, name: &Text, written: &model::Platform, project: &Project) -> Platform {
        let known = &project.connections;
        if let Some(connection) = written.connection.as_ref().filter(|name| !known.contains_key(&name.value))
        {
            let message = msg!("plan-connection-unknown", name = harmless(connection));
            self.findings.unknown(connection.span, message, connection, known.keys().map(String::as_str));
        }
        let is_encoding = |name: &&Text| encoding_rs::Encoding::for_label(name.as_bytes()).is_some();
        if let Some(encoding) = written.encoding.as_ref().filter(|name| !is_encoding(name)) {
            let known = ["gbk", "gb18030", "utf-8", "big5", "latin1"];
            let message = msg!("plan-encoding-unknown", name = harmless(encoding));
            self.findings.unknown(encoding.span, message, encoding, known);
        }
        if let Some(limit) = written.limit.as_ref().filter(|limit| limit.value == 0) {
            self.findings.error(limit.span, msg!("plan-limit-zero"));
        }
        let mut actions = BTreeMap::new();
        for (kind, action) in &written.flow {
            if matches!(action.means, model::Means::Sql(_)) && written.connection.is_none() {
                let message = msg!("plan-platform-no-connection", name = harmless(name));
                self.findings.error(kind.span, message);
            }
            actions.insert(kind.value, self.action(kind.value, action));
        }
        self.complete(name, written, &actions);
        Platform {
            connection: written.connection.as_ref().map(|text| text.value.clone()),
            limit: written.limit.as_ref().map(|limit| limit.value),
            encoding: written.encoding.as_ref().map(|text| text.value.clone()),
            actions,
        }
    }

    /// A flow is either one action, or it is submitted and polled.
    fn complete(&mut self, name: &Text, written: &model::Platform, actions: &BTreeMap<ActionKind, Action>) {
        if written.flow.is_empty() {
            return;
        }
        let has = |kind| actions.contains_key(&kind);
        let whole = has(ActionKind::Whole);
        let followed = has(ActionKind::Submit) && has(ActionKind::Poll);
        if whole && (has(ActionKind::Submit) || has(ActionKind::Poll)) {
            self.findings.error(name.span, msg!("plan-platform-both", name = harmless(name)));
        } else if !whole && !followed {
            let problem = Problem::error(name.span, msg!("plan-platform-incomplete", name = harmless(name)));
            self.findings.push(problem.help(msg!("help-plan-platform-incomplete")));
        }
        for (kind, action) in &written.flow {
            if kind.value == ActionKind::Poll && action.succeeded.is_none() {
                self.findings.error(kind.span, msg!("plan-poll-no-success"));
            }
        }
    }

    fn action(&mut self, kind: ActionKind, written: &model::Action) -> Action {
        let scope = action_scope(kind);
        let patterns = [
            (&written.id, true),
            (&written.none, false),
            (&written.succeeded, false),
            (&written.failed, false),
            (&written.reason, true),
        ];
        for (pattern, takes) in patterns {
            if let Some(problem) = pattern.as_ref().and_then(|pattern| pattern_problem(pattern, takes)) {
                self.findings.push(problem);
            }
        }
        let text = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
        Action {
            means: self.means(&written.means, &scope),
            id: text(&written.id),
            none: text(&written.none),
            every: written.every,
            succeeded: text(&written.succeeded),
            failed: text(&written.failed),
            reason: text(&written.reason),
        }
    }

    fn means(&mut self, written: &model::Means, scope: &Scope) -> Means {
        match written {
            model::Means::Run(model::Command::Program(words)) => {
                Means::Run(Command::Program(words.iter().map(|word| self.text(word, scope)).collect()))
            }
            model::Means::Run(model::Command::Shell(script)) => {
                if let Some(at) = script.find("{{") {
                    let found: String = script[at..].chars().take(60).collect();
                    let problem = Problem::error(
                        script.span,
                        msg!("plan-shell-template", expression = harmless(&found)),
                    );
                    self.findings.push(problem.help(msg!("help-plan-shell-platform")));
                }
                Means::Run(Command::Shell(script.value.clone()))
            }
            model::Means::Sql(sql) => {
                Means::Sql { text: self.sql(&sql.source, scope), transaction: sql.transaction }
            }
            model::Means::Http(http) => {
                if names_a_host(&http.url) {
                    let message = msg!("plan-url-host", url = harmless(&http.url));
                    self.findings.error(http.url.span, message);
                }
                let headers = http.headers.iter();
                let headers =
                    headers.map(|(name, value)| (name.value.clone(), self.header(value, scope))).collect();
                let mut text = |text: &Option<Text>| text.as_ref().map(|text| self.text(text, scope));
                let (body, expect, key) = (text(&http.body), text(&http.expect), text(&http.key));
                let method = http.method.as_ref().and_then(|word| Method::from_word(word));
                let method = method.unwrap_or(Method::Get);
                let url = self.text(&http.url, scope);
                Means::Http(Request { method, url, headers, body, expect, key })
            }
        }
    }

    fn header(&mut self, value: &model::EnvValue, scope: &Scope) -> EnvValue {
        match value {
            model::EnvValue::Text(text) => EnvValue::Text(self.text(text, scope)),
            model::EnvValue::Secret(Secret::Env { name, default }) => EnvValue::Env {
                name: name.value.clone(),
                default: default.as_ref().map(|text| text.value.clone()),
            },
            model::EnvValue::Secret(Secret::File(path)) => {
                let joined = join_template("", path);
                if joined.is_none() {
                    self.findings.error(path.span, msg!("plan-path-outside", path = harmless(path)));
                }
                EnvValue::File(joined.unwrap_or_else(|| path.value.clone()))
            }
        }
    }

    fn text(&mut self, text: &Text, scope: &Scope) -> Template {
        if let Err(error) = probe(text, scope) {
            self.findings.template(text.span, &error, self.sources);
        }
        Template(text.value.clone())
    }

    pub(super) fn sql(&mut self, source: &SqlSource, scope: &Scope) -> SqlText {
        match source {
            SqlSource::Text(text) => {
                if let Err(error) = probe_sql(text, scope) {
                    self.findings.template(text.span, &error, self.sources);
                }
                SqlText::Text(Template(text.value.clone()))
            }
            SqlSource::File(path) => {
                self.text(path, scope);
                let joined = join_template("", path);
                if joined.is_none() {
                    self.findings.error(path.span, msg!("plan-path-outside", path = harmless(path)));
                }
                SqlText::File(Template(joined.unwrap_or_else(|| path.value.clone())))
            }
        }
    }
}

/// The names that a platform's actions have: the flow's, not the runbook's. Only what comes after a submission or a
/// find knows the id.
fn action_scope(kind: ActionKind) -> Scope {
    let scope = settings_scope().with("flow", "Flow").with("token", "token");
    if matches!(kind, ActionKind::Whole | ActionKind::Find | ActionKind::Submit) {
        return scope;
    }
    scope.with("id", "1")
}

/// The names that every template of the settings has.
pub(super) fn settings_scope() -> Scope {
    let month = crate::time::Month::of(jiff::civil::date(2026, 1, 1));
    Scope {
        month,
        params: Arc::default(),
        vars: BTreeMap::new(),
        run: "run/2026-01".to_owned(),
        today: month.last_day(),
        batch: Some(month.compact()),
        steps: Steps::None,
        extra: BTreeMap::new(),
    }
}
