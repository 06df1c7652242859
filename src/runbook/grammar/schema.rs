//! The tables as JSON Schemas (draft 2020-12), for editors.

use serde_json::{Map, Value, json};

use super::{Field, REST, Scalar, Shape, Table, project::SECRET_TABLE};

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A runbook.
    Runbook,
    /// `monthstart.yaml` and its overlays.
    Project,
    /// `roster.yaml`.
    Roster,
    /// `months/2026-10.yaml`.
    Month,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 4] = [Kind::Runbook, Kind::Project, Kind::Roster, Kind::Month];

    /// Its word on the command line, and the name of its schema's file.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Runbook => "runbook",
            Kind::Project => "project",
            Kind::Roster => "roster",
            Kind::Month => "month",
        }
    }
}

/// The JSON Schema of a kind of file.
pub fn schema(kind: Kind) -> Value {
    let mut definitions = Map::new();
    let root = shape(kind.shape(), &mut definitions);
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("monthstart {}", kind.name()),
        "$defs": definitions,
    });
    if let (Value::Object(schema), Value::Object(root)) = (&mut schema, root) {
        schema.extend(root);
    }
    schema
}

fn shape(of: &Shape, definitions: &mut Map<String, Value>) -> Value {
    match of {
        Shape::Scalar(kind) => scalar(*kind),
        Shape::Secret => reference(&SECRET_TABLE, definitions),
        Shape::List(of) => json!({"type": "array", "items": shape(of, definitions)}),
        Shape::OneOrMany(of) => {
            let one = shape(of, definitions);
            json!({"anyOf": [{"type": "array", "items": one.clone()}, one]})
        }
        Shape::Map(table) => reference(table, definitions),
        Shape::MapOf(key, of) => own_keys(*key, of, definitions),
        Shape::OneOf(key, of) => {
            let mut map = own_keys(*key, of, definitions);
            map["minProperties"] = json!(1);
            map["maxProperties"] = json!(1);
            map
        }
        Shape::Filled(of) => filled(shape(of, definitions)),
        Shape::AnyOf(shapes) => {
            json!({"anyOf": shapes.iter().map(|of| shape(of, definitions)).collect::<Vec<_>>()})
        }
    }
}

/// The same schema, wanting something in lists and maps.
fn filled(mut schema: Value) -> Value {
    if let Some(Value::Array(parts)) = schema.get_mut("anyOf") {
        *parts = std::mem::take(parts).into_iter().map(filled).collect();
    } else if schema["type"] == "array" {
        schema["minItems"] = json!(1);
    } else if schema["type"] == "object" {
        schema["minProperties"] = json!(1);
    }
    schema
}

fn own_keys(key: Scalar, of: &Shape, definitions: &mut Map<String, Value>) -> Value {
    let names = match key {
        Scalar::Integer(..) => json!({"pattern": "^[1-9][0-9]*$"}),
        key => key.forms().pattern.map_or(json!({}), |pattern| json!({"pattern": pattern})),
    };
    json!({"type": "object", "propertyNames": names, "additionalProperties": shape(of, definitions)})
}

fn scalar(kind: Scalar) -> Value {
    match kind {
        Scalar::Free | Scalar::FreeLines | Scalar::Title => json!({"type": ["string", "number", "boolean"]}),
        Scalar::Line | Scalar::Lines | Scalar::EachValue => {
            json!({"type": ["string", "number", "boolean"], "pattern": kind.forms().pattern})
        }
        Scalar::Flag => json!({"type": "boolean"}),
        Scalar::Integer(i64::MIN, _) => json!({"type": "integer"}),
        Scalar::Integer(min, max) => json!({"type": "integer", "minimum": min, "maximum": max}),
        Scalar::Factor => json!({"type": "number", "minimum": 1, "maximum": 100}),
        Scalar::Day => {
            json!({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 31}, {"const": "last"}]})
        }
        Scalar::Tolerance => json!({"type": ["string", "number"], "pattern": kind.forms().pattern}),
        Scalar::Word(words) => json!({"enum": words}),
        kind => match kind.forms().pattern {
            Some(pattern) => json!({"type": "string", "pattern": pattern}),
            None => json!({"type": "string"}),
        },
    }
}

/// `table` by its name among the definitions, where it is put when it is not there yet.
fn reference(table: &Table, definitions: &mut Map<String, Value>) -> Value {
    let name = table.id.trim_start_matches("problem-thing-");
    if !definitions.contains_key(name) {
        definitions.insert(name.to_owned(), Value::Null);
        let map = keys(table, definitions);
        definitions.insert(name.to_owned(), map);
    }
    json!({"$ref": format!("#/$defs/{name}")})
}

fn keys(table: &Table, definitions: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    let variants = table.variants.iter().map(|variant| &variant.field);
    for field in variants.chain(table.fields()) {
        properties.insert(field.key.to_owned(), property(field, definitions));
    }
    let rest = match table.rest {
        Some((key, of)) => own_keys(key, of, definitions)["additionalProperties"].take(),
        None => json!(false),
    };
    let mut map = json!({"type": "object", "properties": properties, "additionalProperties": rest});
    let required: Vec<&str> = table.fields().filter(|field| field.required).map(|field| field.key).collect();
    if !required.is_empty() {
        map["required"] = json!(required);
    }
    if !table.variants.is_empty() {
        map["oneOf"] = table
            .variants
            .iter()
            .map(|variant| {
                let beside = [variant.field.key].into_iter().chain(variant.needs.iter().copied());
                let mut case = json!({"required": beside.collect::<Vec<_>>()});
                if !variant.needs_one.is_empty() {
                    let one_of = variant.needs_one.iter().map(|key| json!({"required": [key]}));
                    case["anyOf"] = one_of.collect();
                }
                case
            })
            .collect();
    }
    let dependent = partners(table);
    if !dependent.is_empty() {
        map["dependentSchemas"] = Value::Object(dependent);
    }
    map
}

fn property(field: &Field, definitions: &mut Map<String, Value>) -> Value {
    let mut property = shape(field.shape, definitions);
    property["description"] = json!(field.doc);
    property
}

/// Which of the variants a field goes with, where it does not go with all of them.
fn partners(table: &Table) -> Map<String, Value> {
    let mut dependent = Map::new();
    for field in table.fields() {
        let partners = table.goes_with(field.key);
        if !partners.is_empty() && field.key != REST[0] {
            let any: Vec<Value> = partners.iter().map(|key| json!({"required": [key]})).collect();
            dependent.insert(field.key.to_owned(), json!({"anyOf": any}));
        }
    }
    dependent
}
