//! What a table's columns are, whichever database it is in.

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::exec) struct Column {
    /// Its name, as it is written in the database.
    pub(in crate::exec) name: String,
    /// What it holds.
    pub(in crate::exec) kind: ColumnKind,
    /// May it hold NULL?
    pub(in crate::exec) nullable: bool,
    /// Does the database fill it when a row leaves it out?
    pub(in crate::exec) has_default: bool,
    /// Is it a part of the primary key?
    pub(in crate::exec) primary_key: bool,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::exec) enum ColumnKind {
    /// Whole numbers.
    Integer,
    /// Exact numbers: digits in all and after the point, where they are limited.
    Decimal {
        /// In all.
        precision: Option<u32>,
        /// After the point.
        scale: Option<u32>,
    },
    /// Floating numbers.
    Real,
    /// Text: its longest length in characters.
    Text {
        /// Where it is limited.
        length: Option<u32>,
    },
    /// A civil date.
    Date,
    /// A date with a time.
    Timestamp,
    /// True or false.
    Boolean,
    /// Bytes.
    Bytes,
    /// Anything else: what is written in it is the database's affair.
    Other,
}

/// The kind of a type as SQL declares it: `varchar(20)`, `numeric(12,2)`, `timestamp without time zone`.
pub(super) fn declared(kind: &str) -> ColumnKind {
    let lower = kind.trim().to_ascii_lowercase();
    if lower.ends_with(']') {
        return ColumnKind::Other;
    }
    let (word, numbers) = split(&lower);
    let first = numbers.first().copied();
    match word {
        "integer" | "int" | "bigint" | "smallint" | "tinyint" | "mediumint" | "int2" | "int4" | "int8"
        | "serial" | "bigserial" | "year" => ColumnKind::Integer,
        "numeric" | "decimal" | "dec" | "number" => {
            let scale = numbers.get(1).copied().or(first.map(|_| 0));
            ColumnKind::Decimal { precision: first, scale }
        }
        "real" | "double" | "float" | "float4" | "float8" => ColumnKind::Real,
        "text" | "tinytext" | "mediumtext" | "longtext" | "clob" => ColumnKind::Text { length: None },
        "varchar" | "char" | "character" | "nchar" | "nvarchar" | "varchar2" | "nvarchar2" | "bpchar" => {
            ColumnKind::Text { length: first }
        }
        "date" => ColumnKind::Date,
        "timestamp" | "datetime" | "timestamptz" => ColumnKind::Timestamp,
        "boolean" | "bool" => ColumnKind::Boolean,
        "bytea" | "blob" | "tinyblob" | "mediumblob" | "longblob" | "binary" | "varbinary" => {
            ColumnKind::Bytes
        }
        _ => ColumnKind::Other,
    }
}

/// The first word of a type, and the numbers in its brackets.
fn split(kind: &str) -> (&str, Vec<u32>) {
    let word = kind.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let inner =
        kind.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(inner, _)| inner);
    (word, inner.split(',').filter_map(|number| number.split_whitespace().next()?.parse().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_of_three_databases_are_understood() {
        for (kind, expected) in [
            ("INTEGER", ColumnKind::Integer),
            ("bigint(20) unsigned", ColumnKind::Integer),
            ("character varying(20)", ColumnKind::Text { length: Some(20) }),
            ("VARCHAR2(64 char)", ColumnKind::Text { length: Some(64) }),
            ("text", ColumnKind::Text { length: None }),
            ("numeric(12,2)", ColumnKind::Decimal { precision: Some(12), scale: Some(2) }),
            ("decimal(10)", ColumnKind::Decimal { precision: Some(10), scale: Some(0) }),
            ("numeric", ColumnKind::Decimal { precision: None, scale: None }),
            ("timestamp(6) without time zone", ColumnKind::Timestamp),
            ("double precision", ColumnKind::Real),
            ("text[]", ColumnKind::Other),
            ("jsonb", ColumnKind::Other),
            ("", ColumnKind::Other),
        ] {
            assert_eq!(declared(kind), expected, "{kind}");
        }
    }
}
