//! Events that other programs hear: the user's own command for events, and `status --watch`.

use serde_json::Value;

use crate::scene::text;
use crate::support::process::PATIENCE;
use crate::support::{Client, Opened, Sshd, eventually, http, kernels};

/// The events that the command was given so far.
fn told(client: &Client) -> Vec<Value> {
    let lines = client.read("told");
    let whole = lines.lines().filter(|line| line.ends_with('}'));
    whole
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn words(client: &Client) -> Vec<String> {
    let events = told(client);
    events
        .iter()
        .map(|event| text(event, "event").to_owned())
        .collect()
}

#[test]
fn a_command_of_the_users_own_hears_what_happens_and_no_token() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let file = client.path("told");
    let command = format!("cat >>'{}'; exit 3", file.display());
    client.configure(&format!(
        "on_event = {command:?}\ncell_done_after = \"2s\"\n[[host]]\nname = \"test\"\n"
    ));
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    kernels::start_kernel_at(&ready);
    kernels::run_cells(&sshd, &["import time; time.sleep(4)"]);
    let done = eventually(PATIENCE, || words(&client) == ["ready", "cell_done"]);
    assert!(done, "{:?}", told(&client));
    opened.interrupt();
    assert_eq!(
        opened.wait_exit().code,
        Some(0),
        "its own failure is no failure of ours"
    );
    let closed = eventually(PATIENCE, || {
        words(&client) == ["ready", "cell_done", "closed"]
    });
    assert!(closed, "{:?}", told(&client));

    let [first, cell, _] = &told(&client)[..] else {
        panic!("three events")
    };
    assert_eq!(text(first, "text"), "test is ready");
    assert_eq!(first["local_port"], ready["local_port"]);
    assert!(cell["cell_done"]["seconds"].as_u64() >= Some(4), "{cell}");
    assert!(
        text(cell, "text").starts_with("test: python3 is done after "),
        "{cell}"
    );
    let token = http::token(text(&ready, "url")).unwrap();
    assert!(!client.read("told").contains(&token));
    assert!(client.run(&["stop", "test", "--yes"]).code == Some(0));
}

#[test]
fn status_prints_each_change_as_it_comes() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    client.configure("[[host]]\nname = \"test\"\n[[host]]\nname = \"other\"\n");
    let mut watch = Opened::spawn(&mut client.command(&["status", "--watch", "--json"]));
    assert_eq!(watch.wait_phase("closed")["host"], "test");
    assert_eq!(watch.wait_phase("closed")["host"], "other");

    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    let seen = watch.wait_phase("ready");
    assert_eq!(seen["local_port"], ready["local_port"]);
    assert!(!text(&seen, "url").contains("token="), "{seen}");
    kernels::start_kernel_at(&ready);
    assert_eq!(watch.wait_phase("ready")["kernels"]["total"], 1);
    opened.interrupt();
    opened.wait_exit();
    assert_eq!(watch.wait_phase("closed")["host"], "test");

    let stopped = client.run(&["stop", "test", "--yes"]);
    assert_eq!(stopped.code, Some(0), "{stopped}");

    // A host that is added meanwhile is shown; a file that is half written ends nothing.
    client.configure("[[host]\n");
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert!(watch.is_running());
    client.configure("[[host]]\nname = \"new\"\n");
    assert_eq!(watch.wait_phase("closed")["host"], "new");
}
