//! What a letter says, before it is laid out. Every text in it is one line in the letter's language.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

/// A whole letter.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Sheet {
    /// The language, for HTML.
    pub(super) lang: &'static str,
    /// What has to be known before anything else: it is a shadow run.
    pub(super) warning: Option<String>,
    /// The heading.
    pub(super) title: String,
    /// Run, stage, month, times, who it is for.
    pub(super) facts: Vec<Fact>,
    /// In the order of their weight.
    pub(super) sections: Vec<Section>,
    /// How to look.
    pub(super) look: String,
    /// With which command.
    pub(super) command: String,
    /// What it rests on.
    pub(super) basis: String,
}

/// A label and its value.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Fact {
    /// The label.
    pub(super) label: String,
    /// The value.
    pub(super) value: String,
}

/// A part of a letter.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Section {
    /// Its heading.
    pub(super) title: String,
    /// Things with a badge.
    pub(super) items: Vec<Item>,
    /// A table in groups.
    pub(super) groups: Vec<Group>,
}

/// How a badge looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Tone {
    /// Fine.
    Good,
    /// Look at it.
    Watch,
    /// Do something.
    Bad,
    /// Neither.
    Quiet,
}

/// A thing with a badge and lines below it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Item {
    /// A word.
    pub(super) badge: String,
    /// How it looks.
    pub(super) tone: Tone,
    /// What it is.
    pub(super) head: String,
    /// More about it.
    pub(super) lines: Vec<String>,
    /// What to type.
    pub(super) command: Option<String>,
}

/// Rows under a heading.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Group {
    /// The heading.
    pub(super) title: String,
    /// The rows.
    pub(super) rows: Vec<Row>,
}

/// A row of the table.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    /// Its status.
    pub(super) badge: String,
    /// How that looks.
    pub(super) tone: Tone,
    /// What it is.
    pub(super) name: String,
    /// Attempts, progress.
    pub(super) count: String,
    /// How long.
    pub(super) took: String,
    /// When.
    pub(super) at: String,
    /// More about it.
    pub(super) notes: Vec<String>,
}

const TEMPLATE: &str = include_str!("../handover.html");

impl Sheet {
    /// The HTML part. Every value is escaped.
    pub(super) fn html(&self) -> String {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        // The template is ours and every letter of the tests goes through it; a letter without HTML still has its text.
        environment.render_str(TEMPLATE, Serde(self)).unwrap_or_default()
    }
}
