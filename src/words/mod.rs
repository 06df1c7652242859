//! Every sentence that an operator reads: messages are named by id with typed values, and rendered in one language
//! at the edge. Rooms speak [`Msg`]; only this room knows English and Chinese.

mod catalogue;

use std::collections::BTreeMap;

pub use catalogue::{render, render_ids, show};

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
