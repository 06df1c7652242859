//! An overlay over a file: its keys win, maps are merged key by key, lists and single words are replaced.

use super::{Shape, check::pick};
use crate::runbook::yaml::{Node, Value};

/// `base` with `overlay` put over it. A map that says which kind it is by one of its keys (`env` or `file`; `run`,
/// `sql` or `http`) is replaced as a whole when the overlay says another kind.
pub(in crate::runbook) fn merge(base: Node, overlay: Node, shape: &Shape) -> Node {
    let Node { span, value } = base;
    let (mut entries, over) = match (value, overlay.value) {
        (Value::Map(entries), Value::Map(over)) => (entries, over),
        (_, value) => return Node { span: overlay.span, value },
    };
    let shape = match shape {
        Shape::AnyOf(shapes) => {
            pick(&Node { span, value: Value::Map(over.clone()) }, shapes).unwrap_or(shape)
        }
        _ => shape,
    };
    if let Shape::Map(table) = shape
        && over.iter().any(|entry| table.variant(&entry.key).is_some())
    {
        entries.retain(|entry| table.variant(&entry.key).is_none());
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
