//! What is wrong in a project's files is shown, all of it, each under its line; what is right passes.
//!
//! A line that holds a mistake ends in `# !!`: the report has to name every such line.

mod bytes;
mod fuzz;
mod paths;
mod people;
mod references;
mod samples;
mod shape;
mod values;

use crate::harness::{Out, Project, levels};
use regex::Regex;

/// Cases of whole runbooks with a mistake, and the words that the report must hold.
macro_rules! wrong_runbook {
    ($($name:ident: $text:expr => $words:expr;)+) => {$(
        #[test]
        fn $name() {
            super::wrong(crate::harness::Project::new().yt().runbook($text), &$words);
        }
    )+};
}

/// Cases of steps in level 1 with a mistake, and the words that the report must hold.
macro_rules! wrong_step {
    ($($name:ident: $text:expr => $words:expr;)+) => {$(
        #[test]
        fn $name() {
            super::wrong(super::step($text), &$words);
        }
    )+};
}

/// Cases of steps in level 1 without a mistake.
macro_rules! right_step {
    ($($name:ident: $text:expr;)+) => {$(
        #[test]
        fn $name() {
            super::step($text).ms("validate x.yaml").code(0);
        }
    )+};
}

pub(super) use {right_step, wrong_runbook, wrong_step};

/// A project with these steps in level 1, one a line.
pub(super) fn step(text: &str) -> Project {
    let project = Project::new().yt().file("flows/F.sql", "select 1;\n").file("flows/G.sql", "select 1;\n");
    project.runbook(&levels(&format!("1:\n  {}\n", text.replace('\n', "\n  "))))
}

/// Insists that `validate` refuses the project, names every marked line with a caret, and writes nothing.
#[track_caller]
pub(super) fn wrong(project: Project, words: &[&str]) -> Out {
    let out = wrong_by(&project, "validate x.yaml", words);
    drop(project);
    out
}

/// The same for another command line.
#[track_caller]
pub(super) fn wrong_by(project: &Project, line: &str, words: &[&str]) -> Out {
    let before = project.snapshot();
    let mut out = project.ms(line).code(3);
    for word in words {
        out = out.says(word);
    }
    for (file, number) in marks(project) {
        assert!(names(&out.all(), &file, number), "wanted {file}, line {number}\n{out}");
    }
    assert!(out.all().contains('^'), "wanted a caret under the place\n{out}");
    assert_eq!(before.keys().collect::<Vec<_>>(), project.snapshot().keys().collect::<Vec<_>>(), "{out}");
    out
}

/// Insists that a report names a file and a line of it: `x.yaml:4` or the line itself with its number.
fn names(report: &str, file: &str, line: usize) -> bool {
    let place = format!(r"{}:{line}\b|(?m)^\s*{line}\s*[|│┃]", regex::escape(file));
    report.contains(file) && Regex::new(&place).unwrap().is_match(report)
}

fn marks(project: &Project) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (path, bytes) in project.snapshot() {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let marked = text.lines().enumerate().filter(|(_, line)| line.trim_end().ends_with("# !!"));
        found.extend(marked.map(|(index, _)| (file.clone(), index + 1)));
    }
    found
}
