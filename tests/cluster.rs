//! The cluster itself: what the launchers' tests rest on is really there, and really gone afterwards.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use support::cluster::{C1, C2, LOGIN, PASSWORD, PORT, run_jupyter_sh};
use support::process::{PATIENCE, finish, must};
use support::{Client, Cluster, Scheduler, eventually};

const SOON: Duration = Duration::from_secs(20);

/// A job that says where it runs and then stays.
fn stays(cluster: &Cluster) {
    let script = "#!/bin/bash\nhostname >ran.new; mv ran.new ran; exec sleep 4711\n";
    cluster.home().write("stays.sh", script);
}

/// What the job of `stays` wrote, seen from outside.
fn ran_on(cluster: &Cluster) -> Option<String> {
    cluster
        .home()
        .read("ran")
        .map(|text| text.trim().to_owned())
}

#[test]
fn grid_engine_runs_a_job_and_ends_it() {
    let cluster = Cluster::start(&[Scheduler::Sge]);
    let client = Client::of(&cluster);
    stays(&cluster);
    let job = client.ssh_run("test", "qsub -terse -cwd -pe smp 2 -l hostname=c2 stays.sh");
    assert!(
        eventually(SOON, || ran_on(&cluster).as_deref() == Some(C2)),
        "{}",
        client.ssh_run("test", "qstat -f")
    );
    // Its state is "t", on its way to the node, until the node has said that it has begun.
    assert!(eventually(SOON, || client
        .ssh_run("test", "qstat")
        .contains(" r ")));
    client.ssh_run("test", &format!("qdel {job}"));
    assert!(eventually(SOON, || client
        .ssh_run("test", "qstat")
        .is_empty()));
    assert_eq!(
        cluster.try_admin(C2, &["pgrep", "-f", "sleep 4711"]).code,
        Some(1)
    );
    let calls = cluster.calls();
    assert!(
        calls
            .iter()
            .any(|call| call.ends_with(" qsub -terse -cwd -pe smp 2 -l hostname=c2 stays.sh")),
        "{calls:?}"
    );
}

#[test]
fn slurm_runs_a_job_and_ends_it() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    stays(&cluster);
    let job = client.ssh_run("test", "sbatch --parsable -w c1 stays.sh");
    assert!(
        eventually(SOON, || ran_on(&cluster).as_deref() == Some(C1)),
        "{}",
        client.ssh_run("test", "squeue; sinfo")
    );
    assert!(
        client
            .ssh_run("test", "squeue -h -o %T")
            .starts_with("RUNNING")
    );
    client.ssh_run("test", &format!("scancel {job}"));
    assert!(eventually(SOON, || client
        .ssh_run("test", "squeue -h")
        .is_empty()));
    assert_eq!(
        cluster.try_admin(C1, &["pgrep", "-f", "sleep 4711"]).code,
        Some(1)
    );
}

#[test]
fn what_never_starts_says_why() {
    let cluster = Cluster::start(&[Scheduler::Sge, Scheduler::Slurm]);
    let client = Client::of(&cluster);
    stays(&cluster);
    let ask = |command: &str| client.ssh_run("test", command);
    cluster.close_queue(Scheduler::Sge);
    cluster.close_queue(Scheduler::Slurm);
    let sge = ask("qsub -terse -cwd stays.sh").trim().to_owned();
    let slurm = ask("sbatch --parsable stays.sh").trim().to_owned();
    for (job, reason) in [
        ("-c 400", "PartitionConfig"),
        ("-p short -t 90", "PartitionTimeLimit"),
        ("-p closed", "PartitionDown"),
    ] {
        let job = ask(&format!("sbatch --parsable {job} stays.sh"));
        let said = || ask(&format!("squeue -h -o %r -j {job}"));
        assert!(
            eventually(SOON, || said().trim() == reason),
            "{reason}: {}",
            said()
        );
        ask(&format!("scancel {job}"));
    }
    let refused = finish(&mut client.ssh(&["test", "sbatch -p staff stays.sh"]), SOON);
    assert!(
        refused.code == Some(1) && refused.stderr.contains("not permitted"),
        "{refused}"
    );
    assert_eq!(ran_on(&cluster), None);
    cluster.hold(Scheduler::Sge, &sge);
    cluster.hold(Scheduler::Slurm, &slurm);
    assert!(ask("qstat").contains("hqw"), "{}", ask("qstat"));
    assert!(
        ask("squeue -h -o %r").contains("JobHeld"),
        "{}",
        ask("squeue")
    );
    cluster.release(Scheduler::Sge, &sge);
    cluster.release(Scheduler::Slurm, &slurm);
    cluster.open_queue(Scheduler::Slurm);
    assert!(
        eventually(SOON, || ran_on(&cluster).is_some()),
        "{}",
        ask("squeue")
    );
    cluster.open_queue(Scheduler::Sge);
    ask("qsub -wd /nonexistent stays.sh");
    assert!(
        eventually(SOON, || ask("qstat").contains("Eqw")),
        "{}",
        ask("qstat")
    );
}

#[test]
fn an_account_without_credit_and_a_node_without_daemon() {
    let cluster = Cluster::start(&[Scheduler::Sge, Scheduler::Slurm]);
    let client = Client::of(&cluster);
    stays(&cluster);
    let ask = |command: &str| client.ssh_run("test", command);
    cluster.take_credit();
    let job = ask("qsub -terse -cwd stays.sh");
    let info = || ask(&format!("qstat -j {job}"));
    assert!(
        eventually(SOON, || info().contains("exceeds limit")),
        "{}",
        info()
    );
    cluster.kill_daemon(Scheduler::Slurm, C1);
    let state = || ask("sinfo -h -n c1 -p main -o %T");
    assert!(
        eventually(PATIENCE, || state().starts_with("down")),
        "{}",
        state()
    );
    cluster.start_daemon(Scheduler::Slurm, C1);
    assert!(
        eventually(SOON, || state().starts_with("idle")),
        "{}",
        state()
    );
    cluster.kill_daemon(Scheduler::Sge, C2);
    cluster.start_daemon(Scheduler::Sge, C2);
    assert_eq!(ran_on(&cluster), None);
}

