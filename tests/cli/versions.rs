//! Programs of different versions, of which one holds the tunnel: what is understood is done, and what is not is
//! explained.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::scene::text;
use crate::support::{Client, Opened, Sshd};

fn open(client: &Client) -> Opened {
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    opened
}

/// The socket of the only host that is open.
fn socket(client: &Client) -> PathBuf {
    let files = fs::read_dir(client.path("run/remote-jupyter")).unwrap();
    let mut paths = files.map(|file| file.unwrap().path());
    let is_socket = |path: &PathBuf| path.extension().is_some_and(|end| end == "sock");
    paths.find(is_socket).unwrap()
}

/// Returns the holder's answers to a line.
fn answers(socket: &Path, line: &str) -> Vec<Value> {
    let mut stream = UnixStream::connect(socket).unwrap();
    writeln!(stream, "{line}").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

/// Takes the place of the holder's socket, and answers every request with these lines.
fn replace_holder(socket: &Path, lines: &'static str) {
    fs::remove_file(socket).unwrap();
    let listener = UnixListener::bind(socket).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = String::new();
            // Programs also connect without asking anything, and go before they are answered.
            let _ = BufReader::new(&stream).read_line(&mut request);
            let _ = stream.write_all(lines.as_bytes());
        }
    });
}

#[test]
fn a_holder_serves_other_versions_as_far_as_it_knows_their_words() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let _opened = open(&client);
    let socket = socket(&client);
    let own = env!("CARGO_PKG_VERSION");
    for line in [
        r#"{"command":"status"}"#,
        r#"{"command":"status","version":"99.0.0","more":1}"#,
    ] {
        let answers = answers(&socket, line);
        assert_eq!((answers.len(), text(&answers[0], "version")), (2, own));
        assert_eq!(answers[1]["phase"], "ready", "{answers:?}");
    }

    let newer = answers(&socket, r#"{"command":"dance","version":"99.0.0"}"#).remove(1);
    let older = answers(&socket, r#"{"command":"dance"}"#).remove(1);
    for (answer, remedy) in [(newer, "Quit the app"), (older, "Update this one")] {
        assert_eq!(
            (text(&answer, "phase"), text(&answer, "code")),
            ("failed", "unsupported")
        );
        assert!(text(&answer, "title").contains("test"), "{answer}");
        assert!(text(&answer, "detail").contains(own), "{answer}");
        assert!(text(&answer, "remedy").contains(remedy), "{answer}");
    }
}

#[test]
fn a_command_says_which_version_is_too_old() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let _opened = open(&client);
    let socket = socket(&client);
    let newer = "{\"version\":\"99.0.0\"}\n{\"host\":\"test\",\"phase\":\"dancing\",\"at_ms\":1}\n";
    for (lines, version, remedy) in [
        (newer, "99.0.0", "Update this one"),
        ("{\"version\":\"0.0.1\"}\n", "0.0.1", "Quit the app"),
        // A version that does not know the request, and told none yet.
        ("", "unknown", "Quit the app"),
    ] {
        replace_holder(&socket, lines);
        for args in [
            &["open", "test"][..],
            &["close", "test"],
            &["extend", "test", "1:00:00"],
        ] {
            let out = client.run(args);
            assert_eq!(out.code, Some(2), "{args:?}: {out}");
            for word in ["too old", version, remedy] {
                assert!(out.stderr.contains(word), "{args:?}: {out}");
            }
        }
        let out = client.run(&["open", "test", "--json"]);
        let failed = out.last_event();
        assert_eq!((out.code, text(&failed, "code")), (Some(2), "unsupported"));
    }
}
