//! A small SMTP server on 127.0.0.1 that does what a script says and keeps what it is told.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the script makes of a line.
pub(crate) enum Reply {
    /// Answers with this.
    Say(&'static str),
    /// Never answers.
    Stall,
    /// Closes the connection.
    Cut,
}

/// Sees every line of a client (a greeting is the line `CONNECT`, the end of a message the line `.`); `None`: the usual answer.
pub(crate) type Script = Box<dyn FnMut(&str) -> Option<Reply> + Send>;

/// A message as the server took it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// The envelope's sender.
    pub(crate) from: String,
    /// Those who were accepted.
    pub(crate) to: Vec<String>,
    /// The message, dots unstuffed.
    pub(crate) data: String,
}

impl Taken {
    /// A header's line, unfolded.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let head = self.data.split("\r\n\r\n").next()?.replace("\r\n ", " ");
        let prefix = format!("{name}: ");
        head.split("\r\n").find_map(|line| line.strip_prefix(&prefix)).map(str::to_owned)
    }
}

#[derive(Default)]
struct Kept {
    lines: Vec<String>,
    taken: Vec<Taken>,
}

/// The server; its threads end with the test's process.
pub(crate) struct Server {
    port: u16,
    kept: Arc<Mutex<Kept>>,
}

impl Server {
    /// Does as usual.
    pub(crate) fn usual() -> Self {
        Server::scripted(&[], Box::new(|_| None))
    }

    /// Offers these extensions and does as the script says.
    pub(crate) fn scripted(offers: &'static [&'static str], script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let kept = Arc::new(Mutex::new(Kept::default()));
        let script = Arc::new(Mutex::new(script));
        let shared = Arc::clone(&kept);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let session = Session { offers, kept: Arc::clone(&shared), script: Arc::clone(&script) };
                std::thread::spawn(move || session.hold(&stream));
            }
        });
        Server { port, kept }
    }

    /// `smtp://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Every line that clients said, messages left out.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.kept.lock().unwrap().lines.clone()
    }

    /// Messages that were taken.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.kept.lock().unwrap().taken.clone()
    }
}

struct Session {
    offers: &'static [&'static str],
    kept: Arc<Mutex<Kept>>,
    script: Arc<Mutex<Script>>,
}

impl Session {
    fn hold(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        let mut taken = Taken::default();
        let mut line = "CONNECT".to_owned();
        loop {
            let reply = (self.script.lock().unwrap())(&line);
            let refused = matches!(&reply, Some(Reply::Say(text)) if !text.starts_with('2'));
            self.keep(&line, &mut taken, refused);
            let text = match reply {
                Some(Reply::Say(text)) => format!("{text}\r\n"),
                Some(Reply::Stall) => {
                    let _ = reader.lines().map_while(Result::ok).count();
                    return;
                }
                Some(Reply::Cut) => return,
                None => self.usual(&line),
            };
            let mut out = stream;
            if out.write_all(text.as_bytes()).is_err() || line == "QUIT" {
                return;
            }
            if text.starts_with("354") {
                taken.data = content(&mut reader);
                ".".clone_into(&mut line);
                continue;
            }
            line.clear();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            line = line.trim_end().to_owned();
        }
    }

    fn keep(&self, line: &str, taken: &mut Taken, refused: bool) {
        let mut kept = self.kept.lock().unwrap();
        kept.lines.push(line.to_owned());
        let address = |rest: &str| rest.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        match line {
            _ if refused => {}
            "." => kept.taken.push(std::mem::take(taken)),
            _ if line.starts_with("MAIL FROM:") => *taken = Taken { from: address(line), ..Taken::default() },
            _ if line.starts_with("RCPT TO:") => taken.to.push(address(line)),
            _ => {}
        }
    }

    fn usual(&self, line: &str) -> String {
        match line.split([' ', ':']).next().unwrap_or_default() {
            "CONNECT" => "220 test\r\n".to_owned(),
            "EHLO" => {
                let offers =
                    self.offers.iter().fold(String::new(), |all, offer| all + "250-" + offer + "\r\n");
                format!("250-test\r\n{offers}250 8BITMIME\r\n")
            }
            "DATA" => "354 go on\r\n".to_owned(),
            "AUTH" => "235 welcome\r\n".to_owned(),
            "QUIT" => "221 bye\r\n".to_owned(),
            "MAIL" | "RCPT" | "." => "250 ok\r\n".to_owned(),
            _ => "500 what?\r\n".to_owned(),
        }
    }
}

fn content(reader: &mut impl BufRead) -> String {
    let mut data = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == ".\r\n" {
            return data;
        }
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
