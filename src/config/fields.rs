//! The keys as fields of a form, each with a label and a help text.

use super::keys::{FORWARD, HOST, Key, Kind, Level, TOP};
use super::schema::LauncherKind;
use crate::i18n::fl;

/// The table that a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The top of the file.
    Top,
    /// One `[[host]]`.
    Host,
    /// One `[[host.forward]]`.
    Forward,
}

/// The values that a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A text of one line.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number, both ends of its range in it.
    Number {
        /// The least one.
        least: u32,
        /// The greatest one.
        most: u32,
    },
    /// True or false.
    Flag,
    /// Texts, in their order.
    Texts,
    /// Names with a text each.
    Pairs,
    /// Tables with fields of their own.
    Tables,
}

/// One key of the configuration, as a form shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// The values that it takes.
    pub kind: FieldKind,
    /// An example of a value, as the file has it.
    pub example: &'static str,
    /// True if it can't be left out.
    pub is_required: bool,
    /// Its label, in the user's language.
    pub label: String,
    /// Its help, in the user's language; backquotes mark what is typed as it is.
    pub help: String,
}

/// Returns the fields of a section, in the order of the reference.
#[must_use]
pub fn fields(section: Section) -> Vec<Field> {
    let level = level(section);
    let field = |key: &Key| {
        let (label, help) = words(section, key.name);
        // Profiles are edited in the file.
        let kind = kind(&key.kind)?;
        Some(Field {
            name: key.name,
            kind,
            example: key.example.split_once(" = ").map_or("", |(_, value)| value),
            is_required: level.required.contains(&key.name),
            label,
            help,
        })
    };
    level.keys.iter().filter_map(field).collect()
}

/// Returns the launch methods that submit a job to a scheduler.
#[must_use]
pub fn batch_launchers() -> Vec<LauncherKind> {
    use LauncherKind::{Lsf, Pbs, Sge, Slurm};
    vec![Sge, Slurm, Pbs, Lsf]
}

pub(super) fn level(section: Section) -> &'static Level {
    match section {
        Section::Top => &TOP,
        Section::Host => &HOST,
        Section::Forward => &FORWARD,
    }
}

fn kind(kind: &Kind) -> Option<FieldKind> {
    Some(match *kind {
        Kind::Text | Kind::Formed(_) => FieldKind::Text,
        Kind::Word(words) => FieldKind::Word(words),
        Kind::Number { least, most } => FieldKind::Number { least, most },
        Kind::Flag => FieldKind::Flag,
        Kind::Texts => FieldKind::Texts,
        Kind::Environment => FieldKind::Pairs,
        Kind::Tables(_) => FieldKind::Tables,
        Kind::NamedTables(_) => return None,
    })
}

/// A field's label and help: the names of its texts in the catalogue.
macro_rules! texts {
    ($name:expr, { $($key:literal => $label:literal, $help:literal;)+ }) => {
        match $name {
            $($key => (fl!($label), fl!($help)),)+
            other => (other.to_owned(), String::new()),
        }
    };
}

fn words(section: Section, name: &str) -> (String, String) {
    match section {
        Section::Top => texts!(name, {
            "default_host" => "field-default-host", "field-default-host-help";
            "browser" => "field-browser", "field-browser-help";
            "open_at_start" => "field-open-at-start", "field-open-at-start-help";
            "language" => "field-language", "field-language-help";
            "check_updates" => "field-check-updates", "field-check-updates-help";
            "cell_done_after" => "field-cell-done-after", "field-cell-done-after-help";
            "on_event" => "field-on-event", "field-on-event-help";
            "host" => "field-host", "field-host-help";
        }),
        Section::Host => texts!(name, {
            "name" => "field-name", "field-name-help";
            "ssh" => "field-ssh", "field-ssh-help";
            "launcher" => "field-launcher", "field-launcher-help";
            "app" => "field-app", "field-app-help";
            "command" => "field-command", "field-command-help";
            "args" => "field-args", "field-args-help";
            "workdir" => "field-workdir", "field-workdir-help";
            "setup" => "field-setup", "field-setup-help";
            "env" => "field-env", "field-env-help";
            "base_url" => "field-base-url", "field-base-url-help";
            "local_port" => "field-local-port", "field-local-port-help";
            "remote_port" => "field-remote-port", "field-remote-port-help";
            "bind" => "field-bind", "field-bind-help";
            "transport" => "field-transport", "field-transport-help";
            "queue" => "field-queue", "field-queue-help";
            "cores" => "field-cores", "field-cores-help";
            "memory" => "field-memory", "field-memory-help";
            "gpus" => "field-gpus", "field-gpus-help";
            "walltime" => "field-walltime", "field-walltime-help";
            "parallel_environment" => "field-parallel-environment", "field-parallel-environment-help";
            "options" => "field-options", "field-options-help";
            "job_script" => "field-job-script", "field-job-script-help";
            "poll_seconds" => "field-poll-seconds", "field-poll-seconds-help";
            "on_quit" => "field-on-quit", "field-on-quit-help";
            "idle_stop" => "field-idle-stop", "field-idle-stop-help";
            "remember" => "field-remember", "field-remember-help";
            "forward" => "field-forwards", "field-forwards-help";
        }),
        Section::Forward => texts!(name, {
            "name" => "field-forward-name", "field-forward-name-help";
            "remote" => "field-forward-remote", "field-forward-remote-help";
            "local_port" => "field-forward-local-port", "field-forward-local-port-help";
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_label_and_a_help() {
        for section in [Section::Top, Section::Host, Section::Forward] {
            for field in fields(section) {
                let (name, help) = (field.name, &field.help);
                assert!(!help.is_empty() && field.label != name, "{name}");
            }
        }
    }
}
