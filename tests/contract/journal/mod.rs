//! The journal on a server that several hosts share: what people and scripts see of it.

mod hosts;
mod listen;
mod server;
mod stand_by;

use crate::harness::{Live, Project, binary, words};
use crate::servers::{Base, Kind, base};

/// A project whose journal is on a server.
fn on_server(project: Project) -> (Project, Base) {
    let base = base(Kind::Postgres);
    (project.journal_at(&base.url()), base)
}

/// A command on a host of its own: another state folder is another host. Leases are short.
fn on_host(project: &Project, host: &str, line: &str) -> Live {
    let mut command = project.command(&binary(), &words(line));
    command.env("MONTHSTART_STATE", project.path(host));
    if command.get_envs().all(|(name, _)| name != "MONTHSTART_LEASE") {
        command.env("MONTHSTART_LEASE", "5s");
    }
    Live::spawn(command, line)
}

/// The kinds of the run's events, in order.
fn kinds(project: &Project) -> Vec<String> {
    let out = project.ms("events --json").code(0);
    let lines = String::from_utf8(out.stdout.clone()).unwrap();
    let kind = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        event["kind"].as_str().unwrap().to_owned()
    };
    lines.lines().map(kind).collect()
}
