//! What an engine and its keeper say to each other: one JSON value a line, over a socket that only their owner reaches.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::msg;
use crate::run::StepPath;
use crate::words::{Explain, Lang, Msg};

/// A program that a keeper has: of which attempt of which step, begun when; and which of its platform's actions it is,
/// where it is one. It names the same program in every engine, and never another one, also when the journal was made anew.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Key(String);

impl Key {
    /// The program of an attempt that was recorded as begun at that instant.
    pub(crate) fn new(step: &StepPath, attempt: u32, begun: Timestamp) -> Self {
        Key(format!("{step}/{attempt}@{}", begun.as_millisecond()))
    }

    /// Is it of the same step?
    pub(crate) fn is_of_step(&self, other: &Key) -> bool {
        let step = |key: &Key| key.0.rsplit_once('/').map(|(step, _)| step.to_owned());
        step(self) == step(other)
    }

    /// Is it that program, or one of its actions?
    pub(crate) fn is_of_attempt(&self, of: &Key) -> bool {
        self.0.strip_prefix(&of.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
    }

    /// One action of it.
    pub(crate) fn action(&self, word: &str) -> Self {
        Key(format!("{}#{word}", self.0))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is started, and with what around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spawn {
    /// The program and its arguments; never empty.
    pub(crate) argv: Vec<String>,
    /// Where.
    pub(crate) dir: PathBuf,
    /// All of its environment.
    pub(crate) env: BTreeMap<String, String>,
}

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Times {
    /// Of the program; `None`: for ever.
    pub(crate) timeout: Option<Duration>,
    /// Between TERM and KILL.
    pub(crate) grace: Duration,
    /// For output that is still in the pipes, or that children left behind go on to write.
    pub(crate) drain: Duration,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    /// By itself.
    Exit(i32),
    /// By a signal that was not ours.
    Signal(i32),
    /// It took too long.
    TimedOut(Duration),
    /// Somebody wanted it stopped.
    Stopped,
}

/// Why a program did not start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NotStarted {
    /// Its folder is not there.
    NoFolder(String),
    /// Its file is not there.
    NoProgram(String),
    /// The interpreter of its file is not there.
    NoInterpreter(String),
    /// The system refuses.
    Refused {
        /// The program.
        program: String,
        /// The system's words.
        why: String,
    },
    /// That it begins could not be written down.
    Unrecorded(String),
    /// There is no keeper, and none can be had.
    NoKeeper(String),
    /// Every keeper dies as soon as it is started, the last one in this way.
    KeeperDies(String),
}

impl Explain for NotStarted {
    fn explain(&self) -> Msg {
        match self {
            NotStarted::NoFolder(folder) => msg!("exec-no-folder", folder = folder),
            NotStarted::NoProgram(program) => msg!("exec-no-program", program = program),
            NotStarted::NoInterpreter(program) => msg!("exec-no-interpreter", program = program),
            NotStarted::Refused { program, why } => {
                msg!("exec-program-not-started", program = program, why = why)
            }
            NotStarted::Unrecorded(why) => msg!("exec-start-not-recorded", why = why),
            NotStarted::NoKeeper(why) => msg!("exec-no-keeper", why = why),
            NotStarted::KeeperDies(how) => msg!("exec-keeper-dies", how = how),
        }
    }
}

/// How a program ended, or why it never began, with everything of what it printed that its step needs. Secrets are
/// masked in all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ended {
    /// How.
    pub(crate) end: Result<End, NotStarted>,
    /// The last line of its standard output.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) last_line: String,
    /// That line was longer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) cut: bool,
    /// The line that tells why it failed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) last_words: String,
    /// Beginning and end of its standard output, where patterns look for something in it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) printed: String,
    /// What kept its log from being written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) trouble: Option<String>,
}

impl Ended {
    /// It never began.
    pub(crate) fn not_started(why: NotStarted) -> Self {
        Ended {
            end: Err(why),
            last_line: String::new(),
            cut: false,
            last_words: String::new(),
            printed: String::new(),
            trouble: None,
        }
    }
}

/// A program that is to be started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Start {
    /// What it is called from now on.
    pub(crate) key: Key,
    /// What it is.
    pub(crate) spawn: Spawn,
    /// How long it may take.
    pub(crate) times: Times,
    /// Where what it prints is kept.
    pub(crate) log: PathBuf,
    /// Values that are taken out of what it prints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) secrets: Vec<String>,
    /// The label of its encoding; UTF-8 where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) encoding: Option<String>,
    /// Beginning and end of its standard output are wanted at its end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) keep: bool,
    /// Of the lines that we put into its log.
    pub(crate) lang: Lang,
}

/// What an engine wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// Start it.
    Start(Box<Start>),
    /// Stop it, if it still runs.
    Stop(Key),
    /// Their ends are recorded: nobody will ask for them again.
    Forget(Vec<Key>),
}

/// What a keeper tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tiding {
    /// What it has: the first that every engine hears.
    Held {
        /// What runs.
        running: Vec<Key>,
        /// What has ended, and is not forgotten.
        ended: Vec<(Key, Ended)>,
    },
    /// How one of them goes.
    Note {
        /// Which.
        key: Key,
        /// One line.
        text: String,
    },
    /// One of them ended.
    Ended {
        /// Which.
        key: Key,
        /// How.
        ended: Ended,
    },
}

/// A message as it is sent.
pub(crate) fn line(message: &impl Serialize, into: &mut Vec<u8>) {
    let begun = into.len();
    match serde_json::to_writer(&mut *into, message) {
        Ok(()) => into.push(b'\n'),
        // Maps with keys that are no text have no form in JSON; there are none in these messages.
        Err(_) => into.truncate(begun),
    }
}

/// [`Order::Start`] as it is sent.
pub(crate) fn start_line(start: &Start, into: &mut Vec<u8>) {
    #[derive(Serialize)]
    struct Starting<'a> {
        start: &'a Start,
    }
    line(&Starting { start }, into);
}

/// Takes whole lines off the front of what came, and reads them. What cannot be read is from another version: left out.
pub(crate) fn read<T: serde::de::DeserializeOwned>(buffer: &mut Vec<u8>) -> Vec<T> {
    let Some(end) = buffer.iter().rposition(|byte| *byte == b'\n') else { return Vec::new() };
    let found = buffer[..end]
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    buffer.drain(..=end);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::new(&StepPath("a/b".to_owned()), 2, Timestamp::from_millisecond(1_700).unwrap())
    }

    #[test]
    fn messages_come_back_as_they_were_sent_also_in_pieces() {
        let ended = Ended {
            last_line: "南京\n\"".to_owned(),
            ..Ended::not_started(NotStarted::NoKeeper("x".to_owned()))
        };
        let sent = [
            Tiding::Held { running: vec![key()], ended: vec![(key().action("submit"), ended.clone())] },
            Tiding::Note { key: key(), text: "x".to_owned() },
            Tiding::Ended { key: key(), ended: Ended { end: Ok(End::Exit(3)), ..ended } },
        ];
        let mut bytes = Vec::new();
        for tiding in &sent {
            line(tiding, &mut bytes);
        }
        let (mut buffer, mut came) = (Vec::new(), Vec::new());
        for piece in bytes.chunks(7) {
            buffer.extend_from_slice(piece);
            came.extend(read::<Tiding>(&mut buffer));
        }
        assert_eq!((came.as_slice(), buffer.len()), (sent.as_slice(), 0));
        assert_eq!(key().action("submit").to_string(), "a/b/2@1700#submit");
    }
}
