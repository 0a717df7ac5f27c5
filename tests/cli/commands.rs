//! The commands beside `open`.

use std::fs;
use std::time::Duration;

use serde_json::Value;

use crate::scene::{SOON, assert_nothing_left, bare, configure, launches, servers, text};
use crate::support::process::finish;
use crate::support::{Client, Finished, Known, Opened, Sshd, eventually, http, kernels};

fn good(client: &Client, args: &[&str]) -> Finished {
    let out = client.run(args);
    assert_eq!(out.code, Some(0), "{args:?}: {out}");
    out
}

fn status(client: &Client) -> Value {
    good(client, &["status", "test", "--json"])
        .json_lines()
        .remove(0)
}

/// A tunnel, and a second host that nobody opened.
fn open_one(client: &Client) -> (Opened, Value) {
    client.configure(
        "default_host = \"test\"\n[[host]]\nname = \"test\"\n[[host]]\nname = \"away\"\nssh = \"test-rsa\"\n",
    );
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    (opened, ready)
}

fn list_and_status_tell_what_is_open(client: &Client, ready: &Value) {
    let token = http::token(text(ready, "url")).unwrap();
    let list = good(client, &["list", "--json"]).json_lines();
    let told: Vec<_> = list
        .iter()
        .map(|host| (text(host, "host"), text(host, "phase")))
        .collect();
    assert_eq!(told, [("test", "ready"), ("away", "closed")]);
    assert_eq!(
        (&list[0]["default"], text(&list[1], "ssh")),
        (&true.into(), "test-rsa")
    );
    let list = good(client, &["list"]).stdout;
    assert!(list.lines().next().unwrap().ends_with("ready"), "{list}");

    let all = good(client, &["status", "--json"]);
    let both = all.json_lines();
    assert_eq!((both.len(), text(&both[1], "phase")), (2, "closed"));
    assert_eq!(
        both[0]["kernels"],
        serde_json::json!({"total": 0, "busy": 0})
    );
    assert_eq!(both[0]["server"], ready["server"]);
    let words = good(client, &["status"]);
    assert!(
        words.stdout.contains(&format!(
            "ready  http://localhost:{}/test/lab",
            ready["local_port"]
        )),
        "{words}"
    );
    for out in [all, words] {
        assert!(!out.to_string().contains(&token), "{out}");
    }
}

fn kernels_are_counted(sshd: &Sshd, client: &Client, ready: &Value) {
    kernels::start_kernel_at(ready);
    let idle = || status(client)["kernels"] == serde_json::json!({"total": 1, "busy": 0});
    assert!(eventually(SOON, idle), "{}", status(client));
    kernels::make_busy(sshd);
    assert!(
        eventually(SOON, || status(client)["kernels"]["busy"] == 1),
        "{}",
        status(client)
    );
    let words = good(client, &["status", "test"]).stdout;
    assert!(words.contains("1 kernel, busy"), "{words}");
}

fn busy_kernels_are_spared_unless_someone_says_yes(
    sshd: &Sshd,
    client: &Client,
    opened: &mut Opened,
) {
    let refused = client.run(&["stop", "test"]);
    assert_eq!(refused.code, Some(6), "{refused}");
    assert!(
        refused.stderr.contains("kernels are busy") && refused.stderr.contains("--yes"),
        "{refused}"
    );
    let mut terminal = client.terminal(&["stop", "test"]);
    terminal.expect("1 of 1 kernels on test are busy. End them anyway? (yes/no)");
    terminal.answer("");
    let out = terminal.wait_exit();
    assert_eq!(out.code, Some(6), "{out}");
    assert!(opened.is_running(), "the tunnel still stands");
    assert_eq!(servers(sshd).len(), 1);
}

