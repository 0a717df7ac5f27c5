//! Where the login node forwards nothing and the compute node lets nobody in: the scheduler's own way into the job.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::holding::HOLDER;
use super::*;
use crate::support::cluster::{C1, LOGIN};
use crate::support::{http, kernels};

/// In the command line of the far end, on both nodes, and of the holder that is started the same way.
const FAR_END: &str = "bytes.fromhex";
const SLURM: &str = "launcher = \"slurm\"\noptions = [\"-w\", \"c1\"]";

fn closed(scheduler: Scheduler) -> (Cluster, Client) {
    let cluster = Cluster::start(&[scheduler]);
    cluster.forbid_forwarding();
    cluster.end_sshd(C1);
    let client = Client::of(&cluster);
    (cluster, client)
}

fn ends_soon(cluster: &Cluster) {
    for node in [LOGIN, C1] {
        assert!(
            eventually(SOON, || cluster.processes(node, FAR_END).is_empty()),
            "{node}: {:?}",
            cluster.processes(node, FAR_END)
        );
    }
}

/// A connection of the browser's that stays.
struct Kept {
    stream: TcpStream,
    request: String,
}

impl Kept {
    fn new(ready: &Value) -> Self {
        let port = ready["local_port"].as_u64().unwrap();
        let stream = TcpStream::connect(("127.0.0.1", u16::try_from(port).unwrap())).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        let base = ready["server"]["base_url"].as_str().unwrap();
        let request = format!("GET {base}api HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Self { stream, request }
    }

    fn asks(&mut self) {
        self.stream.write_all(self.request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"}") {
            let mut part = [0; 4096];
            let size = self.stream.read(&mut part).unwrap();
            assert_ne!(size, 0, "{}", String::from_utf8_lossy(&answer));
            answer.extend(&part[..size]);
        }
        assert!(answer.starts_with(b"HTTP/1.1 200"));
    }
}

fn downloads_as_it_is(cluster: &Cluster, client: &Client, ready: &Value) {
    client.ssh_run("test", "head -c 40000000 /dev/urandom >big.bin");
    let url = ready["url"].as_str().unwrap();
    let token = http::token(url).unwrap();
    let base = ready["server"]["base_url"].as_str().unwrap();
    let address = format!(
        "http://127.0.0.1:{}{base}files/big.bin",
        ready["local_port"]
    );
    let request = ureq::get(&address).header("Authorization", format!("token {token}"));
    let mut body = request.call().unwrap().into_body();
    let got = body.with_config().limit(1 << 30).read_to_vec().unwrap();
    let sent = std::fs::read(cluster.home().path().join("big.bin")).unwrap();
    assert!(got == sent, "{} of {} bytes", got.len(), sent.len());
}

#[test]
fn slurm_leads_to_a_node_that_nothing_else_leads_to() {
    let (cluster, client) = closed(Scheduler::Slurm);
    configure(&client, SLURM);
    let mut opened = client.open("test");
    let ready = opened.wait_phase_within("ready", PATIENCE);
    assert_eq!(ready["server"]["host"], C1);
    assert_eq!(http::api(&ready, "api/status").status, 200);
    assert_eq!(kernels::compute(&ready, "print(6 * 7)"), "42\n");
    // The same way leads to what the node says of itself.
    let load = load(&client);
    assert!(load["node"] == C1 && load["has_server"] == true, "{load}");
    assert!(load["own"]["memory"].as_u64() > Some(0), "{load}");
    assert_eq!(load["can_forward"], false, "it leads to Jupyter alone");
    // sshd gives ten sessions on a connection.
    let mut kept: Vec<Kept> = (0..25).map(|_| Kept::new(&ready)).collect();
    for _ in 0..2 {
        kept.iter_mut().for_each(Kept::asks);
    }
    downloads_as_it_is(&cluster, &client, &ready);
    let token = http::token(ready["url"].as_str().unwrap()).unwrap();
    for node in [LOGIN, C1] {
        assert_eq!(cluster.processes(node, &token), [""; 0], "{node}");
    }
    let steps = cluster
        .calls()
        .iter()
        .filter(|call| call.contains(" srun ") && !call.contains(HOLDER))
        .count();
    assert_eq!(steps, 1, "one for all connections");
    // Nothing of the job is taken: another step gets all of its cores.
    let id = ready["job"]["id"].as_str().unwrap();
    client.ssh_run(
        "test",
        &format!("bash -lc 'srun --jobid={id} --exact --immediate=5 true'"),
    );

    opened.terminate();
    opened.wait_exit();
    ends_soon(&cluster);
    let mut warm = client.open("test");
    let again = warm.wait_phase_within("ready", PATIENCE);
    assert_eq!(again["reused"], true);
    assert_eq!(kernels::compute(&again, "print('again')"), "again\n");
    warm.terminate();
    warm.wait_exit();
    stop(&client);
    nothing_queued(&client, Scheduler::Slurm);
    ends_soon(&cluster);
}

#[test]
fn a_cut_connection_leaves_no_far_end_and_comes_back() {
    let (cluster, client) = closed(Scheduler::Slurm);
    configure(&client, SLURM);
    let mut opened = client.open("test");
    let before = opened.wait_phase_within("ready", PATIENCE);
    cluster.drop_connections();
    opened.wait_phase("reconnecting");
    let after = opened.wait_phase_within("ready", PATIENCE);
    assert_eq!(after["again"], true);
    assert_eq!(after["url"], before["url"]);
    assert_eq!(kernels::compute(&after, "print('still')"), "still\n");
    let relays = || {
        let mut all = cluster.processes(C1, FAR_END);
        all.retain(|line| !line.contains(HOLDER));
        all
    };
    assert!(eventually(SOON, || relays().len() == 1), "{:?}", relays());
    opened.terminate();
    opened.wait_exit();
    ends_soon(&cluster);
}

#[test]
fn a_job_that_is_ended_under_its_relay_is_told() {
    let (cluster, client) = closed(Scheduler::Slurm);
    configure(&client, SLURM);
    let mut opened = client.open("test");
    let ready = opened.wait_phase_within("ready", PATIENCE);
    let id = ready["job"]["id"].as_str().unwrap();
    client.ssh_run("test", &format!("scancel {id}"));
    nothing_queued(&client, Scheduler::Slurm);
    let out = opened.wait_exit_within(PATIENCE);
    let event = out.last_event();
    let seen = (out.code, &event["code"]);
    assert_eq!(seen, (Some(7), &"job_ended".into()), "{out}");
    ends_soon(&cluster);
}

#[test]
fn grid_engine_leads_into_a_job_of_a_parallel_environment() {
    let (cluster, client) = closed(Scheduler::Sge);
    let lines =
        "launcher = \"sge\"\ncores = 2\noptions = [\"-l\", \"hostname=c1\"]\npoll_seconds = 2";
    configure(&client, lines);
    let mut opened = client.open("test");
    let ready = opened.wait_phase_within("ready", PATIENCE);
    assert_eq!(ready["server"]["host"], C1);
    assert_eq!(kernels::compute(&ready, "print(6 * 7)"), "42\n");
    downloads_as_it_is(&cluster, &client, &ready);
    opened.terminate();
    opened.wait_exit();
    ends_soon(&cluster);
    stop(&client);
    nothing_queued(&client, Scheduler::Sge);
}

#[test]
fn what_was_tried_is_told_where_nothing_leads_to_the_node() {
    let (cluster, client) = closed(Scheduler::Sge);
    // A job of one slot takes no tasks.
    let lines = "launcher = \"sge\"\noptions = [\"-l\", \"hostname=c1\"]\npoll_seconds = 2";
    configure(&client, lines);
    let event = fails(&client, 7, "node_refuses");
    let detail = event["detail"].as_str().unwrap();
    assert!(detail.contains("didn't accept task"), "{event}");
    assert!(detail.contains("administratively prohibited"), "{event}");
    ends_soon(&cluster);
}
