//! Output of a scheduler's command, and the clock that came with it.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::i18n::fl;
use crate::unix_time;

/// Longest time for a call: a busy scheduler is slow (Slurm's own limit is 10 s per attempt).
pub const CALL: Duration = Duration::from_secs(40);
/// Longest time for a submission: sites check jobs with programs of their own.
pub const SUBMISSION: Duration = Duration::from_secs(120);
/// The status of a command that did not come to an end by then: that of `timeout`.
const HANGS: i32 = 124;

/// No place on earth is further from UTC, in seconds.
const LARGEST_OFFSET: i64 = 86_400;

/// Beginning of a section of an answer.
pub(super) const SECTION: &str = "rj_id ";

/// Output of a command on the remote host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandOutput {
    /// Its exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// The remote host's clock.
    pub clock: LocalTime,
}

impl CommandOutput {
    /// Of a command that went well and printed this.
    #[cfg(test)]
    #[must_use]
    pub fn printed(out: &str) -> Self {
        Self {
            out: out.to_owned(),
            ..Self::default()
        }
    }

    /// Takes out the lines that a line of ours has added to the scheduler's words.
    #[must_use]
    pub fn without_marks(self) -> Self {
        let lines = self.out.lines().filter(|line| !line.starts_with("rj_"));
        let out = lines.collect::<Vec<_>>().join("\n");
        Self { out, ..self }
    }

    /// Checks whether it ended before the time limit. A command that was cut off proves nothing.
    #[must_use]
    pub fn has_finished(&self) -> bool {
        self.status != HANGS
    }

    /// Returns the part of the output that follows the line `rj_id ID`, with status and clock as they are: several
    /// queries go to the remote host in one.
    #[must_use]
    pub fn section(&self, id: &str) -> Self {
        let mut lines = self.out.lines();
        let head = format!("{SECTION}{id}");
        let _ = lines.find(|line| line.trim_end() == head);
        let own: Vec<&str> = lines
            .take_while(|line| !line.starts_with(SECTION))
            .collect();
        Self {
            out: own.join("\n"),
            ..self.clone()
        }
    }

    /// Returns its message for the user: standard error, or else standard output, and a note if it
    /// did not finish.
    #[must_use]
    pub fn words(&self) -> String {
        let words = match self.err.trim() {
            "" => self.out.trim(),
            err => err,
        };
        let silence = fl!("scheduler-hangs", seconds = CALL.as_secs());
        let mut lines: Vec<&str> = words.lines().collect();
        if self.status == HANGS {
            lines.push(&silence);
        }
        // `LSF is down. Please wait ...`, again and again.
        lines.dedup();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }
}

/// Takes blanks at the ends and a terminal's colours out of a line: sites put commands of their own in front of the
/// scheduler's.
#[must_use]
pub(super) fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut parts = line.split("\u{1b}[");
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        // Numbers and semicolons, then a letter.
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        text.extend(rest.chars().skip(1));
    }
    text.trim().to_owned()
}

/// The remote host's clock: schedulers tell times in its zone, and without saying so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LocalTime {
    /// Seconds since 1970.
    pub now: i64,
    /// Its local time is that many seconds ahead of UTC.
    pub offset: i64,
}

impl LocalTime {
    /// Reads `EPOCH YYYY-MM-DDTHH:MM:SS`, the second being local time.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut words = text.split_whitespace();
        let now = words.next().and_then(unix_time::parse);
        let local = words.next().and_then(|word| word.parse().ok()).map(as_utc);
        let now = now.unwrap_or_default();
        let offset = local.map_or(0, |local| local - now);
        let is_possible = (-LARGEST_OFFSET..=LARGEST_OFFSET).contains(&offset);
        Self {
            now,
            offset: if is_possible { offset } else { 0 },
        }
    }

    /// Seconds since 1970 of a local time there. (The present offset: a change of summer time in
    /// between makes an estimate an hour wrong.)
    #[must_use]
    pub fn epoch(self, local: DateTime) -> i64 {
        as_utc(local) - self.offset
    }

    /// The local year there.
    #[must_use]
    pub fn year(self) -> i16 {
        let local = jiff::Timestamp::from_second(self.now + self.offset);
        local.map_or(1970, |time| TimeZone::UTC.to_datetime(time).year())
    }
}

fn as_utc(local: DateTime) -> i64 {
    let time = TimeZone::UTC.to_timestamp(local);
    time.map_or(0, jiff::Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_are_told_from_the_zone() {
        // Tokyo, nine hours ahead.
        let clock = LocalTime::parse("1795503762 2026-11-24T16:02:42\n");
        assert_eq!(clock.offset, 9 * 3600);
        assert_eq!(clock.year(), 2026);
        let local = jiff::civil::datetime(2026, 11, 24, 16, 2, 42, 0);
        assert_eq!(clock.epoch(local), 1_795_503_762);
        for nonsense in [
            "nonsense",
            "-9223372036854775808 9999-12-31T23:59:59",
            "9223372036854775807 -009999-01-01T00:00:00",
        ] {
            assert_eq!(LocalTime::parse(nonsense), LocalTime::default());
        }
    }

    /// Tokyo's new year comes while UTC has the old one.
    #[test]
    fn the_year_is_the_one_at_the_remote_host() {
        assert_eq!(
            LocalTime::parse("1798729200 2027-01-01T00:00:00").year(),
            2027
        );
        assert_eq!(
            LocalTime::parse("1798729199 2026-12-31T23:59:59").year(),
            2026
        );
    }

    #[test]
    fn a_command_that_hangs_is_told_as_such() {
        let hung = CommandOutput {
            status: HANGS,
            err: "LSF is down. Please wait ...\n".repeat(39),
            ..CommandOutput::default()
        };
        assert!(!hung.has_finished() && CommandOutput::default().has_finished());
        let words = hung.words();
        let (said, rest) = words.split_once('\n').unwrap_or_default();
        assert_eq!(said, "LSF is down. Please wait ...");
        assert!(
            rest.contains("40 seconds") && rest.lines().count() == 1,
            "{words}"
        );
    }
}
