//! A runbook, a project's settings, a roster and a month file as they were written: every word with its place,
//! nothing resolved. Anything may still be wrong in what they refer to.

use std::time::Duration;

use jiff::civil::{Date, Time};

use super::problem::{Span, Spanned};
use crate::time::Month;

/// A piece of text and its place.
pub type Text = Spanned<String>;

/// A runbook file.
#[derive(Debug, Clone)]
pub struct Runbook {
    /// Its name, the first half of run ids.
    pub name: Text,
    /// Its title.
    pub title: Option<Text>,
    /// Declared parameters, in their order.
    pub params: Vec<Param>,
    /// Steps side by side; 16 when left out.
    pub limit: Option<Spanned<u32>>,
    /// What steps take when they say nothing.
    pub defaults: Defaults,
    /// Who is mailed when a stage finishes: `next_shift`, `none`, a role or a person.
    pub handover: Option<Text>,
    /// Files whose stages come before `stages`.
    pub include: Vec<Text>,
    /// Its own stages.
    pub stages: Vec<Stage>,
}

/// A declared parameter.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: Text,
    /// What it may be.
    pub kind: ParamKind,
    /// Taken when nobody gives one; `closing` for a month. `None`: it must be given.
    pub default: Option<Spanned<Scalars>>,
}

/// The type of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParamKind {
    /// `2026-10`.
    Month,
    /// `2026-10-31`.
    Date,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// Any text of one line.
    Text,
    /// One of these.
    Choice(Vec<String>),
    /// Several texts, for `for_each`.
    List,
}

/// One value or a list of values, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalars {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

/// `defaults:` of a runbook or stage.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// Longest time of one attempt.
    pub timeout: Option<Spanned<Duration>>,
    /// Further attempts.
    pub retry: Option<Retry>,
    /// 1 (worst) to 4.
    pub severity: Option<Spanned<u8>>,
    /// What a failure does.
    pub on_failure: Option<Spanned<OnFailure>>,
}

/// `retry:` of a step.
#[derive(Debug, Clone)]
pub struct Retry {
    /// Further attempts after the first.
    pub times: u32,
    /// Before the first further attempt.
    pub delay: Option<Duration>,
    /// Each delay is the one before times this; 1 when left out.
    pub backoff: Option<f64>,
    /// No delay is longer.
    pub max_delay: Option<Duration>,
    /// Only after these exit codes; all when empty.
    pub on_exit: Vec<i32>,
}

/// What a step that failed for good does to the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// What depends on it waits for a person.
    #[default]
    Hold,
    /// What depends on it goes on; the run ends halted.
    Continue,
    /// Nothing more starts.
    Abort,
}

/// A stage.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its place (its `name:` line).
    pub span: Span,
    /// Its name.
    pub name: Text,
    /// Its title.
    pub title: Option<Text>,
    /// Of steps that name none.
    pub platform: Option<Text>,
    /// The period that flows are dispatched for; a template.
    pub batch: Option<Text>,
    /// Role or person.
    pub owner: Option<Text>,
    /// When it is late.
    pub deadline: Option<Deadline>,
    /// Who is mailed when it finishes, in place of the runbook's.
    pub handover: Option<Text>,
    /// Steps of it side by side.
    pub limit: Option<Spanned<u32>>,
    /// What its steps take when they say nothing.
    pub defaults: Defaults,
    /// Stages that it waits for; `None` when not written.
    pub after: Option<Spanned<Vec<Text>>>,
    /// Before level 1, one after another.
    pub ready: Vec<Step>,
    /// By their numbers, ascending.
    pub levels: Vec<(Spanned<u32>, Vec<Step>)>,
    /// After the last level, one after another.
    pub verify: Vec<Step>,
}

/// `{day: 2, at: "12:00"}`.
#[derive(Debug, Clone)]
pub struct Deadline {
    /// Its place.
    pub span: Span,
    /// The day.
    pub day: DeadlineDay,
    /// The time of day in the project's zone; the day's end when left out.
    pub at: Option<Time>,
}

