//! A template cut into plain text and `{{ expressions }}`: nothing else in it is special, so nothing in it can loop.
//!
//! Dotted paths (`month.last_day.compact`) are taken out of an expression and become one variable each: what they
//! name is known before anything is evaluated, and a month compares like the text that it prints as.

use std::fmt::Write as _;
use std::ops::Range;

use super::{Reason, TemplateError};

/// Plain text, or what stands between two braces.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece<'t> {
    /// Printed as it is.
    Text(&'t str),
    /// Evaluated and printed.
    Expr(Expr),
}

/// An expression whose dotted paths are variables.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Expr {
    /// As it was written.
    pub(crate) written: String,
    /// As it is evaluated: path number 3 is the variable `__p3`.
    pub(crate) source: String,
    /// The paths.
    pub(crate) paths: Vec<Vec<String>>,
    /// Steps that it names, as written.
    pub(crate) steps: Vec<String>,
}

impl Expr {
    /// May a part of it be left out when it is evaluated?
    pub(crate) fn branches(&self) -> bool {
        self.source
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| matches!(word, "if" | "and" | "or"))
    }
}

/// The roots whose dotted paths are known.
const ROOTS: [&str; 4] = ["month", "params", "run", "today"];

/// The number of the path that variable `name` stands for.
pub(crate) fn path_number(name: &str) -> Option<usize> {
    name.strip_prefix("__p")?.parse().ok()
}

/// Cuts `text` into its pieces.
pub(crate) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, TemplateError> {
    refuse_statements(text)?;
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find("{{") {
        if open > 0 {
            pieces.push(Piece::Text(&rest[..open]));
        }
        let inside = &rest[open + 2..];
        let Some(close) = closing(inside) else {
            let shown: String = rest[open..].chars().take(40).collect();
            return Err(TemplateError::new(Reason::Unclosed, shown));
        };
        pieces.push(Piece::Expr(expression(&inside[..close])));
        rest = &inside[close + 2..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

/// `{% … %}` is somebody's hope for statements: better told than printed.
fn refuse_statements(text: &str) -> Result<(), TemplateError> {
    let Some(open) = text.find("{%") else { return Ok(()) };
    match text[open..].find("%}") {
        Some(close) => {
            let shown = text[open..open + close + 2].chars().take(60).collect::<String>();
            Err(TemplateError::new(Reason::Statement, shown))
        }
        None => Ok(()),
    }
}

/// Where the `}}` stands that ends an expression: not in a string, not inside its own braces.
fn closing(inside: &str) -> Option<usize> {
    let bytes = inside.as_bytes();
    let mut depth = 0_u32;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\'' | b'"' => at = string_end(bytes, at),
            b'{' => depth += 1,
            b'}' if depth > 0 => depth -= 1,
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The index of the quote that ends the string that begins at `start`, or the last byte.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            byte if byte == bytes[start] => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// Takes the dotted paths and the step names out of `written`.
pub(crate) fn expression(written: &str) -> Expr {
    let mut expr = Expr { written: written.trim().to_owned(), ..Expr::default() };
    let bytes = written.as_bytes();
    let (mut at, mut copied) = (0, 0);
    let mut after_dot = false;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte == b'\'' || byte == b'"' {
            at = string_end(bytes, at) + 1;
        } else if byte.is_ascii_alphabetic() || byte == b'_' {
            let chain = chain(bytes, at);
            let words: Vec<&str> = chain.iter().map(|word| &written[word.clone()]).collect();
            let end = chain.last().map_or(at + 1, |word| word.end);
            if !after_dot && words.len() > 1 && ROOTS.contains(&words[0]) {
                expr.source.push_str(&written[copied..at]);
                let _ = write!(expr.source, "__p{}", expr.paths.len());
                expr.paths.push(words.iter().map(|word| (*word).to_owned()).collect());
                copied = end;
            } else if !after_dot && words[0] == "steps" {
                expr.steps.extend(words.get(1).map(|name| (*name).to_owned()).or_else(|| key(written, end)));
            }
            at = end;
        } else if byte.is_ascii_digit() {
            at += 1 + bytes[at + 1..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        } else {
            at += 1;
        }
        after_dot = match byte {
            b'.' => true,
            byte if byte.is_ascii_whitespace() => after_dot,
            _ => false,
        };
    }
    expr.source.push_str(written.get(copied..).unwrap_or_default());
    expr
}

/// The words of `a.b.c` that begin at `start`.
fn chain(bytes: &[u8], start: usize) -> Vec<Range<usize>> {
    let word = |from: usize| {
        let length = bytes[from..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        from..from + length
    };
    let skip = |from: usize| from + bytes[from..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    let mut words = vec![word(start)];
    while let Some(end) = words.last().map(|word| word.end) {
        let dot = skip(end);
        if bytes.get(dot) != Some(&b'.') {
            break;
        }
        let next = word(skip(dot + 1));
        if next.is_empty() || bytes[next.start].is_ascii_digit() {
            break;
        }
        words.push(next);
    }
    words
}

/// The text of `['NAME']` at `start`.
fn key(written: &str, start: usize) -> Option<String> {
    let inside = written.get(start..)?.trim_start().strip_prefix('[')?.trim_start();
    let quote = inside.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let body = &inside[1..];
    let end = body.find(quote)?;
    let name = &body[..end];
    (body[end + 1..].trim_start().starts_with(']') && !name.contains('\\')).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> Expr {
        match pieces(text).unwrap().into_iter().next() {
            Some(Piece::Expr(expr)) => expr,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_double_braces_are_special() {
        assert_eq!(pieces("a ${#x} {%d").unwrap(), [Piece::Text("a ${#x} {%d")]);
        assert_eq!(pieces("{% for %}").unwrap_err().reason, Reason::Statement);
        assert_eq!(pieces("x {{ month").unwrap_err().reason, Reason::Unclosed);
        assert_eq!(pieces("{{ '}}' }}x").unwrap().len(), 2);
        assert_eq!(pieces("{{ {'a': {}} }}x").unwrap().len(), 2);
    }

    #[test]
    fn paths_become_variables() {
        let expr = only("{{ month.last_day.compact ~ ' month.first ' ~ params . x }}");
        assert_eq!(expr.source, " __p0 ~ ' month.first ' ~ __p1 ");
        assert_eq!(expr.paths, [vec!["month", "last_day", "compact"], vec!["params", "x"]]);
        assert_eq!(only("{{ x.month.first }}").paths, Vec::<Vec<String>>::new());
        assert_eq!(only("{{ month }}").source, " month ");
        assert_eq!(only("{{ 1e5 }}").source, " 1e5 ");
    }

    #[test]
    fn steps_are_named() {
        assert_eq!(only("{{ steps['a b'].outputs.rows }}").steps, ["a b"]);
        assert_eq!(only("{{ steps[\"x\"].outputs.rows + steps.y.outputs.z }}").steps, ["x", "y"]);
        assert_eq!(only("{{ steps['a' ~ x].outputs.rows }}").steps, Vec::<String>::new());
    }
}
