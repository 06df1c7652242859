//! Who drives a run hears what others record of it, and nothing of its own; and where something between keeps it from
//! being heard it is asked.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use monthstart::store::{Seat, Store, Taken, Terms};
use tokio::time::{Instant, timeout};

use crate::servers::{Kind, base};
use crate::{Host, Place, begun, record, until};

const RUN: &str = "book/2026-10";
/// A lease so long that no renewal comes in between.
const LONG: Duration = Duration::from_mins(30);
/// An engine that hears nothing asks as often.
const ASKS: Duration = Duration::from_secs(1);

async fn seat(store: &mut Store, host: &Host) -> Seat {
    match Seat::take(store, &host.folder, &RUN.parse().unwrap(), &host.me, Terms::of(LONG)).await.unwrap() {
        Taken::Ours(seat) => seat,
        Taken::Held(by) => panic!("held by {by:?}"),
    }
}

/// What an engine does when it waits, for a moment: it looks when there may be something.
async fn look(store: &mut Store) {
    let id = RUN.parse().unwrap();
    if store.may_have_news() {
        store.events(&id, 0).await.unwrap();
    }
}

#[tokio::test]
async fn what_others_record_is_heard_and_nothing_of_ones_own() {
    let place = Place::Server(base(Kind::Postgres));
    let host = Host::new("one", 1);
    let (mut store, mut other) = (place.open().await, place.open().await);
    let mut run = begun(&mut store, RUN).await;
    let mut elsewhere = begun(&mut other, "other/2026-10").await;
    let seat = seat(&mut store, &host).await;
    until("it hears", async || {
        look(&mut store).await;
        (store.nap() > ASKS && !store.may_have_news()).then_some(())
    })
    .await;
    let still = Duration::from_millis(300);
    record(&mut store, &mut run).await.unwrap();
    record(&mut other, &mut elsewhere).await.unwrap();
    assert!(timeout(still, store.stirred()).await.is_err(), "its own, and another run's");
    for _ in 0..3 {
        let before = Instant::now();
        record(&mut other, &mut run).await.unwrap();
        timeout(Duration::from_secs(10), store.stirred()).await.unwrap();
        assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
        assert!(store.expect_news() && store.may_have_news() && !store.may_have_news());
        let seen = store.events(&RUN.parse().unwrap(), run.state.seq() - 1).await.unwrap();
        assert_eq!(seen.len(), 1);
        assert!(timeout(still, store.stirred()).await.is_err(), "it is heard once");
    }
    seat.leave().await;
    assert!(store.nap() <= ASKS, "nobody listens any more");
}

/// A relay to a server that lets everything through but what the server says without having been asked: as pools do that
/// give each transaction another connection.
fn deaf(server: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (client, server) = (client.unwrap(), TcpStream::connect(("127.0.0.1", server)).unwrap());
            let (mut asking, mut asked) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut asking, &mut asked));
            std::thread::spawn(move || answers(server, client));
        }
    });
    port
}

/// The server's messages: a letter, a length with itself, and so much less four.
fn answers(mut server: TcpStream, mut client: TcpStream) -> std::io::Result<()> {
    loop {
        let mut head = [0; 5];
        server.read_exact(&mut head)?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let mut body = vec![0; length as usize - 4];
        server.read_exact(&mut body)?;
        if head[0] != b'A' {
            client.write_all(&head)?;
            client.write_all(&body)?;
        }
    }
}

#[tokio::test]
async fn behind_somebody_who_lets_nothing_be_heard_it_is_asked() {
    let base = base(Kind::Postgres);
    let port = base.server.port();
    let url = base.url().replace(&port.to_string(), &deaf(port).to_string());
    let host = Host::new("one", 1);
    let mut store = Store::open(&format!("{url}?sslmode=disable"), true).await.unwrap().unwrap();
    let mut run = begun(&mut store, RUN).await;
    let seat = seat(&mut store, &host).await;
    let said = "select count(*) from pg_stat_activity where datname = current_database() and query like 'select cast(pg_notify%'";
    until("it has tried whether it hears", async || {
        store.may_have_news();
        store.events(&RUN.parse().unwrap(), 0).await.unwrap();
        (base.ask(said) != ["0"]).then_some(())
    })
    .await;
    let mut other = Place::Server(base).open().await;
    for _ in 0..2 {
        record(&mut other, &mut run).await.unwrap();
        assert!(timeout(ASKS, store.stirred()).await.is_err());
        let end = Instant::now() + 2 * ASKS;
        while !store.may_have_news() {
            assert!(store.nap() <= ASKS && Instant::now() < end);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(store.events(&RUN.parse().unwrap(), run.state.seq() - 1).await.unwrap().len(), 1);
    }
    seat.leave().await;
}
