//! A list that does not show a job is no proof that the job has ended: sites put commands of their own in front of the
//! scheduler's, and a number may belong to another job on another cluster.

use super::*;
use crate::support::Opened;
use crate::support::cluster::LOGIN;

/// A site's `squeue`: it knows no short options and answers from a cache that is up to a minute old.
const CACHED_SQUEUE: &str = r#"#!/bin/sh
for a; do case $a in --*) ;; -*) echo "usage: squeue [--user=NAME] [--format=FORMAT]"; exit 0 ;; esac; done
cache=/tmp/squeue.cache
[ -n "$(find $cache -mmin -1 2>/dev/null)" ] || { /usr/bin/squeue "$@" >$cache.$$ && mv $cache.$$ $cache; }
echo "$(date +%s.%3N) squeue" >>/var/log/calls
cat $cache
"#;

/// Two clusters behind one login node: `gpu` is the real one; the default one has, under every number of the other, a job
/// of the same account that runs since yesterday, `training`. Whoever cancels that leaves a line in /tmp/wrong.
const TWO_CLUSTERS: &str = r#"#!/bin/sh
name=${0##*/} n=$# cluster=${SLURM_CLUSTERS:-}
[ "$name" != sbatch ] || cluster=${SBATCH_CLUSTERS:-$cluster}
while [ $n -gt 0 ]; do
  a=$1; shift; n=$((n - 1))
  case $a in
    --clusters=* | --cluster=*) cluster=${a#*=} ;;
    -M | --clusters | --cluster) cluster=$1; shift; n=$((n - 1)) ;;
    -M?*) cluster=${a#-M} ;;
    *) set -- "$@" "$a" ;;
  esac
done
unset SLURM_CLUSTERS SBATCH_CLUSTERS
case $name:$cluster in
  sbatch:gpu) out=$(/usr/bin/sbatch "$@") || exit; echo "$out;gpu" ;;
  squeue:gpu)
    case " $* " in *' -h '* | *' --noheader '*) ;; *) echo "CLUSTER: gpu" ;; esac
    exec /usr/bin/squeue "$@" ;;
  *:gpu) exec /usr/bin/$name "$@" ;;
  scancel:*) echo "scancel $*" >>/tmp/wrong ;;
  sbatch:*) case "$*" in --version) exec /usr/bin/sbatch "$@" ;; esac; echo "sbatch: error: no default cluster" >&2; exit 1 ;;
  *) /usr/bin/$name "$@" | sed -E "s/jupyter_nb/training/g; s/PENDING/RUNNING/g; s/\b1[0-9]{9}\b/$(($(date +%s) - 86400))/g" ;;
esac
"#;

/// A cluster whose jobs wait, with commands of the site in front of Slurm's.
fn site(commands: &[&str], script: &str) -> (Cluster, Client) {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    for command in commands {
        cluster.put_command(command, script);
    }
    cluster.close_queue(Scheduler::Slurm);
    let client = Client::of(&cluster);
    (cluster, client)
}

/// The jobs, by the scheduler's own command.
fn real_jobs(cluster: &Cluster) -> Vec<String> {
    let list = cluster.admin(LOGIN, &["/usr/bin/squeue", "-h", "-o", "%i"]);
    list.split_whitespace().map(str::to_owned).collect()
}

fn still_waits(opened: &mut Opened) {
    std::thread::sleep(Duration::from_secs(8));
    assert!(opened.is_running(), "told as ended: {:?}", opened.seen);
}

#[test]
fn a_job_that_a_sites_own_list_does_not_show_is_waited_for_and_never_doubled() {
    let (cluster, client) = site(&["squeue"], CACHED_SQUEUE);
    configure(&client, "launcher = \"slurm\"\npoll_seconds = 1");
    let mut first = client.open("test");
    first.wait_phase("queued");
    still_waits(&mut first);
    let before = real_jobs(&cluster);
    assert_eq!(before.len(), 1);
    first.terminate();
    first.wait_exit();

    let mut second = client.open("test");
    second.wait_phase("queued");
    assert_eq!(real_jobs(&cluster), before, "no second one");
    second.terminate();
    second.wait_exit();

    stop(&client);
    assert!(eventually(SOON, || real_jobs(&cluster).is_empty()));
}

