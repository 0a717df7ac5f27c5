//! How a server is started on the far side: one file per launcher, in the language of the far
//! side's script.
//!
//! A launcher is the shell function `rj_launch` and the variables that it reads. It ends by calling
//! `rj_await` with the folder of its launch, so that every launcher is waited for alike.

mod lsf;
mod pbs;
mod resources;
mod scheduler;
mod sge;
mod slurm;

pub use resources::seconds;
pub use scheduler::{
    Clock, Dialect, Job, JobState, Output, Scheduler, Stranger, Why, job_name, own_name,
    same_machine, scheduler,
};

use crate::config::{App, Bind, Host};

/// The launcher of a host.
pub trait Launcher {
    /// Defines the shell function `rj_launch`.
    fn script(&self) -> &'static str;
    /// Assignments of the variables that the script reads, every value quoted.
    fn variables(&self, host: &Host) -> String;
}

/// A process of the machine itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Direct;

impl Launcher for Direct {
    fn script(&self) -> &'static str {
        include_str!("direct.sh")
    }

    fn variables(&self, host: &Host) -> String {
        use std::fmt::Write;
        let mut text = String::new();
        let bind = match host.bind {
            Bind::Socket => "socket",
            Bind::Auto | Bind::Loopback | Bind::Node => "loopback",
        };
        let port = host
            .remote_port
            .map(|port| port.to_string())
            .unwrap_or_default();
        let mut setup = host.setup.join(" && ");
        if !setup.is_empty() {
            setup.push_str(" && ");
        }
        let variables = [
            ("rj_bind", bind),
            ("rj_fixed_port", &port),
            ("rj_apps", apps(host.app)),
            ("rj_setup", &setup),
            (
                "rj_own_command",
                host.command.as_deref().unwrap_or_default(),
            ),
        ];
        for (name, value) in variables {
            let _ = writeln!(text, "{name}={}", quote(value));
        }
        text.push_str("rj_export_env() { :\n");
        for (name, value) in &host.env {
            // The name was checked with the configuration.
            let _ = writeln!(text, "{name}={}; export {name}", quote(value));
        }
        text.push_str("}\n");
        text
    }
}

/// Lab first, unless the person says otherwise; an old installation has only the notebook.
fn apps(app: Option<App>) -> &'static str {
    match app {
        None => "lab notebook",
        Some(app) => app.as_str(),
    }
}

/// A word that every POSIX shell reads back as `text` itself.
#[must_use]
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::process::Command;

    #[test]
    fn quoted_words_come_back_as_they_were() {
        for word in [
            "",
            "a b",
            "it's",
            "$(touch /x)",
            "`id`",
            "a\\b",
            "é 日本",
            "-n",
            "\"",
            "!x",
        ] {
            let output = Command::new("/bin/sh")
                .arg("-c")
                .arg(format!("printf %s {}", quote(word)))
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), word);
        }
    }
}
