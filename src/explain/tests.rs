#![allow(clippy::unwrap_used)]

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::*;
use crate::config::EditError;
use crate::config::LauncherKind;
use crate::launcher::Stranger;
use crate::remote::Failure;
use crate::ssh::known_hosts::{KnownHostsError, KnownKey};
use crate::ssh::resolve::ResolveError;

mod table;

const TOKEN: &str = "5ec2e7";

fn host() -> Host {
    let mut host = Host::named("gpu01");
    host.ssh = Some("me@gpu01.example.org".into());
    host
}

fn denied() -> io::Error {
    io::ErrorKind::PermissionDenied.into()
}

fn dialled(errors: &[io::ErrorKind]) -> SshError {
    let tried = errors.iter().zip(1..);
    SshError::Dial {
        host: "gpu01.example.org".into(),
        port: 2222,
        tried: tried
            .map(|(kind, last)| (([192, 0, 2, last], 2222).into(), (*kind).into()))
            .collect(),
    }
}

fn changed(same_type: bool) -> SshError {
    SshError::HostKeyChanged {
        fingerprint: "SHA256:new".into(),
        known: vec![KnownKey {
            file: "/home/me/.ssh/known_hosts".into(),
            line: 3,
            key_type: "ssh-ed25519".into(),
            fingerprint: "SHA256:old".into(),
        }],
        same_type,
    }
}

fn denied_login(tried: &[&str]) -> SshError {
    SshError::AuthRefused {
        user: "me".into(),
        tried: tried.iter().map(|&what| what.into()).collect(),
        offered: "publickey,password".into(),
    }
}

fn session_error() -> ssh2::Error {
    ssh2::Error::new(ssh2::ErrorCode::Session(-43), "transport read")
}

/// One of each kind of failure on the way, with the code that it has to have.
fn on_the_way() -> Vec<(Code, SshError)> {
    let key = || PathBuf::from("/home/me/.ssh/id_ed25519");
    let known = || PathBuf::from("/home/me/.ssh/known_hosts");
    let refused = io::ErrorKind::ConnectionRefused;
    let unreachable = io::ErrorKind::HostUnreachable;
    vec![
        (Code::Resolve, bad_destination().into()),
        (Code::TimedOut, WaitError::TimedOut.into()),
        (Code::Interrupted, WaitError::Cancelled.into()),
        (Code::Local, WaitError::System(denied()).into()),
        (Code::Route, route()),
        (Code::NameUnknown, name_unknown()),
        (Code::Refused, dialled(&[refused, refused])),
        (Code::Unreachable, dialled(&[refused, unreachable])),
        (
            Code::Handshake,
            SshError::Handshake {
                text: "no banner".into(),
                cut: false,
            },
        ),
        (Code::Lost, SshError::Silent(Duration::from_secs(45))),
        (
            Code::HostKeyFiles,
            KnownHostsError::Read {
                file: known(),
                source: denied(),
            }
            .into(),
        ),
        (
            Code::HostKeyFiles,
            KnownHostsError::UnwritableName { host: "a*".into() }.into(),
        ),
        (
            Code::HostKeyFiles,
            KnownHostsError::MalformedKey {
                host: "gpu01".into(),
                file: known(),
            }
            .into(),
        ),
        (
            Code::HostKeyUnknown,
            SshError::HostKeyUnknown {
                fingerprint: "SHA256:new".into(),
                reason: "the answer was not yes".into(),
            },
        ),
        (Code::HostKeyChanged, changed(true)),
        (Code::HostKeyChanged, changed(false)),
        (
            Code::HostKeyRevoked,
            SshError::HostKeyRevoked {
                fingerprint: "SHA256:new".into(),
                file: known(),
                line: Some(7),
            },
        ),
        (
            Code::HostKeyRevoked,
            SshError::HostKeyRevoked {
                fingerprint: "SHA256:new".into(),
                file: "/home/me/.ssh/revoked.krl".into(),
                line: None,
            },
        ),
        (Code::AuthRefused, denied_login(&["password: refused"])),
        (Code::AuthRefused, denied_login(&[])),
        (
            Code::AuthNoAnswer,
            SshError::NoAnswer {
                question: "Password of me@gpu01:".into(),
                reason: "there is no terminal to ask on".into(),
            },
        ),
        (Code::Passphrase, SshError::Passphrase { key: key() }),
        (Code::Lost, session_error().into()),
        (Code::Lost, SshError::Closed),
        (Code::Local, denied().into()),
    ]
}

fn bad_destination() -> ResolveError {
    ResolveError::BadDestination {
        destination: "a b".into(),
        reason: "it contains a blank or a control character".into(),
    }
}

fn route() -> SshError {
    SshError::Route {
        name: "ProxyJump",
        value: "bastion".into(),
    }
}

fn name_unknown() -> SshError {
    SshError::NameUnknown {
        host: "gpu01.example.org".into(),
        reason: "Name or service not known".into(),
    }
}

