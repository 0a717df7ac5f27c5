//! Servers that run already: which one is taken, and which are not believed.

use std::fs;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::scene::{
    assert_nothing_left, bare, configure, fails, launches, real, servers, text, with_notebook_6,
};
use crate::support::process::{PATIENCE, must, pid_of};
use crate::support::{Client, Home, Sshd, eventually, http};

pub const RUNTIME: &str = ".local/share/jupyter/runtime";

/// Starts a command there that stays, and gives its process id.
fn leave_running(client: &Client, host: &str, command: &str) -> u32 {
    let line = format!("nohup {command} >/dev/null 2>&1 </dev/null & echo $!");
    client.ssh_run(host, &line).trim().parse().unwrap()
}

/// Starts a `JupyterLab` there as a user would, and waits until it listens.
pub fn start_by_hand(sshd: &Sshd, client: &Client, folder: &str, token: &str, more: &str) {
    start_app_by_hand(sshd, client, ("lab", folder), token, more);
}

/// The same with any of Jupyter's applications.
pub fn start_app_by_hand(
    sshd: &Sshd,
    client: &Client,
    (app, folder): (&str, &str),
    token: &str,
    more: &str,
) {
    fs::create_dir_all(sshd.home().path().join(folder)).unwrap();
    let port = if more.contains("--sock") {
        ""
    } else {
        "--port=0"
    };
    let line = format!(
        "cd '{folder}'; JUPYTER_TOKEN={token} nohup bash -lc 'exec jupyter {app} --no-browser {port} {more}' >log 2>&1 </dev/null &"
    );
    let log = format!("{folder}/log");
    // Jupyter lets its port go before it listens on it for good, and another test may take it in between: again, then.
    for _ in 0..3 {
        let before = all_runtime_files(sshd.home());
        client.ssh_run("test", &line);
        let listens = || {
            let after = all_runtime_files(sshd.home());
            let mut new = after.iter().filter(|file| !before.contains(file));
            new.next().is_some_and(|file| is_listening(file))
        };
        let was_robbed = || {
            let said = sshd.home().read(&log).unwrap_or_default();
            said.contains("is not available.")
        };
        let ended = eventually(PATIENCE, || listens() || was_robbed());
        assert!(ended, "{:?}", sshd.home().read(&log));
        if !was_robbed() {
            return;
        }
    }
    panic!("{:?}", sshd.home().read(&log));
}

/// True once the server of a runtime file can be connected to. It writes the file first, and a moment later it listens.
fn is_listening(file: &Path) -> bool {
    let text = fs::read_to_string(file).unwrap_or_default();
    let Ok(server) = serde_json::from_str::<Value>(&text) else {
        return false; // it is still being written
    };
    match server["sock"].as_str() {
        Some(sock) if !sock.is_empty() => UnixStream::connect(sock).is_ok(),
        _ => {
            let port = server["port"].as_u64().unwrap().try_into().unwrap();
            let named = server["hostname"].as_str().unwrap();
            [named, "127.0.0.1", "::1"]
                .iter()
                .any(|host| TcpStream::connect((*host, port)).is_ok())
        }
    }
}

pub fn runtime_files(sshd: &Sshd) -> usize {
    all_runtime_files(sshd.home()).len()
}

fn all_runtime_files(home: &Home) -> Vec<PathBuf> {
    let is_one = |file: &PathBuf| {
        let name = file.file_name().unwrap().to_string_lossy();
        name.starts_with("jpserver-") && file.extension().is_some_and(|end| end == "json")
    };
    let files = crate::scene::all_below(&home.path().join(RUNTIME));
    files.into_iter().filter(is_one).collect()
}

