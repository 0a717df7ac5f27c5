//! Launch methods: how a server is started on the remote host. Each has a file of its own, in the
//! language of the script on the remote host.
//!
//! A process on the remote host itself needs the shell function `rj_launch` and the variables that
//! it reads; the function ends by calling `rj_await` with the folder of its launch. A job needs
//! more: the functions of `job.sh`, and an adapter for each scheduler ([`Scheduler`]), which
//! provides the lines that they run.

mod base_url;
mod programs;

use std::time::Duration;

use base_url::base_url;

use crate::config::{App, Bind, Host};
use crate::scheduler::{CALL, Dialect, SUBMISSION, Scheduler, job_name, may_rerun, seconds};
use crate::shell_quote::quote;

/// Launch method of a host.
pub trait LaunchMethod {
    /// Defines the shell functions.
    fn script(&self) -> &'static str;
    /// Assignments of the variables that the script reads, every value quoted.
    fn variables(&self, host: &Host) -> String;
}

/// Launch method for a process on the remote host itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectLaunch;

impl LaunchMethod for DirectLaunch {
    fn script(&self) -> &'static str {
        programs::DIRECT
    }

    fn variables(&self, host: &Host) -> String {
        let bind = match host.bind {
            Bind::Socket => "socket",
            Bind::Auto | Bind::Loopback | Bind::Node => "loopback",
        };
        let mut text = common(host, bind);
        let profile = host.profile.as_ref().map(|_| host.name.as_str());
        text.push_str("rj_profile=");
        text.push_str(&quote(profile.unwrap_or_default()));
        text.push('\n');
        text.push_str("rj_export_env() { :\n");
        text.push_str(&environment(host));
        text.push_str("}\n");
        text
    }
}

/// A job of a batch scheduler.
#[derive(Clone, Copy)]
pub struct BatchLaunch(pub &'static dyn Scheduler);

impl LaunchMethod for BatchLaunch {
    fn script(&self) -> &'static str {
        programs::JOB
    }

    fn variables(&self, host: &Host) -> String {
        use std::fmt::Write;
        let mut text = common(host, host.bind.as_str());
        let limit = host.walltime.as_deref().map(seconds);
        let limit = limit.map(|limit| limit.to_string()).unwrap_or_default();
        let rerun = if may_rerun(self.0, &host.options) {
            "1"
        } else {
            ""
        };
        let variables = [
            ("rj_about", self.about(host).as_str()),
            ("rj_env", &environment(host)),
            ("rj_seconds", &limit),
            ("rj_name", &job_name(self.0, host)),
            // The ledger tells jobs apart.
            ("rj_profile", ""),
            ("rj_rerun", rerun),
            ("rj_call_seconds", &CALL.as_secs().to_string()),
            ("rj_submission_seconds", &SUBMISSION.as_secs().to_string()),
        ]
        .map(|(name, value)| format!("{name}={}", quote(value)));
        let _ = writeln!(text, "{}", variables.join("\n"));
        text
    }
}

impl BatchLaunch {
    /// Returns the record for a job's folder, as `name=value` lines: enough to recognize the job.
    fn about(&self, host: &Host) -> String {
        let own = host.job_script.is_some();
        format!(
            "scheduler={}\nhost={}\nprofile={}\nown={}\nname={}\nwish={}",
            self.0.id(),
            host.name,
            host.profile.as_deref().unwrap_or_default(),
            u8::from(own),
            job_name(self.0, host),
            self.wish(host)
        )
    }

    /// Returns the request to the scheduler: it is the same from each of the user's computers,
    /// whatever they call the host.
    #[must_use]
    pub fn wish(&self, host: &Host) -> String {
        self.0.submit(host, Dialect::Usual)
    }
}

/// Returns the variables that every launch method reads.
fn common(host: &Host, bind: &str) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    let port = host.remote_port.map(|port| port.to_string());
    let command = host.command.as_deref().unwrap_or_default();
    let (idle, idle_old) = host.idle_stop.map(idle_options).unwrap_or_default();
    let variables = [
        ("rj_bind", bind),
        ("rj_fixed_port", &port.unwrap_or_default()),
        ("rj_apps", apps(host.app)),
        ("rj_setup", &setup(host)),
        ("rj_own_command", command),
        ("rj_idle", &idle),
        ("rj_idle_old", &idle_old),
    ];
    for (name, value) in variables {
        let _ = writeln!(text, "{name}={}", quote(value));
    }
    text
}

