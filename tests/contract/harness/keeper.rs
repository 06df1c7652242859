//! The process that keeps a run's programs: found, and killed.

use super::{PATIENCE, Project, poll};
use rustix::process::{Pid, Signal, kill_process};

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
        for pid in self.keepers() {
            let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
            let _gone_already = kill_process(pid, Signal::KILL);
        }
        self.until_no_keeper();
    }

    /// Waits until no keeper lives.
    #[track_caller]
    pub(crate) fn until_no_keeper(&self) {
        let gone = poll(PATIENCE, || self.keepers().is_empty().then_some(()));
        assert!(gone.is_some(), "a keeper still lives: {:?}", self.keepers());
    }
}
