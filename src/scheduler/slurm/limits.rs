//! Limits of time beyond which Slurm takes a job and never starts it.

use crate::config::Host;
use crate::scheduler::adapter::StartObstacle;
use crate::scheduler::options::{Style, value};
use crate::scheduler::output::CommandOutput;

/// Beginnings of the lines that tell a limit, and Slurm's reason for a job that asks for more.
const LIMITS: [(&str, &str); 2] = [
    ("rj_limit partition ", "PartitionTimeLimit"),
    ("rj_limit account ", "AssocMaxWallDurationPerJobLimit"),
];

/// Returns the time that a job asks for.
pub(super) fn wanted(host: &Host) -> Option<String> {
    let own = value(Style::Getopt, &host.options, &["-t", "--time"]);
    own.or_else(|| host.walltime.clone())
}

/// Runs a line, and asks for the limits of the partition that it names, and of the account's associations. Those of another
/// cluster are not asked for: `clusters` sets `$rj_c`.
pub(super) fn with_limits(line: &str, clusters: &str) -> String {
    format!(
        "rj_o=$({line}); rj_s=$?; printf '%s\\n' \"$rj_o\"; {clusters}if [ $rj_s = 0 ] && [ -z \"$rj_c\" ]; then \
         rj_p=$(printf '%s\\n' \"$rj_o\" | sed -n 's/.* in partition \\([^ ,]*\\).*/\\1/p' | head -1); \
         [ -z \"$rj_p\" ] || LC_ALL=C scontrol --oneliner show partition \"$rj_p\" 2>/dev/null | \
         sed -n 's/.* MaxTime=\\([^ ]*\\).*/rj_limit partition \\1/p'; \
         LC_ALL=C sacctmgr --noheader --parsable2 show associations user=\"$rj_me\" format=MaxWall 2>/dev/null | \
         sed 's/^/rj_limit account /'; fi; (exit $rj_s)"
    )
}

/// Returns the limit that a job exceeds. Of several associations one is enough that allows it, or that has no limit.
pub(super) fn exceeded(host: &Host, answer: &CommandOutput) -> Option<StartObstacle> {
    let wanted = wanted(host)?;
    let time = minutes(&wanted)?;
    LIMITS.iter().find_map(|(head, reason)| {
        let limits = answer
            .out
            .lines()
            .filter_map(|line| line.strip_prefix(head));
        let limits: Option<Vec<(u64, &str)>> =
            limits.map(|text| Some((minutes(text)?, text))).collect();
        let (longest, text) = limits?.into_iter().max()?;
        (time > longest).then(|| StartObstacle::TimeLimit {
            reason,
            wanted: wanted.clone(),
            limit: text.trim().to_owned(),
        })
    })
}

/// Reads a time as `sbatch -t` does, in whole minutes upwards: `M`, `M:S`, `H:M:S`, `D-H`, `D-H:M`, `D-H:M:S`. `None`
/// for `UNLIMITED` and for what is no time.
fn minutes(text: &str) -> Option<u64> {
    let text = text.trim();
    let (days, rest) = text
        .split_once('-')
        .map_or((None, text), |(days, rest)| (Some(days), rest));
    let parts: Result<Vec<u64>, _> = rest.split(':').map(str::parse::<u64>).collect();
    let seconds = match (days, parts.ok()?.as_slice()) {
        (None, [m]) => m.checked_mul(60)?,
        (None, [m, s]) => m.checked_mul(60)?.checked_add(*s)?,
        (None, [h, m, s]) => hours(*h, *m, *s)?,
        (Some(days), [h, rest @ ..]) if rest.len() < 3 => {
            let days: u64 = days.parse().ok()?;
            let at = |index| rest.get(index).copied().unwrap_or_default();
            hours(days.checked_mul(24)?.checked_add(*h)?, at(0), at(1))?
        }
        _ => return None,
    };
    Some(seconds.div_ceil(60))
}

fn hours(hours: u64, minutes: u64, seconds: u64) -> Option<u64> {
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    minutes.checked_mul(60)?.checked_add(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_sbatch_reads_them() {
        for (text, expected) in [
            ("10", Some(10)),
            ("10:30", Some(11)),
            ("1:00:00", Some(60)),
            ("2-1", Some(2940)),
            ("2-1:30", Some(2970)),
            ("2-01:30:00", Some(2970)),
            ("UNLIMITED", None),
            ("", None),
            ("2-1:30:0:0", None),
            ("18446744073709551615:0:0", None),
        ] {
            assert_eq!(minutes(text), expected, "{text}");
        }
    }
}
