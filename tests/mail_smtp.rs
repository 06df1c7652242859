//! Letters over real sockets, to a server that misbehaves by script.

#![cfg(test)]

mod support;

use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use monthstart::engine::ports::Stop;
use monthstart::mail::{Attempted, Drained, Fate, Letter, Outbox, SendError, Transport, deliver, drain};
use monthstart::plan::project::Mail;
use support::outbox::{HandClock, Memory, letter, mail, options, plain, transport, with_login};
use support::smtp::{Reply, Server};

/// Answers lines that begin with `prefix`, once for each reply, then as usual.
fn answering(prefix: &'static str, replies: Vec<Reply>) -> support::smtp::Script {
    let mut replies = replies.into_iter();
    Box::new(move |line| if line.starts_with(prefix) { replies.next() } else { None })
}

fn always(prefix: &'static str, reply: fn() -> Reply) -> support::smtp::Script {
    Box::new(move |line| line.starts_with(prefix).then(reply))
}

async fn one_attempt(server: &Server) -> (Memory, Attempted) {
    let outbox = Memory::with(&[letter("a", &["li.na@example.com"])]);
    drain(&outbox, &plain(&server.url()), &HandClock::new()).await.unwrap();
    let fate = outbox.fate("a").unwrap();
    (outbox, fate)
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written() {
    let server = Server::usual();
    let (_, fate) = one_attempt(&server).await;
    assert_eq!(fate, Attempted::Sent { refused: None });
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].from, "ops@example.com");
    assert_eq!(taken[0].to, ["li.na@example.com"]);
    assert_eq!(taken[0].header("Message-ID").as_deref(), Some("<a@monthstart.test>"));
    assert_eq!(taken[0].header("Auto-Submitted").as_deref(), Some("auto-generated"));
    assert!(taken[0].data.is_ascii());
    assert!(taken[0].data.split("\r\n").all(|line| line.len() <= 78 && line != "."), "{}", taken[0].data);
}

#[tokio::test]
async fn what_is_temporary_is_tried_again() {
    let busy = || Reply::Say("451 busy");
    for prefix in ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "."] {
        let server = Server::scripted(&[], answering(prefix, vec![busy()]));
        let (outbox, fate) = one_attempt(&server).await;
        let Attempted::Retry { error, .. } = &fate else { panic!("{prefix}: {fate:?}") };
        assert!(error.contains("451 busy"), "{prefix}: {error}");
        let clock = HandClock::new();
        clock.on(5);
        drain(&outbox, &plain(&server.url()), &clock).await.unwrap();
        assert_eq!(outbox.fate("a"), Some(Attempted::Sent { refused: None }), "{prefix}");
        assert_eq!(server.taken().len(), 1, "{prefix}");
        assert_eq!(outbox.letter("a").attempts, 2, "{prefix}");
    }
}

