//! Tests of the rules between values, and of the places that faults are reported at.

use super::*;

#[test]
fn names_that_ssh_would_get() {
    only(
        "[[host]]\nname = \"GPU box\"\n",
        (2, 8),
        "\"GPU box\"",
        "name: \"GPU box\" is not an ssh destination: it contains a space",
        "keep the name, and set the ssh destination, as in: ssh = \"me@gpu01\"",
    );
    only(
        "[[host]]\nname = \"-v\"\n",
        (2, 8),
        "\"-v\"",
        "name: \"-v\" begins with a hyphen",
        "remove the hyphen: a command would read the value as an option",
    );
    let label = "[[host]]\nname = \"GPU box\"\nssh = \"gpu01\"\n";
    assert!(Config::parse(Path::new(""), label).is_ok());
}

#[test]
fn options_that_cannot_be_passed_on() {
    for (other, value) in [
        ("command", "jupyter lab # mine"),
        ("command", "bash -c 'jupyter lab'"),
        ("job_script", "run.sh"),
    ] {
        only(
            &format!("{HOST}args = [\"--allow-root\"]\n{other} = \"{value}\"\n"),
            (3, 8),
            "[\"--allow-root\"]",
            &format!("this host's {other} cannot pass on args"),
            &format!("write the options in {other} itself, and remove args"),
        );
    }
    for command in [
        "jupyter lab",
        "~/bin/my-jupyter lab",
        "nice -n 5 jupyter lab",
    ] {
        let text = format!("{HOST}args = [\"--allow-root\"]\ncommand = \"{command}\"\n");
        assert!(Config::parse(Path::new(""), &text).is_ok(), "{command}");
    }
}

#[test]
fn duplicates() {
    only(
        &format!("{HOST}{HOST}"),
        (4, 8),
        "\"gpu01\"",
        "duplicate host name \"gpu01\"",
        "line 2 already has it: change one of the two",
    );
    let forward = "[[host.forward]]\nname = \"a\"\nremote = \"1\"\n";
    only(
        &format!("{HOST}{forward}{forward}"),
        (7, 8),
        "\"a\"",
        "duplicate forward name \"a\"",
        "line 4 already has it: change one of the two",
    );
    only(
        &format!("{HOST}local_port = 8890\n{forward}local_port = 8890\n"),
        (7, 14),
        "8890",
        "duplicate local port 8890 in this host",
        "line 3 already has it: change one of the two",
    );
    let two_hosts = format!("{HOST}local_port = 8890\n[[host]]\nname = \"b\"\nlocal_port = 8890\n");
    assert!(Config::parse(Path::new(""), &two_hosts).is_ok());
}

#[test]
fn hosts_that_are_not_there() {
    only(
        &format!("default_host = \"gpu1\"\n{HOST}"),
        (1, 16),
        "\"gpu1\"",
        "default_host: there is no host \"gpu1\"",
        "did you mean \"gpu01\"?",
    );
    only(
        &format!("open_at_start = [\"gpu01\", \"node\"]\n{HOST}"),
        (1, 27),
        "\"node\"",
        "open_at_start: there is no host \"node\"",
        "add a [[host]] with name = \"node\", or name another host",
    );
}

#[test]
fn all_at_once_in_the_order_of_the_file() {
    let text = "browser = 1\ndefault_host = \"x\"\n[[host]]\nname = \"a\"\nzzz = 1\nlocal_port = 80\n[[host]]\nname = \"a\"\n";
    let lines: Vec<_> = errors(text).iter().map(|error| error.line).collect();
    assert_eq!(lines, [1, 2, 5, 6, 8]);
}

#[test]
fn columns_are_characters_in_any_encoding_of_lines() {
    // A byte-order mark, letters of several bytes before the place, and the line ends of Windows.
    only(
        "\u{feff}browser = 1\r\n",
        (1, 11),
        "1",
        "browser takes a string, not a whole number",
        "write it as in: browser = \"Google Chrome\"",
    );
    let text =
        "\u{feff}# é\r\n[[host]]\r\nname = \"日本\"\r\nenv = { \"é\" = \"日本\", B = 1 }\r\n";
    let errors = errors(text);
    let places: Vec<_> = errors
        .iter()
        .map(|error| (error.line, error.column))
        .collect();
    assert_eq!(places, [(4, 9), (4, 25)]);
    assert_eq!(errors[1].text, "1");
    assert_eq!(errors[1].source_line, "env = { \"é\" = \"日本\", B = 1 }");
}
