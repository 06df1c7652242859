//! Every sentence that an operator reads: messages are named by id with typed values, and rendered in one language
//! at the edge. Rooms speak [`Msg`]; only this room knows English and Chinese.

mod catalogue;

use std::collections::BTreeMap;

pub use catalogue::{has, render, show};

/// A language that operators read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// The language that a tag such as `zh`, `zh_CN.GBK` or `en_US.UTF-8` asks for.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.get(..2)? {
            "zh" => Some(Lang::Zh),
            "en" => Some(Lang::En),
            _ => None,
        }
    }
}

/// A value inside a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// Text, put in as it is (already free of control characters where it came from outside).
    Text(String),
    /// A count; the catalogue may choose a plural by it.
    Count(i64),
    /// Another message, rendered in the same language.
    Msg(Box<Msg>),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Arg::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Arg::Text(text)
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Arg::Text(text.clone())
    }
}

impl From<Msg> for Arg {
    fn from(msg: Msg) -> Self {
        Arg::Msg(Box::new(msg))
    }
}

macro_rules! arg_from_number {
    ($($t:ty),*) => {$(
        impl From<$t> for Arg {
            fn from(number: $t) -> Self {
                i64::try_from(number).map_or_else(|_| Arg::Text(number.to_string()), Arg::Count)
            }
        }
    )*};
}
arg_from_number!(i32, u32, i64, u64, usize);

/// A sentence of the catalogue (`locales/*/*.ftl`): its id and the values that go into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Msg {
    /// The message's id.
    pub id: &'static str,
    /// Values by name.
    pub args: BTreeMap<&'static str, Arg>,
}

impl Msg {
    /// A message without values.
    pub fn new(id: &'static str) -> Self {
        Msg { id, args: BTreeMap::new() }
    }

    /// The message for one of a family of words (`step-status` and `running`: `step-status-running`), as [`crate::run::status`]
    /// spells them. A word without a sentence shows itself.
    pub fn word(family: &'static str, word: &'static str) -> Self {
        Msg { id: "word", args: BTreeMap::from([("family", Arg::from(family)), ("word", Arg::from(word))]) }
    }

    /// The same message with one value more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.insert(name, value.into());
        self
    }
}

/// `msg!("run-started", run = id, month = month.to_string())`: a [`Msg`] with its values.
#[macro_export]
macro_rules! msg {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::words::Msg::new($id)$(.with(stringify!($name), $value))*
    };
}

/// What can say, in the operator's language, what it is.
pub trait Explain {
    /// The sentence that tells a person what happened and what to do.
    fn explain(&self) -> Msg;
}

/// Text from outside, made safe for a terminal, a log line and a letter: escape sequences are dropped, other control
/// characters and those that turn the direction of text are shown as `�`, a tab becomes a space.
pub fn printable(text: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_escape(&mut chars),
            '\u{9b}' => skip_control_sequence(&mut chars),
            '\t' => shown.push(' '),
            '\n' => shown.push('\n'),
            c if c.is_control() || is_bidi(c) => shown.push('\u{fffd}'),
            c => shown.push(c),
        }
    }
    shown
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn skip_escape(chars: &mut Chars<'_>) {
    match chars.next_if(|c| !c.is_control()) {
        Some('[') => skip_control_sequence(chars),
        // Strings (OSC, DCS, PM, APC, SOS) last to BEL or ESC \; one that has no end is not worth a whole line.
        Some(']' | 'P' | '^' | '_' | 'X') => {
            while let Some(c) = chars.next_if(|c| *c != '\n') {
                if c == '\u{7}' || c == '\u{9c}' || (c == '\u{1b}' && chars.next_if_eq(&'\\').is_some()) {
                    break;
                }
            }
        }
        Some('(' | ')' | '*' | '+' | '#' | '%' | ' ') => {
            chars.next_if(|c| !c.is_control());
        }
        _ => {}
    }
}

fn skip_control_sequence(chars: &mut Chars<'_>) {
    while let Some(c) = chars.next_if(|c| ('\u{20}'..='\u{7e}').contains(c)) {
        if ('\u{40}'..='\u{7e}').contains(&c) {
            break;
        }
    }
}

/// Characters that turn or hide text: bidirectional controls, zero-width ones, line and paragraph separators.
pub fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
}

/// The same as one line: newlines are spaces, and no more than `limit` characters.
pub fn one_line(text: &str, limit: usize) -> String {
    if text.len() <= limit && is_plain_line(text) {
        return text.to_owned();
    }
    let line = printable(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= limit {
        return line;
    }
    line.chars().take(limit.saturating_sub(1)).chain(['…']).collect()
}

/// Are these plain words with one space between them, as nearly all that is shown?
fn is_plain_line(text: &str) -> bool {
    let words = text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.contains("  ");
    words && !text.starts_with(' ') && !text.ends_with(' ')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn plain_text_is_shown_like_any_other(text in "[ a-c\\n~!]{0,12}", limit in 1_usize..16) {
            // What is not plain takes the long way.
            let other = format!("{text} 南");
            prop_assert_eq!(format!("{} 南", printable(&text)), printable(&other));
            let line = one_line(&text, 1_000);
            let both = format!("{line} 南");
            prop_assert_eq!(both.trim_start(), one_line(&other, 1_000));
            prop_assert_eq!(one_line(&text, limit), one_line(&line, limit));
            prop_assert!(one_line(&text, limit).chars().count() <= limit);
        }
    }

    #[test]
    fn nothing_from_outside_commands_the_terminal() {
        assert_eq!(printable("a\u{1b}[31mred\u{1b}[0m"), "ared");
        assert_eq!(printable("\u{1b}]0;title\u{7}x\u{1b}]8;;u\u{1b}\\y"), "xy");
        assert_eq!(printable("ok\rbad\u{8}\u{202e}"), "ok\u{fffd}bad\u{fffd}\u{fffd}");
        assert_eq!(printable("\u{1b}"), "");
        assert_eq!(printable("南京\tline\nnext"), "南京 line\nnext");
        assert_eq!(one_line("a\n  b\u{1b}[2J c", 80), "a b c");
        assert_eq!(one_line("12345", 4), "123…");
    }
}
