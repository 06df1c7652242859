//! The one who talks with a run's keeper for an engine, whether one lives, has died, or is yet to be started.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io;
use std::process::Child;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

use super::births::Births;
use super::client::{Ask, Heard, Known, Mouth};
use super::home::{Home, Lock};
use super::link::{Link, hear};
use super::protocol::{self, End, Ended, Key, NotStarted, Order, Start, Tiding};
use super::records::{Past, Trace};

/// How long a keeper may take to be there, and to be gone.
const SOON: Duration = Duration::from_secs(10);

/// How long a keeper may take to say what it has.
const ANSWER: Duration = Duration::from_secs(30);

/// Between two tries.
const MOMENT: Duration = Duration::from_millis(5);

/// The one who talks with the keeper.
pub(super) struct Line {
    home: Home,
    link: Option<Link>,
    /// The keeper, where this process has started it.
    child: Option<Child>,
    /// What keepers that are dead have written.
    past: Past,
    /// What the living one had before anybody here asked: `None` runs.
    held: HashMap<Key, Option<Ended>>,
    waiting: HashMap<Key, Waiting>,
    /// What the journal says nothing of yet.
    unrecorded: HashSet<Key>,
    births: Births,
}

/// Somebody waits for a program's end.
struct Waiting {
    mouth: Mouth,
    /// What is to be started, until its end: a keeper may die before it has begun.
    start: Option<Box<Start>>,
}

impl Line {
    /// To the keeper that lives in `home`, or will.
    pub(super) fn to(home: Home) -> Self {
        Line {
            home,
            link: None,
            child: None,
            past: Past::default(),
            held: HashMap::new(),
            waiting: HashMap::new(),
            unrecorded: HashSet::new(),
            births: Births::default(),
        }
    }

    /// Answers what is asked, as long as there is somebody who asks.
    pub(super) async fn serve(mut self, mut asks: mpsc::UnboundedReceiver<Ask>) {
        loop {
            tokio::select! {
                biased;
                tidings = hear(&mut self.link), if self.link.is_some() => match tidings {
                    Some(tidings) => tidings.into_iter().for_each(|tiding| self.hear(tiding)),
                    None => self.broken().await,
                },
                ask = asks.recv() => {
                    let Some(ask) = ask else { return };
                    self.take(ask).await;
                    while let Ok(ask) = asks.try_recv() {
                        self.take(ask).await;
                    }
                }
            }
            self.send();
        }
    }

    async fn take(&mut self, ask: Ask) {
        match ask {
            Ask::Ready(answer) => {
                self.look().await;
                // Where none can be had, those will hear it who want something started.
                let _ = self.connected().await;
                self.stop_unclaimed();
                let _ = answer.send(());
            }
            Ask::Known(keys, answer) => {
                self.look().await;
                let known = keys.iter().map(|key| self.known(key)).collect();
                self.unrecorded.extend(keys);
                let _ = answer.send(known);
            }
            Ask::Begin(start, mouth) => self.begin(start, mouth).await,
            Ask::Attach(key, mouth) => self.attach(key, mouth),
            Ask::Stop(key) => self.stop(key),
            Ask::StopUnclaimed(answer) => {
                self.look().await;
                self.stop_unclaimed();
                // Whoever asks may be gone as soon as it has an answer.
                self.send();
                let _ = answer.send(());
            }
            Ask::Forget(keys) => self.forget(keys),
            Ask::Orphans(of, answer) => {
                let _ = answer.send(self.past.orphans(|key| key.is_of_step(&of) && *key != of));
            }
        }
    }

    async fn begin(&mut self, start: Box<Start>, mouth: Mouth) {
        let key = start.key.clone();
        self.unrecorded.insert(key.clone());
        self.waiting.insert(key.clone(), Waiting { mouth, start: Some(start) });
        let is_greeted = self.link.as_ref().is_some_and(|link| link.is_greeted);
        if let Err(why) = self.connected().await {
            self.refuse(&why);
        } else if is_greeted {
            self.order_start(&key);
        }
    }

    fn order_start(&mut self, key: &Key) {
        let start = self.waiting.get(key).and_then(|waiting| waiting.start.as_ref());
        if let (Some(start), Some(link)) = (start, &mut self.link) {
            protocol::start_line(start, &mut link.outbox);
        }
    }

