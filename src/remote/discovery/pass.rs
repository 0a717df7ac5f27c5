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
/// scheduler: another of the user's computers may use another name for the host.
pub(super) fn is_of(scheduler: &'static dyn Scheduler, record: &JobRecord, host: &Host) -> bool {
    record.scheduler == scheduler.id()
        && (record.host == host.name || record.wish == BatchLaunch(scheduler).wish(host))
}
