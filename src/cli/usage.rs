//! clap's own texts in the user's language: headings, the help on help, usage errors.

use std::error::Error as _;

use clap::builder::{StyledStr, Styles};
use clap::error::{ContextKind, Error, ErrorFormatter, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory, FromArgMatches};

use super::arguments::Arguments;
use crate::i18n::fl;

/// Parses the command line; prints help or usage errors, and then ends the process.
pub fn parse() -> Arguments {
    let matches = command().try_get_matches();
    matches
        .and_then(|matches| Arguments::from_arg_matches(&matches))
        .unwrap_or_else(|error| error.apply::<InWords>().exit())
}

/// The parser, all of its words from the catalogue.
pub fn command() -> Command {
    let version = own_flag("version", ArgAction::Version).help(fl!("help-version"));
    let command = Arguments::command()
        .disable_version_flag(true)
        .arg(version.short('V'));
    let mut command = with_headings(command);
    // `help` is clap's own command, and there only once all is built.
    command.build();
    with_help(command)
}

fn own_flag(name: &'static str, action: ArgAction) -> Arg {
    // Behind all others, where people look for it.
    Arg::new(name).long(name).action(action).display_order(100)
}

fn with_headings(command: Command) -> Command {
    let usage = command.get_styles().get_usage();
    let template = format!(
        "{{about-with-newline}}\n{usage}{}{usage:#} {{usage}}\n\n{{all-args}}",
        fl!("help-usage")
    );
    let help = own_flag("help", ArgAction::Help).help(fl!("help-help"));
    each_subcommand(command, with_headings)
        .disable_help_flag(true)
        .arg(help.short('h'))
        .mut_args(|arg| {
            let heading = if arg.is_positional() {
                fl!("help-arguments")
            } else {
                fl!("help-options")
            };
            arg.help_heading(heading)
        })
        .subcommand_help_heading(fl!("help-commands"))
        .help_template(template)
}

fn with_help(command: Command) -> Command {
    let command = each_subcommand(command, with_help);
    if command.get_name() == "help" {
        return command.about(fl!("help-help-command"));
    }
    command
}

fn each_subcommand(command: Command, change: fn(Command) -> Command) -> Command {
    let names = command.get_subcommands().map(Command::get_name);
    let names: Vec<String> = names.map(str::to_owned).collect();
    names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, change)
    })
}

/// A usage error from the catalogue: what is wrong, what was meant perhaps, how it is used.
struct InWords;

impl ErrorFormatter for InWords {
    fn format_error(error: &Error<Self>) -> StyledStr {
        let styles = Styles::styled();
        let (red, underlined) = (styles.get_error(), styles.get_usage());
        let mut parts = vec![format!(
            "{red}{}{red:#} {}",
            fl!("usage-error"),
            wrong(error)
        )];
        if let Some(similar) = similar(error) {
            parts.push(format!("  {}", fl!("usage-similar", similar = similar)));
        }
        if let Some(usage) = error.get(ContextKind::Usage).map(ToString::to_string) {
            // It begins with clap's own heading.
            let usage = usage.trim_start_matches("Usage: ");
            let heading = fl!("help-usage");
            parts.push(format!("{underlined}{heading}{underlined:#} {usage}"));
        }
        parts.push(fl!("usage-more"));
        (parts.join("\n\n") + "\n").into()
    }
}

fn wrong(error: &Error<InWords>) -> String {
    let told = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let argument = told(ContextKind::InvalidArg);
    let value = told(ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::UnknownArgument => fl!("usage-unknown-argument", argument = argument),
        ErrorKind::InvalidSubcommand => {
            let command = told(ContextKind::InvalidSubcommand);
            fl!("usage-unknown-command", command = command)
        }
        ErrorKind::MissingRequiredArgument => format!("{}\n  {argument}", fl!("usage-missing")),
        ErrorKind::InvalidValue if value.is_empty() => fl!("usage-no-value", argument = argument),
        ErrorKind::InvalidValue => {
            let values = told(ContextKind::ValidValue);
            let values = fl!("usage-possible-values", values = values);
            let text = fl!("usage-invalid-value", value = value, argument = argument);
            format!("{text}\n  {values}")
        }
        ErrorKind::ValueValidation => {
            let why = error.source().map(ToString::to_string).unwrap_or_default();
            let text = fl!("usage-invalid-value", value = value, argument = argument);
            format!("{text}: {why}")
        }
        ErrorKind::TooManyValues => {
            fl!("usage-unexpected-value", value = value, argument = argument)
        }
        ErrorKind::ArgumentConflict => {
            let other = told(ContextKind::PriorArg);
            if other == argument || other.is_empty() {
                fl!("usage-twice", argument = argument)
            } else {
                fl!("usage-conflict", argument = argument, other = other)
            }
        }
        other => fl!("usage-other", why = other.to_string()),
    }
}

fn similar(error: &Error<InWords>) -> Option<String> {
    let kinds = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ];
    let told = kinds.into_iter().find_map(|kind| error.get(kind))?;
    Some(told.to_string())
}
