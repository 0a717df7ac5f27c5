//! Login shells that read no sh, or take no `-l`: Jupyter starts all the same.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::scene::{SOON, configure, real};
use crate::support::root_sshd::{Account, RootSshd};
use crate::support::{Client, eventually, folder};

/// FreeBSD's sh, as its manual has it: `-l` is none of its options.
const REFUSES: &str = "#!/bin/dash
case $1 in -l) echo 'Illegal option -l' >&2; exit 2 ;; esac
exec /bin/dash \"$@\"
";

fn serves_with_shell(shell: &str) {
    let account = Account {
        shell,
        ..Default::default()
    };
    let sshd = RootSshd::of(&account, &[]);
    let client = Client::of(&sshd);
    sshd.home().append(".profile", "export RJ_PROFILE=seen\n");
    configure(
        &client,
        "setup = ['test \"$RJ_PROFILE\" = seen # all of it']",
    );
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    opened.interrupt();
    opened.wait_exit();
    let out = client.run(&["stop", "test", "--yes"]);
    assert!(out.stderr.contains("has shut down"), "{shell}: {out}");
    let is_empty = || sshd.leftovers().is_empty();
    assert!(eventually(SOON, is_empty), "{:?}", sshd.leftovers());
}

#[test]
fn a_login_shell_that_refuses_l_serves() {
    let folder = folder("rj-sh-");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for name in ["sh", "ksh", "oldsh"] {
        let shell = folder.path().join(name);
        fs::write(&shell, REFUSES).unwrap();
        fs::set_permissions(&shell, fs::Permissions::from_mode(0o755)).unwrap();
        serves_with_shell(shell.to_str().unwrap());
    }
}

#[test]
fn a_login_shell_that_reads_no_sh_serves() {
    serves_with_shell(&real("xonsh"));
}
