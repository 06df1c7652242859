//! A platform is asked by SQL and by requests as well as by commands.

use std::collections::BTreeMap;

use monthstart::plan::project::{Means, Platform};
use monthstart::plan::{Method, Request, SqlText};
use monthstart::run::event::Json;
use monthstart::run::{Failure, Outcome};
use monthstart::runbook::model::ActionKind;

use crate::http::request;
use crate::scheduler::{action, flow, follow, pass, polled};
use crate::server::{Server, answer};
use crate::world::{World, template};

fn sql(text: &str) -> Means {
    Means::Sql { text: SqlText::Text(template(text)), transaction: true }
}

#[tokio::test]
async fn a_scheduler_of_tables_is_asked_by_sql() {
    let mut world = World::new();
    world
        .database(
            "yt",
            "create table flow (id integer primary key, name text, batch text, token text, n int)",
        )
        .await;
    let poll = "update flow set n = n + 1 where id = :id;
                select case when n > 2 then 'SUCCESS' when n < 0 then 'FAILED reason=' || token else 'RUNNING' end
                from flow where id = :id";
    let actions = BTreeMap::from([
        (ActionKind::Find, action(sql("select id from flow where name = :flow and batch = :batch"))),
        (
            ActionKind::Submit,
            action(sql("insert into flow (name, batch, token, n) values (:flow, :batch, :token, 0);
                        select last_insert_rowid()")),
        ),
        (ActionKind::Poll, polled(action(sql(poll)))),
        (ActionKind::ForcePass, action(sql("update flow set n = 9 where name = :flow and batch = :batch"))),
    ]);
    let connection = Some("yt".to_owned());
    world.platform("s", Platform { connection, limit: None, encoding: None, actions });
    let mut running = world.start(flow(false));
    running.noted("1: RUNNING").await;
    let Outcome::Succeeded { outputs, .. } = running.ended().await else { panic!() };
    assert_eq!(outputs["id"], Json::from("1"));
    assert_eq!(
        world.query("yt", "select count(*) from flow where batch = '202610' and token = 'tok-1'").await,
        [1]
    );
    // It is there now: nobody submits it again.
    let (_, remarks) = world.works(flow(false)).await;
    assert_eq!(remarks, ["done already on the platform as 1: not submitted by us"]);
    assert_eq!(world.works(follow()).await.0["id"], Json::from("1"));
    world.query("yt", "update flow set n = -9 returning n").await;
    assert_eq!(world.fails(follow()).await, Failure::Flow { reason: "tok-1".to_owned() });
    let (_, remarks) = world.works(pass()).await;
    assert_eq!(remarks, ["Dim was passed: the platform counts it as done"]);
}

#[tokio::test]
async fn a_scheduler_behind_a_server_is_asked_by_requests() {
    let server = Server::start(|asked| {
        let mut words = asked.line.split(' ');
        match (words.next().unwrap(), words.next().unwrap()) {
            ("GET", "/flows/Dim/202610") => answer("404 Not Found", "no such flow"),
            ("POST", "/flows") if asked.header("idempotency-key") == Some("tok-1") => {
                answer("201 Created", &format!("77 {}", asked.body))
            }
            ("GET", "/flows/77") => answer("200 OK", "SUCCESS"),
            ("GET", "/flows/77/log") => answer("200 OK", "read 12 rows"),
            _ => answer("500 Internal Server Error", ""),
        }
    });
    let mut world = World::new();
    let get = |path: &str| Means::Http(request(Method::Get, &format!("{}{path}", server.url)));
    let submit = Request {
        body: Some(template(r#"{"flow": "{{ flow }}", "batch": "{{ batch }}"}"#)),
        key: Some(template("{{ token }}")),
        ..request(Method::Post, &format!("{}/flows", server.url))
    };
    let actions = BTreeMap::from([
        (ActionKind::Find, action(get("/flows/{{ flow }}/{{ batch }}"))),
        (ActionKind::Submit, action(Means::Http(submit))),
        (ActionKind::Poll, polled(action(get("/flows/{{ id }}")))),
        (ActionKind::Log, action(get("/flows/{{ id }}/log"))),
    ]);
    world.platform("s", Platform { connection: None, limit: None, encoding: None, actions });
    assert_eq!(world.works(flow(false)).await.0["id"], Json::from("77"));
    let asked = server.asked();
    assert_eq!(asked[1].body, r#"{"flow": "Dim", "batch": "202610"}"#);
    assert!(world.logged().contains("read 12 rows"), "{}", world.logged());
}
