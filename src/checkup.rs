//! Checks of the local computer and of a host: what a click does, as far as that starts nothing. `doctor` prints the
//! lines as they come, and the app shows them at the end.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::config::Config;
use crate::i18n::fl;
use crate::problem::{self, Face, Problem};
use crate::secret::redact;
use crate::session::{Event, InspectReport};

/// Longest time for the check of a host.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// A shorter time is nobody's trouble.
const WORTH_A_WORD: Duration = Duration::from_millis(100);

/// Result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckLine {
    /// It is as it should be.
    Good(String),
    /// Something to know.
    Note(String),
    /// It is not, and what to do.
    Failed(Problem),
}

impl CheckLine {
    /// Returns the result as a word of `--json`.
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        match self {
            Self::Good(_) => "ok",
            Self::Note(_) => "note",
            Self::Failed(_) => "failed",
        }
    }

    /// Returns the finding, which may have several lines.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Good(text) | Self::Note(text) => text.clone(),
            Self::Failed(problem) => match problem.detail.as_str() {
                "" => problem.title.clone(),
                detail => format!("{}\n{detail}", problem.title),
            },
        }
    }

    /// Returns the problem of a check that failed.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Failed(problem) => Some(problem),
            Self::Good(_) | Self::Note(_) => None,
        }
    }

    /// Returns the lines to read: a mark with the finding and the time that it took, where that is worth a word, and
    /// the remedy for that face.
    #[must_use]
    pub fn to_read(&self, face: Face, took: Option<Duration>) -> String {
        let mark = match self {
            Self::Good(_) => "✓",
            Self::Note(_) => "·",
            Self::Failed(_) => "✗",
        };
        // It may be pasted anywhere.
        let text = redact(&self.text());
        let mut lines = text.lines();
        let took = took.filter(|took| *took >= WORTH_A_WORD);
        let took = took.map_or_else(String::new, |took| {
            format!(" ({:.1} s)", took.as_secs_f64())
        });
        let mut all = format!("  {mark} {}{took}\n", lines.next().unwrap_or_default());
        for line in lines {
            // A text of our own writes without errors.
            let _ = writeln!(all, "      {line}");
        }
        let remedy = self
            .problem()
            .map_or("", |problem| problem.remedy_for(face));
        if !remedy.is_empty() {
            let _ = writeln!(all, "    → {remedy}");
        }
        all
    }
}

/// Checks the tools of the local computer.
#[must_use]
pub fn of_ssh() -> CheckLine {
    match Command::new("ssh").arg("-V").output() {
        Ok(output) => {
            let version = String::from_utf8_lossy(&output.stderr);
            CheckLine::Good(fl!("doctor-ssh", version = version.trim()))
        }
        Err(_) => CheckLine::Note(fl!("doctor-no-ssh")),
    }
}

/// Returns what a reader of the results needs to know first: this program, and the system.
#[must_use]
pub fn of_program() -> CheckLine {
    let version = env!("CARGO_PKG_VERSION");
    let (system, processor) = (std::env::consts::OS, std::env::consts::ARCH);
    CheckLine::Good(fl!(
        "doctor-program",
        version = version,
        system = system,
        processor = processor
    ))
}

/// Checks what the configuration, which is in order, needs of the local computer.
#[must_use]
pub fn of_computer(config: &Config, file: &Path) -> Vec<CheckLine> {
    let file = file.display().to_string();
    let hosts = fl!("cli-hosts", count = config.hosts.len());
    let configuration = fl!("doctor-configuration", file = file, hosts = hosts);
    let sockets = match crate::host_os::runtime_folder() {
        Ok(folder) => {
            let folder = folder.display().to_string();
            CheckLine::Good(fl!("doctor-sockets", folder = folder))
        }
        Err(error) => CheckLine::Failed(problem::no_control(&fl!("doctor-here"), &error)),
    };
    let lines = [CheckLine::Good(configuration), sockets].into_iter();
    lines
        .chain(config.browser.as_deref().map(of_browser))
        .collect()
}

/// Checks the configured browser; the system's own choice is not known beforehand.
fn of_browser(browser: &str) -> CheckLine {
    match crate::host_os::check_browser(browser) {
        Ok(()) => CheckLine::Good(fl!("doctor-browser", browser = browser)),
        Err(why) => CheckLine::Failed(problem::no_browser(why)),
    }
}

/// Returns what an event of a session with [`crate::session::Goal::Inspect`] says, except for its failure.
#[must_use]
pub fn of_event(event: &Event) -> Vec<CheckLine> {
    match event {
        Event::Step(text) => vec![CheckLine::Good(text.clone())],
        Event::Note(text) | Event::Warning(text) | Event::Waits(text) => {
            vec![CheckLine::Note(text.clone())]
        }
        Event::Seen(report) => of_report(report),
        _ => Vec::new(),
    }
}

fn of_report(report: &InspectReport) -> Vec<CheckLine> {
    let (shell, node) = (report.shell.as_str(), report.node.as_str());
    let shell = fl!("doctor-login-shell", shell = shell, node = node);
    let jupyter = match report.jupyter.as_str() {
        "" => CheckLine::Note(fl!("doctor-no-jupyter")),
        path => CheckLine::Good(fl!("doctor-jupyter", path = path)),
    };
    let server = match &report.server {
        Some(server) => CheckLine::Good(fl!("doctor-found", server = server)),
        None => CheckLine::Note(fl!("doctor-none")),
    };
    let jobs = report.jobs.iter().cloned().map(CheckLine::Good);
    let lost = report.lost.iter().cloned().map(CheckLine::Note);
    let passed_over = report.passed_over.iter();
    let passed_over = passed_over.map(|reason| fl!("doctor-passed-over", reason = reason));
    let first = [CheckLine::Good(shell), jupyter, server].into_iter();
    first
        .chain(jobs)
        .chain(lost)
        .chain(passed_over.map(CheckLine::Note))
        .collect()
}

/// Returns the exit code of the worst of the results.
#[must_use]
pub fn worst(lines: &[CheckLine]) -> u8 {
    let codes = lines.iter().filter_map(CheckLine::problem);
    codes
        .map(|problem| problem.code.exit())
        .max()
        .unwrap_or_default()
}
