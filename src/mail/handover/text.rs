//! The text part: at most 78 columns wide, aligned by display width, fit to be pasted into a chat as it is.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::sheet::{Item, Row, Section, Sheet};

/// Columns of a line.
const WIDTH: usize = 78;
/// Columns of the status, the name, the count, the duration and the time in a table.
const BADGE: usize = 10;
const NAME: usize = 36;
const COUNT: usize = 8;
const TOOK: usize = 8;

/// The letter as text.
pub(super) fn lay_out(sheet: &Sheet) -> String {
    let mut page = Page::default();
    if let Some(warning) = &sheet.warning {
        page.wrapped("", "", warning);
    }
    page.wrapped("", "  ", &sheet.title);
    page.line(&"=".repeat(WIDTH));
    let label = sheet.facts.iter().map(|fact| fact.label.width()).max().unwrap_or(0) + 2;
    for fact in &sheet.facts {
        page.wrapped(&pad(&fact.label, label), &" ".repeat(label), &fact.value);
    }
    for section in &sheet.sections {
        page.section(section);
    }
    page.line("");
    page.line(&"-".repeat(WIDTH));
    page.wrapped("", "", &sheet.look);
    page.wrapped("  ", "    ", &sheet.command);
    page.wrapped("", "", &sheet.basis);
    page.text
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// `text` after `first`, broken at the width; further lines begin with `rest`.
    fn wrapped(&mut self, first: &str, rest: &str, text: &str) {
        let room = WIDTH - rest.width().max(first.width());
        for (number, line) in wrap(text, room).iter().enumerate() {
            let indent = if number == 0 { first } else { rest };
            self.line(&format!("{indent}{line}"));
        }
    }

    fn section(&mut self, section: &Section) {
        self.line("");
        self.wrapped("## ", "   ", &section.title);
        for item in &section.items {
            self.item(item);
        }
        for group in &section.groups {
            if !group.title.is_empty() {
                self.wrapped("", "", &group.title);
            }
            for row in &group.rows {
                self.row(row);
            }
        }
    }

    fn item(&mut self, item: &Item) {
        self.wrapped(&format!("[{}] ", item.badge), "    ", &item.head);
        for line in &item.lines {
            self.wrapped("    ", "      ", line);
        }
        if let Some(command) = &item.command {
            self.wrapped("    $ ", "        ", command);
        }
    }

    fn row(&mut self, row: &Row) {
        let count = right(&row.count, COUNT);
        let took = right(&row.took, (COUNT + TOOK).saturating_sub(count.width()));
        let figures = [count, took, format!("  {}", row.at)].concat();
        let badge = format!("  {}", pad(&row.badge, BADGE));
        if row.name.width() <= NAME {
            self.line(&format!("{badge}{}{figures}", pad(&row.name, NAME)));
        } else {
            self.wrapped(&badge, &" ".repeat(BADGE + 2), &row.name);
            if !figures.trim().is_empty() {
                self.line(&format!("{}{figures}", " ".repeat(BADGE + 2 + NAME)));
            }
        }
        for note in &row.notes {
            let indent = " ".repeat(BADGE + 4);
            self.wrapped(&indent, &indent, note);
        }
    }
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(text.width())))
}

/// Closing marks that do not begin a line: full-width comma, stop, colon and the like, and their narrow kin.
fn closes(c: char) -> bool {
    let wide = matches!(
        c,
        '\u{3001}'
            | '\u{3002}'
            | '\u{300b}'
            | '\u{300d}'
            | '\u{ff01}'
            | '\u{ff09}'
            | '\u{ff0c}'
            | '\u{ff1a}'
            | '\u{ff1b}'
            | '\u{ff1f}'
    );
    wide || matches!(c, ',' | '.' | ';' | ':' | '?' | '!' | ')' | ']')
}

/// Lines of at most `room` columns: broken at spaces and between wide characters, else where the room ends.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for piece in pieces(text) {
        let width = piece.width();
        if used > 0 && used + piece.trim_end().width() > room {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if width <= room {
            line.push_str(piece);
            used += width;
            continue;
        }
        for c in piece.chars() {
            let width = c.width().unwrap_or(0);
            if used + width > room {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += width;
        }
    }
    lines.push(line);
    lines
}

/// What is not broken: a word with the spaces after it, a wide character with the marks that close it.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        let wide = |c: char| c.width() == Some(2);
        let breaks =
            before.is_some_and(|last| !closes(c) && c != ' ' && (last == ' ' || wide(c) || wide(last)));
        if breaks {
            pieces.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    pieces.push(&text[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_break_at_spaces_and_between_wide_characters() {
        assert_eq!(
            wrap("one two three", 7),
            ["one two", "three"].map(|l| l.to_owned() + if l == "one two" { " " } else { "" })
        );
        assert_eq!(wrap("甲方通知\u{ff0c}维护完成", 8), ["甲方通", "知\u{ff0c}维护", "完成"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), [""]);
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_its_room_and_nothing_is_lost(text in "[ -~、。,维护完成ａ]{0,200}", room in 4_usize..90) {
            let lines = wrap(&text, room);
            prop_assert!(lines.iter().all(|line| line.trim_end().width() <= room), "{lines:?}");
            prop_assert_eq!(lines.concat(), text);
        }
    }
}
