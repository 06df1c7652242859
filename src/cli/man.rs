//! `man`: the manual page, made from the command line's own words in the language of this command.

use clap::{Arg, Command};

use super::exit::Exit;
use super::help::{command, own_words};
use super::session::Session;
use crate::words::{Lang, show as words};

/// Exit codes, in their order; what they mean stands in the catalogue.
const CODES: [&str; 9] = ["0", "1", "2", "3", "4", "5", "6", "7", "130"];
/// Variables that are read, with the ids of their sentences.
const VARIABLES: [(&str, &str); 7] = [
    ("MONTHSTART_STATE", "man-env-state"),
    ("MONTHSTART_STORE", "man-env-store"),
    ("MONTHSTART_PROFILE", "man-env-profile"),
    ("LC_ALL, LC_MESSAGES, LANG", "man-env-lang"),
    ("NO_COLOR", "man-env-no-color"),
    ("TERM", "man-env-term"),
    ("PATH", "man-env-path"),
];
/// Files, with the ids of their sentences.
const FILES: [(&str, &str); 9] = [
    ("monthstart.yaml", "man-file-settings"),
    ("monthstart.NAME.yaml", "man-file-overlay"),
    ("roster.yaml", "man-file-roster"),
    ("*.yaml", "man-file-runbook"),
    ("months/2026-10.yaml", "man-file-month"),
    (".monthstart/journal.db", "man-file-journal"),
    (".monthstart/logs/", "man-file-logs"),
    (".monthstart/mail/", "man-file-mail"),
    (".monthstart/locks/", "man-file-locks"),
];
/// Command lines worth knowing, with the ids of their sentences.
const EXAMPLES: [(&str, &str); 5] = [
    ("monthstart validate", "man-example-validate"),
    ("monthstart run month-start.yaml --month 2026-10", "man-example-run"),
    ("monthstart confirm dwd-month/books-closed --note '...'", "man-example-confirm"),
    ("monthstart why", "man-example-why"),
    ("monthstart resume", "man-example-resume"),
];

/// Prints the page.
pub(super) fn man(session: &Session) -> Exit {
    session.output.result(&page(command(&session.environment), session.lang));
    Exit::Done
}

fn page(mut command: Command, lang: Lang) -> String {
    let mut page = Page { lang, text: String::new() };
    page.macro_line("TH", &["MONTHSTART", "1", "", &format!("monthstart {}", env!("CARGO_PKG_VERSION"))]);
    page.section("man-name");
    let about = words(lang, "help-about", &[]);
    page.line(&format!("monthstart - {about}"));
    page.section("man-synopsis");
    let usage = usage(&mut command, lang);
    page.macro_line("B", &[&usage]);
    page.section("man-description");
    page.paragraphs("man-about");
    page.section("man-verbs");
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        page.verb(verb);
    }
    page.section("man-options");
    let everywhere = command.get_arguments().filter(|arg| arg.is_global_set() || arg.get_id() == "version");
    everywhere.for_each(|arg| page.argument(arg));
    page.section("man-exit");
    for code in CODES {
        page.entry(code, &words(lang, &format!("man-exit-{code}"), &[]));
    }
    for (section, entries) in [
        ("man-environment", VARIABLES.as_slice()),
        ("man-files", FILES.as_slice()),
        ("man-examples", EXAMPLES.as_slice()),
    ] {
        page.section(section);
        for (name, id) in entries {
            page.entry(name, &words(lang, id, &[]));
        }
    }
    page.text
}

/// `monthstart confirm [OPTIONS] <STEP>`: without the word before it, on one line.
fn usage(command: &mut Command, lang: Lang) -> String {
    let whole = own_words(lang, &command.render_usage().to_string());
    let usage = whole.split_once(": ").map_or(whole.as_str(), |(_, usage)| usage);
    usage.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Page {
    lang: Lang,
    text: String,
}

impl Page {
    fn macro_line(&mut self, name: &str, words: &[&str]) {
        self.text.push('.');
        self.text.push_str(name);
        for word in words {
            self.text.push_str(" \"");
            self.text.push_str(&escaped(word).replace('"', "\\(dq"));
            self.text.push('"');
        }
        self.text.push('\n');
    }

    /// A line of text: nothing in it is a request to the formatter.
    fn line(&mut self, line: &str) {
        let line = escaped(line.trim());
        if line.starts_with(['.', '\'']) {
            self.text.push_str("\\&");
        }
        self.text.push_str(&line);
        self.text.push('\n');
    }

    fn section(&mut self, id: &str) {
        let title = words(self.lang, id, &[]);
        self.macro_line("SH", &[&title]);
    }

    fn paragraphs(&mut self, id: &str) {
        for paragraph in words(self.lang, id, &[]).split("\n\n") {
            self.text.push_str(".PP\n");
            paragraph.lines().for_each(|line| self.line(line));
        }
    }

    fn entry(&mut self, name: &str, meaning: &str) {
        self.text.push_str(".TP\n");
        self.macro_line("B", &[name]);
        meaning.lines().for_each(|line| self.line(line));
    }

    fn verb(&mut self, verb: &Command) {
        let mut verb = verb.clone().bin_name(format!("monthstart {}", verb.get_name()));
        let usage = usage(&mut verb, self.lang);
        self.macro_line("SS", &[&usage]);
        let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
        about.lines().for_each(|line| self.line(line));
        let own = verb.get_arguments().filter(|arg| !arg.is_global_set() && !arg.is_hide_set());
        own.filter(|arg| arg.get_id() != "help").for_each(|arg| self.argument(arg));
    }

    fn argument(&mut self, arg: &Arg) {
        if arg.is_hide_set() {
            return;
        }
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let known: Vec<String> =
            arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
        let known = match known.is_empty() || !arg.get_action().takes_values() {
            true => String::new(),
            false => own_words(self.lang, &format!(" [possible values: {}]", known.join(", "))),
        };
        self.entry(&name_of(arg), &format!("{help}{known}"));
    }
}

/// `-n, --note <TEXT>`, `<STEP>...`.
fn name_of(arg: &Arg) -> String {
    let values: Vec<String> = match arg.get_action().takes_values() {
        true => {
            let names = arg.get_value_names().into_iter().flatten();
            names.map(|name| format!("<{name}>")).collect()
        }
        false => Vec::new(),
    };
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    let flags: Vec<String> = short.into_iter().chain(long).collect();
    let parts = [flags.join(", "), values.join(" ")];
    parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ")
}

/// Text as the formatter shows it: backslashes stay, and a hyphen is the one that can be typed.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_text_is_a_request() {
        let mut page = Page { lang: Lang::En, text: String::new() };
        page.line(".sy reboot");
        page.line("'so a\\b -c");
        page.entry(".monthstart/\"x\"", "y");
        assert_eq!(page.text, "\\&.sy reboot\n\\&'so a\\eb \\-c\n.TP\n.B \".monthstart/\\(dqx\\(dq\"\ny\n");
    }

    #[test]
    fn arguments_are_named_as_they_are_typed() {
        assert_eq!(name_of(&Arg::new("a").short('n').long("note").value_name("TEXT")), "-n, --note <TEXT>");
        assert_eq!(name_of(&Arg::new("a").value_name("STEP")), "<STEP>");
        let flag = Arg::new("a").long("json").action(clap::ArgAction::SetTrue);
        assert_eq!(name_of(&flag), "--json");
    }
}
