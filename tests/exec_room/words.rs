//! Every sentence of the executor is there in both languages, and none is there for nothing.

use std::collections::BTreeSet;
use std::path::Path;

use monthstart::words::{Lang, has};

fn sources(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| if path.is_dir() { sources(&path) } else { std::fs::read_to_string(path).unwrap() })
        .collect()
}

#[test]
fn sentences_are_complete() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let code = sources(&root.join("src/exec")) + &sources(&root.join("src/keeper"));
    let used: BTreeSet<&str> = code.split('"').filter(|text| text.starts_with("exec-")).collect();
    for lang in ["en", "zh"] {
        let text = std::fs::read_to_string(root.join(format!("locales/{lang}/exec.ftl"))).unwrap();
        let written: BTreeSet<&str> = text
            .lines()
            .filter(|line| line.starts_with("exec-"))
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        assert_eq!(written, used, "{lang}");
        let known = Lang::from_tag(lang).unwrap();
        assert!(used.iter().all(|id| has(known, id)), "{lang}");
    }
}
