//! Lines to text: the columns of comments, indentation, newlines.

use unicode_width::UnicodeWidthStr;

use super::lines::Line;

/// The text of these lines.
pub(super) fn print(lines: &[Line]) -> String {
    let columns = columns(lines);
    let mut text = String::new();
    for (line, column) in lines.iter().zip(columns) {
        if line.gap {
            text.push('\n');
        }
        let begins = text.len();
        if !line.code.is_empty() {
            text.push_str(&" ".repeat(line.indent));
            text.push_str(&line.code);
        }
        if let Some((comment, _)) = &line.comment {
            text.push_str(&" ".repeat(column.saturating_sub(text[begins..].width()).max(2)));
            text.push_str(comment);
        }
        text.push('\n');
    }
    text
}

/// The column of each line's comment.
fn columns(lines: &[Line]) -> Vec<usize> {
    let neighbours = |one: &Line, next: &Line| {
        one.comment.is_some() && next.comment.is_some() && one.block == next.block && !next.gap
    };
    lines.chunk_by(neighbours).flat_map(|run| std::iter::repeat_n(column(run), run.len())).collect()
}

/// The one column of the comments of neighbouring lines: theirs, if it is one and far enough, else the first that is.
fn column(run: &[Line]) -> usize {
    let least = run.iter().map(|line| line.indent + line.code.width() + 2).max().unwrap_or(0);
    let mut found = run.iter().filter_map(|line| line.comment.as_ref().map(|(_, column)| *column));
    let first = found.next().unwrap_or(0);
    let one = first >= least && found.all(|column| column == first);
    if one { first } else { least }
}
