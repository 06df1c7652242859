//! The product's source as tokens: comments are left out, and what stands in quotes is told from code.

#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part")]

use std::iter::Peekable;
use std::path::{Path, PathBuf};
use std::str::Chars;

/// The folder of the crate.
pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A piece of source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// A name, a keyword or a number.
    Word(String),
    /// What stands between quotes, escapes as they are written.
    Text(String),
    /// Any other character.
    Sign(char),
}

impl Token {
    pub(crate) fn is(&self, sign: char) -> bool {
        *self == Token::Sign(sign)
    }

    pub(crate) fn word(&self) -> Option<&str> {
        if let Token::Word(word) = self { Some(word) } else { None }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        if let Token::Text(text) = self { Some(text) } else { None }
    }
}

/// Every file below `folder` with this ending, in order: its path from the root of the crate, and its text.
pub(crate) fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut folders = vec![Path::new(ROOT).join(folder)];
    let mut paths: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let into = if entry.is_dir() { &mut folders } else { &mut paths };
            into.push(entry);
        }
    }
    paths.retain(|path| path.extension().is_some_and(|end| end == ending));
    paths.sort();
    assert!(!paths.is_empty(), "{folder} holds no .{ending}");
    let name = |path: &Path| path.strip_prefix(ROOT).unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// The tokens of a text, each with its line.
pub(crate) fn tokens(text: &str) -> Vec<(usize, Token)> {
    let mut lexer = Lexer { chars: text.chars().peekable(), line: 1 };
    let mut all = Vec::new();
    while let Some(c) = lexer.take() {
        let line = lexer.line;
        all.extend(lexer.token(c).map(|token| (line, token)));
    }
    all
}

struct Lexer<'a> {
    chars: Peekable<Chars<'a>>,
    line: usize,
}

impl Lexer<'_> {
    fn take(&mut self) -> Option<char> {
        let c = self.chars.next()?;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn take_if(&mut self, wanted: char) -> bool {
        self.chars.peek() == Some(&wanted) && self.take().is_some()
    }

    fn token(&mut self, c: char) -> Option<Token> {
        match c {
            '/' if self.take_if('/') => {
                while self.chars.peek().is_some_and(|c| *c != '\n') {
                    self.take();
                }
                None
            }
            '/' if self.take_if('*') => {
                self.until("*/");
                None
            }
            '"' => Some(Token::Text(self.quoted())),
            '\'' => {
                self.character();
                None
            }
            c if c.is_alphanumeric() || c == '_' => Some(self.word(c)),
            c if c.is_whitespace() => None,
            c => Some(Token::Sign(c)),
        }
    }

    /// What comes before `end`, which is taken too.
    fn until(&mut self, end: &str) -> String {
        let mut text = String::new();
        while let Some(c) = self.take() {
            text.push(c);
            if text.ends_with(end) {
                text.truncate(text.len() - end.len());
                break;
            }
        }
        text
    }

    fn quoted(&mut self) -> String {
        let mut text = String::new();
        while let Some(c) = self.take() {
            match c {
                '"' => break,
                '\\' => text.extend([c].into_iter().chain(self.take())),
                c => text.push(c),
            }
        }
        text
    }

    /// After `'`: a character, or the name of a lifetime, whose quote alone is left out.
    fn character(&mut self) {
        let mut ahead = self.chars.clone();
        match (ahead.next(), ahead.next()) {
            (Some('\\'), _) => {
                self.take();
                self.take();
                self.until("'");
            }
            (_, Some('\'')) => {
                self.take();
                self.take();
            }
            _ => {}
        }
    }

    fn word(&mut self, first: char) -> Token {
        let mut word = first.to_string();
        while let Some(c) = self.chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
            word.push(c);
        }
        match word.as_str() {
            "b" | "c" if self.take_if('"') => Token::Text(self.quoted()),
            "r" | "br" | "cr" => match self.fence() {
                Some(end) => Token::Text(self.until(&end)),
                None => Token::Word(word),
            },
            _ => Token::Word(word),
        }
    }

    /// The end of the raw string that begins here: `"` and as many `#` as stand before its first quote.
    fn fence(&mut self) -> Option<String> {
        let marks = self.chars.clone().take_while(|c| *c == '#').count();
        if self.chars.clone().nth(marks) != Some('"') {
            return None;
        }
        for _ in 0..=marks {
            self.take();
        }
        Some(format!("\"{}", "#".repeat(marks)))
    }
}

#[test]
fn comments_are_no_code_and_quotes_are_told_from_it() {
    let source = r##"a::b /* c */ ('"', '\'', 'x') // d
        &'l "e // \" f" r#"g"h"# b"i" r"j" "##;
    let words: Vec<String> = tokens(source)
        .into_iter()
        .map(|(line, token)| match token {
            Token::Word(word) => format!("{line}{word}"),
            Token::Text(text) => format!("{line}<{text}>"),
            Token::Sign(sign) => sign.to_string(),
        })
        .collect();
    assert_eq!(words.join(" "), r#"1a : : 1b ( , , ) & 2l 2<e // \" f> 2<g"h> 2<i> 2<j>"#);
}
