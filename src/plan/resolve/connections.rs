//! Connections of the settings.

use std::collections::BTreeMap;

use super::findings::narrow;
use super::params::{harmless, is_word};
use super::project::{Checker, check_url, setting, settings_scope};
use crate::msg;
use crate::plan::SqlText;
use crate::plan::project::Connection;
use crate::plan::template::{bindings, placeholders};
use crate::runbook::model::{self, SqlSource};

const DATABASES: [&str; 5] = ["sqlite", "postgres", "postgresql", "mysql", "mariadb"];

impl Checker<'_, '_> {
    pub(super) fn connection(&mut self, written: &model::Connection) -> Connection {
        check_url(&written.url, &DATABASES, self.findings);
        let mut attach = BTreeMap::new();
        for (name, value) in &written.attach {
            if !is_word(name) {
                self.findings.error(name.span, msg!("plan-attach-name", name = harmless(name)));
            }
            check_url(value, &["sqlite"], self.findings);
            attach.insert(name.value.clone(), setting(value, self.findings));
        }
        let changed = written.changed.as_ref().map(|source| self.changed(source));
        let url = setting(&written.url, self.findings);
        Connection { url, attach, insecure: written.insecure, changed }
    }

    /// The query that tells when a table was changed; it binds the table's name and its parts.
    fn changed(&mut self, source: &SqlSource) -> SqlText {
        let scope = settings_scope().with("table", "S.T").with("schema", "S").with("name", "T");
        if let SqlSource::Text(text) = source {
            let known = bindings(&scope);
            for (_, name) in placeholders(text) {
                if !known.contains_key(name) {
                    let written = format!(":{name}");
                    let span = narrow(text.span, &written, self.sources);
                    let message = msg!("plan-binding-unknown", name = written);
                    self.findings.unknown(span, message, name, known.keys().map(String::as_str));
                }
            }
        }
        self.sql(source, &scope)
    }
}
