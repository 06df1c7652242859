//! Where progress is written: a thread of its own, so that a terminal that is slow, stopped (Ctrl-S) or gone holds up
//! no run. Lines are kept in their order; of several screens that wait only the last one is drawn.

use std::fmt;
use std::io::Write;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};
use unicode_width::UnicodeWidthChar;

use super::charset::Charset;

/// How long the end of the program waits for a terminal that takes nothing.
const PATIENCE: Duration = Duration::from_secs(2);
/// Turns bracketed paste on: what is pasted is told from what is typed.
const PASTE_ON: &[u8] = b"\x1b[?2004h";
const PASTE_OFF: &[u8] = b"\x1b[?2004l";

/// Where bytes go in the end.
pub type Sink = Box<dyn Write + Send>;

/// Columns and rows of a terminal, as they are now.
pub type Size = Arc<dyn Fn() -> (u16, u16) + Send + Sync>;

enum Job {
    Lines(Vec<String>),
    Screen(Vec<String>),
    Last(Vec<String>),
    Afresh { clear: bool },
}

/// The writing end.
#[derive(Debug)]
pub struct Output {
    jobs: Option<Sender<Job>>,
    done: Receiver<()>,
}

impl Output {
    /// Lines one after another, nothing else.
    pub fn lines(sink: Sink, charset: Charset) -> Self {
        Output::start(move |jobs| write_lines(sink, charset, &jobs))
    }

    /// A screen that is drawn again and again at the bottom of a terminal, with lines above it.
    pub fn screen(sink: Sink, charset: Charset, size: Size, answers: bool) -> Self {
        Output::start(move |jobs| Drawer::new(sink, charset, size, answers).run(&jobs))
    }

    fn start(work: impl FnOnce(Receiver<Job>) + Send + 'static) -> Self {
        let (jobs, waiting) = channel();
        let (finished, done) = channel();
        std::thread::spawn(move || {
            work(waiting);
            let _ = finished.send(());
        });
        Output { jobs: Some(jobs), done }
    }

    /// Writes lines (above the screen, where there is one).
    pub fn print(&self, lines: Vec<String>) {
        if !lines.is_empty() {
            self.send(Job::Lines(lines));
        }
    }

    /// Writes lines when the screen has been taken away.
    pub fn print_last(&self, lines: Vec<String>) {
        self.send(Job::Last(lines));
    }

    /// Shows a screen in place of the one before.
    pub fn draw(&self, lines: Vec<String>) {
        self.send(Job::Screen(lines));
    }

    /// Draws no more over what is there: somebody else has written to the terminal. It may be emptied first.
    pub fn afresh(&self, clear: bool) {
        self.send(Job::Afresh { clear });
    }

    fn send(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(job);
        }
    }

    /// Takes the screen away and waits until all is written, but not for ever.
    pub fn finish(&mut self) {
        if self.jobs.take().is_some()
            && let Err(RecvTimeoutError::Timeout) = self.done.recv_timeout(PATIENCE)
        {
            tracing::debug!("the terminal takes nothing; its last lines are left");
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.finish();
    }
}

fn write_lines(mut sink: Sink, charset: Charset, jobs: &Receiver<Job>) {
    for job in jobs {
        if let Job::Lines(lines) | Job::Last(lines) = job {
            let text: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
            // Whoever closed the other end wants to see no more; the run goes on.
            let _ = sink.write_all(&charset.encode(&text)).and_then(|()| sink.flush());
        }
    }
}

/// Draws through indicatif on a terminal of ours.
struct Drawer {
    terminal: Terminal,
    multi: MultiProgress,
    bar: ProgressBar,
    size: Size,
    drawn: Vec<String>,
    drawn_at: (u16, u16),
}

impl Drawer {
    fn new(sink: Sink, charset: Charset, size: Size, answers: bool) -> Self {
        let pen = Pen { sink, charset, answers, pending: Vec::new(), at: At::LineStart };
        let terminal = Terminal { pen: Arc::new(Mutex::new(pen)), size: Arc::clone(&size) };
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let multi = MultiProgress::with_draw_target(target);
        // One bar whose message is the whole screen: one drawing for each change.
        let style = ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = multi.add(ProgressBar::no_length().with_style(style));
        let drawn_at = size();
        Drawer { terminal, multi, bar, size, drawn: Vec::new(), drawn_at }
    }

