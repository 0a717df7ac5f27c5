//! A process that the program starts for one connection.

use crate::scene::{bare, configure, fails};
use crate::support::{Known, Sshd, eventually};
use crate::user::{client_of, processes, use_host};

#[test]
fn a_host_is_used_over_an_ssh_of_its_own_which_ends_with_it() {
    let sshd = Sshd::start();
    let client = client_of(&sshd);
    use_host(&sshd, &client, 0);
    // Each click and the stop log in once.
    assert_eq!(sshd.connections(), 2);
}

#[test]
fn a_login_that_ssh_is_refused_is_told_in_its_words() {
    let sshd = bare();
    let client = client_of(&sshd);
    configure(&client, "transport = \"openssh\"");
    sshd.set_authorized_keys("");
    let event = fails(&client, &[], 4, "auth_refused");
    let detail = event["detail"].as_str().unwrap();
    assert!(detail.contains("Permission denied (publickey)"), "{event}");
    client.know(&sshd, Known::Wrong);
    fails(&client, &[], 3, "host_key_changed");
    assert!(processes(&client).is_empty());
}

#[test]
fn an_ssh_that_was_left_behind_is_ended_by_the_next_click() {
    let sshd = Sshd::start();
    let client = client_of(&sshd);
    configure(&client, "transport = \"openssh\"");
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    let left = processes(&client);
    assert_eq!(left.len(), 1, "{left:?}");
    drop(opened);
    let mut next = client.open("test");
    next.wait_phase("ready");
    let is_gone = || {
        let now = processes(&client);
        now.len() == 1 && now != left
    };
    assert!(eventually(crate::scene::SOON, is_gone), "{left:?}");
    let out = client.run(&["stop", "test", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    next.wait_exit();
    assert!(eventually(crate::scene::SOON, || processes(&client).is_empty()));
}
