//! The keeper itself: a process of one run that has its programs, and outlives the engines that come and go. It does
//! what the engine that is connected wants, one engine after the other; what it knows it writes down first and tells then.

use std::collections::HashMap;
use std::io;
use std::os::fd::AsFd as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::{FileType, fstat};
use tokio::net::UnixListener;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use super::book::Book;
use super::engine::Engine;
use super::log::{Log, encoding_of};
use super::mask::Masks;
use super::process::{self, Begun};
use super::protocol::{Ended, Key, NotStarted, Order, Spawn, Start, Tiding};
use super::records::{Entry, Process};
use super::tape::Tape;
use crate::engine::ports::Stop;
use crate::words::one_line;

/// How long a keeper without work waits for an engine: for the one that has started it.
const PATIENCE: Duration = Duration::from_secs(10);

/// So many threads start programs at most.
const STARTERS: usize = 4;

/// How long it is waited for more news while programs crowd.
const MOMENT: Duration = Duration::from_millis(2);

/// How often is tried again to write down what could not be written.
const AGAIN: Duration = Duration::from_secs(1);

/// Longest note, in characters.
const LONGEST: usize = 200;

/// Was this process started as a keeper, by an engine? Else it has no socket at its standard input.
pub fn is_keeper() -> bool {
    let input = fstat(io::stdin().as_fd());
    input.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Socket)
}

/// Keeps programs until there is nothing more to keep. Standard input is the socket, standard output the lock; the
/// folder that it was started in is the home.
pub fn serve() -> io::Result<()> {
    // A session of its own: no terminal, and nobody who goes, has any power over it.
    let _ = rustix::process::setsid();
    // Lists of processes would have the name of the link that it was started by.
    let _ = std::fs::write("/proc/self/comm", "monthstart");
    let listener = std::os::unix::net::UnixListener::from(io::stdin().as_fd().try_clone_to_owned()?);
    listener.set_nonblocking(true)?;
    let book = Book::open(Path::new("."))?;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().max_blocking_threads(processors.min(STARTERS)).build()?;
    runtime.block_on(async {
        let (told, news) = mpsc::unbounded_channel();
        let (running, ended) = (HashMap::new(), HashMap::new());
        let keeper = Keeper { book, running, ended, engine: None, told, crowd: 2 * processors };
        keeper.keep(UnixListener::from_std(listener)?, news).await
    })
}

/// What a program's task tells.
type News = (Key, What);

enum What {
    Runs(Process),
    Note(String),
    Ended(Ended),
}

struct Keeper {
    book: Book,
    running: HashMap<Key, Program>,
    /// Ends that no engine has recorded yet.
    ended: HashMap<Key, Ended>,
    engine: Option<Engine>,
    told: mpsc::UnboundedSender<News>,
    /// More programs than that have to wait for each other.
    crowd: usize,
}

/// A program that runs.
struct Program {
    process: Option<Process>,
    stop: watch::Sender<bool>,
}

impl Keeper {
    async fn keep(
        mut self,
        listener: UnixListener,
        mut news: mpsc::UnboundedReceiver<News>,
    ) -> io::Result<()> {
        let mut served = false;
        loop {
            let unneeded = self.engine.is_none() && self.running.is_empty() && !self.book.owes();
            if served && unneeded {
                return Ok(());
            }
            tokio::select! {
                biased;
                Some(first) = news.recv() => {
                    let all = self.gather(first, &mut news).await;
                    self.take(all);
                }
                // A former engine is heard to its end before the next one is let in.
                orders = hear(&mut self.engine), if self.engine.is_some() => {
                    served |= orders.is_none();
                    self.heard(orders);
                }
                accepted = listener.accept(), if self.engine.is_none() => match accepted {
                    Ok((stream, _)) => self.greet(Engine::new(stream)),
                    // There may be no more files to be had for now.
                    Err(_) => sleep(AGAIN).await,
                },
                () = sleep(PATIENCE), if unneeded => return Ok(()),
                () = sleep(AGAIN), if self.book.owes() => self.book.pay(),
            }
        }
    }

