//! Records in the remote home: the folder of a job, a runtime file of another node.

use jiff::civil::DateTime;

use crate::jupyter::RuntimeFile;
use crate::scheduler::LocalTime;
use crate::secret::Secret;
use crate::unix_time;

/// Contents of a job's folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobRecord {
    /// Its path.
    pub folder: String,
    /// The scheduler's word.
    pub scheduler: String,
    /// The host's name where it was submitted from.
    pub host: String,
    /// The profile that it was submitted with; empty without one.
    pub profile: String,
    /// The job's name; empty in records of earlier versions.
    pub name: String,
    /// Time of the submission, by the remote host's clock in seconds since 1970. Earlier versions
    /// have it in the folder's name alone.
    pub at: Option<i64>,
    /// The request to the scheduler.
    pub wish: String,
    /// True if it is the user's own script, which writes nothing into the folder.
    pub own: bool,
    /// Output of the scheduler for the submission; lines end in tabs.
    pub submitted: String,
    /// True if the submission ended on its own and without an error.
    pub answered: bool,
    /// Its server, once that listens.
    pub ready: Option<RuntimeFile>,
}

impl JobRecord {
    /// Reads the script's `name=value` lines, an empty line, and the ready file.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (head, ready) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut record = Self {
            ready: (!ready.trim().is_empty()).then(|| RuntimeFile::parse(ready)),
            ..Self::default()
        };
        for (name, value) in head.lines().filter_map(|line| line.split_once('=')) {
            match name {
                "folder" => value.clone_into(&mut record.folder),
                "scheduler" => value.clone_into(&mut record.scheduler),
                "host" => value.clone_into(&mut record.host),
                "profile" => value.clone_into(&mut record.profile),
                "name" => value.clone_into(&mut record.name),
                "at" => record.at = unix_time::parse(value),
                "wish" => value.clone_into(&mut record.wish),
                "own" => record.own = value == "1",
                "submitted" => value.clone_into(&mut record.submitted),
                "answered" => record.answered = value == "0",
                _ => {}
            }
        }
        record
    }

    /// Returns the lines that the submission printed.
    #[must_use]
    pub fn printed(&self) -> String {
        self.submitted.replace('\t', "\n")
    }

    /// Returns the time of the submission: `…/jobs/20261124-080000-7`, in local time, where nothing else tells it.
    #[must_use]
    pub fn submitted_at(&self, clock: LocalTime) -> Option<i64> {
        self.at.or_else(|| {
            let name = self.folder.rsplit('/').next()?;
            let stamp = name.rsplit_once('-')?.0;
            let time = DateTime::strptime("%Y%m%d-%H%M%S", stamp).ok()?;
            Some(clock.epoch(time))
        })
    }
}

/// A runtime file in the shared home.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharedRuntimeFile {
    /// Its path.
    pub file: String,
    /// Its owner.
    pub uid: Option<u32>,
    /// Time at which it was written; seconds since 1970.
    pub written: Option<i64>,
    /// The names and addresses of the host that it names, as the login node knows them.
    pub names: Vec<String>,
    /// Its text; it holds the token.
    pub json: Secret,
}

impl SharedRuntimeFile {
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
                "written" => far.written = unix_time::parse(value),
                "names" => far.names = value.split_whitespace().map(str::to_owned).collect(),
                _ => {}
            }
        }
        far
    }
}
