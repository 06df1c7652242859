//! The tokens of SQL that matter for its statements: strings, quoted names, comments, casts and dollar quotes of three
//! databases are each one token or none.

use super::Dialect;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum TokenKind<'s> {
    Blank,
    Semicolon,
    Word(&'s str),
    Bind(&'s str),
    Open,
    Close,
    Other,
}

pub(super) struct Token<'s> {
    pub(super) kind: TokenKind<'s>,
    pub(super) from: usize,
}

pub(super) struct Lexer<'s> {
    sql: &'s str,
    at: usize,
    dialect: Dialect,
}

impl<'s> Lexer<'s> {
    pub(super) fn new(sql: &'s str, dialect: Dialect) -> Self {
        Lexer { sql, at: 0, dialect }
    }

    /// Where the token that was read ends.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn next(&mut self) -> Option<Token<'s>> {
        let (from, sql) = (self.at, self.sql);
        let bytes = sql.as_bytes();
        let first = *bytes.get(from)?;
        let second = bytes.get(from + 1).copied();
        let (kind, end) = match first {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0c => (TokenKind::Blank, from + 1),
            b'-' if second == Some(b'-') && self.is_comment(from + 2) => {
                (TokenKind::Blank, self.after("\n", from))
            }
            b'#' if self.dialect == Dialect::MySql => (TokenKind::Blank, self.after("\n", from)),
            b'/' if second == Some(b'*') => (TokenKind::Blank, self.after_comment(from)),
            b';' => (TokenKind::Semicolon, from + 1),
            b'(' => (TokenKind::Open, from + 1),
            b')' => (TokenKind::Close, from + 1),
            b'\'' => (TokenKind::Other, self.after_quote(from + 1, b'\'', self.dialect == Dialect::MySql)),
            b'"' | b'`' => (TokenKind::Other, self.after_quote(from + 1, first, false)),
            b'[' if self.dialect == Dialect::Sqlite => (TokenKind::Other, self.after("]", from)),
            b'$' if self.dialect == Dialect::Postgres => (TokenKind::Other, self.after_dollar(from)),
            b':' if second == Some(b':') => (TokenKind::Other, from + 2),
            b':' => self.bind(from),
            first if is_word(first) => self.word(from),
            _ => (TokenKind::Other, from + sql[from..].chars().next().map_or(1, char::len_utf8)),
        };
        self.at = end;
        Some(Token { kind, from })
    }

    /// `5--3` is a difference to `MySQL`: its comments have a blank behind the strokes.
    fn is_comment(&self, at: usize) -> bool {
        let next = self.sql.as_bytes().get(at);
        self.dialect != Dialect::MySql || next.is_none_or(u8::is_ascii_whitespace)
    }

    /// After the next `end`, or at the end of all.
    fn after(&self, end: &str, from: usize) -> usize {
        self.sql[from..].find(end).map_or(self.sql.len(), |at| from + at + end.len())
    }

    fn after_comment(&self, from: usize) -> usize {
        if self.dialect != Dialect::Postgres {
            return self.after("*/", from + 2);
        }
        let bytes = self.sql.as_bytes();
        let (mut at, mut depth) = (from + 2, 1);
        while depth > 0 && at < bytes.len() {
            let step = match (bytes[at], bytes.get(at + 1)) {
                (b'/', Some(b'*')) => 1,
                (b'*', Some(b'/')) => -1,
                _ => 0,
            };
            depth += step;
            at += if step == 0 { 1 } else { 2 };
        }
        at.min(bytes.len())
    }

    /// After the closing quote; a doubled one does not close.
    fn after_quote(&self, from: usize, quote: u8, backslashes: bool) -> usize {
        let bytes = self.sql.as_bytes();
        let mut at = from;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' if backslashes => at += 2,
                byte if byte == quote && bytes.get(at + 1) == Some(&quote) => at += 2,
                byte if byte == quote => return at + 1,
                _ => at += 1,
            }
        }
        bytes.len()
    }

    fn after_dollar(&self, from: usize) -> usize {
        let rest = &self.sql[from + 1..];
        let tag = rest.bytes().take_while(|byte| is_word(*byte)).count();
        let is_quote = rest.as_bytes().get(tag) == Some(&b'$')
            && !rest.as_bytes().first().is_some_and(u8::is_ascii_digit);
        if is_quote { self.after(&self.sql[from..from + tag + 2], from + tag + 2) } else { from + 1 }
    }

    fn word(&self, from: usize) -> (TokenKind<'s>, usize) {
        let length = self.sql[from..].bytes().take_while(|byte| is_word(*byte) || *byte == b'$').count();
        let (word, end) = (&self.sql[from..from + length], from + length);
        // E'…' of PostgreSQL knows backslashes.
        if self.dialect == Dialect::Postgres
            && word.eq_ignore_ascii_case("e")
            && self.sql.as_bytes().get(end) == Some(&b'\'')
        {
            return (TokenKind::Other, self.after_quote(end + 1, b'\'', true));
        }
        (TokenKind::Word(word), end)
    }

    /// `:name`, but not what follows a digit or a letter at once (`12:30`, `a[1:n]`).
    fn bind(&self, from: usize) -> (TokenKind<'s>, usize) {
        let bytes = self.sql.as_bytes();
        let glued = from > 0 && is_word(bytes[from - 1]);
        let rest = &self.sql[from + 1..];
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        if glued || length == 0 || rest.as_bytes()[0].is_ascii_digit() {
            return (TokenKind::Other, from + 1);
        }
        (TokenKind::Bind(&rest[..length]), from + 1 + length)
    }
}

/// Letters of any script count as parts of words.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
