//! Hosts behind jump hosts: the way there, who is asked what, and what goes wrong on it.

use std::time::Duration;

use remote_jupyter::session::Shared;

use crate::scene::{NO_JUPYTER, SOON, assert_nothing_left, bare, servers, text};
use crate::support::keys::PASSPHRASE;
use crate::support::network::Network;
use crate::support::{Client, Finished, Key, Known, Live, Options, Server, Sshd, eventually, http};

fn jump_host() -> Sshd {
    bare()
}

fn bastion_with(line: &str) -> Sshd {
    Sshd::with(&Options {
        jupyter: false,
        config: vec![line.into()],
        ..Options::default()
    })
}

/// Knows `test`, which is behind `jump_host`.
fn client_of(jump_host: &dyn Server, target: &dyn Server) -> Client {
    let client = Client::new();
    client.add_host("bastion", jump_host, Key::Ed25519);
    client.add_host_with("test", target, Key::Ed25519, &["ProxyJump bastion"]);
    client.know_also(jump_host, Known::Right);
    client.know_also(target, Known::Right);
    client
}

fn doctor(client: &Client, host: &str) -> Finished {
    client.run(&["doctor", host, "--json"])
}

fn fails(client: &Client, host: &str, exit: i32, code: &str) -> serde_json::Value {
    let out = client.open(host).wait_exit();
    let event = out.last_event();
    assert_eq!(
        (out.code, &event["code"]),
        (Some(exit), &code.into()),
        "{out}"
    );
    event
}

