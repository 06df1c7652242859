//! A tree against a shape: every mistake at once, with what was expected, what stands there and what was meant.

use std::collections::HashSet;

use super::{Field, REST, Scalar, Shape, Table, Variant, project::SECRET_TABLE};
use crate::msg;
use crate::runbook::problem::{Problem, Span, meant};
use crate::runbook::text::visible;
use crate::runbook::yaml::{Entry, Node, Value};
use crate::words::Msg;

/// Adds everything to `problems` that keeps `node` from being a `shape`.
pub(in crate::runbook) fn check(node: &Node, shape: &Shape, problems: &mut Vec<Problem>) {
    Check { problems, sound: HashSet::new() }.node(node, shape);
}

/// One walk over a tree.
struct Check<'a> {
    problems: &'a mut Vec<Problem>,
    /// Patterns that were found to be sound: the same few stand in many steps, and each takes long to look at.
    sound: HashSet<String>,
}

impl Check<'_> {
    fn node(&mut self, node: &Node, shape: &Shape) {
        match (shape, &node.value) {
            (Shape::Scalar(scalar), Value::Scalar { text, plain }) => {
                self.scalar(*scalar, text, *plain, node.span);
            }
            (Shape::Secret, Value::Scalar { .. }) => {
                let problem = Problem::error(node.span, msg!("problem-secret-in-text"));
                self.problems.push(problem.help(msg!("help-problem-secret")).secret());
            }
            (Shape::Secret, Value::Map(_)) => self.table(node, &SECRET_TABLE),
            (Shape::List(of) | Shape::OneOrMany(of), Value::List(items)) => {
                for item in items {
                    self.node(item, of);
                }
            }
            (Shape::OneOrMany(of), Value::Scalar { .. } | Value::Map(_)) => self.node(node, of),
            (Shape::Map(keys), Value::Map(_)) => self.table(node, keys),
            (Shape::MapOf(key, of) | Shape::OneOf(key, of), Value::Map(entries)) => {
                for entry in entries {
                    self.own_entry(entry, *key, of);
                }
                if matches!(shape, Shape::OneOf(..)) && entries.len() != 1 {
                    self.problems.push(Problem::error(
                        node.head(),
                        msg!("problem-not-one-entry", count = entries.len()),
                    ));
                }
            }
            (Shape::Filled(of), value) => {
                if is_empty(value) {
                    self.problems.push(Problem::error(node.span, msg!("problem-empty")));
                } else {
                    self.node(node, of);
                }
            }
            (Shape::AnyOf(shapes), _) => match pick(node, shapes) {
                Some(shape) => self.node(node, shape),
                None => self.problems.push(unexpected(node, shape)),
            },
            _ => self.problems.push(unexpected(node, shape)),
        }
    }

    fn own_entry(&mut self, entry: &Entry, key: Scalar, of: &Shape) {
        if let Some(fault) = key.fault(&entry.key, true) {
            self.problems.push(fault.at(entry.key.span));
        }
        self.node(&entry.value, of);
    }

    fn table(&mut self, node: &Node, table: &Table) {
        let mut guesses = Vec::new();
        let chosen: Vec<(&Entry, &Variant)> = node
            .entries()
            .iter()
            .filter_map(|entry| table.variant(&entry.key).map(|variant| (entry, variant)))
            .collect();
        for entry in node.entries() {
            if let Some(field) = table.field(&entry.key) {
                self.known_entry(entry, field, table, &chosen);
            } else if let Some((key, of)) =
                table.rest.filter(|_| chosen.first().is_some_and(|(_, v)| v.with == REST))
            {
                self.own_entry(entry, key, of);
            } else {
                let guess = meant(&entry.key, table.keys());
                guesses.extend(guess);
                self.problems.push(unknown_key(entry, table, guess));
            }
        }
        self.one_variant(node, table, &chosen, &guesses);
        self.missing_keys(node, table, chosen.first().map(|(_, variant)| *variant), &guesses);
    }

    fn known_entry(&mut self, entry: &Entry, field: &Field, table: &Table, chosen: &[(&Entry, &Variant)]) {
        let partners = table.goes_with(field.key);
        if let [(verb, _)] = chosen
            && !partners.is_empty()
            && !partners.contains(&verb.key.as_str())
        {
            let message = msg!("problem-key-does-not-go-with", key = field.key, with = &verb.key.value);
            let help = msg!("help-problem-goes-with", key = field.key, keys = partners.join(", "));
            self.problems.push(Problem::error(entry.key.span, message).help(help));
        }
        self.node(&entry.value, field.shape);
    }

    fn one_variant(&mut self, node: &Node, table: &Table, chosen: &[(&Entry, &Variant)], guesses: &[&str]) {
        let misspelt = guesses.iter().any(|guess| table.variant(guess).is_some());
        match chosen {
            [] if table.variants.is_empty() || misspelt => {}
            [] => {
                let keys: Vec<&str> = table.variants.iter().map(|variant| variant.field.key).collect();
                self.problems.push(none_of(node, table, &keys));
            }
            [(first, _), others @ ..] => {
                for (other, _) in others {
                    let message = msg!(
                        "problem-two-variants",
                        thing = Msg::new(table.id),
                        first = &first.key.value,
                        second = &other.key.value
                    );
                    let problem = Problem::error(other.key.span, message);
                    self.problems.push(problem.related(first.key.span, msg!("problem-first-here")));
                }
            }
        }
    }

    fn missing_keys(&mut self, node: &Node, table: &Table, variant: Option<&Variant>, guesses: &[&str]) {
        let absent = |key: &str| node.get(key).is_none() && !guesses.contains(&key);
        let needed = variant.map_or(&[][..], |variant| variant.needs);
        let required = table.fields().filter(|field| field.required || needed.contains(&field.key));
        for field in required.filter(|field| absent(field.key)) {
            let message = msg!("problem-missing-key", thing = Msg::new(table.id), key = field.key);
            self.problems.push(Problem::error(node.head(), message));
        }
        let either = variant.map_or(&[][..], |variant| variant.needs_one);
        if !either.is_empty() && either.iter().all(|key| absent(key)) {
            self.problems.push(none_of(node, table, either));
        }
    }

    fn scalar(&mut self, scalar: Scalar, text: &str, plain: bool, place: Span) {
        let pattern = matches!(scalar, Scalar::Pattern);
        if pattern && self.sound.contains(text) {
            return;
        }
        match scalar.fault(text, plain) {
            Some(fault) => {
                self.problems.push(fault.at(place));
            }
            None if pattern => drop(self.sound.insert(text.to_owned())),
            None => {}
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        Value::Null | Value::Scalar { .. } => false,
    }
}