/// A compiler error here means that an error was added: give it a line in `on_the_way`.
fn is_listed(error: &SshError) -> bool {
    match error {
        SshError::Resolve(_)
        | SshError::Wait(WaitError::TimedOut | WaitError::Cancelled | WaitError::System(_))
        | SshError::Route { .. }
        | SshError::NameUnknown { .. }
        | SshError::Dial { .. }
        | SshError::Handshake { .. }
        | SshError::Silent(_)
        | SshError::KnownHosts(_)
        | SshError::HostKeyUnknown { .. }
        | SshError::HostKeyChanged { .. }
        | SshError::HostKeyRevoked { .. }
        | SshError::AuthRefused { .. }
        | SshError::NoAnswer { .. }
        | SshError::Passphrase { .. }
        | SshError::Session(_)
        | SshError::Closed
        | SshError::System(_) => true,
    }
}

fn printed() -> crate::launcher::Output {
    crate::launcher::Output {
        status: 1,
        err: log(),
        ..Default::default()
    }
}

fn log() -> String {
    format!("http://localhost:8888/lab?token={TOKEN}\nTraceback")
}

/// One of each kind of failure on the far side. All of them hold a token.
fn on_the_far_side() -> Vec<(Code, RemoteError)> {
    let other = |code: &str| {
        RemoteError::Failed(Failure::Other {
            code: code.into(),
            text: log(),
        })
    };
    let died = |status| RemoteError::Failed(Failure::Died { status, log: log() });
    vec![
        (Code::LoginShell, RemoteError::NoScript { output: log() }),
        (Code::TimedOut, RemoteError::NotStarted { output: log() }),
        (
            Code::LoginShell,
            RemoteError::Unexpected(format!("Server(Candidate {{ token: \"{TOKEN}\" }})")),
        ),
        (
            Code::Local,
            RemoteError::Random(getrandom::Error::UNSUPPORTED),
        ),
        (Code::NoJupyter, died(Some(127))),
        (Code::JupyterDied, died(Some(1))),
        (Code::JupyterDied, died(None)),
        (Code::RemoteFolder, other("workdir")),
        (Code::RemoteFolder, other("unwritable")),
        (Code::RemoteFolder, other("socket")),
        (Code::LoginShell, other("random")),
    ]
}

fn explained(host: &Host, error: &RemoteError) -> Problem {
    remote(host, None, Phase::Connecting, error)
}

fn everything() -> Vec<(Code, Problem)> {
    let host = host();
    let name = host.name.as_str();
    let on_the_way = on_the_way().into_iter().map(|(code, error)| {
        assert!(is_listed(&error));
        (code, RemoteError::Ssh(error))
    });
    let mut problems: Vec<(Code, Problem)> = on_the_way
        .chain(on_the_far_side())
        .map(|(code, error)| (code, remote(&host, None, Phase::Starting, &error)))
        .collect();
    let leaky = ApiError::NotJupyter(log());
    let slurm = crate::launcher::scheduler(LauncherKind::Slurm).unwrap();
    problems.extend([
        (Code::JupyterAnswer, api(name, &leaky)),
        (Code::JupyterAnswer, api(name, &ApiError::Status(403))),
        (Code::JupyterAnswer, api(name, &ApiError::NoAnswer(log()))),
        (Code::Lost, lost(name, &SshError::Closed)),
        (Code::Local, no_port(name, &denied())),
        (
            Code::JupyterAnswer,
            bad_url(name, &url::ParseError::InvalidPort),
        ),
        (
            Code::SchedulerMissing,
            no_scheduler(&host, slurm, &Stranger::Absent(log())),
        ),
        (
            Code::SchedulerMissing,
            no_scheduler(&host, slurm, &Stranger::Other(LauncherKind::Pbs)),
        ),
        (Code::JobRefused, job_refused(name, "Slurm", &printed())),
        (Code::SchedulerSilent, no_list(name, "Slurm", &log())),
        (
            Code::JobNeverStarts,
            job_never_starts(name, "7", "Eqw", &log()),
        ),
        (Code::JobEnded, job_ended(name, "7", Some(1), &log())),
        (Code::JobEnded, job_gone(name, "7")),
        (Code::TimedOut, job_start_slow(name, Some("c1"))),
        (Code::Local, no_control(name, &denied())),
        (Code::Local, bug(name)),
        (Code::Local, local(name, &denied())),
        (Code::Lost, holder_gone(name)),
        (Code::Lost, not_now(name)),
        (Code::ServerEnded, server_ended(name)),
        (Code::JupyterAnswer, unusable(name, log_free())),
        (Code::NothingRunning, nothing_running(name, &[])),
        (Code::NotStopped, not_stopped(name)),
        (Code::KernelsBusy, kernels_busy(name, None)),
    ]);
    problems
}

fn log_free() -> String {
    "it listens nowhere".into()
}

/// What is wrong with what was asked for; the subject is a name or a file.
fn asked_for() -> Vec<(Code, Problem)> {
    let hosts = [host(), Host::named("gpu02")];
    let file = Path::new("/home/gpu01/config.toml");
    let added = EditError::Exists {
        path: file.into(),
        name: "gpu01".into(),
    };
    vec![
        (Code::Usage, which_host(&hosts)),
        (Code::Usage, nothing_configured(file)),
        (Code::Config, no_config(file)),
        (Code::Config, not_added(file, "gpu01", &added)),
        (Code::UnknownHost, unknown_host("gpu01", &hosts)),
        (Code::Resolve, not_resolved("gpu01", &bad_destination())),
        (Code::Local, uneditable(file, &denied())),
        (Code::Local, not_opened(file, &denied())),
    ]
}

