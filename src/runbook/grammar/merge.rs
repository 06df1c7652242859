//! An overlay over a file: its keys win, maps are merged key by key, lists and single words are replaced.

use super::{Shape, check::pick, project::SECRET_TABLE};
use crate::runbook::yaml::{Entry, Node, Value};

/// `base` with `overlay` put over it. A map that says which kind it is by one of its keys (`env` or `file`; `run`,
/// `sql` or `http`) is replaced as a whole when the overlay says another kind.
pub(in crate::runbook) fn merge(base: Node, overlay: Node, shape: &Shape) -> Node {
    let Node { span, value } = base;
    let shape = match shape {
        Shape::AnyOf(shapes) => pick(&overlay, shapes).unwrap_or(shape),
        _ => shape,
    };
    let (mut entries, over) = match (value, overlay.value) {
        (Value::Map(entries), Value::Map(over)) => (entries, over),
        (_, value) => return Node { span: overlay.span, value },
    };
    if kind(shape, &over).is_some_and(|key| kind(shape, &entries).is_some_and(|other| other != key)) {
        entries.clear();
    }
    for entry in over {
        let inner = entry_shape(shape, &entry.key);
        match entries.iter_mut().find(|known| known.key.value == entry.key.value) {
            Some(known) => {
                let empty = Node { span: known.value.span, value: Value::Null };
                let base = std::mem::replace(&mut known.value, empty);
                known.value = merge(base, entry.value, inner);
            }
            None => entries.push(entry),
        }
    }
    Node { span, value: Value::Map(entries) }
}

fn entry_shape<'a>(shape: &'a Shape, key: &str) -> &'a Shape {
    match shape {
        Shape::Map(table) => table.field(key).map_or(&super::LINE, |field| field.shape),
        Shape::MapOf(_, of) | Shape::OneOf(_, of) => of,
        _ => shape,
    }
}

/// The key that says which kind a map is, where there is one.
fn kind<'a>(shape: &Shape, entries: &'a [Entry]) -> Option<&'a str> {
    let table = match shape {
        Shape::Map(table) => table,
        Shape::Secret => &SECRET_TABLE,
        _ => return None,
    };
    entries.iter().map(|entry| entry.key.as_str()).find(|key| table.variant(key).is_some())
}
