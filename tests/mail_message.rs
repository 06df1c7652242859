//! Letters as messages: whatever is in a field, a mail client reads the same subject and text, and no field becomes a
//! header. Python's `email` package is the witness.

#![cfg(test)]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use monthstart::mail::{Attempted, Letter, MessageError, SendError, SetupError, drain};
use monthstart::plan::project::{Mail, Setting};
use monthstart::words::{Explain, Lang, has, one_line, printable, render};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use support::outbox::{HandClock, Memory, letter, mail, options, plain, transport};
use support::python::parse;
use support::smtp::Server;

const HEADERS: [&str; 8] =
    ["From", "Date", "Message-ID", "Subject", "Auto-Submitted", "To", "MIME-Version", "Content-Type"];

fn files(folder: &Path) -> monthstart::mail::Transport {
    let settings = Mail { smtp: None, ..mail("") };
    transport(&settings, options(&folder.join("mail"))).unwrap()
}

/// Text as people, tables and attackers write it.
fn any_text() -> impl Strategy<Value = String> {
    let bits = prop_oneof![
        4 => any::<String>(),
        4 => "[ -~]{0,120}",
        4 => "[月初账单科目维表、。“”😀é ]{0,60}",
        2 => Just("\r\nBcc: evil@x.cn\r\n\r\n".to_owned()),
        2 => Just("\n.\n..\n".to_owned()),
        2 => Just("=?utf-8?B?5pyI?= =_ --=_".to_owned()),
        1 => Just("x".repeat(2_000)),
        1 => Just("月".repeat(700)),
    ];
    proptest::collection::vec(bits, 0..4).prop_map(|bits| bits.concat())
}

fn any_letter() -> impl Strategy<Value = Letter> {
    (any_text(), any_text(), any_text()).prop_map(|(subject, text, html)| Letter {
        subject,
        text,
        html,
        ..letter("x", &["li.na@example.com"])
    })
}

fn shown(text: &str) -> String {
    printable(&text.replace("\r\n", "\n"))
}

fn check(letter: &Letter, seen: &serde_json::Value) {
    let same = |key: &str, expected: &str| {
        // A message ends with a newline, whether its text does or not.
        let read = seen[key].as_str().unwrap_or_default().trim_end_matches('\n');
        assert_eq!(read, expected.trim_end_matches('\n'), "{key} of {letter:?}");
    };
    let headers: Vec<&str> = seen["headers"].as_array().unwrap().iter().filter_map(|h| h.as_str()).collect();
    let known = |name: &&str| HEADERS.contains(name) || *name == "Content-Transfer-Encoding";
    assert!(headers.iter().all(known), "{headers:?} of {letter:?}");
    same("subject", &one_line(&letter.subject, 240));
    same("text", &shown(&letter.text));
    same("html", &shown(&letter.html));
    same("message_id", &letter.message_id);
    same("auto_submitted", "auto-generated");
    assert_eq!(seen["defects"], serde_json::json!([]), "{letter:?}");
}

#[tokio::test]
async fn arbitrary_fields_are_read_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let mut runner = TestRunner::deterministic();
    let strategy = any_letter();
    let letters: Vec<Letter> = (0..300)
        .map(|number| {
            let id = format!("n{number}");
            let message_id = format!("<{id}@monthstart.test>");
            Letter { id, message_id, ..strategy.new_tree(&mut runner).unwrap().current() }
        })
        .collect();
    let server = Server::usual();
    let (files, smtp) = (files(folder.path()), plain(&server.url()));
    for letter in &letters {
        files.send(letter).await.unwrap();
    }
    for letter in &letters[..60] {
        smtp.send(letter).await.unwrap();
    }
    let wire = folder.path().join("wire");
    std::fs::create_dir(&wire).unwrap();
    for (letter, taken) in letters.iter().zip(server.taken()) {
        assert!(taken.data.is_ascii() && taken.data.lines().all(|line| line.len() <= 998));
        std::fs::write(wire.join(format!("{}.eml", letter.id)), taken.data).unwrap();
    }
    for (folder, letters) in [(folder.path().join("mail"), &letters[..]), (wire, &letters[..60])] {
        let seen = parse(&folder);
        assert_eq!(seen.len(), letters.len());
        for letter in letters {
            check(letter, &seen[&format!("{}.eml", letter.id)]);
        }
    }
}

