//! Text to a tree in which every word keeps its place. Strict YAML: no tags, no anchors, no merge keys, one document;
//! scalars stay the text that they are, and whoever wants a number asks for one.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError};

use super::model::Text;
use super::problem::{FileId, Problem, Sources, Span, Spanned};
use super::text::{MAX_FILE, code_point, is_hidden, span, too_large, visible};
use crate::msg;
use crate::words::Msg;

/// How deep lists and maps may stand in each other.
const MAX_DEPTH: usize = 64;

/// A value and its place: of a word its own, of a block of keys or items the first of them.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its place.
    pub span: Span,
    /// What stands there.
    pub value: Value,
}

/// What stands at a place.
#[derive(Debug, Clone)]
pub enum Value {
    /// Nothing.
    Null,
    /// Text; `plain` when it is written without quotes.
    Scalar {
        /// As it is written, without quotes.
        text: String,
        /// Without quotes.
        plain: bool,
    },
    /// `[a, b]`, or lines that begin with `-`.
    List(Vec<Node>),
    /// Keys and values, in their order; no key twice.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: Text,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// Its entries, if it is a map.
    pub fn entries(&self) -> &[Entry] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The value of `key`, if it is a map that has one.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key.value == key).map(|entry| &entry.value)
    }

    /// Where its first key stands; its own place where it has none.
    pub fn head(&self) -> Span {
        self.entries().first().map_or(self.span, |entry| entry.key.span)
    }
}

/// The tree of `file`. What is wrong with its YAML goes to `problems`; `None` when there is no tree.
pub fn parse(sources: &Sources, file: FileId, problems: &mut Vec<Problem>) -> Option<Node> {
    let text = sources.text(file);
    if text.len() > MAX_FILE {
        let path = sources.path(file).to_string_lossy();
        problems.push(Problem::unplaced(too_large(&path, text.len())));
        return None;
    }
    if let Some(problem) = forbidden_character(file, text) {
        problems.push(problem);
        return None;
    }
    let mut builder = Builder::new(file, text);
    let end = builder.read();
    problems.append(&mut builder.problems);
    match end {
        Ok(()) if builder.root.is_none() => {
            problems.push(Problem::error(span(file, 0, 0), msg!("problem-yaml-empty")));
            None
        }
        Ok(()) => builder.root,
        Err(Stop) => None,
    }
}

fn forbidden_character(file: FileId, text: &str) -> Option<Problem> {
    let special = text.char_indices().filter(|(_, c)| !matches!(c, ' '..='~' | '\n' | '\t'));
    for (at, c) in special {
        let mark = at == 0 && c == '\u{feff}';
        let line_end = c == '\r' && text[at + 1..].starts_with('\n');
        if is_hidden(c) && !mark && !line_end {
            let place = span(file, at, at + c.len_utf8());
            return Some(Problem::error(place, msg!("problem-control-character", code = code_point(c))));
        }
    }
    None
}

/// A list or map that is not closed yet.
enum Open {
    List { start: usize, items: Vec<Node> },
    Map { start: usize, index: HashMap<String, Span>, key: Option<(Text, bool)>, entries: Vec<Entry> },
}

/// Nothing more can be read; why is among the builder's problems.
struct Stop;

type Read = Result<(), Stop>;

/// Puts the tree together from the parser's events, without recursion.
struct Builder<'a> {
    file: FileId,
    text: &'a str,
    cursor: Cursor<'a>,
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    problems: Vec<Problem>,
}

impl<'a> Builder<'a> {
    fn new(file: FileId, text: &'a str) -> Self {
        let mark = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
        let cursor = Cursor { text, mark, is_ascii: text[mark..].is_ascii(), index: 0, byte: mark };
        Builder { file, text, cursor, open: Vec::new(), root: None, documents: 0, problems: Vec::new() }
    }

