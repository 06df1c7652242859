//! What the layout does with each kind of line, and that it never says anything else nor changes its mind.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn becomes(text: &str, laid: &str) {
    let found = lay_out(text).unwrap();
    assert_eq!(found, laid, "\n{text}\nbecame\n{found}");
    assert_eq!(lay_out(laid).unwrap(), laid, "not at rest");
}

#[track_caller]
fn stays(text: &str) {
    becomes(text, text);
}

#[test]
fn lists_stand_below_their_key() {
    becomes("a:\n- b\n-   c:  1\n    d: 2\n", "a:\n  - b\n  - c: 1\n    d: 2\n");
    becomes("a:\n    b:\n        - c\n", "a:\n  b:\n    - c\n");
    becomes("- - a\n  -   b\n-\n  c: 1\n", "- - a\n  - b\n-\n  c: 1\n");
    becomes("a:\n    text\nb:\n -\n - x\n", "a:\n  text\nb:\n  -\n  - x\n");
    becomes("a:\n- [b]\n- {c: d}\n", "a:\n  - [b]\n  - {c: d}\n");
}

#[test]
fn brackets_have_single_blanks_and_keep_their_lines() {
    becomes("a: { b : 1 ,c:  [ d,e ] }\n", "a: {b: 1, c: [d, e]}\n");
    becomes("a: {b:   , c: }\n", "a: {b:, c:}\n");
    becomes("a: [ ]\nb: {  }\nc: [x: y]\n", "a: []\nb: {}\nc: [x: y]\n");
    becomes(
        "s:\n- {a: 1,\n   b: 2,\n   c: [\n    d ] }\n",
        "s:\n  - {a: 1,\n      b: 2,\n      c: [\n        d]}\n",
    );
    becomes("k: {\n      a: 1   # one\n  # two\n  }\n", "k: {\n  a: 1       # one\n  # two\n  }\n");
    becomes("x: {\"a\":1, 'b' : \"c\n   d\"}\n", "x: {\"a\": 1, 'b': \"c\n  d\"}\n");
}

#[test]
fn values_in_a_column_stay_there() {
    stays("find:   {a: 1}\nsubmit: {b: 2}\n");
    becomes("find:   1\n\nsubmit: 2\n", "find: 1\n\nsubmit: 2\n");
    becomes("find:    1\nsubmit:  2\n", "find: 1\nsubmit: 2\n");
    stays("月初:   {a: 1}\nsubmit: {b: 2}\n");
}

#[test]
fn comments_stay_where_they_belong() {
    becomes("a:\n# of b\n- b\n    # of c\n- c\n", "a:\n  # of b\n  - b\n  # of c\n  - c\n");
    becomes("a:\n    b: 1\n    # d: 2\ne: 3\n", "a:\n  b: 1\n  # d: 2\ne: 3\n");
    becomes("a:\n  - b\n  # - c\n", "a:\n  - b\n  # - c\n");
    becomes("a:\n  - b\n# end\n", "a:\n  - b\n# end\n");
    becomes("# one\n\n\n# two\na: b #  x \n", "# one\n\n# two\na: b  #  x\n");
    stays("a: 1         # one\nbbb: 2       # two\n\nc: 3  # three\n");
    becomes("a: 1 # one\nbbb: 2   # two\n", "a: 1    # one\nbbb: 2  # two\n");
    stays("run: |  # why\n  text # no comment\n  # neither\n# one\nb: 1\n");
    stays("from: 月初值班   # 没有\nlang: zh         # 中文\n");
}

#[test]
fn blank_lines_are_single() {
    becomes("\n\na: 1\n\n \n\nb: 2\n\n\n", "a: 1\n\nb: 2\n");
    becomes("\u{feff}a: 1\r\nb: |\r\n  x \r\n  y\r\n", "a: 1\nb: |\n  x \n  y\n");
    becomes("a: 1  \nb: 2", "a: 1\nb: 2\n");
}

#[test]
fn stages_are_parted() {
    becomes(
        "stages:\n- name: a\n  levels: 1\n# of b\n- name: b\n\n- name: c\n",
        "stages:\n  - name: a\n    levels: 1\n\n  # of b\n  - name: b\n\n  - name: c\n",
    );
    stays("stages:\n  # first\n  - name: a\n    # - b\n\n  - name: c\n");
    becomes("x:\n  stages:\n  - a\n  - b\n", "x:\n  stages:\n    - a\n    - b\n");
    // A blank line there would be one of the text.
    stays("stages:\n  - run: |+\n      x\n  - run: y\n");
}

