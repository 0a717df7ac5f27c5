//! All that one discovery is made of.

use super::builder::DiscoveryBuilder;
use super::record::JobRecord;
use crate::config::Host;
use crate::launch::BatchLaunch;
use crate::scheduler::{Job, Scheduler};

/// One discovery's reports, and whose they are.
pub(super) struct DiscoveryPass<'s> {
    pub(super) discovery_builder: &'s DiscoveryBuilder,
    pub(super) scheduler: &'static dyn Scheduler,
    pub(super) host: &'s Host,
    pub(super) list: &'s [Job],
    pub(super) records: &'s [JobRecord],
}

/// Returns true if the job was submitted for a host of that name, or with the same request to the
/// scheduler: another of the user's computers may use another name for the host. What was submitted with a profile
/// belongs to that profile alone.
pub(super) fn is_of(scheduler: &'static dyn Scheduler, record: &JobRecord, host: &Host) -> bool {
    record.scheduler == scheduler.id()
        && record.profile == host.profile.as_deref().unwrap_or_default()
        && (record.host == host.name || is_as_asked(scheduler, record, host))
}

/// Returns true if the scheduler was asked for what the host asks for now.
pub(super) fn is_as_asked(
    scheduler: &'static dyn Scheduler,
    record: &JobRecord,
    host: &Host,
) -> bool {
    record.wish == BatchLaunch(scheduler).wish(host)
}
