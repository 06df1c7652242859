//! Hears at once of writes to a file, so that nobody has to look all the time whether there were any.

use std::io;

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use tokio::net::unix::pipe::Receiver;

/// An ear at a file.
#[derive(Debug)]
pub(super) struct Watch {
    file: u64,
    /// What is to be heard comes as through a pipe.
    ear: Receiver,
}

impl Watch {
    /// At the file at `path`, whose number is `file`.
    pub(super) fn on(path: &str, file: u64) -> io::Result<Self> {
        let ear = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        inotify::add_watch(&ear, path, WatchFlags::MODIFY)?;
        Ok(Watch { file, ear: Receiver::from_owned_fd_unchecked(ear)? })
    }

    /// Is it at the file of that number? Another one may have come in its place.
    pub(super) fn is_on(&self, file: u64) -> bool {
        self.file == file
    }

    /// Ends when the file was written since this last ended. However often that was, it is one thing to hear.
    pub(super) async fn stirred(&self) -> io::Result<()> {
        loop {
            self.ear.readable().await?;
            if self.take_all()? {
                return Ok(());
            }
        }
    }

    fn take_all(&self) -> io::Result<bool> {
        let mut buffer = [0; 1024];
        let mut heard = false;
        loop {
            match self.ear.try_read(&mut buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => heard = true,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(heard),
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::fs::MetadataExt as _;
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn every_write_is_heard_once_and_reading_is_none() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap().to_owned();
        let watch = Watch::on(&path, file.as_file().metadata().unwrap().ino()).unwrap();
        let still = Duration::from_millis(50);
        for _ in 0..3 {
            file.write_all(b"x").unwrap();
            file.write_all(b"y").unwrap();
            timeout(Duration::from_secs(10), watch.stirred()).await.unwrap().unwrap();
            std::fs::read(&path).unwrap();
            assert!(timeout(still, watch.stirred()).await.is_err());
        }
        assert!(!watch.is_on(0));
    }
}