#[test]
fn attach_takes_the_server_of_the_working_folder_or_else_the_newest() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    start_by_hand(
        &sshd,
        &client,
        "first",
        "letmein-1_a",
        "--ServerApp.base_url=/x/",
    );
    start_by_hand(&sshd, &client, "second", "letmein2", "");
    configure(&client, "launcher = \"attach\"\nworkdir = \"~/first\"");
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(text(&ready["server"], "base_url"), "/x/");
    assert!(
        text(&ready, "url").ends_with("/x/lab?token=letmein-1_a"),
        "{ready}"
    );
    assert!(http::title(&ready).contains("JupyterLab"));
    assert_eq!(ready["reused"], true);
    let said = opened.seen.join("\n");
    assert!(
        said.contains("2 servers are running; selected the one in"),
        "{said}"
    );
    opened.interrupt();
    opened.wait_exit();

    configure(&client, "launcher = \"attach\"");
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(
        http::token(text(&ready, "url")).as_deref(),
        Some("letmein2")
    );
    assert!(
        opened.seen.join("\n").contains("selected the newest"),
        "{:?}",
        opened.seen
    );
    opened.interrupt();
    opened.wait_exit();
    assert_eq!(launches(&sshd).len(), 0, "attach launches nothing");

    // Somebody else's launch is still the person's own server: `stop` ends it all the same.
    for left in [1, 0] {
        let out = client.run(&["stop", "test"]);
        assert_eq!(out.code, Some(0), "{out}");
        assert_eq!(servers(&sshd).len(), left, "{out}");
    }
    assert_eq!(runtime_files(&sshd), 0);
    assert_nothing_left(&sshd, &client);
}

#[test]
fn attach_with_nothing_running_says_so() {
    let sshd = bare();
    let client = Client::of(&sshd);
    configure(&client, "launcher = \"attach\"");
    let failed = fails(&client, &[], 6, "nothing_running");
    assert!(text(&failed, "title").contains("test"), "{failed}");
    assert_eq!(launches(&sshd).len(), 0);
}

fn runtime_file(home: &Home, pid: u32, content: &str) {
    home.write(&format!("{RUNTIME}/jpserver-{pid}.json"), content);
}

fn server(pid: u32, port: u16) -> String {
    let file = json!({"pid": pid, "port": port, "token": "never-send-this", "base_url": "/",
        "root_dir": "/", "secure": false, "sock": "", "url": "", "version": "2.0.0", "hostname": "localhost"});
    file.to_string()
}

/// Nothing is found, `doctor` gives each of the reasons, and no server of ours was mistaken for running.
fn assert_passed_over(client: &Client, reasons: &[String]) {
    configure(client, "launcher = \"attach\"");
    let failed = fails(client, &[], 6, "nothing_running");
    let out = client.run(&["doctor", "test", "--json"]);
    assert_eq!(out.code, Some(6), "a click comes to nothing: {out}");
    let told = out.json_lines();
    for reason in reasons {
        assert!(
            text(&failed, "detail").contains(reason),
            "no \"{reason}\": {failed}"
        );
        let is_told =
            |step: &Value| step["verdict"] == "note" && text(step, "text").contains(reason);
        assert!(told.iter().any(is_told), "doctor lacks \"{reason}\": {out}");
    }
}

