//! A project in a temporary folder, and the binary driven in it with a clean environment.

use super::{Letter, Live, MONTH, Out, PATIENCE, Status, indent, letters, poll, pty, sqlite, words};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Four people; whatever the hour, wang.fang has the day shift and li.na the night shift.
pub(crate) const ROSTER: &str = r#"people:
  zhang.wei: {name: Zhang Wei, email: zhang.wei@example.com, roles: [operator, lead]}
  wang.fang: {name: Wang Fang, email: wang.fang@example.com, roles: [operator, dim-team]}
  li.na: {name: Li Na, email: li.na@example.com, roles: [operator]}
  chen.jie: {name: Chen Jie, email: chen.jie@example.com, roles: [customer-liaison]}
shifts:
  day:   {from: "08:00", to: "20:00"}
  night: {from: "20:00", to: "08:00"}
rota:
  - {shift: day, starts: 2025-01-01, days: [[wang.fang]]}
  - {shift: night, starts: 2025-01-01, days: [[li.na]]}
fallback: [zhang.wei]
"#;

/// A project folder under construction or in use.
pub(crate) struct Project {
    dir: TempDir,
    home: TempDir,
    settings: String,
    person: Option<&'static str>,
    env: Vec<(String, String)>,
}

/// A runbook of one stage `s` with these levels.
pub(crate) fn levels(text: &str) -> String {
    format!("name: x\nstages:\n  - name: s\n    levels:\n{}", indent(text, 6))
}

/// One step of a level: a shell script by name.
pub(crate) fn sh(name: &str, script: &str) -> String {
    sh_with(name, script, "")
}

/// The same with more keys, as in `timeout: 1s`.
pub(crate) fn sh_with(name: &str, script: &str, keys: &str) -> String {
    let script = script.replace('\'', "''");
    let comma = if keys.is_empty() { "" } else { ", " };
    format!("  - {{name: {name}, run: '{script}'{comma}{keys}}}\n")
}

/// Shell that writes a line into the ledger.
pub(crate) fn note(line: &str) -> String {
    format!("echo '{line}' >> ledger")
}

/// Shell that waits until the test makes a file; it ends when the project's folder goes away.
pub(crate) fn hold(file: &str) -> String {
    format!("until [ -e {file} ] || [ ! -e monthstart.yaml ]; do sleep 0.05; done")
}

impl Project {
    /// A folder with the smallest settings; no roster, so everyone is an operator.
    pub(crate) fn new() -> Self {
        let (dir, home) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let project = Self { dir, home, settings: String::new(), person: None, env: Vec::new() };
        let project = project.settings("timezone: Asia/Shanghai\nlanguage: en\n");
        // The whole suite on the other kind of journal: what looks into the file itself cannot pass then.
        match std::env::var_os("MONTHSTART_TEST_STORE").is_some_and(|kind| kind == "postgres") {
            true => project.journal_at(&crate::servers::base(crate::servers::Kind::Postgres).url()),
            false => project,
        }
    }

    /// The journal of every command from here on.
    pub(crate) fn journal_at(self, url: &str) -> Self {
        self.env("MONTHSTART_STORE", url)
    }

    /// The shortest way to a runnable runbook `x.yaml`: the levels of its one stage.
    pub(crate) fn of(text: &str) -> Self {
        Self::new().runbook(&levels(text))
    }

    /// More lines for `monthstart.yaml`.
    pub(crate) fn settings(mut self, lines: &str) -> Self {
        self.settings.push_str(lines);
        let text = self.settings.clone();
        self.file("monthstart.yaml", &text)
    }

