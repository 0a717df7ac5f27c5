//! The route to a compute node: a session of our own there, or its address where the site takes no SSH.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::support::cluster::{C1, C2, LOGIN, PORT, run_jupyter_sh};
use crate::support::{Opened, http};

const ON_C1: &str = "launcher = \"slurm\"\noptions = [\"-w\", \"c1\"]";
const ON_C2: &str = "launcher = \"slurm\"\noptions = [\"-w\", \"c2\"]";
const C1_ADDRESS: &str = "192.0.2.11";

/// A click up to its page, and all that was told meanwhile.
fn click(client: &Client) -> (Opened, Value, String) {
    let mut opened = client.open("test");
    let ready = opened.wait_phase_within("ready", PATIENCE);
    assert_eq!(http::api(&ready, "api/status").status, 200);
    let told = opened.seen.join("\n");
    (opened, ready, told)
}

fn close(mut opened: Opened) {
    opened.terminate();
    opened.wait_exit();
}

fn remembered(client: &Client) -> Option<String> {
    let state = client.read("state/remote-jupyter/state.toml");
    let line = state
        .lines()
        .skip_while(|line| *line != "[routes]")
        .nth(1)?;
    Some(line.replace("test = ", "").replace('"', ""))
}

/// Whether the login node itself gets a connection to the server's port on that address.
fn is_open(cluster: &Cluster, address: &str, ready: &Value) -> bool {
    let script = format!("exec 3<>/dev/tcp/{address}/{}", ready["server"]["port"]);
    let out = cluster.try_admin(LOGIN, &["timeout", "5", "bash", "-c", &script]);
    out.code == Some(0)
}

#[test]
fn a_hop_reaches_a_server_that_only_its_own_node_reaches() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    let known = client.read("known_hosts");
    // What a person means by a further forward is on the machine of their notebook.
    let forward = "[[host.forward]]\nname = \"board\"\nremote = \"127.0.0.1:6006\"";
    configure(&client, &format!("{ON_C1}\n{forward}"));
    let (cold, first, told) = click(&client);
    assert!(!told.contains("Restarting Jupyter"), "{told}");
    assert_eq!(first["server"]["host"], C1);
    assert!(
        !is_open(&cluster, C1_ADDRESS, &first),
        "nobody else reaches it"
    );
    assert_eq!(remembered(&client).as_deref(), Some("hop"));
    assert_eq!(
        client.read("known_hosts"),
        known,
        "nothing was written down"
    );
    assert_eq!(client.read("home/.ssh/known_hosts"), "");
    assert_eq!(cluster.connections(), 1, "one login for all of it");
    let load = load(&client);
    assert!(load["node"] == C1 && load["has_server"] == true, "{load}");
    assert!(load["own"]["memory"].as_u64() > Some(0), "{load}");
    let board =
        "cd /tmp && echo of-the-node >board && exec python3 -m http.server -b 127.0.0.1 6006";
    let serve = format!("({board}) >/dev/null 2>&1 &");
    cluster.admin(C1, &["sh", "-c", &serve]);
    let local = first["forwards"][0]["local_port"].as_u64().unwrap();
    let page = || http::try_get(&format!("http://localhost:{local}/board"));
    assert!(eventually(SOON, || page().is_ok_and(|page| page.status == 200)));
    close(cold);

    let (warm, again, told) = click(&client);
    assert_eq!(again["reused"], true);
    assert_eq!(again["server"], first["server"]);
    assert!(!told.contains("Restarting Jupyter"), "{told}");
    close(warm);
    stop(&client);
    nothing_queued(&client, Scheduler::Slurm);
}

#[test]
fn a_socket_on_the_node_is_reached_by_a_hop() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    configure(&client, &format!("{ON_C2}\nbind = \"socket\""));
    let (opened, ready, _) = click(&client);
    let socket = ready["server"]["socket"].as_str().unwrap();
    assert_eq!(ready["server"]["port"], Value::Null);
    let mode = cluster.admin(C2, &["stat", "-c", "%a %U", socket]);
    assert_eq!(mode, "600 rj-test\n");
    close(opened);
    let (opened, again, _) = click(&client);
    assert_eq!(again["server"], ready["server"]);
    close(opened);
    stop(&client);
    nothing_queued(&client, Scheduler::Slurm);
}

