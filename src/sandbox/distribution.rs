//! The sandbox's distribution platform: configuration, control tables and schedules, and the processes on its three
//! servers. On server A the processes hang: what was sent to its agents is not begun.

use std::path::Path;

use jiff::Timestamp;
use sqlx::{Connection, SqliteConnection};

use super::files::{self, Access, run};
use super::rng::Rng;
use super::script::Script;
use super::{Sandbox, SandboxError};
use crate::time::Month;

/// Interfaces that are distributed.
const INTERFACES: u32 = 300;
/// The servers, as agents' names end.
const SERVERS: [&str; 3] = ["A", "B", "C"];
/// Who sends data, and what their tables are called.
const SOURCES: [(&str, &str); 5] = [
    ("CRM", "CRM_USER"),
    ("BILLING", "BILL_ACCT"),
    ("IOT", "IOT_CARD"),
    ("CHANNEL", "CHL_ORDER"),
    ("NETWORK", "NET_CELL"),
];
/// The databases that tables go to.
const TARGETS: [&str; 3] = ["yt", "mpp", "report"];
/// How many rows a process that starts deals with at once.
const FIRST_LOAD: u32 = 5;

/// A process of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// `dsDispatch.sh`: hands tables to agents.
    Dispatch,
    /// `dsExpCtl.sh`: exports them.
    Export,
    /// `dsImpCtl.sh`: imports them.
    Import,
}

const PROGRAMS: [(Program, &str); 3] =
    [(Program::Dispatch, "dsDispatch"), (Program::Export, "dsExpCtl"), (Program::Import, "dsImpCtl")];

impl Program {
    /// The program of that name.
    pub fn named(name: &str) -> Option<Self> {
        PROGRAMS.iter().find(|(_, known)| *known == name).map(|(program, _)| *program)
    }

    fn name(self) -> &'static str {
        PROGRAMS.iter().find(|(program, _)| *program == self).map_or("", |(_, name)| name)
    }
}

/// What is done with a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It starts, and deals with what waits for it.
    Start,
    /// It ends.
    Stop,
    /// It is looked at.
    Look,
}

/// The platform of a new sandbox.
pub(super) async fn make(sandbox: &Sandbox) -> Result<(), SandboxError> {
    let mut conn = files::disp(&sandbox.dir, Access::Making).await?;
    let mut rows = Script::default();
    write(sandbox, &mut rows);
    run(&mut conn, format!("begin;\n{}{}commit;", include_str!("schema/disp.sql"), rows.finish())).await?;
    conn.close().await?;
    Ok(())
}

fn write(sandbox: &Sandbox, out: &mut Script) {
    let mut rng = Rng::new(sandbox.seed, 0, 201);
    for number in 1..=INTERFACES {
        let (source, stem) = rng.pick(&SOURCES, SOURCES[0]);
        let (server, target) = (rng.pick(&SERVERS, "A"), rng.pick(&TARGETS, "yt"));
        let object = format!("{stem}_{number:03}");
        out.row("disp_exp_cfg", format_args!("{number},'{object}','{source}','AGENT_{server}'"));
        out.row("disp_imp_cfg", format_args!("{number},'{object}','{target}','AGENT_{server}0'"));
        // Half of all schedules begin in the first three hours, when everybody copies.
        let minutes = if rng.chance(50) { rng.between(0, 179) } else { rng.between(180, 1_439) };
        let start = format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let enabled = u8::from(rng.chance(95));
        out.row("disp_schedule", format_args!("{number},'{source}','{object}','{start}',{enabled}"));
        write_controls(&mut rng, sandbox.month, (number, &object, server), out);
    }
    for server in SERVERS {
        for (_, program) in PROGRAMS {
            let state = if server == "A" { "HUNG" } else { "RUNNING" };
            let since = sandbox.month.first();
            out.row("disp_process", format_args!("'{server}','{program}','{state}','{since}T00:00:00Z'"));
        }
    }
}

