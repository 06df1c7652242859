//! A text as tokens with their places: the parser says what there is, and what lies between is read here.

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::Unlaid;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `-` before an item.
    Dash,
    /// `:` behind a key.
    Colon,
    /// `,`.
    Comma,
    /// `[` or `{`.
    Open,
    /// `]` or `}`.
    Close,
    /// A key of a block.
    Key,
    /// Any other word, and the `|` of a block text.
    Word,
    /// The lines of a block text, without the newline of the last.
    Body {
        /// Its own indentation in the text.
        old: usize,
        /// Blank lines at its end belong to it.
        keeps: bool,
    },
    /// `# …`.
    Comment,
    /// `---` or `...`.
    Marker,
}

/// A token, and how it is indented where it begins a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// The innermost block that it stands in.
    pub block: Option<usize>,
    /// Where it begins a line.
    pub indent: usize,
    /// Where its further lines begin.
    pub hang: usize,
    /// Inside brackets?
    pub flow: bool,
}

/// Keys or items that stand below each other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub parent: Option<usize>,
    pub list: bool,
    /// Its column in the text.
    pub old: Option<usize>,
    /// Its column in the layout.
    pub indent: usize,
    /// Its items are parted by blank lines.
    pub apart: bool,
}

/// A text, read.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub tokens: Vec<Token>,
    pub blocks: Vec<Block>,
}

impl Read {
    /// The comments of `text`, in their order.
    pub(super) fn comments<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let comments = self.tokens.iter().filter(|token| token.kind == Kind::Comment);
        comments.map(|token| text[token.start..token.end].trim_end()).collect()
    }
}

/// Something that is not closed yet.
enum Frame {
    Map {
        block: usize,
        key_next: bool,
        stages: bool,
    },
    List {
        block: usize,
    },
    Brackets,
    /// `[a: b]`: a map without brackets of its own.
    Pair,
}

/// Reads `text`.
pub(super) fn read(text: &str) -> Result<Read, Unlaid> {
    let mut reader = Reader { text, at: 0, read: Read::default(), stack: Vec::new() };
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|_| Unlaid::Unlike)?;
        let place = |index: usize| places.get(index).copied().unwrap_or(text.len());
        reader.event(&event, place(span.start.index()), place(span.end.index()))?;
    }
    Ok(reader.read)
}

struct Reader<'t> {
    text: &'t str,
    /// Everything before is among the tokens.
    at: usize,
    read: Read,
    stack: Vec<Frame>,
}

type Done = Result<(), Unlaid>;

