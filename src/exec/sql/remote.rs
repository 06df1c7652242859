//! What `PostgreSQL` and `MySQL` have in common: their URLs, whom TLS trusts, how a running statement is ended.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::database::{Interrupt, Refused, Why};
use crate::exec::mask::Masks;
use crate::plan::ParamValue;
pub(super) use crate::server::{BadUrl, ServerUrl, Trust};

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

/// The passwords of a URL, taken out of whatever a driver says.
pub(super) fn masks(url: &ServerUrl) -> Masks {
    Masks::new(url.secrets().iter().map(String::as_str))
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

    #[test]
    fn options_that_are_not_known_are_named_and_passwords_are_masked() {
        let bad = ServerUrl::parse("postgres://h/x?passwd=s3cret", false, &KNOWN).err().unwrap();
        assert_eq!(bad.0.as_deref(), Some("passwd"));
        let url =
            ServerUrl::parse("postgres://u:p%40ss-word@h/x?password=other-one", false, &KNOWN).ok().unwrap();
        let refused = Refused::new("no p@ss-word, no p%40ss-word, no other-one", Why::Refuses);
        assert_eq!(masked(&refused, &masks(&url)).words, "no •••, no •••, no •••");
    }
}
