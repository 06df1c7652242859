//! A command that runs beside the test: to be looked at, typed to, signalled, killed, and waited for.

use super::{Out, poll};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

type Heard = Arc<Mutex<Vec<u8>>>;

/// A running command; it is killed when the test lets go of it.
pub(crate) struct Live {
    child: Child,
    stdin: Option<ChildStdin>,
    heard: (Heard, Heard),
    what: String,
    began: Instant,
}

impl Live {
    /// Starts it; standard input stays as the command has it.
    pub(crate) fn spawn(mut command: Command, what: &str) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let heard = (listen(child.stdout.take().unwrap()), listen(child.stderr.take().unwrap()));
        Self { stdin: child.stdin.take(), child, heard, what: what.to_owned(), began: Instant::now() }
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal to it alone.
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.pid()).unwrap()).unwrap();
        let _gone_already = kill_process(pid, signal);
    }

    /// kill -9, and waits until it is gone.
    pub(crate) fn kill9(mut self) {
        self.signal(Signal::KILL);
        self.child.wait().unwrap();
    }

    /// Types to its standard input.
    pub(crate) fn types(&mut self, keys: &str) {
        let stdin = self.stdin.as_mut().expect("a standard input to type to");
        stdin.write_all(keys.as_bytes()).unwrap();
        stdin.flush().unwrap();
    }

    /// Has it ended?
    pub(crate) fn ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// What it has printed so far, both streams.
    pub(crate) fn printed(&self) -> String {
        let text = |heard: &Heard| String::from_utf8_lossy(&heard.lock().unwrap()).into_owned();
        format!("{}\n{}", text(&self.heard.0), text(&self.heard.1))
    }

    /// What it has printed on its standard output so far, without the first `from` bytes.
    pub(crate) fn stdout_from(&self, from: usize) -> Vec<u8> {
        self.heard.0.lock().unwrap()[from..].to_vec()
    }

    /// Waits until it has printed this.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        let shown = poll(super::PATIENCE, || self.printed().contains(text).then_some(()));
        assert!(shown.is_some(), "never showed {text:?}\n{}", self.printed());
    }

    /// The most memory it has had so far, in kilobytes; `None` when it is gone.
    pub(crate) fn peak_kb(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).ok()?;
        status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
    }

    /// Waits for its end; kills it and fails the test when the time is over.
    #[track_caller]
    pub(crate) fn finish(mut self, within: Duration) -> Out {
        let Some(status) = poll(within, || self.child.try_wait().unwrap()) else {
            self.signal(Signal::KILL);
            panic!("still running after {within:?}\n$ monthstart {}\n{}", self.what, self.printed());
        };
        self.settle();
        Out {
            what: self.what.clone(),
            code: code(status),
            stdout: self.heard.0.lock().unwrap().clone(),
            stderr: self.heard.1.lock().unwrap().clone(),
            took: self.began.elapsed(),
        }
    }

    /// Lets the readers take the rest; a grandchild that keeps the pipe open does not hold the test up.
    fn settle(&self) {
        let both = || Arc::strong_count(&self.heard.0) == 1 && Arc::strong_count(&self.heard.1) == 1;
        let _: Option<()> = poll(Duration::from_secs(3), || both().then_some(()));
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}

fn listen(mut from: impl Read + Send + 'static) -> Heard {
    let heard = Heard::default();
    let into = Arc::clone(&heard);
    std::thread::spawn(move || {
        let mut buffer = vec![0; 65536];
        while let Ok(n @ 1..) = from.read(&mut buffer) {
            into.lock().unwrap().extend_from_slice(&buffer[..n]);
        }
    });
    heard
}