/// The day of a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadlineDay {
    /// Day 1, 2, … of the month after the accounting month.
    Of(u8),
    /// The accounting month's own last day.
    Last,
}

/// A step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its place: the bare word, or the first key of its map.
    pub span: Span,
    /// Its name; left out: from the verb.
    pub name: Option<Text>,
    /// Its title.
    pub title: Option<Text>,
    /// What it does.
    pub verb: Spanned<Verb>,
    /// Where its flow runs.
    pub platform: Option<Text>,
    /// Where its SQL runs.
    pub connection: Option<Text>,
    /// A template.
    pub batch: Option<Text>,
    /// Steps that it waits for besides its level.
    pub needs: Vec<Text>,
    /// An expression or template; false: skipped.
    pub when: Option<Text>,
    /// One step a value.
    pub for_each: Option<ForEach>,
    /// Asked before it starts.
    pub confirm: Option<Gate>,
    /// Asked after it.
    pub review: Option<Gate>,
    /// Further attempts.
    pub retry: Option<Retry>,
    /// Of one attempt.
    pub timeout: Option<Spanned<Duration>>,
    /// What a failure does.
    pub on_failure: Option<Spanned<OnFailure>>,
    /// May be run again blindly.
    pub idempotent: bool,
    /// 1 (worst) to 4.
    pub severity: Option<Spanned<u8>>,
    /// Role or person.
    pub owner: Option<Text>,
    /// When it is late.
    pub deadline: Option<Deadline>,
    /// Environment of a program: names and templates.
    pub env: Vec<(Text, EnvValue)>,
    /// Tables read (`connection:table`).
    pub reads: Vec<Text>,
    /// Tables written.
    pub writes: Vec<Text>,
    /// Output names and the patterns that take them.
    pub outputs: Vec<(Text, Text)>,
}

/// A value of `env:`.
#[derive(Debug, Clone)]
pub enum EnvValue {
    /// A template.
    Text(Text),
    /// A secret, from the environment or a file.
    Secret(Secret),
}

