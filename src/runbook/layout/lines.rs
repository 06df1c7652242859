//! Tokens to lines: how deep each stands, what is on it, and which blank lines stay.

use std::collections::{HashMap, HashSet};

use unicode_width::UnicodeWidthStr;

use super::tokens::{Block, Kind, Read, Token};

/// A line of the layout.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub indent: usize,
    /// What stands on it, or the whole comment that it is.
    pub code: String,
    /// The comment behind it, and its column in the text.
    pub comment: Option<(String, usize)>,
    /// The block of what stands last on it.
    pub block: Option<usize>,
    /// A blank line before it.
    pub gap: bool,
    /// What it is made of.
    pub made: Made,
}

/// What a line is made of.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    /// Words of the language.
    #[default]
    Words,
    /// Only a comment; at this column of the text while it is not known what follows.
    Comment(Option<usize>),
    /// A part of a text: all that is on it belongs to it.
    Text {
        /// A blank line behind it would belong to it too.
        keeps: bool,
    },
}

/// The lines of a text.
pub(super) fn lines(text: &str, read: &Read) -> Vec<Line> {
    let mut page = Page {
        text,
        blocks: &read.blocks,
        gaps: aligned(text, read),
        lines: Vec::new(),
        last: None,
        begun: HashSet::new(),
    };
    let mut end = 0;
    let mut before: Option<Token> = None;
    for (number, token) in read.tokens.iter().enumerate() {
        let newlines = text[end..token.start].matches('\n').count();
        match before {
            Some(before) if newlines == 0 => page.beside(number, *token, before),
            _ => page.begin(*token, newlines > 1),
        }
        end = token.end;
        before = Some(*token);
        if token.kind != Kind::Comment {
            page.last = token.block;
        }
    }
    page.settle(0, 0);
    page.lines
}

struct Page<'t> {
    text: &'t str,
    blocks: &'t [Block],
    /// How many blanks stay behind colons.
    gaps: HashMap<usize, usize>,
    lines: Vec<Line>,
    /// The block of the last token that is no comment.
    last: Option<usize>,
    /// Blocks whose first item is there.
    begun: HashSet<usize>,
}