    fn read(&mut self) -> Read {
        let body = &self.text[self.cursor.byte..];
        for event in Parser::new_from_str(body) {
            let (event, place) = event.map_err(|error| self.not_yaml(&error))?;
            let (start, end) = (self.cursor.at(&place.start), self.cursor.at(&place.end));
            self.event(event, start, end)?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, start: usize, end: usize) -> Read {
        match event {
            Event::DocumentStart(_) => self.document(start),
            Event::Scalar(text, style, anchor, tag) => {
                self.strict(start, end, anchor > 0, tag.is_some());
                self.scalar(text, style == ScalarStyle::Plain, start, end)
            }
            Event::SequenceStart(anchor, tag) => {
                self.strict(start, end, anchor > 0, tag.is_some());
                self.enter(Open::List { start, items: Vec::new() }, start)
            }
            Event::MappingStart(anchor, tag) => {
                self.strict(start, end, anchor > 0, tag.is_some());
                self.enter(Open::Map { start, index: HashMap::new(), key: None, entries: Vec::new() }, start)
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(end),
            Event::Alias(_) => Err(self.stop(start, end, msg!("problem-yaml-anchor"))),
            Event::DocumentEnd | Event::Nothing | Event::StreamStart | Event::StreamEnd => Ok(()),
        }
    }

    fn document(&mut self, start: usize) -> Read {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        Err(self.stop(start, start + 3, msg!("problem-yaml-second-document")))
    }

    /// Notes tags and anchors; the value after them is read all the same.
    fn strict(&mut self, start: usize, end: usize, anchor: bool, tag: bool) {
        let place = self.place(start, end);
        if anchor {
            self.problems.push(Problem::error(place, msg!("problem-yaml-anchor")));
        }
        if tag {
            self.problems.push(Problem::error(place, msg!("problem-yaml-tag")));
        }
    }

    fn scalar(&mut self, text: Cow<'_, str>, plain: bool, start: usize, end: usize) -> Read {
        let end = start + self.text.get(start..end).map_or(0, |slice| slice.trim_end().len());
        let place = self.place(start, end);
        let null = plain && text.is_empty();
        let value = if null { Value::Null } else { Value::Scalar { text: text.into_owned(), plain } };
        self.put(Node { span: place, value })
    }

    fn enter(&mut self, open: Open, start: usize) -> Read {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.stop(start, start + 1, msg!("problem-yaml-depth", limit = MAX_DEPTH)));
        }
        self.open.push(open);
        Ok(())
    }

    fn leave(&mut self, end: usize) -> Read {
        let (start, first, value) = match self.open.pop() {
            Some(Open::List { start, items }) => {
                (start, items.first().map(|item| item.span), Value::List(items))
            }
            Some(Open::Map { start, entries, .. }) => {
                (start, entries.first().map(|entry| entry.key.span), Value::Map(entries))
            }
            None => return Ok(()),
        };
        let bracket = matches!(self.text.as_bytes().get(start), Some(b'[' | b'{'));
        let own = self.place(start, end);
        self.put(Node { span: if bracket { own } else { first.unwrap_or(own) }, value })
    }

    /// Puts a finished value where it belongs: as key, value, item or root.
    fn put(&mut self, mut node: Node) -> Read {
        match self.open.last_mut() {
            None => self.root = Some(node).filter(|node| !matches!(node.value, Value::Null)),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { key, index, entries, .. }) => match key.take() {
                None => {
                    let Value::Scalar { text, .. } = node.value else {
                        let problem = Problem::error(node.span, msg!("problem-yaml-key"));
                        self.problems.push(problem.help(msg!("help-problem-yaml-key")));
                        return Err(Stop);
                    };
                    let first = place_of(&text, entries, index);
                    let problem = key_problem(&text, node.span, first);
                    *key = Some((Spanned::new(text, node.span), problem.is_none()));
                    self.problems.extend(problem);
                }
                Some((key, fresh)) => {
                    if matches!(node.value, Value::Null) {
                        node.span = key.span;
                    }
                    if fresh {
                        entries.push(Entry { key, value: node });
                    }
                }
            },
        }
        Ok(())
    }

    /// Multi-line places are shown by their first line.
    fn first_line_end(&self, start: usize, end: usize) -> usize {
        let line = self.text.get(start..end).map_or("", |slice| slice.lines().next().unwrap_or(""));
        start + line.len()
    }

    fn place(&self, start: usize, end: usize) -> Span {
        span(self.file, start, self.first_line_end(start, end))
    }

    /// Tells why nothing more can be read.
    fn stop(&mut self, start: usize, end: usize, message: Msg) -> Stop {
        self.problems.push(Problem::error(self.place(start, end), message));
        Stop
    }

    fn not_yaml(&mut self, error: &ScanError) -> Stop {
        let at = self.cursor.at(error.marker());
        let line = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let indent = self.text[line..].trim_start_matches(' ');
        if indent.starts_with('\t') || error.info().contains("tab") {
            let tab = self.text[line..].find('\t').map_or(at, |tab| line + tab);
            let problem = Problem::error(self.place(tab, tab + 1), msg!("problem-yaml-tab"));
            self.problems.push(problem.help(msg!("help-problem-yaml-tab")));
            return Stop;
        }
        let end = self.text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
        self.stop(at, end, in_our_words(error.info()))
    }
}

