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

use serde::{Deserialize, Serialize};

pub(crate) use super::group::Process;
use super::protocol::{self, Ended, Key};

/// The file, in a run's folder of its keepers.
pub(crate) const FILE: &str = "records";

/// Longer files are not ours.
const LONGEST: u64 = 1 << 28;

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

    /// Programs of `wanted` that began, whose end nobody has seen, and of which something still runs.
    pub(crate) fn orphans(&self, wanted: impl Fn(&Key) -> bool) -> Vec<Process> {
        let found = self.found.iter().filter_map(|(key, trace)| match trace {
            Trace::Begun(Some(process)) if wanted(key) && process.leaves_somebody() => Some(*process),
            Trace::Begun(_) | Trace::Ended(_) => None,
        });
        found.collect()
    }

    /// A living keeper has told the end of what began under a former one's eyes, or its own.
    pub(crate) fn ended(&mut self, key: &Key, ended: &Ended) {
        if let Some(trace) = self.found.get_mut(key) {
            *trace = Trace::Ended(Box::new(ended.clone()));
        }
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

    #[test]
    fn what_is_not_there_has_not_begun_only_while_the_boot_is_the_same() {
        let keeper = |boot: &str| Entry::Keeper { boot: boot.to_owned() };
        let of = |entries: Vec<Entry>| Past::of(entries, "now");
        assert!(of(vec![keeper("now"), Entry::Begins(key("a"))]).is_whole);
        assert!(!of(vec![keeper("then"), keeper("now")]).is_whole);
        assert!(!of(vec![]).is_whole && !of(vec![Entry::Begins(key("a"))]).is_whole);
        let runs = Entry::Runs { key: key("a"), process: Process::myself() };
        let past = of(vec![keeper("then"), runs.clone()]);
        assert_eq!(past.of_key(&key("a")), Some(&Trace::Begun(None)), "a number of another boot is nobody's");
        let past = of(vec![keeper("now"), Entry::Begins(key("a")), runs]);
        assert_eq!((past.orphans(|_| true).len(), past.orphans(|_| false).len()), (1, 0));
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
    fn what_an_attempt_has_left_is_found_by_its_name_and_no_more_once_its_end_is_told() {
        let (me, of) = (Process::myself(), key("a").action("submit"));
        let runs = Entry::Runs { key: of.clone(), process: me };
        let mut past = Past::of(vec![Entry::Keeper { boot: "now".to_owned() }, runs], "now");
        assert_eq!((past.left_behind(&key("a")), past.left_behind(&key("b"))), (Some(me.pid), None));
        past.ended(&key("b"), &ended());
        assert_eq!(past.of_key(&key("b")), None);
        assert_eq!(past.orphans(|key| *key == of), [me]);
        past.ended(&of, &ended());
        assert!(past.orphans(|_| true).is_empty());
    }
}
