//! The log of an attempt: a file below the state folder that only its owner can read. The first mebibyte is written as
//! it comes, of the rest the last one at the end, and the gap between them is counted in a line.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;

use super::keep::Ring;
use super::mask::MASK;
use super::place::LogFile;
pub use super::place::log_path;
use super::tail::read_tail;
use crate::msg;
use crate::words::{Lang, printable, render};
/// Kept of the beginning, and of the end.
pub const KEPT: usize = 1 << 20;

/// How lines of ours begin, among those of a program.
pub(super) const OURS: &str = "── ";

/// What follows the name of a log, for what is at hand of its end while it still grows.
pub(super) const TAIL: &str = "tail";

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
    File(LogFile),
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
        match LogFile::open(path) {
            Ok(file) => {
                self.head_left = left_beside(&file);
                self.file = Place::File(file);
            }
            Err(error) => self.trouble = Some(error),
        }
    }

    /// Somebody may have taken the file away while it is written to: what comes from now on goes where it is looked for.
    fn look(&mut self) {
        let Place::File(file) = &mut self.file else { return };
        if !file.is_taken() {
            return;
        }
        match LogFile::open(file.path().to_owned()) {
            Ok(anew) => {
                // What was beyond the beginning stays so, or it would come before what is kept of the end.
                self.head_left = if self.head_left == 0 { 0 } else { left_beside(&anew) };
                self.unshown = self.head_left == 0;
                self.file = Place::File(anew);
                self.put(format!("{OURS}{}\n", render(self.lang, &msg!("exec-log-anew"))).as_bytes());
                self.ends_line = true;
            }
            Err(error) => drop(self.trouble.get_or_insert(error)),
        }
    }

    /// What a program printed.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let Some(last) = bytes.last() else { return };
        if matches!(self.file, Place::Later(_)) {
            self.open();
        }
        if matches!(&self.file, Place::File(file) if file.is_due()) {
            self.look();
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
        self.unshown && matches!(self.file, Place::File(_))
    }

    /// Lets others see what is at hand of the end, in a file beside the log.
    pub(crate) fn show_tail(&mut self) {
        let (true, Place::File(file)) = (std::mem::take(&mut self.unshown), &self.file) else { return };
        let mut bytes = format!("{}\n", file.size()).into_bytes();
        bytes.extend_from_slice(&self.end());
        let (new, place) = (file.path().with_added_extension("new"), file.path().with_added_extension(TAIL));
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
        if let Err(error) = file.put(bytes) {
            self.trouble.get_or_insert(error);
        }
    }

    fn write_tail(&mut self) {
        self.look();
        let end = self.end();
        self.tail = Ring::new(0);
        if !end.is_empty() {
            self.put(&end);
            if let Place::File(file) = &self.file {
                // It is there only where somebody could have seen it.
                let _ = fs::remove_file(file.path().with_added_extension(TAIL));
            }
        }
        self.file = Place::Nowhere;
    }
}

/// What of the beginning has still room, beside what is there.
fn left_beside(file: &LogFile) -> usize {
    KEPT.saturating_sub(usize::try_from(file.size()).unwrap_or(KEPT))
}

fn replaced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true).mode(0o600).open(path)?.write_all(bytes)
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

    /// What a log says whose file is taken away after `first` and before `then`.
    fn taken_between(first: &[u8], then: &[u8]) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("logs/1.log");
        let mut log = Log::at(path.clone(), Lang::En);
        log.write(first);
        fs::remove_dir_all(dir.path().join("logs")).unwrap();
        log.look();
        log.write(then);
        log.show_tail();
        let before = read_log(&path, None).unwrap();
        assert!(log.close().is_none());
        let lines = read_log(&path, None).unwrap();
        assert_eq!(before, lines, "it is seen as soon as it is there");
        assert!(fs::read_dir(path.parent().unwrap()).unwrap().count() == 1);
        lines
    }

    #[test]
    fn a_log_that_was_taken_away_is_begun_anew_and_says_so() {
        let anew = "── what stood here before is gone: the log was taken away or cut while it was written";
        assert_eq!(taken_between(b"early\npart of", b" a line\nlate\n"), [anew, " a line", "late"]);
        let long = [b"early\n".to_vec(), vec![b'x'; KEPT], b"\nkept of the end\n".to_vec()].concat();
        let lines = taken_between(&long, b"late\n");
        assert_eq!(
            [&lines[0], &lines[lines.len() - 2], &lines[lines.len() - 1]],
            [anew, "kept of the end", "late"]
        );
        assert!(lines.len() == 4 && lines[1].len() == 6, "{lines:?}");
    }

    #[test]
    fn a_log_that_is_taken_away_at_the_very_end_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("1.log");
        let mut log = Log::at(path.clone(), Lang::Zh);
        log.write(b"early\n");
        fs::remove_file(&path).unwrap();
        drop(log);
        assert_eq!(read_log(&path, None).unwrap(), ["── 此前的内容已丢失:日志在写入期间被移走或截断"]);
        drop(Log::at(dir.path().join("2.log"), Lang::Zh));
        assert!(!dir.path().join("2.log").exists(), "who writes nothing has no log");
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
