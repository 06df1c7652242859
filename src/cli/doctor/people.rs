//! The roster: who is on, whom letters reach, and who types here.

use jiff::{Timestamp, ToSpan};

use super::{Area, Finding, Level};
use crate::cli::environment::os_user;
use crate::cli::exit::What;
use crate::cli::session::Session;
use crate::msg;
use crate::plan::project::Project;
use crate::plan::roster::Roster;

/// How finely the coming day is looked through for hours that nobody is on.
const STEP: i64 = 15;

/// Gaps in the coming day, and people whom no letter reaches.
pub(super) fn roster(session: &Session, project: &Project) -> Vec<Finding> {
    let Some(roster) = &project.roster else {
        let text = msg!("doctor-no-roster");
        return vec![Finding::new(Area::Roster, Level::Warning, text, msg!("doctor-no-roster-fix"))];
    };
    let mut found: Vec<Finding> = gap(session, project, roster).into_iter().collect();
    let mute: Vec<&str> = roster
        .people
        .iter()
        .filter(|(_, person)| person.email.is_none())
        .map(|(id, _)| id.0.as_str())
        .collect();
    if !mute.is_empty() {
        let text = msg!("doctor-no-email", people = mute.join(", "));
        found.push(Finding::new(Area::Roster, Level::Warning, text, msg!("doctor-no-email-fix")));
    }
    if found.is_empty() {
        let (people, shifts) = (roster.people.len(), roster.shifts.len());
        found.push(Finding::good(Area::Roster, msg!("doctor-roster-good", people = people, shifts = shifts)));
    }
    found
}

/// The first time within 24 hours that nobody is on.
fn gap(session: &Session, project: &Project, roster: &Roster) -> Option<Finding> {
    if roster.shifts.is_empty() {
        return None;
    }
    let alone = Roster { fallback: Vec::new(), ..roster.clone() };
    let now = session.clock.now();
    let moments = (0..=24 * 60 / STEP).filter_map(|step| now.checked_add((step * STEP).minutes()).ok());
    let off = |at: &Timestamp| alone.on_duty(*at, &project.zone).is_empty();
    let empty: Vec<Timestamp> = moments.filter(off).collect();
    let first = empty.first()?;
    let at = first.to_zoned(project.zone.clone()).strftime("%m-%d %H:%M").to_string();
    let minutes = i64::try_from(empty.len()).unwrap_or(i64::MAX).saturating_mul(STEP).min(24 * 60);
    let span = crate::time::show_duration(std::time::Duration::from_secs(
        u64::try_from(minutes.saturating_mul(60)).unwrap_or_default(),
    ));
    let fallback: Vec<&str> = roster.fallback.iter().map(|person| person.0.as_str()).collect();
    let text = match fallback.is_empty() {
        true => msg!("doctor-gap", at = at, span = span),
        false => msg!("doctor-gap-fallback", at = at, span = span, people = fallback.join(", ")),
    };
    Some(Finding::new(Area::Roster, Level::Warning, text, msg!("doctor-gap-fix")))
}

/// Who acts when something is typed here.
pub(super) fn person(session: &Session, project: &Project) -> Finding {
    let user = os_user();
    let warn = |text, fix| Finding::new(Area::Person, Level::Warning, text, fix);
    match session.asker(project) {
        Err(failed) => {
            let why = match &failed.what {
                What::Said(msg) => session.say(msg),
                _ => String::new(),
            };
            warn(msg!("doctor-denied", why = why), msg!("doctor-stranger-fix", user = &user))
        }
        Ok(asker) if !asker.known => {
            warn(msg!("doctor-stranger", user = &user), msg!("doctor-stranger-fix", user = &user))
        }
        Ok(asker) if !asker.operator => {
            let person = asker.by.by.to_string();
            warn(msg!("doctor-no-operator", person = person), msg!("doctor-no-operator-fix"))
        }
        Ok(asker) => {
            let person = asker.by.by.to_string();
            Finding::good(Area::Person, msg!("doctor-person-good", user = user, person = person))
        }
    }
}
