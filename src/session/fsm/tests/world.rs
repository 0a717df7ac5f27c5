//! A model of a cluster, of the folders in a remote home, and of a network that loses, delays, cuts and empties answers. It
//! speaks Slurm: what it says goes through the real readers.

use crate::scheduler::{CommandOutput, LocalTime};

/// Fault in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// The connection breaks.
    Lost,
    /// Status 0, and nothing.
    Empty,
    /// The end is missing.
    Cut,
    /// It is up to three quarters of a minute old.
    Old,
    /// The controller does not answer.
    Down,
    /// Lines of a list are missing: a filter, a cache, a program of the site's in front of squeue.
    Short,
}

#[derive(Debug, Clone)]
pub struct Job {
    pub number: u32,
    pub cluster: &'static str,
    pub name: &'static str,
    pub submitted: i64,
    pub state: &'static str,
    pub ended: Option<i64>,
    /// The folder that it was submitted from; none for jobs of others.
    pub folder: Option<usize>,
}

impl Job {
    pub fn is_live(&self) -> bool {
        self.ended.is_none()
    }
}

/// A folder of the ledger.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    pub at: i64,
    pub printed: String,
    pub exit: bool,
    pub removed: bool,
}

/// Everything on the remote side, and the script of its faults: numbers that each choose one of
/// several possibilities.
#[derive(Debug)]
pub struct World {
    script: std::vec::IntoIter<u16>,
    pub now: i64,
    pub cluster: &'static str,
    next: u32,
    pub jobs: Vec<Job>,
    pub folders: Vec<Folder>,
    past: Vec<(i64, Vec<Job>)>,
}

const HEADING: &str =
    "JOBID|STATE|START_TIME|END_TIME|SUBMIT_TIME|EXEC_HOST|PARTITION|REASON|NAME\n";
pub const NAME: &str = "jupyter_nb";

impl World {
    /// Two clusters of the same numbers; the account has another job under each number of ours.
    pub fn new(script: Vec<u16>, cluster: &'static str) -> Self {
        Self {
            script: script.into_iter(),
            now: 1_795_500_000,
            cluster,
            next: 4711,
            jobs: Vec::new(),
            folders: Vec::new(),
            past: Vec::new(),
        }
    }

    /// One of `count` choices; the first when the script is over.
    pub fn draw(&mut self, count: u16) -> u16 {
        self.script.next().unwrap_or_default() % count
    }

    /// Returns true if nothing goes wrong any more.
    pub fn is_calm(&self) -> bool {
        self.script.len() == 0
    }

    pub fn calm(&mut self) {
        self.script = Vec::new().into_iter();
    }

    pub fn fault(&mut self) -> Fault {
        match self.draw(14) {
            1 => Fault::Lost,
            2 => Fault::Empty,
            3 => Fault::Cut,
            4 => Fault::Old,
            5 => Fault::Down,
            6 | 7 => Fault::Short,
            _ => Fault::None,
        }
    }

    pub fn path(folder: usize) -> String {
        format!("/h/jobs/{folder}")
    }

    pub fn of_path(path: &str) -> Option<usize> {
        path.strip_prefix("/h/jobs/")?.parse().ok()
    }

    fn remember(&mut self) {
        self.past.push((self.now, self.jobs.clone()));
    }

    /// The scheduler takes a job; on the other cluster another one has had that number since yesterday.
    pub fn add(&mut self, folder: usize) -> u32 {
        self.remember();
        let number = self.next;
        self.next += 1;
        let other = if self.cluster == "gpu" { "" } else { "gpu" };
        let job = |cluster, name, submitted, state, folder| Job {
            number,
            cluster,
            name,
            submitted,
            state,
            ended: None,
            folder,
        };
        let (now, cluster) = (self.now, self.cluster);
        self.jobs
            .push(job(other, "training", now - 86400, "RUNNING", None));
        self.jobs
            .push(job(cluster, NAME, now, "PENDING", Some(folder)));
        number
    }

    pub fn change(&mut self, of: impl Fn(&Job) -> bool, change: impl Fn(&mut Job)) {
        self.remember();
        for job in self.jobs.iter_mut().filter(|job| job.is_live() && of(job)) {
            change(job);
        }
    }

    pub fn live(&self) -> Vec<&Job> {
        let ours = self
            .jobs
            .iter()
            .filter(|job| job.is_live() && job.folder.is_some());
        ours.collect()
    }

