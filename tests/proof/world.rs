//! A project with every verb in a folder of its own, and the binary driven in it.

use crate::outside;
use crate::shim::{Fault, KEEPER};
use crate::sqlite;
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::FileExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long one command may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_mins(1);

/// The run.
pub(crate) const START: &str = "run x.yaml --month 2025-10 --as zhang.wei --yes --progress json";

/// The run goes on.
pub(crate) const RESUME: &str = "resume --as zhang.wei --yes --no-wait --progress json";

/// A command that ended.
#[derive(Debug)]
pub(crate) struct Out {
    /// Its exit code; 128 and the signal's number when a signal ended it.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A project folder.
pub(crate) struct World {
    dir: TempDir,
    /// Tells this world's letters and requests from those of others.
    pub(crate) name: String,
    /// Where its journal is, when that is not a file of its own.
    store: Option<String>,
}

impl World {
    /// A project with every verb.
    pub(crate) fn new() -> Self {
        Self::of(include_str!("project/x.yaml"))
    }

    /// The same with its journal at this URL.
    pub(crate) fn at(mut self, store: &str) -> Self {
        self.store = Some(store.to_owned());
        self
    }

    /// A project with this runbook.
    pub(crate) fn of(runbook: &str) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(1);
        let name = format!("w{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let world = World { dir: TempDir::new().unwrap(), name, store: None };
        world.put("x.yaml", runbook);
        world.put("monthstart.yaml", include_str!("project/monthstart.yaml"));
        world.put("roster.yaml", include_str!("project/roster.yaml"));
        world.put("step.sh", include_str!("project/step.sh"));
        world.put("sched.sh", include_str!("project/sched.sh"));
        world.put("in.csv", "id,name\n1,a\n2,b\n3,c\n");
        world.put("disk", &"\0".repeat(4096));
        for folder in ["flow-Hourly", "flow-Blocked"] {
            std::fs::create_dir_all(world.path("sched").join(folder)).unwrap();
        }
        world.put("sched/waits-Blocked", "");
        let tables =
            "create table done (step text, month text); create table station (id integer, name text)";
        sqlite::execute(&world.path("dw.db"), tables);
        world
    }

    /// Writes a file; what differs between worlds is put in.
    pub(crate) fn put(&self, path: &str, text: &str) {
        let text = text
            .replace("WORLD", &self.name)
            .replace("SMTP", &outside::smtp())
            .replace("HTTP", &outside::http());
        std::fs::write(self.path(path), text).unwrap();
    }

    /// The project's folder, or something in it.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    /// A file's text; empty when there is none.
    pub(crate) fn read(&self, path: &str) -> String {
        String::from_utf8_lossy(&std::fs::read(self.path(path)).unwrap_or_default()).into_owned()
    }

    /// Somebody makes room on the full disk, also for processes that live on.
    pub(crate) fn empty_the_disk(&self) {
        let file = std::fs::OpenOptions::new().write(true).open(self.path("disk")).unwrap();
        file.write_all_at(&1_u64.to_le_bytes(), 16).unwrap();
    }

    /// The rows of one text column of a query on the database that the steps use.
    pub(crate) fn sql(&self, query: &str) -> Vec<String> {
        sqlite::column(&self.path("dw.db"), query)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(words).current_dir(self.dir.path()).env_clear().stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.dir.path());
        command.envs(self.store.iter().map(|store| ("MONTHSTART_STORE", store)));
        command.env("LANG", "en_US.UTF-8").stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command line to its end.
    #[track_caller]
    pub(crate) fn ms(&self, line: &str) -> Out {
        let words: Vec<&str> = line.split_whitespace().collect();
        hear(self.command(&words).spawn().unwrap(), |_| (), None)
    }

    /// Runs a command line under a fault to its end; `heard` gets every event that it tells.
    #[track_caller]
    pub(crate) fn under(&self, fault: &Fault, line: &str, heard: impl FnMut(Value)) -> Out {
        hear(self.faulty(fault, line), heard, None)
    }

    /// The same, but a signal kills it after that time.
    #[track_caller]
    pub(crate) fn killed_after(&self, time: Duration, line: &str, heard: impl FnMut(Value)) -> Out {
        hear(self.faulty(&Fault::none(), line), heard, Some(time))
    }

    fn faulty(&self, fault: &Fault, line: &str) -> Child {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut command = self.command(&words);
        fault.over(&mut command, &binary(), &self.path("calls"), &self.path("disk"));
        command.spawn().unwrap()
    }

    /// `status --json`; nothing when there is no run yet.
    #[track_caller]
    pub(crate) fn status(&self) -> Option<Value> {
        let out = self.ms("status --json");
        assert!(out.code == 0 || out.code == 2, "{out:?}");
        (out.code == 0).then(|| serde_json::from_str(&out.stdout).unwrap())
    }

    /// Waits until no program works in the project's folder any more; keepers do not count.
    #[track_caller]
    pub(crate) fn quiet(&self) {
        let folder = self.dir.path().canonicalize().unwrap();
        let end = Instant::now() + PATIENCE;
        while at_work(&folder) {
            assert!(Instant::now() < end, "programs are still at work in {}", folder.display());
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for World {
    /// A world that a test failed in is kept for those who look for the cause.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.dir.disable_cleanup(true);
            eprintln!("kept: {}", self.dir.path().display());
        }
    }
}

/// Is any process but a keeper at home in this folder?
fn at_work(folder: &Path) -> bool {
    let Ok(processes) = std::fs::read_dir("/proc") else { return false };
    processes.flatten().any(|process| {
        let is_here = std::fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder));
        let line = || std::fs::read_to_string(process.path().join("cmdline")).unwrap_or_default();
        is_here && !line().split('\0').any(|word| word == KEEPER)
    })
}

/// The binary under test.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("MONTHSTART_UNDER_TEST")
        .map_or_else(|| env!("CARGO_BIN_EXE_monthstart").into(), PathBuf::from)
}

/// Listens to a process until it ends; kills it when its time is over.
#[track_caller]
fn hear(mut child: Child, mut heard: impl FnMut(Value), kill_after: Option<Duration>) -> Out {
    let began = Instant::now();
    let mut out = child.stdout.take().unwrap();
    let stdout = std::thread::spawn(move || {
        let mut text = Vec::new();
        out.read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    });
    let (line, lines) = channel();
    let err = BufReader::new(child.stderr.take().unwrap());
    std::thread::spawn(move || err.split(b'\n').map_while(Result::ok).all(|bytes| line.send(bytes).is_ok()));
    let (mut stderr, mut status) = (String::new(), None);
    loop {
        match lines.recv_timeout(Duration::from_millis(if status.is_some() { 100 } else { 2 })) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                if let Ok(event @ Value::Object(_)) = serde_json::from_str(&text) {
                    heard(event);
                }
                stderr.push_str(&text);
                stderr.push('\n');
            }
            Err(RecvTimeoutError::Timeout) if status.is_none() => status = child.try_wait().unwrap(),
            Err(_) => break,
        }
        if status.is_none() && kill_after.is_some_and(|time| began.elapsed() >= time) {
            child.kill().unwrap();
        }
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("still running after {PATIENCE:?}\n{stderr}");
        }
    }
    let status = status.unwrap_or_else(|| child.wait().unwrap());
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
    assert!(!stderr.contains("panicked at"), "a panic is never an answer\n{stderr}");
    Out { code, stdout: stdout.join().unwrap(), stderr }
}
