//! The library of faults (`shim.c`), and what it is asked to do.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What happens to a process of the product, by the environment that `shim.c` reads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fault {
    variables: Vec<(&'static str, String)>,
}

impl Fault {
    /// Nothing: calls are only logged.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// kill -9 of the engine before its call of this number.
    pub(crate) fn kill_before(call: usize) -> Self {
        Self::none().with("FAULT_KILL", &format!("before:{call}")).of("engine")
    }

    /// kill -9 of the engine after it.
    pub(crate) fn kill_after(call: usize) -> Self {
        Self::none().with("FAULT_KILL", &format!("after:{call}")).of("engine")
    }

    /// The sync of this number fails.
    pub(crate) fn sync_fails(number: usize) -> Self {
        Self::none().with("FAULT_EIO", &number.to_string()).of("engine")
    }

    /// From the sync of this number on each one fails.
    pub(crate) fn syncs_fail_from(number: usize) -> Self {
        Self::none().with("FAULT_EIO", &format!("{number}+")).of("engine")
    }

    /// Files grow by so many bytes, then the disk is full.
    pub(crate) fn full_after(bytes: usize) -> Self {
        Self::none().with("FAULT_FULL", &bytes.to_string())
    }

    /// The same, until so many calls were refused: then somebody has made room.
    pub(crate) fn full_for(bytes: usize, refusals: usize) -> Self {
        Self::none().with("FAULT_FULL", &format!("{bytes}:{refusals}"))
    }

    /// No write takes more than so many bytes.
    pub(crate) fn short_writes(bytes: usize) -> Self {
        Self::none().with("FAULT_SHORT", &bytes.to_string())
    }

    /// Only calls of this name are counted.
    pub(crate) fn at(self, call: &str) -> Self {
        self.with("FAULT_ONLY", call)
    }

    /// Only processes of this role are meant.
    pub(crate) fn of(self, role: &str) -> Self {
        self.with("FAULT_ROLE", role)
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.to_owned()));
        self
    }

    /// Puts it over a command of `binary`; every call stands in `log`, `disk` is what its processes have in common.
    pub(crate) fn over(&self, command: &mut Command, binary: &Path, log: &Path, disk: &Path) {
        command.env("LD_PRELOAD", library()).env("FAULT_EXE", binary.canonicalize().unwrap());
        command.env("FAULT_LOG", log).env("FAULT_STATE", disk).env("FAULT_KEEPER", KEEPER);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
    }
}

/// The word by which a keeper's command line is known.
pub(crate) const KEEPER: &str = "keeper";

/// The compiled library.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (draft, library) =
            (target.join(format!("shim.{}.so", std::process::id())), target.join("shim.so"));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proof/shim.c");
        let mut compile = Command::new("cc");
        compile.args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"]).arg(&draft);
        let compiled = compile.arg(source).arg("-ldl").output().unwrap();
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        std::fs::rename(draft, &library).unwrap();
        library
    })
}
