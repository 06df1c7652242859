//! The file of rejected lines: what can be sent back to whoever made the file.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use csv::{Terminator, Writer, WriterBuilder};

use super::records::Record;
use crate::msg;
use crate::words::{Lang, Msg, one_line, render};

/// Lines that are written; more than that nobody mends by hand.
pub(super) const WRITTEN: u64 = 100_000;

/// Lines that the failure itself tells.
const TOLD: usize = 3;

/// Rejected lines, written as they are found.
pub(super) struct Rejects {
    path: PathBuf,
    lang: Lang,
    header: Vec<String>,
    writer: Option<Writer<File>>,
    trouble: Option<io::Error>,
    count: u64,
    told: Vec<String>,
}

/// What was rejected.
#[derive(Debug, Default)]
pub(super) struct Rejected {
    /// How many lines.
    pub(super) count: u64,
    /// The first of them, with their reasons.
    pub(super) told: Vec<String>,
    /// Where they are.
    pub(super) file: Option<PathBuf>,
    /// Why they are nowhere.
    pub(super) trouble: Option<io::Error>,
}

impl Rejects {
    /// None yet. The file at `path` is made with the first one.
    pub(super) fn new(path: PathBuf, lang: Lang, header: &[String]) -> Self {
        let header = header.to_vec();
        Rejects { path, lang, header, writer: None, trouble: None, count: 0, told: Vec::new() }
    }

    /// One more.
    pub(super) fn add(&mut self, record: &Record, reasons: &[Msg]) {
        self.count += 1;
        if self.count > WRITTEN {
            return;
        }
        let reasons: Vec<String> = reasons.iter().map(|why| render(self.lang, why)).collect();
        let reason = one_line(&reasons.join("; "), 500);
        if self.told.len() < TOLD {
            let line = msg!("load-rejected-line", line = record.line, reason = reason.clone());
            self.told.push(render(self.lang, &line));
        }
        let cells = [record.line.to_string(), reason];
        let row = cells.into_iter().chain(record.fields().map(str::to_owned));
        let row: Vec<String> = row.map(|cell| neutral(&cell)).collect();
        self.put(&row);
    }

    /// A disk that is full changes nothing about the lines being wrong.
    fn put(&mut self, row: &[String]) {
        if self.trouble.is_none()
            && let Err(error) = self.written(row)
        {
            self.trouble = Some(error);
        }
    }

    fn written(&mut self, row: &[String]) -> io::Result<()> {
        if self.writer.is_none() {
            let said =
                ["load-rejects-line", "load-rejects-reason"].map(|id| render(self.lang, &Msg::new(id)));
            let header = said.into_iter().chain(self.header.iter().map(|name| neutral(name)));
            let mut writer = create(&self.path)?;
            writer.write_record(header)?;
            self.writer = Some(writer);
        }
        if let Some(writer) = &mut self.writer {
            writer.write_record(row)?;
        }
        Ok(())
    }

    /// All of them.
    pub(super) fn finish(mut self) -> Rejected {
        if self.count > WRITTEN {
            let more = render(self.lang, &msg!("load-rejects-more", count = self.count - WRITTEN));
            self.put(&[String::new(), more]);
        }
        if let Some(writer) = &mut self.writer
            && let Err(error) = writer.flush()
        {
            self.trouble.get_or_insert(error);
        }
        let file = (self.writer.is_some() && self.trouble.is_none()).then_some(self.path);
        Rejected { count: self.count, told: self.told, file, trouble: self.trouble }
    }
}

/// Readable by its owner only; with the mark by which Excel knows UTF-8.
fn create(path: &std::path::Path) -> io::Result<Writer<File>> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let no_follow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(true).mode(0o600).custom_flags(no_follow);
    let mut file = options.open(path)?;
    file.write_all("\u{feff}".as_bytes())?;
    Ok(WriterBuilder::new().flexible(true).terminator(Terminator::CRLF).from_writer(file))
}

/// A cell that no table program takes for a formula. A plain number is none.
fn neutral(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let digits = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    let number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if formula && !number { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_no_formulas_any_more() {
        for (cell, expected) in [
            ("=cmd()", "'=cmd()"),
            ("-1+1|x", "'-1+1|x"),
            ("@a", "'@a"),
            ("\tx", "'\tx"),
            ("-12.5", "-12.5"),
            ("+3", "+3"),
            ("-", "'-"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(neutral(cell), expected);
        }
    }
}