#[test]
fn a_host_behind_a_bastion_is_opened_shown_and_stopped_with_one_login_each() {
    let (jump_host, target) = (jump_host(), Sshd::start());
    let client = client_of(&jump_host, &target);
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(http::api(&ready, "api/status").status, 200);
    assert_eq!((jump_host.connections(), target.connections()), (1, 1));
    let logs = client.run(&["logs", "test"]);
    assert!(logs.stdout.contains("Jupyter"), "{logs}");
    assert_eq!(
        jump_host.connections(),
        1,
        "the tunnel's own login was used"
    );
    opened.interrupt();
    assert_eq!(opened.wait_exit().code, Some(0));
    let out = doctor(&client, "test");
    assert_eq!(out.code, Some(0), "{out}");
    for part in [
        "through bastion",
        "jump host bastion: connected to",
        "jump host bastion: logged in",
    ] {
        assert!(out.stdout.contains(part), "no {part:?}: {out}");
    }
    let out = client.run(&["stop", "test", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert_eq!((jump_host.connections(), target.connections()), (3, 3));
    assert_nothing_left(&target, &client);
    assert!(
        jump_host.empties_within(SOON),
        "{:?}",
        jump_host.leftovers()
    );
}

#[test]
fn every_form_of_a_jump_leads_there() {
    let (outer, inner, target) = (jump_host(), jump_host(), bare());
    let client = Client::new();
    let place = |server: &Sshd| format!("{}@{}", server.user(), server.address());
    client.add_host("outer", &outer, Key::Ed25519);
    client.add_host_with("inner", &inner, Key::Ed25519, &["ProxyJump outer"]);
    client.add_host_with("straight", &inner, Key::Ed25519, &["ProxyJump none"]);
    let forms = [
        ("named", "inner".to_owned()),
        ("list", "outer,straight".to_owned()),
        ("no-jump", "none".to_owned()),
        ("place", place(&outer)),
        ("address", format!("ssh://{}", place(&outer))),
    ];
    for (alias, jump) in &forms {
        client.add_host_with(
            alias,
            &target,
            Key::Ed25519,
            &[&format!("ProxyJump {jump}")],
        );
    }
    // A hop that is written as a place has no block of its own.
    let keys = format!(
        "Host *\n  IdentityFile {}\n  UserKnownHostsFile {}\n  IdentityAgent none\n",
        client.path("id_ed25519").display(),
        client.path("known_hosts").display()
    );
    std::fs::write(client.path("ssh_config"), client.read("ssh_config") + &keys).unwrap();
    for server in [&outer, &inner, &target] {
        client.know_also(server, Known::Right);
    }
    let mut want = (0, 0, 0);
    for ((alias, _), (o, i)) in forms.iter().zip([(1, 1), (1, 1), (0, 0), (1, 0), (1, 0)]) {
        let out = doctor(&client, alias);
        assert_eq!(out.code, NO_JUPYTER, "{alias}: {out}");
        want = (want.0 + o, want.1 + i, want.2 + 1);
        let seen = (
            outer.connections(),
            inner.connections(),
            target.connections(),
        );
        assert_eq!(seen, want, "{alias}: {out}");
        assert_eq!(client.ssh_run(alias, "echo in"), "in\n", "OpenSSH agrees");
        want = (want.0 + o, want.1 + i, want.2 + 1);
    }
}

#[test]
fn two_hosts_behind_one_bastion_share_its_login_and_its_question() {
    let (jump_host, one, two) = (jump_host(), Sshd::start(), Sshd::start());
    let client = Client::new();
    client.add_host("bastion", &jump_host, Key::Encrypted);
    for (alias, target) in [("test", &one), ("other", &two)] {
        client.add_host_with(alias, target, Key::Ed25519, &["ProxyJump bastion"]);
    }
    for server in [&jump_host, &one, &two] {
        client.know_also(server, Known::Right);
    }
    let process = Shared::default();
    let first = Live::open_beside(&client, &process, |_| ());
    let second = Live::open_beside(&client, &process, |order| {
        order.host.ssh = Some("other".into());
    });
    // One of the two is asked, and neither runs out of time meanwhile.
    let deadline = std::time::Instant::now() + SOON;
    let reply = loop {
        if let Some(reply) = first.take_question().or_else(|| second.take_question()) {
            break reply;
        }
        assert!(std::time::Instant::now() < deadline, "nobody was asked");
        std::thread::sleep(Duration::from_millis(10));
    };
    reply.send(Ok(PASSPHRASE.to_owned().into()));
    let answers = |ready| http::api(ready, "api/status").status;
    let readies = [first.wait_ready(), second.wait_ready()];
    assert_eq!(readies.each_ref().map(answers), [200, 200]);
    assert_eq!((one.connections(), two.connections()), (1, 1));
    assert_eq!(jump_host.connections(), 1, "{}", jump_host.log());
    drop(first);
    assert_eq!(
        answers(&readies[1]),
        200,
        "the other one's way still stands"
    );
    drop(second);
    assert!(
        jump_host.empties_within(SOON),
        "{:?}",
        jump_host.leftovers()
    );
}

#[test]
fn a_cut_bastion_is_replaced_and_the_port_stays() {
    let (jump_host, target) = (jump_host(), Sshd::start());
    let client = client_of(&jump_host, &target);
    let live = Live::open(&client, |_| ());
    let before = live.wait_ready();
    for round in 2..4 {
        jump_host.drop_connections();
        live.wait_lost(SOON);
        let after = live.wait_ready();
        assert_eq!(
            (&before["local_port"], &before["url"]),
            (&after["local_port"], &after["url"])
        );
        assert_eq!(http::api(&after, "api/status").status, 200);
        assert_eq!(
            (jump_host.connections(), target.connections()),
            (round, round)
        );
    }
    assert_eq!(servers(&target).len(), 1);
}

#[test]
fn a_bastion_that_falls_silent_is_found_and_replaced() {
    let (jump_host, target) = (jump_host(), Sshd::start());
    let network = Network::to(&jump_host);
    let client = client_of(&network, &target);
    let live = Live::open(&client, |_| ());
    let before = live.wait_ready();
    network.silence();
    live.handle.check();
    // A slow connection has ten seconds.
    let found = live.wait_lost(SOON * 2);
    assert!(found < Duration::from_secs(13), "{found:?}");
    network.restore();
    let after = live.wait_ready();
    assert_eq!(before["local_port"], after["local_port"]);
    assert_eq!(http::api(&after, "api/status").status, 200);
}

#[test]
fn reconnecting_asks_at_a_jump_host_only_when_the_user_wants_it() {
    let (jump_host, target) = (jump_host(), Sshd::start());
    let client = Client::new();
    client.add_host("bastion", &jump_host, Key::Encrypted);
    client.add_host_with("test", &target, Key::Ed25519, &["ProxyJump bastion"]);
    client.know_also(&jump_host, Known::Right);
    client.know_also(&target, Known::Right);
    client.askpass(&[("id_ed25519_enc", PASSPHRASE)]);
    let mut opened = client.open("test");
    let before = opened.wait_phase("ready");
    jump_host.drop_connections();
    opened.wait_phase_within("reconnecting", SOON);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(client.asked().len(), 1, "{:?}", client.asked());
    let out = client.open("test").wait_exit_within(SOON);
    assert_eq!(out.code, Some(0), "{out}");
    let after = opened.wait_phase("ready");
    assert_eq!(before["local_port"], after["local_port"]);
    assert_eq!(client.asked().len(), 2, "{:?}", client.asked());
}

#[test]
fn what_a_bastion_does_not_do_is_told_with_its_name() {
    let target = bare();
    let forbids = bastion_with("AllowTcpForwarding no");
    let failed = fails(&client_of(&forbids, &target), "test", 5, "hop_forbids");
    let place = target.address().to_string();
    let title = text(&failed, "title");
    assert!(
        title.contains("the jump host bastion") && title.contains(&place),
        "{failed}"
    );
    assert!(
        text(&failed, "remedy").contains("AllowTcpForwarding"),
        "{failed}"
    );

    let mut jump_host = jump_host();
    let mut gone = bare();
    let client = client_of(&jump_host, &gone);
    gone.stop_listening();
    let failed = fails(&client, "test", 5, "hop_unreachable");
    assert!(
        text(&failed, "title").contains("the jump host bastion"),
        "{failed}"
    );
    assert!(text(&failed, "remedy").contains("ssh bastion"), "{failed}");

    jump_host.stop_listening();
    let failed = fails(&client, "test", 5, "connection_refused");
    assert!(
        text(&failed, "title").contains("the jump host bastion"),
        "{failed}"
    );
}

#[test]
fn a_bastion_that_gives_no_sessions_still_forwards() {
    let (jump_host, target) = (bastion_with("MaxSessions 0"), Sshd::start());
    let client = client_of(&jump_host, &target);
    let mut opened = client.open("test");
    assert_eq!(
        http::api(&opened.wait_phase("ready"), "api/status").status,
        200
    );
    opened.interrupt();
    assert_eq!(opened.wait_exit().code, Some(0));
}

#[test]
fn a_wrong_host_key_is_refused_wherever_it_is() {
    let (jump_host, target) = (jump_host(), bare());
    let client = client_of(&jump_host, &target);
    client.know(&jump_host, Known::Wrong);
    client.know_also(&target, Known::Right);
    let failed = fails(&client, "test", 3, "host_key_changed");
    assert!(
        text(&failed, "title").contains("the jump host bastion"),
        "{failed}"
    );
    let port = jump_host.address().port().to_string();
    assert!(text(&failed, "remedy").contains(&port), "{failed}");
    assert_eq!(jump_host.connections(), 0);

    client.know(&jump_host, Known::Right);
    client.know_also(&target, Known::Wrong);
    let failed = fails(&client, "test", 3, "host_key_changed");
    assert!(!text(&failed, "title").contains("bastion"), "{failed}");
    let port = target.address().port().to_string();
    assert!(text(&failed, "remedy").contains(&port), "{failed}");
    assert_eq!((jump_host.connections(), target.connections()), (1, 0));
}

#[test]
fn unknown_keys_of_both_are_asked_about_by_name_and_filed_as_ssh_would() {
    let (jump_host, target) = (jump_host(), bare());
    let client = client_of(&jump_host, &target);
    std::fs::write(client.path("known_hosts"), "").unwrap();
    let mut terminal = client.terminal(&["doctor", "test"]);
    for server in [&jump_host, &target] {
        let prompt = terminal.expect("(yes/no)");
        let name = format!("[{}]:{}", server.address().ip(), server.address().port());
        assert!(prompt.contains(&name), "{prompt}");
        terminal.answer("yes");
    }
    assert_eq!(terminal.wait_exit().code, NO_JUPYTER);
    assert_eq!(
        client.ssh_run("test", "echo in"),
        "in\n",
        "OpenSSH asks nothing any more"
    );
}

#[test]
fn a_refused_login_at_the_bastion_is_told_and_not_repeated() {
    let (jump_host, target) = (jump_host(), bare());
    let client = client_of(&jump_host, &target);
    let detect_error = client.path("stranger");
    crate::support::keys::generate(&detect_error, "ed25519", "");
    let text_before = client.read("ssh_config");
    let own = client.path("id_ed25519").display().to_string();
    let with_stranger = text_before.replacen(&own, &detect_error.display().to_string(), 1);
    std::fs::write(client.path("ssh_config"), with_stranger).unwrap();
    let failed = fails(&client, "test", 4, "auth_refused");
    assert!(
        text(&failed, "title").contains("the jump host bastion"),
        "{failed}"
    );
    let attempts = jump_host.log().matches("Connection from").count();
    assert!(
        attempts <= 2,
        "the fixture's own look, and ours: {}",
        jump_host.log()
    );
    assert_eq!(target.connections(), 0);
}

#[test]
fn a_circle_of_jumps_ends_before_anything_is_dialled() {
    let target = bare();
    let client = Client::new();
    client.add_host_with("test", &target, Key::Ed25519, &["ProxyJump round"]);
    client.add_host_with(
        "round",
        &target,
        Key::Ed25519,
        &["ProxyJump test", "HostKeyAlias x"],
    );
    let failed = fails(&client, "test", 5, "hop_loop");
    assert!(text(&failed, "detail").contains("round"), "{failed}");
}

#[test]
fn what_else_ssh_would_do_for_the_host_does_not_disturb() {
    let (jump_host, target) = (jump_host(), Sshd::start());
    let client = client_of(&jump_host, &target);
    let control = client.path("run/%C").display().to_string();
    let control = format!("ControlPath {control}");
    let lines = [
        "ProxyJump bastion",
        "RemoteCommand echo hello; sleep 1000",
        "RequestTTY force",
        "LocalForward 127.0.0.1:1 127.0.0.1:1",
        "RemoteForward 127.0.0.1:1 127.0.0.1:1",
        "DynamicForward 127.0.0.1:2",
        "ExitOnForwardFailure yes",
        "ControlMaster auto",
        &control,
        "ControlPersist yes",
        "ForwardAgent yes",
        "ForwardX11 yes",
        "SendEnv LANG LC_*",
        "SetEnv RJ_ONE=1",
        "PermitLocalCommand yes",
        "LocalCommand touch %d/ran",
        "SessionType none",
        "StdinNull yes",
        "ForkAfterAuthentication yes",
        "ConnectTimeout 7",
        "AddressFamily inet",
        "BindAddress 127.0.0.1",
        "Compression yes",
        "VisualHostKey yes",
        "EscapeChar none",
        "Tunnel no",
    ];
    client.add_host_with("much", &target, Key::Ed25519, &lines);
    let mut opened = client.open("much");
    assert_eq!(
        http::api(&opened.wait_phase("ready"), "api/status").status,
        200
    );
    assert!(!client.path("home/ran").exists(), "LocalCommand ran");
    let doctor = client.run(&["doctor", "much"]).stdout;
    assert!(
        doctor.contains("SetEnv"),
        "what is not sent is said: {doctor}"
    );
    opened.interrupt();
    assert_eq!(opened.wait_exit().code, Some(0));
    let left = || crate::scene::all_below(&client.path("run"));
    let sockets = || {
        left()
            .iter()
            .filter(|file| file.extension().is_none())
            .count()
    };
    assert!(eventually(SOON, || sockets() <= 1), "{:?}", left());
}
