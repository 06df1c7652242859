//! Which state folder an engine works in: an id that is made once, random, and stays with the folder. Programs are found
//! again only by an engine of the same home.

use std::fs;
use std::io::{ErrorKind, Read, Write as _};
use std::path::Path;

use super::StoreError;
use super::draft::put_in_place;
use super::folder::{StateFolder, create, temporary_name, unusable};
use crate::id::HomeId;

/// The file that holds it.
const FILE: &str = "host-id";

impl StateFolder {
    /// The folder's id, made when there is none.
    pub fn home(&self) -> Result<HomeId, StoreError> {
        let path = self.path().join(FILE);
        if let Some(found) = read(&path)? {
            return Ok(found);
        }
        let fail = |why: std::io::Error| unusable(&path, &why.to_string());
        let draft = self.path().join(temporary_name(FILE));
        let mut file = create(&draft).map_err(fail)?;
        let written = file.set_len(0).and_then(|()| file.write_all(random()?.as_bytes()));
        // Whoever is first gives the folder its id.
        let placed = written.map_err(fail).and_then(|()| put_in_place(&draft, &path));
        let removed = fs::remove_file(&draft).map_err(fail);
        placed.and(removed)?;
        read(&path)?.ok_or_else(|| unusable(&path, "it holds no id"))
    }

    /// The folder's id, where it has one.
    pub(super) fn known_home(&self) -> Option<HomeId> {
        read(&self.path().join(FILE)).ok().flatten()
    }

    /// Does nobody but this machine use the folder?
    pub(super) fn is_ours_alone(&self) -> bool {
        super::folder::shared_by_machines(self.path()).is_none()
    }
}

fn read(path: &Path) -> Result<Option<HomeId>, StoreError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(HomeId::new(text.trim())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(path, &error.to_string())),
    }
}

fn random() -> std::io::Result<String> {
    let mut bytes = [0_u8; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(super::hex(&bytes))
}
