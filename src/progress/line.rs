//! A line for a terminal: pieces of text with a meaning, measured by the columns that they take. Nothing in it can
//! command a terminal.

use console::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::words::printable;

/// What is put where a text was cut. ASCII, because terminals disagree about the width of `…`.
const CUT: &str = "..";

/// What a piece of text means; a colour says it again, never alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// Less important.
    Dim,
    /// What to look at first.
    Strong,
    /// It went well.
    Good,
    /// It went wrong.
    Bad,
    /// It waits for a person.
    Ask,
    /// It goes on.
    Busy,
    /// A person's mark: skipped, forced.
    Mark,
}

impl Tone {
    fn style(self) -> Style {
        let style = Style::new().force_styling(true);
        match self {
            Tone::Plain => style,
            Tone::Dim => style.dim(),
            Tone::Strong => style.bold(),
            Tone::Good => style.green(),
            Tone::Bad => style.red().bold(),
            Tone::Ask => style.yellow().bold(),
            Tone::Busy => style.cyan(),
            Tone::Mark => style.magenta(),
        }
    }
}

/// A line of pieces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(Vec<(Tone, String)>);

impl Line {
    /// An empty line.
    pub fn new() -> Self {
        Line::default()
    }

    /// A line of one plain piece.
    pub fn plain(text: &str) -> Self {
        Line::new().add(Tone::Plain, text)
    }

    /// The line with one piece more; control characters of `text` are made harmless here.
    #[must_use]
    pub fn add(mut self, tone: Tone, text: &str) -> Self {
        self.0.push((tone, harmless(text)));
        self
    }

    /// The same, filled up with spaces to `cols` columns, and never more than them.
    #[must_use]
    pub fn column(self, tone: Tone, text: &str, cols: usize) -> Self {
        self.add(tone, &pad(&harmless(text), cols))
    }

    /// Its text without colours.
    pub fn text(&self) -> String {
        let text: String = self.0.iter().map(|(_, text)| text.as_str()).collect();
        text.trim_end().to_owned()
    }

    /// The columns that it takes at the most.
    pub fn width(&self) -> usize {
        self.0.iter().map(|(_, text)| widest(text)).sum()
    }

    /// The line cut to `cols` columns, whatever the terminal thinks of characters of ambiguous width.
    #[must_use]
    pub fn cut(self, cols: usize) -> Self {
        if self.width() <= cols {
            return self;
        }
        let mut left = cols;
        let mut kept = Vec::new();
        for (tone, text) in self.0 {
            let takes = widest(&text);
            if takes + CUT.len() <= left {
                left -= takes;
                kept.push((tone, text));
            } else {
                kept.push((tone, cut(&text, left)));
                break;
            }
        }
        Line(kept)
    }

    /// The line as lines of at most `cols` columns, those after the first moved right by `indent`.
    pub fn fold(self, cols: usize, indent: usize) -> Vec<Line> {
        let (mut lines, mut rest, mut room) = (Vec::new(), self, cols);
        while rest.width() > room {
            let text: String = rest.0.iter().map(|(_, text)| text.as_str()).collect();
            let at = break_at(&text, room);
            let (first, second) = rest.split(at);
            lines.push(first);
            rest = Line::plain(&" ".repeat(indent));
            rest.0.extend(second.0);
            room = cols.max(indent + 4);
        }
        lines.push(rest);
        lines
    }

    /// Before and after that many bytes of its text; spaces around the break are dropped.
    fn split(self, at: usize) -> (Line, Line) {
        let (mut before, mut after, mut begin) = (Line::new(), Line::new(), 0);
        for (tone, text) in self.0 {
            let here = at.saturating_sub(begin).min(text.len());
            begin += text.len();
            before.0.push((tone, text[..here].to_owned()));
            let rest = if after.0.is_empty() { text[here..].trim_start() } else { &text[here..] };
            after.0.extend((!rest.is_empty()).then(|| (tone, rest.to_owned())));
        }
        if let Some((_, last)) = before.0.iter_mut().rfind(|(_, text)| !text.is_empty()) {
            last.truncate(last.trim_end().len());
        }
        (before, after)
    }

    /// The line for a terminal, with colours or without.
    pub fn paint(&self, colour: bool) -> String {
        if !colour {
            return self.text();
        }
        self.0.iter().map(|(tone, text)| tone.style().apply_to(text).to_string()).collect()
    }
}

