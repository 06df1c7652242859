//! `SQLite` as the journal: write-ahead log, every commit on the disk before it is acknowledged.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use sqlx::{AnyConnection, Connection, Row};

use super::StoreError;
use super::folder::{create, shared_by_machines, temporary_name, unusable};

/// Before this version a write-ahead log could be corrupted on reset (<https://sqlite.org/wal.html#walresetbug>).
const OLDEST: [u32; 3] = [3, 51, 3];

/// Is there a file at `path`? A folder there is in the way.
pub(super) fn exists(path: &str) -> Result<bool, StoreError> {
    let file = Path::new(path);
    match fs::metadata(file) {
        Ok(found) if found.is_dir() => Err(unusable(file, "it is a folder, not a database")),
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(unusable(file, &error.to_string())),
    }
}

/// An empty file beside `path`, for making a store in.
pub(super) fn draft(path: &str) -> Result<String, StoreError> {
    if let Some(kind) = shared_by_machines(Path::new(path)) {
        return Err(StoreError::Shared { path: path.to_owned(), kind });
    }
    let draft = format!("{path}{}", temporary_name("new"));
    let fail = |why: std::io::Error| unusable(Path::new(path), &why.to_string());
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(fail(error)),
        _ => {}
    }
    create(Path::new(&draft)).map_err(fail)?;
    Ok(draft)
}

/// Gives a finished draft its name, unless another process was quicker: then that one's counts.
pub(super) fn put_in_place(draft: &str, path: &str) -> Result<(), StoreError> {
    let fail = |why: std::io::Error| unusable(Path::new(path), &why.to_string());
    let linked = fs::hard_link(draft, path);
    fs::remove_file(draft).map_err(fail)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(fail(error)),
        _ => Ok(()),
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
    sqlx::any::install_default_drivers();
    let fault = |source| StoreError::Database { path: path.to_owned(), source };
    let mut connection = AnyConnection::connect(&url(path)).await.map_err(fault)?;
    for pragma in ["pragma journal_mode = wal", "pragma synchronous = full", "pragma busy_timeout = 30000"] {
        sqlx::query(pragma).execute(&mut connection).await.map_err(fault)?;
    }
    sound_version(&mut connection, path).await?;
    Ok(Some(connection))
}

/// The version of the library that keeps the journal, where it is one that does not break its files.
pub async fn library_version() -> Result<String, StoreError> {
    sqlx::any::install_default_drivers();
    let path = "sqlite::memory:";
    let fault = |source| StoreError::Database { path: path.to_owned(), source };
    let mut connection = AnyConnection::connect(path).await.map_err(fault)?;
    let version = sound_version(&mut connection, path).await;
    // It was in memory only.
    let _ = connection.close().await;
    version
}

async fn sound_version(connection: &mut AnyConnection, path: &str) -> Result<String, StoreError> {
    let version: String = sqlx::query("select sqlite_version()")
        .fetch_one(connection)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(|source| StoreError::Database { path: path.to_owned(), source })?;
    if is_sound(&version) {
        return Ok(version);
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