/// Returns Jupyter's own options for `idle_stop`, and those of notebook 6. The server checks its
/// idle time about once a minute, also while no client is connected. It does not end a kernel that
/// is busy, or that a tab shows (`cull_busy` and `cull_connected` are off). The server ends after
/// it has had no kernel, no terminal and no request for that long. It leaves terminals alone: it
/// does not know if a program runs in one.
/// <https://jupyter-server.readthedocs.io/en/latest/other/full-config.html>
fn idle_options(idle: Duration) -> (String, String) {
    // More than its clocks take.
    const LONGEST: u64 = i32::MAX as u64;
    const LOOK: u64 = 60;
    let idle = idle.as_secs().min(LONGEST);
    let look = idle.min(LOOK);
    let usual = format!(
        "--ServerApp.shutdown_no_activity_timeout={idle} --MappingKernelManager.cull_idle_timeout={idle} \
         --MappingKernelManager.cull_interval={look}"
    );
    let old = format!("--NotebookApp.shutdown_no_activity_timeout={idle}");
    (usual, old)
}

/// The set-up as the login shell reads it: a text of its own for each line, which may end in a
/// comment or a semicolon, or begin something in the background. Which of them is reached is noted in a file that is
/// there, by what all shells have alike (csh with `noclobber` appends to no other); `echo` may be an alias.
fn setup(host: &Host) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for line in 1..=host.setup.len() {
        let note = format!(r#"echo "at {line}." >>"$rj_dir/at""#);
        let _ = write!(text, r#"{note} && eval "$rj_setup_{line}" && "#);
    }
    text
}

/// Lines that export the server's environment, and the user's words for its start. The names were
/// checked with the configuration.
fn environment(host: &Host) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    let mut export = |name: &str, value: &str| {
        let _ = writeln!(text, "{name}={}; export {name}", quote(value));
    };
    for (name, value) in &host.env {
        export(name, value);
    }
    for (line, words) in (1..).zip(&host.setup) {
        export(&format!("rj_setup_{line}"), words);
    }
    let mut more = Vec::new();
    for (number, word) in (1..).zip(&host.args) {
        export(&format!("rj_arg_{number}"), word);
        more.push(format!("\"$rj_arg_{number}\""));
    }
    export("rj_more_words", &more.join(" "));
    let is_plain = host.command.as_deref().is_some_and(crate::config::is_plain);
    export("rj_plain", if is_plain { "1" } else { "" });
    let mut own = host.command.iter().chain(&host.args);
    let says_where = own.any(|words| crate::config::says_where(words));
    export("rj_placed", if says_where { "1" } else { "" });
    export("rj_base_url", &base_url(host));
    export("rj_label", &host.name);
    export("rj_root", if host.workdir.is_some() { "1" } else { "" });
    text
}

/// Lab first, unless the user says otherwise; an old installation has only the notebook, and some
/// nbclassic alone.
fn apps(app: Option<App>) -> &'static str {
    match app {
        None => "lab notebook nbclassic",
        Some(app) => app.as_str(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn jupyter_is_told_how_long_it_may_idle() {
        let mut host = Host::named("gpu01");
        assert!(DirectLaunch.variables(&host).contains("\nrj_idle=''\n"));
        for (seconds, look) in [(7200, 60), (20, 20), (u64::MAX, 60)] {
            host.idle_stop = Some(Duration::from_secs(seconds));
            let seconds = seconds.min(2_147_483_647);
            let text = DirectLaunch.variables(&host);
            for option in [
                format!("rj_idle='--ServerApp.shutdown_no_activity_timeout={seconds} "),
                format!(" --MappingKernelManager.cull_idle_timeout={seconds} "),
                format!(" --MappingKernelManager.cull_interval={look}'"),
                format!("rj_idle_old='--NotebookApp.shutdown_no_activity_timeout={seconds}'"),
            ] {
                assert!(text.contains(&option), "{option} is not in {text}");
            }
        }
    }
}
