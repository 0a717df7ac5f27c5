//! Both sides of a case: `ssh` itself, and our own login.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use remote_jupyter::ssh::poll::Poller;
use remote_jupyter::ssh::prompt::{NoAnswer, Prompt, PromptAnswer, Prompter};
use remote_jupyter::ssh::resolve::resolve;
use remote_jupyter::ssh::{self, Connection, Transport};
use zeroize::Zeroizing;

use crate::cases::Case;
use crate::servers::Scene;
use crate::support::Server;
use crate::support::process::eventually;

/// What came of one side of a case.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub gets_in: bool,
    /// The keys and certificates that the server was shown, by type and fingerprint, each once.
    pub seen: Vec<String>,
    /// What the user was asked: `key E`, `password`.
    pub asked: Vec<String>,
}

pub fn both(scene: &Scene, case: &Case, number: usize) -> (Outcome, Outcome) {
    let place = |side: usize| format!("127.{}.{}.{}", 10 + side, number / 250, number % 250 + 1);
    let folder = crate::support::folder("rj-login-");
    let ssh = prepare(folder.path(), "ssh", &place(1), scene, case);
    let (gets_in, asked) = run_ssh(&ssh, case);
    let ssh = outcome(scene, case, &place(1), gets_in, asked);
    let ours = prepare(folder.path(), "ours", &place(2), scene, case);
    let (gets_in, asked) = run_ours(&ours, case);
    (ssh, outcome(scene, case, &place(2), gets_in, asked))
}

/// The side's own address is what tells its lines in the server's log.
fn prepare(folder: &Path, side: &str, from: &str, scene: &Scene, case: &Case) -> PathBuf {
    let folder = folder.join(side);
    fs::create_dir(&folder).unwrap();
    let server = scene.server(case.at);
    let address = server.address();
    let (host, port, user) = (address.ip(), address.port(), server.user());
    let keys = server.host_keys();
    let known = keys.iter().map(|key| format!("[{host}]:{port} {key}\n"));
    fs::write(folder.join("known"), known.collect::<String>()).unwrap();
    let mut config = format!("Host case\n  HostName {host}\n  Port {port}\n  User {user}\n");
    for line in &case.lines {
        writeln!(config, "  {}", scene.fill(line)).unwrap();
    }
    let known = folder.join("known");
    // ssh takes the first value it reads, so these are what a case does not say otherwise.
    writeln!(
        config,
        "  BindAddress {from}\n  UserKnownHostsFile {}\n  GlobalKnownHostsFile none\n  UpdateHostKeys no\n  IdentityAgent none\n  IdentityFile none",
        known.display()
    )
    .unwrap();
    fs::write(folder.join("config"), config).unwrap();
    folder
}

fn run_ssh(folder: &Path, case: &Case) -> (bool, Vec<String>) {
    let mut command = Command::new("setsid");
    command.arg("ssh").arg("-F").arg(folder.join("config"));
    command.args(["-T", "case", "true"]).env("LANG", "C");
    command.env_remove("SSH_AUTH_SOCK").env_remove("DISPLAY");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let askpass = folder.join("askpass");
    if !case.answers.is_empty() {
        write_helper(&askpass, case);
        command
            .env("SSH_ASKPASS", &askpass)
            .env("SSH_ASKPASS_REQUIRE", "force");
    }
    let success = command
        .status()
        .expect("these tests need OpenSSH's ssh")
        .success();
    let asked = fs::read_to_string(folder.join("asked")).unwrap_or_default();
    (success, asked.lines().map(kind).collect())
}

/// Gives the case's answers, one after the other, the last one again and again.
fn write_helper(file: &Path, case: &Case) {
    let folder = file.parent().unwrap().display();
    let mut script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$1\" >>{folder}/asked\ncase $(wc -l <{folder}/asked) in\n"
    );
    for (at, answer) in case.answers.iter().enumerate() {
        let is_last = at + 1 == case.answers.len();
        let number = if is_last {
            "*".to_owned()
        } else {
            (at + 1).to_string()
        };
        writeln!(script, "{number}) echo '{answer}';;").unwrap();
    }
    fs::write(file, script + "esac\n").unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o700)).unwrap();
}

/// What a prompt of either side is about.
fn kind(prompt: &str) -> String {
    let mut file = prompt
        .split(['\'', ' ', ':'])
        .filter_map(|word| word.rsplit_once('/'));
    match file.next_back() {
        Some((_, name)) => format!("key {name}"),
        None => "password".to_owned(),
    }
}

/// Somebody with the case's answers.
struct User<'a> {
    answers: &'a [&'static str],
    asked: RefCell<Vec<String>>,
}

impl Prompter for User<'_> {
    fn ask(&self, prompt: Prompt) -> PromptAnswer {
        let Some(last) = self.answers.last() else {
            return Err(NoAnswer::nobody());
        };
        let mut asked = self.asked.borrow_mut();
        let answer = self.answers.get(asked.len()).unwrap_or(last);
        asked.push(match prompt {
            Prompt::Passphrase { key, .. } => kind(&key.display().to_string()),
            other => kind(&other.text()),
        });
        Ok(Zeroizing::new((*answer).to_owned()))
    }
}

fn run_ours(folder: &Path, case: &Case) -> (bool, Vec<String>) {
    let target = resolve("case", Some(&folder.join("config"))).unwrap();
    let poller = Poller::new().unwrap();
    poller.set_deadline(Some(Instant::now() + Duration::from_secs(60)));
    let user = User {
        answers: &case.answers,
        asked: RefCell::default(),
    };
    let stream = ssh::dial(&target, &poller).unwrap();
    let transport = Transport::direct(stream);
    let connection = Connection::open(&target, transport, &user, &poller).unwrap();
    let result = ssh::log_in(&connection, &target, &user, &poller);
    (result.is_ok(), user.asked.into_inner())
}

fn outcome(scene: &Scene, case: &Case, from: &str, gets_in: bool, asked: Vec<String>) -> Outcome {
    let server = scene.server(case.at);
    let of_us = format!(" from {from} port ");
    // The log may come a moment later than the answer. Each way out leaves its line there.
    let ends = [
        "Accepted ",
        "Connection closed by",
        "Connection reset by",
        "Disconnected from",
        "Disconnecting",
        "Received disconnect",
    ];
    let ends = if gets_in { &ends[..1] } else { &ends[1..] };
    let mut log = String::new();
    let is_over = |line: &str| {
        line.contains(from)
            && !line.contains("Accepted key")
            && !line.contains("Accepted certificate")
            && ends.iter().any(|end| line.contains(end))
    };
    eventually(Duration::from_secs(5), || {
        log = server.log();
        log.lines().any(is_over)
    });
    let mut seen: Vec<String> = Vec::new();
    for line in log.lines().filter(|line| line.contains(&of_us)) {
        let Some((_, key)) = line.split_once(" ssh2: ") else {
            continue;
        };
        let words: Vec<&str> = key.split(' ').take(2).collect();
        let key = words.join(" ");
        if key.contains("SHA256:") && !seen.contains(&key) {
            seen.push(key);
        }
    }
    Outcome {
        gets_in,
        seen,
        asked,
    }
}