    fn run(mut self, jobs: &Receiver<Job>) {
        self.begin(b"");
        let mut last = Vec::new();
        while let Ok(job) = jobs.recv() {
            let mut lines = Vec::new();
            let mut screen = None;
            for job in std::iter::once(job).chain(jobs.try_iter()) {
                match job {
                    Job::Lines(more) => lines.extend(more),
                    Job::Screen(latest) => screen = Some(latest),
                    Job::Last(more) => last.extend(more),
                    Job::Afresh { clear: true } => self.begin(b"\x1b[H\x1b[2J"),
                    Job::Afresh { clear: false } => self.begin(b"\r\x1b[J"),
                }
            }
            self.take_reflow_away();
            if !lines.is_empty() {
                let _ = self.multi.println(lines.join("\n"));
            }
            if let Some(screen) = screen {
                self.bar.set_message(screen.join("\n"));
                self.drawn = screen;
            }
        }
        let _ = self.multi.clear();
        let mut pen = self.terminal.pen();
        pen.end_line();
        for line in last {
            pen.write(&line);
            pen.end_line();
        }
        if pen.answers {
            pen.send(PASTE_OFF);
        }
        pen.flush();
    }

    /// Begins at the cursor, whatever was drawn before.
    fn begin(&mut self, how: &[u8]) {
        self.multi.set_draw_target(ProgressDrawTarget::term_like(Box::new(self.terminal.clone())));
        self.drawn.clear();
        self.drawn_at = (self.size)();
        let mut pen = self.terminal.pen();
        pen.send(how);
        pen.at = At::LineStart;
        if pen.answers {
            pen.send(PASTE_ON);
        }
    }

    /// A terminal that became narrower has broken our lines into more rows than indicatif knows of.
    fn take_reflow_away(&mut self) {
        let size = (self.size)();
        if size == self.drawn_at {
            return;
        }
        let cols = usize::from(size.0.max(1));
        let extra: usize = self.drawn.iter().map(|line| columns(line).saturating_sub(1) / cols).sum();
        self.drawn_at = size;
        let _ = self.multi.clear();
        let mut pen = self.terminal.pen();
        pen.up(extra);
        pen.send(b"\r\x1b[J");
        pen.at = At::LineStart;
        pen.flush();
    }
}

fn columns(line: &str) -> usize {
    console::strip_ansi_codes(line).chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Where the cursor is, as far as indicatif's drawing goes: it writes a line, then spaces up to the right edge, and
/// trusts the terminal to wrap. Terminals whose characters are wider than it thinks do not: lines are ended here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    LineStart,
    InLine,
    LineEnd,
}

struct Pen {
    sink: Sink,
    charset: Charset,
    answers: bool,
    pending: Vec<u8>,
    at: At,
}

impl Pen {
    fn send(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    fn up(&mut self, lines: usize) {
        if lines > 0 {
            self.send(format!("\x1b[{lines}A").as_bytes());
        }
    }

    fn end_line(&mut self) {
        if self.at != At::LineStart {
            self.send(b"\r\n");
        }
        self.at = At::LineStart;
    }

    fn write(&mut self, text: &str) {
        if self.at == At::InLine {
            // The filler after a line.
            self.at = At::LineEnd;
            return;
        }
        if self.at == At::LineEnd {
            self.send(b"\r\n");
        }
        // Emptied before it is written: after a line as wide as the terminal this would take its last character.
        self.send(b"\x1b[K");
        let bytes = self.charset.encode(text);
        self.send(&bytes);
        self.at = At::InLine;
    }

    fn flush(&mut self) {
        // A terminal that is gone takes nothing any more; the run goes on without it.
        let _ = self.sink.write_all(&self.pending).and_then(|()| self.sink.flush());
        self.pending.clear();
    }
}

#[derive(Clone)]
struct Terminal {
    pen: Arc<Mutex<Pen>>,
    size: Size,
}

impl Terminal {
    fn pen(&self) -> std::sync::MutexGuard<'_, Pen> {
        self.pen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Terminal")
    }
}

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        (self.size)().0
    }

    fn height(&self) -> u16 {
        (self.size)().1
    }

    fn move_cursor_up(&self, n: usize) -> std::io::Result<()> {
        self.pen().up(n);
        Ok(())
    }

    fn move_cursor_down(&self, n: usize) -> std::io::Result<()> {
        self.pen().send(format!("\x1b[{n}B").as_bytes());
        Ok(())
    }

    fn move_cursor_right(&self, n: usize) -> std::io::Result<()> {
        self.pen().send(format!("\x1b[{n}C").as_bytes());
        Ok(())
    }

    fn move_cursor_left(&self, n: usize) -> std::io::Result<()> {
        self.pen().send(format!("\x1b[{n}D").as_bytes());
        Ok(())
    }

    fn write_line(&self, s: &str) -> std::io::Result<()> {
        let mut pen = self.pen();
        pen.write(s);
        pen.end_line();
        Ok(())
    }

    fn write_str(&self, s: &str) -> std::io::Result<()> {
        self.pen().write(s);
        Ok(())
    }

    fn clear_line(&self) -> std::io::Result<()> {
        let mut pen = self.pen();
        pen.send(b"\r\x1b[2K");
        pen.at = At::LineStart;
        Ok(())
    }

    fn flush(&self) -> std::io::Result<()> {
        self.pen().flush();
        Ok(())
    }
}
