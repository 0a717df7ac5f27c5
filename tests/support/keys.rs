//! Keys made by OpenSSH's own ssh-keygen.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::process::must;

/// Opens `id_ed25519_enc`.
pub const PASSPHRASE: &str = "correct horse battery staple";

/// The client keys, by file name: type and passphrase.
const CLIENT_KEYS: [(&str, &str, &str); 4] = [
    ("id_ed25519", "ed25519", ""),
    ("id_rsa", "rsa", ""),
    ("id_ecdsa", "ecdsa", ""),
    ("id_ed25519_enc", "ed25519", PASSPHRASE),
];

/// The host key types every fixture server has.
pub const HOST_KEY_TYPES: [&str; 3] = ["ed25519", "ecdsa", "rsa"];

pub fn generate(file: &Path, kind: &str, passphrase: &str) {
    let mut keygen = Command::new("ssh-keygen");
    keygen.args([
        "-q",
        "-t",
        kind,
        "-N",
        passphrase,
        "-C",
        "remote-jupyter test",
        "-f",
    ]);
    must(keygen.arg(file).stdin(Stdio::null()));
}

/// Makes one host key of each type in a folder.
pub fn generate_host_keys(folder: &Path) {
    for kind in HOST_KEY_TYPES {
        let file = folder.join(format!("ssh_host_{kind}_key"));
        if kind == "rsa" {
            copy_rsa_key(&file);
        } else {
            generate(&file, kind, "");
        }
    }
}

/// Takes the next of a stock of RSA keys: making one takes 0.6 s of a processor, and some four hundred servers want one.
/// Every test has a thread of its own and begins with the first one, so its servers' keys differ.
fn copy_rsa_key(to: &Path) {
    thread_local!(static USED: Cell<usize> = const { Cell::new(0) });
    let number = USED.replace(USED.get() + 1);
    let stock = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("host-key-{number}"));
    make_once(&stock, |folder| generate(&folder.join("key"), "rsa", ""));
    for end in ["", "pub"] {
        fs::copy(
            stock.join("key").with_extension(end),
            to.with_extension(end),
        )
        .expect("a copy of a key");
    }
}

/// The public host keys of a server, each as `type base64`.
pub fn host_keys(folder: &Path) -> Vec<String> {
    let read = |kind| {
        fs::read_to_string(folder.join(format!("ssh_host_{kind}_key.pub"))).expect("a host key")
    };
    let without_comment = |line: String| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    HOST_KEY_TYPES.map(read).map(without_comment).to_vec()
}

/// The folder of client keys. They open nothing but throw-away servers, so one set serves every run.
pub fn client_keys() -> &'static Path {
    static KEYS: OnceLock<PathBuf> = OnceLock::new();
    KEYS.get_or_init(|| {
        let keys = Path::new(env!("CARGO_TARGET_TMPDIR")).join("client-keys");
        make_once(&keys, |folder| {
            for (name, kind, passphrase) in CLIENT_KEYS {
                generate(&folder.join(name), kind, passphrase);
            }
        });
        keys
    })
}

/// Makes a folder where there is none: aside, and moved into place in one step, since other test processes may be doing the
/// same.
fn make_once(folder: &Path, make: impl FnOnce(&Path)) {
    if folder.is_dir() {
        return;
    }
    let aside = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder for keys");
    make(aside.path());
    let aside = aside.keep();
    if fs::rename(&aside, folder).is_err() {
        fs::remove_dir_all(&aside).expect("our own folder");
        assert!(folder.is_dir(), "no keys in {}", folder.display());
    }
}

/// All public client keys, as an `authorized_keys` file wants them.
pub fn authorized_keys() -> String {
    let public = |(name, _, _)| {
        fs::read_to_string(client_keys().join(name).with_extension("pub")).expect("a public key")
    };
    CLIENT_KEYS.map(public).concat()
}

/// Copies every client key, with the permissions that ssh insists on.
pub fn copy_client_keys(to: &Path) {
    for (name, _, _) in CLIENT_KEYS {
        for file in [name.to_owned(), format!("{name}.pub")] {
            fs::copy(client_keys().join(&file), to.join(&file)).expect("a copy of a key");
        }
    }
}