#[test]
fn a_tunnel_can_be_looked_at_closed_and_its_server_stopped_from_elsewhere() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let (mut opened, ready) = open_one(&client);
    list_and_status_tell_what_is_open(&client, &ready);
    kernels_are_counted(&sshd, &client, &ready);
    busy_kernels_are_spared_unless_someone_says_yes(&sshd, &client, &mut opened);

    let closed = good(&client, &["close", "test"]);
    assert!(
        closed.stderr.contains("Jupyter keeps running there"),
        "{closed}"
    );
    let out = opened.wait_exit();
    assert_eq!(out.code, Some(0), "{out}");
    assert!(http::try_get(text(&ready, "url")).is_err());
    assert_eq!(text(&status(&client), "phase"), "closed");
    let again = good(&client, &["close", "test"]);
    assert!(
        again.stderr.contains("There is no open tunnel to test"),
        "{again}"
    );

    // Nobody holds the tunnel now: `stop` logs in by itself, and asks the same question.
    let refused = client.run(&["stop", "test"]);
    assert_eq!(refused.code, Some(6), "{refused}");
    assert_eq!(servers(&sshd).len(), 1);
    let mut terminal = client.terminal(&["stop", "test"]);
    terminal.expect("End them anyway? (yes/no)");
    terminal.answer("yes");
    let out = terminal.wait_exit();
    assert_eq!(out.code, Some(0), "{out}");
    assert!(out.stdout.contains("has shut down"), "{out}");
    assert_nothing_left(&sshd, &client);
    let nothing = good(&client, &["stop", "test"]);
    assert!(
        nothing
            .stderr
            .contains("No Jupyter server of yours is running on test"),
        "{nothing}"
    );
}

#[test]
fn stop_ends_the_tunnel_of_another_program_too_and_logs_tell_of_it_later() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let none = good(&client, &["logs", "test"]);
    assert!(
        none.stdout.is_empty() && none.stderr.contains("has not started a server"),
        "{none}"
    );
    let (mut opened, ready) = open_one(&client);
    let token = http::token(text(&ready, "url")).unwrap();
    let out = good(&client, &["stop", "test", "--yes", "--json"]);
    assert_eq!(out.json_lines()[0]["phase"], "closed", "{out}");
    assert_eq!(opened.wait_exit().code, Some(0));
    assert_nothing_left(&sshd, &client);
    let logs = good(&client, &["logs", "test"]);
    assert!(
        logs.stdout.contains("Jupyter Server") && logs.stderr.contains("/log"),
        "{logs}"
    );
    assert!(!logs.to_string().contains(&token), "{logs}");
}

#[test]
fn doctor_goes_through_every_step_and_changes_nothing() {
    let sshd = bare();
    let client = Client::of(&sshd);
    configure(&client, "");
    let out = client.run(&["doctor"]);
    assert_eq!(out.code, Some(6), "as a click: {out}");
    let words = out.stdout;
    for step in [
        "Local computer",
        "✓ ssh: OpenSSH",
        "✓ the server offers publickey",
        "✓ logged in as",
        "✓ the login shell (/",
        "works; the host's own name is",
        "· `jupyter` is not on the PATH by default",
        "· no Jupyter",
        "✗ There is no Jupyter on the PATH of test",
    ] {
        assert!(words.contains(step), "no \"{step}\": {words}");
    }
    // What set-up brings is found, as a click would; and a line of it that fails is told.
    let bin = sshd.home().path().join("tools/bin");
    sshd.home().write("tools/bin/jupyter-lab", "#!/bin/sh\n");
    let file = bin.join("jupyter-lab");
    std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    configure(
        &client,
        "setup = [\"sleep 0.3; echo module loaded; false # mine\"]",
    );
    let out = client.run(&["doctor", "test"]);
    assert_eq!(out.code, Some(6), "{out}");
    assert!(out.stdout.contains("module loaded"), "{out}");
    // What takes its time says so.
    assert!(out.stdout.contains(" s)\n"), "{out}");
    configure(
        &client,
        "setup = [\"echo loaded\", 'export PATH=\"$HOME/tools/bin:$PATH\";']",
    );
    let words = good(&client, &["doctor", "test"]).stdout;
    assert!(words.contains("✓ starting Jupyter runs /"), "{words}");
    let steps = good(&client, &["doctor", "test", "--json"]).json_lines();
    assert!(
        steps.iter().all(|step| step["verdict"] != "failed"),
        "{steps:?}"
    );
    let took: f64 = steps
        .iter()
        .filter_map(|step| step["seconds"].as_f64())
        .sum();
    assert!(took > 0.0 && took < 60.0, "{steps:?}");
    assert_eq!(launches(&sshd).len(), 0);

    client.know(&sshd, Known::Wrong);
    let out = client.run(&["doctor", "test", "--json"]);
    assert_eq!(out.code, Some(3), "{out}");
    let steps = out.json_lines();
    let failed = steps.last().unwrap();
    assert_eq!(text(failed, "verdict"), "failed");
    assert!(text(failed, "text").contains("known: SHA256:"), "{failed}");
    assert!(text(failed, "remedy").contains("ssh-keygen -R"), "{failed}");
    let words = client.run(&["doctor", "test"]);
    assert!(
        words.stdout.contains("  ✗ ") && words.stdout.contains("    → "),
        "{words}"
    );
}

