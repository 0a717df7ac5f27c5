//! Jupyter as a batch job: on real clusters of Grid Engine and Slurm, and on fake ones of the schedulers that cannot
//! be had.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod absence;
mod ending;
mod fake_schedulers;
mod holding;
mod login_nodes;
mod profiles;
mod queue;
mod refused;
mod relay;
mod route;
mod settings;
mod start;

use std::time::Duration;

use serde_json::Value;

use support::process::Finished;
use support::{Client, Cluster, Scheduler, eventually};

/// Enough for a scheduler to do what it was told.
const SOON: Duration = Duration::from_secs(20);
/// Enough for a job to come and its Jupyter to start.
const PATIENCE: Duration = Duration::from_secs(90);

/// The one host of the configuration, which logs in as `test` does.
fn configure(client: &Client, lines: &str) {
    client.configure(&format!("[[host]]\nname = \"test\"\n{lines}\n"));
}

/// The jobs that the scheduler lists, as its own command numbers them.
fn jobs(client: &Client, scheduler: Scheduler) -> Vec<String> {
    let list = match scheduler {
        Scheduler::Sge => "qstat | awk 'NR > 2 { print $1 }'",
        Scheduler::Slurm => "squeue -h -o %i",
    };
    let list = client.ssh_run("test", list);
    list.split_whitespace().map(str::to_owned).collect()
}

fn nothing_queued(client: &Client, scheduler: Scheduler) {
    assert!(
        eventually(SOON, || jobs(client, scheduler).is_empty()),
        "left: {:?}",
        jobs(client, scheduler)
    );
}

/// The commands of the scheduler that the account ran: seconds, and the command's name.
fn calls(cluster: &Cluster, names: &[&str]) -> Vec<f64> {
    let calls = cluster.calls().into_iter().filter_map(|call| {
        let mut words = call.split(' ');
        let at: f64 = words.next()?.parse().ok()?;
        names.contains(&words.next()?).then_some(at)
    });
    calls.collect()
}

fn fails(client: &Client, exit: i32, code: &str) -> Value {
    let mut opened = client.open("test");
    let event = opened.wait_phase_within("failed", PATIENCE);
    assert_eq!(event["code"], code, "{event}");
    assert_eq!(opened.wait_exit().code, Some(exit), "{event}");
    event
}

/// Load of the machine of the server, as `status --load` tells it.
fn load(client: &Client) -> Value {
    let out = client.run_within(&["status", "test", "--load", "--json"], PATIENCE);
    assert_eq!(out.code, Some(0), "{out}");
    out.json_lines().remove(0)["load"].clone()
}

fn stop(client: &Client) -> Finished {
    let out = client.run_within(&["stop", "test", "--yes"], PATIENCE);
    assert_eq!(out.code, Some(0), "{out}");
    out
}
