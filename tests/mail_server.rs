//! Letters to a real mail server (Python's aiosmtpd) with TLS, a private authority and a login.

#![cfg(test)]

mod support;

use std::path::Path;

use monthstart::mail::{Options, SendError};
use monthstart::plan::project::Mail;
use support::outbox::{letter, mail, options, transport, with_login};
use support::python::{MailServer, parse};

fn trusting(folder: &Path) -> Options {
    Options { ca: Some(std::fs::read(folder.join("ca.pem")).unwrap()), ..options(folder) }
}

#[tokio::test]
async fn a_real_server_takes_letters_over_tls_and_over_starttls() {
    let folder = tempfile::tempdir().unwrap();
    let server = MailServer::start(folder.path());
    let letter = letter("a", &["li.na@example.com", "wang.fang@example.com"]);
    for (url, starttls) in [
        (format!("smtps://127.0.0.1:{}", server.smtps), true),
        (format!("smtp://localhost:{}", server.smtp), true),
    ] {
        let settings = with_login(Mail { starttls, ..mail(&url) }, "hunter2");
        let fates = transport(&settings, trusting(folder.path())).unwrap().send(&letter).await;
        assert_eq!(fates.map(|fates| fates.len()), Ok(2), "{url}");
    }
    let seen = parse(folder.path());
    assert_eq!(seen.len(), 2);
    for message in seen.values() {
        assert_eq!(message["subject"], letter.subject.as_str());
        assert_eq!(message["from"], "月初值班 <ops@example.com>");
        assert_eq!(message["to"], serde_json::json!(["li.na@example.com", "wang.fang@example.com"]));
        assert_eq!(message["message_id"], "<a@monthstart.test>");
        assert_eq!(message["date"], "2026-11-01T18:20:00+00:00");
        assert_eq!(message["type"], "multipart/alternative");
        assert_eq!(message["text"], letter.text.as_str());
        assert_eq!(message["html"], letter.html.as_str());
        assert_eq!(message["defects"], serde_json::json!([]));
    }
    assert_eq!(
        std::fs::read(folder.path().join("1.eml")).unwrap(),
        std::fs::read(folder.path().join("2.eml")).unwrap()
    );
}

#[tokio::test]
async fn a_real_server_is_not_trusted_or_told_more_than_the_settings_say() {
    let folder = tempfile::tempdir().unwrap();
    let server = MailServer::start(folder.path());
    let url = format!("smtps://127.0.0.1:{}", server.smtps);
    let starttls = Mail { starttls: true, ..mail(&format!("smtp://127.0.0.1:{}", server.smtp)) };
    let letter = letter("a", &["li.na@example.com"]);
    // Nobody vouches for it.
    for settings in [mail(&url), starttls.clone()] {
        let error =
            transport(&with_login(settings, "hunter2"), options(folder.path())).unwrap().send(&letter).await;
        assert!(matches!(&error, Err(SendError::Temporary(why)) if why.contains("certificate")), "{error:?}");
    }
    // It is not to be verified: the settings say so.
    let insecure = Options { insecure: true, ..options(folder.path()) };
    assert!(transport(&with_login(mail(&url), "hunter2"), insecure).unwrap().send(&letter).await.is_ok());
    // The wrong password.
    let wrong = transport(&with_login(starttls, "hunter3"), trusting(folder.path())).unwrap();
    let error = wrong.send(&letter).await;
    assert!(matches!(&error, Err(SendError::Login(why)) if !why.contains("hunter3")), "{error:?}");
    // No login where one is wanted: the letter waits for better settings.
    let error = transport(&mail(&url), trusting(folder.path())).unwrap().send(&letter).await;
    assert!(matches!(error, Err(SendError::Temporary(_))), "{error:?}");
}
