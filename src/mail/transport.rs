//! How letters leave: to a server, or into files where there is none.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters, TlsParametersBuilder};
use sha2::{Digest, Sha256};

use super::message::{self, MessageError, Sender, Wire};
use super::outbox::{Fate, Fates, Letter};
use super::smtp::{Login, Security, Smtp};
use crate::id::is_name;
use crate::msg;
use crate::plan::project::{Mail, Setting};
use crate::words::{Explain, Lang, Msg, one_line, render};

/// How letters leave.
#[derive(Debug)]
pub enum Transport {
    /// To a server.
    Smtp(Box<Smtp>),
    /// Into files.
    Files(Files),
}

/// Who would take letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Greeted {
    /// A server that answers.
    Server {
        /// Its name.
        host: String,
        /// Over TLS?
        secured: bool,
    },
    /// Nobody: they become files here.
    Folder(PathBuf),
}

/// What is not in the settings' `mail:`.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where letters become files when there is no server: `mail` in the state folder.
    pub folder: PathBuf,
    /// The language of the reasons that are kept with a letter.
    pub lang: Lang,
    /// For one letter, from connecting to the server's last word.
    pub timeout: Duration,
    /// Certificates (PEM) that are trusted beside the system's.
    pub ca: Option<Vec<u8>>,
    /// The server's certificate is not verified.
    pub insecure: bool,
}

impl Options {
    /// 30 s a letter, the system's certificates.
    pub fn new(folder: impl Into<PathBuf>, lang: Lang) -> Self {
        Options { folder: folder.into(), lang, timeout: Duration::from_secs(30), ca: None, insecure: false }
    }
}

/// Why settings give no transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetupError {
    /// `mail.from`.
    From(MessageError),
    /// `mail.smtp` is no address of a server.
    Url(String),
    /// A secret could not be had.
    Secret {
        /// Which key of `mail:`.
        key: &'static str,
        /// Why.
        why: String,
    },
    /// One of `user` and `password` is missing.
    HalfALogin,
    /// The certificates that should be trusted.
    Certificates(String),
}

impl Explain for SetupError {
    fn explain(&self) -> Msg {
        match self {
            SetupError::From(error) => error.explain(),
            SetupError::Url(text) => msg!("mail-setup-url", text = text),
            SetupError::Secret { key, why } => msg!("mail-setup-secret", key = *key, why = why),
            SetupError::HalfALogin => msg!("mail-setup-half-a-login"),
            SetupError::Certificates(why) => msg!("mail-setup-ca", why = why),
        }
    }
}

/// Why a letter was not sent, with a reason for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendError {
    /// Try again: no connection, no TLS, no answer in time, a server that cannot now.
    Temporary(String),
    /// The login was refused: trying again soon locks accounts.
    Login(String),
    /// Trying again does not help.
    Permanent(String),
}

/// Resolves a secret at the moment of use.
pub type Resolve<'a> = &'a dyn Fn(&Setting) -> Result<String, String>;

impl Transport {
    /// The transport that settings describe; files where there are none.
    pub fn from_settings(
        mail: Option<&Mail>,
        resolve: Resolve<'_>,
        options: Options,
    ) -> Result<Self, SetupError> {
        let from = mail.map_or("monthstart <monthstart@localhost>", |mail| &mail.from);
        let sender = Sender::parse(from).map_err(SetupError::From)?;
        let secret = |key: &'static str, setting: &Setting| {
            resolve(setting).map_err(|why| SetupError::Secret { key, why })
        };
        let Some((mail, url)) = mail.and_then(|mail| Some((mail, mail.smtp.as_ref()?))) else {
            return Ok(Transport::Files(Files { folder: options.folder, sender, lang: options.lang }));
        };
        let login = match (&mail.user, &mail.password) {
            (Some(user), Some(password)) => {
                Some(Login(Credentials::new(secret("user", user)?, secret("password", password)?)))
            }
            (None, None) => None,
            _ => return Err(SetupError::HalfALogin),
        };
        let server = Server::parse(&secret("smtp", url)?)?;
        let security = match (server.tls, mail.starttls) {
            (true, _) => Security::Tls(tls(&server.host, &options)?),
            (false, true) => Security::StartTls(tls(&server.host, &options)?),
            (false, false) => Security::Clear,
        };
        let port = server.port.unwrap_or(match security {
            Security::Tls(_) => 465,
            Security::StartTls(_) => 587,
            Security::Clear => 25,
        });
        let (timeout, lang) = (options.timeout, options.lang);
        Ok(Transport::Smtp(Box::new(Smtp {
            host: server.host,
            port,
            security,
            login,
            sender,
            timeout,
            lang,
        })))
    }

    /// Is there somebody who would take letters? None is sent.
    pub async fn greet(&self) -> Result<Greeted, String> {
        match self {
            Transport::Files(files) => Ok(Greeted::Folder(files.folder.clone())),
            Transport::Smtp(smtp) => match smtp.greet().await {
                Ok(()) => {
                    let secured = !matches!(smtp.security, Security::Clear);
                    Ok(Greeted::Server { host: smtp.host.clone(), secured })
                }
                Err(SendError::Temporary(why) | SendError::Login(why) | SendError::Permanent(why)) => {
                    Err(why)
                }
            },
        }
    }

    /// Sends a letter to those who do not have it yet, and tells what became of each of them. An error: nobody has it as
    /// far as we know.
    pub async fn send(&self, letter: &Letter) -> Result<Fates, SendError> {
        match self {
            Transport::Smtp(smtp) => smtp.send(letter).await,
            Transport::Files(files) => files.send(letter).await,
        }
    }
}

