//! The fixtures themselves: what the other tests rest on is really there, and really gone afterwards.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::process::Stdio;
use std::time::Duration;

use support::process::{alive, finish, pid_of, wait};
use support::{Agent, Client, Known, Opened, Options, Sshd, Terminal, eventually};

/// A server without Jupyter, for tests that don't need one.
fn plain() -> Sshd {
    Sshd::with(&Options {
        jupyter: false,
        ..Options::default()
    })
}

#[test]
fn a_session_lives_in_the_fixtures_home_and_in_nothing_of_the_persons() {
    let sshd = plain();
    let client = Client::of(&sshd);
    let seen = client.ssh_run("test", "cd && pwd && env");
    let home = sshd.home().path().to_str().unwrap();
    assert_eq!(seen.lines().next(), Some(home));
    assert!(
        seen.lines().any(|line| line == format!("HOME={home}")),
        "{seen}"
    );
    assert!(!seen.contains("XDG_"), "{seen}");
    assert_eq!(sshd.connections(), 1);
}

#[test]
fn every_key_opens_it() {
    let sshd = plain();
    let client = Client::of(&sshd);
    client.askpass(&[("passphrase", support::keys::PASSPHRASE)]);
    for host in ["test", "test-rsa", "test-ecdsa", "test-enc"] {
        assert_eq!(client.ssh_run(host, "echo in"), "in\n", "{host}");
    }
    assert_eq!(
        client.asked().len(),
        1,
        "only the encrypted key asks: {:?}",
        client.asked()
    );
    assert_eq!(sshd.connections(), 4);
}

#[test]
fn an_agent_opens_it_too() {
    let sshd = plain();
    let client = Client::of(&sshd);
    let _agent = Agent::of(&client, &["id_rsa", "id_ecdsa"]);
    assert_eq!(client.ssh_run("test-agent", "echo in"), "in\n");
}

#[test]
fn events_are_read_one_by_one_and_the_command_obeys_signals() {
    let client = Client::new();
    let mut script = client.bare("sh");
    let says = r#"trap 'echo bye >&2; exit 130' INT
        for phase in connecting ready; do echo "{\"phase\": \"$phase\", \"at_ms\": 1}"; done
        while :; do sleep 0.05; done"#;
    let mut opened = Opened::spawn(script.args(["-c", says]));
    assert_eq!(opened.wait_phase("ready")["at_ms"], 1);
    assert_eq!(opened.phases(), ["connecting", "ready"]);
    assert!(opened.is_running());
    opened.interrupt();
    let finished = opened.wait_exit();
    assert_eq!((finished.code, finished.stderr.trim()), (Some(130), "bye"));
}

#[test]
fn it_serves_ipv6() {
    let sshd = Sshd::with(&Options {
        address: std::net::Ipv6Addr::LOCALHOST.into(),
        jupyter: false,
        ..Options::default()
    });
    assert_eq!(Client::of(&sshd).ssh_run("test", "echo in"), "in\n");
}

#[test]
fn an_unknown_and_a_wrong_host_key_are_refused_by_openssh_too() {
    let sshd = plain();
    let client = Client::of(&sshd);
    for (known, says) in [
        (Known::Not, "verification failed"),
        (Known::Wrong, "IDENTIFICATION HAS CHANGED"),
    ] {
        client.know(&sshd, known);
        let refused = finish(
            &mut client.ssh(&["-o", "BatchMode=yes", "test", "true"]),
            Duration::from_secs(20),
        );
        assert_eq!(refused.code, Some(255), "{refused}");
        assert!(refused.stderr.contains(says), "{refused}");
    }
    assert_eq!(sshd.connections(), 0);
}

#[test]
fn login_shells_find_a_real_jupyter() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let version = client.ssh_run("test", "bash -lc 'jupyter lab --version'");
    assert!(version.starts_with("4."), "{version}");
}

#[test]
fn dropping_it_leaves_no_process_and_no_folder() {
    let sshd = plain();
    let client = Client::of(&sshd);
    client.ssh_run("test", "nohup sleep 4711 >/dev/null 2>&1 </dev/null &");
    let mut held = client.ssh(&["test", "exec sleep 4712"]).spawn().unwrap();
    assert!(
        eventually(Duration::from_secs(20), || sshd.leftovers().len() == 2),
        "{:?}",
        sshd.leftovers()
    );
    let pids: Vec<String> = sshd.leftovers().iter().map(|line| pid_of(line)).collect();
    let home = sshd.home().path().to_owned();
    drop(sshd);
    assert!(!pids.iter().any(|pid| alive(pid)), "{pids:?}");
    assert!(!home.exists());
    assert!(
        wait(&mut held, Duration::from_secs(20)).is_some(),
        "the connection was cut"
    );
}