/// The interface's lines of the month before, which are done, and of the month, of which much is.
fn write_controls(rng: &mut Rng, month: Month, interface: (u32, &str, &str), out: &mut Script) {
    let (number, object, server) = interface;
    for (line, month) in (0..).zip([month.previous(), month]) {
        let id = number * 10 + line;
        let exported = if line == 0 { 99 } else { deal_stat(rng, server) };
        let imported = match exported {
            99 if line == 0 => 99,
            99 => deal_stat(rng, server),
            -100 => -100,
            _ => 0,
        };
        let day = month.next().first();
        for (table, agent, stat) in [("disp_export_ctl", "", exported), ("disp_import_ctl", "0", imported)] {
            let end = if stat == 99 {
                format!("'{day}T00:{:02}:00Z'", rng.between(0, 59))
            } else {
                "null".to_owned()
            };
            let values =
                format_args!("{id},{number},'{object}','{month}','AGENT_{server}{agent}',{stat},{end}");
            out.row(table, values);
        }
    }
}

/// On server A nothing that was sent is done; elsewhere little waits.
fn deal_stat(rng: &mut Rng, server: &str) -> i32 {
    match (server, rng.between(1, 100)) {
        ("A", 1..=30) | (_, 1..=8) => 0,
        ("A", 31..=55) => 1,
        (_, 93..=97) => -100,
        _ => 99,
    }
}

/// Does `doing` to a process of `server`. It tells the process's state, and how many tables that brought on; `None`:
/// there is no such server.
pub async fn process(
    dir: &Path,
    server: &str,
    program: Program,
    doing: Doing,
    now: Timestamp,
) -> Result<Option<(String, u64)>, SandboxError> {
    let mut conn = files::disp(dir, Access::Shared).await?;
    run(&mut conn, "begin immediate".to_owned()).await?;
    let before = state(&mut conn, server, program).await?;
    let Some(before) = before else { return Ok(None) };
    let wanted = match doing {
        Doing::Start => "RUNNING",
        Doing::Stop => "STOPPED",
        Doing::Look => before.as_str(),
    };
    let mut dealt = 0;
    if wanted != before || doing == Doing::Start {
        sqlx::query("update disp_process set state = ?, changed_at = ? where server = ? and program = ?")
            .bind(wanted.to_owned())
            .bind(now.to_string())
            .bind(server.to_owned())
            .bind(program.name())
            .execute(&mut conn)
            .await?;
    }
    if doing == Doing::Start {
        dealt = deal(&mut conn, server, program, now).await?;
    }
    run(&mut conn, "commit".to_owned()).await?;
    conn.close().await?;
    Ok(Some((wanted.to_owned(), dealt)))
}

async fn state(
    conn: &mut SqliteConnection,
    server: &str,
    program: Program,
) -> Result<Option<String>, SandboxError> {
    let query = sqlx::query_scalar("select state from disp_process where server = ? and program = ?");
    Ok(query.bind(server.to_owned()).bind(program.name()).fetch_optional(conn).await?)
}

/// A process that starts takes up the oldest of what waits for its agent.
async fn deal(
    conn: &mut SqliteConnection,
    server: &str,
    program: Program,
    now: Timestamp,
) -> Result<u64, SandboxError> {
    let (table, agent) = match program {
        Program::Dispatch => return Ok(0),
        Program::Export => ("disp_export_ctl", format!("AGENT_{server}")),
        Program::Import => ("disp_import_ctl", format!("AGENT_{server}0")),
    };
    let text = format!(
        "update {table} set deal_stat = 99, end_time = ? where ctl_id in
         (select ctl_id from {table} where agent_name = ? and deal_stat = 0 order by ctl_id limit {FIRST_LOAD})"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(now.to_string()).bind(agent);
    Ok(query.execute(conn).await?.rows_affected())
}
