//! The tables of the store: made whole, and brought up from an older program's.

use super::{Store, StoreError, sqlite};

/// What makes each version of the tables out of the one before. Never changed once it was shipped: added to.
const MIGRATIONS: [&str; 3] = [
    include_str!("../../migrations/0001_journal.sql"),
    include_str!("../../migrations/0002_numbers.sql"),
    include_str!("../../migrations/0003_head.sql"),
];

impl Store {
    /// A new store is made whole under another name and then put in its place: one that is there and is not whole was
    /// damaged, and is never written over.
    pub(super) async fn make(path: &str) -> Result<(), StoreError> {
        let draft = sqlite::draft(path)?;
        let Some(connection) = sqlite::open(&draft).await? else { return Ok(()) };
        let mut store = Store { connection, path: draft.clone() };
        store.execute("begin immediate").await?;
        for migration in MIGRATIONS {
            store.migrate(migration).await?;
        }
        store.write_version().await?;
        store.execute("commit").await?;
        // One file: what a log beside it holds would stay behind, and a log that cannot be taken in at the close tells nobody.
        store.execute("pragma journal_mode = delete").await?;
        store.close().await;
        sqlite::put_in_place(&draft, path)
    }

    /// Brings the tables of an older program up to this one's; refuses a newer program's.
    pub(super) async fn bring_up(&mut self) -> Result<(), StoreError> {
        if self.version().await? == MIGRATIONS.len() {
            return Ok(());
        }
        self.execute("begin immediate").await?;
        // Another process may have done it meanwhile.
        let done = match self.version().await {
            Ok(version) => self.bring_up_from(version).await,
            Err(error) => Err(error),
        };
        self.execute(if done.is_ok() { "commit" } else { "rollback" }).await?;
        done
    }

    async fn bring_up_from(&mut self, version: usize) -> Result<(), StoreError> {
        for migration in MIGRATIONS.iter().skip(version) {
            self.migrate(migration).await?;
        }
        self.write_version().await
    }

    async fn migrate(&mut self, migration: &'static str) -> Result<(), StoreError> {
        for statement in migration.split(";\n").map(str::trim).filter(|text| !text.is_empty()) {
            self.execute(statement).await?;
        }
        Ok(())
    }

    async fn write_version(&mut self) -> Result<(), StoreError> {
        self.execute("delete from meta where name = 'schema'").await?;
        sqlx::query("insert into meta (name, value) values ('schema', $1)")
            .bind(MIGRATIONS.len().to_string())
            .execute(&mut self.connection)
            .await
            .map_err(|source| self.fault(source))?;
        Ok(())
    }

    async fn version(&mut self) -> Result<usize, StoreError> {
        let row = sqlx::query("select value from meta where name = 'schema'")
            .fetch_optional(&mut self.connection)
            .await
            .map_err(|source| self.damaged(source))?;
        let found: String =
            row.map_or_else(String::new, |row| sqlx::Row::try_get(&row, 0).unwrap_or_default());
        match found.parse::<usize>() {
            Ok(version) if (1..=MIGRATIONS.len()).contains(&version) => Ok(version),
            Ok(version) if version > MIGRATIONS.len() => {
                Err(StoreError::Newer { path: self.path.clone(), found })
            }
            _ => Err(StoreError::Damaged { path: self.path.clone(), why: "no schema version".to_owned() }),
        }
    }
}
