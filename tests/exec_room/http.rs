//! Requests to a server of the test: what is sent, what is taken for an answer, what is said when none comes.

use std::collections::BTreeMap;
use std::time::Duration;

use monthstart::plan::{EnvValue, Method, Node, Poll, Request, Wait, Work};
use monthstart::run::event::Json;
use monthstart::run::{Failure, Outcome};

use crate::server::{Server, answer, with_headers};
use crate::world::{World, step, template, within};

pub(crate) fn request(method: Method, url: &str) -> Request {
    Request { method, url: template(url), headers: BTreeMap::new(), body: None, expect: None, key: None }
}

fn http(request: Request) -> Node {
    step(Work::Http(request))
}

fn get(server: &Server, path: &str) -> Request {
    request(Method::Get, &format!("{}{path}", server.url))
}

fn post(server: &Server, body: &str) -> Request {
    Request { body: Some(template(body)), ..request(Method::Post, &format!("{}/jobs", server.url)) }
}

fn with_city(mut node: Node, city: &str) -> Node {
    node.vars.insert("city".to_owned(), city.to_owned());
    node
}

#[tokio::test]
async fn an_answer_gives_its_status_and_the_members_of_its_json() {
    let body = r#"{"rows": 12, "ok": true, "note": "done", "none": null, "list": [1], "deep": {"a": 1}}"#;
    let server = Server::start(move |_| answer("201 Created", body));
    let world = World::new();
    let mut node = http(get(&server, "/a/{{ city }}?month={{ month }}&q={{ city }}"));
    node.outputs.insert("count".to_owned(), r#""rows": (\d+)"#.to_owned());
    let (outputs, remarks) = world.works(with_city(node, "南京/../x&y=1#?")).await;
    let names: Vec<&str> = outputs.keys().map(String::as_str).collect();
    assert_eq!(names, ["count", "none", "note", "ok", "rows", "status"]);
    assert_eq!((&outputs["status"], &outputs["count"]), (&Json::from(201), &Json::from(12)));
    assert_eq!(remarks, [format!("the server answered 201, {} bytes", body.len())]);
    let encoded = "%E5%8D%97%E4%BA%AC%2F..%2Fx%26y%3D1%23%3F";
    assert_eq!(server.asked()[0].line, format!("GET /a/{encoded}?month=2026-10&q={encoded} HTTP/1.1"));
    assert!(world.logged().contains("── GET http://127.0.0.1:"), "{}", world.logged());
}

#[tokio::test]
async fn a_value_in_a_body_stays_one_value() {
    let server = Server::start(|_| answer("200 OK", "ok"));
    let world = World::new();
    let evil = r#"a", "admin": "yes"#;
    world.works(with_city(http(post(&server, r#"{"city": "{{ city }}", "n": {{ params.n }}}"#)), evil)).await;
    let mut form = post(&server, "city={{ city }}&n={{ params.n }}");
    let kind = EnvValue::Text(template("application/x-www-form-urlencoded"));
    form.headers.insert("Content-Type".to_owned(), kind);
    world.works(with_city(http(form), "a&admin=1")).await;
    world.works(with_city(http(post(&server, "city: {{ city }}")), evil)).await;
    let asked = server.asked();
    let sent: Json = serde_json::from_str(&asked[0].body).unwrap();
    assert_eq!(sent, serde_json::json!({"city": evil, "n": 7}));
    assert_eq!(asked[0].header("content-type"), Some("application/json"));
    assert_eq!(asked[1].body, "city=a%26admin%3D1&n=7");
    assert_eq!(asked[2].body, format!("city: {evil}"));
    let Failure::NotStarted { why } = world.fails(http(post(&server, "{broken"))).await else { panic!() };
    assert!(why.contains("not JSON"), "{why}");
}

#[tokio::test]
async fn a_value_says_neither_the_server_nor_a_header_nor_a_place_above() {
    let server = Server::start(|_| answer("200 OK", "ok"));
    let world = World::new();
    let refused = async |request: Request, city: &str| {
        let Failure::NotStarted { why } = world.fails(with_city(http(request), city)).await else { panic!() };
        why
    };
    let elsewhere = request(Method::Get, "http://{{ city }}/x");
    assert!(refused(elsewhere, "127.0.0.1").await.contains("which server"));
    assert!(refused(get(&server, "/a/{{ city }}/b"), "..").await.contains("not an address"));
    assert!(refused(request(Method::Get, "file:///etc/passwd"), "").await.contains("not an address"));
    let mut header = get(&server, "/");
    header.headers.insert("X-City".to_owned(), EnvValue::Text(template("{{ city }}")));
    assert!(refused(header.clone(), "a\r\nX-Admin: 1").await.contains("X-City"));
    let length = get(&server, "/");
    let named = |name: &str| {
        let mut request = length.clone();
        request.headers.insert(name.to_owned(), EnvValue::Text(template("1")));
        request
    };
    for name in ["Content-Length", "Host", "a b", "X:Y"] {
        assert!(refused(named(name), "").await.contains(name));
    }
    assert_eq!(server.asked().len(), 0);
    world.works(with_city(http(header), "南京")).await;
    assert_eq!(server.asked()[0].header("x-city"), Some("南京"));
}

#[tokio::test]
async fn secrets_go_to_the_server_and_nowhere_else() {
    let server = Server::start(|asked| answer("200 OK", &format!("you said {asked:?}")));
    let mut world = World::new();
    world.environment.insert("API_TOKEN".to_owned(), "s3cr3t-token".to_owned());
    let mut request = get(&server, "/x");
    let token = EnvValue::Env { name: "API_TOKEN".to_owned(), default: None };
    request.headers.insert("X-Token".to_owned(), token);
    let mut node = http(request.clone());
    node.outputs.insert("said".to_owned(), "you said (.*)".to_owned());
    let (outputs, _) = world.works(node).await;
    assert_eq!(server.asked()[0].header("x-token"), Some("s3cr3t-token"));
    assert!(!outputs["said"].to_string().contains("s3cr3t"), "{outputs:?}");
    assert!(world.logged().contains("•••") && !world.logged().contains("s3cr3t"), "{}", world.logged());
    world.environment.clear();
    let Failure::NotStarted { why } = world.fails(http(request)).await else { panic!() };
    assert!(why.contains("API_TOKEN"), "{why}");
}

#[tokio::test]
async fn an_answer_must_be_a_success_and_match() {
    let server = Server::start(|asked| match asked.line.split(' ').nth(1).unwrap() {
        "/bad" => answer("503 Service Unavailable", "\nlocked by batch\n"),
        "/elsewhere" => with_headers("302 Found", "Location: http://127.0.0.2:1/x\r\n", ""),
        "/moved" => with_headers("302 Found", "Location: /ok\r\n", ""),
        _ => answer("200 OK", "state: a.b\n"),
    });
    let world = World::new();
    let bad = Failure::Answer { status: 503, why: "locked by batch".to_owned() };
    assert_eq!(world.fails(http(get(&server, "/bad"))).await, bad);
    let elsewhere = world.fails(http(get(&server, "/elsewhere"))).await;
    assert_eq!(elsewhere, Failure::Answer { status: 302, why: String::new() });
    assert_eq!(world.works(http(get(&server, "/moved"))).await.0["status"], Json::from(200));
    let expecting = |city: &str| {
        let expect = Some(template("^state: {{ city }}$"));
        with_city(http(Request { expect, ..get(&server, "/ok") }), city)
    };
    world.works(expecting("a.b")).await;
    // A value in a pattern stands for itself.
    let Failure::Answer { status: 200, why } = world.fails(expecting(".*")).await else { panic!() };
    assert!(why.contains("state: a.b"), "{why}");
}

#[tokio::test]
async fn what_was_sent_and_not_answered_is_in_doubt_and_what_was_not_sent_is_not() {
    let server = Server::start(|_| String::new());
    let world = World::new();
    assert!(matches!(world.fails(http(post(&server, "x"))).await, Failure::NoAnswer { .. }));
    assert!(matches!(world.fails(http(get(&server, "/"))).await, Failure::NotStarted { .. }));
    assert_eq!(server.asked().len(), 2, "nothing is sent twice by itself");
    // A port that nobody listens on.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let closed = request(Method::Post, &format!("http://{nobody}/"));
    assert!(matches!(world.fails(http(closed)).await, Failure::NotStarted { .. }));
}

#[tokio::test]
async fn a_server_that_stalls_is_not_waited_for_for_ever() {
    let (held, hold) = std::sync::mpsc::channel::<()>();
    let hold = std::sync::Mutex::new(hold);
    let server = Server::start(move |_| {
        let _ = hold.lock().unwrap().recv();
        String::new()
    });
    let world = World::new();
    let limit = Duration::from_millis(200);
    let late = world.fails(within(http(get(&server, "/")), limit)).await;
    assert_eq!(late, Failure::TimedOut { after: limit });
    let Failure::NoAnswer { why } = world.fails(within(http(post(&server, "x")), limit)).await else {
        panic!()
    };
    assert!(why.contains("took longer"), "{why}");
    drop(held);
}

#[tokio::test]
async fn a_long_answer_is_kept_in_part_and_a_key_is_sent_along() {
    let long = format!("begin\n{}", "x".repeat(3 << 20));
    let server = Server::start(move |_| answer("200 OK", &long));
    let world = World::new();
    let key = Some(template("{{ run.id }}/{{ city }}"));
    let (_, remarks) = world.works(http(Request { key, ..post(&server, "x") })).await;
    assert_eq!(remarks, ["the server answered 200, 1048576 bytes"]);
    assert_eq!(server.asked()[0].header("idempotency-key"), Some("month-start/2026-10/南京"));
}

#[tokio::test]
async fn a_wait_asks_until_the_answer_is_the_one_that_is_wanted() {
    let ready = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = std::sync::Arc::clone(&ready);
    let server = Server::start(move |_| match seen.load(std::sync::atomic::Ordering::SeqCst) {
        true => answer("200 OK", "READY"),
        false => answer("404 Not Found", "not yet"),
    });
    let world = World::new();
    let poll = |within| Some(Poll { every: Duration::from_millis(20), within });
    let wait = |within| {
        let request = Request { expect: Some(template("READY")), ..get(&server, "/state") };
        step(Work::Wait { what: Wait::Http(request), poll: poll(within) })
    };
    let Failure::Unmet { found } = world.fails(wait(Some(Duration::from_millis(100)))).await else {
        panic!()
    };
    assert!(found[0].contains("404"), "{found:?}");
    let mut running = world.start(wait(None));
    running.noted("not yet").await;
    ready.store(true, std::sync::atomic::Ordering::SeqCst);
    assert!(matches!(running.ended().await, Outcome::Succeeded { .. }));
}
