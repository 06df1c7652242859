//! The log of an attempt: a file below the state folder that only its owner can read. The first mebibyte is written as
//! it comes, of the rest the last one at the end, and the gap between them is counted in a line.

use std::fmt::Write as _;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;
use sha2::{Digest as _, Sha256};

use super::keep::Ring;
use super::mask::MASK;
use crate::id::RunId;
use crate::msg;
use crate::run::StepPath;
use crate::words::{Lang, printable, render};

/// Kept of the beginning, and of the end.
pub const KEPT: usize = 1 << 20;

/// How lines of ours begin, among those of a program.
const OURS: &str = "── ";

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
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(8 * KEPT as u64).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    let encoding = encoding_of(encoding);
    Ok(bytes.split(|byte| *byte == b'\n').map(|line| printable(&log_line(line, encoding))).collect())
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
pub(super) fn encoding_of(label: Option<&str>) -> &'static Encoding {
    label.and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or(encoding_rs::UTF_8)
}

/// What a program printed, as text; what cannot be read shows as `�`.
pub(super) fn decode(bytes: &[u8], encoding: &'static Encoding) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// A log that is being written. What was kept of the end is written when it is dropped.
#[derive(Debug)]
pub(super) struct Log {
    place: Place,
    lang: Lang,
    head_left: usize,
    tail: Ring,
    ends_line: bool,
    trouble: Option<io::Error>,
}

/// Where a log is kept. Most programs print nothing: their files are not made.
#[derive(Debug)]
enum Place {
    Nowhere,
    /// To be made when there is something to keep.
    NotYet(PathBuf),
    File(File),
}

impl Log {
    /// Begins the log at `path`; it is made, with folders that are missing, when there is something to keep.
    pub(super) fn create(path: &Path, lang: Lang) -> io::Result<Self> {
        let before = match std::fs::symlink_metadata(path) {
            Ok(found) => usize::try_from(found.len()).unwrap_or(KEPT),
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        let mut log = Log::with(Place::NotYet(path.to_owned()), None, lang);
        // An attempt that a former engine began goes on in the same file.
        log.head_left = KEPT.saturating_sub(before);
        Ok(log)
    }

    fn with(place: Place, trouble: Option<io::Error>, lang: Lang) -> Self {
        Log { place, lang, head_left: KEPT, tail: Ring::new(KEPT), ends_line: true, trouble }
    }

    /// A log that is kept nowhere.
    pub(super) fn nowhere(lang: Lang) -> Self {
        Log::with(Place::Nowhere, None, lang)
    }

    /// A log that cannot be written.
    pub(super) fn broken(lang: Lang, error: io::Error) -> Self {
        Log::with(Place::Nowhere, Some(error), lang)
    }

    /// What a program printed.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        let Some(last) = bytes.last() else { return };
        self.ends_line = *last == b'\n';
        let (head, tail) = bytes.split_at(bytes.len().min(self.head_left));
        self.head_left -= head.len();
        self.put(head);
        self.tail.push(tail);
    }

    /// A line of ours.
    pub(super) fn line(&mut self, text: &str) {
        let start = if self.ends_line { "" } else { "\n" };
        self.write(format!("{start}{OURS}{text}\n").as_bytes());
    }

    /// Lines of ours: a table.
    pub(super) fn block(&mut self, text: &str) {
        text.lines().for_each(|line| self.line(line));
    }

    /// What could not be written, once.
    pub(super) fn trouble(&mut self) -> Option<io::Error> {
        self.trouble.take()
    }

    /// A disk that is full does not end a step: what it does is worth more than what it says.
    fn put(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if let Place::NotYet(path) = &self.place {
            match open(path) {
                Ok(file) => self.place = Place::File(file),
                Err(error) => {
                    self.place = Place::Nowhere;
                    self.trouble.get_or_insert(error);
                }
            }
        }
        if let Place::File(file) = &mut self.place
            && let Err(error) = file.write_all(bytes)
        {
            self.trouble.get_or_insert(error);
        }
    }
}

/// The file to be added to, and its folders.
fn open(path: &Path) -> io::Result<File> {
    let no_follow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
    let file = || OpenOptions::new().create(true).append(true).mode(0o600).custom_flags(no_follow).open(path);
    match (file(), path.parent()) {
        (Err(error), Some(folder)) if error.kind() == io::ErrorKind::NotFound => {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            file()
        }
        (opened, _) => opened,
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let tail = std::mem::replace(&mut self.tail, Ring::new(0));
        if tail.dropped() > 0 {
            let left_out = render(self.lang, &msg!("exec-log-gap", bytes = grouped(tail.dropped())));
            self.put(format!("\n{OURS}{left_out}\n").as_bytes());
        }
        for slice in tail.slices() {
            self.put(slice);
        }
    }
}

/// Two digits a byte.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
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
        let mut log = Log::create(&path, Lang::En).unwrap();
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
        let mut log = Log::create(&path, Lang::Zh).unwrap();
        log.line("提交");
        log.write(b"\xc4\xcf\xbe\xa9 \xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2 \x1b[31mok\r\n");
        drop(log);
        assert_eq!(read_log(&path, Some("gbk")).unwrap(), ["── 提交", "南京 ••• ok"]);
    }
}
