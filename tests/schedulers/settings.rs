//! Choices that the settings page offers, asked of real schedulers.

use serde_json::{Value, json};

use crate::configure;
use crate::support::settings::{Settings, until};
use crate::support::{Client, Cluster, Scheduler};

/// Asks the host, as the button of the page does.
fn choices(client: &Client) -> Value {
    let settings = Settings::start(client);
    let page = settings.enter();
    let mut events = page.events();
    let asked = page.post("/choices", &json!({ "host": "test" }));
    assert_eq!(asked.status, 202, "{asked:?}");
    until(&mut events, "choices").pop().unwrap()
}

fn names(choices: &Value, key: &str) -> Vec<String> {
    let list = choices[key].as_array().unwrap().iter();
    list.map(|one| one["name"].as_str().unwrap().to_owned())
        .collect()
}

/// The queues that the scheduler's own command names.
fn listed(client: &Client, command: &str) -> Vec<String> {
    let list = client.ssh_run("test", command);
    list.split_whitespace()
        .map(|name| name.trim_end_matches('*').to_owned())
        .collect()
}

#[test]
fn the_partitions_of_a_real_slurm_are_offered() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    configure(&client, "launcher = \"slurm\"");
    let choices = choices(&client);
    // One is closed, and takes no jobs.
    let mut want = listed(
        &client,
        "sinfo -h -o '%R %a' | awk '$2 == \"up\" { print $1 }'",
    );
    let mut found = names(&choices, "queue");
    want.sort();
    want.dedup();
    found.sort();
    assert_eq!(found, want, "{choices}");
    let hint = choices["queue"][0]["hint"].as_str().unwrap();
    assert!(hint.contains("free"), "{choices}");
}

#[test]
fn the_queues_and_parallel_environments_of_a_real_grid_engine_are_offered() {
    let cluster = Cluster::start(&[Scheduler::Sge]);
    let client = Client::of(&cluster);
    configure(&client, "launcher = \"sge\"");
    let choices = choices(&client);
    for (key, command) in [
        ("queue", "qconf -sql"),
        ("parallel_environment", "qconf -spl"),
    ] {
        let (mut found, mut want) = (names(&choices, key), listed(&client, command));
        found.sort();
        want.sort();
        assert_eq!(found, want, "{key}: {choices}");
        assert!(!want.is_empty(), "{key}");
    }
}
