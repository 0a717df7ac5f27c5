//! Diagnostics for a bug report: versions, states, the log's last lines; no token, and no prompt
//! answer.

use std::fmt::Write as _;
use std::process::Command;

use super::event::AppEvent;
use super::event_sender::EventSender;
use super::model::Model;
use super::os_actions;
use crate::config::{Config, Host};
use crate::host_os::thread;
use crate::secret::redact;

/// Lines of the log.
const LOG_LINES: usize = 60;

/// Puts it together, in a thread, for the clipboard.
pub fn gather(sender: &EventSender, model: &Model, config: &Config) {
    let (sender, hosts) = (sender.clone(), hosts(model, config));
    thread::spawn("diagnostics", move || {
        let mut text = machine();
        text.push_str(&hosts);
        text.push_str("\nlog\n");
        text.push_str(&redact(&log()));
        sender.send(AppEvent::Copy(text));
    });
}

fn machine() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let variable = |name| std::env::var(name).unwrap_or_default();
    let ssh = Command::new("ssh").arg("-V").output();
    let ssh = ssh.map(|output| String::from_utf8_lossy(&output.stderr).trim().to_owned());
    format!(
        "Remote Jupyter {version}, {os} {arch}, desktop {:?} {:?}\nssh: {}\n",
        variable("XDG_CURRENT_DESKTOP"),
        variable("XDG_SESSION_TYPE"),
        ssh.unwrap_or_else(|error| error.to_string()),
    )
}

fn hosts(model: &Model, config: &Config) -> String {
    let mut text = format!("configuration {}\n", config.path.display());
    if let Some(complaint) = model.complaint() {
        let _ = writeln!(text, "    broken: {}", complaint.mistake);
    }
    for host in model.hosts() {
        let launcher = config.host(&host.name).map_or("gone", launcher_word);
        let _ = write!(text, "host {:?}, {launcher}: {:?}", host.name, host.phase);
        if let Some(ready) = &host.ready {
            let _ = write!(
                text,
                ", port {}, {}",
                ready.local_port, ready.server.version
            );
        }
        if let Some(problem) = &host.problem {
            let _ = write!(text, "\n    {}: {problem}", problem.code.word());
        }
        text.push('\n');
    }
    redact(&text)
}

fn launcher_word(host: &Host) -> &'static str {
    host.launcher.as_str()
}

fn log() -> String {
    let Some(text) = os_actions::newest_log().and_then(|path| std::fs::read_to_string(path).ok())
    else {
        return String::new();
    };
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::ipc::Message;
    use crate::problem::{Code, Problem};
    use crate::session::{Event, Phase};

    #[test]
    fn it_tells_states_and_no_token() {
        let config = Config {
            hosts: vec![Host::named("gpu01")],
            ..Config::default()
        };
        let mut model = Model::new(&config.hosts, Instant::now());
        let problem = Problem::new(Code::JupyterDied, "it died", "GET /?token=abcdef0123", "do");
        let failed = Message::of(&Event::Failed(problem), "gpu01", 0, Phase::Starting);
        failed.map(|message| model.hear(&message, Instant::now()));
        let text = hosts(&model, &config);
        for part in ["\"gpu01\", direct: Failed", "jupyter_died: it died", "→ do"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(!text.contains("abcdef0123"), "{text}");
        assert!(machine().contains(env!("CARGO_PKG_VERSION")));
    }
}
