//! The right to drive a run: one has it, the next one gets it when it is free, and the former one writes nothing more.

use monthstart::store::{Seat, Store, StoreError, Taken, Terms};
use tempfile::TempDir;

use crate::servers::{Kind, base};
use crate::{Host, Place, begun, record, short, until};

async fn take(store: &mut Store, host: &Host, run: &str, terms: Terms) -> Taken {
    Seat::take(store, &host.folder, &run.parse().unwrap(), &host.me, terms).await.unwrap()
}

fn ours(taken: Taken) -> Seat {
    match taken {
        Taken::Ours(seat) => seat,
        Taken::Held(by) => panic!("held by {by:?}"),
    }
}

const RUN: &str = "book/2026-10";

#[tokio::test]
async fn one_has_it_and_the_next_one_gets_it_when_it_is_given_back() {
    for place in Place::all() {
        let host = Host::new("one", 1);
        // On a file all engines share the state folder that it lies in.
        let other = match place {
            Place::File(_) => None,
            Place::Server(_) => Some(Host::new("two", 2)),
        };
        let other = other.as_ref().unwrap_or(&host);
        let (mut store, mut second) = (place.open().await, place.open().await);
        let holder = async |store: &mut Store| {
            Seat::holder(store, &other.folder, &RUN.parse().unwrap()).await.unwrap()
        };
        assert_eq!(holder(&mut second).await, None);
        let seat = ours(take(&mut store, &host, RUN, Terms::default()).await);
        assert_eq!(holder(&mut second).await.as_ref(), Some(&host.me));
        let Taken::Held(by) = take(&mut second, other, RUN, Terms::default()).await else {
            panic!("two have it")
        };
        assert_eq!(by.as_ref(), Some(&host.me));
        ours(take(&mut second, other, "other/2026-10", Terms::default()).await).leave().await;
        seat.leave().await;
        assert_eq!(holder(&mut second).await, None);
        let seat = ours(take(&mut second, other, RUN, Terms::default()).await);
        assert!(seat.may_start().unwrap());
        seat.leave().await;
    }
}

#[tokio::test]
async fn whoever_was_taken_over_writes_nothing_more() {
    let place = Place::Server(base(Kind::Postgres));
    let (one, two) = (Host::new("one", 1), Host::new("two", 2));
    let (mut store, mut second) = (place.open().await, place.open().await);
    let seat = ours(take(&mut store, &one, RUN, short()).await);
    let mut run = begun(&mut store, RUN).await;
    record(&mut store, &mut run).await.unwrap();
    // Its lease is made to run out behind its back, and is taken before it is renewed.
    let taken = until("it is taken", async || {
        place.ask("update seats set until = 0").await;
        match take(&mut second, &two, RUN, short()).await {
            Taken::Ours(seat) => Some(seat),
            Taken::Held(_) => None,
        }
    })
    .await;
    let error = record(&mut store, &mut run).await.unwrap_err();
    assert!(matches!(&error, StoreError::TakenOver { by: Some(by), .. } if *by == two.me), "{error:?}");
    until("it is told", async || seat.may_start().is_err().then_some(())).await;
    seat.changed().await;
    let id = run.state.plan().run.clone();
    assert_eq!(second.events(&id, 0).await.unwrap().len(), 2);
    // People's requests go by the number alone.
    let mut third = place.open().await;
    let mut run = crate::Bench::new(crate::plan(RUN));
    run.record(monthstart::run::Event::RunReleased { by: monthstart::run::By::person("li.na") });
    record(&mut third, &mut run).await.unwrap();
    taken.leave().await;
    seat.leave().await;
    assert!(second.verify(&id).await.unwrap().is_ok());
}