#[tokio::test]
async fn what_is_refused_for_good_is_given_up() {
    for (prefix, reply) in
        [("RCPT", "550 no such user"), (".", "554 spam"), ("DATA", "554 no valid recipients")]
    {
        let server =
            Server::scripted(&[], Box::new(move |l| l.starts_with(prefix).then_some(Reply::Say(reply))));
        let (_, fate) = one_attempt(&server).await;
        let error = format!("li.na@example.com: {reply}");
        assert_eq!(fate, Attempted::Failed { error }, "{prefix}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_server_or_the_sender_keeps_the_letter() {
    for (prefix, reply) in
        [("CONNECT", "554 not here"), ("MAIL", "550 sender unknown"), ("RCPT", "421 closing")]
    {
        let server =
            Server::scripted(&[], Box::new(move |l| l.starts_with(prefix).then_some(Reply::Say(reply))));
        let (_, fate) = one_attempt(&server).await;
        let Attempted::Retry { error, .. } = &fate else { panic!("{prefix}: {fate:?}") };
        assert!(error.contains(reply), "{error}");
    }
}

#[tokio::test]
async fn one_refused_address_takes_the_letter_from_nobody() {
    let script: support::smtp::Script =
        Box::new(|line| line.contains("gone@").then_some(Reply::Say("550 5.1.1 no such user")));
    let server = Server::scripted(&[], script);
    let outbox = Memory::with(&[letter("a", &["a@x.cn", "gone@x.cn", "not an address", "b@x.cn"])]);
    drain(&outbox, &plain(&server.url()), &HandClock::new()).await.unwrap();
    let refused = "gone@x.cn: 550 5.1.1 no such user; not an address: not a valid address";
    assert_eq!(outbox.fate("a"), Some(Attempted::Sent { refused: Some(refused.to_owned()) }));
    assert_eq!(server.taken()[0].to, ["a@x.cn", "b@x.cn"]);
}

#[tokio::test]
async fn only_those_who_do_not_have_it_get_it_again() {
    let mut grey = 0;
    let script: support::smtp::Script = Box::new(move |line| {
        let first = line.contains("grey@") && grey == 0;
        grey += usize::from(line.contains("grey@"));
        first.then_some(Reply::Say("450 greylisted"))
    });
    let server = Server::scripted(&[], script);
    let outbox = Memory::with(&[letter("a", &["a@x.cn", "grey@x.cn"])]);
    let clock = HandClock::new();
    let transport = plain(&server.url());
    drain(&outbox, &transport, &clock).await.unwrap();
    assert!(matches!(outbox.fate("a"), Some(Attempted::Retry { error, .. }) if error == "450 greylisted"));
    assert_eq!(outbox.letter("a").fates["a@x.cn"], Fate::Delivered);
    clock.on(5);
    drain(&outbox, &transport, &clock).await.unwrap();
    assert_eq!(outbox.fate("a"), Some(Attempted::Sent { refused: None }));
    let taken = server.taken();
    assert_eq!(taken.iter().map(|one| one.to.clone()).collect::<Vec<_>>(), [["a@x.cn"], ["grey@x.cn"]]);
    assert_eq!(taken[0].data, taken[1].data, "the same letter to everyone");
}

#[tokio::test]
async fn a_server_that_stalls_costs_no_more_than_the_time_limit() {
    for prefix in ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "."] {
        let server = Server::scripted(&[], always(prefix, || Reply::Stall));
        let short = monthstart::mail::Options {
            timeout: Duration::from_millis(300),
            ..options(Path::new("/nonexistent"))
        };
        let transport = transport(&mail(&server.url()), short).unwrap();
        let begun = Instant::now();
        let error = transport.send(&letter("a", &["a@x.cn"])).await.unwrap_err();
        assert!(
            matches!(&error, SendError::Temporary(why) if why.contains("did not finish")),
            "{prefix}: {error:?}"
        );
        assert!(begun.elapsed() < Duration::from_secs(2), "{prefix}");
    }
}

#[tokio::test]
async fn a_goodbye_that_never_comes_undoes_nothing() {
    let server = Server::scripted(&[], always("QUIT", || Reply::Stall));
    let (_, fate) = one_attempt(&server).await;
    assert_eq!(fate, Attempted::Sent { refused: None });
}

#[tokio::test]
async fn cut_after_the_final_dot_it_goes_out_again_as_the_same_message() {
    let server = Server::scripted(&[], answering(".", vec![Reply::Cut]));
    let (outbox, fate) = one_attempt(&server).await;
    assert!(matches!(fate, Attempted::Retry { .. }), "{fate:?}");
    let clock = HandClock::new();
    clock.on(5);
    drain(&outbox, &plain(&server.url()), &clock).await.unwrap();
    assert_eq!(outbox.fate("a"), Some(Attempted::Sent { refused: None }));
    let taken = server.taken();
    assert_eq!(taken.len(), 2, "the server had taken it the first time");
    assert_eq!(taken[0], taken[1], "byte for byte, so that a reader's program can drop one");
}

#[tokio::test]
async fn without_starttls_nothing_is_said_in_clear() {
    let server = Server::scripted(&["AUTH PLAIN LOGIN"], Box::new(|_| None));
    let settings = with_login(Mail { starttls: true, ..mail(&server.url()) }, "hunter2");
    let transport = transport(&settings, options(Path::new("/nonexistent"))).unwrap();
    let error = transport.send(&letter("a", &["a@x.cn"])).await.unwrap_err();
    assert!(
        matches!(&error, SendError::Temporary(why) if why.contains("does not offer STARTTLS")),
        "{error:?}"
    );
    let lines = server.lines();
    assert!(lines.iter().all(|l| l == "CONNECT" || l.starts_with("EHLO") || l == "QUIT"), "{lines:?}");
}

#[tokio::test]
async fn a_server_that_begins_tls_and_talks_plainly_gets_nothing() {
    let server = Server::scripted(&["STARTTLS"], answering("STARTTLS", vec![Reply::Say("220 go")]));
    let settings = Mail { starttls: true, ..mail(&server.url()) };
    let transport = transport(&settings, options(Path::new("/nonexistent"))).unwrap();
    let error = transport.send(&letter("a", &["a@x.cn"])).await.unwrap_err();
    assert!(matches!(error, SendError::Temporary(_)), "{error:?}");
    assert!(!server.lines().iter().any(|line| line.contains("MAIL")), "{:?}", server.lines());
    // The same for a server behind smtps:// that speaks no TLS at all.
    let settings = mail(&server.url().replace("smtp:", "smtps:"));
    let transport = support::outbox::transport(&settings, options(Path::new("/nonexistent"))).unwrap();
    let error = transport.send(&letter("a", &["a@x.cn"])).await.unwrap_err();
    assert!(matches!(error, SendError::Temporary(_)), "{error:?}");
}

#[tokio::test]
async fn a_refused_login_is_tried_once_a_run() {
    let server =
        Server::scripted(&["AUTH PLAIN LOGIN"], always("AUTH", || Reply::Say("535 5.7.8 bad credentials")));
    let settings = with_login(mail(&server.url()), "hunter2");
    let transport = transport(&settings, options(Path::new("/nonexistent"))).unwrap();
    assert!(!format!("{transport:?}").contains("hunter2"));
    let to = ["a@x.cn"];
    let outbox = Memory::with(&[letter("a", &to), letter("b", &to), letter("c", &to)]);
    let (_switch, stop) = Stop::new();
    let ended = deliver(&outbox, &transport, &HandClock::new(), stop).await.unwrap();
    let Drained::LoginRefused { why } = ended else { panic!("{ended:?}") };
    assert!(why.contains("535") && !why.contains("hunter2"), "{why}");
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("AUTH")).count(), 1);
    assert!(matches!(outbox.fate("a"), Some(Attempted::Retry { .. })));
    assert_eq!((outbox.fate("b"), outbox.fate("c")), (None, None), "queued, none lost");
}

