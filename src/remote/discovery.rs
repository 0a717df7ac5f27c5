//! Which jobs on the remote host are ours, and which servers run in them: the ledger, runtime files and the scheduler's
//! list, put together.

mod ledger;
mod record;
mod shared_home;

use std::collections::HashMap;

use crate::config::Host;
use crate::host_name::same_machine;
use crate::i18n::say;
use crate::jupyter::{HostInfo, RuntimeFile};
use crate::launch::BatchLaunch;
use crate::scheduler::{
    CommandOutput, Job, JobIdentity, JobState, Presence, Scheduler, adapter, job_name,
};

use super::protocol::{OutputCollector, ScriptMessage};
pub use ledger::{UncertainJob, UnlistedJob, has_gone, queries, there, was_taken};
pub use record::{JobRecord, SharedRuntimeFile};
pub use shared_home::OtherServers;
use shared_home::{JobClaim, SharedHomeMatch, beside};

/// A job that is this host's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurJob {
    /// As the scheduler tells it.
    pub job: Job,
    /// What tells it from others: as it was submitted, where the ledger has that.
    pub identity: JobIdentity,
    /// Its folder; none when somebody submitted it by hand.
    pub folder: Option<String>,
    /// Whether it writes a ready file there.
    pub tells: bool,
    /// The runtime file of its server, once there is one.
    pub file: Option<String>,
    /// Whether a server may be its or another job's.
    pub confused: bool,
}

/// All that was found on the far side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    /// The servers of this host's jobs.
    pub runtime_files: Vec<RuntimeFile>,
    /// What else is known about the machine.
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
    /// The far side's clock is that many seconds ahead of ours: all times by ours.
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

/// Collects the frames of a look, and the answers about jobs that its list does not show.
#[derive(Debug, Default)]
pub struct DiscoveryBuilder {
    local: Vec<RuntimeFile>,
    ledger: Vec<u8>,
    ledger_size: Option<usize>,
    far: Vec<u8>,
    owners: HashMap<u32, String>,
    running: OutputCollector,
    list: Option<CommandOutput>,
    /// A job that was found before, and has to be looked for whatever list and ledger say.
    expected: Option<UnlistedJob>,
    /// What the scheduler answered about a job, by its folder (or the id of one that has none).
    answers: HashMap<String, Presence>,
}

impl DiscoveryBuilder {
    /// Takes a frame. The last one is `found`, whose facts are given back.
    pub fn take(&mut self, frame: ScriptMessage) -> Option<HostInfo> {
        match frame {
            ScriptMessage::Server(runtime_file) => self.local.push(runtime_file),
            ScriptMessage::Job(piece) => self.ledger.extend(piece.0),
            ScriptMessage::Ledger(size) => self.ledger_size = Some(size),
            ScriptMessage::Far(piece) => self.far.extend(piece.0),
            ScriptMessage::Owner(pid, job) => {
                self.owners.insert(pid, job);
            }
            ScriptMessage::Found(host_info) => return Some(host_info),
            other => self.list = self.running.take(other).or(self.list.take()),
        }
        None
    }

    /// What the scheduler's list printed, once that came.
    #[must_use]
    pub fn list(&self) -> Option<&CommandOutput> {
        self.list.as_ref()
    }

    /// The ledger's records. One that was lost on the way would be a job that is forgotten.
    fn records(&self) -> Result<Vec<JobRecord>, String> {
        if self.ledger_size != Some(self.ledger.len()) {
            return Err(say!("answer-cut"));
        }
        Ok(texts(&self.ledger)
            .map(|text| JobRecord::parse(&text))
            .collect())
    }

    fn shared_runtime_files(&self) -> Vec<SharedRuntimeFile> {
        texts(&self.far)
            .map(|text| SharedRuntimeFile::parse(&text))
            .collect()
    }

    /// The jobs that the scheduler has: those of its list, and those that it knows when asked for them alone.
    fn jobs(&self, scheduler: &dyn Scheduler) -> Result<Vec<Job>, String> {
        let mut jobs = scheduler.parse_jobs(&self.list.clone().unwrap_or_default())?;
        for answer in self.answers.values() {
            if let Presence::Listed(job) = answer
                && !jobs.iter().any(|listed| listed.id == job.id)
            {
                jobs.push((**job).clone());
            }
        }
        Ok(jobs)
    }

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

    /// The server of a job that writes no ready file, without the scheduler's word: not one of those
    /// processes. On another machine it is known once the node is.
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

    /// A server on this machine in that job. Where the system does not show whose it is, any that is
    /// no launch of ours (those have folders of their own). The job's own environment names no cluster.
    fn local_of(&self, id: &str, known: &[u32]) -> Option<RuntimeFile> {
        let number = id.split(';').next().unwrap_or_default();
        let is_its = |one: &&RuntimeFile| match self.owners.get(&one.pid) {
            Some(owner) => owner == number,
            None => !one.file.contains("/remote-jupyter/"),
        };
        let mut locals = self.local.iter().filter(|one| !known.contains(&one.pid));
        locals.find(is_its).cloned()
    }
}

/// The texts of a stream of them, each with a record separator at its end.
fn texts(bytes: &[u8]) -> impl Iterator<Item = String> {
    let texts = bytes.split(|byte| *byte == 0x1e);
    texts
        .map(|text| String::from_utf8_lossy(text).trim_start().to_owned())
        .filter(|text| !text.is_empty())
}

/// All that a survey is made of.
struct DiscoveryPass<'s> {
    discovery_builder: &'s DiscoveryBuilder,
    scheduler: &'static dyn Scheduler,
    host: &'s Host,
    list: &'s [Job],
    records: &'s [JobRecord],
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

/// A host's job is one that was submitted for a host of that name, or with the same wishes: on
/// another computer of the user's it may have another name.
fn is_of(scheduler: &'static dyn Scheduler, record: &JobRecord, host: &Host) -> bool {
    record.scheduler == scheduler.id()
        && (record.host == host.name || record.wish == BatchLaunch(scheduler).wish(host))
}

#[cfg(test)]
mod tests;
