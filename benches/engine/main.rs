//! What the engine adds to the work, beside a floor that is measured in the same run: `floor.rs` says what that is.
//!
//! `cargo bench --bench engine` measures everything; `-- shell chain` only these rows; `-- --whole-minute` waits the whole
//! minute. The shortest of several times counts: the machine does other things too.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench prints, fails loudly, counts in floats, and starts processes"
)]

mod after;
mod chain;
mod floor;
mod process;
mod quiet;
#[path = "../../tests/support/servers.rs"]
mod servers;
mod shape;
mod table;
mod whole;

fn main() {
    if let Ok(task) = std::env::var(floor::VARIABLE) {
        return floor::run(&task);
    }
    process::adopt();
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let named: Vec<&String> = asked.iter().filter(|word| !word.starts_with("--")).collect();
    let wanted = |row: &str| named.is_empty() || named.iter().any(|name| *name == row);
    println!("  {:<44}{:>11}{:>12}{:>9}  wanted", "", "floor", "ours", "");
    if wanted("thirty") {
        whole::thirty();
    }
    if wanted("shell") {
        whole::shell();
    }
    if wanted("program") {
        whole::program();
    }
    if wanted("chain") {
        chain::chain();
    }
    if wanted("quiet") {
        quiet::quiet(asked.iter().any(|word| word == "--whole-minute"));
    }
    if wanted("after") {
        after::after();
    }
    if wanted("ten-thousand") {
        whole::ten_thousand();
    }
    whole::tidy();
}
