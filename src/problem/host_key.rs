//! Problems with host keys and with the files that list them.

use super::code::{Code, Problem};
use crate::i18n::fl;
use crate::ssh::SshError;
use crate::ssh::known_hosts::{KnownHostsError, KnownKey};
use crate::ssh::resolve::SshTarget;

pub(super) fn host_key_files(name: &str, error: &KnownHostsError) -> Problem {
    let remedy = match error {
        KnownHostsError::Read { .. } | KnownHostsError::Write { .. } => {
            fl!("explain-host-key-files-remedy")
        }
        KnownHostsError::UnwritableName { .. } => fl!("explain-host-key-name-remedy"),
        KnownHostsError::MalformedKey { .. } => fl!("explain-host-key-malformed-remedy"),
    };
    Problem::new(
        Code::HostKeyFiles,
        fl!("explain-host-key-files", host = name),
        error.to_string(),
        remedy,
    )
}

pub(super) fn host_key(
    name: &str,
    destination: &str,
    target: Option<&SshTarget>,
    error: &SshError,
) -> Problem {
    let filed = target.map_or_else(
        || name.to_owned(),
        |target| target.known_hosts_name().to_string(),
    );
    match error {
        SshError::HostKeyChanged {
            fingerprint,
            known,
            same_type,
        } => Problem::new(
            Code::HostKeyChanged,
            fl!("explain-host-key-changed", host = name),
            shown_and_known(fingerprint, known),
            if *same_type {
                fl!("explain-host-key-changed-remedy", filed = filed)
            } else {
                fl!("explain-host-key-other-type-remedy", filed = filed)
            },
        ),
        SshError::HostKeyRevoked {
            fingerprint,
            file,
            line,
        } => Problem::new(
            Code::HostKeyRevoked,
            fl!("explain-host-key-revoked", host = name),
            fl!(
                "explain-host-key-revoked-detail",
                fingerprint = fingerprint,
                place = match line {
                    Some(line) => format!("{}:{line}", file.display()),
                    None => file.display().to_string(),
                }
            ),
            fl!("explain-host-key-revoked-remedy"),
        ),
        SshError::HostKeyShort {
            fingerprint,
            bits,
            min,
        } => Problem::new(
            Code::HostKeyUnknown,
            fl!("explain-host-key-short", host = name, bits = *bits),
            fl!(
                "explain-host-key-short-detail",
                fingerprint = fingerprint,
                bits = *bits,
                min = *min
            ),
            fl!("explain-host-key-short-remedy", min = *min),
        ),
        SshError::HostKeyUnknown {
            fingerprint,
            reason,
        } => Problem::new(
            Code::HostKeyUnknown,
            fl!("explain-host-key-unknown", host = name),
            format!("{fingerprint}\n{reason}"),
            fl!("explain-host-key-unknown-remedy", destination = destination),
        ),
        other => Problem::new(Code::HostKeyUnknown, format!("{name}: {other}"), "", ""),
    }
}

fn shown_and_known(fingerprint: &str, known: &[KnownKey]) -> String {
    let known = known.iter().map(|key| {
        fl!(
            "explain-host-key-known",
            fingerprint = &key.fingerprint,
            kind = &key.key_type,
            place = format!("{}:{}", key.file.display(), key.line),
        )
    });
    let shown = fl!("explain-host-key-shown", fingerprint = fingerprint);
    let lines: Vec<String> = std::iter::once(shown).chain(known).collect();
    lines.join("\n")
}
