//! An engine that leaves in order while SQL runs, and an engine that finds what failed in doubt: the marker tells the next
//! one, and no person has to.

use crate::harness::{PATIENCE, Project, poll};
use crate::markers::{SERVERS, before_it_hears_of_the_commit, nap, on, sql};
use crate::relay::Cut;
use crate::servers::{Base, Kind};
use rustix::process::Signal;
use serde_json::Value;

fn events(project: &Project, kind: &str) -> Vec<Value> {
    let events = project.ms("events --json").code(0).json_lines();
    events.into_iter().filter(|event| event["kind"] == kind).collect()
}

#[track_caller]
fn napping(base: &Base, mark: &str) {
    assert!(poll(PATIENCE, || (!base.running(mark).is_empty()).then_some(())).is_some());
}

#[test]
fn a_statement_that_was_cut_short_by_leaving_begins_again_by_itself() {
    for kind in SERVERS {
        for signals in [&[Signal::TERM][..], &[Signal::INT, Signal::INT], &[Signal::QUIT]] {
            let text = format!("insert into t values (1); {}", nap(kind, "cut_short"));
            let (project, base, _relay) = on(kind, &sql(&text));
            let live = project.start();
            napping(&base, "cut_short");
            for signal in signals {
                live.signal(*signal);
            }
            live.finish(PATIENCE).code(130);
            assert_eq!(base.ask("select count(*) from t"), ["0"], "{kind:?}");
            assert_eq!(base.running("cut_short"), [""; 0], "{kind:?}: it still runs on the server");
            assert!(events(&project, "step_ended").is_empty(), "{kind:?}: nobody has stopped it");
            project.resume().code(0);
            assert_eq!(base.ask("select count(*) from t"), ["1"], "{kind:?}");
            assert_eq!(project.status().step("a")["attempt"], 2, "{kind:?}");
        }
    }
}

#[test]
fn a_commit_that_nobody_heard_of_when_leaving_is_found_by_its_marker() {
    before_it_hears_of_the_commit(|live| {
        live.signal(Signal::TERM);
        live.finish(PATIENCE).code(130);
    });
}

#[test]
fn engines_that_leave_in_order_never_park_a_statement() {
    let count = "with recursive c (x) as (select 1 union all select x + 1 from c, size where x < n) select count(*) from c";
    let project =
        Project::of(&format!("1:\n  - {{name: a, connection: yt, sql: \"insert into t {count}\"}}\n")).yt();
    project.sql("create table size (n integer); insert into size values (1000000000000)");
    let mut live = project.start();
    for attempt in 1..=4 {
        project.until("it counts", |s| s.is("a", "running") && s.step("a")["attempt"] == attempt);
        live.signal(Signal::TERM);
        live.finish(PATIENCE).code(130);
        if attempt == 4 {
            project.sql("update size set n = 3");
        }
        live = project.drive();
    }
    live.finish(PATIENCE).code(0);
    assert_eq!(project.query("select a from t"), ["3"]);
    let lost = events(&project, "step_lost");
    assert!(lost.iter().all(|event| event["cause"]["kind"] == "left" && event["again"] == true), "{lost:?}");
}

#[test]
fn what_has_no_marker_is_stopped_by_leaving_and_never_begins_again_by_itself() {
    let text = format!("insert into t values (1); {}", nap(Kind::MariaDb, "guest_left"));
    let (project, base, relay) = on(Kind::MariaDb, &sql(&text));
    let user = format!("left_{}", base.name);
    base.ask(&format!(
        "create user {user}@'%' identified by 'guest'; grant select, insert on {}.t to {user}@'%'",
        base.name
    ));
    let project = project.env("DB_URL", &relay.through(&base.url_of(&user, "guest"), base.server.port()));
    let live = project.start();
    napping(&base, "guest_left");
    live.signal(Signal::TERM);
    live.finish(PATIENCE).code(130);
    project.status().are(&[("a", "failed")]);
    project.resume().code(4);
    assert_eq!(base.ask("select count(*) from t"), ["0"]);
    project.ms("retry a").code(0);
    project.resume().code(0);
    assert_eq!(base.ask("select count(*) from t"), ["1"]);
}

#[test]
fn what_is_no_one_transaction_is_looked_up_by_a_person_after_leaving() {
    for kind in SERVERS {
        let text = format!("insert into t values (1); {}", nap(kind, "in_pieces"));
        let (project, base, _relay) =
            on(kind, &format!("{{name: a, connection: db, transaction: false, sql: \"{text}\"}}"));
        let live = project.start();
        napping(&base, "in_pieces");
        live.signal(Signal::TERM);
        live.finish(PATIENCE).code(130);
        project.resume().code(4);
        project.status().are(&[("a", "lost")]);
        assert_eq!(base.ask("select count(*) from t"), ["1"], "{kind:?}: it began twice");
    }
}

/// What failed because nobody could hear how its commit ended.
#[test]
fn what_failed_in_doubt_is_settled_by_the_next_engine() {
    for kind in SERVERS {
        for cut in [Cut::Before, Cut::After] {
            let step = "{name: a, connection: db, timeout: 2s, sql: \"insert into t values (1)\"}";
            let (project, base, relay) = on(kind, step);
            relay.cuts(cut, 0);
            relay.shuts();
            project.run().code(4).says("its marker tells");
            project.status().are(&[("a", "failed")]);
            relay.opens();
            let out = project.resume().code(0);
            assert_eq!(base.ask("select count(*) from t"), ["1"], "{kind:?} {cut:?}\n{out}");
            let lost = events(&project, "step_lost");
            assert_eq!(lost.len(), 1);
            assert_eq!(lost[0]["cause"]["kind"], "unheard");
            let found = project.ms("events --json").all().contains("took effect before");
            assert_eq!(found, cut == Cut::After, "{kind:?}");
            assert!(events(&project, "step_retried").is_empty(), "no person has");
        }
    }
}