#[test]
fn nodes_are_reached_through_the_login_node_alone() {
    let cluster = Cluster::start(&[]);
    let client = Client::of(&cluster);
    let ssh = |host: &str, command: &str| {
        let mut ssh = Command::new("ssh");
        ssh.arg("-F")
            .arg(cluster.ssh_config())
            .args(["-o", "BatchMode=yes", host, command]);
        must(&mut ssh).trim().to_owned()
    };
    assert_eq!(
        client.ssh_run(
            "test",
            "hostname; ssh -o BatchMode=yes c1 hostname; ssh c2 id -un"
        ),
        "login\nc1\nrj-test\n"
    );
    assert_eq!(ssh(C1, "hostname"), "c1");
    assert!(
        client
            .ssh_run("test", "bash -lc 'jupyter lab --version'")
            .starts_with("4.")
    );
    assert_ne!(
        finish(&mut client.ssh(&["test", "jupyter --version"]), SOON).code,
        Some(0),
        "only the profile leads there"
    );
    cluster.refuse_ssh(C2);
    let refused = finish(
        &mut client.ssh(&["test", "ssh -o BatchMode=yes c2 true"]),
        SOON,
    );
    assert!(
        refused.code == Some(255) && refused.stderr.contains("Permission denied"),
        "{refused}"
    );
    cluster.crash(C1);
    let gone = finish(
        &mut client.ssh(&["test", "ssh -o ConnectTimeout=2 c1 true"]),
        SOON,
    );
    assert_eq!(gone.code, Some(255), "{gone}");
}

#[test]
fn the_job_of_2020_runs_on_the_login_node() {
    let cluster = Cluster::start(&[Scheduler::Sge]);
    let client = Client::of(&cluster);
    run_jupyter_sh(cluster.home());
    let submit = "bash -lc 'qsub -N jupyter_nb -pe smp 4 -l hostname=login run_jupyter.sh'";
    assert!(
        client
            .ssh_run("test", submit)
            .contains("(\"jupyter_nb\") has been submitted")
    );
    let page = |path: &str| {
        let curl =
            format!("curl -s -o /dev/null -w '%{{http_code}}' http://localhost:{PORT}/{path}");
        finish(&mut client.ssh(&["test", &curl]), SOON).stdout
    };
    assert!(
        eventually(PATIENCE, || page("api") == "200"),
        "{:?}",
        cluster.home().read("sge.log")
    );
    assert_eq!(page("api/status"), "403", "it has a password");
    let login = format!(
        "u=http://localhost:{PORT}/login; curl -s -c jar -o /dev/null $u; x=$(awk '/_xsrf/{{print $7}}' jar); \
         curl -s -b jar -o /dev/null -w '%{{http_code}}' --data-urlencode 'password={PASSWORD}' --data-urlencode _xsrf=$x $u"
    );
    assert_eq!(client.ssh_run("test", &login), "302");
}

#[test]
fn two_stand_side_by_side_and_nothing_of_either_stays() {
    let one = Cluster::start(&[Scheduler::Sge, Scheduler::Slurm]);
    let two = Cluster::start(&[Scheduler::Sge, Scheduler::Slurm]);
    for cluster in [&one, &two] {
        assert_eq!(cluster.person(LOGIN, "sinfo -h -p main -o %D").trim(), "2");
        assert_eq!(
            cluster.person(LOGIN, "qstat -f | grep -c '^all.q@'").trim(),
            "3"
        );
    }
    one.home().write("mine", "");
    assert_eq!(two.home().read("mine"), None);
    // One that is told nothing when its session ends.
    one.person(C1, "setsid sleep 4712 >/dev/null 2>&1 </dev/null &");
    let inside: Vec<String> = [&one, &two]
        .iter()
        .flat_map(|cluster| [LOGIN, C1, C2].map(|node| namespace(&cluster.init_of(node)).unwrap()))
        .collect();
    assert!(!living_in(&inside).is_empty());
    let homes = [one.home().path().to_owned(), two.home().path().to_owned()];
    drop(one);
    assert_eq!(
        two.person(LOGIN, "sinfo -h -p main -o %D").trim(),
        "2",
        "the other one stays"
    );
    drop(two);
    assert_eq!(living_in(&inside), Vec::<String>::new());
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    for home in homes {
        let folder = home.parent().and_then(Path::parent).unwrap();
        assert!(!folder.exists(), "{}", folder.display());
        assert!(!mounts.contains(folder.to_str().unwrap()), "{mounts}");
    }
    let known = finish(Command::new("id").arg("rj-test").stdin(Stdio::null()), SOON);
    assert_ne!(known.code, Some(0), "the machine has no such account");
}

/// A process's namespace of process ids, which all that runs on a node share.
fn namespace(pid: &str) -> Option<String> {
    let link = fs::read_link(format!("/proc/{pid}/ns/pid")).ok()?;
    Some(link.to_string_lossy().into_owned())
}

/// The processes in any of these namespaces.
fn living_in(namespaces: &[String]) -> Vec<String> {
    let entries = fs::read_dir("/proc").unwrap();
    let pids = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    pids.filter(|pid| namespace(pid).is_some_and(|its| namespaces.contains(&its)))
        .collect()
}