#[test]
fn connections_can_be_cut_and_the_server_restarted_on_its_port() {
    let mut sshd = plain();
    let client = Client::of(&sshd);
    let mut held = client
        .ssh(&["test", "exec sleep 4713"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    assert!(eventually(Duration::from_secs(20), || sshd
        .leftovers()
        .len()
        == 1));
    sshd.stop_listening();
    let refused = finish(&mut client.ssh(&["test", "true"]), Duration::from_secs(20));
    assert!(refused.stderr.contains("refused"), "{refused}");
    sshd.listen_again();
    assert_eq!(client.ssh_run("test", "echo in"), "in\n");
    assert!(
        held.try_wait().unwrap().is_none(),
        "a restart leaves connections alone"
    );
    sshd.drop_connections();
    assert!(
        wait(&mut held, Duration::from_secs(20)).is_some(),
        "the connection was cut"
    );
}

#[test]
fn a_person_at_a_terminal_answers_questions() {
    let sshd = plain();
    let client = Client::of(&sshd);
    client.know(&sshd, Known::Not);
    let mut terminal = Terminal::spawn(client.ssh(&["test-enc", "echo logged in"]));
    terminal.expect("(yes/no/[fingerprint])?");
    terminal.answer("yes");
    terminal.expect("Enter passphrase for key");
    terminal.answer(support::keys::PASSPHRASE);
    terminal.expect("logged in");
    let finished = terminal.wait_exit();
    assert_eq!(finished.code, Some(0), "{finished}");
    assert!(
        !finished.stdout.contains(support::keys::PASSPHRASE),
        "a passphrase never shows"
    );
}

#[test]
fn pages_come_through_openssh_too() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let port = support::sshd::free_port(std::net::Ipv4Addr::LOCALHOST.into()).port();
    let forward = format!("{port}:{}/lab.sock", sshd.home().path().display());
    let start = "JUPYTER_TOKEN=letmein exec bash -lc 'exec jupyter lab --sock=$HOME/lab.sock'";
    let mut jupyter = client
        .ssh(&["-L", &forward, "test", start])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let ready = serde_json::json!({"url": format!("http://127.0.0.1:{port}/lab?token=letmein"), "server": {"base_url": "/"}});
    let up = || support::http::try_get(ready["url"].as_str().unwrap()).is_ok();
    assert!(
        eventually(support::process::PATIENCE, up),
        "{:?}",
        sshd.leftovers()
    );
    assert_eq!(support::http::title(&ready), "JupyterLab");
    assert_eq!(support::http::api(&ready, "api/status").status, 200);
    let detect_error = support::http::get(&format!("http://127.0.0.1:{port}/api/status"));
    assert_eq!(
        detect_error.status, 403,
        "the token matters: {}",
        detect_error.body
    );
    jupyter.kill().unwrap();
    jupyter.wait().unwrap();
}

#[cfg(target_os = "linux")]
mod accounts {
    use super::*;
    use std::process::Command;
    use support::root_sshd::{OTHER, PASSWORD, USER};
    use support::{Key, RootSshd};

    #[test]
    fn a_password_opens_an_account_that_the_machine_does_not_have() {
        let sshd = RootSshd::start();
        let client = Client::of(&sshd);
        client.askpass(&[("password", PASSWORD)]);
        assert_eq!(
            client.ssh_run("test-pw", "id -un && cd && pwd"),
            format!("{USER}\n{}\n", sshd.home().path().display())
        );
        assert_eq!(client.asked().len(), 1);
        client.askpass(&[("password", "wrong")]);
        let refused = finish(
            &mut client.ssh(&["-o", "NumberOfPasswordPrompts=1", "test-pw", "true"]),
            Duration::from_secs(20),
        );
        assert_eq!(refused.code, Some(255), "{refused}");
        assert!(
            finish(Command::new("id").arg(USER), Duration::from_secs(20)).code != Some(0),
            "the machine has no {USER}"
        );
    }

    #[test]
    fn both_accounts_run_jupyter_and_end_with_the_fixture() {
        let sshd = RootSshd::start();
        let client = Client::of(&sshd);
        client.add_host("other", &sshd.other(), Key::Ed25519);
        for (host, user) in [("test", USER), ("other", OTHER)] {
            let out = client.ssh_run(host, "id -un; bash -lc 'jupyter lab --version'");
            assert!(out.starts_with(&format!("{user}\n4.")), "{out}");
            client.ssh_run(host, "nohup sleep 4714 >/dev/null 2>&1 </dev/null &");
        }
        assert!(
            eventually(Duration::from_secs(20), || sshd.leftovers().len() == 2),
            "{:?}",
            sshd.leftovers()
        );
        let pids: Vec<String> = sshd.leftovers().iter().map(|line| pid_of(line)).collect();
        let home = sshd.home().path().to_owned();
        drop(sshd);
        assert!(!pids.iter().any(|pid| alive(pid)), "{pids:?}");
        assert!(!home.exists());
    }
}
