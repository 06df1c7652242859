//! The file of a load, as text. What is wrong with its encoding is counted with its lines.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

use crate::exec::files::{Place, Print};
use crate::exec::log::encoding_of;
use crate::msg;
use crate::words::Msg;

/// Read at a time.
const PIECE: usize = 1 << 16;

/// Lines that are named.
const NAMED: usize = 5;

/// A file that was opened, and how it was then.
#[derive(Debug)]
pub(super) struct Source {
    file: File,
    path: PathBuf,
    print: Print,
    /// How it is called.
    pub(super) shown: String,
}

impl Source {
    /// Opens it. What is no file of bytes that lie still is refused; nothing waits for a pipe's other end.
    pub(super) fn open(place: &Place) -> Result<Self, Msg> {
        let shown = place.shown.clone();
        let unreadable = |error: io::Error| {
            msg!("exec-file-unreadable", file = place.shown.clone(), why = error.to_string())
        };
        let path = place.real().map_err(unreadable)?;
        let path = path.ok_or_else(|| msg!("exec-file-outside", file = shown.clone()))?;
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NOCTTY;
        let flags = i32::try_from(flags.bits()).unwrap_or(0);
        let file = OpenOptions::new().read(true).custom_flags(flags).open(&path).map_err(unreadable)?;
        let found = file.metadata().map_err(unreadable)?;
        if !found.is_file() {
            return Err(msg!("exec-file-not-a-file", file = shown));
        }
        if found.len() == 0 {
            return Err(msg!("load-empty", file = shown));
        }
        Ok(Source { file, path, print: Print::of(&found), shown })
    }

    /// Its length.
    pub(super) fn size(&self) -> u64 {
        self.print.size
    }

    /// Is it, by its name too, still what was opened?
    pub(super) fn is_unchanged(&self) -> bool {
        let now = [self.file.metadata(), std::fs::metadata(&self.path)];
        now.into_iter().all(|found| found.is_ok_and(|found| Print::of(&found) == self.print))
    }

    /// Its text from the beginning: one at a time. `encoding` is a word of the language, UTF-8 when nothing is said.
    pub(super) fn text(&self, encoding: Option<&str>) -> Result<Text, Msg> {
        let unreadable = |error: io::Error| msg!("load-unreadable", why = error.to_string());
        let mut file = self.file.try_clone().map_err(unreadable)?;
        file.rewind().map_err(unreadable)?;
        let label = encoding.unwrap_or("utf-8").to_owned();
        let known = encoding_of(encoding);
        Ok(Text {
            file,
            decoder: known.new_decoder_without_bom_handling(),
            encoding: known,
            label,
            raw: vec![0; PIECE],
            read: 0,
            ended: false,
            lines: 1,
            bad: 0,
            bad_lines: Vec::new(),
            twin: (known != UTF_8).then(Twin::new),
        })
    }
}

/// Text that is being read.
pub(super) struct Text {
    file: File,
    encoding: &'static Encoding,
    label: String,
    decoder: Decoder,
    raw: Vec<u8>,
    read: u64,
    ended: bool,
    lines: u64,
    bad: u64,
    bad_lines: Vec<u64>,
    twin: Option<Twin>,
}

/// The same bytes read as UTF-8: what is all valid so and holds characters of East Asia is nothing else.
struct Twin {
    decoder: Decoder,
    wide: bool,
}

impl Text {
    /// How many bytes were read.
    pub(super) fn bytes(&self) -> u64 {
        self.read
    }

    /// Adds the next piece to `text`; `false` at the end.
    pub(super) fn more(&mut self, text: &mut String) -> Result<bool, Msg> {
        if self.ended {
            return Ok(false);
        }
        let unreadable = |error: io::Error| msg!("load-unreadable", why = error.to_string());
        let mut raw = std::mem::take(&mut self.raw);
        let (begins, mut length) = (self.read == 0, 0);
        // A mark stands in the first bytes, however few come at a time.
        loop {
            let more = self.file.read(&mut raw[length..]).map_err(unreadable)?;
            length += more;
            if more == 0 || length >= 4 {
                break;
            }
        }
        self.read += length as u64;
        let from = if begins { self.mark(&raw[..length])? } else { 0 };
        let piece = text.len();
        self.decode(&raw[from..length], length == 0, text);
        if begins && text[piece..].starts_with('\u{feff}') {
            text.remove(piece);
        }
        self.raw = raw;
        self.ended = length == 0;
        Ok(!self.ended)
    }

    /// How long the byte order mark is; a mark of another encoding is refused.
    fn mark(&self, bytes: &[u8]) -> Result<usize, Msg> {
        match Encoding::for_bom(bytes) {
            Some((found, length)) if found == self.encoding => Ok(length),
            Some((found, _)) => {
                Err(msg!("load-other-encoding", found = found.name(), encoding = self.label.clone()))
            }
            None => Ok(0),
        }
    }

    fn decode(&mut self, mut bytes: &[u8], last: bool, text: &mut String) {
        if self.twin.as_mut().is_some_and(|twin| !twin.takes(bytes, last)) {
            self.twin = None;
        }
        let mut counted = text.len();
        loop {
            text.reserve(
                self.decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(PIECE) + 4,
            );
            let (result, used) = self.decoder.decode_to_string_without_replacement(bytes, text, last);
            bytes = &bytes[used..];
            self.lines += newlines(&text[counted..]);
            counted = text.len();
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    self.bad += 1;
                    if self.bad_lines.len() < NAMED && self.bad_lines.last() != Some(&self.lines) {
                        self.bad_lines.push(self.lines);
                    }
                    text.push('\u{fffd}');
                    counted = text.len();
                }
            }
        }
    }

    /// Why what was read so far is not what it should be.
    pub(super) fn trouble(&self) -> Option<Msg> {
        let encoding = self.label.clone();
        if self.twin.as_ref().is_some_and(|twin| twin.wide) {
            return Some(msg!("load-other-encoding", found = "UTF-8", encoding = encoding));
        }
        let lines: Vec<String> = self.bad_lines.iter().map(u64::to_string).collect();
        (self.bad > 0).then(|| {
            msg!("load-bad-encoding", count = self.bad, encoding = encoding, lines = lines.join(", "))
        })
    }
}

impl Twin {
    fn new() -> Self {
        Twin { decoder: UTF_8.new_decoder_without_bom_handling(), wide: false }
    }

    /// Is it still UTF-8?
    fn takes(&mut self, bytes: &[u8], last: bool) -> bool {
        let room = self.decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(PIECE);
        let mut text = String::with_capacity(room + 4);
        let (result, _) = self.decoder.decode_to_string_without_replacement(bytes, &mut text, last);
        self.wide |= text.chars().any(|c| matches!(c, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}'));
        result == DecoderResult::InputEmpty
    }
}

fn newlines(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u64
}
