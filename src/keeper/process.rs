//! A process group: started by the fast path, watched, ended by TERM, a time of grace, and KILL.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::time::{sleep, sleep_until, timeout};

pub(crate) use super::protocol::{End, NotStarted, Spawn, Times};
use super::tape::{Source, Tape};
use crate::engine::ports::Stop;

/// How long a process that was killed may take to be gone; one that hangs in the kernel is not waited for.
const GONE: Duration = Duration::from_secs(10);

/// How often an ended group is looked at.
const LOOK: Duration = Duration::from_millis(20);

impl End {
    fn of(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => End::Exit(code),
            (None, signal) => End::Signal(signal.unwrap_or(0)),
        }
    }
}

/// A program that was started.
pub(crate) struct Begun {
    child: Child,
    group: Pid,
    out: ChildStdout,
    err: ChildStderr,
    name: String,
}

/// Runs a program to its end, and tells `tape` what it prints.
pub(crate) async fn run(
    spawn: &Spawn,
    times: Times,
    stop: &mut Stop,
    tape: &mut Tape<'_>,
) -> Result<End, NotStarted> {
    begin(spawn)?.until_end(times, stop, tape).await
}

/// Starts a program, in a group of its own.
pub(crate) fn begin(spawn: &Spawn) -> Result<Begun, NotStarted> {
    let mut child = start(spawn)?;
    let name = shown(&spawn.argv[0]);
    let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    let (Some(group), Some(out), Some(err)) = (group, child.stdout.take(), child.stderr.take()) else {
        return Err(NotStarted::Refused { program: name, why: "no pipes".to_owned() });
    };
    Ok(Begun { child, group, out, err, name })
}

impl Begun {
    /// Its process, which leads its group.
    pub(crate) fn pid(&self) -> i32 {
        self.group.as_raw_nonzero().get()
    }

    /// Waits for its end, and tells `tape` what it prints.
    pub(crate) async fn until_end(
        self,
        times: Times,
        stop: &mut Stop,
        tape: &mut Tape<'_>,
    ) -> Result<End, NotStarted> {
        let Begun { mut child, group, out, err, name } = self;
        let end = {
            let mut pump = pin!(pump(out, err, tape));
            let mut watch = pin!(watch(&mut child, group, times, stop));
            let mut open = true;
            let end = loop {
                tokio::select! {
                    end = &mut watch => break end,
                    () = &mut pump, if open => open = false,
                }
            };
            if open {
                let _ = timeout(times.drain, pump).await;
            }
            end
        };
        tape.finish();
        end.map_err(|error| NotStarted::Refused { program: name, why: error.to_string() })
    }
}

fn shown(program: &str) -> String {
    crate::words::one_line(program, 200)
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that starts a step's process")]
fn start(spawn: &Spawn) -> Result<Child, NotStarted> {
    let name = &spawn.argv[0];
    if !spawn.dir.is_dir() {
        return Err(NotStarted::NoFolder(shown(&spawn.dir.display().to_string())));
    }
    let program = find(name, &spawn.dir, spawn.env.get("PATH").map(String::as_str))
        .ok_or_else(|| NotStarted::NoProgram(shown(name)))?;
    let mut command = Command::new(program);
    command
        .args(&spawn.argv[1..])
        .current_dir(&spawn.dir)
        .env_clear()
        .envs(&spawn.env)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => NotStarted::NoInterpreter(shown(name)),
        _ => NotStarted::Refused { program: shown(name), why: error.to_string() },
    })
}

/// The program's file: a path is meant from the project's folder, a name is looked for on the path. Found here and not
/// by the system, because a search leaves the fast way of starting processes, and because it can be named then.
fn find(name: &str, dir: &Path, path: Option<&str>) -> Option<PathBuf> {
    if name.contains('/') {
        let file = dir.join(name);
        return file.exists().then_some(file);
    }
    let path = path.unwrap_or("/usr/local/bin:/usr/bin:/bin");
    path.split(':')
        .filter(|folder| !folder.is_empty())
        .map(|folder| dir.join(folder).join(name))
        .find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    file.is_file() && rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok()
}

async fn watch(child: &mut Child, group: Pid, times: Times, stop: &mut Stop) -> io::Result<End> {
    let end = tokio::select! {
        status = child.wait() => return status.map(End::of),
        () = stop.requested() => End::Stopped,
        after = passed(times.timeout) => End::TimedOut(after),
    };
    terminate(child, group, times.grace).await;
    Ok(end)
}

async fn passed(limit: Option<Duration>) -> Duration {
    match limit {
        Some(limit) => {
            sleep(limit).await;
            limit
        }
        None => std::future::pending().await,
    }
}

/// Ends the whole group. Its leader may be dead while its children live: as long as one does, the group's number is
/// nobody else's.
async fn terminate(child: &mut Child, group: Pid, grace: Duration) {
    let _ = kill_process_group(group, Signal::TERM);
    // A stopped process hears TERM only when it goes on.
    let _ = kill_process_group(group, Signal::CONT);
    let gone = async {
        let _ = child.wait().await;
        while test_kill_process_group(group).is_ok() {
            sleep(LOOK).await;
        }
    };
    if timeout(grace, gone).await.is_err() {
        let _ = kill_process_group(group, Signal::KILL);
        let _ = timeout(GONE, child.wait()).await;
    }
}

/// Reads both pipes until they are closed. Memory is touched only as far as something is printed.
async fn pump(mut out: ChildStdout, mut err: ChildStderr, tape: &mut Tape<'_>) {
    let (mut from_out, mut from_err) = (Vec::with_capacity(1 << 16), Vec::with_capacity(1 << 14));
    let (mut out_open, mut err_open) = (true, true);
    while out_open || err_open {
        let due = tape.due();
        tokio::select! {
            biased;
            read = out.read_buf(&mut from_out), if out_open => {
                out_open = matches!(read, Ok(1..));
                tape.take(Source::Out, &from_out);
                from_out.clear();
            }
            read = err.read_buf(&mut from_err), if err_open => {
                err_open = matches!(read, Ok(1..));
                tape.take(Source::Err, &from_err);
                from_err.clear();
            }
            () = sleep_until(due.unwrap_or_else(tokio::time::Instant::now)), if due.is_some() => tape.tell_due(),
        }
    }
}
