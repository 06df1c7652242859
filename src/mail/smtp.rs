//! One letter over SMTP: our own dialogue on lettre's connection, so that one refused address does not keep the letter
//! from the others.

use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};

use super::message::{self, Sender, Wire};
use super::outbox::{Fate, Fates, Letter};
use super::transport::SendError;
use crate::msg;
use crate::words::{Explain, Lang, Msg, one_line, render};

/// A server and how it is reached.
#[derive(Debug)]
pub struct Smtp {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) login: Option<Login>,
    pub(super) sender: Sender,
    pub(super) timeout: Duration,
    pub(super) lang: Lang,
}

/// How the connection is kept private.
pub(super) enum Security {
    /// TLS from the first byte.
    Tls(TlsParameters),
    /// TLS before anything is said; a server that does not offer it gets nothing.
    StartTls(TlsParameters),
    /// In clear, because the settings say so.
    Clear,
}

impl std::fmt::Debug for Security {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Security::Tls(_) => "Tls",
            Security::StartTls(_) => "StartTls",
            Security::Clear => "Clear",
        })
    }
}

/// User and password; shows neither.
pub(super) struct Login(pub(super) Credentials);

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login(…)")
    }
}

type Refusal = lettre::transport::smtp::Error;

/// Longest reason that is kept.
const WHY: usize = 300;

impl Smtp {
    /// Sends a letter to those who do not have it yet.
    pub(super) async fn send(&self, letter: &Letter) -> Result<Fates, SendError> {
        let bytes = message::format(&self.sender, letter, Wire::Ascii)
            .map_err(|error| SendError::Permanent(self.say(&error.explain())))?;
        // The connection outlives the time limit, so that a slow goodbye cannot undo what was delivered.
        let mut connection = None;
        let dialogue = self.dialogue(letter, &bytes, &mut connection);
        let Ok(result) = tokio::time::timeout(self.timeout, dialogue).await else {
            let after = crate::time::show_duration(self.timeout);
            return Err(self.temporary(&msg!("mail-error-timeout", host = &self.host, after = after)));
        };
        if let Some(mut connection) = connection {
            let _ = tokio::time::timeout(Duration::from_secs(1), connection.quit()).await;
        }
        result
    }

    async fn dialogue(
        &self,
        letter: &Letter,
        bytes: &[u8],
        kept: &mut Option<AsyncSmtpConnection>,
    ) -> Result<Fates, SendError> {
        let connection = kept.insert(self.connect().await?);
        self.log_in(connection).await?;
        let utf8 = connection.server_info().supports_feature(Extension::SmtpUtfEight);
        let parameters = if utf8 { vec![MailParameter::SmtpUtfEight] } else { Vec::new() };
        let needs_utf8 = letter.to.iter().any(|address| !address.is_ascii());
        let from =
            Mail::new(Some(self.sender.address().clone()), if needs_utf8 { parameters } else { Vec::new() });
        connection.command(from).await.map_err(|refusal| self.unsent(&refusal))?;
        let mut fates = Fates::new();
        let mut accepted = Vec::new();
        for text in letter.pending() {
            match self.recipient(connection, text, utf8).await? {
                Some(fate) => drop(fates.insert(text.to_owned(), fate)),
                None => accepted.push(text),
            }
        }
        if !accepted.is_empty() {
            let fate = self.content(connection, bytes).await?;
            fates.extend(accepted.into_iter().map(|text| (text.to_owned(), fate.clone())));
        }
        Ok(fates)
    }

    /// Says hello, with TLS as it is wanted, and goodbye. Nobody logs in: a wrong password locks accounts.
    pub(super) async fn greet(&self) -> Result<(), SendError> {
        let Ok(connected) = tokio::time::timeout(self.timeout, self.connect()).await else {
            let after = crate::time::show_duration(self.timeout);
            return Err(self.temporary(&msg!("mail-error-timeout", host = &self.host, after = after)));
        };
        let mut connection = connected?;
        let _ = tokio::time::timeout(Duration::from_secs(1), connection.quit()).await;
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let hello = ClientId::default();
        let tls = match &self.security {
            Security::Tls(tls) => Some(tls.clone()),
            Security::StartTls(_) | Security::Clear => None,
        };
        let server = (self.host.as_str(), self.port);
        let connecting = AsyncSmtpConnection::connect_tokio1(server, Some(self.timeout), &hello, tls, None);
        let mut connection = connecting.await.map_err(|refusal| self.unsent(&refusal))?;
        if let Security::StartTls(tls) = &self.security {
            if !connection.can_starttls() {
                connection.abort().await;
                return Err(self.temporary(&msg!("mail-error-no-starttls", host = &self.host)));
            }
            connection.starttls(tls.clone(), &hello).await.map_err(|refusal| self.unsent(&refusal))?;
        }
        Ok(connection)
    }

