//! SQLite as the journal: write-ahead log, every commit on the disk before it is acknowledged.

use std::fs;
use std::path::Path;

use sqlx::{AnyConnection, Connection, Row};

use super::StoreError;
use super::folder::{create, unusable};

/// Before this version a write-ahead log could be corrupted on reset (<https://sqlite.org/wal.html#walresetbug>).
const OLDEST: [u32; 3] = [3, 51, 3];

pub(super) async fn open(path: &str, make: bool) -> Result<Option<AnyConnection>, StoreError> {
    let file = Path::new(path);
    match fs::metadata(file) {
        Ok(found) if found.is_dir() => return Err(unusable(file, "it is a folder, not a database")),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if !make {
                return Ok(None);
            }
            create(file).map_err(|why| unusable(file, &why.to_string()))?;
        }
        Err(error) => return Err(unusable(file, &error.to_string())),
    }
    sqlx::any::install_default_drivers();
    let fault = |source| StoreError::Database { path: path.to_owned(), source };
    let mut connection = AnyConnection::connect(&url(path)).await.map_err(fault)?;
    for pragma in ["pragma journal_mode = wal", "pragma synchronous = full", "pragma busy_timeout = 30000"] {
        sqlx::query(pragma).execute(&mut connection).await.map_err(fault)?;
    }
    let version: String = sqlx::query("select sqlite_version()")
        .fetch_one(&mut connection)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(fault)?;
    if !is_sound(&version) {
        return Err(unusable(file, &format!("SQLite {version} can corrupt a write-ahead log")));
    }
    Ok(Some(connection))
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
            _ => url.push_str(&format!("%{byte:02X}")),
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
