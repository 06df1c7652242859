//! The world outside, one for all tests of this program: a mail server and a server for requests, each with a ledger.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Mutex, OnceLock};

/// Letters by the world that they went to: subject, then every Message-ID that it came under, with the number of times.
static LETTERS: Mutex<BTreeMap<String, Letters>> = Mutex::new(BTreeMap::new());
/// Keys of requests by the world that they came from, with the number of times.
static REQUESTS: Mutex<BTreeMap<String, BTreeMap<String, usize>>> = Mutex::new(BTreeMap::new());

/// Subject, Message-ID, number of times.
pub(crate) type Letters = BTreeMap<String, BTreeMap<String, usize>>;

/// The address of the mail server.
pub(crate) fn smtp() -> String {
    static SERVER: OnceLock<SocketAddr> = OnceLock::new();
    SERVER.get_or_init(|| serve(take_letters)).to_string()
}

/// The address of the server for requests.
pub(crate) fn http() -> String {
    static SERVER: OnceLock<SocketAddr> = OnceLock::new();
    SERVER.get_or_init(|| serve(take_request)).to_string()
}

/// The letters that a world got.
pub(crate) fn letters(world: &str) -> Letters {
    LETTERS.lock().unwrap().get(world).cloned().unwrap_or_default()
}

/// The requests of a world by their keys.
pub(crate) fn requests(world: &str) -> BTreeMap<String, usize> {
    REQUESTS.lock().unwrap().get(world).cloned().unwrap_or_default()
}

fn serve(talk: fn(&TcpStream) -> std::io::Result<()>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            // A client that dies in the middle is what these tests are about.
            std::thread::spawn(move || drop(talk(&stream)));
        }
    });
    address
}

fn take_letters(stream: &TcpStream) -> std::io::Result<()> {
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    let mut say = |answer: &str| writer.write_all(format!("{answer}\r\n").as_bytes());
    say("220 mail.example.com ESMTP")?;
    let (mut line, mut world) = (String::new(), String::new());
    while reader.read_line(&mut line)? > 0 {
        match line.to_ascii_uppercase().split_whitespace().next().unwrap_or_default() {
            "EHLO" => say("250-mail.example.com\r\n250-8BITMIME\r\n250 SMTPUTF8")?,
            "RCPT" => {
                let domain = line.split('@').nth(1).unwrap_or_default();
                domain.split('.').next().unwrap_or_default().clone_into(&mut world);
                say("250 fine")?;
            }
            "DATA" => {
                say("354 go on")?;
                let (subject, id) = headers(&mut reader)?;
                let mut all = LETTERS.lock().unwrap();
                let ids = all.entry(world.clone()).or_default().entry(subject).or_default();
                *ids.entry(id).or_default() += 1;
                drop(all);
                say("250 taken")?;
            }
            "QUIT" => return say("221 bye"),
            _ => say("250 fine")?,
        }
        line.clear();
    }
    Ok(())
}

/// Subject and Message-ID of a letter that is read up to its lone dot; a letter that is cut is none.
fn headers(reader: &mut impl BufRead) -> std::io::Result<(String, String)> {
    let (mut subject, mut id) = (String::new(), String::new());
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end().split_once(": ") {
            _ if line == ".\r\n" => return Ok((subject, id)),
            Some(("Subject", text)) if subject.is_empty() => text.clone_into(&mut subject),
            Some(("Message-ID", text)) if id.is_empty() => text.clone_into(&mut id),
            _ => {}
        }
    }
}

fn take_request(stream: &TcpStream) -> std::io::Result<()> {
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let world = line.split(['/', ' ']).nth(2).unwrap_or_default().to_owned();
    let (mut key, mut length) = (String::new(), 0);
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "idempotency-key" => value.clone_into(&mut key),
            "content-length" => length = value.parse().unwrap_or(0),
            _ => {}
        }
    }
    reader.read_exact(&mut vec![0; length])?;
    *REQUESTS.lock().unwrap().entry(world).or_default().entry(key).or_default() += 1;
    writer.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
}