#[test]
fn a_host_is_added_once_and_comments_stay() {
    let sshd = bare();
    let client = Client::of(&sshd);
    client.configure("# mine\n[[host]]\nname = \"test\" # the first\n");
    let out = good(&client, &["add", "test-rsa"]);
    assert!(out.stderr.contains("remote-jupyter open test-rsa"), "{out}");
    let file = client.read("config/remote-jupyter/config.toml");
    assert!(
        file.starts_with("# mine\n[[host]]\nname = \"test\" # the first\n"),
        "{file}"
    );
    let list = good(&client, &["list", "--json"]).json_lines();
    assert_eq!(
        list.iter()
            .map(|host| text(host, "host"))
            .collect::<Vec<_>>(),
        ["test", "test-rsa"]
    );
    let again = client.run(&["add", "test-rsa"]);
    assert_eq!(again.code, Some(2), "{again}");
    assert_eq!(client.read("config/remote-jupyter/config.toml"), file);
}

#[test]
fn the_configuration_is_shown_checked_and_edited() {
    let client = Client::new();
    let file = client.path("config/remote-jupyter/config.toml");
    let path = good(&client, &["config", "path"]);
    assert_eq!(path.stdout.trim(), file.to_str().unwrap());
    client.configure("[[host]]\nname = \"a\"\n");
    let check = good(&client, &["config", "check"]);
    assert!(check.stderr.contains("is valid"), "{check}");
    client.configure("[[host]]\nname = \"a\"\ncores = 0\n");
    let bad = client.run(&["config", "check"]);
    assert_eq!(bad.code, Some(2), "{bad}");
    assert!(
        bad.stderr.contains(&format!("{}:3:9", file.display())),
        "{bad}"
    );

    fs::remove_file(&file).unwrap();
    client.env("EDITOR", "true");
    good(&client, &["config", "edit"]);
    assert!(
        client
            .read("config/remote-jupyter/config.toml")
            .contains("# [[host]]")
    );
    client.env("EDITOR", "sh -c 'echo nonsense >\"$1\"' --");
    let spoilt = client.run(&["config", "edit"]);
    assert_eq!(spoilt.code, Some(2), "{spoilt}");
    client.env("EDITOR", "false");
    assert_eq!(client.run(&["config", "edit"]).code, Some(2));
}

#[test]
fn bash_can_complete_the_commands() {
    let client = Client::new();
    let script = good(&client, &["completions", "bash"]).stdout;
    fs::write(client.path("completions"), script).unwrap();
    let asks = r#". "$1"; set -- $(complete -p remote-jupyter); while [ "$1" != -F ]; do shift; done
        COMP_WORDS=(remote-jupyter st) COMP_CWORD=1
        "$2" remote-jupyter st remote-jupyter; echo "${COMPREPLY[@]}""#;
    let mut bash = client.bare("bash");
    bash.args(["-c", asks, "bash"])
        .arg(client.path("completions"));
    let out = finish(&mut bash, Duration::from_secs(20));
    assert_eq!(out.stdout.trim(), "status stop", "{out}");
}

#[test]
fn doctor_names_the_known_holes_of_a_jupyter_that_runs() {
    let sshd = Sshd::start();
    // As an old one says of itself, in its runtime file and to who asks.
    let old = "from jupyter_server.serverapp import ServerApp\nServerApp.version = '2.7.2'\n";
    sshd.home().append(".jupyter/jupyter_server_config.py", old);
    let client = Client::of(&sshd);
    configure(&client, "");
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    opened.terminate();
    opened.wait_exit();
    let words = good(&client, &["doctor", "test"]).stdout;
    let told = "jupyter_server 2.7.2 has known security holes";
    let line = words.lines().find(|line| line.contains(told));
    let line = line.unwrap_or_else(|| panic!("{words}"));
    assert!(
        line.contains("CVE-2026-35397") && line.contains("to 2.18.0 or later"),
        "{line}"
    );
    assert!(words.contains("✓ Remote Jupyter 0."), "{words}");
    let stopped = client.run(&["stop", "test", "--yes"]);
    assert_eq!(stopped.code, Some(0), "{stopped}");
}
