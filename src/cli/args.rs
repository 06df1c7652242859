//! The words of the command line. What they mean to people stands in the catalogue (`help-…`), in both languages.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::sandbox::Part;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "monthstart", version, disable_help_subcommand = true, arg_required_else_help = true)]
pub(super) struct CommandLine {
    /// Before or after the verb.
    #[command(flatten)]
    pub common: Common,
    /// The verb.
    #[command(subcommand)]
    pub verb: Verb,
}

/// Options of every verb.
#[derive(Debug, Clone, Args)]
pub(super) struct Common {
    #[arg(short = 'C', long = "directory", global = true, value_name = "DIR")]
    pub directory: Option<PathBuf>,
    #[arg(long = "run", global = true, value_name = "RUN", id = "run_id")]
    pub run: Option<String>,
    #[arg(long, global = true, value_name = "URL")]
    pub store: Option<String>,
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    #[arg(long = "as", global = true, value_name = "PERSON", id = "as_person")]
    pub as_person: Option<String>,
    #[arg(long, global = true)]
    pub json: bool,
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<Language>,
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Said by `--detach` to the process that goes on in the background.
    #[arg(long, global = true, hide = true)]
    pub detached: bool,
}

/// `--lang`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Language {
    Zh,
    En,
}

/// `--plan` of the verbs that change a run.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct Preview {
    #[arg(long)]
    pub plan: bool,
}

/// Options of verbs that drive a run.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Driving {
    #[arg(long, short = 'y')]
    pub yes: bool,
    #[arg(long)]
    pub no_wait: bool,
    #[arg(long, value_name = "STYLE", default_value = "auto")]
    pub progress: Style,
}

/// `--progress`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Style {
    #[default]
    Auto,
    Bars,
    Plain,
    Json,
}

/// `plan --format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Tree,
    Json,
    Mermaid,
    Dot,
}

/// `schema`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaKind {
    Runbook,
    Project,
    Roster,
    Month,
}

/// `--latest` of `resume`.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct Latest {
    #[arg(long, conflicts_with = "stand_by")]
    pub latest: bool,
    #[arg(long, requires = "latest")]
    pub plan: bool,
}

/// A runbook and what it is run with.
#[derive(Debug, Clone, Args)]
pub(super) struct What {
    #[arg(value_name = "RUNBOOK")]
    pub runbook: PathBuf,
    #[arg(long, value_name = "MONTH")]
    pub month: Option<String>,
    #[arg(short = 'p', long = "param", value_name = "KEY=VALUE")]
    pub params: Vec<String>,
}

/// An answer's particulars.
#[derive(Debug, Clone, Args)]
pub(super) struct Saying {
    #[arg(value_name = "STEP")]
    pub step: String,
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    #[arg(long = "for", value_name = "VALUE", id = "for_value")]
    pub value: Option<String>,
    #[command(flatten)]
    pub preview: Preview,
}

/// Steps and why.
#[derive(Debug, Clone, Args)]
pub(super) struct Marking {
    #[arg(value_name = "STEP", required = true)]
    pub steps: Vec<String>,
    #[arg(long, value_name = "TEXT", required_unless_present = "plan")]
    pub reason: Option<String>,
    #[command(flatten)]
    pub preview: Preview,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Init {
        #[arg(value_name = "DIR")]
        dir: Option<PathBuf>,
    },
    Validate {
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        #[arg(long, value_name = "REV")]
        against: Option<String>,
    },
    Fmt {
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        #[arg(long)]
        check: bool,
    },
    Plan {
        #[command(flatten)]
        what: What,
        #[arg(long, value_name = "FORMAT", default_value = "tree")]
        format: Format,
    },
    Schema {
        #[arg(value_name = "KIND", default_value = "runbook")]
        kind: SchemaKind,
    },
    Doctor {
        #[arg(long)]
        fix: bool,
    },
    Run {
        #[command(flatten)]
        what: What,
        #[arg(long)]
        shadow: bool,
        #[command(flatten)]
        driving: Driving,
        #[arg(long)]
        detach: bool,
    },
    Resume {
        #[arg(value_name = "RUN")]
        run: Option<String>,
        #[command(flatten)]
        latest: Latest,
        #[command(flatten)]
        driving: Driving,
        #[arg(long)]
        detach: bool,
        #[arg(long, conflicts_with = "detach")]
        stand_by: bool,
    },
    Attach {
        #[arg(value_name = "RUN")]
        run: Option<String>,
        #[arg(long, value_name = "STYLE", default_value = "auto")]
        progress: Style,
    },
    Runs,
    Status {
        #[arg(value_name = "RUN")]
        run: Option<String>,
    },
    Gates {
        #[arg(value_name = "RUN")]
        run: Option<String>,
    },
    Mails {
        #[arg(value_name = "RUN")]
        run: Option<String>,
        #[arg(long)]
        send: bool,
    },
    Confirm(Saying),
    Reject(Saying),
    Retry {
        #[arg(value_name = "STEP", required = true)]
        steps: Vec<String>,
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        #[command(flatten)]
        preview: Preview,
    },
    Skip(Marking),
    Force(Marking),
    Redo {
        #[arg(value_name = "STEP", required_unless_present = "for_value")]
        steps: Vec<String>,
        #[arg(long)]
        downstream: bool,
        #[arg(long = "for", value_name = "VALUE", id = "for_value")]
        value: Option<String>,
        #[arg(long, value_name = "TEXT", required_unless_present = "plan")]
        reason: Option<String>,
        #[command(flatten)]
        preview: Preview,
    },
    Hold {
        #[arg(value_name = "STEP")]
        steps: Vec<String>,
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        #[command(flatten)]
        preview: Preview,
    },
    Release {
        #[arg(value_name = "STEP")]
        steps: Vec<String>,
        #[command(flatten)]
        preview: Preview,
    },
    #[command(group = clap::ArgGroup::new("outcome").required(true).args(["as_done", "as_failed"]))]
    Settle {
        #[arg(value_name = "STEP")]
        step: String,
        #[arg(long)]
        as_done: bool,
        #[arg(long)]
        as_failed: bool,
        #[arg(long, value_name = "TEXT", required_unless_present = "plan")]
        reason: Option<String>,
        #[command(flatten)]
        preview: Preview,
    },
    Cancel {
        #[arg(value_name = "RUN")]
        run: Option<String>,
        #[arg(long, value_name = "TEXT", required_unless_present = "plan")]
        reason: Option<String>,
        #[command(flatten)]
        preview: Preview,
    },
    Logs {
        #[arg(value_name = "STEP")]
        step: String,
        #[arg(long, value_name = "N")]
        attempt: Option<u32>,
        #[arg(short, long)]
        follow: bool,
    },
    Why {
        #[arg(value_name = "STEP", id = "why_step")]
        step: Option<String>,
    },
    Events {
        #[arg(value_name = "RUN")]
        run: Option<String>,
    },
    Verify {
        #[arg(value_name = "RUN")]
        run: Option<String>,
    },
    Demo {
        #[arg(value_name = "DIR")]
        dir: Option<PathBuf>,
        #[arg(long, value_name = "MONTH")]
        month: Option<String>,
        #[arg(long, value_name = "FILE")]
        runbook: Option<PathBuf>,
        #[command(flatten)]
        driving: Driving,
    },
    #[command(subcommand, hide = true)]
    Sandbox(Part),
    Man,
    Completions {
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
}
