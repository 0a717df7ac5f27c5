//! Jobs that their scheduler may begin again.

use super::adapter::Scheduler;
use super::options::value;

/// Returns true if the user's own options let the scheduler begin the job again, after a preemption
/// or a node's failure.
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
    use super::super::registry::adapter;
    use super::*;
    use crate::config::LauncherKind;

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
}
