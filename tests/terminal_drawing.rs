//! What reaches the terminal, byte by byte, and what comes from it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod terminal_fixture;

use std::io::Write;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use monthstart::progress::console::{Console, Setup, Update, Wish};
use monthstart::progress::keyboard::Keyboard;
use monthstart::progress::keys::Key;
use monthstart::progress::output::Output;
use monthstart::progress::{Charset, Progress, ProgressMode, Target};
use monthstart::run::{Request, Verdict};
use monthstart::time::Clock;
use monthstart::words::Lang;
use terminal_fixture::{Story, asker, month_start, page};

/// A place to write to that can be looked at.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// As much of a terminal as our drawing uses: text, CR, LF, up, down, erase. Wide characters take two cells.
struct Screen {
    cells: Vec<Vec<char>>,
    row: usize,
    column: usize,
}

impl Screen {
    fn after(bytes: &str) -> Self {
        let mut screen = Screen { cells: vec![vec![]], row: 0, column: 0 };
        let mut chars = bytes.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\r' => screen.column = 0,
                '\n' => screen.row += 1,
                '\u{1b}' => {
                    assert_eq!(chars.next(), Some('['));
                    let digits: String =
                        std::iter::from_fn(|| chars.next_if(|c| !c.is_ascii_alphabetic())).collect();
                    screen.command(digits.parse().unwrap_or(0), &digits, chars.next().unwrap());
                }
                c => screen.put(c),
            }
            while screen.cells.len() <= screen.row {
                screen.cells.push(vec![]);
            }
        }
        screen
    }

    fn put(&mut self, c: char) {
        let wide = monthstart::progress::line::width(c.encode_utf8(&mut [0; 4]));
        if self.column + wide > 80 {
            (self.row, self.column) = (self.row + 1, 0);
            self.cells.resize(self.cells.len().max(self.row + 1), vec![]);
        }
        let row = &mut self.cells[self.row];
        row.resize(row.len().max(self.column + wide), ' ');
        row[self.column] = c;
        if wide == 2 {
            row[self.column + 1] = '\0';
        }
        self.column += wide;
    }

    fn command(&mut self, number: usize, raw: &str, end: char) {
        match end {
            'A' => self.row -= number,
            'B' => self.row += number,
            'K' if number == 2 => self.cells[self.row].clear(),
            'K' => self.cells[self.row].truncate(self.column),
            'J' => self.cells.truncate(self.row + 1),
            'm' | 'h' | 'l' => {}
            _ => panic!("{raw:?} {end}"),
        }
    }

    fn text(&self) -> String {
        let line = |row: &Vec<char>| {
            row.iter().filter(|c| **c != '\0').collect::<String>().trim_end().to_owned() + "\n"
        };
        self.cells.iter().map(line).collect::<String>().trim_end().to_owned()
    }
}

fn lines(text: &[&str]) -> Vec<String> {
    text.iter().map(|line| (*line).to_owned()).collect()
}

fn waits_for(what: impl Fn() -> bool) {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !what() {
        assert!(std::time::Instant::now() < until, "it does not come");
        std::thread::yield_now();
    }
}

#[test]
fn a_screen_is_drawn_over_the_one_before_and_leaves_nothing() {
    let paper = Paper::default();
    let mut output = Output::screen(Box::new(paper.clone()), Charset::default(), Arc::new(|| (80, 24)), true);
    let full = "南".repeat(40);
    output.draw(lines(&["one", &full, "three"]));
    waits_for(|| paper.text().contains("three"));
    assert_eq!(Screen::after(&paper.text()).text(), format!("one\n{full}\nthree"));
    output.print(lines(&["event 1"]));
    waits_for(|| paper.text().contains("event 1"));
    output.draw(lines(&["uno"]));
    waits_for(|| paper.text().contains("uno"));
    assert_eq!(Screen::after(&paper.text()).text(), "event 1\nuno");
    output.draw(lines(&["a", "", "c"]));
    waits_for(|| paper.text().contains('c'));
    output.print(lines(&["event 2", "event 3"]));
    output.finish();
    assert_eq!(Screen::after(&paper.text()).text(), "event 1\nevent 2\nevent 3");
    let left = Screen::after(&paper.text());
    assert_eq!((left.row, left.column), (3, 0), "the shell's prompt stands on a line of its own");
    assert!(paper.text().ends_with("\u{1b}[?2004l"));
}

