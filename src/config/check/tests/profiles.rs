//! Faults of profiles.

use super::*;

const GPU: &str = "[[host]]\nname = \"gpu01\"\n[host.profile.gpu]\n";

/// The only error of one line below a profile's header.
#[track_caller]
fn in_profile(line: &str, column: usize, at: &str, message: &str, remedy: &str) {
    only(&format!("{GPU}{line}\n"), (4, column), at, message, remedy);
}

#[test]
fn values_are_checked_as_the_hosts_own_are() {
    in_profile(
        "gpu = 1",
        1,
        "gpu",
        "unknown key \"gpu\"",
        "did you mean \"gpus\"?",
    );
    in_profile(
        "launcher = \"slurm\"",
        1,
        "launcher",
        "unknown key \"launcher\"",
        "it belongs under a [[host]]",
    );
    in_profile(
        "walltime = \"4h\"",
        12,
        "\"4h\"",
        "walltime: \"4h\" is not a walltime",
        "write hours:minutes:seconds, preceded by days if necessary, as in: \"8:00:00\" or \"2-12:00:00\"",
    );
    in_profile(
        "gpus = \"1\"",
        8,
        "\"1\"",
        "gpus takes a whole number, 0 or more, not a string",
        "write it as in: gpus = 1",
    );
    in_profile(
        "cores = 0",
        9,
        "0",
        "cores: 0 is out of range",
        "write a whole number, 1 or more, as in: cores = 8",
    );
    in_profile(
        "queue = \"a\\nb\"",
        9,
        "\"a\\nb\"",
        "queue: the control character U+000A is not allowed here",
        "remove it: the value must be one line, without tabs or line breaks",
    );
    only(
        &format!("{GPU}gpus = 1\ngpus = 2\n"),
        (5, 1),
        "gpus",
        "this is not valid TOML: duplicate key",
        "keep one of the two",
    );
}

#[test]
fn names_become_parts_of_commands_and_addresses() {
    for (header, at) in [
        ("\"a b\"", "\"a b\""),
        ("\"a:b\"", "\"a:b\""),
        ("\"\\u0007\"", "\"\\u0007\""),
        ("_a", "_a"),
        ("\"\"", "\"\""),
    ] {
        let text = format!("{HOST}[host.profile.{header}]\n");
        let errors = errors(&text);
        let [error] = &errors[..] else {
            panic!("{text:?} should have one error, not {errors:#?}");
        };
        assert_eq!((error.line, error.column), (3, 15), "{error}");
        assert_eq!(error.text, at);
        assert!(error.message.starts_with("profile: "), "{error}");
        assert!(error.message.ends_with("cannot be a profile's name"));
    }
}

#[test]
fn two_of_one_name() {
    only(
        &format!("{HOST}[host.profile.gpu]\n[host.profile.gpu]\n"),
        (4, 15),
        "gpu",
        "this is not valid TOML: duplicate key",
        "keep one of the two",
    );
    only(
        &format!("{HOST}[host.profile.gpu]\n[[host]]\nname = \"gpu01:gpu\"\n"),
        (3, 15),
        "gpu",
        "duplicate host name \"gpu01:gpu\"",
        "line 5 already has it: change one of the two",
    );
}

#[test]
fn a_profile_without_a_name() {
    only(
        &format!("{HOST}[host.profile]\ngpus = 1\n"),
        (4, 8),
        "1",
        "profile takes tables under [host.profile.NAME], not a whole number",
        "give each a header with a name, as in: [host.profile.gpu]",
    );
    below(
        "profile = \"gpu\"",
        11,
        "\"gpu\"",
        "profile takes tables under [host.profile.NAME], not a string",
        "give each a header with a name, as in: [host.profile.gpu]",
    );
}

#[test]
fn ports_and_options_that_cannot_both_be() {
    only(
        "[[host]]\nname = \"a\"\nlocal_port = 8890\n[host.profile.gpu]\nlocal_port = 8890\n",
        (5, 14),
        "8890",
        "duplicate local port 8890 in this host",
        "line 3 already has it: change one of the two",
    );
    let args = "args = [\"--allow-root\"]\n";
    let remedy = "write the options in job_script itself, and remove args";
    only(
        &format!("{HOST}{args}[host.profile.gpu]\njob_script = \"run.sh\"\n"),
        (5, 14),
        "\"run.sh\"",
        "this host's job_script cannot pass on args",
        remedy,
    );
    only(
        &format!("{HOST}job_script = \"run.sh\"\n[host.profile.gpu]\n{args}"),
        (5, 8),
        "[\"--allow-root\"]",
        "this host's job_script cannot pass on args",
        remedy,
    );
    let no_args = format!("{HOST}{args}[host.profile.gpu]\nargs = []\njob_script = \"run.sh\"\n");
    assert!(Config::parse(Path::new(""), &no_args).is_ok());
}

#[test]
fn a_host_with_a_profile_can_be_named_at_the_top() {
    let text = format!("default_host = \"gpu01:gpu\"\nopen_at_start = [\"gpu01:gpu\"]\n{GPU}");
    let config = Config::parse(Path::new(""), &text).unwrap();
    assert_eq!(config.usual_host().unwrap().name, "gpu01:gpu");
    only(
        &format!("default_host = \"gpu01:gpus\"\n{GPU}"),
        (1, 16),
        "\"gpu01:gpus\"",
        "default_host: there is no host \"gpu01:gpus\"",
        "did you mean \"gpu01:gpu\"?",
    );
}
