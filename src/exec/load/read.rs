//! One pass over the file, on a thread of its own: every record is looked at, good ones go on in batches, the others into
//! the file of rejected lines.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tokio::sync::mpsc::Sender;

use super::header::{Layout, layout};
use super::records::{Record, Records};
use super::rejects::{Rejected, Rejects};
use super::source::Source;
use super::types::value;
use crate::exec::sql::database::Interrupt;
use crate::exec::sql::table::Column;
use crate::msg;
use crate::plan::Load;
use crate::words::{Lang, Msg};

/// Rows, and bytes of them, that go on at once.
const ROWS: usize = 2_000;
const BYTES: usize = 1 << 20;

/// One row: its line, and its values in the order of the file's columns.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) values: Vec<Option<String>>,
}

/// What the thread says.
#[derive(Debug)]
pub(super) enum Said {
    /// The header is as it should be.
    Layout(Layout),
    /// Rows that are as they should be; how many records and bytes were read so far.
    Rows { rows: Vec<Row>, read: u64, bytes: u64 },
}

/// What a pass needs.
pub(super) struct Task {
    pub(super) load: Load,
    pub(super) table: Vec<Column>,
    pub(super) lang: Lang,
    pub(super) rejects: PathBuf,
    /// Lines of which something is known already.
    pub(super) known: BTreeMap<u64, Vec<Msg>>,
    pub(super) interrupt: Interrupt,
}

/// What came of a pass.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// How many records.
    pub(super) read: u64,
    /// Which of them are wrong.
    pub(super) rejected: Rejected,
}

/// Why a pass ended before its end.
#[derive(Debug)]
pub(super) enum Halt {
    /// The file as a whole is wrong.
    Refused(Vec<Msg>),
    /// Nobody wants it any more.
    Unwanted,
}

impl From<Msg> for Halt {
    fn from(why: Msg) -> Self {
        Halt::Refused(vec![why])
    }
}

/// Looks at all of it.
pub(super) fn pass(source: &Source, task: Task, to: Option<&Sender<Said>>) -> Result<Checked, Halt> {
    let text = source.text(task.load.encoding.as_deref())?;
    let separator = task.load.separator.as_deref().and_then(|text| text.chars().next()).unwrap_or(',');
    let mut records = Records::new(text, separator);
    let done = whole(source, task, &mut records, to);
    match done {
        // Whatever looks wrong in text that was read wrongly: the encoding is what has to be mended.
        Ok(_) | Err(Halt::Refused(_)) => match records.trouble() {
            Some(why) => Err(why.into()),
            None => done,
        },
        Err(Halt::Unwanted) => done,
    }
}

fn whole(
    source: &Source,
    task: Task,
    records: &mut Records,
    to: Option<&Sender<Said>>,
) -> Result<Checked, Halt> {
    let mut record = Record::default();
    if !records.next(&mut record)? {
        return Err(msg!("load-empty", file = source.shown.clone()).into());
    }
    let header: Vec<&str> = record.fields().collect();
    let layout = layout(&header, &task.table, &task.load).map_err(Halt::Refused)?;
    say(to, Said::Layout(layout.clone()))?;
    let mut rejects = Rejects::new(task.rejects, task.lang, &layout.written);
    let mut batch = Batch::default();
    let mut read = 0;
    while records.next(&mut record)? {
        read += 1;
        match judged(&record, &layout, &task.known) {
            Ok(values) => batch.add(Row { line: record.line, values }),
            Err(reasons) => rejects.add(&record, &reasons),
        }
        if batch.is_full() || (batch.rows.is_empty() && read % 10_000 == 0) {
            if task.interrupt.is_set() {
                return Err(Halt::Unwanted);
            }
            let rows = batch.take();
            say(to, Said::Rows { rows, read, bytes: records.bytes() })?;
        }
    }
    say(to, Said::Rows { rows: batch.take(), read, bytes: records.bytes() })?;
    if read == 0 {
        return Err(msg!("load-only-header", file = source.shown.clone()).into());
    }
    Ok(Checked { read, rejected: rejects.finish() })
}

fn say(to: Option<&Sender<Said>>, said: Said) -> Result<(), Halt> {
    to.map_or(Ok(()), |to| to.blocking_send(said).map_err(|_| Halt::Unwanted))
}

/// The values of a record, or everything that is wrong with it.
fn judged(
    record: &Record,
    layout: &Layout,
    known: &BTreeMap<u64, Vec<Msg>>,
) -> Result<Vec<Option<String>>, Vec<Msg>> {
    let (found, wanted) = (record.len(), layout.columns.len());
    let mut faults = known.get(&record.line).cloned().unwrap_or_default();
    if record.torn {
        faults.push(msg!("load-torn"));
    } else if found != wanted {
        faults.push(msg!("load-ragged", found = found, wanted = wanted));
    }
    if record.torn || found != wanted {
        return Err(faults);
    }
    let mut values = Vec::with_capacity(wanted);
    for (target, field) in layout.columns.iter().zip(record.fields()) {
        match value(target, field) {
            Ok(value) => values.push(value.map(std::borrow::Cow::into_owned)),
            Err(why) => faults.push(why),
        }
    }
    if faults.is_empty() { Ok(values) } else { Err(faults) }
}

/// Rows that wait to go on.
#[derive(Default)]
struct Batch {
    rows: Vec<Row>,
    bytes: usize,
}

impl Batch {
    fn add(&mut self, row: Row) {
        self.bytes += row.values.iter().flatten().map(String::len).sum::<usize>();
        self.rows.push(row);
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= ROWS || self.bytes >= BYTES
    }

    fn take(&mut self) -> Vec<Row> {
        self.bytes = 0;
        std::mem::take(&mut self.rows)
    }
}
