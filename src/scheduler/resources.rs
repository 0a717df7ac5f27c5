//! The portable resources in units that schedulers take. The forms were checked with the
//! configuration.

use super::adapter::Scheduler;
use super::job_name::{job_name, own_name};
use crate::config::Host;
use crate::shell_quote::quote;

/// A century: no walltime is longer, and no sum of one and a time overflows.
const LONGEST: u64 = 100 * 366 * 86400;

/// `H:MM:SS` or `D-HH:MM:SS` in seconds.
#[must_use]
pub fn seconds(walltime: &str) -> u64 {
    let (days, clock) = walltime.split_once('-').unwrap_or(("0", walltime));
    let number = |text: &str| text.parse::<u64>().unwrap_or_default();
    let clock = clock.split(':').fold(0_u64, |seconds, part| {
        seconds.saturating_mul(60).saturating_add(number(part))
    });
    let seconds = number(days).saturating_mul(86400).saturating_add(clock);
    seconds.min(LONGEST)
}

/// Hours without days: `60:00:00`.
#[must_use]
pub fn hours(walltime: &str) -> String {
    clock(seconds(walltime))
}

/// Seconds in the same form.
#[must_use]
pub fn clock(seconds: u64) -> String {
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours}:{minutes:02}:{:02}", seconds % 60)
}

/// Words of a command line, each quoted where it comes from outside.
#[derive(Debug, Default)]
pub struct CommandLine(String);

impl CommandLine {
    /// A line that begins with `text`, which is ours.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The beginning of every submission: the program, what a generated job asks of it, the job's name
    /// unless the user's options give one, and the queue behind its flag.
    pub fn submission(
        scheduler: &dyn Scheduler,
        program: &str,
        generated: &str,
        queue: &str,
        host: &Host,
    ) -> Self {
        let mut line = Self::new(program);
        if host.job_script.is_none() {
            line = line.ours(generated);
        }
        let flag = scheduler.name_option().first();
        if let (Some(flag), None) = (flag, own_name(scheduler, &host.options)) {
            line = line.option(flag, Some(&job_name(scheduler, host)));
        }
        line.option(queue, host.queue.as_deref())
    }

    /// Adds what is ours: it may hold variables of the remote host's script.
    pub fn ours(mut self, text: &str) -> Self {
        self.0.push(' ');
        self.0.push_str(text);
        self
    }

    /// Adds a word from outside.
    pub fn word(self, word: &str) -> Self {
        let quoted = quote(word);
        self.ours(&quoted)
    }

    /// Adds an option and its value, if there is one.
    pub fn option(self, flag: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.ours(flag).word(value),
            None => self,
        }
    }

    /// Adds the user's own options as they are, then their own script, or the generated one on
    /// standard input.
    pub fn end(self, host: &Host) -> String {
        match &host.job_script {
            Some(script) => self.options(host).ours(&remote_path(script)).0,
            None => self.end_reading(host),
        }
    }

    /// The same for a scheduler that reads either script from standard input.
    pub fn end_reading(self, host: &Host) -> String {
        let script = match &host.job_script {
            Some(script) => remote_path(script),
            None => "\"$rj_dir/submit\"".to_owned(),
        };
        self.options(host).ours(&format!("<{script}")).0
    }

    fn options(self, host: &Host) -> Self {
        let options = host.options.iter();
        options.fold(self, |line, option| line.word(option))
    }
}

/// A path of the user's; "~" is the remote host's home. It takes no function of our script: a time limit runs the line in a
/// shell of its own.
fn remote_path(path: &str) -> String {
    match path.strip_prefix('~') {
        Some("") => "\"$HOME\"".to_owned(),
        Some(rest) if rest.starts_with('/') => format!("\"$HOME\"{}", quote(rest)),
        _ => quote(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walltimes_come_in_every_unit() {
        assert_eq!(seconds("8:00:00"), 28800);
        assert_eq!(seconds("2-12:00:01"), 216_001);
        assert_eq!(hours("2-12:00:01"), "60:00:01");
        assert_eq!(hours("0:09:05"), "0:09:05");
    }

    #[test]
    fn nothing_from_outside_is_read_by_a_shell() {
        let mut host = Host::named("h");
        host.options = vec!["-l".into(), "x=$(touch /tmp/x);'`".into()];
        host.job_script = Some("~/a b.sh".into());
        assert_eq!(
            CommandLine::new("qsub")
                .option("-q", Some("a;b"))
                .end(&host),
            r#"qsub -q 'a;b' '-l' 'x=$(touch /tmp/x);'\''`' "$HOME"'/a b.sh'"#
        );
    }

    #[test]
    fn a_tilde_is_the_remote_home_and_no_other_accounts() {
        for (path, line) in [
            ("~", r#""$HOME""#),
            ("~/a b", r#""$HOME"'/a b'"#),
            ("~other/a", "'~other/a'"),
            ("/a", "'/a'"),
        ] {
            assert_eq!(remote_path(path), line);
        }
    }

    #[test]
    fn a_script_on_standard_input_leaves_the_options_alone() {
        let mut host = Host::named("h");
        host.options = vec!["<\"$rj_dir/submit\"".into()];
        let line = |host: &Host| CommandLine::new("bsub").end_reading(host);
        let generated = r#"bsub '<"$rj_dir/submit"' <"$rj_dir/submit""#;
        assert_eq!(line(&host), generated);
        host.job_script = Some("a.sh".into());
        let own = r#"bsub '<"$rj_dir/submit"' <'a.sh'"#;
        assert_eq!(line(&host), own);
    }
}
