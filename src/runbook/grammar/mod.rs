//! The language as data: which keys there are, what may stand under them, and what they mean. From these tables come
//! the check of a file (`check`) and the JSON Schemas for editors (`schema`); nothing else knows the keys' shapes.

mod check;
mod gate;
mod merge;
mod people;
mod project;
mod scalar;
mod schema;
mod stage;
mod step;

pub(super) use check::check;
pub(super) use merge::merge;
pub use scalar::Scalar;
pub(super) use scalar::parse;
pub use schema::{Kind, schema};

/// What may stand at a place.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// One word or text.
    Scalar(Scalar),
    /// Where a secret comes from: it never stands in the text itself.
    Secret,
    /// A list.
    List(&'static Shape),
    /// A list that may be left out of its brackets when it has one item.
    OneOrMany(&'static Shape),
    /// A map with known keys.
    Map(&'static Table),
    /// A map whose keys are names of the team's own.
    MapOf(Scalar, &'static Shape),
    /// A map with exactly one entry, whose key is a name of the team's own.
    OneOf(Scalar, &'static Shape),
    /// The same, not empty.
    Filled(&'static Shape),
    /// Any of these; they differ in kind (text, list, map) or in their keys.
    AnyOf(&'static [&'static Shape]),
}

/// The keys of a map.
#[derive(Debug)]
pub struct Table {
    /// What the map describes: the id of its word in the catalogue, and its name in the schema.
    pub id: &'static str,
    /// Its keys, in groups that other tables share.
    pub fields: &'static [&'static [Field]],
    /// Exactly one of these keys stands in it, where there are any.
    pub variants: &'static [Variant],
    /// Keys of the team's own besides; where there are variants, with those that say `.with(REST)`.
    pub rest: Option<(Scalar, &'static Shape)>,
}

/// A key.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// What stands under it.
    pub shape: &'static Shape,
    /// What it means, for editors.
    pub doc: &'static str,
    /// Must it be there?
    pub required: bool,
}

/// A key that says which kind of map this is.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    /// The key and what stands under it.
    pub field: Field,
    /// Fields that only go with this key (and with others that name them).
    pub with: &'static [&'static str],
    /// Fields that must stand beside it.
    pub needs: &'static [&'static str],
    /// Fields one of which must stand beside it.
    pub needs_one: &'static [&'static str],
}

impl Table {
    /// All its fields, without its variants.
    pub fn fields(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().copied().flatten()
    }

    /// All its known keys, variants first.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.variants.iter().map(|variant| variant.field.key).chain(self.fields().map(|field| field.key))
    }

    /// The field or variant named `key`.
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.variant(key)
            .map(|variant| &variant.field)
            .or_else(|| self.fields().find(|field| field.key == key))
    }

    /// The variant named `key`.
    pub fn variant(&self, key: &str) -> Option<&'static Variant> {
        self.variants.iter().find(|variant| variant.field.key == key)
    }

    /// The variants that the field `key` goes with; none: with all of them.
    pub fn goes_with(&self, key: &str) -> Vec<&'static str> {
        let named = self.variants.iter().filter(|variant| variant.with.contains(&key));
        named.map(|variant| variant.field.key).collect()
    }
}

/// Of a variant: the keys of the team's own go with it.
const REST: &[&str] = &["*"];

const fn may(key: &'static str, shape: &'static Shape, doc: &'static str) -> Field {
    Field { key, shape, doc, required: false }
}

const fn must(key: &'static str, shape: &'static Shape, doc: &'static str) -> Field {
    Field { key, shape, doc, required: true }
}

const fn one(key: &'static str, shape: &'static Shape, doc: &'static str) -> Variant {
    Variant { field: may(key, shape, doc), with: &[], needs: &[], needs_one: &[] }
}

impl Variant {
    const fn with(mut self, keys: &'static [&'static str]) -> Self {
        self.with = keys;
        self
    }

    const fn needs(mut self, keys: &'static [&'static str]) -> Self {
        self.needs = keys;
        self
    }

    const fn needs_one(mut self, keys: &'static [&'static str]) -> Self {
        self.needs_one = keys;
        self
    }
}

const LINE: Shape = Shape::Scalar(Scalar::Line);
const LINES: Shape = Shape::Scalar(Scalar::Lines);
const FREE: Shape = Shape::Scalar(Scalar::Free);
const TITLE: Shape = Shape::Scalar(Scalar::Title);
const NAME: Shape = Shape::Scalar(Scalar::Name);
const FLAG: Shape = Shape::Scalar(Scalar::Flag);
const DURATION: Shape = Shape::Scalar(Scalar::Duration);
const PATTERN: Shape = Shape::Scalar(Scalar::Pattern);
const COUNT: Shape = Shape::Scalar(Scalar::Integer(1, 1_000_000));
const MANY_LINES: Shape = Shape::OneOrMany(&LINE);
const MANY_NAMES: Shape = Shape::OneOrMany(&NAME);

impl Kind {
    /// What a whole file of this kind is.
    pub(super) fn shape(self) -> &'static Shape {
        match self {
            Kind::Runbook => &stage::RUNBOOK,
            Kind::Project => &project::PROJECT,
            Kind::Roster => &people::ROSTER,
            Kind::Month => &people::MONTH,
        }
    }
}
