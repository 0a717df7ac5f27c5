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
    sshd.home().append(".profile", "export RJ_PROFILE=seen\n");
    serves(&sshd, "'test \"$RJ_PROFILE\" = seen # all of it'");
}

fn serves(sshd: &RootSshd, setup: &str) {
    let client = Client::of(sshd);
    configure(&client, &format!("setup = [{setup}]"));
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    opened.interrupt();
    opened.wait_exit();
    let out = client.run(&["stop", "test", "--yes"]);
    assert!(out.stderr.contains("has shut down"), "{out}");
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

/// As Environment Modules is set up there: `module` is an alias, of a file that a csh reads for logins alone. The
/// account's own file breaks off.
#[test]
fn a_csh_has_the_aliases_of_its_login_files() {
    let account = Account {
        shell: "/usr/bin/tcsh",
        ..Default::default()
    };
    let module = "alias module 'setenv RJ_MODULE \\!:2'";
    let sshd = RootSshd::prepared(
        &account,
        &format!(
            "echo \"{module}\" >\"$1/csh.login\"\nmount --bind \"$1/csh.login\" /etc/csh.login"
        ),
    );
    serves(&sshd, "'module load jupyter', 'test $RJ_MODULE = jupyter'");
    sshd.home().append(".login", "echo $no_such_variable\n");
    serves(&sshd, "'true'");
}

/// Nothing but busybox in /usr/bin, as on Alpine.
const BUSYBOX: &str = r#"
mkdir -p "$1/bin"
cp "$(command -v busybox)" "$1/bin/busybox"
for applet in $(busybox --list); do ln -sf busybox "$1/bin/$applet"; done
cp -a /usr/bin/python3* "$1/bin"
mount --bind "$1/bin" /usr/bin
"#;

/// Nobody sees a process or a listener but by its own means, as in some chroots.
const NO_PROC: &str = "mount -t tmpfs -o mode=555 tmpfs /proc";

#[test]
fn machines_with_few_tools_or_without_proc_serve() {
    for (shell, script) in [("/bin/ash", BUSYBOX), ("", NO_PROC)] {
        let account = Account {
            shell,
            ..Default::default()
        };
        serves(&RootSshd::prepared(&account, script), "'true'");
    }
}
