//! Paths below the project's folder.

/// The folder of a path: `sql/a.sql` lies in `sql`.
pub(super) fn folder(path: &str) -> String {
    path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned())
}

/// `path` seen from `folder`, without dots; `None` when it is absolute or leaves the project.
pub fn join(folder: &str, path: &str) -> Option<String> {
    if path.is_empty() || path.starts_with('/') || path.contains(['\0', '\\']) {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    if parts.is_empty() { None } else { Some(parts.join("/")) }
}

/// [`join`] for a path with `{{ }}` in it: what it becomes is looked at again when it is rendered.
pub(super) fn join_template(folder: &str, path: &str) -> Option<String> {
    if !path.contains("{{") {
        return join(folder, path);
    }
    if path.starts_with('/') {
        return None;
    }
    // The dots before the first expression can be taken out now, those after it cannot lead out of the folder unseen.
    let fixed = path.find("{{").and_then(|brace| path[..brace].rfind('/')).map_or("", |slash| &path[..slash]);
    let rest = path[fixed.len()..].trim_start_matches('/');
    let start = if fixed.is_empty() { folder.to_owned() } else { join(folder, fixed)? };
    Some(if start.is_empty() { rest.to_owned() } else { format!("{start}/{rest}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_project() {
        assert_eq!(join("runbooks", "../sql/a.sql").as_deref(), Some("sql/a.sql"));
        assert_eq!(join("", "./a.sql").as_deref(), Some("a.sql"));
        for bad in ["/etc/passwd", "../x", "", "a/../..", "."] {
            assert_eq!(join("", bad), None, "{bad}");
        }
        assert_eq!(join_template("r", "../sql/{{ flow }}.sql").as_deref(), Some("sql/{{ flow }}.sql"));
        assert_eq!(join_template("", "{{ a / b }}.sql").as_deref(), Some("{{ a / b }}.sql"));
        assert_eq!(join_template("", "../{{ flow }}.sql"), None);
        assert_eq!(join_template("", "/{{ flow }}.sql"), None);
    }
}
