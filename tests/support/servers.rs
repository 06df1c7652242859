//! A real `PostgreSQL` and a real `MariaDB` in a temporary folder, on ports of 127.0.0.1, for one test program. They
//! end with it however it ends: a shell beside each holds a pipe to the test's process and ends the server when the
//! pipe closes.
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part")]

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

/// The user of both, who may do everything, and the password.
pub(crate) const USER: &str = "boss";
/// With letters that URLs write in another way.
pub(crate) const PASSWORD: &str = "s3cret@Pass/word";

/// Servers do not run as root; where the tests do, the servers are nobody's.
const NOBODY: u32 = 65534;

/// Longer than a server takes to start, however busy the machine is.
const PATIENCE: Duration = Duration::from_mins(1);

/// Whose server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Postgres,
    MariaDb,
}

/// A server that answers.
#[derive(Debug)]
pub(crate) struct Server {
    kind: Kind,
    port: u16,
    dir: PathBuf,
    /// Its standard input is the pipe.
    keeper: Mutex<Child>,
}

/// A database of its own on a server.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    pub(crate) server: &'static Server,
    pub(crate) name: String,
}

/// The server of this test program.
pub(crate) fn server(kind: Kind) -> &'static Server {
    static POSTGRES: OnceLock<Server> = OnceLock::new();
    static MARIADB: OnceLock<Server> = OnceLock::new();
    match kind {
        Kind::Postgres => POSTGRES.get_or_init(|| Server::start(kind)),
        Kind::MariaDb => MARIADB.get_or_init(|| Server::start(kind)),
    }
}

/// An empty database.
pub(crate) fn base(kind: Kind) -> Base {
    base_on(server(kind))
}

/// An empty database on a server that the test may crash: it is nobody else's.
pub(crate) fn base_to_crash() -> Base {
    base_on(Box::leak(Box::new(Server::start(Kind::Postgres))))
}

fn base_on(server: &'static Server) -> Base {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let name = format!("base_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let system = Base { server, name: server.system().to_owned() };
    system.ask(&format!("create database {name}"));
    Base { server, name }
}

impl Base {
    /// Its URL, for a user with a password.
    pub(crate) fn url_of(&self, user: &str, password: &str) -> String {
        let password = password.replace('@', "%40").replace('/', "%2F");
        let scheme = match self.server.kind {
            Kind::Postgres => "postgres",
            Kind::MariaDb => "mariadb",
        };
        format!("{scheme}://{user}:{password}@127.0.0.1:{}/{}", self.server.port, self.name)
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        self.url_of(USER, PASSWORD)
    }

    /// What the server's own client says: a line for each row, `|` between values.
    pub(crate) fn ask(&self, sql: &str) -> Vec<String> {
        let port = self.server.port.to_string();
        let output = match self.server.kind {
            Kind::Postgres => program("psql")
                .args(["-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", &port, "-U", USER])
                .args(["-d", &self.name, "-c", sql])
                .env("PGPASSWORD", PASSWORD)
                .output(),
            Kind::MariaDb => program("mariadb")
                .args(["--no-defaults", "-N", "-B", "-h", "127.0.0.1", "-P", &port, "-u", USER])
                .args(["-D", &self.name, "-e", sql])
                .env("MYSQL_PWD", PASSWORD)
                .output(),
        };
        let output = output.unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().map(|line| line.replace('\t', "|")).collect()
    }

    /// Statements that run now and contain `mark`.
    pub(crate) fn running(&self, mark: &str) -> Vec<String> {
        self.ask(&match self.server.kind {
            Kind::Postgres => format!(
                "select query from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() \
                 and query like '%{mark}%'"
            ),
            Kind::MariaDb => format!(
                "select info from information_schema.processlist where id <> connection_id() \
                 and info like '%{mark}%'"
            ),
        })
    }