/// `text` on one line, harmless.
fn harmless(text: &str) -> String {
    printable(text).replace('\n', " ")
}

/// The columns of `text` in most terminals.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The columns of `text` where characters of ambiguous width take two.
fn widest(text: &str) -> usize {
    text.chars().map(|c| c.width_cjk().unwrap_or(0)).sum()
}

/// At most `cols` columns of `text`, with a sign where something is missing.
pub fn cut(text: &str, cols: usize) -> String {
    if widest(text) <= cols {
        return text.to_owned();
    }
    let sign = &CUT[..CUT.len().min(cols)];
    let mut left = cols - sign.len();
    let mut kept: String = text
        .chars()
        .take_while(|c| {
            let takes = c.width_cjk().unwrap_or(0);
            let fits = takes <= left;
            left -= if fits { takes } else { 0 };
            fits
        })
        .collect();
    kept.push_str(sign);
    kept
}

/// `text` in exactly `cols` columns of most terminals.
pub fn pad(text: &str, cols: usize) -> String {
    let mut padded = cut(text, cols);
    padded.extend(std::iter::repeat_n(' ', cols.saturating_sub(width(&padded))));
    padded
}

/// `text` as lines of at most `cols` columns, broken at spaces where there are any; wide text anywhere.
pub fn wrap(text: &str, cols: usize) -> Vec<String> {
    let cols = cols.max(4);
    let mut lines = Vec::new();
    for paragraph in printable(text).split('\n') {
        let mut rest = paragraph.trim_end();
        loop {
            let end = fitting(rest, cols);
            if end == rest.len() {
                lines.push(rest.to_owned());
                break;
            }
            let at = break_at(rest, cols);
            lines.push(rest[..at].trim_end().to_owned());
            rest = rest[at..].trim_start();
        }
    }
    lines
}

/// Where a text that is wider than `cols` is broken: at a space where there is one, if that is not too far to the left.
fn break_at(text: &str, cols: usize) -> usize {
    let end = fitting(text, cols);
    match text[..end].rfind(' ') {
        Some(space) if space > end / 2 => space,
        _ => end,
    }
}

/// How many bytes of `text` fit into `cols` columns; at least one character.
fn fitting(text: &str, cols: usize) -> usize {
    let mut taken = 0;
    for (index, c) in text.char_indices() {
        taken += c.width_cjk().unwrap_or(0);
        if taken > cols && index > 0 {
            return index;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_two() {
        assert_eq!(cut("南京站点", 8), "南京站点");
        assert_eq!(cut("南京站点", 7), "南京..");
        assert_eq!(cut("南京站点", 6), "南京..");
        assert_eq!(cut("南京站点", 5), "南..");
        assert_eq!(cut("abc", 1), ".");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(pad("南京", 6), "南京  ");
    }

    #[test]
    fn a_cut_line_is_never_wider_than_asked() {
        let line = Line::plain("ab").add(Tone::Bad, "南京").add(Tone::Dim, "“引号”……");
        for cols in 0..24 {
            assert!(line.clone().cut(cols).width() <= cols, "{cols}");
        }
        assert_eq!(line.clone().cut(30), line);
    }

    #[test]
    fn a_folded_line_loses_no_word_and_is_nowhere_wider() {
        let line = Line::plain("12:00:00  ")
            .add(Tone::Bad, "南京站点")
            .add(Tone::Dim, "  who=南京  本地基站已维护完成");
        let letters = |line: &Line| line.text().replace(' ', "");
        for cols in 20..60 {
            let folded = line.clone().fold(cols, 10);
            assert!(folded.iter().all(|line| line.width() <= cols), "{cols}: {folded:?}");
            assert_eq!(folded.iter().map(letters).collect::<String>(), letters(&line), "{cols}");
            assert!(folded[1..].iter().all(|line| line.text().starts_with("          ")), "{cols}");
        }
    }

    #[test]
    fn text_from_outside_stays_text() {
        let line = Line::plain("a\u{1b}[2J\nb\r\u{7}");
        assert_eq!(line.paint(true), "a b\u{fffd}\u{fffd}");
    }

    #[test]
    fn long_text_is_broken_into_lines() {
        assert_eq!(wrap("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(wrap("一二三四五\n六", 6), ["一二三", "四五", "六"]);
        assert_eq!(wrap("", 10), [""]);
    }
}
