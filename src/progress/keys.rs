//! What is typed, as keys: bytes of a terminal in its encoding become characters and a few named keys.

use std::mem;

use encoding_rs::Decoder;

use super::charset::Charset;

/// A key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// A character that can be seen.
    Char(char),
    /// Text that was pasted, on one line.
    Paste(String),
    /// Enter.
    Enter,
    /// Backspace.
    Backspace,
    /// Ctrl-U: the line is emptied.
    Clear,
    /// Esc alone.
    Esc,
    /// Tab.
    Tab,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Ctrl-D.
    CtrlD,
    /// Ctrl-L: the terminal shows something else than it should.
    Redraw,
    /// End of input: nobody is at the terminal any more.
    Gone,
}

/// Longest escape sequence that is waited for.
const LONGEST: usize = 16;

/// Turns bytes into keys; what is incomplete stays for the next bytes.
#[derive(Debug)]
pub struct Keys {
    decoder: Decoder,
    escape: Option<String>,
    paste: Option<String>,
    /// A carriage return was just seen: the newline of a CR LF pair is no second Enter.
    after_return: bool,
}

impl Keys {
    /// For a terminal of this encoding.
    pub fn new(charset: Charset) -> Self {
        Keys { decoder: charset.decoder(), escape: None, paste: None, after_return: false }
    }

    /// The keys that `bytes` complete.
    pub fn read(&mut self, bytes: &[u8]) -> Vec<Key> {
        let needed = self.decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len() * 4);
        let mut text = String::with_capacity(needed);
        let _ = self.decoder.decode_to_string(bytes, &mut text, false);
        let mut keys = Vec::new();
        for c in text.chars() {
            self.take(c, &mut keys);
        }
        keys
    }

    /// Nothing came for a while: an Esc that nothing followed was the key.
    pub fn pause(&mut self) -> Vec<Key> {
        match self.escape.take() {
            Some(begun) if begun.is_empty() && self.paste.is_none() => vec![Key::Esc],
            _ => Vec::new(),
        }
    }

    fn take(&mut self, c: char, keys: &mut Vec<Key>) {
        if let Some(mut begun) = self.escape.take() {
            return self.take_escape(&mut begun, c, keys);
        }
        let newline_of_pair = mem::replace(&mut self.after_return, c == '\r') && c == '\n';
        match (&mut self.paste, c) {
            (_, '\n') if newline_of_pair => {}
            (_, '\u{1b}') => self.escape = Some(String::new()),
            (Some(paste), '\r' | '\n' | '\t') => paste.push(' '),
            (Some(paste), c) if !c.is_control() => paste.push(c),
            (Some(_), _) => {}
            (None, c) => keys.extend(plain_key(c)),
        }
    }

    fn take_escape(&mut self, begun: &mut String, c: char, keys: &mut Vec<Key>) {
        let introduces = begun.is_empty() && matches!(c, '[' | 'O');
        let unfinished = !begun.is_empty() && !('\u{40}'..='\u{7e}').contains(&c) && !c.is_control();
        if c == '\u{1b}' {
            keys.push(Key::Esc);
            self.escape = Some(String::new());
        } else if (introduces || unfinished) && begun.len() < LONGEST {
            begun.push(c);
            self.escape = Some(mem::take(begun));
        } else if begun.is_empty() {
            // Esc and then a key at once: Alt with that key, or very fast fingers.
            keys.push(Key::Esc);
            self.take(c, keys);
        } else {
            begun.push(c);
            self.end_escape(begun, keys);
        }
    }

    fn end_escape(&mut self, sequence: &str, keys: &mut Vec<Key>) {
        match sequence {
            "[200~" => self.paste = Some(String::new()),
            "[201~" => {
                let pasted = self.paste.take().unwrap_or_default();
                keys.push(Key::Paste(pasted.trim().to_owned()));
            }
            _ if self.paste.is_some() => {}
            "[A" | "OA" => keys.push(Key::Up),
            "[B" | "OB" => keys.push(Key::Down),
            "[5~" => keys.push(Key::PageUp),
            "[6~" => keys.push(Key::PageDown),
            "OM" => keys.push(Key::Enter),
            _ => {}
        }
    }
}

fn plain_key(c: char) -> Option<Key> {
    match c {
        '\r' | '\n' => Some(Key::Enter),
        '\u{8}' | '\u{7f}' => Some(Key::Backspace),
        '\u{15}' => Some(Key::Clear),
        '\t' => Some(Key::Tab),
        '\u{4}' => Some(Key::CtrlD),
        '\u{c}' => Some(Key::Redraw),
        c if c.is_control() || crate::words::is_bidi(c) => None,
        c => Some(Key::Char(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys_of(locale: &str, parts: &[&[u8]]) -> Vec<Key> {
        let mut keys = Keys::new(Charset::of_locale(locale));
        let mut all: Vec<Key> = parts.iter().flat_map(|part| keys.read(part)).collect();
        all.extend(keys.pause());
        all
    }

    #[test]
    fn characters_come_whole_in_both_encodings() {
        let nanjing = [Key::Char('南'), Key::Char('京')];
        assert_eq!(keys_of("C.UTF-8", &["南京".as_bytes()]), nanjing);
        assert_eq!(keys_of("C.UTF-8", &[&[0xe5, 0x8d], &[0x97, 0xe4, 0xba, 0xac]]), nanjing);
        assert_eq!(keys_of("zh_CN.GBK", &[&[0xc4], &[0xcf, 0xbe, 0xa9]]), nanjing);
    }

    #[test]
    fn named_keys_are_told_from_text() {
        use Key::{Backspace, Char, Clear, CtrlD, Down, Enter, Esc, Tab, Up};
        let cases: &[(&[&[u8]], &[Key])] = &[
            (&[b"y\r\n\n"], &[Char('y'), Enter, Enter]),
            (&[b"y\n\n\n"], &[Char('y'), Enter, Enter, Enter]),
            (&[b"\x1b[A\x1bOB"], &[Up, Down]),
            (&[b"\x1b", b"[A"], &[Up]),
            (&[b"\x1b"], &[Esc]),
            (&[b"\x1b\x1b"], &[Esc, Esc]),
            (&[b"\x1bx"], &[Esc, Char('x')]),
            (&[b"\x1b[1;5Cz\x1b[15~"], &[Char('z')]),
            (&[b"\x7f\x15\t\x04\x0c"], &[Backspace, Clear, Tab, CtrlD, Key::Redraw]),
            (&["y\u{202e}\u{0}".as_bytes()], &[Char('y')]),
        ];
        for (bytes, wanted) in cases {
            assert_eq!(keys_of("C.UTF-8", bytes), *wanted, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_pasted_is_one_piece_and_presses_no_key() {
        let pasted = keys_of("C.UTF-8", &[b"\x1b[200~line 1\r\nline 2\n\x1b[31my\x1b[201~\r"]);
        assert_eq!(pasted, [Key::Paste("line 1 line 2 y".to_owned()), Key::Enter]);
    }
}
