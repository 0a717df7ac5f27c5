//! Opening a host: the first click, the next ones, many at once, and what the configuration asks for.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use remote_jupyter::host_os::raise_descriptor_limit;
use serde_json::Value;

use crate::scene::{
    SOON, assert_nothing_left, assert_unlocked, configure, fails, in_order, launches, put_program,
    real, servers, text, with_notebook_6,
};
use crate::support::process::{alive, pid_of};
use crate::support::sshd::free_port;
use crate::support::{Client, Opened, Sshd, eventually, http};

fn stop(client: &Client) {
    let out = client.run(&["stop", "test", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert!(
        out.stderr.contains("Jupyter on test has shut down"),
        "{out}"
    );
}

fn notes(opened: &Opened) -> String {
    opened
        .seen
        .iter()
        .filter_map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["note"]
                .as_str()
                .map(str::to_owned)
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_first_click_starts_jupyter_and_the_next_finds_it() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let mut cold = client.open("test");
    let first = cold.wait_phase("ready");
    assert_eq!(
        in_order(cold.phases()),
        [
            "resolving",
            "connecting",
            "authenticating",
            "finding",
            "starting",
            "forwarding",
            "ready"
        ]
    );
    assert_eq!(
        (&first["reused"], &first["host"]),
        (&false.into(), &"test".into())
    );
    assert!(http::title(&first).contains("JupyterLab"));
    assert_eq!(
        http::get(&without_token(&first)).status,
        403,
        "the token matters"
    );
    cold.interrupt();
    let out = cold.wait_exit();
    assert_eq!(out.code, Some(0), "{out}");
    assert_eq!(cold.phases().last().unwrap(), "closed");
    assert!(
        http::try_get(text(&first, "url")).is_err(),
        "the tunnel is closed"
    );
    let pid = first["server"]["pid"].to_string();
    assert!(alive(&pid), "the server stays");

    let mut warm = client.open("test");
    let second = warm.wait_phase("ready");
    assert_eq!(second["reused"], true);
    assert_eq!(second["server"], first["server"]);
    assert_eq!(
        second["url"], first["url"],
        "the browser finds its tabs again"
    );
    assert!(!warm.phases().contains(&"starting".to_owned()));
    assert!(http::title(&second).contains("JupyterLab"));
    warm.terminate();
    assert_eq!(warm.wait_exit().code, Some(0));

    let mut terminal = client.terminal(&["open", "test", "--no-browser"]);
    terminal.expect(&format!(
        "http://localhost:{}/test/lab",
        first["local_port"]
    ));
    terminal.expect("The tunnel stays open until Ctrl-C");
    terminal.send("\u{3}");
    let out = terminal.wait_exit();
    assert_eq!(out.code, Some(0), "{out}");
    assert!(out.stdout.contains("Jupyter keeps running there"), "{out}");
    stop(&client);
    assert!(!alive(&pid));
    assert_nothing_left(&sshd, &client);
}

fn without_token(ready: &Value) -> String {
    let page = text(ready, "url").split('?').next().unwrap();
    page.replace("/lab", "/api/status")
}

#[test]
fn many_clicks_at_once_from_several_programs_give_one_server() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    // Five log in, for those of one runtime folder do so once; here they wait until all are there.
    let barrier = ": >\"$HOME/here.$$\"\nuntil [ \"$(ls \"$HOME\"/here.* | wc -l)\" -ge 5 ]; do sleep 0.01; done\n";
    sshd.home().append(".bash_profile", barrier);
    sshd.home().append(".zprofile", barrier);
    // Those that share a runtime folder speak to each other; the others meet only on the far side.
    let of_its_own = |number: usize| {
        let folder = client.path(&format!("run{number}"));
        fs::create_dir(&folder).unwrap();
        let mut command = client.command(&["open", "test", "--json", "--no-browser"]);
        Opened::spawn(command.env("XDG_RUNTIME_DIR", folder))
    };
    let mut all: Vec<Opened> = (0..6).map(|_| client.open("test")).collect();
    all.extend((0..4).map(of_its_own));
    let pids: Vec<Value> = all
        .iter_mut()
        .map(|opened| opened.wait_phase("ready")["server"]["pid"].clone())
        .collect();
    assert!(pids.iter().all(|pid| *pid == pids[0]), "{pids:?}");
    assert_eq!(servers(&sshd).len(), 1, "{:?}", servers(&sshd));
    assert_eq!(launches(&sshd).len(), 1);
    // One of each runtime folder holds a tunnel; the others have returned.
    let holders = |all: &mut Vec<Opened>| {
        all.iter_mut()
            .filter_map(|one| one.is_running().then_some(()))
            .count()
    };
    assert!(eventually(SOON, || holders(&mut all) == 5));
    for opened in &mut all {
        if opened.is_running() {
            opened.interrupt();
        }
        assert_eq!(opened.wait_exit().code, Some(0));
    }
    stop(&client);
    assert_nothing_left(&sshd, &client);
}

#[test]
fn a_launch_goes_on_when_the_one_who_began_it_is_gone() {
    let sshd = Sshd::start();
    let wait = "while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done";
    put_program(
        sshd.home(),
        "jupyter-lab",
        &format!("{wait}\nexec {} \"$@\"", real("jupyter-lab")),
    );
    let client = Client::of(&sshd);
    let launched = || {
        sshd.leftovers()
            .iter()
            .any(|line| line.contains("bin/jupyter-lab"))
    };

    let mut interrupted = client.open("test");
    interrupted.wait_phase("starting");
    assert!(eventually(SOON, launched), "{:?}", sshd.leftovers());
    interrupted.interrupt();
    let out = interrupted.wait_exit();
    assert_eq!(out.code, Some(130), "{out}");
    assert_unlocked(&sshd);

    let mut cut = client.open("test");
    cut.wait_phase("starting");
    sshd.drop_connections();
    let out = cut.wait_exit();
    assert_eq!(out.code, Some(9), "{out}");
    assert_unlocked(&sshd);

    let mut patient = client.open("test");
    patient.wait_phase("starting");
    sshd.home().write("go", "");
    let ready = patient.wait_phase("ready");
    assert_eq!(launches(&sshd).len(), 1, "one launch for all three");
    assert_eq!(servers(&sshd).len(), 1);
    assert_eq!(
        pid_of(&servers(&sshd)[0]),
        ready["server"]["pid"].to_string()
    );
    patient.interrupt();
    patient.wait_exit();
    stop(&client);
    assert_nothing_left(&sshd, &client);
}

#[test]
fn folder_environment_set_up_and_own_command_are_honoured() {
    let sshd = Sshd::start();
    let home = sshd.home();
    home.write("my project/notes.ipynb", "{}");
    home.write("tools/keep", "");
    put_program(
        home,
        "my-jupyter",
        &format!(
            "{{ pwd; umask; env; }} >\"$HOME/seen\"\nshift\nexec {} \"$@\"",
            real("jupyter-lab")
        ),
    );
    let client = Client::of(&sshd);
    configure(
        &client,
        r#"
        workdir = "~/my project"
        env = { RJ_ENV = "it's $HOME" }
        setup = ["export RJ_FIRST='a b'", "export RJ_SECOND=\"$RJ_FIRST $RJ_ENV\""]
        command = "my-jupyter lab"
        "#,
    );
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    let seen = home.read("seen").unwrap();
    let mut lines = seen.lines();
    assert_eq!(lines.next(), home.path().join("my project").to_str());
    assert_eq!(
        lines.next(),
        Some("0022"),
        "what notebooks write is as open as always"
    );
    for line in [
        "RJ_ENV=it's $HOME",
        "RJ_FIRST=a b",
        "RJ_SECOND=a b it's $HOME",
    ] {
        assert!(seen.lines().any(|seen| seen == line), "no {line} in {seen}");
    }
    let listing = http::api(&ready, "api/contents").body;
    assert!(listing.contains("notes.ipynb"), "{listing}");
    opened.interrupt();
    opened.wait_exit();
    stop(&client);
    assert_nothing_left(&sshd, &client);
}

#[test]
fn notebook_on_a_unix_socket_shows_the_page_that_was_asked_for() {
    let sshd = Sshd::start();
    let cells = r#"{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    sshd.home().write("sub folder/ü.ipynb", cells);
    let client = Client::of(&sshd);
    configure(
        &client,
        "app = \"notebook\"\nbind = \"socket\"\nsetup = [\"export RJ_SET_UP=1\"]",
    );
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert!(
        servers(&sshd)[0].contains("jupyter-notebook"),
        "{:?}",
        servers(&sshd)
    );
    let socket = text(&ready["server"], "socket");
    assert!(ready["server"]["port"].is_null());
    assert_eq!(crate::support::client::mode(socket.as_ref()), 0o600);
    assert!(text(&ready, "url").contains("/tree?token="), "{ready}");
    assert_eq!(http::title(&ready), "Home");
    opened.interrupt();
    opened.wait_exit();

    let mut named = client.open_with("test", &["--notebook", "sub folder/ü.ipynb"]);
    let ready = named.wait_phase("ready");
    let url = text(&ready, "url");
    assert!(
        url.contains("/notebooks/sub%20folder/%C3%BC.ipynb?token="),
        "{url}"
    );
    assert_eq!(http::get(url).status, 200);
    named.interrupt();
    let said = named.wait_exit().stderr;
    assert!(!said.contains("ü.ipynb"), "{said}");

    let mut missing = client.open_with("test", &["--notebook", "sub folder/gone?.ipynb"]);
    missing.wait_phase("ready");
    let is_named = || {
        missing
            .stderr()
            .contains("has no sub folder/gone?.ipynb in its folder")
    };
    assert!(eventually(SOON, is_named), "{}", missing.stderr());
    missing.interrupt();
    missing.wait_exit();
    stop(&client);
    assert_nothing_left(&sshd, &client);
}

#[test]
fn a_notebook_outside_jupyters_folder_is_refused_before_anything_is_started() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    configure(&client, "");
    for path in ["/etc/a.ipynb", "../a.ipynb", "~/a.ipynb"] {
        let failed = fails(&client, &["--notebook", path], 2, "usage");
        assert_eq!(text(&failed, "detail"), path);
        assert!(text(&failed, "remedy").contains("`workdir`"), "{failed}");
    }
    assert_nothing_left(&sshd, &client);
}

