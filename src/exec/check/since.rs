//! `since:` a step: the table must have changed after it, or after the word that it stands for was said.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::value::first_row;
use super::{Finding, Trouble};
use crate::exec::attempt::Attempt;
use crate::exec::number;
use crate::exec::sql::changed::Changed;
use crate::exec::sql::database::Database;
use crate::exec::sql::rows::Cell;
use crate::exec::sql::text_of;
use crate::msg;
use crate::plan::{NodeId, TableName};
use crate::run::Failure;
use crate::words::{Msg, one_line};

/// Has the table changed after that step?
pub(super) async fn since(
    attempt: &Attempt,
    database: &mut Database,
    table: &TableName,
    step: NodeId,
) -> Result<Finding, Trouble> {
    let what = format!("{}:{}", table.connection, table.table);
    let plan = &attempt.job.plan;
    let step_name = plan.node(step).name.clone();
    let Some(after) = attempt.job.since.get(&step).copied() else {
        return Err(never(attempt, &msg!("exec-since-no-time", what = what, step = step_name)));
    };
    let zone = &attempt.room.project.zone;
    let said = show(after, zone);
    match changed(attempt, database, table).await? {
        Known::At(at) => {
            let (holds, at) = (is_after(at, after), show(at, zone));
            let words = if holds {
                msg!("exec-since-changed", what = what, at = at, step = step_name, said = said)
            } else {
                msg!("exec-since-unchanged", what = what, at = at, step = step_name, said = said)
            };
            Ok(Finding { holds, words: attempt.say(&words) })
        }
        Known::Never => {
            let words = msg!("exec-since-never", what = what, step = step_name, said = said);
            Ok(Finding { holds: false, words: attempt.say(&words) })
        }
        Known::Nothing => {
            let connection = table.connection.as_str();
            Err(never(attempt, &msg!("exec-since-unknown", what = what, connection = connection)))
        }
        Known::Unreadable(value) => {
            let connection = table.connection.as_str();
            let words = msg!("exec-since-unreadable", connection = connection, value = value);
            Err(never(attempt, &words))
        }
    }
}

/// No look more will know it.
fn never(attempt: &Attempt, words: &Msg) -> Trouble {
    Trouble::Lasting(Failure::Unmet { found: vec![attempt.say(words)] })
}

/// What is known of a table's last change.
#[derive(Debug, PartialEq, Eq)]
enum Known {
    At(Timestamp),
    /// The project's own query knows of no change.
    Never,
    /// The database does not know.
    Nothing,
    /// What the project's query says is no time.
    Unreadable(String),
}

async fn changed(attempt: &Attempt, database: &mut Database, table: &TableName) -> Result<Known, Trouble> {
    let zone = &attempt.room.project.zone;
    let connection = attempt.room.project.connections.get(&table.connection);
    let Some(source) = connection.and_then(|connection| connection.changed.as_ref()) else {
        let told = database.changed(&table.table).await;
        return Ok(match told.map_err(|why| Failure::Sql { statement: 1, why: why.words })? {
            Changed::File(at) => Timestamp::try_from(at).map_or(Known::Nothing, Known::At),
            Changed::Told(cell) => moment(&cell, zone).map_or(Known::Nothing, Known::At),
        });
    };
    let (schema, name) = table.table.rsplit_once('.').unwrap_or(("", &table.table));
    let values = attempt.values.with("table", &table.table).with("schema", schema).with("name", name);
    let text =
        text_of(attempt, source, &values).map_err(|why| Trouble::Lasting(attempt.not_started(&why)))?;
    let rows = first_row(attempt, database, &text, &values.bindings()).await?;
    Ok(match rows.first.as_ref().and_then(|row| row.first()) {
        None | Some(Cell::Null) => Known::Never,
        Some(cell) => match moment(cell, zone) {
            Some(at) => Known::At(at),
            None => Known::Unreadable(one_line(&cell.text(), 100)),
        },
    })
}

/// A time that knows no parts of a second is after another one of the same second.
fn is_after(at: Timestamp, after: Timestamp) -> bool {
    if at.subsec_nanosecond() == 0 { at.as_second() >= after.as_second() } else { at > after }
}

fn show(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A time as databases and control tables write it: with its offset or in the project's zone, as seconds or
/// milliseconds since 1970, or as `20261101021000`. A day alone is its beginning.
fn moment(cell: &Cell, zone: &TimeZone) -> Option<Timestamp> {
    let text = cell.text();
    let text = text.trim();
    let here = |civil: DateTime| civil.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp());
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text.len());
    match digits {
        Some(14) => return DateTime::strptime("%Y%m%d%H%M%S", text).ok().and_then(here),
        Some(8) if !matches!(cell, Cell::Real(_)) => {
            return Date::strptime("%Y%m%d", text).ok().and_then(|date| here(date.at(0, 0, 0, 0)));
        }
        _ => {}
    }
    if number::of_cell(cell).is_some() {
        return epoch(text.parse().ok()?);
    }
    text.parse().ok().or_else(|| text.parse::<DateTime>().ok().and_then(here))
}

/// Seconds, or milliseconds where seconds would be in the far future.
fn epoch(number: f64) -> Option<Timestamp> {
    const FAR: f64 = 1e11;
    let seconds = if number.abs() >= FAR { number / 1000.0 } else { number };
    let duration = jiff::SignedDuration::try_from_secs_f64(seconds).ok()?;
    Timestamp::from_duration(duration).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: &Cell) -> Option<String> {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        moment(cell, &zone).map(|at| at.to_string())
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        let night = Some("2026-10-31T18:10:00Z".to_owned());
        for text in [
            "2026-11-01 02:10",
            "2026-11-01 02:10:00",
            "2026-11-01T02:10:00.000",
            "2026-11-01 02:10:00+08:00",
            "2026-11-01 02:10:00+08",
            "2026-10-31T18:10:00Z",
            "20261101021000",
            " 1793470200 ",
            "1793470200.000000",
            "1793470200000",
        ] {
            assert_eq!(read(&Cell::Text(text.to_owned())), night, "{text}");
        }
        assert_eq!(read(&Cell::Integer(1_793_470_200)), night);
        assert_eq!(read(&Cell::Integer(20_261_101_021_000)), night);
        assert_eq!(read(&Cell::Real(1_793_470_200.5)).as_deref(), Some("2026-10-31T18:10:00.5Z"));
        let day = Some("2026-10-31T16:00:00Z".to_owned());
        assert_eq!(read(&Cell::Text("2026-11-01".to_owned())), day);
        assert_eq!(read(&Cell::Text("20261101".to_owned())), day);
        for bad in ["", "yesterday", "2026-13-01", "99999999", "1e300", "NaN"] {
            assert_eq!(read(&Cell::Text(bad.to_owned())), None, "{bad}");
        }
        assert_eq!(read(&Cell::Null), None);
    }

    #[test]
    fn times_of_whole_seconds_hold_for_their_second() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let said = at("2026-11-01T02:10:00.5Z");
        assert!(is_after(at("2026-11-01T02:10:00Z"), said));
        assert!(!is_after(at("2026-11-01T02:10:00.4Z"), said));
        assert!(is_after(at("2026-11-01T02:10:00.6Z"), said));
        assert!(!is_after(at("2026-11-01T02:09:59Z"), said));
    }
}
