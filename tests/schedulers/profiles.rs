//! Profiles and resources for one start, as the scheduler itself has them.

use super::*;
use crate::support::cluster::{C1, C2};
use crate::support::http;

/// The host's own job on one node, and one with a profile on the other.
const SLURM: &str = "launcher = \"slurm\"\ncores = 1\nmemory = \"100M\"\nwalltime = \"1:00:00\"\n\
    options = [\"-w\", \"c1\"]\n\
    [host.profile.big]\ncores = 2\nmemory = \"200M\"\nwalltime = \"0:30:00\"\noptions = [\"-w\", \"c2\"]\n";
const SGE: &str = "launcher = \"sge\"\ncores = 1\nwalltime = \"1:00:00\"\n\
    options = [\"-l\", \"hostname=c1\"]\n\
    [host.profile.big]\ncores = 2\nwalltime = \"0:30:00\"\noptions = [\"-l\", \"hostname=c2\"]\n";

fn end(mut opened: support::Opened) {
    opened.terminate();
    opened.wait_exit();
}

fn id(ready: &Value) -> String {
    ready["job"]["id"].as_str().unwrap().to_owned()
}

/// A job as `status` names it.
fn of_status(ready: &Value) -> String {
    format!("job {} (", id(ready))
}

/// The scheduler's description of a job, as one line of words.
fn record(client: &Client, scheduler: Scheduler, id: &str) -> String {
    let show = match scheduler {
        Scheduler::Sge => format!("qstat -j {id}"),
        Scheduler::Slurm => format!("scontrol show job {id}"),
    };
    let record = client.ssh_run("test", &show);
    record.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn assert_has(record: &str, parts: &[&str]) {
    for part in parts {
        assert!(record.contains(part), "no \"{part}\": {record}");
    }
}

fn stop_host(client: &Client, host: &str) {
    let out = client.run_within(&["stop", host, "--yes"], PATIENCE);
    assert_eq!(out.code, Some(0), "{out}");
}

/// Two jobs of one host: each has what it asks for, is found again as itself, and ends alone.
fn side_by_side(scheduler: Scheduler, lines: &str, own_has: &[&str], big_has: &[&str]) {
    let cluster = Cluster::start(&[scheduler]);
    let client = Client::of(&cluster);
    configure(&client, lines);
    let mut own = client.open("test");
    let first = own.wait_phase_within("ready", PATIENCE);
    let mut big = client.open_with("test", &["--profile", "big"]);
    let second = big.wait_phase_within("ready", PATIENCE);
    assert_eq!(
        (&first["reused"], &second["reused"]),
        (&false.into(), &false.into())
    );
    assert_eq!(second["host"], "test:big");
    assert_eq!(
        (&first["server"]["host"], &second["server"]["host"]),
        (&C1.into(), &C2.into())
    );
    assert_eq!(second["server"]["base_url"], "/test~big/");
    assert_ne!(first["local_port"], second["local_port"]);
    assert_has(&record(&client, scheduler, &id(&first)), own_has);
    assert_has(&record(&client, scheduler, &id(&second)), big_has);
    for ready in [&first, &second] {
        assert_eq!(http::api(ready, "api/status").status, 200);
    }
    end(own);
    end(big);

    for (name, ready) in [("test", &first), ("test:big", &second)] {
        let mut again = client.open(name);
        let found = again.wait_phase_within("ready", PATIENCE);
        assert_eq!(found["reused"], true, "{name}");
        assert_eq!(
            (&found["server"], &found["url"]),
            (&ready["server"], &ready["url"])
        );
        assert_eq!(found["job"]["id"], ready["job"]["id"]);
        end(again);
        let status = client.run(&["status", name]).stdout;
        let other = if name == "test" { &second } else { &first };
        assert!(
            status.contains(&of_status(ready)) && !status.contains(&of_status(other)),
            "{status}"
        );
    }
    assert_eq!(jobs(&client, scheduler).len(), 2);
    stop_host(&client, "test");
    let only = || jobs(&client, scheduler) == [id(&second)];
    assert!(eventually(SOON, only), "{:?}", jobs(&client, scheduler));
    // The host's own would be another job now: that of the profile is none of its.
    let status = client.run(&["status", "test"]).stdout;
    assert!(!status.contains(&of_status(&second)), "{status}");
    stop_host(&client, "test:big");
    nothing_queued(&client, scheduler);
}

#[test]
fn slurm_has_a_job_with_a_profile_beside_the_hosts_own() {
    side_by_side(
        Scheduler::Slurm,
        SLURM,
        &["NumCPUs=1 ", "TimeLimit=01:00:00", "MinMemoryNode=100M"],
        &["NumCPUs=2 ", "TimeLimit=00:30:00", "MinMemoryNode=200M"],
    );
}

#[test]
fn grid_engine_has_a_job_with_a_profile_beside_the_hosts_own() {
    side_by_side(
        Scheduler::Sge,
        SGE,
        &["h_rt=3600", "hostname=c1"],
        &["h_rt=1800", "hostname=c2", "range: 2"],
    );
}

/// `--cores` and the others count for one start. A job that asked for something else is neither used in silence nor joined
/// by a second one.
#[test]
fn resources_of_a_command_line_are_the_jobs_and_another_job_is_not_used_in_their_place() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    configure(&client, SLURM);
    let asked = ["--cores", "2", "--walltime", "0:20:00", "--memory", "150M"];
    let mut opened = client.open_with("test", &asked);
    let ready = opened.wait_phase_within("ready", PATIENCE);
    let job = record(&client, Scheduler::Slurm, &id(&ready));
    assert_has(
        &job,
        &["NumCPUs=2 ", "TimeLimit=00:20:00", "MinMemoryNode=150M"],
    );
    assert_has(&job, &["ReqNodeList=c1"]);

    let refused = |client: &Client, more: &[&str], part: &str| {
        let mut opened = client.open_with("test", more);
        let event = opened.wait_phase("failed");
        assert_eq!(event["code"], "already_running", "{event}");
        assert!(event["title"].as_str().unwrap().contains(part), "{event}");
        assert_eq!(opened.wait_exit().code, Some(2));
    };
    // Open here: nothing is about to start.
    refused(&client, &["--cores", "1"], "--cores 1");
    end(opened);

    refused(&client, &["--cores", "1"], &id(&ready));
    refused(&client, &["--walltime", "0:20:00"], &id(&ready));
    for more in [&asked[..], &[]] {
        let mut again = client.open_with("test", more);
        let found = again.wait_phase_within("ready", PATIENCE);
        assert_eq!(
            (&found["reused"], &found["job"]["id"]),
            (&true.into(), &ready["job"]["id"])
        );
        end(again);
    }
    assert_eq!(jobs(&client, Scheduler::Slurm), [id(&ready)]);
    // A profile is another server, with the command line's last word.
    let mut big = client.open_with("test", &["--profile", "big", "--walltime", "0:10:00"]);
    let other = big.wait_phase_within("ready", PATIENCE);
    let job = record(&client, Scheduler::Slurm, &id(&other));
    assert_has(
        &job,
        &["NumCPUs=2 ", "TimeLimit=00:10:00", "MinMemoryNode=200M"],
    );
    end(big);
    stop_host(&client, "test:big");
    stop(&client);
    nothing_queued(&client, Scheduler::Slurm);
}
