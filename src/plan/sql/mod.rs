//! SQL as text: where a statement ends, which values it binds, whether it may write. Knows trigger bodies; knows no
//! grammar.

mod lexer;
mod target;

use std::collections::BTreeSet;

use self::lexer::{Lexer, Token, TokenKind};

/// Whose SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `?1`, names in brackets.
    Sqlite,
    /// `$1`, dollar quotes, nested comments.
    Postgres,
    /// `?`, backslashes in strings, `#` comments.
    MySql,
}

impl Dialect {
    /// Of the database at that URL.
    pub fn of_url(url: &str) -> Option<Self> {
        match url.split_once(':')?.0 {
            "sqlite" => Some(Dialect::Sqlite),
            "postgres" | "postgresql" => Some(Dialect::Postgres),
            "mysql" | "mariadb" => Some(Dialect::MySql),
            _ => None,
        }
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its text, with numbered parameters, without comments before it and without its semicolon.
    pub text: String,
    /// As it was written.
    pub written: String,
    /// The names bound, by the numbers of their parameters.
    pub binds: Vec<String>,
    /// What it may do.
    pub kind: Kind,
    /// Where in `written` its parameters are, and their numbers.
    marks: Vec<(usize, usize, usize)>,
}

impl Statement {
    /// Its text with something else in place of its parameters.
    pub fn with(&self, mark: impl Fn(usize) -> String) -> String {
        let (mut text, mut done) = (String::new(), 0);
        for (from, to, number) in &self.marks {
            text.push_str(&self.written[done..*from]);
            text.push_str(&mark(*number));
            done = *to;
        }
        text.push_str(&self.written[done..]);
        text
    }

    /// The words and the names in backquotes that stand in it: among them are its tables in `MySQL`.
    pub fn mentions(&self) -> BTreeSet<String> {
        let mut lexer = Lexer::new(&self.written, Dialect::MySql);
        let mut found = BTreeSet::new();
        while let Some(token) = lexer.next() {
            let written = &self.written[token.from..lexer.at().min(self.written.len())];
            let quoted = written.strip_prefix('`').and_then(|name| name.strip_suffix('`'));
            let name = match token.kind {
                TokenKind::Word(word) => Some(word.to_owned()),
                _ => quoted.map(|name| name.replace("``", "`")),
            };
            found.extend(name.filter(|name| !name.bytes().all(|byte| byte.is_ascii_digit())));
        }
        found
    }

    /// Can it be kept as a statement of its own in `PostgreSQL`?
    pub fn can_be_prepared(&self) -> bool {
        let first = self.written.trim_start_matches('(').trim_start();
        let word = first.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        ["select", "values", "with", "table", "insert", "update", "delete", "merge"]
            .iter()
            .any(|verb| word.eq_ignore_ascii_case(verb))
    }
}

/// What a statement may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reads only.
    Reads,
    /// Changes rows: how many is known afterwards.
    Changes,
    /// Begins or ends a transaction.
    Transaction,
    /// Ends the transaction that it is in, or refuses to be in one.
    Alone,
    /// Anything else.
    Other,
}

/// The statements of `sql`; what is only comments is none.
pub fn statements(sql: &str, dialect: Dialect) -> Vec<Statement> {
    let mut lexer = Lexer::new(sql, dialect);
    let mut found = Vec::new();
    let mut draft = Draft::default();
    loop {
        let (token, start) = (lexer.next(), lexer.at());
        match token {
            None => break,
            Some(Token { kind: TokenKind::Semicolon, from }) if draft.ends_here(dialect) => {
                found.extend(draft.finish(sql, from, dialect));
                draft = Draft::default();
            }
            Some(Token { kind, from }) => draft.take(&kind, from, start, sql),
        }
    }
    found.extend(draft.finish(sql, sql.len(), dialect));
    found
}

/// A statement that is being read.
#[derive(Default)]
struct Draft {
    begin: Option<usize>,
    /// Words outside brackets, enough to tell what it is.
    words: Vec<String>,
    depth: usize,
    binds: Vec<(usize, usize, String)>,
    /// In a trigger's body: what the last two tokens were.
    trail: (Mark, Mark),
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Mark {
    #[default]
    Other,
    Semicolon,
    End,
}

impl Draft {
    fn take(&mut self, kind: &TokenKind<'_>, from: usize, end: usize, sql: &str) {
        if *kind == TokenKind::Blank {
            return;
        }
        self.begin.get_or_insert(from);
        let mark = match kind {
            TokenKind::Semicolon => Mark::Semicolon,
            TokenKind::Word(word) if word.eq_ignore_ascii_case("end") => Mark::End,
            _ => Mark::Other,
        };
        self.trail = (self.trail.1, mark);
        match kind {
            TokenKind::Open => self.depth += 1,
            TokenKind::Close => self.depth = self.depth.saturating_sub(1),
            TokenKind::Word(word) if self.depth == 0 && self.words.len() < 64 => {
                self.words.push(word.to_ascii_lowercase());
            }
            TokenKind::Bind(name) => self.binds.push((from, end.min(sql.len()), (*name).to_owned())),
            _ => {}
        }
    }

