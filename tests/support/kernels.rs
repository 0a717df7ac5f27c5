//! Work on a real Jupyter: kernels, notebooks, and its sudden end.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::process::must;
use super::{Client, Sshd, http, jupyter_venv};

/// The `ready` event of a tunnel that somebody holds.
pub fn ready(client: &Client, host: &str) -> Value {
    let out = client.run(&["open", host, "--json", "--no-browser"]);
    let line = out.stdout.lines().last().unwrap_or_default();
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {out}"))
}

fn post(ready: &Value, path: &str, body: &Value) {
    let reply = http::post(ready, &format!("api/{path}"), &body.to_string());
    assert_eq!(reply.status, 201, "{path}");
}

/// Starts a kernel that belongs to no notebook, on the server of a `ready` event.
pub fn start_kernel_at(ready: &Value) {
    post(ready, "kernels", &json!({}));
}

/// The same on the server of a tunnel that somebody holds.
pub fn start_kernel(client: &Client, host: &str) {
    start_kernel_at(&ready(client, host));
}

/// Starts a kernel for a notebook, as its tab would.
pub fn start_session(client: &Client, host: &str, path: &str) {
    let session =
        json!({ "path": path, "name": path, "type": "notebook", "kernel": { "name": "python3" } });
    post(&ready(client, host), "sessions", &session);
}

/// Lets the only kernel compute for long, as a cell of a notebook would.
pub fn make_busy(sshd: &Sshd) {
    run_cells(sshd, &["import time; time.sleep(600)"]);
}

/// Gives the only kernel these cells to run, one after the other, and goes away at once.
pub fn run_cells(sshd: &Sshd, cells: &[&str]) {
    must(&mut client_of_the_kernel(sshd, cells));
}

/// The same of a kernel that may be restarting: false if it did not answer.
pub fn try_cells(sshd: &Sshd, cells: &[&str]) -> bool {
    let mut client = client_of_the_kernel(sshd, cells);
    let client = client.stderr(Stdio::null()).status();
    client.is_ok_and(|status| status.success())
}

fn client_of_the_kernel(sshd: &Sshd, cells: &[&str]) -> Command {
    const CLIENT: &str = "import sys
from jupyter_client import BlockingKernelClient
client = BlockingKernelClient(connection_file=sys.argv[1])
client.load_connection_file()
client.start_channels()
client.wait_for_ready(timeout=30)
for cell in sys.argv[2:]:
    client.execute(cell)
";
    let home = sshd.home().path();
    let mut python = Command::new(jupyter_venv().join("bin/python"));
    python.env("HOME", home).args(["-c", CLIENT]);
    python.arg(connection_file(home)).args(cells);
    python
}

/// Runs code in a new kernel of the server behind a `ready` event, over a websocket, as a notebook's tab does; gives what it
/// printed.
pub fn compute(ready: &Value, code: &str) -> String {
    const TAB: &str = "import asyncio, json, os, sys, uuid
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect
async def main(base, code):
    headers = {'Authorization': 'token ' + os.environ['TOKEN']}
    answer = await AsyncHTTPClient().fetch(base + 'api/kernels', method='POST', body='{}', headers=headers)
    kernel = json.loads(answer.body)['id']
    url = base.replace('http', 'ws', 1) + f'api/kernels/{kernel}/channels'
    socket = await websocket_connect(HTTPRequest(url, headers=headers))
    header = dict(msg_id=uuid.uuid4().hex, msg_type='execute_request', session=uuid.uuid4().hex, username='', version='5.3', date='')
    content = dict(code=code, silent=False, store_history=False, user_expressions={}, allow_stdin=False)
    await socket.write_message(json.dumps(dict(header=header, parent_header={}, metadata={}, content=content, channel='shell')))
    while True:
        message = json.loads(await socket.read_message())
        if message['parent_header'].get('msg_id') != header['msg_id']:
            continue
        if message['msg_type'] == 'stream':
            print(message['content']['text'], end='', flush=True)
        elif message['content'].get('execution_state') == 'idle':
            return # after all output; the reply may come before it
asyncio.run(asyncio.wait_for(main(*sys.argv[1:]), 60))
";
    let base = ready["server"]["base_url"].as_str().unwrap_or("/");
    let base = format!("http://127.0.0.1:{}{base}", ready["local_port"]);
    let token = http::token(ready["url"].as_str().unwrap()).unwrap();
    let mut python = Command::new(jupyter_venv().join("bin/python"));
    must(python.env("TOKEN", token).args(["-c", TAB, &base, code]))
}

/// What a kernel's client connects by.
fn connection_file(home: &std::path::Path) -> PathBuf {
    let mut folders = vec![home.join(".local/state/remote-jupyter/servers")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if path.is_dir() {
                folders.push(path);
            } else if name.starts_with("kernel-") && name.ends_with(".json") {
                return path;
            }
        }
    }
    panic!("there is no kernel's connection file");
}

/// Ends the only server there, as running out of memory would.
pub fn kill_server(sshd: &Sshd) {
    let is_server = |line: &&String| line.contains("python") && line.contains("/bin/jupyter-");
    let all = sshd.leftovers();
    let line = all.iter().find(is_server).expect("a server");
    let pid = line
        .split_whitespace()
        .next()
        .and_then(|pid| pid.parse().ok());
    let pid = pid
        .and_then(rustix::process::Pid::from_raw)
        .expect("its process id");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}