#[test]
fn every_failure_has_its_code_and_names_the_host() {
    for (code, problem) in everything() {
        assert_eq!(problem.code, code, "{problem}");
        assert!(problem.title.contains("gpu01"), "{problem}");
    }
}

#[test]
fn every_failure_says_what_to_do() {
    for (code, problem) in everything() {
        // Who interrupts knows why.
        if code != Code::Interrupted {
            assert!(problem.remedy.ends_with('.'), "{problem}");
        }
    }
}

#[test]
fn titles_are_one_line_without_a_full_stop() {
    for (_, problem) in everything() {
        assert!(!problem.title.ends_with('.'), "{problem}");
        assert!(!problem.title.contains('\n'), "{problem}");
    }
}

#[test]
fn no_failure_shows_a_token() {
    for (_, problem) in everything() {
        assert!(!problem.to_string().contains(TOKEN), "{problem}");
    }
}

#[test]
fn commands_to_try_name_the_ssh_destination() {
    let unknown = SshError::HostKeyUnknown {
        fingerprint: "SHA256:new".into(),
        reason: "the answer was not yes".into(),
    };
    for error in [
        bad_destination().into(),
        route(),
        denied_login(&[]),
        unknown,
    ] {
        let problem = explained(&host(), &RemoteError::Ssh(error));
        assert!(problem.remedy.contains("me@gpu01.example.org"), "{problem}");
    }
}

#[test]
fn every_address_that_was_tried_is_told() {
    let error = dialled(&[io::ErrorKind::TimedOut, io::ErrorKind::HostUnreachable]);
    let problem = explained(&host(), &error.into());
    assert!(problem.detail.contains("192.0.2.1:2222"), "{problem}");
    assert!(problem.detail.contains("192.0.2.2:2222"), "{problem}");
}

#[test]
fn a_changed_host_key_shows_both_keys_and_where_the_old_one_stands() {
    let problem = explained(&host(), &changed(true).into());
    for want in ["SHA256:new", "SHA256:old", "known_hosts:3"] {
        assert!(problem.detail.contains(want), "{problem}");
    }
    assert!(problem.remedy.contains("ssh-keygen -R"), "{problem}");
    assert!(problem.title.contains("nothing was sent"), "{problem}");
}

#[test]
fn what_was_not_found_is_told_apart() {
    let gone = |log: &str| {
        RemoteError::Failed(Failure::Died {
            status: Some(127),
            log: log.into(),
        })
    };
    let no_jupyter = gone("no jupyter on the PATH: /usr/bin");
    let mut host = host();
    let problem = explained(&host, &no_jupyter);
    assert!(problem.title.contains("no Jupyter on the PATH"));
    assert!(problem.remedy.contains("module load"), "{problem}");

    host.setup = vec!["module load python".into()];
    assert_eq!(explained(&host, &no_jupyter).code, Code::NoJupyter);
    let problem = explained(&host, &gone("bash: module: command not found"));
    assert_eq!(problem.code, Code::JupyterDied);
    assert!(problem.remedy.contains("`setup`"), "{problem}");

    host.command = Some("jupiter lab".into());
    let problem = explained(&host, &gone("bash: jupiter: command not found"));
    assert!(problem.title.contains("`jupiter lab`"), "{problem}");
}

#[test]
fn a_full_disk_and_a_silent_end_have_remedies_of_their_own() {
    let died = |log: &str| {
        RemoteError::Failed(Failure::Died {
            status: Some(1),
            log: log.into(),
        })
    };
    for log in [
        "OSError: No space left on device",
        "Disk quota exceeded",
        "",
    ] {
        let problem = explained(&host(), &died(log));
        assert!(problem.remedy.contains("df -h"), "{problem}");
        assert!(!problem.remedy.contains("last words"), "{problem}");
    }
}

#[test]
fn a_taken_port_on_the_far_side_is_recognised() {
    let died = RemoteError::Failed(Failure::Died {
        status: Some(1),
        log: "The port 8888 is already in use".into(),
    });
    let problem = explained(&host(), &died);
    assert!(problem.remedy.contains("remote_port"), "{problem}");
    assert!(problem.title.contains("exit status 1"), "{problem}");
}

#[test]
fn a_timeout_names_the_step_that_was_slow() {
    let error = RemoteError::Ssh(WaitError::TimedOut.into());
    let problem = explained(&host(), &error);
    assert!(
        problem.title.contains("connecting took longer"),
        "{problem}"
    );

    let problem = remote(&host(), None, Phase::Starting, &error);
    assert!(problem.title.contains("starting Jupyter"), "{problem}");
    assert!(
        problem.remedy.contains("remote-jupyter logs gpu01"),
        "{problem}"
    );
}
