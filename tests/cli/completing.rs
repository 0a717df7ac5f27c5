//! Paths on a host, completed by the shell that a user types them in.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::scene::{bare, text};
use crate::support::process::{PATIENCE, finish};
use crate::support::{Client, Sshd, eventually};

/// Scripts that do as each shell does at Tab, and print what it offers then, a line each. `$1` is the script, the others are the words
/// that were typed.
const BASH: &str = r#". "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
set -- $(complete -p remote-jupyter); while [ "$1" != -F ]; do shift; done
"$2" remote-jupyter "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}""#;
const FISH: &str = "source $argv[1]; complete -C (string join ' ' -- $argv[2..-1])";
const ZSH: &str = r#"autoload -U compinit; compinit -u -D; source "$1"; shift; words=("$@") CURRENT=$# PREFIX=$@[-1]
compadd() { while [[ $1 != -- ]]; do shift; done; shift; (( $# )) && print -l -- "$@"; }
_remote_jupyter_paths"#;

const SHELLS: [&str; 3] = ["bash", "fish", "zsh"];

/// A client whose shells find the program, told of its ssh configuration.
fn client(sshd: &Sshd) -> Client {
    let client = Client::of(sshd);
    let program = client.command(&[]);
    let words = std::iter::once(program.get_program()).chain(program.get_args());
    let words: Vec<String> = words
        .map(|word| format!("'{}'", word.to_string_lossy()))
        .collect();
    let file = client.path("bin/remote-jupyter");
    fs::create_dir_all(client.path("bin")).unwrap();
    fs::write(
        &file,
        format!("#!/bin/sh\nexec {} \"$@\"\n", words.join(" ")),
    )
    .unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap();
    client.env("PATH", format!("{}:{path}", client.path("bin").display()));
    client
}

fn offers(client: &Client, shell: &str, typed: &[&str]) -> Vec<String> {
    let script = client.path(&format!("completions.{shell}"));
    let out = client.run(&["completions", shell]);
    fs::write(&script, out.stdout).unwrap();
    let mut command: Command = client.bare(shell);
    match shell {
        "bash" => command.args(["-c", BASH, "bash"]),
        "fish" => command.args(["-N", "-c", FISH]),
        _ => command.args(["-f", "-c", ZSH, "zsh"]),
    };
    command.arg(script).arg("remote-jupyter").args(typed);
    let out = finish(&mut command, PATIENCE);
    let mut lines: Vec<String> = out.stdout.lines().map(str::to_owned).collect();
    lines.retain(|line| !line.starts_with('-') && !line.is_empty());
    lines.sort();
    lines
}

fn with_notebooks(sshd: &Sshd) {
    for file in [
        "work/a b.ipynb",
        "work/c.ipynb",
        "work/data.csv",
        "world.txt",
    ] {
        sshd.home().write(file, "{}");
    }
}

#[test]
fn each_shell_completes_a_path_with_a_tunnel_and_without() {
    let sshd = Sshd::start();
    with_notebooks(&sshd);
    let client = client(&sshd);
    client.configure("[[host]]\nname = \"test\"\n");
    // On a busy computer a completion may give up, as it does after some seconds.
    let offers_in_the_end = |shell: &str, typed: &[&str], wanted: &[&str]| {
        let mut offered = Vec::new();
        let is_so = eventually(PATIENCE, || {
            offered = offers(&client, shell, typed);
            offered == wanted
        });
        assert!(is_so, "{shell}: {offered:?}");
    };
    let completes = |shell: &str| {
        offers_in_the_end(shell, &["open", "test", "wo"], &["work/"]);
        let below = ["work/a b.ipynb", "work/c.ipynb"];
        offers_in_the_end(shell, &["open", "test", "work/"], &below);
        let option = ["open", "--no-browser", "test", "--notebook", "work/c"];
        offers_in_the_end(shell, &option, &["work/c.ipynb"]);
    };
    SHELLS.into_iter().for_each(completes);

    let mut opened = client.open_with("test", &["work/c.ipynb"]);
    let ready = opened.wait_phase("ready");
    assert!(text(&ready, "url").contains("/work/c.ipynb"), "{ready}");
    let logins = sshd.connections();
    SHELLS.into_iter().for_each(completes);
    assert_eq!(
        sshd.connections(),
        logins,
        "the tunnel that stands is enough"
    );
    opened.interrupt();
    opened.wait_exit();
}

#[test]
fn a_login_that_would_ask_completes_nothing_and_says_nothing() {
    let sshd = bare();
    with_notebooks(&sshd);
    let client = client(&sshd);
    client.askpass(&[]);
    client.configure("[[host]]\nname = \"test-enc\"\n[[host]]\nname = \"test-pw\"\n[[host]]\nname = \"gone\"\nssh = \"me@127.0.0.1:9\"\n");
    for host in ["test-enc", "test-pw", "gone", "no such host"] {
        let begun = Instant::now();
        let out = client.run(&["complete", host, "wo"]);
        assert_eq!(
            (out.code, out.stdout.as_str()),
            (Some(0), ""),
            "{host}: {out}"
        );
        assert!(out.stderr.is_empty(), "{host}: {out}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{host}");
    }
    assert_eq!(client.asked(), [""; 0]);
    // Another folder is none of Jupyter's.
    let out = client.run(&["complete", "test-enc", "../"]);
    assert_eq!(out.stdout, "", "{out}");
}
