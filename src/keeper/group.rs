//! The process group of a program: known by its number and by when its leader was started, of which either may be
//! somebody else's by now.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process_group};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// Of the system's count of when processes started, in a second.
const TICKS: u64 = 100;

/// A process of this boot that leads a group: its number alone may be another one's by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Process {
    /// Its number, which is its group's too.
    pub(crate) pid: i32,
    /// It started not before that, in the system's ticks since its boot.
    from: u64,
    /// Nor after that.
    to: u64,
}

impl Process {
    /// What `start` started. Looking it up would cost three calls of the system; two readings of the clock cost none.
    pub(crate) fn started<T>(
        start: impl FnOnce() -> T,
        pid: impl FnOnce(&T) -> Option<i32>,
    ) -> (T, Option<Process>) {
        let from = ticks();
        let started = start();
        let process = pid(&started).map(|pid| Process { pid, from, to: ticks() });
        (started, process)
    }

    /// Is it still there?
    pub(crate) fn is_there(&self) -> bool {
        Stat::of(self.pid).is_some_and(|stat| stat.lives && self.is_its_start(stat.started))
    }

    /// Does anything of its group still run, be it without the leader? As long as something does, the group's number is
    /// nobody else's: a leader that started at another time makes it another group. Who says yes to that may still be
    /// wrong: another group's leader may be dead as well. It is enough for telling; who signals asks [`Orphan`].
    pub(crate) fn leaves_somebody(&self) -> bool {
        self.is_there()
            || (!self.members().is_empty()
                && Stat::of(self.pid).is_none_or(|leader| self.is_its_start(leader.started)))
    }

    /// What lives in the group of that number and can be of this one.
    fn members(&self) -> Vec<Stat> {
        let Ok(all) = fs::read_dir("/proc") else { return Vec::new() };
        let pids = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
        let is_in = |stat: &Stat| stat.lives && stat.group == self.pid && stat.started + 1 >= self.from;
        pids.filter_map(Stat::of).filter(is_in).collect()
    }

    fn is_its_start(&self, at: u64) -> bool {
        (self.from.saturating_sub(1)..=self.to + 1).contains(&at)
    }
}

/// What all programs of a step have in their environment, and hand on to their children. Who takes it off is not known
/// by it.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    state: PathBuf,
    exact: Vec<Vec<u8>>,
}

impl Mark {
    /// The state folder, the run and the step, as they stand in the environment of its programs.
    pub(crate) fn of(environment: &BTreeMap<String, String>) -> Option<Mark> {
        let state = Path::new(environment.get(STATE)?).canonicalize().ok()?;
        let exact = ["MONTHSTART_RUN", "MONTHSTART_STEP"];
        let exact = exact.map(|name| Some(format!("{name}={}", environment.get(name)?).into_bytes()));
        Some(Mark { state, exact: exact.into_iter().collect::<Option<_>>()? })
    }

    /// Has this process been given it?
    fn is_on(&self, pid: i32) -> bool {
        let Ok(environment) = fs::read(format!("/proc/{pid}/environ")) else { return false };
        let has = |wanted: &[u8]| environment.split(|byte| *byte == 0).any(|found| found == wanted);
        let mut states = environment
            .split(|byte| *byte == 0)
            .filter_map(|found| found.strip_prefix(STATE.as_bytes())?.strip_prefix(b"="));
        let is_here = |state: &[u8]| {
            Path::new(OsStr::from_bytes(state)).canonicalize().is_ok_and(|state| state == self.state)
        };
        self.exact.iter().all(|wanted| has(wanted)) && states.any(is_here)
    }
}

const STATE: &str = "MONTHSTART_STATE";

/// What is left of a program that nobody keeps hold of. It is signalled only while its group's number is surely its own:
/// its leader is there, be it as a zombie, or something in the group carries the mark of its step, or was there all the
/// while since that was so.
#[derive(Debug)]
pub(crate) struct Orphan<'m> {
    process: Process,
    mark: Option<&'m Mark>,
    /// Who was in the group at the last look, with their starts.
    seen: HashSet<(i32, u64)>,
}

impl<'m> Orphan<'m> {
    pub(crate) fn new(process: Process, mark: Option<&'m Mark>) -> Self {
        Orphan { process, mark, seen: HashSet::new() }
    }

    /// Is there something of it that can be signalled?
    pub(crate) fn is_there(&mut self) -> bool {
        let members = self.process.members();
        let is_known = |stat: &Stat| {
            self.seen.contains(&(stat.pid, stat.started))
                || self.mark.is_some_and(|mark| mark.is_on(stat.pid))
        };
        let is_its_own = match Stat::of(self.process.pid) {
            Some(leader) => self.process.is_its_start(leader.started),
            None => members.iter().any(is_known),
        };
        let ours = members.into_iter().filter(|_| is_its_own);
        self.seen = ours.map(|stat| (stat.pid, stat.started)).collect();
        !self.seen.is_empty()
    }

