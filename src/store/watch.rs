//! Hears at once of writes to a file, so that nobody has to look all the time whether there were any.

use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use rustix::io::Errno;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// An ear at a file.
#[derive(Debug)]
pub(super) struct Watch {
    file: u64,
    ear: AsyncFd<OwnedFd>,
}

impl Watch {
    /// At the file at `path`, whose number is `file`.
    pub(super) fn on(path: &str, file: u64) -> io::Result<Self> {
        let ear = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        inotify::add_watch(&ear, path, WatchFlags::MODIFY)?;
        Ok(Watch { file, ear: AsyncFd::register_with_interest(ear, Interest::READABLE)? })
    }

    /// Is it at the file of that number? Another one may have come in its place.
    pub(super) fn is_on(&self, file: u64) -> bool {
        self.file == file
    }

    /// Ends when the file was written since this last ended. However often that was, it is one thing to hear.
    pub(super) async fn stirred(&self) -> io::Result<()> {
        loop {
            let mut ready = self.ear.readable().await?;
            let heard = self.take_all()?;
            ready.clear_ready();
            if heard {
                return Ok(());
            }
        }
    }

    fn take_all(&self) -> io::Result<bool> {
        let mut buffer = [0; 1024];
        let mut heard = false;
        loop {
            match rustix::io::read(&self.ear, &mut buffer) {
                Ok(_) => heard = true,
                Err(Errno::AGAIN) => return Ok(heard),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
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
