//! A terminal's screen of 80 columns and 24 rows, as the bytes of a program leave it: what it shows, and whatever a
//! real terminal would show askew.

use unicode_width::UnicodeWidthChar;

pub(crate) const COLS: usize = 80;
pub(crate) const ROWS: usize = 24;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Char(char),
    /// The right half of the wide character before it.
    Half,
}

const BLANK: Cell = Cell::Char(' ');

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reading {
    Text,
    Escape(String),
}

/// The screen, and what was on it before.
#[derive(Debug)]
pub(crate) struct Screen {
    rows: Vec<[Cell; COLS]>,
    row: usize,
    col: usize,
    reading: Reading,
    bytes: Vec<u8>,
    fresh: bool,
    /// Lines before and after the drawing are the terminal's to break.
    draws: bool,
    /// Every drawing that was whole, oldest first.
    frames: Vec<Vec<String>>,
    /// What no terminal should have been sent.
    askew: Vec<String>,
}

impl Screen {
    pub(crate) fn new() -> Self {
        Self {
            rows: vec![[BLANK; COLS]; ROWS],
            row: 0,
            col: 0,
            reading: Reading::Text,
            bytes: Vec::new(),
            fresh: false,
            draws: false,
            frames: Vec::new(),
            askew: Vec::new(),
        }
    }

    /// What it shows now, perhaps in the middle of a drawing.
    pub(crate) fn now(&self) -> Vec<String> {
        self.rows.iter().map(|row| text(row)).collect()
    }

    /// All whole drawings so far.
    pub(crate) fn frames(&self) -> &[Vec<String>] {
        &self.frames
    }

    /// Lines that were wider than the screen, halves of characters, commands that are not for showing lines.
    pub(crate) fn askew(&self) -> &[String] {
        &self.askew
    }

    /// Takes in bytes; the last character may be incomplete.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        let all = std::mem::take(&mut self.bytes);
        let whole = match std::str::from_utf8(&all) {
            Ok(_) => all.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(error) => panic!("no UTF-8 at byte {}", error.valid_up_to()),
        };
        self.bytes = all[whole..].to_vec();
        for c in String::from_utf8_lossy(&all[..whole]).chars() {
            self.take(c);
        }
    }

    fn take(&mut self, c: char) {
        match (&mut self.reading, c) {
            (Reading::Escape(begun), c) => {
                begun.push(c);
                let ends = begun.len() > 1 && ('\u{40}'..='\u{7e}').contains(&c);
                if ends || !begun.starts_with('[') || begun.len() > 16 {
                    let sequence = std::mem::take(begun);
                    self.reading = Reading::Text;
                    self.command(&sequence);
                }
            }
            (Reading::Text, '\u{1b}') => self.reading = Reading::Escape(String::new()),
            (Reading::Text, '\r') => self.col = 0,
            (Reading::Text, '\n') => self.line_feed(),
            (Reading::Text, c) => self.put(c),
        }
    }

    fn command(&mut self, sequence: &str) {
        let number = sequence[1..].trim_end_matches(char::is_alphabetic).parse().unwrap_or(1);
        match sequence {
            "[?2004h" | "[?2004l" => self.draws = sequence.ends_with('h'),
            _ if sequence.ends_with('m') => {}
            "[H" => (self.row, self.col) = (0, 0),
            "[K" => self.erase(self.row, self.col),
            "[2K" => self.erase(self.row, 0),
            "[J" | "[2J" => {
                let from = if sequence == "[J" { (self.row, self.col) } else { (0, 0) };
                self.erase(from.0, from.1);
                (from.0 + 1..ROWS).for_each(|row| self.erase(row, 0));
            }
            _ if sequence.ends_with('A') => self.up(number),
            _ if sequence.ends_with('B') => self.row = (self.row + number).min(ROWS - 1),
            _ if sequence.ends_with('C') => self.col = (self.col + number).min(COLS - 1),
            _ if sequence.ends_with('D') => self.col = self.col.saturating_sub(number),
            _ => self.askew.push(format!("the command {sequence:?}")),
        }
    }

    /// A drawing begins at the top of the one before it: that one is whole.
    fn up(&mut self, rows: usize) {
        if std::mem::take(&mut self.fresh) {
            self.frames.push(self.now());
        }
        self.row = self.row.saturating_sub(rows);
    }

    fn erase(&mut self, row: usize, from: usize) {
        self.rows[row][from.min(COLS)..].fill(BLANK);
    }

    fn line_feed(&mut self) {
        if self.row + 1 == ROWS {
            self.rows.remove(0);
            self.rows.push([BLANK; COLS]);
        } else {
            self.row += 1;
        }
    }

    fn put(&mut self, c: char) {
        let Some(cols) = c.width() else {
            return self.askew.push(format!("the control character {c:?}"));
        };
        if self.col + cols > COLS {
            if self.draws {
                self.askew.push(format!("wider than the screen: {} and {c:?}", text(&self.rows[self.row])));
            }
            self.col = 0;
            self.line_feed();
        }
        let row = &mut self.rows[self.row];
        let cut_left = row[self.col] == Cell::Half;
        let cut_right = row.get(self.col + cols) == Some(&Cell::Half);
        if cut_left || cut_right {
            self.askew.push(format!("half a character: {} and {c:?}", text(row)));
        }
        if cols > 0 {
            row[self.col] = Cell::Char(c);
            row[self.col + 1..self.col + cols].fill(Cell::Half);
        }
        self.col += cols;
        self.fresh = true;
    }
}

fn text(row: &[Cell]) -> String {
    let seen = row.iter().filter_map(|cell| match cell {
        Cell::Char(c) => Some(*c),
        Cell::Half => None,
    });
    seen.collect::<String>().trim_end().to_owned()
}

#[test]
fn it_shows_what_a_terminal_shows() {
    let mut screen = Screen::new();
    screen.feed("ab\r\n\u{1b}[K南京\u{1b}[1m站\u{1b}[0m\r\nx".as_bytes());
    assert_eq!(screen.now()[..3], ["ab", "南京站", "x"]);
    screen.feed(b"\x1b[1A\r\x1b[Kyz");
    assert_eq!(screen.now()[1], "yz");
    assert_eq!((screen.frames().len(), screen.frames()[0][1].as_str()), (1, "南京站"));
    screen.feed(b"\r\n".repeat(30).as_slice());
    assert!(screen.now().iter().all(String::is_empty) && screen.askew().is_empty());
}

#[test]
fn it_sees_what_stands_askew() {
    let sent = ["\r南京\r\u{1b}[1Cx", "\u{1b}]0;title\u{7}", "\u{1b}[31;5r", "\u{7}"];
    let wide = format!("\u{1b}[?2004h{}", "南".repeat(41));
    for text in sent.into_iter().chain([wide.as_str()]) {
        let mut screen = Screen::new();
        screen.feed(text.as_bytes());
        assert!(!screen.askew().is_empty(), "{text:?}");
    }
}
