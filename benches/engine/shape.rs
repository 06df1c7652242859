//! What is measured: how many steps, in which levels, and what each of them does.

use std::fmt::Write as _;
use std::path::Path;

/// What every step of a run does.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// A line for the shell.
    Shell(String),
    /// A program without a shell.
    Program(&'static str),
}

impl Act {
    /// What is started, word by word; the shell is called as the product calls it.
    pub(crate) fn argv(&self) -> Vec<String> {
        match self {
            Act::Shell(script) => ["/bin/sh", "-eu", "-c", script].map(str::to_owned).to_vec(),
            Act::Program(program) => vec![(*program).to_owned()],
        }
    }

    fn yaml(&self) -> String {
        match self {
            Act::Shell(script) => format!("'{script}'"),
            Act::Program(program) => format!("[{program}]"),
        }
    }
}

/// A run.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// For each stage the sizes of its levels.
    pub(crate) stages: Vec<Vec<usize>>,
    /// So many steps side by side.
    pub(crate) wide: usize,
    /// A gate before each stage but the first.
    pub(crate) gates: bool,
    /// What the steps do.
    pub(crate) act: Act,
}

impl Shape {
    /// One stage of so many levels of the same size.
    pub(crate) fn even(levels: usize, steps: usize, wide: usize, act: Act) -> Self {
        Shape { stages: vec![vec![steps; levels]], wide, gates: false, act }
    }

    /// How many steps it has, without its gates.
    pub(crate) fn steps(&self) -> usize {
        self.stages.iter().flatten().sum()
    }

    /// The same as a runbook.
    pub(crate) fn runbook(&self) -> String {
        let mut text = format!("name: bench\nlimit: {}\nstages:\n", self.wide);
        for (number, levels) in (1..).zip(&self.stages) {
            let _ = writeln!(text, "  - name: s{number}");
            if number > 1 {
                let _ = writeln!(text, "    after: [s{}]", number - 1);
            }
            if number > 1 && self.gates {
                let _ = writeln!(text, "    ready:\n      - {{name: gate, gate: may it go on?}}");
            }
            text.push_str("    levels:\n");
            for (level, steps) in (1..).zip(levels) {
                let _ = writeln!(text, "      {level}:");
                for step in 1..=*steps {
                    let _ =
                        writeln!(text, "        - {{name: step-{level}-{step}, run: {}}}", self.act.yaml());
                }
            }
        }
        text
    }

    /// Lays it out as a project in `folder`.
    pub(crate) fn lay_out(&self, folder: &Path) {
        std::fs::write(folder.join("monthstart.yaml"), "language: en\ntimezone: UTC\n").unwrap();
        std::fs::write(folder.join("bench.yaml"), self.runbook()).unwrap();
    }
}