#[tokio::test]
async fn no_field_becomes_a_header_a_command_or_a_second_letter() {
    let server = Server::usual();
    let transport = plain(&server.url());
    let inject = "a\r\nBcc: evil@x.cn\r\n\r\nbody";
    let subject = Letter { subject: inject.to_owned(), ..letter("a", &["a@x.cn"]) };
    transport.send(&subject).await.unwrap();
    let data = &server.taken()[0].data;
    assert!(!data.lines().any(|line| line.starts_with("Bcc")), "{data}");
    for bad in [
        "a@x.cn\r\nRCPT TO:<evil@x.cn>",
        "a@x.cn>\r\nDATA",
        "<a@x.cn>",
        "a@x.cn, evil@x.cn",
        "a@x.cn BODY=8BITMIME",
        "\u{202e}a@x.cn",
        "a\u{0}@x.cn",
    ] {
        let fates = transport.send(&letter("b", &["good@x.cn", bad])).await.unwrap();
        assert!(matches!(fates[bad], monthstart::mail::Fate::Refused { .. }), "{bad:?}: {fates:?}");
    }
    for bad in ["<a@x>\r\nBcc: evil@x.cn", "", "<>", "<@>", "a b@x", "<a@x.cn><b@x.cn>", "月@x.cn"] {
        let error = transport.send(&Letter { message_id: bad.to_owned(), ..letter("c", &["a@x.cn"]) }).await;
        assert!(matches!(error, Err(SendError::Permanent(_))), "{bad:?}: {error:?}");
    }
    assert!(server.lines().iter().all(|line| !line.contains("evil")), "{:?}", server.lines());
}

#[test]
fn settings_that_give_no_transport_say_why_in_both_languages() {
    let text = |text: &str| Some(Setting::Text(text.to_owned()));
    let good = mail("smtp://h:25");
    let env = Some(Setting::Env { name: "SMTP_PASSWORD".to_owned(), default: None });
    let cases = [
        Mail { from: "ops\r\nBcc: evil@x.cn <ops@x.cn>".to_owned(), ..good.clone() },
        Mail { from: "not a mailbox".to_owned(), ..good.clone() },
        Mail { smtp: text("smtp://ops:hunter2@h"), ..good.clone() },
        Mail { user: text("ops"), ..good.clone() },
        Mail { user: text("ops"), password: env, ..good.clone() },
    ];
    for settings in cases {
        let error = transport(&settings, options(Path::new("/nonexistent"))).unwrap_err();
        for lang in [Lang::En, Lang::Zh] {
            let said = render(lang, &error.explain());
            assert!(has(lang, error.explain().id), "{error:?}");
            assert!(!said.contains("hunter2") && !said.contains('\n'), "{said}");
        }
    }
    let bad = transport(&Mail { from: "x".to_owned(), ..good }, options(Path::new("/n"))).unwrap_err();
    assert_eq!(bad, SetupError::From(MessageError::Sender("x".to_owned())));
}

#[tokio::test]
async fn without_a_server_letters_are_files_that_people_can_read() {
    let folder = tempfile::tempdir().unwrap();
    let transport = files(folder.path());
    let outbox =
        Memory::with(&[letter("a", &["li.na@example.com"]), letter("month-start/2026-10#7", &["b@x.cn"])]);
    drain(&outbox, &transport, &HandClock::new()).await.unwrap();
    assert_eq!(outbox.fate("a"), Some(Attempted::Sent { refused: None }));
    let mail = folder.path().join("mail");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&mail), mode(&mail.join("a.eml"))), (0o700, 0o600));
    let names: Vec<String> = std::fs::read_dir(&mail)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names.len(), 2, "nothing half written is left: {names:?}");
    assert!(names.iter().any(|name| name.starts_with("month-start_2026-10_7-")), "{names:?}");
    let text = std::fs::read_to_string(mail.join("a.eml")).unwrap();
    assert!(text.contains("账单科目维表 已完成\r\n.\r\n..\r\n完"), "{text}");
    // Again: the same file, not a second one.
    transport.send(&letter("a", &["li.na@example.com"])).await.unwrap();
    assert_eq!(std::fs::read_to_string(mail.join("a.eml")).unwrap(), text);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_keeps_the_letter() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("elsewhere"), folder.path().join("mail")).unwrap();
    let error = files(folder.path()).send(&letter("a", &["a@x.cn"])).await.unwrap_err();
    assert!(matches!(error, SendError::Temporary(_)), "{error:?}");
    assert_eq!(std::fs::read_dir(folder.path().join("elsewhere")).unwrap().count(), 0);
}