#[test]
fn a_narrower_terminal_gets_its_rows_back() {
    let paper = Paper::default();
    let cols = Arc::new(AtomicU16::new(80));
    let size = Arc::clone(&cols);
    let size = Arc::new(move || (size.load(Ordering::Relaxed), 24));
    let mut output = Output::screen(Box::new(paper.clone()), Charset::default(), size, false);
    output.draw(lines(&[&"x".repeat(70), "end"]));
    waits_for(|| paper.text().contains("end"));
    cols.store(40, Ordering::Relaxed);
    output.draw(lines(&["narrow"]));
    output.finish();
    // The line of 70 columns has become two rows: one more than is drawn over.
    assert!(paper.text().contains("\u{1b}[1A\r\u{1b}[J"), "{:?}", paper.text());
}

#[test]
fn a_gbk_terminal_gets_gbk() {
    let paper = Paper::default();
    let charset = Charset::of_locale("zh_CN.GBK");
    let mut output = Output::screen(Box::new(paper.clone()), charset, Arc::new(|| (80, 24)), false);
    output.print(lines(&["南京 ✓"]));
    output.finish();
    let nanjing = [0xc4, 0xcf, 0xbe, 0xa9, b' ', b'?'];
    assert!(paper.bytes().windows(6).any(|bytes| bytes == nanjing), "{:?}", paper.bytes());
}

