//! What `PostgreSQL` and `MySQL` have in common: their URLs, whom TLS trusts, how a running statement is ended.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::pin::pin;
use std::time::Duration;

use reqwest::Url;
use tokio::time::{sleep, timeout};

use super::database::{Interrupt, Refused, Why};
use crate::exec::mask::Masks;
use crate::plan::ParamValue;

/// A server that says nothing for so long is not there.
pub(super) const CONNECTING: Duration = Duration::from_secs(15);

/// Closing is not waited for longer.
pub(super) const CLOSING: Duration = Duration::from_secs(5);

/// Between two wishes that a statement ends: the first may have come before the statement did.
const AGAIN: Duration = Duration::from_millis(500);

/// Servers end a statement so much after we do: whoever is left then ends it.
const AFTER_US: Duration = Duration::from_secs(2);

/// A transaction in which nothing happens for so long has nobody behind it.
pub(super) const IDLE: Duration = Duration::from_mins(10);

/// How the option about TLS is called.
const MODES: [&str; 2] = ["sslmode", "ssl-mode"];

/// How a server's certificate is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// It must be good, and for this host.
    Verified,
    /// It must be signed by somebody who is trusted.
    Signed,
    /// It must be there.
    Any,
    /// TLS where the server has it.
    WhereOffered,
    /// No TLS.
    Never,
}

/// A server's URL, looked through.
pub(super) struct ServerUrl {
    url: Url,
    insecure: bool,
}

/// What is wrong with a URL: the name of an option that is not known, or nothing that could be shown.
pub(super) struct BadUrl(pub(super) Option<String>);

impl ServerUrl {
    /// Reads a URL whose options are among `known`.
    pub(super) fn parse(text: &str, insecure: bool, known: &[&str]) -> Result<Self, BadUrl> {
        let url = Url::parse(text).map_err(|_| BadUrl(None))?;
        let unknown = url.query_pairs().map(|(key, _)| key.into_owned()).find(|key| {
            let word = key.split('[').next().unwrap_or_default();
            !known.contains(&word)
        });
        if let Some(key) = unknown {
            return Err(BadUrl(Some(key)));
        }
        let read = ServerUrl { url, insecure };
        let word = || format!("sslmode={}", read.option(&MODES).unwrap_or_default());
        if read.trust().is_some() { Ok(read) } else { Err(BadUrl(Some(word()))) }
    }

    /// Without its word about TLS, which drivers spell in their own ways.
    pub(super) fn without_mode(&self) -> String {
        let mut url = self.url.clone();
        let kept: Vec<(String, String)> = self
            .url
            .query_pairs()
            .filter(|(key, _)| !MODES.contains(&key.as_ref()))
            .map(|(key, value)| (key.into_owned(), value.into_owned()))
            .collect();
        url.set_query(None);
        if !kept.is_empty() {
            url.query_pairs_mut().extend_pairs(kept);
        }
        url.into()
    }

    fn option(&self, keys: &[&str]) -> Option<String> {
        let mut pairs = self.url.query_pairs();
        pairs.find(|(key, _)| keys.contains(&key.as_ref())).map(|(_, value)| value.into_owned())
    }

    /// The passwords in it, taken out of whatever a driver says.
    pub(super) fn masks(&self) -> Masks {
        let written = self.url.password().map(str::to_owned);
        let plain = written.as_deref().map(percent_decoded);
        let secrets: Vec<String> =
            [written, plain, self.option(&["password"])].into_iter().flatten().collect();
        Masks::new(secrets.iter().map(String::as_str))
    }

    /// Whom TLS trusts: what the URL says; else everything is verified, but for this machine and where the settings
    /// say `insecure`. `None`: the word is not known.
    pub(super) fn trust(&self) -> Option<Trust> {
        let Some(word) = self.option(&MODES) else {
            let lax = self.insecure || self.is_local();
            return Some(if lax { Trust::WhereOffered } else { Trust::Verified });
        };
        match word.to_ascii_lowercase().replace('_', "-").as_str() {
            "disable" | "disabled" | "allow" => Some(Trust::Never),
            "prefer" | "preferred" => Some(Trust::WhereOffered),
            "require" | "required" if self.insecure => Some(Trust::Any),
            "verify-ca" => Some(Trust::Signed),
            "require" | "required" | "verify-full" | "verify-identity" => Some(Trust::Verified),
            _ => None,
        }
    }

