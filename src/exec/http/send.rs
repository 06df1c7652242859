//! One request on its way: what is sent, how it is shown, and whether it left.

use std::error::Error as _;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Url, redirect};

use super::Answered;
use crate::exec::Room;
use crate::exec::attempt::Attempt;
use crate::exec::log::{decode, encoding_of};
use crate::exec::mask::Masks;
use crate::exec::values::Values;
use crate::msg;
use crate::plan::template::names_a_host;
use crate::plan::{Method, Request, Template};
use crate::run::Failure;
use crate::words::{Msg, one_line};

/// Read of a body.
const KEPT: usize = 1 << 20;

/// For a server to take the connection.
const CONNECT: Duration = Duration::from_secs(30);

/// How often a server may send on to another address of its own.
const REDIRECTS: usize = 5;

/// Headers that say where a message ends or whom it is for: not for a runbook to write.
const OURS: [&str; 5] = ["host", "content-length", "transfer-encoding", "connection", "upgrade"];

/// A request with its values.
pub(super) struct Prepared {
    method: reqwest::Method,
    url: Url,
    headers: HeaderMap,
    body: Option<String>,
    /// What must not be shown of it.
    pub(super) masks: Masks,
    /// How it is shown.
    pub(super) shown: String,
}

impl Prepared {
    pub(super) fn of(attempt: &Attempt, request: &Request, values: &Values) -> Result<Self, Msg> {
        let url = address(request, values)?;
        let (mut headers, secrets) = headers(attempt, request, values)?;
        let body = match &request.body {
            Some(body) => Some(content(body, &mut headers, values)?),
            None => None,
        };
        let masks = Masks::new(secrets.iter().map(String::as_str));
        let shown = one_line(&masks.text(&format!("{} {url}", request.method.word())), 300);
        Ok(Prepared { method: method(request.method), url, headers, body, masks, shown })
    }
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Head => reqwest::Method::HEAD,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

fn address(request: &Request, values: &Values) -> Result<Url, Msg> {
    let written = &request.url.0;
    if names_a_host(written) {
        return Err(msg!("plan-url-host", url = one_line(written, 200)));
    }
    let text = values.url(&request.url)?;
    let bad = || msg!("exec-http-bad-url", url = one_line(&text, 200));
    let path = text.split(['?', '#']).next().unwrap_or_default();
    // A segment of dots leads out of the place that is meant.
    if path.split('/').any(|part| matches!(part.replace("%2E", ".").as_str(), "." | "..")) {
        return Err(bad());
    }
    let url = Url::parse(&text).map_err(|_| bad())?;
    let plain = matches!(url.scheme(), "http" | "https") && url.has_host();
    if plain && url.password().is_none() && url.username().is_empty() { Ok(url) } else { Err(bad()) }
}

/// The headers, and the values among them that are secret.
fn headers(attempt: &Attempt, request: &Request, values: &Values) -> Result<(HeaderMap, Vec<String>), Msg> {
    let mut all = HeaderMap::new();
    let mut secrets = Vec::new();
    for (name, value) in &request.headers {
        let value = attempt.room.env_value(value, values, &mut secrets)?;
        insert(&mut all, name, &value)?;
    }
    if let Some(key) = &request.key {
        insert(&mut all, "Idempotency-Key", &values.text(key)?)?;
    }
    Ok((all, secrets))
}

fn insert(all: &mut HeaderMap, name: &str, value: &str) -> Result<(), Msg> {
    let bad = || msg!("exec-http-bad-header", name = one_line(name, 100));
    let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
    if OURS.contains(&header.as_str()) || value.chars().any(char::is_control) {
        return Err(bad());
    }
    all.insert(header, HeaderValue::from_bytes(value.as_bytes()).map_err(|_| bad())?);
    Ok(())
}

/// The body, in which values are encoded as its type wants it.
fn content(body: &Template, headers: &mut HeaderMap, values: &Values) -> Result<String, Msg> {
    let said = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_lowercase);
    let is_json = match &said {
        Some(kind) => kind.contains("json"),
        None => body.0.trim_start().starts_with(['{', '[']) && !body.0.trim_start().starts_with("{{"),
    };
    if is_json {
        let text = values.json(body)?;
        if serde_json::from_str::<serde_json::Value>(&text).is_err() {
            return Err(msg!("exec-http-bad-json", body = one_line(&text, 200)));
        }
        headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        return Ok(text);
    }
    if said.as_deref().is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        return values.url(body);
    }
    headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain; charset=utf-8"));
    values.text(body)
}

/// Sends it and reads the answer.
pub(super) async fn send(
    attempt: &Attempt,
    prepared: Prepared,
    only_reads: bool,
) -> Result<Answered, Failure> {
    let client = client(&attempt.room).map_err(|why| attempt.not_started(&why))?;
    let Prepared { method, url, headers, body, masks, .. } = prepared;
    let mut request = client.request(method, url).headers(headers);
    if let Some(body) = body {
        request = request.body(body);
    }
    let failed = |error: reqwest::Error| {
        let unsent = error.is_connect() || error.is_builder();
        let why = one_line(&masks.text(&cause(&error.without_url())), 300);
        match unsent || only_reads {
            true => attempt.not_started(&msg!("exec-http-unreachable", why = why)),
            false => Failure::NoAnswer { why },
        }
    };
    let mut response = request.send().await.map_err(failed)?;
    let status = response.status().as_u16();
    let charset = response.headers().get(CONTENT_TYPE).and_then(|value| charset(value.to_str().ok()?));
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        bytes.extend_from_slice(&chunk[..chunk.len().min(KEPT - bytes.len())]);
        if bytes.len() == KEPT {
            break;
        }
    }
    Ok(Answered { status, body: decode(&bytes, encoding_of(charset.as_deref())) })
}

fn charset(content_type: &str) -> Option<String> {
    let (_, charset) = content_type.split_once("charset=")?;
    Some(charset.split(';').next()?.trim().trim_matches('"').to_owned())
}

/// The last cause: those before it only say that there is one.
fn cause(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(deeper) = source {
        text = deeper.to_string();
        source = deeper.source();
    }
    text
}

/// The client of all requests: no environment's proxy, no connection that is kept and may be dead, no way to another
/// server.
fn client(room: &Room) -> Result<&Client, Msg> {
    if let Some(client) = room.client.get() {
        return Ok(client);
    }
    // Said once for the whole process; whoever was first has said the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let same_server = redirect::Policy::custom(|attempt| {
        let from = attempt.previous().last().map(Url::origin);
        let stays = from.is_some_and(|from| from == attempt.url().origin());
        if stays && attempt.previous().len() <= REDIRECTS { attempt.follow() } else { attempt.stop() }
    });
    let client = Client::builder()
        .redirect(same_server)
        .connect_timeout(CONNECT)
        .pool_max_idle_per_host(0)
        .no_proxy()
        .user_agent(concat!("monthstart/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| msg!("exec-http-unreachable", why = one_line(&cause(&error), 300)))?;
    Ok(room.client.get_or_init(|| client))
}
