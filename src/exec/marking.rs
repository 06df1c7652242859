//! The table of markers, as whoever looks after a project sees it: is it there, can it be made?

use std::time::Duration;

use jiff::{Timestamp, ToSpan as _};

use super::sql::database::{Database, Interrupt, Purpose, Refused};
use super::sql::marker::{TABLE, create_table};
use super::sql::rows::Rows;
use super::{Exec, LONGEST, not_started};
use crate::msg;
use crate::plan::Work;
use crate::plan::project::{Means, Project};
use crate::plan::sql::Dialect;
use crate::run::Failure;
use crate::runbook::model::ActionKind;
use crate::words::{Explain as _, Msg, one_line};

/// How long connecting and each answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Markers so old are of no use to any run.
const OLD_DAYS: i64 = 400;

/// How it is with the table of markers in one database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Markers {
    /// It is there.
    There,
    /// It was made now.
    Made,
    /// It is not there, and any step makes it by itself.
    Later,
    /// It is not there: what makes it, and why that could not be done where it was tried.
    Missing {
        /// The statement.
        sql: String,
        /// What the database said to it.
        why: Option<String>,
    },
    /// It is there, and knows no transactions.
    Unfit {
        /// Its engine.
        engine: String,
    },
}

/// The connection that a step writes to and puts its marker in.
pub fn marked_connection<'p>(work: &'p Work, project: &'p Project) -> Option<&'p str> {
    match work {
        Work::Sql { connection, .. } => Some(connection),
        Work::Load(load) => Some(&load.into.connection),
        Work::Flow { platform, .. } => {
            let platform = project.platforms.get(platform)?;
            let whole = platform.actions.get(&ActionKind::Whole)?;
            platform.connection.as_deref().filter(|_| matches!(whole.means, Means::Sql { .. }))
        }
        _ => None,
    }
}

impl Exec {
    /// Looks whether the table of markers is there; with `make`, makes it and takes out of it what is too old.
    pub async fn markers(&self, connection: &str, make: bool, now: Timestamp) -> Result<Markers, Msg> {
        let looked = tokio::time::timeout(PATIENCE, self.look_at_markers(connection, make, now)).await;
        let after = crate::time::show_duration(PATIENCE);
        let silent = || msg!("exec-probe-silent", connection = connection, after = after);
        looked.unwrap_or_else(|_| Err(not_started(self.room.lang, &silent()))).map_err(
            |failure| match failure {
                Failure::NotStarted { why } => msg!("exec-probe-failed", why = why),
                other => other.explain(),
            },
        )
    }

    async fn look_at_markers(
        &self,
        connection: &str,
        make: bool,
        now: Timestamp,
    ) -> Result<Markers, Failure> {
        let purpose = match make {
            true => Purpose::Work(Duration::from_secs(10)),
            false => Purpose::Look(Duration::from_secs(5)),
        };
        let interrupt = Interrupt::within(Some(PATIENCE));
        let mut database = Database::open(&self.room, connection, purpose, &interrupt).await?;
        let found = looked(&mut database, make, now).await;
        database.close().await;
        let lang = self.room.lang;
        found.map_err(|refused| {
            let why = one_line(&refused.words, LONGEST);
            not_started(lang, &msg!("exec-not-connected", connection = connection, why = why))
        })
    }
}

async fn looked(database: &mut Database, make: bool, now: Timestamp) -> Result<Markers, Refused> {
    let sql = create_table(database.dialect()).to_owned();
    let mut made = false;
    if !database.exists(TABLE).await? {
        if !make && database.dialect() == Dialect::Sqlite {
            return Ok(Markers::Later);
        }
        if !make {
            return Ok(Markers::Missing { sql, why: None });
        }
        if let Err(refused) = database.create_marker_table().await {
            return Ok(Markers::Missing { sql, why: Some(refused.words) });
        }
        made = true;
    }
    if database.dialect() == Dialect::MySql
        && let Some(engine) = database.without_transactions(&[TABLE.to_owned()].into()).await?.pop()
    {
        return Ok(Markers::Unfit { engine });
    }
    if make && let Ok(before) = now.checked_sub((24 * OLD_DAYS).hours()) {
        let forget = format!("delete from {TABLE} where at < :before");
        // It is tidying up: whoever may not do it leaves them there.
        let _ = database.ask(&forget, &[("before", &before.to_string())], &mut Rows::default()).await;
    }
    Ok(if made { Markers::Made } else { Markers::There })
}
