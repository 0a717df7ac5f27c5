//! Which jobs on the far side are ours, and which servers run in them: folders, runtime files and the
//! scheduler's list, put together.

use std::collections::HashMap;

use crate::config::Host;
use crate::jupyter::{Candidate, Facts};
use crate::launcher::{Batch, Job, JobState, Output, Scheduler, job_name, same_machine, scheduler};
use crate::token::Secret;

use super::frame::{Frame, Running};

/// Clocks of nodes and file systems differ a little.
const SKEW: i64 = 120;

/// What the folder of a job says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Where it is.
    pub folder: String,
    /// The scheduler's word.
    pub scheduler: String,
    /// The host's name where it was submitted from.
    pub host: String,
    /// What was asked of the scheduler.
    pub wish: String,
    /// Whether it is the person's own script, which writes nothing into the folder.
    pub own: bool,
    /// What the scheduler printed when it was submitted; lines end in tabs.
    pub submitted: String,
    /// The node on which it has begun; empty before.
    pub started: String,
    /// Its server, once that listens.
    pub ready: Option<Candidate>,
}

impl Record {
    /// Reads the script's `name=value` lines, an empty line, and the ready file.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (head, ready) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut record = Self {
            ready: (!ready.trim().is_empty()).then(|| Candidate::parse(ready)),
            ..Self::default()
        };
        for (name, value) in head.lines().filter_map(|line| line.split_once('=')) {
            match name {
                "folder" => value.clone_into(&mut record.folder),
                "scheduler" => value.clone_into(&mut record.scheduler),
                "host" => value.clone_into(&mut record.host),
                "wish" => value.clone_into(&mut record.wish),
                "own" => record.own = value == "1",
                "submitted" => value.clone_into(&mut record.submitted),
                "started" => value.clone_into(&mut record.started),
                _ => {}
            }
        }
        record
    }
}

/// A runtime file in the shared home.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FarFile {
    /// Its path.
    pub file: String,
    /// Its owner.
    pub uid: Option<u32>,
    /// When it was written; seconds since 1970.
    pub written: Option<i64>,
    /// Its text; it holds the token.
    pub json: Secret,
}

impl FarFile {
    /// Reads the script's `name=value` lines, an empty line, and the file's text.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (head, json) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut far = Self {
            json: Secret::new(json),
            ..Self::default()
        };
        for (name, value) in head.lines().filter_map(|line| line.split_once('=')) {
            match name {
                "file" => value.clone_into(&mut far.file),
                "uid" => far.uid = value.trim().parse().ok(),
                "written" => far.written = value.trim().parse().ok(),
                _ => {}
            }
        }
        far
    }
}

/// A job that is this host's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurJob {
    /// As the scheduler tells it.
    pub job: Job,
    /// Its folder; none when somebody submitted it by hand.
    pub folder: Option<String>,
    /// Whether it writes a ready file there.
    pub tells: bool,
    /// The runtime file of its server, once there is one.
    pub file: Option<String>,
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
    /// Processes of servers on this machine that are no matter of the scheduler.
    pub others: Vec<u32>,
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

/// Collects the frames of a look.
#[derive(Debug, Default)]
pub struct Surveyor {
    local: Vec<Candidate>,
    records: Vec<Record>,
    far: Vec<FarFile>,
    owners: HashMap<u32, String>,
    running: Running,
    list: Option<Output>,
}

