//! The schedulers that there are.

use super::adapter::Scheduler;
use super::lsf::Lsf;
use super::pbs::Pbs;
use super::sge::Sge;
use super::slurm::Slurm;
use crate::config::LauncherKind;

/// Returns the adapter of a launch method; `None` for those without jobs.
#[must_use]
pub fn adapter(kind: LauncherKind) -> Option<&'static dyn Scheduler> {
    match kind {
        LauncherKind::Sge => Some(&Sge),
        LauncherKind::Slurm => Some(&Slurm),
        LauncherKind::Pbs => Some(&Pbs),
        LauncherKind::Lsf => Some(&Lsf),
        LauncherKind::Direct | LauncherKind::Attach => None,
    }
}

/// The adapter of that word.
#[must_use]
pub fn by_id(word: &str) -> Option<&'static dyn Scheduler> {
    let kinds = [
        LauncherKind::Sge,
        LauncherKind::Slurm,
        LauncherKind::Pbs,
        LauncherKind::Lsf,
    ];
    let mut all = kinds.into_iter().filter_map(adapter);
    all.find(|one| one.id() == word)
}

#[cfg(test)]
mod tests {
    use super::by_id;
    use crate::config::Host;
    use crate::scheduler::CommandOutput;

    #[test]
    fn a_job_that_runs_gets_more_time_where_a_command_gives_it() {
        let line = |word, limit| by_id(word).and_then(|one| one.extend("12", 5400, limit));
        let some = |line: &str| Some(line.to_owned());
        let whole = Some(100_800);
        let slurm = line("slurm", None).unwrap_or_default();
        assert!(
            slurm.ends_with("scontrol update 'JobId=12' TimeLimit=+90"),
            "{slurm}"
        );
        let pbs = some("LC_ALL=C qalter -l walltime=28:00:00 '12'");
        assert_eq!(line("pbs", whole), pbs);
        assert_eq!(line("lsf", whole), some("LC_ALL=C bmod -W 28:00 '12'"));
        for (word, limit) in [("pbs", None), ("lsf", None), ("sge", whole), ("", whole)] {
            assert_eq!(line(word, limit), None, "{word}");
        }
    }

    #[test]
    fn a_hold_among_the_options_is_seen_beforehand() {
        let seen = |word, option: &str| {
            let mut host = Host::named("h");
            host.options = vec![option.to_owned()];
            let obstacle =
                by_id(word).and_then(|one| one.obstacle(&host, &CommandOutput::default()));
            obstacle.is_some()
        };
        for (word, option, expected) in [
            ("slurm", "--hold", true),
            ("slurm", "-H", true),
            ("slurm", "-h", false),
            ("sge", "-h", true),
            ("sge", "-hold_jid", false),
            ("pbs", "-h", true),
            ("lsf", "-H", true),
        ] {
            assert_eq!(seen(word, option), expected, "{word} {option}");
        }
    }
}