#[test]
fn stale_malformed_and_foreign_runtime_files_are_passed_over() {
    let sshd = bare();
    let client = Client::of(&sshd);
    let home = sshd.home();
    let port = crate::support::sshd::free_port(std::net::Ipv4Addr::LOCALHOST.into()).port();
    let sleeps: Vec<u32> = (0..3)
        .map(|_| leave_running(&client, "test", "sleep 4715"))
        .collect();
    let silent = leave_running(
        &client,
        "test",
        "python3 -c 'import time; time.sleep(4715)'",
    );
    let ended: u32 = client
        .ssh_run("test", "sh -c 'echo $$'")
        .trim()
        .parse()
        .unwrap();

    runtime_file(home, ended, &server(ended, port));
    runtime_file(home, sleeps[0], "{\"pid\": ");
    runtime_file(home, sleeps[1], &server(sleeps[1], port));
    runtime_file(home, sleeps[2], "");
    runtime_file(home, silent, &server(silent, port));
    home.write(&format!("{RUNTIME}/jpserver-x y.json"), "{}");
    home.write(&format!("{RUNTIME}/jpserver-.json"), "{}");
    let since = SystemTime::now();
    assert_passed_over(
        &client,
        &[
            format!("jpserver-{}.json is malformed", sleeps[0]),
            format!("process {} is not Jupyter", sleeps[1]),
            format!("jpserver-{}.json is malformed", sleeps[2]),
            format!("nothing listens on port {port}"),
        ],
    );
    for pid in [sleeps[0], silent] {
        let file = home.path().join(format!("{RUNTIME}/jpserver-{pid}.json"));
        assert!(
            fs::metadata(file).unwrap().modified().unwrap() < since,
            "files of others are left alone"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_port_that_another_account_holds_is_sent_nothing() {
    use crate::scene::SOON;
    use crate::support::{Key, RootSshd};
    use std::io::Write;
    use std::net::{Ipv4Addr, TcpStream};
    const LISTENER: &str = "import socket, sys
listener = socket.create_server(('127.0.0.1', 0))
open('port.new', 'w').write(str(listener.getsockname()[1]))
import os; os.rename('port.new', 'port')
heard = open('heard', 'ab', buffering=0)
while True:
    visitor, _ = listener.accept()
    heard.write(b'[visit]')
    while part := visitor.recv(4096): heard.write(part)
";
    let sshd = RootSshd::start();
    let client = Client::of(&sshd);
    client.add_host("other", &sshd.other(), Key::Ed25519);
    sshd.other_home().write("listener.py", LISTENER);
    leave_running(&client, "other", "/usr/bin/python3 listener.py");
    let port = || sshd.other_home().read("port");
    assert!(
        eventually(SOON, || port().is_some()),
        "the listener does not start"
    );
    let port: u16 = port().unwrap().parse().unwrap();
    // Inside their namespace, processes have other numbers than outside: it tells its own.
    let pid = leave_running(
        &client,
        "test",
        "/usr/bin/python3 -c 'import time; time.sleep(4716)'",
    );
    runtime_file(sshd.home(), pid, &server(pid, port));

    assert_passed_over(
        &client,
        &[format!("another account listens on port {port}")],
    );
    let heard = || sshd.other_home().read("heard").unwrap_or_default();
    assert_eq!(
        heard(),
        "",
        "not one byte, nor a connection, before it is known who listens"
    );

    let mut visitor = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    visitor.write_all(b"ours").unwrap();
    assert!(
        eventually(SOON, || heard() == "[visit]ours"),
        "it hears: {}",
        heard()
    );
}

#[test]
fn a_server_that_hangs_is_ended_when_someone_insists() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    start_by_hand(&sshd, &client, "work", "letmein3", "");
    let pid = pid_of(&servers(&sshd)[0]);
    let pid = Pid::from_raw(pid.parse().unwrap()).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    let out = client.run(&["stop", "test", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert!(out.stderr.contains("KILL ended it"), "{out}");
    assert_eq!(servers(&sshd).len(), 0);
    assert_eq!(runtime_files(&sshd), 0);
}

/// Opens it, and gives `ready` with all that was said until then.
fn attach(client: &Client) -> (crate::support::Opened, Value, String) {
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    let said = opened.seen.join("\n");
    (opened, ready, said)
}

/// As a browser does after its person has looked at the certificate.
fn fetch(url: &str) -> String {
    must(Command::new("curl").args([
        "--silent",
        "--insecure",
        "--location",
        "--noproxy",
        "*",
        url,
    ]))
}

#[test]
fn a_server_with_https_is_opened_with_its_certificate_pinned() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let file = |name: &str| sshd.home().path().join(name).display().to_string();
    let (key, certificate) = (file("key.pem"), file("cert.pem"));
    let request = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=nobody.example -keyout";
    let mut openssl = Command::new("openssl");
    must(
        openssl
            .args(request.split(' '))
            .args([&key, "-out", &certificate]),
    );
    let shown = must(Command::new("openssl").args([
        "x509",
        "-noout",
        "-fingerprint",
        "-sha256",
        "-in",
        &certificate,
    ]));
    let fingerprint = shown.trim().split('=').next_back().unwrap();
    let more = format!("--ip=::1 --ServerApp.certfile={certificate} --ServerApp.keyfile={key}");
    start_by_hand(&sshd, &client, "work", "letmein4", &more);

    configure(&client, "launcher = \"attach\"");
    let (mut opened, ready, said) = attach(&client);
    let url = text(&ready, "url");
    assert!(
        url.starts_with("https://localhost:") && url.ends_with("/lab?token=letmein4"),
        "{url}"
    );
    assert!(said.contains(fingerprint), "no {fingerprint} in {said}");
    assert!(fetch(url).contains("<title>JupyterLab</title>"));
    opened.interrupt();
    opened.wait_exit();
    let out = client.run(&["stop", "test", "--yes"]);
    assert!(
        out.code == Some(0) && out.stderr.contains("has shut down"),
        "{out}"
    );
    assert_nothing_left(&sshd, &client);
}

#[test]
fn a_password_is_asked_for_by_the_tab() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let hash = "from jupyter_server.auth import passwd; print(passwd(\"secret\", \"sha1\"))";
    let hash = must(Command::new(real("python")).args(["-c", hash]));
    let more = format!(
        "--ip=localhost --PasswordIdentityProvider.hashed_password={}",
        hash.trim()
    );
    start_by_hand(&sshd, &client, "work", "", &more);
    configure(&client, "launcher = \"attach\"");
    let (mut opened, ready, said) = attach(&client);
    assert!(said.contains("asks for its password in the tab"), "{said}");
    let url = text(&ready, "url");
    assert!(!url.contains("token"), "{url}");
    assert!(fetch(url).contains("type=\"password\""));
    opened.interrupt();
    opened.wait_exit();

    // Its port, fixed on both sides as in the script of old: it is taken over, and only it.
    configure(
        &client,
        &format!("remote_port = {}", ready["server"]["port"]),
    );
    let (mut opened, again, _) = attach(&client);
    assert_eq!(
        (&again["server"], &again["reused"]),
        (&ready["server"], &true.into())
    );
    // It does not tell what its kernels do: not ended without a question, through the tunnel or without.
    let refused = client.run(&["stop", "test"]);
    assert_eq!(refused.code, Some(6), "{refused}");
    assert!(refused.stderr.contains("cannot be counted"), "{refused}");
    assert!(opened.is_running(), "the tunnel stays");
    opened.interrupt();
    opened.wait_exit();
    let mut terminal = client.terminal(&["stop", "test"]);
    terminal.expect("cannot be counted, and some may be busy. End them anyway? (yes/no)");
    terminal.answer("no");
    assert_eq!(terminal.wait_exit().code, Some(6));
    let out = client.run(&["stop", "test", "--yes"]);
    assert!(
        out.code == Some(0) && out.stderr.contains("TERM ended it"),
        "{out}"
    );
    assert_nothing_left(&sshd, &client);
}

#[test]
fn neither_token_nor_password_is_warned_about_once() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    // A Mac has no second loopback address.
    let address = if cfg!(target_os = "linux") {
        "127.0.0.2"
    } else {
        "127.0.0.1"
    };
    let more = format!("--ip={address} --IdentityProvider.token= --ServerApp.base_url=/a/b");
    start_by_hand(&sshd, &client, "work", "", &more);
    configure(&client, "launcher = \"attach\"");
    let (mut opened, ready, said) = attach(&client);
    assert_eq!(
        said.matches("neither token nor password").count(),
        1,
        "{said}"
    );
    assert!(text(&ready, "url").ends_with("/a/b/lab"), "{ready}");
    assert!(http::title(&ready).contains("JupyterLab"));
    opened.interrupt();
    let out = opened.wait_exit();
    assert_eq!(
        out.stdout.matches("neither token nor password").count(),
        1,
        "{out}"
    );
    assert_eq!(client.run(&["stop", "test", "--yes"]).code, Some(0));
    assert_nothing_left(&sshd, &client);
}

#[test]
fn a_persons_own_unix_socket_is_found() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    start_by_hand(
        &sshd,
        &client,
        "work",
        "letmein5",
        "--sock=\"$HOME/own.sock\"",
    );
    configure(&client, "launcher = \"attach\"");
    let (mut opened, ready, _) = attach(&client);
    let socket = sshd.home().path().join("own.sock").display().to_string();
    assert_eq!(text(&ready["server"], "socket"), socket);
    assert!(http::title(&ready).contains("JupyterLab"));
    opened.interrupt();
    opened.wait_exit();
    assert_eq!(client.run(&["stop", "test", "--yes"]).code, Some(0));
    assert_nothing_left(&sshd, &client);
}

