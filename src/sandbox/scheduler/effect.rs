//! What a program does when its time is over: its SQL, on its database, in one transaction.

use std::io::ErrorKind;
use std::path::Path;

use super::super::files::{self, Access};
use super::super::{Sandbox, SandboxError, history};
use super::programs::{Side, only_waits};
use super::task::Task;
use crate::time::Month;

/// The month of a batch: `202610` or `20261031`.
pub(super) fn month_of(batch: &str) -> Option<Month> {
    let digits = batch.chars().all(|digit| digit.is_ascii_digit());
    let (year, rest) = batch.split_at_checked(4)?;
    (digits && matches!(rest.len(), 2 | 4)).then(|| format!("{year}-{}", &rest[..2]).parse().ok())?
}

/// Is this the name of a program? (It becomes a file's.)
pub(super) fn is_name(flow: &str) -> bool {
    !flow.is_empty() && flow.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
}

/// The SQL of a program of the project, and where it works.
pub(super) async fn sql(project: &Path, flow: &str) -> Result<Option<(Side, String)>, SandboxError> {
    for side in [Side::Yt, Side::Mpp] {
        let path = project.join("flows").join(side.folder()).join(format!("{flow}.sql"));
        match tokio::fs::read_to_string(&path).await {
            Ok(text) => return Ok(Some((side, text))),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(source) => return Err(SandboxError::File { path, source }),
        }
    }
    Ok(None)
}

/// Does it. Inside: how many rows changed, or why it failed.
pub(super) async fn apply(
    dir: &Path,
    project: &Path,
    task: &Task,
) -> Result<Result<u64, String>, SandboxError> {
    if only_waits(&task.flow) {
        return Ok(Ok(0));
    }
    let (Some((side, text)), Some(month)) = (sql(project, &task.flow).await?, month_of(&task.batch)) else {
        return Ok(Err(format!("程序文件不存在: flows/{{yt,mpp}}/{}.sql", task.flow)));
    };
    let sandbox = Sandbox::found(dir).await?;
    let mut db = match side {
        Side::Yt => files::yt(&sandbox, Access::Shared).await?,
        Side::Mpp => files::mpp(&sandbox, Access::Shared).await?,
    };
    let done = db.whole(history::with_values(&text, month, &task.batch)).await;
    db.close().await?;
    Ok(done.map_err(|error| {
        let why = error.as_database_error().map_or_else(|| error.to_string(), |e| e.message().to_owned());
        format!("SQL执行失败: {}", crate::words::one_line(&why, 200))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_months_or_days() {
        let october = Some("2026-10".parse().unwrap());
        assert_eq!((month_of("202610"), month_of("20261031")), (october, october));
        for wrong in ["", "2026", "2026-10", "202613", "2026103", "202610'; drop", "账期"] {
            assert_eq!(month_of(wrong), None, "{wrong}");
        }
    }
}