#[test]
fn a_terminal_that_takes_nothing_holds_up_nobody() {
    /// Blocks for ever, as after Ctrl-S.
    struct Stuck(std::sync::mpsc::Receiver<()>);
    impl Write for Stuck {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            let _ = self.0.recv();
            Ok(0)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (_never, stuck) = std::sync::mpsc::channel();
    let mut output = Output::screen(Box::new(Stuck(stuck)), Charset::default(), Arc::new(|| (80, 24)), false);
    for number in 0..10_000 {
        output.draw(vec![number.to_string()]);
    }
    output.finish();
}

fn pipe() -> (std::fs::File, OwnedFd) {
    let (reader, writer) = std::io::pipe().unwrap();
    (std::fs::File::from(OwnedFd::from(writer)), OwnedFd::from(reader))
}

#[test]
fn a_keyboard_reads_keys_until_its_end() {
    let (mut typed, input) = pipe();
    let (_keyboard, mut keys) = Keyboard::of_pipe(input, Charset::of_locale("zh_CN.GBK")).unwrap();
    typed.write_all(&[b'y', 0xc4]).unwrap();
    typed.write_all(&[0xcf, b'\r']).unwrap();
    let mut next = || keys.blocking_recv();
    assert_eq!([next(), next(), next()], [Some(Key::Char('y')), Some(Key::Char('南')), Some(Key::Enter)]);
    drop(typed);
    assert_eq!([next(), next()], [Some(Key::Gone), None]);
}

#[test]
fn an_esc_that_nothing_follows_is_a_key_and_a_keyboard_that_is_dropped_types_no_more() {
    let (mut typed, input) = pipe();
    let (keyboard, mut keys) = Keyboard::of_pipe(input, Charset::default()).unwrap();
    typed.write_all(b"\x1b").unwrap();
    assert_eq!(keys.blocking_recv(), Some(Key::Esc));
    typed.write_all(b"\x1b[A").unwrap();
    assert_eq!(keys.blocking_recv(), Some(Key::Up));
    drop(keyboard);
    assert_eq!(keys.blocking_recv(), None);
}

#[test]
fn what_is_no_terminal_is_no_keyboard() {
    let (_typed, input) = pipe();
    assert!(Keyboard::open(input, Charset::default()).is_none());
}

struct Still(jiff::Timestamp);

impl Clock for Still {
    fn now(&self) -> jiff::Timestamp {
        self.0
    }
}

fn setup(story: &Story, paper: &Paper, keys: tokio::sync::mpsc::UnboundedReceiver<Key>) -> Setup {
    let target = Target {
        sink: Box::new(paper.clone()),
        charset: Charset::default(),
        terminal: true,
        size: Arc::new(|| (80, 24)),
        colour: false,
        answers: true,
    };
    Setup {
        state: story.state.clone(),
        progress: Progress::new(ProgressMode::Auto, target),
        page: page(Lang::En, story.now),
        clock: Arc::new(Still(story.now)),
        person: Some((asker("zhang.wei"), keys)),
        log: Arc::new(|_| vec!["the last line".into()]),
    }
}

#[tokio::test]
async fn a_console_asks_and_passes_answers_on() {
    let mut story = Story::new(month_start());
    let paper = Paper::default();
    let (type_key, keys) = tokio::sync::mpsc::unbounded_channel();
    let (tell, updates) = tokio::sync::mpsc::unbounded_channel();
    let (wishes, mut asked) = tokio::sync::mpsc::unbounded_channel();
    let console = tokio::spawn(Console::new(setup(&story, &paper, keys)).run(updates, wishes));

    story.open("dwd-month/books-closed", vec![]);
    // Told twice: what is known already changes nothing.
    tell.send(Update::Events(story.records[1..].to_vec())).unwrap();
    tell.send(Update::Events(story.records.clone())).unwrap();
    for attempt in 0.. {
        tokio::task::yield_now().await;
        if paper.text().contains("[y] confirm") {
            break;
        }
        assert!(attempt < 1_000_000);
    }
    for key in [Key::Char('y'), Key::Enter, Key::Enter, Key::Enter, Key::Enter, Key::Enter] {
        type_key.send(key).unwrap();
    }
    let Some(Wish::Request(Request::Answer(answer))) = asked.recv().await else { panic!("no answer") };
    assert_eq!((answer.step, answer.verdict), (story.id("dwd-month/books-closed"), Verdict::Confirmed));

    story.decide("dwd-month/books-closed", "zhang.wei", Verdict::Confirmed, None);
    tell.send(Update::Events(story.records[2..].to_vec())).unwrap();
    type_key.send(Key::Gone).unwrap();
    assert_eq!(asked.recv().await, Some(Wish::Gone));
    tell.send(Update::Done).unwrap();
    let state = console.await.unwrap();
    assert_eq!(state.seq(), story.state.seq());
    let left = Screen::after(&paper.text()).text();
    insta::assert_snapshot!("console_left", left);
}

#[tokio::test]
async fn json_is_one_object_a_line() {
    let story = terminal_fixture::night();
    let paper = Paper::default();
    let (_type_key, keys) = tokio::sync::mpsc::unbounded_channel();
    let target = Target {
        sink: Box::new(paper.clone()),
        charset: Charset::of_locale("zh_CN.GBK"),
        terminal: true,
        size: Arc::new(|| (80, 24)),
        colour: true,
        answers: false,
    };
    let start = Story::new(month_start());
    let setup = Setup {
        progress: Progress::new(ProgressMode::Json, target),
        ..setup(&start, &Paper::default(), keys)
    };
    let (tell, updates) = tokio::sync::mpsc::unbounded_channel();
    let (wishes, _asked) = tokio::sync::mpsc::unbounded_channel();
    tell.send(Update::Events(story.records.clone())).unwrap();
    tell.send(Update::Done).unwrap();
    Console::new(setup).run(updates, wishes).await;
    let seqs: Vec<u64> = paper
        .text()
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, (2..=story.records.len() as u64).collect::<Vec<_>>());
}