#[test]
fn a_fixed_remote_port_is_used_or_named_when_it_is_taken() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = other.local_addr().unwrap().port();
    configure(&client, &format!("remote_port = {port}"));
    let failed = fails(&client, &[], 6, "jupyter_died");
    assert!(
        text(&failed, "detail").contains(&port.to_string()),
        "{failed}"
    );
    assert!(
        text(&failed, "remedy").contains("`remote_port`"),
        "{failed}"
    );
    assert_nothing_left(&sshd, &client);
    drop(other);
    let mut opened = client.open("test");
    assert_eq!(opened.wait_phase("ready")["server"]["port"], port);
    opened.interrupt();
    opened.wait_exit();
    stop(&client);
    assert_nothing_left(&sshd, &client);
}

#[test]
fn a_local_port_that_someone_has_stays_theirs() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let theirs = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = theirs.local_addr().unwrap().port();
    configure(&client, &format!("local_port = {port}"));
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_ne!(ready["local_port"], port);
    assert!(
        notes(&opened).contains(&format!("Local port {port} is in use by another program")),
        "{:?}",
        opened.seen
    );
    assert!(http::title(&ready).contains("JupyterLab"));
    let visitor = TcpStream::connect(theirs.local_addr().unwrap()).unwrap();
    assert_eq!(theirs.accept().unwrap().1, visitor.local_addr().unwrap());

    opened.interrupt();
    opened.wait_exit();

    drop(theirs);
    let free = free_port(Ipv4Addr::LOCALHOST.into()).port();
    configure(&client, &format!("local_port = {free}"));
    let mut again = client.open("test");
    let ready = again.wait_phase("ready");
    assert_eq!(
        (&ready["local_port"], &ready["reused"]),
        (&free.into(), &true.into())
    );
    sshd.freeze();
    again.interrupt();
    let out = again.wait_exit_within(SOON);
    assert_eq!(
        out.code,
        Some(0),
        "a dead network holds up no goodbye: {out}"
    );
    sshd.thaw();
    stop(&client);
    assert_nothing_left(&sshd, &client);
}

