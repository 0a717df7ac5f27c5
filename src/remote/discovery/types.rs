//! Data about jobs and servers on the remote host.

use crate::jupyter::{HostInfo, RuntimeFile};
use crate::scheduler::{Job, JobIdentity};

/// A job that is this host's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurJob {
    /// As the scheduler tells it.
    pub job: Job,
    /// Its identity: as it was submitted, where the ledger has that.
    pub identity: JobIdentity,
    /// Its folder; `None` if the user submitted it by hand.
    pub folder: Option<String>,
    /// True if it writes a ready file there.
    pub tells: bool,
    /// True if the scheduler was asked for what the host asks for now, as far as that is known.
    pub is_as_asked: bool,
    /// The runtime file of its server, once there is one.
    pub file: Option<String>,
    /// True if a server may be its or another job's.
    pub confused: bool,
}

/// All that was found on the remote host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    /// The servers of this host's jobs.
    pub runtime_files: Vec<RuntimeFile>,
    /// The host of the script.
    pub host_info: HostInfo,
    /// This host's jobs, newest first.
    pub jobs: Vec<OurJob>,
    /// Servers that are no matter of the scheduler, or another job's.
    pub others: OtherServers,
    /// Jobs of this host that may live, though no list shows them.
    pub doubts: Vec<UncertainJob>,
    /// Folders of jobs that have ended, by the scheduler's own word.
    pub ended: Vec<String>,
}

impl Discovery {
    /// Converts all times to the local clock: the remote host's clock is `ahead` seconds ahead.
    pub fn set_back(&mut self, ahead: i64) {
        for ours in &mut self.jobs {
            ours.job.set_back(ahead);
        }
        let ends = self.runtime_files.iter_mut().map(|one| &mut one.ends);
        for time in ends.chain([&mut self.host_info.now]) {
            *time = time.map(|time| time - ahead);
        }
    }
}

/// A job of the ledger that the list does not show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlistedJob {
    /// Its folder; empty for a job that was submitted by hand.
    pub folder: String,
    /// Its identity.
    pub identity: JobIdentity,
}

/// A job that may live, though no list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UncertainJob {
    /// Its id; empty where the submission's answer never came.
    pub id: String,
    /// Its folder; empty for a job that was submitted by hand.
    pub folder: String,
    /// The scheduler's own words; may be empty.
    pub words: String,
}

/// The servers that were there before a job began: none of them is its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OtherServers {
    /// Processes of servers on the script's own host.
    pub pids: Vec<u32>,
    /// Time at which the newest runtime file was written.
    pub written: Option<i64>,
    /// Runtime files whose servers are not where these say.
    pub stale: Vec<String>,
}
