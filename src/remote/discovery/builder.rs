//! The reports of script and scheduler, as they come in.

use std::collections::HashMap;

use super::record::{JobRecord, SharedRuntimeFile};
use super::types::UnlistedJob;
use crate::i18n::fl;
use crate::jupyter::{HostInfo, RuntimeFile};
use crate::remote::protocol::{OutputCollector, ScriptMessage};
use crate::scheduler::{CommandOutput, Job, Presence, Scheduler};

/// Collects the frames of a look, and the answers about jobs that its list does not show.
#[derive(Debug, Default)]
pub struct DiscoveryBuilder {
    pub(super) local: Vec<RuntimeFile>,
    pub(super) ledger: Vec<u8>,
    pub(super) ledger_size: Option<usize>,
    pub(super) far: Vec<u8>,
    pub(super) owners: HashMap<u32, String>,
    pub(super) running: OutputCollector,
    pub(super) list: Option<CommandOutput>,
    /// A job that was found before, and has to be looked for whatever list and ledger say.
    pub(super) expected: Option<UnlistedJob>,
    /// The scheduler's answers about single jobs, by its folder (or the id of one that has none).
    pub(super) answers: HashMap<String, Presence>,
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

    /// Returns the output of the scheduler's list, once that came.
    #[must_use]
    pub fn list(&self) -> Option<&CommandOutput> {
        self.list.as_ref()
    }

    /// The ledger's records. One that was lost on the way would be a job that is forgotten.
    pub(super) fn records(&self) -> Result<Vec<JobRecord>, String> {
        if self.ledger_size != Some(self.ledger.len()) {
            return Err(fl!("answer-cut"));
        }
        Ok(texts(&self.ledger)
            .map(|text| JobRecord::parse(&text))
            .collect())
    }

    pub(super) fn shared_runtime_files(&self) -> Vec<SharedRuntimeFile> {
        texts(&self.far)
            .map(|text| SharedRuntimeFile::parse(&text))
            .collect()
    }

    /// The jobs that the scheduler has: those of its list, and those that it knows when asked for them alone.
    pub(super) fn jobs(&self, scheduler: &dyn Scheduler) -> Result<Vec<Job>, String> {
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

    /// Returns a server on the script's host in that job. If the system does not show the job of a
    /// process, any server that is no launch of ours (those have folders of their own). The job's
    /// own environment names no cluster.
    pub(super) fn local_of(&self, id: &str, known: &[u32]) -> Option<RuntimeFile> {
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
