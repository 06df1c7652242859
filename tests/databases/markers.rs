//! Steps take effect once, whatever becomes of connections, engines and servers: their markers tell.

use std::sync::Arc;
use std::time::Duration;

use monthstart::engine::ports::{Doubt, Job, Report};
use monthstart::plan::{Load, LoadMode, Node, TableName, Work};
use monthstart::run::{Failure, Loss, Outcome};

use crate::relay::{Cut, Relay};
use crate::servers::{Base, Kind, base_to_crash};
use crate::world::{Running, World, failure, sql, step, template};
use crate::{SERVERS, loose, on, until, world_at};

/// A project that reaches an empty database through a relay.
fn through(kind: Kind) -> (World, Base, Relay) {
    let (_, base) = on(kind);
    let relay = Relay::to(base.server.port());
    let mut world = world_at(&relay.through(&base.url(), base.server.port()));
    world.limits.away = Duration::from_secs(20);
    base.ask("create table t (n integer not null)");
    (world, base, relay)
}

fn appending(world: &World) -> Node {
    world.write("in.csv", "n\n1\n2\n");
    step(Work::Load(Load {
        file: template("in.csv"),
        encoding: None,
        separator: None,
        into: TableName { connection: "yt".to_owned(), table: "t".to_owned() },
        key: Vec::new(),
        mode: LoadMode::Append,
        filter: None,
    }))
}

/// Each test tells its sleep by a mark of its own: others run on the same server.
fn sleep(kind: Kind, seconds: u32, mark: &str) -> String {
    match kind {
        Kind::Postgres => format!("select pg_sleep({seconds}) as {mark}"),
        Kind::MariaDb => format!("select sleep({seconds}) as {mark}"),
    }
}

/// A second attempt of the same job, which does not know how the first one ended.
fn again(job: &Job) -> Job {
    Job { attempt: job.attempt + 1, doubt: Doubt::Former, ..job.clone() }
}

fn done(outcome: Outcome) -> Vec<String> {
    match outcome {
        Outcome::Succeeded { remarks, .. } => remarks,
        Outcome::Failed { failure } => panic!("{failure:?}"),
    }
}

