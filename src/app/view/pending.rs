//! Why a job waits, as a user says it.

use crate::i18n::fl;

/// Returns the reason in words. Slurm has a fixed list of them (`job_state_reason` in its source);
/// the other schedulers write sentences of their own, which stay as they are.
pub fn pending_reason(reason: &str) -> String {
    let word = reason.split([',', ' ']).next().unwrap_or_default();
    match word {
        "Priority" => fl!("pending-priority"),
        "Resources" => fl!("pending-resources"),
        "BeginTime" => fl!("pending-begin"),
        "Dependency" => fl!("pending-dependency"),
        "JobHeldUser" | "JobHeldAdmin" | "JobHoldMaxRequeue" => fl!("pending-held"),
        "Licenses" => fl!("pending-licenses"),
        "ReqNodeNotAvail" | "NodeDown" => fl!("pending-nodes"),
        "PartitionDown" | "PartitionInactive" => fl!("pending-partition"),
        "Reservation" => fl!("pending-reservation"),
        _ if is_limit(word) => fl!("pending-limit"),
        _ => reason.to_owned(),
    }
}

/// A limit of the account, its group or the quality of service: `QOSMaxCpuPerUserLimit`,
/// `AssocGrpGRES`, `MaxJobsPerAccount`.
fn is_limit(word: &str) -> bool {
    let begins = |start| word.starts_with(start);
    ["QOS", "Assoc", "MaxJobs", "MaxCpu", "MaxNode"]
        .into_iter()
        .any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slurms_words_become_a_users_and_sentences_stay() {
        for (reason, want) in [
            ("Priority", "behind other jobs"),
            ("BeginTime", "not before its begin time"),
            ("Resources", "waiting for free resources"),
            ("Dependency", "waiting for another job"),
            ("JobHeldUser", "on hold"),
            ("JobHoldMaxRequeue", "on hold"),
            ("Licenses", "waiting for a license"),
            ("PartitionDown", "its partition is closed"),
            ("Reservation", "waiting for its reservation"),
            (
                "ReqNodeNotAvail, UnavailableNodes:c1",
                "its nodes are not available",
            ),
            ("QOSMaxCpuPerUserLimit", "a limit is reached"),
            ("AssocGrpGRES", "a limit is reached"),
            (
                "New job is waiting for scheduling",
                "New job is waiting for scheduling",
            ),
            ("SomethingOf2030", "SomethingOf2030"),
        ] {
            assert_eq!(pending_reason(reason), want);
        }
    }
}
