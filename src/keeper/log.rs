//! The log of an attempt: a file below the state folder that only its owner can read. The first mebibyte is written as
//! it comes, of the rest the last one at the end, and the gap between them is counted in a line.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;
use sha2::{Digest as _, Sha256};

use super::keep::Ring;
use super::mask::MASK;
use super::tail::read_tail;
use crate::id::RunId;
use crate::msg;
use crate::run::StepPath;
use crate::words::{Lang, printable, render};

/// Kept of the beginning, and of the end.
pub const KEPT: usize = 1 << 20;

/// How lines of ours begin, among those of a program.
pub(super) const OURS: &str = "── ";

/// What follows the name of a log, for what is at hand of its end while it still grows.
pub(super) const TAIL: &str = "tail";

/// Where the log of an attempt is, below the state folder.
pub fn log_path(state_dir: &Path, run: &RunId, path: &StepPath, attempt: u32) -> PathBuf {
    let (stage, step) = path.0.split_once('/').unwrap_or(("", &path.0));
    state_dir
        .join("logs")
        .join(part(&run.runbook))
        .join(run.month.to_string())
        .join(part(stage))
        .join(part(step))
        .join(format!("{attempt}.log"))
}

/// A name as one part of a path: it leads nowhere else, and is not too long for a file system.
fn part(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_control() || matches!(c, '/' | '\\') { '_' } else { c }).collect();
    match plain.as_str() {
        "" | "." | ".." => "_".to_owned(),
        short if short.len() <= 200 => plain,
        long => {
            let digest = Sha256::digest(name.as_bytes());
            let mark = hex(&digest[..6]);
            let head: String = long
                .chars()
                .scan(0, |size, c| {
                    *size += c.len_utf8();
                    (*size <= 180).then_some(c)
                })
                .collect();
            format!("{head}-{mark}")
        }
    }
}

/// The lines of a log, fit for a terminal; none, where the attempt printed nothing and has no file. Lines of a program are
/// read in `encoding` (a WHATWG label) where one is given.
pub fn read_log(path: &Path, encoding: Option<&str>) -> io::Result<Vec<String>> {
    let end = read_tail(path);
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(8 * KEPT as u64).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    // A log that has gone on beyond it has an end of its own.
    if let Some(end) = end.filter(|end| end.from == bytes.len() as u64) {
        bytes.extend_from_slice(&end.bytes);
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    let encoding = encoding_of(encoding);
    Ok(bytes.split(|byte| *byte == b'\n').map(|line| printable(&log_line(line, encoding))).collect())
}

/// The line that says how much is left out.
pub fn gap_line(bytes: u64, lang: Lang) -> String {
    format!("{OURS}{}", render(lang, &msg!("exec-log-gap", bytes = grouped(bytes))))
}

/// A line of a log, as text that is fit for a terminal.
pub fn shown_line(line: &[u8], encoding: Option<&str>) -> String {
    printable(&log_line(line, encoding_of(encoding)))
}

fn log_line(line: &[u8], encoding: &'static Encoding) -> String {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.starts_with(OURS.as_bytes()) {
        return String::from_utf8_lossy(line).into_owned();
    }
    // A mask is ours too, in the middle of a program's line.
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.windows(MASK.len()).position(|window| window == MASK.as_bytes()) {
        pieces.push(decode(&rest[..at], encoding));
        rest = &rest[at + MASK.len()..];
    }
    pieces.push(decode(rest, encoding));
    pieces.join(MASK)
}

/// The encoding with that label; UTF-8 where there is none.
pub(crate) fn encoding_of(label: Option<&str>) -> &'static Encoding {
    label.and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or(encoding_rs::UTF_8)
}

