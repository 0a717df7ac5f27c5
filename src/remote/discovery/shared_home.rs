//! Servers of jobs that write nothing for us, on other machines: all that is known of them are
//! runtime files in the shared home.

use super::builder::DiscoveryBuilder;
use super::record::SharedRuntimeFile;
use super::types::OtherServers;
use crate::host_name::same_machine;
use crate::jupyter::{Endpoint, RuntimeFile};
use crate::scheduler::{Job, JobState};

/// Clocks of nodes and file systems differ a little.
const SKEW: i64 = 120;

/// Whose server is looked for.
pub(super) struct JobClaim<'c> {
    /// The node that the job runs on.
    pub node: &'c str,
    /// Its start time, or a moment before that. If that is unknown, no file is its own.
    pub begun: Option<i64>,
    /// The account.
    pub uid: Option<u32>,
    /// The port that its configuration fixes.
    pub port: Option<u16>,
    /// Other jobs there that may have a server too.
    pub rivals: Vec<&'c Job>,
}

/// Result of the search for a job's server.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SharedHomeMatch {
    /// Its server.
    One(Box<RuntimeFile>),
    /// No server.
    None,
    /// One of these jobs has it, and nothing tells which.
    Anybodys,
}

impl JobClaim<'_> {
    fn may_own(&self, file: &SharedRuntimeFile) -> bool {
        // An older file may name a port that is another account's now, and so may one of unknown age.
        let Some((begun, written)) = self.begun.zip(file.written) else {
            return false;
        };
        file.uid == self.uid && written >= begun.saturating_sub(SKEW)
    }

    /// Returns true if no other job can have written the file: it is older than they are.
    fn alone_may_own(&self, file: &SharedRuntimeFile) -> bool {
        let older = |rival: &&Job| {
            let begun = rival.started.map(|started| started - SKEW);
            begun.is_some() && file.written < begun
        };
        self.rivals.iter().all(older)
    }

    fn has_port(&self, runtime_file: &RuntimeFile) -> bool {
        self.port.is_some() && port(runtime_file, self.uid) == self.port
    }
}

fn port(runtime_file: &RuntimeFile, uid: Option<u32>) -> Option<u16> {
    match runtime_file.server(uid).ok()?.endpoint {
        Endpoint::Tcp { port, .. } => Some(port),
        Endpoint::Socket { .. } => None,
    }
}

impl DiscoveryBuilder {
    /// The newest server that is the job's and nobody else's: by its port, or by when it came.
    pub(super) fn shared_home_match(&self, claim: &JobClaim) -> SharedHomeMatch {
        self.match_among(claim, &|_| true)
    }

    fn match_among(
        &self,
        claim: &JobClaim,
        may_be: &dyn Fn(&SharedRuntimeFile) -> bool,
    ) -> SharedHomeMatch {
        // One that says "localhost" may be the script's own host's.
        let is_local =
            |file: &SharedRuntimeFile| self.local.iter().any(|local| local.file == file.file);
        let all = self.shared_runtime_files();
        let files = all.iter();
        let files = files.filter(|file| may_be(file) && claim.may_own(file) && !is_local(file));
        let servers: Vec<(&SharedRuntimeFile, RuntimeFile)> = files
            .filter_map(|file| {
                let json = file.json.clone();
                let (path, uid) = (&file.file, file.uid);
                let server = RuntimeFile::elsewhere(path, uid, json, (claim.node, &file.names))?;
                Some((file, server))
            })
            .collect();
        let find = |is_its: &dyn Fn(&SharedRuntimeFile, &RuntimeFile) -> bool| {
            let mut its = servers.iter().filter(|(file, server)| is_its(file, server));
            its.next()
                .map(|(_, server)| SharedHomeMatch::One(Box::new(server.clone())))
        };
        find(&|_, server| claim.has_port(server))
            .or_else(|| find(&|file, _| claim.alone_may_own(file)))
            .unwrap_or(if servers.is_empty() {
                SharedHomeMatch::None
            } else {
                SharedHomeMatch::Anybodys
            })
    }

    /// A server on that node that was not there before; on a fixed port if there are several.
    pub(super) fn new_shared_server(
        &self,
        node: &str,
        known: &OtherServers,
        uid: Option<u32>,
        port: Option<u16>,
    ) -> Option<RuntimeFile> {
        let claim = JobClaim {
            node,
            // All that is younger than the newest of those that were there.
            begun: Some(i64::MIN),
            uid,
            port,
            rivals: Vec::new(),
        };
        let is_new = |file: &SharedRuntimeFile| {
            file.written > known.written && !known.stale.contains(&file.file)
        };
        match self.match_among(&claim, &is_new) {
            SharedHomeMatch::One(runtime_file) => Some(*runtime_file),
            SharedHomeMatch::None | SharedHomeMatch::Anybodys => None,
        }
    }
}

/// Returns the jobs of a list that run on that node, except this one.
pub(super) fn beside<'l>(
    list: impl Iterator<Item = &'l Job>,
    id: &str,
    node: &str,
) -> Vec<&'l Job> {
    let is_there = |job: &&Job| {
        let there = job.node.as_deref().is_some_and(|n| same_machine(n, node));
        there && job.state == JobState::Running && job.id != id
    };
    list.filter(is_there).collect()
}
