//! The scheduler's table, row by row.

use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use super::super::SandboxError;
use super::words;

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// For what it waits for.
    Wait,
    /// It works.
    Running,
    /// It did what it should.
    Success,
    /// It could not.
    Failed,
    /// Somebody ended it.
    Killed,
    /// Somebody let it count as done.
    Passed,
}

const STATES: [(State, &str); 6] = [
    (State::Wait, "WAIT"),
    (State::Running, "RUNNING"),
    (State::Success, "SUCCESS"),
    (State::Failed, "FAILED"),
    (State::Killed, "KILLED"),
    (State::Passed, "PASSED"),
];

impl State {
    /// As it is kept and printed.
    pub(super) fn word(self) -> &'static str {
        STATES.iter().find(|(state, _)| *state == self).map_or("", |(_, word)| word)
    }

    fn read(word: &str) -> Self {
        STATES.iter().find(|(_, known)| *known == word).map_or(State::Failed, |(state, _)| *state)
    }

    /// May what waits for it start?
    pub(super) fn is_done(self) -> bool {
        matches!(self, State::Success | State::Passed)
    }

    /// Will it go on by itself?
    pub(super) fn is_alive(self) -> bool {
        matches!(self, State::Wait | State::Running)
    }
}

/// One time that a program was dispatched for a batch.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) id: i64,
    pub(super) flow: String,
    pub(super) batch: String,
    pub(super) state: State,
    pub(super) waits_for: String,
    pub(super) started: Option<i64>,
    pub(super) ends: Option<i64>,
    pub(super) reason: String,
    pub(super) log: String,
}

/// What a new task begins with.
#[derive(Debug)]
pub(super) struct New<'a> {
    pub(super) flow: &'a str,
    pub(super) batch: &'a str,
    pub(super) token: &'a str,
}

const COLUMNS: &str = "id, flow, batch, state, waits_for, started, ends, reason, log";

fn read(row: &SqliteRow) -> Result<Task, sqlx::Error> {
    use sqlx::Row as _;
    Ok(Task {
        id: row.try_get(0)?,
        flow: row.try_get(1)?,
        batch: row.try_get(2)?,
        state: State::read(row.try_get(3)?),
        waits_for: row.try_get(4)?,
        started: row.try_get(5)?,
        ends: row.try_get(6)?,
        reason: row.try_get(7)?,
        log: row.try_get(8)?,
    })
}

async fn one(
    conn: &mut SqliteConnection,
    what: &str,
    values: [&str; 2],
) -> Result<Option<Task>, SandboxError> {
    let text = sqlx::AssertSqlSafe(format!("select {COLUMNS} from task where {what} limit 1"));
    let query = values.into_iter().fold(sqlx::query(text), |query, value| query.bind(value.to_owned()));
    let row = query.fetch_optional(conn).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

/// The latest of a program and batch.
pub(super) async fn latest(
    conn: &mut SqliteConnection,
    flow: &str,
    batch: &str,
) -> Result<Option<Task>, SandboxError> {
    one(conn, "flow = ?1 and batch = ?2 order by id desc", [flow, batch]).await
}

/// The one that was submitted with this token.
pub(super) async fn of_token(conn: &mut SqliteConnection, token: &str) -> Result<Option<Task>, SandboxError> {
    one(conn, "token = ?1 and ?1 <> ?2", [token, ""]).await
}

/// The one of this number.
pub(super) async fn of_id(conn: &mut SqliteConnection, id: i64) -> Result<Option<Task>, SandboxError> {
    one(conn, "id = cast(?1 as integer) and ?2 = ''", [&id.to_string(), ""]).await
}

/// The running one whose time came first, if any has come.
pub(super) async fn due(conn: &mut SqliteConnection, now: i64) -> Result<Option<Task>, SandboxError> {
    let what = "state = ?2 and ends <= cast(?1 as integer) order by ends, id";
    one(conn, what, [&now.to_string(), State::Running.word()]).await
}

/// A new line, which waits; its number.
pub(super) async fn add(conn: &mut SqliteConnection, new: New<'_>) -> Result<i64, SandboxError> {
    let text =
        "insert into task (flow, batch, state, waits_for, token, reason, log) values (?, ?, ?, ?, ?, '', '')";
    let added = sqlx::query(text)
        .bind(new.flow.to_owned())
        .bind(new.batch.to_owned())
        .bind(State::Wait.word())
        .bind(super::programs::upstream(new.flow).join(","))
        .bind(new.token.to_owned())
        .execute(conn)
        .await?;
    Ok(added.last_insert_rowid())
}

/// It works from `started` until `ends`.
pub(super) async fn start(
    conn: &mut SqliteConnection,
    id: i64,
    started: i64,
    ends: i64,
) -> Result<(), SandboxError> {
    let text = "update task set state = ?, started = ?, ends = ?, reason = '', log = log || ? where id = ?";
    sqlx::query(text)
        .bind(State::Running.word())
        .bind(started)
        .bind(ends)
        .bind(words::line(started, "开始"))
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

/// It ended, or waits again.
pub(super) async fn put(
    conn: &mut SqliteConnection,
    id: i64,
    state: State,
    at: i64,
    reason: &str,
) -> Result<(), SandboxError> {
    let ends = (!state.is_alive()).then_some(at);
    let text = "update task set state = ?, ends = ?, reason = ?, log = log || ? where id = ?";
    sqlx::query(text)
        .bind(state.word())
        .bind(ends)
        .bind(if state == State::Failed || state == State::Killed {
            reason.to_owned()
        } else {
            String::new()
        })
        .bind(words::line(at, reason))
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}
