//! `mail:` steps: what the letter will say and to whom is found out here. It is queued with the event of the step's
//! success, in the same transaction, and leaves from there.

use std::collections::BTreeMap;

use super::attempt::{Attempt, Done};
use crate::msg;
use crate::plan::MailStep;
use crate::plan::post::addresses;
use crate::run::Failure;
use crate::run::event::Json;
use crate::words::{Explain as _, Msg, one_line};

/// Longest subject, in characters.
const SUBJECT: usize = 240;

/// A `mail:` step.
pub(super) fn step(attempt: &Attempt, mail: &MailStep) -> Result<Done, Failure> {
    let refuse = |why: Msg| attempt.not_started(&why);
    let subject = one_line(&attempt.values.text(&mail.subject).map_err(refuse)?, SUBJECT);
    if subject.is_empty() {
        return Err(refuse(Msg::new("exec-mail-no-subject")));
    }
    attempt.values.text(&mail.text).map_err(refuse)?;
    let project = &attempt.room.project;
    let render = |template: &_| attempt.values.text(template);
    let to = addresses(&mail.to, project.roster.as_ref(), attempt.job.at, &project.zone, render)
        .map_err(|nowhere| refuse(nowhere.explain()))?;
    let remark = attempt.say(&msg!("exec-mail-queued", to = to.join(", "), subject = &subject));
    let outputs =
        BTreeMap::from([("to".to_owned(), Json::from(to)), ("subject".to_owned(), Json::from(subject))]);
    Ok(Done { outputs, remarks: vec![remark] })
}
