#![allow(clippy::unwrap_used)]

use super::connection;
use crate::config::Host;
use crate::phase::Phase;
use crate::remote::RemoteError;
use crate::ssh::SshError;
use crate::ssh::poll::WaitError;
use std::io;

use super::*;
use crate::remote::ScriptFailure;
use examples::*;

mod examples;
mod openssh;
mod table;

fn explained(host: &Host, error: &RemoteError) -> Problem {
    remote(host, None, Phase::Connecting, error)
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
    for error in [bad_destination().into(), denied_login(&[]), unknown] {
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
        RemoteError::Failed(ScriptFailure::Died {
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
fn an_account_without_a_shell_and_windows_are_told() {
    let title = |output: &str| {
        let output = output.to_owned();
        explained(&host(), &RemoteError::NoScript { output }).title
    };
    for refusal in [
        "rbash: line 1: exec: restricted",
        "This account is currently not available.",
        "fatal: unrecognized command 'exec …'",
        "This service allows sftp connections only.",
        "Hi! You've successfully authenticated, but GitHub does not provide shell access.",
    ] {
        assert!(title(refusal).contains("may not run"), "{refusal}");
    }
    let cmd = "'exec' is not recognized as an internal or external command,\noperable program";
    assert!(title(cmd).contains("Windows"));
    assert!(title("Access restricted to staff").contains("without running the script"));
}

#[test]
fn a_set_up_line_that_failed_is_told_with_what_it_said() {
    let died = |log: &str| {
        RemoteError::Failed(ScriptFailure::Died {
            status: Some(127),
            log: log.into(),
        })
    };
    let noise = "bash: no job control in this shell\n";
    let log = format!(
        "{noise}bash: modul: not found\n\nsetup line 2 ended with status 127: modul load: x"
    );
    let problem = explained(&host(), &died(&log));
    assert!(problem.title.contains("Line 2 of `setup`"), "{problem}");
    assert!(problem.remedy.contains("`modul load: x`"), "{problem}");
    assert_eq!(problem.detail, "bash: modul: not found");
    let log = "No space left on device\n\nsetup line 1 ended with status 1: x";
    assert!(explained(&host(), &died(log)).remedy.contains("df -h"));
}

#[test]
fn a_full_disk_and_a_silent_end_have_remedies_of_their_own() {
    let died = |log: &str| {
        RemoteError::Failed(ScriptFailure::Died {
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
        assert!(!problem.remedy.contains("last output"), "{problem}");
    }
}

#[test]
fn a_file_system_without_permissions_has_a_remedy_of_its_own() {
    let died = RemoteError::Failed(ScriptFailure::Died {
        status: Some(1),
        log: "RuntimeError: Permissions assignment failed for secure file: 'f'. Got '0o677' instead of '0o0600'.".into(),
    });
    let problem = explained(&host(), &died);
    assert!(problem.remedy.contains("XDG_STATE_HOME"), "{problem}");
}

#[test]
fn a_taken_port_on_the_remote_host_is_recognised() {
    let died = RemoteError::Failed(ScriptFailure::Died {
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

#[test]
fn a_refused_login_says_what_to_do_about_its_reason() {
    let mut told = std::collections::HashSet::new();
    for (code, error) in refused_logins() {
        let problem = connection::ssh(&host(), None, &error);
        assert_eq!((problem.code, code.exit()), (code, 4));
        assert!(problem.detail.contains("Authorized users only"));
        assert!(told.insert((problem.title, problem.remedy)), "{code:?}");
    }
}
