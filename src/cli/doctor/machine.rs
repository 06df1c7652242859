//! The machine: its clock, its database library, the terminal.

use std::path::Path;

use encoding_rs::Encoding;
use jiff::tz::TimeZone;

use super::{Area, Finding, Level};
use crate::cli::looking::terminal_size;
use crate::cli::session::Session;
use crate::msg;
use crate::plan::project::Project;
use crate::words::Explain;

/// Before this year no clock of a machine that runs this program can be right.
const EARLIEST: i16 = 2026;
/// Screens are made for so many columns.
const COLUMNS: u16 = 80;

/// Is the clock one that could be right, and do the machine and the project mean the same by a time of day?
pub(super) fn clock(session: &Session, project: Option<&Project>) -> Vec<Finding> {
    let now = session.clock.now();
    let mut found = Vec::new();
    let warn = |text| Finding::new(Area::Clock, Level::Warning, text, msg!("doctor-clock-fix"));
    let year = now.to_zoned(TimeZone::UTC).year();
    if year < EARLIEST {
        found.push(warn(msg!("doctor-clock-year", year = i32::from(year))));
    }
    if let Some(false) = synchronised() {
        found.push(warn(msg!("doctor-clock-loose")));
    }
    let machine = TimeZone::system();
    let zone = project.map_or_else(|| machine.clone(), |project| project.zone.clone());
    let name = |zone: &TimeZone| zone.iana_name().unwrap_or("UTC").to_owned();
    let shown = now.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %:z").to_string();
    found.push(match zone.to_offset(now) == machine.to_offset(now) {
        true => Finding::good(Area::Clock, msg!("doctor-clock-good", now = shown, zone = name(&zone))),
        false => Finding::good(
            Area::Clock,
            msg!("doctor-clock-zones", now = shown, zone = name(&zone), machine = name(&machine)),
        ),
    });
    found
}

/// Does a time service keep the clock? `None`: there is none that tells.
fn synchronised() -> Option<bool> {
    let folder = Path::new("/run/systemd/timesync");
    folder.is_dir().then(|| folder.join("synchronized").exists())
}

/// The database library is one that does not break its own files.
pub(super) async fn library() -> Finding {
    match crate::store::library_version().await {
        Ok(version) => Finding::good(Area::Store, msg!("doctor-library", version = version)),
        Err(error) => {
            Finding::new(Area::Store, Level::OutOfReach, error.explain(), msg!("doctor-library-fix"))
        }
    }
}

/// Does the terminal say what it is, and is it wide enough?
pub(super) fn terminal(session: &Session) -> Vec<Finding> {
    let environment = &session.environment;
    let warn = |text, fix| Finding::new(Area::Terminal, Level::Warning, text, fix);
    let mut found = Vec::new();
    let charset = environment.charset();
    if Encoding::for_label(charset.as_bytes()).is_none() {
        found.push(warn(
            msg!("doctor-charset-unknown", charset = crate::words::one_line(charset, 40)),
            msg!("doctor-charset-fix"),
        ));
    } else if environment.locale().is_none_or(|locale| !locale.contains('.')) {
        found.push(warn(msg!("doctor-charset-none"), msg!("doctor-charset-fix")));
    }
    if !environment.output_is_terminal && !environment.error_is_terminal {
        if found.is_empty() {
            found.push(Finding::good(Area::Terminal, msg!("doctor-terminal-none", charset = charset)));
        }
        return found;
    }
    if environment.get("TERM").is_none_or(|term| term == "dumb") {
        found.push(warn(msg!("doctor-term-dumb"), msg!("doctor-term-fix")));
    }
    let size = terminal_size(environment.error_is_terminal);
    if let Some((cols, _)) = size.filter(|(cols, _)| *cols < COLUMNS) {
        let text = msg!("doctor-term-narrow", cols = u32::from(cols), wanted = u32::from(COLUMNS));
        found.push(warn(text, msg!("doctor-term-narrow-fix")));
    }
    if found.is_empty() {
        found.push(Finding::good(Area::Terminal, msg!("doctor-terminal-good", charset = charset)));
    }
    found
}
