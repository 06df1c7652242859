//! Where a run's keeper lives on this host: a folder below the state folder with its lock, its socket and its records.
//! Whoever gets the lock may start a keeper, and hands the lock to it.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::records::{self, Entry, boot};
use crate::id::RunId;

/// The word by which this program knows that it is to be a keeper.
pub const WORD: &str = "keeper";

/// Longer paths cannot be a socket's.
const LONGEST: usize = 100;

/// What this program itself may need from its surroundings in order to start.
const FOR_THE_LOADER: [&str; 2] = ["LD_LIBRARY_PATH", "LD_PRELOAD"];

/// Where the keeper of a run lives.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    folder: PathBuf,
    run: RunId,
    program: PathBuf,
    environment: BTreeMap<String, String>,
}

/// Who has the lock.
pub(super) enum Lock {
    /// We.
    Ours(File),
    /// A keeper that lives.
    Keepers,
}

impl Home {
    /// The home of `run`'s keeper in a state folder. `program` is this program, as a file.
    pub(crate) fn new(
        state_dir: &Path,
        run: &RunId,
        program: PathBuf,
        environment: &BTreeMap<String, String>,
    ) -> Self {
        let folder = Home::folder_of(state_dir, run);
        let of_loader = |name: &&str| Some(((*name).to_owned(), environment.get(*name)?.clone()));
        let environment = FOR_THE_LOADER.iter().filter_map(of_loader).collect();
        Home { folder, run: run.clone(), program, environment }
    }

    /// The folder of `run`'s keepers in a state folder.
    pub(crate) fn folder_of(state_dir: &Path, run: &RunId) -> PathBuf {
        let folder = state_dir.join("keepers").join(format!("{}@{}", run.runbook, run.month));
        std::path::absolute(&folder).unwrap_or(folder)
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Does a keeper live here?
    pub(super) fn is_lived_in(&self) -> bool {
        let Ok(file) = File::open(self.folder.join("lock")) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    /// Asks for the lock.
    pub(super) fn lock(&self) -> io::Result<Lock> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let mut options = OpenOptions::new();
        let file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(self.folder.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock::Ours(file)),
            Err(TryLockError::WouldBlock) => Ok(Lock::Keepers),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Starts a keeper, with records that begin with `kept`. Its socket is there before it is: who connects is heard as
    /// soon as it listens. Lock and socket are its standard input and output, so that there is no moment at which nobody
    /// has them.
    #[expect(clippy::disallowed_methods, reason = "this program itself, once more: no step's process")]
    pub(super) fn start(&self, lock: File, kept: Vec<Entry>) -> io::Result<Child> {
        let entries: Vec<Entry> = std::iter::once(Entry::Keeper { boot: boot() }).chain(kept).collect();
        drop(records::replace(&self.folder, &entries)?);
        let listener = self.listen()?;
        Command::new(&self.program)
            .arg0("monthstart")
            .args([WORD, &self.run.to_string()])
            .current_dir(&self.folder)
            .env_clear()
            .envs(&self.environment)
            .stdin(OwnedFd::from(listener))
            .stdout(lock)
            .stderr(Stdio::null())
            .spawn()
    }

    fn listen(&self) -> io::Result<UnixListener> {
        let socket = self.folder.join("socket");
        match fs::remove_file(&socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = self.at_socket(|path| UnixListener::bind(path))?;
        fs::set_permissions(&socket, Permissions::from_mode(0o600))?;
        Ok(listener)
    }

    /// Connects to the keeper that lives here.
    pub(super) fn connect(&self) -> io::Result<UnixStream> {
        self.at_socket(|path| UnixStream::connect(path))
    }

    /// A path that is too long for a socket is shortened by way of the folder that is held open.
    fn at_socket<T>(&self, act: impl Fn(&Path) -> io::Result<T>) -> io::Result<T> {
        let socket = self.folder.join("socket");
        if socket.as_os_str().len() <= LONGEST {
            return act(&socket);
        }
        let folder = File::open(&self.folder)?;
        act(&PathBuf::from(format!("/proc/self/fd/{}/socket", folder.as_raw_fd())))
    }
}
