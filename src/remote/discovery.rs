//! Finds this host's jobs on the remote host, and the servers that run in them, from the ledger,
//! the runtime files and the scheduler's list.

mod builder;
mod ledger;
mod pass;
mod record;
mod shared_home;
mod types;

use crate::config::Host;
use crate::host_name::same_machine;
use crate::jupyter::{HostInfo, RuntimeFile};
use crate::scheduler::{Job, JobIdentity, JobState, adapter, job_name};

pub use builder::DiscoveryBuilder;
pub use ledger::{has_gone, queries, there, was_taken};
use pass::{DiscoveryPass, is_as_asked, is_of};
pub use record::{JobRecord, SharedRuntimeFile};
use shared_home::{JobClaim, SharedHomeMatch, beside};
pub use types::{Discovery, OtherServers, OurJob, UncertainJob, UnlistedJob};

impl DiscoveryBuilder {
    /// Puts everything together.
    ///
    /// # Errors
    /// The scheduler's own words when it gave no list: nothing can be said about its jobs then.
    pub fn finish(self, host: &Host, mut host_info: HostInfo) -> Result<Discovery, String> {
        let clock = self.list.as_ref().map(|list| list.clock.now);
        host_info.now = clock.filter(|now| *now > 0);
        let Some(scheduler) = adapter(host.launcher) else {
            return Err(String::new());
        };
        let (list, records) = (self.jobs(scheduler)?, self.records()?);
        let mut discovery = Discovery {
            runtime_files: Vec::new(),
            host_info,
            jobs: Vec::new(),
            others: OtherServers {
                pids: self.local.iter().map(|one| one.pid).collect(),
                written: self
                    .shared_runtime_files()
                    .iter()
                    .filter_map(|file| file.written)
                    .max(),
                stale: Vec::new(),
            },
            doubts: Vec::new(),
            ended: Vec::new(),
        };
        let look = DiscoveryPass {
            discovery_builder: &self,
            scheduler,
            host,
            list: &list,
            records: &records,
        };
        look.of_folders(&mut discovery);
        look.started_by_hand(&mut discovery);
        look.of_expected(&mut discovery);
        Ok(discovery)
    }

    /// Returns the server of a job that writes no ready file, without a query of the scheduler: it
    /// is none of the `known` processes. On another host it is found once the node is known.
    #[must_use]
    pub fn new_server(
        &self,
        id: &str,
        node: Option<&str>,
        known: &OtherServers,
        port: Option<u16>,
        host_info: &HostInfo,
    ) -> Option<RuntimeFile> {
        let is_good = |one: &RuntimeFile| one.server(host_info.uid).is_ok();
        self.local_of(id, &known.pids).filter(is_good).or_else(|| {
            let node = node.filter(|node| !same_machine(node, &host_info.node))?;
            self.new_shared_server(node, known, host_info.uid, port)
        })
    }
}

impl DiscoveryPass<'_> {
    /// The ledger's jobs that the scheduler knows. A ready file alone proves nothing: a job
    /// that was killed leaves it, and its port may be another account's by now.
    fn of_folders(&self, discovery: &mut Discovery) {
        let own = |record: &&JobRecord| is_of(self.scheduler, record, self.host);
        for record in self.records.iter().filter(own) {
            let Some((identity, job)) = self.listed(record) else {
                self.absent(record, discovery);
                continue;
            };
            if job.state == JobState::Ending {
                continue;
            }
            let mut ours = OurJob {
                job,
                identity,
                folder: Some(record.folder.clone()),
                tells: !record.own,
                is_as_asked: is_as_asked(self.scheduler, record, self.host),
                file: None,
                confused: false,
            };
            if record.own {
                self.add_by_node(&mut ours, discovery);
            } else if let Some(ready) = record.ready.as_ref().filter(|_| ours.job.state.has_begun())
            {
                add(&mut ours, ready.clone(), discovery);
            }
            discovery.jobs.push(ours);
        }
    }

    /// Jobs of the same name that have no folder: started by hand, with the original script.
    fn started_by_hand(&self, discovery: &mut Discovery) {
        // Nothing says that a profile was meant.
        if self.host.profile.is_some() {
            return;
        }
        let name = job_name(self.scheduler, self.host);
        let has_folder = |job: &Job| {
            let found = discovery.jobs.iter().any(|ours| ours.identity.is(job));
            found || self.records.iter().any(|record| self.is_its(record, job))
        };
        let started_by_hand: Vec<Job> = self
            .list
            .iter()
            .filter(|job| job.name == name && job.state != JobState::Ending && !has_folder(job))
            .cloned()
            .collect();
        for job in started_by_hand {
            let mut ours = OurJob {
                identity: JobIdentity::of(&job),
                job,
                folder: None,
                tells: false,
                is_as_asked: false,
                file: None,
                confused: false,
            };
            self.add_by_node(&mut ours, discovery);
            discovery.jobs.push(ours);
        }
    }

    /// Returns true if a listed job is that of a record.
    fn is_its(&self, record: &JobRecord, job: &Job) -> bool {
        self.identity(record)
            .is_some_and(|identity| identity.is(job))
    }

    /// The server of a job that writes no ready file: by the node that it runs on.
    fn add_by_node(&self, ours: &mut OurJob, discovery: &mut Discovery) {
        let Some(node) = ours.job.node.clone() else {
            return;
        };
        if ours.job.state != JobState::Running {
            return;
        }
        if same_machine(&node, &discovery.host_info.node) {
            if let Some(local) = self.discovery_builder.local_of(&ours.job.id, &[]) {
                discovery.others.pids.retain(|pid| *pid != local.pid);
                add(ours, local, discovery);
            }
            return;
        }
        let silent = self.list.iter().filter(|job| self.may_be_silent(job));
        let claim = JobClaim {
            node: &node,
            // Where its start cannot be read, nothing is younger than its submission.
            begun: ours.job.started.or(ours.identity.submitted),
            uid: discovery.host_info.uid,
            port: self.host.remote_port,
            rivals: beside(silent, &ours.job.id, &node),
        };
        match self.discovery_builder.shared_home_match(&claim) {
            SharedHomeMatch::One(runtime_file) => add(ours, *runtime_file, discovery),
            SharedHomeMatch::None => {}
            SharedHomeMatch::Anybodys => ours.confused = true,
        }
    }

    /// Returns true if a job may have a server of which it does not tell: one of a user's own script.
    fn may_be_silent(&self, job: &Job) -> bool {
        match self.records.iter().find(|record| self.is_its(record, job)) {
            Some(record) => record.own,
            None => job.name == job_name(self.scheduler, self.host),
        }
    }
}

fn add(ours: &mut OurJob, mut runtime_file: RuntimeFile, discovery: &mut Discovery) {
    let here = |node: &String| same_machine(node, &discovery.host_info.node);
    if let Some(node) = &runtime_file.node {
        ours.job.node = Some(node.clone());
    }
    runtime_file.node = runtime_file.node.filter(|node| !here(node));
    ours.job.ends = ours.job.ends.or(runtime_file.ends);
    ours.file = Some(runtime_file.file.clone());
    discovery.runtime_files.push(runtime_file);
}

#[cfg(test)]
mod tests;
