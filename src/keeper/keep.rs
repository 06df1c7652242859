//! Beginning and end of something that may be endless: memory stays flat, what is left out is counted.

use std::collections::VecDeque;

/// The last bytes of what came.
#[derive(Debug)]
pub(crate) struct Ring {
    capacity: usize,
    bytes: VecDeque<u8>,
    dropped: u64,
}

impl Ring {
    pub(crate) fn new(capacity: usize) -> Self {
        Ring { capacity, bytes: VecDeque::new(), dropped: 0 }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let kept = &bytes[bytes.len().saturating_sub(self.capacity)..];
        let over = (self.bytes.len() + kept.len()).saturating_sub(self.capacity);
        self.bytes.drain(..over);
        self.dropped += (over + bytes.len() - kept.len()) as u64;
        self.bytes.extend(kept);
    }

    /// How many bytes are lost.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    pub(crate) fn slices(&self) -> [&[u8]; 2] {
        let (first, second) = self.bytes.as_slices();
        [first, second]
    }
}

/// The first and the last bytes of what came.
#[derive(Debug)]
pub(crate) struct Kept {
    limit: usize,
    head: Vec<u8>,
    tail: Ring,
}

impl Kept {
    /// Keeps `limit` bytes of the beginning and as many of the end.
    pub(crate) fn new(limit: usize) -> Self {
        Kept { limit, head: Vec::new(), tail: Ring::new(limit) }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let (head, tail) = bytes.split_at(bytes.len().min(self.limit - self.head.len()));
        self.head.extend_from_slice(head);
        self.tail.push(tail);
    }

    /// What is kept, as one piece; where something is left out, a line ends and another begins.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let gap: &[u8] = if self.tail.dropped() > 0 { b"\n" } else { b"" };
        let [first, second] = self.tail.slices();
        [self.head.as_slice(), gap, first, second].concat()
    }
}

/// The last line that says something, and the one that is being written; each cut at a limit.
#[derive(Debug)]
pub(crate) struct LastLine {
    limit: usize,
    open: Line,
    last: Line,
}

/// A line, cut at the limit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    /// Its bytes, without its end.
    pub(crate) bytes: Vec<u8>,
    /// There was more of it.
    pub(crate) cut: bool,
}

impl Line {
    fn extend(&mut self, bytes: &[u8], limit: usize) {
        let room = limit - self.bytes.len();
        self.cut |= bytes.len() > room;
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn says_something(&self) -> bool {
        self.bytes.iter().any(|byte| !byte.is_ascii_whitespace())
    }
}

impl LastLine {
    pub(crate) fn new(limit: usize) -> Self {
        LastLine { limit, open: Line::default(), last: Line::default() }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let end = if bytes.contains(&b'\n') { bytes.iter().rposition(|byte| *byte == b'\n') } else { None };
        let Some(end) = end else {
            self.open.extend(bytes, self.limit);
            return;
        };
        self.close(&bytes[..end]);
        self.open.extend(&bytes[end + 1..], self.limit);
    }

    /// Takes in whole lines, of which the first one continues the open one.
    fn close(&mut self, lines: &[u8]) {
        let mut rest = lines;
        loop {
            let begin = rest.iter().rposition(|byte| *byte == b'\n');
            let mut line = if begin.is_none() { std::mem::take(&mut self.open) } else { Line::default() };
            line.extend(&rest[begin.map_or(0, |at| at + 1)..], self.limit);
            if line.says_something() {
                self.last = line;
                break;
            }
            let Some(begin) = begin else { break };
            rest = &rest[..begin];
        }
        self.open = Line::default();
    }

    /// The last line that says something.
    pub(crate) fn get(&self) -> &Line {
        if self.open.says_something() { &self.open } else { &self.last }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(pieces: &[&str]) -> String {
        let mut line = LastLine::new(8);
        for piece in pieces {
            line.push(piece.as_bytes());
        }
        String::from_utf8(line.get().bytes.clone()).unwrap()
    }

    #[test]
    fn the_last_line_is_found_however_it_comes() {
        for (pieces, expected) in [
            (vec!["a\nb\n"], "b"),
            (vec!["a\nb\n\n  \n"], "b"),
            (vec!["a\n", "b", "c", "\n", "\n"], "bc"),
            (vec!["a\nb"], "b"),
            (vec!["a", "\n", "b", " c\n"], "b c"),
            (vec!["x\nlong line indeed\n"], "long lin"),
            (vec!["long", " line indeed\n\n"], "long lin"),
            (vec!["a\n\nb\n", "\n"], "b"),
            (vec![], ""),
        ] {
            assert_eq!(last(&pieces), expected, "{pieces:?}");
        }
    }

    #[test]
    fn head_and_tail_are_kept() {
        let mut kept = Kept::new(4);
        for piece in ["ab", "cdef", "", "ghijklmnopq", "r"] {
            kept.push(piece.as_bytes());
        }
        assert_eq!(kept.bytes(), b"abcd\nopqr");
        let mut whole = Kept::new(4);
        whole.push(b"abcdefgh");
        assert_eq!(whole.bytes(), b"abcdefgh");
    }
}
