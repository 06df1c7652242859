//! The process that keeps a run's programs: found, and killed.

use super::{PATIENCE, Project, poll};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::collections::HashSet;
use std::time::Duration;

impl Project {
    /// The keepers of this project's runs that live now: processes that stand in one of their folders.
    pub(crate) fn keepers(&self) -> Vec<u32> {
        let homes = self.path(".monthstart/keepers");
        let all = std::fs::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        all.filter_map(|name| name.parse::<u32>().ok())
            .filter(|pid| {
                let stands = std::fs::read_link(format!("/proc/{pid}/cwd"));
                stands.is_ok_and(|folder| folder.starts_with(&homes))
            })
            .collect()
    }

    /// Kill -9 of the keeper, and waits until it is gone.
    #[track_caller]
    pub(crate) fn kill_keeper(&self) {
        // A program may have done something before it is written down which process it is.
        let _some_never_run = poll(Duration::from_secs(5), || self.has_named_its_programs().then_some(()));
        for pid in self.keepers() {
            let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
            let _gone_already = kill_process(pid, Signal::KILL);
        }
        self.until_no_keeper();
    }

    /// Does it stand in the records of all that has begun which process it is, or how it ended?
    fn has_named_its_programs(&self) -> bool {
        let Ok(records) = std::fs::read_to_string(self.path(".monthstart/keepers/x@2025-10/records")) else {
            return true;
        };
        let entries = records.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut begun = HashSet::new();
        for entry in entries {
            match (&entry["begins"], &entry["runs"]["key"], &entry["ended"]["key"]) {
                (Value::String(key), ..) => drop(begun.insert(key.clone())),
                (_, Value::String(key), _) | (.., Value::String(key)) => drop(begun.remove(key)),
                _ => {}
            }
        }
        begun.is_empty()
    }

    /// Waits until no keeper lives.
    #[track_caller]
    pub(crate) fn until_no_keeper(&self) {
        let gone = poll(PATIENCE, || self.keepers().is_empty().then_some(()));
        assert!(gone.is_some(), "a keeper still lives: {:?}", self.keepers());
    }
}
