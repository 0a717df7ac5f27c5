//! A failure of each kind, as examples: for the tests, and for docs/errors.md.

use super::super::connection::ssh;
use crate::config::Host;
use crate::jupyter::ApiError;
use crate::phase::Phase;
use crate::remote::RemoteError;
use crate::ssh::SshError;
use crate::ssh::poll::WaitError;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::*;
use crate::config::{Config, EditError, LauncherKind, Resources};
use crate::jupyter::Fate;
use crate::jupyter::{KernelAction, Kernels};
use crate::remote::ScriptFailure;
use crate::scheduler::{CommandOutput, DetectError, adapter};
use crate::ssh::AtHop;
use crate::ssh::known_hosts::{KnownHostsError, KnownKey};
use crate::ssh::resolve::{ResolveError, resolve};
use crate::ssh::{AuthRefusal, Greeting, Lacking, OpensshNeed, RefusedLogin};

pub const TOKEN: &str = "5ec2e7";

pub fn host() -> Host {
    let mut host = Host::named("gpu01");
    host.ssh = Some("me@gpu01.example.org".into());
    host
}

pub fn denied() -> io::Error {
    io::ErrorKind::PermissionDenied.into()
}

pub fn dialled(errors: &[io::ErrorKind]) -> SshError {
    let tried = errors.iter().zip(1..);
    SshError::Dial {
        host: "gpu01.example.org".into(),
        port: 2222,
        tried: tried
            .map(|(kind, last)| (([192, 0, 2, last], 2222).into(), (*kind).into()))
            .collect(),
    }
}