#[test]
fn a_job_on_another_cluster_is_followed_and_cancelled_there() {
    let commands = ["sbatch", "squeue", "scancel", "scontrol"];
    let (cluster, client) = site(&commands, TWO_CLUSTERS);
    let lines = "launcher = \"slurm\"\npoll_seconds = 1\noptions = [\"-M\", \"gpu\"]";
    configure(&client, lines);
    let mut first = client.open("test");
    first.wait_phase("queued");
    still_waits(&mut first);
    let before = real_jobs(&cluster);
    first.terminate();
    first.wait_exit();
    let mut second = client.open("test");
    second.wait_phase("queued");
    assert_eq!(real_jobs(&cluster), before, "no second one");
    second.interrupt();
    let out = second.wait_exit();
    nothing_cancelled_elsewhere(&cluster);
    assert!(eventually(SOON, || real_jobs(&cluster).is_empty()));
    let id = format!("\"id\":\"{};gpu\"", before[0]);
    assert!(out.stdout.contains(&id), "{out}");
}

fn nothing_cancelled_elsewhere(cluster: &Cluster) {
    let wrong = cluster.try_admin(LOGIN, &["cat", "/tmp/wrong"]);
    assert_ne!(wrong.code, Some(0), "cancelled elsewhere: {wrong}");
}

/// The account's own profile chooses the cluster, and a filter that leaves nothing in a list.
#[test]
fn what_the_environment_filters_or_chooses_hides_no_job() {
    let commands = ["sbatch", "squeue", "scancel", "scontrol"];
    let (cluster, client) = site(&commands, TWO_CLUSTERS);
    cluster.home().append(
        ".bash_profile",
        "export SBATCH_CLUSTERS=gpu SQUEUE_ACCOUNT=nobody SQUEUE_NAMES=other SQUEUE_LICENSES=none SCANCEL_STATE=RUNNING\n",
    );
    configure(&client, "launcher = \"slurm\"\npoll_seconds = 1");
    let mut opened = client.open("test");
    opened.wait_phase("queued");
    still_waits(&mut opened);
    assert_eq!(real_jobs(&cluster).len(), 1);
    opened.terminate();
    opened.wait_exit();
    stop(&client);
    nothing_cancelled_elsewhere(&cluster);
    assert!(eventually(SOON, || real_jobs(&cluster).is_empty()));
}

/// Preemption and a failed node put a job back in the same way.
#[test]
fn a_job_that_is_put_back_into_the_queue_is_waited_for_and_never_doubled() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    let lines = "launcher = \"slurm\"\npoll_seconds = 1\noptions = [\"--requeue\"]";
    configure(&client, lines);
    let mut first = client.open("test");
    let ready = first.wait_phase_within("ready", PATIENCE);
    first.terminate();
    first.wait_exit();
    let before = real_jobs(&cluster);
    let job = ready["job"]["id"].as_str().unwrap();
    cluster.admin(LOGIN, &["scontrol", "requeuehold", job]);
    // Its processes are still being ended.
    let mut second = client.open("test");
    let put_back = || {
        let state = cluster.admin(LOGIN, &["/usr/bin/squeue", "-h", "-o", "%T"]);
        state.trim() == "PENDING"
    };
    assert!(eventually(PATIENCE, put_back));
    assert_eq!(real_jobs(&cluster), before, "no second one");
    if second.is_running() {
        second.terminate();
    }
    second.wait_exit();
    cluster.admin(LOGIN, &["scontrol", "release", job]);
    let now = [format!("JobId={job}"), "StartTime=now".to_owned()];
    cluster.admin(LOGIN, &["scontrol", "update", &now[0], &now[1]]);
    // A server of before may stand in `ready` until the job has begun: a click in that moment goes there.
    let old = format!("pid={}\n", ready["server"]["pid"]);
    let file = "cat ~/.local/state/remote-jupyter/jobs/*/ready 2>/dev/null | grep ^pid= || true";
    let is_new = || {
        let pid = client.ssh_run("test", file);
        !pid.is_empty() && pid != old
    };
    assert!(eventually(PATIENCE, is_new));
    let mut third = client.open("test");
    let again = third.wait_phase_within("ready", PATIENCE);
    assert_eq!(again["job"]["id"], job);
    assert_ne!(again["server"]["pid"], ready["server"]["pid"]);
    third.terminate();
    third.wait_exit();
    stop(&client);
}
