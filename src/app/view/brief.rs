//! A failure in three or four words, for the host's own line. Details… has all of it.

use crate::i18n::fl;
use crate::problem::Code;

/// Returns the words for a code.
pub fn brief(code: Code) -> String {
    match code {
        Code::HostKeyUnknown => fl!("brief-host-key-unknown"),
        Code::HostKeyChanged => fl!("brief-host-key-changed"),
        Code::HostKeyRevoked => fl!("brief-host-key-revoked"),
        Code::HostKeyFiles => fl!("brief-host-key-files"),
        Code::AuthRefused | Code::AuthTooMany | Code::AuthMethod | Code::Agent => {
            fl!("brief-login")
        }
        Code::AuthHungUp => fl!("brief-hung-up"),
        Code::PasswordExpired => fl!("brief-password-expired"),
        Code::SecondFactor => fl!("brief-second-factor"),
        Code::KeyPermissions => fl!("brief-key-permissions"),
        Code::Certificate => fl!("brief-certificate"),
        Code::Ticket => fl!("brief-ticket"),
        Code::SecurityKey | Code::Pkcs11 => fl!("brief-key-agent"),
        Code::AuthNoAnswer => fl!("brief-no-answer"),
        Code::Passphrase => fl!("brief-passphrase"),
        Code::Resolve | Code::Algorithms | Code::Route | Code::HopLoop => fl!("brief-ssh-config"),
        Code::NameUnknown => fl!("brief-name"),
        Code::Refused => fl!("brief-refused"),
        Code::Unreachable => fl!("brief-unreachable"),
        Code::Handshake | Code::NoCommonAlgorithm => fl!("brief-handshake"),
        Code::HopForbids | Code::HopUnreachable => fl!("brief-hop"),
        Code::ForwardingForbidden => fl!("brief-forwarding"),
        Code::ProxyCommand => fl!("brief-proxy"),
        Code::LoginShell => fl!("brief-shell"),
        Code::NoJupyter => fl!("brief-no-jupyter"),
        Code::NothingRunning => fl!("brief-not-running"),
        Code::RemoteFolder => fl!("brief-folder"),
        Code::JupyterDied => fl!("brief-died"),
        Code::JupyterAnswer => fl!("brief-answer"),
        Code::ServerEnded => fl!("brief-server-ended"),
        Code::IdleEnded => fl!("brief-idle-ended"),
        Code::NotStopped => fl!("brief-not-stopped"),
        Code::KernelsBusy => fl!("brief-kernels-busy"),
        Code::KernelAction => fl!("brief-kernel-action"),
        Code::SchedulerMissing => fl!("brief-scheduler"),
        Code::SchedulerSilent => fl!("brief-scheduler-silent"),
        Code::JobRefused => fl!("brief-job-refused"),
        Code::JobNeverStarts => fl!("brief-job-never"),
        Code::NodeRefuses => fl!("brief-node"),
        Code::JobEnded => fl!("brief-job-ended"),
        Code::JobTimeUp => fl!("brief-job-time"),
        Code::NotExtended => fl!("brief-no-time"),
        Code::TimedOut => fl!("brief-timed-out"),
        Code::Lost => fl!("brief-lost"),
        Code::Local => fl!("brief-local"),
        Code::AlreadyRunning => fl!("brief-other-resources"),
        Code::Usage | Code::Config | Code::UnknownHost => fl!("brief-config"),
        Code::Unsupported => fl!("brief-unsupported"),
        Code::Interrupted => fl!("brief-interrupted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many letters as leave the menu narrower than a screen.
    const WIDEST: usize = 36;

    #[test]
    fn every_failure_is_said_in_a_few_words() {
        for code in Code::ALL {
            let words = brief(*code);
            assert!(words.chars().count() <= WIDEST, "{words}");
            assert!(!words.ends_with('.'), "{words}");
        }
    }
}
