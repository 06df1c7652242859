//! The answer of `status --json`, with short ways to ask it.

use serde_json::Value;

/// One answer of `status --json`.
#[derive(Debug)]
pub(crate) struct Status(pub(crate) Value);

impl Status {
    /// The run's status word.
    pub(crate) fn run(&self) -> &str {
        self.0["run"]["status"].as_str().unwrap_or_default()
    }

    /// The row of a step, by path or name.
    #[track_caller]
    pub(crate) fn step(&self, name: &str) -> &Value {
        self.find("steps", name).unwrap_or_else(|| panic!("no step {name} in {:#}", self.0))
    }

    /// The row of a gate, by path or name.
    #[track_caller]
    pub(crate) fn gate(&self, name: &str) -> &Value {
        self.find("gates", name).unwrap_or_else(|| panic!("no gate {name} in {:#}", self.0))
    }

    /// A step's status word; empty when there is no such step.
    pub(crate) fn word(&self, name: &str) -> &str {
        self.find("steps", name).and_then(|step| step["status"].as_str()).unwrap_or_default()
    }

    /// Is the step in this status?
    pub(crate) fn is(&self, name: &str, word: &str) -> bool {
        self.word(name) == word
    }

    /// Is the gate open?
    pub(crate) fn open(&self, name: &str) -> bool {
        self.find("gates", name).is_some_and(|gate| gate["status"] == "open")
    }

    /// Insists on the status words of several steps.
    #[track_caller]
    pub(crate) fn are(&self, wanted: &[(&str, &str)]) {
        for (name, word) in wanted {
            assert_eq!(self.word(name), *word, "status of {name} in {:#}", self.0);
        }
    }

    /// The rows of a list.
    #[track_caller]
    pub(crate) fn rows(&self, list: &str) -> &[Value] {
        self.0[list].as_array().unwrap_or_else(|| panic!("no list {list} in {:#}", self.0))
    }

    fn find(&self, list: &str, name: &str) -> Option<&Value> {
        let end = format!("/{name}");
        let is = |path: &str| path == name || path.ends_with(&end);
        self.0[list].as_array()?.iter().find(|row| row["path"].as_str().is_some_and(is))
    }
}
