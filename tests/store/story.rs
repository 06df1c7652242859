//! The story: the same on every database.

use monthstart::id::HomeId;
use monthstart::run::MailStatus;
use monthstart::run::RunStatus;
use monthstart::store::{Broken, MonthNumber, RunRow, Sending, Store, StoreError};

use crate::servers::{Kind, base};
use crate::{Place, batch, begun, letter, night, plan, record};

#[tokio::test]
async fn what_is_recorded_comes_back_as_it_was() {
    for place in Place::all() {
        let run = night("book/2026-10");
        assert!(Store::open(&place.url(), false).await.unwrap().is_none(), "nothing is made by looking");
        let mut store = place.open().await;
        store.create(run.state.plan(), &batch(&run, 1)).await.unwrap();
        for seq in 2..=run.state.seq() {
            store.append(&batch(&run, seq), seq - 1).await.unwrap();
        }
        store.close().await;
        let mut store = Store::open(&place.url(), false).await.unwrap().unwrap();
        let id = run.state.plan().run.clone();
        assert_eq!(store.events(&id, 0).await.unwrap(), run.records);
        assert_eq!(store.events(&id, 5).await.unwrap(), run.records[5..]);
        assert_eq!(store.plan(&id).await.unwrap(), **run.state.plan());
        let rows = store.runs().await.unwrap();
        assert_eq!(rows, [RunRow::of(&run.state, jiff::Timestamp::UNIX_EPOCH)]);
        assert_eq!(rows[0].status, RunStatus::Succeeded);
        let whole = store.verify(&id).await.unwrap().unwrap();
        assert_eq!(whole.events, run.state.seq());
        assert!(matches!(store.plan(&"x/2026-10".parse().unwrap()).await, Err(StoreError::NoSuchRun(_))));
        store.probe().await.unwrap();
        store.close().await;
    }
}

#[tokio::test]
async fn a_change_behind_its_back_is_found() {
    for place in Place::all() {
        let mut store = place.open().await;
        let mut run = begun(&mut store, "book/2026-10").await;
        for _ in 0..3 {
            record(&mut store, &mut run).await.unwrap();
        }
        let id = run.state.plan().run.clone();
        place.ask("update events set body = replace(body, 'zhang', 'zhong') where seq = 3").await;
        let broken = store.verify(&id).await.unwrap().unwrap_err();
        assert_eq!(broken, Broken::Hash { seq: 3 });
        place.ask("update events set body = replace(body, 'zhong', 'zhang') where seq = 3").await;
        assert!(store.verify(&id).await.unwrap().is_ok());
        place.ask("delete from events where seq = 2").await;
        assert_eq!(store.verify(&id).await.unwrap().unwrap_err(), Broken::Number { wanted: 2, found: 3 });
    }
}

/// Everybody at once; how many came through, and what the others were told.
async fn race<T, F>(many: usize, work: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> = (0..many).map(|number| tokio::spawn(work(number))).collect();
    let mut ends = Vec::new();
    for task in tasks {
        ends.push(task.await.unwrap());
    }
    ends
}

#[tokio::test]
async fn of_twenty_who_begin_at_once_one_is_first() {
    for place in Place::all() {
        let url = place.url();
        let ends = race(20, |_| {
            let url = url.clone();
            async move {
                let mut store = Store::open(&url, true).await.unwrap().unwrap();
                let run = crate::Bench::new(plan("book/2026-10"));
                let end = store.create(run.state.plan(), &batch(&run, 1)).await;
                store.close().await;
                end
            }
        })
        .await;
        let (first, late): (Vec<_>, Vec<_>) = ends.into_iter().partition(Result::is_ok);
        assert_eq!(first.len(), 1);
        assert!(late.iter().all(|end| matches!(end, Err(StoreError::RunExists(_)))), "{late:?}");
    }
}