#[tokio::test]
async fn a_lease_is_renewed_as_long_as_its_holder_lives() {
    let place = Place::Server(base(Kind::Postgres));
    let (one, two) = (Host::new("one", 1), Host::new("two", 2));
    let (mut store, mut second) = (place.open().await, place.open().await);
    let seat = ours(take(&mut store, &one, RUN, short()).await);
    let first = place.ask("select until from seats").await;
    let renewed = async || (place.ask("select until from seats").await > first).then_some(());
    until("renewed", renewed).await;
    assert!(matches!(take(&mut second, &two, RUN, short()).await, Taken::Held(Some(_))));
    // On a busy machine the next renewal may be late.
    until("trusted", async || seat.may_start().unwrap().then_some(())).await;
    seat.leave().await;
}

#[tokio::test]
async fn the_dead_of_our_own_home_are_not_waited_for() {
    let place = Place::Server(base(Kind::Postgres));
    let (one, two) = (Host::new("one", 1), Host::new("two", 2));
    let mut store = place.open().await;
    // A holder that is gone without a word: its renewals end with its runtime, its lock with its life.
    let (url, folder, me) = (place.url(), one.folder.clone(), one.me.clone());
    let dead = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let seat = runtime.block_on(async {
            let mut store = Store::open(&url, true).await.unwrap().unwrap();
            ours(Seat::take(&mut store, &folder, &RUN.parse().unwrap(), &me, Terms::default()).await.unwrap())
        });
        drop(runtime);
        drop(seat);
    });
    dead.join().unwrap();
    assert!(
        matches!(take(&mut store, &two, RUN, Terms::default()).await, Taken::Held(Some(by)) if by == one.me)
    );
    ours(take(&mut store, &one, RUN, Terms::default()).await).leave().await;
}

#[tokio::test]
async fn places_are_counted_over_all_runs_and_come_back() {
    for place in Place::all() {
        let one = Host::new("one", 1);
        let two = match place {
            Place::File(_) => None,
            Place::Server(_) => Some(Host::new("two", 2)),
        };
        let two = two.as_ref().unwrap_or(&one);
        let (mut store, mut second) = (place.open().await, place.open().await);
        let first = ours(take(&mut store, &one, RUN, Terms::default()).await);
        let other = ours(take(&mut second, two, "other/2026-10", Terms::default()).await);
        let a = first.take_place(&mut store, "yt", 2).await.unwrap().unwrap();
        let _b = other.take_place(&mut second, "yt", 2).await.unwrap().unwrap();
        assert!(first.take_place(&mut store, "yt", 2).await.unwrap().is_none());
        assert!(other.take_place(&mut second, "yt", 2).await.unwrap().is_none());
        assert!(other.take_place(&mut second, "mpp", 1).await.unwrap().is_some());
        drop(a);
        let back =
            until("a place is free again", async || other.take_place(&mut second, "yt", 2).await.unwrap())
                .await;
        drop(back);
        other.leave().await;
        first.leave().await;
    }
}

#[tokio::test]
async fn places_of_a_run_that_goes_on_elsewhere_are_free() {
    let place = Place::Server(base(Kind::Postgres));
    let (one, two) = (Host::new("one", 1), Host::new("two", 2));
    let (mut store, mut second) = (place.open().await, place.open().await);
    let first = ours(take(&mut store, &one, RUN, short()).await);
    let held = first.take_place(&mut store, "yt", 1).await.unwrap().unwrap();
    let next = until("it is taken", async || {
        place.ask("update seats set until = 0").await;
        match take(&mut second, &two, RUN, short()).await {
            Taken::Ours(seat) => Some(seat),
            Taken::Held(_) => None,
        }
    })
    .await;
    assert!(next.take_place(&mut second, "yt", 1).await.unwrap().is_some());
    drop(held);
    next.leave().await;
}

#[test]
fn a_home_has_one_id_whoever_asks_first() {
    let dir = TempDir::new().unwrap();
    let folder = monthstart::store::StateFolder::at(dir.path().join("state"));
    folder.prepare().unwrap();
    let ask = || {
        let folder = folder.clone();
        std::thread::spawn(move || folder.home().unwrap())
    };
    let all: Vec<_> = (0..16).map(|_| ask()).collect();
    let ids: std::collections::BTreeSet<_> = all.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(ids.len(), 1);
}
