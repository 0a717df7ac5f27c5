//! A `JupyterHub` on the same machine, and servers that are of no use: neither keeps anybody from a good one, and none
//! is ended that is not ours to end.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::finding_servers::{RUNTIME, runtime_files, start_by_hand};
use crate::scene::{SOON, assert_nothing_left, configure, fails, launches, real, servers, text};
use crate::support::sshd::free_port;
use crate::support::{Client, Sshd, eventually, http};

/// What a single-user server asks of its Hub at its start: the version. Everything else is refused.
const HUB: &str = "import http.server, json, sys
class Hub(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asks_version = self.path.rstrip('/') == '/hub/api'
        self.send_response(200 if asks_version else 403)
        self.end_headers()
        self.wfile.write(json.dumps({'version': '6.1.1'}).encode())
    do_POST = do_GET
    def log_message(self, *about): pass
http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Hub).serve_forever()
";

const TOKEN: &str = "the-hubs-own-token";

/// Ends with the test.
struct Hub(Child);

impl Hub {
    fn start(port: u16) -> Self {
        let mut command = Command::new(real("python"));
        let child = command.args(["-c", HUB, &port.to_string()]);
        Self(child.stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn port() -> u16 {
    free_port(std::net::Ipv4Addr::LOCALHOST.into()).port()
}

/// Has the account's single-user server started by this command, as a Hub's spawner does.
fn spawn_single_user(sshd: &Sshd, client: &Client, hub: u16, command: &str) {
    let line = format!(
        "JUPYTERHUB_API_TOKEN={TOKEN} JUPYTERHUB_API_URL=http://127.0.0.1:{hub}/hub/api \
         JUPYTERHUB_SERVICE_PREFIX=/user/me/ JUPYTERHUB_BASE_URL=/ JUPYTERHUB_USER=me \
         JUPYTERHUB_CLIENT_ID=jupyterhub-user-me JUPYTERHUB_OAUTH_CALLBACK_URL=/user/me/oauth_callback \
         JUPYTERHUB_SERVICE_URL=http://127.0.0.1:{}/user/me/ \
         nohup bash -lc 'exec {command}' >single-user.log 2>&1 </dev/null &",
        port()
    );
    let before = runtime_files(sshd);
    client.ssh_run("test", &line);
    let up = || runtime_files(sshd) > before;
    assert!(
        eventually(crate::support::process::PATIENCE, up),
        "{:?}",
        sshd.home().read("single-user.log")
    );
}

fn hubs(sshd: &Sshd) -> usize {
    let running = sshd.leftovers();
    let of_hub = |line: &&String| line.contains("singleuser") || line.contains("my-server");
    running.iter().filter(of_hub).count()
}

#[test]
fn a_hubs_server_is_passed_over_and_never_ended() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let port = port();
    let _hub = Hub::start(port);
    start_by_hand(&sshd, &client, "work", "letmein6", "");
    // As the Hub starts it, as a module, and as a site's own program of another name.
    let program = "import jupyterhub.singleuser as s; s.main()";
    sshd.home().write("my-server", program);
    for command in [
        "jupyterhub-singleuser",
        "python -m jupyterhub.singleuser",
        "python my-server",
    ] {
        spawn_single_user(&sshd, &client, port, command);
    }
    assert_eq!(hubs(&sshd), 3);

    // It is older than they are.
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(
        http::token(text(&ready, "url")).as_deref(),
        Some("letmein6")
    );
    opened.interrupt();
    opened.wait_exit();
    let out = client.run(&["stop", "test", "--yes"]);
    assert!(out.stderr.contains("has shut down"), "{out}");

    // And now there are only they.
    let out = client.run(&["doctor", "test"]);
    assert_eq!(
        out.stdout.matches("JupyterHub's own server").count(),
        3,
        "{out}"
    );
    let out = client.run(&["stop", "test", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert!(out.stderr.contains("JupyterHub's own server"), "{out}");
    assert_eq!(hubs(&sshd), 3, "{out}");
    configure(&client, "launcher = \"attach\"");
    let failed = fails(&client, &[], 6, "nothing_running");
    assert!(text(&failed, "detail").contains("JupyterHub"), "{failed}");

    configure(&client, "");
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(ready["reused"], false);
    opened.interrupt();
    let out = opened.wait_exit();
    assert!(out.stdout.contains("JupyterHub's own server"), "{out}");
    assert!(!out.stdout.contains(TOKEN), "{out}");
    assert_eq!(client.run(&["stop", "test", "--yes"]).code, Some(0));
    assert_eq!(hubs(&sshd), 3);
}

/// In a terminal of a Hub's server all of its environment is there: what is started in it is the user's own.
#[test]
fn a_server_from_a_hubs_terminal_is_an_ordinary_one() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    sshd.home().append(
        ".bash_profile",
        "export JUPYTERHUB_API_TOKEN=other JUPYTERHUB_SERVICE_PREFIX=/user/me/ JUPYTERHUB_USER=me\n",
    );
    start_by_hand(&sshd, &client, "work", "letmein7", "");
    configure(&client, "launcher = \"attach\"");
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    opened.interrupt();
    opened.wait_exit();
    assert_eq!(client.run(&["stop", "test", "--yes"]).code, Some(0));
    assert_nothing_left(&sshd, &client);
}

/// The file of the newer one names a token that it does not take.
#[test]
fn a_server_that_refuses_its_token_hides_no_other() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    start_by_hand(&sshd, &client, "work", "letmein8", "");
    start_by_hand(&sshd, &client, "other", "letmein9", "");
    let folder = sshd.home().path().join(RUNTIME);
    let files = || {
        fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
    };
    // The file may be there before its text.
    let of_the_second = || {
        let is_its = |file: &PathBuf| {
            file.extension().is_some_and(|end| end == "json")
                && fs::read_to_string(file).is_ok_and(|text| text.contains("letmein9"))
        };
        files().find(is_its)
    };
    assert!(eventually(SOON, || of_the_second().is_some()));
    let file = of_the_second().unwrap();
    let text_of_it = fs::read_to_string(&file).unwrap();
    fs::write(&file, text_of_it.replace("letmein9", "another")).unwrap();
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(
        http::token(text(&ready, "url")).as_deref(),
        Some("letmein8")
    );
    opened.interrupt();
    let out = opened.wait_exit();
    assert!(
        out.stdout
            .contains("is passed over: the server answered 403"),
        "{out}"
    );
    // A stop ends the one that a click opens.
    assert_eq!(client.run(&["stop", "test"]).code, Some(0));
    assert_eq!(servers(&sshd).len(), 1);

    // Alone it is of no use: a click starts one, and only one.
    for reused in [false, true] {
        let mut opened = client.open("test");
        let ready = opened.wait_phase("ready");
        assert_eq!(ready["reused"], reused, "{ready}");
        opened.interrupt();
        opened.wait_exit();
    }
    assert_eq!(launches(&sshd).len(), 1);
    assert!(eventually(SOON, || servers(&sshd).len() == 2));
    assert_eq!(client.run(&["stop", "test"]).code, Some(0));
    // Nobody else is asked to take it away: it ends when someone insists.
    assert_eq!(client.run(&["stop", "test"]).code, Some(6));
    assert_eq!(client.run(&["stop", "test", "--yes"]).code, Some(0));
    assert_nothing_left(&sshd, &client);
}
