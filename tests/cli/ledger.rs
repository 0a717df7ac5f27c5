//! What was started from here is known until its end: used again or ended, never started twice.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::scene::{
    SOON, assert_nothing_left, bare, configure, fails, launches, put_program, real, servers, state,
    text, with_jupyter_lab,
};
#[cfg(target_os = "linux")]
use crate::support::process::PATIENCE;
use crate::support::process::pid_of;
#[cfg(target_os = "linux")]
use crate::support::root_sshd::{Account, RootSshd};
use crate::support::{Client, Sshd, eventually, http};

/// `open` gives a page; the next one has the same server, `stop` ends it, and nothing is left.
#[cfg(target_os = "linux")]
fn serves_again_and_ends(sshd: &Sshd, client: &Client) {
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(ready["reused"], false, "{ready}");
    assert!(http::title(&ready).contains("JupyterLab"));
    opened.interrupt();
    opened.wait_exit();

    let mut again = client.open("test");
    let reused = again.wait_phase("ready");
    assert_eq!(
        (&reused["server"], &reused["reused"]),
        (&ready["server"], &true.into())
    );
    again.interrupt();
    again.wait_exit();
    assert_eq!(launches(sshd).len(), 1, "started twice");

    let out = client.run(&["stop", "test", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert!(out.stderr.contains("has shut down"), "{out}");
    assert_nothing_left(sshd, client);
}

/// A home with letters beyond ASCII: Jupyter writes its socket's name in another way than the system has it.
#[cfg(target_os = "linux")]
#[test]
fn a_socket_below_a_home_of_any_alphabet_is_used_again_and_ended() {
    let account = Account {
        home: "Zoë 日本",
        ..Account::default()
    };
    let sshd = RootSshd::of(&account, &[]);
    let client = Client::of(&sshd);
    configure(&client, "bind = \"socket\"");
    let mut servers = Vec::new();
    for _ in 0..2 {
        let mut opened = client.open("test");
        let ready = opened.wait_phase("ready");
        servers.push(ready["server"].clone());
        opened.interrupt();
        opened.wait_exit();
    }
    assert_eq!(servers[0], servers[1]);
    assert!(servers[0]["socket"].as_str().unwrap().contains("Zoë 日本"));
    let out = client.run(&["stop", "test", "--yes"]);
    assert!(out.stderr.contains("has shut down"), "{out}");
    assert!(eventually(SOON, || sshd.leftovers().is_empty()));
}

/// In a container, the process calls itself by the number 1, and another process here has that.
#[cfg(target_os = "linux")]
#[test]
fn a_server_in_a_namespace_of_processes_is_used_again_and_ended() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    configure(
        &client,
        "command = \"unshare --user --map-current-user --pid --fork --mount-proc jupyter lab\"",
    );
    serves_again_and_ends(&sshd, &client);
}

/// The same by hand: whoever starts it, it is known by the socket that it holds.
#[cfg(target_os = "linux")]
#[test]
fn a_server_that_someone_started_in_a_container_is_found() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    for place in ["--port=0", "--sock=$HOME/s"] {
        let line = format!(
            "JUPYTER_TOKEN=letmein nohup bash -lc 'exec unshare --user --map-current-user --pid --fork \
             --mount-proc jupyter lab --no-browser {place}' >log 2>&1 </dev/null &"
        );
        client.ssh_run("test", &line);
        let file = ".local/share/jupyter/runtime/jpserver-1.json";
        let up = || {
            sshd.home()
                .read(file)
                .is_some_and(|text| text.contains('}'))
        };
        assert!(eventually(PATIENCE, up), "{:?}", sshd.home().read("log"));
        configure(&client, "launcher = \"attach\"");
        let mut opened = client.open("test");
        let ready = opened.wait_phase("ready");
        assert_eq!(ready["reused"], true);
        opened.interrupt();
        opened.wait_exit();
        let out = client.run(&["stop", "test", "--yes"]);
        assert_eq!(out.code, Some(0), "{out}");
        assert_nothing_left(&sshd, &client);
    }
}

