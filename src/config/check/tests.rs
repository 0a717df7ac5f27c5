//! Every kind of fault, with its place, its text and its remedy.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod between;
mod profiles;

use std::path::Path;

use crate::config::{Config, ConfigError};

const HOST: &str = "[[host]]\nname = \"gpu01\"\n";

fn errors(text: &str) -> Vec<ConfigError> {
    Config::parse(Path::new("config.toml"), text)
        .expect_err(text)
        .0
}

/// The only error of `text`: where (line, column), the text there, the message, the remedy.
#[track_caller]
fn only(text: &str, place: (usize, usize), at: &str, message: &str, remedy: &str) {
    let errors = errors(text);
    let [error] = &errors[..] else {
        panic!("{text:?} should have one error, not {errors:#?}");
    };
    assert_eq!((error.line, error.column), place, "{error}");
    assert_eq!(error.text, at, "{error}");
    assert_eq!(error.message, message);
    assert_eq!(error.remedy, remedy);
}

/// The same for one line below a host that is otherwise in order.
#[track_caller]
fn below(line: &str, column: usize, at: &str, message: &str, remedy: &str) {
    only(&format!("{HOST}{line}\n"), (3, column), at, message, remedy);
}

#[test]
fn toml_itself() {
    only(
        "[[host]]\nname = gpu01\n",
        (2, 8),
        "gpu01",
        "this is not valid TOML: string values must be quoted, expected literal string",
        "put the value in double quotes",
    );
    only(
        "browser = \"a\"\nbrowser = \"b\"\nwrong = 1",
        (2, 1),
        "browser",
        "this is not valid TOML: duplicate key",
        "keep one of the two",
    );
    only(
        "[[host\n",
        (1, 7),
        "",
        "this is not valid TOML: unclosed array table, expected `]]`",
        "write it as TOML, as in: key = \"text\", key = 8 or key = true",
    );
}

#[test]
fn unknown_keys() {
    let known = "unknown key \"lokal_port\"";
    below(
        "lokal_port = 8890",
        1,
        "lokal_port",
        known,
        "did you mean \"local_port\"?",
    );
    below(
        "Local-Port = 1",
        1,
        "Local-Port",
        "unknown key \"Local-Port\"",
        "did you mean \"local_port\"?",
    );
    below(
        "mem = 1",
        1,
        "mem",
        "unknown key \"mem\"",
        "did you mean \"memory\"?",
    );
    only(
        "colour = 1",
        (1, 1),
        "colour",
        "unknown key \"colour\"",
        "remove it; valid keys here: default_host, browser, open_at_start, language, check_updates, cell_done_after, on_event, host",
    );
}

#[test]
fn keys_at_the_wrong_level() {
    below(
        "default_host = \"gpu01\"",
        1,
        "default_host",
        "unknown key \"default_host\"",
        "it belongs at the top of the file, above the first [[host]]",
    );
    only(
        "cores = 4",
        (1, 1),
        "cores",
        "unknown key \"cores\"",
        "it belongs under a [[host]]",
    );
    below(
        "remote = \"6006\"",
        1,
        "remote",
        "unknown key \"remote\"",
        "it belongs under a [[host.forward]]",
    );
}

#[test]
fn wrong_types() {
    below(
        "local_port = \"8890\"",
        14,
        "\"8890\"",
        "local_port takes a whole number from 1024 to 65535, not a string",
        "write it as in: local_port = 8890",
    );
    below(
        "cores = 1.5",
        9,
        "1.5",
        "cores takes a whole number, 1 or more, not a decimal number",
        "write it as in: cores = 4",
    );
    below(
        "remember = \"yes\"",
        12,
        "\"yes\"",
        "remember takes true or false, not a string",
        "write it as in: remember = true",
    );
    below(
        "setup = \"module load python\"",
        9,
        "\"module load python\"",
        "setup takes a list of strings, not a string",
        "write it as in: setup = [\"conda activate ml\"]",
    );
    below(
        "options = [\"-l\", 4]",
        18,
        "4",
        "options takes a list of strings, not a whole number",
        "write it as in: options = [\"-l\", \"hostname=gpu01\"]",
    );
    below(
        "env = { OMP_NUM_THREADS = 4 }",
        27,
        "4",
        "env: OMP_NUM_THREADS takes a string, not a whole number",
        "put the value in quotes, as in: env = { OMP_NUM_THREADS = \"4\" }",
    );
    only(
        "[host]\nname = \"gpu01\"\n",
        (1, 1),
        "[host]",
        "host takes tables under [[host]], not a table",
        "write it as in: [[host]], with both pairs of brackets",
    );
    below(
        "[host.forward]\nname = \"a\"",
        1,
        "[host.forward]",
        "forward takes tables under [[host.forward]], not a table",
        "write it as in: [[host.forward]], with both pairs of brackets",
    );
}

#[test]
fn missing_keys() {
    only(
        "[[host]]\nssh = \"gpu01\"\n",
        (1, 1),
        "[[host]]",
        "this [[host]] has no \"name\"",
        "add a line such as: name = \"gpu01\"",
    );
    below(
        "[[host.forward]]\nname = \"a\"",
        1,
        "[[host.forward]]",
        "this [[host.forward]] has no \"remote\"",
        "add a line such as: remote = \"127.0.0.1:6006\"",
    );
}