struct Server {
    tls: bool,
    host: String,
    port: Option<u16>,
}

impl Server {
    /// `smtps://host:465`, `smtp://host`, `smtp://[::1]:25`. What else an address may have (a user, a path) is refused: a
    /// password in it would be shown.
    fn parse(url: &str) -> Result<Self, SetupError> {
        let shown = url.rsplit('@').next().unwrap_or_default();
        let bad = || SetupError::Url(one_line(shown, 120));
        let (scheme, rest) = url.trim().split_once("://").ok_or_else(bad)?;
        let tls = match scheme {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(bad()),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, port)) => (host, port.strip_prefix(':').or((port.is_empty()).then_some(""))),
            None => rest.split_once(':').map_or((rest, Some("")), |(host, port)| (host, Some(port))),
        };
        let port = match port.ok_or_else(bad)? {
            "" => None,
            text => Some(text.parse().map_err(|_| bad())?),
        };
        let clean = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        if host.is_empty() || !host.chars().all(clean) {
            return Err(bad());
        }
        Ok(Server { tls, host: host.to_owned(), port })
    }
}

fn tls(host: &str, options: &Options) -> Result<TlsParameters, SetupError> {
    let failed = |error: lettre::transport::smtp::Error| SetupError::Certificates(error.to_string());
    let mut builder = TlsParametersBuilder::new(host.to_owned());
    if let Some(pem) = &options.ca {
        builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(failed)?);
    }
    if options.insecure {
        builder = builder.dangerous_accept_invalid_certs(true).dangerous_accept_invalid_hostnames(true);
    }
    builder.build().map_err(failed)
}

/// A folder of letters, for machines without outbound mail: one `.eml` each, its text readable as it is.
#[derive(Debug)]
pub struct Files {
    folder: PathBuf,
    sender: Sender,
    lang: Lang,
}

impl Files {
    async fn send(&self, letter: &Letter) -> Result<Fates, SendError> {
        let bytes = message::format(&self.sender, letter, Wire::Utf8)
            .map_err(|error| SendError::Permanent(render(self.lang, &error.explain())))?;
        let (folder, name) = (self.folder.clone(), file_name(&letter.id));
        let written = tokio::task::spawn_blocking(move || write(&folder, &name, &bytes)).await;
        match written.unwrap_or_else(|stopped| Err(io::Error::other(stopped))) {
            Ok(()) => Ok(letter.pending().map(|to| (to.to_owned(), Fate::Delivered)).collect()),
            Err(error) => {
                let folder = self.folder.display().to_string();
                let msg = msg!("mail-error-file", folder = folder, why = error.to_string());
                Err(SendError::Temporary(render(self.lang, &msg)))
            }
        }
    }
}

/// A letter's id as a file's name: as it is, or what is safe of it with a hash that keeps two apart.
fn file_name(id: &str) -> String {
    if is_name(id) {
        return id.to_owned();
    }
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let text: String = id.chars().take(80).map(safe).collect();
    let hash = Sha256::digest(id.as_bytes());
    format!("{text}-{:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3])
}

/// Whole or not at all: written beside, then renamed.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    private_folder(folder)?;
    let temporary = folder.join(format!(".{name}.tmp"));
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, folder.join(format!("{name}.eml")))?;
    fs::File::open(folder)?.sync_all()
}

/// A folder of ours alone, and no link to somewhere else.
fn private_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let found = fs::symlink_metadata(folder)?;
    if !found.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotADirectory, "not a folder, or a link"));
    }
    if found.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_scheme_a_host_and_a_port() {
        let read = |url: &str| Server::parse(url).map(|s| (s.tls, s.host, s.port));
        assert_eq!(read("smtps://mail.x.cn:465"), Ok((true, "mail.x.cn".to_owned(), Some(465))));
        assert_eq!(read("smtp://mail/"), Ok((false, "mail".to_owned(), None)));
        assert_eq!(read("smtp://[::1]:25"), Ok((false, "::1".to_owned(), Some(25))));
        for bad in [
            "mail:25",
            "http://x",
            "smtp://",
            "smtp://h:x",
            "smtp://h:70000",
            "smtp://h/p",
            "smtp://a b",
            "smtp://[::1]x",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_refused_and_not_shown() {
        let error = Server::parse("smtp://ops:hunter2@mail:25").err();
        assert_eq!(error, Some(SetupError::Url("mail:25".to_owned())));
    }

    #[test]
    fn an_id_never_leaves_the_folder() {
        assert_eq!(file_name("month-start-2026-10-17"), "month-start-2026-10-17");
        let odd = file_name("../../etc/passwd");
        assert!(odd.starts_with("______etc_passwd-") && !odd.contains('/'), "{odd}");
        assert_ne!(file_name("a/b"), file_name("a_b"));
        assert_ne!(file_name("a/b"), file_name("a:b"));
    }
}
