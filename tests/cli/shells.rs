//! Accounts with each of the usual login shells, and with start-up files that do all that such files do.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::time::Instant;

use crate::scene::{NO_JUPYTER, SOON, configure, fails, put_program, real, text};
use crate::support::process::must;
use crate::support::root_sshd::Account;
use crate::support::{Client, Home, RootSshd, eventually, http};

/// A home as people have them where the administrator is generous.
const HOME: &str = "Zoë 日本";
/// For fish (3.6), which breaks others where no language is set.
const FISH_HOME: &str = "Zoe's home";

fn account(shell: &str) -> RootSshd {
    let home = if shell.ends_with("fish") {
        FISH_HOME
    } else {
        HOME
    };
    let account = Account {
        shell,
        home,
        ..Account::default()
    };
    RootSshd::of(&account, &[])
}

/// Writes down where it is and what it got, and becomes the real one.
fn put_witness(home: &Home) {
    let script = format!(
        "{{ pwd; env; }} >\"$HOME/seen\"\nexec {} \"$@\"",
        real("jupyter-lab")
    );
    put_program(home, "jupyter-lab", &script);
}

fn assert_seen(home: &Home, lines: &[&str]) {
    let seen = home.read("seen").unwrap_or_default();
    for line in lines {
        assert!(
            seen.lines().any(|seen| seen == *line),
            "no {line} in {seen}"
        );
    }
}