    /// What runs for attempts that people have decided over while no engine lived is stopped.
    fn stop_unclaimed(&mut self) {
        let Some(link) = &mut self.link else { return };
        let unclaimed = self.held.keys().filter(|key| !self.unrecorded.contains(key));
        let unclaimed: Vec<Key> = unclaimed.cloned().collect();
        for key in &unclaimed {
            protocol::line(&Order::Stop(key.clone()), &mut link.outbox);
        }
        if !unclaimed.is_empty() {
            protocol::line(&Order::Forget(unclaimed), &mut link.outbox);
        }
    }

    fn attach(&mut self, key: Key, mouth: Mouth) {
        self.unrecorded.insert(key.clone());
        match (self.held.get(&key), self.past.of_key(&key)) {
            (Some(None), _) => drop(self.waiting.insert(key, Waiting { mouth, start: None })),
            (Some(Some(ended)), _) => say(&mouth, Heard::Ended(Box::new(ended.clone()))),
            (None, Some(Trace::Ended(ended))) => say(&mouth, Heard::Ended(ended.clone())),
            (None, Some(Trace::Begun(_)) | None) => say(&mouth, Heard::Lost),
        }
    }

    fn stop(&mut self, key: Key) {
        match &mut self.link {
            Some(link) if link.is_greeted => protocol::line(&Order::Stop(key), &mut link.outbox),
            // It has not begun yet.
            _ => {
                let waiting = self.waiting.remove(&key);
                waiting.inspect(|waiting| say(&waiting.mouth, Heard::Ended(Box::new(stopped()))));
            }
        }
    }

    fn forget(&mut self, keys: Vec<Key>) {
        for key in &keys {
            self.unrecorded.remove(key);
            self.held.remove(key);
            if !matches!(self.past.of_key(key), Some(Trace::Begun(_))) {
                self.past.forget(key);
            }
        }
        if let Some(link) = self.link.as_mut().filter(|link| link.is_greeted) {
            protocol::line(&Order::Forget(keys), &mut link.outbox);
        }
    }

    fn known(&self, key: &Key) -> Known {
        match (self.held.contains_key(key), self.past.of_key(key)) {
            (true, _) | (_, Some(Trace::Ended(_))) => Known::Kept,
            (false, None) if self.past.is_whole => Known::Never,
            (false, Some(Trace::Begun(_)) | None) => Known::Nothing,
        }
    }

    /// What the keeper tells.
    fn hear(&mut self, tiding: Tiding) {
        if !matches!(tiding, Tiding::Held { .. }) {
            self.births.useful();
        }
        match tiding {
            Tiding::Held { running, ended } => self.greeted(running, ended),
            Tiding::Note { key, text } => {
                if let Some(waiting) = self.waiting.get(&key) {
                    say(&waiting.mouth, Heard::Note(text));
                }
            }
            Tiding::Ended { key, ended } => {
                self.past.ended(&key, &ended);
                match self.waiting.remove(&key) {
                    Some(waiting) => say(&waiting.mouth, Heard::Ended(Box::new(ended))),
                    None => drop(self.held.insert(key, Some(ended))),
                }
            }
        }
    }

    /// A keeper has said what it has: what it has not begins now.
    fn greeted(&mut self, running: Vec<Key>, ended: Vec<(Key, Ended)>) {
        self.held = running.into_iter().map(|key| (key, None)).collect();
        for (key, ended) in &ended {
            self.past.ended(key, ended);
        }
        self.held.extend(ended.into_iter().map(|(key, ended)| (key, Some(ended))));
        if let Some(link) = &mut self.link {
            link.is_greeted = true;
        }
        let keys: Vec<Key> = self.waiting.keys().cloned().collect();
        for key in &keys {
            self.order_start(key);
        }
    }