impl Reader<'_> {
    fn event(&mut self, event: &Event<'_>, start: usize, end: usize) -> Done {
        match event {
            Event::Scalar(text, style, ..) => self.scalar(text, *style, start, end),
            Event::SequenceStart(..) => self.enter(true, start, end),
            Event::MappingStart(..) => self.enter(false, start, end),
            Event::SequenceEnd | Event::MappingEnd => self.leave(start),
            Event::StreamEnd => self.gap(self.text.len()),
            Event::Alias(_) => Err(self.odd()),
            Event::Nothing | Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd => Ok(()),
        }
    }

    fn odd(&self) -> Unlaid {
        Unlaid::Odd(self.text[..self.at].matches('\n').count() + 1)
    }

    fn column(&self, at: usize) -> usize {
        at - self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    fn block(&self) -> Option<usize> {
        self.stack.iter().rev().find_map(|frame| match frame {
            Frame::Map { block, .. } | Frame::List { block } => Some(*block),
            Frame::Brackets | Frame::Pair => None,
        })
    }

    fn depth(&self) -> usize {
        self.stack.iter().filter(|frame| matches!(frame, Frame::Brackets)).count()
    }

    /// Where a value begins that has a line of its own.
    fn inner(&self) -> usize {
        self.block().map_or(0, |block| self.read.blocks[block].indent + 2)
    }

    /// Where a line begins inside so many brackets.
    fn inside(&self, depth: usize) -> usize {
        let list = self.block().is_some_and(|block| self.read.blocks[block].list);
        let base = if list { self.inner() } else { self.inner().saturating_sub(2) };
        base + 2 * depth
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        let (depth, block) = (self.depth(), self.block());
        let hang = if depth > 0 { self.inside(depth) } else { self.inner() };
        let indent = match kind {
            Kind::Marker => 0,
            Kind::Close => self.inside(depth.saturating_sub(1)).max(self.inner()),
            Kind::Dash | Kind::Key => self.inner().saturating_sub(2),
            _ => hang,
        };
        self.read.tokens.push(Token { kind, start, end, block, indent, hang, flow: depth > 0 });
        self.at = end;
    }

    /// Reads what lies between words, up to `to`.
    fn gap(&mut self, to: usize) -> Done {
        while self.at < to {
            self.sign()?;
        }
        Ok(())
    }

    /// Reads what lies between words, up to the first token of this kind and with it.
    fn until(&mut self, wanted: Kind) -> Done {
        while self.at < self.text.len() {
            if self.sign()? == Some(wanted) {
                return Ok(());
            }
        }
        Err(self.odd())
    }

    /// Reads one character, or one comment or marker, between words.
    fn sign(&mut self) -> Result<Option<Kind>, Unlaid> {
        let rest = &self.text[self.at..];
        let start = self.at;
        let (kind, length) = match rest.as_bytes().first() {
            Some(b' ' | b'\t' | b'\n') => {
                self.at += 1;
                return Ok(None);
            }
            Some(b'#') => (Kind::Comment, rest.find('\n').unwrap_or(rest.len())),
            Some(b'-' | b'.') if ["---", "..."].iter().any(|marker| rest.starts_with(marker)) => {
                (Kind::Marker, 3)
            }
            Some(b'-') => (Kind::Dash, 1),
            Some(b':') => (Kind::Colon, 1),
            Some(b',') => (Kind::Comma, 1),
            _ => return Err(self.odd()),
        };
        self.push(kind, start, start + length);
        Ok(Some(kind))
    }

    /// Before a value of a list: its dash.
    fn dash(&mut self) -> Done {
        let Some(Frame::List { block }) = self.stack.last() else { return Ok(()) };
        let block = *block;
        self.until(Kind::Dash)?;
        let column = self.column(self.at - 1);
        self.read.blocks[block].old.get_or_insert(column);
        Ok(())
    }

    /// Notes that the map which is open has its key or its value; tells whether it is a key.
    fn turn(&mut self) -> bool {
        let Some(Frame::Map { key_next, .. }) = self.stack.last_mut() else { return false };
        *key_next = !*key_next;
        !*key_next
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, start: usize, end: usize) -> Done {
        self.dash()?;
        let key = self.turn();
        match style {
            ScalarStyle::Plain if text.is_empty() => return self.nothing(key),
            ScalarStyle::Literal | ScalarStyle::Folded => return self.block_text(),
            _ => self.gap(start)?,
        }
        let end = match style {
            ScalarStyle::SingleQuoted => self.closing(start, b'\''),
            ScalarStyle::DoubleQuoted => self.closing(start, b'"'),
            _ => start + self.text[start..end].trim_end().len(),
        };
        if key {
            self.key(text, start);
        }
        self.push(if key { Kind::Key } else { Kind::Word }, start, end);
        Ok(())
    }

    fn key(&mut self, text: &str, start: usize) {
        let column = self.column(start);
        let root = self.stack.len() == 1;
        if let Some(Frame::Map { block, stages, .. }) = self.stack.last_mut() {
            *stages = root && text == "stages";
            self.read.blocks[*block].old.get_or_insert(column);
        }
    }

    /// A value that is left out. Its colon or dash must not be taken for that of what follows.
    fn nothing(&mut self, key: bool) -> Done {
        match self.stack.last() {
            Some(Frame::Map { .. }) if key => Err(self.odd()),
            Some(Frame::Map { .. }) => self.until(Kind::Colon),
            _ => Ok(()),
        }
    }

    /// One past the quote that closes the word at `start`.
    fn closing(&self, start: usize, quote: u8) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' if quote == b'"' => at += 2,
                found if found == quote && quote == b'\'' && bytes.get(at + 1) == Some(&quote) => at += 2,
                found if found == quote => return at + 1,
                _ => at += 1,
            }
        }
        bytes.len()
    }

    /// `|`, its comment, and its lines.
    fn block_text(&mut self) -> Done {
        while !matches!(self.text.as_bytes().get(self.at), Some(b'|' | b'>')) {
            self.sign()?;
        }
        let start = self.at;
        let header: usize = self.text[start..]
            .bytes()
            .take_while(|b| matches!(b, b'|' | b'>' | b'+' | b'-' | b'0'..=b'9'))
            .count();
        let (header, keeps) =
            (&self.text[start..start + header], self.text[start..start + header].contains('+'));
        self.push(Kind::Word, start, start + header.len());
        let line_end = self.text[self.at..].find('\n').map_or(self.text.len(), |newline| self.at + newline);
        self.gap(line_end)?;
        let Some(block) = self.block() else { return Err(self.odd()) };
        let indent = self.read.blocks[block].indent;
        let parent = self.read.blocks[block].old.unwrap_or(0);
        let given = header.bytes().find(u8::is_ascii_digit).map(|digit| usize::from(digit - b'0'));
        let Some((old, end)) = self.body(parent, given, keeps) else { return Ok(()) };
        self.push(Kind::Body { old, keeps }, line_end + 1, end);
        if let (Some(body), Some(given)) = (self.read.tokens.last_mut(), given) {
            body.hang = indent + given;
        }
        Ok(())
    }

    /// The indentation of the lines of a block text, and where the last of them ends.
    fn body(&self, parent: usize, given: Option<usize>, keeps: bool) -> Option<(usize, usize)> {
        let first = self.at + 1;
        let rest = self.text.get(first..).filter(|rest| !rest.is_empty())?;
        let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let found = || rest.lines().find(|line| blanks(line) < line.len()).map_or(0, blanks);
        let old = given.map_or_else(found, |given| parent + given);
        if old <= parent {
            return keeps.then(|| (parent + 1, self.blank_lines(first)));
        }
        let (mut at, mut end) = (first, None);
        for line in rest.split_inclusive('\n') {
            let text = line.trim_end_matches('\n');
            let empty = blanks(text) == text.len() && text.len() <= old;
            if !empty && blanks(text) < old {
                break;
            }
            if !empty || keeps {
                end = Some(at + text.len());
            }
            at += line.len();
        }
        Some((old, end?))
    }

    /// Where the blank lines from `first` end: all that a block text without words has.
    fn blank_lines(&self, first: usize) -> usize {
        let rest = &self.text[first..];
        let blank: usize =
            rest.split_inclusive('\n').take_while(|line| line.trim().is_empty()).map(str::len).sum();
        (first + blank).saturating_sub(1).max(first)
    }

    fn enter(&mut self, list: bool, start: usize, end: usize) -> Done {
        let in_flow = matches!(self.stack.last(), Some(Frame::Brackets | Frame::Pair));
        let stages = matches!(self.stack.last(), Some(Frame::Map { stages: true, key_next: false, .. }));
        self.dash()?;
        self.turn();
        if end > start {
            self.gap(start)?;
            self.push(Kind::Open, start, start + 1);
            self.stack.push(Frame::Brackets);
        } else if in_flow {
            self.stack.push(Frame::Pair);
        } else {
            let (parent, indent) = (self.block(), self.inner());
            let block = self.read.blocks.len();
            self.read.blocks.push(Block { parent, list, old: None, indent, apart: stages && list });
            self.stack.push(match list {
                true => Frame::List { block },
                false => Frame::Map { block, key_next: true, stages: false },
            });
        }
        Ok(())
    }

    fn leave(&mut self, start: usize) -> Done {
        if matches!(self.stack.last(), Some(Frame::Brackets)) {
            self.gap(start)?;
            self.push(Kind::Close, start, start + 1);
        }
        self.stack.pop();
        Ok(())
    }
}