/// Its socket has gone: it is neither started once more nor forgotten.
#[test]
fn a_launch_that_cannot_be_used_any_more_is_told_and_ended() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    configure(&client, "bind = \"socket\"");
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    opened.interrupt();
    opened.wait_exit();
    fs::remove_file(launches(&sshd)[0].join("sock")).unwrap();

    let failed = fails(&client, &[], 6, "jupyter_answer");
    assert!(text(&failed, "detail").contains("/sock"), "{failed}");
    let remedy = text(&failed, "remedy");
    assert!(remedy.contains("remote-jupyter stop test"), "{failed}");
    assert_eq!(launches(&sshd).len(), 1, "started twice");

    let out = client.run(&["stop", "test", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert_nothing_left(&sshd, &client);
}

/// It says in its runtime file that it is on a port, where nothing listens.
#[test]
fn a_new_launch_that_cannot_be_used_is_ended() {
    let sshd = with_jupyter_lab(
        "printf '{\"pid\": %s, \"port\": 9, \"token\": \"t\"}' $$ >\"$JUPYTER_RUNTIME_DIR/jpserver-$$.json\"\n\
         exec sleep 4721",
    );
    let client = Client::of(&sshd);
    let failed = fails(&client, &[], 6, "jupyter_answer");
    assert!(text(&failed, "detail").contains("port 9"), "{failed}");
    assert_nothing_left(&sshd, &client);
}

/// Jupyter was shut down in the tab, and what started it takes a while to end.
#[test]
fn a_click_right_after_a_shutdown_starts_another_one() {
    let script = format!("{} \"$@\"\nsleep 3", real("jupyter-lab"));
    let sshd = with_jupyter_lab(&script);
    let client = Client::of(&sshd);
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    let first = launches(&sshd)[0].clone();
    assert_eq!(http::post(&ready, "api/shutdown", "{}").status, 200);
    assert!(eventually(SOON, || servers(&sshd).is_empty()));
    assert!(!first.join("exit").exists(), "its keeper has ended already");
    opened.interrupt();
    opened.wait_exit();

    let mut again = client.open("test");
    let ready = again.wait_phase("ready");
    assert_eq!(ready["reused"], false);
    again.interrupt();
    again.wait_exit();
    assert_eq!(client.run(&["stop", "test", "--yes"]).code, Some(0));
    assert_nothing_left(&sshd, &client);
}

/// As a system does that keeps nothing of an account after its logout.
#[test]
fn a_launch_that_was_ended_from_outside_is_told_once() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let open = || {
        let mut opened = client.open("test");
        let ready = opened.wait_phase("ready");
        assert_eq!(ready["reused"], false);
        opened.interrupt();
        opened.wait_exit().stdout
    };
    assert!(!open().contains("terminated from outside"));
    for line in sshd.leftovers() {
        let pid = Pid::from_raw(pid_of(&line).parse().unwrap()).unwrap();
        let _ = kill_process(pid, Signal::KILL);
    }
    assert!(sshd.empties_within(SOON));
    let said = open();
    assert!(
        said.contains("terminated from outside") && said.contains("linger"),
        "{said}"
    );
    assert_eq!(client.run(&["stop", "test", "--yes"]).code, Some(0));
    assert!(!open().contains("terminated from outside"));
    assert_eq!(client.run(&["stop", "test", "--yes"]).code, Some(0));
    assert_nothing_left(&sshd, &client);
}

/// `status`, `logs`, `doctor`, `stop` and a click agree about two launches: which run, whose log it is, and how those ended
/// that were not ended from here. A restart and another login node cannot be had here: their launches' folders are made to
/// look as those leave them.
#[cfg(target_os = "linux")]
#[test]
fn every_command_reads_the_ledger() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let status = || client.run(&["status", "test"]).stdout;
    assert!(status().contains("no Jupyter server of yours is running"));
    let port = crate::support::sshd::free_port(std::net::Ipv4Addr::LOCALHOST.into()).port();
    let launch = |folder: &str, more: &str| {
        fs::create_dir_all(sshd.home().path().join(folder)).unwrap();
        configure(&client, &format!("workdir = '~/{folder}'\n{more}"));
        let before = launches(&sshd);
        let mut opened = client.open("test");
        opened.wait_phase("ready");
        opened.interrupt();
        let said = opened.wait_exit().stdout;
        let mut new = launches(&sshd);
        new.retain(|one| !before.contains(one));
        (new.remove(0), said)
    };
    let (first, _) = launch("first", "");
    launch("second", &format!("remote_port = {port}"));

    // The log is that of the server which a click would use, and not the newest one.
    configure(&client, "workdir = '~/first'");
    let logs = client.run(&["logs", "test"]);
    assert!(logs.stdout.contains("home/first"), "{logs}");
    assert!(logs.stderr.contains("2 servers"), "{logs}");
    assert!(status().contains("home/first"), "{}", status());

    // As a kernel does that has run out of memory: Jupyter alone goes, and its keeper says how.
    for line in servers(&sshd) {
        let pid = Pid::from_raw(pid_of(&line).parse().unwrap()).unwrap();
        kill_process(pid, Signal::KILL).unwrap();
    }
    assert!(sshd.empties_within(SOON));
    for command in ["status", "doctor", "stop"] {
        let out = client.run(&[command, "test"]);
        assert_eq!(out.code, Some(0), "{out}");
        assert!(out.to_string().contains("ended by KILL"), "{out}");
    }
    let (third, said) = launch("third", "");
    assert!(said.contains("ended by KILL"), "{said}");
    assert!(!status().contains("ended by KILL"), "told twice");

    for line in sshd.leftovers() {
        let pid = Pid::from_raw(pid_of(&line).parse().unwrap()).unwrap();
        let _ = kill_process(pid, Signal::KILL);
    }
    assert!(sshd.empties_within(SOON));
    assert!(status().contains("terminated from outside"));
    if !first.join("computer").exists() {
        fs::write(third.join("computer"), "unknown\n").unwrap();
    }
    fs::write(third.join("machine"), "another-boot 4026531836\n").unwrap();
    assert!(
        status().contains("may still be running there"),
        "{}",
        status()
    );
    let out = client.run(&["stop", "test"]);
    assert!(out.stderr.contains("may still be running there"), "{out}");
    if first.join("computer").exists() {
        let old = std::time::SystemTime::UNIX_EPOCH;
        let pid = fs::File::options().write(true).open(third.join("pid"));
        pid.unwrap().set_modified(old).unwrap();
        assert!(status().contains("was restarted"), "{}", status());
    }
}

