//! Output of `open`: a progress line and then the address, or one JSON object per line.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::printed::{errln, outln};
use crate::i18n::fl;
use crate::ipc::Message;
use crate::jupyter::redacted;
use crate::problem::Problem;
use crate::readable::readable;
use crate::session::Ready;
use crate::session::{Event, JobInfo, Phase};

/// Prints a session's messages.
pub struct Report {
    host: String,
    json: bool,
    line: ProgressBar,
    /// True if the progress line is visible on a terminal.
    watched: bool,
    began: Instant,
    told: Option<Phase>,
    /// True if the end was reported, with or without a reason.
    over: bool,
}

impl Report {
    /// Creates a report for a host; the progress line is shown only on a terminal.
    pub fn new(host: &str, json: bool) -> Self {
        let watched = !json && std::io::stderr().is_terminal();
        let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed:.dim}") {
            line.set_style(style);
        }
        if watched {
            line.enable_steady_tick(Duration::from_millis(120));
        } else {
            line.set_draw_target(ProgressDrawTarget::hidden());
        }
        Self {
            host: host.to_owned(),
            json,
            line,
            watched,
            began: Instant::now(),
            told: None,
            over: false,
        }
    }

    /// Returns when the command began.
    pub fn began(&self) -> Instant {
        self.began
    }

    /// Milliseconds since the beginning, for messages.
    fn at_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Shows a message.
    pub fn tell(&mut self, message: &Message) {
        self.over |= message.is_end();
        if message.log().is_some() {
            return; // for the program that asked for it
        }
        if self.json {
            // A script that stopped reading does not end the tunnel.
            if let Ok(text) = serde_json::to_string(message) {
                let _ = writeln!(std::io::stdout(), "{text}");
            }
            return;
        }
        if let (Phase::Queued, Some(job)) = (message.phase, message.job()) {
            self.waiting(&job.waiting());
        } else if let Some(note) = message.note() {
            self.say(&format!("  {note}"));
        } else if let Some(ready) = message.ready() {
            self.ready(ready);
        } else if !matches!(message.phase, Phase::Ready | Phase::Failed | Phase::Closed) {
            self.phase(message.phase);
        }
    }

    /// Reports a failure that no session has reported, so that a reader of the events gets it
    /// exactly once.
    pub fn tell_failure(&mut self, problem: &Problem) {
        let event = Event::Failed(problem.clone());
        let message = Message::of(&event, &self.host, self.at_ms(), Phase::Failed);
        if let Some(message) = message.filter(|_| !self.over) {
            self.tell(&message);
        }
    }

    /// Hides the progress line during a prompt.
    pub fn pause(&self) {
        self.line.disable_steady_tick();
        self.line.set_draw_target(ProgressDrawTarget::hidden());
    }

    /// Puts it back.
    fn resume(&self) {
        if self.watched && self.line.is_hidden() {
            self.line.set_draw_target(ProgressDrawTarget::stderr());
            self.line.enable_steady_tick(Duration::from_millis(120));
        }
    }

    /// The last line is gone.
    pub fn finish(&self) {
        self.line.finish_and_clear();
    }

    fn say(&self, text: &str) {
        if self.watched && !self.line.is_hidden() {
            self.line.println(readable(text));
        } else {
            errln!("{text}");
        }
    }

    fn phase(&mut self, phase: Phase) {
        if self.told == Some(phase) {
            return;
        }
        self.told = Some(phase);
        let text = format!("{}: {}", self.host, phase.words());
        if self.watched {
            if phase == Phase::Reconnecting {
                // It was finished when the tunnel opened.
                self.line.reset();
                self.line.enable_steady_tick(Duration::from_millis(120));
            }
            self.resume();
            self.line.set_message(text);
        } else {
            errln!("{text}");
        }
    }

    /// Shows the state of a waiting job; the line's own clock shows for how long.
    fn waiting(&mut self, job: &str) {
        let text = format!("{}: {} · {job}", self.host, Phase::Queued.words());
        if self.watched {
            self.resume();
            self.line.set_message(readable(&text));
        } else {
            errln!("{text}");
        }
    }

    /// Reports an open tunnel that another program holds. It has no progress line.
    pub fn tell_held(&mut self, message: &Message) {
        let Some(ready) = message.ready().filter(|_| !self.json) else {
            return self.tell(message);
        };
        self.finish();
        outln!("{}", redacted(ready.url.reveal()));
        let server = &ready.server;
        let text = fl!(
            "open-held",
            version = &server.version,
            host = &server.host,
            pid = server.pid
        );
        errln!("  {text}");
    }

    fn ready(&mut self, ready: &Ready) {
        self.finish();
        // The next loss is reported again.
        let was_lost = self.told.take().is_some();
        if ready.again {
            // Else it has one port more, which a note says.
            if was_lost {
                errln!("  {}", fl!("lost-again", host = self.host.as_str()));
            }
            return;
        }
        outln!("{}", redacted(ready.url.reveal()));
        let (version, host) = (&ready.server.version, &ready.server.host);
        let pid = ready.server.pid;
        let seconds = format!("{:.1}", self.began.elapsed().as_secs_f64());
        let text = if ready.reused {
            fl!(
                "open-was-running",
                version = version,
                host = host,
                pid = pid,
                seconds = seconds
            )
        } else {
            fl!(
                "open-was-started",
                version = version,
                host = host,
                pid = pid,
                seconds = seconds
            )
        };
        errln!("  {text}");
        if let Some(job) = &ready.job {
            errln!("  {}", job_words(job));
        }
    }
}

/// The job that a server runs in, and how long that may still run.
pub fn job_words(job: &JobInfo) -> String {
    let mut words = fl!("job-number", id = job.id.as_str());
    if let Some(left) = job.left() {
        let minutes = left.as_secs() / 60;
        let time = fl!("job-time", hours = minutes / 60, minutes = minutes % 60);
        words = format!("{words} · {}", fl!("job-time-left", time = time));
    }
    words
}
