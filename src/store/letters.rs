//! The outbox: letters with one Message-ID for ever, and how their sending goes.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError, Unreadable, number};
use crate::id::RunId;

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
    /// A [`crate::run::status::MailStatus`]'s word.
    pub status: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub due_at: Timestamp,
    /// What went wrong last.
    pub error: Option<String>,
}

/// How a sending ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sending {
    /// Taken by the server, or written to its file; some recipients may have been refused.
    Sent {
        /// What was refused.
        refused: Option<String>,
    },
    /// To be tried again.
    Retry {
        /// When.
        at: Timestamp,
        /// Why.
        error: String,
    },
    /// Given up.
    Failed {
        /// Why.
        error: String,
    },
}

const COLUMNS: &str = "select id, run, seq, message_id, recipients, subject, body_text, body_html, queued_at, due_at, \
                       status, attempts, error from letters";

impl Store {
    pub(super) async fn queue(&mut self, run: &str, letter: &NewLetter) -> Result<(), StoreError> {
        sqlx::query(
            "insert into letters (id, run, seq, message_id, recipients, subject, body_text, body_html, queued_at, \
             due_at, status, attempts) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', 0)",
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
        .bind(letter.at.to_string())
        .execute(&mut self.connection)
        .await
        .map_err(|source| self.fault(source))?;
        Ok(())
    }

    /// The letters of a run (of all runs: `None`), in the order in which they were called for.
    pub async fn letters(&mut self, run: Option<&RunId>) -> Result<Vec<Letter>, StoreError> {
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

    /// The queued letter that is due first.
    pub async fn next_letter(&mut self) -> Result<Option<Letter>, StoreError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{COLUMNS} where status = 'queued' order by due_at, id limit 1"
        )))
        .fetch_optional(&mut self.connection)
        .await
        .map_err(|source| self.fault(source))?;
        row.map(|row| read_letter(&row).map_err(|why| self.damaged(why))).transpose()
    }

    /// Keeps how a sending ended.
    pub async fn record_sending(&mut self, id: &str, sending: &Sending) -> Result<(), StoreError> {
        let (status, due, error) = match sending {
            Sending::Sent { refused } => ("sent", None, refused.clone()),
            Sending::Retry { at, error } => ("queued", Some(at.to_string()), Some(error.clone())),
            Sending::Failed { error } => ("failed", None, Some(error.clone())),
        };
        sqlx::query(
            "update letters set status = $1, due_at = coalesce($2, due_at), error = $3, attempts = attempts + 1 \
             where id = $4 and status = 'queued'",
        )
        .bind(status)
        .bind(due)
        .bind(error)
        .bind(id.to_owned())
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
        due_at: text(9)?.parse()?,
        status: text(10)?,
        attempts: u32::try_from(row.try_get::<i64, _>(11)?)?,
        error: row.try_get(12)?,
    })
}
