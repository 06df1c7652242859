//! Values where text is read by a machine: in addresses, in JSON, in patterns. A value is always one thing there, and
//! never a piece of the language around it.

use minijinja::value::{Value, ValueKind};

use super::{Goal, Scope, TemplateError, shown, whole};
use crate::plan::Template;

/// Puts the values of `scope` into an address: each becomes one segment of its path, or one value of its query.
pub fn render_url(template: &Template, scope: &Scope) -> Result<String, TemplateError> {
    whole(&template.0, scope, Goal::Url).map(|(text, _)| text)
}

/// Puts the values of `scope` into JSON: inside a string as its text, elsewhere as one value of their own.
pub fn render_json(template: &Template, scope: &Scope) -> Result<String, TemplateError> {
    whole(&template.0, scope, Goal::Json).map(|(text, _)| text)
}

/// Puts the values of `scope` into a pattern, where each stands for itself.
pub fn render_pattern(template: &Template, scope: &Scope) -> Result<String, TemplateError> {
    whole(&template.0, scope, Goal::Pattern).map(|(text, _)| text)
}

/// Would a value say to which server a request goes? It never may.
pub fn names_a_host(url: &str) -> bool {
    let begin = url.find("://").map_or(0, |at| at + 3);
    let end = url[begin..].find(['/', '?', '#']).map_or(url.len(), |at| begin + at);
    url[..end].contains("{{")
}

/// A value as a segment of a path, or as a value of a query.
pub(super) fn url(value: &Value) -> String {
    shown(value).bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend(
                [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])),
            );
        }
        out
    })
}

/// A value as a pattern that it alone matches.
pub(super) fn pattern(value: &Value) -> String {
    regex::escape(&shown(value))
}

/// A value in JSON, after `before`.
pub(super) fn json(value: &Value, before: &str) -> String {
    let text = serde_json::Value::from(shown(value)).to_string();
    if in_string(before) {
        return text[1..text.len() - 1].to_owned();
    }
    match value.kind() {
        ValueKind::Number | ValueKind::Bool => shown(value),
        ValueKind::None | ValueKind::Undefined => "null".to_owned(),
        _ => text,
    }
}

/// Is a string of JSON open at the end of `text`?
fn in_string(text: &str) -> bool {
    let mut open = false;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if open => drop(chars.next()),
            '"' => open = !open,
            _ => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_one_thing() {
        let text = |text: &str| Value::from(text);
        assert_eq!(
            url(&text("南京/../a?b&c=d e#f+g")),
            "%E5%8D%97%E4%BA%AC%2F..%2Fa%3Fb%26c%3Dd%20e%23f%2Bg"
        );
        assert_eq!(pattern(&text(".*")), r"\.\*");
        assert_eq!(json(&text(r#"a","x":"b\"#), r#"{"city": ""#), r#"a\",\"x\":\"b\\"#);
        assert_eq!(json(&text("1, 2"), r#"["a\"", "#), r#""1, 2""#);
        assert_eq!(json(&Value::from(7), "["), "7");
        assert_eq!(json(&Value::from(7), "[\""), "7");
        assert_eq!(json(&Value::from(()), "["), "null");
    }

    #[test]
    fn no_value_says_where_a_request_goes() {
        for url in
            ["{{ x }}", "https://{{ x }}/a", "https://a.{{ x }}:80?b", "http://a{{ x }}", "{{ x }}://a/"]
        {
            assert!(names_a_host(url), "{url}");
        }
        for url in ["https://a/{{ x }}", "https://a?{{ x }}", "https://a", "http://a:80/?u=http://{{ x }}"] {
            assert!(!names_a_host(url), "{url}");
        }
    }
}
