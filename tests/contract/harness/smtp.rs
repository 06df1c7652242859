//! A mail server that does what the case says: takes letters, refuses, stalls, or vanishes after the last dot.

use super::{Letter, PATIENCE, poll};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How one connection is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Takes every letter.
    Take,
    /// Says "later" to every recipient (451).
    Later,
    /// Says "never" to every recipient (550).
    Never,
    /// Says "never" to recipients whose address holds this, takes the letter for the others.
    NotFor(&'static str),
    /// Accepts the connection and says nothing, for ever.
    Stall,
    /// Takes the whole letter and hangs up before the answer.
    Vanish,
    /// Takes every letter, and is a while about its answer.
    Slow,
}

/// How long a slow server is about its answer.
const SLOW: Duration = Duration::from_secs(2);

/// A server on a port of its own; a connection takes the next manner, the last one repeats.
pub(crate) struct Smtp {
    port: u16,
    taken: Arc<Mutex<Vec<Vec<u8>>>>,
    calls: Arc<Mutex<usize>>,
    over: Arc<AtomicBool>,
}

impl Smtp {
    /// Starts it.
    pub(crate) fn start(manners: &[Manner]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        listener.set_nonblocking(true).unwrap();
        let server = Self { port, taken: Arc::default(), calls: Arc::default(), over: Arc::default() };
        let (taken, calls, over) = (server.taken.clone(), server.calls.clone(), server.over.clone());
        let manners = manners.to_vec();
        std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let Ok((stream, _)) = listener.accept() else {
                    std::thread::sleep(Duration::from_millis(10));
                    continue;
                };
                let mut number = calls.lock().unwrap();
                let manner = manners[(*number).min(manners.len() - 1)];
                *number += 1;
                let (taken, over) = (Arc::clone(&taken), Arc::clone(&over));
                std::thread::spawn(move || serve(&stream, manner, &taken, &over));
            }
        });
        server
    }

    /// A port where nobody listens.
    pub(crate) fn closed_port() -> u16 {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
    }

    /// The settings that send letters to a port.
    pub(crate) fn settings(port: u16) -> String {
        format!(
            "mail:\n  from: Duty <ops@example.com>\n  smtp: \"smtp://127.0.0.1:{port}\"\n  starttls: none\n"
        )
    }

    /// The settings that send letters here.
    pub(crate) fn here(&self) -> String {
        Self::settings(self.port)
    }

    /// The bodies it has received whole, also those it gave no answer to.
    pub(crate) fn taken(&self) -> Vec<Letter> {
        self.taken.lock().unwrap().iter().map(|raw| Letter::parse(raw)).collect()
    }

    /// How many connections there were.
    pub(crate) fn calls(&self) -> usize {
        *self.calls.lock().unwrap()
    }

    /// Waits for so many connections.
    #[track_caller]
    pub(crate) fn called(&self, times: usize) {
        assert!(poll(PATIENCE, || (self.calls() >= times).then_some(())).is_some(), "{} calls", self.calls());
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

fn serve(stream: &TcpStream, manner: Manner, taken: &Mutex<Vec<Vec<u8>>>, over: &AtomicBool) {
    stream.set_nonblocking(false).unwrap();
    if manner == Manner::Stall {
        while !over.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(50));
        }
        return;
    }
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    drop(talk(stream, manner, taken));
}

/// One conversation; an error ends it, as it does with real servers.
fn talk(stream: &TcpStream, manner: Manner, taken: &Mutex<Vec<Vec<u8>>>) -> std::io::Result<()> {
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    let mut say = |answer: &str| writer.write_all(format!("{answer}\r\n").as_bytes());
    say("220 mail.example.com ESMTP")?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        match line.to_ascii_uppercase().split_whitespace().next().unwrap_or_default() {
            "EHLO" => say("250-mail.example.com\r\n250-8BITMIME\r\n250 SMTPUTF8")?,
            "RCPT" => say(recipient(manner, &line))?,
            "DATA" => {
                say("354 go on")?;
                taken.lock().unwrap().push(body(&mut reader)?);
                if manner == Manner::Vanish {
                    return Ok(());
                }
                if manner == Manner::Slow {
                    std::thread::sleep(SLOW);
                }
                say("250 taken")?;
            }
            "QUIT" => return say("221 bye"),
            "STARTTLS" | "AUTH" => say("502 not here")?,
            _ => say("250 fine")?,
        }
        line.clear();
    }
    Ok(())
}

fn recipient(manner: Manner, line: &str) -> &'static str {
    match manner {
        Manner::Later => "451 try again later",
        Manner::Never => "550 no such mailbox",
        Manner::NotFor(part) if line.contains(part) => "550 no such mailbox",
        _ => "250 fine",
    }
}

/// The letter up to the lone dot, dots unstuffed.
fn body(reader: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut letter = Vec::new();
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(letter);
        }
        letter.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