#[tokio::test]
async fn a_login_that_is_accepted_says_what_the_settings_say() {
    let server = Server::scripted(&["AUTH PLAIN LOGIN"], Box::new(|_| None));
    let transport =
        transport(&with_login(mail(&server.url()), "hunter2"), options(Path::new("/nonexistent"))).unwrap();
    transport.send(&letter("a", &["a@x.cn"])).await.unwrap();
    assert!(server.lines().contains(&"AUTH PLAIN AG9wcwBodW50ZXIy".to_owned()), "{:?}", server.lines());
}

#[tokio::test]
async fn a_dead_server_is_tried_for_three_days_then_given_up() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let transport = plain(&format!("smtp://127.0.0.1:{port}"));
    let outbox = Memory::with(&[letter("a", &["a@x.cn"])]);
    let clock = HandClock::new();
    let mut delays = Vec::new();
    loop {
        drain(&outbox, &transport, &clock).await.unwrap();
        let now = monthstart::time::Clock::now(&clock);
        let Some(Attempted::Retry { at, .. }) = outbox.fate("a") else { break };
        let delay = at.duration_since(now).as_secs();
        delays.push(delay);
        clock.on(delay);
    }
    assert_eq!(delays[..6], [5, 15, 60, 300, 900, 1_800]);
    assert_eq!(delays.iter().sum::<i64>(), 3 * 86_400 + 1_280);
    assert!(matches!(outbox.fate("a"), Some(Attempted::Failed { .. })));
}

#[tokio::test]
async fn letters_that_cannot_leave_do_not_keep_the_others() {
    let script: support::smtp::Script =
        Box::new(|line| line.contains("slow@").then_some(Reply::Say("451 later")));
    let server = Server::scripted(&[], script);
    let outbox = Memory::with(&[letter("a", &["slow@x.cn"]), letter("b", &["b@x.cn"]), letter("c", &[])]);
    drain(&outbox, &plain(&server.url()), &HandClock::new()).await.unwrap();
    assert!(matches!(outbox.fate("a"), Some(Attempted::Retry { .. })));
    assert_eq!(outbox.fate("b"), Some(Attempted::Sent { refused: None }));
    assert!(matches!(outbox.fate("c"), Some(Attempted::Failed { .. })), "nobody to send it to");
}

#[tokio::test]
async fn the_loop_sends_what_comes_and_ends_when_it_should() {
    let server = Server::usual();
    let outbox = Memory::with(&[letter("a", &["a@x.cn"])]);
    let transport = plain(&server.url());
    let clock = HandClock::new();
    let (switch, stop) = Stop::new();
    let later = async {
        while outbox.fate("a").is_none() {
            tokio::task::yield_now().await;
        }
        outbox.queue(letter("b", &["b@x.cn"]));
        while outbox.fate("b").is_none() {
            tokio::task::yield_now().await;
        }
        switch.send(true).unwrap();
    };
    let (ended, ()) = tokio::join!(deliver(&outbox, &transport, &clock, stop), later);
    assert_eq!(ended.unwrap(), Drained::Empty);
    assert_eq!(server.taken().len(), 2);
}

