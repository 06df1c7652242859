//! The terminal's words: both languages have all of them, and none that nobody says.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::Path;

use monthstart::words::{Lang, has};

/// Families whose last part comes from a status or a verb.
const FAMILIES: [&str; 2] = ["term-verb-", "term-kind-"];

fn ids_of(catalogue: &str) -> BTreeSet<String> {
    let lines = catalogue.lines().filter_map(|line| line.split_once(" = "));
    lines.map(|(id, _)| id.to_owned()).filter(|id| id.starts_with("term-")).collect()
}

fn said_in(dir: &Path, said: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            said_in(&path, said);
        } else {
            let code = std::fs::read_to_string(&path).unwrap();
            said.extend(code.split('"').filter(|word| word.starts_with("term-")).map(str::to_owned));
        }
    }
}

#[test]
fn both_languages_have_all_words_and_no_others() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let english = ids_of(&std::fs::read_to_string(root.join("locales/en/term.ftl")).unwrap());
    let chinese = ids_of(&std::fs::read_to_string(root.join("locales/zh/term.ftl")).unwrap());
    assert_eq!(english, chinese);
    for id in &english {
        assert!(has(Lang::En, id) && has(Lang::Zh, id), "{id} cannot be read");
    }
    let mut said = BTreeSet::new();
    said_in(&root.join("src/progress"), &mut said);
    let of_a_family = |id: &&String| FAMILIES.iter().any(|family| id.starts_with(family));
    let unsaid: Vec<&String> = english.difference(&said).filter(|id| !of_a_family(id)).collect();
    assert!(unsaid.is_empty(), "nobody says {unsaid:?}");
    let families = ["term-verb", "term-kind"].map(str::to_owned);
    let unknown: Vec<&String> = said.difference(&english).filter(|id| !families.contains(id)).collect();
    assert!(unknown.is_empty(), "no words for {unknown:?}");
}