#[test]
fn further_forwards_are_up_with_the_tunnel() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let remote = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let local = free_port(Ipv4Addr::LOCALHOST.into());
    let lines = format!(
        "[[host.forward]]\nname = \"TensorBoard\"\nremote = \"{}\"\nlocal_port = {}",
        remote.local_addr().unwrap(),
        local.port()
    );
    configure(&client, &lines);
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    let place = format!("TensorBoard is at localhost:{}", local.port());
    assert!(notes(&opened).contains(&place), "{}", notes(&opened));
    let mut visitor = TcpStream::connect(local).unwrap();
    let (mut there, _) = remote.accept().unwrap();
    visitor.write_all(b"ping").unwrap();
    let mut heard = [0; 4];
    there.read_exact(&mut heard).unwrap();
    there.write_all(b"pong").unwrap();
    drop(there);
    let mut answer = String::new();
    visitor.read_to_string(&mut answer).unwrap();
    assert_eq!((&heard, answer.as_str()), (b"ping", "pong"));
    opened.interrupt();
    assert_eq!(opened.wait_exit().code, Some(0));
    assert!(TcpStream::connect(local).is_err());
    stop(&client);
    assert_nothing_left(&sshd, &client);
}

#[test]
fn a_port_that_is_wanted_later_is_opened_beside_the_tunnel() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    configure(&client, "");
    let forward = |remote: &str| client.run(&["forward", "test", remote, "--json"]);
    let early = forward("6006");
    assert_eq!(early.code, Some(2), "{early}");
    assert!(early.stderr.contains("test is not connected"), "{early}");

    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    let remote = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let target = remote.local_addr().unwrap().to_string();
    let out = forward(target.rsplit(':').next().unwrap());
    assert_eq!(out.code, Some(0), "{out}");
    let line: Value = serde_json::from_str(&out.stdout).unwrap();
    assert_eq!(text(&line, "remote"), target);
    let local = u16::try_from(line["local_port"].as_u64().unwrap()).unwrap();
    assert_ne!(
        local,
        remote.local_addr().unwrap().port(),
        "that one is taken here"
    );
    let (mut visitor, mut there) = (
        TcpStream::connect((Ipv4Addr::LOCALHOST, local)).unwrap(),
        remote.accept().unwrap().0,
    );
    visitor.write_all(b"ping").unwrap();
    let mut heard = [0; 4];
    there.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"ping");

    // Whoever follows the tunnel hears of it, and the same one again is the same port.
    let again = opened.wait_phase("ready");
    assert!(text(&again, "note").contains(&local.to_string()), "{again}");
    let again = opened.wait_phase("ready");
    assert_eq!(again["forwards"][0]["local_port"], line["local_port"]);
    assert_eq!(again["local_port"], ready["local_port"]);
    let same = forward(&target);
    assert_eq!(serde_json::from_str::<Value>(&same.stdout).unwrap(), line);
    for wrong in ["0", "65536", "tensorboard", "-1", "a b:1"] {
        let out = client.run(&["forward", "test", "--json", "--", wrong]);
        assert_eq!(out.code, Some(2), "{out}");
    }

    // It outlives a lost connection.
    sshd.drop_connections();
    opened.wait_phase("reconnecting");
    let again = opened.wait_phase("ready");
    assert_eq!(again["forwards"][0]["local_port"], line["local_port"]);
    opened.interrupt();
    assert_eq!(opened.wait_exit().code, Some(0));
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, local)).is_err());
    stop(&client);
    assert_nothing_left(&sshd, &client);
}

