//! The keyboard of a terminal: keys as they are pressed, without waiting for the end of a line. The terminal's mode is
//! given back when this goes out of scope. It never waits inside a read: one that is taken up again in the background
//! (Ctrl-Z, `bg`) would stop the whole program.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, isatty, tcgetattr, tcgetpgrp, tcsetattr,
};
use tokio::sync::mpsc;

use super::charset::Charset;
use super::keys::{Key, Keys};

/// Between two looks at a quiet keyboard.
const QUIET: Duration = Duration::from_millis(30);
/// After so many of them an Esc is an Esc, and not the beginning of an arrow key.
const ESC_AFTER: u32 = 3;
/// Between two looks in the background.
const LATER: Duration = Duration::from_millis(300);
/// Tenths of a second that a read may take where the terminal could not be opened again.
const TENTHS: u8 = 1;

/// Keys from a terminal, until it is dropped.
#[derive(Debug)]
pub struct Keyboard {
    terminal: Arc<OwnedFd>,
    before: Option<Termios>,
    stop: Arc<AtomicBool>,
    _wake: Sender<()>,
}

impl Keyboard {
    /// Reads keys from `input`, a terminal in whose foreground this program runs; `None` where it is none. Keys end
    /// with [`Key::Gone`].
    pub fn open(input: OwnedFd, charset: Charset) -> Option<(Self, mpsc::UnboundedReceiver<Key>)> {
        if !isatty(&input) || !in_foreground(&input) {
            return None;
        }
        let input = reopened(&input).unwrap_or(input);
        let before = tcgetattr(&input).ok()?;
        enter_cbreak(&input, &before).ok()?;
        Some(Keyboard::start(input, charset, Some(before)))
    }

    /// Reads keys from anything, for tests: a pipe has no mode and no foreground.
    pub fn of_pipe(input: OwnedFd, charset: Charset) -> (Self, mpsc::UnboundedReceiver<Key>) {
        Keyboard::start(input, charset, None)
    }

    fn start(
        input: OwnedFd,
        charset: Charset,
        before: Option<Termios>,
    ) -> (Self, mpsc::UnboundedReceiver<Key>) {
        let (keys, typed) = mpsc::unbounded_channel();
        let (wake, asleep) = channel();
        let terminal = Arc::new(input);
        let stop = Arc::new(AtomicBool::new(false));
        let reader = Reader {
            input: Arc::clone(&terminal),
            mode: before.clone(),
            stop: Arc::clone(&stop),
            asleep,
            keys,
        };
        std::thread::spawn(move || reader.run(charset));
        (Keyboard { terminal, before, stop, _wake: wake }, typed)
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // In the background this would stop the program; the shell has set its own mode there.
        if let Some(before) = &self.before
            && in_foreground(&self.terminal)
        {
            let _ = tcsetattr(&self.terminal, OptionalActions::Now, before);
        }
    }
}

/// May this program read from the terminal now? One that is not its controlling terminal knows no background.
fn in_foreground(terminal: &impl AsFd) -> bool {
    match tcgetpgrp(terminal) {
        Ok(group) => group == rustix::process::getpgrp(),
        Err(error) => error == Errno::NOTTY,
    }
}

/// The same terminal, opened for us alone: the mark that makes it non-blocking is not shared with the shell. Through
/// `/dev/tty`, which is open to everybody, also after `su`.
fn reopened(input: &OwnedFd) -> Option<OwnedFd> {
    let path = match tcgetpgrp(input) {
        Ok(_) => "/dev/tty".to_owned(),
        Err(_) => format!("/proc/self/fd/{}", input.as_raw_fd()),
    };
    let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    open(path, flags, Mode::empty()).ok().filter(|terminal| isatty(terminal))
}

/// Keys one by one and not echoed; signals and output stay as they are.
fn enter_cbreak(terminal: &impl AsFd, before: &Termios) -> rustix::io::Result<()> {
    let mut mode = before.clone();
    mode.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
    mode.special_codes[SpecialCodeIndex::VMIN] = 0;
    mode.special_codes[SpecialCodeIndex::VTIME] = TENTHS;
    tcsetattr(terminal, OptionalActions::Now, &mode)
}

struct Reader {
    input: Arc<OwnedFd>,
    /// The mode before ours; `None` where the input is no terminal.
    mode: Option<Termios>,
    stop: Arc<AtomicBool>,
    asleep: Receiver<()>,
    keys: mpsc::UnboundedSender<Key>,
}

/// What a look at the input came to.
enum Look {
    Bytes(usize),
    Nothing,
    Background,
    Gone,
}

impl Reader {
    fn run(self, charset: Charset) {
        let mut keys = Keys::new(charset);
        let mut buffer = [0; 1024];
        let mut quiet = 0;
        while !self.stop.load(Ordering::Relaxed) {
            let typed = match self.look(&mut buffer) {
                Look::Bytes(count) => {
                    quiet = 0;
                    keys.read(&buffer[..count])
                }
                Look::Nothing => {
                    quiet += 1;
                    self.sleep(QUIET);
                    if quiet == ESC_AFTER { keys.pause() } else { Vec::new() }
                }
                Look::Background => {
                    self.sleep(LATER);
                    Vec::new()
                }
                Look::Gone => vec![Key::Gone],
            };
            for key in typed {
                let last = key == Key::Gone;
                if self.keys.send(key).is_err() || last {
                    return;
                }
            }
        }
    }

    /// Unless the keyboard is dropped meanwhile.
    fn sleep(&self, time: Duration) {
        let _ = self.asleep.recv_timeout(time);
    }

    fn look(&self, buffer: &mut [u8]) -> Look {
        if let Some(before) = &self.mode {
            let Ok(mode) = tcgetattr(&self.input) else { return Look::Gone };
            if !in_foreground(&self.input) {
                return Look::Background;
            }
            // Back from Ctrl-Z: the shell has put its own mode in place of ours.
            let is_lost = mode.local_modes.contains(LocalModes::ICANON);
            if is_lost && enter_cbreak(&self.input, before).is_err() {
                return Look::Gone;
            }
        }
        match rustix::io::read(&self.input, buffer) {
            Ok(0) if self.mode.is_some() && tcgetattr(&self.input).is_ok() => Look::Nothing,
            Ok(0) => Look::Gone,
            Ok(count) => Look::Bytes(count),
            Err(Errno::INTR | Errno::AGAIN) => Look::Nothing,
            // Put into the background between the look at that and the read.
            Err(Errno::IO) if self.mode.is_some() && !in_foreground(&self.input) => Look::Background,
            Err(_) => Look::Gone,
        }
    }
}
