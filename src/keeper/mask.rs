//! Values of secrets, taken out of everything that is kept or shown: also when a value comes in two pieces.

use std::fmt::Write as _;
use std::sync::Arc;

use regex::bytes::{NoExpand, Regex, RegexBuilder};

/// What stands in place of a secret.
pub(crate) const MASK: &str = "•••";

/// Shorter values would make every text unreadable and hide nothing.
const SHORTEST: usize = 3;

/// The values to take out: as they are, and in their base64 and URL forms.
#[derive(Debug, Clone, Default)]
pub(crate) struct Masks {
    found: Option<Arc<Finder>>,
}

struct Finder {
    any: Regex,
    forms: Vec<Vec<u8>>,
    longest: usize,
}

/// A secret is not shown in a debug text either.
impl std::fmt::Debug for Finder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Finder({} forms)", self.forms.len())
    }
}

impl Masks {
    /// Masks for these values.
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut forms: Vec<String> = secrets.into_iter().flat_map(forms).collect();
        // The longest first: a value that begins with another one is taken out whole.
        forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        forms.dedup();
        let Some(longest) = forms.first().map(String::len) else { return Masks::default() };
        let pattern = forms.iter().map(|form| regex::escape(form)).collect::<Vec<_>>().join("|");
        let found = RegexBuilder::new(&pattern).size_limit(usize::MAX).build().ok().map(|any| {
            Arc::new(Finder { any, forms: forms.into_iter().map(String::into_bytes).collect(), longest })
        });
        Masks { found }
    }

    /// A whole text without them.
    pub(crate) fn text(&self, text: &str) -> String {
        let mut stream = self.stream();
        let mut shown = stream.feed(text.as_bytes());
        shown.extend(stream.finish());
        String::from_utf8_lossy(&shown).into_owned()
    }

    /// For a stream that comes in pieces.
    pub(crate) fn stream(&self) -> MaskStream {
        MaskStream { masks: self.clone(), held: Vec::new() }
    }
}

/// All forms in which `secret` may be met.
fn forms(secret: &str) -> Vec<String> {
    let lines = secret.lines().filter(|line| line.len() >= 8).map(str::to_owned);
    let mut forms: Vec<String> = std::iter::once(secret.to_owned()).chain(lines).collect();
    if secret.len() >= 6 {
        forms.push(base64(secret.as_bytes()));
        forms.push(percent(secret));
    }
    forms.retain(|form| form.len() >= SHORTEST);
    forms
}

/// Without padding, so that the padded form is met too.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            let index = (group >> (18 - 6 * digit)) & 63;
            text.push(char::from(DIGITS[index as usize]));
        }
    }
    text
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Masks a stream that comes in pieces: what may be the beginning of a secret is held back until more is there.
#[derive(Debug)]
pub(crate) struct MaskStream {
    masks: Masks,
    held: Vec<u8>,
}

impl MaskStream {
    /// The part of `bytes` that can be shown now.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let Some(finder) = &self.masks.found else { return bytes.to_vec() };
        let mut all = std::mem::take(&mut self.held);
        all.extend_from_slice(bytes);
        let hold = all.len() - finder.open_end(&all);
        let mut shown = Vec::with_capacity(all.len());
        let mut done = 0;
        for found in finder.any.find_iter(&all).take_while(|found| found.start() < hold) {
            shown.extend_from_slice(&all[done..found.start()]);
            shown.extend_from_slice(MASK.as_bytes());
            done = found.end();
        }
        let hold = hold.max(done);
        shown.extend_from_slice(&all[done..hold]);
        self.held = all.split_off(hold);
        shown
    }

    /// What was held back, when nothing more comes.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        let rest = std::mem::take(&mut self.held);
        match &self.masks.found {
            None => rest,
            Some(finder) => finder.any.replace_all(&rest, NoExpand(MASK.as_bytes())).into_owned(),
        }
    }
}

impl Finder {
    /// How many bytes at the end may be the beginning of a secret.
    fn open_end(&self, bytes: &[u8]) -> usize {
        let longest = bytes.len().min(self.longest - 1);
        (1..=longest)
            .rev()
            .find(|length| {
                let end = &bytes[bytes.len() - length..];
                self.forms.iter().any(|form| form.len() > *length && form.starts_with(end))
            })
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streamed(masks: &Masks, pieces: &[&str]) -> String {
        let mut stream = masks.stream();
        let mut shown: Vec<u8> = pieces.iter().flat_map(|piece| stream.feed(piece.as_bytes())).collect();
        shown.extend(stream.finish());
        String::from_utf8(shown).unwrap()
    }

    #[test]
    fn secrets_are_taken_out_also_over_two_writes() {
        let masks = Masks::new(["s3cret-pass", "s3cret-pass-long", "ab"]);
        for (pieces, shown) in [
            (vec!["x s3cret-pass y"], "x ••• y"),
            (vec!["x s3c", "ret", "-pass y"], "x ••• y"),
            (vec!["s3cret-pass", "-long!"], "•••!"),
            (vec!["s3cret-pass", "-short"], "•••-short"),
            (vec!["s3cret", " only", " s3"], "s3cret only s3"),
            (vec!["ab"], "ab"),
            (vec!["czNjcmV0LXBhc3M="], "•••="),
        ] {
            assert_eq!(streamed(&masks, &pieces), shown, "{pieces:?}");
        }
        assert_eq!(streamed(&Masks::new(["p@ss/word"]), &["?p=p%40ss%", "2Fword&"]), "?p=•••&");
    }

    #[test]
    fn nothing_to_mask_changes_nothing() {
        assert_eq!(streamed(&Masks::new([]), &["a", "b"]), "ab");
        assert_eq!(base64(b"light work."), "bGlnaHQgd29yay4");
    }
}