#[test]
fn a_node_without_ssh_is_reached_at_its_address_and_that_is_remembered() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    cluster.refuse_ssh(C1);
    configure(&client, ON_C1);
    let (cold, first, told) = click(&client);
    assert!(told.contains("Restarting Jupyter"), "{told}");
    assert!(is_open(&cluster, C1_ADDRESS, &first));
    // Nothing runs on the node but what the job began.
    let load = load(&client);
    assert!(
        load["node"] == LOGIN && load["has_server"] == false,
        "{load}"
    );
    assert_eq!(load["own"], Value::Null);
    assert_eq!(remembered(&client).as_deref(), Some("address"));
    let job = jobs(&client, Scheduler::Slurm);
    assert_eq!(job, [first["job"]["id"].as_str().unwrap()], "the same job");
    close(cold);
    let (warm, again, told) = click(&client);
    assert_eq!(again["server"], first["server"]);
    assert!(!told.contains("SSH session"), "{told}");
    close(warm);
    stop(&client);
    nothing_queued(&client, Scheduler::Slurm);
    // The next job begins where the last one had to go.
    let (cold, _, told) = click(&client);
    assert!(!told.contains("Restarting Jupyter"), "{told}");
    close(cold);
    stop(&client);
    nothing_queued(&client, Scheduler::Slurm);
}

#[test]
fn a_login_node_that_may_not_go_there_is_left_for_a_hop() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    // Nothing but SSH from here: as a site does that knows what it wants.
    let only_ssh = "echo 'PermitOpen *:22' >>/etc/ssh/sshd_config";
    cluster.admin(LOGIN, &["sh", "-c", only_ssh]);
    configure(&client, &format!("{ON_C1}\nbind = \"node\""));
    let event = fails(&client, 7, "node_refuses");
    assert!(
        event["detail"].as_str().unwrap().contains("prohibited"),
        "{event}"
    );
    nothing_queued(&client, Scheduler::Slurm);

    configure(&client, ON_C1);
    let folder = client.path("state/remote-jupyter");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    std::fs::write(folder.join("state.toml"), "[routes]\ntest = \"address\"\n").unwrap();
    let (opened, ready, _) = click(&client);
    assert!(
        is_open(&cluster, C1_ADDRESS, &ready),
        "it was started there"
    );
    assert_eq!(remembered(&client).as_deref(), Some("hop"));
    close(opened);
    stop(&client);
    nothing_queued(&client, Scheduler::Slurm);
}

#[test]
fn a_hop_that_is_forced_and_refused_leaves_nothing_queued() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    cluster.forbid_relays();
    // Another key than the one that the node told: nobody is asked, and nothing is sent.
    let other = "ssh-keygen -q -t ed25519 -N '' -f /tmp/other && for key in /etc/ssh/ssh_host_*_key.pub; do cp /tmp/other.pub $key; done";
    cluster.admin(C1, &["sh", "-c", other]);
    // And one without any sshd.
    cluster.admin(C2, &["sh", "-c", "kill $(cat /run/sshd.pid)"]);
    for (lines, bind, words) in [
        (ON_C1, "loopback", "key"),
        (ON_C1, "socket", "key"),
        (ON_C2, "loopback", "connect failed"),
    ] {
        configure(&client, &format!("{lines}\nbind = \"{bind}\""));
        let event = fails(&client, 7, "node_refuses");
        assert!(event["detail"].as_str().unwrap().contains(words), "{event}");
        assert!(
            event["remedy"].as_str().unwrap().contains("bind"),
            "{event}"
        );
        nothing_queued(&client, Scheduler::Slurm);
    }
    let refused = cluster.admin(C1, &["cat", "/var/log/sshd"]);
    assert!(!refused.contains("Accepted"), "{refused}");
    // Left to itself it finds a way.
    configure(&client, ON_C2);
    let (opened, _, told) = click(&client);
    assert!(told.contains("Restarting Jupyter"), "{told}");
    close(opened);
    stop(&client);
    nothing_queued(&client, Scheduler::Slurm);
}