    fn is_local(&self) -> bool {
        let named = self.option(&["host", "hostaddr", "socket"]);
        let host = named.or_else(|| self.url.host_str().map(percent_decoded)).unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        address.is_empty()
            || address.starts_with('/')
            || address.eq_ignore_ascii_case("localhost")
            || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let code = (*first == b'%').then(|| others.get(..2)).flatten();
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &others[2..] } else { others };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What a driver says without the passwords that it was given.
pub(super) fn masked(refused: &Refused, masks: &Masks) -> Refused {
    let mut stream = masks.stream();
    let mut words = stream.feed(refused.words.as_bytes());
    words.extend(stream.finish());
    Refused { words: String::from_utf8_lossy(&words).into_owned(), why: refused.why }
}

/// Connects, but does not wait for ever.
pub(super) async fn connected<C>(connecting: impl Future<Output = Result<C, Refused>>) -> Result<C, Refused> {
    let silent = || Refused::new(&ErrorKind::TimedOut.to_string(), Why::Gone);
    timeout(CONNECTING, connecting).await.unwrap_or_else(|_| Err(silent()))
}

/// Waits for a statement. When it is to end, the server is told so on a connection beside it, until it has ended:
/// letting go of a statement here stops nothing there.
pub(super) async fn ending<T, C: Future<Output = ()>>(
    interrupt: &Interrupt,
    work: impl Future<Output = Result<T, Refused>>,
    cancel: impl Fn() -> C,
) -> Result<T, Refused> {
    if interrupt.is_set() {
        return Err(Refused::new(&ErrorKind::Interrupted.to_string(), Why::Refuses));
    }
    let mut work = pin!(work);
    tokio::select! {
        biased;
        done = &mut work => return done,
        () = interrupt.wished() => {}
    }
    let telling = async {
        loop {
            cancel().await;
            sleep(AGAIN).await;
        }
    };
    tokio::select! {
        done = &mut work => done,
        never = telling => never,
    }
}

/// How long the server itself lets a statement run.
pub(super) fn server_limit(interrupt: &Interrupt) -> Option<Duration> {
    interrupt.limit().map(|limit| limit + AFTER_US)
}

/// A value as text, as a person would type it.
pub(super) fn written(value: &ParamValue) -> String {
    match value {
        ParamValue::Month(month) => month.to_string(),
        ParamValue::Date(date) => date.to_string(),
        ParamValue::Integer(number) => number.to_string(),
        ParamValue::Boolean(truth) => truth.to_string(),
        ParamValue::Text(text) | ParamValue::Choice(text) => text.clone(),
        ParamValue::List(items) => serde_json::Value::from(items.clone()).to_string(),
    }
}

/// A schema where it is named, and a name.
pub(super) fn parted(table: &str) -> (Option<&str>, &str) {
    table.rsplit_once('.').map_or((None, table), |(schema, name)| (Some(schema), name))
}

/// Milliseconds, at least one.
pub(super) fn millis(time: Duration) -> String {
    time.as_millis().max(1).to_string()
}

/// Settings of a session by name.
pub(super) type Settings = BTreeMap<&'static str, String>;

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = ["sslmode", "password", "host", "options"];

    fn trust(url: &str, insecure: bool) -> Option<Trust> {
        ServerUrl::parse(url, insecure, &KNOWN).ok()?.trust()
    }

    #[test]
    fn tls_is_verified_unless_somebody_says_otherwise() {
        for (url, insecure, expected) in [
            ("postgres://u@db.example/x", false, Some(Trust::Verified)),
            ("postgres://u@db.example/x", true, Some(Trust::WhereOffered)),
            ("postgres://u@127.0.0.1/x", false, Some(Trust::WhereOffered)),
            ("mysql://u@localhost:3307/x", false, Some(Trust::WhereOffered)),
            ("postgres://u@[::1]/x", false, Some(Trust::WhereOffered)),
            ("postgres://%2Frun%2Fpg/x", false, Some(Trust::WhereOffered)),
            ("postgres:///x?host=db.example", false, Some(Trust::Verified)),
            ("postgres://u@db.example/x?sslmode=require", false, Some(Trust::Verified)),
            ("postgres://u@db.example/x?sslmode=require", true, Some(Trust::Any)),
            ("postgres://u@db.example/x?sslmode=disable", false, Some(Trust::Never)),
            ("mysql://u@db.example/x?sslmode=VERIFY_CA", false, Some(Trust::Signed)),
            ("postgres://u@127.0.0.1/x?sslmode=verify-full", false, Some(Trust::Verified)),
            ("postgres://u@db.example/x?sslmode=maybe", false, None),
        ] {
            assert_eq!(trust(url, insecure), expected, "{url}");
        }
    }

    #[test]
    fn options_that_are_not_known_are_named_and_passwords_are_masked() {
        let bad = ServerUrl::parse("postgres://h/x?passwd=s3cret", false, &KNOWN).err().unwrap();
        assert_eq!(bad.0.as_deref(), Some("passwd"));
        let url =
            ServerUrl::parse("postgres://u:p%40ss-word@h/x?password=other-one", false, &KNOWN).ok().unwrap();
        let refused = Refused::new("no p@ss-word, no p%40ss-word, no other-one", Why::Refuses);
        assert_eq!(masked(&refused, &url.masks()).words, "no •••, no •••, no •••");
    }
}