    /// Does a semicolon end it? In a trigger only the one after `; END`.
    fn ends_here(&self, dialect: Dialect) -> bool {
        dialect != Dialect::Sqlite || !self.is_trigger() || self.trail == (Mark::Semicolon, Mark::End)
    }

    fn is_trigger(&self) -> bool {
        let mut words = self.words.iter().map(String::as_str).skip_while(|word| *word == "explain");
        words.next() == Some("create")
            && words.find(|word| !matches!(*word, "temp" | "temporary")) == Some("trigger")
    }

    fn finish(self, sql: &str, end: usize, dialect: Dialect) -> Option<Statement> {
        let begin = self.begin?;
        let kind = kind(&self.words, dialect);
        let (mut binds, mut marks) = (Vec::<String>::new(), Vec::new());
        for (from, to, name) in self.binds {
            // In PostgreSQL each place has a type of its own.
            let known = binds.iter().position(|bind| *bind == name).filter(|_| dialect == Dialect::Sqlite);
            let number = known.unwrap_or(binds.len()) + 1;
            if known.is_none() {
                binds.push(name);
            }
            marks.push((from - begin, to - begin, number));
        }
        let written = sql[begin..end].trim_end().to_owned();
        let mut statement = Statement { text: String::new(), written, binds, kind, marks };
        statement.text = statement.with(|number| match dialect {
            Dialect::Sqlite => format!("?{number}"),
            Dialect::Postgres => format!("${number}"),
            Dialect::MySql => "?".to_owned(),
        });
        Some(statement)
    }
}

fn kind(words: &[String], dialect: Dialect) -> Kind {
    let first = words.first().map_or("", String::as_str);
    let verb = if first == "with" {
        let verbs = ["select", "values", "insert", "update", "delete", "replace", "merge"];
        words.iter().map(String::as_str).find(|word| verbs.contains(word)).unwrap_or("")
    } else {
        first
    };
    match verb {
        "select" | "values" | "explain" | "show" | "table" | "describe" => Kind::Reads,
        "insert" | "update" | "delete" | "replace" | "merge" => Kind::Changes,
        "begin" | "commit" | "end" | "start" => Kind::Transaction,
        "rollback" if !words.iter().any(|word| word == "to") => Kind::Transaction,
        _ if is_alone(words, dialect) => Kind::Alone,
        "lock" | "unlock" if dialect == Dialect::MySql => Kind::Transaction,
        _ => Kind::Other,
    }
}

/// Does it end the transaction that it is in, or refuse to be in one?
fn is_alone(words: &[String], dialect: Dialect) -> bool {
    let word = |index: usize| words.get(index).map_or("", String::as_str);
    let concurrently = || words.iter().any(|word| word == "concurrently");
    let of_server = || matches!(word(1), "database" | "tablespace" | "subscription" | "system");
    match (dialect, word(0)) {
        (Dialect::Postgres, "create" | "drop" | "alter") => concurrently() || of_server(),
        (Dialect::Postgres, "reindex") => concurrently() || of_server() || word(1) == "schema",
        (Dialect::Postgres, "cluster") => words.len() == 1,
        (Dialect::MySql, "create" | "drop") => word(1) != "temporary",
        (Dialect::Sqlite | Dialect::Postgres, "vacuum")
        | (
            Dialect::MySql,
            "alter" | "truncate" | "rename" | "grant" | "revoke" | "analyze" | "optimize" | "repair"
            | "flush" | "install" | "uninstall",
        ) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str, dialect: Dialect) -> Vec<String> {
        statements(sql, dialect).into_iter().map(|statement| statement.text).collect()
    }

    fn lite(sql: &str) -> Vec<String> {
        texts(sql, Dialect::Sqlite)
    }

    #[test]
    fn statements_end_at_semicolons_that_are_none_of_something_else() {
        for (sql, expected) in [
            ("select 1; select 2;", vec!["select 1", "select 2"]),
            ("select ';' ; select \"a;b\"", vec!["select ';'", "select \"a;b\""]),
            ("select 'it''s;' ;", vec!["select 'it''s;'"]),
            ("-- a;b\nselect 1 /* ; */;\n-- end;", vec!["select 1 /* ; */"]),
            ("select [a;b], `c;d`", vec!["select [a;b], `c;d`"]),
            (" ;; \n; /* nothing */ ", vec![]),
            ("select '未;完", vec!["select '未;完"]),
            ("select 南京 from 表; select 2", vec!["select 南京 from 表", "select 2"]),
        ] {
            assert_eq!(lite(sql), expected, "{sql}");
        }
    }

    #[test]
    fn a_triggers_body_is_one_statement() {
        let trigger = "create temp trigger t after insert on a begin update b set x = case when 1 then 2 end; \
                       select case 1 when 1 then 2 end; end";
        assert_eq!(lite(&format!("{trigger}; select 1")), [trigger, "select 1"]);
        assert_eq!(lite("create table trigger_x (a); select 1").len(), 2);
    }

    #[test]
    fn values_are_bound_by_number() {
        let found = &statements(
            "select :a, :b::text, ':a', x, :a where t = '12:30' -- :c\n and z = :d",
            Dialect::Sqlite,
        )[0];
        assert_eq!(found.text, "select ?1, ?2::text, ':a', x, ?1 where t = '12:30' -- :c\n and z = ?3");
        assert_eq!(found.binds, ["a", "b", "d"]);
        assert!(found.written.starts_with("select :a, :b"));
        let mysql = &statements("select :a, \"\\'\", ':\\';a', :a # :c", Dialect::MySql)[0];
        assert_eq!((mysql.text.as_str(), mysql.binds.len()), ("select ?, \"\\'\", ':\\';a', ? # :c", 2));
    }

    #[test]
    fn postgres_has_dollar_quotes_and_nested_comments() {
        let sql = "select $$ ; :a $$, $f$ ; $$ ; $f$, $1, a[1:2], E'\\';' /* /* ; */ ; */ , :b; select 2";
        let found = statements(sql, Dialect::Postgres);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].binds, ["b"]);
        assert!(found[0].text.ends_with(", $1"));
    }

    #[test]
    fn what_a_statement_may_do_is_told_by_its_verb() {
        for (sql, kind) in [
            ("select 1", Kind::Reads),
            ("(select 1)", Kind::Other),
            ("with a as (delete from x) select 1", Kind::Reads),
            ("with a (b) as (select 1) insert into x select * from a", Kind::Changes),
            ("replace into x values (1)", Kind::Changes),
            ("create table x as select 1", Kind::Other),
            ("commit", Kind::Transaction),
            ("rollback to a", Kind::Other),
            ("pragma user_version = 1", Kind::Other),
        ] {
            assert_eq!(statements(sql, Dialect::Sqlite)[0].kind, kind, "{sql}");
        }
    }

    #[test]
    fn statements_that_end_transactions_are_told_apart() {
        for (sql, postgres, mysql) in [
            ("create table t (a int)", Kind::Other, Kind::Alone),
            ("create temporary table t (a int)", Kind::Other, Kind::Other),
            ("truncate table t", Kind::Other, Kind::Alone),
            ("vacuum t", Kind::Alone, Kind::Other),
            ("create unique index concurrently i on t (a)", Kind::Alone, Kind::Alone),
            ("refresh materialized view concurrently v", Kind::Other, Kind::Other),
            ("reindex table t", Kind::Other, Kind::Other),
            ("lock tables t write", Kind::Other, Kind::Transaction),
        ] {
            assert_eq!(statements(sql, Dialect::Postgres)[0].kind, postgres, "{sql}");
            assert_eq!(statements(sql, Dialect::MySql)[0].kind, mysql, "{sql}");
        }
        let minus = &statements("select 5--:n\n, 1 -- :x", Dialect::MySql)[0];
        assert_eq!(minus.binds, ["n"]);
    }

    #[test]
    fn what_a_statement_mentions_has_its_tables_in_it() {
        let found = &statements("insert into `a``b`.c values (1, 'd', :e) # f", Dialect::MySql)[0];
        assert_eq!(
            found.mentions().into_iter().collect::<Vec<_>>(),
            ["a`b", "c", "insert", "into", "values"]
        );
    }

    #[test]
    fn parameters_can_be_written_in_other_ways() {
        let found = &statements("/* x */ call p(:a, ':b', :a);", Dialect::Postgres)[0];
        assert_eq!(found.with(|number| format!("<{number}>")), "call p(<1>, ':b', <2>)");
        assert!(!found.can_be_prepared());
        assert!(statements("((select :a))", Dialect::Postgres)[0].can_be_prepared());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_to_its_end(sql in "\\PC{0,60}") {
            for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql] {
                let _ = statements(&sql, dialect);
            }
        }

        #[test]
        fn odd_sql_is_read_to_its_end(sql in "[-/*'\"`;:$a\\[\\]\\\\ E#南\n]{0,40}") {
            for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql] {
                let _ = statements(&sql, dialect);
            }
        }
    }
}
