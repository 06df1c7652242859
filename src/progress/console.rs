//! The one who sits at the terminal: sees the run, answers its questions. Keeps a replica of the run's state from the
//! events that it is told, so that it never looks into the engine.

use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, sleep_until};

use super::deadlines::Deadlines;
use super::keys::Key;
use super::line::{Line, Tone};
use super::prompt::{Choice, Prompt, PromptAction, PromptView};
use super::questions::Questions;
use super::{Page, Progress};
use crate::msg;
use crate::plan::NodeId;
use crate::run::{Asker, Record, Request, RunState, RunStatus};
use crate::time::Clock;
use crate::words::Msg;

/// How often the screen is drawn when nothing happens: its clock goes on.
const TICK: Duration = Duration::from_secs(1);
/// The same where nothing runs, and nobody has typed anything nor has anything happened for a while: it may be like that
/// for days.
const CALM: Duration = Duration::from_secs(5);
const A_WHILE: Duration = Duration::from_mins(1);
/// How often it is looked whether a deadline has passed, where there is no screen.
const SELDOM: Duration = Duration::from_secs(10);

/// What the engine tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// These were recorded, in this order.
    Events(Vec<Record>),
    /// How a step goes.
    Note(NodeId, String),
    /// A request of this terminal was not granted.
    Refused(Msg),
    /// Something to tell whoever looks, which is no event: an engine is gone, the login platform is down.
    Say(Msg),
    /// The run was interrupted (Ctrl-C): nothing more is started, and somebody has to say what of the steps that run.
    Interrupted,
    /// It is over, or is left.
    Done,
}

/// What the one at the terminal wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Asked of the run.
    Request(Request),
    /// After an interruption: what of the steps that run.
    Interrupt(Choice),
    /// Nobody is at the terminal any more. The run goes on.
    Gone,
}

/// The last lines of a step's log.
pub type LogTail = Arc<dyn Fn(NodeId) -> Vec<String> + Send + Sync>;

/// What a console is made of.
pub struct Setup {
    /// Where the run stands at the beginning; what happened before is not told again.
    pub state: RunState,
    /// How it is shown.
    pub progress: Progress,
    /// Language, zone and names; its clock and size are kept up to date.
    pub page: Page,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Who sits at the terminal, and what they type. `None`: nobody answers here.
    pub person: Option<(Asker, UnboundedReceiver<Key>)>,
    /// For the key that shows a log.
    pub log: LogTail,
}

/// The console of a run.
pub struct Console {
    state: RunState,
    progress: Progress,
    page: Page,
    clock: Arc<dyn Clock>,
    person: Option<Person>,
    log: LogTail,
    interrupted: bool,
    deadlines: Deadlines,
}

struct Person {
    asker: Asker,
    keys: UnboundedReceiver<Key>,
    prompt: Prompt,
}

impl Person {
    fn questions<'a>(&'a self, state: &'a RunState, interrupted: bool, page: &Page) -> Questions<'a> {
        Questions { state, asker: &self.asker, interrupted, now: page.now }
    }
}

impl Console {
    /// A console that shows nothing yet.
    pub fn new(setup: Setup) -> Self {
        let asks = setup.progress.has_screen();
        let person = setup.person.filter(|_| asks);
        let person = person.map(|(asker, keys)| Person { asker, keys, prompt: Prompt::new() });
        Console {
            state: setup.state,
            progress: setup.progress,
            page: setup.page,
            clock: setup.clock,
            person,
            log: setup.log,
            interrupted: false,
            deadlines: Deadlines::default(),
        }
    }

    /// Shows and asks until the updates end or say so; then takes the screen away. Gives back where the run stands.
    pub async fn run(
        mut self,
        mut updates: UnboundedReceiver<Update>,
        wishes: UnboundedSender<Wish>,
    ) -> RunState {
        let mut clock = Ticking::new(self.progress.has_screen());
        loop {
            let input = next(&mut updates, self.person.as_mut(), &mut clock).await;
            let happened = !matches!(input, Input::Tick);
            match input {
                Input::Update(Update::Done) | Input::Over => break,
                Input::Update(update) => {
                    self.update(update);
                    // What is there already is taken in before one draws.
                    while let Ok(update) = updates.try_recv() {
                        if update == Update::Done {
                            self.look_at_the_clock();
                            return self.close();
                        }
                        self.update(update);
                    }
                }
                Input::Key(key) => self.key(key, &wishes),
                // The shell has written below the screen meanwhile.
                Input::Continued => self.progress.afresh(false),
                Input::Tick => {}
            }
            if self.has_left_everything() {
                let _ = wishes.send(Wish::Gone);
            }
            self.draw();
            clock.wind(happened, self.state.in_flight().is_empty());
        }
        self.look_at_the_clock();
        self.close()
    }

    fn close(self) -> RunState {
        self.progress.finish(&self.state, &self.page);
        self.state
    }

    fn look_at_the_clock(&mut self) {
        self.page.now = self.clock.now();
        if let Some((cols, rows)) = self.progress.size() {
            (self.page.cols, self.page.rows) = (cols.max(20), rows.max(4));
        }
    }

