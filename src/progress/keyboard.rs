//! The keyboard of a terminal: keys as they are pressed, without waiting for the end of a line. The terminal's mode is
//! given back when this goes out of scope. It never waits inside a read: one that is taken up again in the background
//! (Ctrl-Z, `bg`) would stop the whole program. The kernel wakes it: nobody types for days.

use std::io::{PipeReader, PipeWriter, pipe};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, fcntl_setfl, open};
use rustix::io::{Errno, retry_on_intr};
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, isatty, tcgetattr, tcgetpgrp, tcsetattr,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::charset::Charset;
use super::keys::{Key, Keys};

/// After so long an Esc is an Esc, and not the beginning of an arrow key.
const ESC: Duration = Duration::from_millis(90);
/// Between two looks whether this program is in the foreground, and the terminal in our mode: nobody tells of either.
const LATER: Duration = Duration::from_secs(1);
/// Before the next look at an input that seemed to have something and had nothing.
const MOMENT: Duration = Duration::from_millis(30);
/// Tenths of a second that a read may take where the terminal could not be opened again.
const TENTHS: u8 = 1;

/// Keys from a terminal, until it is dropped.
#[derive(Debug)]
pub struct Keyboard {
    terminal: Arc<OwnedFd>,
    before: Option<Termios>,
    /// Who reads hears when it closes.
    _end: Option<PipeWriter>,
}

impl Keyboard {
    /// Reads keys from `input`, a terminal in whose foreground this program runs; `None` where it is none. Keys end
    /// with [`Key::Gone`].
    pub fn open(input: OwnedFd, charset: Charset) -> Option<(Self, UnboundedReceiver<Key>)> {
        if !isatty(&input) || !in_foreground(&input) {
            return None;
        }
        let input = reopened(&input).unwrap_or(input);
        let before = tcgetattr(&input).ok()?;
        enter_cbreak(&input, &before).ok()?;
        Some(Keyboard::start(input, charset, Some(before)))
    }

    /// Reads keys from anything, for tests: a pipe has no mode and no foreground.
    pub fn of_pipe(input: OwnedFd, charset: Charset) -> rustix::io::Result<(Self, UnboundedReceiver<Key>)> {
        fcntl_setfl(&input, OFlags::NONBLOCK)?;
        Ok(Keyboard::start(input, charset, None))
    }

    fn start(input: OwnedFd, charset: Charset, before: Option<Termios>) -> (Self, UnboundedReceiver<Key>) {
        let (keys, typed) = unbounded_channel();
        let terminal = Arc::new(input);
        let input = Arc::clone(&terminal);
        let (over, end) = pipe().ok().unzip();
        // Without a pipe no key is ever read: the keys are at their end at once.
        if let Some(over) = over {
            let reader = Reader { input, mode: before.clone(), over, keys };
            std::thread::spawn(move || reader.run(charset));
        }
        (Keyboard { terminal, before, _end: end }, typed)
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
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
    /// Closed at its other end when the keyboard is dropped.
    over: PipeReader,
    keys: UnboundedSender<Key>,
}

/// What a look at the input came to.
enum Look {
    Bytes(usize),
    Nothing,
    Background,
    Gone,
}

/// What was waited for.
#[derive(PartialEq, Eq)]
enum Waited {
    /// There is something to be read.
    Input,
    /// There is nothing.
    Nothing,
    /// The keyboard is dropped.
    Over,
}

impl Reader {
    fn run(self, charset: Charset) {
        let mut keys = Keys::new(charset);
        let mut buffer = [0; 1024];
        // What was typed may be the beginning of a key.
        let mut begun = false;
        let mut waited = Waited::Nothing;
        while waited != Waited::Over {
            let seemed = waited == Waited::Input;
            let (typed, next) = match self.look(&mut buffer) {
                Look::Bytes(count) => {
                    begun = true;
                    (keys.read(&buffer[..count]), Waited::Nothing)
                }
                Look::Nothing if seemed => (Vec::new(), self.wait(false, MOMENT)),
                Look::Nothing => match self.wait(true, if begun { ESC } else { LATER }) {
                    Waited::Nothing if std::mem::take(&mut begun) => (keys.pause(), Waited::Nothing),
                    next => (Vec::new(), next),
                },
                // What is typed now is for somebody else.
                Look::Background => (Vec::new(), self.wait(false, LATER)),
                Look::Gone => (vec![Key::Gone], Waited::Over),
            };
            waited = next;
            if !typed.into_iter().all(|key| self.keys.send(key).is_ok()) {
                return;
            }
        }
    }

    /// Until there is input, where that is `wanted`; at longest for a while.
    fn wait(&self, wanted: bool, longest: Duration) -> Waited {
        let longest = Timespec::try_from(longest).ok();
        let over = PollFd::new(&self.over, PollFlags::IN);
        let input = PollFd::new(&*self.input, PollFlags::IN);
        let mut both = [over, input];
        let asked = if wanted { &mut both[..] } else { &mut both[..1] };
        match retry_on_intr(|| poll(asked, longest.as_ref())) {
            Ok(_) if !both[0].revents().is_empty() => Waited::Over,
            Ok(_) if !both[1].revents().is_empty() => Waited::Input,
            Ok(_) | Err(_) => Waited::Nothing,
        }
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
