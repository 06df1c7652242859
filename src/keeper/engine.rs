//! An engine, as its keeper meets it: what it sends is heard to the end, and it is never waited for.

use std::io;

use tokio::io::Interest;
use tokio::net::UnixStream;

use super::protocol::{self, Order, Tiding};

/// So much may wait for an engine that does not listen; notes beyond it are not worth keeping.
const MOST: usize = 1 << 16;

/// What is read at once.
const PIECE: usize = 1 << 16;

/// An engine that is connected.
pub(super) struct Engine {
    stream: UnixStream,
    inbox: Vec<u8>,
    outbox: Vec<u8>,
}

impl Engine {
    pub(super) fn new(stream: UnixStream) -> Self {
        Engine { stream, inbox: Vec::new(), outbox: Vec::new() }
    }

    /// Puts a tiding with those that are to be sent.
    pub(super) fn tell(&mut self, tiding: &Tiding) {
        if matches!(tiding, Tiding::Note { .. }) && self.outbox.len() > MOST {
            return;
        }
        protocol::line(tiding, &mut self.outbox);
    }

    /// Sends as much as goes out at once.
    pub(super) fn flush(&mut self) {
        while !self.outbox.is_empty() {
            match self.stream.try_write(&self.outbox) {
                Ok(count) => drop(self.outbox.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // It has gone; what it had sent before is still to be read.
                Err(_) => self.outbox.clear(),
            }
        }
    }

    /// The next orders; `None` when it has gone.
    pub(super) async fn hear(&mut self) -> Option<Vec<Order>> {
        loop {
            let waits = !self.outbox.is_empty();
            let interest = if waits { Interest::READABLE | Interest::WRITABLE } else { Interest::READABLE };
            let ready = self.stream.ready(interest).await.ok()?;
            if waits && ready.is_writable() {
                self.flush();
            }
            if !ready.is_readable() {
                continue;
            }
            self.inbox.reserve(PIECE);
            let read = self.stream.try_read_buf(&mut self.inbox);
            match read {
                Ok(0) => return None,
                Ok(_) => {
                    let orders = protocol::read(&mut self.inbox);
                    if !orders.is_empty() {
                        return Some(orders);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return None,
            }
        }
    }
}
