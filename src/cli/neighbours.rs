//! The project's other runbooks: a month file speaks of all of them, so what one of them has is no mistake for another.

use super::files::runbooks_in;
use super::project::{Book, read_book};
use super::shelf::Shelf;
use crate::runbook::Severity;
use crate::runbook::model::{MonthFile, Runbook};

/// The runbooks in the project's own folder, with what they include.
#[derive(Debug)]
pub(super) struct Neighbours {
    books: Vec<(String, Book)>,
    /// Could all be read? Else nobody knows what there is.
    whole: bool,
}

impl Neighbours {
    /// Reads them for what `month` leaves out; what is wrong with them is told when they are asked for themselves.
    pub(super) fn read(
        shelf: &mut Shelf,
        roster_path: Option<&String>,
        month: Option<&MonthFile>,
    ) -> Option<Neighbours> {
        month.filter(|month| !month.skip.is_empty())?;
        let paths = runbooks_in(shelf, roster_path, &[]);
        Some(shelf.aside(|shelf| {
            let read = |path: String| read_book(shelf, &path).map(|book| (path, book));
            let books = paths.into_iter().filter_map(read).collect();
            let whole = shelf.problems.iter().all(|problem| problem.severity == Severity::Warning);
            Neighbours { books, whole }
        }))
    }

    /// All but the one at `path`; `None` where some could not be read.
    pub(super) fn of(&self, path: &str) -> Option<Vec<&Runbook>> {
        let others = self.books.iter().filter(|(other, _)| other != path);
        let files = others.flat_map(|(_, book)| std::iter::once(&book.runbook).chain(&book.included));
        self.whole.then(|| files.collect())
    }
}