async fn lost(running: &mut Running) -> Loss {
    loop {
        match tokio::time::timeout(crate::world::LONG, running.reports.recv()).await.unwrap().unwrap() {
            Report::Lost { cause, .. } => return cause,
            Report::Ended { outcome, .. } => panic!("{outcome:?}"),
            Report::NotAtomic { recorded, .. } => recorded.give(),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_commit_that_is_cut_takes_effect_once() {
    for kind in SERVERS {
        for cut in [Cut::Before, Cut::After] {
            for loads in [false, true] {
                let (world, base, relay) = through(kind);
                // A load fills its temporary table in a transaction of its own before.
                relay.cuts(cut, u32::from(loads));
                let node = if loads { appending(&world) } else { sql("insert into t values (1), (2)") };
                let mut running = world.start(node);
                let outcome = running.ended().await;
                let what = format!("{kind:?} {cut:?} load: {loads}");
                assert_eq!(relay.done(), 1, "{what}");
                let Outcome::Succeeded { outputs, remarks } = outcome else { panic!("{what}: {outcome:?}") };
                assert_eq!(base.ask("select count(*) from t"), ["2"], "{what}");
                let rows = if loads { "inserted" } else { "rows" };
                assert_eq!(outputs[rows], 2, "{what}: {outputs:?}");
                let found = remarks.iter().any(|remark| remark.contains("took effect before"));
                assert_eq!(found, cut == Cut::After, "{what}: {remarks:?}");
                assert_eq!(running.numbers.len(), if loads { 5 } else { 0 }, "{what}");
                assert_eq!(base.ask("select count(result) from monthstart_marker"), ["1"], "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_server_that_stays_away_leaves_it_open_and_the_next_attempt_finds_out() {
    for kind in SERVERS {
        for cut in [Cut::Before, Cut::After] {
            let (mut world, base, relay) = through(kind);
            world.limits.away = Duration::from_secs(1);
            relay.cuts(cut, 0);
            relay.shuts();
            let (job, _switch) = world.job(sql("insert into t values (1)"), [].into());
            let end = failure(world.start_job(job.clone()).ended().await);
            assert!(matches!(end, Failure::InDoubt { marked: true, .. }), "{kind:?} {cut:?}: {end:?}");
            relay.opens();
            let remarks = done(world.start_job(again(&job)).ended().await);
            assert_eq!(base.ask("select count(*) from t"), ["1"], "{kind:?} {cut:?}");
            assert_eq!(remarks.len() > 1, cut == Cut::After, "{remarks:?}");
        }
    }
}

/// Whether the commit has outlived the server's death or not: it is there once.
#[tokio::test]
async fn a_server_that_is_killed_at_the_commit_is_asked_when_it_is_back() {
    let base = base_to_crash();
    base.ask("create table t (n integer not null)");
    let relay = Relay::to(base.server.port());
    let world = world_at(&relay.through(&base.url(), base.server.port()));
    relay.cuts(Cut::Silence, 0);
    let mut running = world.start(sql("insert into t values (1)"));
    until("the server has it", || relay.done() == 1).await;
    base.server.crash();
    running.noted("its marker is asked for").await;
    base.server.begin_again();
    done(running.ended().await);
    assert_eq!(base.ask("select count(*) from t"), ["1"]);
}

#[tokio::test]
async fn the_former_attempt_is_waited_for_and_believed() {
    for kind in SERVERS {
        for commits in [true, false] {
            let (world, base) = on(kind);
            base.ask("create table t (n integer not null)");
            let text = format!("insert into t values (1); {}", sleep(kind, 4, "napping"));
            let (job, _switch) = world.job(sql(&text), [].into());
            let mut first = world.start_job(job.clone());
            until("the first one naps", || !base.running("napping").is_empty()).await;
            let mut second = world.start_job(again(&job));
            second.noted("waits until its former attempt").await;
            if !commits {
                base.cut("napping");
            }
            let first = first.ended().await;
            assert_eq!(matches!(first, Outcome::Succeeded { .. }), commits, "{first:?}");
            let remarks = done(second.ended().await);
            assert_eq!(base.ask("select count(*) from t"), ["1"], "{kind:?} commits: {commits}");
            assert_eq!(
                remarks.iter().any(|remark| remark.contains("took effect before")),
                commits,
                "{remarks:?}"
            );
        }
    }
}

/// The strictest isolation shows a waiting transaction nothing of the one that it has waited for.
#[tokio::test]
async fn isolation_of_any_level_hides_no_marker() {
    for level in ["repeatable read", "serializable"] {
        let (world, base) = on(Kind::Postgres);
        base.ask("create table t (n integer not null)");
        base.ask(&format!("alter database {} set default_transaction_isolation = '{level}'", base.name));
        let text = format!("insert into t values (1); {}", sleep(Kind::Postgres, 3, "dozing"));
        let (job, _switch) = world.job(sql(&text), [].into());
        let mut first = world.start_job(job.clone());
        until("the first one naps", || !base.running("dozing").is_empty()).await;
        let mut second = world.start_job(again(&job));
        second.noted("waits until its former attempt").await;
        done(first.ended().await);
        done(second.ended().await);
        assert_eq!(base.ask("select count(*) from t"), ["1"], "{level}");
    }
}

#[tokio::test]
async fn without_the_right_to_a_marker_it_is_not_atomic_and_says_so_before() {
    for kind in SERVERS {
        let (_, base) = on(kind);
        let user = format!("guest_{}", base.name);
        base.ask("create table t (n integer not null)");
        base.ask(&match kind {
            Kind::Postgres => format!(
                "create role {user} login password 'guest'; revoke create on schema public from public; \
                 grant select, insert on t to {user}"
            ),
            Kind::MariaDb => format!(
                "create user {user}@'%' identified by 'guest'; grant select, insert on {}.t to {user}@'%'",
                base.name
            ),
        });
        let world = world_at(&base.url_of(&user, "guest"));
        let mut running = world.start(sql("insert into t values (1)"));
        done(running.ended().await);
        let told = running.notes.iter().filter(|note| note.contains("not atomic: no marker")).count();
        assert_eq!(told, 1, "{kind:?} {:?}", running.notes);
        assert_eq!(base.ask("select count(*) from t"), ["1"]);

        // It does not begin before that is recorded.
        let mut running = world.start(sql("insert into t values (2)"));
        let recorded = loop {
            if let Report::NotAtomic { recorded, .. } = running.reports.recv().await.unwrap() {
                break recorded;
            }
        };
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(base.ask("select count(*) from t"), ["1"], "{kind:?}");
        recorded.give();
        done(running.ended().await);
        assert_eq!(base.ask("select count(*) from t"), ["2"], "{kind:?}");
    }
}

#[tokio::test]
async fn what_commits_by_itself_in_mariadb_is_lost_when_it_was_half_done() {
    let (world, base) = on(Kind::MariaDb);
    base.ask("create table t (n integer not null)");
    base.ask("create table loose (n integer not null) engine = MyISAM");
    base.ask("delimiter //\ncreate procedure p() begin insert into t values (7); commit; end//");
    let nap = sleep(Kind::MariaDb, 300, "half_way");
    for text in [
        "insert into loose values (1)",
        "call p()",
        "create table made (n integer)",
        "insert into `loose` select * from t",
    ] {
        let (job, switch) = world.job(sql(&format!("{text}; {nap}")), [].into());
        let mut first = world.start_job(job.clone());
        until("it is half done", || !base.running("half_way").is_empty()).await;
        base.cut("half_way");
        let end = failure(first.ended().await);
        assert!(matches!(end, Failure::Sql { .. } | Failure::SqlLeft { .. }), "{text}: {end:?}");
        drop(switch);
        // An engine that has not heard of that end does not do it again.
        assert_eq!(lost(&mut world.start_job(again(&job))).await, Loss::Partly, "{text}");
    }
    // What ended is found to have ended, in one transaction or not.
    for text in ["insert into loose values (2)", "call p()", "create table more (n integer)"] {
        let (job, _switch) = world.job(sql(text), [].into());
        let remarks = done(world.start_job(job.clone()).ended().await);
        assert!(remarks.iter().any(|remark| remark.starts_with("not ")), "{text}: {remarks:?}");
        let remarks = done(world.start_job(again(&job)).ended().await);
        assert!(remarks.iter().any(|remark| remark.contains("took effect before")), "{text}: {remarks:?}");
    }
    assert_eq!(base.ask("select count(*) from loose where n = 2"), ["1"]);
}

#[tokio::test]
async fn statements_for_themselves_are_known_to_have_begun_and_to_have_ended() {
    for kind in SERVERS {
        let (world, base) = on(kind);
        base.ask("create table t (n integer not null)");
        let text = format!("insert into t values (1); {}", sleep(kind, 300, "in_between"));
        let (job, _switch) = world.job(loose(&text), [].into());
        let mut first = world.start_job(job.clone());
        until("it is half done", || !base.running("in_between").is_empty()).await;
        base.cut("in_between");
        failure(first.ended().await);
        assert_eq!(lost(&mut world.start_job(again(&job))).await, Loss::Partly, "{kind:?}");
        assert_eq!(base.ask("select count(*) from t"), ["1"], "{kind:?}");

        let (job, _switch) = world.job(loose("insert into t values (2)"), [].into());
        done(world.start_job(job.clone()).ended().await);
        done(world.start_job(again(&job)).ended().await);
        assert_eq!(base.ask("select count(*) from t"), ["2"], "{kind:?}");
    }
}

/// Two projects may have runs of one name, and a project may begin its run anew.
#[tokio::test]
async fn another_run_of_the_same_name_does_everything() {
    for kind in SERVERS {
        let (world, base) = on(kind);
        base.ask("create table t (n integer not null)");
        let (job, _switch) = world.job(sql("insert into t values (1)"), [].into());
        done(world.start_job(job.clone()).ended().await);
        let (other, _switch) = world.job(sql("insert into t values (1)"), [].into());
        assert_eq!(job.token, other.token);
        done(world.start_job(other).ended().await);
        assert_eq!(base.ask("select count(*) from t"), ["2"], "{kind:?}");
    }
}

/// A shadow run writes nothing, no marker either.
#[tokio::test]
async fn a_shadow_run_leaves_no_marker() {
    for kind in SERVERS {
        let (world, base) = on(kind);
        base.ask("create table t (n integer not null)");
        let (mut job, _switch) = world.job(appending(&world), [].into());
        Arc::make_mut(&mut job.plan).shadow = true;
        done(world.start_job(job).ended().await);
        let tables =
            base.ask("select count(*) from information_schema.tables where table_name = 'monthstart_marker'");
        let others = if kind == Kind::MariaDb {
            base.ask("select count(*) from information_schema.tables where table_name = 'monthstart_marker' and table_schema <> database()")
        } else {
            vec!["0".to_owned()]
        };
        assert_eq!(tables, others, "{kind:?}");
        assert_eq!(base.ask("select count(*) from t"), ["0"]);
    }
}