/// Where a secret or a setting comes from.
#[derive(Debug, Clone)]
pub enum Secret {
    /// `{env: NAME, default: TEXT}`.
    Env {
        /// The variable.
        name: Text,
        /// Taken when it is not set.
        default: Option<Text>,
    },
    /// `{file: PATH}`.
    File(Text),
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum Verb {
    /// Submit a flow and follow it to its end.
    Flow {
        /// Its name (a template).
        flow: Text,
        /// `redo: downstream`.
        redo: Option<Text>,
    },
    /// Watch what the platform itself starts.
    Follow(Text),
    /// Count a task of the platform's scheduler as done.
    ForcePass(Text),
    /// A program or a shell script.
    Run(Command),
    /// Statements.
    Sql(Sql),
    /// A file into a table.
    Load(Load),
    /// Values, tables and existence.
    Check(Checks),
    /// Until something holds.
    Wait(Wait),
    /// A person's decision.
    Gate(Gate),
    /// Somebody's word from outside.
    Notice(Gate),
    /// A request.
    Http(Http),
    /// A letter.
    Mail(Letter),
}

/// `run:`.
#[derive(Debug, Clone)]
pub enum Command {
    /// A program and its arguments (templates).
    Program(Vec<Text>),
    /// For `sh -eu`; never a template.
    Shell(Text),
}

/// `sql:`.
#[derive(Debug, Clone)]
pub struct Sql {
    /// The statements or the file that holds them (a template).
    pub source: SqlSource,
    /// All in one transaction; true when left out.
    pub transaction: bool,
}

/// Where SQL comes from.
#[derive(Debug, Clone)]
pub enum SqlSource {
    /// Written here.
    Text(Text),
    /// In a file; a path relative to the file that names it.
    File(Text),
}

/// `check:` with `poll:` and `if_unmet:`.
#[derive(Debug, Clone)]
pub struct Checks {
    /// All of them must hold.
    pub items: Vec<Check>,
    /// Until they hold.
    pub poll: Option<Poll>,
    /// `warn` counts an unmet check as met.
    pub warn: bool,
}

/// `poll: {every, for}`.
#[derive(Debug, Clone, Copy)]
pub struct Poll {
    /// Between two looks.
    pub every: Duration,
    /// At the longest; `None`: for ever.
    pub within: Option<Duration>,
}

/// One item of a check.
#[derive(Debug, Clone)]
pub struct Check {
    /// Its place.
    pub span: Span,
    /// What is looked at.
    pub subject: CheckSubject,
    /// Of a value: `> 0`, `between 10 and 20` (a template).
    pub expect: Option<Text>,
    /// Against former months.
    pub like: Option<Like>,
    /// Also changed after that step.
    pub since: Option<Text>,
    /// Of a value: its own connection.
    pub connection: Option<Text>,
    /// `if_unmet: warn` of this item.
    pub warn: bool,
}

/// What a check looks at.
#[derive(Debug, Clone)]
pub enum CheckSubject {
    /// The first column of the first row.
    Value(SqlSource),
    /// A table against its copy.
    Table {
        /// `connection:table`.
        from: Text,
        /// `connection:table`.
        to: Text,
        /// What is compared.
        compare: Vec<Compare>,
        /// Allowed difference, as text (`0.5%`, `3`).
        tolerance: Option<Text>,
    },
    /// `connection:table` is there.
    Exists(Text),
}

/// One comparison of two tables.
#[derive(Debug, Clone)]
pub enum Compare {
    /// Number of rows.
    Rows,
    /// Sum of a column.
    Sum(Text),
    /// The same keys.
    Keys(Vec<Text>),
    /// Number of rows a value.
    RowsBy(Vec<Text>),
}

/// `like: {last: 3 months, by: 10%}`.
#[derive(Debug, Clone, Copy)]
pub struct Like {
    /// Number of months looked back on.
    pub months: u32,
    /// Allowed share of difference, 0.1 for `10%`.
    pub share: f64,
}

/// `gate:`, `notice:`, `confirm:`, `review:`.
#[derive(Debug, Clone)]
pub struct Gate {
    /// Its place.
    pub span: Span,
    /// The question (a template).
    pub ask: Text,
    /// Evidence put before the person.
    pub show: Vec<Evidence>,
    /// Fields to fill in.
    pub form: Vec<Field>,
    /// Roles and people; `None`: any operator.
    pub approvers: Option<Vec<Text>>,
    /// How many.
    pub votes: Votes,
    /// People, roles or `starter`, who may not answer.
    pub except: Vec<Text>,
    /// One answer for every value.
    pub each: Vec<Text>,
    /// When it is late.
    pub deadline: Option<Deadline>,
    /// Reminders.
    pub remind: Option<Spanned<Duration>>,
    /// Who is told when it is late.
    pub escalate: Vec<Text>,
    /// `fail` at the deadline; `false`: wait.
    pub fails_on_timeout: bool,
    /// Of a review: what a rejection does again.
    pub on_reject: Vec<Text>,
}

/// How many people must confirm.
#[derive(Debug, Clone)]
pub enum Votes {
    /// So many of those who may.
    Count(Spanned<u32>),
    /// So many of every role.
    ByRole(Vec<(Text, u32)>),
}

/// One piece of `show:`.
#[derive(Debug, Clone)]
pub enum Evidence {
    /// Rows of a query.
    Sql {
        /// The query.
        source: SqlSource,
        /// Where; left out: the step's.
        connection: Option<Text>,
    },
    /// A text file.
    File(Text),
    /// What a program prints.
    Run(Command),
    /// Another step's outcome.
    Step(Text),
}

/// A field of a gate's form.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: Text,
    /// What it may be.
    pub kind: ParamKind,
    /// Smallest whole number.
    pub min: Option<i64>,
    /// Largest whole number.
    pub max: Option<i64>,
    /// Taken when nothing is said.
    pub default: Option<String>,
}