#[tokio::test]
async fn of_many_who_append_at_a_number_one_is_first_and_the_rest_are_behind() {
    for place in Place::all() {
        let mut store = place.open().await;
        let first = begun(&mut store, "book/2026-10").await;
        let url = place.url();
        for number in 0..5 {
            let ends = race(8, |_| {
                let url = url.clone();
                async move {
                    let mut store = Store::open(&url, false).await.unwrap().unwrap();
                    let mut run = crate::Bench::new(plan("book/2026-10"));
                    for _ in 0..number {
                        let by = monthstart::run::By::person("li.na");
                        run.record(monthstart::run::Event::RunReleased { by });
                    }
                    let end = record(&mut store, &mut run).await;
                    store.close().await;
                    end
                }
            })
            .await;
            let (first, late): (Vec<_>, Vec<_>) = ends.into_iter().partition(Result::is_ok);
            assert_eq!(first.len(), 1);
            assert!(late.iter().all(|end| matches!(end, Err(StoreError::Behind))), "{late:?}");
        }
        let id = first.state.plan().run.clone();
        let there = store.events(&id, 0).await.unwrap();
        assert_eq!(there.iter().map(|record| record.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
        assert!(store.verify(&id).await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn letters_are_claimed_by_one_and_keep_how_their_sending_goes() {
    for place in Place::all() {
        let (mut store, mut other) = (place.open().await, place.open().await);
        let run = crate::Bench::new(plan("book/2026-10"));
        let mut with_letter = batch(&run, 1);
        with_letter.letters = vec![letter(1)];
        store.create(run.state.plan(), &with_letter).await.unwrap();
        let now: jiff::Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let [here, there] = ["0a", "0b"].map(|digits| HomeId::new(&digits.repeat(16)).unwrap());
        let claimed = store.claim_letter(now, &here).await.unwrap().unwrap();
        assert_eq!(claimed.letter, letter(1));
        other.hurry_letters(now, &there).await.unwrap();
        assert_eq!(other.claim_letter(now, &there).await.unwrap(), None, "it is being sent elsewhere");
        other.hurry_letters(now, &here).await.unwrap();
        assert!(other.claim_letter(now, &here).await.unwrap().is_some(), "its sender is dead");
        let later = now + jiff::SignedDuration::from_mins(3);
        assert_eq!(other.claim_letter(later, &there).await.unwrap().unwrap().letter, letter(1));
        let sending = Sending {
            status: MailStatus::Sent,
            attempts: 2,
            due_at: now,
            fates: "{}".to_owned(),
            error: Some("li.na@example.com: 550 不在".to_owned()),
        };
        other.record_sending("letter-1", &sending).await.unwrap();
        store.hurry_letters(later, &here).await.unwrap();
        assert_eq!(store.claim_letter(later, &here).await.unwrap(), None);
        let letters = store.letters(Some(&run.state.plan().run)).await.unwrap();
        assert_eq!(letters[0].sending, sending);
        assert_eq!(store.letters(None).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_number_seen_again_takes_the_place_of_the_former_one() {
    for place in Place::all() {
        let mut store = place.open().await;
        for (run, values) in
            [("book/2026-08", vec!["7", "8"]), ("book/2026-09", vec!["12345678901234567890.5"])]
        {
            let mut bench = begun(&mut store, run).await;
            for value in values {
                bench.record(monthstart::run::Event::StepEnded {
                    step: monthstart::run::StepPath("s/a".to_owned()),
                    attempt: 1,
                    outcome: monthstart::run::Outcome::Succeeded { outputs: [].into(), remarks: vec![] },
                    numbers: vec![monthstart::run::Number { series: "rows".into(), value: value.into() }],
                });
                let seq = bench.state.seq();
                store.append(&batch(&bench, seq), seq - 1).await.unwrap();
            }
        }
        let seen = |month: &str, value: &str| MonthNumber {
            series: "rows".to_owned(),
            month: month.parse().unwrap(),
            value: value.to_owned(),
        };
        let numbers =
            store.numbers("s/a", "2026-08".parse().unwrap(), "2026-10".parse().unwrap()).await.unwrap();
        assert_eq!(numbers, [seen("2026-08", "8"), seen("2026-09", "12345678901234567890.5")]);
        let none =
            store.numbers("s/a", "2026-09".parse().unwrap(), "2026-09".parse().unwrap()).await.unwrap();
        assert_eq!(none, []);
    }
}

#[tokio::test]
async fn journals_of_two_projects_stand_beside_each_other_in_one_database() {
    let base = base(Kind::Postgres);
    base.ask("create table events (mine int)");
    let mut stores = Vec::new();
    for schema in ["", "?schema=night_shift"] {
        let mut store = Store::open(&format!("{}{schema}", base.url()), true).await.unwrap().unwrap();
        begun(&mut store, "book/2026-10").await;
        stores.push(store);
    }
    let schemas = base.ask("select schemaname from pg_tables where tablename = 'runs' order by 1");
    assert_eq!(schemas, ["monthstart", "night_shift"]);
    assert_eq!(base.ask("select count(*) from public.events"), ["0"]);
}

#[tokio::test]
async fn whoever_may_not_make_schemas_may_be_given_one() {
    let base = base(Kind::Postgres);
    base.ask("create role clerk login password 'clerk-word'");
    let url = base.url_of("clerk", "clerk-word");
    let Err(StoreError::Database { source, .. }) = Store::open(&url, true).await else {
        panic!("it was let")
    };
    assert!(source.to_string().contains("permission denied"), "{source}");
    base.ask("create schema monthstart authorization clerk");
    let mut store = Store::open(&url, true).await.unwrap().unwrap();
    begun(&mut store, "book/2026-10").await;
}

#[tokio::test]
async fn what_cannot_be_reached_says_so_without_the_password() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gone = format!("postgres://u:s3cret-one@127.0.0.1:{port}/x");
    let error = Store::open(&gone, true).await.unwrap_err();
    assert!(matches!(error, StoreError::Gone { .. }), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("s3cret"), "{error:?}");
    let base = base(Kind::Postgres);
    let asked = || base.server.log().matches("authentication failed").count();
    let before = asked();
    let error = Store::open(&base.url_of("boss", "wr0ng-p@ss"), true).await.unwrap_err();
    assert!(matches!(error, StoreError::Denied { .. }), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("wr0ng"), "{error:?}");
    crate::until("the server has told of it", async || (asked() > before).then_some(())).await;
    assert_eq!(asked(), before + 1, "a wrong password is tried once");
}

#[tokio::test]
async fn a_commit_that_is_acknowledged_is_on_the_disk() {
    // The server's own default is off.
    let base = base(Kind::Postgres);
    let mut store = Store::open(&base.url(), true).await.unwrap().unwrap();
    begun(&mut store, "book/2026-10").await;
    base.ask("create function monthstart.told() returns trigger language plpgsql as $$ begin \
              insert into public.seen select name, setting from pg_settings where name in ('synchronous_commit', \
              'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'application_name'); \
              return null; end $$");
    base.ask("create table seen (name text, setting text)");
    base.ask("create trigger told after insert on monthstart.events execute function monthstart.told()");
    let mut run = crate::Bench::new(plan("book/2026-10"));
    record(&mut store, &mut run).await.unwrap();
    assert_eq!(
        base.ask("select * from seen order by name"),
        [
            "application_name|monthstart",
            "idle_in_transaction_session_timeout|3000",
            "lock_timeout|5000",
            "statement_timeout|15000",
            "synchronous_commit|on"
        ]
    );
}