/// What the parser's own sentences come down to.
fn in_our_words(info: &str) -> Msg {
    let has = |words: &[&str]| words.iter().any(|word| info.contains(word));
    if has(&["recursion limit"]) {
        msg!("problem-yaml-depth", limit = MAX_DEPTH)
    } else if has(&["anchor"]) {
        msg!("problem-yaml-anchor")
    } else if has(&["escape"]) {
        msg!("problem-yaml-escape")
    } else if has(&["quoted scalar"]) {
        msg!("problem-yaml-quote")
    } else if has(&["mapping values are not allowed", "':' indicator"]) {
        msg!("problem-yaml-colon")
    } else if has(&["unexpected character", "cannot start any token"]) {
        msg!("problem-yaml-character")
    } else if has(&["flow mapping", "flow sequence", "bracket"]) {
        msg!("problem-yaml-bracket")
    } else if has(&["block collection", "block mapping", "indentation", "document start"]) {
        msg!("problem-yaml-indent")
    } else {
        msg!("problem-yaml-syntax", detail = visible(info, 200))
    }
}

/// Where `key` stands among `entries` already. Small maps are looked through; `index` serves large ones, and takes
/// up what was added since it was last asked.
fn place_of(key: &str, entries: &[Entry], index: &mut HashMap<String, Span>) -> Option<Span> {
    const SMALL: usize = 16;
    if entries.len() <= SMALL {
        return entries.iter().find(|entry| entry.key.value == key).map(|entry| entry.key.span);
    }
    let new = entries[index.len()..].iter().map(|entry| (entry.key.value.clone(), entry.key.span));
    index.extend(new);
    index.get(key).copied()
}

/// What is wrong with `key`, if `first` is where it stands already.
fn key_problem(key: &str, place: Span, first: Option<Span>) -> Option<Problem> {
    if key == "<<" {
        return Some(Problem::error(place, msg!("problem-yaml-merge-key")));
    }
    let first = first?;
    let problem = Problem::error(place, msg!("problem-doubled-key", key = visible(key, 64)));
    Some(problem.related(first, msg!("problem-first-here")))
}

/// Turns the parser's character positions into bytes, walking from the last one: events come in order, so that a
/// whole file costs one walk.
struct Cursor<'a> {
    text: &'a str,
    /// Bytes before the first character.
    mark: usize,
    /// Every character is one byte.
    is_ascii: bool,
    index: usize,
    byte: usize,
}

impl Cursor<'_> {
    fn at(&mut self, marker: &Marker) -> usize {
        if self.is_ascii {
            return self.text.len().min(self.mark + marker.index());
        }
        let bytes = self.text.as_bytes();
        let is_tail = |byte: usize| bytes.get(byte).is_some_and(|b| b & 0xC0 == 0x80);
        while self.index < marker.index() && self.byte < bytes.len() {
            self.byte += 1;
            while is_tail(self.byte) {
                self.byte += 1;
            }
            self.index += 1;
        }
        while self.index > marker.index() && self.byte > 0 {
            self.byte -= 1;
            while is_tail(self.byte) {
                self.byte -= 1;
            }
            self.index -= 1;
        }
        self.byte
    }
}
