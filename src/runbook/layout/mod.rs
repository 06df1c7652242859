//! The one layout of a project's YAML files. It moves blanks, blank lines and comments' columns, and nothing else: what
//! comes out says the same by the parser's own account, or nothing comes out.
//!
//! - Two blanks a level; lists stand two blanks deeper than their key; what is inside brackets keeps its lines.
//! - One blank where blanks part words. Values of neighbouring keys that stand in one column stay there.
//! - Never two blank lines in a row, none at either end; one between the stages of a runbook.
//! - A comment on its own line stands as deep as what follows. One behind something keeps its column if two blanks are
//!   left before it; those on neighbouring lines of one block share a column.
//! - Keys keep their order, words their quotes, block texts every byte.

mod lines;
mod print;
mod tokens;

use saphyr_parser::{Event, Parser};

/// Why a file is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlaid {
    /// Something that this layout has no place for, on this line (from 1).
    Odd(usize),
    /// It would not have said the same.
    Unlike,
}

/// `text` in the layout. It must be YAML that [`super::yaml::parse`] has nothing against.
pub fn lay_out(text: &str) -> Result<String, Unlaid> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let read = tokens::read(&text)?;
    let laid = print::print(&lines::lines(&text, &read));
    let again = tokens::read(&laid).map_err(|_| Unlaid::Unlike)?;
    let same = events(&text) == events(&laid) && read.comments(&text) == again.comments(&laid);
    if same { Ok(laid) } else { Err(Unlaid::Unlike) }
}

/// What the parser makes of a text, without the places.
fn events(text: &str) -> Option<Vec<Event<'_>>> {
    Parser::new_from_str(text).map(|event| event.ok().map(|(event, _)| event)).collect()
}

#[cfg(test)]
mod tests;