/// The one of `shapes` that `node` was written as: of its kind, and knowing most of its keys.
pub(super) fn pick(node: &Node, shapes: &[&'static Shape]) -> Option<&'static Shape> {
    let fitting = shapes.iter().copied().filter(|shape| fits(node, shape));
    fitting.reduce(|best, next| if known_keys(node, next) > known_keys(node, best) { next } else { best })
}

fn fits(node: &Node, shape: &Shape) -> bool {
    match (shape, &node.value) {
        (_, Value::Null) => false,
        (Shape::AnyOf(shapes), _) => shapes.iter().any(|shape| fits(node, shape)),
        (Shape::Filled(of), _) => fits(node, of),
        (Shape::OneOrMany(of), value) => matches!(value, Value::List(_)) || fits(node, of),
        (Shape::Scalar(_), value) => matches!(value, Value::Scalar { .. }),
        (Shape::List(_), value) => matches!(value, Value::List(_)),
        (Shape::Secret | Shape::Map(_) | Shape::MapOf(..) | Shape::OneOf(..), value) => {
            matches!(value, Value::Map(_))
        }
    }
}

/// How well a map's keys fit: those that are known, then those that nearly are.
fn known_keys(node: &Node, shape: &Shape) -> usize {
    let Shape::Map(table) = shape else { return 0 };
    let weight = |entry: &Entry| match table.field(&entry.key) {
        Some(_) => 1_000,
        None => usize::from(meant(&entry.key, table.keys()).is_some()),
    };
    node.entries().iter().map(weight).sum()
}

fn none_of(node: &Node, table: &Table, keys: &[&str]) -> Problem {
    let message = msg!("problem-none-of", thing = Msg::new(table.id), keys = keys.join(", "));
    Problem::error(node.head(), message)
}

fn unknown_key(entry: &Entry, table: &Table, guess: Option<&'static str>) -> Problem {
    let key = visible(&entry.key, 64);
    let problem =
        Problem::error(entry.key.span, msg!("problem-unknown-key", thing = Msg::new(table.id), key = key));
    problem.help(match guess {
        Some(word) => msg!("help-problem-meant", word = word),
        None => msg!("help-problem-known-keys", keys = table.keys().collect::<Vec<_>>().join(", ")),
    })
}

fn unexpected(node: &Node, shape: &Shape) -> Problem {
    let found = match &node.value {
        Value::Null => msg!("problem-found-nothing"),
        Value::Scalar { text, .. } => msg!("problem-found-text", text = visible(text, 40)),
        Value::List(_) => msg!("problem-found-list"),
        Value::Map(_) => msg!("problem-found-map"),
    };
    let problem = Problem::error(node.span, msg!("problem-expected", what = what(shape), found = found));
    match (shape, &node.value) {
        (Shape::List(_), Value::Scalar { text, .. }) => {
            problem.help(msg!("help-problem-write-list", text = visible(text, 40)))
        }
        _ => problem,
    }
}

/// A shape in words.
fn what(shape: &Shape) -> Msg {
    match shape {
        Shape::Scalar(scalar) => scalar.what(),
        Shape::Secret => msg!("problem-shape-secret"),
        Shape::List(_) => msg!("problem-shape-list"),
        Shape::Filled(of) => what(of),
        Shape::OneOrMany(of) => {
            msg!("problem-shape-or", first = what(of), second = msg!("problem-shape-list"))
        }
        Shape::Map(table) => msg!("problem-shape-map", thing = Msg::new(table.id)),
        Shape::MapOf(..) | Shape::OneOf(..) => msg!("problem-shape-map-of"),
        Shape::AnyOf(shapes) => {
            let words = shapes.iter().map(|shape| what(shape));
            words
                .reduce(|first, second| msg!("problem-shape-or", first = first, second = second))
                .unwrap_or_else(|| msg!("problem-shape-line"))
        }
    }
}
