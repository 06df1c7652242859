//! What a table's columns are, whichever database it is in.

use super::text::Dialect;

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
    Integer {
        /// The least of them.
        least: i64,
        /// The greatest.
        most: u64,
    },
    /// Exact numbers: digits in all and after the point, where they are limited.
    Decimal {
        /// In all.
        precision: Option<u32>,
        /// After the point.
        scale: Option<u32>,
        /// How many are kept of what is no whole number: `SQLite` knows no exact ones.
        kept: Option<u32>,
    },
    /// Floating numbers.
    Real(Float),
    /// Text: its longest length in characters.
    Text {
        /// Where it is limited.
        length: Option<u32>,
    },
    /// A civil date.
    Date,
    /// A date with a time.
    Timestamp {
        /// Digits of a second that are kept.
        fraction: u32,
    },
    /// A time of day, or a while, as the database writes it.
    Clock {
        /// Digits of a second that are kept.
        fraction: u32,
    },
    /// True or false.
    Boolean,
    /// Bytes.
    Bytes,
    /// A document.
    Json,
    /// Anything else: what is written in it is the database's affair.
    Other,
}

/// How exact a floating number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::exec) enum Float {
    /// 32 bits.
    Single,
    /// 64 bits.
    Double,
}

/// Digits that `SQLite` keeps of a number with a point, for certain.
const SQLITE_DIGITS: u32 = 15;

/// The kind of a type as SQL declares it: `varchar(20)`, `numeric(12,2)`, `timestamp without time zone`.
pub(super) fn declared(kind: &str, dialect: Dialect) -> ColumnKind {
    let lower = kind.trim().to_ascii_lowercase();
    if lower.ends_with(']') {
        return ColumnKind::Other;
    }
    let (word, numbers) = split(&lower);
    let first = numbers.first().copied();
    if let Some(kind) = number(word, &lower, &numbers, dialect) {
        return kind;
    }
    match word {
        "text" | "tinytext" | "mediumtext" | "longtext" | "clob" => ColumnKind::Text { length: None },
        "varchar" | "char" | "character" | "nchar" | "nvarchar" | "varchar2" | "nvarchar2" | "bpchar" => {
            ColumnKind::Text { length: first }
        }
        "date" => ColumnKind::Date,
        "timestamp" | "datetime" | "timestamptz" => {
            ColumnKind::Timestamp { fraction: fraction(first, dialect) }
        }
        "time" | "timetz" if dialect != Dialect::Sqlite => {
            ColumnKind::Clock { fraction: fraction(first, dialect) }
        }
        "boolean" | "bool" => ColumnKind::Boolean,
        "bytea" | "blob" | "tinyblob" | "mediumblob" | "longblob" | "binary" | "varbinary" => {
            ColumnKind::Bytes
        }
        "json" | "jsonb" if dialect != Dialect::Sqlite => ColumnKind::Json,
        _ => ColumnKind::Other,
    }
}

/// Types of numbers.
fn number(word: &str, lower: &str, numbers: &[u32], dialect: Dialect) -> Option<ColumnKind> {
    let first = numbers.first().copied();
    let scale = numbers.get(1).copied();
    Some(match word {
        "year" if dialect == Dialect::MySql => ColumnKind::Integer { least: 0, most: 2155 },
        "integer" | "int" | "bigint" | "smallint" | "tinyint" | "mediumint" | "int2" | "int4" | "int8"
        | "serial" | "bigserial" | "year" => integer(word, lower.contains("unsigned"), dialect),
        "numeric" | "decimal" | "dec" | "number" => {
            let kept = (dialect == Dialect::Sqlite).then_some(SQLITE_DIGITS);
            ColumnKind::Decimal { precision: first, scale: scale.or(first.map(|_| 0)), kept }
        }
        // `float(7,2)` of MySQL rounds like an exact number.
        "real" | "double" | "float" if dialect == Dialect::MySql && scale.is_some() => {
            ColumnKind::Decimal { precision: first, scale, kept: None }
        }
        "real" | "float4" if dialect == Dialect::Postgres => ColumnKind::Real(Float::Single),
        "float" if dialect == Dialect::MySql => ColumnKind::Real(Float::Single),
        "real" | "double" | "float" | "float4" | "float8" => ColumnKind::Real(Float::Double),
        _ => return None,
    })
}

/// Whole numbers of a type. `SQLite` keeps 64 bits whatever they are called.
fn integer(word: &str, unsigned: bool, dialect: Dialect) -> ColumnKind {
    let bits = match word {
        _ if dialect == Dialect::Sqlite => 64,
        "tinyint" => 8,
        "smallint" | "int2" => 16,
        "mediumint" => 24,
        "integer" | "int" | "int4" | "serial" => 32,
        _ => 64,
    };
    if unsigned && dialect == Dialect::MySql {
        ColumnKind::Integer { least: 0, most: u64::MAX >> (64 - bits) }
    } else {
        ColumnKind::Integer { least: i64::MIN >> (64 - bits), most: u64::MAX >> (65 - bits) }
    }
}

/// Digits of a second that a column keeps; `SQLite` keeps the text.
fn fraction(declared: Option<u32>, dialect: Dialect) -> u32 {
    match dialect {
        Dialect::Sqlite => 9,
        Dialect::Postgres => declared.unwrap_or(6),
        Dialect::MySql => declared.unwrap_or(0),
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
        use Dialect::{MySql, Postgres, Sqlite};
        let decimal = |precision, scale, kept| ColumnKind::Decimal { precision, scale, kept };
        for (kind, dialect, expected) in [
            ("INTEGER", Sqlite, ColumnKind::Integer { least: i64::MIN, most: i64::MAX as u64 }),
            ("smallint", Sqlite, ColumnKind::Integer { least: i64::MIN, most: i64::MAX as u64 }),
            ("smallint", Postgres, ColumnKind::Integer { least: -32768, most: 32767 }),
            ("bigint(20) unsigned", MySql, ColumnKind::Integer { least: 0, most: u64::MAX }),
            ("tinyint(1)", MySql, ColumnKind::Integer { least: -128, most: 127 }),
            ("mediumint(8) unsigned", MySql, ColumnKind::Integer { least: 0, most: 16_777_215 }),
            ("character varying(20)", Postgres, ColumnKind::Text { length: Some(20) }),
            ("VARCHAR2(64 char)", Sqlite, ColumnKind::Text { length: Some(64) }),
            ("text", Postgres, ColumnKind::Text { length: None }),
            ("numeric(12,2)", Postgres, decimal(Some(12), Some(2), None)),
            ("decimal(10)", Sqlite, decimal(Some(10), Some(0), Some(15))),
            ("numeric", Postgres, decimal(None, None, None)),
            ("float(7,2)", MySql, decimal(Some(7), Some(2), None)),
            ("timestamp(0) without time zone", Postgres, ColumnKind::Timestamp { fraction: 0 }),
            ("timestamp with time zone", Postgres, ColumnKind::Timestamp { fraction: 6 }),
            ("datetime", MySql, ColumnKind::Timestamp { fraction: 0 }),
            ("time(3)", MySql, ColumnKind::Clock { fraction: 3 }),
            ("double precision", Postgres, ColumnKind::Real(Float::Double)),
            ("real", Postgres, ColumnKind::Real(Float::Single)),
            ("text[]", Postgres, ColumnKind::Other),
            ("jsonb", Postgres, ColumnKind::Json),
            ("", Sqlite, ColumnKind::Other),
        ] {
            assert_eq!(declared(kind, dialect), expected, "{kind}");
        }
    }
}
