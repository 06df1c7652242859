//! Python as an independent witness: its parser of messages, and a real mail server.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/aiosmtpd_server.py");
const PARSER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/parse_messages.py");

/// The python of `PATH`, and Debian's, before which another may stand that knows nothing of Debian's packages.
const PYTHONS: [&str; 2] = ["python3", "/usr/bin/python3"];

#[expect(clippy::disallowed_methods, reason = "a test's own helper process")]
fn python(program: &str) -> Command {
    Command::new(program)
}

/// The first python that has `module`.
fn python_with(module: &str) -> Command {
    let import = format!("import {module}");
    let has = |program: &&str| {
        let mut command = python(program);
        command.args(["-c", &import]).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let found = PYTHONS.into_iter().find(has);
    python(found.unwrap_or_else(|| panic!("no python with {module}: apt-get install python3-{module}")))
}

/// What Python's `email` reads in every `*.eml` of a folder, by file name.
pub(crate) fn parse(folder: &Path) -> serde_json::Map<String, serde_json::Value> {
    let output = python(PYTHONS[0])
        .arg(PARSER)
        .arg(folder)
        .output()
        .expect("python3 is needed: apt-get install python3");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// aiosmtpd with TLS and a login (`ops`, `hunter2`); a private authority's certificate in `ca.pem`.
pub(crate) struct MailServer {
    child: Child,
    /// Where TLS begins with the first byte.
    pub(crate) smtps: u16,
    /// Where it begins with STARTTLS.
    pub(crate) smtp: u16,
}

impl MailServer {
    /// Starts it; what it takes goes to `folder` as `N.eml`.
    pub(crate) fn start(folder: &Path) -> Self {
        let mut child = python_with("aiosmtpd")
            .arg(SCRIPT)
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut ports = line.split_whitespace().map(|port| port.parse::<u16>().ok());
        let (Some(Some(smtps)), Some(Some(smtp))) = (ports.next(), ports.next()) else {
            let _ = child.kill();
            panic!("no mail server: {}", line.trim());
        };
        MailServer { child, smtps, smtp }
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
