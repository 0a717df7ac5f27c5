//! Load of the server's machine, memory of kernels, and other programs that listen there.

use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::scene::{SOON, configure, put_program};
use crate::support::process::PATIENCE;
use crate::support::sshd::free_port;
use crate::support::{Client, Opened, Sshd, eventually, http, kernels};

/// Output of a GPU's tool, which no test machine has.
const NVIDIA: &str = "case $* in
  *query-gpu=*) echo '0, GPU-aa, 87, 1024, 40960, NVIDIA A100' ;;
  *) echo \"GPU-aa, $(cat \"$HOME/pid\"), 512\" ;;
esac";

/// A program there, ended with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A page on a free port, by a program of that name.
fn serve(sshd: &Sshd, name: &str) -> (Program, u16) {
    let port = free_port([127, 0, 0, 1].into()).port();
    let server = format!(
        "from http.server import *\nHTTPServer(('127.0.0.1', {port}), SimpleHTTPRequestHandler).serve_forever()"
    );
    sshd.home().write(name, &server);
    let file = sshd.home().path().join(name);
    let mut python = Command::new("python3");
    python.arg(file).current_dir(sshd.home().path());
    let child = python.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let program = Program(child.unwrap());
    let page = || http::try_get(&format!("http://127.0.0.1:{port}/")).is_ok();
    assert!(eventually(SOON, page), "{name} serves");
    (program, port)
}

fn load(client: &Client) -> Value {
    let out = client.run(&["status", "test", "--load", "--json"]);
    assert_eq!(out.code, Some(0), "{out}");
    out.json_lines().remove(0)["load"].clone()
}

fn opened(sshd: &Sshd) -> (Client, Opened, Value) {
    let client = Client::of(sshd);
    configure(&client, "");
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    (client, opened, ready)
}

#[test]
fn a_look_at_the_node_tells_its_load_its_gpu_and_the_memory_of_each_kernel() {
    let sshd = Sshd::start();
    put_program(sshd.home(), "nvidia-smi", NVIDIA);
    let (client, mut opened, ready) = opened(&sshd);
    let pid = ready["server"]["pid"].to_string();
    sshd.home().write("pid", &pid);
    let made = http::post(&ready, "api/kernels", "{}");
    let kernel: Value = serde_json::from_str(&made.body).unwrap();
    // As large as a kernel is not of itself.
    kernels::run_cells(&sshd, &["kept = bytearray(300 << 20)"]);
    let big = || {
        let load = load(&client);
        let one = &load["kernels"][0];
        one["id"] == kernel["id"] && one["bytes"].as_u64().is_some_and(|size| size > 300 << 20)
    };
    assert!(eventually(PATIENCE, big), "{}", load(&client));

    let seen = load(&client);
    assert_eq!(seen["has_server"], true, "{seen}");
    assert_eq!(seen["node"], ready["server"]["host"], "{seen}");
    assert!(seen["load"].as_f64().is_some(), "{seen}");
    assert!(seen["cores"].as_u64() > Some(0), "{seen}");
    assert!(
        seen["memory"]["total"].as_u64() > seen["memory"]["used"].as_u64(),
        "{seen}"
    );
    assert!(seen["own"]["processes"].as_u64() >= Some(2), "{seen}");
    assert!(seen["own"]["memory"].as_u64() > Some(300 << 20), "{seen}");
    assert_eq!(seen["gpus"][0]["busy"], 87, "{seen}");
    assert_eq!(seen["gpus"][0]["own"], 512 << 20, "{seen}");

    // A kernel that computes has a processor to itself, or its share of a busy one.
    kernels::run_cells(&sshd, &["while True: pass"]);
    let computes = || {
        load(&client)["own"]["cores"]
            .as_f64()
            .is_some_and(|cores| cores > 0.2)
    };
    assert!(eventually(PATIENCE, computes), "{}", load(&client));

    let words = client.run(&["status", "test", "--load"]).stdout;
    for want in [
        "GPU NVIDIA A100: 87 % busy",
        "of memory in use",
        "Jupyter and its kernels: ",
    ] {
        assert!(words.contains(want), "{words}");
    }
    opened.interrupt();
    opened.wait_exit();
    // Nobody logs in for it.
    let out = client.run(&["status", "--load", "--json"]);
    assert_eq!(out.json_lines()[0].get("load"), None, "{out}");
}

#[test]
fn programs_of_the_account_that_listen_are_listed_and_forwarded() {
    let sshd = Sshd::start();
    let (client, mut opened, ready) = opened(&sshd);
    http::post(&ready, "api/kernels", "{}");
    let files = "cat ~/.local/state/remote-jupyter/servers/*/runtime/kernel-*.json";
    let own: Value = serde_json::from_str(&client.ssh_run("test", files)).unwrap();
    let (_board, board) = serve(&sshd, "tensorboard");
    let (_other, other) = serve(&sshd, "my page.py");
    let out = client.run(&["forward", "test", "--json"]);
    let lines = out.json_lines();
    let named = |port: u16| {
        let mut lines = lines.iter();
        lines
            .find(|line| line["port"] == port)
            .map(|line| line["name"].clone())
    };
    assert_eq!(named(board), Some("TensorBoard".into()), "{out}");
    // A ps prints a blank in a name as one between arguments.
    assert_eq!(named(other), Some("my".into()), "{out}");
    // The known ones come first.
    assert_eq!(lines[0]["is_known"], true, "{out}");
    let jupyter = ready["server"]["port"].as_u64().unwrap();
    assert!(lines.iter().all(|line| line["port"] != jupyter), "{out}");
    for socket in ["shell", "iopub", "stdin", "control", "hb"] {
        let port = own[format!("{socket}_port")].as_u64().unwrap();
        assert!(
            lines.iter().all(|line| line["port"] != port),
            "{socket}: {out}"
        );
    }

    let remote = lines[0]["remote"].as_str().unwrap();
    let told = client.run(&["forward", "test", remote]);
    let url = told.stdout.trim();
    assert_eq!(http::try_get(url).unwrap().status, 200, "{told}");
    let words = client.run(&["forward", "test"]);
    assert!(
        words.stdout.contains(&format!("{board:<6} TensorBoard")),
        "{words}"
    );
    opened.interrupt();
    opened.wait_exit();
    let out = client.run(&["forward", "test"]);
    assert_eq!(out.code, Some(2), "{out}");
}

#[test]
fn a_gpu_tool_that_never_ends_or_prints_nonsense_takes_nothing_from_the_rest() {
    let sshd = Sshd::start();
    put_program(
        sshd.home(),
        "nvidia-smi",
        "exec yes \"0, x, 300, $(printf '\\033')[2J, , \"",
    );
    put_program(
        sshd.home(),
        "rocm-smi",
        "echo 'device,GPU use (%)'; echo card0; exec sleep 600",
    );
    let (client, mut opened, ready) = opened(&sshd);
    let seen = load(&client);
    assert_eq!(seen["node"], ready["server"]["host"], "{seen}");
    assert!(seen["own"]["memory"].as_u64() > Some(0), "{seen}");
    let gpus = seen["gpus"].as_array().unwrap();
    assert!(
        gpus.len() <= 64 && gpus.iter().all(|gpu| gpu["busy"].is_null()),
        "{seen}"
    );
    assert_eq!(http::api(&ready, "api/status").status, 200);
    opened.interrupt();
    opened.wait_exit();
}