    /// What is new. While programs crowd, whatever could begin would only wait: what ends within a moment is written down,
    /// told and recorded together.
    async fn gather(&self, first: News, news: &mut mpsc::UnboundedReceiver<News>) -> Vec<News> {
        let mut all = vec![first];
        if self.running.len() > self.crowd && !matches!(all[0].1, What::Runs(_)) {
            // Only whether the moment is over counts.
            let _ = timeout(MOMENT, async {
                while let Some(next) = news.recv().await {
                    all.push(next);
                }
            })
            .await;
        }
        while let Ok(next) = news.try_recv() {
            all.push(next);
        }
        all
    }

    fn greet(&mut self, mut engine: Engine) {
        let running = self.running.keys().cloned().collect();
        let ended = self.ended.iter().map(|(key, ended)| (key.clone(), ended.clone())).collect();
        engine.tell(&Tiding::Held { running, ended });
        engine.flush();
        self.engine = Some(engine);
    }

    fn heard(&mut self, orders: Option<Vec<Order>>) {
        match orders {
            Some(orders) => self.carry_out(orders),
            None => self.engine = None,
        }
    }

    fn carry_out(&mut self, orders: Vec<Order>) {
        let begins: Vec<Entry> = orders.iter().filter_map(|order| self.begins(order)).collect();
        let recorded = self.book.write(&begins).map_err(|error| error.to_string());
        for order in orders {
            match order {
                Order::Start(start) => match &recorded {
                    Ok(()) => self.start(*start),
                    // Nobody could tell later that it began.
                    Err(why) => {
                        let ended = Ended::not_started(NotStarted::Unrecorded(why.clone()));
                        let _ = self.told.send((start.key, What::Ended(ended)));
                    }
                },
                Order::Stop(key) => {
                    if let Some(program) = self.running.get(&key) {
                        let _ = program.stop.send(true);
                    }
                }
                Order::Forget(keys) => keys.iter().for_each(|key| drop(self.ended.remove(key))),
            }
        }
        self.shorten();
    }

    /// What is written down before it begins; `None` where nothing does.
    fn begins(&self, order: &Order) -> Option<Entry> {
        let Order::Start(start) = order else { return None };
        (!self.has(&start.key)).then(|| Entry::Begins(start.key.clone()))
    }

    fn has(&self, key: &Key) -> bool {
        self.running.contains_key(key) || self.ended.contains_key(key)
    }

    /// Starts a program; what it already has under that name is only told of.
    fn start(&mut self, start: Start) {
        if let Some(ended) = self.ended.get(&start.key) {
            let _ = self.told.send((start.key, What::Ended(ended.clone())));
            return;
        }
        if self.running.contains_key(&start.key) {
            return;
        }
        let (stop, wish) = Stop::new();
        self.running.insert(start.key.clone(), Program { process: None, stop });
        let voice = Voice { key: start.key.clone(), told: self.told.clone(), has_told: false };
        tokio::spawn(watch_over(start, wish, voice));
    }

    /// What programs' tasks have told: written down, then passed on.
    fn take(&mut self, news: Vec<News>) {
        let entries = news.iter().filter_map(|(key, what)| match what {
            What::Runs(process) => Some(Entry::Runs { key: key.clone(), process: *process }),
            What::Ended(ended) => Some(Entry::Ended { key: key.clone(), ended: ended.clone() }),
            What::Note(_) => None,
        });
        let trouble = self.book.write_for_sure(entries.collect()).err().map(|error| error.to_string());
        for (key, what) in news {
            match what {
                What::Runs(process) => {
                    if let Some(program) = self.running.get_mut(&key) {
                        program.process = Some(process);
                    }
                }
                What::Note(text) => self.tell(&Tiding::Note { key, text }),
                What::Ended(mut ended) => {
                    ended.trouble = ended.trouble.or_else(|| trouble.clone());
                    self.running.remove(&key);
                    self.ended.insert(key.clone(), ended.clone());
                    self.tell(&Tiding::Ended { key, ended });
                }
            }
        }
        if let Some(engine) = &mut self.engine {
            engine.flush();
        }
        self.shorten();
    }

