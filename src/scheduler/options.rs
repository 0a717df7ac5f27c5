//! Options of the user's own, read as the scheduler's commands read them.

use super::Scheduler;
use crate::config::Host;

/// How the commands of a scheduler take an option's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// In the next word alone: `-N name`. What else begins alike is another option (LSF's `-Jd`).
    Words,
    /// In the same word, too: `-Nname`.
    Getopt,
}

/// The job's name: that of the user's own options, else the one that the first script of this kind used, by which a job
/// that was started by hand is found too.
#[must_use]
pub fn job_name(scheduler: &dyn Scheduler, host: &Host) -> String {
    own_name(scheduler, &host.options).unwrap_or_else(|| "jupyter_nb".to_owned())
}

/// The name in options of the user's own.
#[must_use]
pub fn own_name(scheduler: &dyn Scheduler, options: &[String]) -> Option<String> {
    value(scheduler.style(), options, scheduler.name_option())
}

/// The value of an option: `-N name`, `-Nname`, `--job-name name`, `--job-name=name`. Of several the last one counts, as
/// it does for the commands.
#[must_use]
pub fn value(style: Style, options: &[String], flags: &[&str]) -> Option<String> {
    let mut found = None;
    let mut options = options.iter();
    while let Some(option) = options.next() {
        for flag in flags {
            let attached = option.strip_prefix(flag);
            if attached == Some("") {
                found = options.next().cloned();
                break;
            }
            let is_long = flag.starts_with("--");
            let value = match attached {
                Some(rest) if is_long => rest.strip_prefix('='),
                Some(rest) if style == Style::Getopt => Some(rest),
                _ => None,
            };
            found = value.map(str::to_owned).or(found);
        }
    }
    found
}

/// Returns true if options of the user's own let the scheduler begin the job anew, after a preemption or a node's failure.
#[must_use]
pub fn may_rerun(scheduler: &dyn Scheduler, options: &[String]) -> bool {
    let last = |words: &[&str]| {
        let mut options = options.iter().rev().map(String::as_str);
        options.find(|option| words.contains(option))
    };
    match scheduler.id() {
        "slurm" => last(&["--requeue", "--no-requeue"]) == Some("--requeue"),
        "lsf" => last(&["-r", "-rn"]) == Some("-r"),
        _ => value(scheduler.style(), options, &["-r"]).is_some_and(|word| word.starts_with('y')),
    }
}

#[cfg(test)]
mod tests {
    use super::super::adapter;
    use super::*;
    use crate::config::LauncherKind;

    #[test]
    fn a_name_of_the_users_own_is_kept() {
        let name = |kind, options: &[&str]| {
            let mut host = Host::named("h");
            host.options = options.iter().map(|&o| o.to_owned()).collect();
            adapter(kind).map(|scheduler| job_name(scheduler, &host))
        };
        let some = |name: &str| Some(name.to_owned());
        let (sge, slurm) = (LauncherKind::Sge, LauncherKind::Slurm);
        assert_eq!(name(sge, &["-N", "mine"]), some("mine"));
        assert_eq!(name(sge, &["-l", "hostname=c1"]), some("jupyter_nb"));
        assert_eq!(name(sge, &["-N", "a", "-N", "b"]), some("b"));
        assert_eq!(name(slurm, &["--job-name=mine"]), some("mine"));
        assert_eq!(name(slurm, &["--job-name", "mine"]), some("mine"));
        assert_eq!(name(slurm, &["-Jmine"]), some("mine"));
        assert_eq!(name(slurm, &["--job-names=x"]), some("jupyter_nb"));
        assert_eq!(name(LauncherKind::Pbs, &["-Nmine"]), some("mine"));
        assert_eq!(name(LauncherKind::Direct, &[]), None);
    }

    #[test]
    fn jobs_begin_anew_where_the_user_lets_them() {
        let may = |kind, options: &[&str]| {
            let options: Vec<String> = options.iter().map(|&o| o.to_owned()).collect();
            adapter(kind).is_some_and(|scheduler| may_rerun(scheduler, &options))
        };
        for (kind, options, expected) in [
            (LauncherKind::Slurm, vec!["--requeue"], true),
            (
                LauncherKind::Slurm,
                vec!["--requeue", "--no-requeue"],
                false,
            ),
            (LauncherKind::Slurm, vec![], false),
            (LauncherKind::Sge, vec!["-r", "y"], true),
            (LauncherKind::Sge, vec!["-r", "n"], false),
            (LauncherKind::Pbs, vec!["-ry"], true),
            (LauncherKind::Lsf, vec!["-r"], true),
            (LauncherKind::Lsf, vec!["-rn"], false),
        ] {
            assert_eq!(may(kind, &options), expected, "{kind:?} {options:?}");
        }
    }

    #[test]
    fn an_option_that_begins_like_another_is_another() {
        let name = |kind, options: &[&str]| {
            let options: Vec<String> = options.iter().map(|&o| o.to_owned()).collect();
            adapter(kind).and_then(|scheduler| own_name(scheduler, &options))
        };
        let lsf = LauncherKind::Lsf;
        assert_eq!(name(lsf, &["-Jd", "my notebook"]), None, "a description");
        assert_eq!(name(lsf, &["-Jd", "a", "-J", "b"]), Some("b".into()));
        assert_eq!(name(lsf, &["-Jm", "x"]), None);
        assert_eq!(name(LauncherKind::Sge, &["-Now", "y"]), None);
        assert_eq!(name(LauncherKind::Sge, &["-notify"]), None);
    }
}