    /// Marks a folder as that of an ended job. Its job must have ended.
    pub fn close(&mut self, path: &str) {
        let folder = Self::of_path(path).expect("a folder of the ledger");
        let lives = self.live().iter().any(|job| job.folder == Some(folder));
        assert!(
            !lives,
            "given up while it lives: folder {folder}, {:?}",
            self.jobs
        );
        self.folders[folder].exit = true;
    }

    /// An answer of the scheduler about all that it knew when it gave it; none where the connection is lost.
    pub fn answer(&mut self, render: impl Fn(&[Job], i64) -> String) -> Option<CommandOutput> {
        let fault = self.fault();
        let then = match fault {
            Fault::Old => self.now - i64::from(self.draw(45)),
            _ => self.now,
        };
        // The first snapshot that was replaced after that moment is what was true then.
        let replaced = self.past.iter().find(|(until, _)| *until > then);
        let jobs = replaced.map_or_else(|| self.jobs.clone(), |(_, jobs)| jobs.clone());
        let mut out = render(&jobs, then);
        let mut status = 0;
        match fault {
            Fault::Lost => return None,
            Fault::Empty => out.clear(),
            Fault::Cut => {
                let share = usize::from(self.draw(100));
                out.truncate(out.len() * share / 100);
                // Cut in transit, which is detected, or by the program that printed it.
                status = i32::from(self.draw(2) == 0);
            }
            Fault::Down => {
                out = "slurm_load_jobs error: Unable to contact slurm controller\n".into();
                status = 1;
            }
            Fault::Short if out.contains(HEADING) => {
                let lines: Vec<String> = out.lines().map(str::to_owned).collect();
                let kept = lines.into_iter().enumerate();
                let kept: Vec<String> = kept
                    .filter(|(at, line)| *at == 0 || line.starts_with("JOBID") || self.draw(2) == 0)
                    .map(|(_, line)| line + "\n")
                    .collect();
                out = kept.concat();
            }
            Fault::None | Fault::Old | Fault::Short => {}
        }
        Some(CommandOutput {
            status,
            out,
            err: String::new(),
            clock: self.clock(),
        })
    }

    pub fn clock(&self) -> LocalTime {
        LocalTime {
            now: self.now,
            offset: 0,
        }
    }

    /// Returns what `squeue` lists.
    pub fn list(jobs: &[Job], cluster: &str) -> String {
        let live = jobs
            .iter()
            .filter(|job| job.is_live() && job.cluster == cluster);
        let lines = live.map(|job| {
            let (number, state, at, name) = (job.number, job.state, job.submitted, job.name);
            format!("{number}|{state}|N/A|N/A|{at}|n/a|main|Priority|{name}\n")
        });
        let lines: Vec<String> = lines.collect();
        Self::head(cluster) + HEADING + &lines.concat()
    }

    fn head(cluster: &str) -> String {
        match cluster {
            "" => String::new(),
            cluster => format!("CLUSTER: {cluster}\n"),
        }
    }

    /// Returns what `scontrol` says of one job. It knows an ended one for 5 minutes.
    pub fn query(jobs: &[Job], id: &str, then: i64) -> String {
        let (number, cluster) = id.split_once(';').unwrap_or((id, ""));
        let is_it = |job: &&Job| job.number.to_string() == number && job.cluster == cluster;
        let known = |job: &&Job| job.ended.is_none_or(|ended| then - ended < 300);
        match jobs.iter().filter(is_it).find(known) {
            Some(job) => record(job),
            None => "slurm_load_jobs error: Invalid job id specified\n".into(),
        }
    }

    /// Returns what `scontrol` says of all jobs.
    pub fn search(jobs: &[Job], cluster: &str) -> String {
        let live = jobs
            .iter()
            .filter(|job| job.is_live() && job.cluster == cluster);
        let records: Vec<String> = live.map(record).collect();
        Self::head(cluster) + &records.concat() + "rj_records\n"
    }
}

fn record(job: &Job) -> String {
    let state = if job.is_live() {
        job.state
    } else {
        "CANCELLED"
    };
    format!(
        "JobId={} JobName={} UserId=me(7) GroupId=me(7) JobState={state} Reason=Priority SubmitTime={} \
         StartTime=Unknown EndTime=Unknown Partition=main AllocNode:Sid=login:1 BatchHost=c1\n",
        job.number, job.name, job.submitted
    )
}
