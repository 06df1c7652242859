//! The command line's own words, from the catalogue: help, usage errors, completions.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};

use super::args::CommandLine;
use super::environment::Environment;
use super::exit::{Exit, Failed, What};
use super::output::Output;
use super::session::{Session, project_language};
use crate::msg;
use crate::words::{Lang, Msg, has, render, show as words};

/// The command line with its help in the language of this command.
pub(super) fn command(environment: &Environment) -> Command {
    localised(CommandLine::command(), asked_language(environment))
}

/// `--lang` is looked for before the line is read: its help depends on it.
fn asked_language(environment: &Environment) -> Lang {
    let arguments: Vec<String> = std::env::args_os().filter_map(|word| word.into_string().ok()).collect();
    let named = arguments.iter().enumerate().find_map(|(at, word)| match word.strip_prefix("--lang") {
        Some("") => arguments.get(at + 1).map(String::as_str),
        Some(rest) => rest.strip_prefix('='),
        None => None,
    });
    let project = || project_language(environment, &environment.directory);
    named.and_then(Lang::from_tag).or_else(|| environment.lang()).or_else(project).unwrap_or_default()
}

fn localised(command: Command, lang: Lang) -> Command {
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    let template = words(lang, "help-template-all", &[]);
    let mut command = with_arguments(command.about(words(lang, "help-about", &[])), lang)
        .help_template(template)
        .disable_version_flag(true)
        .arg(
            clap::Arg::new("version")
                .short('V')
                .long("version")
                .action(clap::ArgAction::Version)
                .help(words(lang, "help-arg-version", &[])),
        );
    for verb in verbs {
        let about = words(lang, &format!("help-{verb}"), &[]);
        let template = words(lang, "help-template-verb", &[]);
        command = command
            .mut_subcommand(&verb, |sub| with_arguments(sub.about(about), lang).help_template(template));
    }
    command
}

fn with_arguments(command: Command, lang: Lang) -> Command {
    let options = words(lang, "help-options", &[]);
    let arguments = words(lang, "help-arguments", &[]);
    command
        .disable_help_flag(true)
        .mut_args(move |arg| {
            let id = format!("help-arg-{}", arg.get_id().as_str().replace('_', "-"));
            let heading = if arg.is_positional() { arguments.clone() } else { options.clone() };
            if has(lang, &id) { arg.help(words(lang, &id, &[])).help_heading(heading) } else { arg }
        })
        .arg(
            clap::Arg::new("help")
                .short('h')
                .long("help")
                .action(clap::ArgAction::Help)
                .help(words(lang, "help-arg-help", &[]))
                .help_heading(words(lang, "help-options", &[])),
        )
}

/// Shows help, the version or what is wrong with the line, and says how the command ends by that.
pub(super) fn show(environment: &Environment, error: &clap::Error) -> Exit {
    let output = Output::new(environment.charset());
    let lang = asked_language(environment);
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            output.result(&own_words(lang, &error.to_string()));
            Exit::Done
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            output.diagnostic(&own_words(lang, &error.to_string()));
            Exit::Usage
        }
        _ => {
            let text = render(lang, &msg!("error-line", text = render(lang, &wrong(error))));
            output.diagnostic(&text);
            Exit::Usage
        }
    }
}

/// Help as the parser writes it, with its few own words in the reader's language.
pub(super) fn own_words(lang: Lang, help: &str) -> String {
    let text = help
        .replace("[OPTIONS]", &words(lang, "help-word-options", &[]))
        .replace("<COMMAND>", &words(lang, "help-word-verb", &[]));
    let text = bracketed(&text, "[possible values: ", |values| {
        render(lang, &msg!("help-word-values", values = values))
    });
    bracketed(&text, "[default: ", |value| render(lang, &msg!("help-word-default", value = value)))
}

/// `text` with everything from `begin` to the next closing bracket told anew.
fn bracketed(text: &str, begin: &str, tell: impl Fn(&str) -> String) -> String {
    let mut parts = text.split(begin);
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (inner, rest) = part.split_once(']').unwrap_or((part, ""));
        told.push_str(&tell(inner));
        told.push_str(rest);
    }
    told
}

/// What is wrong, in our words.
fn wrong(error: &clap::Error) -> Msg {
    let context = |kind| error.get(kind).map(plain).unwrap_or_default();
    let what = context(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::UnknownArgument => match context(ContextKind::SuggestedArg) {
            meant if meant.is_empty() => msg!("usage-unknown-argument", what = what),
            meant => msg!("usage-unknown-argument-meant", what = what, meant = meant),
        },
        ErrorKind::InvalidSubcommand => {
            let what = context(ContextKind::InvalidSubcommand);
            match context(ContextKind::SuggestedSubcommand) {
                meant if meant.is_empty() => msg!("usage-unknown-verb", what = what),
                meant => msg!("usage-unknown-verb-meant", what = what, meant = meant),
            }
        }
        ErrorKind::InvalidValue if context(ContextKind::InvalidValue).is_empty() => {
            msg!("usage-value-missing", what = what)
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = context(ContextKind::InvalidValue);
            match context(ContextKind::ValidValue) {
                known if known.is_empty() => msg!("usage-bad-value", value = value, what = what),
                known => msg!("usage-bad-value-known", value = value, what = what, known = known),
            }
        }
        ErrorKind::MissingRequiredArgument => msg!("usage-missing", what = what),
        ErrorKind::ArgumentConflict => {
            msg!("usage-conflict", what = what, other = context(ContextKind::PriorArg))
        }
        _ => msg!("usage-other", text = crate::words::one_line(&error.kind().to_string(), 200)),
    }
}

fn plain(value: &ContextValue) -> String {
    let text = match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        other => other.to_string(),
    };
    crate::words::one_line(&text, 200)
}

/// Tells about a failure before there is a session.
pub(super) fn tell(charset: &str, failed: &Failed) -> Exit {
    if let What::Said(msg) = &failed.what {
        Output::new(charset).diagnostic(&render(Lang::En, &msg!("error-line", text = render(Lang::En, msg))));
    }
    failed.exit
}

/// Completions for a shell.
pub(super) fn completions(session: &Session, shell: clap_complete::Shell) -> Exit {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command(), "monthstart", &mut text);
    session.output.result(&String::from_utf8_lossy(&text));
    Exit::Done
}