    /// A file, by its path in the project.
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        self.bytes(path, text.as_bytes())
    }

    /// A file of any bytes.
    pub(crate) fn bytes(self, path: &str, bytes: &[u8]) -> Self {
        self.put(path, bytes);
        self
    }

    /// Writes a file while things run.
    pub(crate) fn put(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// The runbook `x.yaml`.
    pub(crate) fn runbook(self, text: &str) -> Self {
        self.file("x.yaml", text)
    }

    /// The roster above; `run` and `start` then act as zhang.wei.
    pub(crate) fn roster(mut self) -> Self {
        self.person = Some("zhang.wei");
        self.file("roster.yaml", ROSTER).settings("roster: roster.yaml\n")
    }

    /// A connection and platform `yt` on a database with an empty table `t (a)`.
    pub(crate) fn yt(self) -> Self {
        let project = self.settings(
            "connections:\n  yt: {url: \"sqlite:data/yt.db\"}\nplatforms:\n  yt:\n    connection: yt\n    \
             flow: {sql: {file: \"flows/{{ flow }}.sql\"}}\n",
        );
        std::fs::create_dir_all(project.path("data")).unwrap();
        project.sql("create table t (a text)");
        project
    }

    /// An environment variable of every command from here on.
    pub(crate) fn env(mut self, key: &str, value: &str) -> Self {
        self.env.push((key.to_owned(), value.to_owned()));
        self
    }

    /// The project's folder, or something in it.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join(path)
    }

    /// A file's text; empty when there is none.
    pub(crate) fn read(&self, path: &str) -> String {
        String::from_utf8_lossy(&std::fs::read(self.path(path)).unwrap_or_default()).into_owned()
    }

    /// The lines that steps have written to `ledger`.
    pub(crate) fn ledger(&self) -> Vec<String> {
        self.read("ledger").lines().map(str::to_owned).collect()
    }

    /// How often a line stands in the ledger.
    pub(crate) fn count(&self, line: &str) -> usize {
        self.ledger().iter().filter(|l| *l == line).count()
    }

    /// Everything below the folder with its bytes, to prove that nothing was touched.
    pub(crate) fn snapshot(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.path("")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
                let kind = entry.file_type().unwrap();
                let bytes = if kind.is_file() { std::fs::read(entry.path()).unwrap() } else { Vec::new() };
                found.insert(entry.path(), bytes);
                folders.extend(kind.is_dir().then(|| entry.path()));
            }
        }
        found
    }

    /// Is the state folder absent or empty?
    pub(crate) fn stateless(&self) -> bool {
        std::fs::read_dir(self.path(".monthstart")).map_or(true, |mut entries| entries.next().is_none())
    }

    /// The binary in this folder with a clean environment and an empty standard input.
    pub(crate) fn command(&self, program: &Path, args: &[String]) -> Command {
        let mut command = Command::new(program);
        command.args(args).current_dir(self.path("")).env_clear().stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.home.path());
        command.env("LANG", "en_US.UTF-8").env("USER", "nobody-of-the-roster").env("TERM", "xterm-256color");
        command.envs(self.env.iter().map(|(key, value)| (key, value)));
        command
    }

    /// Runs a command line to its end.
    #[track_caller]
    pub(crate) fn ms(&self, line: &str) -> Out {
        self.argv(&words(line))
    }

    /// Runs a command of exactly these arguments to its end.
    #[track_caller]
    pub(crate) fn argv<S: AsRef<str>>(&self, args: &[S]) -> Out {
        let args: Vec<String> = args.iter().map(|arg| arg.as_ref().to_owned()).collect();
        Live::spawn(self.command(&binary(), &args), &args.join(" ")).finish(PATIENCE)
    }

    /// Starts a command line beside the test.
    pub(crate) fn spawn(&self, line: &str) -> Live {
        Live::spawn(self.command(&binary(), &words(line)), line)
    }

    /// Starts a command line on a terminal of its own; killing it is a hang-up.
    pub(crate) fn terminal(&self, line: &str) -> Live {
        let mut args = vec!["-c".to_owned(), pty::RELAY.to_owned(), binary().display().to_string()];
        args.extend(words(line));
        let mut command = self.command(Path::new("python3"), &args);
        command.stdin(Stdio::piped());
        Live::spawn(command, line)
    }

    /// `run x.yaml` for the month, to its end.
    #[track_caller]
    pub(crate) fn run(&self) -> Out {
        self.start().finish(PATIENCE)
    }

    /// `run x.yaml` for the month, beside the test.
    pub(crate) fn start(&self) -> Live {
        self.spawn(&self.line("run x.yaml --month "))
    }

    /// `resume`, to its end.
    #[track_caller]
    pub(crate) fn resume(&self) -> Out {
        self.ms(&format!("resume{}", self.acting()))
    }

    /// `resume` as far as it goes without people.
    #[track_caller]
    pub(crate) fn resume_no_wait(&self) -> Out {
        self.ms(&format!("resume --no-wait{}", self.acting())).one_of(&[0, 4, 5])
    }

    /// Resumes to a successful end, asking for each lost or failed step to be done again.
    #[track_caller]
    pub(crate) fn resume_all(&self) -> Out {
        for _ in 0..20 {
            let out = self.resume().one_of(&[0, 4, 6]);
            let status = self.status();
            if status.run() == "succeeded" {
                return out;
            }
            for step in status
                .rows("steps")
                .iter()
                .filter(|step| step["status"] == "lost" || step["status"] == "failed")
            {
                let path = step["path"].as_str().unwrap();
                self.ms(&format!("retry {path}{}", self.acting())).code(0);
            }
        }
        panic!("does not come to an end: {:#}", self.status().0)
    }

    /// Drives the month on beside the test: its run when there is one, else a new one.
    pub(crate) fn drive(&self) -> Live {
        let known = self.ms("status --json").one_of(&[0, 2]).code == 0;
        if known { self.spawn(&format!("resume{}", self.acting())) } else { self.start() }
    }

    /// The command line that `run` uses.
    pub(crate) fn line(&self, run: &str) -> String {
        format!("{run}{MONTH}{}", self.acting())
    }

    fn acting(&self) -> String {
        self.person.map(|person| format!(" --as {person}")).unwrap_or_default()
    }

    /// `status --json`.
    #[track_caller]
    pub(crate) fn status(&self) -> Status {
        Status(self.ms("status --json").code(0).json())
    }

    /// Polls `status --json` until it is as wanted.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, wanted: impl Fn(&Status) -> bool) -> Status {
        let mut last = String::new();
        let found = poll(PATIENCE, || {
            let out = self.ms("status --json");
            last = out.to_string();
            let status = (out.code == 0).then(|| Status(out.json()))?;
            wanted(&status).then_some(status)
        });
        found.unwrap_or_else(|| panic!("never came: {what}\n{last}"))
    }

    /// Polls for a file that a step writes.
    #[track_caller]
    pub(crate) fn until_file(&self, path: &str) -> String {
        let found = poll(PATIENCE, || Some(self.read(path)).filter(|text| text.ends_with('\n')));
        found.unwrap_or_else(|| panic!("{path} was never written"))
    }

    /// The letters that lie in the state folder, oldest name first.
    pub(crate) fn letters(&self) -> Vec<Letter> {
        letters::in_folder(&self.path(".monthstart/mail"))
    }

    /// Runs statements on the database of the platform `yt`.
    pub(crate) fn sql(&self, statements: &str) {
        sqlite::execute(&self.path("data/yt.db"), statements);
    }

    /// The first column of a query on the database of the platform `yt`, as text.
    pub(crate) fn query(&self, query: &str) -> Vec<String> {
        sqlite::column(&self.path("data/yt.db"), query)
    }
}

/// The binary under test.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("MONTHSTART_UNDER_TEST")
        .map_or_else(|| env!("CARGO_BIN_EXE_monthstart").into(), PathBuf::from)
}