    /// Cuts all connections that run a statement with `mark`, as an administrator does.
    pub(crate) fn cut(&self, mark: &str) {
        match self.server.kind {
            Kind::Postgres => drop(self.ask(&format!(
                "select pg_terminate_backend(pid) from pg_stat_activity where state = 'active' \
                 and pid <> pg_backend_pid() and query like '%{mark}%'"
            ))),
            Kind::MariaDb => {
                let ids = self.ask(&format!(
                    "select id from information_schema.processlist where id <> connection_id() \
                     and info like '%{mark}%'"
                ));
                for id in &ids {
                    self.ask(&format!("kill connection {id}"));
                }
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's own helper process")]
fn program(name: &str) -> Command {
    Command::new(name)
}

#[expect(clippy::disallowed_methods, reason = "a server is waited for")]
fn pause() {
    std::thread::sleep(Duration::from_millis(30));
}

fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

/// A program as the user that servers run as.
fn as_nobody(name: &Path, dir: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = program("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(name);
        command
    } else {
        program(name.to_str().unwrap())
    };
    // A server that starts sweeps away what others have in a common folder for temporary files.
    command.current_dir(dir).env("HOME", dir).env("TMPDIR", dir).env("LC_ALL", "C.UTF-8");
    command
}

fn done(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Debian keeps the server's programs of every version in a folder of its own.
fn postgres_program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("apt-get install postgresql");
    let mut found: Vec<PathBuf> = versions
        .map(|entry| entry.unwrap().path().join("bin").join(name))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    found.pop().expect("apt-get install postgresql")
}

fn maria_program(name: &str) -> PathBuf {
    let places = ["/usr/sbin", "/usr/bin", "/usr/local/bin"];
    let mut found = places.iter().map(|place| Path::new(place).join(name)).filter(|path| path.exists());
    found.next().expect("apt-get install mariadb-server")
}

impl Server {
    fn start(kind: Kind) -> Self {
        let dir = tempfile::Builder::new().prefix("monthstart-db").tempdir().unwrap().keep();
        if is_root() {
            chown(&dir, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let command = match kind {
            Kind::Postgres => postgres(&dir, port),
            Kind::MariaDb => maria(&dir, port),
        };
        let keeper = Mutex::new(kept(&command, &dir));
        let server = Server { kind, port, dir, keeper };
        server.until_ready(0);
        server
    }

    fn until_ready(&self, before: usize) {
        let end = Instant::now() + PATIENCE;
        while !self.answers(before) {
            let ended = self.keeper.lock().unwrap().try_wait().unwrap().is_some();
            assert!(!ended && Instant::now() < end, "{:?} did not start: {}", self.kind, self.log());
            pause();
        }
    }

    fn answers(&self, before: usize) -> bool {
        self.starts() > before && TcpStream::connect(("127.0.0.1", self.port)).is_ok()
    }

    /// How often it has come up so far.
    fn starts(&self) -> usize {
        let ready = match self.kind {
            Kind::Postgres => "database system is ready to accept connections",
            Kind::MariaDb => "ready for connections",
        };
        self.log().matches(ready).count()
    }

    /// kill -9 for every process of a `PostgreSQL` server.
    pub(crate) fn crash(&self) {
        let word = std::fs::read_to_string(self.dir.join("data/postmaster.pid")).unwrap();
        let master: i32 = word.lines().next().unwrap().trim().parse().unwrap();
        let mut all = children(master);
        all.push(master);
        for pid in &all {
            let pid = rustix::process::Pid::from_raw(*pid).unwrap();
            let _gone_already = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
        let end = Instant::now() + PATIENCE;
        while all.iter().any(|pid| is_alive(*pid)) {
            assert!(Instant::now() < end, "a killed server lives on");
            pause();
        }
    }

    /// Starts it again after a crash, and waits until it answers.
    pub(crate) fn begin_again(&self) {
        let before = self.starts();
        self.again();
        self.until_ready(before);
    }

    /// Starts a `PostgreSQL` again after a crash that may only be read until it is promoted, and waits until it answers.
    pub(crate) fn begin_unpromoted(&self) {
        let signal = self.dir.join("data/standby.signal");
        std::fs::write(&signal, "").unwrap();
        if is_root() {
            chown(&signal, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        self.again();
        let end = Instant::now() + PATIENCE;
        while !self.log().contains("ready to accept read-only connections") {
            assert!(Instant::now() < end, "it did not start: {}", self.log());
            pause();
        }
    }

    fn again(&self) {
        self.keeper.lock().unwrap().stdin.as_mut().unwrap().write_all(b"again\n").unwrap();
    }

    /// Ends it before its time.
    pub(crate) fn end(&self) {
        // Waiting closes the pipe.
        self.keeper.lock().unwrap().wait().unwrap();
    }

    fn system(&self) -> &'static str {
        match self.kind {
            Kind::Postgres => "postgres",
            Kind::MariaDb => "mysql",
        }
    }

    /// Whose it is.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What it has written about itself.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.dir.join("log")).unwrap_or_default()
    }
}

fn postgres(dir: &Path, port: u16) -> Command {
    let word = dir.join("word");
    std::fs::write(&word, PASSWORD).unwrap();
    if is_root() {
        chown(&word, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let mut init = as_nobody(&postgres_program("initdb"), dir);
    init.args([
        "--no-sync",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--username",
        USER,
    ]);
    done(init.arg("--pwfile").arg(&word).arg("-D").arg(dir.join("data")));
    let mut command = as_nobody(&postgres_program("postgres"), dir);
    let settings = [
        "fsync=off".to_owned(),
        "synchronous_commit=off".to_owned(),
        "full_page_writes=off".to_owned(),
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        format!("unix_socket_directories={}", dir.display()),
        "log_connections=on".to_owned(),
        "deadlock_timeout=100ms".to_owned(),
    ];
    command.arg("-D").arg(dir.join("data"));
    for setting in settings {
        command.args(["-c", &setting]);
    }
    command
}

fn maria(dir: &Path, port: u16) -> Command {
    let data = dir.join("data");
    let mut install = as_nobody(&maria_program("mariadb-install-db"), dir);
    install.args([
        "--no-defaults",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--skip-log-bin",
    ]);
    done(install.arg("--innodb-flush-method=nosync").arg(format!("--datadir={}", data.display())));
    let start = dir.join("start.sql");
    let text = format!(
        "create user '{USER}'@'127.0.0.1' identified by '{PASSWORD}';\n\
         grant all on *.* to '{USER}'@'127.0.0.1' with grant option;\n"
    );
    std::fs::write(&start, text).unwrap();
    if is_root() {
        chown(&start, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let mut command = as_nobody(&maria_program("mariadbd"), dir);
    command.args([
        "--no-defaults",
        "--bind-address=127.0.0.1",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-flush-method=nosync",
        "--innodb-buffer-pool-size=32M",
        "--skip-name-resolve",
        "--character-set-server=utf8mb4",
        "--log-warnings=2",
    ]);
    command.arg(format!("--datadir={}", data.display()));
    command.arg(format!("--socket={}", dir.join("socket").display()));
    command.arg(format!("--pid-file={}", dir.join("pid").display()));
    command.arg(format!("--init-file={}", start.display()));
    command.arg(format!("--port={port}"));
    command
}

/// The processes that this one has started.
fn children(parent: i32) -> Vec<i32> {
    let all = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let pid: i32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        (stat(pid)?.1 == parent).then_some(pid)
    });
    all.collect()
}

fn is_alive(pid: i32) -> bool {
    stat(pid).is_some_and(|(state, _)| !matches!(state, 'Z' | 'X'))
}

/// What a process does, and whose child it is.
fn stat(pid: i32) -> Option<(char, i32)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut words = text.rsplit_once(')')?.1.split_whitespace();
    Some((words.next()?.chars().next()?, words.next()?.parse().ok()?))
}

/// Starts a server under a shell that ends it, and removes its folder, when the pipe to this process closes.
fn kept(server: &Command, dir: &Path) -> Child {
    const KEEPER: &str = r#"trap : INT TERM HUP
dir=$1; shift
"$@" >"$dir/log" 2>&1 </dev/null &
pid=$!
while read -r word; do
  wait "$pid" 2>/dev/null
  "$@" >>"$dir/log" 2>&1 </dev/null &
  pid=$!
done
kill -QUIT "$pid" 2>/dev/null
( sleep 5; kill -KILL "$pid" 2>/dev/null ) & late=$!
wait "$pid"
kill "$late" 2>/dev/null
rm -rf "$dir"
"#;
    let mut keeper = program("/bin/sh");
    keeper.args(["-c", KEEPER, "keeper"]).arg(dir).arg(server.get_program()).args(server.get_args());
    keeper.current_dir(dir).env("HOME", dir).env("LC_ALL", "C.UTF-8");
    keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    keeper.spawn().unwrap()
}
