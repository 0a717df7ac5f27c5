//! The name of a host's jobs.

use super::adapter::Scheduler;
use super::options::value;
use crate::config::Host;

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

#[cfg(test)]
mod tests {
    use super::super::registry::adapter;
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
