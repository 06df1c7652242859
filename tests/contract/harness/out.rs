//! What a command left behind: exit code and output, and short ways to insist on them.

use serde_json::Value;

/// A command that ended.
#[derive(Debug)]
pub(crate) struct Out {
    /// The command line, for the message of a failing test.
    pub(crate) what: String,
    /// Its exit code; 128 and the signal's number when a signal ended it.
    pub(crate) code: i32,
    /// Its standard output.
    pub(crate) stdout: Vec<u8>,
    /// Its standard error.
    pub(crate) stderr: Vec<u8>,
    /// How long it took.
    pub(crate) took: std::time::Duration,
}

impl Out {
    /// Insists on the exit code.
    #[track_caller]
    pub(crate) fn code(self, wanted: i32) -> Self {
        self.one_of(&[wanted])
    }

    /// Insists on one of these exit codes.
    #[track_caller]
    pub(crate) fn one_of(self, wanted: &[i32]) -> Self {
        assert!(wanted.contains(&self.code), "wanted exit code {wanted:?}\n{self}");
        assert!(!self.all().contains("panicked at"), "a panic is never an answer\n{self}");
        self
    }

    /// Insists on a text, anywhere in the output.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.all().contains(text), "wanted {text:?}\n{self}");
        self
    }

    /// Insists that a text stands nowhere in the output.
    #[track_caller]
    pub(crate) fn hides(self, text: &str) -> Self {
        assert!(!self.all().contains(text), "did not want {text:?}\n{self}");
        self
    }

    /// Insists that the message begins one clear line: something on standard error, naming all of this on one line.
    #[track_caller]
    pub(crate) fn line_with(self, texts: &[&str]) -> Self {
        let all = self.all();
        let found = all.lines().any(|line| texts.iter().all(|text| line.contains(text)));
        assert!(found, "wanted one line with {texts:?}\n{self}");
        self
    }

    /// Insists that nothing in the output could act on a terminal.
    #[track_caller]
    pub(crate) fn tame(self) -> Self {
        let wild =
            |c: &char| (c.is_control() && *c != '\n' && *c != '\t') || ('\u{202a}'..='\u{202e}').contains(c);
        let found: Vec<char> = self.all().chars().filter(wild).collect();
        assert!(found.is_empty(), "control characters reached the output: {found:?}\n{self}");
        self
    }

    /// Standard output as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard output and standard error as text.
    pub(crate) fn all(&self) -> String {
        format!("{}\n{}", self.text(), String::from_utf8_lossy(&self.stderr))
    }

    /// Standard output as the one JSON value that `--json` promises.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|e| panic!("not one JSON value: {e}\n{self}"))
    }

    /// Standard output as one JSON object a line.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        let parse = |line: &str| {
            serde_json::from_str(line).unwrap_or_else(|e| panic!("not JSON: {e}: {line}\n{self}"))
        };
        self.text().lines().map(parse).collect()
    }
}

impl std::fmt::Display for Out {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cut = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(6000)]).into_owned();
        writeln!(f, "$ monthstart {}\nexit code {} after {:?}", self.what, self.code, self.took)?;
        write!(f, "--- stdout\n{}\n--- stderr\n{}", cut(&self.stdout), cut(&self.stderr))
    }
}