    async fn log_in(&self, connection: &mut AsyncSmtpConnection) -> Result<(), SendError> {
        let Some(Login(credentials)) = &self.login else { return Ok(()) };
        match connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await {
            Ok(_) => Ok(()),
            Err(refusal) if refusal.is_permanent() || refusal.is_client() => {
                let why = one_line(&told(&refusal), WHY);
                Err(SendError::Login(self.say(&msg!("mail-error-login", host = &self.host, why = why))))
            }
            Err(refusal) => Err(self.unsent(&refusal)),
        }
    }

    /// `None`: accepted. A connection that broke is an error of the whole attempt.
    async fn recipient(
        &self,
        connection: &mut AsyncSmtpConnection,
        text: &str,
        utf8: bool,
    ) -> Result<Option<Fate>, SendError> {
        let refuse = |msg: &Msg| Ok(Some(Fate::Refused { why: self.say(msg) }));
        let Some(address) = message::address(text) else { return refuse(&msg!("mail-error-address")) };
        if !utf8 && !AsRef::<str>::as_ref(&address).is_ascii() {
            return refuse(&msg!("mail-error-utf8", host = &self.host));
        }
        self.ask(connection.command(recipient(address)).await)
    }

    /// What became of the message for those who were accepted.
    async fn content(&self, connection: &mut AsyncSmtpConnection, bytes: &[u8]) -> Result<Fate, SendError> {
        if let Some(fate) = self.ask(connection.command(Data).await)? {
            return Ok(fate);
        }
        Ok(self.ask(connection.message(bytes).await)?.unwrap_or(Fate::Delivered))
    }

    /// An answer about a recipient or the content: 4xx waits, 5xx is for good, anything else is a broken dialogue. 421
    /// says that the server goes away.
    fn ask<T>(&self, answer: Result<T, Refusal>) -> Result<Option<Fate>, SendError> {
        match answer {
            Ok(_) => Ok(None),
            Err(refusal) if refusal.is_permanent() => {
                Ok(Some(Fate::Refused { why: one_line(&told(&refusal), WHY) }))
            }
            Err(refusal) if refusal.is_transient() && !is_goodbye(&refusal) => {
                Ok(Some(Fate::Later { why: one_line(&told(&refusal), WHY) }))
            }
            Err(refusal) => Err(self.unsent(&refusal)),
        }
    }

    /// The letter as a whole could not be sent now: nothing was said about it or about who gets it.
    fn unsent(&self, refusal: &Refusal) -> SendError {
        let why = one_line(&told(refusal), WHY);
        let id = if refusal.is_tls() { "mail-error-tls" } else { "mail-error-server" };
        self.temporary(&Msg::new(id).with("host", &self.host).with("why", why))
    }

    fn temporary(&self, msg: &Msg) -> SendError {
        SendError::Temporary(self.say(msg))
    }

    fn say(&self, msg: &Msg) -> String {
        render(self.lang, msg)
    }
}

fn recipient(address: Address) -> Rcpt {
    Rcpt::new(address, Vec::new())
}

fn is_goodbye(refusal: &Refusal) -> bool {
    refusal.status().is_some_and(|code| u16::from(code) == 421)
}

/// `550 no such user`: what the server said, or what went wrong with the connection, down to the first cause.
fn told(refusal: &Refusal) -> String {
    let source = std::error::Error::source(refusal).map(ToString::to_string);
    match (refusal.status(), source) {
        (Some(code), Some(said)) => format!("{code} {said}"),
        (Some(code), None) => code.to_string(),
        (None, Some(why)) => why,
        (None, None) => refusal.to_string(),
    }
}