#[test]
fn a_firewall_that_drops_is_no_trap_and_a_server_with_a_kernel_stays_where_it_is() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    cluster.forbid_relays();
    // What sshd there sends is lost, so that a connection to it hangs.
    let drop = [
        "ip",
        "rule",
        "add",
        "pref",
        "1",
        "ipproto",
        "tcp",
        "sport",
        "22",
        "blackhole",
    ];
    cluster.admin(C2, &drop);
    configure(&client, ON_C2);
    let (opened, _, told) = click(&client);
    assert!(told.contains("Restarting Jupyter"), "{told}");
    close(opened);
    stop(&client);
    nothing_queued(&client, Scheduler::Slurm);

    configure(&client, &format!("{ON_C1}\nbind = \"loopback\""));
    let (opened, before, _) = click(&client);
    let kernel = http::post(&before, "api/kernels", "{}");
    assert_eq!(kernel.status, 201, "{}", kernel.body);
    close(opened);
    cluster.refuse_ssh(C1);
    configure(&client, ON_C1);
    let event = fails(&client, 7, "node_refuses");
    assert!(
        event["title"].as_str().unwrap().contains("is in use"),
        "{event}"
    );
    let pid = before["server"]["pid"].to_string();
    cluster.admin(C1, &["kill", "-0", &pid]);
    assert_eq!(jobs(&client, Scheduler::Slurm).len(), 1);
    // Only the word of the person ends it.
    stop(&client);
    nothing_queued(&client, Scheduler::Slurm);
}

#[test]
fn a_hop_heals_with_the_login_connection_and_by_itself() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    configure(&client, ON_C1);
    let (mut opened, before, _) = click(&client);
    let cut = [
        "sh",
        "-c",
        "pkill -KILL -f '^sshd(-session)?: rj-test' || true",
    ];
    for (node, logins) in [(C1, 1), (LOGIN, 2)] {
        cluster.admin(node, &cut);
        opened.wait_phase_within("reconnecting", PATIENCE);
        let again = opened.wait_phase_within("ready", PATIENCE);
        assert_eq!(again["server"], before["server"]);
        assert_eq!(again["local_port"], before["local_port"]);
        assert_eq!(http::api(&again, "api/status").status, 200);
        assert_eq!(cluster.connections(), logins, "after {node}");
    }
    close(opened);
    stop(&client);
    nothing_queued(&client, Scheduler::Slurm);
}

/// As many have it: the server is to be reached from the login node, and the runtime file names no name.
#[test]
fn a_job_script_that_listens_on_its_nodes_address_is_found() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    cluster.home().write(
        "run_jupyter.sh",
        "#!/bin/bash -l\nexec jupyter lab --no-browser --ip=$(hostname -i | awk '{print $1}') --port=8899\n",
    );
    configure(
        &client,
        "launcher = \"slurm\"\njob_script = \"run_jupyter.sh\"\noptions = [\"--nodelist=c1\"]\npoll_seconds = 2",
    );
    let mut opened = client.open("test");
    let ready = opened.wait_phase_within("ready", PATIENCE);
    assert_eq!(ready["server"]["host"], C1);
    assert_eq!(ready["server"]["port"], 8899);
    assert!(http::title(&ready).contains("JupyterLab"));
    close(opened);
    stop(&client);
    nothing_queued(&client, Scheduler::Slurm);
}

#[test]
fn a_hand_started_server_on_a_nodes_loopback_is_proven_before_it_is_used() {
    let cluster = Cluster::start(&[Scheduler::Sge]);
    let client = Client::of(&cluster);
    cluster.forbid_relays();
    run_jupyter_sh(cluster.home());
    // Jupyter's second start writes there, and the tests may be root's.
    cluster.admin(
        LOGIN,
        &["chown", "-R", "rj-test:", "/home/rj-test/.jupyter"],
    );
    configure(
        &client,
        "launcher = \"sge\"\nremote_port = 8888\nparallel_environment = \"smp\"\ncores = 4\n\
         options = [\"-l\", \"hostname=c1\"]\njob_script = \"run_jupyter.sh\"\npoll_seconds = 2",
    );
    // Nobody has told who c1 is, and nobody is there to be asked.
    let event = fails(&client, 7, "node_refuses");
    assert!(event["detail"].as_str().unwrap().contains("key"), "{event}");
    nothing_queued(&client, Scheduler::Sge);

    let known = client.path("known_of_nodes");
    std::fs::write(&known, format!("c1 {}\n", cluster.host_key(C1))).unwrap();
    let config = client.read("ssh_config");
    let node = format!("Host c1\n  UserKnownHostsFile {}\n", known.display());
    std::fs::write(client.path("ssh_config"), config + &node).unwrap();
    let mut opened = client.open("test");
    let ready = opened.wait_phase_within("ready", PATIENCE);
    assert_eq!(ready["server"]["host"], C1);
    assert_eq!(ready["server"]["port"], PORT);
    let port = ready["local_port"].as_u64().unwrap();
    assert_eq!(
        http::try_get(&format!("http://localhost:{port}/api"))
            .unwrap()
            .status,
        200
    );
    close(opened);
    stop(&client);
    nothing_queued(&client, Scheduler::Sge);
}