#[test]
fn numbers_out_of_range() {
    let local = "write a whole number from 1024 to 65535, as in: local_port = 8890";
    let remote = "write a whole number from 1 to 65535, as in: remote_port = 8888";
    for (line, column, at, message, remedy) in [
        (
            "local_port = 80",
            14,
            "80",
            "local_port: 80 is out of range",
            local,
        ),
        (
            "local_port = 65536",
            14,
            "65536",
            "local_port: 65536 is out of range",
            local,
        ),
        (
            "local_port = 0x1_0000",
            14,
            "0x1_0000",
            "local_port: 0x10000 is out of range",
            local,
        ),
        (
            "remote_port = 0",
            15,
            "0",
            "remote_port: 0 is out of range",
            remote,
        ),
        (
            "remote_port = -1",
            15,
            "-1",
            "remote_port: -1 is out of range",
            remote,
        ),
        (
            "remote_port = 99999999999999999999",
            15,
            "99999999999999999999",
            "remote_port: 99999999999999999999 is out of range",
            remote,
        ),
        (
            "cores = 0",
            9,
            "0",
            "cores: 0 is out of range",
            "write a whole number, 1 or more, as in: cores = 4",
        ),
        (
            "poll_seconds = 0",
            16,
            "0",
            "poll_seconds: 0 is out of range",
            "write a whole number, 1 or more, as in: poll_seconds = 15",
        ),
    ] {
        below(line, column, at, message, remedy);
    }
    let at_the_ends = format!("{HOST}local_port = 1024\nremote_port = 1\ngpus = 0\n");
    assert!(Config::parse(Path::new(""), &at_the_ends).is_ok());
}

#[test]
fn control_characters_and_empty_texts() {
    let one_line = "remove it: the value must be one line, without tabs or line breaks";
    let empty = "set a value, or omit the key to use the default";
    below(
        r#"workdir = "a\u001bb""#,
        11,
        r#""a\u001bb""#,
        "workdir: the control character U+001B is not allowed here",
        one_line,
    );
    below(
        "setup = [\"a\", \"\"\"b\nc\"\"\"]",
        15,
        "\"\"\"b",
        "setup: the control character U+000A is not allowed here",
        one_line,
    );
    below(
        r#"env = { A = "a\nb" }"#,
        13,
        r#""a\nb""#,
        "env: the control character U+000A is not allowed here",
        one_line,
    );
    below(
        "queue = \"\"",
        9,
        "\"\"",
        "queue: the value is empty",
        empty,
    );
    below(
        "options = [\" \"]",
        12,
        "\" \"",
        "options: the value is empty",
        empty,
    );
    let hides_gpus = format!("{HOST}env = {{ CUDA_VISIBLE_DEVICES = \"\" }}\n");
    assert!(Config::parse(Path::new(""), &hides_gpus).is_ok());
}

#[test]
fn unknown_words() {
    below(
        "launcher = \"slrum\"",
        12,
        "\"slrum\"",
        "launcher: \"slrum\" is not a valid value",
        "did you mean \"slurm\"? write one of: direct, sge, slurm, pbs, lsf, attach",
    );
    below(
        "app = \"rstudio\"",
        7,
        "\"rstudio\"",
        "app: \"rstudio\" is not a valid value",
        "write one of: lab, notebook, nbclassic",
    );
    below(
        "bind = \"0.0.0.0\"",
        8,
        "\"0.0.0.0\"",
        "bind: \"0.0.0.0\" is not a valid value",
        "write one of: auto, socket, loopback, node",
    );
    below(
        "on_quit = \"Keep\"",
        11,
        "\"Keep\"",
        "on_quit: \"Keep\" is not a valid value",
        "did you mean \"keep\"? write one of: keep, stop",
    );
}

#[test]
fn forms_of_texts() {
    below(
        "ssh = \"-oProxyCommand=x\"",
        7,
        "\"-oProxyCommand=x\"",
        "ssh: \"-oProxyCommand=x\" is not an ssh destination: a hyphen begins an option",
        "write an alias, user@host or ssh://user@host:port",
    );
    below(
        "ssh = \"gpu 01\"",
        7,
        "\"gpu 01\"",
        "ssh: \"gpu 01\" is not an ssh destination: it contains a space",
        "write an alias, user@host or ssh://user@host:port",
    );
    below(
        "env = { 1A = \"x\" }",
        9,
        "1A",
        "env: \"1A\" is not a valid name for an environment variable",
        "use only letters, digits and _, and do not start with a digit, as in: OMP_NUM_THREADS",
    );
    below(
        "idle_stop = \"2 hours\"",
        13,
        "\"2 hours\"",
        "idle_stop: \"2 hours\" is not a duration",
        "write a whole number followed by s, m, h or d, as in: \"90s\", \"30m\", \"2h\", \"1d\"",
    );
    below(
        "walltime = \"30:00\"",
        12,
        "\"30:00\"",
        "walltime: \"30:00\" is not a walltime",
        "write hours:minutes:seconds, preceded by days if necessary, as in: \"8:00:00\" or \"2-12:00:00\"",
    );
    below(
        "memory = \"8 GB\"",
        10,
        "\"8 GB\"",
        "memory: \"8 GB\" is not an amount of memory",
        "write a whole number followed by K, M, G or T, as in: \"8G\" or \"512M\"",
    );
    only(
        &format!("{HOST}[[host.forward]]\nname = \"a\"\nremote = \"::1:6006\"\n"),
        (5, 10),
        "\"::1:6006\"",
        "remote: \"::1:6006\" is not a host and a port",
        "write host:port with a port from 1 to 65535, as in: \"127.0.0.1:6006\", \"[::1]:6006\" or \"6006\"",
    );
}