    fn update(&mut self, update: Update) {
        self.look_at_the_clock();
        match update {
            Update::Events(records) => {
                let new: Vec<Record> =
                    records.into_iter().filter(|record| record.seq > self.state.seq()).collect();
                for record in &new {
                    self.state.apply(record);
                }
                self.progress.events(&self.state, &new, &self.page);
            }
            Update::Note(step, text) => self.progress.note(step, text),
            Update::Refused(why) => match &mut self.person {
                Some(person) => person.prompt.refused(why),
                None => self.say(Tone::Bad, &why),
            },
            Update::Say(what) => self.say(Tone::Ask, &what),
            Update::Interrupted => self.interrupted = true,
            Update::Done => {}
        }
        self.sync();
    }

    fn say(&mut self, tone: Tone, what: &Msg) {
        let line = Line::new()
            .add(Tone::Dim, &format!("{}  ", self.page.clock(self.page.now)))
            .add(tone, &self.page.say(what));
        self.progress.say(&line);
    }

    fn sync(&mut self) {
        if let Some(person) = &mut self.person {
            let mut prompt = std::mem::take(&mut person.prompt);
            prompt.sync(&person.questions(&self.state, self.interrupted, &self.page));
            person.prompt = prompt;
        }
    }

    fn key(&mut self, key: Key, wishes: &UnboundedSender<Wish>) {
        self.look_at_the_clock();
        if key == Key::Redraw {
            return self.progress.afresh(true);
        }
        let Some(person) = &mut self.person else { return };
        let mut prompt = std::mem::take(&mut person.prompt);
        let questions = person.questions(&self.state, self.interrupted, &self.page);
        prompt.sync(&questions);
        let action = prompt.key(key, &questions);
        person.prompt = prompt;
        let wish = match action {
            PromptAction::None => return,
            PromptAction::Send(request) => Wish::Request(request),
            PromptAction::Interrupt(choice) => {
                self.interrupted = false;
                self.sync();
                Wish::Interrupt(choice)
            }
            PromptAction::ShowLog(step) => {
                let lines = (self.log)(step);
                person.prompt.show_log(lines);
                return;
            }
            PromptAction::Gone => {
                self.say(Tone::Dim, &msg!("term-gone"));
                Wish::Gone
            }
        };
        let _ = wishes.send(wish);
    }

    /// Nothing can go on without a decision, and the person wants to leave all decisions as they are.
    fn has_left_everything(&self) -> bool {
        let Some(person) = &self.person else { return false };
        let questions = person.questions(&self.state, self.interrupted, &self.page);
        let halted = self.state.run_status() == RunStatus::Halted;
        halted && !person.prompt.is_gone() && person.prompt.at().is_none() && !questions.list().is_empty()
    }

    fn draw(&mut self) {
        self.look_at_the_clock();
        for line in self.deadlines.passed(&self.state, &self.page) {
            self.progress.say(&line);
        }
        let view = match &self.person {
            Some(person) if !person.prompt.is_gone() => {
                person.prompt.view(&person.questions(&self.state, self.interrupted, &self.page), &self.page)
            }
            _ => PromptView::default(),
        };
        self.progress.draw(&self.state, &view, &self.page);
    }
}

enum Input {
    Update(Update),
    Key(Key),
    Continued,
    Tick,
    Over,
}

/// What makes a screen be drawn again though nothing happened.
struct Ticking {
    has_screen: bool,
    next: Instant,
    happened: Instant,
    continued: Option<Signal>,
    resized: Option<Signal>,
}

impl Ticking {
    fn new(has_screen: bool) -> Self {
        let listen = |kind| has_screen.then(|| signal(kind).ok()).flatten();
        // After Ctrl-Z.
        let continued = listen(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()));
        let resized = listen(SignalKind::window_change());
        let now = Instant::now();
        Ticking { has_screen, next: now, happened: now, continued, resized }
    }

    /// It has just been drawn, because something `happened` or not. `still`: nothing runs.
    fn wind(&mut self, happened: bool, still: bool) {
        let now = Instant::now();
        if happened {
            self.happened = now;
        }
        let is_calm = still && now - self.happened >= A_WHILE;
        self.next = now
            + match (self.has_screen, is_calm) {
                (false, _) => SELDOM,
                (true, false) => TICK,
                (true, true) => CALM,
            };
    }
}

async fn heard(signal: &mut Option<Signal>) {
    let ended = match signal {
        Some(signal) => signal.recv().await.is_none(),
        None => true,
    };
    if ended {
        std::future::pending::<()>().await;
    }
}

/// Whatever comes first. What is typed is looked at first, so that a flood of events does not make the keyboard dead.
async fn next(
    updates: &mut UnboundedReceiver<Update>,
    person: Option<&mut Person>,
    clock: &mut Ticking,
) -> Input {
    let typed = async {
        match person {
            Some(person) if !person.prompt.is_gone() => person.keys.recv().await.unwrap_or(Key::Gone),
            _ => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        () = heard(&mut clock.continued) => Input::Continued,
        key = typed => Input::Key(key),
        update = updates.recv() => update.map_or(Input::Over, Input::Update),
        () = heard(&mut clock.resized) => Input::Tick,
        () = sleep_until(clock.next) => Input::Tick,
    }
}
