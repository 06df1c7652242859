//! The end of a log that is longer than its beginning, for those who look before it is complete: a file beside the log.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::log::{KEPT, OURS, TAIL};

/// What is at hand of the end of a log that still grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogTail {
    /// The length of the log that it follows.
    pub from: u64,
    /// What would be added to the log if it ended now: the line that counts the gap, where there is one, and the rest.
    pub bytes: Vec<u8>,
}

/// What is at hand of the end of the log at `path`, where it is written beyond its beginning.
pub fn read_tail(path: &Path) -> Option<LogTail> {
    let mut bytes = Vec::new();
    File::open(path.with_added_extension(TAIL)).ok()?.take(4 * KEPT as u64).read_to_end(&mut bytes).ok()?;
    let first = bytes.iter().position(|byte| *byte == b'\n')?;
    let from = std::str::from_utf8(&bytes[..first]).ok()?.parse().ok()?;
    bytes.drain(..=first);
    Some(LogTail { from, bytes })
}

/// The end of a log as it was added to the beginning: how many bytes are left out, and what comes after them.
pub fn gap_and_rest(end: &[u8]) -> (u64, &[u8]) {
    let Some(marked) = end.strip_prefix(b"\n").filter(|marked| marked.starts_with(OURS.as_bytes())) else {
        return (0, end);
    };
    let line = marked.iter().position(|byte| *byte == b'\n').unwrap_or(marked.len());
    let digits: String =
        marked[..line].iter().filter(|byte| byte.is_ascii_digit()).map(|byte| char::from(*byte)).collect();
    (digits.parse().unwrap_or(0), marked.get(line + 1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keeper::log::{Log, read_log};
    use crate::words::Lang;

    #[test]
    fn what_is_at_hand_of_the_end_is_seen_before_the_log_is_complete() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("1.log");
        for lang in [Lang::En, Lang::Zh] {
            let mut log = Log::at(path.clone(), lang);
            log.write(&vec![b'h'; KEPT]);
            assert!(!log.hides(), "nothing is hidden as long as the beginning is not full");
            log.write(&vec![b't'; KEPT + 1_234]);
            assert!(log.hides() && read_tail(&path).is_none());
            log.show_tail();
            let tail = read_tail(&path).unwrap();
            assert_eq!(tail.from, KEPT as u64);
            assert_eq!(gap_and_rest(&tail.bytes), (1_234, vec![b't'; KEPT].as_slice()));
            let before = read_log(&path, None).unwrap();
            assert!(!log.hides() && log.close().is_none());
            assert!(read_tail(&path).is_none(), "it is in the log now");
            assert_eq!(read_log(&path, None).unwrap(), before);
            std::fs::remove_file(&path).unwrap();
        }
        assert_eq!(gap_and_rest(b"plain\n"), (0, b"plain\n".as_slice()));
    }
}
