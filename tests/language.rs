//! The language as its page promises it: its samples read as they stand, and every mistake is told where it is.

use monthstart::runbook::{Problem, Sources, read_month, read_roster, read_runbook, read_settings};

fn fixture(sources: &mut Sources, name: &str) -> monthstart::runbook::FileId {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/language").join(name);
    sources.add(name, std::fs::read_to_string(path).unwrap())
}

#[test]
fn the_samples_read_as_they_stand() {
    let mut sources = Sources::default();
    let mut problems: Vec<Problem> = Vec::new();
    let settings = fixture(&mut sources, "monthstart.yaml");
    let runbook = fixture(&mut sources, "bill-and-dwd.yaml");
    let roster = fixture(&mut sources, "roster.yaml");
    let month = fixture(&mut sources, "2026-10.yaml");
    read_settings(&sources, settings, None, &mut problems).unwrap();
    read_runbook(&sources, runbook, &mut problems).unwrap();
    read_roster(&sources, roster, &mut problems).unwrap();
    read_month(&sources, month, "2026-10".parse().unwrap(), &mut problems).unwrap();
    assert_eq!(problems, []);
}
