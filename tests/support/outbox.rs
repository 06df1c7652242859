//! An outbox in memory, a clock that is set by hand, and letters.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use monthstart::mail::{Attempted, Fates, Letter, Options, Outbox, SetupError, Transport};
use monthstart::plan::project::{Mail, Setting};
use monthstart::time::Clock;
use monthstart::words::Lang;

/// Letters with what became of them.
#[derive(Default)]
pub(crate) struct Memory {
    letters: Mutex<BTreeMap<String, (Letter, Option<Attempted>)>>,
    /// Every attempt, in order: which letter and how it ended.
    pub(crate) attempts: Mutex<Vec<(String, Attempted)>>,
}

impl Memory {
    /// With these letters queued.
    pub(crate) fn with(letters: &[Letter]) -> Self {
        let memory = Memory::default();
        for letter in letters {
            memory.queue(letter.clone());
        }
        memory
    }

    /// One more.
    pub(crate) fn queue(&self, letter: Letter) {
        self.letters.lock().unwrap().insert(letter.id.clone(), (letter, None));
    }

    /// How a letter's last attempt ended.
    pub(crate) fn fate(&self, id: &str) -> Option<Attempted> {
        self.letters.lock().unwrap()[id].1.clone()
    }

    /// A letter as it is kept.
    pub(crate) fn letter(&self, id: &str) -> Letter {
        self.letters.lock().unwrap()[id].0.clone()
    }
}

impl Outbox for Memory {
    type Error = Infallible;
    type Turn = ();

    async fn turn(&self, _: Timestamp) -> Result<Option<()>, Infallible> {
        Ok(Some(()))
    }

    async fn next_due(&self, now: Timestamp) -> Result<Option<Letter>, Infallible> {
        let letters = self.letters.lock().unwrap();
        let due = letters.values().filter_map(|(letter, fate)| match fate {
            None => Some((letter.queued_at, letter)),
            Some(Attempted::Retry { at, .. }) => Some((*at, letter)),
            Some(_) => None,
        });
        let due = due.filter(|(at, _)| *at <= now).min_by_key(|(at, _)| *at);
        Ok(due.map(|(_, letter)| letter.clone()))
    }

    async fn mended(&self, error: &Infallible) {
        match *error {}
    }

    async fn record(&self, letter: &Letter, attempted: &Attempted) -> Result<(), Infallible> {
        self.attempts.lock().unwrap().push((letter.id.clone(), attempted.clone()));
        let kept = (letter.clone(), Some(attempted.clone()));
        self.letters.lock().unwrap().insert(letter.id.clone(), kept);
        Ok(())
    }
}

/// A clock that stands until it is set on.
pub(crate) struct HandClock(Mutex<Timestamp>);

impl HandClock {
    /// At the instant at which [`letter`]s are queued.
    pub(crate) fn new() -> Self {
        HandClock(Mutex::new(queued_at()))
    }

    /// Later.
    pub(crate) fn on(&self, seconds: i64) {
        *self.0.lock().unwrap() += jiff::SignedDuration::from_secs(seconds);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

fn queued_at() -> Timestamp {
    "2026-11-01T18:20:00Z".parse().unwrap()
}

/// A letter to `to`.
pub(crate) fn letter(id: &str, to: &[&str]) -> Letter {
    Letter {
        id: id.to_owned(),
        message_id: format!("<{id}@monthstart.test>"),
        to: to.iter().map(|address| (*address).to_owned()).collect(),
        subject: "[月初] 2026-10 账单科目维表 已完成 (month-start/2026-10)".to_owned(),
        text: "账单科目维表 已完成\n.\n..\n完\n".to_owned(),
        html: "<p>账单科目维表 已完成</p>\n".to_owned(),
        queued_at: queued_at(),
        attempts: 0,
        fates: Fates::new(),
    }
}

/// `mail:` of the settings, for a server without TLS.
pub(crate) fn mail(url: &str) -> Mail {
    Mail {
        from: "月初值班 <ops@example.com>".to_owned(),
        smtp: Some(Setting::Text(url.to_owned())),
        starttls: false,
        user: None,
        password: None,
    }
}

/// With a login.
pub(crate) fn with_login(mail: Mail, password: &str) -> Mail {
    let setting = |text: &str| Some(Setting::Text(text.to_owned()));
    Mail { user: setting("ops"), password: setting(password), ..mail }
}

/// The transport of these settings; texts stand for themselves.
pub(crate) fn transport(mail: &Mail, options: Options) -> Result<Transport, SetupError> {
    let resolve = |setting: &Setting| match setting {
        Setting::Text(text) => Ok(text.clone()),
        Setting::Env { name, .. } => Err(format!("{name} is not set")),
        Setting::File(path) => Err(format!("{path} is not there")),
    };
    Transport::from_settings(Some(mail), &resolve, options)
}

/// Two seconds a letter.
pub(crate) fn options(folder: &Path) -> Options {
    Options { timeout: Duration::from_secs(2), ..Options::new(folder, Lang::En) }
}

/// A transport to a server without TLS.
pub(crate) fn plain(url: &str) -> Transport {
    transport(&mail(url), options(Path::new("/nonexistent"))).unwrap()
}
