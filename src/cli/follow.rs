//! `logs -f`: a log as it grows, attempt after attempt, until its step is done.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::time::Duration;

use super::exit::{Exit, Failed};
use super::looking::{no_log, tell_of_nothing};
use super::session::Session;
use crate::engine::Journal;
use crate::exec::{KEPT, gap_and_rest, gap_line, log_encoding, log_path, read_tail, shown_line};
use crate::msg;
use crate::plan::NodeId;
use crate::plan::project::Project;
use crate::run::{Life, RunState, StepPath};

/// How often a log that is followed is looked at.
const FOLLOW: Duration = Duration::from_millis(200);

/// Follows the log of a step from that attempt on.
pub(super) async fn follow(
    session: &Session,
    project: &Project,
    mut journal: Journal,
    id: NodeId,
    mut attempt: u32,
) -> Result<Exit, Failed> {
    let path = StepPath(journal.state().plan().path(id));
    let mut reader = Reader::of(session, project, journal.state(), id, attempt);
    loop {
        journal.catch_up().await?;
        let state = journal.state();
        // A renewed plan numbers its steps otherwise, or does not have this one any more.
        let Some(id) = state.find(&path) else {
            reader.end()?;
            return Ok(Exit::Done);
        };
        let step = state.step(id);
        while attempt < step.attempt {
            attempt += 1;
            reader.end()?;
            let next = msg!("logs-next-attempt", step = state.plan().path(id), attempt = attempt);
            session.output.diagnostic(&session.say(&next));
            reader = Reader::of(session, project, state, id, attempt);
        }
        // What is pending again will have another attempt.
        if !matches!(step.life, Life::Running { .. } | Life::Retrying { .. } | Life::Pending) {
            reader.end()?;
            return Ok(Exit::Done);
        }
        reader.look();
        tokio::time::sleep(FOLLOW).await;
    }
}

/// Shows the log of one attempt as far as it has come. A log is only ever added to, so that what was shown stays true.
struct Reader<'s> {
    session: &'s Session,
    encoding: Option<String>,
    step: String,
    attempt: u32,
    path: PathBuf,
    /// Which file it was.
    inode: Option<u64>,
    /// How much of it is read.
    at: u64,
    /// A line that may still grow.
    open: Vec<u8>,
    /// How much is shown of what comes after the beginning, where the end is looked at before it is in the log.
    beyond: Option<u64>,
    was_taken: bool,
}

impl<'s> Reader<'s> {
    fn of(session: &'s Session, project: &Project, state: &RunState, id: NodeId, attempt: u32) -> Self {
        let step = state.plan().path(id);
        let folder = session.state(&project.dir);
        let path = log_path(folder.path(), &state.plan().run, &StepPath(step.clone()), attempt);
        let encoding = log_encoding(project, state.plan(), id).map(str::to_owned);
        let (inode, at, open, beyond, was_taken) = (None, 0, Vec::new(), None, false);
        Reader { session, encoding, step, attempt, path, inode, at, open, beyond, was_taken }
    }

    /// Shows what is new while its attempt goes on.
    fn look(&mut self) {
        // The end is looked at before the beginning, which is whole by then.
        let tail = read_tail(&self.path);
        self.notice();
        if self.beyond.is_none() {
            let until = tail.as_ref().map_or(u64::MAX, |tail| tail.from);
            // What cannot be read now is told of in the end.
            let new = self.read(until).unwrap_or_default();
            self.feed(&new);
        }
        if let Some(tail) = tail.filter(|tail| tail.from == self.at) {
            self.take_end(&tail.bytes);
        }
    }

    /// Shows the rest: its attempt is over.
    fn end(&mut self) -> Result<(), Failed> {
        self.notice();
        let tail = read_tail(&self.path);
        let rest = self.read(u64::MAX).map_err(|_| no_log(&self.step, self.attempt, &self.path))?;
        match self.beyond {
            Some(_) if !rest.is_empty() => self.take_end(&rest),
            Some(_) => {}
            None => self.feed(&rest),
        }
        // Its keeper has died before it could complete the log.
        if let Some(tail) = tail.filter(|tail| tail.from == self.at) {
            self.take_end(&tail.bytes);
        }
        self.close_line();
        if !self.was_taken {
            tell_of_nothing(self.session, &self.step, self.attempt, &self.path);
        }
        Ok(())
    }

    /// Somebody may have taken the file away, or put another one in its place.
    fn notice(&mut self) {
        let found = std::fs::metadata(&self.path).ok();
        let inode = found.as_ref().map(std::fs::Metadata::ino);
        let is_cut = found.is_some_and(|found| found.len() < self.at);
        if self.inode.is_some() && (inode != self.inode || is_cut) {
            self.close_line();
            (self.at, self.beyond, self.was_taken) = (0, None, true);
            let path = self.path.display().to_string();
            let taken = msg!("logs-taken", step = &self.step, attempt = self.attempt, path = path);
            self.session.output.diagnostic(&self.session.say(&taken));
        }
        self.inode = inode;
    }

    /// What is new in the file, up to there.
    fn read(&mut self, until: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match File::open(&self.path) {
            Ok(mut file) => {
                file.seek(SeekFrom::Start(self.at))?;
                file.take(until.saturating_sub(self.at)).read_to_end(&mut bytes)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        self.at += bytes.len() as u64;
        Ok(bytes)
    }

    /// What is new of an end, which begins with what is left out before it.
    fn take_end(&mut self, end: &[u8]) {
        let (gap, rest) = gap_and_rest(end);
        let shown = self.beyond.unwrap_or(0);
        if gap > shown {
            self.close_line();
            self.session.output.result(&gap_line(gap - shown, self.session.lang));
        }
        let known = usize::try_from(shown.saturating_sub(gap)).unwrap_or(usize::MAX);
        self.feed(rest.get(known..).unwrap_or_default());
        self.beyond = Some(shown.max(gap + rest.len() as u64));
    }

    /// Shows whole lines; the last one may still grow.
    fn feed(&mut self, bytes: &[u8]) {
        self.open.extend_from_slice(bytes);
        if let Some(end) = self.open.iter().rposition(|byte| *byte == b'\n') {
            let rest = self.open.split_off(end + 1);
            self.open.truncate(end);
            let lines = std::mem::replace(&mut self.open, rest);
            self.show(&lines);
        }
        if self.open.len() > KEPT {
            self.close_line();
        }
    }

    fn close_line(&mut self) {
        let line = std::mem::take(&mut self.open);
        if !line.is_empty() {
            self.show(&line);
        }
    }

    fn show(&self, lines: &[u8]) {
        let shown = |line| shown_line(line, self.encoding.as_deref());
        let lines: Vec<String> = lines.split(|byte| *byte == b'\n').map(shown).collect();
        self.session.output.result(&lines.join("\n"));
    }
}