/// The same command where the system gives a process 256 descriptors, as a Mac does.
fn with_few_descriptors(command: &Command) -> Command {
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -Sn 256; exec \"$0\" \"$@\""])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    limited
}

#[test]
fn a_thousand_connections_at_once_are_carried_where_the_system_gives_few_descriptors() {
    const COUNT: usize = 1000;
    // This process has both ends.
    raise_descriptor_limit();
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let remote = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let forward = format!(
        "[[host.forward]]\nname = \"echo\"\nremote = \"{}\"",
        remote.local_addr().unwrap()
    );
    configure(&client, &forward);
    let command = client.command(&["open", "test", "--json", "--no-browser"]);
    let mut opened = Opened::spawn(&mut with_few_descriptors(&command));
    let ready = opened.wait_phase("ready");
    let port = ready["forwards"][0]["local_port"].as_u64().unwrap();
    let address = (Ipv4Addr::LOCALHOST, u16::try_from(port).unwrap());
    let there = thread::spawn(move || {
        let streams = (0..COUNT).map(|_| remote.accept().unwrap().0);
        let mut streams: Vec<TcpStream> = streams.collect();
        for stream in &mut streams {
            let mut heard = [0; 8];
            stream.read_exact(&mut heard).unwrap();
            stream.write_all(&heard).unwrap();
        }
        streams
    });
    let mut visitors: Vec<TcpStream> = (0..COUNT)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    for (number, visitor) in visitors.iter_mut().enumerate() {
        visitor.write_all(&number.to_be_bytes()).unwrap();
    }
    for (number, visitor) in visitors.iter_mut().enumerate() {
        visitor.set_read_timeout(Some(SOON * 3)).unwrap();
        let mut answer = [0; 8];
        visitor.read_exact(&mut answer).unwrap();
        assert_eq!(usize::from_be_bytes(answer), number);
    }
    drop((visitors, there.join().unwrap()));
    opened.interrupt();
    assert_eq!(opened.wait_exit().code, Some(0));
    stop(&client);
    assert_nothing_left(&sshd, &client);
}

