//! What was measured, as lines: floor, ours, how they stand to each other, and whether that is what was wanted.

/// How values are written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unit {
    /// Milliseconds, of seconds.
    Ms,
    /// Seconds, of seconds.
    S,
    /// Megabytes.
    Mb,
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Unit::Ms => format!("{:.2} ms", value * 1_000.0),
            Unit::S => format!("{value:.3} s"),
            Unit::Mb => format!("{value:.1} MB"),
        }
    }
}

/// What was wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    /// At most so many times the floor.
    Times(f64),
    /// At most so much.
    AtMost(f64),
    /// Nothing: it is there to be compared.
    None,
}

/// A heading.
pub(crate) fn head(text: &str) {
    println!("\n{text}");
}

/// A line.
pub(crate) fn line(what: &str, unit: Unit, floor: Option<f64>, ours: f64, target: Target) {
    let times = floor.map(|floor| ours / floor);
    let shown = |value: Option<String>| value.unwrap_or_default();
    let (wanted, met) = match target {
        Target::Times(most) => (format!("<= {most:.2} x"), times.map(|times| times <= most)),
        Target::AtMost(most) => (format!("<= {}", unit.show(most)), Some(ours <= most)),
        Target::None => (String::new(), None),
    };
    let met = match met {
        Some(true) => "met",
        Some(false) => "MISSED",
        None => "",
    };
    println!(
        "  {what:<44}{:>11}{:>12}{:>9}  {wanted:<14}{met}",
        shown(floor.map(|floor| unit.show(floor))),
        unit.show(ours),
        shown(times.map(|times| format!("{times:.2} x"))),
    );
}
