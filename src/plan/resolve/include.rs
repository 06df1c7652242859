//! Included files in one row: those that a file includes come before it, each file once.

use super::Input;
use super::findings::Findings;
use super::paths::{folder, join};
use crate::msg;
use crate::runbook::model::Runbook;

/// All files whose stages make up the run, in the order of their stages; the runbook itself is the last.
pub(super) fn flatten<'a>(input: &Input<'a>, findings: &mut Findings<'_>) -> Vec<&'a Runbook> {
    let mut walk = Walk { input, order: Vec::new(), open: Vec::new() };
    walk.visit(input.runbook, findings);
    walk.order
}

struct Walk<'w, 'a> {
    input: &'w Input<'a>,
    order: Vec<&'a Runbook>,
    open: Vec<String>,
}

impl<'a> Walk<'_, 'a> {
    fn visit(&mut self, file: &'a Runbook, findings: &mut Findings<'_>) {
        let path = self.input.files.path(file.name.span.file);
        self.open.push(path.clone());
        for (number, include) in file.include.iter().enumerate() {
            let Some(wanted) = join(&folder(&path), include) else {
                findings.error(include.span, msg!("plan-path-outside", path = &include.value));
                continue;
            };
            if let Some(at) = self.open.iter().position(|open| *open == wanted) {
                let around = [&self.open[at..], &[wanted]].concat().join(" -> ");
                findings.error(include.span, msg!("plan-include-cycle", path = around));
                continue;
            }
            match self.find(&wanted) {
                Some(_) if file.include[..number].iter().any(|other| other.value == include.value) => {
                    findings.error(include.span, msg!("plan-include-twice", path = &include.value));
                }
                Some(found) if self.order.iter().any(|known| std::ptr::eq(*known, found)) => {}
                Some(found) => self.visit(found, findings),
                // What is there but could not be read as a runbook has its own problems.
                None if self.input.files.read(&wanted).is_some() => findings.spoil(),
                None => findings.error(include.span, msg!("plan-include-missing", path = &include.value)),
            }
        }
        self.open.pop();
        self.order.push(file);
    }

    fn find(&self, path: &str) -> Option<&'a Runbook> {
        self.input.included.iter().find(|file| self.input.files.path(file.name.span.file) == path)
    }
}
