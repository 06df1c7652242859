//! What keepers have written down in the run's records: which programs began and how they ended. One line a fact, in one
//! file that is only added to; a line that a kill has cut off is none.
//!
//! Nothing here waits for the disk: what a kill leaves is whole, and after a power loss the boot is another one, which is
//! seen, and what is not there then says nothing.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process_group};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use super::protocol::{self, Ended, Key};

/// The file, in a run's folder of its keepers.
pub(crate) const FILE: &str = "records";

/// Longer files are not ours.
const LONGEST: u64 = 1 << 28;

/// Of the system's count of when processes started, in a second.
const TICKS: u64 = 100;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Entry {
    /// From here on a keeper writes, in this boot of the system.
    Keeper {
        /// The system's id of the boot.
        boot: String,
    },
    /// It is about to be started.
    Begins(Key),
    /// It was started.
    Runs {
        /// What.
        key: Key,
        /// As which process.
        process: Process,
    },
    /// It came to its end.
    Ended {
        /// What.
        key: Key,
        /// How.
        ended: Ended,
    },
}

/// A process of this boot: its number alone may be another one's by now.
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
    /// nobody else's: only a leader that started at another time makes it another group.
    pub(crate) fn leaves_somebody(&self) -> bool {
        if self.is_there() {
            return true;
        }
        let Ok(all) = fs::read_dir("/proc") else { return false };
        let pids = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
        pids.filter_map(Stat::of).any(|stat| {
            stat.lives && stat.group == self.pid && stat.pid != self.pid && stat.started + 1 >= self.from
        }) && Stat::of(self.pid).is_none_or(|leader| self.is_its_start(leader.started))
    }

    fn is_its_start(&self, at: u64) -> bool {
        (self.from.saturating_sub(1)..=self.to + 1).contains(&at)
    }

    /// Sends a signal to its whole group, if it is still there.
    pub(crate) fn signal(&self, signal: Signal) {
        if let Some(group) = Pid::from_raw(self.pid).filter(|_| self.is_there()) {
            // It may end in this very moment.
            let _ = kill_process_group(group, signal);
        }
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

/// The system's id of the present boot.
pub(crate) fn boot() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().to_owned()
}

/// What is known of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trace {
    /// It began; its process, where that could still be written down and its boot is the present one.
    Begun(Option<Process>),
    /// It ended.
    Ended(Box<Ended>),
}

/// What stands in the records.
#[derive(Debug, Default)]
pub(crate) struct Past {
    /// They reach back over all of the present boot: what is not in them has not begun in it.
    pub(crate) is_whole: bool,
    found: HashMap<Key, Trace>,
}

impl Past {
    /// Reads the records in `folder`. Where there are none nothing is known.
    pub(crate) fn read(folder: &Path) -> io::Result<Past> {
        let mut bytes = Vec::new();
        match fs::File::open(folder.join(FILE)) {
            Ok(file) => file.take(LONGEST).read_to_end(&mut bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Past::default()),
            Err(error) => return Err(error),
        };
        Ok(Past::of(protocol::read(&mut bytes), &boot()))
    }

    fn of(entries: Vec<Entry>, boot: &str) -> Past {
        let mut past = Past::default();
        let mut is_now = false;
        for (at, entry) in entries.into_iter().enumerate() {
            match entry {
                Entry::Keeper { boot: of } => {
                    is_now = of == boot && !boot.is_empty();
                    past.is_whole |= is_now && at == 0;
                }
                Entry::Begins(key) => drop(past.found.insert(key, Trace::Begun(None))),
                Entry::Runs { key, process } => {
                    let process = Some(process).filter(|_| is_now);
                    past.found.insert(key, Trace::Begun(process));
                }
                Entry::Ended { key, ended } => drop(past.found.insert(key, Trace::Ended(Box::new(ended)))),
            }
        }
        past
    }

    /// What is known of a program.
    pub(crate) fn of_key(&self, key: &Key) -> Option<&Trace> {
        self.found.get(key)
    }

    /// Nobody asks for it again.
    pub(crate) fn forget(&mut self, key: &Key) {
        self.found.remove(key);
    }

    /// Everything of it that a new keeper's records have to begin with: programs that may still run without a keeper,
    /// and ends that are `wanted`.
    pub(crate) fn kept(&self, wanted: impl Fn(&Key) -> bool) -> Vec<Entry> {
        let keep = |(key, trace): (&Key, &Trace)| match trace {
            Trace::Begun(Some(process)) if wanted(key) || process.leaves_somebody() => {
                Some(Entry::Runs { key: key.clone(), process: *process })
            }
            Trace::Begun(_) => wanted(key).then(|| Entry::Begins(key.clone())),
            Trace::Ended(ended) => {
                wanted(key).then(|| Entry::Ended { key: key.clone(), ended: (**ended).clone() })
            }
        };
        self.found.iter().filter_map(keep).collect()
    }

