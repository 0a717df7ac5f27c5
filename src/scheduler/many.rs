//! Lists of an account with ten thousand jobs, as each scheduler prints them: filtered on the remote host, in little time
//! and memory.
//! docs/schedulers.md has the figures; `--nocapture` prints them.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use super::output::{CommandOutput, LocalTime};
use super::registry::adapter;
use crate::config::{Host, LauncherKind};

const JOBS: u32 = 10_000;
/// A busy machine may take ten times as long as a quiet one.
const LONG: Duration = Duration::from_secs(20);
/// Two jobs are ours: more than some kilobytes would be other users' jobs.
const LARGE: usize = 8192;
/// The filter holds a job at a time; awk alone takes up to 6 MB (gawk). In kB.
const HEAVY: u64 = 16_384;
/// Memory that ten thousand jobs may take locally, in bytes.
const HEAVY_HERE: usize = 8 << 20;

/// Has the filter say how much memory it had at most, where the system tells that.
const WEIGHED: &str = r#"awk() { command awk 'END { while ((getline line < "/proc/self/status") > 0)
  if (line ~ /^VmHWM/) print line | "cat >&2" } '"$1"; }"#;

/// The cost of a list.
struct Cost {
    jobs: usize,
    printed: usize,
    sent: usize,
    took: Duration,
    /// In kB; none where the system does not tell it.
    memory: Option<u64>,
}

/// Runs an adapter's list where its command prints `printed`.
fn list(kind: LauncherKind, command: &str, printed: &str) -> Cost {
    let scheduler = adapter(kind).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("printed");
    std::fs::write(&file, printed).unwrap();
    let line = scheduler.list(&Host::named("h"));
    let script = format!(
        "{WEIGHED}\n{command}() {{ cat '{}'; }}\nqselect() {{ echo 5000.login; }}\n\
         export rj_names=jupyter_nb rj_numbers=' 5000 ' rj_submitted=5000.login; {line}",
        file.display()
    );
    let began = Instant::now();
    let output = Command::new("/bin/sh").args(["-c", &script]).output();
    let output = output.unwrap();
    let took = began.elapsed();
    let out = String::from_utf8(output.stdout).unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    let list = CommandOutput {
        clock: LocalTime::parse("1795503762 2026-11-24T07:02:42"),
        ..CommandOutput::printed(&out)
    };
    let jobs = scheduler.parse_jobs(&list).unwrap();
    assert!(
        jobs.iter().any(|job| job.id.starts_with("5000")),
        "{jobs:?}"
    );
    Cost {
        jobs: jobs.len(),
        printed: printed.len(),
        sent: out.len(),
        took,
        memory: err.split_whitespace().find_map(|word| word.parse().ok()),
    }
}

fn all(line: impl Fn(u32, &str) -> String) -> String {
    let mut text = String::new();
    for number in 1..=JOBS {
        let name = if number == 5000 {
            "jupyter_nb"
        } else {
            "a simulation"
        };
        let _ = write!(text, "{}", line(number, name));
    }
    text
}

#[test]
fn lists_of_ten_thousand_jobs_are_filtered_on_the_remote_host() {
    let slurm = "JOBID|STATE|START_TIME|END_TIME|SUBMIT_TIME|EXEC_HOST|PARTITION|REASON|NAME\n"
        .to_owned()
        + &all(|number, name| {
            format!("{number}|PENDING|N/A|N/A|1795503700|n/a|main|Priority|{name}\n")
        });
    let block = include_str!("recorded/sge-list.xml");
    let (head, rest) = block.split_at(block.find("    <job_list").unwrap());
    let (block, tail) = rest.split_at(rest.find("  </queue_info>").unwrap());
    let sge = head.to_owned()
        + &all(|number, name| {
            let block = block.replace("<JB_job_number>4<", &format!("<JB_job_number>{number}<"));
            block.replace("jupyter_notebook_server_long_name", name)
        })
        + &tail[..tail.find("    <job_list").unwrap()]
        + "  </job_info>\n</job_info>\n";
    let job = include_str!("recorded/pbs-list.txt")
        .split("Job Id: 3")
        .next()
        .unwrap();
    let pbs = job.replace("1.login", "5000.login");
    let lsf = all(|number, name| {
        format!("{number}|PEND|-|-|-|-|normal|Not enough job slots;|Nov 24 07:01|{name}\n")
    });
    for (kind, command, printed) in [
        (LauncherKind::Slurm, "squeue", slurm),
        (LauncherKind::Sge, "qstat", sge),
        (LauncherKind::Pbs, "qstat", pbs),
        (LauncherKind::Lsf, "bjobs", lsf),
    ] {
        let cost = list(kind, command, &printed);
        println!(
            "{}: {} bytes printed, {} sent, {:?}, {:?} kB",
            kind.as_str(),
            cost.printed,
            cost.sent,
            cost.took,
            cost.memory
        );
        assert_eq!(cost.jobs, 1, "{kind:?}");
        assert!(cost.sent < LARGE, "{kind:?}: {}", cost.sent);
        assert!(cost.took < LONG, "{kind:?}: {:?}", cost.took);
        if cfg!(target_os = "linux") {
            let memory = cost.memory.unwrap();
            assert!(memory < HEAVY, "{kind:?}: {memory} kB");
        }
    }
}

/// All of them ours, as the tasks of an array are.
#[test]
fn ten_thousand_jobs_are_read_at_once() {
    let slurm = adapter(LauncherKind::Slurm).unwrap();
    let list = "JOBID|STATE|START_TIME|END_TIME|SUBMIT_TIME|EXEC_HOST|PARTITION|REASON|NAME\n"
        .to_owned()
        + &all(|number, name| {
            format!("12_{number}|PENDING|N/A|N/A|1795503700|n/a|main|Priority|{name}\n")
        });
    let began = Instant::now();
    let jobs = slurm.parse_jobs(&CommandOutput::printed(&list)).unwrap();
    let texts = jobs.iter().flat_map(|job| {
        let node = job.node.as_ref().map_or(0, String::capacity);
        let texts = [&job.id, &job.name, &job.queue, &job.word, &job.reason];
        texts.map(String::capacity).into_iter().chain([node])
    });
    let memory = jobs.capacity() * size_of_val(&jobs[0]) + texts.sum::<usize>();
    println!(
        "{} bytes read in {:?}, held in {memory}",
        list.len(),
        began.elapsed()
    );
    assert!(memory < HEAVY_HERE, "{memory}");
    assert_eq!(jobs.len(), 10_000);
    assert!(began.elapsed() < LONG);
}