/// Cookies know paths, but no ports: without a path each host's server would get every other's.
#[test]
fn address_title_and_cookies_are_the_hosts_own_whatever_its_jupyter() {
    for (sshd, says_host) in [(Sshd::start(), true), (with_notebook_6(), false)] {
        let client = Client::of(&sshd);
        for (more, base) in [("", "/test/"), ("base_url = \"/a/b\"", "/a/b/")] {
            configure(&client, more);
            let mut opened = client.open("test");
            let ready = opened.wait_phase("ready");
            assert_eq!(text(&ready["server"], "base_url"), base);
            let (page, cookies) = http::with_cookies(text(&ready, "url"));
            assert_eq!(page.status, 200, "{}", page.body);
            let path = |name: &str| {
                let cookie = cookies.iter().find(|cookie| cookie.starts_with(name));
                let parts = cookie.expect(name).split("; ");
                parts
                    .filter(|part| part.starts_with("Path="))
                    .collect::<String>()
            };
            assert_eq!(path("username-"), format!("Path={base}"));
            // One for all: of two, pages and servers would read different ones.
            assert_eq!(path("_xsrf"), "Path=/");
            let name = r#""appName": "test \u2013 JupyterLab""#;
            assert_eq!(page.body.contains(name), says_host, "{}", page.body);
            opened.interrupt();
            opened.wait_exit();
            stop(&client);
        }
        assert_nothing_left(&sshd, &client);
    }
}

/// Alone it has the notebook's usual places; beside notebook 7 one of its own.
#[test]
fn nbclassic_shows_its_own_page_with_and_without_notebook_7() {
    // Its environment has nbclassic too; the other one's packages bring notebook 7.
    let sshd = with_notebook_6();
    let client = Client::of(&sshd);
    let find = format!("ls -d {}", real("../lib/python3*/site-packages"));
    let packages = client.ssh_run("test", &find);
    let beside = format!("setup = [\"export PYTHONPATH='{}'\"]", packages.trim());
    for (more, page) in [("", "/tree"), (beside.as_str(), "/nbclassic/tree")] {
        configure(&client, &format!("app = \"nbclassic\"\n{more}"));
        let mut opened = client.open("test");
        let ready = opened.wait_phase("ready");
        let url = url::Url::parse(text(&ready, "url")).unwrap();
        assert_eq!(url.path(), format!("/test{page}"), "{ready}");
        let shown = http::get(url.as_str()).body;
        assert!(shown.contains("id=\"notebook_list\""), "{shown}");
        opened.interrupt();
        opened.wait_exit();
        stop(&client);
    }
    assert_nothing_left(&sshd, &client);
}