    /// The process group of that program, or of one of its actions, where its end is not known and it still runs.
    pub(crate) fn left_behind(&self, key: &Key) -> Option<i32> {
        let of_it = self.found.iter().filter(|(found, _)| found.is_of_attempt(key));
        let mut groups = of_it.filter_map(|(_, trace)| match trace {
            Trace::Begun(Some(process)) if process.leaves_somebody() => Some(process.pid),
            Trace::Begun(_) | Trace::Ended(_) => None,
        });
        groups.next()
    }

    /// Programs that began, whose end nobody has seen, and that still run.
    pub(crate) fn orphans(&self) -> impl Iterator<Item = (&Key, Process)> {
        self.found.iter().filter_map(|(key, trace)| match trace {
            Trace::Begun(Some(process)) if process.is_there() => Some((key, *process)),
            Trace::Begun(_) | Trace::Ended(_) => None,
        })
    }
}

/// Puts records that say this in place of those in `folder`.
pub(crate) fn replace(folder: &Path, entries: &[Entry]) -> io::Result<fs::File> {
    let mut bytes = Vec::new();
    for entry in entries {
        protocol::line(entry, &mut bytes);
    }
    let new = folder.join("records.new");
    let mut options = fs::OpenOptions::new();
    let mut file = options.create(true).truncate(true).write(true).mode(0o600).open(&new)?;
    io::Write::write_all(&mut file, &bytes)?;
    fs::rename(&new, folder.join(FILE))?;
    open(folder)
}

/// The records in `folder`, to be added to.
pub(crate) fn open(folder: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().append(true).open(folder.join(FILE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::StepPath;
    use jiff::Timestamp;

    fn key(step: &str) -> Key {
        Key::new(&StepPath(step.to_owned()), 1, Timestamp::UNIX_EPOCH)
    }

    fn ended() -> Ended {
        Ended {
            end: Ok(protocol::End::Exit(3)),
            ..Ended::not_started(protocol::NotStarted::NoProgram("x".to_owned()))
        }
    }

    fn myself() -> Process {
        let pid = i32::try_from(std::process::id()).unwrap();
        Process { pid, from: 0, to: ticks() }
    }

    #[test]
    fn what_is_not_there_has_not_begun_only_while_the_boot_is_the_same() {
        let keeper = |boot: &str| Entry::Keeper { boot: boot.to_owned() };
        let of = |entries: Vec<Entry>| Past::of(entries, "now");
        assert!(of(vec![keeper("now"), Entry::Begins(key("a"))]).is_whole);
        assert!(!of(vec![keeper("then"), keeper("now")]).is_whole);
        assert!(!of(vec![]).is_whole && !of(vec![Entry::Begins(key("a"))]).is_whole);
        let runs = Entry::Runs { key: key("a"), process: myself() };
        let past = of(vec![keeper("then"), runs.clone()]);
        assert_eq!(past.of_key(&key("a")), Some(&Trace::Begun(None)), "a number of another boot is nobody's");
        let past = of(vec![keeper("now"), Entry::Begins(key("a")), runs]);
        assert_eq!(past.orphans().count(), 1);
        let past = of(vec![keeper("now"), Entry::Ended { key: key("a"), ended: ended() }]);
        assert_eq!(past.of_key(&key("a")), Some(&Trace::Ended(Box::new(ended()))));
    }

    #[test]
    fn a_line_that_was_cut_off_is_none_and_a_new_file_keeps_what_is_wanted() {
        let dir = tempfile::tempdir().unwrap();
        let entries = [
            Entry::Keeper { boot: boot() },
            Entry::Begins(key("a")),
            Entry::Ended { key: key("b"), ended: ended() },
        ];
        let mut file = replace(dir.path(), &entries).unwrap();
        io::Write::write_all(&mut file, b"{\"ended\":{\"key\":\"a/1@").unwrap();
        let past = Past::read(dir.path()).unwrap();
        assert_eq!(past.of_key(&key("a")), Some(&Trace::Begun(None)));
        assert_eq!(past.kept(|key| *key == self::key("b")), [entries[2].clone()]);
        assert!(Past::read(&dir.path().join("none")).unwrap().of_key(&key("a")).is_none());
    }

    #[test]
    fn what_a_group_has_left_is_seen_without_its_leader() {
        let group = rustix::process::getpgrp().as_raw_nonzero().get();
        let me = myself();
        assert!(me.leaves_somebody());
        assert!(Process { pid: group, ..me }.leaves_somebody(), "the group of this test");
        assert!(!Process { pid: i32::MAX, ..me }.leaves_somebody());
        let past = Past::of(
            vec![
                Entry::Keeper { boot: "now".to_owned() },
                Entry::Runs { key: key("a").action("submit"), process: me },
            ],
            "now",
        );
        assert_eq!((past.left_behind(&key("a")), past.left_behind(&key("b"))), (Some(me.pid), None));
    }

    #[test]
    fn a_process_is_known_by_its_number_and_its_start() {
        let me = myself();
        assert!(me.is_there());
        assert!(!Process { from: me.to + 1_000, to: me.to + 2_000, ..me }.is_there());
        assert!(!Process { pid: i32::MAX, ..me }.is_there());
    }
}
