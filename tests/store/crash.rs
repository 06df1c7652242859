//! A server that is killed and started again under those who use it: nothing is lost, nothing is there twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use monthstart::store::{Patience, Store};

use crate::servers::base_to_crash;
use crate::{begun, record};

/// So often in the short form.
const OFTEN: usize = 3;

#[tokio::test]
async fn what_is_appended_while_the_server_is_killed_again_and_again_is_there_once() {
    let base = base_to_crash();
    let mut store = Store::open(&base.url(), true).await.unwrap().unwrap();
    let said = Arc::new(AtomicU64::new(0));
    let heard = Arc::clone(&said);
    let (_never, stop) = tokio::sync::watch::channel(false);
    let teller = move |_| {
        heard.fetch_add(1, Ordering::Relaxed);
    };
    store.wait_with(Patience::of_an_engine(Arc::new(teller), stop));
    let mut run = begun(&mut store, "book/2026-10").await;
    let (done, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let killer = {
        let (done, written, server) = (Arc::clone(&done), Arc::clone(&written), base.server);
        tokio::task::spawn_blocking(move || {
            for _ in 0..OFTEN {
                // Some work was done since the last time.
                let before = written.load(Ordering::Relaxed);
                while written.load(Ordering::Relaxed) < before + 20 {
                    std::thread::yield_now();
                }
                server.crash();
                server.begin_again();
            }
            done.store(true, Ordering::Relaxed);
        })
    };
    while !done.load(Ordering::Relaxed) {
        record(&mut store, &mut run).await.unwrap();
        written.fetch_add(1, Ordering::Relaxed);
    }
    killer.await.unwrap();
    let id = run.state.plan().run.clone();
    assert_eq!(store.events(&id, 0).await.unwrap(), run.records);
    assert!(store.verify(&id).await.unwrap().is_ok());
    assert!(said.load(Ordering::Relaxed) >= 2, "it is told that it is away, and that it is back");
}

#[tokio::test]
async fn who_does_not_want_to_wait_any_longer_does_not() {
    let base = base_to_crash();
    let mut store = Store::open(&base.url(), true).await.unwrap().unwrap();
    let mut run = begun(&mut store, "book/2026-10").await;
    let (leave, stop) = tokio::sync::watch::channel(false);
    let teller = move |_| {
        // As soon as it is told.
        leave.send_replace(true);
    };
    store.wait_with(Patience::of_an_engine(Arc::new(teller), stop));
    base.server.crash();
    let error = record(&mut store, &mut run).await.unwrap_err();
    assert!(error.is_gone(), "{error:?}");
    base.server.begin_again();
}