/// Where logind ends what a login began. There is no systemd here: both programs are faked, and take exactly what theirs do.
#[test]
fn a_host_that_keeps_nothing_after_a_logout_is_told_of_beforehand() {
    let sshd = with_jupyter_lab("exit 3");
    let home = sshd.home();
    let loginctl = |kill: &str, linger: &str| {
        let script = format!(
            "case \"$*\" in\n\
             'show-user -p KillUserProcesses -p KillOnlyUsers -p KillExcludeUsers')\n\
             printf 'KillOnlyUsers=\\nKillExcludeUsers=sys\\nKillUserProcesses={kill}\\n' ;;\n\
             \"show-user $(id -un) -p Linger\") echo Linger={linger} ;;\n\
             *) echo \"Unknown command verb $1.\" >&2; exit 1 ;;\nesac"
        );
        put_program(home, "loginctl", &script);
    };
    let run = "case \"$1 $2 $3\" in '--user --scope --quiet') shift 3; echo \"$1\" >>~/scopes; exec \"$@\" ;; *) exit 1 ;; esac";
    put_program(home, "systemd-run", run);
    let client = Client::of(&sshd);
    for (kill, linger, is_told, scopes) in [
        ("no", "no", false, 0),
        ("yes", "yes", false, 2),
        ("yes", "no", true, 4),
    ] {
        loginctl(kill, linger);
        let out = client.open("test").wait_exit();
        assert_eq!(out.code, Some(6), "{out}");
        assert_eq!(out.stdout.contains("when you log out"), is_told, "{out}");
        let told = home.read("scopes").unwrap_or_default();
        assert_eq!(told.lines().count(), scopes, "{kill} {linger}: {told}");
    }
}

/// A process that has the number of a keeper, or of the lock's owner, since the machine started again.
#[test]
fn a_number_that_another_process_has_now_holds_nobody_up() {
    let sshd = bare();
    put_program(
        sshd.home(),
        "jupyter-lab",
        &format!("exec {} \"$@\"", real("jupyter-lab")),
    );
    let client = Client::of(&sshd);
    let line = "nohup sleep 4722 >/dev/null 2>&1 </dev/null & echo $!; uname -n";
    let said = client.ssh_run("test", line);
    let (pid, node) = said.trim().split_once('\n').unwrap();
    let state = Path::new(".local/state/remote-jupyter");
    for (file, content) in [
        ("servers/20200101-000000-1/pid", format!("{pid}\n")),
        ("servers/20200101-000000-1/node", format!("{node}\n")),
        ("lock/owner", format!("{node} {pid}\n")),
    ] {
        sshd.home()
            .write(state.join(file).to_str().unwrap(), &content);
    }
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(ready["reused"], false);
    opened.interrupt();
    opened.wait_exit();
    assert_eq!(client.run(&["stop", "test", "--yes"]).code, Some(0));
}

/// A click whose laptop is gone: its script waits for the next command, and its connection has not ended yet.
#[test]
fn a_lock_whose_holder_has_lost_its_client_is_taken_over() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let line = "exec 9<>/dev/null; cd ~/.local/state/remote-jupyter 2>/dev/null || { mkdir -p ~/.local/state/remote-jupyter; cd ~/.local/state/remote-jupyter; }; \
                mkdir lock; nohup sh -c 'echo \"$(uname -n) $$\" >lock/owner; sleep 4723; :' >/dev/null 2>&1 </dev/null & sleep 0.3; \
                cd ~/.local/state/remote-jupyter; touch -d '-4 minutes' lock";
    client.ssh_run("test", line);
    let begun = Instant::now();
    let mut opened = client.open("test");
    opened.wait_phase_within("ready", Duration::from_secs(30));
    assert!(begun.elapsed() < Duration::from_secs(30));
    opened.interrupt();
    opened.wait_exit();
    assert_eq!(client.run(&["stop", "test", "--yes"]).code, Some(0));
}

/// The name of a host may lead to another login node of the same home than yesterday.
#[test]
fn a_server_on_another_login_node_is_told_and_left_alone() {
    let sshd = bare();
    let client = Client::of(&sshd);
    let launch = "servers/20260101-000000-1";
    for (file, line) in [
        ("node", "login1"),
        ("machine", "another-boot 1"),
        ("pid", "1"),
        ("began", "1"),
        ("log", ""),
        ("runtime/jpserver-1.json", "{}"),
    ] {
        let file = state(&sshd, &format!("{launch}/{file}"));
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, format!("{line}\n")).unwrap();
    }
    let out = client.run(&["stop", "test", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert!(
        out.stderr
            .contains("started on login1 may still be running"),
        "{out}"
    );
    assert!(state(&sshd, launch).join("pid").exists());
}
