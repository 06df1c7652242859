//! The tables of `runs`, `mails` and `events` for people; those of `status` and `gates` have files of their own. Pure.

use std::sync::Arc;

use super::MailRow;
use super::grid::{Grid, STATUS, Text, name_width};
use super::json::RunRow;
use super::line::wrap;
use super::page::Page;
use super::plain::{Detail, Teller};
use crate::msg;
use crate::plan::Plan;
use crate::run::{EngineId, Record, RunState};
use crate::words::{one_line, printable};

pub use super::gates::gates;
pub use super::overview::status;

/// `runs`.
pub fn runs(rows: &[RunRow], page: &Page) -> String {
    if rows.is_empty() {
        return page.say(&msg!("term-no-runs")) + "\n";
    }
    let name = name_width(rows.iter().map(|row| row.id.to_string()), 34);
    let mut table = Grid::new(page, &[name, STATUS, 11, 9]);
    table.header(&[
        "term-col-run",
        "term-col-status",
        "term-col-started",
        "term-col-time",
        "term-col-remark",
    ]);
    for row in rows {
        let started = row.started.as_ref().map(|(at, _)| *at);
        let mut remarks = Vec::new();
        if row.round > 1 {
            remarks.push(page.say(&msg!("term-round", number = row.round)));
        }
        if row.waiting > 0 {
            remarks.push(page.say(&msg!("term-run-waiting", count = row.waiting)));
        }
        remarks.extend(row.started.as_ref().map(|(_, by)| page.by(by)));
        remarks.extend(row.engine.as_ref().map(|engine| engine_words(engine, page)));
        table.row(&[
            row.id.to_string(),
            page.word("run-status", row.status.word()),
            started.map(|at| page.moment(at)).unwrap_or_default(),
            started.map(|at| page.span(at, row.finished_at)).unwrap_or_default(),
            remarks.join("  "),
        ]);
    }
    table.print()
}

/// `mails`.
pub fn mails(rows: &[MailRow], page: &Page) -> String {
    if rows.is_empty() {
        return page.say(&msg!("term-no-mails")) + "\n";
    }
    mails_table(rows, page)
}

/// `events`: what happened, in words; every event is told from where the run stood then.
pub fn events(plan: Arc<Plan>, records: &[Record], page: &Page) -> String {
    let mut state = RunState::new(plan);
    let mut teller = Teller::default();
    let mut text = Text::new(page);
    for record in records {
        state.apply(record);
        let lines = teller.lines(&state, std::slice::from_ref(record), Detail::History, page);
        for line in lines {
            let rest = usize::from(page.cols).saturating_sub(7);
            for (index, part) in wrap(&line.text(), rest).iter().enumerate() {
                let number = if index == 0 { record.seq.to_string() } else { String::new() };
                text.raw(&format!("{number:>5}  {part}\n"));
            }
        }
    }
    text.done
}

pub(super) fn engine_words(engine: &EngineId, page: &Page) -> String {
    page.say(&msg!("term-driven-by", host = printable(&engine.host), pid = engine.pid.to_string()))
}

fn mails_table(rows: &[MailRow], page: &Page) -> String {
    let to = name_width(rows.iter().map(|row| row.to.join(", ")), 26);
    let mut table = Grid::new(page, &[STATUS, to, 3]);
    table.header(&["term-col-status", "term-col-to", "term-col-attempts", "term-col-subject"]);
    for row in rows {
        let mut about = vec![one_line(&row.subject, 200)];
        about.extend(row.error.as_ref().map(|error| one_line(error, 200)));
        table.row(&[
            page.word("mail-status", row.status.word()),
            row.to.join(", "),
            row.attempts.to_string(),
            about.join("\n"),
        ]);
    }
    table.print()
}
