//! Steps that reach outside: requests to a server of the test, letters of a step's own.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;

use crate::harness::{PATIENCE, Project, levels, poll};
use crate::server::{Server, answer};

#[test]
fn a_request_is_made_and_its_answer_is_used() {
    let server = Server::start(|asked| match asked.line.split(' ').next() {
        Some("POST") => answer("201 Created", r#"{"job": 42}"#),
        _ => answer("200 OK", "READY"),
    });
    let text = format!(
        "1:
  - name: ask
    http:
      url: {url}/jobs/{{{{ month }}}}
      method: POST
      headers: {{X-Token: {{env: API_TOKEN}}}}
      body: '{{\"month\": \"{{{{ month }}}}\"}}'
      key: '{{{{ run.id }}}}'
2:
  - {{name: there, wait: {{http: {{url: '{url}/state', expect: '^READY$'}}}}, poll: {{every: 1s}}}}
3:
  - {{name: z, run: [sh, -c, 'echo $1 >> ledger', sh, \"{{{{ steps['ask'].outputs.job }}}}\"]}}
",
        url = server.url
    );
    let project = Project::of(&text).env("API_TOKEN", "hunter2-hunter2");
    project.run().code(0);
    assert_eq!(project.ledger(), ["42"]);
    let asked = server.asked();
    assert_eq!(asked[0].line, "POST /jobs/2025-10 HTTP/1.1");
    assert_eq!(asked[0].body, r#"{"month": "2025-10"}"#);
    assert_eq!(asked[0].header("x-token"), Some("hunter2-hunter2"));
    assert_eq!(asked[0].header("idempotency-key"), Some("x/2025-10"));
    for (path, bytes) in project.snapshot() {
        assert!(!String::from_utf8_lossy(&bytes).contains("hunter2"), "{}", path.display());
    }
}

#[test]
fn a_request_without_an_answer_is_sent_again_only_where_that_is_safe() {
    let down = Arc::new(AtomicBool::new(true));
    let seen = Arc::clone(&down);
    let server = Server::start(move |asked| {
        // The key makes the second one the same as the first.
        let first = asked.header("idempotency-key").is_none() || seen.swap(false, Ordering::SeqCst);
        if first { String::new() } else { answer("200 OK", "ok") }
    });
    let step = |name: &str, key: &str| {
        format!(
            "  - {{name: {name}, http: {{url: '{}/{name}', method: POST{key}}}, retry: {{times: 3, delay: 1s}}}}\n",
            server.url
        )
    };
    let project = Project::of(&format!("1:\n{}{}", step("bare", ""), step("keyed", ", key: k")));
    project.run().code(4).says("nobody knows");
    project.status().are(&[("bare", "failed"), ("keyed", "succeeded")]);
    let count = |path: &str| server.asked().iter().filter(|asked| asked.line.contains(path)).count();
    assert_eq!((count("/bare"), count("/keyed")), (1, 2));
}

#[test]
fn a_value_that_would_say_which_server_is_asked_is_refused_before_anything_runs() {
    let text = "name: x\nparams:\n  host: {type: text, default: a}\nstages:\n  - name: s\n    levels:\n      1: [{name: a, http: 'https://{{ params.host }}/x'}]\n";
    let project = Project::new().runbook(text);
    project.run().code(3).says("which server");
    assert!(project.stateless());
}

const LETTER: &str = "1:
  - name: tell
    mail:
      to: [dim-team, chen.jie, other@example.org, '{{ steps[\"who\"].outputs.last }}']
      subject: 'Loaded <{{ month }}>'
      text: |
        {{ steps[\"who\"].outputs.last }} loaded it & went home.
        <b>bold</b>
";

fn mailing() -> Project {
    let before = LETTER.replacen("1:\n", "1:\n  - {name: who, run: [echo, li.na]}\n2:\n", 1);
    Project::new().roster().runbook(&levels(&before))
}

#[test]
fn a_letter_of_a_step_leaves_once_with_its_success() {
    let project = mailing();
    project.run().code(0);
    let mails = project.ms("mails --json").code(0).json();
    let ours: Vec<_> =
        mails.as_array().unwrap().iter().filter(|mail| mail["subject"] == "Loaded <2025-10>").collect();
    assert_eq!(ours.len(), 1, "{mails:#}");
    let to = serde_json::json!([
        "wang.fang@example.com",
        "chen.jie@example.com",
        "other@example.org",
        "li.na@example.com"
    ]);
    assert_eq!((&ours[0]["to"], &ours[0]["status"]), (&to, &"sent".into()));
    let letters = project.letters();
    let letter = letters.iter().find(|letter| letter.header("Subject") == "Loaded <2025-10>").unwrap();
    assert_eq!(letter.defects(), 0);
    assert!(
        letter.text().replace("\r\n", "\n").contains("li.na loaded it & went home.\n<b>bold</b>"),
        "{letter:#?}"
    );
    assert!(letter.html().contains("&amp; went home.\n&lt;b&gt;bold&lt;"), "{letter:#?}");
    // The stage's own letter is another one.
    assert_eq!(letters.len(), 2, "{letters:#?}");
    project.ms("events --json").code(0).says("other@example.org");
}

#[test]
fn a_letter_that_nobody_would_get_fails_its_step() {
    let project = Project::new().roster().runbook(&levels(
        "1:\n  - {name: who, run: [echo, nobody.known]}\n2:\n  - {name: tell, mail: {to: ['{{ steps[\"who\"].outputs.last }}'], subject: s, text: t}}\n",
    ));
    project.run().code(4).says("nobody.known");
    assert!(project.letters().iter().all(|letter| letter.header("Subject") != "s"));
}

#[test]
fn a_shadow_run_leaves_no_trace_outside() {
    let server = Server::start(|_| answer("200 OK", "ok"));
    let text = format!(
        "1:
  - {{name: prog, run: 'echo prog >> ledger'}}
  - {{name: ask, http: {{url: '{url}/jobs', method: POST}}}}
  - {{name: look, http: '{url}/state'}}
  - {{name: rows, connection: yt, sql: \"insert into t values ('x')\"}}
  - {{name: tell, mail: {{to: [a@example.org], subject: s, text: t}}}}
",
        url = server.url
    );
    let project = Project::of(&text).yt();
    project.ms(&project.line("run x.yaml --shadow --month ")).code(0).says("a letter to a@example.org: s");
    assert_eq!(project.ledger(), Vec::<String>::new());
    assert_eq!(project.query("select cast(count(*) as text) from t"), ["0"]);
    assert!(project.letters().iter().all(|letter| letter.header("Subject") != "s"));
    let asked: Vec<String> = server.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(asked, ["GET /state HTTP/1.1"]);
}

#[test]
fn a_request_in_flight_at_a_crash_is_asked_about_unless_it_has_a_key() {
    for (key, code, status, times) in [("", 4, "lost", 1), (", key: k", 0, "succeeded", 2)] {
        let (go_on, held) = channel::<()>();
        let held = Mutex::new(Some(held));
        let server = Server::start(move |_| {
            // The first one is held until the engine is dead.
            if let Some(held) = held.lock().unwrap().take() {
                let _ = held.recv();
            }
            answer("200 OK", "ok")
        });
        let step =
            format!("1:\n  - {{name: ask, http: {{url: '{}/jobs', method: POST{key}}}}}\n", server.url);
        let project = Project::of(&step);
        let live = project.start();
        assert!(poll(PATIENCE, || (!server.asked().is_empty()).then_some(())).is_some());
        live.kill9();
        drop(go_on);
        project.resume().code(code);
        project.status().are(&[("ask", status)]);
        assert_eq!(server.asked().len(), times);
    }
}
