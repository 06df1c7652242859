//! Which table a statement of `SQLite` writes to, by its words.

use super::lexer::{Lexer, TokenKind};
use super::{Dialect, Statement};

/// What stands between a verb and its table.
const BETWEEN: [&str; 9] = ["if", "not", "exists", "or", "ignore", "replace", "rollback", "abort", "fail"];

impl Statement {
    /// The table that it changes, makes or drops, with its schema where that is named; `None`: it cannot be told.
    pub fn target(&self) -> Option<String> {
        let mut lexer = Lexer::new(&self.written, Dialect::Sqlite);
        let (mut depth, mut before, mut found) = (0_usize, String::new(), None::<String>);
        let mut wanted = false;
        while let Some(token) = lexer.next() {
            let written = &self.written[token.from..lexer.at().min(self.written.len())];
            match token.kind {
                TokenKind::Blank => continue,
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            if let Some(schema) = &mut found {
                match (written, schema.ends_with('.')) {
                    (".", false) => schema.push('.'),
                    (name, true) => {
                        schema.push_str(&plain(name));
                        return found;
                    }
                    _ => return found,
                }
                continue;
            }
            if depth > 0 || token.kind == TokenKind::Close {
                continue;
            }
            let word = written.to_ascii_lowercase();
            if wanted && !BETWEEN.contains(&word.as_str()) {
                found = Some(plain(written));
            } else if !wanted {
                wanted = matches!(word.as_str(), "into" | "update" | "table" | "view" | "index" | "trigger")
                    || (word == "from" && before == "delete");
            }
            before = word;
        }
        found
    }
}

/// A name without its quotes.
fn plain(name: &str) -> String {
    for (open, close) in [('"', '"'), ('`', '`'), ('[', ']')] {
        if let Some(inner) = name.strip_prefix(open).and_then(|name| name.strip_suffix(close)) {
            return inner.replace(&format!("{close}{close}"), &close.to_string());
        }
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use crate::plan::sql::{Dialect, statements};

    #[test]
    fn what_is_written_to_is_told_from_what_is_read() {
        for (sql, target) in [
            ("insert into t select * from shfin.rpt", Some("t")),
            ("insert or replace into SHFIN.t values (1)", Some("SHFIN.t")),
            ("with a as (delete from x) insert into \"b c\".[d] select 1", Some("b c.d")),
            ("update or ignore t set a = (select 1 from s.u)", Some("t")),
            ("delete from s . t where a in (select 1 from main.u)", Some("s.t")),
            ("create temp table if not exists x as select 1", Some("x")),
            ("drop table if exists s.x", Some("s.x")),
            ("create unique index s.i on t (a)", Some("s.i")),
            ("replace into `a``b` values (1)", Some("a`b")),
            ("pragma user_version = 1", None),
        ] {
            assert_eq!(statements(sql, Dialect::Sqlite)[0].target().as_deref(), target, "{sql}");
        }
    }
}
