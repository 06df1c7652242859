//! A tree to the model. What does not fit has been reported by the check before, so nothing is reported here: what
//! can be read is read, what cannot is left out, and a broken step never hides the next one.

mod gate;
mod people;
mod project;
mod stage;
mod step;
mod verb;

pub(super) use people::{month, roster};
pub(super) use project::settings;
pub(super) use stage::runbook;

use super::model::{Secret, Text};
use super::problem::Spanned;
use super::yaml::{Node, Value};

impl Node {
    /// Its text, if it is one.
    pub(super) fn as_text(&self) -> Option<Text> {
        match &self.value {
            Value::Scalar { text, .. } => Some(Spanned::new(text.clone(), self.span)),
            _ => None,
        }
    }

    /// What `read` makes of its text.
    fn as_value<T>(&self, read: impl Fn(&str) -> Option<T>) -> Option<Spanned<T>> {
        match &self.value {
            Value::Scalar { text, .. } => Some(Spanned::new(read(text)?, self.span)),
            _ => None,
        }
    }

    /// Its items; a single one stands for a list of one.
    fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            Value::Null => &[],
            Value::Scalar { .. } | Value::Map(_) => std::slice::from_ref(self),
        }
    }

    /// The texts among its items.
    fn as_texts(&self) -> Vec<Text> {
        self.items().iter().filter_map(Node::as_text).collect()
    }

    /// The text under `key`.
    fn text(&self, key: &str) -> Option<Text> {
        self.get(key)?.as_text()
    }

    /// The texts under `key`.
    fn texts(&self, key: &str) -> Vec<Text> {
        self.get(key).map(Node::as_texts).unwrap_or_default()
    }

    /// What `read` makes of the text under `key`.
    fn value<T>(&self, key: &str, read: impl Fn(&str) -> Option<T>) -> Option<Spanned<T>> {
        self.get(key)?.as_value(read)
    }

    /// The same without its place.
    fn bare<T>(&self, key: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.value(key, read).map(|value| value.value)
    }

    /// Is `true` written under `key`? `otherwise` when nothing is.
    fn flag(&self, key: &str, otherwise: bool) -> bool {
        self.bare(key, |text| text.parse().ok()).unwrap_or(otherwise)
    }

    /// What `read` makes of the items under `key`.
    fn each<T>(&self, key: &str, read: impl Fn(&Node) -> Option<T>) -> Vec<T> {
        self.get(key).map_or(&[][..], Node::items).iter().filter_map(read).collect()
    }

    /// What `read` makes of the values of the map under `key`, by its keys.
    fn named<T>(&self, key: &str, read: impl Fn(&Node) -> Option<T>) -> Vec<(Text, T)> {
        self.get(key).map(|node| node.pairs(read)).unwrap_or_default()
    }

    /// What `read` makes of its values, by its keys.
    fn pairs<T>(&self, read: impl Fn(&Node) -> Option<T>) -> Vec<(Text, T)> {
        self.entries().iter().filter_map(|entry| Some((entry.key.clone(), read(&entry.value)?))).collect()
    }
}

/// `{env: NAME, default: TEXT}` or `{file: PATH}`.
fn secret(node: &Node) -> Option<Secret> {
    match node.text("env") {
        Some(name) => Some(Secret::Env { name, default: node.text("default") }),
        None => node.text("file").map(Secret::File),
    }
}

fn unsigned(text: &str) -> Option<u32> {
    text.parse().ok()
}

fn small(text: &str) -> Option<u8> {
    text.parse().ok()
}