/// What a program printed, as text; what cannot be read shows as `�`.
pub(crate) fn decode(bytes: &[u8], encoding: &'static Encoding) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// A log that is being written. What was kept of the end is written when it is dropped.
#[derive(Debug)]
pub(crate) struct Log {
    file: Place,
    lang: Lang,
    head_left: usize,
    /// Its file, once it is open, and how much is in it.
    path: Option<PathBuf>,
    size: u64,
    tail: Ring,
    /// Something has come to the end since it was last shown.
    unshown: bool,
    ends_line: bool,
    trouble: Option<io::Error>,
}

/// Where a log is written.
#[derive(Debug)]
enum Place {
    /// Nowhere.
    Nowhere,
    /// In a file that is made when there is something to write: many programs print nothing.
    Later(PathBuf),
    /// In this file.
    File(File),
}

impl Log {
    /// The log at `path`, which begins with its first byte; folders that are missing are made then.
    pub(crate) fn at(path: PathBuf, lang: Lang) -> Self {
        Log::with(Place::Later(path), lang)
    }

    fn with(file: Place, lang: Lang) -> Self {
        Log {
            file,
            lang,
            head_left: KEPT,
            path: None,
            size: 0,
            tail: Ring::new(KEPT),
            unshown: false,
            ends_line: true,
            trouble: None,
        }
    }

    /// A log that is kept nowhere.
    pub(crate) fn nowhere(lang: Lang) -> Self {
        Log::with(Place::Nowhere, lang)
    }

    /// Now there is something to write. An attempt that somebody else has begun goes on in the same file.
    fn open(&mut self) {
        let Place::Later(path) = std::mem::replace(&mut self.file, Place::Nowhere) else { return };
        let opened = open(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
        match opened {
            Ok((before, file)) => {
                self.head_left = KEPT.saturating_sub(usize::try_from(before).unwrap_or(KEPT));
                self.file = Place::File(file);
                self.size = before;
                self.path = Some(path);
            }
            Err(error) => self.trouble = Some(error),
        }
    }

    /// What a program printed.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let Some(last) = bytes.last() else { return };
        if matches!(self.file, Place::Later(_)) {
            self.open();
        }
        self.ends_line = *last == b'\n';
        let (head, tail) = bytes.split_at(bytes.len().min(self.head_left));
        self.head_left -= head.len();
        self.put(head);
        self.tail.push(tail);
        self.unshown |= !tail.is_empty();
    }

    /// Is there more of the end than others can see?
    pub(crate) fn hides(&self) -> bool {
        self.unshown && self.path.is_some()
    }

    /// Lets others see what is at hand of the end, in a file beside the log.
    pub(crate) fn show_tail(&mut self) {
        let (true, Some(path)) = (std::mem::take(&mut self.unshown), &self.path) else { return };
        let mut bytes = format!("{}\n", self.size).into_bytes();
        bytes.extend_from_slice(&self.end());
        let (new, place) = (path.with_added_extension("new"), path.with_added_extension(TAIL));
        // It is a help for those who look; where it cannot be written, the log is whole all the same in the end.
        let _ = replaced(&new, &bytes).and_then(|()| fs::rename(&new, place));
    }

    /// What is added when nothing more comes.
    fn end(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.tail.dropped() > 0 {
            bytes.extend_from_slice(format!("\n{}\n", gap_line(self.tail.dropped(), self.lang)).as_bytes());
        }
        self.tail.slices().iter().for_each(|slice| bytes.extend_from_slice(slice));
        bytes
    }

    /// A line of ours.
    pub(crate) fn line(&mut self, text: &str) {
        let start = if self.ends_line { "" } else { "\n" };
        self.write(format!("{start}{OURS}{text}\n").as_bytes());
    }

    /// Lines of ours: a table.
    pub(crate) fn block(&mut self, text: &str) {
        text.lines().for_each(|line| self.line(line));
    }

    /// Writes what was kept of the end, and tells what could not be written.
    pub(crate) fn close(mut self) -> Option<io::Error> {
        self.write_tail();
        self.trouble()
    }

    /// What could not be written, once.
    pub(crate) fn trouble(&mut self) -> Option<io::Error> {
        self.trouble.take()
    }

    /// A disk that is full does not end a step: what it does is worth more than what it says.
    fn put(&mut self, bytes: &[u8]) {
        let Place::File(file) = &mut self.file else { return };
        if let Err(error) = file.write_all(bytes) {
            self.trouble.get_or_insert(error);
        }
        self.size += bytes.len() as u64;
    }

    fn write_tail(&mut self) {
        let end = self.end();
        self.tail = Ring::new(0);
        if end.is_empty() {
            return;
        }
        self.put(&end);
        if let Some(path) = &self.path {
            // It is there only where somebody could have seen it.
            let _ = fs::remove_file(path.with_added_extension(TAIL));
        }
    }
}

fn replaced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true).mode(0o600).open(path)?.write_all(bytes)
}

fn open(path: &Path) -> io::Result<File> {
    let no_follow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
    let mut options = OpenOptions::new();
    options.create(true).append(true).mode(0o600).custom_flags(no_follow);
    match (options.open(path), path.parent()) {
        (Err(error), Some(folder)) if error.kind() == io::ErrorKind::NotFound => {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            options.open(path)
        }
        (opened, _) => opened,
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.write_tail();
    }
}

/// Two digits a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn path_of(step: &str) -> PathBuf {
        let run = "month-start/2026-10".parse().unwrap();
        log_path(Path::new("state"), &run, &StepPath(step.to_owned()), 2)
    }

    #[test]
    fn logs_stay_below_the_state_folder() {
        assert_eq!(
            path_of("bill-item/told"),
            Path::new("state/logs/month-start/2026-10/bill-item/told/2.log")
        );
        assert_eq!(path_of("s/../../x").parent().unwrap().file_name().unwrap(), ".._.._x");
        assert!(path_of("s/..").ends_with("s/_/2.log"));
        let long = path_of(&format!("s/{}", "南".repeat(90)));
        assert!(long.parent().unwrap().file_name().unwrap().len() <= 200);
        assert_ne!(long, path_of(&format!("s/{}", "南".repeat(91))));
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn head_and_tail_are_kept_and_the_gap_is_counted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state/logs/1.log");
        let mut log = Log::at(path.clone(), Lang::En);
        log.write(b"first\n");
        (0..3_000).for_each(|_| log.write(&[b'x'; 1_024]));
        log.write(b"\nlast\n");
        drop(log);
        let lines = read_log(&path, None).unwrap();
        assert_eq!(lines.first().unwrap(), "first");
        assert_eq!(lines.last().unwrap(), "last");
        let gap = 3_000 * 1_024 + 12 - 2 * KEPT;
        assert_eq!(lines[2], format!("── … {} bytes left out …", grouped(gap as u64)));
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn a_programs_lines_are_read_in_its_encoding_and_ours_in_ours() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("1.log");
        let mut log = Log::at(path.clone(), Lang::Zh);
        log.line("提交");
        log.write(b"\xc4\xcf\xbe\xa9 \xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2 \x1b[31mok\r\n");
        drop(log);
        assert_eq!(read_log(&path, Some("gbk")).unwrap(), ["── 提交", "南京 ••• ok"]);
    }
}