/// `for_each:`.
#[derive(Debug, Clone)]
pub struct ForEach {
    /// The variable.
    pub variable: Text,
    /// Its values.
    pub values: EachValues,
}

/// Where the values of `for_each` come from.
#[derive(Debug, Clone)]
pub enum EachValues {
    /// Written here.
    List(Vec<Text>),
    /// A template that names a list parameter: `"{{ params.cities }}"` or `params.cities`.
    Param(Text),
    /// A column of a CSV file.
    File {
        /// The file.
        file: Text,
        /// The column.
        column: Text,
    },
}

/// `load:`.
#[derive(Debug, Clone)]
pub struct Load {
    /// The file (a template).
    pub file: Text,
    /// `utf-8`, `gbk`, `gb18030`.
    pub encoding: Option<Text>,
    /// The field separator.
    pub separator: Option<Text>,
    /// The table.
    pub into: Text,
    /// Its key columns.
    pub key: Vec<Text>,
    /// What happens to rows that are there.
    pub mode: LoadMode,
    /// The part that `replace` replaces.
    pub filter: Option<Text>,
}

/// `mode:` of a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadMode {
    /// Update and insert by key.
    Merge,
    /// Replace the part named by `where`.
    Replace,
    /// Add.
    Append,
}

/// `wait:`.
#[derive(Debug, Clone)]
pub enum Wait {
    /// A file that is there and no longer grows.
    File {
        /// Its path (a template).
        file: Text,
        /// Unchanged for so long.
        stable_for: Option<Duration>,
    },
    /// A time.
    Until(Deadline),
    /// A value.
    Sql {
        /// The query.
        source: SqlSource,
        /// What it must be.
        expect: Text,
    },
    /// An answer.
    Http(Http),
    /// A letter with this subject.
    Mail(Text),
}

/// `http:`.
#[derive(Debug, Clone)]
pub struct Http {
    /// `GET` when left out.
    pub method: Option<Text>,
    /// A template.
    pub url: Text,
    /// Names and templates.
    pub headers: Vec<(Text, Text)>,
    /// A template.
    pub body: Option<Text>,
    /// What the answer must look like.
    pub expect: Option<Text>,
    /// Makes the request safe to repeat.
    pub key: Option<Text>,
}

/// `mail:`.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Roles, people, addresses, `next_shift`.
    pub to: Vec<Text>,
    /// A template.
    pub subject: Text,
    /// A template.
    pub text: Text,
}

/// `monthstart.yaml` with its overlay merged over.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The zone's name; `None`: the machine's.
    pub timezone: Option<Text>,
    /// `zh` or `en`.
    pub language: Option<Text>,
    /// `sqlite:PATH` (or `postgres://…` later).
    pub store: Option<Value>,
    /// The roster's file.
    pub roster: Option<Text>,
    /// How letters leave.
    pub mail: Option<Mail>,
    /// By name.
    pub connections: Vec<(Text, Connection)>,
    /// By name.
    pub platforms: Vec<(Text, Platform)>,
}

/// A setting: text, or from the environment or a file.
#[derive(Debug, Clone)]
pub enum Value {
    /// Written here.
    Text(Text),
    /// From elsewhere.
    Secret(Secret),
}

/// `mail:` of the settings.
#[derive(Debug, Clone)]
pub struct Mail {
    /// A mailbox: `月初值班 <ops@example.com>`.
    pub from: Text,
    /// `smtp://` or `smtps://`; `None`: letters become files.
    pub smtp: Option<Value>,
    /// With `smtp://`: is TLS wanted?
    pub starttls: bool,
    /// Login.
    pub user: Option<Value>,
    /// Its password; never text.
    pub password: Option<Secret>,
}

/// A database.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Its place.
    pub span: Span,
    /// `sqlite:PATH`, `postgres://…`, `mysql://…`.
    pub url: Value,
    /// `SQLite`: other files, by schema name.
    pub attach: Vec<(Text, Value)>,
    /// TLS is not verified.
    pub insecure: bool,
}

