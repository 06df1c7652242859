//! A relay between a step and its server, which cuts the connection at a commit: before the server hears of it, or after
//! the server has answered and before anybody hears the answer.
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part")]

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What happens at the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The server never hears of it.
    Before,
    /// The server has done it, and nobody hears so.
    After,
    /// The same, but the connection stays, and nothing more comes.
    Silence,
}

/// What a relay is to do.
#[derive(Debug, Default)]
struct Orders {
    cut: Option<Cut>,
    /// So many commits go through before.
    spared: u32,
    /// Whoever comes after a cut is turned away.
    shut: bool,
    done: u32,
}

/// It listens on a port of 127.0.0.1.
#[derive(Debug, Clone)]
pub(crate) struct Relay {
    pub(crate) port: u16,
    orders: Arc<Mutex<Orders>>,
}

impl Relay {
    /// To a server's port.
    pub(crate) fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let relay = Relay { port: listener.local_addr().unwrap().port(), orders: Arc::new(Mutex::default()) };
        let taking = relay.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), orders) = (client, &taking.orders) else { continue };
                let turned_away = { orders.lock().unwrap().shut && orders.lock().unwrap().done > 0 };
                if turned_away {
                    continue;
                }
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { continue };
                taking.join(client, server);
            }
        });
        relay
    }

    /// Cuts the commit after so many others, once.
    pub(crate) fn cuts(&self, cut: Cut, spared: u32) {
        *self.orders.lock().unwrap() = Orders { cut: Some(cut), spared, shut: false, done: 0 };
    }

    /// Nobody gets through after the cut, until [`Relay::opens`].
    pub(crate) fn shuts(&self) {
        self.orders.lock().unwrap().shut = true;
    }

    /// Everybody gets through.
    pub(crate) fn opens(&self) {
        self.orders.lock().unwrap().shut = false;
    }

    /// How many commits were cut.
    pub(crate) fn done(&self) -> u32 {
        self.orders.lock().unwrap().done
    }

    /// A URL that leads through here, without TLS, so that the commit can be seen.
    pub(crate) fn through(&self, url: &str, server: u16) -> String {
        let url = url.replace(&format!(":{server}/"), &format!(":{}/", self.port));
        format!("{url}?sslmode=disable")
    }

    fn join(&self, client: TcpStream, server: TcpStream) {
        let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let (mut from_server, mut to_client) = (server, client);
        let deaf = Arc::new(Mutex::new(None));
        let (relay, ears) = (self.clone(), Arc::clone(&deaf));
        thread::spawn(move || {
            let mut bytes = vec![0; 1 << 16];
            while let Ok(length @ 1..) = from_client.read(&mut bytes) {
                let cut = relay.cut_at(&bytes[..length]);
                *ears.lock().unwrap() = cut;
                if cut == Some(Cut::Before) || to_server.write_all(&bytes[..length]).is_err() {
                    break;
                }
            }
            let _ = to_server.shutdown(Shutdown::Both);
            let _ = from_client.shutdown(Shutdown::Both);
        });
        let relay = self.clone();
        thread::spawn(move || {
            let mut bytes = vec![0; 1 << 16];
            while let Ok(length @ 1..) = from_server.read(&mut bytes) {
                let cut = *deaf.lock().unwrap();
                match cut {
                    // The answer has come as far as here: what was to be done is done.
                    Some(Cut::After) => break,
                    Some(Cut::Silence) => relay.tick(),
                    _ => {
                        if to_client.write_all(&bytes[..length]).is_err() {
                            break;
                        }
                    }
                }
            }
            if *deaf.lock().unwrap() == Some(Cut::After) {
                relay.tick();
            }
            let _ = to_client.shutdown(Shutdown::Both);
            let _ = from_server.shutdown(Shutdown::Both);
        });
    }

    /// Is this the commit that is to be cut?
    fn cut_at(&self, bytes: &[u8]) -> Option<Cut> {
        if !bytes.windows(6).any(|word| word == b"COMMIT") {
            return None;
        }
        let mut orders = self.orders.lock().unwrap();
        if orders.cut.is_some() && orders.spared > 0 {
            orders.spared -= 1;
            return None;
        }
        let cut = orders.cut.take();
        orders.done += u32::from(cut == Some(Cut::Before));
        cut
    }

    fn tick(&self) {
        self.orders.lock().unwrap().done += 1;
    }
}
