//! The outbox: letters with one Message-ID for ever, and how their sending goes.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::patience::again;
use super::{Store, StoreError, Unreadable, number};
use crate::id::{HomeId, RunId};
use crate::run::MailStatus;

/// A letter to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLetter {
    /// Unique for ever: the run, the event that called for it, and which of its letters.
    pub id: String,
    /// The number of that event.
    pub seq: u64,
    /// Made here, once; every sending carries it.
    pub message_id: String,
    /// Addresses.
    pub to: Vec<String>,
    /// One line.
    pub subject: String,
    /// Text part.
    pub text: String,
    /// HTML part.
    pub html: String,
    /// When the event was recorded.
    pub at: Timestamp,
}

/// A letter of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What was queued.
    pub letter: NewLetter,
    /// How its sending goes.
    pub sending: Sending,
}

/// How the sending of a letter goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// Where it stands.
    pub status: MailStatus,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub due_at: Timestamp,
    /// What became of each address, as the sender keeps it (JSON).
    pub fates: String,
    /// What went wrong last.
    pub error: Option<String>,
}

/// How long a claimed letter is left to its claimer, in milliseconds: longer than any sending takes.
const CLAIM: i64 = 120_000;
/// No letter is ever put off for so long, in milliseconds: one that is due later than that was put off by a clock that
/// has been set back since, and is due now.
const AHEAD: i64 = 3_600_000;

const COLUMNS: &str = "select id, run, seq, message_id, recipients, subject, body_text, body_html, queued_at, due_at, \
                       status, attempts, fates, error from letters";

impl Store {
    pub(super) async fn queue(&mut self, run: &str, letter: &NewLetter) -> Result<(), StoreError> {
        sqlx::query(
            "insert into letters (id, run, seq, message_id, recipients, subject, body_text, body_html, queued_at, \
             due_at, status, attempts, fates) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', 0, '')",
        )
        .bind(letter.id.clone())
        .bind(run.to_owned())
        .bind(number(letter.seq))
        .bind(letter.message_id.clone())
        .bind(letter.to.join("\n"))
        .bind(letter.subject.clone())
        .bind(letter.text.clone())
        .bind(letter.html.clone())
        .bind(letter.at.to_string())
        .bind(letter.at.as_millisecond())
        .execute(&mut self.connection)
        .await
        .map_err(|source| self.fault(source))?;
        Ok(())
    }

    /// The letters of a run (of all runs: `None`), in the order in which they were called for.
    pub async fn letters(&mut self, run: Option<&RunId>) -> Result<Vec<Letter>, StoreError> {
        again!(self, self.letters_now(run))
    }

    async fn letters_now(&mut self, run: Option<&RunId>) -> Result<Vec<Letter>, StoreError> {
        let wanted = run.map(ToString::to_string);
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{COLUMNS} where $1 = '' or run = $1 order by run, seq, id"
        )))
        .bind(wanted.unwrap_or_default())
        .fetch_all(&mut self.connection)
        .await
        .map_err(|source| self.fault(source))?;
        rows.iter().map(|row| read_letter(row).map_err(|why| self.damaged(why))).collect()
    }

    /// The letter that has been due longest at `now`, claimed for two minutes by `sender`: another process that looks
    /// meanwhile gets another one, and gets this one too when the claimer has died.
    pub async fn claim_letter(
        &mut self,
        now: Timestamp,
        sender: &HomeId,
    ) -> Result<Option<Letter>, StoreError> {
        again!(self, self.claim_letter_now(now, sender))
    }

    async fn claim_letter_now(
        &mut self,
        now: Timestamp,
        sender: &HomeId,
    ) -> Result<Option<Letter>, StoreError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{COLUMNS} where status = 'queued' and (due_at <= $1 or due_at > $2) order by due_at, id limit 1"
        )))
        .bind(now.as_millisecond())
        .bind(now.as_millisecond() + AHEAD)
        .fetch_optional(&mut self.connection)
        .await
        .map_err(|source| self.fault(source))?;
        let Some(row) = row else { return Ok(None) };
        let letter = read_letter(&row).map_err(|why| self.damaged(why))?;
        let claimed =
            sqlx::query("update letters set due_at = $1, sender = $2 where id = $3 and due_at = $4")
                .bind(now.as_millisecond() + CLAIM)
                .bind(sender.to_string())
                .bind(letter.letter.id.clone())
                .bind(letter.sending.due_at.as_millisecond())
                .execute(&mut self.connection)
                .await
                .map_err(|source| self.fault(source))?;
        Ok((claimed.rows_affected() == 1).then_some(letter))
    }

    /// Keeps how a letter's sending goes.
    pub async fn record_sending(&mut self, id: &str, sending: &Sending) -> Result<(), StoreError> {
        again!(self, self.record_sending_now(id, sending))
    }

    async fn record_sending_now(&mut self, id: &str, sending: &Sending) -> Result<(), StoreError> {
        sqlx::query(
            "update letters set status = $1, due_at = $2, attempts = $3, fates = $4, error = $5, sender = null \
             where id = $6 and status = 'queued'",
        )
        .bind(sending.status.word())
        .bind(sending.due_at.as_millisecond())
        .bind(i64::from(sending.attempts))
        .bind(sending.fates.clone())
        .bind(sending.error.clone())
        .bind(id.to_owned())
        .execute(&mut self.connection)
        .await
        .map_err(|source| self.fault(source))?;
        Ok(())
    }

    /// All queued letters are due now: somebody wants them sent, and holds the [`PostLock`](super::PostLock) of `sender`.
    /// What others are sending is left to them.
    pub async fn hurry_letters(&mut self, now: Timestamp, sender: &HomeId) -> Result<(), StoreError> {
        again!(self, self.hurry_letters_now(now, sender))
    }

    async fn hurry_letters_now(&mut self, now: Timestamp, sender: &HomeId) -> Result<(), StoreError> {
        let sql =
            "update letters set due_at = $1 where status = 'queued' and (sender is null or sender = $2)";
        sqlx::query(sql)
            .bind(now.as_millisecond())
            .bind(sender.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(|source| self.fault(source))?;
        Ok(())
    }
}

fn read_letter(row: &AnyRow) -> Result<Letter, Unreadable> {
    let text = |index: usize| row.try_get::<String, _>(index);
    Ok(Letter {
        letter: NewLetter {
            id: text(0)?,
            seq: u64::try_from(row.try_get::<i64, _>(2)?)?,
            message_id: text(3)?,
            to: text(4)?.lines().map(str::to_owned).collect(),
            subject: text(5)?,
            text: text(6)?,
            html: text(7)?,
            at: text(8)?.parse()?,
        },
        sending: Sending {
            due_at: Timestamp::from_millisecond(row.try_get(9)?)?,
            status: MailStatus::from_word(&text(10)?).ok_or("no such status of a letter")?,
            attempts: u32::try_from(row.try_get::<i64, _>(11)?)?,
            fates: text(12)?,
            error: row.try_get(13)?,
        },
    })
}
