//! Which jobs on the remote host are ours, and which servers run in them: the ledger, runtime files and the scheduler's
//! list, put together.

mod ledger;
mod record;
mod shared_home;

use std::collections::HashMap;

use crate::config::Host;
use crate::i18n::say;
use crate::jupyter::{Candidate, Facts};
use crate::launch::Batch;
use crate::scheduler::{
    Identity, Job, JobState, Output, Presence, Scheduler, job_name, same_machine, scheduler,
};

use super::protocol::{Frame, Running};
pub use ledger::{Doubt, Missing, has_gone, queries, there, was_taken};
pub use record::{FarFile, Record};
pub use shared_home::Known;
use shared_home::{Claim, Far, beside};

/// A job that is this host's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurJob {
    /// As the scheduler tells it.
    pub job: Job,
    /// What tells it from others: as it was submitted, where the ledger has that.
    pub identity: Identity,
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
pub struct Survey {
    /// The servers of this host's jobs.
    pub candidates: Vec<Candidate>,
    /// What else is known about the machine.
    pub facts: Facts,
    /// This host's jobs, newest first.
    pub jobs: Vec<OurJob>,
    /// Servers that are no matter of the scheduler, or another job's.
    pub others: Known,
    /// Jobs of this host that may live, though no list shows them.
    pub doubts: Vec<Doubt>,
    /// Folders of jobs that have ended, by the scheduler's own word.
    pub ended: Vec<String>,
}

impl Survey {
    /// The far side's clock is that many seconds ahead of ours: all times by ours.
    pub fn set_back(&mut self, ahead: i64) {
        for ours in &mut self.jobs {
            ours.job.set_back(ahead);
        }
        let ends = self.candidates.iter_mut().map(|one| &mut one.ends);
        for time in ends.chain([&mut self.facts.now]) {
            *time = time.map(|time| time - ahead);
        }
    }
}

/// Collects the frames of a look, and the answers about jobs that its list does not show.
#[derive(Debug, Default)]
pub struct Surveyor {
    local: Vec<Candidate>,
    ledger: Vec<u8>,
    ledger_size: Option<usize>,
    far: Vec<u8>,
    owners: HashMap<u32, String>,
    running: Running,
    list: Option<Output>,
    /// A job that was found before, and has to be looked for whatever list and ledger say.
    expected: Option<Missing>,
    /// What the scheduler answered about a job, by its folder (or the id of one that has none).
    answers: HashMap<String, Presence>,
}

impl Surveyor {
    /// Takes a frame. The last one is `found`, whose facts are given back.
    pub fn take(&mut self, frame: Frame) -> Option<Facts> {
        match frame {
            Frame::Server(candidate) => self.local.push(candidate),
            Frame::Job(piece) => self.ledger.extend(piece.0),
            Frame::Ledger(size) => self.ledger_size = Some(size),
            Frame::Far(piece) => self.far.extend(piece.0),
            Frame::Owner(pid, job) => {
                self.owners.insert(pid, job);
            }
            Frame::Found(facts) => return Some(facts),
            other => self.list = self.running.take(other).or(self.list.take()),
        }
        None
    }

    /// What the scheduler's list printed, once that came.
    #[must_use]
    pub fn list(&self) -> Option<&Output> {
        self.list.as_ref()
    }

    /// The ledger's records. One that was lost on the way would be a job that is forgotten.
    fn records(&self) -> Result<Vec<Record>, String> {
        if self.ledger_size != Some(self.ledger.len()) {
            return Err(say!("answer-cut"));
        }
        Ok(texts(&self.ledger)
            .map(|text| Record::parse(&text))
            .collect())
    }

    fn far_files(&self) -> Vec<FarFile> {
        texts(&self.far).map(|text| FarFile::parse(&text)).collect()
    }