#[test]
fn runtime_files_are_found_wherever_jupyter_puts_them() {
    let sshd = bare();
    let client = Client::of(&sshd);
    let profile = sshd.home().read(".bash_profile").unwrap();
    let port = crate::support::sshd::free_port(std::net::Ipv4Addr::LOCALHOST.into()).port();
    let command = "python3 -c 'import time; time.sleep(4720)'";
    let pid = leave_running(&client, "test", command);
    for (line, folder) in [
        ("export JUPYTER_RUNTIME_DIR=\"$HOME/run time\"", "run time"),
        ("export JUPYTER_DATA_DIR=\"$HOME/data\"", "data/runtime"),
        ("export XDG_DATA_HOME=\"$HOME/xdg\"", "xdg/jupyter/runtime"),
        ("", ".local/share/jupyter/runtime"),
        ("", "Library/Jupyter/runtime"),
    ] {
        let file = format!("{folder}/jpserver-{pid}.json");
        sshd.home().write(&file, &server(pid, port));
        sshd.home()
            .write(".bash_profile", &format!("{profile}{line}\n"));
        assert_passed_over(&client, &[format!("nothing listens on port {port}")]);
        fs::remove_file(sshd.home().path().join(file)).unwrap();
    }
}

#[test]
fn notebook_6_is_started_found_and_stopped() {
    let sshd = with_notebook_6();
    let client = Client::of(&sshd);
    let (mut opened, ready, _) = attach(&client);
    assert_eq!(ready["reused"], false);
    assert!(
        text(&ready["server"], "version").starts_with("6."),
        "{ready}"
    );
    assert!(text(&ready, "url").contains("/tree?token="), "{ready}");
    assert_eq!(
        http::title(&ready),
        "Home Page - Select or create a notebook"
    );
    opened.interrupt();
    opened.wait_exit();

    let (mut opened, again, _) = attach(&client);
    assert_eq!(
        (&again["server"], &again["reused"]),
        (&ready["server"], &true.into())
    );
    opened.interrupt();
    opened.wait_exit();
    assert_eq!(client.run(&["stop", "test", "--yes"]).code, Some(0));
    assert_nothing_left(&sshd, &client);
}

/// On a machine in namespaces of its own, for others could reach it.
#[cfg(target_os = "linux")]
#[test]
fn a_server_is_reached_whatever_its_person_had_it_listen_on() {
    let cluster = crate::support::Cluster::start(&[]);
    let client = Client::of(&cluster);
    configure(&client, "launcher = \"attach\"");
    for address in ["0.0.0.0", "::", "$(hostname)"] {
        let line = format!(
            "JUPYTER_TOKEN=letmein nohup bash -lc 'exec jupyter lab --no-browser --port=0 --ip=\"'{address}'\"' >log 2>&1 </dev/null & echo $!"
        );
        client.ssh_run("test", &line);
        let up = || all_runtime_files(cluster.home()).len() == 1;
        assert!(eventually(PATIENCE, up), "{:?}", cluster.home().read("log"));
        let mut opened = client.open("test");
        let ready = opened.wait_phase("ready");
        assert_eq!(ready["reused"], true, "{address}: {ready}");
        assert_eq!(http::api(&ready, "api/status").status, 200);
        opened.interrupt();
        opened.wait_exit();
        assert_eq!(client.run(&["stop", "test", "--yes"]).code, Some(0));
    }
}
