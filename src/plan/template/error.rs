//! What can be wrong with a template, and what to do about it.

use crate::msg;
use crate::words::{Explain, Msg};

/// Why a template cannot be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("template: {reason:?} in {expression:?}")]
pub struct TemplateError {
    /// What is wrong.
    pub reason: Reason,
    /// The part of the template that is at fault, as written.
    pub expression: String,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A name that stands for nothing, and what was probably meant.
    Unknown {
        /// The name.
        name: String,
        /// A known one that is close.
        meant: Option<String>,
    },
    /// It cannot be read as an expression.
    Syntax(String),
    /// `{{` without `}}`.
    Unclosed,
    /// `{% … %}`.
    Statement,
    /// A text that may not stand in SQL.
    NotInSql,
    /// `ident` got what is not a name.
    NotAName(String),
    /// A condition that is neither true nor false.
    NotTruth(String),
    /// The result is longer than [`super::MAX_RENDERED`].
    TooLong,
    /// It takes too much work.
    Endless,
    /// It cannot be worked out.
    Fails(String),
}

impl TemplateError {
    pub(crate) fn new(reason: Reason, expression: impl Into<String>) -> Self {
        TemplateError { reason, expression: expression.into() }
    }

    /// The name under which SQL can bind what the expression names.
    fn binding(&self) -> String {
        let path = self.expression.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.')).next();
        match path.unwrap_or_default().split_once('.') {
            Some(("params", name)) => format!(":{name}"),
            Some((root, part)) => format!(":{root}_{part}"),
            None => format!(":{}", path.unwrap_or_default()),
        }
    }

    /// What to do about it, where that is known.
    pub fn advice(&self) -> Option<Msg> {
        match &self.reason {
            Reason::Unknown { meant: Some(meant), .. } => Some(msg!("help-plan-meant", name = meant)),
            Reason::NotInSql if self.expression.contains("steps") => Some(msg!("help-plan-sql-step")),
            Reason::NotInSql => Some(msg!("help-plan-sql-bind", name = self.binding())),
            Reason::Statement => Some(msg!("help-plan-template-statement")),
            _ => None,
        }
    }
}

impl Explain for TemplateError {
    fn explain(&self) -> Msg {
        let expression = &self.expression;
        match &self.reason {
            Reason::Unknown { name, .. } => msg!("plan-template-unknown", name = name),
            Reason::Syntax(detail) => {
                msg!("plan-template-syntax", expression = expression, detail = detail)
            }
            Reason::Unclosed => msg!("plan-template-unclosed", expression = expression),
            Reason::Statement => msg!("plan-template-statement", expression = expression),
            Reason::NotInSql => msg!("plan-template-not-in-sql", expression = expression),
            Reason::NotAName(value) => {
                msg!("plan-template-not-a-name", expression = expression, value = value)
            }
            Reason::NotTruth(value) => {
                msg!("plan-template-not-truth", expression = expression, value = value)
            }
            Reason::TooLong => msg!("plan-template-too-long", expression = expression),
            Reason::Endless => msg!("plan-template-endless", expression = expression),
            Reason::Fails(detail) => msg!("plan-template-fails", expression = expression, detail = detail),
        }
    }
}