impl Surveyor {
    /// Takes a frame. The last one is `found`, whose facts are given back.
    pub fn take(&mut self, frame: Frame) -> Option<Facts> {
        match frame {
            Frame::Server(candidate) => self.local.push(candidate),
            Frame::Job(record) => self.records.push(record),
            Frame::Far(far) => self.far.push(far),
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
        let list = scheduler.jobs(&self.list.clone().unwrap_or_default())?;
        let mut survey = Survey {
            candidates: Vec::new(),
            facts,
            jobs: Vec::new(),
            others: self.local.iter().map(|one| one.pid).collect(),
        };
        self.of_folders(scheduler, host, &list, &mut survey);
        self.by_hand(scheduler, host, &list, &mut survey);
        Ok(survey)
    }

    /// The folders' jobs that the scheduler still knows. A ready file alone proves nothing: a job
    /// that was killed leaves it, and its port may be another account's by now.
    fn of_folders(
        &self,
        scheduler: &'static dyn Scheduler,
        host: &Host,
        list: &[Job],
        survey: &mut Survey,
    ) {
        for record in &self.records {
            let Some(job) = listed(scheduler, record, list) else {
                continue;
            };
            if job.state == JobState::Ending || !is_of(scheduler, record, host) {
                continue;
            }
            let mut ours = OurJob {
                job: job.clone(),
                folder: Some(record.folder.clone()),
                tells: !record.own,
                file: None,
            };
            if record.own {
                self.add_by_node(&mut ours, survey);
            } else if let Some(ready) = &record.ready {
                add(&mut ours, ready.clone(), survey);
            }
            survey.jobs.push(ours);
        }
    }

    /// Jobs of the same name that have no folder: started by hand, with the original script.
    fn by_hand(&self, scheduler: &dyn Scheduler, host: &Host, list: &[Job], survey: &mut Survey) {
        let name = job_name(scheduler, host);
        let has_folder = |job: &Job| {
            let mut records = self.records.iter();
            records.any(|record| scheduler.id(&lines(record)) == Some(job.id.clone()))
        };
        let by_hand = list
            .iter()
            .filter(|job| job.name == name && job.state != JobState::Ending && !has_folder(job));
        for job in by_hand {
            let mut ours = OurJob {
                job: job.clone(),
                folder: None,
                tells: false,
                file: None,
            };
            self.add_by_node(&mut ours, survey);
            survey.jobs.push(ours);
        }
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
            if let Some(local) = self.local_of(&ours.job.id, &[]) {
                survey.others.retain(|pid| *pid != local.pid);
                add(ours, local, survey);
            }
            return;
        }
        let begun = ours.job.started.map(|started| started - SKEW);
        if let Some(candidate) = self.far_of(&node, begun, survey.facts.uid, &[]) {
            add(ours, candidate, survey);
        }
    }

    /// The server of a job that writes no ready file, without the scheduler's word: not one of those
    /// processes. On another machine it is known once the node is.
    #[must_use]
    pub fn new_server(
        &self,
        id: &str,
        node: Option<&str>,
        known: &[u32],
        facts: &Facts,
    ) -> Option<Candidate> {
        let is_good = |one: &Candidate| one.server(facts.uid).is_ok();
        self.local_of(id, known).filter(is_good).or_else(|| {
            let node = node.filter(|node| !same_machine(node, &facts.node))?;
            self.far_of(node, None, facts.uid, known)
        })
    }

    /// A server on this machine in that job. Where the system does not show whose it is, any that is
    /// no launch of ours (those have folders of their own).
    fn local_of(&self, id: &str, known: &[u32]) -> Option<Candidate> {
        let is_its = |one: &&Candidate| match self.owners.get(&one.pid) {
            Some(owner) => owner == id,
            None => !one.file.contains("/remote-jupyter/"),
        };
        let mut locals = self.local.iter().filter(|one| !known.contains(&one.pid));
        locals.find(is_its).cloned()
    }

    /// A server on that node. Its file was written since the job began: an older one may name a port
    /// that is another account's now.
    fn far_of(
        &self,
        node: &str,
        begun: Option<i64>,
        uid: Option<u32>,
        known: &[u32],
    ) -> Option<Candidate> {
        let fresh = self
            .far
            .iter()
            .filter(|far| far.uid == uid && far.written >= begun);
        let mut candidates = fresh
            .filter_map(|far| Candidate::elsewhere(&far.file, far.uid, far.json.clone(), node));
        // One that says "localhost" may be this machine's own.
        let is_local = |file: &str| self.local.iter().any(|local| local.file == file);
        candidates.find(|one| !known.contains(&one.pid) && !is_local(&one.file))
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

fn lines(record: &Record) -> String {
    record.submitted.replace('\t', "\n")
}

fn listed<'l>(scheduler: &dyn Scheduler, record: &Record, list: &'l [Job]) -> Option<&'l Job> {
    let id = scheduler.id(&lines(record))?;
    list.iter().find(|job| job.id == id)
}

/// A host's job is one that was submitted for a host of that name, or with the same wishes: on
/// another machine of the person's it may have another name.
fn is_of(scheduler: &'static dyn Scheduler, record: &Record, host: &Host) -> bool {
    record.scheduler == scheduler.word()
        && (record.host == host.name || record.wish == Batch(scheduler).wish(host))
}

#[cfg(test)]
mod tests;
