//! Where a database is, as the settings say it.

use std::path::{Path, PathBuf};

use super::remote::{BadUrl, ServerUrl};
use super::{mysql, postgres};
use crate::exec::Room;
use crate::msg;
use crate::words::{Msg, one_line};

/// A database that can be connected to. A URL holds a password: this is not shown.
pub(super) enum Address {
    /// `SQLite` files: the main one, and others by their schema's name.
    Sqlite {
        /// The file; `None`: in memory.
        file: Option<PathBuf>,
        /// `?mode=ro`.
        read_only: bool,
        /// Other files.
        attach: Vec<(String, PathBuf)>,
    },
    /// A `PostgreSQL` server.
    Postgres(ServerUrl),
    /// A `MySQL` or `MariaDB` server.
    MySql(ServerUrl),
}

/// The address of the connection with that name.
pub(super) fn of(room: &Room, name: &str) -> Result<Address, Msg> {
    let connection =
        room.project.connections.get(name).ok_or_else(|| msg!("exec-no-connection", connection = name))?;
    let url = room.setting(&connection.url)?;
    let (scheme, rest) = url.split_once(':').unwrap_or(("", ""));
    match scheme {
        "sqlite" => {
            let (file, read_only) = sqlite_file(room, name, rest)?;
            let attach = connection.attach.iter().map(|(schema, setting)| {
                let url = room.setting(setting)?;
                let (file, _) = sqlite_file(room, name, url.strip_prefix("sqlite:").unwrap_or(&url))?;
                let file = file.ok_or_else(|| msg!("exec-bad-url", connection = name))?;
                Ok((schema.clone(), file))
            });
            Ok(Address::Sqlite { file, read_only, attach: attach.collect::<Result<_, Msg>>()? })
        }
        "postgres" | "postgresql" => {
            server(name, &url, connection.insecure, &postgres::OPTIONS).map(Address::Postgres)
        }
        "mysql" | "mariadb" => server(name, &url, connection.insecure, &mysql::OPTIONS).map(Address::MySql),
        // The URL itself is not shown: it may hold a password.
        _ => Err(msg!("exec-bad-url", connection = name)),
    }
}

fn server(name: &str, url: &str, insecure: bool, known: &[&str]) -> Result<ServerUrl, Msg> {
    ServerUrl::parse(url.trim(), insecure, known).map_err(|BadUrl(option)| match option {
        Some(option) => {
            msg!(
                "exec-url-option",
                connection = name,
                option = one_line(&option, 40),
                known = known.join(", ")
            )
        }
        None => msg!("exec-bad-url", connection = name),
    })
}

fn sqlite_file(room: &Room, name: &str, rest: &str) -> Result<(Option<PathBuf>, bool), Msg> {
    if rest == ":memory:" {
        return Ok((None, false));
    }
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let read_only = match query {
        "" | "mode=rw" | "mode=rwc" => false,
        "mode=ro" => true,
        _ => return Err(msg!("exec-bad-url", connection = name)),
    };
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() {
        return Err(msg!("exec-bad-url", connection = name));
    }
    let file = placed(&room.project.dir, &room.state_dir, path);
    if !file.exists() {
        let file = one_line(&file.display().to_string(), 200);
        return Err(msg!("exec-no-database", connection = name, file = file));
    }
    Ok((Some(file), read_only))
}

/// Relative to the project, but what begins with `.monthstart/` stands in the state folder.
pub(in crate::exec) fn placed(project: &Path, state: &Path, path: &str) -> PathBuf {
    let plain = path.strip_prefix("./").unwrap_or(path);
    plain.strip_prefix(".monthstart/").map_or_else(|| project.join(path), |below| state.join(below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stand_in_the_project_or_in_the_state_folder() {
        let placed = |path| placed(Path::new("/p"), Path::new("/s"), path);
        assert_eq!(placed("data/a.db"), Path::new("/p/data/a.db"));
        assert_eq!(placed(".monthstart/sandbox/yt.db"), Path::new("/s/sandbox/yt.db"));
        assert_eq!(placed("./.monthstart/yt.db"), Path::new("/s/yt.db"));
        assert_eq!(placed("/abs/a.db"), Path::new("/abs/a.db"));
    }
}
