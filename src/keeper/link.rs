//! The socket between an engine and a keeper, as the engine has it.

use std::io;

use tokio::io::Interest;
use tokio::net::UnixStream;
use tokio::time::Instant;

use super::protocol::{self, Tiding};

/// What is read at once.
const PIECE: usize = 1 << 16;

/// A connection to a keeper.
pub(super) struct Link {
    stream: UnixStream,
    inbox: Vec<u8>,
    pub(super) outbox: Vec<u8>,
    /// It has said what it has.
    pub(super) is_greeted: bool,
    /// Since when there is one.
    pub(super) since: Instant,
}

impl Link {
    pub(super) fn new(stream: std::os::unix::net::UnixStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        let stream = UnixStream::from_std(stream)?;
        Ok(Link { stream, inbox: Vec::new(), outbox: Vec::new(), is_greeted: false, since: Instant::now() })
    }

    /// Writes as much as goes without waiting.
    pub(super) fn write(&mut self) {
        while !self.outbox.is_empty() {
            match self.stream.try_write(&self.outbox) {
                Ok(count) => drop(self.outbox.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // That it has gone is heard where it is listened to.
                Err(_) => self.outbox.clear(),
            }
        }
    }

    /// Reads what is there; `None`: nothing more comes.
    fn read(&mut self) -> Option<bool> {
        self.inbox.reserve(PIECE);
        match self.stream.try_read_buf(&mut self.inbox) {
            Ok(0) => None,
            Ok(_) => Some(true),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Some(false),
            Err(_) => None,
        }
    }
}

/// The next tidings; `None` when the keeper has gone. What is to be sent goes out meanwhile: two who only write would wait
/// for each other for ever.
pub(super) async fn hear(link: &mut Option<Link>) -> Option<Vec<Tiding>> {
    let Some(link) = link else { return std::future::pending().await };
    loop {
        let writes = if link.outbox.is_empty() { Interest::READABLE } else { Interest::WRITABLE };
        let ready = link.stream.ready(Interest::READABLE | writes).await.ok()?;
        if ready.is_writable() {
            link.write();
        }
        if ready.is_readable() && !link.read()? {
            continue;
        }
        let tidings = protocol::read(&mut link.inbox);
        if !tidings.is_empty() {
            return Some(tidings);
        }
    }
}
