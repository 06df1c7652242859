//! Keys that may differ, on disk: written in parts, read back part by part.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::tally::{Hash, Times};

/// Parts; of a hundred million keys one holds some hundred thousand.
const PARTS: usize = 256;

/// A key's hash, and how often it is there.
const RECORD: usize = 16 + 8 + 8;

/// Records of a part that are written at once.
const AT_ONCE: usize = 256;

/// Which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    From,
    To,
}

/// Keys on disk. The file has no name and goes with its last user.
#[derive(Debug)]
pub(super) struct Spill {
    file: File,
    end: u64,
    parts: Vec<Part>,
    /// What kept it from being written.
    trouble: Option<io::Error>,
}

#[derive(Debug, Default, Clone)]
struct Part {
    waiting: Vec<u8>,
    written: Vec<(u64, usize)>,
}

impl Spill {
    /// A new one in that folder.
    pub(super) fn new(folder: &Path, name: &str) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join(name);
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
        std::fs::remove_file(&path)?;
        Ok(Spill { file, end: 0, parts: vec![Part::default(); PARTS], trouble: None })
    }

    /// A key that is there so often on that side.
    pub(super) fn add(&mut self, hash: Hash, side: Side, times: u64) {
        // Not the bits that buckets are made of: those of a few buckets would all be in one part.
        let number = usize::try_from(hash & 0xff).unwrap_or(0);
        let (from, to) = if side == Side::From { (times, 0) } else { (0, times) };
        let part = &mut self.parts[number];
        part.waiting.extend_from_slice(&hash.to_be_bytes());
        part.waiting.extend_from_slice(&from.to_be_bytes());
        part.waiting.extend_from_slice(&to.to_be_bytes());
        if part.waiting.len() >= RECORD * AT_ONCE {
            let written = self.write(number);
            self.trouble = self.trouble.take().or(written.err());
        }
    }

    fn write(&mut self, number: usize) -> io::Result<()> {
        let part = &mut self.parts[number];
        self.file.seek(io::SeekFrom::Start(self.end))?;
        self.file.write_all(&part.waiting)?;
        part.written.push((self.end, part.waiting.len()));
        self.end += part.waiting.len() as u64;
        part.waiting.clear();
        Ok(())
    }

    /// How often every key is there on both sides, part by part.
    pub(super) fn each(mut self, mut see: impl FnMut(Hash, Times)) -> io::Result<()> {
        if let Some(trouble) = self.trouble.take() {
            return Err(trouble);
        }
        for part in &self.parts {
            let mut keys: HashMap<Hash, Times> = HashMap::new();
            let mut buffer = vec![0; RECORD * AT_ONCE];
            for (at, length) in &part.written {
                self.file.read_exact_at(&mut buffer[..*length], *at)?;
                collect(&buffer[..*length], &mut keys);
            }
            collect(&part.waiting, &mut keys);
            for (hash, times) in keys {
                see(hash, times);
            }
        }
        Ok(())
    }
}

fn collect(records: &[u8], keys: &mut HashMap<Hash, Times>) {
    for record in records.chunks_exact(RECORD) {
        let Some((hash, rest)) = record.split_first_chunk::<16>() else { continue };
        let (Some(from), Some(to)) = (rest.first_chunk::<8>(), rest.last_chunk::<8>()) else { continue };
        let times = keys.entry(Hash::from_be_bytes(*hash)).or_default();
        times.from += u64::from_be_bytes(*from);
        times.to += u64::from_be_bytes(*to);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::tally::hash;
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_no_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let mut spill = Spill::new(folder.path(), "keys").unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        for number in 0..100_000_u32 {
            spill.add(hash(&number.to_be_bytes()), Side::From, 1);
            if number % 3 != 0 {
                spill.add(hash(&number.to_be_bytes()), Side::To, 2);
            }
        }
        let mut seen = BTreeMap::new();
        spill.each(|hash, times| assert_eq!(seen.insert(hash, times), None)).unwrap();
        assert_eq!(seen.len(), 100_000);
        for number in 0..100_000_u32 {
            let to = if number % 3 == 0 { 0 } else { 2 };
            assert_eq!(seen[&hash(&number.to_be_bytes())], Times { from: 1, to });
        }
    }
}