fn stop(sshd: &RootSshd, client: &Client) {
    let out = client.run(&["stop", "test", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    let is_empty = || sshd.leftovers().is_empty();
    assert!(eventually(SOON, is_empty), "{:?}", sshd.leftovers());
}

/// Finds none, starts one with set-up, environment and folder, finds it again, and stops it.
fn serves(shell: &str, module: (&str, &str), variable: &str) {
    let sshd = account(shell);
    let (client, home) = (Client::of(&sshd), sshd.home());
    put_witness(home);
    home.write("my project/notes.ipynb", "{}");
    home.append(module.0, &format!("{}\n", module.1));
    configure(
        &client,
        &format!(
            "workdir = \"~/my project\"\nenv = {{ RJ_ENV = \"it's $HOME\" }}\n\
             setup = ['{variable}', 'module load python']"
        ),
    );
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(ready["reused"], false);
    assert!(http::title(&ready).contains("JupyterLab"));
    let folder = home.path().join("my project");
    let folder = folder.to_str().unwrap();
    assert_seen(
        home,
        &[
            folder,
            "RJ_ENV=it's $HOME",
            "RJ_SET_UP=a b",
            "RJ_MODULE=python",
        ],
    );
    let listing = http::api(&ready, "api/contents").body;
    assert!(listing.contains("notes.ipynb"), "{listing}");
    opened.interrupt();
    opened.wait_exit();

    let mut again = client.open("test");
    assert_eq!(again.wait_phase("ready")["server"], ready["server"]);
    again.interrupt();
    again.wait_exit();
    stop(&sshd, &client);
}

const EXPORT: &str = "export RJ_SET_UP=\"a b\"";
const FUNCTION: &str = "module() { export RJ_MODULE=\"$2\"; }";

#[test]
fn bash_serves() {
    serves("/bin/bash", (".bash_profile", FUNCTION), EXPORT);
}

#[test]
fn zsh_serves() {
    serves("/usr/bin/zsh", (".zprofile", FUNCTION), EXPORT);
}

#[test]
fn dash_serves() {
    serves("/bin/dash", (".profile", FUNCTION), EXPORT);
}

#[test]
fn ksh_serves() {
    serves("/usr/bin/ksh93", (".profile", FUNCTION), EXPORT);
}

#[test]
fn mksh_serves() {
    serves("/bin/mksh", (".profile", FUNCTION), EXPORT);
}

#[test]
fn tcsh_serves() {
    // Environment Modules' own way in csh, which has no functions.
    let alias = "alias module 'setenv RJ_MODULE \\!:2'";
    serves(
        "/usr/bin/tcsh",
        (".login", alias),
        "setenv RJ_SET_UP \"a b\"",
    );
}

#[test]
fn fish_serves() {
    let function = "function module; set -gx RJ_MODULE $argv[2]; end";
    let file = ".config/fish/config.fish";
    serves(
        "/usr/bin/fish",
        (file, function),
        "set -gx RJ_SET_UP \"a b\"",
    );
}

/// What start-up files do, and no more than that.
const BOURNE: &[(&str, &str)] = &[
    ("nothing", ""),
    (
        "a banner",
        "echo Welcome; echo Mind the gap >&2; printf 'Last login: '",
    ),
    ("much", "head -c 1048576 /dev/zero | tr '\\0' '\\n'"),
    ("much in one line", "head -c 1048576 /dev/zero | tr '\\0' x"),
    ("reads all there is", "cat >/dev/null"),
    ("noclobber", "set -C"),
    ("nounset", "set -u"),
    ("errexit", "set -e"),
    ("vi", "set -o vi"),
    ("another IFS", "IFS=abcdefr/; export IFS"),
    ("another language", "LANG=C; export LANG"),
    (
        "another encoding",
        "LOCPATH=\"$HOME/locales\" LC_ALL=ja_JP.eucJP; export LOCPATH LC_ALL",
    ),
    (
        "a terminal's settings",
        "stty erase '^H'; stty sane; tput clear; mesg n",
    ),
    ("a time limit", "TMOUT=1; export TMOUT; readonly TMOUT"),
    (
        "blanks in PATH",
        "PATH=\"/no where/bin:$HOME/a b:$PATH\"; export PATH",
    ),
    ("a last word", "trap 'echo bye; cat; exit 7' EXIT"),
    ("a job", "sleep 4718 &"),
    ("another folder", "cd /; CDPATH=/:/usr; export CDPATH"),
    (
        "variables of tools",
        "POSIXLY_CORRECT=1 GREP_OPTIONS=--color=always; export POSIXLY_CORRECT GREP_OPTIONS",
    ),
    (
        "aliases",
        "alias ls='ls -F --color=always' cat='cat -n' grep='grep -n' rm='rm -i' ps='ps aux' echo='echo -n' sh=false",
    ),
    (
        "zsh",
        "[ -n \"$RJ_ONCE\" ] || { RJ_ONCE=1; export RJ_ONCE; exec zsh -l; }",
    ),
    (
        "bash",
        "[ -n \"$RJ_ONCE\" ] || { RJ_ONCE=1; export RJ_ONCE; exec bash -l; }",
    ),
    // Without a language, fish (3.6) breaks a HOME that is not ASCII.
    ("fish", "LANG=C.UTF-8; export LANG; exec fish -l"),
];

const BASH: &[(&str, &str)] = &[
    (
        "aliases for scripts",
        "shopt -s expand_aliases; alias ls='ls -F' cat='cat -n' printf='echo' kill='echo'",
    ),
    (
        "functions for everybody",
        "for f in ls cat head sed awk kill grep printf rm date od tr id cut mkdir uname; do \
         eval \"$f() { echo broken; return 3; }\"; export -f \"$f\"; done",
    ),
    (
        "options for everybody",
        "set -uC; set -o noglob; export SHELLOPTS",
    ),
    ("errexit for everybody", "set -e; export SHELLOPTS"),
];

const ZSH: &[(&str, &str)] = &[
    (
        "options",
        "setopt noclobber nounset errexit shwordsplit nullglob",
    ),
    (
        "global aliases",
        "alias -g G='| grep'; alias ls='ls -F' cat='cat -n'; alias -s json=cat",
    ),
];

const CSH: &[(&str, &str)] = &[
    ("nothing", ""),
    ("a banner", "echo Welcome; printf 'Last login: '"),
    ("much", "head -c 1048576 /dev/zero | tr '\\0' '\\n'"),
    ("noclobber", "set noclobber"),
    ("a mistake", "echo $no_such_variable"),
    ("a terminal's settings", "stty erase '^H'; tput clear"),
    (
        "aliases",
        "alias ls 'ls -F'; alias cat 'cat -n'; alias rm 'rm -i'; alias echo 'echo -n'",
    ),
    ("another language", "setenv LC_ALL C"),
];

const FISH: &[(&str, &str)] = &[
    ("nothing", ""),
    ("a banner", "echo Welcome; printf 'Last login: '"),
    ("much", "head -c 1048576 /dev/zero | tr '\\0' x"),
    ("reads a line", "status is-login; and read answer"),
    (
        "functions",
        "function ls; echo no; end; function cat; echo no; end",
    ),
    ("zsh", "status is-login; and exec zsh -l"),
    ("a terminal's settings", "stty erase '^H'; tput clear"),
];

/// All of the script's finding works under each of the lines: it sees a process, its command line and its file, and
/// that nothing listens there.
fn finds_under(account: &Account, file: &str, tables: &[&[(&str, &str)]]) {
    let sshd = RootSshd::of(account, &[]);
    let (client, home) = (Client::of(&sshd), sshd.home());
    make_locale(home.path());
    let sleep = "nohup /usr/bin/python3 -c 'import time; time.sleep(4719)' >/dev/null 2>&1 </dev/null & echo $!";
    // Its name is not the account's shell's business.
    let pid = client.ssh_run(
        "test",
        &format!("exec /bin/sh -c '{}'", sleep.replace('\'', "\"")),
    );
    let pid: u32 = pid.trim().parse().unwrap();
    let runtime = format!(".local/share/jupyter/runtime/jpserver-{pid}.json");
    // Bytes that are no text in eucJP, before what is looked for.
    home.write(
        &runtime,
        &format!("{{\"root_dir\": \"/日本/é\", \"pid\": {pid}, \"port\": 1, \"token\": \"t\"}}"),
    );
    let usual = home.read(file).unwrap_or_default();
    let mut wrong = Vec::new();
    for (what, line) in tables.iter().copied().flatten() {
        home.write(file, &format!("{usual}\n{line}\n"));
        eprintln!("{what} in {file}");
        let out = client.run(&["doctor", "test"]);
        if !matches!(out.code, Some(0) | NO_JUPYTER)
            || !out.stdout.contains("nothing listens on port 1")
        {
            wrong.push(format!("{what} ({line}) in {file}: {out}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The encoding of old Japanese machines, where the account finds it.
fn make_locale(home: &Path) {
    let folder = home.join("locales");
    std::fs::create_dir_all(&folder).unwrap();
    let mut command = std::process::Command::new("localedef");
    command.args(["--no-archive", "-i", "ja_JP", "-f", "EUC-JP"]);
    must(command.arg(folder.join("ja_JP.eucJP")));
}

#[test]
fn whatever_the_start_up_files_of_bash_do_servers_are_found() {
    let account = Account {
        home: HOME,
        ..Account::default()
    };
    finds_under(&account, ".bash_profile", &[BOURNE, BASH]);
}

#[test]
fn and_where_bash_is_bin_sh_too() {
    let account = Account {
        sh: "/bin/bash",
        ..Account::default()
    };
    finds_under(&account, ".bash_profile", &[BOURNE, BASH]);
}

#[test]
fn and_those_of_zsh() {
    let account = Account {
        shell: "/usr/bin/zsh",
        home: HOME,
        ..Account::default()
    };
    finds_under(&account, ".zprofile", &[BOURNE, ZSH]);
}

#[test]
fn and_those_of_ksh_and_dash() {
    for (shell, sh) in [("/usr/bin/ksh93", "/bin/mksh"), ("/bin/dash", "")] {
        let home = HOME;
        finds_under(&Account { shell, home, sh }, ".profile", &[BOURNE]);
    }
}

#[test]
fn and_those_of_tcsh() {
    for file in [".login", ".cshrc"] {
        let account = Account {
            shell: "/usr/bin/tcsh",
            home: HOME,
            ..Account::default()
        };
        finds_under(&account, file, &[CSH]);
    }
}

#[test]
fn and_those_of_fish() {
    let account = Account {
        shell: "/usr/bin/fish",
        home: FISH_HOME,
        ..Account::default()
    };
    finds_under(&account, ".config/fish/config.fish", &[FISH]);
}

#[test]
fn slow_start_up_files_are_told_while_they_run() {
    let sshd = RootSshd::start();
    let client = Client::of(&sshd);
    configure(&client, "launcher = \"attach\"");
    sshd.home().append(".bash_profile", "sleep 6\n");
    let begun = Instant::now();
    let mut opened = client.open("test");
    let told = loop {
        let event = opened.wait_phase("finding");
        if event["note"].is_string() {
            break event;
        }
    };
    assert!(
        begun.elapsed().as_secs_f32() < 6.0,
        "it is told before they end"
    );
    assert!(text(&told, "note").contains("start-up files"), "{told}");
    let out = opened.wait_exit();
    assert_eq!(out.code, Some(6), "{out}");
    assert_eq!(out.stdout.matches("start-up files").count(), 1, "{out}");
}

/// What `conda init` writes stands below a guard that ends the file for all but people.
fn conda(shell: &str, file: &str, guard: (&str, &str), function: &str) {
    let sshd = account(shell);
    let (client, home) = (Client::of(&sshd), sshd.home());
    for file in [
        ".profile",
        ".bash_profile",
        ".bashrc",
        ".zshenv",
        ".zprofile",
    ] {
        home.write(file, "");
    }
    home.write(".config/fish/config.fish", "");
    home.write(".bash_profile", ". ~/.bashrc\n");
    home.write(file, &format!("{}\n{function}\n{}\n", guard.0, guard.1));
    let script = format!("exec {} \"$@\"", real("jupyter-lab"));
    put_program(
        &Home::at(home.path().join("envs/ml")),
        "jupyter-lab",
        &script,
    );
    configure(&client, "setup = ['conda activate ml']");
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    opened.interrupt();
    opened.wait_exit();
    stop(&sshd, &client);

    // And when all of it stands there.
    home.append(file, "conda activate ml\n");
    configure(&client, "");
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    opened.interrupt();
    opened.wait_exit();
    stop(&sshd, &client);

    configure(&client, "setup = ['conda activate none']");
    let failed = fails(&client, &[], 6, "jupyter_died");
    assert!(text(&failed, "detail").contains("none"), "{failed}");
}

const CONDA: &str = "conda() { [ -d \"$HOME/envs/$2\" ] || { echo \"no environment $2\" >&2; return 1; }; PATH=\"$HOME/envs/$2/bin:$PATH\"; }";

#[test]
fn conda_in_bash() {
    let guard = ("case $- in *i*) ;; *) return ;; esac", "");
    conda("/bin/bash", ".bashrc", guard, CONDA);
}

#[test]
fn conda_in_zsh() {
    conda("/usr/bin/zsh", ".zshrc", ("", ""), CONDA);
}

#[test]
fn conda_in_fish() {
    let function = "function conda; test -d \"$HOME/envs/$argv[2]\"; or begin; echo no environment $argv[2] >&2; return 1; end; set -gx PATH \"$HOME/envs/$argv[2]/bin\" $PATH; end";
    let guard = ("status is-interactive; or exit", "");
    conda("/usr/bin/fish", ".config/fish/config.fish", guard, function);
}
