//! Schedulers that no test can install, faked: `OpenPBS`, Torque (not in Debian) and LSF (not free), on the account of a
//! throw-away server. Their commands are `tests/support/fake_schedulers/*.py`: what they rest on, and what they leave out, stands at
//! the top of each.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use super::home::Home;
use super::process::must;

/// A scheduler's commands, and the folder where it keeps its jobs: `~/.faked`.
pub struct FakeScheduler {
    spool: PathBuf,
}

/// A job as the scheduler knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub number: u64,
    pub name: String,
    /// `queued`, `held`, `running` or `done`.
    pub state: String,
    /// Its first process, once it runs: the leader of a session.
    pub pid: Option<i64>,
    /// What it exited with; a signal counts below 0. None when it never ran.
    pub status: Option<i64>,
    /// Whether its time was up.
    pub over: bool,
}

impl FakeScheduler {
    /// `OpenPBS` 23.06, whose formats were recorded: `qsub`, `qstat`, `qselect`, `qdel`, `qalter`; queue `workq`, 4 cores.
    pub fn pbs(home: &Home) -> Self {
        let commands = ["qsub", "qstat", "qselect", "qdel", "qalter"];
        Self::on(home, "pbs.py", &commands)
    }

    /// Torque 6.1: the same names; queue `batch`, 4 cores.
    pub fn torque(home: &Home) -> Self {
        Self::on(home, "torque.py", &["qsub", "qstat", "qselect", "qdel"])
    }

    /// LSF 10.1: `bsub`, `bjobs`, `bkill`, `bmod`, `lsid`; queues `normal` and `short`, 4 slots.
    pub fn lsf(home: &Home) -> Self {
        Self::on(home, "lsf.py", &["bsub", "bjobs", "bkill", "bmod", "lsid"])
    }

    /// Login shells of the account find the commands, others don't: as with a site's `/etc/profile.d`.
    fn on(home: &Home, script: &str, commands: &[&str]) -> Self {
        let spool = home.path().join(".fake");
        let bin = spool.join("bin");
        fs::create_dir_all(&bin).unwrap();
        for command in commands {
            symlink(scripts().join(script), bin.join(command)).unwrap();
        }
        let path = format!("\nPATH=\"{}:$PATH\"\nexport PATH\n", bin.display());
        for file in [".profile", ".bash_profile", ".zprofile"] {
            home.append(file, &path);
        }
        let fake = Self { spool };
        fake.open_queue();
        fake
    }

    /// From now on no job starts: it waits, until [`Self::open_queue`].
    pub fn close_queue(&self) {
        self.switch("wait", Value::Null);
    }

    /// Jobs start at once, as at first.
    pub fn open_queue(&self) {
        self.wait(Duration::ZERO);
    }

    /// Each job starts so long after its submission, or its release.
    pub fn wait(&self, time: Duration) {
        self.switch("wait", time.as_secs_f64().into());
    }

    /// When the scheduler says that waiting jobs will start; it is no promise.
    pub fn estimate(&self, start: SystemTime) {
        let start = start.duration_since(UNIX_EPOCH).unwrap().as_secs();
        self.switch("estimate", start.into());
    }

    /// What waits can never start, and PBS and LSF say so. (Torque has no word for it: it refuses such a job.)
    pub fn never_start(&self) {
        self.switch("never", true.into());
    }

    /// The site's own filter refuses every submission, with these words.
    pub fn refuse(&self, words: &str) {
        self.switch("refuse", words.into());
    }

    /// Whether the account may give a job that runs more time.
    pub fn let_extend(&self, may: bool) {
        self.switch("extends", may.into());
    }

    /// A job's time is up so long after its start, whatever it asked for: nobody can test an hour.
    pub fn cut_short(&self, time: Duration) {
        self.switch("cut_short", time.as_secs_f64().into());
    }

    /// The scheduler's server doesn't answer; jobs live on.
    pub fn stop_server(&self) {
        self.switch("down", true.into());
    }

    pub fn start_server(&self) {
        self.switch("down", false.into());
    }

    /// Holds a waiting job, as an operator does. A job is `12` or `12.server`.
    pub fn hold(&self, job: &str) {
        self.operate("hold", job);
    }

    pub fn release(&self, job: &str) {
        self.operate("release", job);
    }

    /// The job's node loses power: its processes are gone, and the scheduler knows it no more.
    pub fn lose(&self, job: &str) {
        self.operate("lose", job);
    }

    /// Every job so far, oldest first, whatever its state.
    pub fn jobs(&self) -> Vec<Job> {
        let files = fs::read_dir(self.spool.join("jobs")).into_iter().flatten();
        let mut jobs: Vec<Job> = files
            .filter_map(|file| job(&fs::read_to_string(file.ok()?.path()).ok()?))
            .collect();
        jobs.sort_by_key(|job| job.number);
        // One that is being replaced is there under two names.
        jobs.dedup_by_key(|job| job.number);
        jobs
    }

    /// The commands that the account ran, each as `seconds command arguments`.
    pub fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.spool.join("calls")).unwrap_or_default();
        calls.lines().map(str::to_owned).collect()
    }

    fn operate(&self, action: &str, job: &str) {
        let number = job.split('.').next().unwrap();
        let mut engine = Command::new("python3");
        engine.arg(scripts().join("engine.py")).arg(&self.spool);
        must(engine.args([action, number]));
    }

    fn switch(&self, name: &str, value: Value) {
        let file = self.spool.join("switches");
        let old = fs::read(&file).unwrap_or_else(|_| b"{}".to_vec());
        let mut switches: Map<String, Value> = serde_json::from_slice(&old).unwrap();
        switches.insert(name.into(), value);
        // In one step: a command may read at any time.
        let new = self.spool.join("switches.new");
        fs::write(&new, Value::Object(switches).to_string()).unwrap();
        fs::rename(new, file).unwrap();
    }
}

fn scripts() -> PathBuf {
    [
        env!("CARGO_MANIFEST_DIR"),
        "tests",
        "support",
        "fake_schedulers",
    ]
    .iter()
    .collect()
}

/// Reads a job's file; scripts and outputs lie beside them.
fn job(text: &str) -> Option<Job> {
    let value: Value = serde_json::from_str(text).ok()?;
    let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
    Some(Job {
        number: value.get("number")?.as_u64()?,
        name: text("name")?,
        state: text("state")?,
        pid: value.get("pid").and_then(Value::as_i64),
        status: value.get("status").and_then(Value::as_i64),
        over: value.get("over").is_some(),
    })
}
