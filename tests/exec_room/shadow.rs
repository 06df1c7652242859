//! Shadow runs: looked at and followed, nothing submitted or written.

use monthstart::plan::{MailStep, Method, Node, Recipient, Request, Work};
use monthstart::run::Outcome;
use monthstart::runbook::model::ActionKind::{Find, ForcePass, Redo};

use crate::http::request;
use crate::scheduler::{flow, pass, scheduled, verbs};
use crate::server::{Server, answer};
use crate::world::{World, shell, sql, step, template};

async fn remarks(world: &World, node: Node) -> Vec<String> {
    match world.start_shadow(node).ended().await {
        Outcome::Succeeded { remarks, .. } => remarks,
        Outcome::Failed { failure } => panic!("{failure:?}"),
    }
}

#[tokio::test]
async fn flows_are_only_watched() {
    let world = scheduled(&[Find, Redo, ForcePass]);
    for downstream in [false, true] {
        let mut running = world.start_shadow(flow(downstream));
        running.noted("not on the platform yet").await;
        world.write("state-99", "SUCCESS\n");
        world.write("there", "99\n");
        assert!(matches!(running.ended().await, Outcome::Succeeded { .. }));
        std::fs::remove_file(world.file("there")).unwrap();
    }
    assert_eq!(remarks(&world, pass()).await, ["shadow: not done"]);
    assert!(verbs(&world).iter().all(|verb| verb == "find" || verb == "state"), "{:?}", verbs(&world));
    // Where nobody can be asked, nothing is done.
    let blind = scheduled(&[]);
    assert_eq!(remarks(&blind, flow(false)).await, ["shadow: not done"]);
    assert_eq!(verbs(&blind), Vec::<String>::new());
}

#[tokio::test]
async fn programs_and_statements_are_left_out() {
    let mut world = World::new();
    world.database("yt", "create table t (a int)").await;
    assert_eq!(remarks(&world, shell("echo x >made")).await, ["shadow: not done"]);
    assert_eq!(remarks(&world, sql("insert into t values (1)")).await, ["shadow: not done"]);
    assert!(!world.file("made").exists());
    assert_eq!(world.query("yt", "select count(*) from t").await, [0]);
}

#[tokio::test]
async fn requests_that_change_nothing_are_made_and_letters_are_only_told() {
    let server = Server::start(|_| answer("200 OK", "ok"));
    let world = World::new();
    let http = |method| step(Work::Http(request(method, &format!("{}/x", server.url))));
    assert_eq!(remarks(&world, http(Method::Post)).await, ["shadow: not done"]);
    assert_eq!(server.asked().len(), 0);
    let keyed = Request { key: Some(template("k")), ..request(Method::Put, &server.url) };
    assert_eq!(remarks(&world, step(Work::Http(keyed))).await, ["shadow: not done"]);
    assert_eq!(remarks(&world, http(Method::Get)).await, ["the server answered 200, 2 bytes"]);
    let to = vec![Recipient::Text(template("a@b"))];
    let letter = step(Work::Mail(MailStep { to, subject: template("s"), text: template("t") }));
    assert_eq!(remarks(&world, letter).await, ["shadow: not done", "a letter to a@b: s"]);
}