/// Where flows run.
#[derive(Debug, Clone)]
pub struct Platform {
    /// Its place.
    pub span: Span,
    /// Where its SQL runs.
    pub connection: Option<Text>,
    /// Flows at a time, over all runs of the project.
    pub limit: Option<Spanned<u32>>,
    /// Of what its commands print.
    pub encoding: Option<Text>,
    /// What it can do with a flow.
    pub flow: Vec<(Spanned<ActionKind>, Action)>,
}

/// What a platform can be asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// The whole flow, where there is no submit and poll (`flow: {sql: …}`, `flow: {run: …}`).
    Whole,
    /// Is it there, by anyone?
    Find,
    /// Start it.
    Submit,
    /// How far is it?
    Poll,
    /// Again, with all that depends on it.
    Redo,
    /// Count it as done.
    ForcePass,
    /// Stop it.
    Cancel,
    /// What it printed.
    Log,
}

/// One action: a `run`, a `sql` or an `http`, with conditions on what comes back.
#[derive(Debug, Clone)]
pub struct Action {
    /// What is done.
    pub means: Means,
    /// The pattern whose first group is the flow's id.
    pub id: Option<Text>,
    /// Between two polls.
    pub every: Option<Duration>,
    /// The flow is done.
    pub succeeded: Option<Text>,
    /// The flow failed.
    pub failed: Option<Text>,
    /// The pattern whose first group is why.
    pub reason: Option<Text>,
}

/// How an action is done.
#[derive(Debug, Clone)]
pub enum Means {
    /// By a program.
    Run(Command),
    /// By SQL.
    Sql(Sql),
    /// By a request.
    Http(Http),
}

/// `roster.yaml`.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// By id.
    pub people: Vec<(Text, Person)>,
    /// By name.
    pub shifts: Vec<(Text, Shift)>,
    /// Who is on when.
    pub rota: Vec<RotaEntry>,
    /// When nobody is on.
    pub fallback: Vec<Text>,
}

/// A person.
#[derive(Debug, Clone)]
pub struct Person {
    /// As people call them.
    pub name: Option<Text>,
    /// Where letters go.
    pub email: Option<Text>,
    /// The operating system's user.
    pub os_user: Option<Text>,
    /// Roles.
    pub roles: Vec<Text>,
    /// People for whom they may act.
    pub stands_in_for: Vec<Text>,
}

/// A shift; may pass midnight.
#[derive(Debug, Clone, Copy)]
pub struct Shift {
    /// Its beginning.
    pub from: Time,
    /// Its end.
    pub to: Time,
}

/// A line of the rota.
#[derive(Debug, Clone)]
pub enum RotaEntry {
    /// Repeated day by day from `starts`.
    Cycle {
        /// Its place.
        span: Span,
        /// The shift.
        shift: Text,
        /// The first day.
        starts: Date,
        /// Who, day by day.
        days: Vec<Vec<Text>>,
    },
    /// One date's overrides.
    Override {
        /// Its place.
        span: Span,
        /// The day.
        date: Date,
        /// Shifts and who is on.
        shifts: Vec<(Text, Vec<Text>)>,
    },
}

/// `months/2026-10.yaml`.
#[derive(Debug, Clone)]
pub struct MonthFile {
    /// The month that its name says.
    pub month: Month,
    /// Parameters of this month.
    pub params: Vec<(Text, Spanned<Scalars>)>,
    /// Steps that do not run this month.
    pub skip: Vec<MonthSkip>,
}

/// A step that does not run this month.
#[derive(Debug, Clone)]
pub struct MonthSkip {
    /// `stage/step`.
    pub step: Text,
    /// Why.
    pub reason: Text,
    /// By whose word.
    pub agreed: Option<Agreed>,
}

/// Somebody's word.
#[derive(Debug, Clone)]
pub struct Agreed {
    /// Who said it.
    pub who: Text,
    /// `phone`, `mail`, `chat`, `paper`.
    pub channel: Option<Text>,
    /// When, as written.
    pub told_at: Option<Text>,
}
