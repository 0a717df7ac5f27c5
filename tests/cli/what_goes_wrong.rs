//! What goes wrong on the way, there, or in what was typed: each a clear message with the remedy, the right exit code,
//! and nothing left behind.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::scene::{
    NO_JUPYTER, SOON, assert_nothing_left, assert_unlocked, bare, configure, fails, launches,
    state, text, with_jupyter_lab,
};
use crate::support::sshd::free_port;
use crate::support::{Client, Key, Server, Sshd, eventually};

/// A place where no SSH server is.
struct Nowhere(SocketAddr);

impl Server for Nowhere {
    fn address(&self) -> SocketAddr {
        self.0
    }
    fn user(&self) -> String {
        "nobody".into()
    }
    fn host_keys(&self) -> Vec<String> {
        Vec::new()
    }
}

/// An address that swallows what is sent to it: a listener whose queue is full.
struct BlackHole {
    address: SocketAddr,
    _listener: socket2::Socket,
    _queue: Vec<socket2::Socket>,
}

impl BlackHole {
    fn dig() -> Self {
        let socket =
            || socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        let listener = socket();
        listener
            .bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())
            .unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        let visit = |_| {
            let visitor = socket();
            visitor.set_nonblocking(true).unwrap();
            let _ = visitor.connect(&address);
            visitor
        };
        let queue = (0..8).map(visit).collect();
        let address = address.as_socket().unwrap();
        let full = TcpStream::connect_timeout(&address, Duration::from_millis(300));
        assert!(full.is_err(), "the queue of {address} is not full");
        Self {
            address,
            _listener: listener,
            _queue: queue,
        }
    }
}

#[test]
fn a_wrong_host_name_is_told() {
    let client = Client::new();
    configure(&client, "ssh = \"no-such-host.invalid\"");
    let failed = fails(&client, &[], 5, "name_unknown");
    assert!(
        text(&failed, "title").contains("no-such-host.invalid"),
        "{failed}"
    );
}

#[test]
fn a_refused_port_is_told() {
    let client = Client::new();
    let nowhere = Nowhere(free_port(Ipv4Addr::LOCALHOST.into()));
    client.add_host("test", &nowhere, Key::Ed25519);
    let failed = fails(&client, &[], 5, "connection_refused");
    let port = nowhere.0.port().to_string();
    assert!(text(&failed, "title").contains(&port), "{failed}");
}

#[test]
fn an_address_that_never_answers_is_given_up_after_its_time() {
    let client = Client::new();
    let hole = BlackHole::dig();
    client.add_host_with(
        "test",
        &Nowhere(hole.address),
        Key::Ed25519,
        &["ConnectTimeout 1"],
    );
    let begun = Instant::now();
    let failed = fails(&client, &[], 5, "unreachable");
    assert!(begun.elapsed() >= Duration::from_secs(1) && begun.elapsed() < SOON);
    assert!(
        text(&failed, "detail").contains(&hole.address.to_string()),
        "{failed}"
    );
}

#[test]
fn a_signal_while_connecting_ends_it() {
    let client = Client::new();
    let hole = BlackHole::dig();
    client.add_host("test", &Nowhere(hole.address), Key::Ed25519);
    let mut opened = client.open("test");
    opened.wait_phase("connecting");
    opened.terminate();
    let out = opened.wait_exit_within(Duration::from_secs(5));
    assert_eq!(out.code, Some(130), "{out}");
    assert_eq!(out.last_event()["phase"], "closed");
}

#[test]
fn a_server_that_accepts_and_says_nothing_is_given_up() {
    let client = Client::new();
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    client.add_host(
        "test",
        &Nowhere(listener.local_addr().unwrap()),
        Key::Ed25519,
    );
    fails(&client, &["--timeout", "2"], 8, "timed_out");
}

