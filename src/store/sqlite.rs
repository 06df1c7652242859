//! `SQLite` as the journal: write-ahead log, every commit on the disk before it is acknowledged.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use sqlx::error::DatabaseError;
use sqlx::{AnyConnection, Connection, Row};

use super::StoreError;
use super::draft::Draft;
use super::folder::{shared_by_machines, unusable};

/// Before this version a write-ahead log could be corrupted on reset (<https://sqlite.org/wal.html#walresetbug>).
const OLDEST: [u32; 3] = [3, 51, 3];

/// Result codes (<https://sqlite.org/rescode.html>), of which extended ones keep the low byte.
const CORRUPT: u32 = 11;
const NOT_A_DATABASE: u32 = 26;

/// How a store is used: every commit is on the disk before it is acknowledged.
const LASTING: &str = "
pragma journal_mode = wal;
pragma synchronous = full;
pragma busy_timeout = 30000;
select sqlite_version()";

/// How one is made, in a file that nobody knows: as a whole it is put on the disk, and in its place.
const DRAFT: &str = "pragma journal_mode = memory; pragma synchronous = off; select sqlite_version()";

/// Is there a file at `path`? A folder there is in the way.
pub(super) fn exists(path: &str) -> Result<bool, StoreError> {
    let file = Path::new(path);
    match fs::metadata(file) {
        Ok(found) if found.is_dir() => Err(unusable(file, "it is a folder, not a database")),
        // It would be filled by looking at it.
        Ok(found) if found.len() == 0 => {
            Err(StoreError::Damaged { path: path.to_owned(), why: "it is empty".to_owned() })
        }
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(unusable(file, &error.to_string())),
    }
}

/// Opens what is there; `None`: nothing is.
pub(super) async fn open(path: &str) -> Result<Option<AnyConnection>, StoreError> {
    if !exists(path)? {
        return Ok(None);
    }
    if let Some(kind) = shared_by_machines(Path::new(path)) {
        return Err(StoreError::Shared { path: path.to_owned(), kind });
    }
    connect(&url(path), path, LASTING).await.map(|(connection, _)| Some(connection))
}

/// What a statement failed with: a file that is no database, or not a whole one, is no better a minute later.
pub(super) fn fault(path: &str, source: sqlx::Error) -> StoreError {
    let code = source.as_database_error().and_then(DatabaseError::code).and_then(|code| code.parse().ok());
    match code.map(|code: u32| code & 0xff) {
        Some(CORRUPT | NOT_A_DATABASE) => {
            StoreError::Damaged { path: path.to_owned(), why: source.to_string() }
        }
        _ => StoreError::Database { path: path.to_owned(), source },
    }
}

/// A draft of the store at `path`.
pub(super) fn draft(path: &str) -> Result<Draft, StoreError> {
    match shared_by_machines(Path::new(path)) {
        Some(kind) => Err(StoreError::Shared { path: path.to_owned(), kind }),
        None => Draft::of(path),
    }
}

/// Opens the draft of the store at `path`.
pub(super) async fn open_draft(draft: &Draft, path: &str) -> Result<AnyConnection, StoreError> {
    connect(&url(draft.file()), path, DRAFT).await.map(|(connection, _)| connection)
}

/// The version of the library that keeps the journal, where it is one that does not break its files.
pub async fn library_version() -> Result<String, StoreError> {
    let path = "sqlite::memory:";
    let (connection, version) = connect(path, path, DRAFT).await?;
    // It was in memory only.
    let _ = connection.close().await;
    Ok(version)
}

/// A connection that is set up as `manner` says, and the version of the library behind it.
async fn connect(url: &str, path: &str, manner: &'static str) -> Result<(AnyConnection, String), StoreError> {
    sqlx::any::install_default_drivers();
    let fault = |source| fault(path, source);
    let mut connection = AnyConnection::connect(url).await.map_err(fault)?;
    let rows = sqlx::query(manner).fetch_all(&mut connection).await.map_err(fault)?;
    let version: String = match rows.last() {
        Some(row) => row.try_get(0).map_err(fault)?,
        None => String::new(),
    };
    if is_sound(&version) {
        return Ok((connection, version));
    }
    Err(unusable(Path::new(path), &format!("SQLite {version} can corrupt a write-ahead log")))
}

fn is_sound(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    parts.as_slice() >= OLDEST.as_slice()
}

/// A URL for a path with any characters in it.
fn url(path: &str) -> String {
    let mut url = String::from("sqlite://");
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => url.push(char::from(byte)),
            _ => {
                let _ = write!(url, "%{byte:02X}");
            }
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_are_refused() {
        assert!(is_sound("3.51.3") && is_sound("3.52.0") && is_sound("4.0"));
        assert!(!is_sound("3.51.2") && !is_sound("3.40.1") && !is_sound(""));
    }
}