    /// The jobs that the scheduler has: those of its list, and those that it knows when asked for them alone.
    fn jobs(&self, scheduler: &dyn Scheduler) -> Result<Vec<Job>, String> {
        let mut jobs = scheduler.jobs(&self.list.clone().unwrap_or_default())?;
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
    pub fn survey(self, host: &Host, mut facts: Facts) -> Result<Survey, String> {
        let clock = self.list.as_ref().map(|list| list.clock.now);
        facts.now = clock.filter(|now| *now > 0);
        let Some(scheduler) = scheduler(host.launcher) else {
            return Err(String::new());
        };
        let (list, records) = (self.jobs(scheduler)?, self.records()?);
        let mut survey = Survey {
            candidates: Vec::new(),
            facts,
            jobs: Vec::new(),
            others: Known {
                pids: self.local.iter().map(|one| one.pid).collect(),
                written: self
                    .far_files()
                    .iter()
                    .filter_map(|file| file.written)
                    .max(),
                stale: Vec::new(),
            },
            doubts: Vec::new(),
            ended: Vec::new(),
        };
        let look = Look {
            surveyor: &self,
            scheduler,
            host,
            list: &list,
            records: &records,
        };
        look.of_folders(&mut survey);
        look.by_hand(&mut survey);
        look.of_expected(&mut survey);
        Ok(survey)
    }

    /// The server of a job that writes no ready file, without the scheduler's word: not one of those
    /// processes. On another machine it is known once the node is.
    #[must_use]
    pub fn new_server(
        &self,
        id: &str,
        node: Option<&str>,
        known: &Known,
        port: Option<u16>,
        facts: &Facts,
    ) -> Option<Candidate> {
        let is_good = |one: &Candidate| one.server(facts.uid).is_ok();
        self.local_of(id, &known.pids).filter(is_good).or_else(|| {
            let node = node.filter(|node| !same_machine(node, &facts.node))?;
            self.new_far(node, known, facts.uid, port)
        })
    }

    /// A server on this machine in that job. Where the system does not show whose it is, any that is
    /// no launch of ours (those have folders of their own). The job's own environment names no cluster.
    fn local_of(&self, id: &str, known: &[u32]) -> Option<Candidate> {
        let number = id.split(';').next().unwrap_or_default();
        let is_its = |one: &&Candidate| match self.owners.get(&one.pid) {
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
struct Look<'s> {
    surveyor: &'s Surveyor,
    scheduler: &'static dyn Scheduler,
    host: &'s Host,
    list: &'s [Job],
    records: &'s [Record],
}

impl Look<'_> {
    /// The ledger's jobs that the scheduler knows. A ready file alone proves nothing: a job
    /// that was killed leaves it, and its port may be another account's by now.
    fn of_folders(&self, survey: &mut Survey) {
        let own = |record: &&Record| is_of(self.scheduler, record, self.host);
        for record in self.records.iter().filter(own) {
            let Some((identity, job)) = self.listed(record) else {
                self.absent(record, survey);
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
                self.add_by_node(&mut ours, survey);
            } else if let Some(ready) = record.ready.as_ref().filter(|_| ours.job.state.has_begun())
            {
                add(&mut ours, ready.clone(), survey);
            }
            survey.jobs.push(ours);
        }
    }

    /// Jobs of the same name that have no folder: started by hand, with the original script.
    fn by_hand(&self, survey: &mut Survey) {
        let name = job_name(self.scheduler, self.host);
        let has_folder = |job: &Job| {
            let found = survey.jobs.iter().any(|ours| ours.identity.is(job));
            found || self.records.iter().any(|record| self.is_its(record, job))
        };
        let by_hand: Vec<Job> = self
            .list
            .iter()
            .filter(|job| job.name == name && job.state != JobState::Ending && !has_folder(job))
            .cloned()
            .collect();
        for job in by_hand {
            let mut ours = OurJob {
                identity: Identity::of(&job),
                job,
                folder: None,
                tells: false,
                file: None,
                confused: false,
            };
            self.add_by_node(&mut ours, survey);
            survey.jobs.push(ours);
        }
    }

    /// Returns true if a listed job is that of a record.
    fn is_its(&self, record: &Record, job: &Job) -> bool {
        self.identity(record)
            .is_some_and(|identity| identity.is(job))
    }

    /// The server of a job that writes no ready file: by the node that it runs on.
    fn add_by_node(&self, ours: &mut OurJob, survey: &mut Survey) {
        let Some(node) = ours.job.node.clone() else {
            return;
        };
        if ours.job.state != JobState::Running {
            return;
        }
        if same_machine(&node, &survey.facts.node) {
            if let Some(local) = self.surveyor.local_of(&ours.job.id, &[]) {
                survey.others.pids.retain(|pid| *pid != local.pid);
                add(ours, local, survey);
            }
            return;
        }
        let silent = self.list.iter().filter(|job| self.may_be_silent(job));
        let claim = Claim {
            node: &node,
            // Where its start cannot be read, nothing is younger than its submission.
            begun: ours.job.started.or(ours.identity.submitted),
            uid: survey.facts.uid,
            port: self.host.remote_port,
            rivals: beside(silent, &ours.job.id, &node),
        };
        match self.surveyor.far_of(&claim) {
            Far::One(candidate) => add(ours, *candidate, survey),
            Far::None => {}
            Far::Anybodys => ours.confused = true,
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

fn add(ours: &mut OurJob, mut candidate: Candidate, survey: &mut Survey) {
    let here = |node: &String| same_machine(node, &survey.facts.node);
    if let Some(node) = &candidate.node {
        ours.job.node = Some(node.clone());
    }
    candidate.node = candidate.node.filter(|node| !here(node));
    ours.job.ends = ours.job.ends.or(candidate.ends);
    ours.file = Some(candidate.file.clone());
    survey.candidates.push(candidate);
}

/// A host's job is one that was submitted for a host of that name, or with the same wishes: on
/// another computer of the user's it may have another name.
fn is_of(scheduler: &'static dyn Scheduler, record: &Record, host: &Host) -> bool {
    record.scheduler == scheduler.word()
        && (record.host == host.name || record.wish == Batch(scheduler).wish(host))
}

#[cfg(test)]
mod tests;