impl Page<'_> {
    /// A token that begins a line.
    fn begin(&mut self, token: Token, gap: bool) {
        let gap = gap && !self.lines.is_empty();
        let column = token.start - self.text[..token.start].rfind('\n').map_or(0, |newline| newline + 1);
        if token.kind == Kind::Comment {
            let code = self.text[token.start..token.end].trim_end().to_owned();
            let made = Made::Comment((!token.flow).then_some(column));
            self.lines.push(Line { indent: token.indent, code, gap, made, ..Line::default() });
            return;
        }
        self.settle(column, token.indent);
        if let Kind::Body { old, keeps } = token.kind {
            return self.body(token, old, keeps);
        }
        self.lines.push(Line { indent: token.indent, gap, ..Line::default() });
        if token.kind == Kind::Dash {
            self.part(token);
        }
        self.put(token);
    }

    /// A token that stands behind another one.
    fn beside(&mut self, number: usize, token: Token, before: Token) {
        let column = self.text[..token.start].rfind('\n').map_or(0, |newline| newline + 1);
        let Some(line) = self.lines.last_mut() else { return };
        if token.kind == Kind::Comment {
            let comment = self.text[token.start..token.end].trim_end().to_owned();
            line.comment = Some((comment, self.text[column..token.start].width()));
            return;
        }
        let blanks = match (before.kind, token.kind) {
            (_, Kind::Comma | Kind::Colon | Kind::Close) | (Kind::Open, _) => 0,
            (Kind::Colon, _) => self.gaps.get(&(number - 1)).copied().unwrap_or(1),
            _ => 1,
        };
        line.code.push_str(&" ".repeat(blanks));
        self.put(token);
    }

    /// Puts a token on the last line, its further lines below.
    fn put(&mut self, token: Token) {
        let mut parts = self.text[token.start..token.end].split('\n').enumerate().peekable();
        while let Some((number, part)) = parts.next() {
            if number > 0 {
                let made = Made::Text { keeps: false };
                self.lines.push(Line { indent: token.hang, made, ..Line::default() });
            }
            let part = if number > 0 { part.trim_start_matches([' ', '\t']) } else { part };
            let whole = part.trim_end_matches([' ', '\t']);
            // A backslash keeps the blank behind it.
            let part = if parts.peek().is_none() || whole.ends_with('\\') { part } else { whole };
            if let Some(line) = self.lines.last_mut() {
                line.code.push_str(part);
                line.block = token.block;
            }
        }
    }

    /// The lines of a block text: all that is behind their indentation stays.
    fn body(&mut self, token: Token, old: usize, keeps: bool) {
        for line in self.text[token.start..token.end].split('\n') {
            let code = line.get(old..).unwrap_or_default().to_owned();
            let made = Made::Text { keeps };
            self.lines.push(Line { indent: token.hang, code, made, block: token.block, ..Line::default() });
        }
    }

    /// Comments before something at `column` of the text that now stands at `indent`: they stand as deep, or in the
    /// block before it if that is where they stood.
    fn settle(&mut self, column: usize, indent: usize) {
        let (blocks, last) = (self.blocks, self.last);
        let waiting = self.lines.iter_mut().rev().take_while(|line| matches!(line.made, Made::Comment(_)));
        for line in waiting {
            let Made::Comment(Some(at)) = line.made else { continue };
            let chain = std::iter::successors(last, |block| blocks[*block].parent);
            let deeper = chain
                .map(|block| blocks[block])
                .find(|block| block.old.is_some_and(|old| old <= at && old > column));
            line.indent = deeper.map_or(indent, |block| block.indent);
            line.made = Made::Comment(None);
        }
    }

    /// Before a stage, and the comments that belong to it, there is a blank line.
    fn part(&mut self, dash: Token) {
        let Some(block) = dash.block.filter(|block| self.blocks[*block].apart) else { return };
        let Some((line, before)) = self.lines.split_last_mut() else { return };
        let comments = before.iter().rev().take_while(|line| matches!(line.made, Made::Comment(_))).count();
        let (before, comments) = before.split_at_mut(before.len() - comments);
        let first = self.begun.insert(block);
        let kept = before.last().is_some_and(|line| line.made == Made::Text { keeps: true });
        if first || kept || line.gap || comments.iter().any(|line| line.gap) {
            return;
        }
        let own = comments.iter_mut().find(|comment| comment.indent <= dash.indent);
        own.unwrap_or(line).gap = true;
    }
}

/// A key with its value on one line.
struct Pair {
    colon: usize,
    line: usize,
    /// Blanks behind its colon.
    gap: usize,
    /// The value's column from the key's.
    column: usize,
}

/// The blanks behind the colons of neighbouring keys whose values stand in one column, by the colon's token.
fn aligned(text: &str, read: &Read) -> HashMap<usize, usize> {
    let mut gaps = HashMap::new();
    let mut open: HashMap<Option<usize>, Vec<Pair>> = HashMap::new();
    let (mut line, mut at) = (0, 0);
    for (number, tokens) in read.tokens.windows(3).enumerate() {
        let [key, colon, value] = tokens else { continue };
        line += text[at..key.start].matches('\n').count();
        at = key.start;
        let words = (key.kind, colon.kind) == (Kind::Key, Kind::Colon) && key.end == colon.start;
        if !words || !matches!(value.kind, Kind::Word | Kind::Open) {
            continue;
        }
        let between = &text[colon.end..value.start];
        if between.bytes().any(|blank| blank != b' ') {
            continue;
        }
        let column = text[key.start..value.start].width();
        let pair = Pair { colon: number + 1, line, gap: between.len(), column };
        let run = open.entry(key.block).or_default();
        if run.last().is_some_and(|last| last.line + 1 != pair.line) {
            keep(run, &mut gaps);
        }
        run.push(pair);
    }
    for run in open.values_mut() {
        keep(run, &mut gaps);
    }
    gaps
}

/// Keeps the blanks of a run whose values stand in one column, no farther than they must.
fn keep(run: &mut Vec<Pair>, gaps: &mut HashMap<usize, usize>) {
    let run = std::mem::take(run);
    let one_column = run.windows(2).all(|pair| pair[0].column == pair[1].column);
    if one_column && run.iter().map(|pair| pair.gap).min() == Some(1) {
        gaps.extend(run.iter().map(|pair| (pair.colon, pair.gap)));
    }
}
