//! The tables of the store: made whole, and brought up from an older program's.

use super::backend::Backend;
use super::{Store, StoreError, sqlite};

/// What makes a version of the tables out of the one before.
enum Migration {
    /// The same everywhere.
    Everywhere(&'static str),
    /// What only a server has a use for: a file has locks instead.
    OnServers(&'static str),
}

/// Never changed once it was shipped: added to.
const MIGRATIONS: [Migration; 6] = [
    Migration::Everywhere(include_str!("../../migrations/0001_journal.sql")),
    Migration::Everywhere(include_str!("../../migrations/0002_numbers.sql")),
    Migration::Everywhere(include_str!("../../migrations/0003_head.sql")),
    Migration::OnServers(include_str!("../../migrations/0004_seats.sql")),
    Migration::Everywhere(include_str!("../../migrations/0005_plans.sql")),
    Migration::Everywhere(include_str!("../../migrations/0006_senders.sql")),
];

/// Held while tables are made, so that many who begin at once make them once. "monthstart", as a number.
const MAKING: &str = "select pg_advisory_xact_lock(7885929617424)";

impl Store {
    /// A new store is made whole under another name and then put in its place: one that is there and is not whole was
    /// damaged, and is never written over.
    pub(super) async fn make(path: &str) -> Result<(), StoreError> {
        let draft = sqlite::draft(path)?;
        let mut store = Store::on(sqlite::open_draft(&draft, path).await?, Backend::Sqlite(path.to_owned()));
        let filled = store.fill().await;
        store.close().await;
        filled.and_then(|()| draft.put_in_place())
    }

    async fn fill(&mut self) -> Result<(), StoreError> {
        self.execute(self.backend.begin()).await?;
        self.bring_up_from(0).await?;
        self.execute("commit").await?;
        // From now on it has a log beside it; what is in the tables stands in the file itself.
        self.execute("pragma journal_mode = wal").await
    }

    /// Does a server have our tables? A file that is there has them, or is damaged.
    pub(super) async fn has_tables(&mut self) -> Result<bool, StoreError> {
        let Backend::Postgres(server) = &self.backend else { return Ok(true) };
        let schema = server.schema().to_owned();
        self.has(
            "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace \
             where n.nspname = $1 and c.relname = 'meta'",
            schema,
        )
        .await
    }

    async fn has(&mut self, sql: &'static str, name: String) -> Result<bool, StoreError> {
        let found = sqlx::query(sql).bind(name).fetch_optional(&mut self.connection).await;
        Ok(found.map_err(|source| self.fault(source))?.is_some())
    }

    /// Makes the tables on a server, where nobody else has meanwhile.
    pub(super) async fn make_tables(&mut self) -> Result<(), StoreError> {
        let Backend::Postgres(server) = &self.backend else { return Ok(()) };
        let schema = server.schema().to_owned();
        self.execute("begin").await?;
        let done = self.make_tables_in(schema).await;
        self.execute(if done.is_ok() { "commit" } else { "rollback" }).await?;
        done
    }

    async fn make_tables_in(&mut self, schema: String) -> Result<(), StoreError> {
        self.execute(MAKING).await?;
        if self.has_tables().await? {
            return Ok(());
        }
        // Whoever may not make schemas may be given one.
        if !self.has("select nspname::text from pg_namespace where nspname = $1", schema.clone()).await? {
            let sql = sqlx::AssertSqlSafe(format!("create schema {schema}"));
            let made = sqlx::query(sql).execute(&mut self.connection).await;
            made.map_err(|source| self.fault(source))?;
        }
        self.bring_up_from(0).await
    }

    /// Brings the tables of an older program up to this one's; refuses a newer program's.
    pub(super) async fn bring_up(&mut self) -> Result<(), StoreError> {
        if self.version().await? == MIGRATIONS.len() {
            return Ok(());
        }
        self.execute(self.backend.begin()).await?;
        let done = self.bring_up_now().await;
        self.execute(if done.is_ok() { "commit" } else { "rollback" }).await?;
        done
    }

    async fn bring_up_now(&mut self) -> Result<(), StoreError> {
        if let Backend::Postgres(_) = self.backend {
            self.execute(MAKING).await?;
        }
        // Another process may have done it meanwhile.
        let version = self.version().await?;
        self.bring_up_from(version).await
    }

    async fn bring_up_from(&mut self, version: usize) -> Result<(), StoreError> {
        for migration in MIGRATIONS.iter().skip(version) {
            match (migration, &self.backend) {
                (Migration::OnServers(_), Backend::Sqlite(_)) => {}
                (Migration::Everywhere(sql) | Migration::OnServers(sql), _) => self.migrate(sql).await?,
            }
        }
        self.write_version().await
    }

    async fn migrate(&mut self, migration: &'static str) -> Result<(), StoreError> {
        sqlx::raw_sql(migration).execute(&mut self.connection).await.map_err(|source| self.fault(source))?;
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
            .map_err(|source| match self.fault(source) {
                gone @ StoreError::Gone { .. } => gone,
                other => self.damaged(other),
            })?;
        let found: String =
            row.map_or_else(String::new, |row| sqlx::Row::try_get(&row, 0).unwrap_or_default());
        match found.parse::<usize>() {
            Ok(version) if (1..=MIGRATIONS.len()).contains(&version) => Ok(version),
            Ok(version) if version > MIGRATIONS.len() => {
                Err(StoreError::Newer { path: self.backend.shown().to_owned(), found })
            }
            _ => Err(self.damaged("no schema version")),
        }
    }
}
