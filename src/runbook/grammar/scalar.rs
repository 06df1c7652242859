//! Words: what one scalar may be, how it is read, and what a person is told when it is not that.

use std::time::Duration;

use jiff::civil::{Date, Time};

use crate::id::{is_each_value, is_name};
use crate::msg;
use crate::runbook::model::{Compare, DeadlineDay, ParamKind};
use crate::runbook::problem::{Problem, Span, Spanned, meant};
use crate::runbook::text::{code_point, is_hidden, visible};
use crate::time::parse_duration;
use crate::words::Msg;

/// What one word may be.
#[derive(Debug, Clone, Copy)]
pub enum Scalar {
    /// Text of one line, not empty.
    Line,
    /// Text of any number of lines, not empty.
    Lines,
    /// A value of one line; may be empty.
    Free,
    /// A value of any number of lines; may be empty.
    FreeLines,
    /// Any text at all.
    Title,
    /// What stands between the fields of a file: one character, and not the quote.
    Separator,
    /// A name.
    Name,
    /// A name, or a template that becomes one.
    NameTemplate,
    /// A word that expressions can name: a parameter, a variable, an output.
    Ident,
    /// A value of `for_each` or `each`.
    EachValue,
    /// `true` or `false`.
    Flag,
    /// A whole number within these.
    Integer(i64, i64),
    /// A number from 1 on.
    Factor,
    /// `90s`, `5m`, `2h`, `1d`.
    Duration,
    /// `"02:00"`.
    Time,
    /// `2026-11-01`.
    Date,
    /// A day of a deadline: 1 to 31, or `last`.
    Day,
    /// `2026-11-01 02:10`.
    Moment,
    /// `10%`.
    Share,
    /// `3 months`.
    Months,
    /// `3` or `0.5%`.
    Tolerance,
    /// `rows` or `sum(column)`.
    Comparison,
    /// A regular expression.
    Pattern,
    /// An address of a database, a server or a page; without a password in it.
    Url,
    /// The address of a page: `http://…` or `https://…`; without a password in it.
    Page,
    /// The name of a header.
    Header,
    /// An e-mail address.
    Email,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// How a kind of word is told to people (a message id) and to editors (a pattern).
pub(super) struct Forms {
    /// The message that describes it.
    pub(super) what: &'static str,
    /// A pattern for the schema, where one helps.
    pub(super) pattern: Option<&'static str>,
}

/// Why a word is not what it should be, with advice.
pub(super) struct Fault {
    pub(super) message: Msg,
    pub(super) help: Option<Msg>,
    /// Is the word a secret?
    pub(super) secret: bool,
}

impl Fault {
    /// The problem at `place`.
    pub(super) fn at(self, place: Span) -> Problem {
        Problem { help: self.help, secret: self.secret, ..Problem::error(place, self.message) }
    }
}

impl From<Msg> for Fault {
    fn from(message: Msg) -> Self {
        Fault { message, help: None, secret: false }
    }
}

impl Scalar {
    /// Its description and its pattern.
    pub(super) fn forms(self) -> Forms {
        let (what, pattern) = match self {
            Scalar::Line => ("problem-shape-line", Some(r"\S")),
            Scalar::Lines => ("problem-shape-lines", Some(r"\S")),
            Scalar::Free | Scalar::Title => ("problem-shape-line", None),
            Scalar::FreeLines => ("problem-shape-lines", None),
            Scalar::Separator => ("problem-shape-separator", Some(r#"^[^"]$"#)),
            Scalar::Name => ("problem-shape-name", Some("^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")),
            Scalar::NameTemplate => ("problem-shape-name", Some(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$|\{\{")),
            Scalar::Ident => ("problem-shape-ident", Some("^[A-Za-z_][A-Za-z0-9_]{0,63}$")),
            Scalar::EachValue => ("problem-shape-each-value", Some(r"^[^/\\#]{1,64}$")),
            Scalar::Flag => ("problem-shape-flag", None),
            Scalar::Integer(i64::MIN, i64::MAX) => ("problem-shape-any-integer", None),
            Scalar::Integer(..) => ("problem-shape-integer", None),
            Scalar::Factor => ("problem-shape-factor", None),
            Scalar::Duration => ("problem-shape-duration", Some("^[0-9]+(ms|s|m|h|d)$")),
            Scalar::Time => ("problem-shape-time", Some("^([01][0-9]|2[0-3]):[0-5][0-9]$")),
            Scalar::Date => ("problem-shape-date", Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")),
            Scalar::Day => ("problem-shape-day", None),
            Scalar::Moment => {
                ("problem-shape-moment", Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}"))
            }
            Scalar::Share => ("problem-shape-share", Some(r"^[0-9]+(\.[0-9]+)?%$")),
            Scalar::Months => ("problem-shape-months", Some("^[1-9][0-9]{0,2} months?$")),
            Scalar::Tolerance => ("problem-shape-tolerance", Some(r"^[0-9]+(\.[0-9]+)?%?$")),
            Scalar::Comparison => ("problem-shape-comparison", Some(r"^(rows|sum\(.+\))$")),
            Scalar::Pattern => ("problem-shape-pattern", None),
            Scalar::Url => ("problem-shape-url", None),
            Scalar::Page => ("problem-shape-page", Some(r"^([Hh][Tt][Tt][Pp][Ss]?://|[^/]*\{)")),
            Scalar::Header => ("problem-shape-header", Some("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")),
            Scalar::Email => ("problem-shape-email", Some("@")),
            Scalar::Word(_) => ("problem-shape-word", None),
        };
        Forms { what, pattern }
    }

    /// What it should be, in words.
    pub(super) fn what(self) -> Msg {
        let what = Msg::new(self.forms().what);
        match self {
            Scalar::Integer(min, max) => what.with("min", min.to_string()).with("max", max.to_string()),
            Scalar::Word(words) => what.with("words", words.join(", ")),
            _ => what,
        }
    }

    /// What is wrong with `text`; `plain` when it stands without quotes.
    pub(super) fn fault(self, text: &str, plain: bool) -> Option<Fault> {
        // Titles are any text: what cannot be shown is taken out where they are shown.
        if matches!(self, Scalar::Title) {
            return None;
        }
        let lines = matches!(self, Scalar::Lines | Scalar::FreeLines);
        let tab = lines || matches!(self, Scalar::Separator);
        if let Some(c) = text.chars().find(|c| is_hidden(*c) && !(lines && *c == '\n' || tab && *c == '\t')) {
            return Some(match c {
                '\n' => msg!("problem-more-than-one-line").into(),
                _ => msg!("problem-control-character", code = code_point(c)).into(),
            });
        }
        match self {
            Scalar::Line | Scalar::Lines | Scalar::Url | Scalar::Page | Scalar::Pattern
                if text.trim().is_empty() =>
            {
                Some(msg!("problem-empty").into())
            }
            Scalar::Line | Scalar::Lines | Scalar::Free | Scalar::FreeLines | Scalar::Title => None,
            Scalar::Pattern => pattern_fault(text),
            Scalar::Url | Scalar::Page if parse::holds_password(text) => Some(Fault {
                message: msg!("problem-password-in-url"),
                help: Some(msg!("help-problem-secret")),
                secret: true,
            }),
            Scalar::Word(words) if words.contains(&text) => None,
            Scalar::Word(words) => Some(Fault {
                message: self.expected(text),
                help: meant(text, words.iter().copied()).map(|word| msg!("help-problem-meant", word = word)),
                secret: false,
            }),
            _ if self.accepts(text, plain) => None,
            _ => Some(Fault { message: self.expected(text), help: self.advice(text), secret: false }),
        }
    }

    fn expected(self, text: &str) -> Msg {
        let found = msg!("problem-found-text", text = visible(text, 40));
        msg!("problem-expected", what = self.what(), found = found)
    }

    fn advice(self, text: &str) -> Option<Msg> {
        let plain_words = matches!(self, Scalar::Flag | Scalar::Integer(..) | Scalar::Factor);
        (plain_words && self.accepts(text, true)).then(|| msg!("help-problem-without-quotes"))
    }

    fn accepts(self, text: &str, plain: bool) -> bool {
        match self {
            Scalar::Name => is_name(text),
            Scalar::NameTemplate => is_name(text) || text.contains("{{"),
            Scalar::Ident => parse::is_ident(text),
            Scalar::EachValue => is_each_value(text) || text.contains("{{"),
            Scalar::Flag => plain && parse::flag(text).is_some(),
            Scalar::Integer(min, max) => {
                plain && parse::integer(text).is_some_and(|n| (min..=max).contains(&n))
            }
            Scalar::Factor => plain && parse::number(text).is_some_and(|n| (1.0..=100.0).contains(&n)),
            Scalar::Duration => parse_duration(text).is_some(),
            Scalar::Time => parse::time(text).is_some(),
            Scalar::Date => parse::date(text).is_some(),
            Scalar::Day => parse::day(text).is_some(),
            Scalar::Moment => parse::is_moment(text),
            Scalar::Share => parse::share(text).is_some(),
            Scalar::Months => parse::months(text).is_some(),
            Scalar::Tolerance => parse::number(text.strip_suffix('%').unwrap_or(text)).is_some(),
            Scalar::Comparison => parse::comparison(text).is_some(),
            Scalar::Email => parse::is_email(text),
            Scalar::Separator => text.chars().count() == 1 && text != "\"",
            Scalar::Page => parse::is_page(text),
            Scalar::Header => parse::is_header(text),
            Scalar::Line
            | Scalar::Lines
            | Scalar::Free
            | Scalar::FreeLines
            | Scalar::Title
            | Scalar::Pattern
            | Scalar::Url
            | Scalar::Word(_) => true,
        }
    }
}

fn pattern_fault(text: &str) -> Option<Fault> {
    let error = regex::RegexBuilder::new(text).size_limit(1 << 20).build().err()?;
    let detail = error.to_string();
    let detail = detail.lines().last().unwrap_or_default().trim_start_matches("error: ");
    Some(msg!("problem-pattern", detail = visible(detail, 200)).into())
}

/// Words to values: the same functions say whether a word is right and what it means.
pub(in crate::runbook) mod parse {
    use super::{Compare, Date, DeadlineDay, Duration, ParamKind, Span, Spanned, Time};

    pub(in crate::runbook) fn is_ident(text: &str) -> bool {
        let mut chars = text.chars();
        chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && text.len() <= crate::id::MAX_NAME
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
    }

    pub(in crate::runbook) fn flag(text: &str) -> Option<bool> {
        text.parse().ok()
    }

    pub(in crate::runbook) fn integer(text: &str) -> Option<i64> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let shaped = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        shaped.then(|| text.parse().ok()).flatten()
    }

    /// Digits, and digits after a point.
    pub(in crate::runbook) fn number(text: &str) -> Option<f64> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits =
            |text: &str| !text.is_empty() && text.len() < 18 && text.bytes().all(|b| b.is_ascii_digit());
        (digits(whole) && digits(part)).then(|| text.parse().ok()).flatten()
    }

    pub(in crate::runbook) fn duration(text: &str) -> Option<Duration> {
        crate::time::parse_duration(text)
    }

    pub(in crate::runbook) fn time(text: &str) -> Option<Time> {
        let (hour, minute) = text.split_once(':')?;
        let two = |text: &str| {
            (text.len() == 2).then(|| integer(text)).flatten().and_then(|n| i8::try_from(n).ok())
        };
        Time::new(two(hour)?, two(minute)?, 0, 0).ok()
    }

    pub(in crate::runbook) fn date(text: &str) -> Option<Date> {
        (text.len() == 10).then(|| text.parse().ok()).flatten()
    }

    pub(in crate::runbook) fn is_moment(text: &str) -> bool {
        let Some((day, clock)) = text.split_once([' ', 'T']) else { return false };
        let civil = clock.get(..5).is_some_and(|clock| time(clock).is_some()) && clock.len() == 5;
        date(day).is_some() && (civil || text.replacen(' ', "T", 1).parse::<jiff::Timestamp>().is_ok())
    }

    pub(in crate::runbook) fn day(text: &str) -> Option<DeadlineDay> {
        if text == "last" {
            return Some(DeadlineDay::Last);
        }
        let day = u8::try_from(integer(text)?).ok()?;
        (1..=31).contains(&day).then_some(DeadlineDay::Of(day))
    }

    pub(in crate::runbook) fn share(text: &str) -> Option<f64> {
        Some(number(text.strip_suffix('%')?)? / 100.0)
    }

    pub(in crate::runbook) fn months(text: &str) -> Option<u32> {
        let count = text.strip_suffix("months").or_else(|| text.strip_suffix("month"))?;
        let count = integer(count.strip_suffix(' ')?)?;
        u32::try_from(count).ok().filter(|count| (1..=120).contains(count))
    }

    pub(in crate::runbook) fn comparison(text: &str) -> Option<Compare> {
        if text == "rows" {
            return Some(Compare::Rows);
        }
        let column = text.strip_prefix("sum(")?.strip_suffix(')')?.trim();
        let place = Span { file: crate::runbook::FileId(0), start: 0, end: 0 };
        (!column.is_empty()).then(|| Compare::Sum(Spanned::new(column.to_owned(), place)))
    }

    pub(in crate::runbook) fn is_email(text: &str) -> bool {
        let Some((before, host)) = text.rsplit_once('@') else { return false };
        !before.is_empty() && !host.is_empty() && !text.contains(char::is_whitespace)
    }

    /// Does it begin as the address of a page does, as far as no template stands there?
    pub(in crate::runbook) fn is_page(text: &str) -> bool {
        let (fixed, templated) = text.split_once('{').map_or((text, false), |(fixed, _)| (fixed, true));
        let fixed = fixed.to_ascii_lowercase();
        let begins = |scheme: &str| fixed.starts_with(scheme) || templated && scheme.starts_with(&fixed);
        begins("http://") || begins("https://")
    }

    /// A token as HTTP has it.
    pub(in crate::runbook) fn is_header(text: &str) -> bool {
        let is_sign = |c: char| "!#$%&'*+-.^_`|~".contains(c);
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || is_sign(c))
    }

    /// Is there `user:password@` or `password=` in it?
    pub(in crate::runbook) fn holds_password(text: &str) -> bool {
        let Some((_, rest)) = text.split_once("://") else { return false };
        let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
        let login = address.rsplit_once('@').map(|(login, _)| login);
        let in_login =
            login.and_then(|login| login.split_once(':')).is_some_and(|(_, word)| !word.is_empty());
        let secret = |pair: &str| {
            pair.split_once('=').is_some_and(|(key, word)| {
                !word.is_empty() && matches!(key, "password" | "pwd" | "pass" | "token" | "secret")
            })
        };
        in_login || query.split('&').any(secret)
    }

    /// The type named `text`; a choice has its values elsewhere.
    pub(in crate::runbook) fn param_kind(text: &str) -> Option<ParamKind> {
        Some(match text {
            "month" => ParamKind::Month,
            "date" => ParamKind::Date,
            "integer" | "int" => ParamKind::Integer,
            "boolean" | "bool" => ParamKind::Boolean,
            "text" => ParamKind::Text,
            "choice" => ParamKind::Choice(Vec::new()),
            "list" => ParamKind::List,
            _ => return None,
        })
    }
}
