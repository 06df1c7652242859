//! Letters as a mail program reads them: the parsing is Python's, so that we do not agree with ourselves only.

use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const PARSE: &str = r"
import email, email.policy, json, sys
raw = sys.stdin.buffer.read()
m = email.message_from_bytes(raw, policy=email.policy.default)
def part(kind):
    body = m.get_body(preferencelist=(kind,))
    return body.get_content() if body is not None else ''
print(json.dumps({'headers': [[k, str(v)] for k, v in m.items()], 'text': part('plain'), 'html': part('html'),
                  'defects': [str(d) for d in m.defects]}))
";

/// One letter, decoded.
#[derive(Debug)]
pub(crate) struct Letter(Value);

impl Letter {
    /// Reads a letter from its bytes.
    pub(crate) fn parse(raw: &[u8]) -> Self {
        let mut command = Command::new("python3");
        command.args(["-c", PARSE]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(raw).unwrap();
        let output = child.wait_with_output().unwrap();
        Self(serde_json::from_slice(&output.stdout).expect("a letter that a mail program can read"))
    }

    /// A header's values, decoded; the name in any case.
    pub(crate) fn headers(&self, name: &str) -> Vec<String> {
        let rows = self.0["headers"].as_array().unwrap().iter();
        let of_name = rows.filter(|row| row[0].as_str().unwrap().eq_ignore_ascii_case(name));
        of_name.map(|row| row[1].as_str().unwrap().to_owned()).collect()
    }

    /// A header that stands exactly once.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> String {
        let all = self.headers(name);
        assert_eq!(all.len(), 1, "header {name} of {:#}", self.0);
        all[0].clone()
    }

    /// The part for people who read plain text.
    pub(crate) fn text(&self) -> &str {
        self.0["text"].as_str().unwrap()
    }

    /// The part for people who read HTML.
    pub(crate) fn html(&self) -> &str {
        self.0["html"].as_str().unwrap()
    }

    /// What a mail program finds wrong with it.
    pub(crate) fn defects(&self) -> usize {
        self.0["defects"].as_array().unwrap().len()
    }
}

/// The `.eml` files of a folder in the order of their names.
pub(crate) fn in_folder(folder: &Path) -> Vec<Letter> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "eml"));
    paths.sort();
    paths.iter().map(|path| Letter::parse(&std::fs::read(path).unwrap())).collect()
}