/// Nothing can be saved there, for scp and rsync neither: bash reads `.bashrc` on the channel itself.
#[test]
fn a_start_up_file_that_swallows_the_script_is_given_up() {
    let sshd = bare();
    let client = Client::of(&sshd);
    sshd.home()
        .append(".bashrc", "echo 'Your choice?'; cat >/dev/null\n");
    let failed = fails(&client, &["--timeout", "2"], 8, "timed_out");
    assert!(
        text(&failed, "title").contains("start-up files"),
        "{failed}"
    );
    assert!(text(&failed, "detail").contains("Your choice?"), "{failed}");
    assert!(sshd.empties_within(SOON), "{:?}", sshd.leftovers());
}

#[test]
fn a_port_that_speaks_no_ssh_is_told() {
    let client = Client::new();
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    client.add_host(
        "test",
        &Nowhere(listener.local_addr().unwrap()),
        Key::Ed25519,
    );
    let greeter = std::thread::spawn(move || {
        use std::io::Write;
        let (mut visitor, _) = listener.accept().unwrap();
        let _ = visitor.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let failed = fails(&client, &[], 5, "handshake");
    greeter.join().unwrap();
    assert!(text(&failed, "title").contains("test"), "{failed}");
}

#[test]
fn no_jupyter_on_the_path_is_told_with_what_to_add() {
    let sshd = bare();
    let client = Client::of(&sshd);
    let failed = fails(&client, &[], 6, "no_jupyter");
    assert!(text(&failed, "remedy").contains("setup = ["), "{failed}");
    assert_nothing_left(&sshd, &client);

    configure(&client, "command = \"no-such-program lab\"");
    let failed = fails(&client, &[], 6, "no_jupyter");
    assert!(
        text(&failed, "title").contains("`no-such-program lab`"),
        "{failed}"
    );
    assert_nothing_left(&sshd, &client);
}

#[test]
fn a_set_up_line_that_fails_is_not_mistaken_for_a_missing_jupyter() {
    let sshd = with_jupyter_lab("echo 'must not run' >\"$HOME/ran\"");
    let client = Client::of(&sshd);
    configure(
        &client,
        "setup = [\"true\", \"echo no licence left >&2; false\"]",
    );
    let failed = fails(&client, &[], 6, "jupyter_died");
    assert!(
        text(&failed, "detail").contains("no licence left"),
        "{failed}"
    );
    assert!(text(&failed, "remedy").contains("`setup`"), "{failed}");

    configure(&client, "setup = [\"no-such-module load python\"]");
    let failed = fails(&client, &[], 6, "jupyter_died");
    assert!(
        text(&failed, "detail").contains("no-such-module"),
        "{failed}"
    );
    assert!(text(&failed, "remedy").contains("`setup`"), "{failed}");
    assert_eq!(sshd.home().read("ran"), None);
    assert_nothing_left(&sshd, &client);
}

#[test]
fn a_working_folder_that_is_not_there_is_named() {
    let sshd = bare();
    let client = Client::of(&sshd);
    configure(&client, "workdir = \"~/no such folder\"");
    let failed = fails(&client, &[], 6, "remote_folder");
    assert!(
        text(&failed, "title").contains("~/no such folder"),
        "{failed}"
    );
    assert_nothing_left(&sshd, &client);
}

#[test]
fn a_jupyter_that_crashes_gives_its_last_words_at_once() {
    let sshd = with_jupyter_lab(
        "for line in $(seq 200); do echo \"line $line\"; done\n\
         echo 'Traceback (most recent call last):\nModuleNotFoundError: No module named jinja2' >&2; exit 3",
    );
    let client = Client::of(&sshd);
    let begun = Instant::now();
    let failed = fails(&client, &[], 6, "jupyter_died");
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    let detail = text(&failed, "detail");
    assert!(detail.ends_with("No module named jinja2"), "{detail}");
    assert!(
        !detail.contains("line 1\n"),
        "only the last lines: {detail}"
    );
    assert!(text(&failed, "title").contains("exit status 3"), "{failed}");
    let log = client.run(&["logs", "test"]);
    assert!(
        log.stdout.contains("line 1\n") && log.stdout.contains("jinja2"),
        "{log}"
    );
    assert_nothing_left(&sshd, &client);
}

#[test]
fn a_state_folder_that_cannot_be_made_is_told() {
    let sshd = bare();
    let client = Client::of(&sshd);
    sshd.home().write(
        ".local/state/remote-jupyter",
        "a file in the folder's place",
    );
    let failed = fails(&client, &[], 6, "remote_folder");
    assert!(
        text(&failed, "title").contains("~/.local/state/remote-jupyter"),
        "{failed}"
    );
    assert!(
        !text(&failed, "detail").is_empty(),
        "the system's own words: {failed}"
    );
    assert_eq!(
        sshd.home().read(".local/state/remote-jupyter").unwrap(),
        "a file in the folder's place"
    );
}

#[test]
fn whatever_a_profile_prints_or_reads_the_script_is_understood() {
    let sshd = bare();
    let client = Client::of(&sshd);
    let usual = sshd.home().read(".bashrc").unwrap();
    let profile = sshd.home().read(".bash_profile").unwrap();
    let table = [
        (
            "a banner",
            "echo Welcome to the machine; echo Mind the gap >&2",
        ),
        ("no newline at its end", "printf 'Last login: never'"),
        ("a mebibyte", "head -c 1048576 /dev/zero | tr '\\0' '\\n'"),
        (
            "a mebibyte in one line",
            "head -c 1048576 /dev/zero | tr '\\0' x",
        ),
        ("control codes", "printf '\\033[2J\\033[1;31mhi\\033[0m\\r'"),
    ];
    for (what, line) in table {
        for file in [".bashrc", ".bash_profile"] {
            sshd.home().append(file, &format!("{line}\n"));
            let out = client.run(&["doctor", "test"]);
            assert_eq!(out.code, NO_JUPYTER, "{what} in {file}: {out}");
            assert!(
                out.stdout.contains("no Jupyter server of yours is running"),
                "{what} in {file}: {out}"
            );
            sshd.home().write(".bashrc", &usual);
            sshd.home().write(".bash_profile", &profile);
        }
    }
    sshd.home()
        .append(".bash_profile", "read answer; cat >/dev/null\n");
    let out = client.run(&["doctor", "test"]);
    assert_eq!(out.code, NO_JUPYTER, "one that reads standard input: {out}");
}

#[test]
fn a_profile_that_ends_the_shell_is_told_with_its_words() {
    let sshd = bare();
    let client = Client::of(&sshd);
    sshd.home()
        .append(".bash_profile", "echo 'This account is closed.'; exit 3\n");
    let failed = fails(&client, &[], 6, "login_shell");
    assert!(
        text(&failed, "detail").contains("This account is closed."),
        "{failed}"
    );
    assert!(text(&failed, "remedy").contains("`ssh test`"), "{failed}");
}

#[test]
fn a_start_that_takes_too_long_is_given_up_and_stop_ends_it() {
    let sshd = with_jupyter_lab("exec sleep 4717");
    let client = Client::of(&sshd);
    let sleeps = |sshd: &Sshd| {
        sshd.leftovers()
            .iter()
            .any(|line| line.contains("sleep 4717"))
    };
    let failed = fails(&client, &["--timeout", "3"], 8, "timed_out");
    assert!(
        text(&failed, "detail").contains("still starting"),
        "{failed}"
    );
    assert!(
        text(&failed, "remedy").contains("remote-jupyter stop test"),
        "{failed}"
    );
    assert_unlocked(&sshd);
    assert!(sleeps(&sshd), "the launch goes on: {:?}", sshd.leftovers());
    // A second attempt waits for the same launch.
    fails(&client, &["--timeout", "3"], 8, "timed_out");
    assert_eq!(launches(&sshd).len(), 1);
    let out = client.run(&["stop", "test", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert!(!sleeps(&sshd), "{out}");
    assert_nothing_left(&sshd, &client);
}

#[test]
fn a_lock_that_a_killed_one_left_keeps_nobody_out() {
    let sshd = with_jupyter_lab("echo 'it got that far'; exit 4");
    let client = Client::of(&sshd);
    let (node, ended) = {
        let told = client.ssh_run("test", "uname -n; sh -c 'echo $$'");
        let (node, pid) = told.trim().split_once('\n').unwrap();
        (node.to_owned(), pid.to_owned())
    };
    let owner = ".local/state/remote-jupyter/lock/owner";
    sshd.home().write(owner, &format!("{node} {ended}\n"));
    fails(&client, &["--timeout", "20"], 6, "jupyter_died");
    assert_nothing_left(&sshd, &client);
    assert!(eventually(SOON, || !state(&sshd, "lock").exists()));
}

#[test]
fn a_scheduler_that_is_not_there_is_told_and_nothing_started() {
    let sshd = bare();
    let client = Client::of(&sshd);
    client.configure("[[host]]\nname = \"test\"\nlauncher = \"lsf\"\n");
    let failed = fails(&client, &[], 7, "scheduler_missing");
    assert!(text(&failed, "title").contains("LSF"), "{failed}");
    assert!(text(&failed, "detail").contains("not found"), "{failed}");
    assert_nothing_left(&sshd, &client);
}

/// `open --json` with these arguments fails before there is a session: the exit code, and standard error.
fn says(client: &Client, args: &[&str], parts: &[&str]) {
    let out = client.run(args);
    assert_eq!(out.code, Some(2), "{out}");
    for part in parts {
        assert!(out.stderr.contains(part), "no \"{part}\": {out}");
    }
}

#[test]
fn errors_of_the_configuration_have_file_line_and_column() {
    let client = Client::new();
    let file = client.path("config/remote-jupyter/config.toml");
    let at = |line, column| format!("{}:{line}:{column}", file.display());
    client.configure("[[host]]\nname = \"a\"\nlocal_prot = 8888\n");
    says(
        &client,
        &["open", "a"],
        &[&at(3, 1), "local_prot", "local_port"],
    );
    client.configure("[[host]]\nname = \"a\"\nlocal_port = 70000\n\n[[host]]\nname = \"a\"\n");
    says(&client, &["open", "a"], &[&at(3, 14), "70000", &at(6, 8)]);
    client.configure("[[host]\nname = 3\n");
    says(&client, &["list"], &[&at(1, 8), "not valid TOML"]);
    says(
        &client,
        &["--config", "/no/such/file", "list"],
        &["/no/such/file", "--config"],
    );
}

#[test]
fn unknown_hosts_and_words_are_usage_errors() {
    let client = Client::new();
    says(&client, &["open"], &["Which host?"]);
    client.configure("[[host]]\nname = \"gpu01\"\n[[host]]\nname = \"gpu02\"\n");
    says(
        &client,
        &["open", "gpu03"],
        &["gpu03", "gpu01, gpu02", "remote-jupyter add gpu03"],
    );
    says(
        &client,
        &["open"],
        &["Which host?", "gpu01, gpu02", "default_host"],
    );
    says(&client, &["opne", "gpu01"], &["opne"]);
    says(
        &client,
        &["open", "gpu01", "--timeout", "0"],
        &["--timeout"],
    );
    says(
        &client,
        &["open", "gpu01", "--no-such-option"],
        &["--no-such-option"],
    );
}

#[test]
fn a_failure_is_told_to_people_in_words_and_without_json() {
    let client = Client::new();
    let nowhere = Nowhere(free_port(Ipv4Addr::LOCALHOST.into()));
    client.add_host("test", &nowhere, Key::Ed25519);
    let out = client.run(&["open", "test", "--no-browser"]);
    assert_eq!((out.code, out.stdout.as_str()), (Some(5), ""), "{out}");
    assert!(
        out.stderr
            .contains("remote-jupyter: test: nothing listens on port"),
        "{out}"
    );
    assert!(out.stderr.contains("  → "), "{out}");
    let events: Result<Value, _> = serde_json::from_str(&out.stderr);
    assert!(events.is_err());
}

/// Disks without room, which only Linux lets a test make.
#[cfg(target_os = "linux")]
mod full_disks {
    use std::process::Command;

    use super::*;
    use crate::support::process::must;

    /// A small file system of its own.
    struct SmallDisk(std::path::PathBuf);

    impl SmallDisk {
        fn at(folder: std::path::PathBuf, pages: u32) -> Self {
            std::fs::create_dir_all(&folder).unwrap();
            assert!(
                rustix::process::geteuid().is_root(),
                "this test mounts a file system: run it as root"
            );
            let options = format!("size={}k,mode=755", 4 * pages);
            must(
                Command::new("mount")
                    .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
                    .arg(&folder),
            );
            Self(folder)
        }

        fn fill(&self) {
            let full = std::fs::write(self.0.join("much"), vec![b'x'; 1 << 20]).unwrap_err();
            assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
        }

        fn clear(&self) {
            std::fs::remove_file(self.0.join("much")).unwrap();
        }
    }

    impl Drop for SmallDisk {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg("-l").arg(&self.0).status();
        }
    }

    #[test]
    fn a_full_disk_is_told_and_keeps_nobody_out_later() {
        let sshd = with_jupyter_lab("echo 'it got that far'; exit 4");
        let client = Client::of(&sshd);
        let disk = SmallDisk::at(sshd.home().path().join(".local/state"), 16);
        disk.fill();
        let failed = fails(&client, &[], 6, "remote_folder");
        assert!(
            text(&failed, "detail").contains("No space left"),
            "{failed}"
        );
        assert!(text(&failed, "remedy").contains("full"), "{failed}");
        assert_eq!(launches(&sshd).len(), 0, "half a launch is no launch");
        assert_nothing_left(&sshd, &client);
        disk.clear();
        fails(&client, &["--timeout", "20"], 6, "jupyter_died");
        assert_eq!(launches(&sshd).len(), 1);
    }

    /// Whatever is the last thing that has room: a failure in words, and nothing that runs on unseen.
    #[test]
    fn a_disk_that_fills_up_during_a_launch_leaves_nothing_running() {
        let sshd = with_jupyter_lab("exec sleep 4718");
        let client = Client::of(&sshd);
        let mut codes = Vec::new();
        for pages in 1..=18 {
            let disk = SmallDisk::at(sshd.home().path().join(".local/state"), pages);
            let failed = client
                .open_with("test", &["--timeout", "3"])
                .wait_exit()
                .last_event();
            codes.push(text(&failed, "code").to_owned());
            assert_unlocked(&sshd);
            match codes.last().unwrap().as_str() {
                "remote_folder" => assert!(
                    text(&failed, "detail").contains("No space left"),
                    "{failed}"
                ),
                "jupyter_died" => assert!(text(&failed, "remedy").contains("df -h"), "{failed}"),
                "timed_out" => assert_eq!(client.run(&["stop", "test"]).code, Some(0)),
                _ => panic!("with {pages} pages: {failed}"),
            }
            assert!(
                sshd.empties_within(SOON),
                "with {pages} pages: {:?}, {failed}",
                sshd.leftovers()
            );
            drop(disk);
        }
        assert_eq!(codes.first().unwrap(), "remote_folder", "{codes:?}");
        assert_eq!(
            codes.last().unwrap(),
            "timed_out",
            "enough room for a launch: {codes:?}"
        );
    }

    #[test]
    fn a_jupyter_that_cannot_write_its_runtime_file_is_told() {
        let sshd = Sshd::start();
        let client = Client::of(&sshd);
        // Room for the launch, what Jupyter is told, its log and a cookie: 25 to 27 pages.
        let _disk = SmallDisk::at(sshd.home().path().join(".local/state"), 26);
        let failed = fails(&client, &["--timeout", "30"], 6, "jupyter_died");
        assert!(
            text(&failed, "detail").contains("No space left on device"),
            "{failed}"
        );
        assert!(text(&failed, "remedy").contains("df -h"), "{failed}");
        assert_nothing_left(&sshd, &client);
    }
}
