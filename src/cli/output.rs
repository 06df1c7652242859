//! Writing for people and scripts: in the terminal's charset, and never failing because nobody reads.

use std::io::Write;

use encoding_rs::Encoding;

/// Standard output and standard error of this process.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    charset: &'static Encoding,
}

impl Output {
    /// Output for a terminal of `charset` (`UTF-8`, `GBK`, …); an unknown one is taken as UTF-8.
    pub(super) fn new(charset: &str) -> Self {
        Output { charset: Encoding::for_label(charset.as_bytes()).unwrap_or(encoding_rs::UTF_8) }
    }

    /// A result, with a newline at its end. A reader that has gone is no error of ours.
    pub(super) fn result(self, text: &str) {
        self.write(&mut std::io::stdout().lock(), text);
    }

    /// Something about the result.
    pub(super) fn diagnostic(self, text: &str) {
        self.write(&mut std::io::stderr().lock(), text);
    }

    /// What another process of this program has said, as it said it.
    pub(super) fn passed_on(bytes: &[u8]) {
        let mut to = std::io::stderr().lock();
        let _ = to.write_all(bytes).and_then(|()| to.flush());
    }

    fn write(self, to: &mut impl Write, text: &str) {
        let (bytes, _, _) = self.charset.encode(text);
        let newline: &[u8] = if text.is_empty() || text.ends_with('\n') { b"" } else { b"\n" };
        let _ = to.write_all(&bytes).and_then(|()| to.write_all(newline)).and_then(|()| to.flush());
    }
}
