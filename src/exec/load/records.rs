//! Records of separated fields, one after the other, each with the line that it begins in. Quotes are those of RFC 4180.

use super::source::Text;
use crate::msg;
use crate::words::Msg;

/// Longest record, in bytes: a quote that is never closed does not swallow the file.
const LONGEST: usize = 4 << 20;

/// One record.
#[derive(Debug, Default, Clone)]
pub(super) struct Record {
    /// The line that it begins in, from 1.
    pub(super) line: u64,
    /// Something stands behind a closing quote.
    pub(super) torn: bool,
    text: String,
    ends: Vec<usize>,
}

impl Record {
    /// Its fields.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(from, to)| &self.text[from..*to])
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    fn clear(&mut self, line: u64) {
        self.text.clear();
        self.ends.clear();
        (self.line, self.torn) = (line, false);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning of a field.
    Start,
    /// In a field without quotes.
    Plain,
    /// In a quoted field.
    Quoted,
    /// Behind a quote that may have closed it.
    Closed,
}

/// What a step of the reader comes to.
enum Step {
    /// It goes on.
    On,
    /// The record is whole.
    Whole,
}

/// Reads records from a text.
pub(super) struct Records {
    text: Text,
    separator: char,
    piece: String,
    at: usize,
    line: u64,
    /// The line of the quote that is open.
    opened: u64,
    /// The last record ended with a carriage return: a newline belongs to it.
    returned: bool,
    state: State,
}

impl Records {
    /// Of that text.
    pub(super) fn new(text: Text, separator: char) -> Self {
        Records {
            text,
            separator,
            piece: String::new(),
            at: 0,
            line: 1,
            opened: 0,
            returned: false,
            state: State::Start,
        }
    }

    /// How many bytes were read.
    pub(super) fn bytes(&self) -> u64 {
        self.text.bytes()
    }

    /// What is wrong with the encoding of what was read so far.
    pub(super) fn trouble(&self) -> Option<Msg> {
        self.text.trouble()
    }

    /// The next record that is not an empty line; `false` at the end.
    pub(super) fn next(&mut self, record: &mut Record) -> Result<bool, Msg> {
        loop {
            record.clear(self.line);
            if !self.one(record)? {
                return Ok(false);
            }
            if record.len() > 1 || !record.text.is_empty() {
                return Ok(true);
            }
        }
    }

    fn one(&mut self, record: &mut Record) -> Result<bool, Msg> {
        self.state = State::Start;
        loop {
            if self.at == self.piece.len() {
                self.piece.clear();
                self.at = 0;
                if !self.text.more(&mut self.piece)? && self.piece.is_empty() {
                    return self.end(record);
                }
                continue;
            }
            if self.returned {
                self.returned = false;
                if self.piece.as_bytes()[self.at] == b'\n' {
                    self.at += 1;
                    continue;
                }
            }
            if record.text.len() > LONGEST || record.ends.len() > LONGEST {
                return Err(self.too_long(record));
            }
            if let Step::Whole = self.step(record) {
                return Ok(true);
            }
        }
    }

    fn too_long(&self, record: &Record) -> Msg {
        if self.state == State::Quoted {
            msg!("load-quote-open", line = self.opened)
        } else {
            msg!("load-line-too-long", line = record.line)
        }
    }

    /// At the end of the text: a last line without a newline is a record too.
    fn end(&self, record: &mut Record) -> Result<bool, Msg> {
        if self.state == State::Quoted {
            return Err(msg!("load-quote-open", line = self.opened));
        }
        if self.state == State::Start && record.ends.is_empty() {
            return Ok(false);
        }
        record.ends.push(record.text.len());
        Ok(true)
    }

    fn step(&mut self, record: &mut Record) -> Step {
        let rest = &self.piece[self.at..];
        match self.state {
            State::Start if rest.starts_with('"') => {
                (self.state, self.opened) = (State::Quoted, self.line);
                self.at += 1;
                Step::On
            }
            State::Start => {
                self.state = State::Plain;
                Step::On
            }
            State::Plain => {
                let end = end_of_field(rest, self.separator);
                record.text.push_str(&rest[..end]);
                self.at += end;
                self.delimiter(record)
            }
            State::Quoted => {
                let end = rest.find('"').unwrap_or(rest.len());
                record.text.push_str(&rest[..end]);
                self.line += rest[..end].bytes().filter(|byte| *byte == b'\n').count() as u64;
                self.at += end;
                if end < rest.len() {
                    self.at += 1;
                    self.state = State::Closed;
                }
                Step::On
            }
            State::Closed => {
                if rest.starts_with('"') {
                    record.text.push('"');
                    self.at += 1;
                    self.state = State::Quoted;
                    return Step::On;
                }
                if !rest.starts_with([self.separator, '\n', '\r']) {
                    record.torn = true;
                }
                self.state = State::Plain;
                Step::On
            }
        }
    }

    /// At the end of a field, unless the piece ends first.
    fn delimiter(&mut self, record: &mut Record) -> Step {
        let Some(c) = self.piece[self.at..].chars().next() else { return Step::On };
        self.at += c.len_utf8();
        record.ends.push(record.text.len());
        self.state = State::Start;
        if c == self.separator {
            return Step::On;
        }
        self.line += 1;
        self.returned = c == '\r';
        Step::Whole
    }
}

/// Where the next separator or line end stands.
fn end_of_field(text: &str, separator: char) -> usize {
    let found = match u8::try_from(separator) {
        Ok(byte) if byte.is_ascii() => text.bytes().position(|b| b == byte || b == b'\n' || b == b'\r'),
        _ => text.find([separator, '\n', '\r']),
    };
    found.unwrap_or(text.len())
}