    /// The keeper is gone, while we live. What it had written down is known; what it had not begun begins with the next.
    async fn broken(&mut self) {
        self.link.take().inspect(|link| self.births.died(link.since));
        self.held.clear();
        self.bury();
        self.read_past();
        let keys: Vec<Key> = self.waiting.keys().cloned().collect();
        for key in keys {
            let heard = match (self.past.of_key(&key), &self.waiting[&key].start) {
                (Some(Trace::Ended(ended)), _) => Heard::Ended(ended.clone()),
                (None, Some(_)) if self.past.is_whole => continue,
                (Some(Trace::Begun(_)) | None, _) => Heard::Lost,
            };
            self.waiting.remove(&key).inspect(|waiting| say(&waiting.mouth, heard));
            // That one is decided: however often this happens, it comes to an end.
            self.births.useful();
        }
        if self.waiting.is_empty() {
            return;
        }
        if self.births.are_hopeless() {
            return self.refuse(&self.births.why());
        }
        self.births.pause().await;
        if let Err(why) = self.connected().await {
            self.refuse(&why);
        }
    }

    /// Those who wait for a keeper wait in vain.
    fn refuse(&mut self, why: &NotStarted) {
        for (_, waiting) in self.waiting.drain() {
            say(&waiting.mouth, Heard::Ended(Box::new(Ended::not_started(why.clone()))));
        }
    }

    fn read_past(&mut self) {
        // What cannot be read is not known.
        self.past = Past::read(self.home.folder()).unwrap_or_default();
    }

    /// A keeper that has ended is no longer ours to be waited for.
    fn bury(&mut self) {
        let Some(child) = &mut self.child else { return };
        let end = child.try_wait();
        if !matches!(end, Ok(None)) {
            self.births.ended(end.ok().flatten());
            self.child = None;
        }
    }

    /// Hears what the living keeper has, where there is one; starts none.
    async fn look(&mut self) {
        let until = Instant::now() + ANSWER;
        while self.link.is_none() && self.home.is_lived_in() && Instant::now() < until {
            match self.home.connect().and_then(Link::new) {
                Ok(link) => self.link = Some(link),
                Err(_) => sleep(MOMENT).await,
            }
        }
        self.read_past();
        while self.link.as_ref().is_some_and(|link| !link.is_greeted) {
            match timeout(until.saturating_duration_since(Instant::now()), hear(&mut self.link)).await {
                Ok(Some(tidings)) => tidings.into_iter().for_each(|tiding| self.hear(tiding)),
                Ok(None) => return self.broken_before_a_word(),
                Err(_) => {
                    self.link = None;
                    return;
                }
            }
        }
    }

    /// It had just been about to end: all that it knew is written down.
    fn broken_before_a_word(&mut self) {
        self.link = None;
        self.bury();
        self.read_past();
    }

    /// Makes sure that there is a keeper who will hear us: the one that lives, else a new one.
    async fn connected(&mut self) -> Result<(), NotStarted> {
        let until = Instant::now() + SOON;
        while self.link.is_none() {
            self.bury();
            let lock = self.home.lock().map_err(|error| none(&error))?;
            let is_new = matches!(lock, Lock::Ours(_));
            if let Lock::Ours(lock) = lock {
                self.start(lock).map_err(|error| none(&error))?;
            }
            match self.home.connect().and_then(Link::new) {
                Ok(link) => self.link = Some(link),
                // It has died before it could hear us.
                Err(_) if is_new => {
                    self.births.died(Instant::now());
                    if self.births.are_hopeless() {
                        return Err(self.births.why());
                    }
                    self.births.pause().await;
                }
                Err(error) if Instant::now() >= until => return Err(none(&error)),
                // It is just being started by another engine, or about to be gone.
                Err(_) => sleep(MOMENT).await,
            }
        }
        Ok(())
    }

    fn start(&mut self, lock: File) -> io::Result<()> {
        self.read_past();
        let kept = self.past.kept(|key| self.unrecorded.contains(key));
        self.child = Some(self.home.start(lock, kept)?);
        Ok(())
    }

    fn send(&mut self) {
        if let Some(link) = &mut self.link {
            link.write();
        }
    }
}

fn say(mouth: &Mouth, heard: Heard) {
    // Whoever has let go of it does not listen.
    let _ = mouth.send(heard);
}

/// There is none, in the system's words.
fn none(error: &io::Error) -> NotStarted {
    NotStarted::NoKeeper(crate::words::one_line(&error.to_string(), 200))
}

fn stopped() -> Ended {
    Ended { end: Ok(End::Stopped), ..Ended::not_started(NotStarted::NoKeeper(String::new())) }
}