    fn tell(&mut self, tiding: &Tiding) {
        if let Some(engine) = &mut self.engine {
            engine.tell(tiding);
        }
    }

    /// Keeps the records to what somebody may still ask for.
    fn shorten(&mut self) {
        if !self.book.is_long() {
            return;
        }
        let running = self.running.iter().map(|(key, program)| match program.process {
            Some(process) => Entry::Runs { key: key.clone(), process },
            None => Entry::Begins(key.clone()),
        });
        let ended =
            self.ended.iter().map(|(key, ended)| Entry::Ended { key: key.clone(), ended: ended.clone() });
        self.book.shorten(running.chain(ended).collect());
    }
}

async fn hear(engine: &mut Option<Engine>) -> Option<Vec<Order>> {
    match engine {
        Some(engine) => engine.hear().await,
        None => std::future::pending().await,
    }
}

/// Tells of one program. Whatever happens to its task, its end is told.
struct Voice {
    key: Key,
    told: mpsc::UnboundedSender<News>,
    has_told: bool,
}

impl Voice {
    fn tell(&self, what: What) {
        // It listens as long as anything runs.
        let _ = self.told.send((self.key.clone(), what));
    }

    fn ended(mut self, ended: Ended) {
        self.has_told = true;
        self.tell(What::Ended(ended));
    }

    fn broken(&self, why: &str) -> NotStarted {
        NotStarted::Refused { program: self.key.to_string(), why: why.to_owned() }
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        if !self.has_told {
            self.tell(What::Ended(Ended::not_started(self.broken("its keeper broke"))));
        }
    }
}

/// Starts a program. Whoever does that stands still until it is loaded: the keeper hears of others meanwhile.
async fn begun(spawn: Spawn, voice: &Voice) -> Result<Begun, NotStarted> {
    let pid = |begun: &Result<Begun, NotStarted>| begun.as_ref().ok().map(Begun::pid);
    // Where no thread is to be had it is waiting all the same: it must not begin when nobody waits for it any more.
    let asked = Arc::new(());
    let wanted = Arc::downgrade(&asked);
    let start = move || {
        let _asked = wanted.upgrade()?;
        Some(Process::started(|| process::begin(&spawn), pid))
    };
    let started = tokio::task::spawn_blocking(start).await.map_err(|error| error.to_string());
    drop(asked);
    let started = started.and_then(|started| started.ok_or_else(String::new));
    let (begun, process) = started.map_err(|why| voice.broken(&why))?;
    if let Some(process) = process {
        voice.tell(What::Runs(process));
    }
    begun
}

/// Sees a program to its end.
async fn watch_over(start: Start, mut wish: Stop, voice: Voice) {
    let begun = match begun(start.spawn, &voice).await {
        Ok(begun) => begun,
        Err(why) => return voice.ended(Ended::not_started(why)),
    };
    let mut log = Log::at(start.log, start.lang);
    let masks = Masks::new(start.secrets.iter().map(String::as_str));
    let (key, told) = (voice.key.clone(), voice.told.clone());
    let ear = Box::new(move |line: &str| {
        let text = one_line(line, LONGEST);
        if !text.is_empty() {
            let _ = told.send((key.clone(), What::Note(text)));
        }
    });
    let mut tape = Tape::new(&mut log, &masks, encoding_of(start.encoding.as_deref())).telling(ear);
    if start.keep {
        tape = tape.keeping();
    }
    let end = begun.until_end(start.times, &mut wish, &mut tape).await;
    let mut ended = tape.ended(end);
    drop(tape);
    ended.trouble = log.close().map(|error| error.to_string());
    voice.ended(ended);
}