pub fn changed(same_type: bool) -> SshError {
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

pub fn denied_login(tried: &[&str]) -> SshError {
    SshError::AuthRefused(Box::new(RefusedLogin {
        user: "me".into(),
        tried: tried.iter().map(|&what| what.into()).collect(),
        offered: "publickey,password".into(),
        refusal: AuthRefusal::Plain,
        said: vec!["Authorized users only".into()],
    }))
}

pub fn session_error() -> ssh2::Error {
    ssh2::Error::new(ssh2::ErrorCode::Session(-43), "transport read")
}

fn no_descriptors() -> io::Error {
    io::Error::from_raw_os_error(libc::EMFILE)
}

fn no_shell() -> SshError {
    SshError::ProxyShell {
        shell: "/opt/fish".into(),
        why: io::ErrorKind::NotFound.into(),
    }
}

fn handshake(bytes: Option<&[u8]>, cut: bool) -> SshError {
    SshError::Handshake {
        text: "no banner".into(),
        cut,
        greeting: bytes.map(Greeting::read),
    }
}

fn handshake_silent(bytes: &[u8]) -> SshError {
    SshError::HandshakeSilent {
        greeting: Greeting::read(bytes),
        said: "waits for a ticket".into(),
    }
}

/// Handshakes that failed, each with what came from the server.
fn handshakes() -> Vec<(Code, SshError)> {
    vec![
        (Code::Handshake, handshake(None, false)),
        (Code::Handshake, handshake(Some(b""), true)),
        (
            Code::Handshake,
            handshake(Some(b"Exceeded MaxStartups\r\n"), true),
        ),
        (
            Code::Handshake,
            handshake(Some(b"220 mail ESMTP\r\n"), true),
        ),
        (
            Code::Handshake,
            handshake(Some(b"SSH-1.5-Cisco-1.25\r\n"), true),
        ),
        (Code::Handshake, handshake(Some(b"SSH-2.0-x\r\n"), true)),
        (Code::TimedOut, handshake_silent(b"")),
        (Code::TimedOut, handshake_silent(b"SSH-2.0-x\r\n")),
        (
            Code::LoginShell,
            SshError::NoSession {
                reason: "Channel open failure (connect failed)".into(),
            },
        ),
    ]
}

/// Failures that come from the environment of this program.
fn of_the_environment() -> Vec<(Code, SshError)> {
    vec![
        (
            Code::AuthNoAnswer,
            SshError::NoAnswer {
                prompt: "Password for me@gpu01:".into(),
                reason: "there is no terminal and no SSH_ASKPASS program to prompt you with".into(),
                tried: vec!["ssh agent: No such file or directory".into()],
            },
        ),
        (
            Code::Resolve,
            SshError::Resolve(ResolveError::Refused {
                destination: "gpu01".into(),
                message: "vdollar_percent_expand: env var ${KEYS} has no value".into(),
            }),
        ),
        (
            Code::Resolve,
            SshError::Resolve(ResolveError::OpenToOthers {
                destination: "gpu01".into(),
                config: PathBuf::from("/home/me/project/ssh_config"),
                command: "chmod go-w '/home/me/project/ssh_config'".into(),
            }),
        ),
        (Code::Local, no_descriptors().into()),
        (Code::ProxyCommand, no_shell()),
    ]
}

/// One of each kind of failure on the way, with the code that it has to have.
pub fn on_the_way() -> Vec<(Code, SshError)> {
    let key = || PathBuf::from("/home/me/.ssh/id_ed25519");
    let refused = io::ErrorKind::ConnectionRefused;
    let unreachable = io::ErrorKind::HostUnreachable;
    vec![
        (Code::Resolve, bad_destination().into()),
        (Code::TimedOut, WaitError::TimedOut.into()),
        (Code::Interrupted, WaitError::Cancelled.into()),
        (Code::Local, WaitError::System(denied()).into()),
        (Code::Route, route()),
        (
            Code::AuthMethod,
            SshError::NeedsOpenssh(OpensshNeed::Method("hostbased")),
        ),
        (Code::NameUnknown, name_unknown()),
        (Code::Refused, dialled(&[refused, refused])),
        (Code::Unreachable, dialled(&[refused, unreachable])),
        (Code::Lost, SshError::Silent(Duration::from_secs(45))),
        (Code::AuthRefused, denied_login(&["password: refused"])),
        (Code::AuthRefused, denied_login(&[])),
        (
            Code::Algorithms,
            SshError::Algorithms {
                keyword: "Ciphers",
                asked: "x".into(),
                possible: "aes256-ctr".into(),
            },
        ),
        (
            Code::NoCommonAlgorithm,
            no_common("SSH-2.0-OpenSSH_5.3", None),
        ),
        (
            Code::NoCommonAlgorithm,
            no_common("SSH-2.0-OpenSSH_5.3", Some("ssh-rsa")),
        ),
        (
            Code::NoCommonAlgorithm,
            no_common("SSH-2.0-OpenSSH_10.0", Some("mlkem768x25519-sha256")),
        ),
        (
            Code::NoCommonAlgorithm,
            no_common("SSH-2.0-Box", Some("3des-cbc")),
        ),
        (
            Code::AuthNoAnswer,
            SshError::NoAnswer {
                prompt: "Password for me@gpu01:".into(),
                reason: "there is no terminal and no SSH_ASKPASS program to prompt you with".into(),
                tried: vec![],
            },
        ),
        (Code::Passphrase, SshError::Passphrase { key: key() }),
        (
            Code::TimedOut,
            SshError::LoginSilent {
                silent: Duration::from_secs(115),
                said: vec!["Approve the request".into()],
            },
        ),
        (Code::HopForbids, at_jump_host(not_forwarded(true))),
        (Code::HopUnreachable, at_jump_host(not_forwarded(false))),
        (Code::AuthRefused, at_jump_host(denied_login(&[]))),
        (Code::HostKeyChanged, at_jump_host(changed(true))),
        (Code::TimedOut, at_jump_host(WaitError::TimedOut.into())),
        (Code::HopUnreachable, not_forwarded(false)),
        (Code::HopForbids, not_forwarded(true)),
        (
            Code::HopLoop,
            SshError::Hops(vec!["a".into(), "b".into(), "a".into()]),
        ),
        (
            Code::ProxyCommand,
            SshError::ProxyCommand {
                command: "nc -x proxy gpu01 22".into(),
                status: "exit status: 1".into(),
                said: "nc: no route".into(),
            },
        ),
        (
            Code::ProxyCommand,
            SshError::ProxyCommand {
                command: "cloudflared access ssh".into(),
                status: "exit status: 127".into(),
                said: "cloudflared: not found".into(),
            },
        ),
        (Code::Lost, session_error().into()),
        (Code::Lost, SshError::Closed),
        (Code::Local, denied().into()),
    ]
}

/// Returns each error about a host key, or about the files that it is looked up in.
pub fn host_keys() -> Vec<(Code, SshError)> {
    let known = || PathBuf::from("/home/me/.ssh/known_hosts");
    vec![
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
        (
            Code::HostKeyUnknown,
            SshError::HostKeyShort {
                fingerprint: "SHA256:new".into(),
                bits: 1024,
                min: 2048,
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
    ]
}

fn no_common(server: &str, theirs: Option<&str>) -> SshError {
    SshError::NoCommonAlgorithm {
        server: server.into(),
        text: "Unable to exchange encryption keys".into(),
        lacking: theirs.map(|theirs| Lacking {
            keyword: "KexAlgorithms",
            theirs: vec![theirs.into()],
            ours: vec!["curve25519-sha256".into()],
        }),
    }
}

pub fn not_forwarded(forbidden: bool) -> SshError {
    SshError::Forward {
        host: "gpu01.example.org".into(),
        port: 22,
        forbidden,
        reason: "connect failed".into(),
    }
}

/// Behind a second jump host, so that the nearest one in trouble has to be found.
pub fn at_jump_host(error: SshError) -> SshError {
    let hop = |name: &str, error| {
        SshError::Hop(Box::new(AtHop {
            name: name.into(),
            destination: format!("ssh://{name}"),
            target: resolve("nowhere.invalid", Some("/dev/null".as_ref())).unwrap(),
            error: std::sync::Arc::new(error),
        }))
    };
    hop("inner", hop("me@bastion:2222", error))
}

#[test]
pub fn a_failure_at_a_jump_host_names_both_hosts() {
    for error in [
        not_forwarded(true),
        not_forwarded(false),
        denied_login(&[]),
        changed(true),
        SshError::Closed,
    ] {
        let problem = ssh(&host(), None, &at_jump_host(error));
        assert!(problem.title.starts_with("gpu01: "), "{problem}");
        let named = problem.title.contains("the jump host me@bastion:2222");
        assert!(named && !problem.title.contains("inner"), "{problem}");
    }
    let late = ssh(&host(), None, &at_jump_host(WaitError::TimedOut.into()));
    assert!(late.detail.contains("me@bastion:2222"), "{late}");
    assert!(late.remedy.contains("doctor gpu01"), "{late}");
}

pub fn bad_destination() -> ResolveError {
    ResolveError::BadDestination {
        destination: "a b".into(),
        reason: "it contains a space or a control character".into(),
    }
}

pub fn route() -> SshError {
    SshError::Route {
        name: "ProxyUseFdpass",
        value: "yes".into(),
    }
}

pub fn name_unknown() -> SshError {
    SshError::NameUnknown {
        host: "gpu01.example.org".into(),
        reason: "Name or service not known".into(),
    }
}

/// A login that was refused, for each reason.
pub fn refused_logins() -> Vec<(Code, SshError)> {
    let file = || PathBuf::from("/home/me/.ssh/id_x");
    let reasons = [
        (Code::AuthRefused, AuthRefusal::Plain),
        (Code::AuthTooMany, AuthRefusal::TooManyTries),
        (Code::AuthHungUp, AuthRefusal::HungUp),
        (Code::PasswordExpired, AuthRefusal::PasswordExpired),
        (Code::SecondFactor, AuthRefusal::SecondFactor),
        (Code::KeyPermissions, AuthRefusal::KeyTooOpen(file())),
        (Code::Certificate, AuthRefusal::Certificate),
        (Code::SecurityKey, AuthRefusal::SecurityKey(file())),
        (Code::Pkcs11, AuthRefusal::Pkcs11("/usr/lib/p11.so".into())),
        (Code::Ticket, AuthRefusal::Ticket),
        (
            Code::AuthMethod,
            AuthRefusal::Method("gssapi-with-mic".into()),
        ),
        (Code::Agent, AuthRefusal::Agent("silent".into())),
        (
            Code::AuthRefused,
            AuthRefusal::NoAgent("SSH_AUTH_SOCK".into()),
        ),
    ];
    let with = |(code, reason)| {
        let mut error = denied_login(&[]);
        if let SshError::AuthRefused(login) = &mut error {
            login.refusal = reason;
        }
        (code, error)
    };
    reasons.map(with).into()
}

/// A compiler error here means that an error was added: give it a line in `on_the_way`.
pub fn is_listed(error: &SshError) -> bool {
    match error {
        SshError::Resolve(_)
        | SshError::Wait(WaitError::TimedOut | WaitError::Cancelled | WaitError::System(_))
        | SshError::Route { .. }
        | SshError::NameUnknown { .. }
        | SshError::Dial { .. }
        | SshError::Handshake { .. }
        | SshError::HandshakeSilent { .. }
        | SshError::NoSession { .. }
        | SshError::Algorithms { .. }
        | SshError::NoCommonAlgorithm { .. }
        | SshError::Silent(_)
        | SshError::KnownHosts(_)
        | SshError::HostKeyUnknown { .. }
        | SshError::HostKeyChanged { .. }
        | SshError::HostKeyShort { .. }
        | SshError::HostKeyRevoked { .. }
        | SshError::AuthRefused(_)
        | SshError::NeedsOpenssh(_)
        | SshError::NoAnswer { .. }
        | SshError::LoginSilent { .. }
        | SshError::Passphrase { .. }
        | SshError::Hop(_)
        | SshError::Forward { .. }
        | SshError::Hops(_)
        | SshError::ProxyCommand { .. }
        | SshError::ProxyShell { .. }
        | SshError::Openssh { .. }
        | SshError::OpensshMissing(_)
        | SshError::Session(_)
        | SshError::Closed
        | SshError::System(_)
        | SshError::LineTooLong { .. } => true,
    }
}

pub fn log() -> String {
    format!("http://localhost:8888/lab?token={TOKEN}\nTraceback")
}

/// Returns one of each kind of failure on the remote host. All of them hold a token.
pub fn on_the_remote_host() -> Vec<(Code, RemoteError)> {
    let other = |code: &str| {
        RemoteError::Failed(ScriptFailure::Other {
            code: code.into(),
            text: log(),
        })
    };
    let died = |status| RemoteError::Failed(ScriptFailure::Died { status, log: log() });
    let set_up = |status| {
        let log = log() + "\nsetup line 2 ended with status " + status + ": module load jupyter";
        RemoteError::Failed(ScriptFailure::Died { status: None, log })
    };
    let no_script = |words: &str| RemoteError::NoScript {
        output: log() + words,
    };
    vec![
        (Code::LoginShell, RemoteError::NoScript { output: log() }),
        (Code::LoginShell, no_script("rbash: exec: restricted")),
        (Code::LoginShell, no_script("CommandNotFoundException")),
        (
            Code::LoginShell,
            no_script("This service allows sftp connections only."),
        ),
        (
            Code::LoginShell,
            no_script("This account is currently not available."),
        ),
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
        (Code::JupyterDied, set_up("1")),
        (Code::JupyterDied, set_up("0")),
        (Code::RemoteFolder, other("workdir")),
        (Code::RemoteFolder, other("unwritable")),
        (Code::RemoteFolder, other("socket")),
        (Code::LoginShell, other("random")),
    ]
}

pub fn everything() -> Vec<(Code, Problem)> {
    let host = host();
    let name = host.name.as_str();
    let on_the_way = on_the_way()
        .into_iter()
        .chain(handshakes())
        .chain(of_the_environment())
        .chain(host_keys())
        .chain(refused_logins())
        .chain(super::openssh::by_ssh())
        .map(|(code, error)| {
            assert!(is_listed(&error));
            (code, RemoteError::Ssh(error))
        });
    let mut problems: Vec<(Code, Problem)> = on_the_way
        .chain(on_the_remote_host())
        .map(|(code, error)| (code, remote(&host, None, Phase::Starting, &error)))
        .collect();
    let leaky = ApiError::NotJupyter(log());
    problems.extend([
        (Code::JupyterAnswer, api(name, &leaky)),
        (Code::JupyterAnswer, api(name, &ApiError::Status(403))),
        (Code::JupyterAnswer, api(name, &ApiError::NoPage)),
        (Code::JupyterAnswer, api(name, &ApiError::NoAnswer(log()))),
        (Code::Lost, lost(name, &SshError::Closed)),
        (Code::Local, no_port(name, &denied())),
        (
            Code::JupyterAnswer,
            bad_url(name, &url::ParseError::InvalidPort),
        ),
        (Code::Local, no_control(name, &denied())),
        (Code::Local, bug(name)),
        (Code::Local, local(name, &denied())),
        (Code::Lost, holder_gone(name)),
        (Code::Lost, not_now(name)),
        (Code::Local, holder_silent(name)),
        (Code::Lost, log_not_now(name)),
        (
            Code::Unsupported,
            holder_too_old(name, Some("0.2.0"), Some("0.1.0")),
        ),
        (Code::Unsupported, client_too_old(name, None, Some("0.2.0"))),
        (Code::ServerEnded, server_ended(name, None)),
        (Code::ServerEnded, server_ended(name, Some(Fate::Killed))),
        (Code::ServerEnded, server_ended(name, Some(Fate::Outside))),
        (Code::ServerEnded, server_ended(name, Some(Fate::Restart))),
        (Code::IdleEnded, idle_ended(name)),
        (Code::JupyterAnswer, unusable(name, log_free(), true)),
        (Code::NothingRunning, nothing_running(name, &[])),
        (Code::NotStopped, not_stopped(name)),
        (Code::KernelsBusy, kernels_busy(name, None)),
        (
            Code::KernelsBusy,
            kernels_busy(name, Some(Kernels { total: 3, busy: 1 })),
        ),
        (
            Code::KernelAction,
            kernel_action(name, KernelAction::Interrupt, &ApiError::Status(404)),
        ),
        (
            Code::KernelAction,
            kernel_action(name, KernelAction::Restart, &ApiError::Status(500)),
        ),
        (
            Code::KernelAction,
            kernel_action(
                name,
                KernelAction::ShutDown,
                &ApiError::NoAnswer("no answer for 7 s".into()),
            ),
        ),
    ]);
    problems.extend(of_jobs());
    problems
}

fn of_jobs() -> Vec<(Code, Problem)> {
    let host = host();
    let name = host.name.as_str();
    let slurm = adapter(LauncherKind::Slurm).unwrap();
    let missing = |detect_error| {
        let problem = no_scheduler(&host, slurm, &detect_error);
        (Code::SchedulerMissing, problem)
    };
    let unreachable = CommandOutput {
        status: 1,
        err: "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)".into(),
        ..CommandOutput::default()
    };
    let printed = CommandOutput {
        status: 1,
        err: log(),
        ..CommandOutput::default()
    };
    let uncertain = |id: &str, folder: &str| {
        let doubt = crate::remote::UncertainJob {
            id: id.into(),
            folder: folder.into(),
            words: log(),
        };
        job_uncertain(name, "Slurm", &doubt)
    };
    vec![
        missing(DetectError::Absent(log())),
        missing(DetectError::Other(LauncherKind::Pbs)),
        (Code::JobRefused, job_refused(name, "Slurm", &printed)),
        (Code::SchedulerSilent, no_list(name, "Slurm", &log())),
        (Code::SchedulerSilent, uncertain("4711", "/home/me/jobs/1")),
        (Code::SchedulerSilent, uncertain("", "/home/me/jobs/1")),
        (Code::SchedulerSilent, uncertain("4711", "")),
        (Code::JupyterAnswer, job_confused(name, "12", "c1")),
        (Code::JupyterAnswer, job_suspended(name, "12", "SUSPENDED")),
        (
            Code::SchedulerSilent,
            job_refused(name, "Slurm", &unreachable),
        ),
        (
            Code::JobRefused,
            job_would_be_refused(name, "Slurm", &CommandOutput::default()),
        ),
        (
            Code::JobRefused,
            job_not_taken(name, "Slurm", &CommandOutput::default()),
        ),
        (
            Code::JobNeverStarts,
            job_never_starts(name, "7", "Eqw", &log()),
        ),
        (Code::NodeRefuses, no_hop(name, "c1", &denied_login(&[]))),
        (Code::NodeRefuses, barred(name, "gpu01", &log())),
        (
            Code::ForwardingForbidden,
            socket_refuses(name, "Channel open failure (connect failed)"),
        ),
        (
            Code::ForwardingForbidden,
            forwarding(name, "Channel open failure (administratively prohibited)"),
        ),
        (Code::NodeRefuses, not_there(name, "c1")),
        (Code::NodeRefuses, no_route(name, "c1")),
        (Code::NodeRefuses, no_relay(name, "Slurm", &log())),
        (
            Code::NodeRefuses,
            no_way(
                name,
                "c1",
                &[no_route(name, "c1"), no_relay(name, "Slurm", "")],
            ),
        ),
        (Code::AlreadyRunning, other_resources(name, "7")),
        (Code::JobEnded, job_ended(name, "7", Some(1), &log())),
        (Code::JobEnded, job_gone(name, "7", None)),
        (
            Code::JobTimeUp,
            job_time_up(name, "7", Some(28800), Some("plots/a b.ipynb")),
        ),
        (Code::JobTimeUp, job_time_up(name, "7", None, None)),
        (Code::NotExtended, not_extended(name, "Slurm", &log())),
        (Code::NotExtended, not_extendable(name, "Grid Engine")),
        (Code::NotExtended, no_end(name)),
        (Code::TimedOut, job_start_slow(name, Some("c1"))),
    ]
}

pub fn log_free() -> String {
    "it listens nowhere".into()
}

/// Returns each problem of a request; the subject is a name or a file.
pub fn asked_for() -> Vec<(Code, Problem)> {
    let hosts = [host(), Host::named("gpu02")];
    let file = Path::new("/home/gpu01/config.toml");
    let gpu = Resources {
        gpus: Some(1),
        ..Resources::default()
    };
    let text = "[[host]]\nname = \"gpu01\"\n[host.profile.small]\n[host.profile.gpu]\n";
    let config = Config::parse(file, text).unwrap_or_default();
    let with_profile = config.hosts.into_iter().next().unwrap_or_else(host);
    let added = EditError::Exists {
        path: file.into(),
        name: "gpu01".into(),
    };
    vec![
        (Code::Usage, which_host(&hosts)),
        (Code::Usage, nothing_configured(file)),
        (Code::Usage, notebook_outside("gpu01", "/home/me/a.ipynb")),
        (Code::Usage, not_open("gpu01")),
        (Code::Usage, no_address("gpu01", "tensorboard")),
        (Code::Usage, unknown_profile(&host(), "gpu")),
        (Code::Usage, unknown_profile(&with_profile, "cpu")),
        (Code::Config, unheeded("gpu01:gpu", "gpus")),
        (Code::Usage, no_resources("gpu01", &gpu)),
        (Code::AlreadyRunning, open_already("gpu01", &gpu)),
        (Code::Config, no_config(file)),
        (Code::Config, not_added(file, "gpu01", &added)),
        (Code::UnknownHost, unknown_host("gpu01", &hosts)),
        (Code::Resolve, not_resolved("gpu01", &bad_destination())),
        (Code::Local, uneditable(file, &denied())),
        (Code::Local, not_opened(file, &denied())),
    ]
}
