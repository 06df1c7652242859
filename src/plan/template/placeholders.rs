//! The `:names` that an SQL text binds.

/// The names that `sql` binds (`:month`), each with its place, without what only looks like one: in strings, quoted
/// names and comments, after another colon (`x::date`), after a digit or letter (`12:30`).
pub fn placeholders(sql: &str) -> Vec<(usize, &str)> {
    let bytes = sql.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let next = bytes.get(at + 1).copied();
        match bytes[at] {
            quote @ (b'\'' | b'"' | b'`') => at = after(bytes, at + 1, &[quote]),
            b'-' if next == Some(b'-') => at = after(bytes, at, b"\n"),
            b'/' if next == Some(b'*') => at = after(bytes, at + 2, b"*/"),
            b'$' => at = after_dollar(bytes, at),
            b':' if next == Some(b':') => at += 2,
            b':' => {
                let length = name_length(&bytes[at + 1..]);
                let glued = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
                if length > 0 && !glued {
                    found.push((at, &sql[at + 1..at + 1 + length]));
                }
                at += 1 + length;
            }
            _ => at += 1,
        }
    }
    found
}

fn name_length(bytes: &[u8]) -> usize {
    if bytes.first().is_some_and(u8::is_ascii_digit) {
        return 0;
    }
    bytes.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count()
}

/// The first place after `end`, searched from `from`.
fn after(bytes: &[u8], from: usize, end: &[u8]) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.windows(end.len())
        .position(|window| window == end)
        .map_or(bytes.len(), |found| from + found + end.len())
}

/// After `$tag$ … $tag$`, or after the dollar.
fn after_dollar(bytes: &[u8], at: usize) -> usize {
    let tag = name_length(&bytes[at + 1..]);
    let glued = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'_' | b'$'));
    if glued || bytes.get(at + 1 + tag) != Some(&b'$') {
        return at + 1;
    }
    let quote = &bytes[at..=at + 1 + tag];
    after(bytes, at + quote.len(), quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_placeholders_are_found() {
        let sql = "select ':a', \":b\", x::date, '12:30', a[1:2] -- :c\n /* :d */ $$ :e $$ from t where m = :month and n=:n_1;";
        let names: Vec<&str> = placeholders(sql).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["month", "n_1"]);
        assert!(placeholders("it''s ' :x").is_empty());
    }
}