#[test]
fn texts_keep_every_byte() {
    becomes(
        "a:\n    run: |\n          x\n            y  \n\n          z\n    b: 1\n",
        "a:\n  run: |\n    x\n      y  \n\n    z\n  b: 1\n",
    );
    becomes(
        "a:\n      - |2\n          x\n      - >-\n       y\n       z\n",
        "a:\n  - |2\n      x\n  - >-\n    y\n    z\n",
    );
    stays("a: |+\n  x\n\n\nb: 1\n");
    becomes("a: |\n  x\n\n\nb: 1\n", "a: |\n  x\n\nb: 1\n");
    becomes("a: one\n       two\n\n       three\n", "a: one\n  two\n\n  three\n");
    becomes("a: \"one\n       two\\\n\n  three\"   # c\n", "a: \"one\n  two\\\n\n  three\"   # c\n");
    stays("a: 'it''s'\nb: \"\\\"#\"\nc: x#y\n");
}

#[test]
fn what_has_no_place_is_left_alone() {
    assert_eq!(lay_out("a: b\n? c\n: d\n"), Err(Unlaid::Odd(2)));
    assert_eq!(lay_out("|\n  x\n"), Err(Unlaid::Odd(1)));
    stays("---\na: b\n");
}

/// A value, and how it is written.
#[derive(Debug, Clone)]
enum Tree {
    Word(usize),
    Text(bool, Vec<&'static str>),
    Brackets(Vec<Tree>),
    Braces(Vec<Tree>),
    List(Vec<Tree>),
    Map(Vec<Tree>),
}

const WORDS: [&str; 8] =
    ["a", "'it''s # no'", "\"x: \\\" {y}\"", "2026-10", "一体机", "x#y", "\"{{ month }}\"", "a:b"];
const LINES: [&str; 6] = ["x", "  deeper", "", "# not one", "trailing  ", "- a: {"];

fn trees() -> impl Strategy<Value = Tree> {
    let lines = prop::collection::vec(prop::sample::select(&LINES[..]), 0..4);
    let word = (0..WORDS.len()).prop_map(Tree::Word);
    let flow = word.clone().prop_recursive(2, 8, 3, |inner| {
        let many = prop::collection::vec(inner, 0..4);
        prop_oneof![many.clone().prop_map(Tree::Brackets), many.prop_map(Tree::Braces)]
    });
    let leaf = prop_oneof![
        3 => flow,
        1 => (any::<bool>(), lines).prop_map(|(keep, mut lines)| {
            lines.insert(0, "begin");
            Tree::Text(keep, lines)
        }),
    ];
    let block = leaf.prop_recursive(4, 24, 4, |inner| {
        let many = prop::collection::vec(inner, 1..5);
        prop_oneof![many.clone().prop_map(Tree::List), many.prop_map(Tree::Map)]
    });
    prop::collection::vec(block, 1..5).prop_map(Tree::Map)
}

/// Writes trees as carelessly as the numbers say.
struct Hand {
    whims: Vec<u8>,
    at: usize,
    text: String,
}

impl Hand {
    fn whim(&mut self, of: u8) -> usize {
        self.at += 1;
        usize::from(self.whims[self.at % self.whims.len()] % of)
    }

    fn blanks(&mut self, least: usize) {
        let count = least + self.whim(3);
        self.text.push_str(&" ".repeat(count));
    }

    fn newline(&mut self, comment: bool, indent: usize) {
        if comment && self.whim(4) == 0 {
            self.blanks(1);
            self.text.push_str("# behind");
        } else if comment && self.whim(5) == 0 {
            self.text.push(' ');
        }
        self.text.push('\n');
        if comment {
            for _ in 0..[0, 0, 0, 1, 3][self.whim(5)] {
                self.text.push('\n');
            }
            if self.whim(5) == 0 {
                let indent = [0, indent, indent + 2][self.whim(3)];
                self.text.push_str(&" ".repeat(indent));
                self.text.push_str("#own\n");
            }
        }
    }

    fn write(&mut self, tree: &Tree, indent: usize, after_key: bool) {
        match tree {
            Tree::List(items) => self.list(items, indent, after_key),
            Tree::Map(values) => self.map(values, indent, after_key),
            Tree::Text(keep, lines) => {
                self.blanks(1);
                self.text.push_str(if *keep { "|+" } else { "|" });
                self.text.push('\n');
                let deep = indent + 1 + self.whim(3);
                for line in lines {
                    if !line.is_empty() {
                        self.text.push_str(&" ".repeat(deep));
                    }
                    self.text.push_str(line);
                    self.text.push('\n');
                }
            }
            flow => {
                self.blanks(1);
                self.flow(flow, indent);
                self.newline(true, indent);
            }
        }
    }

