//! OpenSSH's penalties for addresses whose logins fail.

use std::process::Command;
use std::sync::LazyLock;

/// The line that lets tests fail at logins as often as they like: OpenSSH turns away who does, from 9.8 on.
pub fn unpunished() -> &'static str {
    static KNOWN: LazyLock<bool> = LazyLock::new(|| {
        let mut ask = Command::new("/usr/sbin/sshd");
        ask.args(["-t", "-f", "/dev/null", "-o", "PerSourcePenalties=no"]);
        let answer = ask.output().unwrap();
        !String::from_utf8_lossy(&answer.stderr).contains("Bad configuration option")
    });
    if *KNOWN {
        "PerSourcePenalties no\n"
    } else {
        ""
    }
}
