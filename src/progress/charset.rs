//! The encoding of a terminal, as `LANG` names it: UTF-8, or another such as GBK.

use encoding_rs::{Encoding, UTF_8};

/// A terminal's encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charset(&'static Encoding);

impl Default for Charset {
    fn default() -> Self {
        Charset(UTF_8)
    }
}

impl Charset {
    /// What `LC_ALL`, `LC_CTYPE` or `LANG` asks for: `zh_CN.GBK`, `zh_CN.gb18030@x`, `en_US.UTF-8`. UTF-8 where they
    /// name none that is known.
    pub fn of_locale(locale: &str) -> Self {
        let label = locale.split_once('.').map_or("", |(_, rest)| rest.split('@').next().unwrap_or(""));
        let label = if label.eq_ignore_ascii_case("eucCN") { "gbk" } else { label };
        Charset(Encoding::for_label(label.as_bytes()).unwrap_or(UTF_8))
    }

    /// Is it UTF-8?
    pub fn is_utf8(self) -> bool {
        self.0 == UTF_8
    }

    /// `text` in this encoding; what it does not have becomes `?`.
    pub fn encode(self, text: &str) -> Vec<u8> {
        if self.is_utf8() || text.is_ascii() {
            return text.as_bytes().to_vec();
        }
        let mut bytes = Vec::with_capacity(text.len());
        for c in text.chars() {
            let mut one = [0; 4];
            let (encoded, _, unknown) = self.0.encode(c.encode_utf8(&mut one));
            // The replacement of encoding_rs is meant for web forms (`&#128512;`).
            if unknown {
                bytes.push(b'?');
            } else {
                bytes.extend_from_slice(&encoded);
            }
        }
        bytes
    }

    /// A decoder for what is typed.
    pub fn decoder(self) -> encoding_rs::Decoder {
        self.0.new_decoder_without_bom_handling()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_name_their_encoding() {
        assert_eq!(Charset::of_locale("zh_CN.GBK").encode("南京"), [0xc4, 0xcf, 0xbe, 0xa9]);
        assert_eq!(Charset::of_locale("zh_CN.gb2312@x").encode("南"), [0xc4, 0xcf]);
        for utf8 in ["zh_CN.UTF-8", "C.utf8", "C", "", "zh_CN", "zh_CN.nonsense"] {
            assert!(Charset::of_locale(utf8).is_utf8(), "{utf8}");
        }
    }

    #[test]
    fn what_an_encoding_lacks_becomes_a_question_mark() {
        assert_eq!(Charset::of_locale("zh_CN.GBK").encode("a😀b\u{1b}[K"), b"a?b\x1b[K");
    }
}