    fn list(&mut self, items: &[Tree], indent: usize, after_key: bool) {
        if after_key {
            self.newline(true, indent);
        }
        // Below a key a list may stand as deep as the key.
        let column = if after_key { indent + self.whim(3) } else { indent + 1 + self.whim(2) };
        let inline = !after_key;
        for (number, item) in items.iter().enumerate() {
            if inline && number == 0 {
                self.text.push_str(&" ".repeat(column - indent - 1));
            } else {
                self.text.push_str(&" ".repeat(column));
            }
            self.text.push('-');
            self.write(item, column, false);
        }
    }

    fn map(&mut self, values: &[Tree], indent: usize, after_key: bool) {
        if after_key {
            self.newline(true, indent + 1);
        }
        let column = indent + 1 + self.whim(3);
        for (number, value) in values.iter().enumerate() {
            if !after_key && number == 0 {
                // Behind a dash, which stands at `indent`.
                self.text.push_str(&" ".repeat(column - indent));
                let written = self.text.len() - self.text.rfind('\n').map_or(0, |at| at + 1);
                self.pairs(values, written);
                return;
            }
            self.pair(number, value, column);
        }
    }

    fn pairs(&mut self, values: &[Tree], column: usize) {
        for (number, value) in values.iter().enumerate() {
            if number > 0 {
                self.text.push_str(&" ".repeat(column));
            }
            self.text.push_str(&["k", &number.to_string(), ":"].concat());
            self.write(value, column, true);
        }
    }

    fn pair(&mut self, number: usize, value: &Tree, column: usize) {
        self.text.push_str(&" ".repeat(column));
        self.text.push_str(&["k", &number.to_string(), ":"].concat());
        self.write(value, column, true);
    }

    fn flow(&mut self, tree: &Tree, indent: usize) {
        let (open, close, items, keys) = match tree {
            Tree::Word(word) => return self.text.push_str(WORDS[*word]),
            Tree::Brackets(items) => ('[', ']', items, false),
            Tree::Braces(items) => ('{', '}', items, true),
            _ => return,
        };
        self.text.push(open);
        for (number, item) in items.iter().enumerate() {
            if self.whim(6) == 0 {
                self.newline(true, indent);
                self.text.push_str(&" ".repeat(indent + 2));
            }
            self.blanks(0);
            if keys {
                self.text.push_str(&["k", &number.to_string(), ": "].concat());
            }
            self.flow(item, indent);
            self.blanks(1);
            if number + 1 < items.len() {
                self.text.push(',');
            }
        }
        self.text.push(close);
    }
}

/// A document as somebody might type it.
fn typed(tree: &Tree, whims: Vec<u8>) -> String {
    let mut hand = Hand { whims, at: 0, text: String::new() };
    let Tree::Map(values) = tree else { return String::new() };
    for (number, value) in values.iter().enumerate() {
        hand.text.push_str(if number == 0 { "stages:" } else { "" });
        if number > 0 {
            hand.text.push_str(&["k", &number.to_string(), ":"].concat());
        }
        hand.write(value, 0, true);
    }
    hand.text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn it_says_the_same_and_is_at_rest(tree in trees(), whims in prop::collection::vec(any::<u8>(), 1..40)) {
        let text = typed(&tree, whims);
        prop_assume!(events(&text).is_some());
        let laid = lay_out(&text);
        prop_assert!(laid.is_ok(), "{laid:?}\n{text}");
        let laid = laid.unwrap();
        prop_assert_eq!(&lay_out(&laid).unwrap(), &laid, "\n{}", text);
        // A dash without its space begins a text of many lines, in which empty ones mean something.
        let has_blocks = text.contains('|') || text.contains("--");
        prop_assert!(!laid.contains("\n\n\n") || has_blocks, "{}", laid);
        let tidy = laid.lines().all(|line| !line.ends_with(' ') || line.contains("trailing"));
        prop_assert!(tidy && laid.ends_with('\n') && !laid.starts_with('\n'), "{}", laid);
    }

    #[test]
    fn nothing_makes_it_fall(text in "[a-c:,#|>+\\-\\[\\]{}'\" \n]{0,40}") {
        if let (Some(_), Ok(laid)) = (events(&text), lay_out(&text)) {
            prop_assert_eq!(&lay_out(&laid), &Ok(laid.clone()), "\n{}", text);
        }
    }
}
