//! Where a database server is: its URL, whom TLS trusts, what of it is secret. Pure: nobody connects here.

use reqwest::Url;

/// How the option about TLS is called.
const MODES: [&str; 2] = ["sslmode", "ssl-mode"];

/// How a server's certificate is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
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
pub struct ServerUrl {
    url: Url,
    insecure: bool,
}

/// What is wrong with a URL: the name of an option that is not known, or nothing that could be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadUrl(pub Option<String>);

impl ServerUrl {
    /// Reads a URL whose options are among `known`.
    pub fn parse(text: &str, insecure: bool, known: &[&str]) -> Result<Self, BadUrl> {
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
    pub fn without_mode(&self) -> String {
        self.with(&[], &[])
    }

    /// With another word about TLS, and without options that are none of a driver's.
    pub fn with_mode(&self, mode: &str, without: &[&str]) -> String {
        self.with(&[("sslmode", mode)], without)
    }

    fn with(&self, more: &[(&str, &str)], without: &[&str]) -> String {
        let mut url = self.url.clone();
        let kept: Vec<(String, String)> = self
            .url
            .query_pairs()
            .filter(|(key, _)| !MODES.contains(&key.as_ref()) && !without.contains(&key.as_ref()))
            .map(|(key, value)| (key.into_owned(), value.into_owned()))
            .collect();
        url.set_query(None);
        if !kept.is_empty() || !more.is_empty() {
            url.query_pairs_mut().extend_pairs(kept).extend_pairs(more);
        }
        url.into()
    }

    /// Where it is, for messages: without user, password and options.
    pub fn shown(&self) -> String {
        let mut url = self.url.clone();
        // A URL that can have neither has neither.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.set_query(None);
        url.set_fragment(None);
        url.into()
    }

    /// The value of the first of these options that is there.
    pub fn option(&self, keys: &[&str]) -> Option<String> {
        let mut pairs = self.url.query_pairs();
        pairs.find(|(key, _)| keys.contains(&key.as_ref())).map(|(_, value)| value.into_owned())
    }

    /// The passwords in it, as they are written and as they are: nobody is to see them in what a driver says.
    pub fn secrets(&self) -> Vec<String> {
        let written = self.url.password().map(str::to_owned);
        let plain = written.as_deref().map(percent_decoded);
        [written, plain, self.option(&["password"])].into_iter().flatten().collect()
    }

    /// Whom TLS trusts: what the URL says; else everything is verified, but for this machine and where the settings
    /// say `insecure`. `None`: the word is not known.
    pub fn trust(&self) -> Option<Trust> {
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
            || address.parse::<core::net::IpAddr>().is_ok_and(|address| address.is_loopback())
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
}