#[tokio::test]
async fn a_stop_waits_for_the_letter_that_is_on_its_way_and_no_longer() {
    let server = Server::scripted(&[], always("DATA", || Reply::Stall));
    let outbox = Memory::with(&[letter("a", &["a@x.cn"])]);
    let transport: Transport = plain(&server.url());
    let clock = HandClock::new();
    let (switch, stop) = Stop::new();
    let later = async {
        while !server.lines().contains(&"DATA".to_owned()) {
            tokio::task::yield_now().await;
        }
        switch.send(true).unwrap();
    };
    let begun = Instant::now();
    let (ended, ()) = tokio::join!(deliver(&outbox, &transport, &clock, stop), later);
    assert_eq!(ended.unwrap(), Drained::Empty);
    // A letter cut off after its data could have been taken all the same, and would go out twice.
    assert!(begun.elapsed() < Duration::from_secs(6));
    assert!(matches!(outbox.fate("a"), Some(Attempted::Retry { .. })), "its end is known");
}

/// An outbox that cannot be read for the first few times, and may never be written to.
struct Failing {
    left: AtomicU32,
    keeps: bool,
    within: Memory,
}

impl Outbox for Failing {
    type Error = &'static str;
    type Turn = ();

    async fn turn(&self, _: jiff::Timestamp) -> Result<Option<()>, &'static str> {
        Ok(Some(()))
    }

    async fn next_due(&self, now: jiff::Timestamp) -> Result<Option<Letter>, &'static str> {
        if self.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok() {
            return Err("disk full");
        }
        self.within.next_due(now).await.map_err(|never| match never {})
    }

    async fn mended(&self, error: &&'static str) {
        assert_eq!(*error, "disk full");
        tokio::task::yield_now().await;
    }

    async fn record(&self, letter: &Letter, attempted: &Attempted) -> Result<(), &'static str> {
        if !self.keeps {
            return Err("disk full");
        }
        self.within.record(letter, attempted).await.map_err(|never| match never {})
    }
}

#[tokio::test]
async fn an_outbox_that_fails_for_a_while_ends_nothing() {
    let server = Server::usual();
    let outbox = Failing { left: 3.into(), keeps: true, within: Memory::with(&[letter("a", &["a@x.cn"])]) };
    let (transport, clock) = (plain(&server.url()), HandClock::new());
    let (switch, stop) = Stop::new();
    let later = async {
        while outbox.within.fate("a").is_none() {
            tokio::task::yield_now().await;
        }
        switch.send(true).unwrap();
    };
    let both = async { tokio::join!(deliver(&outbox, &transport, &clock, stop), later).0 };
    let ended = tokio::time::timeout(Duration::from_secs(20), both).await;
    assert_eq!(ended.expect("the loop ended and sent nothing"), Ok(Drained::Empty));
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn an_outbox_that_fails_to_the_end_is_what_the_loop_ends_with() {
    let outbox = Failing { left: u32::MAX.into(), keeps: true, within: Memory::default() };
    let (switch, stop) = Stop::new();
    switch.send(true).unwrap();
    let ended = deliver(&outbox, &plain("smtp://127.0.0.1:9"), &HandClock::new(), stop).await;
    assert_eq!(ended, Err("disk full"));
}

#[tokio::test]
async fn a_refused_login_that_cannot_be_written_down_is_not_tried_again() {
    let server =
        Server::scripted(&["AUTH PLAIN LOGIN"], always("AUTH", || Reply::Say("535 5.7.8 bad credentials")));
    let settings = with_login(mail(&server.url()), "hunter2");
    let transport = transport(&settings, options(Path::new("/nonexistent"))).unwrap();
    let outbox = Failing { left: 0.into(), keeps: false, within: Memory::with(&[letter("a", &["a@x.cn"])]) };
    let (_switch, stop) = Stop::new();
    let clock = HandClock::new();
    let ended =
        tokio::time::timeout(Duration::from_secs(20), deliver(&outbox, &transport, &clock, stop)).await;
    assert!(matches!(ended, Ok(Ok(Drained::LoginRefused { .. }))), "{ended:?}");
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("AUTH")).count(), 1);
}