    /// Sends a signal to its whole group; `false`: there is nothing of it.
    pub(crate) fn signal(&mut self, signal: Signal) -> bool {
        let Some(group) = Pid::from_raw(self.process.pid).filter(|_| self.is_there()) else { return false };
        // It may end in this very moment.
        let _ = kill_process_group(group, signal);
        true
    }
}

/// What the system tells of a process.
struct Stat {
    pid: i32,
    lives: bool,
    group: i32,
    started: u64,
}

impl Stat {
    fn of(pid: i32) -> Option<Stat> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (_, after_name) = stat.rsplit_once(')')?;
        let mut fields = after_name.split_ascii_whitespace();
        let lives = !matches!(fields.next()?, "Z" | "X");
        let group = fields.nth(1)?.parse().ok()?;
        let started = fields.nth(16)?.parse().ok()?;
        Some(Stat { pid, lives, group, started })
    }
}

fn ticks() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    let (whole, rest) = (u64::try_from(now.tv_sec).unwrap_or(0), u64::try_from(now.tv_nsec).unwrap_or(0));
    whole * TICKS + rest * TICKS / 1_000_000_000
}

#[cfg(test)]
impl Process {
    /// This process, which leads no group.
    pub(crate) fn myself() -> Process {
        Process { pid: i32::try_from(std::process::id()).unwrap(), from: 0, to: ticks() }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Command, Stdio};

    use super::*;

    /// A program whose leader is dead, and gone, while a child of it lives until its input ends.
    #[expect(clippy::disallowed_methods, reason = "a program as steps have them")]
    fn leaderless(environment: &BTreeMap<String, String>) -> (Process, std::process::ChildStdin) {
        let mut command = Command::new("sh");
        command.args(["-c", "exec 3<&0; (echo up; cat <&3 >&2; :) & exit"]).process_group(0);
        command.env_clear().envs(environment).env("PATH", "/usr/bin:/bin").stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let pid = |child: &std::process::Child| i32::try_from(child.id()).ok();
        let (mut child, process) = Process::started(|| command.spawn().unwrap(), pid);
        let input = child.stdin.take().unwrap();
        let mut said = [0; 3];
        child.stdout.take().unwrap().read_exact(&mut said).unwrap();
        child.wait().unwrap();
        (process.unwrap(), input)
    }

    fn environment(state: &Path, run: &str) -> BTreeMap<String, String> {
        let state = state.display().to_string();
        let own = [(STATE, state.as_str()), ("MONTHSTART_RUN", run), ("MONTHSTART_STEP", "s/a")];
        own.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    #[test]
    fn a_process_is_known_by_its_number_and_its_start() {
        let me = Process::myself();
        assert!(me.is_there());
        assert!(!Process { from: me.to + 1_000, to: me.to + 2_000, ..me }.is_there());
        assert!(!Process { pid: i32::MAX, ..me }.is_there());
    }

    #[test]
    fn what_a_group_has_left_is_seen_without_its_leader() {
        let group = rustix::process::getpgrp().as_raw_nonzero().get();
        let me = Process::myself();
        assert!(me.leaves_somebody());
        assert!(Process { pid: group, ..me }.leaves_somebody(), "the group of this test");
        assert!(!Process { pid: i32::MAX, ..me }.leaves_somebody());
    }

    #[test]
    fn a_group_without_its_leader_is_signalled_only_where_its_mark_tells_whose_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let ours = environment(dir.path(), "x/2025-10");
        let mark = Mark::of(&environment(&dir.path().join("."), "x/2025-10")).unwrap();
        let (process, _input) = leaderless(&ours);
        assert!(process.leaves_somebody() && !process.is_there());
        let other_state = environment(Path::new("/"), "x/2025-10");
        for other in [environment(dir.path(), "x/2025-11"), other_state] {
            let mark = Mark::of(&other).unwrap();
            assert!(!Orphan::new(process, Some(&mark)).signal(Signal::KILL), "{mark:?}");
        }
        assert!(!Orphan::new(process, None).signal(Signal::KILL) && process.leaves_somebody());
        let mut orphan = Orphan::new(process, Some(&mark));
        assert!(orphan.is_there());
        // Whoever was there then tells it too.
        orphan.mark = None;
        assert!(orphan.signal(Signal::KILL));
        while orphan.is_there() {
            std::thread::yield_now();
        }
        assert!(!orphan.signal(Signal::KILL) && !process.leaves_somebody());
    }

    #[test]
    fn a_number_that_is_another_groups_by_now_is_never_signalled() {
        let dir = tempfile::tempdir().unwrap();
        let ours = environment(dir.path(), "x/2025-10");
        let mark = Mark::of(&ours).unwrap();
        let (process, input) = leaderless(&BTreeMap::new());
        assert!(
            !Orphan::new(process, Some(&mark)).signal(Signal::KILL),
            "a stranger's group, leaderless too"
        );
        drop(input);
        // This test's own group, as if its number had been a program's before: its leader started at another time.
        let group = rustix::process::getpgrp().as_raw_nonzero().get();
        let former = Process { pid: group, from: 0, to: 0 };
        assert!(!Orphan::new(former, Some(&mark)).is_there());
    }
}
