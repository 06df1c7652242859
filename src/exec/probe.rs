//! One question to a connection, to see that there is somebody who answers.

use std::time::Duration;

use super::sql::database::{Database, Interrupt, Purpose};
use super::sql::rows::Rows;
use super::sql::text::statements;
use super::{Exec, LONGEST, not_started};
use crate::msg;
use crate::run::Failure;
use crate::words::{Explain, Msg, one_line};

/// How long connecting and one answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

impl Exec {
    /// Connects to the connection with that name, once, and asks it `select 1`. Why that does not work is told without
    /// the password.
    pub async fn probe(&self, connection: &str) -> Result<(), Msg> {
        let asked = tokio::time::timeout(PATIENCE, self.ask_one(connection)).await;
        let after = crate::time::show_duration(PATIENCE);
        let silent = || msg!("exec-probe-silent", connection = connection, after = after);
        asked.unwrap_or_else(|_| Err(not_started(self.room.lang, &silent()))).map_err(|failure| match failure
        {
            // That nothing was started goes without saying here.
            Failure::NotStarted { why } => msg!("exec-probe-failed", why = why),
            other => other.explain(),
        })
    }

    async fn ask_one(&self, connection: &str) -> Result<(), Failure> {
        let lang = self.room.lang;
        let interrupt = Interrupt::within(Some(PATIENCE));
        let mut database =
            Database::open(&self.room, connection, Purpose::Look(Duration::from_secs(5)), &interrupt).await?;
        let mut answered = Ok(0);
        for statement in statements("select 1", database.dialect()) {
            answered = database.execute(&statement, &[], &mut Rows::default()).await;
        }
        database.close().await;
        let refused = |why: &str| {
            let why = one_line(why, LONGEST);
            not_started(lang, &msg!("exec-not-connected", connection = connection, why = why))
        };
        answered.map(drop).map_err(|refusal| refused(&refusal.words))
    }
}
